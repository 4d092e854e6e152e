"""A decision tree over attribute codes: who they are, by a few conditions on attribute values.

The tree is grown from sums over the codes of each attribute (a histogram tree), so rows may be
clients or patterns with weights: the tree is the same. Missing is a value among the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from client_segments.attributes import MISSING_CODE
from client_segments.segments.cubes import Packed, partition

CELLS_MAXIMUM = 4096
"""Own: cells of one packing of attributes; more do not fit the processor's cache."""


@dataclass(frozen=True)
class Split:
    """A question to a node: does the attribute have one of these codes?

    Attributes
    ----------
    place
        Position of the attribute.
    is_high
        By code: whether it goes to the side with the larger share of the target. Codes that
        the node does not hold go where the order says, or to the larger side.
    gain
        Fall of the sum of squares, in weight: Gini's impurity falls by twice this.
    """

    place: int
    is_high: np.ndarray
    gain: float


@dataclass(frozen=True)
class Node:
    """One node of a tree: its weight, its weight of the target and, inside, its split."""

    total: float
    hits: float
    split: Split | None = None
    high: Node | None = None
    low: Node | None = None

    @property
    def share(self) -> float:
        return self.hits / self.total if self.total > 0 else float("nan")

    def leaves(self) -> list[Leaf]:
        """Return the leaves with what leads to each, the high side first."""
        if self.split is None:
            return [Leaf(self.total, self.hits, {})]
        found = []
        for node, side in ((self.high, self.split.is_high), (self.low, ~self.split.is_high)):
            for leaf in node.leaves():
                known = leaf.allowed.get(self.split.place)
                merged = side if known is None else side & known
                found.append(
                    Leaf(leaf.total, leaf.hits, {**leaf.allowed, self.split.place: merged})
                )
        return found


@dataclass(frozen=True)
class Leaf:
    """One leaf: its weights, and by position of an attribute the codes that lead to it."""

    total: float
    hits: float
    allowed: dict[int, np.ndarray]

    def covers(self, table: np.ndarray) -> np.ndarray:
        """Tell which rows of codes the leaf holds."""
        return covered(table, self.allowed)


def covered(table: np.ndarray, allowed: dict[int, np.ndarray]) -> np.ndarray:
    """Tell which rows have, in every column named, one of the codes allowed there."""
    inside = np.ones(len(table), dtype=bool)
    for place, mask in allowed.items():
        inside &= mask[table[:, place]]
    return inside


