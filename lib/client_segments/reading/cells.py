"""Values of a column: each distinct value is read once, and every refusal is told."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo

import numpy as np
import pandas as pd

from client_segments.contracts import Column, Kind
from client_segments.findings import Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.reading.grids import ASK, UNCACHED_FORMULA, Grid, text_of
from client_segments.values import LOCAL_ZONE, ValueRefusedError, parse_value

DISTINCT_SHOWN = 10
"""Own: distinct wrong values of a column that are told one by one; the rest are counted."""

_PLACEHOLDERS = frozenset(
    fold(text)
    for text in (
        "нет данных", "нет сведений", "нет ответа", "нет информации", "не указано", "не указан",
        "не указана", "не указаны", "неизвестно", "не известно", "н/д", "нд", "н.д.", "-", "--",
        "?", "not stated", "unknown", "n/a", "na", "nan", "null", "none", "(пусто)", "пусто",
    )
)  # fmt: skip
_PLACEHOLDER_LENGTH = 20
_EXCEL_ERRORS = frozenset(
    [
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#Н/Д",
        "#ССЫЛКА!",
        "#ЗНАЧ!",
        "#ДЕЛ/0!",
        "#ИМЯ?",
        "#ЧИСЛО!",
        "#ПУСТО!",
    ]
)
_EXPONENT = re.compile(r"\d([.,]\d+)?[eEеЕ]\+\d+")
_ZONE = re.compile(r":\d{2}(?:[.,]\d+)? ?(Z|[+-]\d{2}:?\d{2})$")
_EXACT_INTEGER = 2**53
_EXCEL_DIGITS_LIMIT = 10**15

_DECLARE = _("объявите значение в decisions/columns.yml (codes или no_answer) либо {ask}").format(
    ask=ASK
)


@dataclass(frozen=True)
class Wording:
    """What is decided of a column's values, folded: its codes and its words for no answer."""

    codes: Mapping[str, str]
    no_answer: frozenset[str]

    @classmethod
    def of(cls, codes: Mapping[str, str], no_answer: tuple[str, ...]) -> Wording:
        folded = {fold(theirs): ours for theirs, ours in codes.items()}
        return cls(folded, frozenset(fold(value) for value in no_answer))


@dataclass(frozen=True)
class _Problem:
    """What is said of one distinct value."""

    severity: Severity
    rule: str
    message: str
    remedy: str
    found: str
    expected: str = ""


class _RefusedError(Exception):
    def __init__(self, problem: _Problem) -> None:
        self.problem = problem


