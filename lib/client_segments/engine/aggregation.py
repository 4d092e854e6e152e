"""Aggregation of coded clients where they lie: patterns, segments, counts by value.

The same statements run on every engine (`statements`); an adapter only carries them there and
brings small tables back by Arrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from client_segments import storage
from client_segments.engine import statements
from client_segments.engine.duckdb_adapter import DuckDBAdapter
from client_segments.engine.statements import CODED, PATTERNS, PLACED, VALUE_CODES, Dialect
from client_segments.findings import Finding, InputError, Severity
from client_segments.language import _, format_count

SMALL_ROWS = 1_000_000
"""Own: rows of clients up to which their tables pass through memory as text."""
PATTERNS_FETCHED = 200_000
"""Own: patterns of all attributes up to which a distant engine is asked for them once."""
_PLAIN = ("client_id", "clients_count", "weight")
_WANTED = "client_segments_wanted"
_NAMES = "client_segments_names"


class Adapter(Protocol):
    """What an engine must be able to do."""

    dialect: Dialect
    engine_name: str
    relation: str
    row_number: str | None
    has_places: bool

    def schema(self) -> pa.Schema: ...

    def table(self, sql: str) -> pa.Table: ...

    def upload(self, name: str, table: pa.Table) -> None: ...

    def materialise(self, name: str, sql: str) -> None: ...

    def write(self, sql: str, path: Path) -> None: ...

    def close(self) -> None: ...


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
        adapter = DuckDBAdapter()
        columns = [name for name in _PLAIN if name in clients] + list(levels)
        mass = clients["clients_count"].to_numpy(dtype=float) * clients["weight"].to_numpy(float)
        numbered = clients[columns].assign(
            row_number=np.arange(len(clients)),
            mass_units=np.floor(mass * statements.WEIGHT_UNIT + 0.5).astype("int64"),
        )
        # By way of Arrow: DuckDB refuses columns that are not contiguous in memory.
        adapter.upload(CODED, pa.Table.from_pandas(numbered, preserve_index=False))
        self._set(adapter, levels)

    def _set(self, adapter: Adapter, levels: Mapping[str, int]) -> None:
        self._adapter = adapter
        self._levels = dict(levels)
        self._segment_codes: list[str] = []
        self._patterns: pd.DataFrame | None = None
        self._is_placed = False
        self._are_patterns_many = False

    @classmethod
    def over_file(cls, path: Path, levels: Mapping[str, int], folder: Path) -> Engine:
        """Open the table `coded_clients` that step 1 wrote; `folder` is written into."""
        adapter = DuckDBAdapter([path], folder)
        units = statements.mass_units("clients_count", "weight")
        adapter.materialise(
            CODED,
            f"SELECT {adapter.row_number} AS row_number, {units} AS mass_units, c.* "
            f"FROM {adapter.relation} AS c",
        )
        return cls._over(adapter, levels)

    @classmethod
    def over_source(
        cls,
        adapter: Adapter,
        relation: str,
        plain: statements.PlainColumns,
        columns: Sequence[statements.CodedColumn],
        value_codes: pd.DataFrame,
        levels: Mapping[str, int],
    ) -> Engine:
        """Code the clients in the engine where they lie.

        Parameters
        ----------
        relation, plain, columns
            SQL of the clients' rows, and what their columns are.
        value_codes : DataFrame
            One row is one value of one attribute as the engine writes it: `attribute_number`
            (position in `columns`), `value_text`, `value_code`.

        Raises
        ------
        InputError
            If not every client that was read was coded.
        """
        types = {"attribute_number": "int16", "value_code": "int16", "value_text": "str"}
        schema = pa.schema(
            [
                ("attribute_number", pa.int16()),
                ("value_text", pa.string()),
                ("value_code", pa.int16()),
            ]
        )
        frame = value_codes[schema.names].astype(types)
        adapter.upload(VALUE_CODES, pa.Table.from_pandas(frame, schema, preserve_index=False))
        adapter.materialise(CODED, statements.coded(adapter.dialect, relation, plain, columns))
        engine = cls._over(adapter, levels)
        engine._check_count(CODED, relation)
        return engine

    @classmethod
    def _over(cls, adapter: Adapter, levels: Mapping[str, int]) -> Engine:
        engine = cls.__new__(cls)
        engine._set(adapter, levels)
        return engine

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_error: object) -> None:
        self._adapter.close()

    @property
    def _dialect(self) -> Dialect:
        return self._adapter.dialect

    def _check_count(self, table: str, whole: str) -> None:
        """Stop unless as many clients came out as went in: a client lost is a client wronged."""
        counts = [
            self._adapter.table(f"SELECT COUNT(*) AS rows_count FROM {name} AS c")["rows_count"][
                0
            ].as_py()
            for name in (table, whole)
        ]
        if counts[0] != counts[1]:
            message = _("прочитано строк клиентов – {read}, разнесено – {placed}.")
            remedy = _("таблица изменилась во время работы или повреждена: выполните шаг снова.")
            text = message.format(read=format_count(counts[1]), placed=format_count(counts[0]))
            raise InputError([Finding(Severity.ERROR, "clients_lost", text, remedy)])

    def rows_count(self) -> int:
        """Return the number of rows of clients."""
        return self._adapter.table(f"SELECT COUNT(*) AS n FROM {CODED}")["n"][0].as_py()

    def patterns(self, attributes: Sequence[str]) -> pd.DataFrame:
        """Count clients by combination of codes.

        Returns
        -------
        DataFrame
            One row is one pattern, by increasing key: `pattern_key`, the codes,
            `rows_count`, `clients_count` and `weight` (sum of counts times weights).
        """
        whole = self._whole_patterns()
        if whole is not None:
            return self._grouped(whole, attributes)
        return self._counted_patterns(attributes)

    def _counted_patterns(self, attributes: Sequence[str]) -> pd.DataFrame:
        """Ask the engine for the packed patterns, and unpack them here."""
        sql = statements.patterns(self._dialect, attributes, self._levels)
        table = self._adapter.table(sql)
        key = table["pattern_key"].to_numpy()
        columns, rest = {"pattern_key": key}, key
        for name in attributes:
            size = self._levels[name] + 1
            higher = rest // size  # much faster than divmod
            columns[name] = (rest - higher * size).astype("int16")
            rest = higher
        for name in ("rows_count", "clients_count", "weight"):
            columns[name] = table[name].to_numpy()
        return pd.DataFrame(columns, copy=False)

    def _whole_patterns(self) -> pd.DataFrame | None:
        """Return patterns of all attributes, if they are few and the engine is far away.

        Later questions about some of the attributes are then sums of these, asked of nobody.
        """
        if self._adapter.engine_name == "DuckDB" or self._are_patterns_many:
            return None
        if self._patterns is None:
            try:
                key = statements.packed_key(self._dialect, list(self._levels), self._levels)
            except InputError:  # more combinations than an integer holds: only parts can be asked
                self._are_patterns_many = True
                return None
            count = self._adapter.table(
                f"SELECT APPROX_COUNT_DISTINCT({key}) AS n FROM {CODED}"
                if self._dialect.has_approximate
                else f"SELECT COUNT(DISTINCT {key}) AS n FROM {CODED}"
            )["n"][0].as_py()
            self._are_patterns_many = count > PATTERNS_FETCHED
            if self._are_patterns_many:
                return None
            self._patterns = self._counted_patterns(list(self._levels))
        return self._patterns

    def _grouped(self, whole: pd.DataFrame, attributes: Sequence[str]) -> pd.DataFrame:
        """Return patterns of some attributes as sums of patterns of all; see `patterns`."""
        names = list(attributes)
        key, stride = np.zeros(len(whole), dtype="int64"), 1
        for name in names:
            key += whole[name].to_numpy(dtype="int64") * stride
            stride *= self._levels[name] + 1
        sums = ["rows_count", "clients_count", "weight"]
        groups = whole.assign(pattern_key=key).groupby("pattern_key", as_index=False)
        return groups.agg(dict.fromkeys(names, "first") | dict.fromkeys(sums, "sum"))

    def rows(self, attributes: Sequence[str]) -> pd.DataFrame:
        """Return the codes of every client row, in order: numbers only.

        Returns
        -------
        DataFrame
            One row is one client row: the codes, `clients_count`, `weight`.
        """
        names = [*attributes, "clients_count", "weight"]
        columns = ", ".join(self._dialect.quoted(name) for name in names)
        return self._adapter.table(f"SELECT {columns} FROM {CODED}").to_pandas()

    def rows_of(self, client_ids: pd.Series) -> pd.DataFrame:
        """Return the coded rows of some clients: `client_id`, counts and codes."""
        wanted = pa.table({"client_id": pa.array(client_ids.dropna().unique(), pa.string())})
        self._adapter.upload(_WANTED, wanted)
        names = ", ".join(f"c.{self._dialect.quoted(name)}" for name in (*_PLAIN, *self._levels))
        return self._adapter.table(
            f"SELECT {names} FROM {CODED} AS c JOIN {_WANTED} AS w ON c.client_id = w.client_id "
            "ORDER BY c.client_id"
        ).to_pandas().astype({"client_id": "str"})  # fmt: skip

    def values(self) -> pd.DataFrame:
        """Count clients by attribute and value.

        Returns
        -------
        DataFrame
            One row is one attribute × value code that occurs: `attribute_code`, `value_code`,
            `clients_count`, `weight`.
        """
        return self._values(CODED)

    def _values(self, table: str, by: str = "") -> pd.DataFrame:
        attributes = list(self._levels)
        sql = statements.values(self._dialect, table, attributes, by)
        frame = self._adapter.table(sql).to_pandas()
        codes = frame[attributes].to_numpy(dtype=float)
        places = (~np.isnan(codes)).argmax(axis=1)
        names = np.array(attributes, dtype=object)[places]
        return frame.drop(columns=attributes).assign(
            attribute_code=pd.Series(names, index=frame.index, dtype="str"),
            value_code=codes[np.arange(len(codes)), places].astype("int64"),
        )

    def assign(self, attributes: Sequence[str], segments: pd.DataFrame) -> None:
        """Put every client row into its segment by a join on the packed key.

        Parameters
        ----------
        segments : DataFrame
            One row is one pattern: `pattern_key`, `segment_code`.

        Raises
        ------
        InputError
            If not every client that was read was put into a segment.
        """
        numbers, codes = pd.factorize(segments["segment_code"], sort=True)
        self._segment_codes = codes.tolist()
        columns = {
            "pattern_key": pa.array(segments["pattern_key"].to_numpy(), pa.int64()),
            "segment_number": pa.array(numbers, pa.int16()),
        }
        self._adapter.upload(PATTERNS, pa.table(columns))
        names = pa.table(
            {
                "segment_number": pa.array(range(len(codes)), pa.int16()),
                "segment_code": pa.array(self._segment_codes, pa.string()),
            }
        )
        self._adapter.upload(_NAMES, names)
        self._adapter.materialise(
            PLACED, statements.placed(self._dialect, attributes, self._levels)
        )
        self._check_count(PLACED, CODED)
        self._is_placed = True

    def segment_codes(self) -> pd.Series:
        """Return the segment of every client row, in order, after `assign`."""
        table = self._adapter.table(f"SELECT segment_number FROM {PLACED} {self._order()}")
        numbers = table["segment_number"].to_numpy()
        return pd.Series(pd.Categorical.from_codes(numbers, self._segment_codes)).astype("str")

    def segment_values(self) -> pd.DataFrame:
        """Count clients by segment, attribute and value, after `assign`.

        Returns
        -------
        DataFrame
            One row is one segment × attribute × value code that occurs: `segment_code`,
            `attribute_code`, `value_code`, `clients_count`, `weight`.
        """
        frame = self._values(PLACED, by="segment_number")
        codes = np.array(self._segment_codes, dtype=object)
        frame["segment_code"] = pd.Series(codes[frame.pop("segment_number")], dtype="str")
        keys = ["segment_code", "attribute_code", "value_code"]
        return frame.sort_values(keys, ignore_index=True)[[*keys, "clients_count", "weight"]]

    def segment_counts(self) -> pd.Series:
        """Count clients by segment code, after `assign`."""
        table = self._adapter.table(
            "SELECT segment_number, CAST(SUM(clients_count) AS BIGINT) AS clients_count "
            f"FROM {PLACED} GROUP BY segment_number ORDER BY segment_number"
        ).to_pandas()
        codes = [self._segment_codes[number] for number in table["segment_number"]]
        return pd.Series(table["clients_count"].to_numpy(), index=codes, name="clients_count")

    def effective_ratio(self) -> float:
        """Return the effective number of clients (Kish) over their number: 1 without weights."""
        squares = statements.mass_units("clients_count * weight", "weight")
        row = self._adapter.table(
            f"SELECT {statements.sums(self._dialect)}, "
            f"{statements.sum_of(self._dialect, squares)} AS squares "
            f"FROM {CODED}"
        ).to_pylist()[0]
        if not row["squares"] or not row["clients_count"]:
            return 1.0
        return row["weight"] ** 2 / row["squares"] / row["clients_count"]

    def _is_in_order(self) -> bool:
        """Tell whether the join left the rows in their order: sorting them costs as much."""
        if not self._is_placed or self.rows_count() <= SMALL_ROWS:
            return False
        out = self._adapter.table(f"SELECT COUNT(*) AS n FROM {PLACED} WHERE row_number <> rowid")[
            "n"
        ][0].as_py()
        return out == 0

    def _order(self, alias: str = "") -> str:
        """Return the SQL of the order of rows: of the file, or by identifier and codes."""
        if self._adapter.engine_name == "DuckDB":
            return "" if self._is_in_order() else f"ORDER BY {alias}row_number"
        names = [f"{alias}{self._dialect.quoted(name)}" for name in (*_PLAIN[1:], *self._levels)]
        first = self._dialect.ordered.format(f"{alias}client_id")
        return f"ORDER BY {first} NULLS LAST, {', '.join(names)}"

    def coded_clients(self, path: Path, attributes: Sequence[str]) -> pd.DataFrame | None:
        """Return table `coded_clients` with some of the attributes, or write it if it is large."""
        names = ", ".join(self._dialect.quoted(name) for name in (*_PLAIN, *attributes))
        sql = f"SELECT {names} FROM {CODED} {self._order()}"
        if self.rows_count() <= SMALL_ROWS:
            return self._adapter.table(sql).to_pandas()
        with storage.atomic_path(path) as temporary:
            self._adapter.write(sql, temporary)
        return None

    def client_segments(self, path: Path) -> pd.DataFrame | None:
        """Return table `client_segments`, or write it if it is large; after `assign`."""
        if self.rows_count() <= SMALL_ROWS:
            return self._adapter.table(self._segments_sql()).to_pandas()
        self.write_segments(path)
        return None

    def write_segments(self, path: Path) -> None:
        """Write table `client_segments`, whole or not at all, after `assign`."""
        with storage.atomic_path(path) as temporary:
            self._adapter.write(self._segments_sql(), temporary)

    def _segments_sql(self) -> str:
        return (
            "SELECT p.client_id, n.segment_code, p.clients_count, p.weight "
            f"FROM {PLACED} AS p JOIN {_NAMES} AS n ON p.segment_number = n.segment_number "
            f"{self._order('p.')}"
        )

    def export_segments(self) -> None:
        """Write clients with their segments into a table where the clients lie, after `assign`."""
        self._adapter.export(
            "SELECT p.client_id, n.segment_code "
            f"FROM {PLACED} AS p JOIN {_NAMES} AS n ON p.segment_number = n.segment_number"
        )
