"""Problems of segments: how often each is named, and which are a segment's own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.labels import fold
from client_segments.priorities.contracts import PROBLEMS
from client_segments.segments import REST_CODE
from client_segments.statistics import (
    false_discovery,
    normal_quantile,
    wilson_interval,
)

LIFT_MINIMUM = 1.5
"""Own: how many times as frequent as with the others a specific problem is."""
PROBLEMS_MINIMUM = 5
"""Own: mentions below which nothing is said of a segment's problems."""
PRIOR_MENTIONS = 1.0
"""Own: prior mentions of a problem on the average; shared out by the pooled distribution."""
_SMOOTHING = 0.5


def problem_counts(problems: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Count mentions of problems by segment.

    Parameters
    ----------
    problems
        Raw table `problems` with segment_code, or the mentions that `code_texts` made of it;
        rows in no segment are left out.

    Returns
    -------
    counts : DataFrame
        One row is one segment × problem: segment_code, problem, problems_count. The same
        problem of one client counts once. Spellings that fold alike are one problem.
    uncoded_count : int
        Rows with a text but without a problem: they await coding.
    """
    uncoded = problems["problem"].isna() & problems["problem_text"].notna()
    counted = count_once(problems)
    spelled = counted.groupby("key")["problem"].min()
    counts = counted.groupby(["segment_code", "key"], as_index=False)["problems_count"].sum()
    counts["problem"] = counts["key"].map(spelled).astype("str")
    return counts[["segment_code", "problem", "problems_count"]], int(uncoded.sum())


def count_once(problems: pd.DataFrame) -> pd.DataFrame:
    """Return the mentions that count: a client names a problem once, however often he writes.

    One row is one client × problem (problems_count is 1), or one row without a client as it is
    (problems_count of it); further columns: key, the folded name of the problem.
    """
    placed = problems.dropna(subset=["problem", "segment_code"])
    placed = placed.assign(
        key=placed["problem"].map(fold).astype("str"),
        problems_count=placed["problems_count"].fillna(1),
    )
    named = placed["client_id"].notna()
    once = placed[named].drop_duplicates(["client_id", "key"]).assign(problems_count=1)
    return pd.concat([once, placed[~named]])


def reporters(problems: pd.DataFrame) -> pd.Series:
    """Return how many clients of each segment named any problem, by segment code.

    Missing where a segment has rows without a client: how many people stand behind them, is
    unknown.
    """
    placed = problems.dropna(subset=["problem", "segment_code"])
    known = placed["client_id"].notna().groupby(placed["segment_code"]).all()
    counts = placed.groupby("segment_code")["client_id"].nunique()
    return counts.astype("Int64").where(known)


def log_odds(own: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the log-odds ratio of each problem, own against others, and its standard error.

    Counts of mentions by problem. Monroe, Colaresi & Quinn (2008) Political Analysis 16:372-403,
    equations 16 and 18: the prior is informative, shared out by the pooled distribution, so a
    problem that everybody names rarely is not made remarkable by one mention. Their shorter
    variance (equations 19-20) leaves out the mentions of other problems: right for words, of which
    there are thousands, but with a dozen problems it raises false alarms.
    """
    own, others = np.asarray(own, dtype=float), np.asarray(others, dtype=float)
    pooled = own + others
    weight = PRIOR_MENTIONS * np.count_nonzero(pooled)
    prior = weight * pooled / pooled.sum() if pooled.sum() else np.zeros_like(pooled)
    difference, variance = np.zeros_like(pooled), np.zeros_like(pooled)
    with np.errstate(divide="ignore", invalid="ignore"):
        for sign, counts in ((1, own), (-1, others)):
            hits = counts + prior
            misses = counts.sum() + prior.sum() - hits
            difference += sign * (np.log(hits) - np.log(misses))
            variance += 1 / hits + 1 / misses
    unknown = ~np.isfinite(difference) | ~np.isfinite(variance)
    return np.where(unknown, np.nan, difference), np.where(unknown, np.nan, np.sqrt(variance))


def problem_rates(counts: pd.DataFrame, clients: pd.DataFrame | None = None) -> pd.DataFrame:
    """Compare each segment's problems with those of all others; return table `problems`.

    Parameters
    ----------
    counts
        One row is one segment × problem: segment_code, problem, problems_count. Zeros may be
        absent. The rest of clients belongs to the others and gets no rows.
    clients
        One row is one segment: segment_code, reporters_count, clients_count (Int64, may be
        missing). Without it shares among clients are missing.
    """
    from scipy import special

    table = mentions_by_segment(counts)
    parts = []
    for code in named_segments(table):
        own = table.loc[code]
        if own.sum():
            others = table.drop(index=code).sum()
            parts.append(_compared(code, own, others, clients_of(clients, code)))
    if not parts:
        return PROBLEMS.empty()
    rates = pd.concat(parts, ignore_index=True)
    rates["q_value"] = false_discovery(special.erfc(rates["z_score"].abs() / np.sqrt(2)))
    rates["is_specific"] = (
        (rates["lift"] >= LIFT_MINIMUM)
        & (rates["problems_count"] >= PROBLEMS_MINIMUM)
        & (rates["z_score"] > 0)
        & (rates["q_value"] <= rec.FALSE_DISCOVERY_RATE)
    )
    return PROBLEMS.conform(rates)


def clients_of(clients: pd.DataFrame | None, code: str) -> tuple[float, float]:
    """Return a segment's clients who named a problem, and all its clients; NaN if not known."""
    if clients is None:
        return np.nan, np.nan
    found = clients.loc[clients["segment_code"] == code, ["reporters_count", "clients_count"]]
    if found.empty:
        return np.nan, np.nan
    reporters_count, clients_count = found.iloc[0].astype("float64")
    return reporters_count, clients_count


def _compared(
    code: str, own: pd.Series, others: pd.Series, clients: tuple[float, float]
) -> pd.DataFrame:
    """Compare one segment with the others: one row is one problem, the most frequent first."""
    own_total, others_total = own.sum(), others.sum()
    counts, others_counts = own.to_numpy(), others.to_numpy()
    lift = ((counts + _SMOOTHING) / (own_total + 2 * _SMOOTHING)) / (
        (others_counts + _SMOOTHING) / (others_total + 2 * _SMOOTHING)
    )
    odds, error = log_odds(counts, others_counts)
    if not others_total:
        lift, odds, error = (np.full(len(counts), np.nan) for _item in range(3))
    reporters_count, clients_count = clients
    # Rows without a client may repeat people: shares among clients are then unknown.
    has_reporters = reporters_count > 0 and (counts <= reporters_count).all()
    low, high = wilson_interval(counts, reporters_count) if has_reporters else (np.nan, np.nan)
    quantile = normal_quantile()
    part = pd.DataFrame(
        {
            "segment_code": code,
            "problem": own.index,
            "problems_count": counts,
            "share_pct": 100 * counts / own_total,
            "reporters_share_pct": 100 * counts / reporters_count if has_reporters else np.nan,
            "low_pct": 100 * low,
            "high_pct": 100 * high,
            "clients_share_pct": (
                100 * counts / clients_count
                if has_reporters and clients_count >= reporters_count
                else np.nan
            ),
            "others_count": others_counts,
            "others_share_pct": (
                100 * others_counts / others_total if others_total else np.full(len(own), np.nan)
            ),
            "lift": lift,
            "log_odds": odds,
            "log_odds_low": odds - quantile * error,
            "log_odds_high": odds + quantile * error,
            "z_score": odds / error,
        }
    )
    return part.sort_values("problems_count", ascending=False, kind="stable")


def mentions_by_segment(counts: pd.DataFrame) -> pd.DataFrame:
    """Return mentions: one row is one segment, one column one problem, both sorted."""
    counts = counts.assign(problems_count=counts["problems_count"].fillna(0).astype("int64"))
    return counts.pivot_table(
        index="segment_code", columns="problem", values="problems_count",
        aggfunc="sum", fill_value=0,
    ).astype("int64")  # fmt: skip


def named_segments(table: pd.DataFrame) -> list[str]:
    """Return the segments of a table of mentions, without the rest."""
    return [code for code in table.index if code != REST_CODE]
