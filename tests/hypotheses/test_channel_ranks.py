"""Order of channels, preference against use, reasons: published intervals and planted truth."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from client_segments.hypotheses.channel_ranks import (
    channel_gaps,
    channel_reasons,
    rank_channels,
)
from client_segments.hypotheses.channels import compute_channel_shares
from client_segments.statistics import difference_interval, paired_difference_interval


def mentions(*rows):
    """Make mentions: client, segment, kind, channel, reason."""
    frame = pd.DataFrame(rows, columns=["client_id", "segment_code", "kind", "item_code", "reason"])
    return frame.assign(
        use="submitting", item_name=frame["item_code"].str.upper(), weight=1,
        speaker="client " + frame["client_id"],
    )  # fmt: skip


def told(kind, counts, segment="a", start=0):
    numbers = iter(range(start, 100_000))
    return [(f"k{next(numbers)}", segment, kind, code, None) for code, n in counts.items() for _ in range(n)]  # fmt: skip


def test_intervals_are_goodmans_and_places_follow_from_them():
    shares = compute_channel_shares(
        mentions(*told("preferred", {"mfc": 150, "post": 28, "web": 22})), ["a"]
    )
    ranks = rank_channels(shares)
    row = ranks[(ranks["segment_code"] == "a") & (ranks["channel_code"] == "web")].iloc[0]
    # Goodman 1965: (B + 2n ± √(B (B + 4 n (N - n) / N))) / (2 (N + B)), B of chi-square at α / k.
    quantile = stats.chi2.ppf(1 - 0.05 / 3, 1)
    spread = np.sqrt(quantile * (quantile + 4 * 22 * 178 / 200))
    expected = [100 * (quantile + 44 + sign * spread) / (2 * (200 + quantile)) for sign in (-1, 1)]
    assert row[["low_pct", "high_pct"]].tolist() == pytest.approx(expected)
    places = ranks[ranks["segment_code"] == "a"].set_index("channel_code")
    assert places[["rank", "rank_low", "rank_high"]].to_numpy().tolist() == [[1, 1, 1], [2, 2, 3], [3, 2, 3]]  # fmt: skip
    assert places["is_first"].tolist() == [True, False, False]


def test_places_hold_the_true_order_as_often_as_promised():
    generator = np.random.default_rng(20240912)
    names = ["a", "b", "c", "d", "e"]
    counts = generator.multinomial(150, [0.3, 0.25, 0.2, 0.15, 0.1], size=400)
    shares = pd.DataFrame(
        {
            "segment_code": np.repeat([f"s{number}" for number in range(400)], 5),
            "use": "submitting", "kind": "used", "channel_code": names * 400,
            "channel_name": names * 400, "answers_count": counts.ravel(), "total_count": 150,
            "share_pct": counts.ravel() / 1.5, "low_pct": 0.0, "high_pct": 0.0,
        }
    )  # fmt: skip
    ranks = rank_channels(shares)
    truth = ranks["channel_code"].map(names.index) + 1
    holds = (ranks["rank_low"] <= truth) & (ranks["rank_high"] >= truth)
    assert holds.groupby(ranks["segment_code"]).all().mean() >= 0.95


def test_paired_interval_is_newcombes():
    # Where the two are not related the correction leaves no correlation, and the interval is
    # that of two independent samples of the same people.
    low, high = paired_difference_interval(25, 25, 25, 25)
    assert (low, high) == pytest.approx(difference_interval(50, 100, 50, 100))
    # By hand from the formulas of method 10 for 30, 15, 5, 50 (phi by ad - bc - n / 2 over the root).
    wilson = stats.binomtest
    first, second = (wilson(45, 100).proportion_ci(method="wilson"), wilson(35, 100).proportion_ci(method="wilson"))  # fmt: skip
    phi = (30 * 50 - 15 * 5 - 50) / np.sqrt(45 * 55 * 35 * 65)
    down, up = 0.45 - first.low, second.high - 0.35
    expected = 0.1 - np.sqrt(down**2 - 2 * phi * down * up + up**2)
    assert paired_difference_interval(30, 15, 5, 50)[0] == pytest.approx(expected)
    assert np.isnan(paired_difference_interval(0, 0, 0, 0)[0])


def test_paired_interval_covers_what_it_should():
    generator = np.random.default_rng(5)
    cells = generator.multinomial(60, [0.35, 0.2, 0.1, 0.35], size=4000)
    low, high = paired_difference_interval(*cells.T)
    assert 0.94 <= ((low <= 0.1) & (high >= 0.1)).mean() <= 0.975


def test_preference_and_use_part_where_planted_and_nowhere_else():
    generator = np.random.default_rng(11)
    rows = []
    for segment, preferred in (("part", [0.2, 0.8]), ("same", [0.6, 0.4])):
        for number in range(300):
            client = f"{segment}{number}"
            rows.append(
                (client, segment, "used", generator.choice(["mfc", "web"], p=[0.6, 0.4]), None)
            )
            rows.append((client, segment, "preferred", generator.choice(["mfc", "web"], p=preferred), None))  # fmt: skip
    gaps = channel_gaps(mentions(*rows), ["part", "same"]).set_index(
        ["segment_code", "channel_code"]
    )
    assert gaps["is_paired"].all()
    web = gaps.loc[("part", "web")]
    assert web["is_parted"]
    assert web["low_pct"] <= 40 <= web["high_pct"]
    assert web["clients_count"] == 300
    assert not gaps.loc["same", "is_parted"].any()


def test_clients_who_told_one_only_are_compared_as_different_people():
    rows = [
        *told("used", {"mfc": 40, "web": 60}),
        *told("preferred", {"mfc": 10, "web": 90}, start=500),
    ]
    gap = channel_gaps(mentions(*rows), ["a"]).set_index(["segment_code", "channel_code"])
    web = gap.loc[("a", "web")]
    assert not web["is_paired"]
    expected = [100 * bound.item() for bound in difference_interval(90, 100, 60, 100)]
    assert web[["low_pct", "high_pct"]].tolist() == pytest.approx(expected)
    assert channel_gaps(mentions(*told("used", {"mfc": 5})), ["a"]).empty


def test_reasons_are_counted_once_a_client_whatever_their_spelling():
    rows = [
        ("k1", "a", "unacceptable", "web", "Нет интернета"),
        ("k1", "a", "unacceptable", "web", "нет интернета "),
        ("k2", "a", "unacceptable", "web", "нет  интернета"),
        ("k3", "a", "unacceptable", "web", "сложно"),
        ("k4", None, "unacceptable", "web", "сложно"),
        ("k5", "a", "unacceptable", "web", None),
    ]
    table = channel_reasons(mentions(*rows), ["a"])
    counts = table[table["segment_code"] == "a"].set_index("reason")["answers_count"]
    assert sorted(counts.tolist()) == [1, 2]
    assert set(table.loc[table["segment_code"] == "a", "total_count"]) == {3}
    assert table[table["segment_code"] == "all"]["answers_count"].tolist() == [2, 2]
