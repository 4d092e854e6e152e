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
from client_segments.engine.coded_rows import PLAIN, CodedRows
from client_segments.engine.coding import coded_rows, upload_value_codes
from client_segments.engine.duckdb_adapter import DuckDBAdapter
from client_segments.engine.placed_rows import PlacedRows, numbered, probabilities
from client_segments.engine.statements import CODED, PATTERNS, PLACED, Dialect
from client_segments.findings import Finding, InputError, Severity
from client_segments.language import _, format_count

SMALL_ROWS = 1_000_000
"""Own: rows of clients up to which their tables pass through memory as text."""
PATTERNS_FETCHED = 200_000
"""Own: patterns of all attributes up to which a distant engine is asked for them once."""
ROWS_FROM = 200_000
"""Own: rows of clients below which patterns cost nothing, whether they compress or not."""
PATTERNS_MAXIMUM = 0.1
"""Measured: patterns a client above which they cost more than they save."""
_CODED_ROWS = "client_segments_coded_rows"
_PLACED_ROWS = "client_segments_placed_rows"
_WANTED = "client_segments_wanted"
_NAMES = "client_segments_names"


class Adapter(Protocol):
    """What an engine must be able to do."""

    dialect: Dialect
    engine_name: str
    is_embedded: bool
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
        self._set(DuckDBAdapter(), levels)
        self._take(CodedRows.of_frame(clients, list(levels)))

    def _set(self, adapter: Adapter, levels: Mapping[str, int]) -> None:
        self._adapter = adapter
        self._levels = dict(levels)
        self._rows: CodedRows | None = None
        self._placed: PlacedRows | None = None
        self._segment_codes: list[str] = []
        self._patterns: pd.DataFrame | None = None
        self._are_patterns_many = False

    def _take(self, rows: CodedRows) -> None:
        """Let the embedded engine count clients that lie in memory."""
        self._rows = rows
        self._adapter.view(
            CODED, rows.relation(self._dialect, _CODED_ROWS), _CODED_ROWS, rows.arrow()
        )

    @classmethod
    def over_file(cls, path: Path, levels: Mapping[str, int], folder: Path) -> Engine:
        """Open the table `coded_clients` that step 1 wrote; `folder` is written into."""
        adapter = DuckDBAdapter([path], folder)
        engine = cls._over(adapter, levels)
        engine._take(CodedRows.of_table(adapter.read([*PLAIN, *levels]), list(levels)))
        return engine

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
        engine = cls._over(adapter, levels)
        if adapter.is_embedded:
            engine._take(coded_rows(adapter, relation, plain, columns, value_codes))
            engine._check_count(CODED, relation)
            return engine
        upload_value_codes(adapter, value_codes)
        adapter.materialise(
            CODED, statements.coded(adapter.dialect, relation, plain, dict(enumerate(columns)))
        )
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
        _refuse_lost(*counts)

    def _check_placed(self, placed_count: int) -> None:
        _refuse_lost(placed_count, self._rows.rows_count)

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
        if self._adapter.is_embedded or self._are_patterns_many:
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

    def are_patterns_few(self, attributes: Sequence[str]) -> bool:
        """Tell whether patterns of some attributes are far fewer than the clients.

        If not, whoever works on patterns works as well on `rows`, which need no counting. Where
        the clients lie elsewhere, patterns always spare their transport.
        """
        if self._rows is None or self._rows.rows_count < ROWS_FROM:
            return True
        key = statements.packed_key(self._dialect, attributes, self._levels)
        count = self._adapter.table(f"SELECT APPROX_COUNT_DISTINCT({key}) AS n FROM {CODED}")
        return count["n"][0].as_py() < PATTERNS_MAXIMUM * self._rows.rows_count

    def patterns_or_rows(self, attributes: Sequence[str]) -> pd.DataFrame:
        """Return `patterns` where they are few, else `rows`: either way codes, counts, weights."""
        few = self.are_patterns_few(attributes)
        return self.patterns(attributes) if few else self.rows(attributes)

    def rows(self, attributes: Sequence[str]) -> pd.DataFrame:
        """Return the codes of every client row, in order: numbers only.

        Returns
        -------
        DataFrame
            One row is one client row: the codes, `clients_count`, `weight`.
        """
        if self._rows is not None:
            codes = {name: self._rows.codes[name] for name in attributes}
            counts = {name: self._rows.plain_numbers(name) for name in PLAIN[1:]}
            return pd.DataFrame(codes | counts, copy=False)
        names = [*attributes, "clients_count", "weight"]
        columns = ", ".join(self._dialect.quoted(name) for name in names)
        return self._adapter.table(f"SELECT {columns} FROM {CODED}").to_pandas()

    def rows_of(self, client_ids: pd.Series) -> pd.DataFrame:
        """Return the coded rows of some clients: `client_id`, counts and codes."""
        wanted = pa.table({"client_id": pa.array(client_ids.dropna().unique(), pa.string())})
        self._adapter.upload(_WANTED, wanted)
        plain = [f"c.{name}" for name in PLAIN]
        names = ", ".join([*plain, *self._written_codes(list(self._levels), "c.")])
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
        """Put every client row into its segment.

        Parameters
        ----------
        segments : DataFrame
            What `patterns_or_rows` returned, with `segment_code` and, if they are known,
            `probability`: patterns are put by their packed key, rows as they stand.

        Raises
        ------
        InputError
            If not every client that was read was put into a segment.
        """
        numbers, codes = numbered(segments["segment_code"])
        probability = probabilities(segments)
        if "pattern_key" not in segments:
            self._check_placed(len(segments))
            self._place(numbers, codes, probability)
            return
        if self._rows is not None:
            keys = segments["pattern_key"].to_numpy()
            places = self._rows.looked_up(
                attributes, self._levels, keys, np.arange(len(keys), dtype=np.int32)
            )
            self._check_placed(int((places >= 0).sum()))
            known = None if probability is None else probability[places]
            self._place(numbers[places], codes, known)
            return
        self._segment_codes = codes
        columns = {
            "pattern_key": pa.array(segments["pattern_key"].to_numpy(), pa.int64()),
            "segment_number": pa.array(numbers, pa.int16()),
            "probability": pa.nulls(len(numbers), pa.float64())
            if probability is None
            else pa.array(probability, pa.float64()),
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

    def _place(self, numbers: np.ndarray, codes: list[str], probability: np.ndarray | None) -> None:
        self._segment_codes = codes
        self._placed = PlacedRows(self._rows, numbers.astype(np.int16), tuple(codes), probability)
        rows = self._placed.columns()
        relation = rows.relation(self._dialect, _PLACED_ROWS)
        self._adapter.view(PLACED, relation, _PLACED_ROWS, rows.arrow())

    def segment_codes(self) -> pd.Series:
        """Return the segment of every client row, in order, after `assign`."""
        if self._placed is not None:
            numbers = self._placed.numbers
        else:
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
        if self._placed is not None and self._placed.are_alike():
            return self._placed.segment_values(list(self._levels))
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

    def _order(self, alias: str = "") -> str:
        """Return the SQL of the order of rows: of the file, or by identifier and codes."""
        if self._rows is not None:
            return ""
        names = [f"{alias}{self._dialect.quoted(name)}" for name in (*PLAIN[1:], *self._levels)]
        first = self._dialect.ordered.format(f"{alias}client_id")
        return f"ORDER BY {first} NULLS LAST, {', '.join(names)}"

    def _written_codes(self, attributes: Sequence[str], alias: str = "") -> list[str]:
        """Return the SQL of codes of one type, whatever the engine holds them in."""
        names = [self._dialect.quoted(name) for name in attributes]
        return [f"CAST({alias}{name} AS SMALLINT) AS {name}" for name in names]

    def coded_clients(self, path: Path, attributes: Sequence[str]) -> pd.DataFrame | None:
        """Return table `coded_clients` with some of the attributes, or write it if it is large."""
        names = ", ".join([*PLAIN, *self._written_codes(attributes)])
        sql = f"SELECT {names} FROM {CODED} {self._order()}"
        if self.rows_count() <= SMALL_ROWS:
            return self._adapter.table(sql).to_pandas()
        with storage.atomic_path(path) as temporary:
            self._adapter.write(sql, temporary)
        return None

    def pattern_segments(
        self, path: Path, attributes: Sequence[str], segments: pd.DataFrame
    ) -> pd.DataFrame | None:
        """Return table `pattern_segments`, or write it if it is large; after `assign(segments)`."""
        if "pattern_key" in segments:
            return segments[["segment_code", "clients_count", *attributes]]
        sql = statements.placed_patterns(self._dialect, attributes, self._levels)
        with storage.atomic_path(path) as temporary:
            storage.write_batches(temporary, self._adapter.table(sql).to_reader())
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
            if self._placed is None:
                self._adapter.write(self._segments_sql(), temporary)
            else:
                storage.write_batches(temporary, self._placed.written().to_reader())

    def _segments_sql(self) -> str:
        columns = "p.client_id, {}.segment_code, p.clients_count, p.weight, p.probability"
        if self._rows is not None:
            return f"SELECT {columns.format('p')} FROM {PLACED} AS p"
        return (
            f"SELECT {columns.format('n')} "
            f"FROM {PLACED} AS p JOIN {_NAMES} AS n ON p.segment_number = n.segment_number "
            f"{self._order('p.')}"
        )

    def export_segments(self) -> None:
        """Write clients with their segments into a table where the clients lie, after `assign`."""
        self._adapter.export(
            "SELECT p.client_id, n.segment_code, p.probability "
            f"FROM {PLACED} AS p JOIN {_NAMES} AS n ON p.segment_number = n.segment_number"
        )


def _refuse_lost(placed: int, read: int) -> None:
    """Stop unless as many clients came out as went in."""
    if placed != read:
        message = _("прочитано строк клиентов – {read}, разнесено – {placed}.")
        remedy = _("таблица изменилась во время работы или повреждена: выполните шаг снова.")
        text = message.format(read=format_count(read), placed=format_count(placed))
        raise InputError([Finding(Severity.ERROR, "clients_lost", text, remedy)])
