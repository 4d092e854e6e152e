"""The aggregation engine: plain SQL over coded clients, in an embedded DuckDB.

Clients carry small integer codes (0 is missing). The codes of several attributes are packed
into one integer key, and everything joins on that key: NULL never takes part in a comparison.
The database is in memory, cannot reach files or the network, and its settings are locked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pandas as pd

from client_segments.findings import InputError
from client_segments.language import _

_KEY_LIMIT = 2**62
MEMORY_LIMIT = "16GB"
THREADS = 2


def connect() -> duckdb.DuckDBPyConnection:
    """Open a locked database in memory.

    Frames are registered on it by name; SQL cannot read files, load extensions or change that.
    """
    connection = duckdb.connect(
        ":memory:", config={"threads": THREADS, "memory_limit": MEMORY_LIMIT}
    )
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def quoted(identifier: str) -> str:
    """Return an identifier as SQL writes it; identifiers come from a known list, never typed in."""
    return '"' + identifier.replace('"', '""') + '"'


class Engine:
    """Aggregates coded clients.

    Parameters
    ----------
    clients : DataFrame
        One row is one client row: `clients_count`, `weight` and one column of codes an attribute.
    levels : mapping
        Number of values (without missing) of each attribute, by its code.
    """

    def __init__(self, clients: pd.DataFrame, levels: Mapping[str, int]) -> None:
        self._levels = dict(levels)
        self._connection = connect()
        numbered = clients[["clients_count", "weight", *self._levels]]
        self._connection.register("clients", numbered.assign(row_number=np.arange(len(clients))))

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def _key(self, attributes: Sequence[str]) -> str:
        """Return the SQL of the packed key of some attributes."""
        terms, stride = [], 1
        for attribute in attributes:
            terms.append(f"CAST({quoted(attribute)} AS BIGINT) * {stride}")
            stride *= self._levels[attribute] + 1
        if stride >= _KEY_LIMIT:
            raise InputError(
                _(
                    "У образующих признаков слишком много значений вместе: сократите их число, "
                    "объединив значения (groups) или сделав часть признаков описательными."
                )
            )
        return " + ".join(terms) or "CAST(0 AS BIGINT)"

    def patterns(self, attributes: Sequence[str]) -> pd.DataFrame:
        """Count clients by combination of codes.

        Returns
        -------
        DataFrame
            One row is one pattern, by increasing key: `pattern_key`, the codes,
            `rows_count`, `clients_count` and `weight` (sum of counts times weights).
        """
        columns = "".join(f", MIN({quoted(name)}) AS {quoted(name)}" for name in attributes)
        return self._connection.execute(
            f"SELECT {self._key(attributes)} AS pattern_key{columns}, COUNT(*) AS rows_count, "
            "CAST(SUM(clients_count) AS BIGINT) AS clients_count, "
            "SUM(clients_count * weight) AS weight "
            "FROM clients GROUP BY 1 ORDER BY 1"
        ).df()

    def assign(self, attributes: Sequence[str], segments: pd.DataFrame) -> pd.Series:
        """Put every client row into its segment by a join on the packed key.

        Parameters
        ----------
        segments : DataFrame
            One row is one pattern: `pattern_key`, `segment_code`.

        Returns
        -------
        Series of str
            In the order of the clients; as many as there are rows.
        """
        self._connection.register("pattern_segments", segments)
        self._connection.execute(
            "CREATE OR REPLACE TEMP TABLE client_segments AS "
            "SELECT clients.*, pattern_segments.segment_code "
            f"FROM (SELECT *, {self._key(attributes)} AS pattern_key FROM clients) AS clients "
            "JOIN pattern_segments ON clients.pattern_key = pattern_segments.pattern_key"
        )
        frame = self._connection.execute(
            "SELECT segment_code FROM client_segments ORDER BY row_number"
        ).df()
        return frame["segment_code"]

    def segment_values(self) -> pd.DataFrame:
        """Count clients by segment, attribute and value, after `assign`.

        Returns
        -------
        DataFrame
            One row is one segment × attribute × value code that occurs: `segment_code`,
            `attribute_code`, `value_code`, `clients_count`, `weight`.
        """
        parts = [
            f"SELECT segment_code, '{name}' AS attribute_code, "
            f"CAST({quoted(name)} AS BIGINT) AS value_code, "
            "CAST(SUM(clients_count) AS BIGINT) AS clients_count, "
            "SUM(clients_count * weight) AS weight "
            f"FROM client_segments GROUP BY segment_code, {quoted(name)}"
            for name in self._levels
        ]
        sql = " UNION ALL ".join(parts) + " ORDER BY segment_code, attribute_code, value_code"
        return self._connection.execute(sql).df()
