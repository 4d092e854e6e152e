"""Super codes: a few attributes packed into one small code, so that a pass is a few look-ups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from client_segments.segments.latent_classes.layout import Layout
from client_segments.segments.latent_classes.patterns import Patterns

if TYPE_CHECKING:
    from scipy import sparse

_CODES_MAXIMUM = 2048
"""Measured: probabilities of so many codes stay in the cache beside their sums."""


@dataclass(frozen=True, eq=False)
class SuperCode:
    """A few attributes packed into one code.

    Attributes
    ----------
    codes
        The code of every pattern, a row of `distinct`.
    distinct
        Rows of the parameters (0 where the value is missing) behind every code, one column an
        attribute.
    positions, indicators
        The attributes, and for each its levels × codes matrix of sums.
    """

    codes: np.ndarray
    distinct: np.ndarray
    positions: tuple[int, ...]
    indicators: tuple[sparse.csr_array, ...]

    def __len__(self) -> int:
        return len(self.distinct)

    def table(self, theta: np.ndarray) -> np.ndarray:
        """Return codes × …: the product of the rows of `theta` that a code stands for."""
        known = theta.copy()
        known[0] = 1.0
        table = known[self.distinct[:, 0]]
        for column in self.distinct.T[1:]:
            table *= known[column]
        return table


def super_codes(patterns: Patterns, layout: Layout) -> list[SuperCode]:
    """Pack attributes greedily while the codes stay few against the patterns."""
    most = int(np.clip(len(patterns) // 4, 16, _CODES_MAXIMUM))
    bundles: list[list[int]] = []
    size = most + 1
    for position, k in enumerate(layout.levels):
        if size * (k + 1) > most:
            bundles.append([])
            size = 1
        bundles[-1].append(position)
        size *= k + 1
    return [_super_code(patterns, layout, tuple(bundle)) for bundle in bundles]


def _super_code(patterns: Patterns, layout: Layout, positions: tuple[int, ...]) -> SuperCode:
    sizes = [layout.levels[position] + 1 for position in positions]
    key = np.zeros(len(patterns), dtype=np.int32)
    for position, size in zip(positions, sizes, strict=True):
        key *= size
        key += patterns.columns[position]
    is_met = np.zeros(int(np.prod(sizes)), dtype=bool)
    is_met[key] = True
    met = np.flatnonzero(is_met)
    place = np.cumsum(is_met, dtype=np.int32) - 1
    codes = place.astype(np.int16 if len(met) < 2**15 else np.int32)[key]
    values = np.stack(np.unravel_index(met, sizes), axis=1)
    # Row 0 gathers the missing values and is dropped.
    indicators = tuple(
        indicator(column, size)[1:] for column, size in zip(values.T, sizes, strict=True)
    )
    starts = np.array([layout.blocks[position].start for position in positions])
    return SuperCode(codes, np.where(values > 0, values + starts, 0), positions, indicators)


def indicator(codes: np.ndarray, size: int) -> sparse.csr_array:
    """Return the size × rows matrix that sums the rows of each code."""
    from scipy import sparse  # half a second to import, which only a fit needs

    ones = np.ones(len(codes))
    rows = np.arange(len(codes), dtype=np.int32)
    return sparse.csr_array((ones, (codes.astype(np.int32), rows)), shape=(size, len(codes)))
