"""Event logs in large text tables: read by the engine, and only where nothing in them is doubtful.

The engine parts fields and lines; whatever it or the checks below find wrong (quotes, ragged or
blank lines, totals, binary data, an encoding other than UTF-8) makes the file one to be read cell
by cell, so that its mistakes are told in the same words and at the same places as those of any
other table. Times are parsed in the forms that `values.parse_moment` reads; every other text is
left to it.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from client_segments import engine
from client_segments.reading.grids import HEAD_ROWS, CellColumn
from client_segments.reading.headers import Recogniser
from client_segments.reading.text_files import detect_delimiter, records

TEXT_LOG_ENDINGS = (".csv", ".txt", ".tsv", ".csv.gz")

_HEAD_BYTES = 1 << 19
_CHUNK_BYTES = 1 << 24
_SEPARATOR_HINT = "sep="
_BINARY = bytes(code for code in range(32) if code not in (9, 10, 11, 12, 13))

_CLOCKS = (" %H:%M:%S", "T%H:%M:%S", " %H:%M", "", " %H:%M:%S.%f", "T%H:%M:%S.%f", "T%H:%M")
FORMATS = [
    f"{day}{clock}" for day in ("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%Y/%m/%d") for clock in _CLOCKS
]
"""The day goes first, or the year does: a month never."""

_MOMENTS = r"""
WITH written AS (
    SELECT row, NULLIF(TRIM(text), '') AS text,
        REGEXP_EXTRACT(TRIM(text), ':\d{2}(?:[.,]\d+)? ?(Z|[+-]\d{2}:?\d{2})$', 1) AS zone
    FROM texts
), parted AS (
    SELECT row, text, zone, REPLACE(REPLACE(zone, ':', ''), 'Z', '+0000') AS shift,
        TRY_STRPTIME(REPLACE(LEFT(text, LENGTH(text) - LENGTH(zone)), ',', '.'), $formats) AS told
    FROM written
), shifted AS (
    SELECT row, text, zone, told, CASE WHEN zone = '' THEN 0 ELSE $local_minutes
        - CAST(SUBSTR(shift, 1, 1) || '1' AS INTEGER)
        * (60 * CAST(SUBSTR(shift, 2, 2) AS INTEGER) + CAST(SUBSTR(shift, 4, 2) AS INTEGER))
        END AS minutes,
        zone = '' OR (SUBSTR(shift, 2, 2) <= '14' AND SUBSTR(shift, 4, 2) <= '59') AS is_zone
    FROM parted
)
SELECT text, CASE WHEN text IS NULL THEN NULL ELSE zone END AS zone,
    CASE WHEN YEAR(told) BETWEEN 1000 AND 9999 AND is_zone THEN told + TO_MINUTES(minutes) END AS told
