"""Writing of files: whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from client_segments.findings import Finding, InputError, Severity
from client_segments.language import _

_ROW_GROUP = 1_000_000


def _temporary_beside(path: Path) -> tuple[int, Path]:
    """Open a temporary file in the folder of `path`, which is made if it does not exist.

    Raises
    ------
    InputError
        If the folder cannot be made or written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        message = _("файл не записан: папка закрыта для записи, занята файлом или диск полон.")
        remedy = _("проверьте права на папку {folder} и место на диске.").format(
            folder=path.parent.as_posix()
        )
        finding = Finding(
            Severity.ERROR, "not_written", message, remedy, path.name, found=error.strerror or ""
        )
        raise InputError([finding]) from error
    return handle, Path(name)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`; on success it becomes `path`.

    A process killed half-way leaves the old file whole, and a `.part` file behind.
    """
    handle, temporary = _temporary_beside(path)
    os.close(handle)
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)  # mkstemp gives 0600; colleagues on a shared folder read it too
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def create_bytes(path: Path, content: bytes) -> None:
    """Write a new file whole; a file that exists is never touched, not even in a race.

    Raises
    ------
    FileExistsError
        If the file exists.
    """
    handle, temporary = _temporary_beside(path)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:  # a drive without hard links: not whole if killed, but never over a file
            with path.open("xb") as file:
                file.write(content)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text whole, with `\\n` line ends on every system."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, content: object) -> None:
    """Write JSON that a person can read: indented, Cyrillic as it is, keys in given order."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as Parquet; equal tables give equal bytes."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def write_batches(path: Path, batches: pa.RecordBatchReader) -> None:
    """Write a table as Parquet from batches, without holding it in memory; see `atomic_path`."""
    schema = pa.schema([pa.field(field.name, field.type) for field in batches.schema])
    with pq.ParquetWriter(path, schema, compression="zstd", store_schema=False) as writer:
        gathered: list[pa.RecordBatch] = []
        for batch in batches:
            gathered.append(batch.cast(schema))
            if sum(part.num_rows for part in gathered) >= _ROW_GROUP:
                writer.write_table(pa.Table.from_batches(gathered))
                gathered = []
        if gathered:
            writer.write_table(pa.Table.from_batches(gathered))
