"""Ranking: closed forms, planted order, other methods, moving weights, what must change nothing."""

import numpy as np
import pandas as pd
import pytest

from client_segments.priorities import CRITERIA_COLUMNS, default_weights, rank_segments, solve
from client_segments.priorities.ranking import DecidedWeights, ranking_tables
from client_segments.priorities.ranking.methods import _tau_words
from client_segments.priorities.ranking.scores import is_undominated
from client_segments.priorities.ranking.sensitivity import keeping_range, moved_weights

NAN = float("nan")


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


THREE = {"a": (1000, 30, 5, 0.5, 60), "b": (100, 60, 5, 0.2, 30), "c": (10, 90, 5, 0.0, 10)}


def tables(weights=None, **segments):
    weights = {**dict.fromkeys(default_weights(), 0.0), **(weights or default_weights())}
    return ranking_tables(solve(criteria(**segments), weights), DecidedWeights(weights))


# --------------------------------------------------------------------------- weighted sum


def test_default_weights_put_main_criteria_above():
    assert list(default_weights().values()) == pytest.approx([0.35, 0.35, 0.15, 0.15])


def test_score_is_the_weighted_sum_of_normalised_criteria():
    table = rank_segments(criteria(**THREE), default_weights(), 1).set_index("segment_code")
    assert table["rank"].tolist() == [1, 2, 3]
    assert table.loc["a", "score"] == pytest.approx(1)
    middle = 0.35 * 0.5 + 0.35 * 0.5 + 0.15 * 0.4 + 0.15 * 0.4
    assert table.loc["b", "score"] == pytest.approx(middle)
    assert table["first_pct"].tolist() == pytest.approx([100, 0, 0])
    assert table["expected_rank"].tolist() == pytest.approx([1, 2, 3])
    assert table["first_count_pct"].tolist() == pytest.approx([100, 100, 100])
    assert table["is_stable"].all()
    assert table["is_nondominated"].tolist() == [True, False, False]


def test_the_number_of_first_segments_is_what_people_chose():
    table = rank_segments(criteria(**THREE), default_weights(), 1, first_count=2)
    assert table["first_count"].tolist() == [2, 2, 2]
    assert table["first_count_pct"].tolist() == pytest.approx([100, 100, 0])


def test_overlapping_estimates_are_unstable():
    table = rank_segments(
        criteria(a=(100, 50, 30, NAN, NAN), b=(100, 52, 30, NAN, NAN)), default_weights(), 1
    )
    assert not table["is_stable"].any()
    assert 45 < table["first_pct"].iloc[0] < 65
    assert table["first_pct"].sum() == pytest.approx(100)


def test_order_and_names_of_segments_change_nothing():
    segments = {"a": (900, 50, 9, 0.3, 40), "b": (500, 52, 9, 0.35, 10), "c": (700, 48, 9, 0.1, 30),
                "d": (700, 48, 9, 0.1, 30)}  # fmt: skip
    first = rank_segments(criteria(**segments), default_weights(), 1)
    new = {"a": "z", "b": "y", "c": "k", "d": "b"}
    renamed = {new[code]: segments[code] for code in ("d", "b", "c", "a")}
    again = rank_segments(criteria(**renamed), default_weights(), 1).set_index("segment_code")
    first = first.assign(segment_code=first["segment_code"].map(new)).set_index("segment_code")
    pd.testing.assert_frame_equal(
        first.drop(columns="segment_name").sort_index(),
        again.drop(columns="segment_name").sort_index(),
        rtol=1e-9,
    )


def test_units_of_capacity_change_nothing():
    table = criteria(**THREE)
    sizes = ["capacity_count", "capacity_low_count", "capacity_high_count"]
    thousandfold = table.assign(**{name: 1000 * table[name] for name in sizes})
    first, again = (rank_segments(frame, default_weights(), 1) for frame in (table, thousandfold))
    pd.testing.assert_frame_equal(
        first.drop(columns="capacity_count"), again.drop(columns="capacity_count")
    )


