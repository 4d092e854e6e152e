"""Counts over codes of several attributes at once: what trees and subgroups are made of.

A pass over a million rows for every attribute, or every combination of three, is what costs.
So attributes are packed together into one integer as far as its values stay few; one pass
counts the packed values, and the counts of each attribute are sums over the small cube.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np


@dataclass(frozen=True)
class Packed:
    """Several attributes as one integer a row.

    Attributes
    ----------
    places
        Positions of the attributes.
    shape
        Number of codes of each, missing among them.
    keys
        The packed codes, one a row.
    """

    places: tuple[int, ...]
    shape: tuple[int, ...]
    keys: np.ndarray

    @classmethod
    def pack(cls, table: np.ndarray, places: Sequence[int], levels: Sequence[int]) -> Packed:
        """Pack some columns of a table of codes; `levels` are the numbers of codes of each."""
        cells = int(np.prod([levels[place] for place in places], dtype=object))
        keys = table[:, places[0]].astype(np.int32 if cells < 2**31 else np.int64)
        for place in places[1:]:
            keys *= levels[place]
            keys += table[:, place]
        return cls(tuple(places), tuple(levels[place] for place in places), keys)

    def count(self, weight: np.ndarray | None, rows: np.ndarray | None = None) -> np.ndarray:
        """Return the sums of a weight over the cube of codes, for some rows or all."""
        keys = self.keys if rows is None else self.keys[rows]
        if weight is not None and rows is not None:
            weight = weight[rows]
        flat = np.bincount(keys, weight, minlength=int(np.prod(self.shape)))
        return flat.reshape(self.shape)

    def margin(self, cube: np.ndarray, places: Sequence[int]) -> np.ndarray:
        """Return the cube of some of the attributes, in the order of the packing."""
        others = tuple(axis for axis, place in enumerate(self.places) if place not in places)
        return cube.sum(axis=others)


def partition(levels: Sequence[int], cells_maximum: int) -> list[tuple[int, ...]]:
    """Put every attribute into one packing of at most so many cells, greedily in their order.

    An attribute with more values than that stands alone.
    """
    packings: list[list[int]] = []
    for place, count in enumerate(levels):
        for packing in packings:
            if np.prod([levels[other] for other in packing]) * count <= cells_maximum:
                packing.append(place)
                break
        else:
            packings.append([place])
    return [tuple(packing) for packing in packings]


def covering(levels: Sequence[int], order: int, cells_maximum: int) -> list[tuple[int, ...]]:
    """Return packings such that every combination of `order` attributes is inside one of them.

    Greedy: each packing starts with a combination not yet covered and takes the attribute that
    covers most others as long as the cells stay few. A combination too large by itself is a
    packing of its own.
    """
    open_sets = set(combinations(range(len(levels)), order))
    packings = []
    while open_sets:
        packing = list(min(open_sets))
        while True:
            room = cells_maximum // int(np.prod([levels[place] for place in packing]))
            gains = {
                place: sum(
                    tuple(sorted((place, *others))) in open_sets
                    for others in combinations(packing, order - 1)
                )
                for place in range(len(levels))
                if place not in packing and levels[place] <= room
            }
            best = max(
                gains, key=lambda place: (gains[place], -levels[place], -place), default=None
            )
            if best is None or not gains[best]:
                break
            packing.append(best)
        packing.sort()
        open_sets -= set(combinations(packing, order))
        packings.append(tuple(packing))
    return packings
