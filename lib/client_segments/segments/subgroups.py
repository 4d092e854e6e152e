"""Subgroup search: which combinations of up to three attribute values are richest in a target.

Every combination is tried, none is guessed; the significance is corrected for all of them.
Missing values make no subgroup: nothing is known of such clients that would describe them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from client_segments.attributes import MISSING_CODE
from client_segments.segments.cubes import Packed, covering
from client_segments.statistics import FISHER_BELOW, difference_interval

ORDER_MAXIMUM = 3
"""Attribute values in one combination: more are no longer a group one can name."""
CLIENTS_MINIMUM = 30
"""Own: clients with data below which a combination is not tried."""
_CELLS_MAXIMUM = 2**18
_CELLS_A_ROW = 4  # a cube much larger than the table costs more than passes over the table
_EXACT_BELOW = 0.2  # approximate p-values above this need no exact ones


def search_subgroups(
    table: ArrayLike,
    hits: ArrayLike,
    total: ArrayLike,
    clients: ArrayLike | None = None,
    *,
    order: int = ORDER_MAXIMUM,
    clients_minimum: int = CLIENTS_MINIMUM,
    effect: float = 1.0,
) -> pd.DataFrame:
    """Try every combination of up to `order` attribute values.

    Parameters
    ----------
    table
        One row is one client or pattern, one column the code of an attribute (0 is missing).
    hits, total
        Of each row: how often the target was met, of how many times it could be.
    clients
        Clients of each row; `total` where absent.
    clients_minimum
        Least number of clients of a combination.
    effect
        How many times the variance of a share is that of independent answers (`design_effect`).

    Returns
    -------
    DataFrame
        One row is one combination that is large enough and leaves others to compare with:
        `places` and `codes` (tuples: positions of attributes, and a code of each),
        `clients_count`, `hits_count`, `total_count`, `others_hits_count`, `others_total_count`,
        `share`, `others_share`, `difference`, `low`, `high` (interval of the difference),
        `quality` (weighted relative accuracy: part of all × difference from the share of all),
        `p_value` (one-sided: richer than others).
    """
    table = np.asarray(table)
    hits, total = np.asarray(hits, dtype=float), np.asarray(total, dtype=float)
    clients = total if clients is None else np.asarray(clients, dtype=float)
    common, names = _common_values(table, clients, clients_minimum)
    cells = _count_cells(common, (hits, total, clients), names, order, clients_minimum)
    whole, target = float(total.sum()), float(hits.sum())
    cells = cells[(cells["total_count"] > 0) & (cells["total_count"] < whole)]
    return _measured(cells.reset_index(drop=True), target, whole, effect)


def design_effect(frame: pd.DataFrame) -> float:
    """Return how much the answers of the same clients widen the variance of a share.

    Parameters
    ----------
    frame
        One row is one pattern: `clients_count`, `hits_count`, `total_count`, and the sums over
        clients `hits_square`, `hits_total`, `total_square`.

    Notes
    -----
    The variance of a ratio over clusters (Cochran (1977) Sampling Techniques, 6.3) over that of
    independent answers; never below 1.
    """
    sums = frame[
        ["clients_count", "hits_count", "total_count", "hits_square", "hits_total", "total_square"]
    ].sum()
    total, clients = float(sums["total_count"]), float(sums["clients_count"])
    share = sums["hits_count"] / total if total else 0.0
    if not 0 < share < 1 or clients < 2:
        return 1.0
    spread = sums["hits_square"] - 2 * share * sums["hits_total"] + share**2 * sums["total_square"]
    return max(1.0, float(spread) / (total * share * (1 - share)))


def _common_values(
    table: np.ndarray, clients: np.ndarray, clients_minimum: int
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Renumber the codes that enough clients have; the others can be in no combination.

    Returns
    -------
    common : ndarray
        The table with codes 1, 2 … of the common values; 0 is missing or rare.
    names : list of ndarray
        By column: the old code of each new one.
    """
    columns, names = [], []
    for codes in table.T:
        counts = np.bincount(codes, clients, minlength=1)
        is_common = counts >= clients_minimum
        is_common[MISSING_CODE] = False
        new = np.where(is_common, np.cumsum(is_common), 0).astype(np.int16)
        columns.append(new[codes])
        names.append(np.concatenate([[MISSING_CODE], np.flatnonzero(is_common)]))
    return (np.column_stack(columns) if columns else table), names


