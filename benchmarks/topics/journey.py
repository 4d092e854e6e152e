"""The client's journey from an event log, against the same numbers asked of the bare engine.

The bare queries are written plainly over the text of the log: one ordered table of events and one
of cases, then one statement a table. They make the counts, quartiles, variants and shares that
step 4 makes, for each segment, for all, and for the times also of the other segments' cases;
they know no labels, no transitions, no doubts about the data, and check nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.harness import Line, Settings, compare, peak_memory_mb
from benchmarks.made_clients import PLAN, planted_segments
from client_segments import catalogue, hypotheses
from client_segments.demo import client_ids, make_tables
from client_segments.engine import THREADS
from client_segments.raw_tables import JOURNEY
from client_segments.reading import ColumnMapping, read_table
from client_segments.study import REPOSITORY

TITLE = "Journey from an event log"

_ORDERED = """
CREATE TEMP TABLE ordered AS
SELECT *, ROW_NUMBER() OVER journey AS place, LEAD(event_time) OVER journey AS next_time,
    LAG(event_time) OVER journey AS last_time, LAG(stage) OVER journey AS last_stage,
    LAG(channel IGNORE NULLS) OVER journey AS last_channel
FROM events WINDOW journey AS (PARTITION BY case_id ORDER BY event_time)
"""
_FIRSTS = """
CREATE TEMP TABLE firsts AS
SELECT *, EPOCH(LEAD(begins) OVER (PARTITION BY case_id ORDER BY place) - begins) AS ahead
FROM (
    SELECT case_id, stage, ANY_VALUE(segment_code) AS segment_code, MIN(place) AS place,
        MIN(event_time) AS begins, COUNT(*) FILTER (last_stage IS DISTINCT FROM stage) AS entries,
        SUM(EPOCH(next_time - event_time)) AS stay,
        ARG_MIN(EPOCH(event_time - last_time), place) AS wait
    FROM ordered GROUP BY case_id, stage
)
"""
_CASES = """
CREATE TEMP TABLE cases AS
SELECT case_id, ANY_VALUE(client_id) AS client_id, ANY_VALUE(segment_code) AS segment_code,
    COUNT(*) AS events, COUNT(channel) AS contacts, MIN(event_time) AS begins,
    COUNT(*) FILTER (channel <> last_channel) AS changes, MAX(outcome) AS outcome,
    ARG_MAX(stage, place) AS last_stage, LIST(stage ORDER BY place) AS variant,
    EPOCH(MAX(event_time) - MIN(event_time)) / 86400 AS days
