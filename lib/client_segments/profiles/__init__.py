"""Step 6: profiles of segments on the form, the plan of personalisation, and the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import pandas as pd

from client_segments import attributes, decisions, hypotheses, priorities, segments, validation
from client_segments.contracts import TableContract
from client_segments.decisions import Decision
from client_segments.findings import Finding, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.profiles import register
from client_segments.profiles.checks import all_checks
from client_segments.profiles.compose import (
    compose,
    content_of,
    read_edits,
    views,
    with_histories,
)
from client_segments.profiles.composers import COMPOSERS, REGISTER_KEYS
from client_segments.profiles.contracts import (
    CONTRACTS,
    MEASURE_RECORDS,
    MEASURES,
    PROFILE_FIELD_RECORDS,
    PROFILE_FIELDS,
    PROFILE_SOURCES,
    PROFILES,
)
from client_segments.profiles.form import check_form, load_form
from client_segments.profiles.inputs import TABLE_NAMES, ProfileInputs, SegmentView, VersionLine
from client_segments.profiles.plan import PlanFacts, check_plan, measures_table, uncovered_problems
from client_segments.steps import StepResult, finish
from client_segments.study import Study

__all__ = [
    "COMPOSERS",
    "CONTRACTS",
    "MEASURES",
    "MEASURE_RECORDS",
    "PROFILES",
    "PROFILE_FIELDS",
    "PROFILE_FIELD_RECORDS",
    "PROFILE_SOURCES",
    "REGISTER_KEYS",
    "PlanFacts",
    "ProfileInputs",
    "SegmentView",
    "VersionLine",
    "check_form",
    "check_plan",
    "compose",
    "content_of",
    "history_lines",
    "load_form",
    "measures_table",
    "profile_table",
    "read_edits",
    "read_inputs",
    "register",
    "run",
    "uncovered_problems",
]

_DECISIONS = (
    "columns", "attributes", "segments", "weights", "stages", "journey", "hypotheses", "plan",
    "profiles",
)  # fmt: skip
_EARLIER_STEPS = (attributes, segments, priorities, hypotheses, validation)


def _input_contracts() -> dict[str, TableContract]:
    """Return the contracts of the tables that profiles are composed from, by name."""
    found = {contract.name: contract for step in _EARLIER_STEPS for contract in step.CONTRACTS}
    return {name: found[name] for name in TABLE_NAMES if name != "measures"}


def read_inputs(study: Study, measures: pd.DataFrame) -> ProfileInputs:
    """Read the tables of steps 1-5 of a group.

    Raises
    ------
    InputError
        If one of the steps has not been run.
    """
    tables = {name: study.read(contract) for name, contract in _input_contracts().items()}
    group = decisions.load_group(study)
    return ProfileInputs(group=group, year=study.year, measures=measures, **tables)


def run(study: Study) -> StepResult:
    """Compose the profiles of a group, record new versions, check them and write the tables."""
    loaded = {name: decisions.load(study, name) for name in _DECISIONS}
    form, findings = load_form(study.root, COMPOSERS)
    for name in ("plan", "profiles"):  # the others are this step's only by their dates
        findings.extend(loaded[name].findings if loaded[name] else ())
    inputs = read_inputs(study, measures_table(loaded["plan"]))
    index = inputs.segment_index()
    measures = _with_segment_codes(inputs.measures, index)
    inputs = replace(inputs, measures=measures)
    codes = inputs.profiled["segment_code"].tolist()
    facts = PlanFacts(codes, inputs.hypotheses, inputs.verdicts, inputs.problems)
    findings.extend(check_plan(measures, facts, loaded["plan"]))
    edits, problems = read_edits(loaded["profiles"], form, codes)
    findings.extend(problems)
    findings.raise_errors()

    formed_date = newest_date(loaded.values())
    if formed_date is None:
        findings.add(_undated())
    unversioned = compose(inputs, form, edits)
    hashes = register.input_hashes(study)
    drafts = [
        register.Draft(view.code, view.name, formed_date, content_of(view, unversioned), hashes)
        for view in views(inputs)
    ]
    register.record(study, drafts)
    histories = {code: history_lines(study, code) for code in codes}
    fields = with_histories(unversioned, inputs, form, edits, histories)
    profiles = profile_table(inputs, histories)
    checks = all_checks(study, inputs, fields, profiles)
    tables = {
        "profile_fields": fields,
        "profiles": profiles,
        "measures": measures,
        "profile_sources": pd.DataFrame(hashes.items(), columns=["file", "sha256"]),
    }
    return finish(study, CONTRACTS, tables, checks, findings, inputs.segments)


def _with_segment_codes(measures: pd.DataFrame, index: Mapping[str, str]) -> pd.DataFrame:
    """Put the segments' codes where people wrote their names; what is unknown stays."""
    codes = [index.get(fold(written), written) for written in measures["segment_code"]]
    return measures.assign(segment_code=pd.Series(codes, index=measures.index, dtype="str"))


def newest_date(loaded: Iterable[Decision | None]) -> date | None:
    """Return the newest date of the decisions, so that running again gives the same version."""
    dates = [decision.when for decision in loaded if isinstance(decision, Decision)]
    return max((day for day in dates if day is not None), default=None)


def _undated() -> Finding:
    message = _("дата версии профиля не определена: ни одно решение не датировано.")
    remedy = _("добавьте в файлы решений строку «when: дата».")
    return Finding(Severity.WARNING, "profile_undated", message, remedy, clause="10")


def history_lines(study: Study, segment: str) -> tuple[VersionLine, ...]:
    """Return the recorded versions of a segment's profile as a profile tells them, oldest first."""
    """Return the versions of a segment's profile, oldest first."""
    return tuple(
        VersionLine(
            version.year, version.number, version.formed_date, version.reason,
            tuple(int(field["number"]) for field in version.changed_fields),
        )
        for version in register.history(study.authority_year, study.group, segment)
    )  # fmt: skip


def profile_table(
    inputs: ProfileInputs, histories: dict[str, tuple[VersionLine, ...]]
) -> pd.DataFrame:
    """Return the table of profiles: one row is one segment with its status and version."""
    rows = [
        (view.code, view.name, view.status, view.versions[-1].number,
         view.versions[-1].formed_date, view.versions[-1].reason)
        for view in views(inputs, histories)
    ]  # fmt: skip
    return PROFILES.conform(pd.DataFrame(rows, columns=PROFILES.column_names))
