"""The report as a tree of content, from which each form of it is rendered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

import pandas as pd
import plotly.graph_objects as go

from client_segments.contracts import TableContract


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of text."""

    text: str


@dataclass(frozen=True)
class Remark:
    """A remark set apart from the text."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list, one sentence an item."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Labelled values: label and text."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table of the report.

    Attributes
    ----------
    caption, frame
        Caption, and the rows.
    contract
        Names and formats the columns.
    counts
        Columns of protected counts: numbers, told as «менее 6» where they are hidden.
    """

    caption: str
    frame: pd.DataFrame
    contract: TableContract
    counts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """A filled form: sections of labelled texts, set close so that it stands on one page.

    Attributes
    ----------
    title
        What the form is of.
    subject
        Whom it describes: tells it from the other forms of its sheet.
    parts
        Sections: title, and its fields as label and text.
    book_sheet
        Title of the sheet of a workbook that all forms alike share.
    """

    title: str
    subject: str
    parts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    book_sheet: str


@dataclass(frozen=True)
class Figure:
    """A chart with its text alternative; the table of its numbers stands beside it."""

    figure: go.Figure


Block = Paragraph | Remark | Items | Facts | Table | Form | Figure


@dataclass(frozen=True)
class Section:
    """A part of the report: title, anchor, content, and parts one level below.

    On paper a part that `starts_page` begins on a new one.
    """

    anchor: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = field(default=())
    starts_page: bool = False

    def walk(self, level: int = 2) -> Iterator[tuple[int, Section]]:
        """Yield the section and all below it with their heading levels."""
        yield level, self
        for section in self.sections:
            yield from section.walk(level + 1)


@dataclass(frozen=True)
class Report:
    """A whole report: title page and parts.

    Attributes
    ----------
    facts
        Labelled values of the title page.
    """

    title: str
    authority_name: str
    year: int
    composed_on: date | None
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    @property
    def made_on(self) -> datetime:
        """The moment that files bear: of the decisions behind the report, never of the clock."""
        return datetime.combine(self.composed_on or date(self.year + 1, 1, 1), time())

    def walk(self) -> Iterator[tuple[int, Section]]:
        """Yield every section with its heading level, in order."""
        for section in self.sections:
            yield from section.walk()


def blocks(*candidates: Block | Sequence[Block] | None) -> tuple[Block, ...]:
    """Collect blocks in order; None and empty lists leave nothing behind."""
    collected: list[Block] = []
    for candidate in candidates:
        if candidate is None:
            continue
        collected.extend(candidate if isinstance(candidate, (list, tuple)) else [candidate])
    return tuple(collected)