FROM ordered GROUP BY case_id
"""
_REPEATED = """
SELECT COUNT(*) FROM (SELECT ROW_NUMBER() OVER (PARTITION BY client_id ORDER BY begins) AS turn
FROM cases) WHERE turn > 1
"""
_BY_SEGMENT = (
    "SELECT {code} AS code, stage, COUNT(*), COUNT(*) FILTER (entries > 1) FROM firsts GROUP BY ALL",
    "SELECT {code} AS code, last_stage, outcome, COUNT(*) FROM cases GROUP BY ALL",
    "SELECT {code} AS code, COUNT(*), COUNT(DISTINCT client_id), SUM(events), "
    "COUNT(DISTINCT variant), COUNT(*) FILTER (changes > 0) FROM cases GROUP BY ALL",
    "SELECT {code} AS code, variant, COUNT(*), MEDIAN(days) FROM cases GROUP BY ALL",
    "SELECT {code} AS code, FLOOR(LOG2(days + 1)), COUNT(*) FROM cases GROUP BY ALL",
    "SELECT {code} AS code, stage, channel, COUNT(*) FROM ordered GROUP BY ALL",
)
_TIMES = ", ".join(
    f"COUNT({name}), QUANTILE_CONT({name}, [0.25, 0.5, 0.75])" for name in ("ahead", "stay", "wait")
)
_AMOUNTS = ", ".join(
    f"AVG({name}), QUANTILE_CONT({name}, [0.25, 0.5, 0.75])"
    for name in ("days", "contacts", "events", "changes")
)


def run(settings: Settings) -> Iterator[Line]:
    """Measure on about 10⁷ events: from Parquet, in memory, and the bare engine."""
    wanted = settings.size(10_000_000, 5_000)
    stages = catalogue.stages(REPOSITORY, PLAN.direction)
    channels = catalogue.channels(REPOSITORY)
    codes = [segment.code for segment in PLAN.segments]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journey.parquet"
        events = _events(wanted, path)
        ours, plain, read = "compute_journey", "bare DuckDB queries", "strict reading of Parquet"

        def compute() -> hypotheses.Journey:
            return hypotheses.compute_journey(events, stages, codes, channels=channels)

        times = compare(
            {
                ours: compute,
                plain: lambda: _plain(events),
                read: lambda: read_table([path], JOURNEY, ColumnMapping(), lambda file: file.name),
            },
            settings.repeats,
        )
        yield Line("events", events.num_rows, "rows")
        yield from times.lines(ours, {plain: "target: at most 1.5"})
        yield Line(read, times.median(read), "s", "with checks of every value")
        both = times.median(ours) + times.median(read)
        yield Line("log read and computed", both, "s", "target: at most 120")
        journey = compute()
        totals = journey.tables["journey_totals"].set_index("segment_code")
        counted = totals.loc["all", "events_count"] / events.num_rows
        yield Line("events counted ÷ events in the log", counted, "×", "must be exactly 1")
        yield Line("memory of compute_journey", _memory(path), "MiB", "with the log itself")


def _events(wanted: int, path: Path) -> pa.Table:
    """Draw a log and write it as Parquet; return it as Arrow with the segments of its clients."""
    per_client = len(make_tables(PLAN, 5_000, names=("journey",))["journey"]) / 5_000
    clients_count = round(wanted / per_client)
    events = make_tables(PLAN, clients_count, names=("journey",))["journey"]
    segment_of = pd.Series(planted_segments(clients_count), index=client_ids(PLAN, clients_count))
    events["segment_code"] = events["client_id"].map(segment_of).astype("category")
    table = pa.Table.from_pandas(events, preserve_index=False)
    pq.write_table(table.drop_columns(["segment_code"]), path)
    return table


def _plain(events: pa.Table) -> None:
    with duckdb.connect(config={"threads": THREADS}) as connection:
        connection.register("events", events)
        for sql in (_ORDERED, _FIRSTS, _CASES):
            connection.execute(sql)
        connection.execute(_REPEATED).fetchall()
        for sql in _BY_SEGMENT:
            for code in ("segment_code", "'all'"):
                connection.execute(sql.format(code=code)).df()
        others = [segment.code for segment in PLAN.segments]
        for where in ["TRUE", *(f"segment_code <> '{code}'" for code in others)]:
            connection.execute(f"SELECT stage, {_TIMES} FROM firsts WHERE {where} GROUP BY 1").df()
            connection.execute(f"SELECT {_AMOUNTS} FROM cases WHERE {where}").df()
        connection.execute(f"SELECT segment_code, stage, {_TIMES} FROM firsts GROUP BY ALL").df()
        connection.execute(f"SELECT segment_code, {_AMOUNTS} FROM cases GROUP BY ALL").df()
        connection.execute("SELECT client_id, segment_code, days, contacts FROM cases").df()


def _memory(path: Path) -> float:
    return peak_memory_mb(
        "import pyarrow.parquet as pq\n"
        "from benchmarks.made_clients import PLAN\n"
        "from client_segments import catalogue, hypotheses\n"
        "from client_segments.study import REPOSITORY\n"
        f"events = pq.read_table({str(path)!r})\n"
        "stages = catalogue.stages(REPOSITORY, PLAN.direction)\n"
        "hypotheses.compute_journey(events, stages, [])\n"
    )
