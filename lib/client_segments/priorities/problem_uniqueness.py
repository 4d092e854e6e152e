"""Uniqueness of problems: how far a segment's problems differ from those of all others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.priorities.contracts import PROBLEM_UNIQUENESS
from client_segments.priorities.problems import (
    PROBLEMS_MINIMUM,
    clients_of,
    count_once,
    mentions_by_segment,
    named_segments,
    problem_rates,
)
from client_segments.statistics import jensen_shannon

DRAWS = 500
"""Own: permutations of clients among segments, and simulations of a segment's clients."""


def problem_sets(problems: pd.DataFrame) -> pd.DataFrame:
    """Count clients by segment and the set of problems they name.

    A client who names three problems is one voice and not three: what chance brings is drawn by
    clients. A row without a client is a set of its own.

    Returns
    -------
    DataFrame
        One row is one segment × set: segment_code, problems (tuple of names), clients_count.
    """
    counted = count_once(problems)
    names = counted["key"].map(counted.groupby("key")["problem"].min()).astype("str")
    counted = counted.assign(problem=names).sort_values("problem", kind="stable")
    is_named = counted["client_id"].notna()
    by_client = counted[is_named].groupby(["segment_code", "client_id"])["problem"].agg(tuple)
    nameless = counted[~is_named]
    sets = pd.concat(
        [
            by_client.rename("problems").reset_index().assign(clients_count=1),
            nameless.assign(
                problems=[(name,) for name in nameless["problem"]],
                clients_count=nameless["problems_count"],
            ),
        ]
    )
    sums = sets.groupby(["segment_code", "problems"], as_index=False)["clients_count"].sum()
    return sums.astype({"clients_count": "int64"})


def uniqueness(
    counts: pd.DataFrame,
    seed: int,
    clients: pd.DataFrame | None = None,
    sets: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Measure how far each segment's problems differ from the others'; `problem_uniqueness`.

    Parameters
    ----------
    counts, clients
        As for `problem_rates`.
    seed
        Seed of the permutations.
    sets
        Clients by set of problems (`problem_sets`). Without it every mention counts as a client
        of its own: right only where nobody names two problems.

    Notes
    -----
    The index is the Jensen-Shannon distance (square root of the divergence: Endres & Schindelin
    (2003) IEEE Trans Inf Theory 49:1858-1860) after the divergence has lost what chance alone
    brings: its mean when the clients are permuted among the segment and the others. So small
    segments do not look unique because they are small, nor alike because they were corrected.
    Clients and not mentions are permuted: a client's problems come together, and mentions drawn
    one by one would alarm too often where problems go in bundles, and too seldom where a client
    names several different ones. The interval is a basic bootstrap of the divergence, whose centre
    carries the same correction.
    """
    table = mentions_by_segment(counts)
    voices, members = _voices(table, sets)
    rates = problem_rates(counts, clients)
    rows = []
    for code in named_segments(table):
        own = voices.loc[code].to_numpy()
        others = voices.drop(index=code).sum().to_numpy()
        specific = rates[(rates["segment_code"] == code) & rates["is_specific"].astype(bool)]
        index, low, high, p_value = distance_beyond_chance(own, others, members, seed)
        rows.append(
            {
                "segment_code": code,
                "problems_count": int(table.loc[code].sum()),
                "reporters_count": clients_of(clients, code)[0],
                "problem_uniqueness": index,
                "uniqueness_low": low,
                "uniqueness_high": high,
                "p_value": p_value,
                "specific_problems": "; ".join(specific["problem"]) or None,
            }
        )
    columns = PROBLEM_UNIQUENESS.column_names
    return PROBLEM_UNIQUENESS.conform(pd.DataFrame(rows, columns=columns))


def _voices(table: pd.DataFrame, sets: pd.DataFrame | None) -> tuple[pd.DataFrame, np.ndarray]:
    """Return clients by segment and set of problems, and which problems each set holds.

    One row of the matrix is one set, one column one problem of the table, in its order.
    """
    if sets is None:
        return table, np.eye(table.shape[1], dtype="int64")
    voices = sets.pivot_table(
        index="segment_code", columns="problems", values="clients_count", aggfunc="sum",
        fill_value=0,
    ).astype("int64").reindex(table.index, fill_value=0)  # fmt: skip
    held = [set(problems) for problems in voices.columns]
    members = np.array([[name in problems for name in table.columns] for problems in held])
    return voices, members.astype("int64").reshape(len(held), table.shape[1])


def distance_beyond_chance(
    own: np.ndarray, others: np.ndarray, members: np.ndarray, seed: int
) -> tuple[float, float, float, float]:
    """Return the index of uniqueness, its interval, and the p-value of no difference.

    Parameters
    ----------
    own, others
        Clients by set of problems.
    members
        Which problems each set holds: one row is one set, one column one problem.
    """
    if min((own @ members).sum(), (others @ members).sum()) < PROBLEMS_MINIMUM:
        return (float("nan"),) * 4
    # The distance is symmetric, so two segments alone must get the same draws; and by counts, not
    # by names: neither order nor names of problems change them.
    own, others = sorted((own, others), key=lambda counts: (counts.sum(), sorted(counts)))
    named = (own + others) @ members
    order = np.lexsort((members @ named, members.sum(axis=1), others, own))
    own, others, members = own[order], others[order], members[order]
    members = members[:, np.lexsort(tuple(-members[::-1]))]  # sums in the same order of problems
    generator = np.random.default_rng(seed)
    divergence = float(jensen_shannon(own @ members, others @ members))
    permuted = generator.multivariate_hypergeometric(
        own + others, own.sum(), size=DRAWS, method="marginals"
    )
    by_chance = jensen_shannon(permuted @ members, (own + others - permuted) @ members)
    own_draws = generator.multinomial(own.sum(), own / own.sum(), size=DRAWS)
    others_draws = generator.multinomial(others.sum(), others / others.sum(), size=DRAWS)
    drawn = jensen_shannon(own_draws @ members, others_draws @ members)
    tail = (1 - rec.CONFIDENCE) / 2
    least, most = np.quantile(drawn, [tail, 1 - tail])
    estimates = (divergence - by_chance.mean(), 2 * divergence - most, 2 * divergence - least)
    index, low, high = np.sqrt(np.clip(estimates, 0.0, 1.0)).tolist()
    p_value = (1 + np.count_nonzero(by_chance >= divergence - 1e-12)) / (1 + DRAWS)
    return index, min(low, index), max(high, index), float(p_value)
