"""Super codes: a few attributes packed into one small code, so that a pass is a few look-ups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from client_segments.segments.latent_classes.layout import Layout
from client_segments.segments.latent_classes.patterns import Patterns

if TYPE_CHECKING:
    from scipy import sparse

_CODES_MAXIMUM = 2048
"""Measured: probabilities of so many codes stay in the cache beside their sums."""
_TRIALS = 5_000
"""Own: steps of a search for fewer bundles: some milliseconds."""


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
    positions
        The attributes.
    blocks, indicator
        The matrix that sums codes to levels, and the rows of every attribute in it.
    """

    codes: np.ndarray
    distinct: np.ndarray
    positions: tuple[int, ...]
    blocks: tuple[slice, ...]
    indicator: sparse.csr_array

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
    """Pack attributes into as few super codes as hold them, few codes against the patterns."""
    most = int(np.clip(len(patterns) // 16, 16, _CODES_MAXIMUM))
    bundles = bundled([k + 1 for k in layout.levels], most)
    return [_super_code(patterns, layout, bundle) for bundle in bundles]


def bundled(sizes: Sequence[int], most: int) -> list[tuple[int, ...]]:
    """Return bundles of positions whose product of sizes is at most `most`, as few as are found.

    A position that is larger alone has a bundle of its own. First fit by falling size, then a
    search for one bundle fewer as long as there is one, within a bound of trials: every bundle
    is one look-up and one sum for every row of every pass.
    """
    order = sorted(range(len(sizes)), key=lambda position: -sizes[position])
    large = [(position,) for position in order if sizes[position] > most]
    order = [position for position in order if sizes[position] <= most]
    found = _fitted(sizes, order, len(order), most, [_TRIALS])
    while found and (fewer := _fitted(sizes, order, len(found) - 1, most, [_TRIALS])):
        found = fewer
    return sorted(large + [tuple(sorted(bundle)) for bundle in found or []])


def _fitted(
    sizes: Sequence[int], order: list[int], count: int, most: int, trials: list[int]
) -> list[list[int]] | None:
    """Return at most `count` bundles that hold the positions, or None if none were found."""
    bundles: list[list[int]] = []
    products: list[int] = []

    def fits(place: int) -> bool:
        if place == len(order):
            return True
        position = order[place]
        size = sizes[position]
        for number in range(min(len(bundles) + 1, count)):
            if trials[0] == 0:
                return False
            trials[0] -= 1
            if number == len(bundles):
                bundles.append([])
                products.append(1)
            if products[number] * size <= most:
                bundles[number].append(position)
                products[number] *= size
                if fits(place + 1):
                    return True
                bundles[number].pop()
                products[number] //= size
            if not bundles[number]:
                bundles.pop()
                products.pop()
        return False

    return bundles if fits(0) else None


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
    sums = [indicator(column, size)[1:] for column, size in zip(values.T, sizes, strict=True)]
    starts = np.array([layout.blocks[position].start for position in positions])
    ends = np.cumsum([size - 1 for size in sizes])
    blocks = tuple(
        slice(int(end) - size + 1, int(end)) for end, size in zip(ends, sizes, strict=True)
    )
    rows = np.where(values > 0, values + starts, 0)
    return SuperCode(codes, rows, positions, blocks, stacked(sums))


def indicator(codes: np.ndarray, size: int) -> sparse.csr_array:
    """Return the size × rows matrix that sums the rows of each code."""
    from scipy import sparse  # half a second to import, which only a fit needs

    ones = np.ones(len(codes))
    rows = np.arange(len(codes), dtype=np.int32)
    return sparse.csr_array((ones, (codes.astype(np.int32), rows)), shape=(size, len(codes)))


def stacked(matrices: list[sparse.csr_array]) -> sparse.csr_array:
    """Return matrices one below another."""
    from scipy import sparse

    return sparse.vstack(matrices, format="csr")
