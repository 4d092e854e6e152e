"""Channels of a segment in their order, with what is sure of it; preference against use; reasons."""

from __future__ import annotations

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.hypotheses.channel_contracts import (
    CHANNEL_GAPS,
    CHANNEL_RANKS,
    CHANNEL_REASONS,
)
from client_segments.hypotheses.channels import count_mentions
from client_segments.hypotheses.contracts import ALL_CODE
from client_segments.labels import fold
from client_segments.statistics import (
    difference_interval,
    paired_difference_interval,
    wilson_interval,
)

_SCOPE = ["segment_code", "use", "kind"]
_PLACE = ["segment_code", "use"]
_ITEM = ["item_code", "item_name"]


def rank_channels(shares: pd.DataFrame) -> pd.DataFrame:
    """Put the channels of each segment, use and attitude in order: table `CHANNEL_RANKS`.

    The intervals of a scope hold together with 95 %: score intervals at 1 - 0.05 / k for its k
    channels (Goodman 1965, Technometrics 7:247-254, for the cells of a multinomial; by
    Bonferroni's inequality also where a client names several channels). A channel's place lies
    between one more than the channels surely above it and k less those surely below it.

    Parameters
    ----------
    shares
        Table `CHANNEL_SHARES`.
    """
    if shares.empty:
        return CHANNEL_RANKS.empty()
    frame = shares.drop(columns=["low_pct", "high_pct"])
    scopes = frame.groupby(_SCOPE, sort=False)
    frame["scope"] = scopes.ngroup()
    frame["channels_count"] = scopes["channel_code"].transform("size")
    frame["rank"] = scopes["share_pct"].rank(method="min", ascending=False).astype("int64")
    for channels_count, rows in frame.groupby("channels_count").groups.items():
        confidence = 1 - (1 - rec.CONFIDENCE) / channels_count
        part = frame.loc[rows]
        low, high = wilson_interval(part["answers_count"], part["total_count"], confidence)
        frame.loc[rows, "low_pct"], frame.loc[rows, "high_pct"] = 100 * low, 100 * high
    bounds = frame[["scope", "channel_code", "low_pct", "high_pct"]]
    pairs = bounds.merge(bounds, on="scope", suffixes=("", "_other"))
    pairs["above"] = pairs["low_pct_other"] > pairs["high_pct"]
    pairs["below"] = pairs["high_pct_other"] < pairs["low_pct"]
    sure = pairs.groupby(["scope", "channel_code"])[["above", "below"]].sum().reset_index()
    frame = frame.merge(sure, on=["scope", "channel_code"])
    frame["rank_low"] = 1 + frame["above"]
    frame["rank_high"] = frame["channels_count"] - frame["below"]
    frame["is_first"] = frame["above"] == 0
    frame = frame.sort_values(["scope", "rank", "channel_code"])
    return CHANNEL_RANKS.conform(frame[CHANNEL_RANKS.column_names])


def channel_gaps(mentions: pd.DataFrame, segment_codes: list[str]) -> pd.DataFrame:
    """Compare preference with use, channel by channel: table `CHANNEL_GAPS`.

    Where clients of a segment are named and some of them told both, only these are compared,
    each with themselves (Newcombe 1998, paired); elsewhere all who told one with all who told
    the other, as if they were different people.

    Parameters
    ----------
    mentions
        As `channels.count_mentions` takes them, scope `use` and `kind`.
    segment_codes
        Codes in the order in which segments are shown.
    """
    told = mentions[mentions["kind"].isin(["used", "preferred"])]
    told = pd.concat([told.assign(segment_code=ALL_CODE), told.dropna(subset=["segment_code"])])
    paired = _paired_gaps(told[told["client_id"].notna()])
    frame = pd.concat([paired, _unpaired_gaps(told, paired)], ignore_index=True)
    if frame.empty:
        return CHANNEL_GAPS.empty()
    frame["is_parted"] = (frame["low_pct"] > 0) | (frame["high_pct"] < 0)
    ranks = {code: rank for rank, code in enumerate([ALL_CODE, *segment_codes])}
    frame = frame.assign(
        rank=frame["segment_code"].map(ranks),
        use_rank=frame["use"].map(list(rec.CHANNEL_USES).index),
        size=-frame["difference_pct"].abs().round(9),
    ).sort_values(["rank", "use_rank", "size", "channel_code"])
    return CHANNEL_GAPS.conform(frame[CHANNEL_GAPS.column_names])


