"""Hypotheses proposed from data: every segment against all other clients, in everything measured.

Shares of two independent groups are compared by the score test, with Newcombe's interval of
their difference; the false discovery rate of what is shown is controlled over all comparisons
tried in the group (Benjamini and Hochberg 1995).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.hypotheses.channels import count_mentions
from client_segments.hypotheses.contracts import CRITERION_DEFAULT_PCT, PROPOSALS
from client_segments.hypotheses.journey import Journey
from client_segments.language import NO_BREAK_SPACE, _, format_count, format_number, format_percent
from client_segments.statistics import difference_interval, difference_test, false_discovery

SIDE_MINIMUM = 10
"""Own: the least number on either side of a comparison that a proposal is made from."""

_KEYS = ["proposal_code", "kind", "family", "subject"]
COUNT_COLUMNS = [*_KEYS, "segment_code", "hits_count", "total_count"]
"""Columns of counts to compare: one row is one thing measured × segment."""

_CHANNEL_WORDS = {
    "used": _("{direction} используют канал „{subject}“"),
    "preferred": _("{direction} предпочитают канал „{subject}“"),
    "unacceptable": _("{direction} считают неприемлемым канал „{subject}“"),
}
_USE_WORDS = {
    "informing": _("при получении информации"),
    "submitting": _("при подаче"),
    "receiving": _("при получении результата"),
    "feedback": _("для обратной связи"),
}
_OUTCOME_WORDS = {
    "granted": _("{direction} завершаются получением результата"),
    "refused": _("{direction} завершаются отказом"),
    "abandoned": _("{direction} прекращаются самими клиентами"),
    "open": _("{direction} остаются незавершёнными"),
}
_CLIENTS = _("Клиенты сегмента „{segment}“")
_CASES = _("Дела клиентов сегмента „{segment}“")
_NUMBERS = _(
    "{segment_pct} против {others_pct} у остальных (разница {difference}{space}п.{space}п., "
    "95{space}%-й интервал {interval}; n{space}={space}{total} и {others_total})"
)


def _complete(hits: pd.DataFrame, totals: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    """Add the zeros: an item of one segment, in every segment where it could have been named."""
    items = hits[_KEYS].drop_duplicates("proposal_code")
    whole = items.merge(totals, on=on) if on else items.merge(totals, how="cross")
    counts = hits[["proposal_code", "segment_code", "hits_count"]]
    frame = whole.merge(counts, how="left", on=["proposal_code", "segment_code"])
    frame["hits_count"] = frame["hits_count"].fillna(0).astype("int64")
    return frame[COUNT_COLUMNS]


def channel_counts(mentions: pd.DataFrame) -> pd.DataFrame:
    """Return counts to compare of clients who name a channel, by use and kind."""
    hits, totals = count_mentions(mentions, ["use", "kind"])
    hits["proposal_code"] = "channel." + hits["kind"] + "." + hits["use"] + "." + hits["item_code"]
    hits["family"] = "channel." + hits["kind"] + "." + hits["use"]
    totals["family"] = "channel." + totals["kind"] + "." + totals["use"]
    hits = hits.assign(kind="channel", subject=hits["item_name"]).drop(columns="use")
    return _complete(hits, totals.drop(columns=["use", "kind"]), ["family"])


def problem_counts(mentions: pd.DataFrame) -> pd.DataFrame:
    """Return counts to compare of clients who name a problem, among those who name any."""
    hits, totals = count_mentions(mentions, [])
    hits["proposal_code"] = "problem." + hits["item_code"]
    hits = hits.assign(kind="problem", family="problem", subject=hits["item_name"])
    return _complete(hits, totals, [])


def journey_counts(journey: Journey) -> pd.DataFrame:
    """Return counts to compare of stages reached and outcomes, in every client's first case.

    Further cases of a client are left out: they are not independent of the first.
    """
    reached = journey.reached.merge(journey.stage_names, on="stage_key")
    reached["proposal_code"] = "journey.reached." + reached["stage_key"]
    reached = reached.assign(kind="journey", family="journey.reached", subject=reached["name"])
    outcomes = journey.outcome_counts
    outcomes = outcomes.assign(
        proposal_code="journey.outcome." + outcomes["outcome"],
        kind="journey",
        family="journey.outcome." + outcomes["outcome"],
        subject=outcomes["outcome"].map(rec.OUTCOMES).astype("str"),
    )
    sizes = journey.sizes.rename(columns={"cases_count": "total_count"})
    known = journey.sizes.rename(columns={"outcomes_count": "total_count"})
    known = known[known["total_count"] > 0]
    columns = ["segment_code", "total_count"]
    parts = [_complete(reached, sizes[columns], []), _complete(outcomes, known[columns], [])]
    return pd.concat(parts, ignore_index=True)


def compute_proposals(counts: pd.DataFrame, segment_names: Mapping[str, str]) -> pd.DataFrame:
    """Compare every segment with all other clients in everything counted: table `PROPOSALS`.

    A proposal is supported when its q-value is not above `rec.FALSE_DISCOVERY_RATE`, the
    difference is not below `rec.EFFECT_MINIMUM_PCT`, and each side numbers at least
    `SIDE_MINIMUM`. What everybody or nobody has cannot be compared and is no comparison tried.

    Parameters
    ----------
    counts
        Columns `COUNT_COLUMNS`: one row is one thing measured × segment, the rest included.
    segment_names
        Code and name of the segments that hypotheses are about (the rest is not one), in their
        order.

    Returns
    -------
    DataFrame
        One row is one comparison tried; within a segment the supported and larger come first.
    """
    frame = counts.copy()
    sums = frame.groupby("proposal_code")[["hits_count", "total_count"]].transform("sum")
    frame["others_hits_count"] = sums["hits_count"] - frame["hits_count"]
    frame["others_total_count"] = sums["total_count"] - frame["total_count"]
    varies = (sums["hits_count"] > 0) & (sums["hits_count"] < sums["total_count"])
    has_sides = (frame["total_count"] > 0) & (frame["others_total_count"] > 0)
    frame = frame[varies & has_sides & frame["segment_code"].isin(list(segment_names))]
    if frame.empty:
        return PROPOSALS.empty()
    frame = _with_statistics(frame)
    frame["hypothesis_text"] = [
        sentence(row, segment_names[row["segment_code"]]) for row in frame.to_dict("records")
    ]
    ranks = {code: rank for rank, code in enumerate(segment_names)}
    # Of two that mirror each other the one that says «чаще» comes first.
    frame = frame.assign(
        rank=frame["segment_code"].map(ranks),
        size=frame["difference_pct"].abs().round(9),
        is_less=frame["difference_pct"] < 0,
    )
    order = {
        "rank": True,
        "is_supported": False,
        "size": False,
        "is_less": True,
        "proposal_code": True,
    }
    frame = frame.sort_values(list(order), ascending=list(order.values()))
    return PROPOSALS.conform(frame[PROPOSALS.column_names])


def _with_statistics(frame: pd.DataFrame) -> pd.DataFrame:
    sides = [
        frame[name].to_numpy()
        for name in ("hits_count", "total_count", "others_hits_count", "others_total_count")
    ]
    low, high = difference_interval(*sides)
    p_values = difference_test(*sides)
    segment_pct, others_pct = 100 * sides[0] / sides[1], 100 * sides[2] / sides[3]
    difference_pct = segment_pct - others_pct
    may_support = (np.abs(difference_pct) >= rec.EFFECT_MINIMUM_PCT) & (
        np.minimum(sides[1], sides[3]) >= SIDE_MINIMUM
    )
    # Dropping small differences after the correction would leave the false findings and take
    # away true ones, and the rate promised of those shown would not hold. A p-value of 1 keeps
    # them among the comparisons tried, and no finding.
    q_values = false_discovery(np.where(may_support, p_values, 1.0))
    is_supported = may_support & (q_values <= rec.FALSE_DISCOVERY_RATE)
    return frame.assign(
        segment_pct=segment_pct, others_pct=others_pct, difference_pct=difference_pct,
        low_pct=100 * low, high_pct=100 * high, p_value=p_values, q_value=q_values,
        is_supported=is_supported,
    )  # fmt: skip


def sentence(row: Mapping[str, object], segment_name: str) -> str:
    """Return a comparison as a hypothesis in Russian: who, what, which way, and the numbers.

    Parameters
    ----------
    row
        One row of a table of proposals, with `family`.
    """
    difference = row["difference_pct"]
    direction = _("чаще") if difference > 0 else _("реже") if difference < 0 else _("так же часто")
    statement = _statement(row["family"]).format(
        segment=segment_name, direction=direction, subject=row["subject"]
    )
    return f"{statement}: {_numbers(row)}"


def _statement(family: str) -> str:
    head, *parts = family.split(".")
    if head == "channel":
        kind, use = parts
        return f"{_CLIENTS} {_USE_WORDS[use]} {_CHANNEL_WORDS[kind]}"
    if head == "problem":
        return f"{_CLIENTS} {_('{direction} называют проблему „{subject}“')}"
    if parts[0] == "outcome":
        return f"{_CASES} {_OUTCOME_WORDS[parts[1]]}"
    return f"{_CASES} {_('{direction} доходят до этапа „{subject}“')}"


def _numbers(row: Mapping[str, object]) -> str:
    """Return the numbers of a comparison; «реже» makes the difference a positive number."""
    sign = -1 if row["difference_pct"] < 0 else 1
    bounds = sorted([sign * row["low_pct"], sign * row["high_pct"]])
    low, high = (format_number(bound).replace("-", "−") for bound in bounds)
    interval = (
        f"{low}–{high}" if bounds[0] >= 0 else _("от {low} до {high}").format(low=low, high=high)
    )
    return _NUMBERS.format(
        segment_pct=format_percent(row["segment_pct"]),
        others_pct=format_percent(row["others_pct"]),
        difference=format_number(abs(row["difference_pct"])),
        interval=interval,
        total=format_count(row["total_count"]),
        others_total=format_count(row["others_total_count"]),
        space=NO_BREAK_SPACE,
    )


def supported(proposals: pd.DataFrame, segment_codes: Sequence[str] = ()) -> pd.DataFrame:
    """Return the proposals that data support, of some segments or of all."""
    chosen = proposals["is_supported"].astype(bool)
    if segment_codes:
        chosen &= proposals["segment_code"].isin(segment_codes)
    return proposals[chosen].reset_index(drop=True)


def suggest_records(proposals: pd.DataFrame, hypotheses: pd.DataFrame) -> list[dict[str, object]]:
    """Return records for `hypotheses.yml` that a person may accept, edit or reject.

    Supported proposals on which nobody has decided. Shares of one whole (channels of one use and
    attitude, stages, outcomes) move together and tell of one phenomenon: only the largest
    difference of each is suggested. Problems are separate phenomena.

    Parameters
    ----------
    proposals, hypotheses
        Tables `PROPOSALS` and `HYPOTHESES`.

    Returns
    -------
    list of dict
        Columns of `HYPOTHESIS_RECORDS` that are known; the code is the next free number Г1, Г2 …
    """
    decided = {
        (row.segment_code, _phenomenon(row.proposal_code))
        for row in hypotheses.dropna(subset=["proposal_code"]).itertuples(index=False)
    }
    used = set(hypotheses["hypothesis_code"])
    free = (f"Г{number}" for number in itertools.count(1) if f"Г{number}" not in used)
    records = []
    for row in supported(proposals).itertuples(index=False):
        phenomenon = (row.segment_code, _phenomenon(row.proposal_code))
        if phenomenon in decided:
            continue
        decided.add(phenomenon)
        records.append(
            {
                "code": next(free),
                "segment": row.segment_code,
                "kind": row.kind,
                "text": row.hypothesis_text,
                "proposal": row.proposal_code,
                "criterion_pct": CRITERION_DEFAULT_PCT,
            }
        )
    return records


def _phenomenon(proposal_code: str) -> str:
    """Return what a comparison has in common with those that move together with it."""
    parts = proposal_code.split(".")
    depth = {"channel": 3, "journey": 2}.get(parts[0], len(parts))
    return ".".join(parts[:depth])
