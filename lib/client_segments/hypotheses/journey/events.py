"""Events of a log put in order, case by case, by SQL in the engine; Python sees distinct labels only.

The order of a case's events: time, and at one moment the order of the file, as tools of process
mining have it. Every event counts that is complete: of a log with starts the start is the beginning
of the work of its event. A case lasts from its first record to its last, whatever they note.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from client_segments.hypotheses.contracts import ALL_CODE
from client_segments.labels import fold

COLUMNS = (
    "case_id", "client_id", "segment_code", "stage", "channel", "event_time", "start_time",
    "transition", "outcome",
)  # fmt: skip
"""What is read of a log; a column that a log does not have is empty."""

_TEXTS = ("case_id", "client_id", "segment_code", "stage", "channel", "transition", "outcome")
_DICTIONARIES = ("segment_code", "stage", "channel", "transition", "outcome")

COMPLETE, START, OTHER = 0, 1, 2
TRANSITIONS = {
    **dict.fromkeys(map(fold, ("complete", "завершение", "завершено", "конец", "end")), COMPLETE),
    **dict.fromkeys(map(fold, ("start", "начало", "начато", "begin")), START),
    **dict.fromkeys(
        map(fold, ("schedule", "assign", "reassign", "suspend", "resume", "withdraw",
                   "ate_abort", "pi_abort", "pi_withdraw")),
        OTHER,
    ),
}  # fmt: skip
"""Standard life cycle of an activity (IEEE 1849-2016, XES): other transitions than the completion
are no event. Words of a life cycle of the log's own («In Progress») are states: each is an event."""

CENSORED_SHARE = 0.95
"""Own: a case is still open while it has been silent for less than so many cases had been before
they went on from the same stage."""

_CASES = """
CREATE TEMP TABLE case_numbers AS
SELECT case_id, CAST(ROW_NUMBER() OVER (ORDER BY case_id) AS INTEGER) AS case_no
FROM (SELECT case_id FROM events GROUP BY case_id)
"""

_NOTES = """
CREATE TEMP TABLE notes AS
SELECT case_no, label_id, stage_id, channel_id, kind, segment_id,
    COALESCE(own_outcomes.outcome_id, stage_labels.outcome_id) AS outcome_id,
    client_id IS NOT NULL AS has_client, CAST(event_time AS TIMESTAMP) AS event_time,
    CAST(start_time AS TIMESTAMP) AS start_time, row_number
FROM events JOIN case_numbers USING (case_id) JOIN stage_labels USING (stage)
LEFT JOIN channel_labels ON events.channel = channel_labels.channel
LEFT JOIN transition_kinds ON events.transition = transition_kinds.transition
LEFT JOIN segment_labels ON events.segment_code = segment_labels.segment_code
LEFT JOIN outcome_labels AS own_outcomes ON events.outcome = own_outcomes.outcome
"""

# What a case without a single completion notes are its events.
_UNFINISHED = f"""
UPDATE notes SET kind = {COMPLETE}
WHERE case_no NOT IN (SELECT case_no FROM notes WHERE kind = {COMPLETE})
"""

_RECORDS = """
CREATE TEMP TABLE case_records AS
SELECT case_no, COUNT(*) AS records_count, MIN(LEAST(start_time, event_time)) AS begins,
    MAX(event_time) AS ends, HASH(LIST(label_id ORDER BY event_time, row_number)) AS record_variant
FROM notes GROUP BY case_no
"""

# The n-th start of an activity in a case belongs to its n-th completion.
_PAIRS = f"""
CREATE TEMP TABLE paired AS
WITH numbered AS (
    SELECT *, ROW_NUMBER() OVER (
        PARTITION BY case_no, label_id, kind ORDER BY event_time, row_number
    ) AS turn
    FROM notes
)
SELECT ends.* EXCLUDE (start_time, turn),
    COALESCE(ends.start_time, CASE WHEN starts.event_time <= ends.event_time
                              THEN starts.event_time END) AS start_time
FROM numbered AS ends LEFT JOIN numbered AS starts
    ON starts.kind = {START} AND ends.case_no = starts.case_no
    AND ends.label_id = starts.label_id AND ends.turn = starts.turn
WHERE ends.kind = {COMPLETE}
"""

