"""What attributes are good for: what each tells of clients, and beyond the others.

Everything works on small tables of combinations and co-occurrences, so the number of clients
makes no difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd

from client_segments.attributes.association import association
from client_segments.attributes.coding import MISSING_CODE
from client_segments.attributes.outcomes import Outcome
from client_segments.attributes.pairs import cross_table
from client_segments.statistics import false_discovery

LEVELS_MAXIMUM = 60
"""Own: rarer values of an attribute count as one; more would be neither readable nor countable."""
_RANK_TOLERANCE = 1e-9


def usefulness_table(
    found: Iterable[Outcome], names: Mapping[str, str], last: Collection[str] = ()
) -> pd.DataFrame:
    """Measure what each attribute tells of each outcome, alone and beyond those before it.

    Parameters
    ----------
    found
        The outcomes.
    names
        Name of each attribute by its code, in order of the list.
    last
        Attributes that may not form segments: they come after the others in the order.

    Returns
    -------
    DataFrame
        Table `attribute_usefulness`: one row is one attribute × outcome. `v`, `v_low`, `v_high`
        among clients with a known value; `gain_pct` is the share of the outcome's variance (for
        a category: of being in it or not) that the attribute explains beyond those before it in
        the common order, adjusted for the number of values (adjusted R² of the linear
        probability model; for one attribute and two categories R² is V²); `place_number` is its
        place in that order, each kind of outcome weighing the same.
    """
    found = list(found)
    rows = [
        {
            "attribute_code": code,
            "attribute_name": name,
            "target_code": outcome.code,
            "target_name": outcome.name,
            **_told(outcome, code),
        }
        for code, name in names.items()
        for outcome in found
    ]
    columns = [
        "attribute_code", "attribute_name", "target_code", "target_name", "clients_count", "v",
        "v_low", "v_high", "p_value", "q_value", "gain_pct", "place_number",
    ]  # fmt: skip
    if not rows:
        return pd.DataFrame(columns=columns)
    frame = pd.DataFrame(rows)
    frame["q_value"] = false_discovery(frame["p_value"])
    gains, places = forward_order(found, list(names), last)
    frame["gain_pct"] = [
        100 * gains[attribute, target]
        for attribute, target in zip(frame["attribute_code"], frame["target_code"], strict=True)
    ]
    frame["place_number"] = frame["attribute_code"].map(places)
    return frame[columns]


def _told(outcome: Outcome, attribute: str) -> dict[str, float]:
    codes = outcome.codes[attribute].to_numpy()
    table = np.stack(
        [np.bincount(codes, weights=column) for column in outcome.counts.T], axis=1
    )[1:]  # fmt: skip
    total = outcome.counts.sum()
    size = outcome.clients_count * table.sum() / total if total else 0.0
    measured = association(table, size)
    return {
        "clients_count": round(size),
        "v": measured.v,
        "v_low": measured.low,
        "v_high": measured.high,
        "p_value": measured.p_value,
    }


class _Explained:
    """Linear probability model of an outcome, to which attributes are added one by one.

    Sweeping an attribute's values out of the co-occurrences leaves what the others still tell.
    """

    def __init__(self, outcome: Outcome) -> None:
        weight = outcome.counts.sum(axis=1)
        total = weight.sum()
        self.size = float(outcome.clients_count)
        pairs = cooccurrences(outcome.codes, weight)
        self._places = pairs.places
        sums = np.diag(pairs.matrix)
        categories = outcome.counts.sum(axis=0)
        self._left = pairs.matrix - np.outer(sums, sums) / total
        self._tells = _value_sums(outcome, pairs) - np.outer(sums, categories) / total
        self._total = total
        self._variance = float(np.sum(categories * (1 - categories / total)))
        self.explained, self.rank = 0.0, 0

    def gain(self, attribute: str) -> float:
        """Return what an attribute would add to the adjusted share of variance explained."""
        if self._variance <= 0:
            return 0.0
        more, rank = self._more(attribute)[:2]
        before = self._adjusted(self.explained, self.rank)
        return self._adjusted(self.explained + more, self.rank + rank) - before

    def add(self, attribute: str) -> None:
        more, rank, inverse = self._more(attribute)
        self.explained, self.rank = self.explained + more, self.rank + rank
        place = self._places[attribute]
        carried = self._left[:, place] @ inverse
        self._tells = self._tells - carried @ self._tells[place]
        self._left = self._left - carried @ self._left[place]

    def _more(self, attribute: str) -> tuple[float, int, np.ndarray]:
        place = self._places[attribute]
        values, vectors = np.linalg.eigh(self._left[place, place])
        kept = values > _RANK_TOLERANCE * self._total
        vectors = vectors[:, kept]
        inverse = (vectors / values[kept]) @ vectors.T
        tells = self._tells[place]
        more = float(np.sum(tells * (inverse @ tells))) / self._variance if self._variance else 0.0
        return more, int(kept.sum()), inverse

    def _adjusted(self, explained: float, rank: int) -> float:
        freedom = self.size - rank - 1
        return 1 - (1 - explained) * (self.size - 1) / freedom if freedom > 0 else 0.0


def _value_sums(outcome: Outcome, pairs: Cooccurrences) -> np.ndarray:
    """Sum an outcome's categories over the clients with each value."""
    sums = np.zeros((len(pairs.matrix), outcome.counts.shape[1]))
    for name, place in pairs.places.items():
        for number, column in enumerate(outcome.counts.T):
            sums[place, number] = np.bincount(
                pairs.codes[name], weights=column, minlength=place.stop - place.start
            )
    return sums


