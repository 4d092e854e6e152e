"""What comparisons are made from: counts by segment, of everything measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

KEYS = ["proposal_code", "kind", "family", "subject", "source", "stage", "stage_number"]
"""What a comparison is about. `family` is what its sentence is built of; `stage` and its number are
missing where it is about no stage."""

SHARE_COLUMNS = [*KEYS, "segment_code", "hits_count", "total_count"]
"""Counts of shares: one row is one thing measured × segment."""

VALUE_COLUMNS = [*KEYS, "segment_code", "value", "count", "censored_count"]
"""Counts of values: one row is one thing measured × segment × value (a mark on 0-100, whole hours,
a number of times). `count` clients have the value; of `censored_count` it is known only that
theirs is greater."""

SCALE_COLUMNS = ["proposal_code", "scale_min", "scale_max"]
"""Scale on which the marks of a question are told: one row is one question."""

_DTYPES = {
    **dict.fromkeys(("proposal_code", "kind", "family", "subject", "source", "stage"), "str"),
    "segment_code": "str", "stage_number": "Int64", "hits_count": "int64", "total_count": "int64",
    "value": "float64", "count": "int64", "censored_count": "int64",
    "scale_min": "float64", "scale_max": "float64",
}  # fmt: skip


def typed(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return the columns in their order and dtypes; those of no stage are missing."""
    frame = frame.reindex(columns=columns)
    if "censored_count" in columns:
        frame["censored_count"] = frame["censored_count"].fillna(0)
    return frame.astype({name: _DTYPES[name] for name in columns}).reset_index(drop=True)


def _none(columns: list[str]) -> pd.DataFrame:
    return typed(pd.DataFrame(columns=columns), columns)


@dataclass(frozen=True)
class Evidence:
    """Counts to compare, by the kind of test fit for them.

    Attributes
    ----------
    shares
        Columns `SHARE_COLUMNS`.
    scores, times, amounts
        Columns `VALUE_COLUMNS`: marks on 0-100, whole hours (floor), numbers of times.
    scales
        Columns `SCALE_COLUMNS`, for `scores`.
    """

    shares: pd.DataFrame = field(default_factory=lambda: _none(SHARE_COLUMNS))
    scores: pd.DataFrame = field(default_factory=lambda: _none(VALUE_COLUMNS))
    times: pd.DataFrame = field(default_factory=lambda: _none(VALUE_COLUMNS))
    amounts: pd.DataFrame = field(default_factory=lambda: _none(VALUE_COLUMNS))
    scales: pd.DataFrame = field(default_factory=lambda: _none(SCALE_COLUMNS))


def put_together(parts: Iterable[Evidence]) -> Evidence:
    """Return the evidence of several sources as one."""
    parts = list(parts)
    if not parts:
        return Evidence()
    names = ("shares", "scores", "times", "amounts", "scales")
    return Evidence(
        **{name: pd.concat([getattr(part, name) for part in parts], ignore_index=True)
           for name in names}
    )  # fmt: skip
