"""Weights that bring those who answered to the composition of their segment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments.statistics import rake

DIFFERS_FROM = 0.05
"""Own: composition differs where chance alone explains it with a smaller probability.

Shared by the attributes that are compared (Bonferroni): a segment is weighted for nothing once
in twenty times.
"""
CATEGORY_MINIMUM = 5
"""Own: values with fewer answers (or fewer expected) are united before weighting."""
RATIO_MAXIMUM = 5.0
"""No answer weighs more than so many times the mean (see `raking.TRIM_RATIO`)."""
_OTHERS = -1


@dataclass(frozen=True)
class Composition:
    """What is needed to weight answers of clients.

    Attributes
    ----------
    client_codes
        One row is one client who answered, by client_id: a column of codes an attribute.
    segment_values
        One row is one segment × attribute × value: segment_code, attribute_code, value_code
        (0 is missing), clients_count; attribute_name tells the attribute to people.
    """

    client_codes: pd.DataFrame
    segment_values: pd.DataFrame


def composition_weights(
    voices: pd.DataFrame, composition: Composition, segment_code: str
) -> tuple[pd.Series, tuple[str, ...]]:
    """Return the weights of a segment's voices, and the attributes that they are weighted by.

    Only attributes are used by whose values those who answered differ from their segment more
    than chance explains: others would add noise and mend nothing. Voices without a client, or
    of a client that is not known, keep their weight.

    Notes
    -----
    Raking to the segment's shares of each value (Deming & Stephan 1940); the weight a voice came
    with is where it starts. Weights keep their sum.
    """
    codes = composition.client_codes.reindex(voices["client_id"])
    is_linked = codes.notna().any(axis=1).to_numpy() & voices["score"].notna().to_numpy()
    start = voices["weight"].to_numpy(dtype=float)
    linked = codes[is_linked].astype("int64").reset_index(drop=True)
    if not len(linked):
        return voices["weight"], ()
    own = composition.segment_values
    own = own[own["segment_code"] == segment_code]
    margins, columns = [], {}
    level = DIFFERS_FROM / max(len(linked.columns), 1)
    for name in linked.columns:
        target = own[own["attribute_code"] == name].set_index("value_code")["clients_count"]
        if target.sum() <= 0:
            continue
        folded, shares = _folded(linked[name], target / target.sum())
        if shares is not None and _departure(folded, start[is_linked], shares) < level:
            columns[name] = folded
            margins.append((shares * start[is_linked].sum()).rename_axis(name))
    if not margins:
        return voices["weight"], ()
    weights = _bounded(pd.DataFrame(columns), start[is_linked], margins)
    result = voices["weight"].copy()
    result[is_linked] = weights
    names = own.drop_duplicates("attribute_code").set_index("attribute_code")["attribute_name"]
    return result, tuple(names[name] for name in columns)


def _folded(codes: pd.Series, shares: pd.Series) -> tuple[pd.Series, pd.Series | None]:
    """Unite rare values; None where fewer than two are left."""
    counts = codes.value_counts().reindex(shares.index).fillna(0)
    expected = shares * len(codes)
    rare = set(shares.index[(counts < CATEGORY_MINIMUM) | (expected < CATEGORY_MINIMUM)])
    rare |= set(codes[~codes.isin(shares.index)])
    folded = codes.where(~codes.isin(list(rare)), _OTHERS)
    target = shares.groupby(lambda code: _OTHERS if code in rare else code).sum()
    present = set(folded)
    # Nobody of the united values answered: their share cannot be given to anybody.
    target = target[[code in present for code in target.index]]
    if len(target) < 2:
        return folded, None
    return folded, target / target.sum()


def _departure(codes: pd.Series, weights: np.ndarray, shares: pd.Series) -> float:
    """Return how likely chance alone is to put a composition so far from shares (Pearson)."""
    from scipy import special

    sums = pd.Series(weights).groupby(codes.to_numpy()).sum().reindex(shares.index).fillna(0)
    size = float(weights.sum()) ** 2 / float(np.sum(weights**2))
    observed = sums / sums.sum()
    statistic = size * float(((observed - shares) ** 2 / shares).sum())
    return float(special.chdtrc(len(shares) - 1, statistic))


def _bounded(columns: pd.DataFrame, start: np.ndarray, margins: list[pd.Series]) -> np.ndarray:
    """Rake, bound the ratios to the start weights, and keep the sum."""
    raked = rake(columns.assign(weight=start), margins).weights.to_numpy()
    ratio = np.divide(raked, start, out=np.ones_like(raked), where=start > 0)
    bounded = start * np.clip(ratio, 1 / RATIO_MAXIMUM, RATIO_MAXIMUM)
    return bounded * (start.sum() / bounded.sum()) if bounded.sum() > 0 else start
