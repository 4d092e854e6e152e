"""What is asked of an ordered log (`events`) by segment; one query a table of the journey."""

from __future__ import annotations

from client_segments.hypotheses.journey.contracts import CASE_AMOUNTS

_TIME_COLUMNS = {"to_next": "ahead", "in_stage": "stay", "waiting": "wait", "working": "work"}
_SHARE_COLUMNS = {
    "returned": "returns_count > 0", "channel_changed": "channel_changes_count > 0",
    "refused": "is_refused", "lost": "is_lost", "open": "is_open", "repeated": "is_repeated",
}  # fmt: skip
_QUARTILES = "[0.25, 0.5, 0.75]"

TOTALS = """
SELECT members.segment_code, COUNT(*) AS cases_count, COUNT(DISTINCT client_id) AS clients_count,
    CAST(SUM(events_count) AS BIGINT) AS events_count, COUNT(DISTINCT variant) AS variants_count,
    CAST(SUM(records_count) AS BIGINT) AS records_count,
    CASE WHEN COUNT(record_variant) > 0 THEN COUNT(DISTINCT record_variant) END
        AS record_variants_count,
    COUNT(*) FILTER (NOT is_open) AS finished_count, COUNT(*) FILTER (is_open) AS open_count,
    MIN(begins)::DATE AS first_date, MAX(ends)::DATE AS last_date
FROM members JOIN fates USING (case_no) GROUP BY 1
"""

REACHED = """
SELECT members.segment_code, stage_id, COUNT(*) AS reached_count
FROM members JOIN first_events USING (case_no) GROUP BY 1, 2
"""

LAST = """
SELECT members.segment_code, last_stage_id AS stage_id,
    COUNT(*) FILTER (NOT is_open) AS ended_count, COUNT(*) FILTER (is_open) AS open_count,
    COUNT(*) FILTER (is_lost) AS lost_count
FROM members JOIN fates USING (case_no) GROUP BY 1, 2
"""

RETURNED = """
SELECT members.segment_code, stage_id, COUNT(*) AS returned_count
FROM members JOIN first_events USING (case_no) WHERE entries_count > 1 GROUP BY 1, 2
"""

STAGE_TIMES = f"""
WITH timed AS (
    SELECT segment_code, stage_id, ahead, stay, wait, work
    FROM first_events JOIN fates USING (case_no)
)
SELECT {{segment}} AS segment_code, stage_id,
    {
    ", ".join(
        f"COUNT({column}) AS {name}_count, QUANTILE_CONT({column}, {_QUARTILES}) AS {name}_times"
        for name, column in _TIME_COLUMNS.items()
    )
}
FROM timed WHERE {{condition}} GROUP BY 1, 2
"""


def _mean(name: str) -> str:
    """Return the SQL of a mean that does not depend on the order in which threads add up.

    Sums of whole billionths are exact; a mean of days is so to a ten-thousandth of a second.
    """
    return f"AVG(CAST(ROUND({name} * 1000000000) AS BIGINT)) / 1000000000"


AMOUNTS = f"""
SELECT {{segment}} AS segment_code,
    {
    ", ".join(
        f"COUNT({name}) AS {name}_known, {_mean(name)} AS {name}_mean, "
        f"QUANTILE_CONT({name}, {_QUARTILES}) AS {name}_quartiles"
        for name in CASE_AMOUNTS
    )
}
FROM fates WHERE {{condition}} GROUP BY 1
"""

SHARES = f"""
SELECT members.segment_code,
    {
    ", ".join(
        f"COUNT({sql}) AS {name}_known, COUNT(*) FILTER ({sql}) AS {name}_hits"
        for name, sql in _SHARE_COLUMNS.items()
    )
}
FROM members JOIN fates USING (case_no) GROUP BY 1
"""

VARIANTS = """
SELECT members.segment_code, variant, COUNT(*) AS variant_count,
    MEDIAN(duration_days) AS median_days
FROM members JOIN fates USING (case_no) GROUP BY 1, 2
"""

BANDS = """
SELECT members.segment_code, CASE {cases} END AS band_number, COUNT(*) AS band_count
FROM members JOIN fates USING (case_no) GROUP BY 1, 2
"""

STAGE_CHANNELS = """
SELECT members.segment_code, stage_id, item_code AS channel_code, item_name AS channel_name,
    COUNT(*) AS events_count
FROM members JOIN steps USING (case_no) JOIN channel_names USING (channel_id)
GROUP BY 1, 2, 3, 4
"""