_STEPS = """
CREATE TEMP TABLE steps AS
SELECT case_no, stage_id, channel_id, event_time, start_time, outcome_id, segment_id, has_client,
    row_number, CAST(ROW_NUMBER() OVER journey AS INTEGER) AS place,
    LEAD(event_time) OVER journey AS next_time,
    LAG(event_time) OVER journey AS last_time,
    LAG(stage_id) OVER journey AS last_stage_id,
    LAG(channel_id IGNORE NULLS) OVER journey AS last_channel_id
FROM {notes} WINDOW journey AS (PARTITION BY case_no ORDER BY event_time, row_number)
"""

_FIRST_EVENTS = """
CREATE TEMP TABLE first_events AS
WITH firsts AS (
    SELECT case_no, stage_id, MIN(place) AS place, MIN(event_time) AS event_time,
        COUNT(*) FILTER (last_stage_id IS DISTINCT FROM stage_id) AS entries_count,
        SUM(EPOCH_US(next_time) - EPOCH_US(event_time)) AS stay,
        ARG_MIN(EPOCH_US(COALESCE(start_time, event_time)) - EPOCH_US(last_time), place) AS wait,
        SUM(EPOCH_US(event_time) - EPOCH_US(start_time)) AS work
    FROM steps GROUP BY case_no, stage_id
)
SELECT *, ROW_NUMBER() OVER journey AS position,
    EPOCH_US(LEAD(event_time) OVER journey) - EPOCH_US(event_time) AS ahead
FROM firsts WINDOW journey AS (PARTITION BY case_no ORDER BY place)
"""

_POSITIONS = """
SELECT stage_key, MEDIAN(position) AS middle, AVG(position) AS mean
FROM first_events JOIN stage_keys USING (stage_id) GROUP BY stage_key
"""

# Whose a case is, the first event that says so tells; how it ended, the last one.
_SUMS = """
CREATE TEMP TABLE case_sums AS
SELECT case_no, COUNT(*) AS events_count,
    MIN(LEAST(start_time, event_time)) AS begins, MAX(event_time) AS ends,
    ARG_MAX(stage_id, place) AS last_stage_id,
    COUNT(channel_id) AS contacts_count,
    COUNT(*) FILTER (channel_id <> last_channel_id) AS channel_changes_count,
    ARG_MIN(segment_id, place) FILTER (segment_id IS NOT NULL) AS segment_id,
    ARG_MIN(row_number, place) FILTER (has_client) AS client_row,
    ARG_MAX(outcome_id, place) FILTER (outcome_id IS NOT NULL) AS outcome_id,
    LIST(stages.stage_number ORDER BY place) AS variant,
    NULL::BIGINT AS records_count, NULL::UBIGINT AS record_variant
FROM steps JOIN stages USING (stage_id)
GROUP BY case_no
"""

_RECORD_SUMS = """
UPDATE case_sums SET begins = case_records.begins, ends = case_records.ends,
    records_count = case_records.records_count, record_variant = case_records.record_variant
FROM case_records WHERE case_sums.case_no = case_records.case_no
"""

# A case returns to a stage when it enters it anew after another one.
_RETURNS = """
CREATE TEMP TABLE case_returns AS
SELECT case_no, CAST(SUM(entries_count - 1) AS BIGINT) AS returns_count
FROM first_events GROUP BY case_no
"""

_PATIENCE = f"""
CREATE TEMP TABLE patience AS
SELECT stage_id, QUANTILE_CONT(EPOCH_US(next_time) - EPOCH_US(event_time), {CENSORED_SHARE})
    AS longest
FROM steps WHERE next_time IS NOT NULL GROUP BY stage_id
"""