def test_a_missing_criterion_leaves_its_weight_to_the_others():
    segments = {code: (*row[:3], NAN, NAN) for code, row in THREE.items()}
    table = rank_segments(criteria(**segments), default_weights(), 1)
    assert table["score"].tolist() == pytest.approx([1, 0.5, 0])
    assert set(table["missing_criteria"]) == {"Уникальность проблем, Слепая зона"}


def test_equal_segments_share_a_rank():
    table = rank_segments(criteria(a=THREE["a"], b=THREE["a"]), default_weights(), 1)
    assert table["rank"].tolist() == [1, 1]
    assert table["score"].tolist() == pytest.approx([0.5, 0.5])
    assert table["first_pct"].tolist() == pytest.approx([50, 50])
    assert table["is_stable"].all()
    assert table["is_nondominated"].all()


def test_one_segment_is_first():
    row = rank_segments(criteria(a=THREE["a"]), default_weights(), 1).iloc[0]
    assert (row["rank"], row["first_pct"], row["is_stable"]) == (1, 100, True)
    assert row["is_nondominated"]
    found = tables(a=THREE["a"])
    assert found["rank_confidence"].empty
    assert set(found["method_agreement"]["agreement_text"]) == {"сравнить нечего"}


def test_no_data_at_all():
    nothing = (NAN, NAN, NAN, NAN, NAN)
    table = rank_segments(criteria(a=nothing, b=nothing), default_weights(), 1)
    assert table[["score", "first_pct", "expected_rank"]].isna().all(axis=None)
    assert not table["is_stable"].any()
    assert not table["is_nondominated"].any()
    assert rank_segments(criteria(), default_weights(), 1).empty
    found = tables(a=nothing, b=nothing)
    assert found["ranking_methods"]["method_score"].isna().all()
    assert found["weight_sensitivity"].empty
    assert tables()["ranking_methods"].empty


def test_criteria_that_do_not_differ_decide_nothing():
    segments = {"a": (100, 50, 0, 0.2, 30), "b": (100, 50, 0, 0.2, 20)}
    table = rank_segments(criteria(**segments), default_weights(), 1)
    assert table["score"].tolist() == pytest.approx([0.5 * 0.85 + 0.15, 0.5 * 0.85])
    assert table["is_nondominated"].tolist() == [True, False]


def test_a_segment_without_clients_is_last():
    table = rank_segments(
        criteria(a=(0, 10, 5, 0.9, 90), b=THREE["b"], c=THREE["c"]), default_weights(), 1
    )
    assert table["segment_code"].tolist()[-1] == "a"
    assert table["rank"].tolist() == [1, 2, 3]
    assert not table["is_nondominated"].iloc[-1]
    found = tables(a=(0, 10, 5, 0.9, 90), b=THREE["b"], c=THREE["c"])["ranking_methods"]
    assert set(found.loc[found["segment_code"] == "a", "rank"]) == {3}


# ------------------------------------------------------------------------------ dominance


def test_dominance_agrees_with_its_definition():
    generator = np.random.default_rng(4)
    scores = np.round(generator.uniform(size=(40, 3)), 1)
    found = is_undominated(scores, np.ones(3, dtype=bool), np.zeros(40, dtype=bool))
    expected = [
        not any((other >= mine).all() and (other > mine).any() for other in scores)
        for mine in scores
    ]
    assert found.tolist() == expected
    assert 0 < sum(expected) < 40


def test_what_is_not_known_cannot_be_dominated():
    scores = np.array([[0.9, 0.9], [0.5, NAN], [0.4, 0.2], [NAN, NAN]])
    used, empty = np.ones(2, dtype=bool), np.zeros(4, dtype=bool)
    assert is_undominated(scores, used, empty).tolist() == [True, True, False, False]
    one = np.array([True, False])
    assert is_undominated(scores, one, empty).tolist() == [True, False, False, False]


# -------------------------------------------------------------------------- moving weights


