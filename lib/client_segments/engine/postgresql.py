"""PostgreSQL by ADBC: everything in one transaction, results by Arrow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa

from client_segments import storage
from client_segments.engine.place import SEGMENT_COLUMNS, ClientsPlace
from client_segments.engine.statements import Dialect
from client_segments.findings import InputError

_CONNECT_SECONDS = "15"
_SETTINGS = (
    # One state of the table for every statement, whatever others write meanwhile.
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET LOCAL statement_timeout = '60min'",
    "SET LOCAL lock_timeout = '15s'",
    "SET LOCAL idle_in_transaction_session_timeout = '60min'",
    "SET LOCAL client_min_messages = 'error'",
    "SET LOCAL standard_conforming_strings = on",
)
_NO_TABLE = ("42P01", "3F000", "42501")
_CANCELLED = ("57014", "55P03", "25P03")
_LOST = ("08", "57P")


class PostgreSQLAdapter:
    """Runs the statements in PostgreSQL; what it makes is temporary until `commit`."""

    dialect = Dialect(
        has_approximate=False, fingerprint="hashtextextended({}, 0)", ordered='{} COLLATE "C"'
    )
    engine_name = "PostgreSQL"
    is_embedded = False
    row_number = None
    has_places = False

    def __init__(self, place: ClientsPlace) -> None:
        try:
            from adbc_driver_manager import Error
            from adbc_driver_postgresql import dbapi
        except ImportError:
            raise place.not_installed() from None
        self._error = Error
        self._place = place
        self.relation = self.dialect.table(place.table)
        os.environ.setdefault("PGCONNECT_TIMEOUT", _CONNECT_SECONDS)
        url = place.url()
        try:
            self._connection = dbapi.connect(url)
        except Error:
            # The text of the error may hold the address, and with it the password.
            raise place.lost() from None
        with self._cursor() as cursor:
            for setting in _SETTINGS:
                cursor.execute(setting)

    @contextmanager
    def _cursor(self) -> Iterator:
        """Give a cursor; errors of the server become one sentence without its text."""
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        except self._error as error:
            raise self._trouble(getattr(error, "sqlstate", None) or "") from None

    def _trouble(self, code: str) -> InputError:
        if code in _NO_TABLE:
            return self._place.no_table()
        if code in _CANCELLED:
            return self._place.too_long()
        if not code or code.startswith(_LOST):
            return self._place.lost()
        return self._place.refused(code)

    def schema(self) -> pa.Schema:
        """Return the columns of the clients' table with their types."""
        schema = self.table(f"SELECT * FROM {self.relation} LIMIT 0").schema
        return pa.schema([pa.field(field.name, _plain(field.type)) for field in schema])

    def table(self, sql: str) -> pa.Table:
        """Run a statement and return its rows."""
        with self._cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetch_arrow_table()

    def upload(self, name: str, table: pa.Table) -> None:
        """Give the engine a small table."""
        with self._cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
            cursor.adbc_ingest(name, table, mode="create", temporary=True)
            cursor.execute(f"ANALYZE pg_temp.{name}")

    def materialise(self, name: str, sql: str) -> None:
        """Keep the rows of a statement under a name until the connection is closed."""
        with self._cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
            cursor.execute(f"CREATE TEMP TABLE {name} AS {sql}")
            cursor.execute(f"ANALYZE pg_temp.{name}")

    def write(self, sql: str, path: Path) -> None:
        """Write the rows of a statement to a Parquet file, a batch at a time."""
        with self._cursor() as cursor:
            cursor.execute(sql)
            storage.write_batches(path, cursor.fetch_record_batch())

    def export(self, sql: str) -> None:
        """Write clients with their segments into the table that `group.yml` names, whole.

        Raises
        ------
        InputError
            If a table of that name has other columns: it is not ours.
        """
        schema, _dot, name = self._place.segments_table.partition(".")
        with self._cursor() as cursor:
            cursor.execute(
                "SELECT CAST(column_name AS TEXT) AS column_name FROM information_schema.columns "
                "WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position",
                parameters=(schema, name),
            )
            columns = tuple(cursor.fetch_arrow_table()["column_name"].to_pylist())
            if columns and columns not in (SEGMENT_COLUMNS, SEGMENT_COLUMNS[:2]):
                raise self._place.not_ours()
            target = self.dialect.table(self._place.segments_table)
            cursor.execute(f"DROP TABLE IF EXISTS {target}")
            cursor.execute(f"CREATE TABLE {target} AS {sql}")
        try:
            self._connection.commit()
        except self._error:
            raise self._place.lost() from None

    def close(self) -> None:
        # A connection that was lost cannot be closed in order; what it made is undone anyway.
        with suppress(self._error):
            self._connection.rollback()
        with suppress(self._error):
            self._connection.close()


def _plain(kind: pa.DataType) -> pa.DataType:
    """Return the type under which a column comes; numbers of any precision come as text."""
    return pa.string() if isinstance(kind, pa.BaseExtensionType) else kind
