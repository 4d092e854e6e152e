"""Uniqueness of problems: how far a segment's problems differ from those of all others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.labels import fold
from client_segments.priorities.contracts import PROBLEM_UNIQUENESS, PROBLEMS
from client_segments.segments import REST_CODE
from client_segments.statistics import (
    false_discovery,
    jensen_shannon,
    normal_quantile,
    wilson_interval,
)

LIFT_MINIMUM = 1.5
"""Own: how many times as frequent as with the others a specific problem is."""
PROBLEMS_MINIMUM = 5
"""Own: mentions below which nothing is said of a segment's problems."""
DRAWS = 500
"""Own: permutations of mentions among segments, and simulations of a segment's mentions."""
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

    table = _cross(counts)
    parts = []
    for code in _named(table):
        own = table.loc[code]
        if own.sum():
            others = table.drop(index=code).sum()
            parts.append(_compared(code, own, others, _clients_of(clients, code)))
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


def _clients_of(clients: pd.DataFrame | None, code: str) -> tuple[float, float]:
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


def uniqueness(
    counts: pd.DataFrame, seed: int, clients: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Measure how far each segment's problems differ from the others'; `problem_uniqueness`.

    Parameters
    ----------
    counts, clients
        As for `problem_rates`.
    seed
        Seed of the permutations.

    Notes
    -----
    The index is the Jensen-Shannon distance (square root of the divergence: Endres & Schindelin
    (2003) IEEE Trans Inf Theory 49:1858-1860) after the divergence has lost what chance alone
    brings: its mean when the mentions are permuted among the segment and the others. So small
    segments do not look unique because they are small, nor alike because they were corrected.
    The interval is a basic bootstrap of the divergence, whose centre carries the same correction.
    """
    table = _cross(counts)
    rates = problem_rates(counts, clients)
    rows = []
    for code in _named(table):
        own = table.loc[code].to_numpy()
        others = table.drop(index=code).sum().to_numpy()
        specific = rates[(rates["segment_code"] == code) & rates["is_specific"].astype(bool)]
        index, low, high, p_value = _distance_beyond_chance(own, others, seed)
        rows.append(
            {
                "segment_code": code,
                "problems_count": int(own.sum()),
                "reporters_count": _clients_of(clients, code)[0],
                "problem_uniqueness": index,
                "uniqueness_low": low,
                "uniqueness_high": high,
                "p_value": p_value,
                "specific_problems": "; ".join(specific["problem"]) or None,
            }
        )
    columns = PROBLEM_UNIQUENESS.column_names
    return PROBLEM_UNIQUENESS.conform(pd.DataFrame(rows, columns=columns))


def _distance_beyond_chance(
    own: np.ndarray, others: np.ndarray, seed: int
) -> tuple[float, float, float, float]:
    """Return the index of uniqueness, its interval, and the p-value of no difference."""
    if own.sum() < PROBLEMS_MINIMUM or others.sum() < PROBLEMS_MINIMUM:
        return (float("nan"),) * 4
    # The distance is symmetric, so two segments alone must get the same draws; and by counts, not
    # by names: neither order nor names of problems change them.
    own, others = sorted((own, others), key=lambda counts: (counts.sum(), sorted(counts)))
    order = np.lexsort((others, own))
    own, others = own[order], others[order]
    generator = np.random.default_rng(seed)
    divergence = float(jensen_shannon(own, others))
    permuted = generator.multivariate_hypergeometric(
        own + others, own.sum(), size=DRAWS, method="marginals"
    )
    by_chance = jensen_shannon(permuted, own + others - permuted)
    own_draws = generator.multinomial(own.sum(), own / own.sum(), size=DRAWS)
    others_draws = generator.multinomial(others.sum(), others / others.sum(), size=DRAWS)
    drawn = jensen_shannon(own_draws, others_draws)
    tail = (1 - rec.CONFIDENCE) / 2
    least, most = np.quantile(drawn, [tail, 1 - tail])
    estimates = (divergence - by_chance.mean(), 2 * divergence - most, 2 * divergence - least)
    index, low, high = np.sqrt(np.clip(estimates, 0.0, 1.0)).tolist()
    p_value = (1 + np.count_nonzero(by_chance >= divergence - 1e-12)) / (1 + DRAWS)
    return index, min(low, index), max(high, index), float(p_value)


def _cross(counts: pd.DataFrame) -> pd.DataFrame:
    """Return mentions: one row is one segment, one column one problem, both sorted."""
    counts = counts.assign(problems_count=counts["problems_count"].fillna(0).astype("int64"))
    return counts.pivot_table(
        index="segment_code", columns="problem", values="problems_count",
        aggfunc="sum", fill_value=0,
    ).astype("int64")  # fmt: skip


def _named(table: pd.DataFrame) -> list[str]:
    return [code for code in table.index if code != REST_CODE]
