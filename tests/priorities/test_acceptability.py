"""Acceptability analysis: closed forms, coverage of the draws, and what must change nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from client_segments.priorities import CRITERIA_COLUMNS, default_weights
from client_segments.priorities.ranking.acceptability import acceptability
from client_segments.priorities.ranking.draws import (
    CLAUSE_WEIGHTS,
    GIVEN_WEIGHTS,
    Estimates,
    clause_weights,
    draw_values,
    given_weights,
)
from client_segments.priorities.ranking.solving import (
    acceptability_table,
    confidence_table,
    contributions_table,
    solve,
)

NAN = float("nan")
DRAWS = 20_000
NEAR = 0.015  # four standard errors of a share of so many draws


def simplex(count, size, seed=1):
    points = np.random.default_rng(seed).standard_exponential((count, size))
    return points / points.sum(axis=1, keepdims=True)


def of(scores, weights=None, content=None):
    """Acceptability of exact scores, segments × criteria, under uniform weights."""
    scores = np.array(scores, dtype="float64")
    weights = simplex(DRAWS, scores.shape[1]) if weights is None else weights
    drawn = np.repeat(scores[None], len(weights), axis=0)
    is_empty = np.zeros(len(scores), dtype=bool)
    return acceptability(drawn, weights, is_empty, scores if content is None else content)


# --------------------------------------------------------------------------- closed forms


def test_two_criteria_have_an_analytic_answer():
    """w · 0.7 > (1 - w) · 0.4 exactly where w > 0.4 / 1.1."""
    found = of([[0.7, 0.0], [0.0, 0.4]])
    assert found.ranks[0] == pytest.approx([7 / 11, 4 / 11], abs=NEAR)
    assert found.ranks[1] == pytest.approx([4 / 11, 7 / 11], abs=NEAR)
    assert found.precedes[0, 1] == pytest.approx(7 / 11, abs=NEAR)
    # Central weights: the middles of the two parts of the segment 0-1.
    assert found.central_weights[0] == pytest.approx([(1 + 4 / 11) / 2, (7 / 11) / 2], abs=NEAR)
    assert found.central_weights[1] == pytest.approx([2 / 11, 9 / 11], abs=NEAR)


def test_three_segments_on_two_criteria():
    """The middle one leads only between the weights where its line is above both others."""
    found = of([[1.0, 0.0], [0.6, 0.6], [0.0, 1.0]])
    assert found.first(1) == pytest.approx([0.4, 0.2, 0.4], abs=NEAR)
    assert found.expected_rank.sum() == pytest.approx(6)
    assert found.first(3) == pytest.approx([1, 1, 1])


def test_corners_of_three_criteria_are_alike():
    found = of(np.eye(3))
    assert found.ranks == pytest.approx(np.full((3, 3), 1 / 3), abs=NEAR)
    # The mean weight of the greatest of three uniform spacings is 11/18.
    assert found.central_weights.diagonal() == pytest.approx([11 / 18] * 3, abs=NEAR)


def test_a_dominated_segment_never_precedes():
    found = of([[0.5, 0.5], [0.4, 0.5], [0.9, 0.0]])
    assert found.ranks[1, 0] == 0
    assert found.precedes[1, 0] == pytest.approx(0, abs=1e-3)  # equal only where w is 0
    assert np.isnan(found.central_weights[1]).all()


def test_equal_segments_share_places_and_order_between_them():
    found = of([[0.2, 0.8], [0.2, 0.8], [0.1, 0.1]])
    assert found.ranks == pytest.approx(np.array([[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]))
    assert found.precedes[0, 1] == 0.5
    assert found.expected_rank == pytest.approx([1.5, 1.5, 3])
    low, high = found.interval()
    assert low.tolist() == [1, 1, 3]
    assert high.tolist() == [2, 2, 3]
    assert found.holds(np.array([1, 1, 3])) == pytest.approx([1, 1, 1])


def test_ties_are_shared_over_all_the_places_they_take():
    found = of([[0.5], [0.5], [0.5], [0.9]], np.ones((10, 1)))
    assert found.ranks[0] == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])
    assert found.ranks.sum(axis=0) == pytest.approx([1, 1, 1, 1])


def test_ranks_and_pairs_agree_with_ranking_every_draw():
    generator = np.random.default_rng(3)
    scores = np.round(generator.uniform(size=(500, 7, 4)), 1)  # with ties
    weights = simplex(500, 4)
    totals = np.round(np.einsum("dsc,dc->ds", scores, weights), 12)
    found = acceptability(scores, weights, np.zeros(7, dtype=bool), generator.uniform(size=(7, 1)))
    ranks = stats.rankdata(-totals, axis=1)
    assert found.expected_rank == pytest.approx(ranks.mean(axis=0))
    wins = (totals[:, :, None] > totals[:, None, :]).mean(axis=0)
    ties = (totals[:, :, None] == totals[:, None, :]).mean(axis=0)
    off = ~np.eye(7, dtype=bool)
    assert found.precedes[off] == pytest.approx((wins + ties / 2)[off])
    assert found.ranks.sum(axis=0) == pytest.approx(np.ones(7))
    assert found.ranks.sum(axis=1) == pytest.approx(np.ones(7))


# --------------------------------------------------------------------------------- draws


def test_weights_of_the_clause_are_uniform_where_main_criteria_weigh_more():
    weights = clause_weights(np.random.default_rng(1), np.ones(4, dtype=bool), DRAWS)
    assert weights.sum(axis=1) == pytest.approx(np.ones(DRAWS))
    assert (weights[:, :2].min(axis=1) >= weights[:, 2:].max(axis=1)).all()
    # Means of ordered uniform spacings of 4: (1/4)·Σ 1/k, David & Nagaraja (2003).
    ordered = np.array([25 / 12, 13 / 12, 7 / 12, 1 / 4]) / 4
    expected = [ordered[:2].mean()] * 2 + [ordered[2:].mean()] * 2
    assert weights.mean(axis=0) == pytest.approx(expected, abs=0.005)


def test_given_weights_vary_by_a_half_and_keep_their_order():
    given = np.array([0.35, 0.35, 0.15, 0.15])
    weights = given_weights(np.random.default_rng(1), given, np.ones(4, dtype=bool), 5000)
    assert weights.shape == (5000, 4)
    assert weights.sum(axis=1) == pytest.approx(np.ones(5000))
    assert (weights[:, :2].min(axis=1) >= weights[:, 2:].max(axis=1)).all()
    assert weights.mean(axis=0) == pytest.approx(given, abs=0.02)
    ratio = weights[:, 0] / weights[:, 1]
    assert 1 / 3 <= ratio.min() < 0.45
    assert 2.2 < ratio.max() <= 3


def test_given_weights_against_the_clause_are_taken_as_they_are():
    given = np.array([0.1, 0.4, 0.4, 0.1])
    weights = given_weights(np.random.default_rng(1), given, np.ones(4, dtype=bool), 5000)
    assert weights.mean(axis=0) == pytest.approx(given, abs=0.02)


def estimates(values, low, high):
    return Estimates(*(np.array(part, dtype="float64") for part in (values, low, high)))


def test_drawn_estimates_have_their_intervals():
    values = [[1000.0, 70.0, 0.3, 40.0]]
    ends = [[800.0, 61.0, 0.2, 31.0]], [[1300.0, 78.0, 0.4, 50.0]]
    drawn = draw_values(
        np.random.default_rng(1), estimates(values, *ends), np.ones(4, dtype=bool), DRAWS
    )[:, 0]
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    width = np.array(ends[1][0]) - ends[0][0]
    assert np.abs(low - ends[0][0]).max() < (0.03 * width).max()
    assert (np.abs(low - ends[0][0]) < 0.03 * width + 1e-9).all()
    assert (np.abs(high - ends[1][0]) < 0.03 * width + 1e-9).all()
    assert np.median(drawn[:, 0]) == pytest.approx(1000, rel=0.01)
    assert drawn[:, 0].min() >= 800
    assert drawn[:, 0].max() <= 1300


def test_a_share_of_nobody_is_drawn_above_nobody():
    """0 of 20: Wilson's interval is 0-16.1 %, and no draw leaves 0-100."""
    drawn = draw_values(
        np.random.default_rng(1), estimates([[10, 0, NAN, NAN]], [[10, 0, NAN, NAN]], [[10, 16.1, NAN, NAN]]),
        np.ones(4, dtype=bool), DRAWS,
    )[:, 0]  # fmt: skip
    assert drawn[:, 1].min() >= 0
    assert drawn[:, 1].mean() == pytest.approx(8.05, abs=0.2)
    assert (drawn[:, 0] == 10).all()
    assert np.isnan(drawn[:, 2:]).all()


