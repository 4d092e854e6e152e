"""The event log of a group: read, its cases put into segments, its doubts told."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as pa

from client_segments import reading
from client_segments.findings import Finding, Findings, Severity
from client_segments.hypotheses.journey.events import arrow_events
from client_segments.language import _, counted, format_count
from client_segments.segments import place
from client_segments.study import Study


@dataclass(frozen=True)
class EventLog:
    """A log whose cases know their segments.

    Attributes
    ----------
    events
        As `events.arrow_events` returns them; None where there is no log.
    file
        Name of its first file, for findings.
    findings
        All there is to say of it.
    cases_count, unplaced_count
        Number of cases, and of those in no segment.
    """

    events: pa.Table | None
    file: str
    findings: Findings
    cases_count: int = 0
    unplaced_count: int = 0

    @property
    def rows_count(self) -> int:
        return 0 if self.events is None else self.events.num_rows

    @property
    def is_placed(self) -> bool:
        return self.unplaced_count < self.cases_count

    @property
    def details(self) -> str:
        text = _("событий – {events}, дел – {cases}, из них вне сегментов – {unplaced}")
        return text.format(
            events=format_count(self.rows_count), cases=format_count(self.cases_count),
            unplaced=format_count(self.unplaced_count),
        )  # fmt: skip


def load_log(study: Study) -> EventLog:
    """Read raw table `journey` and put each case into the segment of its client.

    A case is its client's: of the first event that names one. A case without a client goes by
    its attributes: of each the first value that an event of the case gives.

    Raises
    ------
    InputError
        With every mistake of the table.
    """
    raw = reading.load_raw(study, "journey")
    if raw is None:
        return EventLog(None, "", Findings())
    findings = Findings(raw.findings)
    findings.raise_errors()
    cases = reading.cases_of(raw.frame, ["client_id", *raw.attribute_columns])
    is_case = cases["client_id"].isna().all() and reading.clients_are_cases(study)
    if is_case:
        cases["client_id"] = cases["case_id"]
    placed, problems = place(study, replace(raw, frame=cases))
    file = study.name_of(raw.files[0])
    findings.extend(_of_cases(placed, problems, file))
    frame = raw.frame.assign(client_id=raw.frame["case_id"]) if is_case else raw.frame
    events = arrow_events(frame)
    segments = pd.Series(placed["segment_code"].to_numpy(), index=placed["case_id"], dtype="str")
    codes = _case_codes(events, segments)
    position = events.schema.get_field_index("segment_code")
    events = events.set_column(position, "segment_code", codes)
    unplaced = int(placed["segment_code"].isna().sum())
    return EventLog(events, file, findings, len(placed), unplaced)


def _case_codes(events: pa.Table, segments: pd.Series) -> pa.Array:
    """Return the segment of each event's case as a column of a dictionary."""
    numbers = pd.Categorical(segments)
    case_ids = pd.Index(segments.index)
    places = case_ids.get_indexer(events["case_id"].to_pandas())
    codes = numbers.codes[places].astype("int32")
    codes[places < 0] = -1
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, mask=codes < 0), pa.array(numbers.categories.tolist(), pa.string())
    )


def _of_cases(placed: pd.DataFrame, problems: Findings, file: str) -> list[Finding]:
    """Return what placing said, with the numbers of cases in place of numbers of rows."""
    kept = [item for item in problems if item.rule not in ("unknown_client", "unplaced_row")]
    is_lost = placed["segment_code"].isna()
    names_client = placed["client_id"].notna()
    told = (
        ("unknown_client", is_lost & names_client, _("{cases}: таких клиентов нет в таблице клиентов."),
         _("проверьте, что идентификаторы в обеих таблицах одни и те же.")),
        ("unplaced_row", is_lost & ~names_client,
         _("{cases} нельзя отнести ни к одному сегменту: не хватает признаков."),
         _("добавьте client_id или столбцы признаков, по которым построены сегменты.")),
    )  # fmt: skip
    forms = (_("дело"), _("дела"), _("дел"))
    for rule, chosen, message, remedy in told:
        if chosen.any():
            text = message.format(cases=counted(int(chosen.sum()), *forms))
            kept.append(Finding(Severity.WARNING, rule, text, remedy, file))
    return kept
