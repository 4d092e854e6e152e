"""Stating who a group of clients is: a short rule for a class or a target, and how true it is.

A tree finds where to begin; then each condition is put to its best given the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from client_segments.attributes import MISSING_CODE, Coder
from client_segments.segments.conjunctions import Allowed, Climb, Goal
from client_segments.segments.rules import (
    All,
    Any,
    Condition,
    Not,
    Rule,
    make_condition,
    operator_for,
)
from client_segments.segments.trees import CategoricalTree, covered

CONDITIONS_MAXIMUM = 4
"""Own: more conditions in one breath are not read."""
ALTERNATIVES_MAXIMUM = 2
"""Own: «this, or that»; a third alternative is a list, not a description."""
FIDELITY_MINIMUM = 0.8
"""Own: a rule less true than this is said to be so."""
ROWS_MAXIMUM = 50_000
"""Own: patterns that a rule is searched among; more make it no truer, only slower."""
_HASH_START, _HASH_FACTOR = np.uint64(0xCBF29CE484222325), np.uint64(0x9E3779B97F4A7C15)
_TREE_DEPTH = 4
_LEAVES_TRIED = 3
_ALTERNATIVE_GAIN = 0.03  # of F, that an alternative must bring
_EXCEPT_MAXIMUM = 2  # values that are told as an exception


@dataclass(frozen=True)
class StatedRule:
    """A rule that states a group, and how true it is; weights are those it was stated on.

    Attributes
    ----------
    rule
        The rule; its parts are joined by «any» where one conjunction does not do.
    is_covered
        By row of the table: whether the rule holds.
    hits, total
        Weight of the group inside the rule, and of the rule.
    group_total, whole_total
        Weight of the group, and of all.
    """

    rule: Rule
    is_covered: np.ndarray
    hits: float
    total: float
    group_total: float
    whole_total: float

    @property
    def purity(self) -> float:
        """Part of those the rule finds who are of the group (precision)."""
        return self.hits / self.total

    @property
    def coverage(self) -> float:
        """Part of the group that the rule finds (recall)."""
        return self.hits / self.group_total

    @property
    def fidelity(self) -> float:
        """Part of all for whom the rule says what is true."""
        missed, wrong = self.group_total - self.hits, self.total - self.hits
        return 1 - (missed + wrong) / self.whole_total

    @property
    def is_faithful(self) -> bool:
        """Whether the rule may stand for the group.

        Of a small group almost every rule is right about almost all, so the harmonic mean of
        purity and coverage is asked as well.
        """
        balanced = 2 * self.hits / (self.total + self.group_total)
        return min(self.fidelity, balanced) >= FIDELITY_MINIMUM


def state_rule(
    table: np.ndarray,
    hits: np.ndarray,
    total: np.ndarray,
    coders: Sequence[Coder],
    *,
    is_target: bool = False,
    conditions_maximum: int = CONDITIONS_MAXIMUM,
    reduction: Reduction | None = None,
) -> StatedRule | None:
    """State a group of clients as a short rule.

    Parameters
    ----------
    table
        One row is one client or pattern, one column the code of an attribute (0 is missing).
    hits
        Weight of the group in each row: the whole row's or nothing for a class, some of it
        for a target counted over patterns.
    total
        Weight of each row.
    coders
        Coders of the columns.
    is_target
        Whether the group is a target (where it is thick) and not a class (who it is).
    reduction
        That of the table, where several groups of it are stated.

    Returns
    -------
    StatedRule or None
        None where no attribute tells the group from the others.
    """
    table = np.asarray(table)
    hits, total = np.asarray(hits, dtype=float), np.asarray(total, dtype=float)
    group_total, whole_total = float(hits.sum()), float(total.sum())
    if not 0 < group_total < whole_total:
        return None
    reduction = reduction or Reduction.of(table)
    if reduction is None:
        search = _Search(table, hits, total, coders)
    else:
        sums = (reduction.sums(weight) for weight in (hits, total))
        search = _Search(table[reduction.rows], *sums, coders)
    found = search.alternatives(is_target, conditions_maximum)
    if not found:
        return None
    is_covered = np.logical_or.reduce([covered(table, allowed) for allowed in found])
    parts = [search.as_rule(allowed) for allowed in found]
    return StatedRule(
        parts[0] if len(parts) == 1 else Any(tuple(parts)),
        is_covered,
        float(hits[is_covered].sum()),
        float(total[is_covered].sum()),
        group_total,
        whole_total,
    )


@dataclass(frozen=True)
class Reduction:
    """A long table made short: its patterns, or a sample of them.

    A rule found on a sample of this size is as true as one found on all. The sample is drawn by
    the codes themselves, so the order of rows makes no difference.

    Attributes
    ----------
    rows
        A row of each pattern.
    pattern
        By row: its pattern; those from `len(rows)` on are not in the sample.
    """

    rows: np.ndarray
    pattern: np.ndarray

    @classmethod
    def of(cls, table: np.ndarray) -> Reduction | None:
        """Return the reduction of a table of codes; None where it is short already."""
        if len(table) <= ROWS_MAXIMUM:
            return None
        marks = np.full(len(table), _HASH_START, dtype=np.uint64)
        for codes in table.T:
            marks = (marks ^ codes.astype(np.uint64)) * _HASH_FACTOR
            marks ^= marks >> np.uint64(29)
        # The marks are as good as random numbers, and sorted: the least of them are a sample.
        _marks, first, pattern = np.unique(marks, return_index=True, return_inverse=True)
        return cls(first[:ROWS_MAXIMUM], pattern)

    def sums(self, weight: np.ndarray) -> np.ndarray:
        """Return the weight of each pattern of the sample."""
        return np.bincount(self.pattern, weight)[: len(self.rows)]


class _Search:
    """Looks for conjunctions over one table."""

    def __init__(
        self, table: np.ndarray, hits: np.ndarray, total: np.ndarray, coders: Sequence[Coder]
    ) -> None:
        self.table, self.hits, self.total, self.coders = table, hits, total, coders
        self.levels = [len(coder.names) + 1 for coder in coders]
        self.ordered = [
            place for place, coder in enumerate(coders) if coder.attribute.is_ordered
        ]  # fmt: skip

    def alternatives(self, is_target: bool, conditions_maximum: int) -> list[Allowed]:
        """Return the best conjunction and, for a class, another where that helps much."""
        group_total, whole_total = float(self.hits.sum()), float(self.total.sum())
        if not 0 < group_total < whole_total:
            return []
        goal = Goal(group_total, group_total / whole_total if is_target else None)
        found: list[Allowed] = []
        rows = np.flatnonzero(self.total > 0)
        is_covered = np.zeros(len(self.table), dtype=bool)
        quality = 0.0
        while len(found) < (1 if is_target else ALTERNATIVES_MAXIMUM) and quality < 1:
            another = self.conjunction(rows[~is_covered[rows]], goal, conditions_maximum)
            if another is None:
                break
            wider = is_covered | covered(self.table, another)
            sums = float(self.hits[wider].sum()), float(self.total[wider].sum())
            reached = Goal(group_total, goal.share).quality(*sums)
            if found and reached < quality + _ALTERNATIVE_GAIN:
                break
            found.append(another)
            is_covered, quality = wider, reached
            goal = Goal(group_total, goal.share, *sums)
        return found

    def conjunction(self, rows: np.ndarray, goal: Goal, conditions_maximum: int) -> Allowed | None:
        """Return the best conjunction found among some rows."""
        table, hits, total = self.table[rows], self.hits[rows], self.total[rows]
        if not 0 < hits.sum() < total.sum():
            return None
        tree = CategoricalTree(_TREE_DEPTH, total.sum() / 1000, self.ordered)
        tree.fit(table, hits, total, self.levels)
        leaves = sorted(
            (leaf for leaf in tree.root_.leaves() if leaf.allowed and leaf.hits > 0),
            key=lambda leaf: -goal.quality(leaf.hits, leaf.total),
        )
        best, best_quality = None, -np.inf
        for leaf in leaves[:_LEAVES_TRIED]:
            allowed = {place: mask.copy() for place, mask in leaf.allowed.items()}
            for mask in allowed.values():
                # Where a target is thick among those of whom nothing is known, nobody is told.
                mask[MISSING_CODE] &= goal.share is None
            allowed = {
                place: mask
                for place, mask in allowed.items()
                if mask[1:].any() and not mask[1:].all()
            }
            local = Climb(table, hits, total, self.levels, frozenset(self.ordered), goal)
            allowed = local.climb(allowed, conditions_maximum)
            quality = local.quality(allowed)
            if allowed and quality > best_quality + 1e-9:
                best, best_quality = allowed, quality
        return best

    def as_rule(self, allowed: Allowed) -> Rule:
        """Return the rule of a conjunction, its conditions in the order of the list."""
        parts = tuple(self._condition(place, allowed[place]) for place in sorted(allowed))
        return parts[0] if len(parts) == 1 else All(parts)

    def _condition(self, place: int, mask: np.ndarray) -> Condition | Not:
        coder = self.coders[place]
        codes = np.flatnonzero(mask).tolist()
        # Known values that are not meant; an exception says nothing of the missing ones.
        others = [code for code in range(1, len(mask)) if not mask[code]]
        operator = operator_for(coder, codes)
        is_exception = (
            operator == "in"
            and not mask[MISSING_CODE]
            and len(others) <= _EXCEPT_MAXIMUM < len(codes) - len(others)
        )
        if is_exception and others:
            return Not(make_condition(coder, others))
        return make_condition(coder, codes, operator)
