"""Raking of patterns of clients to official margins: weights, their trimming, and what is lost by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments.attributes import MISSING_CODE
from client_segments.statistics import rake, wilson_interval

WHOLE = "_whole"
"""The only category of a margin that gives the total alone."""
TRIM_RATIO = 5.0
"""A client may stand for so many times more (or fewer) people than the middle one.

Source: DeBell & Krosnick (2009) Computing Weights for American National Election Study Survey
Data, ANES Technical Report nes012427.
"""
TRIM_ROUNDS = 20
"""Own: trimming and raking alternate no more often than this."""
_SAME = 1e-9


@dataclass(frozen=True)
class RakedPatterns:
    """Patterns of clients with the people that they stand for.

    Attributes
    ----------
    patterns
        One row is one pattern whose raking attributes are known, with `people`.
    margins
        One row is one category of one margin: `margin` (its place), the codes of its
        attributes as a tuple in `codes`, `people_count` (target), `raked_count`, `clients_count`.
    is_converged, rounds_count, largest_error, unreachable
        As of `statistics.rake`.
    trimmed_count
        Cells whose weight was trimmed before the last raking.
    design_effect
        By how much unequal weights multiply the variance: 1 + CV² of people a client (Kish).
    unknown_count
        Clients left out: a raking attribute of theirs is not known.
    """

    patterns: pd.DataFrame
    margins: pd.DataFrame
    is_converged: bool
    rounds_count: int
    largest_error: float
    unreachable: tuple[str, ...]
    trimmed_count: int
    design_effect: float
    unknown_count: int

    def people_by(self, column: str) -> pd.Series:
        """Return the sum of people by a column of the patterns."""
        return self.patterns.groupby(column, sort=True)["people"].sum()

    def interval(self, is_inside: np.ndarray) -> tuple[float, float]:
        """Return the 95 % interval of the people in some patterns, from chance alone.

        The variance is of a calibration estimator: clients are a random part of the people of
        their cell, and what the margins do not explain is left (residuals of the weighted
        regression on the categories). Its bounds are Wilson's on the share, so they stay inside
        0 and the total. Source: Deville & Särndal (1992) JASA 87:376-382.
        """
        people = self.patterns["people"].to_numpy()
        total = float(people.sum())
        estimate = float(people[is_inside].sum())
        share = estimate / total if total > 0 else float("nan")
        variance = self._variance(is_inside)
        if not 0 < share < 1 or variance <= (_SAME * total) ** 2:
            return estimate, estimate
        size = share * (1 - share) * total**2 / variance
        low, high = wilson_interval(share * size, size)
        return float(low) * total, float(high) * total

    def _variance(self, is_inside: np.ndarray) -> float:
        clients = self.patterns["clients_count"].to_numpy(dtype=float)
        people = self.patterns["people"].to_numpy(dtype=float)
        each = np.divide(people, clients, out=np.zeros_like(people), where=clients > 0)
        design = self._design()
        target = is_inside.astype(float)
        weighted = design * people[:, None]
        slope = np.linalg.lstsq(weighted.T @ design, weighted.T @ target, rcond=None)[0]
        residuals = target - design @ slope
        # The clients themselves are counted, not estimated: only the others are uncertain.
        return float(np.sum(clients * each * np.maximum(each - 1, 0.0) * residuals**2))

    def _design(self) -> np.ndarray:
        """Return a column of zeros and ones for every category of every margin."""
        columns = [np.ones(len(self.patterns))]
        for names, rows in self.margins.groupby("names", sort=False):
            keys = pd.MultiIndex.from_frame(self.patterns[list(names)])
            place = pd.MultiIndex.from_tuples(rows["codes"], names=list(names)).get_indexer(keys)
            columns += [(place == number).astype(float) for number in range(len(rows))]
        return np.column_stack(columns)


def rake_patterns(
    patterns: pd.DataFrame, margins: Sequence[pd.Series], trim_ratio: float = TRIM_RATIO
) -> RakedPatterns:
    """Rake patterns of clients to margins: the cells of the raking attributes, then the patterns.

    Parameters
    ----------
    patterns
        One row is one pattern: codes of attributes (0 is missing), `clients_count`, `weight`
        (sum over its clients). Never changed.
    margins
        Targets over codes of attributes, or over `WHOLE`.

    Notes
    -----
    Only the cells of the attributes of the margins are raked, however many other attributes the
    patterns have. Very unequal weights are trimmed to `trim_ratio` times the middle one, and
    raked again, so the margins are met all the same.
    """
    names = sorted({name for margin in margins for name in margin.index.names} - {WHOLE})
    patterns = patterns.assign(**{WHOLE: 0})
    is_known = (patterns[names] != MISSING_CODE).all(axis=1).to_numpy()
    known = patterns[is_known].reset_index(drop=True)
    keys = [*names, WHOLE]
    place, cells = _cells(known, keys)
    start = np.bincount(place, known["weight"].to_numpy(dtype=float), minlength=len(cells))
    cells["weight"] = start
    result = rake(cells, margins)
    weights, trimmed_count = result.weights.to_numpy(), 0
    for _round in range(TRIM_ROUNDS):
        clipped, count = _trimmed(weights, start, trim_ratio)
        trimmed_count = max(trimmed_count, count)
        if not count:
            break
        again = rake(cells.assign(weight=clipped), margins)
        if np.allclose(again.weights.to_numpy(), weights, rtol=_SAME, atol=0):
            break
        result, weights = again, again.weights.to_numpy()
    factor = np.divide(weights, start, out=np.zeros_like(weights), where=start > 0)
    known["people"] = known["weight"].to_numpy(dtype=float) * factor[place]
    return RakedPatterns(
        patterns=known,
        margins=_margin_rows(known, margins),
        is_converged=result.is_converged,
        rounds_count=result.rounds_count,
        largest_error=result.largest_error,
        unreachable=result.unreachable,
        trimmed_count=trimmed_count,
        design_effect=_design_effect(known),
        unknown_count=int(patterns.loc[~is_known, "clients_count"].sum()),
    )


def _cells(known: pd.DataFrame, keys: list[str]) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the cell of each pattern, and the cells with their codes."""
    sizes = [int(known[key].max()) + 1 if len(known) else 1 for key in keys]
    columns = [known[key].to_numpy(dtype=np.int64) for key in keys]
    packed = np.ravel_multi_index(columns, sizes)
    distinct, place = np.unique(packed, return_inverse=True)
    codes = np.unravel_index(distinct, sizes)
    return place.ravel(), pd.DataFrame(dict(zip(keys, codes, strict=True)))


