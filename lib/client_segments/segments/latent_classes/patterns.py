"""Distinct rows of a table with their weights: what a model is fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

_KEY_LIMIT = 2**62


def packed(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Return one integer a row: equal for equal rows, ordered as the rows are."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    size = 1
    for column in columns:
        radix = int(column.max(initial=0)) + 1
        if size * radix > _KEY_LIMIT:
            key = np.unique(key, return_inverse=True)[1].ravel().astype(np.int64)
            size = int(key.max(initial=0)) + 1
        key *= radix
        key += column
        size *= radix
    return key


@dataclass(frozen=True, eq=False)
class Patterns:
    """Distinct rows in ascending order, with the weight of each.

    Attributes
    ----------
    columns
        One array of codes an attribute, of small integers.
    weight
        Clients behind each pattern (float64).
    """

    columns: tuple[np.ndarray, ...]
    weight: np.ndarray

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def total(self) -> float:
        return float(self.weight.sum())

    @classmethod
    def of(cls, columns: Sequence[np.ndarray], weight: ArrayLike | None) -> Patterns:
        """Count equal rows together; rows without weight do not count.

        Raises
        ------
        ValueError
            For weights that are negative or unknown, or a table without clients.
        """
        if weight is None:
            if not len(columns[0]):
                raise ValueError("the table has no clients")
            return cls._counted(columns)
        weights = np.asarray(weight, dtype=float)
        if weights.shape != columns[0].shape:
            raise ValueError("one weight a row is needed")
        if not np.all(np.isfinite(weights)) or np.any(weights < 0):
            raise ValueError("weights must be finite and not negative")
        if weights.min(initial=1.0) == weights.max(initial=1.0) > 0:
            # The same for all: the order of sums makes no difference, and nothing is sorted by it.
            counted = cls._counted(columns)
            return cls(counted.columns, counted.weight * weights[0])
        used = weights > 0
        if not used.any():
            raise ValueError("the table has no clients")
        if not used.all():
            columns, weights = [column[used] for column in columns], weights[used]
        key = packed(columns)
        # Also by weight: a sum of floats must not depend on the order of rows.
        order = np.lexsort([weights, key])
        first = np.flatnonzero(np.diff(key[order], prepend=-1))
        rows = order[first]
        sums = np.add.reduceat(weights[order], first)
        return cls(tuple(column[rows] for column in columns), sums)

    @classmethod
    def _counted(cls, columns: Sequence[np.ndarray]) -> Patterns:
        """Count equal rows. Sorting keys alone and unpacking them is faster than sorting rows."""
        radices = [int(column.max(initial=0)) + 1 for column in columns]
        key = packed(columns)
        if float(np.prod(radices, dtype=float)) > _KEY_LIMIT:
            _key, rows, counts = np.unique(key, return_index=True, return_counts=True)
            return cls(tuple(column[rows] for column in columns), counts.astype(float))
        key.sort()
        first = np.flatnonzero(np.diff(key, prepend=-1))
        counts = np.diff(first, append=len(key)).astype(float)
        rest, found = key[first], []
        for column, radix in zip(reversed(columns), reversed(radices), strict=True):
            higher = rest // radix  # much faster than divmod
            found.append((rest - higher * radix).astype(column.dtype))
            rest = higher
        return cls(tuple(reversed(found)), counts)

    def sampled(self, size: int) -> Patterns:
        """Return a systematic sample of clients, or the patterns themselves where few enough.

        Every (total / size)-th client in the order of patterns: no chance in it, and every
        pattern is met as often as its weight says, give or take one.
        """
        total = self.total
        if len(self) <= size // 2 or total <= size:
            return self
        ticks = np.floor(np.cumsum(self.weight) / total * size * (1 + 1e-12) + 0.5)
        counts = np.diff(ticks, prepend=0.0)
        met = counts > 0
        return Patterns(
            tuple(column[met] for column in self.columns), counts[met] * (total / counts.sum())
        )
