"""Details of satisfaction, journey and channels as they may be shared.

Shares are made anew from protected counts of those who are meant and of the others, so that a
share tells no more than the two bands. Medians, means and indices of scores have no counts
behind them that could be protected: they stay inside the authority.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from client_segments import hypotheses, priorities
from client_segments import recommendations as rec
from client_segments.disclosure import is_hidden, protect, share_pct
from client_segments.report.masking import Masker
from client_segments.statistics import difference_interval, wilson_interval
from client_segments.study import Study

_TABLES = {
    contract.name: contract for step in (hypotheses, priorities) for contract in step.CONTRACTS
}
NOT_VARIED = "all"
"""Code under which steps count all clients together: no segment."""


@dataclass(frozen=True)
class Experience:
    """Protected details of a group, each with the columns of the step's own table it is told by.

    Attributes
    ----------
    stages, questions
        Satisfaction by stage of the journey and by question: one row is one segment × item.
    reasons
        Why clients do not apply: one row is one segment × measure × reason.
    features
        Shares of cases with a feature of the journey: one row is one segment × feature.
    ranks
        Preferred channels in their order, with what is sure of it.
    gaps
        Where preference and use of a channel differ: one row is one segment × use × channel.
    """

    stages: pd.DataFrame
    questions: pd.DataFrame
    reasons: pd.DataFrame
    features: pd.DataFrame
    ranks: pd.DataFrame
    gaps: pd.DataFrame


def read_experience(
    study: Study, channel_shares: pd.DataFrame, masker: Masker, place: str
) -> Experience:
    """Read the details of a group and protect them.

    Parameters
    ----------
    channel_shares
        The protected table of channels.
    """

    def read(name: str) -> pd.DataFrame:
        return masker.frame(study.read(_TABLES[name]), place)

    return Experience(
        rated(read("satisfaction_stages"), ["segment_code", "stage_number", "stage"]),
        rated(read("satisfaction_questions"), ["segment_code", "question"]),
        reasons(read("blind_zone_reasons")),
        features(read("journey_shares")),
        ranks(channel_shares),
        gaps(channel_shares),
    )


def of_segments(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of segments: what is counted over all clients is no part of a sum."""
    return frame[frame["segment_code"] != NOT_VARIED]


def _shares(
    frame: pd.DataFrame, categories: list[str], hits: pd.Series, others: pd.Series
) -> pd.DataFrame:
    """Return shares with intervals from protected counts; few of few are left out."""
    counted = frame.assign(hits_count=hits, others_count=others)
    told = protect(counted, categories, ["hits_count", "others_count"]).frame
    told = told[~(is_hidden(told["hits_count"]) & is_hidden(told["others_count"]))]
    total = told["hits_count"] + told["others_count"]
    low, high = wilson_interval(told["hits_count"], total)
    return told.assign(
        answers_count=total,
        share_pct=share_pct(told["hits_count"], told["others_count"]).astype("float64"),
        low_pct=100 * low,
        high_pct=100 * high,
    ).reset_index(drop=True)


def rated(frame: pd.DataFrame, categories: list[str]) -> pd.DataFrame:
    """Return satisfaction by stage or question: answers_count, satisfaction_pct, low, high."""
    frame = frame.dropna(subset=["satisfaction_pct"]).reset_index(drop=True)
    answers = frame["answers_count"].astype("float64")
    hits = (answers * frame["satisfaction_pct"] / 100).round()
    told = _shares(frame, categories, hits.astype("Int64"), (answers - hits).astype("Int64"))
    return told.rename(columns={"share_pct": "satisfaction_pct"})


def reasons(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the reasons that enough people named, most named first, within their measure."""
    frame = frame.reset_index(drop=True)
    share = frame["share_pct"] / 100
    named = frame["clients_count"].astype("float64")
    total = (named / share.where(share > 0)).round()
    categories = ["segment_code", "measure", "reason_kind", "reason"]
    told = _shares(frame, categories, named.astype("Int64"), (total - named).astype("Int64"))
    told = told[~is_hidden(told["hits_count"])]
    order = {code: number for number, code in enumerate(frame["segment_code"].unique())}
    told = told.assign(place=told["segment_code"].map(order)).sort_values(
        ["place", "measure", "share_pct", "reason_kind", "reason"],
        ascending=[True, True, False, True, True], kind="stable",
    )  # fmt: skip
    return told.reset_index(drop=True)


def features(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of cases that have a feature: returns, refusals, lost and open cases."""
    frame = of_segments(frame).reset_index(drop=True)
    hits = frame["hits_count"].astype("Int64")
    return _shares(frame, ["segment_code", "measure"], hits, frame["cases_count"] - hits)


def ranks(channel_shares: pd.DataFrame) -> pd.DataFrame:
    """Return the preferred channels in order, from their protected shares."""
    preferred = channel_shares[channel_shares["kind"] == "preferred"]
    return hypotheses.rank_channels(preferred.reset_index(drop=True))


def gaps(channel_shares: pd.DataFrame) -> pd.DataFrame:
    """Return where preference and use differ by more than chance, from protected shares.

    Both shares are taken as of different people: who told both is not among what is protected.
    """
    keys = ["segment_code", "use", "channel_code", "channel_name"]
    numbers = ["answers_count", "total_count", "share_pct"]
    sides = {
        kind: channel_shares.loc[channel_shares["kind"] == kind, [*keys, *numbers]]
        for kind in ("used", "preferred")
    }
    both = sides["used"].merge(
        sides["preferred"], on=keys, suffixes=("_used", "_preferred"), validate="one_to_one"
    )
    if both.empty:
        columns = [*keys, "used_pct", "preferred_pct", "difference_pct", "low_pct", "high_pct"]
        return pd.DataFrame(columns=columns)
    low, high = difference_interval(
        *(
            both[name].to_numpy(dtype="float64")
            for name in (
                "answers_count_preferred", "total_count_preferred",
                "answers_count_used", "total_count_used",
            )
        )
    )  # fmt: skip
    both = both.assign(
        used_pct=both["share_pct_used"],
        preferred_pct=both["share_pct_preferred"],
        difference_pct=both["share_pct_preferred"] - both["share_pct_used"],
        low_pct=100 * low,
        high_pct=100 * high,
    )
    parted = (both["low_pct"] > 0) | (both["high_pct"] < 0)
    uses = {code: number for number, code in enumerate(rec.CHANNEL_USES)}
    order = {code: number for number, code in enumerate(channel_shares["segment_code"].unique())}
    both = both[parted].assign(
        place=lambda rows: rows["segment_code"].map(order),
        use_place=lambda rows: rows["use"].map(uses),
        size=lambda rows: -rows["difference_pct"].abs().round(9),
    )
    both = both.sort_values(["place", "use_place", "size", "channel_code"], kind="stable")
    return both.drop(columns=["place", "use_place", "size"]).reset_index(drop=True)
