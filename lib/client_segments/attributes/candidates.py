"""Which columns of the clients' table can be attributes, and how a number is cut into classes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments.labels import fold
from client_segments.language import _, format_count
from client_segments.values import ValueRefusedError, parse_date, parse_number

VALUES_MAXIMUM = 12
"""Own: an attribute with more values is cut into classes (numbers) or left out (texts)."""
CLASSES = 4
_UNIQUE_SHARE = 0.95
"""Own: values that differ for nearly all rows name the client and describe nobody."""
_LONG_TEXT = 40
_IDENTIFIER_DIGITS = 6
_IDENTIFIER_WORDS = re.compile(
    r"(?:^|[^а-я])(?:№|номер|нoмер|ид|id|инн|снилс|огрн|паспорт|телефон)"
)
_STEPS = (5.0, 2.5, 2.0, 1.0)
_BOUND_TOLERANCE = 0.05
"""Own: a bound may part clients this far from equal shares, if it is a rounder number there."""


@dataclass(frozen=True)
class Column:
    """What a column of the clients' table is good for.

    Attributes
    ----------
    header
        Text of its header.
    values_count
        Different values.
    bins
        Lower bounds of classes 2 … k where the column holds a number with many values.
    reason
        Why it cannot be an attribute, a full sentence; empty where it can.
    """

    header: str
    values_count: int
    bins: tuple[float, ...] = ()
    reason: str = ""


def judge_column(header: str, counts: Mapping[str, int]) -> Column:
    """Judge a column by its values and how many rows have each."""
    texts = list(counts)
    distinct = len(texts)
    if not distinct:
        return Column(header, 0, reason=_("Во всех строках пусто."))
    if distinct == 1:
        only = _("У всех клиентов одно значение – «{value}»: оно никого не различает.")
        return Column(header, 1, reason=only.format(value=texts[0]))
    if distinct <= VALUES_MAXIMUM:
        return Column(header, distinct)
    is_unique = distinct >= _UNIQUE_SHARE * sum(counts.values())
    if is_unique and _looks_like_identifier(header, texts):
        reason = _("Похоже на номер или идентификатор: почти у каждого клиента своё значение.")
        return Column(header, distinct, reason=reason)
    numbers = _numbers(texts)
    if numbers is not None:
        bins = readable_bounds(numbers, np.array(list(counts.values()), dtype=float))
        reason = "" if bins else _("Почти у всех клиентов одно и то же число.")
        return Column(header, distinct, bins, reason)
    return Column(header, distinct, reason=_text_reason(texts, is_unique))


def _looks_like_identifier(header: str, texts: list[str]) -> bool:
    if _IDENTIFIER_WORDS.search(fold(header)):
        return True
    digits = {len(text) for text in texts if text.isdigit()}
    same_length = len(digits) == 1 and min(digits) >= _IDENTIFIER_DIGITS
    mixed = all(any(sign.isdigit() for sign in text) for text in texts)
    return (all(text.isdigit() for text in texts) and same_length) or (
        mixed and all(" " not in text for text in texts) and _numbers(texts) is None
        and not _are_dates(texts)
    )  # fmt: skip


def _text_reason(texts: list[str], is_unique: bool) -> str:
    if _are_dates(texts):
        return _("Даты не делят клиентов на группы: замените их сроком или возрастом в годах.")
    if is_unique or np.mean([len(text) for text in texts]) > _LONG_TEXT:
        return _("Похоже на свободный текст: почти у каждого клиента своё значение.")
    reason = _("Разных значений – {count}: объедините их в groups, чтобы признак читался.")
    return reason.format(count=format_count(len(texts)))


def _are_dates(texts: list[str]) -> bool:
    return all(_reads(parse_date, text) for text in texts[:50])


def _reads(parse, text: str) -> bool:
    try:
        parse(text)
    except ValueRefusedError:
        return False
    return True


def _numbers(texts: list[str]) -> np.ndarray | None:
    try:
        return np.array([parse_number(text) for text in texts])
    except ValueRefusedError:
        return None


def readable_bounds(numbers: np.ndarray, counts: np.ndarray) -> tuple[float, ...]:
    """Return bounds that cut clients into about equal classes at the roundest numbers there."""
    order = np.argsort(numbers, kind="stable")
    values = pd.Series(counts[order]).groupby(numbers[order]).sum()
    cumulative = values.cumsum().to_numpy() / values.sum()
    points = values.index.to_numpy()
    ranges = [
        tuple(
            float(points[min(np.searchsorted(cumulative, part), len(points) - 1)])
            for part in (share - _BOUND_TOLERANCE, share, share + _BOUND_TOLERANCE)
        )
        for share in np.arange(1, CLASSES) / CLASSES
    ]
    bounds = _round_numbers(ranges)
    return tuple(sorted({bound for bound in bounds if points[0] < bound <= points[-1]}))


def _round_numbers(ranges: list[tuple[float, float, float]]) -> list[float]:
    """Return multiples of the coarsest unit that has one near the middle of every range."""
    power = int(np.floor(np.log10(max(abs(end) for one in ranges for end in one) or 1.0)))
    for exponent in range(power, power - 12, -1):
        for step in _STEPS:
            unit = step * 10.0**exponent
            nearest = [
                round(float(np.round(middle / unit) * unit), 10) for _l, middle, _h in ranges
            ]
            if all(
                low <= one <= high for (low, _m, high), one in zip(ranges, nearest, strict=True)
            ):
                return nearest
    return [round(middle, 10) for _low, middle, _high in ranges]
