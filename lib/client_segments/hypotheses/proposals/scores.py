"""Marks of two groups compared: an ordered scale, ties, variances that may differ.

Everything is computed from counts by value, so that a million answers cost as much as ten.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from client_segments import recommendations as rec


@dataclass(frozen=True)
class ScoresCompared:
    """Two groups of marks.

    Attributes
    ----------
    mean, other_mean, difference, low, high
        Means, their difference and its 95 % interval (Welch 1947).
    dominance
        How much more often a mark of the first group is above a mark of the second than below
        it, -1 to 1 (Cliff's delta); for marks of two values it is the difference of shares.
    p_value
        Brunner and Munzel (2000) Biometrical J 42:17-25; NaN where all marks are alike.
    """

    mean: float
    other_mean: float
    difference: float
    low: float
    high: float
    dominance: float
    p_value: float


def compare_scores(values: np.ndarray, own: np.ndarray, others: np.ndarray) -> ScoresCompared:
    """Compare marks given as counts by value, in the order of values."""
    sides = [_moments(values, counts) for counts in (own, others)]
    (n1, mean, var1), (n2, other_mean, var2) = sides
    low, high = _welch(mean - other_mean, (n1, var1), (n2, var2))
    dominance, p_value = _brunner_munzel(own.astype(float), others.astype(float))
    return ScoresCompared(mean, other_mean, mean - other_mean, low, high, dominance, p_value)


def _moments(values: np.ndarray, counts: np.ndarray) -> tuple[float, float, float]:
    """Return number, mean and variance (NaN of fewer than two)."""
    number = float(counts.sum())
    mean = float(counts @ values) / number
    spread = float(counts @ (values - mean) ** 2)
    return number, mean, spread / (number - 1) if number > 1 else np.nan


def _degrees(first: float, second: float, n1: float, n2: float) -> float:
    """Return the degrees of freedom of Welch and Satterthwaite of two parts of a variance."""
    return (first + second) ** 2 / (first**2 / (n1 - 1) + second**2 / (n2 - 1))


def _welch(
    difference: float, own: tuple[float, float], others: tuple[float, float]
) -> tuple[float, float]:
    from scipy import special

    (n1, var1), (n2, var2) = own, others
    parts = var1 / n1, var2 / n2
    if not sum(parts) > 0:  # alike marks in both groups, or one mark only
        return (difference, difference) if sum(parts) == 0 else (np.nan, np.nan)
    quantile = float(special.stdtrit(_degrees(*parts, n1, n2), (1 + rec.CONFIDENCE) / 2))
    half = quantile * sum(parts) ** 0.5
    return difference - half, difference + half


def _brunner_munzel(own: np.ndarray, others: np.ndarray) -> tuple[float, float]:
    from scipy import special

    n1, n2 = own.sum(), others.sum()
    # How many of the other group are below a mark, those alike being half below.
    below_own = np.cumsum(others) - others / 2
    below_others = np.cumsum(own) - own / 2
    chance = float(own @ below_own) / (n1 * n2)
    dominance = 2 * chance - 1
    if n1 < 2 or n2 < 2 or np.count_nonzero(own + others) < 2:
        return dominance, np.nan
    spread1 = own @ (below_own - chance * n2) ** 2 / (n1 - 1)
    spread2 = others @ (below_others - (1 - chance) * n1) ** 2 / (n2 - 1)
    parts = spread1 / (n1 * n2**2), spread2 / (n2 * n1**2)
    if not sum(parts) > 0:
        return dominance, _mann_whitney(own, others, chance)
    statistic = (chance - 0.5) / sum(parts) ** 0.5
    degrees = _degrees(*parts, n1, n2)
    return dominance, float(2 * special.stdtr(degrees, -abs(statistic)))


def _mann_whitney(own: np.ndarray, others: np.ndarray, chance: float) -> float:
    """Return the p-value where groups do not overlap at all: their own variance is then 0."""
    from scipy import special

    n1, n2, ties = own.sum(), others.sum(), own + others
    total = n1 + n2
    variance = (total + 1 - (ties**3 - ties).sum() / (total * (total - 1))) / (12 * n1 * n2)
    return float(2 * special.ndtr(-abs(chance - 0.5) / variance**0.5))
