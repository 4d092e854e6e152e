"""Exact tests of shares: against scipy, published intervals, whole populations and simulations."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from client_segments.hypotheses import HYPOTHESES
from client_segments.statistics import family_wise
from client_segments.validation import Evidence, exact_test, judge_all


@pytest.mark.parametrize("total", [1, 5, 17, 60, 400])
@pytest.mark.parametrize("criterion", [1, 37.5, 50, 60, 99])
def test_both_sides_are_scipy_s_binomial_test(total, criterion):
    for hits in {0, 1, total // 3, total // 2, total - 1, total}:
        found = exact_test(hits, total, criterion)
        for name, side in (("confirming_p", "greater"), ("refuting_p", "less")):
            expected = stats.binomtest(hits, total, criterion / 100, alternative=side).pvalue
            assert getattr(found, name) == pytest.approx(expected, rel=1e-9, abs=1e-12)
        low, high = stats.binomtest(hits, total).proportion_ci(method="exact")
        assert (found.low_pct, found.high_pct) == pytest.approx((100 * low, 100 * high))


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        # Newcombe (1998) Stat Med 17:857-872, table I, method 5 (Clopper and Pearson).
        (81, 263, 25.27, 36.76),
        (15, 148, 5.78, 16.17),
        (0, 20, 0.0, 16.84),
        (1, 29, 0.09, 17.76),
    ],
)
def test_intervals_are_the_published_ones(hits, total, low, high):
    found = exact_test(hits, total, 50)
    assert (found.low_pct, found.high_pct) == pytest.approx((low, high), abs=0.005)


def tail(hits: int, population: int, agreeing: int, total: int) -> float:
    """Chance of `hits` or more among `total` of a population, in whole numbers."""
    ways = sum(
        math.comb(agreeing, number) * math.comb(population - agreeing, total - number)
        for number in range(hits, min(total, agreeing) + 1)
    )
    return ways / math.comb(population, total)


@pytest.mark.parametrize(("hits", "total", "population"), [(8, 10, 12), (30, 40, 90), (3, 9, 30)])
def test_a_small_segment_is_counted_exactly(hits, total, population):
    found = exact_test(hits, total, 60, population)
    enough = math.ceil(0.6 * population - 1e-9)
    assert found.is_finite
    assert found.confirming_p == pytest.approx(tail(hits, population, enough - 1, total))
    assert found.refuting_p == pytest.approx(1 - tail(hits + 1, population, enough, total))
    # The interval holds the numbers of clients that neither tail excludes, and no others.
    possible = [
        agreeing for agreeing in range(hits, population - (total - hits) + 1)
        if tail(hits, population, agreeing, total) > 0.025
        and 1 - tail(hits + 1, population, agreeing, total) > 0.025
    ]  # fmt: skip
    assert found.low_pct == pytest.approx(100 * possible[0] / population)
    assert found.high_pct == pytest.approx(100 * possible[-1] / population)


@pytest.mark.parametrize(("hits", "verdict"), [(8, (0.0, 1.0)), (7, (1.0, 0.0))])
def test_answers_of_everybody_leave_nothing_to_chance(hits, verdict):
    found = exact_test(hits, 12, 60, 12)  # 60 % of twelve clients is eight
    assert (found.confirming_p, found.refuting_p) == pytest.approx(verdict)
    assert found.low_pct == found.high_pct == pytest.approx(100 * hits / 12)


def test_a_large_segment_and_an_impossible_number_of_clients_are_binomial():
    assert exact_test(8, 10, 60, 100_000) == exact_test(8, 10, 60)
    assert exact_test(8, 10, 60, 9) == exact_test(8, 10, 60)  # more answered than are known


def test_holm_s_adjustment():
    # Holm (1979), section 3: the ordered p-values times n, n - 1, … , never decreasing.
    p_values = [0.01, 0.04, 0.03, np.nan, 0.005]
    assert family_wise(p_values) == pytest.approx([0.03, 0.06, 0.06, np.nan, 0.02], nan_ok=True)
    scipy_like = stats.false_discovery_control([0.01, 0.04, 0.03, 0.005])
    assert (np.delete(family_wise(p_values), 3) >= scipy_like).all()  # stricter than the FDR


def hypotheses(count: int):
    rows = {
        "hypothesis_code": [f"Г{number}" for number in range(count)], "segment_code": "old",
        "kind": "channel", "hypothesis_text": "Текст", "status": "accepted", "criterion_pct": 60.0,
    }  # fmt: skip
    frame = pd.DataFrame(rows).reindex(columns=HYPOTHESES.column_names)
    return HYPOTHESES.conform(frame)


def false_verdicts(shares: np.ndarray, simulations: int, together: bool, seed: int) -> float:
    """Share of simulated groups with a wrong confirmation or refutation of any hypothesis.

    `together`: the same 80 respondents answer all questions alike, so that answers hang together.
    """
    generator = np.random.default_rng(seed)
    frame = hypotheses(len(shares))
    wrong = 0
    for _simulation in range(simulations):
        moods = generator.random((80, 1 if together else len(shares)))
        yes = (moods < shares).sum(axis=0)
        evidence = {f"Г{number}": Evidence(int(count), 80) for number, count in enumerate(yes)}
        verdicts = np.array([judged.verdict for _row, judged in judge_all(frame, evidence)])
        confirmed = (verdicts == "confirmed") & (shares < 0.6 - 1e-12)
        refuted = (verdicts == "refuted") & (shares >= 0.6 - 1e-12)
        wrong += bool(confirmed.any() or refuted.any())
    return wrong / simulations


@pytest.mark.parametrize("together", [False, True])
def test_a_group_has_a_false_verdict_in_less_than_five_per_cent(together):
    """Ten hypotheses at the edge of the criterion: the worst case for both sides."""
    shares = np.array([0.5999] * 5 + [0.6] * 5)
    rate = false_verdicts(shares, 400, together, seed=1)
    assert rate <= 0.05
    clear = np.array([0.9] * 5 + [0.3] * 5)
    assert false_verdicts(clear, 50, together, seed=2) == 0


def test_without_the_correction_the_error_would_be_larger():
    """The same groups judged hypothesis by hypothesis: the correction is not idle."""
    generator = np.random.default_rng(1)
    yes = generator.binomial(80, 0.6, size=(400, 10))
    tests = {count: exact_test(int(count), 80, 60) for count in np.unique(yes)}
    wrong = np.vectorize(
        lambda count: min(tests[count].confirming_p, tests[count].refuting_p) <= 0.025
    )(yes).any(axis=1)  # fmt: skip
    assert wrong.mean() > 0.15
