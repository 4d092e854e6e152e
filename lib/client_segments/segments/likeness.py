"""Which segments are like each other, over all attributes, and a map of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from client_segments.attributes import MISSING_CODE
from client_segments.language import _, format_number
from client_segments.statistics import jensen_shannon

DIFFERS_WORDS = 2
NEAREST_MAXIMUM = 2
NEAR_PCT = 2.0
"""Own: a segment as near as the nearest within so many points is named beside it."""


def segment_likeness_table(segment_values: pd.DataFrame, attributes: pd.DataFrame) -> pd.DataFrame:
    """Compare every two segments by all attributes.

    The distance of two segments is the square root of the Jensen-Shannon divergence (base 2) of
    their values, averaged over the attributes: 0 where they are the same, 1 where they share no
    value of any (a metric: Endres & Schindelin 2003, IEEE Trans Inf Theory 49:1858-1860).

    Parameters
    ----------
    segment_values, attributes
        Tables of steps 2 and 1; clients without a value of an attribute do not count for it.

    Returns
    -------
    DataFrame
        Table `segment_likeness`: one row is one pair of segments, the most alike first.
    """
    codes = list(dict.fromkeys(segment_values["segment_code"]))
    known = segment_values[segment_values["value_code"] > MISSING_CODE]
    pairs = list(combinations(range(len(codes)), 2))
    divergences = {}
    for attribute, rows in known.groupby("attribute_code", sort=False):
        shares = rows.pivot(index="segment_code", columns="value_code", values="share_pct")
        shares = shares.reindex(codes).fillna(0.0).to_numpy()
        first = [place for place, _other in pairs]
        second = [place for _first, place in pairs]
        divergences[attribute] = jensen_shannon(shares[first], shares[second])
    columns = ["segment_code", "other_segment_code", "likeness_pct", "distance", "differs_by"]
    if not pairs:
        return pd.DataFrame(columns=columns)
    frame = pd.DataFrame(divergences)
    distance = np.sqrt(frame.mean(axis=1).to_numpy())
    table = pd.DataFrame(
        {
            "segment_code": [codes[first] for first, _second in pairs],
            "other_segment_code": [codes[second] for _first, second in pairs],
            "likeness_pct": 100 * (1 - distance),
            "distance": distance,
            "differs_by": _differs_by(frame, attributes),
        }
    )
    return table.sort_values("distance", kind="stable").reset_index(drop=True)[columns]


def _differs_by(divergences: pd.DataFrame, attributes: pd.DataFrame) -> list[str]:
    """Name the attributes that part each pair most; sensitive ones are not named."""
    plain = attributes[~attributes["is_sensitive"].astype(bool)]
    names = plain.set_index("attribute_code")["attribute_name"]
    told = divergences[[code for code in divergences if code in names.index]]
    return [
        ", ".join(
            names[code]
            for code in row[row > 0].sort_values(ascending=False, kind="stable").index[
                :DIFFERS_WORDS
            ]
        )
        for _place, row in told.iterrows()
    ]  # fmt: skip


def nearest_segments(likeness: pd.DataFrame, segment_code: str) -> pd.DataFrame:
    """Return the other segments from the most alike: `segment_code`, `likeness_pct`."""
    pairs = likeness[["segment_code", "other_segment_code", "likeness_pct"]]
    turned = pairs.set_axis(["other_segment_code", "segment_code", "likeness_pct"], axis=1)
    both = pd.concat([pairs, turned[pairs.columns]], ignore_index=True)
    own = both.loc[both["segment_code"] == segment_code, ["other_segment_code", "likeness_pct"]]
    own = own.sort_values("likeness_pct", ascending=False, kind="stable")
    return own.rename(columns={"other_segment_code": "segment_code"}).reset_index(drop=True)


def nearest_sentence(likeness: pd.DataFrame, segment_code: str, names: Mapping[str, str]) -> str:
    """Say which segment is most like one; empty where there is no other."""
    near = nearest_segments(likeness, segment_code)
    near = near[near["segment_code"].isin(list(names))]
    if near.empty:
        return ""
    best = near["likeness_pct"].iloc[0]
    alike = near[near["likeness_pct"] >= best - NEAR_PCT].head(NEAREST_MAXIMUM)
    phrases = [
        _("«{name}» (сходство {likeness} из 100)").format(
            name=names[row.segment_code], likeness=format_number(row.likeness_pct, 0)
        )
        for row in alike.itertuples()
    ]
    return _("Ближе всего по признакам: {names}.").format(names=", ".join(phrases))


@dataclass(frozen=True)
class SegmentMap:
    """Segments as points.

    Attributes
    ----------
    points
        One row is one segment: `segment_code`, `x`, `y`.
    shown_pct
        Share of the squared distances that two dimensions show.
    """

    points: pd.DataFrame
    shown_pct: float


def segment_map(likeness: pd.DataFrame) -> SegmentMap:
    """Put segments on a plane so that like ones lie near (classical scaling, Torgerson 1952).

    Distances are what counts: the axes mean nothing. Their directions are fixed by the shape
    itself, so that names and order of segments make no difference.
    """
    codes = sorted({*likeness["segment_code"], *likeness["other_segment_code"]})
    if not codes:  # one segment has no other to be like
        return SegmentMap(pd.DataFrame({"segment_code": [], "x": [], "y": []}), 100.0)
    place = {code: number for number, code in enumerate(codes)}
    squares = np.zeros((len(codes), len(codes)))
    for row in likeness.itertuples():
        first, second = place[row.segment_code], place[row.other_segment_code]
        squares[first, second] = squares[second, first] = row.distance**2
    centred = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean()
    roots, vectors = np.linalg.eigh(-centred / 2)
    largest = np.argsort(-roots, kind="stable")[:2]
    axes = vectors[:, largest] * np.sqrt(np.maximum(roots[largest], 0.0))
    axes = np.column_stack([axes, np.zeros((len(codes), 2))])[:, :2]
    skew = np.sum(axes**3, axis=0)
    axes = axes * np.where(skew < 0, -1.0, 1.0)
    positive = roots[roots > 0].sum()
    shown = 100 * np.maximum(roots[largest], 0).sum() / positive if positive > 0 else 100.0
    points = pd.DataFrame({"segment_code": codes, "x": axes[:, 0], "y": axes[:, 1]})
    return SegmentMap(points, float(shown))
