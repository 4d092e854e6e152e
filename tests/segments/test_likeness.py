"""Likeness of segments: closed forms, a map that keeps distances, words that say the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon, pdist, squareform

from client_segments.segments import likeness

ATTRIBUTES = pd.DataFrame(
    {
        "attribute_code": ["a", "b", "s"],
        "attribute_name": ["Первый", "Второй", "Тайный"],
        "is_sensitive": [False, False, True],
    }
)
SHARES = {
    "one": {"a": [50, 50, 0], "b": [20, 80], "s": [90, 10]},
    "two": {"a": [45, 55, 0], "b": [25, 75], "s": [10, 90]},
    "far": {"a": [0, 0, 100], "b": [100, 0], "s": [50, 50]},
}


def table(shares: dict = SHARES) -> pd.DataFrame:
    rows = [
        (segment, attribute, code, share)
        for segment, own in shares.items()
        for attribute, known in own.items()
        for code, share in enumerate([1.0, *known])
    ]
    columns = ["segment_code", "attribute_code", "value_code", "share_pct"]
    return pd.DataFrame(rows, columns=columns)


def test_distance_is_the_mean_divergence_of_the_attributes():
    found = likeness.segment_likeness_table(table(), ATTRIBUTES)
    assert len(found) == 3
    pair = found[(found["segment_code"] == "one") & (found["other_segment_code"] == "two")].iloc[0]
    squares = [jensenshannon(SHARES["one"][name], SHARES["two"][name], 2) ** 2 for name in "abs"]
    assert pair["distance"] == pytest.approx(np.sqrt(np.mean(squares)))
    assert pair["likeness_pct"] == pytest.approx(100 * (1 - pair["distance"]))
    assert found["distance"].is_monotonic_increasing


def test_the_same_is_100_and_nothing_in_common_is_0():
    shares = {"x": {"a": [30, 70]}, "y": {"a": [30, 70]}, "z": {"a": [0, 0, 100]}}
    found = likeness.segment_likeness_table(table(shares), ATTRIBUTES)
    assert found["likeness_pct"].tolist() == pytest.approx([100, 0, 0])
    assert found["differs_by"].tolist() == ["", "Первый", "Первый"]


def test_sensitive_attributes_are_not_named():
    found = likeness.segment_likeness_table(table(), ATTRIBUTES)
    assert not found["differs_by"].str.contains("Тайный").any()


def test_an_attribute_nobody_has_there_parts_nobody():
    shares = {name: {**own, "b": [np.nan, np.nan]} if name == "far" else own
              for name, own in SHARES.items()}  # fmt: skip
    found = likeness.segment_likeness_table(table(shares), ATTRIBUTES)
    assert found["distance"].notna().all()


def test_a_map_of_points_of_a_plane_keeps_their_distances():
    generator = np.random.default_rng(2)
    points = generator.random((6, 2)) / 2
    codes = [f"s{number}" for number in range(6)]
    distances = squareform(pdist(points))
    rows = [(codes[i], codes[j], distances[i, j]) for i in range(6) for j in range(i + 1, 6)]
    frame = pd.DataFrame(rows, columns=["segment_code", "other_segment_code", "distance"])
    found = likeness.segment_map(frame)
    placed = found.points.set_index("segment_code").loc[codes, ["x", "y"]]
    np.testing.assert_allclose(squareform(pdist(placed)), distances, atol=1e-12)
    assert found.shown_pct == pytest.approx(100)
    renamed = frame.replace({code: f"z{9 - number}" for number, code in enumerate(codes)})
    turned = likeness.segment_map(renamed).points.set_index("segment_code")
    np.testing.assert_allclose(
        turned.loc[[f"z{9 - number}" for number in range(6)], ["x", "y"]], placed, atol=1e-9
    )


def test_one_and_two_segments_have_a_map_too():
    single = likeness.segment_likeness_table(table({"one": SHARES["one"]}), ATTRIBUTES)
    assert single.empty
    assert likeness.segment_map(single).points.empty
    two = likeness.segment_likeness_table(
        table({name: SHARES[name] for name in ("one", "two")}), ATTRIBUTES
    )
    points = likeness.segment_map(two).points
    assert np.ptp(points["x"]) == pytest.approx(two["distance"].iloc[0])
    assert np.ptp(points["y"]) == pytest.approx(0)


def test_the_nearest_are_named():
    found = likeness.segment_likeness_table(table(), ATTRIBUTES)
    names = {"one": "Первые", "two": "Вторые", "far": "Дальние"}
    assert likeness.nearest_segments(found, "one")["segment_code"].tolist() == ["two", "far"]
    sentence = likeness.nearest_sentence(found, "one", names)
    assert sentence.startswith("Ближе всего по признакам: «Вторые» (сходство ")
    assert "Дальние" not in sentence
    assert likeness.nearest_sentence(found, "one", {"one": "Первые"}) == ""
