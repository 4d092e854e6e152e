"""Answers on satisfaction as voices: one client has one voice, however often he answered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from client_segments.labels import fold
from client_segments.scales import rescale, scale_of
from client_segments.statistics import wilson_interval

VOICE_COLUMNS = (
    "client_id", "segment_code", "score", "gap", "importance", "weight", "answers_count",
    "alike_count",
)  # fmt: skip
OVERALL = ""
"""Question of satisfaction as a whole."""


def prepared(feedback: pd.DataFrame, segment_codes: Sequence[str]) -> pd.DataFrame:
    """Put answers of known segments on 0-100, and fill in what a row may leave out.

    `gap` is the score minus the expectation of the same row; `question` is folded and its own
    words are kept in `question_name`.
    """
    placed = feedback[feedback["segment_code"].isin(list(segment_codes))]
    scale = scale_of(placed)
    numbers = {
        name: rescale(placed[name], *scale)
        for name in ("score", "expectation", "importance")
        if name in placed
    }
    score = numbers["score"]
    questions = placed["question"].fillna("").astype("str")
    if "instrument" in placed:
        placed = placed.assign(instrument=placed["instrument"].fillna("other"))
    return placed.assign(
        **numbers,
        gap=score - numbers.get("expectation", pd.Series(np.nan, index=placed.index)),
        question=questions.map(fold),
        question_name=questions,
        weight=placed["weight"].fillna(1.0),
        answers_count=placed["answers_count"].fillna(1).astype("int64"),
    ).assign(importance=numbers.get("importance", np.nan))


def headline(answers: pd.DataFrame) -> pd.DataFrame:
    """Keep the answers that tell of satisfaction as a whole.

    Where an instrument asked about the whole, its other questions are left to their own tables: a
    mean of several marks is satisfied more seldom than one mark, and the two do not mix.
    """
    is_overall = answers["question"] == OVERALL
    asked = set(answers.loc[is_overall & answers["score"].notna(), "instrument"])
    return answers[is_overall | ~answers["instrument"].isin(asked)]


def voices(answers: pd.DataFrame) -> pd.DataFrame:
    """Give each client one voice: the mean of his answers.

    Parameters
    ----------
    answers
        Prepared answers of one kind (all instruments, one of them, one question or one stage).

    Returns
    -------
    DataFrame
        One row is one voice, columns `VOICE_COLUMNS`. A client who told of satisfaction as a
        whole is heard by that, any other by the mean over what he was asked. Rows that name no
        client stay as they are; where these hold several questions, `alike_count` says how many
        rows one person is likely to have given.
    """
    named = answers[answers["client_id"].notna()]
    overall = named[(named["question"] == OVERALL) & named["score"].notna()]
    is_heard = ~named["client_id"].isin(overall["client_id"]) | (named["question"] == OVERALL)
    keys = ["client_id", "segment_code"]
    values = ["score", "gap", "importance", "weight"]
    once = named[is_heard].groupby(keys, sort=True)[values].mean().reset_index()
    once = once.assign(answers_count=1, alike_count=1)
    unnamed = _unnamed(answers[answers["client_id"].isna()])
    parts = [part[list(VOICE_COLUMNS)] for part in (once, unnamed) if len(part)]
    if not parts:
        return pd.DataFrame(columns=list(VOICE_COLUMNS))
    frame = pd.concat(parts, ignore_index=True)
    # Sums of floating numbers must not depend on the order of rows.
    return frame.sort_values(list(VOICE_COLUMNS), kind="stable", ignore_index=True)


def _unnamed(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return rows.assign(alike_count=1)
    keys = ["segment_code", "instrument"] if "instrument" in rows else ["segment_code"]
    has_overall = (
        (rows["question"] == OVERALL).groupby([rows[key] for key in keys]).transform("any")
    )
    rows = rows[(rows["question"] == OVERALL) | ~has_overall]
    alike = rows.groupby(keys)["question"].transform("nunique")
    return rows.assign(alike_count=alike.astype("int64"))


def effective_voices(frame: pd.DataFrame) -> float:
    """Return the effective number of voices (Kish); answers of one person count as one."""
    weight = frame["weight"].to_numpy(dtype=float)
    frequency = frame["answers_count"].to_numpy(dtype=float)
    alike = frame["alike_count"].to_numpy(dtype=float)
    squares = float(np.sum(weight**2 * frequency * alike))
    return float(np.sum(weight * frequency)) ** 2 / squares if squares > 0 else 0.0


def weighted_mean(frame: pd.DataFrame, name: str) -> tuple[float, float, float]:
    """Return mean, low and high of the 95 % interval of a column over voices.

    Student's interval with Kish's effective number; no interval from fewer than two.
    """
    known = frame[frame[name].notna()]
    weights = (known["weight"] * known["answers_count"]).to_numpy(dtype=float)
    if not weights.sum() > 0:
        return float("nan"), float("nan"), float("nan")
    values = known[name].to_numpy(dtype=float)
    mean = float(np.average(values, weights=weights))
    variance = float(np.average((values - mean) ** 2, weights=weights))
    half = mean_half_width(variance, effective_voices(known))
    return mean, mean - half, mean + half


def mean_half_width(variance: float, effective: float) -> float:
    """Return half of Student's 95 % interval of a mean; NaN from fewer than two voices."""
    if effective < 2:
        return float("nan")
    from scipy import special

    from client_segments import recommendations as rec

    quantile = float(special.stdtrit(effective - 1, (1 + rec.CONFIDENCE) / 2))
    return quantile * (variance / (effective - 1)) ** 0.5


def weighted_share(known: pd.DataFrame, hits: pd.Series) -> tuple[float, float, float]:
    """Return the share of voices, low and high of its Wilson interval, in per cent."""
    weights = (known["weight"] * known["answers_count"]).to_numpy(dtype=float)
    if not weights.sum() > 0:
        return float("nan"), float("nan"), float("nan")
    share = float(np.average(hits, weights=weights))
    size = effective_voices(known)
    low, high = wilson_interval(share * size, size)
    if size < 2:
        return 100 * share, float("nan"), float("nan")
    return 100 * share, 100 * float(low), 100 * float(high)
