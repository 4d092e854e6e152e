"""Every segment against all other clients, in everything measured, each by a test fit for it.

The false discovery rate of what is shown is controlled over all comparisons of all kinds that
were tried in the group (Benjamini & Hochberg 1995).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import log

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.hypotheses.proposals.amounts import compare_amounts
from client_segments.hypotheses.proposals.contracts import EFFECT_UNITS, PROPOSALS
from client_segments.hypotheses.proposals.evidence import KEYS, Evidence
from client_segments.hypotheses.proposals.phenomena import with_phenomena
from client_segments.hypotheses.proposals.scores import compare_scores
from client_segments.hypotheses.proposals.sentences import predicate, sentence
from client_segments.hypotheses.proposals.shares import compare_shares
from client_segments.hypotheses.proposals.times import compare_times
from client_segments.statistics import false_discovery

SIDE_MINIMUM = 10
"""Own: the least number on either side of a comparison that a proposal is made from."""

DOMINANCE_MINIMUM = rec.EFFECT_MINIMUM_PCT / 100
"""Own: the least dominance of marks that matters. For marks of two values it is the difference
of shares, so that it is the same smallest effect as theirs."""

RATIO_MINIMUM = 1.2
"""Own: a time or a number of times matters when it is greater by a fifth at least: less is lost
among the differences of one case from the next."""

DAYS_MINIMUM = 1.0
"""Own: terms of services are set in days; a client does not feel less than one."""

AMOUNT_MINIMUM = rec.EFFECT_MINIMUM_PCT / 100
"""Own: one time more for every tenth client; for what happens once or never it is the difference
of shares."""

HOURS_A_DAY = 24.0
_HOUR = 1 / HOURS_A_DAY

_NO_DIFFERENCE = {"shares": 0.0, "scores": 0.0, "times": 0.0, "amounts": 1.0}

_Row = dict[str, object]


def compute_proposals(evidence: Evidence, segment_names: Mapping[str, str]) -> pd.DataFrame:
    """Compare every segment with all other clients in everything counted: table `PROPOSALS`.

    A proposal is supported when its q-value is not above `rec.FALSE_DISCOVERY_RATE`, its effect
    is not below the least that matters for its kind, the interval of the effect does not hold
    «no difference», and each side numbers at least `SIDE_MINIMUM`. What everybody or nobody has,
    or all have alike, cannot be compared and is no comparison tried.

    Parameters
    ----------
    evidence
        Counts of all segments, the rest included.
    segment_names
        Code and name of the segments that hypotheses are about (the rest is not one), in their
        order.

    Returns
    -------
    DataFrame
        One row is one comparison tried; within a segment the supported and larger come first.
    """
    parts = [
        compare_shares(evidence.shares),
        _compared(evidence.scores, "scores", segment_names, evidence.scales),
        _compared(evidence.times, "times", segment_names),
        _compared(evidence.amounts, "amounts", segment_names),
    ]
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    frame = frame[frame["segment_code"].isin(list(segment_names)) & frame["p_value"].notna()]
    if frame.empty:
        return PROPOSALS.empty()
    frame = _judged(frame.reset_index(drop=True))
    frame["effect_unit"] = frame["test"].map(EFFECT_UNITS)
    rows = frame.to_dict("records")
    frame["feature_text"] = [predicate(row) for row in rows]
    frame["hypothesis_text"] = [sentence(row, segment_names[row["segment_code"]]) for row in rows]
    ranks = {code: rank for rank, code in enumerate(segment_names)}
    # Of two that mirror each other the one that says «чаще» comes first.
    frame = frame.assign(
        rank=frame["segment_code"].map(ranks),
        size=frame["strength"].abs().round(9),
        is_less=frame["strength"] < 0,
    )
    order = {
        "rank": True, "is_supported": False, "size": False, "is_less": True,
        "proposal_code": True,
    }  # fmt: skip
    frame = frame.sort_values(list(order), ascending=list(order.values()), ignore_index=True)
    frame = with_phenomena(frame)
    return PROPOSALS.conform(frame.reindex(columns=PROPOSALS.column_names))


def _judged(frame: pd.DataFrame) -> pd.DataFrame:
    """Add q-values and what is supported."""
    none = frame["test"].map(_NO_DIFFERENCE)
    is_beyond = (frame["effect_low"] > none) | (frame["effect_high"] < none)
    is_enough = frame[["total_count", "others_total_count"]].min(axis=1) >= SIDE_MINIMUM
    may_support = is_beyond & is_enough & (frame["strength"].abs() >= 1 - 1e-9)
    # Dropping small differences after the correction would leave the false findings and take
    # away true ones, and the rate promised of those shown would not hold. A p-value of 1 keeps
    # them among the comparisons tried, and no finding.
    q_values = false_discovery(frame["p_value"].where(may_support, 1.0))
    return frame.assign(
        q_value=q_values, is_supported=may_support & (q_values <= rec.FALSE_DISCOVERY_RATE)
    )


# -------------------------------------------------------------------------------- values


def _compared(
    counts: pd.DataFrame,
    test: str,
    segment_names: Mapping[str, str],
    scales: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Compare counts of values: one row is one thing measured × segment that can be compared."""
    scale_of = {} if scales is None else scales.set_index("proposal_code").to_dict("index")
    rows: list[_Row] = []
    for code, part in counts.groupby("proposal_code", sort=True):
        about = part.iloc[0][KEYS].to_dict()
        for row in _each_segment(part, test, scale_of.get(code, {})):
            if row["segment_code"] in segment_names:
                rows.append({**about, "test": test, **row})
    return pd.DataFrame(rows, columns=None if rows else [*KEYS, "segment_code", "p_value"])


