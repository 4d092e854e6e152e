"""From events to all tables of the journey."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb
import pandas as pd
import pyarrow as pa

from client_segments import catalogue as catalogues
from client_segments import decisions, engine
from client_segments.findings import Findings
from client_segments.hypotheses.contracts import ALL_CODE, JOURNEY_OUTCOMES, JOURNEY_STAGES
from client_segments.hypotheses.journey import events as ordering
from client_segments.hypotheses.journey.aggregates import Aggregator
from client_segments.hypotheses.journey.comparable import count_comparable
from client_segments.hypotheses.journey.contracts import JOURNEY_ACTIVITIES
from client_segments.hypotheses.journey.described import read_activities
from client_segments.hypotheses.journey.doubts import find_doubts, log_findings
from client_segments.hypotheses.journey.log import EventLog, load_log
from client_segments.hypotheses.journey.stages import match_stages, number_stages, propose_stage
from client_segments.segments import SEGMENTS
from client_segments.study import Study

_STAGES = """
WITH sizes AS (SELECT segment_code, COUNT(*) AS cases_count FROM members GROUP BY 1),
reached AS (
    SELECT segment_code, stage_id, COUNT(*) AS reached_count,
        MEDIAN(ahead / 86400e6) AS median_days_to_next
    FROM members JOIN first_events USING (case_no) GROUP BY 1, 2
)
SELECT segment_code, stage_number, name AS stage, cases_count,
    COALESCE(reached_count, 0) AS reached_count,
    100 * COALESCE(reached_count, 0) / cases_count AS reached_pct, median_days_to_next
FROM sizes CROSS JOIN stages LEFT JOIN reached USING (segment_code, stage_id)
ORDER BY segment_code, stage_number
"""

_OUTCOMES = """
WITH told AS (
    SELECT members.segment_code, outcome FROM members JOIN fates USING (case_no)
), sizes AS (
    SELECT segment_code, COUNT(outcome) AS cases_count FROM told GROUP BY 1
), known AS (SELECT DISTINCT outcome FROM told WHERE outcome IS NOT NULL),
counts AS (SELECT segment_code, outcome, COUNT(*) AS outcome_count FROM told GROUP BY 1, 2)
SELECT segment_code, outcome, cases_count, COALESCE(outcome_count, 0) AS outcome_count,
    100 * COALESCE(outcome_count, 0) / cases_count AS outcome_pct
FROM sizes CROSS JOIN known LEFT JOIN counts USING (segment_code, outcome)
WHERE cases_count > 0 ORDER BY segment_code, outcome
"""

_ACTIVITIES = """
SELECT CAST(stage AS VARCHAR) AS activity, COUNT(*) AS events_count,
    COUNT(DISTINCT case_id) AS cases_count
FROM events GROUP BY 1
"""

_MEASURES = """
SELECT segment_code, client_id, duration_days, NOT is_open AS is_finished, contacts_count,
    returns_count, channel_changes_count, is_refused, is_repeated, is_lost
