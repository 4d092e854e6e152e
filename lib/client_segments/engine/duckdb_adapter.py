"""Embedded DuckDB: in memory, locked, within limits; reads and writes only the files it is given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from client_segments.engine.statements import Dialect
from client_segments.findings import Finding, InputError, Severity
from client_segments.language import _

THREADS = 2
MEMORY_LIMIT = "60%"
"""Of the machine's memory: the rest is for Python and for the person's other work."""
ROW_NUMBER = "client_segments_row"
"""Column that numbers the rows of files."""
_FILE_ROWS = 2**40
_ROW_GROUP = 122_880


def connect(
    readable: Sequence[Path] = (), writable: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a locked database in memory.

    Frames are registered on it by name. SQL can read the given files and write into the given
    folder (where what does not fit in memory is put too, in `.spill`); it can reach no other
    file and no network, load no extension, and change none of that.
    """
    connection = duckdb.connect(
        ":memory:", config={"threads": THREADS, "memory_limit": MEMORY_LIMIT}
    )
    spill = "" if writable is None else _text(writable / ".spill")
    connection.execute(f"SET temp_directory = '{spill}'")
    if readable:
        paths = ", ".join(f"'{_text(path)}'" for path in readable)
        connection.execute(f"SET allowed_paths = [{paths}]")
    if writable is not None:
        connection.execute(f"SET allowed_directories = ['{_text(writable)}/']")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _text(path: Path) -> str:
    """Return a path as a text of SQL."""
    return path.resolve().as_posix().replace("'", "''")


def files_relation(paths: Sequence[Path]) -> str:
    """Return the SQL of the rows of Parquet files, one after another, with their numbers."""
    listed = ", ".join(f"'{_text(path)}'" for path in paths)
    return (
        f"(SELECT *, file_index * {_FILE_ROWS} + file_row_number AS {ROW_NUMBER} "
        f"FROM read_parquet([{listed}], binary_as_string = true))"
    )


class DuckDBAdapter:
    """Runs the statements in an embedded DuckDB.

    Parameters
    ----------
    paths
        Parquet files of the clients; empty where a frame is registered instead.
    folder
        Folder of work tables: written into, and spilled into.
    """

    dialect = Dialect(fingerprint="hash({})")
    engine_name = "DuckDB"

    def __init__(self, paths: Sequence[Path] = (), folder: Path | None = None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._connection = connect(paths, folder)
        self.relation = files_relation(paths) if paths else ""
        self.row_number = f"c.{ROW_NUMBER}"
        self.has_places = len(paths) == 1

    def schema(self) -> pa.Schema:
        """Return the columns of the clients' table with their types."""
        schema = self.table(f"SELECT * FROM {self.relation} LIMIT 0").schema
        return pa.schema([field for field in schema if field.name != ROW_NUMBER])

    def table(self, sql: str) -> pa.Table:
        """Run a statement and return its rows."""
        try:
            return self._connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise _trouble(error) from None

    def upload(self, name: str, table: pa.Table) -> None:
        """Give the engine a small table."""
        self._connection.register(name, table)

    def materialise(self, name: str, sql: str) -> None:
        """Keep the rows of a statement under a name until the connection is closed."""
        try:
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
        except duckdb.Error as error:
            raise _trouble(error) from None

    def write(self, sql: str, path: Path) -> None:
        """Write the rows of a statement to a Parquet file, in their order."""
        target = path.resolve().as_posix().replace("'", "''")
        try:
            self._connection.execute(
                f"COPY ({sql}) TO '{target}' "
                f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})"
            )
        except duckdb.Error as error:
            raise _trouble(error) from None

    def close(self) -> None:
        self._connection.close()


def _trouble(error: duckdb.Error) -> InputError:
    """Say what a person can do about an error of the engine."""
    if isinstance(error, duckdb.OutOfMemoryException):
        message = _("движку не хватило памяти и места на диске для таблицы клиентов.")
        remedy = _("освободите место на диске или выполните работу на более мощной машине.")
        rule = "engine_memory"
    elif isinstance(error, duckdb.IOException | duckdb.InvalidInputException):
        message = _("таблица клиентов не читается: файл повреждён, занят или диск полон.")
        remedy = _("проверьте файл и место на диске; попросите отправителя прислать файл заново.")
        rule = "engine_file"
    else:
        raise error
    return InputError([Finding(Severity.ERROR, rule, message, remedy)])
