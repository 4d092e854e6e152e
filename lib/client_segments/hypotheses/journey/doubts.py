"""What looks wrong in a log: told, never mended."""

from __future__ import annotations

import duckdb
import pandas as pd

from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _, counted

START_SHARE = 0.9
"""Own: so many cases begin with one stage that another beginning is a doubt about the data."""

_NOTES = ("simultaneous_events", "partial_records")
"""What is said of a log's ways, and is no mistake."""

_DUPLICATES = """
SELECT COALESCE(SUM(times - 1), 0), COUNT(*) FILTER (times > 1) FROM (
    SELECT COUNT(*) AS times FROM events
    GROUP BY case_id, stage, event_time, channel, transition, outcome
)
"""

_STARTS = """
SELECT stage_id, name, COUNT(*) AS cases FROM first_events JOIN stages USING (stage_id)
WHERE place = 1 GROUP BY 1, 2 ORDER BY cases DESC, name LIMIT 1
"""

_BEFORE_START = """
SELECT COUNT(*) FROM first_events WHERE stage_id = $stage_id AND place > 1
"""

# Going by the file, an event turns back in time, and with day and month changed places it does
# not: before it and after it the dates then follow one another.
_SWAPPED = """
WITH filed AS (
    SELECT case_no, event_time AS told, LAG(event_time) OVER file AS earlier,
        LEAD(event_time) OVER file AS later
    FROM notes WHERE kind IS NULL OR kind = 0
    WINDOW file AS (PARTITION BY case_no ORDER BY row_number)
), turned AS (
    SELECT case_no, told, earlier, later, told + TO_DAYS(CAST(
        MAKE_DATE(YEAR(told), LEAST(DAY(told), 12), MONTH(told))
        - CAST(told AS DATE) AS INTEGER)) AS changed
    FROM filed WHERE DAY(told) <= 12 AND DAY(told) <> MONTH(told)
        AND earlier IS NOT NULL AND (told < earlier OR told > later)
)
SELECT COUNT(DISTINCT case_no), MIN(told) FROM turned
WHERE changed >= earlier AND (later IS NULL OR changed <= later)
"""


# Between events of different stages at one moment only the file says which went first.
_SIMULTANEOUS = """
SELECT COUNT(*) FROM steps WHERE event_time = last_time AND stage_id <> last_stage_id
"""

_PARTIAL = """
SELECT COALESCE(SUM(records_count), 0) - COALESCE(SUM(events_count), 0) FROM fates
WHERE records_count IS NOT NULL
"""


def find_doubts(connection: duckdb.DuckDBPyConnection, cases_count: int) -> pd.DataFrame:
    """Return what looks wrong: one row is one rule (rule, count, example).

    Asks the tables of `events.order_events` and `events.sum_cases`.
    """
    rows = []
    extra, _groups = connection.execute(_DUPLICATES).fetchone()
    rows.append(("duplicate_events", int(extra), ""))
    start = connection.execute(_STARTS).fetchone()
    if start and start[2] >= START_SHARE * cases_count:
        before = connection.execute(_BEFORE_START, {"stage_id": start[0]}).fetchone()[0]
        rows.append(("before_start", before, start[1]))
    swapped, example = connection.execute(_SWAPPED).fetchone()
    rows.append(("day_month", swapped, f"{example:%d.%m.%Y}" if example else ""))
    for rule, sql in (("simultaneous_events", _SIMULTANEOUS), ("partial_records", _PARTIAL)):
        rows.append((rule, int(connection.execute(sql).fetchone()[0]), ""))
    return pd.DataFrame(rows, columns=["rule", "count", "example"])


def log_findings(doubts: pd.DataFrame, activities: pd.DataFrame, file: str) -> Findings:
    """Say what looks wrong in a log, one finding a rule.

    Parameters
    ----------
    doubts
        As `find_doubts` returns them.
    activities
        Table `JOURNEY_ACTIVITIES`.
    """
    events = (_("событие"), _("события"), _("событий"))
    cases = (_("дело"), _("дела"), _("дел"))
    records = (_("запись"), _("записи"), _("записей"))
    told = {
        "duplicate_events": (
            events, _("{count} повторяют другие: то же дело, этап, время, канал и исход."),
            _("если это одно событие, попросите отправителя убрать повторы; сейчас учтено каждое."),
        ),
        "before_start": (
            cases, _("{count}: есть события раньше начала («{example}»)."),
            _("сверьте даты этих дел с отправителем."),
        ),
        "day_month": (
            cases, _("{count}: в датах событий, вероятно, переставлены местами день и месяц."),
            _("сверьте даты с отправителем; в файле они должны быть вида 05.03.2024."),
        ),
        "simultaneous_events": (
            events, _("{count} отмечены в тот же миг, что и другой этап дела перед ними: порядок взят из файла."),
            _("если порядок важен, попросите отправителя прислать время с часами и минутами."),
        ),
        "partial_records": (
            records, _("{count} журнала – начала и промежуточные переходы: из них взяты время работы и срок дела, событиями считаются только завершения."),
            "",
        ),
    }  # fmt: skip
    findings = Findings()
    for row in doubts[doubts["count"] > 0].itertuples(index=False):
        forms, message, remedy = told[row.rule]
        text = message.format(count=counted(row.count, *forms), example=row.example)
        found = row.example if row.rule == "day_month" else ""
        severity = Severity.NOTE if row.rule in _NOTES else Severity.WARNING
        findings.add(Finding(severity, row.rule, text, remedy, file, found=found))
    findings.extend(_unmapped(activities, file))
    return findings


def _unmapped(activities: pd.DataFrame, file: str) -> list[Finding]:
    """Say which activities of the log are no stage of the authority's list, where others are."""
    own = activities[~activities["is_mapped"] & ~activities["is_decided"]]
    if own.empty:
        return []
    message = _("{count} не отнесены к этапам справочника: они показаны своими этапами.")
    names = counted(len(own), _("название события"), _("названия событий"), _("названий событий"))
    text = message.format(count=names)
    remedy = _("отнесите их к этапам в decisions/stages.yml; похожие этапы – в таблице «События журнала и этапы».")  # fmt: skip
    shown = "; ".join(
        f"{row.activity} – {row.events_count}" for row in own.head(5).itertuples(index=False)
    )
    return [Finding(Severity.NOTE, "unmapped_activities", text, remedy, file, found=shown)]
