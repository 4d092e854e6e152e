"""The language of what people see: translation, plural forms, numbers and dates.

The Russian text is the message id, so another language is a catalogue and not a rewrite.
"""

from __future__ import annotations

import gettext
import math
from collections.abc import Iterable
from datetime import date
from importlib import resources

from babel import Locale
from babel.numbers import format_decimal

LANGUAGE = "ru"
LOCALE = Locale(LANGUAGE)
NO_BREAK_SPACE = "\u00a0"
NO_DATA = "нет данных"

_translation = gettext.translation(
    "client_segments",
    localedir=str(resources.files("client_segments") / "locale"),
    languages=[LANGUAGE],
    fallback=True,
)
_ = _translation.gettext


def plural(number: int, one: str, few: str, many: str) -> str:
    """Return the Russian form that goes with `number`: 1 клиент, 2 клиента, 5 клиентов."""
    return {"one": one, "few": few}.get(LOCALE.plural_form(abs(number)), many)


def counted(number: int, one: str, few: str, many: str) -> str:
    """Return the number and the right form of the word, joined by a no-break space."""
    return f"{format_count(number)}{NO_BREAK_SPACE}{plural(number, one, few, many)}"


def is_missing(value: object) -> bool:
    """Tell whether a scalar is None, NaN or NaT."""
    return value is None or value != value  # NaN and NaT differ from themselves


def format_count(number: float | None) -> str:
    """Format a whole number: 1 234 with no-break spaces; missing as a dash."""
    if is_missing(number):
        return "—"
    return _signed(format_decimal(round(number), format="#,##0", locale=LOCALE))


def format_number(number: float | None, digits: int = 1) -> str:
    """Format a number with a decimal comma and exactly `digits` decimals; missing as a dash.

    A number below zero has a minus sign, not a hyphen.
    """
    if is_missing(number) or math.isinf(number):
        return "—"
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return _signed(format_decimal(number, format=pattern, locale=LOCALE))


def _signed(written: str) -> str:
    """Return a number with a minus for a hyphen; one that is written as zero has no sign."""
    return written.replace("-", "−") if written.strip("-0,") else written.lstrip("-")


def format_percent(number: float | None, digits: int = 1) -> str:
    """Format a percentage given in per cent (0-100): 12,5 %."""
    if is_missing(number):
        return "—"
    return f"{format_number(number, digits)}{NO_BREAK_SPACE}%"


def format_date(day: date | None) -> str:
    """Format a date as dd.mm.yyyy; missing as a dash."""
    if is_missing(day):
        return "—"
    return day.strftime("%d.%m.%Y")


def sentence_list(items: list[str]) -> str:
    """Join items as Russian text does: «а, б и в»."""
    if len(items) < 2:
        return "".join(items)
    return _("{first} и {last}").format(first=", ".join(items[:-1]), last=items[-1])


def quoted(names: Iterable[str]) -> list[str]:
    """Return names in quotation marks."""
    return [f"«{name}»" for name in names]


def quoted_list(names: Iterable[str]) -> str:
    """Join names in quotation marks as Russian text does: «а», «б» и «в»."""
    return sentence_list(quoted(names))


def shortened(text: str, length: int) -> str:
    """Return a text of at most `length` characters; what is cut off ends with «…»."""
    return text if len(text) <= length else text[: length - 1].rstrip(" ,;") + "…"