@dataclass(frozen=True)
class ColumnReader:
    """Reads one column of a grid.

    Parameters
    ----------
    grid, place, header
        The grid, the position of the column in it, and the text of its header.
    column
        The contract; None for a column that is an attribute, which stays text.
    wording
        What is decided of its values.
    zone
        The zone that times are brought to.
    """

    grid: Grid
    place: int
    header: str
    column: Column | None
    wording: Wording
    zone: tzinfo = LOCAL_ZONE

    def read(self, rows: np.ndarray) -> pd.Series:
        """Return the values of some rows of the grid; what is refused is empty and told."""
        cells = self.grid.columns[self.place]
        used, first, positions, counts = np.unique(
            cells.codes[rows], return_index=True, return_inverse=True, return_counts=True
        )
        parsed = self.read_distinct([cells.values[code] for code in used], rows[first], counts)
        dtype = "str" if self.column is None else self.column.kind.dtype
        return pd.Series(parsed, dtype=dtype).take(positions).reset_index(drop=True)

    def read_distinct(self, raw: list, first_rows: np.ndarray, counts: np.ndarray) -> list:
        """Read different values, each met first in some row and so many times; tell problems."""
        parsed, problems = [], []
        for number, value in enumerate(raw):
            result, found_problems = self._read_value(value)
            parsed.append(result)
            problems.extend((first_rows[number], counts[number], item) for item in found_problems)
        if self.column is None:
            problems.extend(self._dates_among_text(raw, first_rows, counts))
        elif self.column.kind is Kind.MOMENT:
            problems.extend(self._zones(raw, first_rows, counts))
        self.report(problems)
        return parsed

    def report(self, problems: list[tuple[int, int, _Problem]]) -> None:
        """Tell problems by row of the grid: the first of a rule one by one, the rest together."""
        shown: dict[str, int] = {}
        for row, count, problem in sorted(problems, key=lambda item: item[0]):
            shown[problem.rule] = shown.get(problem.rule, 0) + bool(problem.found)
            is_rest = shown[problem.rule] > DISTINCT_SHOWN
            self.grid.findings.add(
                self.grid.finding(
                    problem.severity, problem.rule, problem.message, problem.remedy, row,
                    self.place, self.header,
                    found=_("и другие значения") if is_rest else problem.found,
                    expected=problem.expected, count=int(count),
                    clause=self.column.clause if self.column else "",
                )
            )  # fmt: skip

    def _read_value(self, value: object) -> tuple[object, list[_Problem]]:
        text = str(value) if value is UNCACHED_FORMULA else text_of(value)
        if not text:
            return None, self._missing()
        try:
            self._refuse_broken(value, text)
            key = fold(text) if self.wording.codes or self.wording.no_answer else ""
            if key in self.wording.no_answer:
                return None, [self._no_answer(text), *self._missing(text)]
            if key in self.wording.codes:
                value = text = self.wording.codes[key]
                if fold(text) in self.wording.no_answer:
                    return None, [self._no_answer(text), *self._missing(text)]
            return self._typed(value, text), self._doubts(text)
        except _RefusedError as error:
            return None, [error.problem]

    def _refuse_broken(self, value: object, text: str) -> None:
        if value is UNCACHED_FORMULA:
            message = _("формула без сохранённого результата: значение неизвестно.")
            remedy = _("откройте книгу в Excel, сохраните её и положите в raw, либо {ask}")
            raise _RefusedError(
                _Problem(Severity.ERROR, "formula", message, remedy.format(ask=ASK), text)
            )
        if text.upper() in _EXCEL_ERRORS:
            message = _("вместо значения в ячейке ошибка Excel.")
            raise _RefusedError(_Problem(Severity.ERROR, "excel_error", message, _DECLARE, text))
        is_code = self.column is not None and self.column.kind is Kind.CODE
        if is_code and isinstance(value, date):
            message = _("вместо кода в ячейке дата: Excel исказил код.")
            problem = _Problem(
                Severity.ERROR, "code_is_date", message, ASK, text, self.column.kind.label
            )
            raise _RefusedError(problem)
        if is_code and (_is_long(value) or _EXPONENT.fullmatch(text)):
            message = _("Excel сохранил код как число и потерял его последние цифры.")
            problem = _Problem(
                Severity.ERROR, "code_lost_digits", message, ASK, text,
                self.column.kind.label,
            )  # fmt: skip
            raise _RefusedError(problem)

    def _typed(self, value: object, text: str) -> object:
        if self.column is None:
            return text
        is_text = self.column.kind in (Kind.TEXT, Kind.CODE)
        try:
            parsed = parse_value(text if is_text else value, self.column, self.zone)
            if isinstance(parsed, float) and not math.isfinite(parsed):
                raise ValueRefusedError(_("конечное число"))
            if self.column.kind is Kind.INTEGER and abs(parsed) > _EXACT_INTEGER:
                raise ValueRefusedError(_("целое число не длиннее 15 цифр"))
        except ValueRefusedError as error:
            message = _("значение не подходит столбцу «{label}».").format(label=self.column.label)
            problem = _Problem(Severity.ERROR, "value", message, _DECLARE, text, str(error))
            raise _RefusedError(problem) from None
        return parsed

    def _doubts(self, text: str) -> list[_Problem]:
        """Words that often mean no answer stay values until a person decides."""
        is_free = self.column is None or (
            self.column.kind in (Kind.TEXT, Kind.CODE) and self.column.codes is None
        )
        if not is_free or len(text) > _PLACEHOLDER_LENGTH or text.isdigit():
            return []
        if fold(text) not in _PLACEHOLDERS:
            return []
        is_code = self.column is not None and self.column.kind is Kind.CODE
        message = _("значение похоже на отсутствие ответа, но прочитано как обычное.")
        remedy = _("если это «нет ответа», впишите его в no_answer в decisions/columns.yml.")
        severity = Severity.WARNING if is_code else Severity.NOTE
        return [_Problem(severity, "placeholder", message, remedy, text)]

    def _missing(self, found: str = "") -> list[_Problem]:
        if self.column is None or not self.column.required:
            return []
        message = _("не заполнено обязательное значение.")
        return [_Problem(Severity.ERROR, "required", message, ASK, found, self.column.kind.label)]

    def _no_answer(self, text: str) -> _Problem:
        message = _("{value} = нет ответа (по decisions/columns.yml): прочитано как пустое.")
        return _Problem(Severity.NOTE, "no_answer", message.format(value=text), "", "")

    def _dates_among_text(
        self, raw: list, first_rows: np.ndarray, counts: np.ndarray
    ) -> list[tuple[int, int, _Problem]]:
        """Warn where a few cells became dates: Excel makes «5-10» the fifth of October."""
        filled = [value for value in raw if value is not None]
        dates = [place for place, value in enumerate(raw) if isinstance(value, date)]
        if not dates or len(dates) == len(filled):
            return []
        message = _("среди текста есть даты: Excel мог превратить в дату значение вида «5-10».")
        remedy = _(
            "сверьте с отправителем; верное значение впишите в codes в decisions/columns.yml."
        )
        return [
            (first_rows[place], counts[place],
             _Problem(Severity.WARNING, "date_among_text", message, remedy, text_of(raw[place])))
            for place in dates
        ]  # fmt: skip

    def _zones(
        self, raw: list, first_rows: np.ndarray, counts: np.ndarray
    ) -> list[tuple[int, int, _Problem]]:
        """Say where times are of different zones, and where some have a zone and some have none."""
        zones: dict[str, int] = {}
        bare = []
        for place, value in enumerate(raw):
            match = _ZONE.search(text_of(value)) if isinstance(value, str) else None
            if match:
                zones.setdefault(match[1].replace(":", "").replace("Z", "+0000"), place)
            elif isinstance(value, str) and ":" in value:
                bare.append(place)
        ours = str(self.zone)
        message = _("в столбце время разных часовых поясов: всё приведено к {zone}.")
        remedy = _("если местное время другое, укажите utc_offset в decisions/columns.yml.")
        told = [
            (first_rows[place], counts[place],
             _Problem(Severity.NOTE, "time_zones", message.format(zone=ours), remedy,
                      text_of(raw[place])))
            for place in zones.values()
            if len(zones) > 1
        ]  # fmt: skip
        if zones and bare:
            message = _("у части времени нет часового пояса: оно принято за местное ({zone}).")
            remedy = _("попросите отправителя прислать всё время с поясом или всё без него.")
            count = int(sum(counts[place] for place in bare))
            problem = _Problem(
                Severity.WARNING, "zone_missing", message.format(zone=ours), remedy,
                text_of(raw[bare[0]]),
            )  # fmt: skip
            told.append((first_rows[bare[0]], count, problem))
        return told


def _is_long(value: object) -> bool:
    return (
        isinstance(value, (int, float))
        and math.isfinite(value)
        and abs(value) >= _EXCEL_DIGITS_LIMIT
    )
