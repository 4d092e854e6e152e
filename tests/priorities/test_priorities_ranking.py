"""Ranking: closed forms, planted order, and what must change nothing."""

import numpy as np
import pandas as pd
import pytest

from client_segments.priorities import CRITERIA_COLUMNS, default_weights, rank_segments
from client_segments.priorities.ranking import _draw_weights


def criteria(**segments):
    """Capacity, satisfaction with its half-width, uniqueness, blind zone of each segment."""
    rows = []
    for code, (size, satisfaction, half, unique, zone) in segments.items():
        low, high = satisfaction - half, satisfaction + half
        rows.append((code, code.upper(), size, satisfaction, low, high, unique, zone, zone, zone))
    return pd.DataFrame(rows, columns=list(CRITERIA_COLUMNS))


NAN = float("nan")
THREE = {"a": (1000, 30, 5, 0.5, 60), "b": (100, 60, 5, 0.2, 30), "c": (10, 90, 5, 0.0, 10)}


def test_default_weights_put_main_criteria_above():
    assert list(default_weights().values()) == pytest.approx([0.35, 0.35, 0.15, 0.15])


def test_score_is_the_weighted_sum_of_normalised_criteria():
    table = rank_segments(criteria(**THREE), default_weights(), 1).set_index("segment_code")
    assert table["rank"].tolist() == [1, 2, 3]
    assert table.loc["a", "score"] == pytest.approx(1)
    middle = 0.35 * 0.5 + 0.35 * 0.5 + 0.15 * 0.4 + 0.15 * 0.4
    assert table.loc["b", "score"] == pytest.approx(middle)
    assert table["first_pct"].tolist() == pytest.approx([100, 0, 0])
    assert table["is_stable"].all()


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
    columns = ["score", "rank", "first_pct", "rank_low", "rank_high", "is_stable"]
    first = first.assign(segment_code=first["segment_code"].map(new)).set_index("segment_code")
    pd.testing.assert_frame_equal(
        first[columns].sort_index(), again[columns].sort_index(), rtol=1e-12
    )


def test_units_of_capacity_change_nothing():
    table = criteria(**THREE)
    thousandfold = table.assign(capacity_count=1000 * table["capacity_count"])
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


def test_one_segment_is_first():
    row = rank_segments(criteria(a=THREE["a"]), default_weights(), 1).iloc[0]
    assert (row["rank"], row["first_pct"], row["is_stable"]) == (1, 100, True)


def test_no_data_at_all():
    nothing = (NAN, NAN, NAN, NAN, NAN)
    table = rank_segments(criteria(a=nothing, b=nothing), default_weights(), 1)
    assert table["score"].isna().all()
    assert table["first_pct"].isna().all()
    assert not table["is_stable"].any()
    assert rank_segments(criteria(), default_weights(), 1).empty


def test_a_segment_without_clients_is_last():
    table = rank_segments(
        criteria(a=(0, 10, 5, 0.9, 90), b=THREE["b"], c=THREE["c"]), default_weights(), 1
    )
    assert table["segment_code"].tolist()[-1] == "a"
    assert table["rank"].tolist() == [1, 2, 3]


def test_drawn_weights_are_uniform_where_main_criteria_weigh_more():
    weights = _draw_weights(np.random.default_rng(1), np.ones(4, dtype=bool))
    assert weights.sum(axis=1) == pytest.approx(np.ones(len(weights)))
    assert (weights[:, :2].min(axis=1) >= weights[:, 2:].max(axis=1)).all()
    # Means of ordered uniform spacings of 4: (1/4)·Σ 1/k, David & Nagaraja (2003).
    ordered = np.array([25 / 12, 13 / 12, 7 / 12, 1 / 4]) / 4
    expected = [ordered[:2].mean()] * 2 + [ordered[2:].mean()] * 2
    assert weights.mean(axis=0) == pytest.approx(expected, abs=0.01)
