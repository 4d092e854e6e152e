"""The different values of a column in an engine, and where its table is."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa

from client_segments.language import _, is_missing
from client_segments.reading.grids import Grid


@dataclass(frozen=True)
class EngineGrid(Grid):
    """The header of a table in an engine; a place in it is a row, where rows have numbers."""

    def place(self, row: int, column: int | None = None) -> str:
        return _("строка {number}").format(number=row) if row > 0 else ""


@dataclass(frozen=True)
class Levels:
    """The different values of a column: as the engine writes them, as they are, how many rows.

    `first_rows` numbers the rows from 1; 0 where rows have no numbers. `is_whole` says that
    there are no more of them.
    """

    keys: list[str]
    values: list[object]
    counts: np.ndarray
    first_rows: np.ndarray
    is_whole: bool


def is_number(kind: pa.DataType) -> bool:
    """Tell whether a column holds numbers."""
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a column holds text."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def value_of(text: str, kind: pa.DataType) -> object:
    """Return a value from its text in the engine, of the type of its column."""
    parsers = (
        (pa.types.is_boolean, lambda: text in ("true", "t")),
        (pa.types.is_integer, lambda: int(text)),
        (pa.types.is_floating, lambda: float(text)),
        (pa.types.is_date, lambda: date.fromisoformat(text)),
        (pa.types.is_timestamp, lambda: datetime.fromisoformat(text)),
    )
    for is_kind, parse in parsers:
        if is_kind(kind):
            with suppress(ValueError):  # a date before our era stays as the engine wrote it
                value = parse()
                return None if is_missing(value) else value
    return text
