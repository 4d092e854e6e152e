"""Times of two groups compared, some of them not over yet: tests and medians with censoring.

Everything is computed from counts by hour: `ended` of the cases took so long, `going` of them are
still going on after so long.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from client_segments import recommendations as rec
from client_segments.statistics import normal_quantile


@dataclass(frozen=True)
class Median:
    """Time in which half of the cases are over, with its 95 % interval; NaN: not reached yet."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class TimesCompared:
    """Medians of two groups, their difference with its 95 % interval, and the p-value."""

    median: Median
    other_median: Median
    difference: float
    low: float
    high: float
    p_value: float


def compare_times(
    times: np.ndarray,
    own: tuple[np.ndarray, np.ndarray],
    others: tuple[np.ndarray, np.ndarray],
) -> TimesCompared:
    """Compare times given as (ended, going) counts by time, in the order of times.

    The interval of the difference is put together from those of the medians (MOVER: Zou &
    Donner 2008 Stat Med 27:1693-1702), as Newcombe's is from those of shares; an end is NaN
    where a median's own end is not reached.
    """
    median, other = km_median(times, *own), km_median(times, *others)
    difference = median.value - other.value
    down = np.hypot(median.value - median.low, other.high - other.value)
    up = np.hypot(median.high - median.value, other.value - other.low)
    return TimesCompared(
        median, other, difference, difference - down, difference + up, peto_test(own, others)
    )


def at_risk(ended: np.ndarray, going: np.ndarray) -> np.ndarray:
    """Return how many are still observed just before each time."""
    return np.cumsum((ended + going)[::-1])[::-1].astype(float)


def peto_test(own: tuple[np.ndarray, np.ndarray], others: tuple[np.ndarray, np.ndarray]) -> float:
    """Return the p-value of equal times: log-rank weighted by the share not over before.

    Without censoring it is nearly Wilcoxon's test: what happens to most cases weighs more than
    the few slowest, of which in a log of one year many are not over. NaN where nothing ended.

    Source: Peto & Peto (1972) JRSS A 135:185-207, in the form of Harrington & Fleming (1982)
    Biometrika 69:553-566 with rho = 1, ties by the hypergeometric variance.
    """
    from scipy import special

    risk, other_risk = at_risk(*own), at_risk(*others)
    ended = (own[0] + others[0]).astype(float)
    some = ended > 0
    if not some.any():
        return float("nan")
    ended, total = ended[some], (risk + other_risk)[some]
    share = risk[some] / total
    left = np.cumprod(1 - ended / total)
    weights = np.concatenate([[1.0], left[:-1]])
    excess = float(weights @ (own[0][some] - ended * share))
    with np.errstate(invalid="ignore", divide="ignore"):
        ties = np.where(total > 1, (total - ended) / (total - 1), 0.0)
    variance = float(weights**2 @ (ended * share * (1 - share) * ties))
    if not variance > 0:
        return float("nan")
    return float(2 * special.ndtr(-abs(excess) / variance**0.5))


def km_median(times: np.ndarray, ended: np.ndarray, going: np.ndarray) -> Median:
    """Return the median of Kaplan and Meier with the interval of Brookmeyer and Crowley.

    Source: Brookmeyer & Crowley (1982) Biometrics 38:29-41, on the scale log(-log S), which
    keeps its level in small groups (Borgan & Liestøl 1990 Scand J Stat 17:35-41).
    """
    some = ended > 0
    risk, times = at_risk(ended, going)[some], times[some]
    ended = ended[some].astype(float)
    left = np.cumprod(1 - ended / risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(ended / (risk * (risk - ended)))
        logarithm = np.log(left)
        spread = normal_quantile(rec.CONFIDENCE) * np.sqrt(greenwood) / np.abs(logarithm)
        low_left = left ** np.exp(spread)
        high_left = left ** np.exp(-spread)
    # Once nobody is left the variance is not known: the curve itself is at 0.
    low_left, high_left = (np.where(left > 0, band, 0.0) for band in (low_left, high_left))
    return Median(*(_first_time(times, curve) for curve in (left, low_left, high_left)))


def _first_time(times: np.ndarray, curve: np.ndarray) -> float:
    """Return the time when a curve comes down to a half; NaN if it never does."""
    reached = np.flatnonzero(curve <= 0.5 + 1e-12)
    return float(times[reached[0]]) if len(reached) else float("nan")
