"""What margins alone tell of a segment's size: sharp bounds, and the estimate under independence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from client_segments.attributes import MISSING_CODE
from client_segments.priorities.raking import WHOLE
from client_segments.segments import REST_CODE
from client_segments.segments.rules import Condition, Not, Rule

CELLS_MAXIMUM = 20_000
"""Own: bounds over more cells than this are not worked out."""
_SLACK = 1e-6


@dataclass(frozen=True)
class SegmentRules:
    """Segments as rules, in their order; whoever fits none is in the rest."""

    codes: tuple[str, ...]
    rules: tuple[Rule, ...]

    def attributes(self) -> set[str]:
        return set().union(*(rule.attributes() for rule in self.rules))

    def membership(self, cells: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Tell in which segments a cell surely lies, and in which it may lie.

        A cell that lacks an attribute of the rules may lie in several. One row is one cell, one
        column one segment, the rest last.
        """
        may_come = np.ones(len(cells), dtype=bool)
        must_come = np.ones(len(cells), dtype=bool)
        sure, possible = {}, {}
        for code, rule in zip(self.codes, self.rules, strict=True):
            truth = rule.evaluate(cells)
            sure[code] = truth.true & must_come
            possible[code] = ~truth.false & may_come
            must_come &= truth.false
            may_come &= ~truth.true
        sure[REST_CODE], possible[REST_CODE] = must_come, may_come
        return pd.DataFrame(sure), pd.DataFrame(possible)


@dataclass(frozen=True)
class MarginBounds:
    """What the margins alone tell.

    Attributes
    ----------
    low, high
        Fewest and most people of each segment over all populations with these margins; None
        where there are too many cells.
    independent
        People of each segment if the attributes of the margins are independent; None where a
        margin is joint.
    discrepancy
        People by which the margins contradict each other at the least: no population is nearer
        to all of them.
    """

    low: pd.Series | None
    high: pd.Series | None
    independent: pd.Series | None
    discrepancy: float


def margin_bounds(
    margins: Sequence[pd.Series], rules: SegmentRules, patterns: pd.DataFrame
) -> MarginBounds:
    """Work out the sharp bounds of segments by linear programming.

    Parameters
    ----------
    margins
        Targets of one total, over codes of attributes or `WHOLE`.
    rules
        The segments.
    patterns
        Clients by segment and codes of the attributes of the margins, with `weight`: how the
        people of a cell divide where the rules need more than the margins tell.

    Notes
    -----
    For two margins and one conjunction the bounds are those of Fréchet (1951) Ann Univ Lyon A
    14:53-77: max(0, p + q - 1) N and min(p, q) N.
    """
    targets, lookups = _simplified(margins, rules)
    names = sorted({name for target in targets for name in target.index.names} - {WHOLE})
    values = [_values_of(name, targets) for name in names]
    if np.prod([float(len(items)) for items in values]) > CELLS_MAXIMUM:
        return MarginBounds(None, None, None, 0.0)
    cells = pd.DataFrame(list(product(*values)), columns=names, dtype="int64")
    sure, possible = rules.membership(cells)
    cells[WHOLE] = 0
    low, high, discrepancy = _programme(cells, targets, sure, possible)
    independent = None
    if all(len(target.index.names) == 1 for target in targets):
        folded = patterns.assign(
            **{name: patterns[name].map(lookup) for name, lookup in lookups.items()}
        )
        independent = _independent(cells, targets, sure, possible, folded)
    return MarginBounds(low, high, independent, discrepancy)


def _values_of(name: str, targets: Sequence[pd.Series]) -> list[int]:
    found: set[int] = set()
    for target in targets:
        if name in target.index.names:
            found |= set(target.index.get_level_values(name))
    return sorted(found)


def _simplified(
    margins: Sequence[pd.Series], rules: SegmentRules
) -> tuple[list[pd.Series], dict[str, dict[int, int]]]:
    """Leave out what cannot move a bound, so that fewer cells are left.

    An attribute of one margin only is added up where no rule needs it, and values that no rule
    tells apart become one (the least of them). Nothing is lost: no other margin speaks of it.
    """
    uses = pd.Series([name for margin in margins for name in margin.index.names]).value_counts()
    needed = rules.attributes()
    lookups: dict[str, dict[int, int]] = {}
    result = []
    for margin in margins:
        frame = margin.rename("people").reset_index()
        names = [
            name for name in margin.index.names if name in needed or uses[name] > 1 or name == WHOLE
        ]
        if not names:
            frame, names = frame.assign(**{WHOLE: 0}), [WHOLE]
        for name in names:
            if name in needed and uses[name] == 1:
                lookups[name] = _alike(rules.rules, name, frame[name].unique())
                frame[name] = frame[name].map(lookups[name])
        result.append(frame.groupby(names)["people"].sum())
    return result, lookups


