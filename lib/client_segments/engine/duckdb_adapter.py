"""Embedded DuckDB: in memory, locked, within limits; reads and writes only the files it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from client_segments.engine.statements import Dialect
from client_segments.engine.value_numbers import NumberedColumn, number_columns
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
    is_embedded = True

    def __init__(self, paths: Sequence[Path] = (), folder: Path | None = None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._connection = connect(paths, folder)
        self._paths = tuple(paths)
        self.held: dict[str, str] = {}
        self._numbered: dict[str, NumberedColumn | None] = {}
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

    def read(self, names: Sequence[str]) -> pa.Table:
        """Read columns of the files, those of them that there are, in the order of the rows."""
        try:
            parts = [
                pq.read_table(path, columns=list(names), memory_map=True) for path in self._paths
            ]
        except (pa.ArrowException, OSError):
            raise _unreadable() from None
        return pa.concat_tables(parts)

    def hold(self, name: str) -> str:
        """Read a column of the files once; return the SQL of its rows, numbered as `relation` is.

        A column of identifiers is asked several times, and reading it is most of an answer.
        """
        if name not in self.held:
            table = self.read([name])
            counts = [pq.read_metadata(path).num_rows for path in self._paths]
            numbers = [np.arange(count) + place * _FILE_ROWS for place, count in enumerate(counts)]
            table = table.append_column(ROW_NUMBER, pa.array(np.concatenate(numbers)))
            self.held[name] = f"client_segments_held_{len(self.held)}"
            self._connection.register(self.held[name], table)
        return self.held[name]

    def numbered(self, names: Sequence[str]) -> Mapping[str, NumberedColumn]:
        """Return columns of the files as numbers of their values: those that have few values."""
        unknown = [name for name in names if name not in self._numbered]
        if unknown and self._paths:
            try:
                found = number_columns(self._paths, unknown)
            except (pa.ArrowException, OSError):
                raise _unreadable() from None
            self._numbered |= {name: found.get(name) for name in unknown}
        return {name: column for name in names if (column := self._numbered.get(name)) is not None}

    def repeated(self, sql: str) -> pa.Table:
        """Return the whole numbers that a statement gives more than once; faster than counting."""
        table = self.table(sql)
        numbers = np.sort(table.column(0).to_numpy())
        again = np.unique(numbers[1:][numbers[1:] == numbers[:-1]])
        return pa.table({table.column_names[0]: again})

    def view(self, name: str, sql: str, rows_name: str, rows: pa.Table) -> None:
        """Give the engine a table that stays in memory, and a statement over it a name."""
        self._connection.register(rows_name, rows)
        try:
            self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")
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
        return _unreadable()
    else:
        raise error
    return InputError([Finding(Severity.ERROR, rule, message, remedy)])


def _unreadable() -> InputError:
    message = _("таблица клиентов не читается: файл повреждён, занят или диск полон.")
    remedy = _("проверьте файл и место на диске; попросите отправителя прислать файл заново.")
    return InputError([Finding(Severity.ERROR, "engine_file", message, remedy)])
