"""What segments are compared by in an event log: of every client the first case, counted by SQL.

One client's cases are alike; only independent observations may be compared. Times are counted by
whole hours, numbers of times by their value, so that what leaves the engine stays small.
"""

from __future__ import annotations

import duckdb
import pandas as pd

INDEPENDENT = """
CREATE TEMP TABLE independent AS
SELECT case_no, segment_code, client_id, outcome, is_open, is_lost, last_stage_id, begins, ends,
    duration_days, contacts_count, returns_count, channel_changes_count
FROM fates
WHERE segment_code IS NOT NULL AND is_repeated IS DISTINCT FROM TRUE
"""

_FIRST_STAGES = """
CREATE TEMP TABLE independent_stages AS
SELECT segment_code, case_no, stage_id, event_time, entries_count, ahead, is_open, is_lost,
    last_stage_id
FROM independent JOIN first_events USING (case_no)
"""

_SIZES = """
SELECT segment_code, COUNT(*) AS cases_count, COUNT(outcome) AS outcomes_count
FROM independent GROUP BY 1
"""

_STAGES = """
SELECT segment_code, stage_key, COUNT(*) AS reached_count,
    COUNT(*) FILTER (NOT (is_open AND last_stage_id = stage_id)) AS settled_count,
    COUNT(*) FILTER (is_lost AND last_stage_id = stage_id) AS lost_count,
    COUNT(*) FILTER (entries_count > 1) AS returned_count
FROM independent_stages JOIN stages USING (stage_id) GROUP BY 1, 2
"""

_OUTCOMES = """
SELECT segment_code, outcome, COUNT(*) AS outcome_count
FROM independent WHERE outcome IS NOT NULL GROUP BY 1, 2
"""

# A case counts once for each channel that its stage went through.
_CHANNELS = """
WITH used AS (
    SELECT DISTINCT segment_code, case_no, stage_id, channel_id
    FROM independent JOIN steps USING (case_no) WHERE channel_id IS NOT NULL
)
SELECT segment_code, stage_key, item_code, item_name, COUNT(*) AS used_count
FROM used JOIN stages USING (stage_id) JOIN channel_names USING (channel_id) GROUP BY 1, 2, 3, 4
"""
_CHANNEL_TOTALS = """
SELECT segment_code, stage_key, COUNT(DISTINCT case_no) AS total_count
FROM independent JOIN steps USING (case_no) JOIN stages USING (stage_id)
WHERE channel_id IS NOT NULL GROUP BY 1, 2
"""

# Of a case that is still open it is known only that its time is greater. A case that ended on a
# stage never went on from it: that is compared as a loss, not as a time.
_STAGE_TIMES = """
WITH bounds AS (SELECT MAX(ends) AS log_ends FROM fates)
SELECT segment_code, stage_key,
    CAST(FLOOR(COALESCE(ahead, EPOCH_US(log_ends) - EPOCH_US(event_time)) / 3600e6) AS BIGINT)
        AS value,
    COUNT(ahead) AS count, COUNT(*) FILTER (ahead IS NULL) AS censored_count
FROM independent_stages JOIN stages USING (stage_id), bounds
WHERE ahead IS NOT NULL OR is_open GROUP BY 1, 2, 3
"""

# A case has come to its result: where the log tells no outcomes, every finished one has.
_RESULTS = """
CREATE TEMP TABLE results AS
SELECT *, COALESCE(outcome IN ('granted', 'refused'), FALSE)
    OR (NOT has_outcomes AND NOT is_open) AS has_result
FROM independent, (SELECT COUNT(is_lost) > 0 AS has_outcomes FROM fates)
"""

_TOTAL_TIMES = """
WITH bounds AS (SELECT MAX(ends) AS log_ends FROM fates)
SELECT segment_code,
    CAST(FLOOR(CASE WHEN has_result THEN 24 * duration_days
               ELSE (EPOCH_US(log_ends) - EPOCH_US(begins)) / 3600e6 END) AS BIGINT) AS value,
    COUNT(*) FILTER (has_result) AS count, COUNT(*) FILTER (NOT has_result) AS censored_count
FROM results, bounds WHERE has_result OR is_open GROUP BY 1, 2
"""

_AMOUNTS = """
SELECT 'contacts' AS measure, segment_code, contacts_count AS value, COUNT(*) AS count
FROM results WHERE has_result AND contacts_count IS NOT NULL GROUP BY 1, 2, 3
UNION ALL
SELECT 'channel_changes', segment_code, channel_changes_count, COUNT(*)
FROM results WHERE has_result AND channel_changes_count IS NOT NULL GROUP BY 1, 2, 3
UNION ALL
SELECT 'returns', segment_code, returns_count, COUNT(*) FROM results WHERE NOT is_open GROUP BY 1, 2, 3
UNION ALL
SELECT 'cases', segment_code, cases_count, COUNT(*)
FROM independent JOIN (SELECT client_id, COUNT(*) AS cases_count FROM fates GROUP BY 1)
    USING (client_id)
WHERE client_id IS NOT NULL GROUP BY 1, 2, 3
"""


def count_comparable(connection: duckdb.DuckDBPyConnection) -> dict[str, pd.DataFrame]:
    """Count an ordered log (tables `fates`, `steps`, `first_events`, `stages`) for comparisons.

    Returns
    -------
    dict of DataFrame
        Of every client's first case: `sizes` (one row is one segment: cases_count,
        outcomes_count), `stages` (segment × stage_key: reached_count, settled_count – reached
        and not open there –, lost_count, returned_count), `outcomes` (segment × outcome:
        outcome_count), `channels` and `channel_totals` (segment × stage_key [× item_code]: cases
        whose stage went through the channel, or through any known one), `stage_times` and
        `total_times` (segment [× stage_key] × value in whole hours: count, censored_count),
        `amounts` (measure × segment × value: count); `has_outcomes` (one row).
    """
    for sql in (INDEPENDENT, _FIRST_STAGES, _RESULTS):
        connection.execute(sql)
    queries = {
        "sizes": _SIZES, "stages": _STAGES, "outcomes": _OUTCOMES, "channels": _CHANNELS,
        "channel_totals": _CHANNEL_TOTALS, "stage_times": _STAGE_TIMES,
        "total_times": _TOTAL_TIMES, "amounts": _AMOUNTS,
        "has_outcomes": "SELECT COUNT(is_lost) > 0 AS has_outcomes FROM fates",
    }  # fmt: skip
    return {name: _sorted(connection.execute(sql).df()) for name, sql in queries.items()}


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows in an order that does not depend on the threads of the engine."""
    return frame.sort_values(list(frame.columns), ignore_index=True)
