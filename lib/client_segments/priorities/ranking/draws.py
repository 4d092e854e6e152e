"""What is not known exactly, drawn: weights of criteria, and estimates within their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from client_segments.language import _
from client_segments.priorities.ranking.scores import CAPACITY, IS_MAIN
from client_segments.statistics import normal_quantile

DRAWS = 10_000
"""Own: enough for a share of draws to be right to one percentage point (95 % of the time)."""

CLAUSE_WEIGHTS, GIVEN_WEIGHTS = "clause", "given"
WEIGHT_KINDS = {
    CLAUSE_WEIGHTS: _("любые веса, при которых основные параметры не легче дополнительных"),
    GIVEN_WEIGHTS: _("заданные веса, каждый больше или меньше не более чем наполовину"),
}
"""Clause 6 fixes only that main criteria stand above additional ones; hence any such weights.
The weights that a person gave are varied by ±50 % each (own)."""

GIVEN_SPREAD = 0.5
_SCALES = np.array([1.0, 100.0, 1.0, 100.0])  # shares of these are drawn; capacity is a count


@dataclass(frozen=True)
class Estimates:
    """Criteria of segments: the estimates and their 95 % intervals, segments × criteria.

    NaN is no data; an estimate without an interval is taken as exact.
    """

    values: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def is_empty(self) -> np.ndarray:
        return self.values[:, CAPACITY] == 0

    @property
    def is_known(self) -> np.ndarray:
        """By criterion: whether it is known for any segment."""
        return ~np.isnan(self.values).all(axis=0)

    @property
    def content(self) -> np.ndarray:
        """All numbers of each segment: what draws are keyed by, not names or the order of rows."""
        return np.hstack([self.values, self.low, self.high])

    def taken(self, order: np.ndarray) -> Estimates:
        return Estimates(self.values[order], self.low[order], self.high[order])


def clause_weights(generator: np.random.Generator, is_used: np.ndarray, count: int) -> np.ndarray:
    """Draw weights uniformly over those with every main one no less than any additional one.

    A uniform point of the simplex is normalised exponentials; given its order, the greatest
    weights fall to the main criteria in any order.
    """
    main = np.flatnonzero(is_used & IS_MAIN)
    additional = np.flatnonzero(is_used & ~IS_MAIN)
    weights = np.zeros((count, len(is_used)))
    points = generator.standard_exponential((count, len(main) + len(additional)))
    points = -np.sort(-points, axis=1)
    weights[:, main] = generator.permuted(points[:, : len(main)], axis=1)
    weights[:, additional] = generator.permuted(points[:, len(main) :], axis=1)
    return _of_sum_one(weights)


def given_weights(
    generator: np.random.Generator, weights: np.ndarray, is_used: np.ndarray, count: int
) -> np.ndarray:
    """Draw weights around the given ones: each times something between a half and one and a half.

    Draws keep main criteria no less than additional ones, if the given weights do.
    """
    weights = np.where(is_used, weights, 0.0)
    keeps_order = _is_ordered(weights[None, :], is_used)[0]
    parts: list[np.ndarray] = []
    while sum(map(len, parts)) < count:
        factors = generator.uniform(1 - GIVEN_SPREAD, 1 + GIVEN_SPREAD, (count, len(weights)))
        drawn = factors * weights
        parts.append(drawn[_is_ordered(drawn, is_used)] if keeps_order else drawn)
    return _of_sum_one(np.concatenate(parts)[:count])


def _is_ordered(weights: np.ndarray, is_used: np.ndarray) -> np.ndarray:
    main, additional = is_used & IS_MAIN, is_used & ~IS_MAIN
    if not main.any() or not additional.any():
        return np.ones(len(weights), dtype=bool)
    return weights[:, main].min(axis=1) >= weights[:, additional].max(axis=1)


def _of_sum_one(weights: np.ndarray) -> np.ndarray:
    return weights / np.fmax(weights.sum(axis=1, keepdims=True), 1e-300)


def draw_values(
    generator: np.random.Generator, estimates: Estimates, is_used: np.ndarray, count: int
) -> np.ndarray:
    """Draw the criteria of every segment: draws × segments × criteria."""
    values = np.repeat(estimates.values[None], count, axis=0)
    low, high = estimates.low, estimates.high
    is_open = ~np.isnan(estimates.values) & (high > low) & is_used
    for place in np.flatnonzero(is_open.any(axis=0)):
        rows = np.flatnonzero(is_open[:, place])
        ends = low[rows, place], high[rows, place]
        if place == CAPACITY:
            drawn = _counts(generator, estimates.values[rows, place], *ends, count)
        else:
            scale = _SCALES[place]
            drawn = scale * _shares(generator, ends[0] / scale, ends[1] / scale, count)
        values[:, rows, place] = drawn
    return values


def _shares(
    generator: np.random.Generator, low: np.ndarray, high: np.ndarray, count: int
) -> np.ndarray:
    """Draw shares from the beta distribution that has the middle and the spread of the interval.

    For Wilson's interval that is close to the posterior of the share: its middle is the estimate
    of Agresti and Coull (1998), and stays inside 0-1 where the estimate itself is 0 or 1.
    """
    middle = (low + high) / 2
    spread = (high - low) / (2 * normal_quantile())
    size = middle * (1 - middle) / spread**2 - 1
    shape = np.stack([middle * size, (1 - middle) * size])
    return generator.beta(*shape, (count, len(middle)))


def _counts(
    generator: np.random.Generator,
    middle: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    count: int,
) -> np.ndarray:
    """Draw counts around the estimate, each side with its own spread, never outside the bounds."""
    noise = generator.standard_normal((count, len(middle))) / normal_quantile()
    side = np.where(noise > 0, high - middle, middle - low).clip(min=0)
    return np.clip(middle + noise * side, np.fmin(low, middle), np.fmax(high, middle))
