"""Coded clients of the embedded engine: one small integer an attribute and client, in memory.

The engine reads the arrays where they lie, by way of Arrow; nothing is copied into it. What is
the same for all clients (a count of 1, a weight of 1) is no column but a constant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from client_segments.engine import statements
from client_segments.engine.statements import Dialect

PLAIN = ("client_id", "clients_count", "weight")
_TYPES = {"client_id": pa.string(), "clients_count": pa.int64(), "weight": pa.float64()}
_SQL_TYPES = {"client_id": "TEXT", "clients_count": "BIGINT", "weight": "DOUBLE PRECISION"}
_ROWS = "client_segments_rows"
_DENSE_KEYS = 2**24
"""Own: packed keys up to which a segment is looked up by the key itself."""
BLOCK_ROWS = 1_000_000


@dataclass(frozen=True, eq=False)
class CodedRows:
    """Clients in their order.

    Attributes
    ----------
    codes
        Codes of each attribute, 0 is missing; int8 where they fit.
    plain
        Columns of `PLAIN` that differ between clients.
    constants
        Values of those that do not; an identifier that is lacking is None.
    """

    codes: dict[str, np.ndarray]
    plain: dict[str, pa.ChunkedArray]
    constants: dict[str, float | int | None]
    rows_count: int
    extra: dict[str, pa.Array] = field(default_factory=dict)

    @classmethod
    def of_table(cls, table: pa.Table, names: Sequence[str]) -> CodedRows:
        """Take a table with columns of codes and, if it has them, of `PLAIN`."""
        codes = {name: smallest(table[name].to_numpy()) for name in names}
        plain = {
            name: table[name].cast(_TYPES[name]) for name in PLAIN if name in table.column_names
        }
        return cls.of(codes, plain, table.num_rows)

    @classmethod
    def of_frame(cls, frame: pd.DataFrame, names: Sequence[str]) -> CodedRows:
        """Take a table of clients that was read here."""
        codes = {name: smallest(frame[name].to_numpy()) for name in names}
        plain = {
            name: pa.chunked_array([pa.Array.from_pandas(frame[name], type=_TYPES[name])])
            for name in PLAIN
            if name in frame
        }
        return cls.of(codes, plain, len(frame))

    @classmethod
    def of(
        cls, codes: dict[str, np.ndarray], plain: Mapping[str, pa.ChunkedArray], rows_count: int
    ) -> CodedRows:
        """Keep the columns; those with one value only as a constant."""
        kept, constants = {}, {"client_id": None, "clients_count": 1, "weight": 1.0}
        for name, column in plain.items():
            if name == "client_id":
                if column.null_count < len(column):
                    kept[name] = column
                continue
            lowest_highest = pc.min_max(column).as_py()
            if rows_count and lowest_highest["min"] == lowest_highest["max"]:
                constants[name] = lowest_highest["min"]
            else:
                kept[name] = column
        return cls(codes, kept, {n: v for n, v in constants.items() if n not in kept}, rows_count)

    def with_column(self, name: str, values: pa.Array) -> CodedRows:
        """Return the same clients with one more column."""
        extra = self.extra | {name: values}
        return CodedRows(self.codes, self.plain, self.constants, self.rows_count, extra)

    def relation(self, dialect: Dialect, rows: str) -> str:
        """Return the SQL of the clients, where their columns are registered as `rows`."""
        selected = [
            f"CAST({_literal(self.constants[name])} AS {_SQL_TYPES[name]}) AS {name}"
            if name in self.constants
            else name
            for name in PLAIN
        ]
        count, weight = (
            name if name in self.plain else _literal(self.constants[name]) for name in PLAIN[1:]
        )
        selected.append(f"{statements.mass_units(count, weight)} AS mass_units")
        selected += [dialect.quoted(name) for name in self.codes]
        selected += list(self.extra)
        return f"SELECT {', '.join(selected)} FROM {rows}"

    def arrow(self) -> pa.Table:
        """Return the columns, without copying."""
        columns = self.plain | {name: pa.array(array) for name, array in self.codes.items()}
        if not columns:
            columns = {_ROWS: pa.nulls(self.rows_count)}
        return pa.table(columns | self.extra)

    def plain_numbers(self, name: str) -> np.ndarray:
        """Return counts or weights, one a client."""
        if name in self.plain:
            return self.plain[name].to_numpy()
        dtype = np.int64 if name == "clients_count" else np.float64
        return np.full(self.rows_count, self.constants[name], dtype=dtype)

    def looked_up(
        self, attributes: Sequence[str], levels: Mapping[str, int], keys: np.ndarray,
        values: np.ndarray,
    ) -> np.ndarray:  # fmt: skip
        """Return for every client the value of its packed key, -1 where the key is not known.

        Parameters
        ----------
        keys, values
            Packed keys of patterns, and a number from 0 for each.
        """
        size = int(np.prod([levels[name] + 1 for name in attributes], dtype=float))
        is_dense = size <= _DENSE_KEYS
        if is_dense:
            table = np.full(size, -1, dtype=np.int32)
            table[keys] = values
        else:
            order = np.argsort(keys)
            keys, values = keys[order], values[order]
        found = np.empty(self.rows_count, dtype=np.int32)
        for begin in range(0, self.rows_count, BLOCK_ROWS):
            rows = slice(begin, begin + BLOCK_ROWS)
            key = self._packed(attributes, levels, rows)
            if is_dense:
                found[rows] = table[key]
            else:
                place = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
                found[rows] = np.where(keys[place] == key, values[place], -1)
        return found

    def _packed(
        self, attributes: Sequence[str], levels: Mapping[str, int], rows: slice
    ) -> np.ndarray:
        key = np.zeros(len(range(*rows.indices(self.rows_count))), dtype=np.int64)
        for name in reversed(attributes):
            key *= levels[name] + 1
            key += self.codes[name][rows]
        return key


def _literal(value: float | int | None) -> str:
    """Return a number of ours as SQL writes it."""
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    return f"CAST({value!r} AS DOUBLE PRECISION)"


def smallest(codes: np.ndarray) -> np.ndarray:
    """Return codes in one byte each where they fit."""
    dtype = np.int8 if codes.max(initial=0) < 2**7 else np.int16
    return np.ascontiguousarray(codes, dtype=dtype)
