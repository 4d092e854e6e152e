"""Why clients do not apply: kinds and reasons that those in the blind zone named."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from client_segments.labels import fold
from client_segments.priorities.blind_zone_counting import (
    client_flags,
    named_measures,
    ready_rows,
    speakers,
)
from client_segments.priorities.contracts import BLIND_ZONE_REASONS
from client_segments.statistics import wilson_interval

_KEYS = ["segment_code", "measure"]
_NO_KIND, _NO_REASON = "", ""


def blind_zone_reasons(eligibility: pd.DataFrame, segment_codes: Sequence[str]) -> pd.DataFrame:
    """Return table `blind_zone_reasons`: one row is one segment × measure × reason.

    Only clients count who are entitled, have not applied and named a kind or a reason; one who
    named several counts in each. Shares are of those who named any, with Wilson intervals.
    """
    placed = named_measures(eligibility, segment_codes)
    rows = placed[~ready_rows(placed)]
    named = rows["reason_kind"].notna() | rows["reason"].notna()
    if not named.any():
        return BLIND_ZONE_REASONS.empty()
    clients = client_flags(rows)
    inside = clients[clients["is_entitled"] & clients["is_answered"] & ~clients["has_applied"]]
    told = rows[named].assign(
        speaker=speakers(rows)[named],
        reason_kind=rows["reason_kind"].fillna(_NO_KIND),
        key=rows["reason"].fillna(_NO_REASON).map(fold),
        reason=rows["reason"].fillna(_NO_REASON),
    )
    told = told.merge(inside[[*_KEYS, "speaker"]], on=[*_KEYS, "speaker"])
    if told.empty:
        return BLIND_ZONE_REASONS.empty()
    told["reason"] = told.groupby("key")["reason"].transform("min")
    totals = told.groupby(_KEYS)["speaker"].nunique()
    by = [*_KEYS, "reason_kind", "reason"]
    counts = told.groupby(by)["speaker"].nunique().rename("clients_count").reset_index()
    counts["total"] = totals.reindex(pd.MultiIndex.from_frame(counts[_KEYS])).to_numpy()
    low, high = wilson_interval(counts["clients_count"], counts["total"])
    counts = counts.assign(
        share_pct=100 * counts["clients_count"] / counts["total"],
        low_pct=100 * low,
        high_pct=100 * high,
    )
    counts["place"] = counts["segment_code"].map(
        {code: place for place, code in enumerate(segment_codes)}
    )
    counts = counts.sort_values(
        ["place", "measure", "clients_count", "reason_kind", "reason"],
        ascending=[True, True, False, True, True], kind="stable",
    )  # fmt: skip
    counts["reason_kind"] = counts["reason_kind"].replace(_NO_KIND, np.nan)
    counts["reason"] = counts["reason"].replace(_NO_REASON, np.nan)
    return BLIND_ZONE_REASONS.conform(counts[BLIND_ZONE_REASONS.column_names])
