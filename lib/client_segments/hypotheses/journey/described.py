"""People's decisions on the journey: which activity is which stage, and what clients tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from client_segments import decisions
from client_segments.catalogue import match_channels
from client_segments.decisions import Decision
from client_segments.findings import Findings, Severity
from client_segments.hypotheses.journey.contracts import (
    ACTIVITY_RECORDS,
    JOURNEY_DESCRIBED,
    JOURNEY_RECORDS,
)
from client_segments.hypotheses.journey.stages import match_stages, propose_stage
from client_segments.labels import fold
from client_segments.language import _
from client_segments.segments import resolve_segment


@dataclass(frozen=True)
class ActivityMap:
    """What `stages.yml` says: activity → stage, activity → outcome; both by the log's names."""

    stages: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)


def read_activities(
    decision: Decision | None, catalogue: pd.DataFrame, known: Iterable[str] | None
) -> tuple[ActivityMap, Findings]:
    """Read `stages.yml`.

    Parameters
    ----------
    catalogue
        One row is one stage of the direction: number, name.
    known
        Names of activities in the log; None where it has not been read yet.

    Returns
    -------
    activities : ActivityMap
        By the names that stand in the log.
    findings : Findings
        Errors: an activity decided twice, a number that no stage has. A warning: an activity
        that the log does not have.
    """
    if decision is None:
        return ActivityMap(), Findings()
    records, findings = decisions.records(decision, "activities", ACTIVITY_RECORDS)
    spellings: dict[str, list[str]] = {}
    for label in known or ():
        spellings.setdefault(fold(label), []).append(label)
    stages: dict[str, str] = {}
    outcomes: dict[str, str] = {}
    decided: set[str] = set()
    for number, record in enumerate(records):
        activity, stage = record["activity"], record["stage"]
        if activity is None or stage is None:
            continue
        path = ("activities", number)
        if fold(activity) in decided:
            message = _("событие названо дважды.")
            remedy = _("оставьте одну запись об этом событии.")
            findings.add(
                decision.finding(
                    Severity.ERROR, "activity_twice", message, remedy, *path, found=activity
                )
            )
        decided.add(fold(activity))
        findings.extend(_check_stage(decision, stage, catalogue, *path, "stage"))
        labels = spellings.get(fold(activity), [])
        if not labels and known is not None:
            message = _("такого события в журнале нет.")
            remedy = _("сверьте название с журналом; имена событий – в таблице «События журнала и этапы».")  # fmt: skip
            findings.add(
                decision.finding(
                    Severity.WARNING, "unknown_activity", message, remedy, *path, found=activity
                )
            )
        stages |= dict.fromkeys(labels, stage)
        if record["outcome"]:
            outcomes |= dict.fromkeys(labels, record["outcome"])
    return ActivityMap(stages, outcomes), findings


def _check_stage(
    decision: Decision, stage: str, catalogue: pd.DataFrame, *path: object
) -> Findings:
    """Refuse a bare number that no stage has; tell of an own stage much like one of the list."""
    matched = match_stages([stage], catalogue)
    if matched["stage_number"].notna().all():
        return Findings()
    if stage.isdigit():
        message = _("этапа с таким номером в справочнике нет.")
        expected = ", ".join(f"{row.number} – {row.name}" for row in catalogue.itertuples())
        remedy = _("укажите номер из справочника или название своего этапа.")
        severity, rule = Severity.ERROR, "unknown_stage"
    else:
        expected = propose_stage(stage, catalogue) or ""
        message = _("этапа нет в справочнике: он показан своим.")
        remedy = _("если это этап справочника, укажите его номер или полное название.")
        severity, rule = Severity.NOTE, "own_stage"
        if not expected:
            return Findings()
    found = decision.finding(severity, rule, message, remedy, *path, found=stage, expected=expected)
    return Findings([found])


def suggest_activities(activities: pd.DataFrame) -> list[dict[str, object]]:
    """Return records for `stages.yml` that a person may take, mend or throw away.

    Parameters
    ----------
    activities
        Table `JOURNEY_ACTIVITIES`: activities that are no stage of the authority's list and look
        like one are proposed as that stage.
    """
    proposed = activities[activities["proposed_stage"].notna()]
    return [
        {"activity": row.activity, "stage": row.proposed_stage}
        for row in proposed.itertuples(index=False)
    ]


def read_described(
    decision: Decision | None,
    catalogue: pd.DataFrame,
    segments: pd.DataFrame,
    channels: pd.DataFrame,
) -> tuple[pd.DataFrame, Findings]:
    """Read `journey.yml`: the journey as clients tell it.

    Parameters
    ----------
    segments
        One row is one segment: segment_code, segment_name, is_rest.
    channels
        One row is one channel of the catalogue: code, name.

    Returns
    -------
    frame : DataFrame
        Table `JOURNEY_DESCRIBED`, by segment, stage and order of the file; a record without a
        segment stands for each. Own stages come after those of the catalogue.
    findings : Findings
        Errors: a segment or a number of a stage that there is not.
    """
    if decision is None:
        return JOURNEY_DESCRIBED.empty(), Findings()
    records, findings = decisions.records(decision, "described", JOURNEY_RECORDS)
    codes = segments.loc[~segments["is_rest"].astype(bool), "segment_code"].tolist()
    rows = []
    for number, record in enumerate(records):
        if record["stage"] is None or record["source"] is None:
            continue
        path = ("described", number)
        findings.extend(_check_stage(decision, record["stage"], catalogue, *path, "stage"))
        chosen = codes
        if record["segment"] is not None:
            code = resolve_segment(segments, record["segment"])
            chosen = [code] if code in codes else []
            if code not in codes:
                message = _("такого сегмента нет.")
                remedy = _("укажите код или название сегмента из шага 2.")
                findings.add(
                    decision.finding(
                        Severity.ERROR, "unknown_segment", message, remedy, *path, "segment",
                        found=record["segment"], expected=", ".join(codes),
                    )
                )  # fmt: skip
        rows.extend({**record, "segment_code": code, "order": number} for code in chosen)
    if not rows:
        return JOURNEY_DESCRIBED.empty(), findings
    frame = pd.DataFrame(rows).rename(columns={"stage": "label"})
    stages = match_stages(frame["label"].unique().tolist(), catalogue)
    last = int(catalogue["number"].max())
    own = {key: last + 1 + place for place, key in enumerate(dict.fromkeys(
        stages.loc[stages["stage_number"].isna(), "stage_key"]))}  # fmt: skip
    stages["stage_number"] = stages["stage_number"].fillna(stages["stage_key"].map(own))
    stages = stages.rename(columns={"stage": "label", "name": "stage"})
    frame = frame.merge(stages[["label", "stage", "stage_number"]], on="label")
    named = match_channels(frame["channel"].dropna().unique().tolist(), channels)
    frame["channel"] = frame["channel"].map(named.set_index("channel")["item_name"])
    frame["rank"] = frame["segment_code"].map({code: rank for rank, code in enumerate(codes)})
    frame = frame.sort_values(["rank", "stage_number", "order"])
    return JOURNEY_DESCRIBED.conform(frame[JOURNEY_DESCRIBED.column_names]), findings