def forward_order(
    found: Sequence[Outcome], attribute_codes: Sequence[str], last: Collection[str] = ()
) -> tuple[dict[tuple[str, str], float], dict[str, int]]:
    """Choose attributes one by one: always the one that adds most, on average over the kinds.

    Returns
    -------
    gains : dict
        What each attribute added to each outcome, by codes of both (0-1, may be below zero).
    places : dict
        Place of each attribute in the order, from 1.
    """
    models = {outcome.code: _Explained(outcome) for outcome in found}
    shares = _family_shares(found)
    left, gains, places = list(attribute_codes), {}, {}
    while left:
        tried = {
            code: {target: model.gain(code) for target, model in models.items()}
            for code in [code for code in left if code not in last] or left
        }
        # Of equal gains the attribute that stands first in the list.
        best = max(
            tried, key=lambda code: sum(shares[target] * gain for target, gain in tried[code].items())
        )  # fmt: skip
        left.remove(best)
        places[best] = len(places) + 1
        for target, model in models.items():
            gains[best, target] = tried[best][target]
            model.add(best)
    return gains, places


def _family_shares(found: Sequence[Outcome]) -> dict[str, float]:
    families = [outcome.family for outcome in found]
    return {
        outcome.code: 1 / (families.count(outcome.family) * len(set(families))) for outcome in found
    }


# --------------------------------------------------------------------------- co-occurrences


@dataclass(frozen=True)
class Cooccurrences:
    """How much weight each pair of values has together (a Burt matrix; code 0 is a value too).

    Attributes
    ----------
    matrix
        Values × values of all attributes, in order.
    places
        Slice of an attribute's values in it, missing first.
    codes
        Code of each attribute's value, without gaps, by row.
    """

    matrix: np.ndarray
    places: Mapping[str, slice]
    codes: Mapping[str, np.ndarray]


def cooccurrences(codes: pd.DataFrame, weight: np.ndarray) -> Cooccurrences:
    """Count pairs of values of all attributes over combinations of codes."""
    places, columns, stop = {}, {}, 0
    for name in codes:
        columns[name], levels = _few_levels(codes[name].to_numpy(), weight)
        places[name] = slice(stop, stop + levels)
        stop += levels
    matrix = np.zeros((stop, stop))
    for first, second in combinations_with_replacement(codes, 2):
        down, across = places[first], places[second]
        table = cross_table(
            columns[first], columns[second], weight, down.stop - down.start,
            across.stop - across.start,
        )  # fmt: skip
        matrix[down, across] = table
        matrix[across, down] = table.T
    return Cooccurrences(matrix, places, columns)


def _few_levels(codes: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, int]:
    """Return codes 0 … k without gaps, and k + 1; rare values beyond the maximum are the last."""
    counts = np.bincount(codes, weights=weight)
    counts[MISSING_CODE] = np.inf
    kept = np.flatnonzero(counts > 0)
    lookup = np.zeros(len(counts), dtype=np.int64)
    if len(kept) > LEVELS_MAXIMUM + 1:
        common = np.sort(np.argsort(-counts, kind="stable")[:LEVELS_MAXIMUM])
        lookup[:] = LEVELS_MAXIMUM
        lookup[common] = np.arange(LEVELS_MAXIMUM)
    else:
        lookup[kept] = np.arange(len(kept))
    return lookup[codes], int(lookup.max()) + 1
