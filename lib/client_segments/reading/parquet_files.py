"""Parquet files: typed columns, without coordinates of cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _, is_missing
from client_segments.reading.grids import CellColumn, Grid, text_of


def read_parquet_file(path: Path, file: str) -> tuple[Grid | None, Findings]:
    """Read a Parquet file into a grid whose first row is its header; rows count from 1."""
    findings = Findings()
    remedy = _("попросите отправителя прислать исправленный файл.")
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError):
        message = _("файл повреждён или это не Parquet.")
        findings.add(Finding(Severity.ERROR, "parquet", message, remedy, file))
        return None, findings
    columns = []
    for name, values in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_nested(values.type):
            message = _("столбец не прочитан: в ячейках не отдельные значения.")
            findings.add(
                Finding(
                    Severity.ERROR, "nested_column", message, remedy, file,
                    header=name, found=str(values.type),
                )
            )  # fmt: skip
        else:
            columns.append(cell_column(name, values))
    row_numbers = np.arange(table.num_rows + 1, dtype=np.int64)
    no_lengths = np.array([], dtype=np.int64)
    return Grid(file, "", columns, row_numbers, no_lengths, False, findings), findings


def cell_column(name: str, values: pa.ChunkedArray) -> CellColumn:
    """Number a column's values, after an empty value and the header."""
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    encoded = values.unify_dictionaries().combine_chunks()
    distinct = [_cell(value) for value in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(-2).to_numpy(zero_copy_only=False).astype(np.int32) + 2
    return CellColumn(
        np.concatenate([np.array([1], dtype=np.int32), codes]), [None, name, *distinct]
    )


def _cell(value: object) -> object:
    if is_missing(value):
        return None
    if isinstance(value, bool):
        return text_of(value)
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
