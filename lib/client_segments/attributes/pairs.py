"""Which attributes repeat one another: cross tables of all pairs, counted where clients lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from client_segments.attributes.association import association

SAME_V = 0.6
SAME_INFORMATION = 0.5
"""Own: two attributes say the same thing when V or the shared information is this large."""
_BLOCK_CELLS = 20_000
"""Combinations of values that one question to the engine may have."""


def cross_table(
    first: np.ndarray, second: np.ndarray, weight: np.ndarray, rows: int, columns: int
) -> np.ndarray:
    """Sum weights by two columns of codes."""
    packed = first.astype(np.int64) * columns + second
    return np.bincount(packed, weights=weight, minlength=rows * columns).reshape(rows, columns)


def pair_blocks(levels: Mapping[str, int]) -> list[list[str]]:
    """Cover every pair of attributes by few groups that have few combinations of values.

    One question to the engine then answers for all pairs of a group.
    """
    missing = {frozenset(pair) for pair in combinations(levels, 2)}
    blocks = []
    while missing:
        first, second = next(pair for pair in combinations(levels, 2) if frozenset(pair) in missing)
        block, cells = [first, second], (levels[first] + 1) * (levels[second] + 1)
        while True:
            fits = [
                name
                for name in levels
                if name not in block and cells * (levels[name] + 1) <= _BLOCK_CELLS
            ]
            gains = {
                name: sum(frozenset((name, other)) in missing for other in block) for name in fits
            }
            best = max(gains, key=gains.get, default=None)
            if best is None or not gains[best]:
                break
            block.append(best)
            cells *= levels[best] + 1
        missing -= {frozenset(pair) for pair in combinations(block, 2)}
        blocks.append(block)
    return blocks


def pair_tables(
    count_patterns: Callable[[Sequence[str]], pd.DataFrame], levels: Mapping[str, int]
) -> dict[tuple[str, str], np.ndarray]:
    """Count clients, by their weights, by values of every pair of attributes.

    Parameters
    ----------
    count_patterns
        Counts clients by combination of codes of some attributes: codes and `weight`
        (`Engine.patterns`).
    levels
        Number of values of each attribute, in order of the list.

    Returns
    -------
    dict of array
        By the two codes: values × values, missing first.
    """
    tables: dict[tuple[str, str], np.ndarray] = {}
    for block in pair_blocks(levels):
        patterns = count_patterns(block)
        weight = patterns["weight"].to_numpy(dtype=float)
        ordered = [name for name in levels if name in block]
        for first, second in combinations(ordered, 2):
            if (first, second) not in tables:
                codes = patterns[first].to_numpy(), patterns[second].to_numpy()
                sides = levels[first] + 1, levels[second] + 1
                tables[first, second] = cross_table(*codes, weight, *sides)
    return tables


def pairs_table(
    tables: Mapping[tuple[str, str], np.ndarray],
    names: Mapping[str, str],
    effective_ratio: float = 1.0,
) -> pd.DataFrame:
    """Measure how far attributes repeat one another.

    Parameters
    ----------
    tables
        Cross table of each pair, missing first (`pair_tables`).
    names
        Name of each attribute by its code.
    effective_ratio
        Effective number of clients over the sum of their weights.

    Returns
    -------
    DataFrame
        Table `attribute_pairs`: one row is one pair of attributes, the closest first, among
        clients for whom both are known.
    """
    rows = []
    for (first, second), table in tables.items():
        known = table[1:, 1:]
        size = effective_ratio * known.sum()
        found = association(known, size)
        is_same = bool(found.v >= SAME_V or found.information >= SAME_INFORMATION)
        rows.append(
            (
                first, second, names[first], names[second], round(size), found.v, found.low,
                found.high, 100 * found.information, is_same,
            )
        )  # fmt: skip
    columns = [
        "attribute_code", "other_attribute_code", "attribute_name", "other_attribute_name",
        "clients_count", "v", "v_low", "v_high", "information_pct", "is_same",
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    order = {code: number for number, code in enumerate(names)}
    frame["first"] = frame["attribute_code"].map(order)
    frame["second"] = frame["other_attribute_code"].map(order)
    frame = frame.sort_values(
        ["v", "first", "second"], ascending=[False, True, True], na_position="last"
    )
    return frame[columns].reset_index(drop=True)


def same_groups(pairs: pd.DataFrame) -> list[set[str]]:
    """Return the groups of attributes that say the same thing: linked by pairs that do."""
    groups: list[set[str]] = []
    for row in pairs[pairs["is_same"].astype(bool)].itertuples():
        linked = {row.attribute_code, row.other_attribute_code}
        touched = [group for group in groups if group & linked]
        groups = [group for group in groups if not group & linked]
        groups.append(linked.union(*touched))
    return groups