def _trimmed(weights: np.ndarray, start: np.ndarray, ratio: float) -> tuple[np.ndarray, int]:
    """Return weights with their factors inside the bounds, and how many were outside."""
    is_used = (weights > 0) & (start > 0)
    if not is_used.any():
        return weights, 0
    factor = np.divide(weights, start, out=np.zeros_like(weights), where=is_used)
    order = np.argsort(factor[is_used], kind="stable")
    shares = np.cumsum(start[is_used][order])
    middle = factor[is_used][order][np.searchsorted(shares, shares[-1] / 2)]
    inside = np.clip(factor, middle / ratio, middle * ratio)
    is_outside = is_used & (np.abs(inside - factor) > _SAME * factor)
    return np.where(is_outside, start * inside, weights), int(is_outside.sum())


def _margin_rows(known: pd.DataFrame, margins: Sequence[pd.Series]) -> pd.DataFrame:
    rows = []
    for number, margin in enumerate(margins):
        names = tuple(margin.index.names)
        sums = known.groupby(list(names))[["people", "clients_count"]].sum()
        for key, target in margin.items():
            codes = key if isinstance(key, tuple) else (key,)
            reached = sums.loc[key] if key in sums.index else None
            rows.append(
                {
                    "margin": number, "names": names, "codes": codes, "people_count": target,
                    "raked_count": 0.0 if reached is None else float(reached["people"]),
                    "clients_count": 0 if reached is None else int(reached["clients_count"]),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _design_effect(known: pd.DataFrame) -> float:
    clients = known["clients_count"].to_numpy(dtype=float)
    people = known["people"].to_numpy(dtype=float)
    squares = float(
        np.sum(np.divide(people**2, clients, out=np.zeros_like(people), where=clients > 0))
    )
    return float(clients.sum()) * squares / float(people.sum()) ** 2 if people.sum() > 0 else 1.0


def sample_interval(weight: float, total: float, effective: float) -> tuple[float, float]:
    """Return the 95 % interval of a sum of sampling weights, from Kish's effective size.

    `weight` is the sum in the segment, `total` in all, `effective` the effective size of all.
    """
    if not total > 0 or not effective > 0:
        return float("nan"), float("nan")
    low, high = wilson_interval(weight / total * effective, effective)
    return float(low) * total, float(high) * total