def _each_segment(part: pd.DataFrame, test: str, scale: Mapping[str, float]) -> Iterator[_Row]:
    values, places = np.unique(part["value"].to_numpy(), return_inverse=True)
    segments, rows = np.unique(part["segment_code"].to_numpy(dtype=str), return_inverse=True)
    tables = []
    for name in ("count", "censored_count"):
        table = np.zeros((len(segments), len(values)), dtype=np.int64)
        np.add.at(table, (rows, places), part[name].to_numpy())
        tables.append(table)
    known, going = tables
    whole = [table.sum(axis=0) for table in tables]
    for number, segment in enumerate(segments):
        own = known[number], going[number]
        others = whole[0] - own[0], whole[1] - own[1]
        if not (own[0].any() and others[0].any()):
            continue
        yield {
            "segment_code": str(segment),
            "total_count": int(own[0].sum() + own[1].sum()),
            "others_total_count": int(others[0].sum() + others[1].sum()),
            **_COMPARED[test](values, own, others, scale),
        }


_Counts = tuple[np.ndarray, np.ndarray]


def _scores(values: np.ndarray, own: _Counts, others: _Counts, scale: Mapping[str, float]) -> _Row:
    found = compare_scores(values, own[0], others[0])
    low = scale["scale_min"]
    unit = (scale["scale_max"] - low) / 100
    # Means may part the other way than most marks do: then neither way can be told.
    agrees = found.dominance * found.difference > 0
    return {
        "segment_value": low + unit * found.mean, "others_value": low + unit * found.other_mean,
        "effect": unit * found.difference, "effect_low": unit * found.low,
        "effect_high": unit * found.high, "p_value": found.p_value,
        "strength": found.dominance / DOMINANCE_MINIMUM if agrees else 0.0,
        "scale_min": low, "scale_max": scale["scale_max"],
    }  # fmt: skip


def _times(values: np.ndarray, own: _Counts, others: _Counts, _scale: Mapping[str, float]) -> _Row:
    found = compare_times(values / HOURS_A_DAY, own, others)
    ratio = max(found.median.value, _HOUR) / max(found.other_median.value, _HOUR)
    return {
        "segment_value": found.median.value, "others_value": found.other_median.value,
        "effect": found.difference, "effect_low": found.low, "effect_high": found.high,
        "p_value": found.p_value,
        "strength": _relative(ratio, found.difference, DAYS_MINIMUM),
        "censored_count": int(own[1].sum()), "others_censored_count": int(others[1].sum()),
    }  # fmt: skip


def _amounts(
    values: np.ndarray, own: _Counts, others: _Counts, _scale: Mapping[str, float]
) -> _Row:
    found = compare_amounts(values, own[0], others[0])
    difference = found.mean - found.other_mean
    return {
        "segment_value": found.mean, "others_value": found.other_mean, "effect": found.ratio,
        "effect_low": found.low, "effect_high": found.high, "p_value": found.p_value,
        "strength": _relative(found.ratio, difference, AMOUNT_MINIMUM),
    }  # fmt: skip


_COMPARED = {"scores": _scores, "times": _times, "amounts": _amounts}


def _relative(ratio: float, difference: float, minimum: float) -> float:
    """Return how many times over a ratio and a difference are the least that matters, signed."""
    if not (np.isfinite(ratio) and np.isfinite(difference)):
        return float("nan")
    size = min(abs(log(ratio)) / log(RATIO_MINIMUM), abs(difference) / minimum)
    return float(np.copysign(size, difference))
