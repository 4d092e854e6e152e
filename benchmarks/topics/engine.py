"""Clients from Parquet of text to Parquet of client, segment, probability, against a GROUP BY.

All that steps 1 and 2 do with every client is timed: every value read strictly, identifiers
checked, text coded, clients put into classes, values counted by segment, the result written; once
with eight classes that are known, and once with eight that are fitted to all clients on the way.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from benchmarks.harness import Line, Settings, compare, peak_memory_mb
from benchmarks.made_clients import CLASSES, LEVELS, write_clients, written_attributes
from client_segments import recommendations as rec
from client_segments.attributes import learn
from client_segments.attributes.clients import open_engine
from client_segments.engine import THREADS, DuckDBAdapter, Engine, statements
from client_segments.reading import ColumnMapping, EngineClients
from client_segments.segments import LatentClassModel
from client_segments.segments.classes import Counted, fit_model

TITLE = "Engine: Parquet of text → codes → segments → Parquet, against a bare GROUP BY"
_FITTED_ON = 20_000
_TARGETS = {"ordinary": "target ≤ 0.8 at 10⁷", "sharp": "target ≤ 1.4 at 10⁷"}
_WHOLE = "whole, {kind} classes"
_FITTED = "whole with the fit, {kind} classes"
_BARE = "DuckDB GROUP BY ALL of text, {kind}"
_PEAK_CODE = """
from pathlib import Path
from benchmarks.topics import engine
engine.{call}
"""


def run(settings: Settings) -> Iterator[Line]:
    """Measure at 10⁵, 10⁶ and 10⁷ clients."""
    sizes = (2_000,) if settings.is_quick else (100_000, 1_000_000, 10_000_000)
    with tempfile.TemporaryDirectory(prefix="bench-engine-") as name:
        for count in sizes:
            for kind in ("sharp", "ordinary"):
                path = Path(name) / "clients.parquet"
                write_clients(path, count, kind)
                yield from _at(path, count, kind, settings)


def _at(path: Path, count: int, kind: str, settings: Settings) -> Iterator[Line]:
    model = _known_classes(path)
    whole, bare = _WHOLE.format(kind=kind), _BARE.format(kind=kind)
    fitted = _FITTED.format(kind=kind)
    cases = {
        whole: lambda: do_all(path, model),
        bare: lambda: group_text(path),
        fitted: lambda: do_all(path, None),
    }
    if count <= 1_000_000:
        frame = pq.read_table(path).to_pandas().drop(columns="client_id").astype("category")
        names = list(frame.columns)
        cases["pandas groupby of categories"] = lambda: frame.groupby(
            names, observed=True, dropna=False
        ).size()
    times = compare(cases, settings.repeats)
    yield Line("clients", count, "rows")
    bases = {name: "the same, counted only" for name in cases if name not in (whole, bare, fitted)}
    yield from times.lines(whole, {bare: _TARGETS[kind], **bases})
    yield from times.lines(fitted, {bare: _TARGETS[kind]})
    yield from _layer(path, kind, settings)
    placed, rows_count = do_all(path, model)
    note = "1: patterns would not compress" if rows_count == placed else "patterns"
    yield Line("rows placed ÷ clients", rows_count / count, "×", note)
    yield Line("clients assigned ÷ clients read", placed / count, "×", "must be exactly 1")
    if not settings.is_quick:
        for label, call in (("whole", "peak_whole"), ("bare GROUP BY", "group_text")):
            code = _PEAK_CODE.format(call=f"{call}(Path({str(path)!r}))")
            yield Line(f"peak memory, {label}, {kind}", peak_memory_mb(code), "MiB")


def _known_classes(path: Path) -> LatentClassModel:
    """Fit the classes to the first clients: every value occurs among them."""
    with _opened(path) as (engine, names):
        return LatentClassModel(CLASSES, seed=rec.SEED, n_starts=4).fit(
            engine.rows(names)[names].head(_FITTED_ON)
        )


class _opened:
    """Clients of a Parquet file, read and coded as step 1 does it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> tuple[Engine, list[str]]:
        adapter = DuckDBAdapter([self._path], self._path.parent)
        clients = EngineClients(adapter, ColumnMapping(), self._path.name, (self._path,))
        coders, findings = learn(clients, written_attributes(), self._path.name)
        findings.raise_errors()
        self._engine = open_engine(clients, coders)
        return self._engine, [coder.attribute.code for coder in coders]

    def __exit__(self, *error: object) -> None:
        self._engine.__exit__(*error)


def do_all(path: Path, model: LatentClassModel | None) -> tuple[int, int]:
    """Do all that steps 1 and 2 do with every client; return clients written and rows placed.

    Without a model one of eight classes is fitted to all clients.
    """
    target = path.with_name("segments.parquet")
    with _opened(path) as (engine, names):
        rows = engine.patterns_or_rows(names)
        if model is None:
            model = fit_model(Counted.of(rows, names), CLASSES)
        classes, probability = model.placing().placed([rows[name].to_numpy() for name in names])
        segments = pd.Categorical.from_codes(classes, [f"class-{n + 1}" for n in range(CLASSES)])
        engine.assign(names, rows.assign(segment_code=segments, probability=probability))
        engine.segment_values()
        engine.write_segments(target)
    return pq.read_metadata(target).num_rows, len(rows)


def peak_whole(path: Path) -> None:
    """Do all, with classes of its own, for the measurement of memory."""
    do_all(path, _known_classes(path))


def group_text(path: Path) -> None:
    """Count the combinations of text as any analyst would; the rows stay in the engine."""
    columns = ", ".join(f'"Признак {number}"' for number in range(1, len(LEVELS) + 1))
    with duckdb.connect(config={"threads": THREADS}) as connection:
        connection.execute(
            f"CREATE TEMP TABLE patterns AS SELECT {columns}, COUNT(*) AS n "
            f"FROM read_parquet('{path}') GROUP BY ALL"
        )


def _layer(path: Path, kind: str, settings: Settings) -> Iterator[Line]:
    """Time the engine's own layer against the same SQL sent to DuckDB by hand."""
    with _opened(path) as (engine, names):
        frame = engine.rows(names)
        levels = dict(zip(names, LEVELS, strict=True))
    sql = statements.patterns(DuckDBAdapter.dialect, names, levels)
    by_hand_frame = frame.assign(mass_units=statements.WEIGHT_UNIT)
    ours, theirs = f"engine patterns, {kind}", "the same SQL in bare DuckDB"

    def by_engine() -> None:
        with Engine(frame, levels) as engine:
            engine.patterns(names)

    def by_hand() -> None:
        with duckdb.connect(config={"threads": THREADS}) as connection:
            connection.register(statements.CODED, by_hand_frame)
            connection.sql(sql).to_arrow_table().to_pandas()

    times = compare({ours: by_engine, theirs: by_hand}, settings.repeats)
    yield from times.lines(ours, {theirs: "target ≤ 1.05"})