class CategoricalTree:
    """A binary tree on categorical and ordered attributes for a share between 0 and 1.

    Each split is the best there is: for a two-valued target the levels of an attribute in order
    of their shares make the best of all subsets (Breiman et al. (1984) Classification and
    Regression Trees, theorem 4.5); an ordered attribute keeps its order, and its missing value
    goes to either side or stands alone.

    Parameters
    ----------
    depth
        Most questions from the root to a leaf.
    leaf_minimum
        Least weight of a leaf.
    ordered
        Positions of the ordered attributes.
    gain_minimum
        Least share of the root's sum of squares that a split must explain.

    Attributes
    ----------
    root_ : Node
        The grown tree.
    r_squared_ : float
        Part of the sum of squares that the leaves explain.
    """

    def __init__(
        self,
        depth: int = 4,
        leaf_minimum: float = 1.0,
        ordered: Sequence[int] = (),
        gain_minimum: float = 1e-9,
    ) -> None:
        self.depth = depth
        self.leaf_minimum = leaf_minimum
        self.ordered = frozenset(ordered)
        self.gain_minimum = gain_minimum

    def fit(
        self,
        table: ArrayLike,
        hits: ArrayLike,
        total: ArrayLike | None = None,
        levels: Sequence[int] | None = None,
    ) -> CategoricalTree:
        """Grow the tree.

        Parameters
        ----------
        table
            One row is one client or pattern, one column an attribute's code (0 is missing).
        hits
            Weight of the target in each row: between 0 and the row's total.
        total
            Weight of each row; 1 where absent.
        levels
            Number of codes of each attribute, missing among them; else as many as are met.
        """
        table = np.asarray(table)
        hits = np.asarray(hits, dtype=float)
        total = np.ones(len(table)) if total is None else np.asarray(total, dtype=float)
        if len(hits) != len(table) or len(total) != len(table):
            raise ValueError("table, hits and total differ in length")
        if np.any(total < 0) or np.any(hits < 0) or np.any(hits > total * (1 + 1e-9)):
            raise ValueError("hits must lie between 0 and total")
        if levels is None:
            levels = table.max(axis=0) + 1 if len(table) else np.ones(table.shape[1])
        self._table, self._hits, self._total = table, hits, total
        self._levels = [int(count) for count in levels]
        self._packed = [
            Packed.pack(table, places, self._levels)
            for places in partition(self._levels, CELLS_MAXIMUM)
        ]
        whole, target = float(total.sum()), float(hits.sum())
        spread = target - target**2 / whole if whole > 0 else 0.0
        self._gain_least = max(self.gain_minimum * spread, 1e-12)
        self.root_ = self._grow(None, whole, target, self.depth)
        explained = sum(leaf.hits**2 / leaf.total for leaf in self.root_.leaves() if leaf.total > 0)
        self.r_squared_ = (explained - target**2 / whole) / spread if spread > 0 else 0.0
        del self._table, self._hits, self._total, self._packed
        return self

    def predict(self, table: ArrayLike) -> np.ndarray:
        """Return the share of the target in the leaf of each row."""
        table = np.asarray(table)
        shares = np.full(len(table), np.nan)
        for leaf in self.root_.leaves():
            share = leaf.hits / leaf.total if leaf.total > 0 else np.nan
            shares[leaf.covers(table)] = share
        return shares

    def _grow(self, rows: np.ndarray | None, total: float, hits: float, depth: int) -> Node:
        pure = hits <= 0 or hits >= total
        if depth == 0 or pure or total < 2 * self.leaf_minimum:
            return Node(total, hits)
        split = self._best_split(rows, total, hits)
        if split is None:
            return Node(total, hits)
        codes = self._table[:, split.place] if rows is None else self._table[rows, split.place]
        is_high = split.is_high[codes]
        if rows is None:
            high, low = np.flatnonzero(is_high), np.flatnonzero(~is_high)
        else:
            high, low = rows[is_high], rows[~is_high]
        sums = [
            (float(self._total[part].sum()), float(self._hits[part].sum())) for part in (high, low)
        ]
        return Node(
            total, hits, split,
            self._grow(high, *sums[0], depth - 1), self._grow(low, *sums[1], depth - 1),
        )  # fmt: skip

    def _best_split(self, rows: np.ndarray | None, total: float, hits: float) -> Split | None:
        best = None
        for packed in self._packed:
            totals = packed.count(self._total, rows)
            targets = packed.count(self._hits, rows)
            for place in packed.places:
                level_totals = packed.margin(totals, (place,))
                level_hits = packed.margin(targets, (place,))
                split = self._split(place, level_totals, level_hits, total, hits)
                # Of equal gains the first attribute of the list wins, whatever the packing.
                if split and (best is None or _key(split) < _key(best)):
                    best = split
        return best

    def _split(
        self, place: int, totals: np.ndarray, hits: np.ndarray, total: float, target: float
    ) -> Split | None:
        """Return the best split by one attribute, if it is any good."""
        present = np.flatnonzero(totals > 0)
        if len(present) < 2:
            return None
        if place in self.ordered:
            known = present[present != MISSING_CODE]
            orders = [known]
            if len(known) < len(present):
                missing = present[:1]
                orders = [np.append(missing, known), np.append(known, missing)]
        else:
            shares = hits[present] / totals[present]
            orders = [present[np.lexsort((present, shares))]]
        base = target**2 / total
        best: tuple[float, np.ndarray] | None = None
        for order in orders:
            left = np.cumsum(totals[order])[:-1]
            left_hits = np.cumsum(hits[order])[:-1]
            right = total - left
            is_allowed = (left >= self.leaf_minimum) & (right >= self.leaf_minimum)
            if not is_allowed.any():
                continue
            with np.errstate(divide="ignore", invalid="ignore"):
                gains = left_hits**2 / left + (target - left_hits) ** 2 / right - base
            gains = np.where(is_allowed, gains, -np.inf)
            cut = int(np.argmax(gains))
            if best is None or gains[cut] > best[0] + 1e-12 * total:
                best = float(gains[cut]), order[: cut + 1]
        if best is None or best[0] <= self._gain_least:
            return None
        return Split(place, self._sides(place, best[1], totals, hits), best[0])

    def _sides(
        self, place: int, first: np.ndarray, totals: np.ndarray, hits: np.ndarray
    ) -> np.ndarray:
        """Return by code whether it goes to the high side, codes that are absent as well."""
        is_first = np.zeros(len(totals), dtype=bool)
        is_first[first] = True
        absent = np.flatnonzero(totals <= 0)
        other = ~is_first & (totals > 0)
        is_first_larger = totals[is_first].sum() >= totals[other].sum()
        if place in self.ordered:
            known = np.flatnonzero((totals > 0) & (np.arange(len(totals)) != MISSING_CODE))
            for code in absent[absent != MISSING_CODE]:
                # The nearest present value below, or above at the bottom of the scale.
                below = known[known < code]
                nearest = below[-1] if len(below) else known[0]
                is_first[code] = is_first[nearest]
            if totals[MISSING_CODE] <= 0:
                is_first[MISSING_CODE] = is_first_larger
        else:
            is_first[absent] = is_first_larger
        first_share = hits[first].sum() / totals[first].sum()
        other_share = hits[other].sum() / totals[other].sum()
        return is_first if first_share > other_share else ~is_first


def _key(split: Split) -> tuple[float, int]:
    return (-round(split.gain, 9), split.place)