def test_first_place_changes_where_the_lines_cross():
    """By capacity a leads 1 : 0, by satisfaction b leads 1 : 0; a stays first above one half."""
    segments = {"a": (1000, 80, 0, NAN, NAN), "b": (10, 40, 0, NAN, NAN)}
    weights = {"capacity": 0.6, "satisfaction": 0.4}
    solution = solve(criteria(**segments), weights)
    assert keeping_range(solution, 0) == (pytest.approx(0.5), 1.0, 1)
    assert keeping_range(solution, 1) == (0.0, pytest.approx(0.5), 1)
    found = tables(weights, **segments)
    rows = found["criterion_weights"].set_index("criterion")
    assert rows.loc["capacity", "keeps_from_pct"] == pytest.approx(50)
    assert rows.loc["capacity", "next_first"] == "B"
    assert rows.loc["blind_zone", ["keeps_from_pct", "next_first"]].isna().all()
    moved = found["weight_sensitivity"].set_index(["criterion", "weight_pct", "segment_code"])
    assert moved.loc[("capacity", 45.0), "rank"].to_dict() == {"a": 2, "b": 1}
    assert moved.loc[("capacity", 50.0), "rank"].to_dict() == {"a": 1, "b": 1}
    assert moved.loc[("capacity", 55.0), "rank"].to_dict() == {"a": 1, "b": 2}


@pytest.mark.parametrize("seed", range(6))
def test_the_range_agrees_with_trying_every_weight(seed):
    generator = np.random.default_rng(seed)
    numbers = generator.uniform([100, 20, 0, 0], [9000, 90, 1, 80], (6, 4))
    numbers[generator.uniform(size=(6, 4)) < 0.15] = NAN
    numbers[:, 0] = np.round(generator.uniform(100, 9000, 6))
    table = criteria(
        **{f"s{n}": (row[0], row[1], 0, row[2], row[3]) for n, row in enumerate(numbers)}
    )
    solution = solve(table, default_weights(), count=10)
    grid = np.linspace(0, 1, 4001)
    for place in range(4):
        low, high, _rival = keeping_range(solution, place)
        moved = moved_weights(solution.weights, place, grid, np.ones(4, dtype=bool))
        known = ~np.isnan(solution.scores)
        sums = moved @ np.where(known, solution.scores, 0).T
        with np.errstate(invalid="ignore", divide="ignore"):
            totals = sums / (moved @ known.T.astype(float))
        is_first = np.nanargmax(totals, axis=1) == np.argmax(solution.totals)
        now = round(solution.weights[place] * 4000)
        lost = np.flatnonzero(~is_first)
        below, above = lost[lost < now], lost[lost > now]
        assert low == pytest.approx(grid[below.max()] if len(below) else 0, abs=5e-4)
        assert high == pytest.approx(grid[above.min()] if len(above) else 1, abs=5e-4)


# -------------------------------------------------------------------------- other methods


def test_methods_agree_where_one_segment_dominates_the_next():
    found = tables(**THREE)
    ranks = found["ranking_methods"].pivot(index="segment_code", columns="method", values="rank")
    assert ranks.shape == (3, 4)
    assert (ranks.T == [1, 2, 3]).all(axis=None)
    assert found["method_agreement"]["kendall_tau"].tolist() == pytest.approx([1, 1, 1])
    assert set(found["method_agreement"]["agreement_text"]) == {"порядок тот же"}


def test_methods_that_disagree_say_so():
    """b is a little better by three criteria, a is far better by the one of half the weight."""
    weights = {"capacity": 0.4, "satisfaction": 0.2, "problem_uniqueness": 0.2, "blind_zone": 0.2}
    segments = {"a": (9000, 50, 0, 0.50, 50), "b": (10, 49, 0, 0.51, 51), "c": (5, 99, 0, 0.0, 0)}
    found = tables(weights, **segments)
    first = found["method_agreement"].set_index("method")["first_segments"]
    assert first["topsis"] == "«A»"
    assert first["promethee"] == "«B»"
    tau = found["method_agreement"].set_index("method")["kendall_tau"]
    assert tau["promethee"] == pytest.approx(1 / 3)
    assert _tau_words(1 / 3) == "порядок схож лишь отчасти"


def test_a_missing_criterion_does_not_stop_other_methods():
    segments = {**THREE, "d": (500, NAN, NAN, 0.4, NAN)}
    ranks = tables(**segments)["ranking_methods"]
    assert ranks["method_score"].notna().all()
    assert ranks.groupby("method")["rank"].apply(sorted).tolist() == [[1, 2, 3, 4]] * 4
