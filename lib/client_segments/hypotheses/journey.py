"""The client's journey from an event log: stages reached, time between them, outcomes of cases.

All events are aggregated by SQL in the embedded engine; Python touches distinct labels only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import pandas as pd
import pyarrow as pa

from client_segments import engine
from client_segments.hypotheses.contracts import ALL_CODE, JOURNEY_OUTCOMES, JOURNEY_STAGES
from client_segments.labels import fold

_NUMBERED = re.compile(r"(?:этап\s*)?0*(?P<number>\d+)[.)]?(?:\s+(?P<name>.*))?")

# An event comes before another when it is earlier or, at one time, higher in the file.
_ORDER = "{'at': event_time, 'row': row_number}"

_CASES = f"""
CREATE TEMP TABLE cases AS
SELECT case_id,
    ARG_MIN(segment_code, {_ORDER}) FILTER (segment_code IS NOT NULL) AS segment_code,
    ARG_MIN(client_id, {_ORDER}) FILTER (client_id IS NOT NULL) AS client_id,
    ARG_MAX(outcome, {_ORDER}) FILTER (outcome IS NOT NULL) AS outcome,
    MIN({_ORDER}) AS begins
FROM events GROUP BY case_id
"""

_FIRST_EVENTS = f"""
CREATE TEMP TABLE first_events AS
WITH firsts AS (
    SELECT case_id, stage_key, MIN({_ORDER}) AS begins
    FROM events JOIN stage_labels USING (stage) GROUP BY case_id, stage_key
)
SELECT case_id, stage_key, begins.at AS event_time,
    ROW_NUMBER() OVER journey AS position, LEAD(begins.at) OVER journey AS next_time
FROM firsts WINDOW journey AS (PARTITION BY case_id ORDER BY begins)
"""

# Every case counts for its segment, if it has one, and for all.
_MEMBERS = """
CREATE TEMP TABLE members AS
SELECT segment_code, case_id, outcome FROM cases WHERE segment_code IS NOT NULL
UNION ALL SELECT $all_code, case_id, outcome FROM cases
"""

_POSITIONS = """
SELECT stage_key, MEDIAN(position) AS middle, AVG(position) AS mean
FROM first_events GROUP BY stage_key
"""

_STAGES = """
WITH sizes AS (SELECT segment_code, COUNT(*) AS cases_count FROM members GROUP BY 1),
reached AS (
    SELECT segment_code, stage_key, COUNT(*) AS reached_count,
        MEDIAN(EPOCH(next_time - event_time) / 86400) AS median_days_to_next
    FROM members JOIN first_events USING (case_id) GROUP BY 1, 2
)
SELECT segment_code, stage_number, name AS stage, cases_count,
    COALESCE(reached_count, 0) AS reached_count,
    100 * COALESCE(reached_count, 0) / cases_count AS reached_pct, median_days_to_next
FROM sizes CROSS JOIN stages LEFT JOIN reached USING (segment_code, stage_key)
ORDER BY segment_code = $all_code DESC, segment_code, stage_number
"""

_OUTCOMES = """
WITH sizes AS (
    SELECT segment_code, COUNT(outcome) AS cases_count FROM members GROUP BY 1
), known AS (SELECT DISTINCT outcome FROM members WHERE outcome IS NOT NULL),
counts AS (SELECT segment_code, outcome, COUNT(*) AS outcome_count FROM members GROUP BY 1, 2)
SELECT segment_code, outcome, cases_count, COALESCE(outcome_count, 0) AS outcome_count,
    100 * COALESCE(outcome_count, 0) / cases_count AS outcome_pct
FROM sizes CROSS JOIN known LEFT JOIN counts USING (segment_code, outcome)
WHERE cases_count > 0
ORDER BY segment_code = $all_code DESC, segment_code, outcome
"""

# One client's cases are alike; only independent observations may be compared.
_INDEPENDENT = """
CREATE TEMP TABLE independent AS
SELECT case_id, segment_code, outcome FROM cases WHERE segment_code IS NOT NULL
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY COALESCE('client ' || client_id, 'case ' || case_id) ORDER BY begins
) = 1
"""

_REACHED_COUNTS = """
SELECT segment_code, stage_key, COUNT(*) AS hits_count
FROM independent JOIN first_events USING (case_id) GROUP BY 1, 2 ORDER BY 1, 2
"""

_OUTCOME_COUNTS = """
SELECT segment_code, outcome, COUNT(*) AS hits_count
FROM independent WHERE outcome IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
"""

_SIZES = """
SELECT segment_code, COUNT(*) AS cases_count, COUNT(outcome) AS outcomes_count
FROM independent GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class Journey:
    """Aggregates of an event log.

    Attributes
    ----------
    stages, outcomes
        Tables `JOURNEY_STAGES` and `JOURNEY_OUTCOMES`, from all cases.
    stage_names
        One row is one stage: stage_key (number in the catalogue, or folded own name),
        stage_number, name.
    sizes, reached, outcome_counts
        For comparisons: of every client the first case only. One row is one segment
        (cases_count, outcomes_count), segment × stage_key, segment × outcome (hits_count).
    cases_count, unplaced_count
        Number of cases, and of those that are in no segment.
    """

    stages: pd.DataFrame
    outcomes: pd.DataFrame
    stage_names: pd.DataFrame
    sizes: pd.DataFrame
    reached: pd.DataFrame
    outcome_counts: pd.DataFrame
    cases_count: int
    unplaced_count: int


