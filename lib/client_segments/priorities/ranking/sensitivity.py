"""What happens to the order when the weight of one criterion moves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.priorities.ranking.contracts import CRITERION_WEIGHTS, WEIGHT_SENSITIVITY
from client_segments.priorities.ranking.scores import NAMES, places, weighted
from client_segments.priorities.ranking.solving import Solution
from client_segments.priorities.ranking.weights import DecidedWeights

STEPS = 20
"""Own: a weight moves from 0 to 100 % by 5 points."""
_TINY = 1e-9


def moved_weights(
    weights: np.ndarray, place: int, share: np.ndarray, is_used: np.ndarray
) -> np.ndarray:
    """Return weights with one criterion at each given share, the others in their proportion.

    Others that weigh nothing all share alike.
    """
    others = np.where(is_used, weights, 0.0)
    others[place] = 0.0
    if others.sum() <= 0:
        others = is_used.astype("float64")
        others[place] = 0.0
    total = others.sum()
    moved = np.outer(1 - share, others / total if total > 0 else others)
    moved[:, place] = share
    return moved


def sensitivity_table(solution: Solution) -> pd.DataFrame:
    """Return table `weight_sensitivity`: one row is one criterion × its weight × segment."""
    order = np.argsort(solution.ranks, kind="stable")
    order = order[solution.is_ranked[order]]
    codes = solution.criteria["segment_code"].to_numpy()[order]
    percents = 100 * np.arange(STEPS + 1) / STEPS
    parts = []
    for place in np.flatnonzero(solution.is_used):
        moved = moved_weights(solution.weights, place, percents / 100, solution.is_used)
        for percent, weights in zip(percents, moved, strict=True):
            ranks = places(weighted(solution.scores, weights), solution.estimates.is_empty)[order]
            parts.append(
                pd.DataFrame(
                    {
                        "criterion": NAMES[place], "weight_pct": percent,
                        "segment_code": codes, "rank": ranks,
                    }
                )
            )  # fmt: skip
    return WEIGHT_SENSITIVITY.conform(pd.concat(parts)) if parts else WEIGHT_SENSITIVITY.empty()


def keeping_range(solution: Solution, place: int) -> tuple[float, float, int | None]:
    """Return between which weights of a criterion the first place is kept, and who takes it.

    Returns
    -------
    low, high : float
        Weights from 0 to 1; NaN where no segment is alone in the first place.
    rival : int or None
        Position of the segment that comes first beyond the nearer of the two; None if none does.

    Notes
    -----
    The score of a segment is N(w) / D(w), both linear in the moved weight w: D is the weight of
    the criteria known for it. A rival overtakes where N₁ D₂ - N₂ D₁, of second degree, changes
    its sign.
    """
    takes_part = ~np.isnan(solution.totals) & ~solution.estimates.is_empty
    first = np.flatnonzero(takes_part & (solution.ranks == 1))
    if len(first) != 1:
        return np.nan, np.nan, None
    now = float(solution.used_weights[place])
    low, high, rival_low, rival_high = 0.0, 1.0, None, None
    for rival in np.flatnonzero(takes_part & (solution.ranks > 1)):
        for root in _overtaking(solution, place, first[0], rival):
            if now < root < high:
                high, rival_high = root, int(rival)
            elif low < root <= now:
                low, rival_low = root, int(rival)
    if rival_low is None or (rival_high is not None and high - now <= now - low):
        return low, high, rival_high
    return low, high, rival_low


def _overtaking(solution: Solution, place: int, first: int, rival: int) -> list[float]:
    """Return the weights at which the lead of the first over a rival changes its sign."""
    at = np.array([0.0, 0.5, 1.0])
    moved = moved_weights(solution.weights, place, at, solution.is_used)
    scores = solution.scores[[first, rival]]
    known = ~np.isnan(scores)
    numerators = moved @ np.where(known, scores, 0.0).T
    denominators = moved @ known.T.astype("float64")
    lead = numerators[:, 0] * denominators[:, 1] - numerators[:, 1] * denominators[:, 0]
    square = 2 * (lead[0] - 2 * lead[1] + lead[2])
    linear = lead[2] - lead[0] - square
    roots = np.roots(np.trim_zeros(np.round([square, linear, lead[0]], 12), "f"))
    real = roots[np.abs(roots.imag) < _TINY].real
    polynomial = np.poly1d([square, linear, lead[0]])
    return [
        float(root)
        for root in real
        if _TINY < root < 1 - _TINY and polynomial(root - _TINY) * polynomial(root + _TINY) < 0
    ]


def weights_table(solution: Solution, decided: DecidedWeights) -> pd.DataFrame:
    """Return table `criterion_weights`: one row is one criterion."""
    names = solution.criteria["segment_name"].tolist()
    rows = []
    for place, criterion in enumerate(rec.CRITERIA):
        is_used = bool(solution.is_used[place])
        low, high, rival = keeping_range(solution, place) if is_used else (np.nan, np.nan, None)
        compared = decided.compared_weights.get(criterion.name, np.nan)
        rows.append(
            {
                "criterion": criterion.name,
                "is_main": criterion.is_main,
                "weight_pct": 100 * decided.weights[criterion.name],
                "used_weight_pct": 100 * solution.used_weights[place] if is_used else np.nan,
                "weight_source": decided.source,
                "comparison_weight_pct": 100 * compared,
                "segments_count": int((~np.isnan(solution.estimates.values[:, place])).sum()),
                "keeps_from_pct": 100 * low,
                "keeps_to_pct": 100 * high,
                "next_first": None if rival is None else names[rival],
            }
        )
    return CRITERION_WEIGHTS.conform(pd.DataFrame(rows))
