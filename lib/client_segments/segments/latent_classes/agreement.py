"""Agreement of two groupings of the same clients."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

_SMALL_NUMBERS = 65_536


def adjusted_rand_index(
    first: ArrayLike, second: ArrayLike, weight: ArrayLike | None = None
) -> float:
    """Return the agreement of two groupings: 1 the same, about 0 for chance.

    `weight` is a number of clients behind each row. Two groupings without any pair to disagree on
    (all together, or all apart in both) agree: 1. Source: Hubert & Arabie (1985) J Classif
    2:193-218.
    """
    rows, columns = _numbers(np.asarray(first)), _numbers(np.asarray(second))
    if len(rows) != len(columns):
        raise ValueError("adjusted_rand_index: groupings of different length")
    weight = np.ones(len(rows)) if weight is None else np.asarray(weight, dtype=float)
    width = int(columns.max(initial=0)) + 1
    pair = _numbers(rows * width + columns)
    total = _pairs(np.array([weight.sum()]))
    same, in_first, in_second = (
        _pairs(np.bincount(groups, weight)) for groups in (pair, rows, columns)
    )
    by_chance = in_first * in_second / total if total > 0 else 0.0
    highest = (in_first + in_second) / 2
    if np.isclose(highest, by_chance, rtol=1e-12, atol=0.0):
        return 1.0
    return float((same - by_chance) / (highest - by_chance))


def _numbers(groups: np.ndarray) -> np.ndarray:
    """Return a number from 0 for every group; small whole numbers are ones already."""
    is_small = groups.dtype.kind in "iu" and len(groups) and groups.min() >= 0
    if is_small and groups.max() < _SMALL_NUMBERS:
        return groups.astype(np.intp, copy=False).ravel()
    return np.unique(groups, return_inverse=True)[1].ravel()


def _pairs(counts: np.ndarray) -> float:
    return float(np.sum(counts * (counts - 1)) / 2)
