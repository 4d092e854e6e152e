"""Checking of a group's raw tables and decisions without running the steps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from client_segments import (
    attributes,
    decisions,
    hypotheses,
    priorities,
    profiles,
    reading,
    segments,
    updates,
)
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _, counted
from client_segments.study import Study, open_year

DECISION_RECORDS = {
    "attributes": ("attributes", attributes.ATTRIBUTE_RECORDS, ("groups",)),
    "segments": ("segments", segments.SEGMENT_RECORDS, ("rule",)),
    "problems": ("problems", priorities.PROBLEM_RECORDS, ()),
    "entitlement": ("measures", priorities.ENTITLEMENT_RECORDS, ("rule",)),
    "stages": ("activities", hypotheses.ACTIVITY_RECORDS, ()),
    "journey": ("described", hypotheses.JOURNEY_RECORDS, ()),
    "hypotheses": ("hypotheses", hypotheses.HYPOTHESIS_RECORDS, ()),
    "plan": ("measures", profiles.MEASURE_RECORDS, ()),
    "profiles": ("fields", profiles.PROFILE_FIELD_RECORDS, ()),
    "updates": ("reviews", updates.REVIEW_RECORDS, ()),
}
"""Key, contract and nested keys of the decisions that are lists of records."""

SECOND_RECORDS = {
    "plan": ("follow_up", profiles.FOLLOW_UP_RECORDS),
    "profiles": ("legal_acts", profiles.LEGAL_ACT_RECORDS),
}
"""Key and contract of the second list of records, of the decisions that hold two."""

_SEGMENT_NAMERS = ("hypotheses", "plan", "profiles", "journey", "weights")
"""Decisions that name segments."""


def groups_of(root: Path, authority: str, year: int) -> list[str]:
    """Return the groups of an authority's year.

    Raises
    ------
    InputError
        If there is none.
    """
    return open_year(authority, year, root).groups


def check_group(study: Study) -> Findings:
    """Return everything there is to say of a group's passport, raw tables and decisions."""
    found: list[Finding] = []
    for check in (_check_passport, reading.check_raw, _check_grouping, _check_lists):
        try:
            found.extend(check(study))
        except InputError as error:
            found.extend(error.findings)
    # A table that two checks read is told once: it is one place, not two.
    return Findings(dict.fromkeys(found))


def _check_passport(study: Study) -> Findings:
    findings = Findings(decisions.stray_files(study))
    decisions.load_group(study)
    return findings


def _check_grouping(study: Study) -> Findings:
    """Check the list of attributes against the clients, and the segments against the list."""
    try:
        clients = attributes.load_clients(study)
    except InputError as error:
        if any(finding.rule == "no_clients" for finding in error.findings):
            return Findings()  # the check of the raw tables has said so
        raise
    listed, findings = attributes.load_list(study, decisions.load_group(study), clients)
    coders, coding = attributes.learn(clients, listed, attributes.clients_file(study, clients))
    attributes.close_clients(clients)
    findings.extend(coding)
    grouping, grouping_findings = segments.load_grouping(study, coders)
    findings.extend(grouping_findings)
    findings.extend(_check_named_segments(study, grouping))
    findings.extend(priorities.load_entitlement(study, coders)[1])
    return findings


def _check_named_segments(study: Study, grouping: segments.Grouping) -> Findings:
    """Check that every decision on a segment names one that the grouping has.

    Before the classes of a model have names nobody can write them, and nothing is checked.
    """
    if not grouping.segments:
        return Findings()
    known = pd.DataFrame(
        [(segment.code, segment.name) for segment in grouping.segments],
        columns=["segment_code", "segment_name"],
    )
    message = _("такого сегмента нет среди решённых.")
    remedy = _("укажите код или название сегмента из «segments.yml».")
    return Findings(
        decision.finding(
            Severity.ERROR, "unknown_segment", message, remedy, *path,
            found=text, expected=", ".join(known["segment_code"]), clause="6",
        )
        for name in _SEGMENT_NAMERS
        if (decision := decisions.load(study, name)) is not None
        for path, text in _named_segments(decision)
        if segments.resolve_segment(known, text) is None
    )  # fmt: skip


def _named_segments(decision: decisions.Decision) -> Iterator[tuple[tuple[object, ...], str]]:
    """Yield the path and the text of every segment that a decision names."""
    name = Path(decision.file).stem
    key = DECISION_RECORDS[name][0] if name in DECISION_RECORDS else "research_first"
    written = decision.data.get(key)
    for number, item in enumerate(written if isinstance(written, list) else []):
        path: tuple[object, ...] = (key, number)
        if isinstance(item, dict):
            path, item = (*path, "segment"), item.get("segment")
        if isinstance(item, str) and item:
            yield path, item


def _check_lists(study: Study) -> Findings:
    """Check the decisions that are lists of records, and the weights."""
    findings = Findings()
    for name in ("stages", "journey", "hypotheses", "plan", "profiles"):
        decision = decisions.load(study, name)
        if decision is None:
            continue
        findings.extend(decision.findings)
        findings.extend(decisions.records(decision, *DECISION_RECORDS[name])[1])
        if name in SECOND_RECORDS:
            findings.extend(decisions.records(decision, *SECOND_RECORDS[name])[1])
    weights = decisions.load(study, "weights")
    if weights is not None:
        findings.extend([*weights.findings, *priorities.check_weights(weights)])
    return findings


def summary(findings: Findings) -> str:
    """Say in one phrase how many findings of each weight there are."""
    forms = {
        Severity.ERROR: (_("ошибка"), _("ошибки"), _("ошибок")),
        Severity.WARNING: (_("предупреждение"), _("предупреждения"), _("предупреждений")),
        Severity.NOTE: (_("замечание"), _("замечания"), _("замечаний")),
    }
    counts = {
        severity: sum(finding.severity is severity for finding in findings) for severity in forms
    }
    parts = [counted(count, *forms[severity]) for severity, count in counts.items() if count]
    return ", ".join(parts) or _("замечаний нет")