# ------------------------------------------------------------------------ a whole problem


def criteria(**segments):
    """Capacity, satisfaction with its half-width, uniqueness, blind zone of each segment."""
    rows = [
        {
            "segment_code": code, "segment_name": code.upper(), "satisfaction_pct": satisfaction,
            "capacity_count": size, "satisfaction_shrunk_pct": satisfaction,
            "problem_uniqueness": unique, "blind_zone_pct": zone,
            "capacity_low_count": size, "satisfaction_low_pct": satisfaction - half,
            "problem_uniqueness_low": unique, "blind_zone_low_pct": zone,
            "capacity_high_count": size, "satisfaction_high_pct": satisfaction + half,
            "problem_uniqueness_high": unique, "blind_zone_high_pct": zone,
        }
        for code, (size, satisfaction, half, unique, zone) in segments.items()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(CRITERIA_COLUMNS))


SEGMENTS = {
    "a": (900, 50, 9, 0.3, 40), "b": (500, 52, 9, 0.35, 10), "c": (700, 48, 9, 0.1, 30),
    "d": (700, 48, 9, 0.1, 30), "e": (40, 70, 4, 0.2, NAN),
}  # fmt: skip


def test_names_order_and_units_change_no_probability():
    first = solve(criteria(**SEGMENTS), default_weights())
    new = {"a": "z", "b": "y", "c": "k", "d": "b", "e": "a"}
    order = ["e", "d", "b", "c", "a"]
    renamed = criteria(**{new[code]: SEGMENTS[code] for code in order})
    sizes = ["capacity_count", "capacity_low_count", "capacity_high_count"]
    renamed[sizes] *= 1000
    again = solve(renamed, default_weights())
    back = [order.index(code) for code in SEGMENTS]
    for kind in (CLAUSE_WEIGHTS, GIVEN_WEIGHTS):
        assert again.drawn[kind].ranks[back] == pytest.approx(first.drawn[kind].ranks)
        assert again.drawn[kind].precedes[np.ix_(back, back)] == pytest.approx(
            first.drawn[kind].precedes, nan_ok=True
        )
    assert again.scores[back] == pytest.approx(first.scores, nan_ok=True)


