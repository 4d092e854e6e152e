"""Strict reading of single values: nothing is guessed, nothing is silently wrong."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from client_segments.contracts import Column, Kind
from client_segments.labels import fold
from client_segments.language import _, quoted

_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007"), " ")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?: \d{3})+|\d+)(?:[.,]\d+)?")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4})(?P<rest>.*)")
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})(?P<sign>[-/])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})(?P<rest>.*)"
)
_TIME = re.compile(
    r"[T ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
    r"(?: ?(?P<zone>Z|[+-]\d{2}:?\d{2}))?"
)
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})")
LOCAL_ZONE = timezone(timedelta(hours=6))
"""Own: the authority's zone (Omsk, UTC+6) where nothing else is decided. An offset, not a zone with
a summer time of its past: what lies between two moments stays what it was."""

_FLAGS = {fold(word): True for word in ("да", "yes", "true", "истина", "1", "1.0")}
_FLAGS |= {fold(word): False for word in ("нет", "no", "false", "ложь", "0", "0.0")}


class ValueRefusedError(ValueError):
    """A value that its column does not allow; the text says, in Russian, what is expected."""


def clean_text(value: object) -> str:
    """Return a cell's text without surrounding spaces; whole floats lose their «.0»."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return _("да") if value else _("нет")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value).translate(_SPACES).strip()


def parse_number(value: object) -> float:
    """Read a number: decimal comma or point, spaces between thousands."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    text = clean_text(value).replace("−", "-")
    if isinstance(value, (bool, date)) or not _NUMBER.fullmatch(text):
        raise ValueRefusedError(_("число, например 1 234,5"))
    return float(text.replace(" ", "").replace(",", "."))


def parse_integer(value: object) -> int:
    """Read a whole number."""
    try:
        number = parse_number(value)
    except ValueRefusedError:
        number = 0.5
    if not number.is_integer():
        raise ValueRefusedError(_("целое число, например 1 234"))
    return int(number)


def parse_offset(text: str) -> timezone:
    """Read the offset of a zone from UTC: «Z», «+06:00», «-0330»."""
    match = _OFFSET.fullmatch(text.strip().replace("−", "-"))
    if text.strip() == "Z":
        return UTC
    if not match or int(match["hours"]) > 14 or int(match["minutes"]) > 59:
        raise ValueRefusedError(_("часовой пояс вида +06:00"))
    shift = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    return timezone(-shift if match["sign"] == "-" else shift)


def parse_moment(value: object, zone: tzinfo | None = None) -> datetime:
    """Read a date with or without time: 05.03.2024 is 5 March.

    A time with the offset of a zone is brought to `zone`; one without is local and stays. Where
    no zone is given, the offset is dropped: the time stays as the clock on the wall showed it.
    """
    if isinstance(value, datetime):
        is_moved = value.tzinfo is not None and zone is not None
        return (value.astimezone(zone) if is_moved else value).replace(tzinfo=None)
    if isinstance(value, date):
        return datetime.combine(value, time())
    text = clean_text(value)
    match = _DAY_FIRST.fullmatch(text) or _YEAR_FIRST.fullmatch(text)
    clock = _TIME.fullmatch(match["rest"]) if match and match["rest"].strip() else None
    if isinstance(value, (int, float)) or not match or (match["rest"].strip() and not clock):
        raise ValueRefusedError(_("дата вида 05.03.2024 или 2024-03-05, можно со временем 14:30"))
    hours = [int(clock[part] or 0) for part in ("hour", "minute", "second")] if clock else [0, 0, 0]
    fraction = ((clock["fraction"] or "") if clock else "")[:6].ljust(6, "0")
    try:
        moment = datetime(int(match["year"]), int(match["month"]), int(match["day"]), *hours,
                          int(fraction))  # fmt: skip
    except ValueError:
        raise ValueRefusedError(_("существующая дата (день, месяц, год)")) from None
    if zone is None or clock is None or not clock["zone"]:
        return moment
    return moment.replace(tzinfo=parse_offset(clock["zone"])).astimezone(zone).replace(tzinfo=None)


def parse_date(value: object) -> datetime:
    """Read a date: midnight of the day; a time of day is refused."""
    moment = parse_moment(value)
    if moment.time() != time():
        raise ValueRefusedError(_("дата без времени, например 05.03.2024"))
    return moment


def parse_flag(value: object) -> bool:
    """Read «да» or «нет»."""
    if isinstance(value, bool):
        return value
    try:
        return _FLAGS[fold(clean_text(value))]
    except KeyError:
        raise ValueRefusedError(_("«да» или «нет»")) from None


def parse_code(value: object, column: Column) -> str:
    """Read a code: as it stands, or, where the column lists codes, one of them or its label."""
    text = clean_text(value)
    if column.codes is None:
        return text
    key = fold(text)
    for code, label in column.codes.items():
        if key in (fold(code), fold(label)):
            return code
    expected = ", ".join(quoted(column.codes.values()))
    raise ValueRefusedError(_("одно из: {values}").format(values=expected))


def parse_value(value: object, column: Column, zone: tzinfo = LOCAL_ZONE) -> object:
    """Read one non-empty value as its column's contract says; a time is brought to `zone`.

    Raises
    ------
    ValueRefusedError
        With what is expected, in Russian.
    """
    if column.kind in (Kind.TEXT, Kind.CODE):
        return parse_code(value, column)
    parsers = {
        Kind.INTEGER: parse_integer,
        Kind.NUMBER: parse_number,
        Kind.DATE: parse_date,
        Kind.MOMENT: lambda written: parse_moment(written, zone),
        Kind.FLAG: parse_flag,
    }
    parsed = parsers[column.kind](value)
    if column.minimum is not None and parsed < column.minimum:
        raise ValueRefusedError(_("не меньше {limit:g}").format(limit=column.minimum))
    if column.maximum is not None and parsed > column.maximum:
        raise ValueRefusedError(_("не больше {limit:g}").format(limit=column.maximum))
    return parsed
