"""What composers of fields share: the registry, and how texts are put together.

A composer gets one segment's view and returns a text, or says why there is none. It looks at
nothing but the view, so that protected tables give protected texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from client_segments import disclosure
from client_segments.language import NO_BREAK_SPACE, NO_DATA, _, counted, format_count
from client_segments.profiles.inputs import SegmentView

TOP_COUNT = 5
"""Own: how many problems and channels a field names."""


@dataclass(frozen=True)
class FieldText:
    """Text of one field; `is_filled` is False where the text says why there is no value."""

    text: str
    is_filled: bool = True


Composer = Callable[[SegmentView], FieldText]
COMPOSERS: dict[str, Composer] = {}


def no_data(reason: str) -> FieldText:
    """Return the text of an empty field with its reason."""
    return FieldText(f"{NO_DATA}: {reason}", is_filled=False)


def field_composer(key: str) -> Callable[[Composer], Composer]:
    """Register the function below as the composer of a field's key."""

    def register(function: Composer) -> Composer:
        COMPOSERS[key] = function
        return function

    return register


def lines_field(lines: Iterable[str], reason: str) -> FieldText:
    """Return lines of text, or the reason why there is none."""
    text = "\n".join(lines)
    return FieldText(text) if text else no_data(reason)


def text_field(value: object, reason: str) -> FieldText:
    """Return a value as the field's text, or the reason why there is none."""
    has_text = is_present(value) and str(value).strip()
    return FieldText(str(value)) if has_text else no_data(reason)


def range_text(low: object, high: object, form: Callable[[float], str]) -> str:
    """Return «от … до …», or empty text where a bound is missing or both are the same."""
    if not (is_present(low) and is_present(high)) or low == high:
        return ""
    return _("от {low} до {high}").format(low=form(low), high=form(high))


def is_present(value: object) -> bool:
    """Tell whether a cell of a table has a value (not None, NaN, NaT or NA)."""
    return value is not None and not pd.isna(value)


def count_text(value: object) -> str:
    """Return a count as text; one that is not known, or hidden, as a dash."""
    return format_count(value) if is_present(value) else "—"


def told_count(
    view: SegmentView, value: object, one: str = "", few: str = "", many: str = ""
) -> str:
    """Return a count of the segment with its word; a shared profile says of few «менее 6»."""
    if not is_present(value):
        return "—"
    if view.inputs.is_protected and disclosure.is_hidden(int(value)):
        text = disclosure.count_text(int(value))
        return f"{text}{NO_BREAK_SPACE}{many}" if many else text
    return counted(int(value), one, few, many) if many else format_count(value)


def join_parts(parts: Iterable[str], separator: str = "; ") -> str:
    """Join the parts that are not empty."""
    return separator.join(part for part in parts if part)
