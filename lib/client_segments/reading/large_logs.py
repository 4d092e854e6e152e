"""Event logs too large for cell-by-cell reading: Parquet, and text tables that the engine reads.

Numbers of cases and of clients that are text, and times that are times, are taken as they are;
everything that people word (stages, channels, outcomes, attributes) is read as strictly as ever,
each distinct value once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from client_segments.contracts import Column, Kind
from client_segments.findings import Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.reading.checks import Part
from client_segments.reading.grids import ASK, CellColumn, Grid
from client_segments.reading.headers import Recogniser, read_header
from client_segments.reading.large_text_logs import (
    TEXT_LOG_ENDINGS,
    read_moments,
    read_text_log,
)
from client_segments.reading.mappings import ColumnMapping
from client_segments.reading.parquet_files import cell_column

EVENTS_MINIMUM = 300_000
"""Own: smaller logs are read cell by cell in seconds."""
TEXT_BYTES_MINIMUM, PACKED_BYTES_MINIMUM = 20 * 2**20, 2 * 2**20
"""Own: so large are text tables of as many events, plain and packed."""

_PLAIN = ("case_id", "client_id")
_NO_LENGTHS = np.array([], dtype=np.int64)


def is_large_log(paths: Sequence[Path], mapping: ColumnMapping) -> bool:
    """Tell whether a log is many events in flat Parquet or in text, and its numbers are no coded ones."""
    if any(name in mapping.codes or name in mapping.no_answer for name in _PLAIN):
        return False
    if all(path.name.lower().endswith(TEXT_LOG_ENDINGS) for path in paths):
        return any(
            path.stat().st_size
            >= (PACKED_BYTES_MINIMUM if path.suffix.lower() == ".gz" else TEXT_BYTES_MINIMUM)
            for path in paths
            if path.is_file()
        )
    if any(path.suffix.lower() != ".parquet" for path in paths):
        return False
    try:
        if any(pa.types.is_nested(field.type) for path in paths for field in pq.read_schema(path)):
            return False
        return sum(pq.read_metadata(path).num_rows for path in paths) >= EVENTS_MINIMUM
    except (pa.ArrowException, OSError):
        return False  # the reader of cells says what is wrong


def read_large_log(
    paths: Sequence[Path], recogniser: Recogniser, name_of: Callable[[Path], str],
    read_column: Callable[[Grid, int, str, str, Column | None], pd.Series],
) -> list[Part] | None:  # fmt: skip
    """Read the files of a large log; None where one of them must be read cell by cell.

    Parameters
    ----------
    read_column
        Reads a column of a grid strictly: grid, position, header, our name of the column, its contract.
    """
    parts = []
    for path in paths:
        part = _read_part(path, recogniser, name_of(path), read_column)
        if part is None:
            return None
        parts.append(part)
    return parts


def _read_part(
    path: Path, recogniser: Recogniser, file: str,
    read_column: Callable[[Grid, int, str, str, Column | None], pd.Series],
) -> Part | None:  # fmt: skip
    contract = recogniser.contract
    is_text = path.suffix.lower() != ".parquet"
    if is_text:
        log = read_text_log(path, recogniser)
        if log is None:
            return None
        names, table, header_row = log.head, log.table, log.header_row
    else:
        table = pq.ParquetFile(path).read()
        names, header_row = table.column_names, 0
    heads = [CellColumn(np.zeros(1, dtype=np.int32), [name]) for name in names]
    row_numbers = np.arange(header_row, header_row + table.num_rows + 1)
    grid = Grid(file, "", heads, row_numbers, _NO_LENGTHS, is_text)
    head = Grid(file, "", heads, row_numbers[:1], _NO_LENGTHS, is_text, grid.findings)
    header = read_header(head, recogniser)
    data: dict[str, pd.Series] = {}
    whole = list(heads)
    for place, name in header.names.items():
        is_ours = place in header.columns
        column = contract.column(name) if is_ours else None
        written = table.column(place)
        values = _typed(written, column, recogniser.mapping)
        if values is None:
            is_time = is_text and _is_plain_time(column, header.texts[place], recogniser.mapping)
            moments = rest = None
            if is_time:
                zone = recogniser.mapping.zone
                moments, whole[place], rest = read_moments(names[place], written, zone)
            else:
                whole[place] = cell_column(names[place], written)
            one = Grid(file, "", whole, row_numbers, _NO_LENGTHS, is_text, grid.findings)
            series = read_column(one, place, header.texts[place], name, column)
            whole[place] = heads[place]
            if is_time:
                times = moments.to_pandas().astype(series.dtype).to_numpy().copy()
                times[rest] = series.to_numpy()[rest]
                series = pd.Series(times)
        else:
            series = values.to_pandas()
            if column.kind is not Kind.MOMENT:
                series = series.astype("str")
            _report_missing(grid, place, header.texts[place], column, values)
        data[name if is_ours else header.attributes[place]] = series
    for place, name in header.also.items():
        data[name] = data[header.names[place]]
    for column in contract.columns:
        if column.name not in data:
            data[column.name] = pd.Series([None] * table.num_rows, dtype=column.kind.dtype)
    columns = [*contract.column_names, *header.attributes.values()]
    return Part(grid, header, np.arange(1, table.num_rows + 1), pd.DataFrame(data)[columns])


def _is_plain_time(column: Column | None, header: str, mapping: ColumnMapping) -> bool:
    """Tell whether a column is of times whose words nobody decided."""
    if column is None or column.kind is not Kind.MOMENT:
        return False
    decided = {fold(name) for name in (*mapping.codes, *mapping.no_answer)}
    return fold(column.name) not in decided and fold(header) not in decided


def _typed(
    values: pa.ChunkedArray, column: Column | None, mapping: ColumnMapping
) -> pa.ChunkedArray | None:
    """Return a column that has its type already; None where its cells must be read."""
    if column is None:
        return None
    if pa.types.is_dictionary(values.type) and column.name in _PLAIN:
        values = values.cast(values.type.value_type)
    is_text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    if column.name in _PLAIN and is_text:
        trimmed = pc.utf8_trim_whitespace(values)
        return pc.if_else(pc.equal(pc.utf8_length(trimmed), 0), None, trimmed)
    if column.kind is Kind.MOMENT and pa.types.is_timestamp(values.type):
        if values.type.tz is None:
            return values.cast(pa.timestamp("us"), safe=False)
        # Arrow keeps the moment itself; the wall clock of the zone is that moment moved.
        moments = values.cast(pa.timestamp("us", "UTC"), safe=False).cast(pa.timestamp("us"))
        shift = mapping.zone.utcoffset(None)
        return pc.add(moments, pa.scalar(shift, pa.duration("us")))
    return None


def _report_missing(
    grid: Grid, place: int, header: str, column: Column, values: pa.ChunkedArray
) -> None:
    if not column.required or not values.null_count:
        return
    first = pc.index(values.is_null(), True).as_py() + 1
    message = _("не заполнено обязательное значение.")
    grid.findings.add(
        grid.finding(
            Severity.ERROR, "required", message, ASK, first, place, header,
            expected=column.kind.label, clause=column.clause, count=values.null_count,
        )
    )  # fmt: skip
