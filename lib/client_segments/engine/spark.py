"""Spark: temporary views that the session keeps, results by Arrow."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from client_segments import storage
from client_segments.engine.place import SEGMENT_COLUMNS, ClientsPlace
from client_segments.engine.statements import Dialect
from client_segments.findings import InputError

_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.driver.maxResultSize": "0",
}
_NO_TABLE = ("TABLE_OR_VIEW_NOT_FOUND", "PATH_NOT_FOUND", "SCHEMA_NOT_FOUND", "INSUFFICIENT")


class SparkAdapter:
    """Runs the statements in a Spark session; the session stays for the next step."""

    dialect = Dialect(sign="`", text="STRING", number="DOUBLE", fingerprint="xxhash64({})")
    engine_name = "Apache Spark"
    is_embedded = False
    row_number = None
    has_places = False

    def __init__(self, place: ClientsPlace) -> None:
        try:
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
        except ImportError:
            raise place.not_installed() from None
        # Spark prints the whole trace of every error; ours is one sentence.
        logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
        self._errors = (PySparkException, *_gateway_errors())
        self._place = place
        self._kept: dict[str, object] = {}
        url = place.url()
        builder = SparkSession.builder.appName("client-segments")
        builder = (
            builder.remote(url) if url.startswith("sc://") else builder.master(url or "local[*]")
        )
        for name, value in _SETTINGS.items():
            builder = builder.config(name, value)
        try:
            with _quietly():
                self._session = builder.getOrCreate()
        except (*self._errors, OSError, RuntimeError):
            raise place.lost() from None
        self.relation = "client_segments_source"
        with self._asking():
            if place.parquet:
                frame = self._session.read.parquet(place.parquet)
            else:
                frame = self._session.sql(f"SELECT * FROM {self.dialect.table(place.table)}")
            frame.createOrReplaceTempView(self.relation)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn errors of Spark into one sentence without its text."""
        try:
            with _quietly():
                yield
        except self._errors as error:
            raise self._trouble(error) from None

    def _trouble(self, error: Exception) -> InputError:
        condition = (getattr(error, "getCondition", lambda: None)() or "") if error else ""
        if condition.startswith(_NO_TABLE):
            return self._place.no_table()
        return self._place.refused(condition) if condition else self._place.lost()

    def schema(self) -> pa.Schema:
        """Return the columns of the clients' table with their types."""
        return self.table(f"SELECT * FROM {self.relation} LIMIT 0").schema

    def table(self, sql: str) -> pa.Table:
        """Run a statement and return its rows."""
        with self._asking():
            return self._session.sql(sql).toArrow()

    def upload(self, name: str, table: pa.Table) -> None:
        """Give the engine a small table."""
        with self._asking():
            self._session.createDataFrame(table).createOrReplaceTempView(name)

    def materialise(self, name: str, sql: str) -> None:
        """Keep the rows of a statement under a name until the adapter is closed."""
        with self._asking():
            frame = self._session.sql(sql).persist()
            frame.createOrReplaceTempView(name)
            frame.count()
        self._kept[name] = frame

    def write(self, sql: str, path: Path) -> None:
        """Write the rows of a statement to a Parquet file."""
        table = self.table(sql)
        storage.write_batches(path, table.to_reader())

    def export(self, sql: str) -> None:
        """Write clients with their segments into the table that `group.yml` names, whole.

        Raises
        ------
        InputError
            If a table of that name has other columns: it is not ours.
        """
        name = self._place.segments_table
        quoted = self.dialect.table(name)
        with self._asking():
            if self._session.catalog.tableExists(quoted):
                columns = tuple(self._session.sql(f"SELECT * FROM {quoted} LIMIT 0").columns)
                if columns not in (SEGMENT_COLUMNS, SEGMENT_COLUMNS[:2]):
                    raise self._place.not_ours()
            self._session.sql(sql).write.mode("overwrite").saveAsTable(quoted)

    def close(self) -> None:
        with self._asking():
            for name, frame in self._kept.items():
                self._session.catalog.dropTempView(name)
                frame.unpersist()


def _gateway_errors() -> tuple[type[Exception], ...]:
    """Return the errors of the link between Python and Java."""
    from py4j.protocol import Py4JError

    return (Py4JError, ConnectionError)


@contextmanager
def _quietly() -> Iterator[None]:
    """Leave out what PySpark has to say of the version of pandas: rows come by Arrow alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield
