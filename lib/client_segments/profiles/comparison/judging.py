"""Whether a change is more than chance, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import erfc, sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from client_segments import recommendations as rec
from client_segments.language import (
    NO_BREAK_SPACE,
    _,
    format_number,
    format_percent,
)
from client_segments.profiles.comparison.contracts import CHANGES
from client_segments.profiles.comparison.indicators import Comparison
from client_segments.statistics import (
    difference_interval,
    difference_test,
    false_discovery,
)
from client_segments.study import AuthorityYear

PARAMETERS = ("capacity", "satisfaction", "blind_zone")
"""Indicators that are parameters of clause 6."""

LEADING = ("satisfaction", "blind_zone")
"""Indicators that a change of is looked for first: what clients live through, by clause 6.

Capacity is a parameter too, but its shift is drift: everybody is counted, and it is told there."""

LEADING_WEIGHT = 0.75
"""Own: part of the level that the leading indicators have, few as they are among comparisons."""

CHANGE_MINIMUM_PCT = 1.0
"""Own: a change of no more percentage points is none, however many clients make it certain."""


def level_of(authority_year: AuthorityYear) -> float:
    """Return the false alarm rate that one authority's year may have.

    The rate of `rec.FALSE_DISCOVERY_RATE` is kept over all authorities whose data of both years
    lie in the same folder: each has an equal part. As the sum of V_a over the sum of R_a is never
    above the sum of V_a / R_a, the false discovery rate over all is at most the sum of the parts,
    whatever the authorities' data. Only folders are looked at, so that the order in which
    authorities are run changes nothing.
    """
    years = (authority_year.year - 1, authority_year.year)
    others = {
        path.parent.name
        for path in authority_year.data_folder.glob(f"*/{authority_year.year}")
        if all(_has_groups(authority_year, path.parent.name, year) for year in years)
    }
    return rec.FALSE_DISCOVERY_RATE / len(others | {authority_year.authority})


def _has_groups(authority_year: AuthorityYear, authority: str, year: int) -> bool:
    return any((authority_year.data_folder / authority / str(year)).glob("*/group.yml"))


def judge(
    comparisons: Iterable[Comparison], level: float = rec.FALSE_DISCOVERY_RATE
) -> pd.DataFrame:
    """Judge all comparisons of an authority together.

    Newcombe's interval for each difference; `is_real` after Benjamini and Hochberg with weights:
    of the changes called real no more than `level` are expected to be chance, and where nothing
    has changed the probability of any alarm is no more than `level`. The leading indicators have
    most of the weight between them: a change of satisfaction must not drown among hundreds of
    problems and channels. A change within `CHANGE_MINIMUM_PCT` counts as none.

    Returns
    -------
    pandas.DataFrame
        One row is one comparison: `group_code` and the columns of `CHANGES`.
    """
    comparisons = list(comparisons)
    complete = [item for item in comparisons if item.is_complete]
    sides = np.array(
        [(item.after.hits, item.after.total, item.before.hits, item.before.total)
         for item in complete], dtype=float,
    ).reshape(-1, 4)  # fmt: skip
    is_leading = [item.indicator in LEADING for item in complete]
    q_values = weighted_false_discovery(change_p_values(*sides.T), is_leading)
    limits = zip(*difference_interval(*sides.T), strict=True)
    found = {
        id(item): (q_value, *interval)
        for item, q_value, interval in zip(complete, q_values, limits, strict=True)
    }
    rows = [_judged(item, found.get(id(item)), level) for item in comparisons]
    frame = pd.DataFrame(rows, columns=["group_code", *CHANGES.column_names])
    return frame.assign(is_real=frame["is_real"].astype("boolean"))


def change_p_values(
    hits: ArrayLike, total: ArrayLike, other_hits: ArrayLike, other_total: ArrayLike
) -> np.ndarray:
    """Return p-values of «no change, or none that matters» between two shares.

    The larger of the test of equality and of Wald's test against the differences within
    `CHANGE_MINIMUM_PCT`: a small change is none, however many clients make it certain.
    """
    hits, total, other_hits, other_total = (
        np.asarray(side, dtype=float) for side in (hits, total, other_hits, other_total)
    )
    share, other = hits / total, other_hits / other_total
    error = np.sqrt(share * (1 - share) / total + other * (1 - other) / other_total)
    margin, difference = CHANGE_MINIMUM_PCT / 100, np.abs(share - other)
    with np.errstate(divide="ignore", invalid="ignore"):
        tails = sum(_normal_below((side * margin - difference) / error) for side in (1, -1))
    within = np.where(error > 0, np.minimum(tails, 1.0), difference <= margin)
    return np.maximum(difference_test(hits, total, other_hits, other_total), within)


_normal_below = np.vectorize(lambda score: erfc(-score / sqrt(2)) / 2, otypes=[float])


def weighted_false_discovery(p_values: Sequence[float], is_leading: Sequence[bool]) -> np.ndarray:
    """Return q-values of comparisons, those of leading indicators weighted.

    Every p-value is divided by its weight; the weights have the mean 1, and those of the leading
    indicators sum to `LEADING_WEIGHT` of all. Source: Genovese, Roeder & Wasserman (2006)
    Biometrika 93:509-524.
    """
    p_values, is_leading = np.asarray(p_values, dtype=float), np.asarray(is_leading, dtype=bool)
    weights = np.ones(len(p_values))
    if is_leading.any() and not is_leading.all():
        for family, part in (
            (is_leading, LEADING_WEIGHT),
            (~is_leading, 1 - LEADING_WEIGHT),
        ):
            weights[family] = part * len(p_values) / family.sum()
    return false_discovery(np.minimum(p_values / weights, 1.0))


def _judged(
    item: Comparison, found: tuple[float, float, float] | None, level: float
) -> dict[str, object]:
    """Return a row of `CHANGES`; `found` are the q-value and the limits of the difference."""
    q_value, low, high = found or (float("nan"),) * 3
    before = item.before.percent if item.before else float("nan")
    after = item.after.percent if item.after else float("nan")
    row = {
        "group_code": item.group,
        "segment_code": item.segment,
        "indicator": item.indicator,
        "label": item.label,
        "previous_value": before,
        "current_value": after,
        "difference": after - before,
        "low": 100 * low,
        "high": 100 * high,
        "q_value": q_value,
        "is_real": bool(q_value <= level),
    }
    return row | {"advice": advice_text(item, row)}


def _points(value: float) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{format_number(abs(value))}{NO_BREAK_SPACE}п.{NO_BREAK_SPACE}п."


_ADVICE = {
    "capacity": _("проверьте правило отнесения к сегменту и очерёдность исследования"),
    "satisfaction": _("выясните причину и дополните профиль гипотезой о пути"),
    "blind_zone": _("проверьте, как сегмент узнаёт о мере, и пересмотрите план"),
    "problem": _("дополните профиль гипотезой об этой проблеме и пересмотрите план"),
    "channel": _("пересмотрите каналы сегмента в профиле и плане"),
    "journey": _("выясните, почему путь изменился, и дополните профиль гипотезой"),
}


def advice_text(item: Comparison, row: Mapping[str, object]) -> str:
    """Return what to do about one indicator: which hypothesis to revise, or that nothing moved."""
    if not item.is_complete:
        year = _("за прошлый год") if item.before is None else _("за этот год")
        return _("Сравнить нельзя: нет данных {year}.").format(year=year)
    if not row["is_real"]:
        return _("Изменение не больше случайного: пересматривать нечего.")
    change = _(
        "Было {before}, стало {after} ({difference}; от {low} до {high}) – больше случайного."
    )
    sentences = [
        change.format(
            before=format_percent(row["previous_value"]), after=format_percent(row["current_value"]),
            difference=_points(row["difference"]), low=_points(row["low"]), high=_points(row["high"]),
        )
    ]  # fmt: skip
    if item.note:
        sentences.append(item.note[0].upper() + item.note[1:] + ".")
    sentences.append(_remedy(item))
    return " ".join(sentences)


def _remedy(item: Comparison) -> str:
    if not item.hypotheses:
        general = _ADVICE[item.indicator.split(".")[0]]
        return _("Что сделать: {advice}.").format(advice=general)
    quoted = [f"{text.split(': ', 1)[0]}: «{text.split(': ', 1)[1]}»" for text in item.hypotheses]
    if len(quoted) == 1:
        return _("Что сделать: пересмотрите гипотезу {text}.").format(text=quoted[0])
    return _("Что сделать: пересмотрите гипотезы {texts}.").format(texts="; ".join(quoted))
