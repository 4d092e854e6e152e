"""The client's journey from an event log against the plain GROUP BY that counts cases by stage."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pandas as pd
import pyarrow as pa

from benchmarks.harness import Line, Settings, compare
from benchmarks.made_clients import PLAN, planted_segments
from client_segments import catalogue, hypotheses
from client_segments.demo import client_ids, make_tables
from client_segments.engine import THREADS
from client_segments.study import REPOSITORY

TITLE = "Journey from an event log"
_PLAIN = "SELECT segment_code, stage, COUNT(DISTINCT case_id) AS cases FROM events GROUP BY ALL"


def run(settings: Settings) -> Iterator[Line]:
    """Measure on about 10⁶ events."""
    wanted = settings.size(1_000_000, 5_000)
    events = _events(wanted)
    stages = catalogue.stages(REPOSITORY, PLAN.direction)
    codes = [segment.code for segment in PLAN.segments]
    ours, plain = "compute_journey", "DuckDB COUNT(DISTINCT case)"
    times = compare(
        {
            ours: lambda: hypotheses.compute_journey(events, stages, codes),
            plain: lambda: _group(events),
        },
        settings.repeats,
    )
    journey = hypotheses.compute_journey(events, stages, codes)
    yield Line("events", len(events), "rows")
    yield from times.lines(ours, {plain: "it has no order, times or outcomes"})
    ratio = journey.cases_count / events["case_id"].nunique()
    yield Line("cases counted ÷ cases in the log", ratio, "×", "must be exactly 1")


def _events(wanted: int) -> pd.DataFrame:
    per_client = len(make_tables(PLAN, 5_000, names=("journey",))["journey"]) / 5_000
    clients_count = round(wanted / per_client)
    events = make_tables(PLAN, clients_count, names=("journey",))["journey"]
    segment_of = dict(
        zip(client_ids(PLAN, clients_count), planted_segments(clients_count), strict=True)
    )
    texts = dict.fromkeys(["stage", "outcome"], "str")
    return events.astype(texts).assign(
        segment_code=events["client_id"].map(segment_of).astype("str")
    )


def _group(events: pd.DataFrame) -> pd.DataFrame:
    table = pa.Table.from_pandas(events[["segment_code", "stage", "case_id"]], preserve_index=False)
    with duckdb.connect(config={"threads": THREADS}) as connection:
        connection.register("events", table)
        return connection.execute(_PLAIN).df()
