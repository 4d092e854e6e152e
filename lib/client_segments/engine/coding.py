"""Coding of clients: values become codes by small tables, in the engine or by their numbers.

Parquet files of the embedded engine hold numbers of values already (`value_numbers`): a code is
then looked up by the number, once for every row. Whatever else there is is coded by a join.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from client_segments.engine import statements
from client_segments.engine.coded_rows import PLAIN, CodedRows, smallest
from client_segments.engine.duckdb_adapter import DuckDBAdapter
from client_segments.engine.statements import VALUE_CODES, CodedColumn, PlainColumns
from client_segments.engine.value_numbers import NumberedColumn

if TYPE_CHECKING:
    from client_segments.engine.aggregation import Adapter

_SCHEMA = pa.schema(
    [("attribute_number", pa.int16()), ("value_text", pa.string()), ("value_code", pa.int16())]
)


def upload_value_codes(adapter: Adapter, value_codes: pd.DataFrame) -> None:
    """Give the engine the codes of values; see `Engine.over_source`."""
    types = {"attribute_number": "int16", "value_code": "int16", "value_text": "str"}
    frame = value_codes[_SCHEMA.names].astype(types)
    adapter.upload(VALUE_CODES, pa.Table.from_pandas(frame, _SCHEMA, preserve_index=False))


def coded_rows(
    adapter: DuckDBAdapter,
    relation: str,
    plain: PlainColumns,
    columns: Sequence[CodedColumn],
    value_codes: pd.DataFrame,
) -> CodedRows:
    """Code the clients of files; see `Engine.over_source`."""
    numbered = {}
    if relation == adapter.relation:  # else rows were left out, or values put beside them
        names = [column.column for column in columns if not column.bounds]
        numbered = adapter.numbered(names)
    codes = {
        column.code: _looked_up(numbered[column.column], value_codes, number)
        for number, column in enumerate(columns)
        if column.column in numbered and not column.bounds
    }
    rest = {number: column for number, column in enumerate(columns) if column.code not in codes}
    if not rest:
        table = adapter.table(
            statements.plain_columns(adapter.dialect, _held(adapter, plain), plain)
        )
    else:
        upload_value_codes(adapter, value_codes)
        table = adapter.table(statements.coded(adapter.dialect, relation, plain, rest))
        order = table["row_number"].to_numpy()
        if np.any(order[1:] < order[:-1]):  # a join keeps no order
            table = table.take(pa.array(np.argsort(order)))
        codes |= {column.code: smallest(table[column.code].to_numpy()) for column in rest.values()}
    kept = {name: table[name] for name in PLAIN if name in table.column_names}
    in_order = {column.code: codes[column.code] for column in columns}
    return CodedRows.of(in_order, kept, table.num_rows)


def _held(adapter: DuckDBAdapter, plain: PlainColumns) -> str:
    """Return the SQL of the rows of the files, or of their identifiers if nothing else is asked."""
    for name, rows in adapter.held.items():
        identifier = adapter.dialect.as_text(name)
        if plain == PlainColumns(identifier, "1", "1", plain.row_number):
            return rows
    return adapter.relation


def _looked_up(column: NumberedColumn, value_codes: pd.DataFrame, number: int) -> np.ndarray:
    """Return the code of every row of a numbered column."""
    own = value_codes[value_codes["attribute_number"] == number]
    known = dict(zip(own["value_text"], own["value_code"], strict=True))
    lookup = np.array([0, *(known.get(text, 0) for text in column.texts)])
    lookup = smallest(lookup)
    if np.array_equal(lookup, np.arange(len(lookup))):
        return smallest(column.numbers)
    return np.take(lookup, column.numbers)
