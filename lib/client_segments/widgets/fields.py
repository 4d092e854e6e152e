"""Input fields: one ipywidgets control for one column of a decision's record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import ipywidgets as ipw

from client_segments.contracts import Column, Kind
from client_segments.language import _

NOTHING = _("— не указано —")
_LONG_TEXTS = ("text", "measure", "need", "why", "summary", "reason", "resources")
_LABEL_STYLE = {"description_width": "13em"}
_WIDE = {"width": "46em", "max_width": "98%"}


@dataclass(frozen=True)
class Field:
    """A control and the way to read from it what goes into the decision's file.

    `read` returns text, a list of texts, a date, or None where nothing is given.
    """

    column: Column
    control: ipw.Widget
    read: Callable[[], object]


def _text(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _choice(column: Column, value: object, choices: Mapping[str, str]) -> Field:
    options = [(NOTHING, None), *((label, code) for code, label in choices.items())]
    if value is not None and value not in choices:
        options.append((str(value), value))
    control = ipw.Dropdown(options=options, value=value)
    return Field(column, control, lambda: control.value)


def _several(column: Column, value: object, choices: Mapping[str, str]) -> Field:
    options = [
        (f"{code} – {label}" if label != code else label, code) for code, label in choices.items()
    ]
    chosen = [code for code in value or () if code in choices]
    control = ipw.SelectMultiple(options=options, value=chosen, rows=min(6, max(2, len(options))))
    return Field(column, control, lambda: list(control.value) or None)


def _lines(column: Column, value: object) -> Field:
    lines = "\n".join(_text(item) for item in value or ())
    control = ipw.Textarea(value=lines, rows=3, placeholder=_("по одному в строке"))
    return Field(
        column,
        control,
        lambda: [line.strip() for line in control.value.splitlines() if line.strip()] or None,
    )


def make_field(column: Column, value: object, choices: Mapping[str, str] | None = None) -> Field:
    """Return the field for a column, showing a value.

    Parameters
    ----------
    choices
        Codes and labels to choose among, where they depend on the study (segments, attributes).
    """
    choices = choices or column.codes
    if column.is_list and choices:
        field = _several(column, value, choices)
    elif column.is_list:
        field = _lines(column, value)
    elif choices:
        field = _choice(column, value, choices)
    elif column.kind is Kind.FLAG:
        field = _choice(column, value, {True: _("да"), False: _("нет")})
    elif column.kind is Kind.DATE:
        day = value.date() if hasattr(value, "date") else value
        control = ipw.DatePicker(value=day if isinstance(day, date) else None)
        field = Field(column, control, lambda: control.value)
    else:
        is_long = column.name in _LONG_TEXTS
        control = (ipw.Textarea if is_long else ipw.Text)(value=_text(value))
        field = Field(column, control, lambda: control.value.strip() or None)
    field.control.description = column.label
    field.control.tooltip = column.description
    field.control.style = _LABEL_STYLE
    field.control.layout = _WIDE
    return field
