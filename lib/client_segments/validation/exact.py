"""Exact test of a share of answers against a criterion fixed beforehand, one side and the other."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from client_segments import recommendations as rec
from client_segments.statistics import exact_interval

FINITE_FROM_SHARE = 0.05
"""Share of a segment that was asked, from which its being finite counts (Cochran, Sampling
Techniques, 3rd ed., 2.6: below 5 % the correction can be ignored)."""

SIDE_LEVEL = (1 - rec.CONFIDENCE) / 2
"""Level of the test of each side: 2.5 % for wrong confirmations and 2.5 % for wrong refutations."""


@dataclass(frozen=True)
class ExactTest:
    """What an exact method says of a share; percentages 0-100, all NaN without answers.

    Attributes
    ----------
    confirming_p, refuting_p
        Chance of so many «yes» or more if the true share is under the criterion, and of so many
        or fewer if it is not: p-values of the two one-sided tests.
    low_pct, high_pct
        Exact 95 % interval of the share.
    is_finite
        Whether the number of clients of the segment was used.
    """

    confirming_p: float
    refuting_p: float
    low_pct: float
    high_pct: float
    is_finite: bool = False


@lru_cache(maxsize=4096)
def exact_test(
    hits: int, total: int, criterion_pct: float, population: int | None = None
) -> ExactTest:
    """Test the share of «yes» among `total` answers against a criterion.

    The binomial distribution (Clopper & Pearson 1934); the hypergeometric one where at least
    `FINITE_FROM_SHARE` of a segment of known size answered (interval: Buonaccorsi 1987, Am Stat
    41:215-218). Answers of everybody leave nothing to chance.

    Parameters
    ----------
    population
        Number of clients of the segment, where it is known. Ignored if more people answered:
        the respondents are then not all of its clients.
    """
    if total == 0:
        return ExactTest(*[math.nan] * 4)
    is_known = population is not None and total <= population
    if is_known and total >= FINITE_FROM_SHARE * population:
        return _finite_test(hits, total, criterion_pct, population)
    low, high = exact_interval(hits, total)
    return ExactTest(
        _at_least(hits, total, criterion_pct / 100), _at_most(hits, total, criterion_pct / 100),
        100 * float(low), 100 * float(high),
    )  # fmt: skip


def _at_least(hits: int, total: int, share: float) -> float:
    """Chance of `hits` or more of `total` at a true share, as a tail of a beta distribution."""
    from scipy import special

    return float(special.betainc(hits, total - hits + 1, share)) if hits else 1.0


def _at_most(hits: int, total: int, share: float) -> float:
    from scipy import special

    return float(special.betaincc(hits + 1, total - hits, share)) if hits < total else 1.0


def _finite_test(hits: int, total: int, criterion_pct: float, population: int) -> ExactTest:
    from scipy.stats import hypergeom

    # The least number of clients that meets the criterion; rounding errors must not add one.
    enough = math.ceil(criterion_pct / 100 * population - 1e-9)

    def at_least(agreeing: int) -> float:
        return float(hypergeom.sf(hits - 1, population, agreeing, total))

    def at_most(agreeing: int) -> float:
        return float(hypergeom.cdf(hits, population, agreeing, total))

    least, most = hits, population - (total - hits)  # what the answers themselves leave possible
    low = _first(lambda agreeing: at_least(agreeing) > SIDE_LEVEL, least, most)
    high = _last(lambda agreeing: at_most(agreeing) > SIDE_LEVEL, least, most)
    return ExactTest(
        at_least(enough - 1) if enough > least else 0.0,
        at_most(enough) if enough <= most else 0.0,
        100 * low / population, 100 * high / population, is_finite=True,
    )  # fmt: skip


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Return the first of low..high for which a condition that only comes true holds."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Return the last of low..high for which a condition that only ceases to hold holds."""
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