def _count_cells(
    table: np.ndarray,
    measures: Sequence[np.ndarray],
    names: Sequence[np.ndarray],
    order: int,
    clients_minimum: int,
) -> pd.DataFrame:
    """Count hits, totals and clients of every combination of enough clients."""
    levels = [len(codes) for codes in names]
    is_done: set[tuple[int, ...]] = set()
    parts = []
    cells_maximum = min(_CELLS_MAXIMUM, _CELLS_A_ROW * len(table))
    for places in covering(levels, min(order, len(levels)), cells_maximum):
        packed = Packed.pack(table, places, levels)
        cubes = _cubes(packed, measures)
        for size in range(1, order + 1):
            for inside in combinations(places, size):
                if inside not in is_done:
                    is_done.add(inside)
                    margins = [packed.margin(cube, inside) for cube in cubes]
                    parts.append(_cells(inside, margins, names, clients_minimum))
    columns = ["places", "codes", "hits_count", "total_count", "clients_count"]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _cubes(packed: Packed, measures: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Count each measure over the packed codes; the same measure is not counted twice."""
    cubes: list[np.ndarray] = []
    for number, measure in enumerate(measures):
        same = [other for other in range(number) if np.array_equal(measures[other], measure)]
        cubes.append(cubes[same[0]] if same else packed.count(measure))
    return cubes


def _cells(
    places: tuple[int, ...],
    cubes: Sequence[np.ndarray],
    names: Sequence[np.ndarray],
    clients_minimum: int,
) -> pd.DataFrame:
    """Return the cells of a cube with enough clients that name a value of every attribute."""
    hits, totals, clients = (cube[(slice(1, None),) * len(places)] for cube in cubes)
    where = np.nonzero(clients >= clients_minimum)
    codes = [names[place][axis + 1].tolist() for place, axis in zip(places, where, strict=True)]
    return pd.DataFrame(
        {
            "places": [places] * len(where[0]),
            "codes": list(zip(*codes, strict=True)),
            "hits_count": hits[where],
            "total_count": totals[where],
            "clients_count": clients[where],
        }
    )


def _measured(cells: pd.DataFrame, target: float, whole: float, effect: float) -> pd.DataFrame:
    hits, total = cells["hits_count"].to_numpy(float), cells["total_count"].to_numpy(float)
    other_hits, other_total = target - hits, whole - total
    overall = target / whole if whole else np.nan
    share, others = hits / total, other_hits / other_total
    # Sums of fractions may miss zero or the total by a hair.
    counts = [
        np.clip(hits, 0, total) / effect, total / effect,
        np.clip(other_hits, 0, other_total) / effect, other_total / effect,
    ]  # fmt: skip
    low, high = difference_interval(*counts)
    return cells.assign(
        others_hits_count=other_hits,
        others_total_count=other_total,
        share=share,
        others_share=others,
        difference=share - others,
        low=low,
        high=high,
        quality=total / whole * (share - overall) if whole else np.nan,
        p_value=one_sided_test(*counts),
    )


def one_sided_test(
    hits: np.ndarray, total: np.ndarray, other_hits: np.ndarray, other_total: np.ndarray
) -> np.ndarray:
    """Return the one-sided p-value that a share is not above that of the others.

    The pooled score test; Fisher's exact test where an expected count is small.
    """
    from scipy import special, stats

    pooled = (hits + other_hits) / (total + other_total)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(pooled * (1 - pooled) * (1 / total + 1 / other_total))
        score = (hits / total - other_hits / other_total) / error
        least = np.minimum(pooled, 1 - pooled) * np.minimum(total, other_total)
    p_values = np.where(error > 0, special.ndtr(-score), 1.0)
    rare = (least < FISHER_BELOW) & (p_values < _EXACT_BELOW)
    if rare.any():
        # Effective counts are not whole: fewer hits, the careful side.
        found, drawn = np.floor(hits[rare] + 1e-9), np.rint(total[rare])
        everybody = np.rint(total[rare] + other_total[rare])
        marked = np.rint(hits[rare] + other_hits[rare])
        p_values[rare] = stats.hypergeom.sf(found - 1, everybody, marked, drawn)
    return p_values
