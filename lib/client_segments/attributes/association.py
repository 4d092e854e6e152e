"""How strongly two categorical variables go together: Cramér's V, corrected, with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from client_segments import recommendations as rec
from client_segments.statistics import normal_quantile

_HALVINGS = 40
_LARGE = 1e5
"""Above this chi-square the noncentral distribution is normal in its square root to 1e-4."""


@dataclass(frozen=True)
class Association:
    """Association of a table of counts.

    Attributes
    ----------
    v
        Bias-corrected Cramér's V, 0-1; NaN where a side has fewer than two values.
    low, high
        Ends of its interval.
    chi_square, freedom
        Pearson's statistic and its degrees of freedom.
    information
        Mutual information divided by the smaller entropy, 0-1: 1 where the one tells the other.
    """

    v: float
    low: float
    high: float
    chi_square: float
    freedom: int
    information: float

    @property
    def p_value(self) -> float:
        """Probability of so large a chi-square where nothing goes together."""
        if not self.freedom:
            return np.nan
        from scipy import special

        return float(special.chdtrc(self.freedom, self.chi_square))


UNKNOWN = Association(np.nan, np.nan, np.nan, np.nan, 0, np.nan)


def association(
    table: ArrayLike, size: float | None = None, confidence: float = rec.CONFIDENCE
) -> Association:
    """Measure how strongly rows and columns of a table of counts go together.

    Parameters
    ----------
    table
        Counts or sums of weights, rows × columns; empty rows and columns are left out.
    size
        Number of independent clients behind the table (effective, with weights, or where a client
        stands in it more than once); the sum of the table if not given.

    Notes
    -----
    The estimate is Bergsma's (2013, J Korean Stat Soc 42:323-328): the squared contingency is
    reduced by its expectation under independence, and the numbers of rows and columns likewise.
    The interval inverts the noncentral chi-square (Smithson 2003, Confidence Intervals, ch. 4),
    stretched so that its variance is the asymptotic one of the squared contingency (Bishop,
    Fienberg & Holland 1975, ch. 14): as it stands it is too wide for strong associations, and the
    normal interval of the delta method is useless near zero.
    """
    table = np.asarray(table, dtype=float)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    rows, columns = table.shape
    size = float(table.sum()) if size is None else float(size)
    if min(rows, columns) < 2 or size < 2:
        return UNKNOWN
    shares = table / table.sum()
    across, down = shares.sum(axis=1, keepdims=True), shares.sum(axis=0, keepdims=True)
    contingency = max(float(np.sum(shares**2 / (across * down)) - 1), 0.0)
    freedom = (rows - 1) * (columns - 1)
    corrected = max(contingency - freedom / (size - 1), 0.0)
    least = min(side - (side - 1) ** 2 / (size - 1) for side in (rows, columns)) - 1
    largest = min(rows, columns) - 1
    low, high = _contingency_interval(shares, contingency, freedom, size, confidence)
    v = min(sqrt(corrected / least), 1.0) if least > 0 else 0.0
    return Association(
        v=v,
        low=min(sqrt(low / largest), v),
        high=max(min(sqrt(high / largest), 1.0), v),
        chi_square=size * contingency,
        freedom=freedom,
        information=_information(shares, across, down),
    )


def _contingency_interval(
    shares: np.ndarray, contingency: float, freedom: int, size: float, confidence: float
) -> tuple[float, float]:
    """Return the interval of the squared contingency."""
    scale = _variance_scale(shares, size)
    statistic = size * contingency
    tail = (1 - confidence) / 2
    if statistic > _LARGE:
        middle = sqrt(max(statistic - freedom + 1, 0.0))
        half = normal_quantile(confidence) * sqrt(scale)
        return max(middle - half, 0.0) ** 2 / size, (middle + half) ** 2 / size
    bounds = (_noncentrality(statistic, freedom, scale, part) for part in (1 - tail, tail))
    low, high = bounds
    return low / size, high / size


def _noncentrality(statistic: float, freedom: int, scale: float, probability: float) -> float:
    """Return the noncentrality with which a chi-square is at most so large with a probability.

    The noncentral chi-square is stretched around its mean so that its variance is 2 freedom +
    4 scale × noncentrality: as it is where nothing goes together, asymptotically right elsewhere.
    """
    from scipy import special

    def below(root: float) -> float:
        noncentrality = root * root
        middle = freedom + noncentrality
        stretch = sqrt(
            (2 * freedom + 4 * scale * noncentrality) / (2 * freedom + 4 * noncentrality)
        )
        point = max(middle + (statistic - middle) / stretch, 0.0)
        return float(special.chndtr(point, freedom, noncentrality))

    # No noncentrality, not even zero, makes so small a statistic likely enough.
    if below(0.0) <= probability:
        return 0.0
    low, high = 0.0, sqrt(statistic) + 10.0
    for _halving in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) > probability else (low, middle)
    return ((low + high) / 2) ** 2


def _variance_scale(shares: np.ndarray, size: float) -> float:
    """Return the variance of the squared contingency over what the noncentral chi-square has.

    Half a client is added to each cell: without it a table with empty cells would be certain.
    """
    smooth = (shares * size + 0.5) / (size + 0.5 * shares.size)
    across, down = smooth.sum(axis=1, keepdims=True), smooth.sum(axis=0, keepdims=True)
    expected = across * down
    contingency = float(np.sum(smooth**2 / expected) - 1)
    if contingency <= 0:
        return 1.0
    slope = (
        2 * smooth / expected
        - np.sum(smooth**2 / expected, axis=1, keepdims=True) / across
        - np.sum(smooth**2 / expected, axis=0, keepdims=True) / down
    )
    variance = float(np.sum(smooth * slope**2) - np.sum(smooth * slope) ** 2)
    return max(variance / (4 * contingency), 1e-6)


def _information(shares: np.ndarray, across: np.ndarray, down: np.ndarray) -> float:
    entropies = [-float(np.sum(side * np.log(side))) for side in (across, down)]
    filled = shares > 0
    ratio = shares[filled] / (across * down)[filled]
    return min(max(float(np.sum(shares[filled] * np.log(ratio))), 0.0) / min(entropies), 1.0)
