"""What later steps ask of the tables of clients that steps 1 and 2 wrote, however large they are.

The embedded engine reads the files; what comes back is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from client_segments.engine import statements
from client_segments.engine.aggregation import SMALL_ROWS
from client_segments.engine.duckdb_adapter import ROW_NUMBER, DuckDBAdapter, files_relation

_WANTED = "client_segments_wanted"
_EXAMPLES = 10


def count_patterns(coded: Path, segments: Path, attributes: Sequence[str]) -> pd.DataFrame:
    """Count clients by segment and codes from the tables `coded_clients` and `client_segments`.

    Both keep the order of the clients' rows.
    """
    dialect = DuckDBAdapter.dialect
    names = ", ".join(dialect.quoted(name) for name in attributes)
    keys = f"segment_code, {names}" if names else "segment_code"
    adapter = DuckDBAdapter([coded, segments], segments.parent)
    try:
        units = statements.mass_units("clients_count", "weight")
        coded_rows = files_relation([coded])
        segment_rows = files_relation([segments])
        columns = "".join(f", {dialect.quoted(name)}" for name in attributes)
        sql = (
            f"SELECT {keys}, COUNT(*) AS rows_count, {statements.sums(dialect)} FROM "
            f"(SELECT clients_count, {units} AS mass_units{columns}, {ROW_NUMBER} "
            f"FROM {coded_rows}) "
            f"JOIN (SELECT segment_code, {ROW_NUMBER} FROM {segment_rows}) "
            f"USING ({ROW_NUMBER}) GROUP BY {keys} ORDER BY {keys}"
        )
        return adapter.table(sql).to_pandas().astype({"segment_code": "str"})
    finally:
        adapter.close()


def segments_of(segments: Path, client_ids: pd.Series) -> pd.Series:
    """Return the segment of each client by identifier from the table `client_segments`."""
    adapter = DuckDBAdapter([segments])
    try:
        wanted = pa.table({"client_id": pa.array(client_ids.dropna().unique(), pa.string())})
        adapter.upload(_WANTED, wanted)
        found = adapter.table(
            f"SELECT w.client_id, MIN(s.segment_code) AS segment_code FROM {_WANTED} AS w "
            f"JOIN {adapter.relation} AS s ON s.client_id = w.client_id GROUP BY w.client_id"
        ).to_pandas()
    finally:
        adapter.close()
    by_client = found.set_index("client_id")["segment_code"]
    return client_ids.map(by_client).astype("str")


def known_identifiers(segments: Path, client_ids: pd.Series) -> pd.Index:
    """Return identifiers of the table `client_segments`: all, or of very many those asked about.

    Some others stand beside those asked about, so that the answer is empty only where the
    clients have no identifiers at all.
    """
    adapter = DuckDBAdapter([segments])
    try:
        known = f"SELECT client_id FROM {adapter.relation} WHERE client_id IS NOT NULL"
        count = adapter.table(f"SELECT COUNT(*) AS n FROM ({known})")["n"][0].as_py()
        if count > SMALL_ROWS:
            wanted = pa.table({"client_id": pa.array(client_ids.dropna().unique(), pa.string())})
            adapter.upload(_WANTED, wanted)
            known = (
                f"SELECT client_id FROM ({known}) SEMI JOIN {_WANTED} USING (client_id) "
                f"UNION (FROM ({known} ORDER BY client_id LIMIT {_EXAMPLES}))"
            )
        return pd.Index(adapter.table(known)["client_id"].to_pandas().unique())
    finally:
        adapter.close()


def count_moves(before: Path, after: Path) -> pd.DataFrame:
    """Count clients by their segments in two tables `client_segments`, matched by identifier.

    Returns
    -------
    DataFrame
        One row is one pair of segments: `from_code`, `to_code` (NaN where the client is not in
        that table) and `clients_count`. Empty where one of the tables has no identifiers.
    """
    adapter = DuckDBAdapter([before, after], after.parent)
    try:
        tables = [
            f"(SELECT client_id, MIN(segment_code) AS segment_code FROM {files_relation([path])} "
            "WHERE client_id IS NOT NULL GROUP BY client_id)"
            for path in (before, after)
        ]
        if any(
            adapter.table(f"SELECT COUNT(*) AS n FROM {table}")["n"][0].as_py() == 0
            for table in tables
        ):
            return pd.DataFrame({"from_code": [], "to_code": [], "clients_count": []})
        return adapter.table(
            "SELECT b.segment_code AS from_code, a.segment_code AS to_code, "
            f"COUNT(*) AS clients_count FROM {tables[0]} AS b FULL JOIN {tables[1]} AS a "
            "ON a.client_id = b.client_id GROUP BY ALL ORDER BY ALL"
        ).to_pandas()
    finally:
        adapter.close()
