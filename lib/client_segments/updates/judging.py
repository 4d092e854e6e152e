"""Whether a change is more than chance, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from client_segments import recommendations as rec
from client_segments.language import (
    NO_BREAK_SPACE,
    _,
    format_number,
    format_percent,
)
from client_segments.statistics import difference_interval, difference_test, false_discovery
from client_segments.updates.contracts import (
    CHANGES,
)
from client_segments.updates.indicators import Comparison

PARAMETERS = ("capacity", "satisfaction", "blind_zone")
"""Indicators that are parameters of clause 6."""


def judge(comparisons: Iterable[Comparison]) -> pd.DataFrame:
    """Judge all comparisons of an authority together.

    Newcombe's interval for each difference; `is_real` after Benjamini and Hochberg, so that of
    the changes called real no more than 5 % are expected to be chance. The parameters of clause 6
    are one family of comparisons, the many problems and channels another: a change of
    satisfaction must not drown among hundreds of channels.

    Returns
    -------
    pandas.DataFrame
        One row is one comparison: `group_code` and the columns of `CHANGES`.
    """
    comparisons = list(comparisons)
    complete = [item for item in comparisons if item.is_complete]
    q_values: dict[int, float] = {}
    for is_parameter in (True, False):
        family = [item for item in complete if (item.indicator in PARAMETERS) is is_parameter]
        p_values = [
            float(difference_test(
                item.after.hits, item.after.total, item.before.hits, item.before.total
            ))
            for item in family
        ]  # fmt: skip
        if family:
            q_values |= zip(map(id, family), false_discovery(p_values), strict=True)
    rows = [_judged(item, q_values.get(id(item))) for item in comparisons]
    frame = pd.DataFrame(rows, columns=["group_code", *CHANGES.column_names])
    return frame.assign(is_real=frame["is_real"].astype("boolean"))


def _judged(item: Comparison, q_value: float | None) -> dict[str, object]:
    row = {
        "group_code": item.group,
        "segment_code": item.segment,
        "indicator": item.indicator,
        "label": item.label,
        "previous_value": item.before.percent if item.before else float("nan"),
        "current_value": item.after.percent if item.after else float("nan"),
        "difference": float("nan"),
        "low": float("nan"),
        "high": float("nan"),
        "is_real": False,
    }
    if item.is_complete:
        low, high = difference_interval(
            item.after.hits, item.after.total, item.before.hits, item.before.total
        )
        row["difference"] = row["current_value"] - row["previous_value"]
        row["low"], row["high"] = 100 * low, 100 * high
        row["is_real"] = bool(q_value <= rec.FALSE_DISCOVERY_RATE)
    row["advice"] = advice_text(item, row)
    return row


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
