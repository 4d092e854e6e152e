"""Satisfaction: the share of clients whose experience came up to the top quarter of the scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from client_segments.language import _
from client_segments.priorities.contracts import ALL_INSTRUMENTS, SATISFACTION
from client_segments.priorities.satisfaction_answers import (
    effective_voices,
    headline,
    prepared,
    voices,
    weighted_mean,
)
from client_segments.priorities.satisfaction_weights import Composition, composition_weights
from client_segments.priorities.shrinkage import shrink_shares
from client_segments.scales import is_satisfied
from client_segments.statistics import wilson_interval

FEW_ANSWERS = 10
"""Own: an interval from fewer answers is too wide to compare segments by."""
COMBINATION_RULE = _(
    "Способы показаны отдельно и вместе. Вместе у клиента один голос: среднее его оценок, сколько "
    "бы раз и какими способами он ни отвечал. Если об удовлетворённости в целом спрашивали, "
    "учтены только эти ответы; остальные вопросы – в своих таблицах."
)
"""How the instruments are combined."""
_NUMBERS = (
    "effective_count", "satisfaction_pct", "mean_score", "mean_low_score", "mean_high_score",
    "expectation_gap",
)  # fmt: skip
_COUNT_COLUMNS = (
    "segment_code", "instrument", "answers_count", "satisfied_count", "unanswered_count",
    *_NUMBERS, "weighted_by",
)  # fmt: skip


def satisfaction_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """Turn counts of answers into table `satisfaction`.

    Parameters
    ----------
    counts
        One row is one segment × instrument: segment_code, instrument, answers_count,
        satisfied_count, unanswered_count; optionally effective_count (Kish; missing means that
        all answers weigh alike), satisfaction_pct (weighted; missing means the plain share),
        mean_score, mean_low_score, mean_high_score and expectation_gap (0-100), weighted_by.

    Notes
    -----
    One answer has no interval. Shares of the segments with one instrument are drawn to their
    mean by empirical Bayes (`shrinkage`); the raw share stays beside it.
    """
    frame = counts.reset_index(drop=True).copy()
    for name in _NUMBERS:
        frame[name] = frame[name].astype("float64") if name in frame else np.nan
    if "weighted_by" not in frame:
        frame["weighted_by"] = None
    answers = frame["answers_count"].astype("float64")
    plain = 100 * (frame["satisfied_count"].astype("float64") / answers.where(answers > 0))
    frame["effective_count"] = frame["effective_count"].fillna(answers)
    frame["satisfaction_pct"] = frame["satisfaction_pct"].fillna(plain)
    share = (frame["satisfaction_pct"] / 100).fillna(0)
    hits = share * frame["effective_count"]
    low, high = wilson_interval(hits, frame["effective_count"])
    has_interval = (answers > 1).to_numpy()
    frame["low_pct"] = np.where(has_interval, 100 * low, np.nan)
    frame["high_pct"] = np.where(has_interval, 100 * high, np.nan)
    asked = answers + frame["unanswered_count"].astype("float64")
    unanswered = frame["unanswered_count"].astype("float64")
    frame["unanswered_pct"] = 100 * unanswered / asked.where(asked > 0)
    for name in ("shrunk_pct", "shrunk_low_pct", "shrunk_high_pct"):
        frame[name] = np.nan
    for rows in frame.groupby("instrument").groups.values():
        shrunk = shrink_shares(hits[rows], frame.loc[rows, "effective_count"])
        frame.loc[rows, "shrunk_pct"] = 100 * shrunk.share
        frame.loc[rows, "shrunk_low_pct"] = 100 * shrunk.low
        frame.loc[rows, "shrunk_high_pct"] = 100 * shrunk.high
    frame["remark"] = [_remark(count) for count in answers]
    return SATISFACTION.conform(frame[SATISFACTION.column_names])


def _remark(answers: float) -> str | None:
    if not answers > 0:
        return _("ответов нет")
    if answers < 2:
        return _("недостаточно данных: один ответ")
    if answers < FEW_ANSWERS:
        return _("мало ответов: смотрите сглаженную долю")
    return None


def satisfaction_counts(
    feedback: pd.DataFrame,
    segment_codes: Sequence[str],
    composition: Composition | None = None,
) -> pd.DataFrame:
    """Count answers by segment and instrument, and by segment in all (`all`).

    Parameters
    ----------
    feedback
        Raw table `feedback` with segment_code; rows in no known segment are left out.
    segment_codes
        Segments in their order.
    composition
        Codes of the clients who answered and the composition of segments, to weight by.

    Returns
    -------
    DataFrame
        What `satisfaction_rates` takes. A segment that nobody speaks of has a row of zeros in
        all. One client has one voice in each instrument, and one in all (`COMBINATION_RULE`).
    """
    answers = headline(prepared(feedback, segment_codes))
    rows = []
    for code in segment_codes:
        segment = answers[answers["segment_code"] == code]
        rows.append(_row(segment, code, ALL_INSTRUMENTS, composition))
        for name in sorted(segment["instrument"].unique()):
            part = segment[segment["instrument"] == name]
            rows.append(_row(part, code, name, composition))
    return pd.DataFrame(rows, columns=list(_COUNT_COLUMNS))


def weighted_voices(
    answers: pd.DataFrame, segment_code: str, composition: Composition | None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the voices of a segment with their weights, and the attributes weighted by."""
    frame = voices(answers)
    if composition is None or frame.empty:
        return frame, ()
    weights, attributes = composition_weights(frame, composition, segment_code)
    return frame.assign(weight=weights), attributes


def _row(
    answers: pd.DataFrame, code: str, instrument: str, composition: Composition | None
) -> dict[str, object]:
    frame, attributes = weighted_voices(answers, code, composition)
    is_valid = frame["score"].notna()
    valid = frame[is_valid]
    satisfied = is_satisfied(valid["score"])
    weights = (valid["weight"] * valid["answers_count"]).to_numpy(dtype=float)
    is_plain = valid["weight"].nunique() <= 1 and (valid["alike_count"] == 1).all()
    mean, low, high = weighted_mean(frame, "score")
    return {
        "segment_code": code,
        "instrument": instrument,
        "answers_count": int(valid["answers_count"].sum()),
        "satisfied_count": int(valid.loc[satisfied, "answers_count"].sum()),
        "unanswered_count": int(frame.loc[~is_valid, "answers_count"].sum()),
        "effective_count": np.nan if is_plain else effective_voices(valid),
        "satisfaction_pct": np.nan if is_plain or not weights.sum() > 0
        else 100 * float(np.average(satisfied, weights=weights)),
        "mean_score": mean,
        "mean_low_score": max(low, 0.0) if low == low else low,
        "mean_high_score": min(high, 100.0) if high == high else high,
        "expectation_gap": weighted_mean(frame, "gap")[0],
        "weighted_by": ", ".join(attributes) or None,
    }  # fmt: skip