def _paired_gaps(named: pd.DataFrame) -> pd.DataFrame:
    """Compare clients with themselves, in the scopes where some told both."""
    speakers = named.groupby([*_PLACE, "speaker"])["kind"].nunique().rename("kinds").reset_index()
    both = speakers.loc[speakers["kinds"] == 2, [*_PLACE, "speaker"]]
    sizes = both.groupby(_PLACE).size().rename("clients_count").reset_index()
    once = named.drop_duplicates([*_PLACE, "speaker", "kind", "item_code"])
    once = once.merge(both, on=[*_PLACE, "speaker"])
    key = [*_PLACE, *_ITEM]
    kinds = {kind: once[once["kind"] == kind] for kind in ("used", "preferred")}
    shared = kinds["used"].merge(kinds["preferred"][[*key, "speaker"]], on=[*key, "speaker"])
    counts = pd.concat(
        {
            name: part.groupby(key).size()
            for name, part in (*kinds.items(), ("both", shared))
        },
        axis=1,
    ).fillna(0)  # fmt: skip
    counts = counts.reindex(columns=["used", "preferred", "both"], fill_value=0).reset_index()
    counts = counts.merge(sizes, on=_PLACE)
    total, used, preferred, twice = (
        counts[name].to_numpy(dtype=float)
        for name in ("clients_count", "used", "preferred", "both")
    )
    low, high = paired_difference_interval(
        twice, preferred - twice, used - twice, total - used - preferred + twice
    )
    return _gap_frame(counts, used / total, preferred / total, low, high).assign(is_paired=True)


def _unpaired_gaps(told: pd.DataFrame, paired: pd.DataFrame) -> pd.DataFrame:
    """Compare all who told one with all who told the other, where nobody told both."""
    hits, totals = count_mentions(told, ["use", "kind"])
    wide = hits.pivot_table(
        index=[*_PLACE, *_ITEM], columns="kind", values="hits_count", fill_value=0
    )
    wide = wide.reindex(columns=["used", "preferred"], fill_value=0).reset_index()
    sizes = totals.pivot_table(index=_PLACE, columns="kind", values="total_count")
    sizes = sizes.reindex(columns=["used", "preferred"]).dropna().reset_index()
    wide = wide.merge(sizes, on=_PLACE, suffixes=("", "_total"))
    known = pd.MultiIndex.from_frame(paired[_PLACE])
    wide = wide[~pd.MultiIndex.from_frame(wide[_PLACE]).isin(known)].reset_index(drop=True)
    used, preferred, used_total, preferred_total = (
        wide[name].to_numpy(dtype=float)
        for name in ("used", "preferred", "used_total", "preferred_total")
    )
    low, high = difference_interval(preferred, preferred_total, used, used_total)
    wide["clients_count"] = np.minimum(used_total, preferred_total)
    shares = used / used_total, preferred / preferred_total
    return _gap_frame(wide, *shares, low, high).assign(is_paired=False)


def _gap_frame(
    items: pd.DataFrame, used: np.ndarray, preferred: np.ndarray, low: np.ndarray, high: np.ndarray
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "segment_code": items["segment_code"], "use": items["use"],
            "clients_count": items["clients_count"].astype("int64"),
            "channel_code": items["item_code"], "channel_name": items["item_name"],
            "used_pct": 100 * used, "preferred_pct": 100 * preferred,
            "difference_pct": 100 * (preferred - used), "low_pct": 100 * low,
            "high_pct": 100 * high,
        }
    )  # fmt: skip


def channel_reasons(mentions: pd.DataFrame, segment_codes: list[str]) -> pd.DataFrame:
    """Count the reasons that clients give for their attitude to a channel: `CHANNEL_REASONS`.

    Reasons that fold alike are one, named by the most frequent spelling, then the alphabet. One
    client gives a reason once.

    Parameters
    ----------
    mentions
        As for `channel_gaps`, with `reason`.
    """
    told = mentions.dropna(subset=["reason"])
    told = pd.concat([told.assign(segment_code=ALL_CODE), told.dropna(subset=["segment_code"])])
    if told.empty:
        return CHANNEL_REASONS.empty()
    told = told.assign(reason_key=told["reason"].map(fold))
    spellings = told.groupby(["reason_key", "reason"]).size().rename("times").reset_index()
    spellings = spellings.sort_values(["times", "reason"], ascending=[False, True])
    names = spellings.drop_duplicates("reason_key").set_index("reason_key")["reason"]
    scope = [*_SCOPE, "item_code", "item_name"]
    once = told.drop_duplicates([*scope, "speaker", "reason_key"])
    counts = once.groupby([*scope, "reason_key"])["weight"].sum().rename("answers_count")
    speakers = told.drop_duplicates([*scope, "speaker"])
    totals = speakers.groupby(scope)["weight"].sum().rename("total_count")
    frame = counts.reset_index().merge(totals.reset_index(), on=scope)
    ranks = {code: rank for rank, code in enumerate([ALL_CODE, *segment_codes])}
    frame = frame.assign(
        reason=frame["reason_key"].map(names),
        share_pct=100 * frame["answers_count"] / frame["total_count"],
        rank=frame["segment_code"].map(ranks),
        kind_rank=frame["kind"].map(["unacceptable", "preferred", "used"].index),
        use_rank=frame["use"].map(list(rec.CHANNEL_USES).index),
        order=-frame["answers_count"],
    ).sort_values(["rank", "kind_rank", "use_rank", "item_code", "order", "reason"])
    names = {"item_code": "channel_code", "item_name": "channel_name"}
    return CHANNEL_REASONS.conform(frame.rename(columns=names)[CHANNEL_REASONS.column_names])