FROM shifted ORDER BY row
"""


@dataclass(frozen=True)
class TextLog:
    """A text table as the engine read it: all text, one row is one row of the file.

    Attributes
    ----------
    head
        Cells of the header.
    header_row
        Number of the header's line in the file, from 1.
    table
        What stands below it, column by column; a cell without text is null.
    """

    head: list[str]
    header_row: int
    table: pa.Table


def read_text_log(path: Path, recogniser: Recogniser) -> TextLog | None:
    """Read a text table in the engine; None where it must be read cell by cell."""
    start = _head(path)
    if start is None:
        return None
    delimiter = detect_delimiter(start, lambda rows: recogniser.score(rows)[0])
    try:
        rows = list(islice(records(start, delimiter), HEAD_ROWS))
    except csv.Error:
        return None
    row = recogniser.header_row(rows)
    head = rows[row]
    if not all(cell.strip() for cell in head) or any(not any(above) for above in rows[:row]):
        return None
    counted = _count(path, delimiter)
    table = _read(path, delimiter, row + 1, len(head)) if counted else None
    if table is None or table.num_rows != counted[0] - row - 1:
        return None
    # The engine lets pass fields beyond the last column that are empty.
    above = sum(len(cells) - 1 + "".join(cells).count(delimiter) for cells in rows[: row + 1])
    surplus = counted[1] - above - table.num_rows * (len(head) - 1)
    if surplus and surplus != _count_within(table, delimiter):
        return None
    return TextLog(head, row + 1, table)


def _open(path: Path):
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")


def _head(path: Path) -> str | None:
    """Return the first whole lines of a text in UTF-8; None of any other."""
    with _open(path) as file:
        content = file.read(_HEAD_BYTES)
    try:
        text = content[: content.rfind(b"\n") + 1].decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if not text or text.lower().startswith(_SEPARATOR_HINT) else text


def _count(path: Path, delimiter: str) -> tuple[int, int] | None:
    """Count the lines down to the last that is not empty, and all delimiters.

    None of binary data or of a broken archive.
    """
    lines_count, delimiters_count, tail = 0, 0, b""
    try:
        with _open(path) as file:
            while chunk := file.read(_CHUNK_BYTES):
                if len(chunk.translate(None, _BINARY)) < len(chunk):
                    return None
                lines_count += chunk.count(b"\n")
                delimiters_count += chunk.count(delimiter.encode())
                tail = chunk
    except (OSError, EOFError, zlib.error):
        return None
    ending = tail[len(tail.rstrip(b"\r\n")) :]
    return lines_count - ending.count(b"\n") + 1, delimiters_count


def _count_within(table: pa.Table, delimiter: str) -> int:
    """Count the delimiters that are part of a quoted value."""
    counts = (pc.sum(pc.count_substring(values, delimiter)).as_py() for values in table.columns)
    return sum(count or 0 for count in counts)


def _read(path: Path, delimiter: str, skipped: int, width: int) -> pa.Table | None:
    """Read the rows below the header; None where the engine refuses one, or one looks like no event.

    A row with fewer than two filled cells is empty, a note or a total.
    """
    names = [f"c{place}" for place in range(width)]
    first = f"COALESCE({', '.join(names)})"
    filled = " + ".join(f"CAST(TRIM({name}) <> '' AS INTEGER)" for name in names)
    filled = filled.replace("CAST(", "COALESCE(CAST(").replace("AS INTEGER)", "AS INTEGER), 0)")
    with engine.connect([path]) as connection:
        try:
            relation = connection.read_csv(
                str(path.resolve()), delimiter=delimiter, quotechar='"', escapechar='"', header=False,
                skiprows=skipped, auto_detect=False, strict_mode=True, null_padding=False,
                columns=dict.fromkeys(names, "VARCHAR"),
            )  # fmt: skip
            table = relation.to_arrow_table()
        except duckdb.Error:
            return None
        connection.register("log_rows", table)
        doubtful = connection.execute(
            f"SELECT COUNT(*) FROM log_rows WHERE {filled} < 2 "
            f"OR REGEXP_MATCHES(LOWER({first}), '^\\s*(итого|всего)')"
        ).fetchone()[0]
    return None if doubtful else table


def read_moments(
    header: str, values: pa.ChunkedArray, zone: tzinfo
) -> tuple[pa.ChunkedArray, CellColumn, np.ndarray]:
    """Parse a column of times.

    Returns
    -------
    moments : pyarrow.ChunkedArray
        Local times; null where there is none, and where the text is in no usual form.
    cells : CellColumn
        What the reader of cells has still to read, the header first: texts in no usual form,
        and of the others one for each zone of time, as an example.
    rest : numpy.ndarray
        Rows whose text is in no usual form.
    """
    texts = pa.table({"row": np.arange(len(values)), "text": values})
    local = int(zone.utcoffset(None).total_seconds() // 60)
    with engine.connect() as connection:
        connection.register("texts", texts)
        options = {"formats": FORMATS, "local_minutes": local}
        parsed = connection.sql(_MOMENTS, params=options).to_arrow_table()
    missing = parsed["text"].is_null().to_numpy()
    is_rest = parsed["told"].is_null().to_numpy() & ~missing
    rest = np.flatnonzero(is_rest)
    zones = parsed["zone"].dictionary_encode().unify_dictionaries().combine_chunks()
    codes = zones.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int32) + 2
    examples: list[str | None] = []
    for number in range(len(zones.dictionary)):
        rows = np.flatnonzero((codes == number + 2) & ~missing & ~is_rest)
        examples.append(parsed["text"][int(rows[0])].as_py() if len(rows) else None)
    codes[missing] = 0
    written = [parsed["text"][int(row)].as_py() for row in rest]
    others = {text: place for place, text in enumerate(dict.fromkeys(written), 2 + len(examples))}
    codes[rest] = [others[text] for text in written]
    whole = np.concatenate([np.array([1], dtype=np.int32), codes])
    return parsed["told"], CellColumn(whole, [None, header, *examples, *others]), rest
