"""Statistics of shares: intervals, comparisons, false discoveries, raking, divergence.

Shares are fractions between 0 and 1 here; tables of the workbook keep percentages.
Functions take single numbers or arrays and give arrays of the common (broadcast) shape.
scipy takes half a second to import in every kernel: only the functions that need it import it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from client_segments import recommendations as rec

FISHER_BELOW = 5.0
"""Cochran's rule: below this expected count the score test is replaced by Fisher's."""


def normal_quantile(confidence: float = rec.CONFIDENCE) -> float:
    """Return the half-width, in standard deviations, of a two-sided interval: 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


_two_sided = np.vectorize(lambda score: erfc(abs(score) / sqrt(2)), otypes=[float])


def wilson_interval(
    hits: ArrayLike, total: ArrayLike, confidence: float = rec.CONFIDENCE
) -> tuple[np.ndarray, np.ndarray]:
    """Return the score interval (low, high) of a share, without continuity correction.

    `hits` and `total` may be effective (weighted, not whole) sizes. NaN where `total` is 0 or
    unknown. Source: Wilson (1927); Newcombe (1998) Stat Med 17:857-872, method 3.
    """
    hits, total = _counts(hits, total)
    z = normal_quantile(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(total > 0, hits / total, np.nan)
        scale = 1 + z**2 / total
        middle = (share + z**2 / (2 * total)) / scale
        half = z * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2)) / scale
    # Rounding must not move the ends that are known exactly.
    low = np.where(hits == 0, np.where(total > 0, 0.0, np.nan), np.maximum(middle - half, 0.0))
    high = np.where(hits == total, np.where(total > 0, 1.0, np.nan), np.minimum(middle + half, 1.0))
    return low, high


