"""A sheet of cells as it was met: distinct values by column, with the places of the cells."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import zip_longest

import numpy as np

from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _, format_date
from client_segments.values import clean_text

HEAD_ROWS = 30
"""Own: rows among which the header is looked for."""

MAX_COLUMNS = 1_000
"""Own: a table with more columns than this is a mistake of the sender, or an attack."""

ASK = _("попросите отправителя прислать исправленный файл.")
"""What can be done about a file that nobody here may edit."""

_CHUNK_ROWS = 5_000
_FOUND_LENGTH = 80


class UncachedFormula:
    """A formula whose result the workbook does not hold."""

    def __str__(self) -> str:
        return _("формула без сохранённого результата")


UNCACHED_FORMULA = UncachedFormula()


def text_of(value: object) -> str:
    """Return a cell's text as the person sees it: a day as dd.mm.yyyy, a flag as «да» or «нет»."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, datetime) and value.time() != time():
        return f"{format_date(value)} {value:%H:%M:%S}"
    if isinstance(value, date):
        return format_date(value)
    return clean_text(value)


@dataclass(frozen=True)
class CellColumn:
    """One column of cells: `codes[row]` is the position of the cell's value in `values`."""

    codes: np.ndarray
    values: list


@dataclass(frozen=True)
class Grid:
    """One sheet: one row is one row of the file that is not blank.

    Attributes
    ----------
    row_numbers
        Numbers of the rows as the person sees them.
    lengths
        Fields in each row of a text file; empty for other files, whose rows are never ragged.
    has_letters
        Whether a cell's place is a coordinate such as B7, or only the row has a number.
    """

    file: str
    sheet: str
    columns: Sequence[CellColumn]
    row_numbers: np.ndarray
    lengths: np.ndarray
    has_letters: bool = True
    findings: Findings = field(default_factory=Findings)

    @property
    def rows_count(self) -> int:
        return len(self.row_numbers)

    def row(self, row: int) -> list[object]:
        return [column.values[column.codes[row]] for column in self.columns]

    def place(self, row: int, column: int | None = None) -> str:
        """Return where a cell (or the whole row) is, as the person sees it."""
        number = self.row_numbers[row]
        if not number:  # the names of columns stand in no row of a log or of Parquet
            return ""
        if column is None or not self.has_letters:
            return _("строка {number}").format(number=number)
        from openpyxl.utils import get_column_letter  # a third of a second that few runs need

        return f"{get_column_letter(column + 1)}{number}"

    def finding(
        self,
        severity: Severity,
        rule: str,
        message: str,
        remedy: str = "",
        row: int | None = None,
        column: int | None = None,
        header: str = "",
        found: str = "",
        expected: str = "",
        clause: str = "",
        count: int = 1,
    ) -> Finding:
        """Return a finding about this sheet or one of its cells."""
        cell = "" if row is None else self.place(row, column)
        if len(found) > _FOUND_LENGTH:
            found = found[:_FOUND_LENGTH] + "…"
        return Finding(
            severity, rule, message, remedy, self.file, self.sheet, cell, header,
            found, expected, clause, count,
        )  # fmt: skip


class _Numbering(dict):
    """Numbers values in the order in which they are met."""

    def __missing__(self, key: object) -> int:
        self[key] = number = len(self)
        return number


class GridBuilder:
    """Collects rows of any width into a `Grid` without keeping every cell as an object."""

    def __init__(self) -> None:
        self._numberings: list[_Numbering] = []
        self._codes: list[array] = []
        self._row_numbers = array("q")
        self._lengths = array("q")
        self._chunk: list[Sequence] = []

    def add(self, number: int, cells: Sequence[object]) -> None:
        """Add a row; `number` is its number as the person sees it."""
        self._row_numbers.append(number)
        self._lengths.append(len(cells))
        self._chunk.append(cells)
        if len(self._chunk) >= _CHUNK_ROWS:
            self._flush()

    def _flush(self) -> None:
        rows_before = len(self._row_numbers) - len(self._chunk)
        columns = list(zip_longest(*self._chunk))
        while len(self._codes) < len(columns):  # a column that first appears here was empty above
            numbering = _Numbering({None: 0})
            self._numberings.append(numbering)
            self._codes.append(array("i", bytes(4 * rows_before)))
        for codes, numbering, cells in zip(self._codes, self._numberings, columns, strict=False):
            codes.extend(map(numbering.__getitem__, cells))
        missing = array("i", bytes(4 * len(self._chunk)))
        for codes in self._codes[len(columns) :]:
            codes.extend(missing)
        self._chunk = []

    def build(
        self, file: str, sheet: str, findings: Findings, *, is_text: bool, has_letters: bool = True
    ) -> Grid:
        """Return what was collected; `is_text` says that rows may be ragged."""
        self._flush()
        columns = [
            CellColumn(np.frombuffer(codes, dtype=np.int32), list(numbering))
            for codes, numbering in zip(self._codes, self._numberings, strict=True)
        ]
        lengths = np.array(self._lengths if is_text else [], dtype=np.int64)
        row_numbers = np.array(self._row_numbers, dtype=np.int64)
        return Grid(file, sheet, columns, row_numbers, lengths, has_letters, findings)
