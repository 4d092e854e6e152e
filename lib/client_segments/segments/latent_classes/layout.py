"""The parameters of a model as one array: where the levels of every attribute lie in it.

Everywhere `theta` is (1 + levels) × classes × starts: the shares of the classes in row 0, below
it the probability of every level of every attribute.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from client_segments.segments.latent_classes.patterns import Patterns

SMALLEST = 1e-300


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the levels of every attribute lie among the rows of the parameters.

    Attributes
    ----------
    levels
        Number of levels of every attribute, the largest code seen.
    blocks
        Rows of every attribute below row 0.
    met
        For every attribute, which of its levels somebody has.
    ordered
        Positions of the attributes whose classes differ by a shift along the levels only.
    """

    levels: tuple[int, ...]
    blocks: tuple[slice, ...]
    met: tuple[np.ndarray, ...]
    ordered: tuple[int, ...] = ()

    @classmethod
    def of(cls, patterns: Patterns, ordered: tuple[int, ...] = ()) -> Layout:
        """Lay out the attributes of some patterns."""
        levels = tuple(int(column.max()) for column in patterns.columns)
        ends = np.cumsum(levels)
        blocks = tuple(slice(int(end) - k, int(end)) for end, k in zip(ends, levels, strict=True))
        met = tuple(
            np.bincount(column, minlength=k + 1)[1:] > 0
            for column, k in zip(patterns.columns, levels, strict=True)
        )
        # With two levels a shift is all the difference there can be.
        restricted = tuple(position for position in ordered if met[position].sum() > 2)
        return cls(levels, blocks, met, restricted)

    def parameters_count(self, n_classes: int) -> int:
        """Return the number of free parameters: a level that nobody has is none."""
        count = n_classes - 1
        for position, met in enumerate(self.met):
            free = max(int(met.sum()) - 1, 0)
            is_ordered = position in self.ordered
            count += free + n_classes - 1 if is_ordered else n_classes * free
        return count

    def cells_count(self) -> float:
        """Return the number of patterns that complete answers could make."""
        return float(np.prod([max(int(met.sum()), 1) for met in self.met], dtype=float))

    def margins(self, patterns: Patterns) -> np.ndarray:
        """Return the share of every level among the clients whose value is known."""
        margins = np.zeros(sum(self.levels))
        for column, block, k in zip(patterns.columns, self.blocks, self.levels, strict=True):
            counts = np.bincount(column, patterns.weight, minlength=k + 1)[1:]
            margins[block] = counts / max(counts.sum(), SMALLEST)
        return margins

    def normalised(self, theta: np.ndarray) -> np.ndarray:
        """Make shares and probabilities sum to one, in place."""
        theta[0] /= theta[0].sum(axis=0)
        for block in self.blocks:
            rows = theta[1:][block]
            rows /= np.maximum(rows.sum(axis=0), SMALLEST)
        return theta
