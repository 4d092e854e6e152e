"""Numbers of times in two groups compared: overdispersed counts, many zeros.

A Poisson regression on the group alone, with White's sandwich for its variance: what is compared
is the ratio of means, and no spread of the counts is assumed. From sums only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from client_segments import recommendations as rec


@dataclass(frozen=True)
class AmountsCompared:
    """Two groups of numbers: means, their ratio with its 95 % interval, the p-value.

    The ratio and what follows of it is NaN where a mean is 0 or a group is of one.
    """

    mean: float
    other_mean: float
    ratio: float
    low: float
    high: float
    p_value: float


def compare_amounts(values: np.ndarray, own: np.ndarray, others: np.ndarray) -> AmountsCompared:
    """Compare numbers given as counts by value.

    Source: White (1980) Econometrica 48:817-838; Gourieroux, Monfort & Trognon (1984)
    Econometrica 52:701-720. The variance of each group is that of a sample (n - 1), the quantile
    that of Student with the degrees of freedom of Welch and Satterthwaite, for small groups.
    """
    from scipy import special

    sizes, means, parts = [], [], []
    for counts in (own, others):
        size = float(counts.sum())
        mean = float(counts @ values) / size
        spread = float(counts @ (values - mean) ** 2)
        sizes.append(size)
        means.append(mean)
        # Variance of the logarithm of the mean.
        known = mean > 0 and size > 1
        parts.append(spread / (size - 1) / size / mean**2 if known else np.nan)
    if not sum(parts) > 0:
        return AmountsCompared(*means, np.nan, np.nan, np.nan, np.nan)
    logarithm = np.log(means[0] / means[1])
    error = sum(parts) ** 0.5
    degrees = sum(parts) ** 2 / sum(
        part**2 / (size - 1) for part, size in zip(parts, sizes, strict=True)
    )
    half = float(special.stdtrit(degrees, (1 + rec.CONFIDENCE) / 2)) * error
    p_value = float(2 * special.stdtr(degrees, -abs(logarithm) / error))
    low, ratio, high = np.exp([logarithm - half, logarithm, logarithm + half])
    return AmountsCompared(*means, float(ratio), float(low), float(high), p_value)