_FATES = """
CREATE TEMP TABLE fates AS
WITH named AS (
    SELECT case_sums.*, returns_count, case_numbers.case_id, outcome_labels.outcome, segment_labels.segment_code,
        CAST(events.client_id AS VARCHAR) AS client_id
    FROM case_sums JOIN case_numbers USING (case_no) JOIN case_returns USING (case_no)
    LEFT JOIN events ON client_row = events.row_number
    LEFT JOIN segment_labels ON case_sums.segment_id = segment_labels.segment_id
    LEFT JOIN outcome_labels ON case_sums.outcome_id = outcome_labels.outcome_id
), bounds AS (
    SELECT MAX(ends) AS log_ends,
        COUNT(*) FILTER (outcome IN ('granted', 'refused')) > 0 AS has_outcomes,
        SUM(contacts_count) > 0 AS has_channels
    FROM named
), told AS (
    SELECT *, COALESCE(outcome = 'open' OR (outcome IS NULL AND longest IS NOT NULL
        AND EPOCH_US(log_ends) - EPOCH_US(ends) < longest), FALSE) AS is_open
    FROM named LEFT JOIN patience ON last_stage_id = patience.stage_id, bounds
)
SELECT case_no, case_id, client_id, segment_code, events_count, records_count, record_variant,
    begins, ends, last_stage_id,
    variant, outcome, is_open, returns_count,
    CASE WHEN has_channels THEN contacts_count END AS contacts_count,
    CASE WHEN has_channels THEN channel_changes_count END AS channel_changes_count,
    (EPOCH_US(ends) - EPOCH_US(begins)) / 86400e6 AS duration_days,
    CASE WHEN has_outcomes
        THEN NOT is_open AND COALESCE(outcome NOT IN ('granted', 'refused'), TRUE) END AS is_lost,
    CASE WHEN outcome IN ('granted', 'refused', 'abandoned') THEN outcome = 'refused' END
        AS is_refused,
    CASE WHEN client_id IS NOT NULL THEN ROW_NUMBER() OVER (
        PARTITION BY client_id ORDER BY begins, case_id) > 1 END AS is_repeated
FROM told
"""


def arrow_events(events: pd.DataFrame | pa.Table) -> pa.Table:
    """Return a log as Arrow with all of `COLUMNS` and the number of each row.

    By way of Arrow: DuckDB refuses columns of pandas that are not contiguous in memory.
    """
    if isinstance(events, pd.DataFrame):
        known = [name for name in COLUMNS if name in events]
        texts = {name: "str" for name in _TEXTS if name in events}
        events = pa.Table.from_pandas(events[known].astype(texts), preserve_index=False)
    columns = {}
    for name in COLUMNS:
        if name in events.column_names:
            values = events[name]
            is_plain = name in _DICTIONARIES and not pa.types.is_dictionary(values.type)
            columns[name] = values.dictionary_encode() if is_plain else values
        else:
            kind = pa.string() if name in _TEXTS else pa.timestamp("us")
            columns[name] = pa.nulls(events.num_rows, kind)
    columns["row_number"] = pa.array(np.arange(events.num_rows))
    return pa.table(columns)


