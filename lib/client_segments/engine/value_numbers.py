"""Columns of Parquet files as numbers of their different values: one pass for all of them.

Parquet keeps a column of few values as a dictionary and numbers; the numbers are taken as they
are, and only the dictionaries, which are short, are looked at value by value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

TEXTS_MAXIMUM = 2**15 - 1
"""Values of a column that 16 bits can number."""
_BATCH_ROWS = 262_144
_FIRST_LOOK = 65_536


@dataclass(eq=False)
class NumberedColumn:
    """A column as numbers.

    Attributes
    ----------
    numbers
        One a row: 0 where the cell is empty, else the place in `texts`, from 1.
    texts
        The different values as text.
    counts
        Rows of each of them.
    """

    numbers: np.ndarray
    texts: list[str] = field(default_factory=list)
    counts: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def first_rows(self) -> np.ndarray:
        """Return the first row, from 0, of each of the texts."""
        rows = np.full(len(self.texts) + 1, -1, dtype=np.int64)
        met, first = np.unique(self.numbers[:_FIRST_LOOK], return_index=True)
        rows[met] = first
        for number in np.flatnonzero(rows[1:] < 0) + 1:
            rows[number] = int(np.argmax(self.numbers == number))
        return rows[1:]


def number_columns(paths: Sequence[Path], names: Sequence[str]) -> dict[str, NumberedColumn]:
    """Number the values of columns of text and of whole numbers in files, one after another.

    Columns of other types, and those of more than `TEXTS_MAXIMUM` values, are left out.

    Raises
    ------
    ArrowException, OSError
        If a file cannot be read.
    """
    files = [
        pq.ParquetFile(path, read_dictionary=list(names), memory_map=True, pre_buffer=False)
        for path in paths
    ]
    numberings = {
        name: _Numbering(sum(file.metadata.num_rows for file in files))
        for name in names
        if all(_is_numbered(file.schema_arrow, name) for file in files)
    }
    with ThreadPoolExecutor(1) as reader:
        begin = 0
        for batch in _ahead(_batches(files, numberings), reader):
            for name in list(numberings):
                if not numberings[name].add(begin, batch[name]):
                    del numberings[name]
            begin += batch.num_rows
    return {name: numbering.column() for name, numbering in numberings.items()}


def _is_numbered(schema: pa.Schema, name: str) -> bool:
    places = schema.get_all_field_indices(name)
    if len(places) != 1:
        return False
    kind = schema.field(places[0]).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind)


def _batches(
    files: Sequence[pq.ParquetFile], numberings: dict[str, _Numbering]
) -> Iterator[pa.RecordBatch]:
    """Yield batches of the columns that are still numbered when their group of rows begins."""
    for file in files:
        for group in range(file.num_row_groups):
            names = list(numberings)
            if names:
                yield from file.iter_batches(_BATCH_ROWS, row_groups=[group], columns=names)


def _ahead(
    batches: Iterator[pa.RecordBatch], reader: ThreadPoolExecutor
) -> Iterator[pa.RecordBatch]:
    """Yield batches while the next one is being read."""
    following = reader.submit(next, batches, None)
    while (batch := following.result()) is not None:
        following = reader.submit(next, batches, None)
        yield batch


class _Numbering:
    """Numbers of one column, growing by batches."""

    def __init__(self, rows_count: int) -> None:
        self._numbers = np.zeros(rows_count, dtype=np.int8)
        self._places: dict[object, int] = {}
        self._counts = np.zeros(1, dtype=np.int64)

    def add(self, begin: int, values: pa.Array) -> bool:
        """Number a batch; return whether the column still has few values."""
        if not pa.types.is_dictionary(values.type):
            values = values.dictionary_encode()
        places = self._places
        lookup = [
            places.setdefault(value, len(places) + 1) for value in values.dictionary.to_pylist()
        ]
        if len(places) > TEXTS_MAXIMUM:
            return False
        if len(places) >= 2**7 and self._numbers.dtype == np.int8:
            self._numbers = self._numbers.astype(np.int16)
        indices = values.indices
        if indices.null_count:
            indices = indices.fill_null(len(lookup))
        table = np.array([*lookup, 0], dtype=self._numbers.dtype)
        found = indices.to_numpy(zero_copy_only=False)
        np.take(table, found, out=self._numbers[begin : begin + len(found)], mode="clip")
        counts = np.bincount(found, minlength=len(table))
        self._counts = np.pad(self._counts, (0, len(places) + 1 - len(self._counts)))
        np.add.at(self._counts, table, counts[: len(table)])
        return True

    def column(self) -> NumberedColumn:
        # A dictionary may hold values that no row has.
        met = np.flatnonzero(self._counts[1:])
        texts = [str(value) for value in self._places]
        if len(met) < len(texts):
            table = np.zeros(len(texts) + 1, dtype=self._numbers.dtype)
            table[met + 1] = np.arange(1, len(met) + 1)
            self._numbers = table[self._numbers]
        return NumberedColumn(self._numbers, [texts[place] for place in met], self._counts[1:][met])
