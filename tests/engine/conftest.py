"""A PostgreSQL server and a Spark session that the tests start themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from client_segments.engine import ClientsPlace

URL_VARIABLE = "TEST_CLIENTS_DATABASE_URL"
_START_SECONDS = 30


def _program(name: str) -> str:
    """Return the path of a program of PostgreSQL; Debian keeps them out of PATH."""
    found = shutil.which(name)
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    assert found or versions, f"{name} is not installed: see the Makefile"
    return found or str(versions[-1])


def _as_postgres() -> list[str]:
    """Return what stands before a command: PostgreSQL refuses to be started by root."""
    if os.geteuid():
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


class Server:
    """A PostgreSQL server in a temporary folder, reached by a socket in it.

    `variable` names the environment variable that holds its address.
    """

    variable = URL_VARIABLE

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"postgresql:///postgres?host={folder}&user=tester"
        data = folder / "data"
        options = ["-A", "trust", "-E", "UTF8", "--locale=C", "-U", "tester", "--no-sync"]
        subprocess.run(
            [*_as_postgres(), _program("initdb"), "-D", str(data), *options],
            cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        self.process = subprocess.Popen(
            [
                *_as_postgres(), _program("postgres"), "-D", str(data), "-k", str(folder),
                "-c", "listen_addresses=", "-c", "fsync=off",
            ],
            cwd=folder, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        from adbc_driver_manager import Error

        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.execute("SELECT 1")
                return
            except Error:
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.1)

    def connect(self):
        from adbc_driver_postgresql import dbapi

        return dbapi.connect(self.url)

    def execute(self, *statements: str) -> None:
        with self.connect() as connection:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
            connection.commit()

    def fetch(self, sql: str) -> pa.Table:
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetch_arrow_table()

    def load(self, name: str, table: pa.Table) -> None:
        """Make a table, in place of one of that name."""
        with self.connect() as connection:
            with connection.cursor() as cursor:
                cursor.execute(f'DROP TABLE IF EXISTS "{name}"')
                cursor.adbc_ingest(name, table, mode="create")
            connection.commit()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=_START_SECONDS)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    # A socket's path may not be long, and pytest's folders are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if not os.geteuid():
        shutil.chown(folder, "postgres")
    server = Server(folder)
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def postgresql(server, monkeypatch) -> Server:
    monkeypatch.setenv(URL_VARIABLE, server.url)
    return server


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """One session for all tests; the product finds it where it asks for one."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.memory", "1g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture
def place():
    """Return a place in PostgreSQL by the name of its table."""

    def named(table: str, segments_table: str = "") -> ClientsPlace:
        return ClientsPlace(
            "postgresql", table, url_variable=URL_VARIABLE, segments_table=segments_table
        )

    return named
