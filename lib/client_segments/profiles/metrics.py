"""Indicators of measures that the tables of steps 3 and 4 give: their value now, with an interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from client_segments.labels import fold
from client_segments.priorities import ALL_INSTRUMENTS, ALL_MEASURES
from client_segments.profiles.inputs import ProfileInputs
from client_segments.statistics import wilson_interval


@dataclass(frozen=True)
class MetricValue:
    """Value of an indicator of one segment, 0-100, with its 95 % interval; NaN where unknown."""

    value: float
    low: float
    high: float


def metric_value(
    inputs: ProfileInputs, segment: str, metric: str, subject: str | None
) -> MetricValue | None:
    """Return an indicator's value in the tables of the year; None where they do not have it.

    Parameters
    ----------
    metric
        Code of `contracts.METRICS`.
    subject
        Name of the support measure, problem, stage or channel that the indicator is about.
    """
    return _METRICS[metric](inputs, segment, subject)


def _row(frame: pd.DataFrame, segment: str, **values: str | None) -> pd.Series | None:
    """Return the segment's row whose columns have these values, names compared as people do."""
    frame = frame[frame["segment_code"] == segment]
    for column, value in values.items():
        frame = frame[frame[column].map(fold) == fold(value or "")]
    return None if frame.empty else frame.iloc[0]


def _interval(row: pd.Series | None, value: str, low: str, high: str) -> MetricValue | None:
    if row is None or pd.isna(row[value]):
        return None
    return MetricValue(float(row[value]), float(row[low]), float(row[high]))


def _share(hits: object, total: object) -> MetricValue | None:
    if pd.isna(hits) or pd.isna(total) or not total:
        return None
    low, high = wilson_interval(int(hits), int(total))
    return MetricValue(100 * int(hits) / int(total), 100 * float(low), 100 * float(high))


def _satisfaction(inputs: ProfileInputs, segment: str, _subject: str | None) -> MetricValue | None:
    row = _row(inputs.satisfaction, segment, instrument=ALL_INSTRUMENTS)
    return _interval(row, "satisfaction_pct", "low_pct", "high_pct")


def _blind_zone(inputs: ProfileInputs, segment: str, subject: str | None) -> MetricValue | None:
    row = _row(inputs.blind_zone, segment, measure=subject or ALL_MEASURES)
    return _interval(row, "blind_zone_pct", "low_pct", "high_pct")


def _refusals(inputs: ProfileInputs, segment: str, subject: str | None) -> MetricValue | None:
    row = _row(inputs.blind_zone, segment, measure=subject or ALL_MEASURES)
    return None if row is None else _share(row["refused_count"], row["applied_count"])


def _problem(inputs: ProfileInputs, segment: str, subject: str | None) -> MetricValue | None:
    own = inputs.problems[inputs.problems["segment_code"] == segment]
    total = own["problems_count"].sum()
    row = _row(own, segment, problem=subject)
    hits = 0 if row is None else row["problems_count"]
    return _share(hits, total) if subject and total else None


def _stage(inputs: ProfileInputs, segment: str, subject: str | None) -> MetricValue | None:
    row = _row(inputs.journey_stages, segment, stage=subject)
    return None if row is None else _share(row["reached_count"], row["cases_count"])


def _channel(inputs: ProfileInputs, segment: str, subject: str | None) -> MetricValue | None:
    row = _row(inputs.channel_shares, segment, use="submitting", kind="used", channel_name=subject)
    return _interval(row, "share_pct", "low_pct", "high_pct")


_METRICS: dict[str, Callable[[ProfileInputs, str, str | None], MetricValue | None]] = {
    "satisfaction": _satisfaction, "blind_zone": _blind_zone, "refusals": _refusals,
    "problem": _problem, "stage": _stage, "channel": _channel,
}  # fmt: skip

_OWN_SUBJECTS = {"problem": "problem", "stage": "stage", "channel": "channel"}
"""Metric and the key of the measure itself that says what it is about."""


def subject_of(measure: pd.Series | object) -> str | None:
    """Return what a measure's indicator is about: as written, else as the measure itself says."""
    subject = measure.metric_subject
    if pd.isna(subject) and measure.metric in _OWN_SUBJECTS:
        subject = getattr(measure, _OWN_SUBJECTS[measure.metric])
    return None if pd.isna(subject) else subject
