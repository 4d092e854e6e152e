"""Indices of experience: CSI, the gap with expectation, NPS, CES, engagement."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from client_segments.language import _
from client_segments.priorities.contracts import INDEX_CODES, SATISFACTION_INDICES
from client_segments.priorities.satisfaction import weighted_voices
from client_segments.priorities.satisfaction_answers import (
    OVERALL,
    effective_voices,
    headline,
    mean_half_width,
    prepared,
    weighted_mean,
    weighted_share,
)
from client_segments.priorities.satisfaction_weights import Composition
from client_segments.statistics import normal_quantile

NPS_PROMOTER_FROM, NPS_DETRACTOR_TO = 85.0, 63.0
"""9-10 and 0-6 of 0-10 (or 1-6 of 1-10), on the scale of 100: bounds that no mark of either
scale meets. Source: Reichheld (2003) HBR 81(12):46-54."""
CES_EASY_FROM = 100 * (5 - 1) / 6
"""5-7 of 1-7, on the scale of 100. Source: Dixon, Freeman & Toman (2010) HBR 88(7):116-122."""
CES_MINIMUM, CES_WIDTH = 1.0, 6.0
_ROUNDING = 1e-9

Row = dict[str, object]


def satisfaction_indices(
    feedback: pd.DataFrame | None,
    ratings: pd.DataFrame | None,
    segment_codes: Sequence[str],
    composition: Composition | None = None,
    is_staff: bool = False,
) -> pd.DataFrame:
    """Return table `satisfaction_indices`: one row is one segment × index that was asked.

    Parameters
    ----------
    feedback, ratings
        Raw tables with segment_code; None where there is none.
    composition
        What answers are weighted by, as in `satisfaction_counts`.
    is_staff
        Whether the clients are staff: willingness to recommend is then eNPS.

    Notes
    -----
    Each client has one voice in each index. Intervals are of 95 %: Student's for means, the
    normal one for NPS (variance of a three-valued mean), Wilson's for the share of easy
    contacts, linearisation for CSI (shares of answers and of importance both vary).
    """
    rows: list[Row] = []
    satisfaction = None if feedback is None else prepared(feedback, segment_codes)
    rated = None if ratings is None else prepared(ratings, segment_codes)
    for code in segment_codes:
        if satisfaction is not None:
            own = satisfaction[satisfaction["segment_code"] == code]
            rows += [*_csi(own, code), *_gap(headline(own), code, composition)]
        if rated is not None:
            own = rated[rated["segment_code"] == code]
            for index, part in own.groupby("index", sort=True):
                frame, _attributes = weighted_voices(part, code, composition)
                rows += _rated(str(index), frame, code, is_staff)
    order = {index: place for place, index in enumerate(INDEX_CODES)}
    places = {code: place for place, code in enumerate(segment_codes)}
    rows.sort(key=lambda row: (places[row["segment_code"]], order[row["index_code"]]))
    columns = SATISFACTION_INDICES.column_names
    return SATISFACTION_INDICES.conform(pd.DataFrame(rows, columns=columns))


def _index_row(
    code: str, index: str, frame: pd.DataFrame, name: str,
    value: float, low: float, high: float, scale: str, note: str = "",
) -> Row:  # fmt: skip
    known = frame[name].notna()
    return {
        "segment_code": code,
        "index_code": index,
        "answers_count": int(frame.loc[known, "answers_count"].sum()),
        "unanswered_count": int(frame.loc[~known, "answers_count"].sum()),
        "index_value": value,
        "low_value": low,
        "high_value": high,
        "scale": scale,
        "note": note or None,
    }


def _rated(index: str, frame: pd.DataFrame, code: str, is_staff: bool) -> list[Row]:
    if index == "nps":
        value, low, high = net_promoter_score(frame)
        name = "enps" if is_staff else "nps"
        return [_index_row(code, name, frame, "score", value, low, high, _("от −100 до 100"))]
    if index == "engagement":
        value, low, high = weighted_mean(frame, "score")
        low, high = _within(low, high, 0.0, 100.0)
        return [_index_row(code, index, frame, "score", value, low, high, _("от 0 до 100"))]
    mean, low, high = (
        CES_MINIMUM + CES_WIDTH * number / 100 for number in weighted_mean(frame, "score")
    )
    low, high = _within(low, high, 1.0, 7.0)
    known = frame[frame["score"].notna()]
    easy = known["score"] >= CES_EASY_FROM - _ROUNDING
    share, share_low, share_high = weighted_share(known, easy)
    return [
        _index_row(code, "ces", frame, "score", mean, low, high, _("от 1 до 7")),
        _index_row(code, "ces_easy", frame, "score", share, share_low, share_high, _("% ответов 5–7")),
    ]  # fmt: skip


def _within(low: float, high: float, least: float, greatest: float) -> tuple[float, float]:
    """Keep an interval on the scale; NaN stays NaN."""
    return float(np.fmax(low, least) if low == low else low), float(
        np.fmin(high, greatest) if high == high else high
    )


def net_promoter_score(frame: pd.DataFrame) -> tuple[float, float, float]:
    """Return NPS and its 95 % interval, -100 to 100, from voices on the scale of 100.

    Promoters less detractors; the variance is that of a mean of 1, 0 and -1. No interval from
    fewer than two voices.
    """
    known = frame[frame["score"].notna()]
    weights = (known["weight"] * known["answers_count"]).to_numpy(dtype=float)
    if not weights.sum() > 0:
        return float("nan"), float("nan"), float("nan")
    score = known["score"].to_numpy(dtype=float)
    signs = (score >= NPS_PROMOTER_FROM - _ROUNDING).astype(float)
    signs -= score <= NPS_DETRACTOR_TO + _ROUNDING
    value = float(np.average(signs, weights=weights))
    variance = float(np.average(signs**2, weights=weights)) - value**2
    size = effective_voices(known)
    if size < 2:
        return 100 * value, float("nan"), float("nan")
    half = normal_quantile() * (max(variance, 0.0) / size) ** 0.5
    low, high = _within(100 * (value - half), 100 * (value + half), -100.0, 100.0)
    return 100 * value, low, high


def _gap(answers: pd.DataFrame, code: str, composition: Composition | None) -> list[Row]:
    """Mean of each client's experience less his own expectation: a paired difference."""
    if not answers["gap"].notna().any():
        return []
    frame, _attributes = weighted_voices(answers, code, composition)
    value, low, high = weighted_mean(frame, "gap")
    return [_index_row(code, "gap", frame, "gap", value, low, high, _("от −100 до 100"))]


