"""Checking of a group's raw tables and decisions without running the steps."""

from __future__ import annotations

from pathlib import Path

from client_segments import (
    attributes,
    decisions,
    hypotheses,
    priorities,
    profiles,
    reading,
    segments,
)
from client_segments.findings import Findings, InputError, Severity
from client_segments.language import _, counted
from client_segments.study import Study, open_year


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
    findings = Findings()
    for check in (_check_passport, reading.check_raw, _check_grouping, _check_lists):
        try:
            findings.extend(check(study))
        except InputError as error:
            findings.extend(error.findings)
    return Findings(dict.fromkeys(findings))


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
    _grouping, grouping_findings = segments.load_grouping(study, coders)
    findings.extend(grouping_findings)
    findings.extend(priorities.load_entitlement(study, coders)[1])
    return findings


def _check_lists(study: Study) -> Findings:
    """Check the decisions that are lists of records, and the weights."""
    findings = Findings()
    for name, key, contract in (
        ("stages", "activities", hypotheses.ACTIVITY_RECORDS),
        ("journey", "described", hypotheses.JOURNEY_RECORDS),
        ("hypotheses", "hypotheses", hypotheses.HYPOTHESIS_RECORDS),
        ("plan", "measures", profiles.MEASURE_RECORDS),
        ("profiles", "fields", profiles.PROFILE_FIELD_RECORDS),
        ("weights", None, None),
    ):
        decision = decisions.load(study, name)
        if decision is None:
            continue
        findings.extend(decision.findings)
        if contract is not None:
            findings.extend(decisions.records(decision, key, contract)[1])
        else:
            findings.extend(priorities.check_weights(decision))
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
