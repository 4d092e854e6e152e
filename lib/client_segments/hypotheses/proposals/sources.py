"""From channels, problems and the log to what is compared of them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from client_segments import recommendations as rec
from client_segments.hypotheses.channels import count_mentions
from client_segments.hypotheses.journey import Journey
from client_segments.hypotheses.proposals.evidence import (
    SHARE_COLUMNS,
    VALUE_COLUMNS,
    Evidence,
    typed,
)
from client_segments.language import _

_AMOUNT_SUBJECTS = {
    "contacts": _("контактов до результата"),
    "channel_changes": _("смен канала до результата"),
    "returns": _("возвратов на пройденный этап"),
    "cases": _("дел одного клиента"),
}
_STAGE = ["stage_key", "stage_number", "stage_name"]
_THING = ["proposal_code", "family", "subject", "stage", "stage_number"]


def _shares(
    hits: pd.DataFrame, totals: pd.DataFrame, on: list[str], kind: str, source: str
) -> pd.DataFrame:
    """Add the zeros: a thing of one segment, in every segment where it could have been.

    Parameters
    ----------
    hits
        One row is one thing (`_THING`; `stage` may be left out) × segment: hits_count.
    totals
        One row is one segment (× `on`): total_count.
    """
    things = hits.reindex(columns=[*_THING, *[name for name in on if name not in _THING]])
    things = things.drop_duplicates("proposal_code")
    whole = things.merge(totals, on=on) if on else things.merge(totals, how="cross")
    counts = hits[["proposal_code", "segment_code", "hits_count"]]
    frame = whole.merge(counts, how="left", on=["proposal_code", "segment_code"])
    frame["hits_count"] = frame["hits_count"].fillna(0)
    return typed(frame.assign(kind=kind, source=source), SHARE_COLUMNS)


def channel_evidence(mentions: pd.DataFrame) -> Evidence:
    """Return counts to compare of clients who name a channel, by use and kind."""
    hits, totals = count_mentions(mentions, ["use", "kind"])
    for frame in (hits, totals):
        frame["family"] = "channel." + frame["kind"] + "." + frame["use"]
    hits["proposal_code"] = hits["family"] + "." + hits["item_code"]
    hits = hits.assign(subject=hits["item_name"])
    totals = totals[["family", "segment_code", "total_count"]]
    return Evidence(shares=_shares(hits, totals, ["family"], "channel", "channels"))


def problem_evidence(mentions: pd.DataFrame) -> Evidence:
    """Return counts to compare of clients who name a problem, and who name those of a stage.

    Parameters
    ----------
    mentions
        As for `count_mentions`, with stage_key, stage_number and stage_name (missing where the
        stage is not known). A problem is of the stage where it is named most often.
    """
    hits, totals = count_mentions(mentions, [])
    hits = hits.assign(
        proposal_code="problem." + hits["item_code"], family="problem", subject=hits["item_name"]
    )
    hits = hits.merge(_usual_stage(mentions), how="left", on="item_code")
    parts = [_shares(hits, totals, [], "problem", "problems")]
    placed = mentions.dropna(subset=["stage_key"])
    if placed["stage_key"].nunique() > 1:
        names = placed[_STAGE].drop_duplicates("stage_key")
        hits, totals = count_mentions(
            placed.assign(item_code=placed["stage_key"], item_name=placed["stage_name"]), []
        )
        hits = hits.merge(names, left_on="item_code", right_on="stage_key")
        hits = hits.assign(
            proposal_code="problem_stage." + hits["item_code"], family="problem_stage",
            subject=hits["item_name"], stage=hits["item_name"],
        )  # fmt: skip
        parts.append(_shares(hits, totals, [], "problem", "problems"))
    return Evidence(shares=pd.concat(parts, ignore_index=True))


def _usual_stage(mentions: pd.DataFrame) -> pd.DataFrame:
    known = mentions.dropna(subset=["stage_key"])
    weights = known.groupby(["item_code", *_STAGE], dropna=False)["weight"].sum().reset_index()
    order = ["item_code", "weight", "stage_key"]
    first = weights.sort_values(order, ascending=[True, False, True]).drop_duplicates("item_code")
    first = first.rename(columns={"stage_name": "stage"})
    return first[["item_code", "stage", "stage_number"]]


def journey_evidence(journey: Journey) -> Evidence:
    """Return what is compared of a log, in every client's first case."""
    counts = journey.comparable
    return Evidence(
        shares=pd.concat(
            [
                _stage_shares(journey),
                _outcome_shares(counts["outcomes"], counts["sizes"]),
                _channel_shares(journey),
            ],
            ignore_index=True,
        ),
        times=_times(journey),
        amounts=_amounts(counts["amounts"]),
    )


