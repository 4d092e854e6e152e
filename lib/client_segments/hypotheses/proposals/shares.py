"""Shares of two groups compared: the score test with Newcombe's interval, exact in the tail."""

from __future__ import annotations

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.statistics import difference_interval, difference_test

EXACT_BELOW = 0.01
"""Own: among hundreds of comparisons only p-values far below this one make a find, and there the
normal curve is somewhat too bold for groups of unequal size: the exact test has the last word."""

_SIDES = ("hits_count", "total_count", "others_hits_count", "others_total_count")


def compare_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """Compare every segment with all others in every share.

    Parameters
    ----------
    counts
        Columns `SHARE_COLUMNS`: one row is one thing measured × segment, the rest included.

    Returns
    -------
    DataFrame
        The rows that can be compared – what everybody or nobody has cannot –, with the counts of
        the others, both shares, their difference with its interval, and the p-value.
    """
    sums = counts.groupby("proposal_code")[["hits_count", "total_count"]].transform("sum")
    frame = counts.assign(
        others_hits_count=sums["hits_count"] - counts["hits_count"],
        others_total_count=sums["total_count"] - counts["total_count"],
    )
    varies = (sums["hits_count"] > 0) & (sums["hits_count"] < sums["total_count"])
    has_sides = (frame["total_count"] > 0) & (frame["others_total_count"] > 0)
    frame = frame[varies & has_sides]
    sides = [frame[name].to_numpy() for name in _SIDES]
    low, high = difference_interval(*sides)
    own, others = 100 * sides[0] / sides[1], 100 * sides[2] / sides[3]
    frame = frame.assign(
        test="shares", segment_pct=own, others_pct=others, difference_pct=own - others,
        low_pct=100 * low, high_pct=100 * high, p_value=share_test(*sides),
        strength=(own - others) / rec.EFFECT_MINIMUM_PCT,
    )  # fmt: skip
    return frame.assign(
        segment_value=frame["segment_pct"], others_value=frame["others_pct"],
        effect=frame["difference_pct"], effect_low=frame["low_pct"],
        effect_high=frame["high_pct"],
    )  # fmt: skip


def share_test(
    hits: np.ndarray, total: np.ndarray, other_hits: np.ndarray, other_total: np.ndarray
) -> np.ndarray:
    """Return p-values of equal shares: of the score test, and below `EXACT_BELOW` Fisher's."""
    p_values = difference_test(hits, total, other_hits, other_total)
    small = p_values < EXACT_BELOW
    if small.any():
        from scipy import stats

        table = np.stack([hits, total - hits, other_hits, other_total - other_hits], axis=-1)
        distinct, place = np.unique(table[small], axis=0, return_inverse=True)
        exact = [stats.fisher_exact(row.reshape(2, 2)).pvalue for row in distinct]
        p_values[small] = np.asarray(exact)[place.ravel()]
    return p_values
