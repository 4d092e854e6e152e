"""Coding and aggregation of clients against the plain GROUP BY that any analyst would write."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd

from benchmarks.harness import Line, Settings, compare, peak_memory_mb
from benchmarks.made_clients import attribute_list, forming, planted_rules, raw_clients
from client_segments.attributes import Coder, code_clients
from client_segments.engine import THREADS, Engine
from client_segments.reading import RawTable
from client_segments.segments.contracts import REST_CODE
from client_segments.segments.rules import place_rows

TITLE = "Engine: text to codes, patterns, segments and their values"
_WHOLE = "coding + patterns + assignment + values"
_BEYOND_CODING = "patterns + assignment + values"
_PEAK_CODE = """
from benchmarks.made_clients import raw_clients
{work}raw_clients({count}))
"""


def run(settings: Settings) -> Iterator[Line]:
    """Measure at 10⁵ and 10⁶ clients."""
    sizes = (2_000,) if settings.is_quick else (100_000, 1_000_000)
    for count in sizes:
        yield from _at(count, settings)
    if not settings.is_quick:
        made = peak_memory_mb(_PEAK_CODE.format(work="(", count=sizes[-1]))
        work = "from benchmarks.topics.engine import whole\nwhole("
        peak = peak_memory_mb(_PEAK_CODE.format(work=work, count=sizes[-1]))
        yield Line("peak memory", peak, "MiB", f"of which the raw table {made:.0f}, 10⁶ clients")


def _at(count: int, settings: Settings) -> Iterator[Line]:
    clients = raw_clients(count)
    coded, coders = _coded(clients)
    levels = {coder.attribute.code: len(coder.names) for coder in coders}
    names = forming(attribute_list())
    headers = [coder.attribute.name for coder in coders if coder.attribute.code in names]
    categories = clients.frame[headers].astype("category")
    times = compare(
        {
            _WHOLE: lambda: whole(clients),
            "DuckDB GROUP BY of text": lambda: _group_text(clients.frame, headers),
            "pandas groupby of categories": lambda: categories.groupby(
                headers, observed=True, dropna=False
            ).size(),
            "coding alone": lambda: _coded(clients),
            _BEYOND_CODING: lambda: _segments(coded, coders),
            "engine patterns": lambda: _patterns(coded, levels, names),
            "bare DuckDB, the same SQL": lambda: _group_keys(coded, levels, names),
        },
        settings.repeats,
    )
    yield Line("clients", count, "rows")
    bases = {"DuckDB GROUP BY of text": "they only group", "pandas groupby of categories": "same"}
    yield from times.lines(_WHOLE, bases)
    yield Line("coding alone", times.median("coding alone"), "s")
    yield from times.lines(_BEYOND_CODING, {})
    yield from times.lines("engine patterns", {"bare DuckDB, the same SQL": "target ≤ 1.05"})
    assigned = whole(clients)
    ratio = int(assigned.notna().sum()) / len(clients.frame)
    yield Line("clients assigned ÷ clients read", ratio, "×", "must be exactly 1")


def _coded(clients: RawTable) -> tuple[pd.DataFrame, list[Coder]]:
    coded, coders, findings = code_clients(clients, attribute_list(), "clients")
    findings.raise_errors()
    return coded, coders


def whole(clients: RawTable) -> pd.Series:
    """Do all that steps 1 and 2 do with every client; return the segment of each."""
    return _segments(*_coded(clients))


def _segments(coded: pd.DataFrame, coders: list[Coder]) -> pd.Series:
    levels = {coder.attribute.code: len(coder.names) for coder in coders}
    names = forming(attribute_list())
    rules = planted_rules(coders)
    with Engine(coded, levels) as engine:
        patterns = engine.patterns(names)
        codes = np.array([*(f"segment-{number}" for number in range(len(rules))), REST_CODE])
        chosen = codes[place_rows(rules, patterns).chosen]
        assigned = engine.assign(names, patterns[["pattern_key"]].assign(segment_code=chosen))
        engine.segment_values()
    return assigned


def _patterns(coded: pd.DataFrame, levels: dict[str, int], names: list[str]) -> pd.DataFrame:
    with Engine(coded, levels) as engine:
        return engine.patterns(names)


def _connect() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": THREADS})


def _group_keys(coded: pd.DataFrame, levels: dict[str, int], names: list[str]) -> pd.DataFrame:
    terms, stride = [], 1
    for name in names:
        terms.append(f'CAST("{name}" AS BIGINT) * {stride}')
        stride *= levels[name] + 1
    columns = "".join(f', MIN("{name}") AS "{name}"' for name in names)
    with _connect() as connection:
        connection.register("clients", coded)
        return connection.execute(
            f"SELECT {' + '.join(terms)} AS pattern_key{columns}, COUNT(*) AS rows_count, "
            "CAST(SUM(clients_count) AS BIGINT) AS clients_count, "
            "SUM(clients_count * weight) AS weight FROM clients GROUP BY 1 ORDER BY 1"
        ).df()


def _group_text(frame: pd.DataFrame, headers: list[str]) -> pd.DataFrame:
    columns = ", ".join(f'"{header}"' for header in headers)
    with _connect() as connection:
        connection.register("clients", frame[headers])
        return connection.execute(
            f"SELECT {columns}, COUNT(*) AS clients_count FROM clients GROUP BY ALL"
        ).df()