def _of_stages(frame: pd.DataFrame, journey: Journey) -> pd.DataFrame:
    names = journey.stage_names.rename(columns={"name": "stage"})
    return frame.merge(names[["stage_key", "stage_number", "stage"]], on="stage_key")


def _stage_shares(journey: Journey) -> pd.DataFrame:
    """Return how many reach each stage, are lost after it, and come back to it."""
    counts = journey.comparable
    stages = _of_stages(counts["stages"], journey)
    stages = stages.assign(subject=stages["stage"])
    sizes = counts["sizes"].rename(columns={"cases_count": "total_count"})
    codes = {name: f"journey.{name}." + stages["stage_key"] for name in ("reached", "lost", "returned")}  # fmt: skip
    reached = stages.assign(
        proposal_code=codes["reached"], family="journey.reached", hits_count=stages["reached_count"]
    )
    parts = [
        _shares(reached, sizes[["segment_code", "total_count"]], [], "journey", "log"),
        _conditional(stages, codes["returned"], "returned", "reached_count"),
    ]
    if counts["has_outcomes"]["has_outcomes"].any():
        parts.append(_conditional(stages, codes["lost"], "lost", "settled_count"))
    return pd.concat(parts, ignore_index=True)


def _conditional(stages: pd.DataFrame, codes: pd.Series, name: str, total: str) -> pd.DataFrame:
    """Return shares of those who reached the stage."""
    frame = stages.assign(
        proposal_code=codes, family=f"journey.{name}", kind="journey", source="log",
        hits_count=stages[f"{name}_count"], total_count=stages[total],
    )  # fmt: skip
    return typed(frame, SHARE_COLUMNS)


def _outcome_shares(outcomes: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    hits = outcomes.assign(
        proposal_code="journey.outcome." + outcomes["outcome"],
        family="journey.outcome." + outcomes["outcome"],
        subject=outcomes["outcome"].map(rec.OUTCOMES).astype("str"),
        hits_count=outcomes["outcome_count"],
    )
    known = sizes.rename(columns={"outcomes_count": "total_count"})
    known = known.loc[known["total_count"] > 0, ["segment_code", "total_count"]]
    return _shares(hits, known, [], "journey", "log")


def _channel_shares(journey: Journey) -> pd.DataFrame:
    """Return how many cases go through each channel on each stage."""
    hits = _of_stages(journey.comparable["channels"], journey)
    code = "journey.channel." + hits["stage_key"] + "." + hits["item_code"]
    hits = hits.assign(
        proposal_code=code, family="journey.channel", subject=hits["item_name"],
        hits_count=hits["used_count"],
    )  # fmt: skip
    totals = journey.comparable["channel_totals"]
    totals = _of_stages(totals, journey)[["stage_number", "segment_code", "total_count"]]
    return _shares(hits, totals, ["stage_number"], "channel", "log")


def _times(journey: Journey) -> pd.DataFrame:
    stages = _of_stages(journey.comparable["stage_times"], journey)
    stages = stages.assign(
        proposal_code="journey.time." + stages["stage_key"], family="journey.time",
        subject=stages["stage"],
    )  # fmt: skip
    is_result = bool(journey.comparable["has_outcomes"]["has_outcomes"].any())
    whole = journey.comparable["total_times"].assign(
        proposal_code="journey.time",
        family="journey.time_to_result" if is_result else "journey.time_to_end",
        subject=_("время до результата") if is_result else _("длительность дела"),
    )
    frame = pd.concat([stages, whole], ignore_index=True)
    return typed(frame.assign(kind="journey", source="log"), VALUE_COLUMNS)


def _amounts(counts: pd.DataFrame) -> pd.DataFrame:
    family = "journey.amount." + counts["measure"]
    frame = counts.assign(
        proposal_code=family, family=family, kind="journey", source="log",
        subject=_named(counts["measure"], _AMOUNT_SUBJECTS),
    )  # fmt: skip
    return typed(frame, VALUE_COLUMNS)


def _named(codes: pd.Series, names: Mapping[str, str]) -> pd.Series:
    return codes.map(dict(names)).astype("str")
