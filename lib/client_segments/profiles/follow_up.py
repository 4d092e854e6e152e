"""Last year's measures against their indicators: what was the base, the target, and what is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from client_segments import decisions
from client_segments.decisions import Decision
from client_segments.findings import Findings, InputError, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.profiles.contracts import FOLLOW_UP, FOLLOW_UP_RECORDS, MEASURES
from client_segments.profiles.inputs import ProfileInputs
from client_segments.profiles.metrics import MetricValue, metric_value, subject_of
from client_segments.profiles.plan import measures_table
from client_segments.study import Study

FINISHED = ("done", "cancelled")


def previous_measures(study: Study) -> tuple[pd.DataFrame, Findings]:
    """Return the measures of the same group's plan of last year; none where there is no plan.

    A plan that cannot be read any more is told and left out: this year does not depend on it.
    """
    last_year = Study(study.authority, study.year - 1, study.group, study.step, study.root)
    try:
        return measures_table(decisions.load(last_year, "plan")), Findings()
    except InputError as error:
        return MEASURES.empty(), Findings(
            replace(finding, severity=Severity.WARNING) for finding in error.findings
        )


def told_results(
    decision: Decision | None, previous: pd.DataFrame
) -> tuple[dict[str, Mapping[str, object]], Findings]:
    """Read what people say of last year's measures, by code of the measure.

    Returns
    -------
    dict
        By code of the measure as last year's plan writes it: state, actual, text.
    findings : Findings
        Errors of the records; warnings for a code that last year's plan does not have.
    """
    if decision is None:
        return {}, Findings()
    written, findings = decisions.records(decision, "follow_up", FOLLOW_UP_RECORDS)
    known = {fold(code): code for code in previous["measure_code"]}
    told: dict[str, Mapping[str, object]] = {}
    for number, record in enumerate(written):
        if record["code"] is None:
            continue
        code = known.get(fold(record["code"]))
        if code is None:
            message = _("в плане прошлого года нет мероприятия с таким кодом: запись не показана.")
            remedy = _("укажите код из плана прошлого года: {codes}.").format(
                codes=", ".join(previous["measure_code"]) or _("плана нет")
            )
            findings.add(
                decision.finding(
                    Severity.WARNING, "follow_up_code", message, remedy, "follow_up", number,
                    "code", found=record["code"], clause="9(2)",
                )
            )  # fmt: skip
            continue
        told[code] = record
    return told, findings


def follow_up_table(inputs: ProfileInputs) -> pd.DataFrame:
    """Follow up every measure of last year's plan: table `FOLLOW_UP`, in the plan's order.

    What people say of a measure's indicator counts; where they say nothing and the plan names
    what to compute, it is computed from this year's tables.
    """
    index = inputs.segment_index()
    rows = [
        _row(inputs, measure, index.get(fold(measure.segment_code), measure.segment_code))
        for measure in inputs.previous_measures.itertuples(index=False)
    ]
    return FOLLOW_UP.conform(pd.DataFrame(rows, columns=FOLLOW_UP.column_names))


def _row(inputs: ProfileInputs, measure, segment: str) -> dict[str, object]:
    told = inputs.follow_up.get(measure.measure_code, {})
    found = _found(inputs, measure, segment, told)
    value = found[0] if found else None
    state = told.get("state") or (None if pd.isna(measure.state) else measure.state)
    due = None if pd.isna(measure.due_date) else measure.due_date
    is_past = due is not None and due.date() <= date(inputs.year, 12, 31)
    return {
        "measure_code": measure.measure_code,
        "segment_code": segment,
        "measure": measure.measure,
        "indicator": measure.indicator,
        "base_value": measure.base_value,
        "target_value": measure.target_value,
        "actual_value": value.value if value else np.nan,
        "low_value": value.low if value else np.nan,
        "high_value": value.high if value else np.nan,
        "source": found[1] if found else None,
        "progress_pct": _progress(measure.base_value, measure.target_value, value),
        "result": result_of(measure.base_value, measure.target_value, value, state),
        "due_date": due,
        "state": state,
        "is_overdue": is_past and state not in FINISHED,
        "text": told.get("text"),
    }


def _found(
    inputs: ProfileInputs, measure, segment: str, told: Mapping[str, object]
) -> tuple[MetricValue, str] | None:
    """Return the indicator's value now and where it is from; None where nobody knows it."""
    actual = told.get("actual")
    if actual is not None:
        return MetricValue(float(actual), np.nan, np.nan), "people"
    if pd.isna(measure.metric):
        return None
    value = metric_value(inputs, segment, measure.metric, subject_of(measure))
    return (value, "computed") if value else None


def _progress(base: float, target: float, value: MetricValue | None) -> float:
    if value is None or pd.isna(base) or pd.isna(target) or base == target:
        return np.nan
    return 100 * (value.value - base) / (target - base)


def result_of(base: float, target: float, value: MetricValue | None, state: str | None) -> str:
    """Return where an indicator stands: a code of `contracts.FOLLOW_UP_RESULTS`.

    A value short of the target whose 95 % interval holds the base cannot be told from the base:
    the change may be chance.
    """
    if state == "cancelled":
        return "cancelled"
    if value is None or pd.isna(base) or pd.isna(target) or base == target:
        return "unknown"
    forward = 1 if target > base else -1
    if forward * (value.value - target) >= 0:
        return "reached"
    if value.value == base or value.low <= base <= value.high:
        return "unchanged"
    return "closer" if forward * (value.value - base) > 0 else "farther"
