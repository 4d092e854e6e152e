"""Stochastic multicriteria acceptability analysis: how often each segment takes each place.

Lahdelma and Salminen (2001), SMAA-2: Stochastic multicriteria acceptability analysis for group
decision making, Operations Research 49(3), 444-454.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from client_segments.priorities.ranking.scores import comparable, weighted

RANK_QUANTILES = (0.05, 0.95)
_CELLS_AT_ONCE = 4_000_000  # comparisons held in memory


@dataclass(frozen=True)
class Acceptability:
    """What the draws say of each segment, as shares from 0 to 1.

    Attributes
    ----------
    ranks
        Segments × places: rank acceptability. Segments that are equal in a draw share their
        places evenly.
    precedes
        Segments × segments: pairwise winning index, how often the first precedes the second;
        being equal counts a half. The diagonal is NaN.
    central_weights
        Segments × criteria: mean weights over the draws in which the segment comes first; NaN if
        it never does.
    """

    ranks: np.ndarray
    precedes: np.ndarray
    central_weights: np.ndarray

    @property
    def expected_rank(self) -> np.ndarray:
        return self.ranks @ np.arange(1.0, self.ranks.shape[1] + 1)

    def first(self, count: int) -> np.ndarray:
        """Return the probability of being among the first `count`."""
        return self.ranks[:, :count].sum(axis=1)

    def interval(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the best and the worst place of nine draws in ten."""
        reached = np.cumsum(self.ranks, axis=1) + 1e-9
        low, high = (1 + (reached < level).sum(axis=1) for level in RANK_QUANTILES)
        return low, high

    def holds(self, ranks: np.ndarray) -> np.ndarray:
        """Return how often each segment has the given place; equals have all places they share."""
        reached = np.pad(np.cumsum(self.ranks, axis=1), ((0, 0), (1, 0)))
        equal = (ranks[:, None] == ranks[None, :]).sum(axis=1)
        rows = np.arange(len(ranks))
        return reached[rows, ranks - 1 + equal] - reached[rows, ranks - 1]


def acceptability(
    scores: np.ndarray, weights: np.ndarray, is_empty: np.ndarray, content: np.ndarray
) -> Acceptability:
    """Rank every draw and count.

    Parameters
    ----------
    scores, weights
        Draws × segments × criteria, and draws × criteria.
    is_empty
        By segment: no clients, hence last.
    content
        By segment: the numbers it was drawn from. Segments of equal content share their counts,
        so that neither names nor the order of rows decide between them.
    """
    compared = comparable(weighted(scores, weights), is_empty)
    draws, size = compared.shape
    ranks = np.zeros((size, size + 1))
    precedes = np.zeros((size, size))
    first = np.zeros((size, weights.shape[1]))
    step = max(1, _CELLS_AT_ONCE // max(size * size, 1))
    for start in range(0, draws, step):
        part = compared[start : start + step]
        before = part[:, :, None] > part[:, None, :]
        better = before.sum(axis=1, dtype="int32")
        worse = before.sum(axis=2, dtype="int32")
        precedes += before.sum(axis=0, dtype="int32")
        equal = size - better - worse
        _add_places(ranks, better, equal)
        shares = np.where(better == 0, 1.0 / equal, 0.0)
        first += shares.T @ weights[start : start + step]
    ranks = np.cumsum(ranks, axis=1)[:, :-1] / draws
    precedes = 0.5 * (1 + (precedes - precedes.T) / draws)
    return _pooled(ranks, precedes, first / draws, content)


def _add_places(ranks: np.ndarray, better: np.ndarray, equal: np.ndarray) -> None:
    """Add to segments × (places + 1) where each share of a place begins and ends."""
    size = len(ranks)
    row = np.broadcast_to(np.arange(size), better.shape)
    share = (1.0 / equal).ravel()
    for place, sign in ((better, 1.0), (better + equal, -1.0)):
        cells = (row * (size + 1) + place).ravel()
        ranks += sign * np.bincount(cells, share, ranks.size).reshape(ranks.shape)


def _pooled(
    ranks: np.ndarray, precedes: np.ndarray, first: np.ndarray, content: np.ndarray
) -> Acceptability:
    known = np.where(np.isnan(content), -1.0, content)
    group = np.unique(known, axis=0, return_inverse=True)[1].ravel()
    mean = np.zeros((group.max() + 1, len(group)))
    mean[group, np.arange(len(group))] = 1.0
    mean /= mean.sum(axis=1, keepdims=True)
    ranks, first = (mean @ ranks)[group], (mean @ first)[group]
    precedes = (mean @ precedes @ mean.T)[group][:, group]
    precedes[group[:, None] == group[None, :]] = 0.5
    np.fill_diagonal(precedes, np.nan)
    total = first.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        central = np.where(total > 0, first / total, np.nan)
    return Acceptability(ranks, precedes, central)
