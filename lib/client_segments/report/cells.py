"""Cells of the report's tables: one text and one number for all forms of the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from client_segments.contracts import Kind
from client_segments.disclosure import count_text
from client_segments.language import NO_BREAK_SPACE
from client_segments.presentation import table_texts
from client_segments.report.tree import Figure, Report, Table
from client_segments.values import ValueRefusedError, parse_date, parse_number

_NUMBERS = (Kind.INTEGER, Kind.NUMBER)


@dataclass(frozen=True)
class Cell:
    """One cell: what is read, and the number or day that is read, if it is one.

    The number is the text's own: a form that writes numbers tells no more digits than the text.
    """

    text: str
    number: float | None = None
    digits: int = 0
    is_percent: bool = False
    day: date | None = None


@dataclass(frozen=True)
class Cells:
    """A table as cells; `is_number` says which columns stand to the right."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_number: tuple[bool, ...]


def told_frame(table: Table) -> pd.DataFrame:
    """Return the frame with protected counts as they are told."""
    frame = table.frame.copy()
    for name in table.counts:
        frame[name] = frame[name].map(lambda count: None if pd.isna(count) else count_text(count))
    return frame


def table_cells(table: Table) -> Cells:
    """Return the cells of a table."""
    texts = table_texts(told_frame(table), table.contract)
    rows = tuple(
        tuple(_cell(text, kind) for text, kind in zip(row, texts.kinds, strict=True))
        for row in texts.rows
    )
    return Cells(texts.headings, rows, tuple(kind in _NUMBERS for kind in texts.kinds))


def _cell(text: str, kind: Kind) -> Cell:
    if kind is Kind.DATE:
        try:
            return Cell(text, day=parse_date(text).date())
        except ValueRefusedError:
            return Cell(text)
    if kind not in _NUMBERS:
        return Cell(text)
    bare = text.removesuffix("%").rstrip(NO_BREAK_SPACE)
    try:
        number = parse_number(bare)
    except ValueRefusedError:  # «—», «менее 6», «< 0,0001»
        return Cell(text)
    digits = len(bare.partition(",")[2])
    return Cell(text, number, digits, is_percent=bare != text)


@dataclass(frozen=True)
class Numbers:
    """Numbers of tables and figures, the same in every form: by identity of the block."""

    tables: dict[int, int]
    figures: dict[int, int]


def numbered(report: Report) -> Numbers:
    """Number tables and figures in the order of the report."""
    tables = [block for block in _blocks(report) if isinstance(block, Table)]
    figures = [block for block in _blocks(report) if isinstance(block, Figure)]
    return Numbers(
        {id(block): number for number, block in enumerate(tables, start=1)},
        {id(block): number for number, block in enumerate(figures, start=1)},
    )


def _blocks(report: Report) -> Iterator[object]:
    for _level, section in report.walk():
        yield from section.blocks
