"""Words of charts: labels in lines, numbers as people read them, text alternatives."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from html import escape

import pandas as pd

from client_segments.language import NO_DATA, _, format_count, format_number, format_percent

_LABEL_WIDTH = 25  # characters: with 12 px they leave half of a 320 px screen to the bars

Format = Callable[[float], str]


def wrap_label(text: str, width: int = _LABEL_WIDTH) -> str:
    """Return a label in lines of about `width` characters, safe for plotly's markup."""
    lines = textwrap.wrap(str(text), width, break_long_words=False) or [""]
    return "<br>".join(escape(line, quote=False) for line in lines)


def format_for(column: str) -> Format:
    """Return how numbers of a column are written, by its name: `_count`, `_pct` or other."""
    if column.endswith("_count"):
        return format_count
    if column.endswith("_pct"):
        return format_percent
    return lambda value: format_number(value, 2)


def value_words(value: float, low: float, high: float, form: Format) -> str:
    """Return a number with its interval, if it has one, in words."""
    if pd.isna(value):
        return NO_DATA
    if pd.isna(low) or pd.isna(high):
        return form(value)
    return _("{value} (от {low} до {high})").format(
        value=form(value), low=form(low), high=form(high)
    )


def extremes_sentence(frame: pd.DataFrame, label: str, value: str) -> str:
    """Return what a chart shows at its ends, for text alternatives: most and least, and where."""
    known = frame.dropna(subset=[value]).sort_values([value, label], kind="stable")
    if known.empty:
        return _("Данных нет.")
    form = format_for(value)
    least, most = known.iloc[0], known.iloc[-1]
    if len(known) == 1:
        return _("{label} – {value}.").format(label=most[label], value=form(most[value]))
    return _("Больше всего: {most} – {most_value}; меньше всего: {least} – {least_value}.").format(
        most=most[label],
        most_value=form(most[value]),
        least=least[label],
        least_value=form(least[value]),
    )
