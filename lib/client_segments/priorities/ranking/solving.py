"""The order of research, solved: scores, places, and what the draws say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.priorities.contracts import PRIORITIES
from client_segments.priorities.ranking.acceptability import Acceptability, acceptability
from client_segments.priorities.ranking.contracts import (
    RANK_ACCEPTABILITY,
    RANK_CONFIDENCE,
    SCORE_CONTRIBUTIONS,
)
from client_segments.priorities.ranking.criteria import VALUES, estimates_of
from client_segments.priorities.ranking.draws import (
    CLAUSE_WEIGHTS,
    DRAWS,
    GIVEN_WEIGHTS,
    Estimates,
    clause_weights,
    draw_values,
    given_weights,
)
from client_segments.priorities.ranking.scores import (
    LABELS,
    NAMES,
    effective_weights,
    is_undominated,
    normalised,
    places,
    weight_array,
    weighted,
)

STABLE_FROM = 0.8
"""Own: share of draws in which a stable rank is the same."""
FIRST_COUNT = 3
"""Own: how many segments are researched first, where people have not chosen them yet."""


@dataclass(frozen=True)
class Solution:
    """A solved problem, segments in the order of the table of criteria.

    Attributes
    ----------
    criteria
        One row is one segment, columns `CRITERIA_COLUMNS`.
    weights, scores, totals, ranks
        Given weights of sum 1; criteria on 0-1; the weighted sum; the place.
    drawn
        By kind of weights (`WEIGHT_KINDS`): what the draws say.
    """

    criteria: pd.DataFrame
    estimates: Estimates
    weights: np.ndarray
    scores: np.ndarray
    totals: np.ndarray
    ranks: np.ndarray
    drawn: Mapping[str, Acceptability]

    @property
    def is_used(self) -> np.ndarray:
        return (self.weights > 0) & self.estimates.is_known

    @property
    def used_weights(self) -> np.ndarray:
        """Weights of sum 1 with those of unknown criteria shared by the others."""
        used = np.where(self.is_used, self.weights, 0.0)
        return used / max(used.sum(), 1e-300)

    @property
    def is_ranked(self) -> np.ndarray:
        """By segment: whether anything is known to rank it by."""
        return ~np.isnan(self.totals) | (len(self.totals) == 1)


def solve(
    criteria: pd.DataFrame, weights: Mapping[str, float], seed: int = rec.SEED, count: int = DRAWS
) -> Solution:
    """Score segments by the weighted sum, and again in draws of weights and of estimates.

    Parameters
    ----------
    criteria
        One row is one segment, columns `CRITERIA_COLUMNS`; NaN is no data.
    weights
        Weight of each criterion. A criterion unknown for a segment is left out for it, and its
        weight is shared by the others in proportion.
    seed, count
        Seed and number of draws.

    Notes
    -----
    A criterion of weight zero was decided to be left out and is left out of the draws too. Noise
    is given to segments in order of their numbers, and equal segments share it: names and order
    of rows change nothing.
    """
    criteria = criteria.reset_index(drop=True)
    estimates = estimates_of(criteria)
    given = weight_array(weights)
    scores = normalised(estimates.values[None])[0]
    totals = weighted(scores, given)
    ranks = places(totals, estimates.is_empty)
    drawn = _draw(estimates, given, seed, count) if len(criteria) else {}
    return Solution(criteria, estimates, given, scores, totals, ranks, drawn)


def _draw(
    estimates: Estimates, weights: np.ndarray, seed: int, count: int
) -> dict[str, Acceptability]:
    content = estimates.content
    order = np.lexsort(content.T[::-1])
    back = np.argsort(order, kind="stable")
    is_used = (weights > 0) & estimates.is_known
    generator = np.random.default_rng(seed)
    kinds = {
        CLAUSE_WEIGHTS: clause_weights(generator, is_used, count),
        GIVEN_WEIGHTS: given_weights(generator, weights, is_used, count),
    }
    values = draw_values(generator, estimates.taken(order), is_used, count)
    scores = normalised(values)[:, back]
    return {
        kind: acceptability(scores, drawn, estimates.is_empty, content)
        for kind, drawn in kinds.items()
    }


def rank_segments(
    criteria: pd.DataFrame,
    weights: Mapping[str, float],
    seed: int = rec.SEED,
    first_count: int = FIRST_COUNT,
) -> pd.DataFrame:
    """Rank segments; return table `priorities` without `is_chosen`, in order of ranks (see `solve`)."""
    return priorities_table(solve(criteria, weights, seed), first_count)


def priorities_table(solution: Solution, first_count: int = FIRST_COUNT) -> pd.DataFrame:
    """Return table `priorities` without `is_chosen`, in order of ranks: one row is one segment."""
    if not len(solution.criteria):
        return PRIORITIES.empty().drop(columns="is_chosen")
    drawn = solution.drawn[CLAUSE_WEIGHTS]
    is_ranked = solution.is_ranked
    low, high = drawn.interval()
    first_count = min(first_count, len(solution.criteria))
    missing = np.isnan(solution.estimates.values)
    table = solution.criteria[["segment_code", "segment_name", "satisfaction_pct", *VALUES]].assign(
        **{f"{name}_score": solution.scores[:, place] for place, name in enumerate(NAMES)},
        capacity_count=solution.criteria["capacity_count"].round(),
        score=solution.totals,
        rank=solution.ranks,
        first_pct=np.where(is_ranked, 100 * drawn.first(1), np.nan),
        first_count=first_count,
        first_count_pct=np.where(is_ranked, 100 * drawn.first(first_count), np.nan),
        given_first_pct=np.where(is_ranked, 100 * solution.drawn[GIVEN_WEIGHTS].first(1), np.nan),
        expected_rank=np.where(is_ranked, drawn.expected_rank, np.nan),
        rank_low=_whole(low, is_ranked),
        rank_high=_whole(high, is_ranked),
        is_stable=is_ranked & (drawn.holds(solution.ranks) >= STABLE_FROM - 1e-9),
        is_nondominated=is_undominated(
            solution.scores, solution.is_used, solution.estimates.is_empty
        ),
        missing_criteria=[_labels(row) for row in missing],
        is_chosen=False,
    )
    # Sums of floating shares may pass their bounds by rounding.
    percents = ["first_pct", "first_count_pct", "given_first_pct"]
    table[percents] = table[percents].clip(0.0, 100.0)
    ranked = PRIORITIES.conform(table).sort_values("rank", kind="stable", ignore_index=True)
    return ranked.drop(columns="is_chosen")


def _whole(values: np.ndarray, is_known: np.ndarray) -> pd.Series:
    return pd.Series(values, dtype="Int64").where(pd.Series(is_known))


def _labels(is_missing: np.ndarray) -> str | None:
    return ", ".join(label for label, flag in zip(LABELS, is_missing, strict=True) if flag) or None


# --------------------------------------------------------------------------- further tables


def _in_order(solution: Solution) -> np.ndarray:
    return np.argsort(solution.ranks, kind="stable")


def acceptability_table(solution: Solution) -> pd.DataFrame:
    """Return table `rank_acceptability`: one row is one kind of weights × segment × place."""
    order = _in_order(solution)[solution.is_ranked[_in_order(solution)]]
    codes = solution.criteria["segment_code"].to_numpy()
    size = len(codes)
    parts = [
        pd.DataFrame(
            {
                "weight_kind": kind,
                "segment_code": np.repeat(codes[order], size),
                "rank": np.tile(np.arange(1, size + 1), len(order)),
                "acceptability_pct": (100 * drawn.ranks[order]).clip(0.0, 100.0).ravel(),
            }
        )
        for kind, drawn in solution.drawn.items()
    ]
    return RANK_ACCEPTABILITY.conform(pd.concat(parts)) if parts else RANK_ACCEPTABILITY.empty()


def confidence_table(solution: Solution) -> pd.DataFrame:
    """Return table `rank_confidence`: one row is one ordered pair of segments."""
    order = _in_order(solution)[solution.is_ranked[_in_order(solution)]]
    codes = solution.criteria["segment_code"].to_numpy()[order]
    if len(codes) < 2:
        return RANK_CONFIDENCE.empty()
    apart = ~np.eye(len(codes), dtype=bool).ravel()
    shares = {
        column: (100 * solution.drawn[kind].precedes[np.ix_(order, order)]).ravel()[apart]
        for column, kind in (
            ("precedes_pct", CLAUSE_WEIGHTS),
            ("given_precedes_pct", GIVEN_WEIGHTS),
        )
    }
    frame = pd.DataFrame(
        {
            "segment_code": np.repeat(codes, len(codes))[apart],
            "other_code": np.tile(codes, len(codes))[apart],
            **shares,
        }
    )
    return RANK_CONFIDENCE.conform(frame)


def contributions_table(solution: Solution) -> pd.DataFrame:
    """Return table `score_contributions`: one row is one segment × criterion.

    The contributions of a segment sum up to its score.
    """
    order = _in_order(solution)
    if not len(order):
        return SCORE_CONTRIBUTIONS.empty()
    weights = effective_weights(solution.scores, solution.weights)
    central = solution.drawn[CLAUSE_WEIGHTS].central_weights
    frame = pd.DataFrame(
        {
            "segment_code": np.repeat(
                solution.criteria["segment_code"].to_numpy()[order], len(NAMES)
            ),
            "criterion": np.tile(NAMES, len(order)),
            "criterion_score": solution.scores[order].ravel(),
            "weight_pct": 100 * weights[order].ravel(),
            "contribution": (weights * solution.scores)[order].ravel(),
            "central_weight_pct": (100 * central[order]).clip(0.0, 100.0).ravel(),
        }
    )
    return SCORE_CONTRIBUTIONS.conform(frame)