# -------------------------------------------------------------------------------- CSI


def _csi(answers: pd.DataFrame, code: str) -> list[Row]:
    """CSI over what was asked: means weighted by importance; nothing from one question alone."""
    asked = answers[answers["question"] != OVERALL]
    asked = asked[asked["score"].notna()]
    if asked["question"].nunique() < 2:
        return []
    value, low, high, is_weighted = customer_satisfaction_index(asked)
    low, high = _within(low, high, 0.0, 100.0)
    note = (
        _("вес вопроса – его средняя важность")
        if is_weighted
        else _("важность не спрашивали: вопросы весят поровну")
    )
    people = asked.assign(person=_person(asked))
    frame = people.drop_duplicates("person")
    return [_index_row(code, "csi", frame, "score", value, low, high, _("от 0 до 100"), note)]


def _person(answers: pd.DataFrame) -> pd.Series:
    """Return who gave each row: its client, or the row itself."""
    rows = pd.Series([f"row {number}" for number in range(len(answers))], index=answers.index)
    return ("client " + answers["client_id"].astype("str")).where(
        answers["client_id"].notna(), rows
    )


def customer_satisfaction_index(answers: pd.DataFrame) -> tuple[float, float, float, bool]:
    """Return CSI, its 95 % interval, and whether importance weighs the questions.

    CSI = sum over questions of w (mean score), 0-100, where w is the question's mean importance
    over the sum of all (or the same for all where importance was not asked).

    Notes
    -----
    The variance is of linearised values by person: one's departure from the mean of each
    question by its weight, and one's departure in importance by what the question adds.
    """
    answers = answers.assign(
        person=_person(answers), total=answers["weight"] * answers["answers_count"]
    )
    is_weighted = bool(answers["importance"].notna().any())
    means = _means(answers, "score")
    importance = _means(answers, "importance") if is_weighted else means * 0 + 1
    importance = importance.reindex(means.index).fillna(importance.mean())
    if not importance.sum() > 0:
        importance, is_weighted = means * 0 + 1, False
    weights = importance / importance.sum()
    value = float((weights * means).sum())
    totals = answers.groupby("question")["total"].sum()
    question = answers["question"]
    share = answers["total"] / question.map(totals)
    part = question.map(weights) * (answers["score"] - question.map(means)) * share
    if is_weighted:
        asked = answers["importance"].notna()
        sums = answers[asked].groupby("question")["total"].sum()
        lever = question.map((means - value) / importance.sum())
        moved = (answers["importance"] - question.map(importance)) * lever
        part = part + (moved * answers["total"] / question.map(sums)).fillna(0.0)
    by_person = part.groupby(answers["person"]).sum()
    repeated = answers.groupby("person")["answers_count"].max()
    # A row of several like answers is several people, each with its part.
    variance = float((by_person**2 / repeated.reindex(by_person.index)).sum())
    size = float(repeated.sum())
    half = mean_half_width(variance * size, size) if size >= 2 else float("nan")
    return value, value - half, value + half, is_weighted


def _means(answers: pd.DataFrame, name: str) -> pd.Series:
    known = answers[answers[name].notna()]
    sums = (known[name] * known["total"]).groupby(known["question"]).sum()
    return sums / known.groupby("question")["total"].sum()
