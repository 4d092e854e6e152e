"""Input fields: one ipywidgets control for one column of a decision's record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ipywidgets as ipw
import traitlets

from client_segments.contracts import Column, Kind
from client_segments.language import _

NOTHING = _("— не указано —")
WIDE = {"width": "54em", "max_width": "98%"}
LABEL_STYLE = {"description_width": "15em"}
BUTTON = {"width": "auto", "align_self": "flex-start"}
_LONG_TEXTS = (
    "text", "measure", "need", "why", "summary", "reason", "resources", "problem", "basis",
)  # fmt: skip
_UNKNOWN = object()


@dataclass(frozen=True)
class Field:
    """A control and the way to read from it what goes into the decision's file.

    `read` returns text, a list of texts, a date, or None where nothing is given; a control that
    nobody touched gives back what stands in the file, letter by letter.
    """

    column: Column
    control: ipw.Widget
    read: Callable[[], object]


class CheckList(ipw.HBox):
    """Several of some options, each with a box to tick.

    A list in which a click without Ctrl drops everything chosen before is a trap.

    Parameters
    ----------
    options
        Label and value of each.
    value
        The chosen values; their order is kept, newly ticked ones follow.
    """

    value = traitlets.Tuple()

    def __init__(
        self,
        label: str,
        options: Sequence[tuple[str, str]],
        value: Sequence[str],
        tooltip: str = "",
    ) -> None:
        name = ipw.Label(
            label,
            layout={
                "width": LABEL_STYLE["description_width"], "flex": "none",
                "display": "flex", "justify_content": "flex-end", "margin": "2px 8px 2px 2px",
            },
        )  # fmt: skip
        self._boxes = ipw.Box(layout={"flex_flow": "row wrap", "flex": "1 1 auto"})
        super().__init__(
            [name, self._boxes], value=tuple(value), layout={**WIDE, "align_items": "flex-start"}
        )
        self._tooltip = tooltip
        self.offer(options)

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        """Show other options; what is chosen and no longer offered is dropped."""
        known = [value for _label, value in options]
        self.value = tuple(value for value in self.value if value in known)
        self._boxes.children = [self._box(label, value) for label, value in options]

    def _box(self, label: str, value: str) -> ipw.Checkbox:
        box = ipw.Checkbox(
            value=value in self.value, description=label, indent=False, tooltip=self._tooltip,
            layout={"width": "auto", "margin": "0 1.5em 0 0"},
        )  # fmt: skip

        def turn(change: Mapping) -> None:
            others = tuple(item for item in self.value if item != value)
            self.value = (*others, value) if change["new"] else others

        box.observe(turn, names="value")
        return box


def text_of(value: object) -> str:
    """Return a value as a text control shows it."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return "" if value is None else str(value)


def _choice(value: object, choices: Mapping[object, str]) -> tuple[ipw.Widget, Callable]:
    value = None if value == "" else value
    options = [(NOTHING, None), *((label, code) for code, label in choices.items())]
    if value is not None and value not in choices:
        options.append((_("{value} – нет в списке").format(value=value), value))
    # By its place: a value of None would leave the list without any line chosen.
    place = [code for _label, code in options].index(value)
    control = ipw.Dropdown(options=options, index=place)
    return control, lambda: control.value


def _several(
    column: Column, value: object, choices: Mapping[str, str]
) -> tuple[ipw.Widget, Callable]:
    chosen = [str(item) for item in value or ()]
    options = [
        (f"{code} – {label}" if column.codes and label != code else label, code)
        for code, label in choices.items()
    ]
    options += [
        (_("{value} – нет в списке").format(value=item), item)
        for item in chosen
        if item not in choices
    ]
    control = CheckList(column.label, options, chosen, column.description)
    return control, lambda: list(control.value) or None


def _lines(value: object) -> tuple[ipw.Widget, Callable]:
    lines = [text_of(item) for item in value or ()]
    control = ipw.Textarea(
        value="\n".join(lines), rows=min(8, max(2, len(lines))), placeholder=_("по одному в строке")
    )
    return (
        control,
        lambda: [line.strip() for line in control.value.splitlines() if line.strip()] or None,
    )


def _text(column: Column, value: object) -> tuple[ipw.Widget, Callable]:
    if column.name in _LONG_TEXTS:
        text = text_of(value)
        control = ipw.Textarea(value=text, rows=min(6, 2 + len(text) // 90))
    else:
        control = ipw.Text(value=text_of(value))
    control.placeholder = column.description
    return control, lambda: control.value.strip() or None


def _control(
    column: Column, value: object, choices: Mapping[str, str] | None
) -> tuple[ipw.Widget, Callable]:
    if column.is_list and choices:
        return _several(column, value, choices)
    if column.is_list:
        return _lines(value)
    if choices:
        return _choice(value, choices)
    if column.kind is Kind.FLAG:
        return _choice(value, {True: _("да"), False: _("нет")})
    day = value.date() if hasattr(value, "date") else value
    if column.kind is Kind.DATE and (day is None or isinstance(day, date)):
        control = ipw.DatePicker(value=day)
        return control, lambda: control.value
    return _text(column, value)


def make_field(
    column: Column,
    value: object,
    choices: Mapping[str, str] | None = None,
    written: object = _UNKNOWN,
) -> Field:
    """Return the field for a column, showing a value.

    Parameters
    ----------
    value
        As the column's kind says; text that the column refuses is shown as it is, to be mended.
    choices
        Codes and labels to choose among, where they depend on the study (segments, fields).
    written
        What stands in the file; given back by a control that nobody touched.
    """
    if value is None and written not in (_UNKNOWN, ""):
        value = written
    control, read = _control(column, value, choices or column.codes)
    if not isinstance(control, CheckList):
        unit = f", {column.unit}" if column.unit else ""
        control.description = column.label + unit
        control.tooltip = column.description
        control.style = LABEL_STYLE
        control.layout = WIDE
    shown = control.value

    def read_or_keep() -> object:
        return written if written is not _UNKNOWN and control.value == shown else read()

    return Field(column, control, read_or_keep)
