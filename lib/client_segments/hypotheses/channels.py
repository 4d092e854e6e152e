"""What clients name: channels by use and attitude, and problems. One client names a thing once."""

from __future__ import annotations

import pandas as pd

from client_segments.hypotheses.contracts import ALL_CODE, CHANNEL_SHARES
from client_segments.labels import fold
from client_segments.statistics import wilson_interval

_ITEM = ["item_code", "item_name"]


def match_problems(labels: list[str]) -> pd.DataFrame:
    """Give one code (the folded label) and one name to labels of problems that fold alike.

    Returns
    -------
    DataFrame
        One row is one label: problem (the label), item_code, item_name.
    """
    names: dict[str, str] = {}
    rows = [(label, fold(label), names.setdefault(fold(label), label)) for label in sorted(labels)]
    return pd.DataFrame(rows, columns=["problem", *_ITEM]).astype("str")


def name_clients(frame: pd.DataFrame, count: str) -> pd.DataFrame:
    """Return who speaks in each row, and for how many.

    Returns
    -------
    DataFrame
        The frame with `speaker` (the client, or the row itself where none is named) and
        `weight`: 1 for a named client, otherwise the row's count (1 where it is empty).
    """
    named = frame["client_id"].notna()
    rows = pd.Series(range(len(frame)), index=frame.index).astype("str")
    speaker = ("client " + frame["client_id"].astype("str")).where(named, "row " + rows)
    weight = frame[count].fillna(1).astype("int64").where(~named, 1)
    return frame.assign(speaker=speaker, weight=weight)


def count_mentions(mentions: pd.DataFrame, scope: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count who names each item, and who names anything at all.

    Parameters
    ----------
    mentions
        One row is one mention: `scope` columns, segment_code (missing where in no segment),
        speaker, weight, item_code, item_name.
    scope
        Columns within which shares are taken (use and kind of a channel).

    Returns
    -------
    hits : DataFrame
        One row is one segment × scope × item named in it: hits_count.
    totals : DataFrame
        One row is one segment × scope: total_count.
    """
    whole = ["segment_code", *scope]
    placed = mentions.dropna(subset=["segment_code"])
    once = placed.drop_duplicates([*whole, "speaker", "item_code"])
    hits = once.groupby([*whole, *_ITEM], observed=True)["weight"].sum()
    speakers = placed.drop_duplicates([*whole, "speaker"])
    totals = speakers.groupby(whole, observed=True)["weight"].sum()
    return hits.rename("hits_count").reset_index(), totals.rename("total_count").reset_index()


def compute_channel_shares(mentions: pd.DataFrame, segment_codes: list[str]) -> pd.DataFrame:
    """Compute shares of channels with Wilson intervals: table `CHANNEL_SHARES`.

    Parameters
    ----------
    mentions
        As for `count_mentions`, with scope `use` and `kind`.
    segment_codes
        Codes in the order in which segments are shown.

    Returns
    -------
    DataFrame
        One row is one segment (or all clients, also those in no segment) × use × kind ×
        channel that anyone names there; the most named come first.
    """
    scope = ["use", "kind"]
    everyone = mentions.assign(segment_code=ALL_CODE)
    parts = [count_mentions(part, scope) for part in (everyone, mentions)]
    hits = pd.concat([part[0] for part in parts], ignore_index=True)
    totals = pd.concat([part[1] for part in parts], ignore_index=True)
    if hits.empty:
        return CHANNEL_SHARES.empty()
    # A channel that nobody in a segment names is named by 0 % of those who answered.
    overall = hits.loc[hits["segment_code"] == ALL_CODE, [*scope, *_ITEM, "hits_count"]]
    overall = overall.rename(columns={"hits_count": "overall_count"})
    whole = totals.merge(overall, on=scope)
    frame = whole.merge(hits, how="left", on=["segment_code", *scope, *_ITEM])
    frame["answers_count"] = frame["hits_count"].fillna(0).astype("int64")
    frame["share_pct"] = 100 * frame["answers_count"] / frame["total_count"]
    low, high = wilson_interval(frame["answers_count"], frame["total_count"])
    frame = frame.assign(low_pct=100 * low, high_pct=100 * high)
    ranks = {code: rank for rank, code in enumerate([ALL_CODE, *segment_codes])}
    frame["rank"] = frame["segment_code"].map(ranks)
    frame = frame.sort_values(
        ["rank", *scope, "overall_count", "item_code"], ascending=[True, True, True, False, True]
    )
    names = {"item_code": "channel_code", "item_name": "channel_name"}
    return CHANNEL_SHARES.conform(frame.rename(columns=names)[CHANNEL_SHARES.column_names])
