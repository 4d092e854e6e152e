"""Uniqueness of problems: how far a segment's problems differ from those of all others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from client_segments.labels import fold
from client_segments.priorities.contracts import PROBLEM_UNIQUENESS, PROBLEMS
from client_segments.segments import REST_CODE
from client_segments.statistics import jensen_shannon, wilson_interval

LIFT_MINIMUM = 1.5
"""Own: how many times as frequent as with the others a specific problem is."""
PROBLEMS_MINIMUM = 5
"""Own: mentions below which nothing is said of a segment's problems."""
DRAWS = 200
"""Own: simulations of distributions without a difference."""
_SMOOTHING = 0.5


def problem_counts(problems: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Count mentions of problems by segment.

    Parameters
    ----------
    problems
        Raw table `problems` with segment_code; rows in no segment are left out.

    Returns
    -------
    counts : DataFrame
        One row is one segment × problem: segment_code, problem, problems_count. The same
        problem of one client counts once. Spellings that fold alike are one problem.
    uncoded_count : int
        Rows with a text but without a problem: they await coding.
    """
    uncoded = problems["problem"].isna() & problems["problem_text"].notna()
    placed = problems.dropna(subset=["problem", "segment_code"])
    placed = placed.assign(
        key=placed["problem"].map(fold), problems_count=placed["problems_count"].fillna(1)
    )
    named = placed["client_id"].notna()
    once = placed[named].drop_duplicates(["client_id", "key"]).assign(problems_count=1)
    counted = pd.concat([once, placed[~named]])
    spelled = placed.groupby("key")["problem"].min()
    counts = counted.groupby(["segment_code", "key"], as_index=False)["problems_count"].sum()
    counts["problem"] = counts["key"].map(spelled).astype("str")
    return counts[["segment_code", "problem", "problems_count"]], int(uncoded.sum())


def problem_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """Compare each segment's problems with those of all others; return table `problems`.

    Parameters
    ----------
    counts
        One row is one segment × problem: segment_code, problem, problems_count. Zeros may be
        absent. The rest of clients belongs to the others and gets no rows.
    """
    table = _cross(counts)
    rows = []
    for code in _named(table):
        own = table.loc[code]
        others = table.drop(index=code).sum()
        own_total, others_total = own.sum(), others.sum()
        if not own_total:
            continue
        low, _high = wilson_interval(own, own_total)
        lift = ((own + _SMOOTHING) / (own_total + 2 * _SMOOTHING)) / (
            (others + _SMOOTHING) / (others_total + 2 * _SMOOTHING)
        )
        others_share = others / others_total if others_total else others * np.nan
        specific = (lift >= LIFT_MINIMUM) & (own >= PROBLEMS_MINIMUM) & (low > others_share)
        part = pd.DataFrame(
            {
                "segment_code": code,
                "problem": table.columns,
                "problems_count": own.to_numpy(),
                "share_pct": 100 * (own / own_total).to_numpy(),
                "others_count": others.to_numpy(),
                "others_share_pct": 100 * others_share.to_numpy(),
                "lift": lift.to_numpy() if others_total else np.nan,
                "is_specific": specific.to_numpy(),
            }
        )
        rows.append(part.sort_values("problems_count", ascending=False, kind="stable"))
    return PROBLEMS.conform(pd.concat(rows)) if rows else PROBLEMS.empty()


def uniqueness(counts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Measure how far each segment's problems differ from the others'; `problem_uniqueness`.

    Parameters
    ----------
    counts
        As for `problem_rates`.
    seed
        Seed of the simulation.

    Notes
    -----
    The Jensen-Shannon distance (square root of the divergence: Endres & Schindelin (2003) IEEE
    Trans Inf Theory 49:1858-1860) less its mean over samples of the same sizes drawn from the
    pooled distribution: small counts differ by chance alone.
    """
    table = _cross(counts)
    rates = problem_rates(counts)
    rows = []
    for code in _named(table):
        own = table.loc[code].to_numpy()
        others = table.drop(index=code).sum().to_numpy()
        specific = rates[(rates["segment_code"] == code) & rates["is_specific"].astype(bool)]
        rows.append(
            {
                "segment_code": code,
                "problems_count": int(own.sum()),
                "problem_uniqueness": _distance_beyond_chance(own, others, seed),
                "specific_problems": "; ".join(specific["problem"]) or None,
            }
        )
    columns = PROBLEM_UNIQUENESS.column_names
    return PROBLEM_UNIQUENESS.conform(pd.DataFrame(rows, columns=columns))


def _distance_beyond_chance(own: np.ndarray, others: np.ndarray, seed: int) -> float:
    if own.sum() < PROBLEMS_MINIMUM or others.sum() < PROBLEMS_MINIMUM:
        return float("nan")
    # The distance is symmetric, so two segments alone must get the same draws; and by counts, not
    # by names: neither order nor names of problems change them.
    own, others = sorted((own, others), key=lambda counts: (counts.sum(), sorted(counts)))
    order = np.lexsort((others, own))
    own, others = own[order], others[order]
    pooled = (own + others) / (own + others).sum()
    generator = np.random.default_rng(seed)
    own_draws = generator.multinomial(own.sum(), pooled, size=DRAWS)
    others_draws = generator.multinomial(others.sum(), pooled, size=DRAWS)
    by_chance = float(np.mean(np.sqrt(jensen_shannon(own_draws, others_draws))))
    distance = float(np.sqrt(jensen_shannon(own, others)))
    return float(np.clip(distance - by_chance, 0.0, 1.0))


def _cross(counts: pd.DataFrame) -> pd.DataFrame:
    """Return mentions: one row is one segment, one column one problem, both sorted."""
    counts = counts.assign(problems_count=counts["problems_count"].fillna(0).astype("int64"))
    return counts.pivot_table(
        index="segment_code", columns="problem", values="problems_count",
        aggfunc="sum", fill_value=0,
    ).astype("int64")  # fmt: skip


def _named(table: pd.DataFrame) -> list[str]:
    return [code for code in table.index if code != REST_CODE]
