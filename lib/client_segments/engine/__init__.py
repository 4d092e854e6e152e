"""The aggregation engine: the same plain SQL where the clients lie.

By default an embedded DuckDB, in memory and locked; PostgreSQL and Spark where `group.yml` says
that the clients' table is there.
"""

from __future__ import annotations

from client_segments.engine.aggregation import SMALL_ROWS, Adapter, Engine
from client_segments.engine.duckdb_adapter import THREADS, DuckDBAdapter, connect
from client_segments.engine.place import ENGINES, ClientsPlace
from client_segments.engine.statements import CodedColumn, PlainColumns, levels, quoted
from client_segments.engine.work_tables import (
    count_moves,
    count_patterns,
    known_identifiers,
    segments_of,
)

__all__ = [
    "ENGINES",
    "SMALL_ROWS",
    "THREADS",
    "Adapter",
    "ClientsPlace",
    "CodedColumn",
    "DuckDBAdapter",
    "Engine",
    "PlainColumns",
    "connect",
    "count_moves",
    "count_patterns",
    "known_identifiers",
    "levels",
    "open_place",
    "quoted",
    "segments_of",
]


def open_place(place: ClientsPlace) -> Adapter:
    """Connect to the system where the clients lie.

    Raises
    ------
    InputError
        If its packages are not installed, or it cannot be reached.
    """
    if place.engine == "postgresql":
        from client_segments.engine.postgresql import PostgreSQLAdapter

        return PostgreSQLAdapter(place)
    from client_segments.engine.spark import SparkAdapter

    return SparkAdapter(place)