def register(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    """Make a small frame known to the engine under a name."""
    connection.register(name, pa.Table.from_pandas(frame, preserve_index=False))


def order_events(
    connection: duckdb.DuckDBPyConnection,
    events: pa.Table,
    labels: pd.DataFrame,
    channels: pd.DataFrame,
) -> None:
    """Make the tables `steps` and `first_events` of a log.

    Parameters
    ----------
    events
        As `arrow_events` returns it.
    labels
        As `stages.match_stages` returns them, with `outcome` of the activity (or missing).
    channels
        One row is one label of a channel: channel, item_code, item_name.
    """
    connection.register("all_events", events)
    connection.execute(
        "CREATE TEMP VIEW events AS SELECT * FROM all_events "
        "WHERE case_id IS NOT NULL AND stage IS NOT NULL AND event_time IS NOT NULL"
    )
    _register_labels(connection, labels, channels, events)
    has_kinds = _register_transitions(connection)
    connection.execute(_CASES)
    connection.execute(_NOTES)
    if has_kinds:
        connection.execute(f"UPDATE notes SET kind = {COMPLETE} WHERE kind IS NULL")
        for sql in (_UNFINISHED, _RECORDS, _PAIRS):
            connection.execute(sql)
    connection.execute(_STEPS.format(notes="paired" if has_kinds else "notes"))
    connection.execute(_FIRST_EVENTS)


def distinct(events: pa.Table, name: str) -> list[str]:
    """Return the distinct values of a column of a dictionary, in alphabetical order."""
    return sorted(value for value in events[name].unique().to_pylist() if value is not None)


def _register_labels(
    connection: duckdb.DuckDBPyConnection,
    labels: pd.DataFrame,
    channels: pd.DataFrame,
    events: pa.Table,
) -> None:
    """Number the labels of a log, so that its events carry small numbers."""
    stage_ids = {key: number for number, key in enumerate(sorted(set(labels["stage_key"])))}
    keys = pd.DataFrame({"stage_key": list(stage_ids), "stage_id": list(stage_ids.values())})
    register(connection, "stage_keys", keys.astype({"stage_key": "str", "stage_id": "int16"}))
    outcomes = sorted({*distinct(events, "outcome"), *labels["outcome"].dropna()})
    for name, values in (("segment_code", distinct(events, "segment_code")), ("outcome", outcomes)):
        short = name.removesuffix("_code")
        frame = pd.DataFrame({name: values, f"{short}_id": range(len(values))})
        register(connection, f"{short}_labels", frame.astype({name: "str", f"{short}_id": "int16"}))
    marked = pd.DataFrame(
        {
            "stage": labels["stage"],
            "label_id": range(len(labels)),
            "stage_id": labels["stage_key"].map(stage_ids).astype("int16"),
            "outcome_id": labels["outcome"].map(outcomes.index, na_action="ignore"),
        }
    ).astype({"label_id": "int32", "outcome_id": "Int16"})
    register(connection, "stage_labels", marked)
    codes = {code: number for number, code in enumerate(sorted(set(channels["item_code"])))}
    numbered = channels.assign(channel_id=channels["item_code"].map(codes).astype("int16"))
    register(connection, "channel_labels", numbered[["channel", "channel_id"]])
    names = numbered.drop_duplicates("channel_id")
    register(connection, "channel_names", names[["channel_id", "item_code", "item_name"]])


def _register_transitions(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell the engine what each transition of the log means; return whether starts or others occur."""
    found = connection.execute(
        "SELECT DISTINCT CAST(transition AS VARCHAR) FROM events WHERE transition IS NOT NULL"
    ).fetchall()
    written = [text for (text,) in found]
    kinds = [TRANSITIONS.get(fold(text), COMPLETE) for text in written]
    frame = pd.DataFrame({"transition": written, "kind": kinds})
    register(connection, "transition_kinds", frame.astype({"transition": "str", "kind": "int16"}))
    return any(kind != COMPLETE for kind in kinds)


def stage_positions(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return where stages stand in cases: one row is one stage (stage_key, middle, mean)."""
    return connection.execute(_POSITIONS).df()


def sum_cases(connection: duckdb.DuckDBPyConnection, stage_names: pd.DataFrame) -> None:
    """Make the tables `stages` (stage_id, stage_number, name) and `fates`: one row is one case."""
    register(connection, "stage_names", stage_names)
    connection.execute(
        "CREATE TEMP TABLE stages AS SELECT stage_id, stage_key, "
        "CAST(stage_number AS INTEGER) AS stage_number, name "
        "FROM stage_names JOIN stage_keys USING (stage_key)"
    )
    connection.execute(_SUMS)
    if connection.execute("FROM duckdb_tables() WHERE table_name = 'case_records'").fetchall():
        connection.execute(_RECORD_SUMS)
    for sql in (_RETURNS, _PATIENCE, _FATES):
        connection.execute(sql)


# Every case counts for its segment, if it has one, and for all.
MEMBERS = f"""
CREATE TEMP TABLE members AS
SELECT case_no, segment_code FROM fates WHERE segment_code IS NOT NULL
UNION ALL SELECT case_no, '{ALL_CODE}' FROM fates
"""
