"""Satisfaction: the share of clients whose experience came up to the top quarter of the scale."""

from __future__ import annotations

import numpy as np
import pandas as pd

from client_segments.labels import fold
from client_segments.priorities.contracts import ALL_INSTRUMENTS, SATISFACTION
from client_segments.statistics import effective_size, wilson_interval

SATISFIED_FROM = 0.75
"""Own: part of the scale from which an answer is satisfied (4 and 5 of 1-5)."""
SCALE_MIN, SCALE_MAX = 1.0, 5.0
_ROUNDING = 1e-9


def satisfaction_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """Turn counts of answers into table `satisfaction`.

    Parameters
    ----------
    counts
        One row is one segment × instrument: segment_code, instrument, answers_count,
        satisfied_count, unanswered_count; optionally effective_count (Kish; missing means that
        all answers weigh alike), satisfaction_pct (weighted; missing means the plain share),
        mean_score and expectation_gap (0-100).
    """
    frame = counts.reset_index(drop=True).copy()
    for name in ("effective_count", "satisfaction_pct", "mean_score", "expectation_gap"):
        frame[name] = frame[name].astype("float64") if name in frame else np.nan
    answers = frame["answers_count"].astype("float64")
    plain = 100 * (frame["satisfied_count"].astype("float64") / answers.where(answers > 0))
    frame["effective_count"] = frame["effective_count"].fillna(answers)
    frame["satisfaction_pct"] = frame["satisfaction_pct"].fillna(plain)
    share = (frame["satisfaction_pct"] / 100).fillna(0)
    low, high = wilson_interval(share * frame["effective_count"], frame["effective_count"])
    frame["low_pct"], frame["high_pct"] = 100 * low, 100 * high
    return SATISFACTION.conform(frame[SATISFACTION.column_names])


def satisfaction_counts(feedback: pd.DataFrame, segment_codes: list[str]) -> pd.DataFrame:
    """Count answers by segment and instrument, and by segment in all (`all`).

    Parameters
    ----------
    feedback
        Raw table `feedback` with segment_code; rows in no known segment are left out.
    segment_codes
        Segments in their order.

    Returns
    -------
    DataFrame
        What `satisfaction_rates` takes. One client who answers one question several times by one
        instrument counts once, with the average; different questions are different answers.
    """
    placed = feedback[feedback["segment_code"].isin(segment_codes)]
    if placed.empty:
        return SATISFACTION.empty()[[
            "segment_code", "instrument", "answers_count", "satisfied_count", "unanswered_count",
            "effective_count", "satisfaction_pct", "mean_score", "expectation_gap",
        ]]  # fmt: skip
    answers = _one_answer_each(_rescaled(placed))
    rows = []
    for code in segment_codes:
        segment = answers[answers["segment_code"] == code]
        if segment.empty:
            continue
        found = sorted(segment["instrument"].unique())
        rows.append({"segment_code": code, "instrument": ALL_INSTRUMENTS, **_count(segment)})
        for name in found:
            part = segment[segment["instrument"] == name]
            rows.append({"segment_code": code, "instrument": name, **_count(part)})
    return pd.DataFrame(rows)


def _rescaled(feedback: pd.DataFrame) -> pd.DataFrame:
    """Put scores and expectations on 0-100, whatever their scale."""
    low = feedback["scale_min"].fillna(SCALE_MIN)
    width = feedback["scale_max"].fillna(SCALE_MAX) - low
    width = width.where(width > 0)
    return feedback.assign(
        score=100 * (feedback["score"] - low) / width,
        expectation=100 * (feedback["expectation"] - low) / width,
        instrument=feedback["instrument"].fillna("other"),
        question=feedback["question"].fillna("").map(fold),
        weight=feedback["weight"].fillna(1.0),
        answers_count=feedback["answers_count"].fillna(1).astype("int64"),
    )


def _one_answer_each(feedback: pd.DataFrame) -> pd.DataFrame:
    """Average the repeated answers of a named client; others stay as they are."""
    columns = [
        "segment_code", "instrument", "score", "expectation", "weight", "answers_count",
    ]  # fmt: skip
    named = feedback[feedback["client_id"].notna()]
    keys = ["client_id", "segment_code", "instrument", "question"]
    once = named.groupby(keys, sort=True)[["score", "expectation", "weight"]].mean().reset_index()
    once["answers_count"] = 1
    parts = [part[columns] for part in (once, feedback[feedback["client_id"].isna()]) if len(part)]
    answers = pd.concat(parts, ignore_index=True)
    # Sums of floating numbers must not depend on the order of rows.
    return answers.sort_values(columns, kind="stable", ignore_index=True)


def _count(answers: pd.DataFrame) -> dict[str, object]:
    is_valid = answers["score"].notna()
    valid = answers[is_valid]
    is_satisfied = valid["score"] >= 100 * SATISFIED_FROM - _ROUNDING
    frequency = valid["answers_count"]
    total = (valid["weight"] * frequency).to_numpy()
    is_weighted = valid["weight"].nunique() > 1
    expected = valid["expectation"].notna().to_numpy()
    gaps = (valid["score"] - valid["expectation"]).to_numpy()
    return {
        "answers_count": int(frequency.sum()),
        "satisfied_count": int(frequency[is_satisfied].sum()),
        "unanswered_count": int(answers.loc[~is_valid, "answers_count"].sum()),
        "effective_count": (
            effective_size(np.repeat(valid["weight"], frequency)) if is_weighted else np.nan
        ),
        "satisfaction_pct": 100 * _mean(is_satisfied.to_numpy(), total) if is_weighted else np.nan,
        "mean_score": _mean(valid["score"].to_numpy(), total),
        "expectation_gap": _mean(gaps[expected], total[expected]),
    }


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    return float(np.average(values, weights=weights)) if weights.sum() > 0 else float("nan")
