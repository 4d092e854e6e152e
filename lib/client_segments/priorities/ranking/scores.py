"""Scores of segments: criteria on 0-1, their weighted mean, places. Arrays only.

Everywhere the last axis is the criteria in the order of `NAMES`; 1 is the most urgent.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from client_segments import recommendations as rec

NAMES = tuple(criterion.name for criterion in rec.CRITERIA)
LABELS = tuple(criterion.label for criterion in rec.CRITERIA)
IS_MAIN = np.array([criterion.is_main for criterion in rec.CRITERIA])
CAPACITY, SATISFACTION = NAMES.index("capacity"), NAMES.index("satisfaction")
DIGITS = 12
"""Scores closer than this are equal: rounding errors must not settle a tie."""

_UNKNOWN, _EMPTY = -10.0, -20.0  # below every score


def weight_array(weights: Mapping[str, float]) -> np.ndarray:
    """Return weights in the order of `NAMES`; a criterion that is not named weighs nothing."""
    return np.array([float(weights.get(name, 0.0)) for name in NAMES])


def normalised(values: np.ndarray) -> np.ndarray:
    """Put criteria on 0-1 over the segments of each draw, by the least and the greatest.

    Capacity is taken in logarithms, satisfaction reversed, so units change nothing. `values` are
    draws × segments × criteria. Nobody's capacity is 0 whatever the others. Where all segments
    are alike, each gets a half.
    """
    if not values.size:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = values.copy()
        sizes = values[..., CAPACITY]
        scaled[..., CAPACITY] = np.where(sizes > 0, np.log(sizes), np.nan)
    scaled[..., SATISFACTION] *= -1
    low = np.fmin.reduce(scaled, axis=1, keepdims=True)
    high = np.fmax.reduce(scaled, axis=1, keepdims=True)
    span = high - low
    is_flat = span <= 1e-12 * np.fmax(np.abs(high), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = (scaled - low) / span
    scores = np.where(is_flat & ~np.isnan(scaled), 0.5, scores)
    scores[..., CAPACITY] = np.where(sizes == 0, 0.0, scores[..., CAPACITY])
    return np.clip(scores, 0.0, 1.0)


def weighted(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return weighted means over the known criteria; NaN where none is known.

    `scores` are … × segments × criteria, `weights` … × criteria. The weight of an unknown
    criterion is shared by the known ones in proportion.
    """
    known = ~np.isnan(scores)
    sums = np.einsum("...sc,...c->...s", np.where(known, scores, 0.0), weights)
    total = np.einsum("...sc,...c->...s", known.astype("float64"), weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(np.where(total > 0, sums / total, np.nan), 0.0, 1.0)


def comparable(totals: np.ndarray, is_empty: np.ndarray) -> np.ndarray:
    """Return scores as they are compared: unknown ones after known, segments without clients last."""
    rounded = np.where(np.isnan(totals), _UNKNOWN, np.round(totals, DIGITS))
    return np.where(is_empty, _EMPTY, rounded)


def places(totals: np.ndarray, is_empty: np.ndarray) -> np.ndarray:
    """Rank one list of scores from 1; equals share the better place (1, 1, 3)."""
    compared = comparable(totals, is_empty)
    return 1 + (compared[None, :] > compared[:, None]).sum(axis=1)


def effective_weights(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weight of each criterion in the score of each segment, of sum 1 by segment.

    NaN where the criterion is unknown for the segment.
    """
    shares = np.where(np.isnan(scores), np.nan, weights[None, :])
    total = np.nansum(shares, axis=1, keepdims=True)
    return shares / np.where(total > 0, total, np.nan)


def completed(scores: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Fill each unknown score of a segment with the segment's own weighted mean.

    Its weighted sum stays what it was, so that methods which need every number rank the same
    problem.
    """
    return np.where(np.isnan(scores), totals[:, None], scores)


def is_undominated(scores: np.ndarray, is_used: np.ndarray, is_empty: np.ndarray) -> np.ndarray:
    """Tell which segments no other one dominates for certain (Pareto).

    One segment dominates another if it is no less urgent by every criterion in use and more
    urgent by one. A criterion unknown for either of the two could still tell them apart, unless
    it is unknown for both. Segments without clients and without scores are not compared.
    """
    compared = np.round(scores[:, is_used], DIGITS)
    unknown = np.isnan(compared)
    mine, other = compared[:, None, :], compared[None, :, :]
    both_unknown = unknown[:, None, :] & unknown[None, :, :]
    no_less = ((other >= mine) | both_unknown).all(axis=2)
    more = (other > mine).any(axis=2)
    takes_part = ~is_empty & ~unknown.all(axis=1) if compared.shape[1] else np.zeros_like(is_empty)
    dominated = (no_less & more & takes_part[None, :]).any(axis=1)
    return takes_part & ~dominated