def _alike(rules: Sequence[Rule], name: str, values: Sequence[int]) -> dict[int, int]:
    """Return the least of the values that all conditions on an attribute treat alike."""
    conditions = [item for rule in rules for item in _conditions(rule) if item.attribute == name]
    first: dict[tuple[bool, ...], int] = {}
    lookup = {}
    for value in sorted(int(value) for value in values):
        key = tuple(value in condition.codes for condition in conditions)
        lookup[value] = first.setdefault(key, value)
    return lookup


def _conditions(rule: Rule) -> list[Condition]:
    if isinstance(rule, Condition):
        return [rule]
    parts = (rule.part,) if isinstance(rule, Not) else rule.parts
    return [condition for part in parts for condition in _conditions(part)]


def _programme(
    cells: pd.DataFrame, targets: Sequence[pd.Series], sure: pd.DataFrame, possible: pd.DataFrame
) -> tuple[pd.Series, pd.Series, float]:
    """Return fewest and most people by segment, and the least discrepancy of the margins."""
    from scipy import optimize, sparse

    blocks, wanted = [], []
    for target in targets:
        names = list(target.index.names)
        keys = cells[names[0]] if len(names) == 1 else pd.MultiIndex.from_frame(cells[names])
        place = target.index.get_indexer(keys)
        inside = np.flatnonzero(place >= 0)
        ones = np.ones(len(inside))
        shape = (len(target), len(cells))
        blocks.append(sparse.csr_matrix((ones, (place[inside], inside)), shape))
        wanted.append(target.to_numpy(dtype=float))
    matrix, people = sparse.vstack(blocks), np.concatenate(wanted)
    both, ends = sparse.vstack([matrix, -matrix]), np.concatenate([people, -people])
    # Nearest population: the largest difference from any published number is as small as can be.
    column = sparse.csr_matrix(-np.ones((both.shape[0], 1)))
    nearest = optimize.linprog(
        np.append(np.zeros(len(cells)), 1.0), A_ub=sparse.hstack([both, column]), b_ub=ends,
        method="highs",
    )  # fmt: skip
    discrepancy = max(float(nearest.fun), 0.0)
    slack = discrepancy * (1 + _SLACK) + _SLACK

    def extreme(inside: np.ndarray, sign: int) -> float:
        solved = optimize.linprog(sign * inside, A_ub=both, b_ub=ends + slack, method="highs")
        return sign * float(solved.fun)

    low = {code: extreme(sure[code].to_numpy(dtype=float), 1) for code in sure}
    high = {code: extreme(possible[code].to_numpy(dtype=float), -1) for code in possible}
    return pd.Series(low).clip(lower=0), pd.Series(high).clip(lower=0), discrepancy


def _independent(
    cells: pd.DataFrame,
    targets: Sequence[pd.Series],
    sure: pd.DataFrame,
    possible: pd.DataFrame,
    patterns: pd.DataFrame,
) -> pd.Series:
    """Multiply shares of the margins; divide undecided cells as their clients are divided."""
    total = float(targets[0].sum())
    people = np.full(len(cells), total)
    for target in targets:
        (name,) = target.index.names
        people *= cells[name].map(target / total if total > 0 else target).to_numpy()
    names = [name for name in cells.columns if name != WHOLE]
    shares = _client_shares(cells, names, patterns, list(sure.columns))
    divided = np.where(possible, shares, 0.0)
    overall = _overall_shares(patterns, list(sure.columns))
    lacking = divided.sum(axis=1) <= 0
    divided[lacking] = np.where(possible[lacking], overall + 1e-12, 0.0)
    divided /= divided.sum(axis=1, keepdims=True)
    divided = np.where(sure.any(axis=1).to_numpy()[:, None], sure, divided)
    return pd.Series(people @ divided, index=list(sure.columns))


def _client_shares(
    cells: pd.DataFrame, names: list[str], patterns: pd.DataFrame, codes: list[str]
) -> np.ndarray:
    """Return the share of each segment among a cell's clients; zeros where it has none."""
    if not names:
        return np.repeat(_overall_shares(patterns, codes)[None], len(cells), axis=0)
    known = patterns[(patterns[names] != MISSING_CODE).all(axis=1)]
    table = known.pivot_table(
        index=names, columns="segment_code", values="weight", aggfunc="sum", fill_value=0.0
    )
    keys = cells[names[0]] if len(names) == 1 else pd.MultiIndex.from_frame(cells[names])
    found = table.reindex(index=keys, columns=codes, fill_value=0.0).to_numpy(dtype=float)
    totals = found.sum(axis=1, keepdims=True)
    return np.divide(found, totals, out=np.zeros_like(found), where=totals > 0)


def _overall_shares(patterns: pd.DataFrame, codes: list[str]) -> np.ndarray:
    sums = patterns.groupby("segment_code")["weight"].sum().reindex(codes).fillna(0.0)
    return (sums / sums.sum()).to_numpy() if sums.sum() > 0 else np.full(len(codes), 1 / len(codes))
