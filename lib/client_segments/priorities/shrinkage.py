"""Shares of small segments drawn to the whole: empirical Bayes with a beta-binomial model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from client_segments import recommendations as rec

_STRENGTHS = (np.arange(24) + 0.5) / 24
_MEANS = (np.arange(41) - 20) / 4
"""Grid of the mean: standard errors from the overall share."""
_EDGE = 1e-4


@dataclass(frozen=True)
class ShrunkShares:
    """Shares of segments, drawn to their mean.

    Attributes
    ----------
    share, low, high
        Posterior mean and interval of each segment, 0-1; NaN where nobody answered.
    mean
        Mean to which they are drawn.
    strength
        Number of answers that the mean is worth: the larger, the more alike the segments.
    """

    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    mean: float
    strength: float


def shrink_shares(
    hits: ArrayLike, total: ArrayLike, confidence: float = rec.CONFIDENCE
) -> ShrunkShares:
    """Draw the shares of segments to their common mean, the smaller the segment the more.

    `hits` and `total` may be effective (not whole) numbers. One segment alone stays as it is.

    Notes
    -----
    Shares follow a beta distribution, whose mean and spread are found from the segments
    themselves. Few segments tell little of the spread, so it is not one number: all means and
    strengths of a grid are weighed by the beta-binomial likelihood, with a prior that is
    uniform in the standard deviation between segments (Gelman (2006) Bayesian Anal 1:515-534),
    and the interval holds that doubt too. The mixture is told by the beta distribution of its mean and
    variance. Model: Kleinman (1973) JASA 68:46-54.
    """
    hits, total = np.asarray(hits, dtype=float), np.asarray(total, dtype=float)
    is_known = total > 0
    share, low, high = (np.full(len(total), np.nan) for _part in range(3))
    if not is_known.any():
        return ShrunkShares(share, low, high, float("nan"), 0.0)
    own, answers = hits[is_known], total[is_known]
    mean, strength = float(own.sum() / answers.sum()), 0.0
    if is_known.sum() > 1:
        means, strengths, weights = _grid(own, answers)
        expected, variance = _mixture(own, answers, means, strengths, weights)
        mean, strength = float(weights @ means), float(weights @ strengths)
    else:
        # Half an answer of each kind (Jeffreys) keeps the interval open where all answered alike.
        first, second = own + 0.5, answers - own + 0.5
        expected = own / answers
        variance = first * second / ((first + second) ** 2 * (first + second + 1))
    share[is_known] = expected
    low[is_known], high[is_known] = _beta_interval(expected, variance, confidence)
    return ShrunkShares(share, low, high, mean, strength)


def _grid(hits: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return means, strengths and their posterior weights, point by point of the grid."""
    from scipy import special

    overall = (hits.sum() + 0.5) / (total.sum() + 1)
    spread = float(np.std(hits / total))
    error = (spread**2 / len(total) + overall * (1 - overall) / total.sum()) ** 0.5
    middle = np.clip(overall + error * _MEANS, _EDGE, 1 - _EDGE)
    typical = len(total) / float(np.sum(1 / total))
    grid = typical * _STRENGTHS / (1 - _STRENGTHS)
    means, strengths = (axis.ravel() for axis in np.meshgrid(middle, grid, indexing="ij"))
    first, second = means * strengths, (1 - means) * strengths
    likelihood = np.sum(
        special.betaln(hits[:, None] + first, (total - hits)[:, None] + second), axis=0
    ) - len(total) * special.betaln(first, second)
    # Uniform in the standard deviation between segments, which falls as 1 / sqrt(strength + 1).
    slope = (strengths + 1) ** -1.5 * (strengths + typical) ** 2
    weights = slope * np.exp(likelihood - likelihood.max())
    return means, strengths, weights / weights.sum()


def _mixture(
    hits: np.ndarray,
    total: np.ndarray,
    means: np.ndarray,
    strengths: np.ndarray,
    weights: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of each segment's share over the grid."""
    size = total[:, None] + strengths
    centre = (hits[:, None] + strengths * means) / size
    expected = centre @ weights
    within = (centre * (1 - centre) / (size + 1)) @ weights
    return expected, within + (centre - expected[:, None]) ** 2 @ weights


def _beta_interval(
    mean: np.ndarray, variance: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of the beta distribution with these moments."""
    from scipy import special

    middle = np.clip(mean, _EDGE, 1 - _EDGE)
    size = np.maximum(middle * (1 - middle) / variance - 1, _EDGE)
    tail = (1 - confidence) / 2
    first, second = middle * size, (1 - middle) * size
    return special.betaincinv(first, second, tail), special.betainccinv(first, second, tail)
