"""Conjunctions of conditions on codes: what a good one is, and how to put each condition to its best.

For a class the goal is F = 2 TP / (S + P), the harmonic mean of purity TP / S and coverage
TP / P, of which the best set of values is known: those whose share of the class is over F / 2
(Lipton et al. (2014) ECML PKDD 8725:225-239). For a target it is (q - p) sqrt(S), with q the
share in the rule and p that of all (Klösgen (1996) Explora): values are worth taking whose share
is over the middle between the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from client_segments.attributes import MISSING_CODE
from client_segments.segments.trees import covered
from client_segments.statistics import normal_quantile

_ROUNDS_MAXIMUM = 10
_SIMPLER_LOSS = {"class": 0.01, "target": 0.05}  # of the quality: one condition less is worth it
_CHANCE_ERRORS = 1.5  # standard errors that the best of several conditions gains by chance
TARGET_ANSWERS_MINIMUM = 30.0
"""Own: answers (measures, mentions) below which nothing is stated of a target."""
_MISSING_LOSS = 0.05  # likewise: missing data are not a kind of people

Allowed = dict[int, np.ndarray]
"""By position of an attribute: which of its codes are allowed."""


@dataclass(frozen=True)
class Goal:
    """What is maximised, on top of what earlier alternatives found.

    `share` is the share of all for a target; None for a class.
    """

    group_total: float
    share: float | None = None
    hits_before: float = 0.0
    total_before: float = 0.0

    def quality(self, hits: float, total: float) -> float:
        if self.share is not None:
            if total < TARGET_ANSWERS_MINIMUM:
                return 0.0
            return (hits - self.share * total) / np.sqrt(total)
        total, hits = total + self.total_before, hits + self.hits_before
        return 2 * hits / (total + self.group_total)

    def simpler(self, quality: float) -> float:
        """Return the quality that is as good with one condition less."""
        if self.share is None:
            return quality * (1 - _SIMPLER_LOSS["class"])
        error = np.sqrt(self.share * (1 - self.share))
        return quality - max(_SIMPLER_LOSS["target"] * quality, _CHANCE_ERRORS * error)

    def threshold(self, hits: float, total: float) -> float:
        """Return the share over which a value is worth taking, given what is taken now."""
        if self.share is not None:
            return (self.share + hits / total) / 2 if total > 0 else self.share
        return self.quality(hits, total) / 2


class Climb:
    """Puts each condition of a conjunction to its best, given the others."""

    def __init__(
        self,
        table: np.ndarray,
        hits: np.ndarray,
        total: np.ndarray,
        levels: Sequence[int],
        ordered: frozenset[int],
        goal: Goal,
    ) -> None:
        self.table, self.hits, self.total = table, hits, total
        self.levels, self.ordered, self.goal = levels, ordered, goal

    def climb(self, allowed: Allowed, conditions_maximum: int) -> Allowed:
        """Return the conjunction improved and simplified."""
        quality = self.quality(allowed)
        for _round in range(_ROUNDS_MAXIMUM):
            before = quality
            for place in range(len(self.levels)):
                if place not in allowed and len(allowed) >= conditions_maximum:
                    continue
                candidate = self._improved(allowed, place)
                reached = self.quality(candidate)
                if reached > quality + 1e-9:
                    allowed, quality = candidate, reached
            if quality <= before + 1e-9:
                break
        return self._simplified(allowed)

    def quality(self, allowed: Allowed) -> float:
        return self.goal.quality(*self._sums(allowed))

    def _sums(self, allowed: Allowed) -> tuple[float, float]:
        inside = covered(self.table, allowed)
        return float(self.hits[inside].sum()), float(self.total[inside].sum())

    def _improved(self, allowed: Allowed, place: int) -> Allowed:
        others = {other: mask for other, mask in allowed.items() if other != place}
        totals, gains = self._gains(others, place, self.goal.threshold(*self._sums(allowed)))
        mask = _best_interval(gains, totals) if place in self.ordered else gains > 0
        mask[MISSING_CODE] = gains[MISSING_CODE] > 0 and self.goal.share is None
        if not mask[1:].any() or mask[1:][totals[1:] > 0].all():
            # Nothing that is known is worth taking, or everything is: no condition.
            return others
        return {**others, place: mask}

    def _simplified(self, allowed: Allowed) -> Allowed:
        """Leave out values that are there by chance, conditions and missing values that hardly matter."""
        if self.goal.share is not None:
            allowed = self._without_chance(allowed, self.goal.share)
        while len(allowed) > 1:
            quality = self.quality(allowed)
            without = {
                place: self.quality({key: mask for key, mask in allowed.items() if key != place})
                for place in sorted(allowed)
            }
            place = max(without, key=lambda place: without[place])
            if without[place] < self.goal.simpler(quality):
                break
            allowed = {key: mask for key, mask in allowed.items() if key != place}
        for place, mask in sorted(allowed.items()):
            if not mask[MISSING_CODE]:
                continue
            known = mask.copy()
            known[MISSING_CODE] = False
            candidate = {**allowed, place: known}
            if self.quality(candidate) >= self.quality(allowed) * (1 - _MISSING_LOSS):
                allowed = candidate
        return allowed

    def _without_chance(self, allowed: Allowed, share: float) -> Allowed:
        """Leave out the categories whose share of the target is above all others' by chance."""
        for place in sorted(set(allowed) - self.ordered):
            others = {other: mask for other, mask in allowed.items() if other != place}
            totals, gains = self._gains(others, place, share)
            error = np.sqrt(share * (1 - share) * totals)
            mask = allowed[place] & (gains > normal_quantile() * error)
            if mask.any():
                allowed = {**others, place: mask}
        return allowed

    def _gains(
        self, others: Allowed, place: int, threshold: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return by code the weight where the others hold, and what taking the code is worth."""
        inside = covered(self.table, others)
        codes, count = self.table[inside, place], self.levels[place]
        totals = np.bincount(codes, self.total[inside], minlength=count)
        hits = np.bincount(codes, self.hits[inside], minlength=count)
        return totals, hits - threshold * totals


def _best_interval(gains: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Return the run of known codes with the largest sum of gains; open to an end it reaches."""
    mask = np.zeros(len(gains), dtype=bool)
    known = gains[1:]
    if not len(known):
        return mask
    sums = np.concatenate([[0.0], np.cumsum(known)])
    lowest = np.minimum.accumulate(sums)
    end = int(np.argmax(sums[1:] - lowest[:-1])) + 1
    start = int(np.argmin(sums[:end]))
    present = np.flatnonzero(totals[1:] > 0)
    if len(present) and start <= present[0]:
        start = 0
    if len(present) and end > present[-1]:
        end = len(known)
    mask[1 + start : 1 + end] = sums[end] > sums[start]
    return mask
