"""The report as a tree of content, from which each form of it is rendered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

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
    """A table: its frame, the contract that names and formats its columns, and its caption."""

    caption: str
    frame: pd.DataFrame
    contract: TableContract


@dataclass(frozen=True)
class Figure:
    """A chart with its text alternative; the table of its numbers stands beside it."""

    figure: go.Figure


Block = Paragraph | Remark | Items | Facts | Table | Figure


@dataclass(frozen=True)
class Section:
    """A part of the report: title, anchor, content, and parts one level below."""

    anchor: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = field(default=())

    def walk(self, level: int = 2) -> Iterator[tuple[int, Section]]:
        """Yield the section and all below it with their heading levels."""
        yield level, self
        for section in self.sections:
            yield from section.walk(level + 1)


@dataclass(frozen=True)
class Report:
    """A whole report: title page and parts."""

    title: str
    authority_name: str
    year: int
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    def walk(self) -> Iterator[tuple[int, Section]]:
        """Yield every section with its heading level, in order."""
        for section in self.sections:
            yield from section.walk()

    @property
    def has_figures(self) -> bool:
        return any(
            isinstance(block, Figure) for _level, section in self.walk() for block in section.blocks
        )


def blocks(*candidates: Block | Sequence[Block] | None) -> tuple[Block, ...]:
    """Collect blocks in order; None and empty lists leave nothing behind."""
    collected: list[Block] = []
    for candidate in candidates:
        if candidate is None:
            continue
        collected.extend(candidate if isinstance(candidate, (list, tuple)) else [candidate])
    return tuple(collected)