def exact_interval(
    hits: ArrayLike, total: ArrayLike, confidence: float = rec.CONFIDENCE
) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact interval (low, high) of a share; NaN where `total` is 0.

    Source: Clopper & Pearson (1934) Biometrika 26:404-413, as quantiles of beta distributions.
    """
    from scipy import special

    hits, total = _counts(hits, total)
    tail = (1 - confidence) / 2
    known = total > 0
    with np.errstate(invalid="ignore"):
        low = np.where(hits > 0, special.betaincinv(hits, total - hits + 1, tail), 0.0)
        high = np.where(hits < total, special.betainccinv(hits + 1, total - hits, tail), 1.0)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def difference_interval(
    hits: ArrayLike,
    total: ArrayLike,
    other_hits: ArrayLike,
    other_total: ArrayLike,
    confidence: float = rec.CONFIDENCE,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval (low, high) of share minus other share; NaN where a total is 0.

    Source: Newcombe (1998) Stat Med 17:873-890, method 10 (hybrid of two score intervals).
    """
    hits, total = _counts(hits, total)
    other_hits, other_total = _counts(other_hits, other_total)
    low, high = wilson_interval(hits, total, confidence)
    other_low, other_high = wilson_interval(other_hits, other_total, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(total > 0, hits / total, np.nan)
        other = np.where(other_total > 0, other_hits / other_total, np.nan)
    difference = share - other
    return (
        difference - np.sqrt((share - low) ** 2 + (other_high - other) ** 2),
        difference + np.sqrt((high - share) ** 2 + (other - other_low) ** 2),
    )


def paired_difference_interval(
    both: ArrayLike, first_only: ArrayLike, second_only: ArrayLike, neither: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95 % interval (low, high) of two shares' difference among the same people.

    The first share is of those who have the first thing, the second of those who have the second;
    the counts are people. NaN where there are none.

    Source: Newcombe (1998) Stat Med 17:2635-2650, method 10 (score intervals, with the
    correlation of the two, corrected for continuity).
    """
    a, b, c, d = (np.asarray(count, dtype=float) for count in
                  np.broadcast_arrays(both, first_only, second_only, neither))  # fmt: skip
    total = a + b + c + d
    first_low, first_high = wilson_interval(a + b, total)
    second_low, second_high = wilson_interval(a + c, total)
    excess = a * d - b * c
    corrected = np.where(excess < 0, excess, np.maximum(excess - total / 2, 0))
    spread = np.sqrt((a + b) * (c + d) * (a + c) * (b + d))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.where(spread > 0, corrected / spread, 0.0)
        first, second = (a + b) / total, (a + c) / total
    down, up = first - first_low, first_high - first
    other_down, other_up = second - second_low, second_high - second
    return (
        first - second - np.sqrt(down**2 - 2 * correlation * down * other_up + other_up**2),
        first - second + np.sqrt(up**2 - 2 * correlation * up * other_down + other_down**2),
    )


def difference_test(
    hits: ArrayLike, total: ArrayLike, other_hits: ArrayLike, other_total: ArrayLike
) -> np.ndarray:
    """Return the two-sided p-value for the equality of two shares; NaN where a total is 0.

    The pooled score test (Pearson's chi-square without correction); Fisher's exact test, on
    counts rounded to whole, where an expected count is below `FISHER_BELOW`.
    """
    hits, total, other_hits, other_total = np.broadcast_arrays(
        *_counts(hits, total), *_counts(other_hits, other_total)
    )
    known = (total > 0) & (other_total > 0) & ~np.isnan(hits + other_hits)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (hits + other_hits) / (total + other_total)
        error = np.sqrt(pooled * (1 - pooled) * (1 / total + 1 / other_total))
        score = (hits / total - other_hits / other_total) / error
        least = np.minimum(pooled, 1 - pooled) * np.minimum(total, other_total)
    p_values = np.where(known, _two_sided(score), np.nan)
    rare = known & (least < FISHER_BELOW)
    if rare.any():
        table = np.stack([hits, total - hits, other_hits, other_total - other_hits], axis=-1)
        distinct, place = np.unique(
            np.rint(table[rare]).astype(np.int64), axis=0, return_inverse=True
        )
        from scipy import stats

        exact = [stats.fisher_exact(row.reshape(2, 2)).pvalue for row in distinct]
        p_values[rare] = np.asarray(exact)[place.ravel()]
    return p_values


def false_discovery(p_values: ArrayLike) -> np.ndarray:
    """Return q-values in the order of `p_values`; NaN stays NaN and is not counted as a test.

    Source: Benjamini & Hochberg (1995) JRSS B 57:289-300.
    """
    p_values = np.asarray(p_values, dtype=float)
    q_values = np.full(p_values.shape, np.nan)
    known = ~np.isnan(p_values)
    if known.any():
        from scipy import stats

        q_values[known] = stats.false_discovery_control(p_values[known], method="bh")
    return q_values


def family_wise(p_values: ArrayLike) -> np.ndarray:
    """Return adjusted p-values in the order of `p_values`; NaN stays NaN and is not counted.

    The step-down rule: whatever the tests' dependence, rejecting where the adjusted value is at
    most a level keeps the chance of even one false rejection at that level.
    Source: Holm (1979) Scand J Stat 6:65-70.
    """
    p_values = np.asarray(p_values, dtype=float)
    adjusted = np.full(p_values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def effective_size(weights: ArrayLike) -> float:
    """Return Kish's effective number of answers, (sum w)^2 / sum w^2; 0 without weight."""
    weights = np.asarray(weights, dtype=float)
    squares = float(np.sum(weights**2))
    return float(np.sum(weights)) ** 2 / squares if squares > 0 else 0.0


@dataclass(frozen=True)
class Raking:
    """Result of `rake`.

    Attributes
    ----------
    weights
        Raked weight of every cell, with the index of the cells.
    is_converged
        Whether the weights stopped changing. Margins that contradict each other may settle too:
        look at `largest_error`.
    largest_error
        Largest |reached - target| / target over all targets above zero (1.0 for a target that
        no cell can reach).
    rounds_count
        Rounds over all margins.
    unreachable
        Targets above zero in whose cells there is nobody, as texts «column=value».
    """

    weights: pd.Series
    is_converged: bool
    largest_error: float
    rounds_count: int
    unreachable: tuple[str, ...]


def rake(
    cells: pd.DataFrame,
    margins: Sequence[pd.Series | pd.DataFrame],
    weight: str = "weight",
    tolerance: float = 1e-10,
    rounds_maximum: int = 1000,
) -> Raking:
    """Fit the weights of cells to margins by iterative proportional fitting.

    Parameters
    ----------
    cells
        One row is one cell: category columns and the start weight. Never changed.
    margins
        Target counts, each a Series (or a frame of one column) whose index is named by one or
        more category columns. A cell whose category is not in a margin is left alone by it.
        Where margins contradict each other the last one is met.
    tolerance
        Largest change of a weight in a round, as a share of the sum of weights, to stop at.

    Raises
    ------
    ValueError
        For a margin not named by columns of `cells`, repeated, negative or unknown targets, and
        negative or unknown start weights.

    Notes
    -----
    Source: Deming & Stephan (1940) Ann Math Stat 11:427-444. A zero cell stays zero.
    """
    if not margins:
        raise ValueError("rake: no margins")
    start = cells[weight].to_numpy(dtype=float)
    if not np.all(start >= 0) or not np.all(np.isfinite(start)):
        raise ValueError("rake: start weights must be finite and not negative")
    goals = [_Margin.of(cells, margin) for margin in margins]
    weights, rounds, is_converged = start.copy(), 0, False
    while not is_converged and rounds < rounds_maximum:
        before = weights
        for goal in goals:
            weights = goal.scaled(weights)
        rounds += 1
        is_converged = bool(
            np.max(np.abs(weights - before), initial=0.0) <= tolerance * max(weights.sum(), 1e-300)
        )
    return Raking(
        weights=pd.Series(weights, index=cells.index, name=weight),
        is_converged=is_converged,
        largest_error=max(goal.error(weights) for goal in goals),
        rounds_count=rounds,
        unreachable=tuple(name for goal in goals for name in goal.unreachable(start)),
    )


@dataclass(frozen=True)
class _Margin:
    """One margin: for every cell the position of its target (-1 outside the margin)."""

    names: tuple[str, ...]
    targets: np.ndarray
    position: np.ndarray

    @classmethod
    def of(cls, cells: pd.DataFrame, margin: pd.Series | pd.DataFrame) -> _Margin:
        if isinstance(margin, pd.DataFrame):
            if margin.shape[1] != 1:
                raise ValueError("rake: a margin given as a frame must have one column of counts")
            margin = margin.iloc[:, 0]
        columns = list(margin.index.names)
        unknown = [name for name in columns if name not in cells.columns]
        if unknown:
            raise ValueError(f"rake: margin over columns that the cells lack: {unknown}")
        if not margin.index.is_unique:
            raise ValueError(f"rake: repeated categories in the margin over {columns}")
        targets = margin.to_numpy(dtype=float)
        if not np.all(targets >= 0) or not np.all(np.isfinite(targets)):
            raise ValueError(f"rake: targets over {columns} must be finite and not negative")
        if len(columns) == 1:
            keys = pd.Index(cells[columns[0]])
        else:
            keys = pd.MultiIndex.from_frame(cells[columns])
        names = tuple(
            ", ".join(
                f"{column}={value}"
                for column, value in zip(columns, key if len(columns) > 1 else [key], strict=True)
            )
            for key in margin.index
        )
        return cls(names, targets, margin.index.get_indexer(keys))

    def reached(self, weights: np.ndarray) -> np.ndarray:
        inside = self.position >= 0
        return np.bincount(self.position[inside], weights[inside], minlength=len(self.targets))

    def scaled(self, weights: np.ndarray) -> np.ndarray:
        reached = self.reached(weights)
        factor = np.divide(self.targets, reached, out=np.ones_like(reached), where=reached > 0)
        return weights * np.append(factor, 1.0)[self.position]

    def error(self, weights: np.ndarray) -> float:
        wanted = self.targets > 0
        gap = np.abs(self.reached(weights) - self.targets)[wanted] / self.targets[wanted]
        return float(np.max(gap, initial=0.0))

    def unreachable(self, start: np.ndarray) -> list[str]:
        missing = (self.targets > 0) & (self.reached(start) == 0)
        return [self.names[place] for place in np.flatnonzero(missing)]


def jensen_shannon(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """Return the Jensen-Shannon divergence (base 2, in [0, 1]) along the last axis.

    Counts or shares, normalised here; NaN where one of the two has no mass.
    Source: Lin (1991) IEEE Trans Inf Theory 37:145-151.
    """
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = first / first.sum(axis=-1, keepdims=True)
        second = second / second.sum(axis=-1, keepdims=True)
    middle = (first + second) / 2
    entropies = [np.sum(_surprise(shares, middle), axis=-1) for shares in (first, second)]
    return np.clip((entropies[0] + entropies[1]) / 2, 0.0, 1.0)


def _counts(hits: ArrayLike, total: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    hits, total = np.broadcast_arrays(np.asarray(hits, dtype=float), np.asarray(total, dtype=float))
    # Effective counts carry rounding errors: a hair above the total is the total.
    if np.any((hits < 0) | (hits > total * (1 + 1e-9))):
        raise ValueError("hits must lie between 0 and total")
    return np.minimum(hits, total), total


def _surprise(shares: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """p log2(p / m), zero where p is zero, unknown where p is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(shares == 0, 0.0, shares * np.log2(shares / middle))
