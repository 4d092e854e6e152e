"""Step 6: profiles of segments on the form, the plan of personalisation, and the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from client_segments import catalogue, decisions
from client_segments.decisions import Decision
from client_segments.findings import Finding, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.profiles import register
from client_segments.profiles.archive import archived_drafts, archived_table
from client_segments.profiles.checks import all_checks
from client_segments.profiles.compose import (
    compose,
    content_of,
    read_edits,
    recomposed,
    views,
    with_histories,
)
from client_segments.profiles.composers import COMPOSERS, REGISTER_KEYS
from client_segments.profiles.contracts import (
    ARCHIVED_PROFILES,
    CONTRACTS,
    FOLLOW_UP,
    FOLLOW_UP_RECORDS,
    FOLLOW_UP_RESULTS,
    LEGAL_ACT_RECORDS,
    MEASURE_LINKS,
    MEASURE_RECORDS,
    MEASURES,
    METRICS,
    PROFILE_FIELD_RECORDS,
    PROFILE_FIELDS,
    PROFILE_SOURCES,
    PROFILES,
)
from client_segments.profiles.criteria import change_findings, criterion_changes, criterion_check
from client_segments.profiles.follow_up import (
    follow_up_table,
    previous_measures,
    result_of,
    told_results,
)
from client_segments.profiles.form import check_form, form_path, load_form
from client_segments.profiles.gathering import read_inputs, with_decisions
from client_segments.profiles.inputs import (
    LegalAct,
    ProfileInputs,
    SegmentView,
    VersionLine,
)
from client_segments.profiles.legal import legal_acts
from client_segments.profiles.metrics import MetricValue, metric_value
from client_segments.profiles.needs import check_needs, is_need
from client_segments.profiles.plan import (
    PlanFacts,
    check_plan,
    links_table,
    measures_table,
    uncovered_problems,
)
from client_segments.profiles.plan_checks import (
    base_findings,
    check_follow_up,
    check_links,
    check_problem_stages,
)
from client_segments.profiles.status import status_of
from client_segments.steps import StepResult, finish
from client_segments.study import Study

__all__ = [
    "ARCHIVED_PROFILES",
    "COMPOSERS",
    "CONTRACTS",
    "FOLLOW_UP",
    "FOLLOW_UP_RECORDS",
    "FOLLOW_UP_RESULTS",
    "LEGAL_ACT_RECORDS",
    "MEASURES",
    "MEASURE_LINKS",
    "MEASURE_RECORDS",
    "METRICS",
    "PROFILES",
    "PROFILE_FIELDS",
    "PROFILE_FIELD_RECORDS",
    "PROFILE_SOURCES",
    "REGISTER_KEYS",
    "LegalAct",
    "MetricValue",
    "PlanFacts",
    "ProfileInputs",
    "SegmentView",
    "VersionLine",
    "check_form",
    "check_plan",
    "compose",
    "content_of",
    "criterion_changes",
    "follow_up_table",
    "form_path",
    "history_lines",
    "is_need",
    "legal_acts",
    "links_table",
    "load_form",
    "measures_table",
    "metric_value",
    "previous_measures",
    "profile_table",
    "read_edits",
    "read_inputs",
    "register",
    "result_of",
    "run",
    "status_of",
    "told_results",
    "uncovered_problems",
]

_DECISIONS = (
    "columns", "attributes", "segments", "weights", "stages", "journey", "hypotheses", "plan",
    "profiles",
)  # fmt: skip


def run(study: Study) -> StepResult:
    """Compose the profiles of a group, record new versions, check them and write the tables."""
    loaded = {name: decisions.load(study, name) for name in _DECISIONS}
    form, findings = load_form(study.root, COMPOSERS, study.authority)
    for name in ("plan", "profiles"):  # the others are this step's only by their dates
        findings.extend(loaded[name].findings if loaded[name] else ())
    inputs = read_inputs(study, measures_table(loaded["plan"]))
    findings.extend(with_decisions(study, inputs)[1])
    measures = _with_segment_codes(inputs.measures, inputs.segment_index())
    inputs = replace(inputs, measures=measures)
    codes = inputs.profiled["segment_code"].tolist()
    facts = _plan_facts(study, inputs)
    findings.extend(check_plan(measures, facts, loaded["plan"]))
    findings.extend(base_findings(inputs, loaded["plan"]))
    edits, problems = read_edits(loaded["profiles"], form, codes)
    findings.extend(problems)
    needs = form.loc[form["key"] == "needs", "number"]
    findings.extend(
        check_needs(
            loaded["plan"], measures, loaded["profiles"], edits, next(iter(needs), None)
        )
    )  # fmt: skip
    findings.raise_errors()

    formed_date = newest_date(loaded.values())
    if formed_date is None:
        findings.add(_undated())
    versions = {code: register.history(study.authority_year, study.group, code) for code in codes}
    changes = criterion_changes(inputs.hypotheses, versions, study.year)
    decided = study.name_of(decisions.decision_path(study, "hypotheses"))
    findings.extend(change_findings(changes, decided))
    inputs, unversioned = _composed(inputs, form, edits, versions)
    hashes = register.input_hashes(study)
    drafts = [
        register.Draft(view.code, view.name, formed_date, content_of(view, unversioned), hashes)
        for view in views(inputs)
    ]
    drafts += archived_drafts(study, codes, formed_date, hashes)
    register.record(study, drafts)
    histories = {code: history_lines(study, code) for code in codes}
    fields = with_histories(unversioned, inputs, form, edits, histories)
    profiles = profile_table(inputs, histories)
    links = links_table(measures, facts, loaded["plan"].when if loaded["plan"] else None)
    follow_up = follow_up_table(inputs)
    checks = [
        *all_checks(study, inputs, fields, profiles),
        criterion_check(changes),
        check_problem_stages(inputs),
        check_links(links),
        check_follow_up(follow_up, study.year),
    ]
    tables = {
        "profile_fields": fields,
        "profiles": profiles,
        "archived_profiles": archived_table(study),
        "measures": measures,
        "measure_links": links,
        "follow_up": follow_up,
        "profile_sources": pd.DataFrame(hashes.items(), columns=["file", "sha256"]),
        "register_heads": register.heads_table(study),
    }
    return finish(study, CONTRACTS, tables, checks, findings, inputs.segments)


def _plan_facts(study: Study, inputs: ProfileInputs) -> PlanFacts:
    """Return what the plan is checked against; the stages are those of the reference list and own."""
    stages = catalogue.stages(study.root, inputs.group.direction)["name"].tolist()
    own = [*inputs.journey_stages["stage"], *inputs.journey_described["stage"]]
    stages = list(dict.fromkeys([*stages, *own]))
    codes = inputs.profiled["segment_code"].tolist()
    return PlanFacts(codes, inputs.hypotheses, inputs.verdicts, inputs.problems, stages)


def _composed(
    inputs: ProfileInputs,
    form: pd.DataFrame,
    edits: Mapping[tuple[str, int], str],
    versions: Mapping[str, Sequence[register.Version]],
) -> tuple[ProfileInputs, pd.DataFrame]:
    """Compose the fields, find the statuses that follow from them and the register, and tell both."""
    fields = compose(inputs, form, edits)
    statuses = {
        view.code: status_of(
            view, fields[fields["segment_code"] == view.code], versions[view.code]
        )
        for view in views(inputs)
    }  # fmt: skip
    inputs = replace(inputs, statuses=statuses)
    return inputs, recomposed(fields, inputs, form[form["key"] == "status"], edits)


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