def test_equal_segments_precede_each_other_half_the_time():
    found = solve(criteria(**SEGMENTS), default_weights()).drawn[CLAUSE_WEIGHTS]
    assert found.precedes[2, 3] == found.precedes[3, 2] == 0.5
    assert found.ranks[2].tolist() == found.ranks[3].tolist()
    assert (found.precedes + found.precedes.T)[~np.eye(5, dtype=bool)] == pytest.approx(np.ones(20))


def test_other_seeds_differ_by_no_more_than_chance():
    first, again = (solve(criteria(**SEGMENTS), default_weights(), seed) for seed in (1, 2))
    difference = first.drawn[CLAUSE_WEIGHTS].ranks - again.drawn[CLAUSE_WEIGHTS].ranks
    assert 0 < np.abs(difference).max() < 0.03


def test_tables_of_the_draws():
    solution = solve(criteria(**SEGMENTS), default_weights())
    places = acceptability_table(solution)
    assert len(places) == 2 * 5 * 5
    sums = places.groupby(["weight_kind", "segment_code"])["acceptability_pct"].sum()
    assert sums.tolist() == pytest.approx([100] * 10)
    assert len(confidence_table(solution)) == 5 * 4
    parts = contributions_table(solution)
    totals = parts.groupby("segment_code")["contribution"].sum()
    scores = dict(zip(solution.criteria["segment_code"], solution.totals, strict=True))
    assert totals.to_dict() == pytest.approx(scores)
    weights = parts.groupby("segment_code")["weight_pct"].sum()
    assert weights.tolist() == pytest.approx([100] * 5)
    missing = parts[(parts["segment_code"] == "e") & (parts["criterion"] == "blind_zone")]
    assert missing[["weight_pct", "contribution"]].isna().all(axis=None)


def test_nothing_known_gives_no_probability():
    nothing = criteria(a=(NAN,) * 5, b=(NAN,) * 5)
    solution = solve(nothing, default_weights())
    assert acceptability_table(solution).empty
    assert confidence_table(solution).empty
    assert contributions_table(solution)["contribution"].isna().all()