FROM fates ORDER BY case_id
"""
MEASURE_DTYPES = {
    "segment_code": "str", "client_id": "str", "duration_days": "float64",
    "is_finished": "boolean", "contacts_count": "Int64", "returns_count": "Int64",
    "channel_changes_count": "Int64", "is_refused": "boolean", "is_repeated": "boolean",
    "is_lost": "boolean",
}  # fmt: skip


@dataclass(frozen=True)
class Journey:
    """Aggregates of an event log.

    Attributes
    ----------
    stages, outcomes
        Tables `JOURNEY_STAGES` and `JOURNEY_OUTCOMES`, from all cases.
    tables
        The other tables of the journey by name (`JOURNEY_CONTRACTS`).
    stage_names
        One row is one stage: stage_key (number in the catalogue, or folded own name),
        stage_number, name.
    comparable
        Counts for comparisons, of every client the first case only: see `count_comparable`.
    case_measures
        One row is one case, by its number: see `case_measures`. Never shared.
    doubts
        What looks wrong in the log: see `doubts.find_doubts`.
    cases_count, unplaced_count
        Number of cases, and of those that are in no segment.
    """

    stages: pd.DataFrame
    outcomes: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    stage_names: pd.DataFrame
    comparable: Mapping[str, pd.DataFrame]
    case_measures: pd.DataFrame
    doubts: pd.DataFrame
    cases_count: int
    unplaced_count: int


def _order(frame: pd.DataFrame, ranks: Callable[[str], int]) -> pd.DataFrame:
    """Put segments into their order, keeping the order of rows within each."""
    ranked = frame.assign(rank=frame["segment_code"].map(ranks))
    return ranked.sort_values("rank", kind="stable").drop(columns="rank").reset_index(drop=True)


def compute_journey(
    events: pd.DataFrame | pa.Table,
    catalogue: pd.DataFrame,
    segment_codes: list[str],
    *,
    activities: Mapping[str, str] | None = None,
    outcomes: Mapping[str, str] | None = None,
    channels: pd.DataFrame | None = None,
) -> Journey:
    """Aggregate an event log by segment, for all cases, and for the other segments' cases.

    A case belongs to the segment of its first event that is placed; its outcome is that of its
    last event having one. The order of events is told in `events`. The time of a stage runs from
    its first event to the first event of the stage that the same case entered next. Cases in no
    segment count for all only.

    Parameters
    ----------
    events
        One row is one event: case_id, client_id, segment_code (missing where the client is in
        no segment), stage, event_time, outcome, and, if there are any, channel, start_time,
        transition. Rows without case, stage or time are left out.
    catalogue
        One row is one stage of the direction: number, name.
    segment_codes
        Codes in the order in which segments are shown.
    activities, outcomes
        What people decided: activity of the log → stage, activity → outcome.
    channels
        One row is one channel of the catalogue: code, name.
    """
    table = ordering.arrow_events(events)
    codes = [ALL_CODE, *segment_codes]
    with engine.connect() as connection:
        return _aggregate(
            connection, table, catalogue, codes, activities or {}, outcomes or {}, channels
        )


def _aggregate(
    connection: duckdb.DuckDBPyConnection,
    table: pa.Table,
    catalogue: pd.DataFrame,
    codes: list[str],
    activities: Mapping[str, str],
    outcomes: Mapping[str, str],
    channels: pd.DataFrame | None,
) -> Journey:
    labels = match_stages(ordering.distinct(table, "stage"), catalogue, activities)
    labels = labels.assign(outcome=labels["stage"].map(dict(outcomes)).astype("str"))
    if channels is None:
        channels = pd.DataFrame({"code": [], "name": []}, dtype="str")
    named = catalogues.match_channels(ordering.distinct(table, "channel"), channels)
    ordering.order_events(connection, table, labels, named)
    stage_names = number_stages(labels, ordering.stage_positions(connection), catalogue)
    ordering.sum_cases(connection, stage_names)
    connection.execute(ordering.MEMBERS)

    def ranked(sql: str) -> pd.DataFrame:
        return _order(connection.execute(sql).df(), codes.index)

    cases_count, unplaced_count = connection.execute(
        "SELECT COUNT(*), COUNT(*) - COUNT(segment_code) FROM fates"
    ).fetchone()
    found = connection.execute(_ACTIVITIES).df()
    return Journey(
        stages=JOURNEY_STAGES.conform(ranked(_STAGES)),
        outcomes=JOURNEY_OUTCOMES.conform(ranked(_OUTCOMES)),
        tables={
            **Aggregator(connection, codes).tables(),
            "journey_activities": activities_table(found, labels, stage_names, catalogue),
        },
        stage_names=stage_names,
        comparable=count_comparable(connection),
        case_measures=connection.execute(_MEASURES).df().astype(MEASURE_DTYPES),
        doubts=find_doubts(connection, cases_count),
        cases_count=cases_count,
        unplaced_count=unplaced_count,
    )


def study_journey(
    study: Study, log: EventLog, segment_codes: list[str]
) -> tuple[Journey, Findings]:
    """Aggregate a study's log with what people decided of its activities.

    Raises
    ------
    InputError
        With every mistake of `stages.yml`.
    """
    stages = catalogues.stages(study.root, decisions.load_group(study).direction)
    decision = decisions.load(study, "stages")
    known = ordering.distinct(log.events, "stage")
    activities, findings = read_activities(decision, stages, known)
    findings.extend(decision.findings if decision else ())
    findings.raise_errors()
    journey = compute_journey(
        log.events, stages, segment_codes, activities=activities.stages,
        outcomes=activities.outcomes, channels=catalogues.channels(study.root),
    )  # fmt: skip
    table = journey.tables["journey_activities"]
    findings.extend(log_findings(journey.doubts, table, log.file))
    return journey, findings


def case_measures(study: Study) -> pd.DataFrame:
    """Return what was measured of each case of a study's log; for tests of hypotheses only.

    Returns
    -------
    DataFrame
        One row is one case, by its number: segment_code (missing where it is in none),
        client_id, duration_days (from first to last event), is_finished (False: the case was
        still open when the log ended, its duration is censored), contacts_count and
        channel_changes_count (missing where the log has no channels), returns_count,
        is_refused (missing where the outcome is not known), is_repeated (missing without a
        client; True for all cases of a client but the first), is_lost. Without a log no rows.

    Raises
    ------
    InputError
        With every mistake of the log and of `stages.yml`.
    """
    log = load_log(study)
    if not log.rows_count:
        return pd.DataFrame(columns=list(MEASURE_DTYPES)).astype(MEASURE_DTYPES)
    codes = study.read(SEGMENTS)["segment_code"].tolist()
    return study_journey(study, log, codes)[0].case_measures


def activities_table(
    counts: pd.DataFrame, labels: pd.DataFrame, stage_names: pd.DataFrame, catalogue: pd.DataFrame
) -> pd.DataFrame:
    """Return table `JOURNEY_ACTIVITIES`: which stage each activity of the log is, and of how many."""
    numbers = stage_names.rename(columns={"name": "stage_name"})
    frame = labels.rename(columns={"stage": "activity", "stage_number": "listed_number"})
    frame = frame.drop(columns="name").merge(numbers, on="stage_key")
    frame = frame.merge(counts, on="activity").rename(columns={"stage_name": "stage"})
    frame["is_mapped"] = frame["listed_number"].notna()
    frame["proposed_stage"] = [
        None if row.is_mapped or row.is_decided else propose_stage(row.activity, catalogue)
        for row in frame.itertuples(index=False)
    ]
    frame = frame.sort_values(
        ["is_mapped", "events_count", "activity"], ascending=[True, False, True]
    )
    return JOURNEY_ACTIVITIES.conform(frame[JOURNEY_ACTIVITIES.column_names])
