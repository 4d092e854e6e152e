"""Blind zone: clients entitled to a service or measure who have not applied (clause 2(8))."""

from __future__ import annotations

import numpy as np
import pandas as pd

from client_segments.language import _
from client_segments.priorities.contracts import ALL_MEASURES, BLIND_ZONE
from client_segments.statistics import wilson_interval

COUNT_COLUMNS = (
    "entitled_count", "entitled_low_count", "entitled_high_count",
    "applied_count", "refused_count", "received_count",
)  # fmt: skip
EXTRA_COLUMNS = ("effective_count", "average_sum", "counting")
COUNTED_CLIENTS = _("подсчитано по клиентам")
COUNTED_ONCE = _("каждый клиент один раз")
WEIGHED_SAMPLE = _("выборочное обследование: суммы весов")
READY_COUNTS = _("готовые числа")
SUMMED = _("сумма по мерам: человек с правом на две меры посчитан дважды")
_KEYS = ["segment_code", "measure"]


def blind_zone_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """Turn counts into table `blind_zone`, with all measures of each segment together.

    Parameters
    ----------
    counts
        One row is one segment × measure: segment_code, measure, entitled_count,
        entitled_low_count and entitled_high_count (missing: the number is exact),
        applied_count, refused_count, received_count; optionally effective_count (Kish; missing:
        as many as are entitled), average_sum, counting. A row of `ALL_MEASURES` counts clients
        once; a segment without one is summed over its measures.

    Notes
    -----
    B = E - A. A refused client has applied: refusals stand beside B and never in it. Where a
    lower bound of E lies under A, no less than nobody is in the zone. Bounds of the share are
    Wilson's, at the least and the greatest E: both kinds of doubt are in them.
    """
    frame = counts.reindex(columns=[*_KEYS, *COUNT_COLUMNS, *EXTRA_COLUMNS]).reset_index(drop=True)
    frame = frame.astype(
        dict.fromkeys(COUNT_COLUMNS, "Int64")
        | {"effective_count": "float64", "average_sum": "float64"}
    )
    frame["counting"] = frame["counting"].astype("str").fillna(READY_COUNTS)
    for side in ("low", "high"):
        name = f"entitled_{side}_count"
        frame[name] = frame[name].fillna(frame["entitled_count"])
    frame = _with_whole(frame)
    applied = frame["applied_count"]
    is_sample = frame["effective_count"].notna()
    shares = {"": "blind_zone_pct", "low_": "low_pct", "high_": "high_pct"}
    for side, share in shares.items():
        # In a sample those who applied are estimated together with the entitled, not apart.
        entitled = frame[f"entitled_{side}count"].mask(is_sample, frame["entitled_count"])
        zone = (entitled - applied).clip(lower=0)
        frame[f"blind_zone_{side}count"] = zone
        frame[share] = 100 * zone.astype("float64") / entitled.where(entitled > 0).astype("float64")
    _widen(frame)
    _widen_counts(frame, is_sample)
    people = frame["applied_count"].where(frame["applied_count"] > 0).astype("float64")
    for name in ("refused", "received"):
        part = 100 * frame[f"{name}_count"].astype("float64") / people
        frame[f"{name}_pct"] = part.where(part <= 100)
    frame["unclaimed_sum"] = _unclaimed(frame)
    return BLIND_ZONE.conform(frame)


def _with_whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Add all measures together where clients are not counted once already, first of each segment."""
    has_whole = frame.loc[frame["measure"] == ALL_MEASURES, "segment_code"]
    summed = frame[~frame["segment_code"].isin(has_whole)]
    groups = summed.groupby("segment_code", sort=False, as_index=False)
    whole = groups[list(COUNT_COLUMNS)].sum(min_count=1)
    is_alone = groups["measure"].nunique()["measure"] == 1
    first = groups[["counting", "effective_count"]].first()
    whole = whole.assign(
        measure=ALL_MEASURES,
        counting=first["counting"].where(is_alone, SUMMED),
        effective_count=first["effective_count"].where(is_alone),
    )
    codes = list(dict.fromkeys(frame["segment_code"]))
    parts = [part for part in (whole, frame) if len(part)]
    if not parts:
        return frame
    frame = pd.concat(parts, ignore_index=True)
    order = {code: place for place, code in enumerate(codes)}
    is_single = (frame["measure"] != ALL_MEASURES).astype(int)
    keys = frame["segment_code"].map(order) * 2 + is_single
    return frame.loc[keys.sort_values(kind="stable").index].reset_index(drop=True)


def _widen(frame: pd.DataFrame) -> None:
    """Put the sampling interval around the share at the least and at the greatest E."""
    for side, share in (("low", "low_pct"), ("high", "high_pct")):
        entitled = frame[f"entitled_{side}_count"].astype("float64")
        size = frame["effective_count"].fillna(entitled)
        size = size.where(size > 0)
        bounds = wilson_interval((frame[share] / 100 * size).fillna(0.0), size)
        frame[share] = np.where(frame[share].notna(), 100 * bounds[side == "high"], np.nan)


def _widen_counts(frame: pd.DataFrame, is_sample: pd.Series) -> None:
    """Give the zone of a sample the doubt of its share and that of the entitled together."""
    entitled = frame["entitled_count"].astype("float64")
    share = frame["blind_zone_pct"] / 100
    for side, sign in (("low", -1), ("high", 1)):
        of_share = entitled * (frame[f"{side}_pct"] / 100 - share)
        of_entitled = share * (frame[f"entitled_{side}_count"].astype("float64") - entitled)
        bound = (entitled * share + sign * np.hypot(of_share, of_entitled)).clip(lower=0).round()
        name = f"blind_zone_{side}_count"
        frame[name] = frame[name].mask(is_sample, bound.astype("Int64"))


def _unclaimed(frame: pd.DataFrame) -> pd.Series:
    """Multiply the zone by the average sum; all measures together are the sum of their sums."""
    sums = frame["blind_zone_count"].astype("float64") * frame["average_sum"]
    is_whole = frame["measure"] == ALL_MEASURES
    by_segment = sums[~is_whole].groupby(frame["segment_code"]).sum(min_count=1)
    return sums.mask(is_whole, frame["segment_code"].map(by_segment))