def match_stages(labels: list[str], catalogue: pd.DataFrame) -> pd.DataFrame:
    """Match labels of stages to the catalogue: by number, by name, or by both («4. Подача»).

    Parameters
    ----------
    labels
        Distinct labels as they stand in the log.
    catalogue
        One row is one stage of the direction: number, name.

    Returns
    -------
    DataFrame
        One row is one label: stage (the label), stage_key, stage_number (NA for an own stage),
        name. Own labels that fold alike are one stage, named by the first in alphabet.
    """
    names = dict(zip(catalogue["number"], catalogue["name"], strict=True))
    numbers = {fold(name): number for number, name in names.items()}
    own: dict[str, str] = {}
    rows = []
    for label in sorted(labels):
        key = fold(label)
        number = numbers.get(key)
        written = _NUMBERED.fullmatch(key)
        if number is None and written and int(written["number"]) in names:
            same_name = not written["name"] or numbers.get(written["name"])
            is_match = same_name is True or same_name == int(written["number"])
            number = int(written["number"]) if is_match else None
        if number is None:
            rows.append((label, key, None, own.setdefault(key, label)))
        else:
            rows.append((label, str(number), number, names[number]))
    frame = pd.DataFrame(rows, columns=["stage", "stage_key", "stage_number", "name"])
    return frame.astype(
        {"stage": "str", "stage_key": "str", "stage_number": "Int64", "name": "str"}
    )


def number_stages(
    labels: pd.DataFrame, positions: pd.DataFrame, catalogue: pd.DataFrame
) -> pd.DataFrame:
    """Number the stages that occur: the catalogue's by it, own ones after its last.

    Where no label is the catalogue's, own stages are numbered from 1.

    Own stages follow the median position of their first event within cases, then the mean one,
    then the alphabet. A stage that the log never notes is not a stage reached by nobody: it is
    not measured, and has no row.

    Returns
    -------
    DataFrame
        One row is one stage: stage_key, stage_number, name.
    """
    stages = labels.drop_duplicates("stage_key")[["stage_key", "stage_number", "name"]]
    stages = stages.merge(positions, on="stage_key")
    known = stages[stages["stage_number"].notna()].sort_values("stage_number")
    own = stages[stages["stage_number"].isna()].sort_values(["middle", "mean", "stage_key"])
    last = int(catalogue["number"].max()) if len(known) else 0
    own = own.assign(stage_number=range(last + 1, last + 1 + len(own)))
    columns = ["stage_key", "stage_number", "name"]
    return pd.DataFrame(
        [*known[columns].itertuples(index=False), *own[columns].itertuples(index=False)],
        columns=columns,
    ).astype({"stage_key": "str", "stage_number": "int64", "name": "str"})


def _order(frame: pd.DataFrame, ranks: Callable[[str], int]) -> pd.DataFrame:
    """Put segments into their order, keeping the order of rows within each."""
    ranked = frame.assign(rank=frame["segment_code"].map(ranks))
    return ranked.sort_values("rank", kind="stable").drop(columns="rank").reset_index(drop=True)


def compute_journey(
    events: pd.DataFrame, catalogue: pd.DataFrame, segment_codes: list[str]
) -> Journey:
    """Aggregate an event log by segment and for all cases.

    A case belongs to the segment of its first event that is placed; its outcome is that of its
    last event having one. Events at one moment keep the order of the file. The time of a stage
    runs from its first event to the first event of the stage that the same case entered next.
    Cases in no segment count for all only.

    Parameters
    ----------
    events
        One row is one event: case_id, client_id, segment_code (missing where the client is in
        no segment), stage, event_time, outcome. Rows without case, stage or time are left out.
    catalogue
        One row is one stage of the direction: number, name.
    segment_codes
        Codes in the order in which segments are shown.
    """
    columns = ["case_id", "client_id", "segment_code", "stage", "event_time", "outcome"]
    events = events[columns].assign(row_number=range(len(events)))
    events = events.dropna(subset=["case_id", "stage", "event_time"])
    codes = [ALL_CODE, *segment_codes]
    with engine.connect() as connection:
        return _aggregate(connection, events, catalogue, codes)


def _aggregate(
    connection: duckdb.DuckDBPyConnection,
    events: pd.DataFrame,
    catalogue: pd.DataFrame,
    codes: list[str],
) -> Journey:
    texts = ["case_id", "client_id", "segment_code", "stage", "outcome"]
    # By way of Arrow: DuckDB refuses columns that are not contiguous in memory.
    table = pa.Table.from_pandas(events.astype(dict.fromkeys(texts, "str")), preserve_index=False)
    connection.register("events", table)
    labels = match_stages(events["stage"].unique().tolist(), catalogue)
    connection.register("stage_labels", labels[["stage", "stage_key"]])
    parameters = {"all_code": ALL_CODE}
    connection.execute(_CASES)
    connection.execute(_FIRST_EVENTS)
    connection.execute(_MEMBERS, parameters)
    connection.execute(_INDEPENDENT)
    stage_names = number_stages(labels, connection.execute(_POSITIONS).df(), catalogue)
    connection.register("stages", stage_names)

    def ranked(sql: str, values: dict[str, str] | None = None) -> pd.DataFrame:
        return _order(connection.execute(sql, values).df(), codes.index)

    cases_count, unplaced_count = connection.execute(
        "SELECT COUNT(*), COUNT(*) - COUNT(segment_code) FROM cases"
    ).fetchone()
    return Journey(
        stages=JOURNEY_STAGES.conform(ranked(_STAGES, parameters)),
        outcomes=JOURNEY_OUTCOMES.conform(ranked(_OUTCOMES, parameters)),
        stage_names=stage_names,
        sizes=ranked(_SIZES),
        reached=ranked(_REACHED_COUNTS),
        outcome_counts=ranked(_OUTCOME_COUNTS),
        cases_count=cases_count,
        unplaced_count=unplaced_count,
    )
