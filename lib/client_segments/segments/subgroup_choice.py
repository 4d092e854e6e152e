"""Which of the subgroups that were found are worth showing: significant, and not told by others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from client_segments import recommendations as rec
from client_segments.segments.subgroups import ORDER_MAXIMUM, one_sided_test
from client_segments.statistics import difference_interval, false_discovery

SHOWN_MAXIMUM = 10
"""Own: combinations shown of one target."""
_PRUNED_MAXIMUM = 500  # candidates that are weighed one by one, the best first


def with_q_values(found: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Add `q_value` to the results of several searches: of one target each.

    The larger of two false discovery rates: among the combinations of this target, and among
    those of all. A target with many true ones would make room for false ones of the others if
    they were only counted together, and many targets would if only counted apart.
    """
    p_values = [frame["p_value"].to_numpy(float) for frame in found]
    together = false_discovery(np.concatenate(p_values)) if found else np.array([])
    parts = np.split(together, np.cumsum([len(part) for part in p_values])[:-1])
    return [
        frame.assign(q_value=np.maximum(part, false_discovery(own)))
        for frame, part, own in zip(found, parts, p_values, strict=False)
    ]


def select_subgroups(
    found: pd.DataFrame,
    table: ArrayLike,
    hits: ArrayLike,
    total: ArrayLike,
    *,
    effect: float = 1.0,
    shown_maximum: int = SHOWN_MAXIMUM,
) -> pd.DataFrame:
    """Choose what is worth showing: significant, not told by a shorter or a better combination.

    A longer combination is shown only if it is richer than what remains of each of its parts;
    a shorter one only if it is richer than others without the longer ones inside it. And what
    is left of a combination without the better ones that are shown must still be richer than
    others: a combination that only shares their clients says nothing new.

    Parameters
    ----------
    found
        Combinations as `search_subgroups` returns them, with `q_value` (`with_q_values`).
    table, hits, total, effect
        As for `search_subgroups`.

    Returns
    -------
    DataFrame
        The chosen rows of `found`, the highest quality first.
    """
    is_real = (found["q_value"] <= rec.FALSE_DISCOVERY_RATE) & (found["low"] > 0)
    real = found[is_real].sort_values(["quality", "places", "codes"], ascending=[False, True, True])
    parts = found[found["places"].map(len) < ORDER_MAXIMUM]
    known = dict(
        zip(
            zip(parts["places"], parts["codes"], strict=True),
            zip(parts["hits_count"], parts["total_count"], strict=True),
            strict=True,
        )
    )
    improves = [_improves(row, known, effect) for row in real.itertuples()]
    real = real[np.array(improves, dtype=bool)].head(_PRUNED_MAXIMUM)
    real = real[_stands_alone(real, effect)]
    measures = (np.asarray(hits, dtype=float), np.asarray(total, dtype=float))
    says_more = _says_more(real, np.asarray(table), measures, effect, shown_maximum, len(found))
    return real[says_more]


def _parts(places: tuple[int, ...], codes: tuple[int, ...]) -> list[tuple]:
    """Return the combinations of one value less."""
    if len(places) == 1:
        return []
    return [
        (places[:gone] + places[gone + 1 :], codes[:gone] + codes[gone + 1 :])
        for gone in range(len(places))
    ]


def _is_richer(counts: Sequence[float], effect: float) -> bool:
    """Tell whether hits of a total are more than other hits of another total, by the interval."""
    hits, total, other_hits, other_total = _effective(counts, effect)
    if not total or not other_total:
        return False
    low, _high = difference_interval(hits, total, other_hits, other_total)
    return bool(low > 0)


def _is_significant(counts: Sequence[float], effect: float, level: float) -> bool:
    """Tell whether hits of a total are more than other hits of another total, at a level."""
    effective = _effective(counts, effect)
    if not effective[1] or not effective[3]:
        return False
    return bool(one_sided_test(*(np.array([count]) for count in effective))[0] <= level)


def _effective(counts: Sequence[float], effect: float) -> list[float]:
    """Return hits, total, other hits and other total as so many independent answers."""
    hits, total, other_hits, other_total = (max(count, 0.0) / effect for count in counts)
    return [min(hits, total), total, min(other_hits, other_total), other_total]


def _improves(row, known: dict[tuple, tuple[float, float]], effect: float) -> bool:
    """Tell whether a combination is richer than what remains of each of its parts without it."""
    everybody = (
        row.hits_count + row.others_hits_count, row.total_count + row.others_total_count,
    )  # fmt: skip
    for part in _parts(row.places, row.codes):
        # A part that is not among the tried ones is everybody.
        hits, total = known.get(part, everybody)
        rest = (hits - row.hits_count, total - row.total_count)
        if not _is_richer((row.hits_count, row.total_count, *rest), effect):
            return False
    return True


def _stands_alone(real: pd.DataFrame, effect: float) -> np.ndarray:
    """Tell which combinations are richer than others even without a longer one inside them.

    One of many pairs is richer by chance: the level is that of as many tries as candidates.
    """
    rows = [(set(zip(row.places, row.codes, strict=True)), row) for row in real.itertuples()]
    level = rec.FALSE_DISCOVERY_RATE / max(len(rows), 1)
    stands = []
    for values, row in rows:
        others = (row.others_hits_count, row.others_total_count)
        stands.append(
            all(
                _is_significant(
                    (
                        row.hits_count - inner.hits_count,
                        row.total_count - inner.total_count,
                        *others,
                    ),
                    effect,
                    level,
                )
                for inner_values, inner in rows
                if values < inner_values
            )
        )
    return np.array(stands, dtype=bool)


def _says_more(
    real: pd.DataFrame,
    table: np.ndarray,
    measures: tuple[np.ndarray, np.ndarray],
    effect: float,
    shown_maximum: int,
    tried_count: int,
) -> np.ndarray:
    """Tell which combinations, best first, say more than the better ones that are shown.

    What remains of a combination is one of all that were tried, chosen by the same data: it
    is significant where its p-value is within the step of Benjamini and Hochberg's procedure
    that one more discovery gives.
    """
    is_told = np.zeros(len(table), dtype=bool)
    kept = np.zeros(len(real), dtype=bool)
    for number, row in enumerate(real.itertuples()):
        if kept.sum() == shown_maximum:
            break
        inside = np.ones(len(table), dtype=bool)
        for place, code in zip(row.places, row.codes, strict=True):
            inside &= table[:, place] == code
        counts = [
            float(measure[rows].sum())
            for rows in (inside & ~is_told, ~inside & ~is_told)
            for measure in measures
        ]
        kept[number] = not is_told.any() or _is_significant(
            counts, effect, rec.FALSE_DISCOVERY_RATE * (kept.sum() + 1) / tried_count
        )
        if kept[number]:
            is_told |= inside
    return kept
