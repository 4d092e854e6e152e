"""How well the workbook recovers what the generator planted in the demo's 2025."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.special import comb

from client_segments import hypotheses, priorities, segments, updates, validation
from client_segments.statistics import wilson_interval
from client_segments.study import open_study

GROUPS = ("control", "staff", "support")
MISSES_ALLOWED = 2
"""Of some 15 intervals of 95 % three or more miss with a probability of 4 %."""


@pytest.fixture(scope="module")
def found(demo_by_hand):
    """Return a function that reads a table of a group."""
    return lambda group, contract: open_study("demo", 2025, group, "updates", demo_by_hand).read(
        contract
    )


@pytest.fixture(scope="module")
def truth(demo_by_hand):
    """Planted segments of each group by code, without the rest."""

    def read(group: str) -> dict[str, dict]:
        path = demo_by_hand / "data" / "demo" / "2025" / group / "truth" / "truth.json"
        planted = json.loads(path.read_text("utf-8"))["segments"]
        return {item["code"]: item for item in planted if not item["is_rest"]}

    return read


def adjusted_rand_index(first: pd.Series, second: pd.Series) -> float:
    """Return the agreement of two partitions: 1 the same, 0 as by chance (Hubert & Arabie 1985)."""
    table = pd.crosstab(first.to_numpy(), second.to_numpy()).to_numpy()
    cells, rows, columns = (
        comb(counts, 2).sum() for counts in (table, table.sum(axis=1), table.sum(axis=0))
    )
    expected = rows * columns / comb(table.sum(), 2)
    return float((cells - expected) / ((rows + columns) / 2 - expected))


def test_agreement_of_partitions_is_measured_rightly():
    """The example of Hubert & Arabie in numbers: identical 1, crossed −0.5."""
    same = pd.Series(list("aabb"))
    assert adjusted_rand_index(same, pd.Series(list("yyxx"))) == 1
    assert adjusted_rand_index(same, pd.Series(list("xyxy"))) == pytest.approx(-0.5)


@pytest.mark.parametrize("group", GROUPS)
def test_planted_segments_are_recovered(demo_by_hand, found, group):
    """Values are missing for 2–6 % of clients by attribute: these cannot be placed for sure."""
    path = demo_by_hand / "data" / "demo" / "2025" / group / "truth" / "truth_clients.parquet"
    planted = pd.read_parquet(path).set_index("client_id")["segment_code"]
    placed = found(group, segments.CLIENT_SEGMENTS).set_index("client_id")["segment_code"]
    assert set(placed.index) == set(planted.index)
    planted = planted.reindex(placed.index)
    assert adjusted_rand_index(planted, placed) > 0.85
    is_named = (placed != "rest").to_numpy()
    assert (planted[is_named] == placed[is_named]).mean() > 0.995  # who is placed is placed rightly


@pytest.mark.parametrize("group", GROUPS)
def test_planted_satisfaction_lies_in_its_interval(found, truth, group):
    table = found(group, priorities.SATISFACTION)
    table = table[table["instrument"] == priorities.ALL_INSTRUMENTS].set_index("segment_code")
    planted = 100 * pd.Series(
        {code: item["satisfied_share"] for code, item in truth(group).items()}
    )
    assert set(table.index) == set(planted.index)
    planted = planted.reindex(table.index)
    missed = ~((table["low_pct"] <= planted) & (planted <= table["high_pct"]))
    assert missed.sum() <= 1, table[missed]
    assert (table["high_pct"] - table["low_pct"]).max() < 35  # an interval that says something


def test_planted_blind_zones_lie_in_their_intervals(found, truth):
    table = found("support", priorities.BLIND_ZONE)
    table = table[(table["measure"] != priorities.ALL_MEASURES) & (table["segment_code"] != "rest")]
    planted = {
        (code, name): measure["blind_zone_share"]
        for code, item in truth("support").items()
        for name, measure in item["measures"].items()
    }
    assert set(zip(table["segment_code"], table["measure"], strict=True)) == set(planted)
    low, high = wilson_interval(
        table["blind_zone_count"].to_numpy(dtype=float),
        table["entitled_count"].to_numpy(dtype=float),
    )
    shares = np.array(
        [planted[key] for key in zip(table["segment_code"], table["measure"], strict=True)]
    )
    missed = (shares < low) | (shares > high)
    assert missed.sum() <= MISSES_ALLOWED, table[missed]


def test_refused_applicants_are_beside_the_blind_zone(found):
    table = found("support", priorities.BLIND_ZONE)
    assert (table["refused_count"] > 0).any()
    pd.testing.assert_series_equal(
        table["blind_zone_count"],
        table["entitled_count"] - table["applied_count"],
        check_names=False,
    )
    assert (table["refused_count"] <= table["applied_count"]).all()


@pytest.mark.parametrize("group", GROUPS)
def test_true_hypotheses_are_not_refuted_and_false_ones_never_confirmed(found, truth, group):
    verdicts = found(group, validation.VERDICTS).set_index("hypothesis_code")["verdict"]
    planted = {
        item["code"]: item["is_true"]
        for segment in truth(group).values()
        for item in segment["hypotheses"]
    }
    assert set(verdicts.index) == set(planted)
    for code, is_true in planted.items():
        assert verdicts[code] != ("refuted" if is_true else "confirmed"), code
    said = [verdicts[code] for code, is_true in planted.items() if is_true]
    assert said.count("confirmed") >= len(said) / 2  # not by saying nothing


@pytest.mark.parametrize("group", GROUPS)
def test_the_problem_planted_as_the_segment_s_own_is_found(found, truth, group):
    """A problem twice as frequent as among the others is named as specific."""
    table = found(group, priorities.PROBLEMS).set_index(["segment_code", "problem"])
    planted = truth(group)
    sizes = {code: item["clients_count"] for code, item in planted.items()}
    searched = []
    for code, item in planted.items():
        for problem, share in item["problems"].items():
            others = [
                (sizes[other], planted[other]["problems"].get(problem, 0))
                for other in planted
                if other != code
            ]
            elsewhere = np.average(
                [part for _size, part in others], weights=[size for size, _part in others]
            )
            if share >= 0.25 and share >= 2.5 * elsewhere:
                searched.append((code, problem))
    assert searched
    named = [bool(table.loc[key, "is_specific"]) for key in searched]
    assert np.mean(named) >= 0.8, list(zip(searched, named, strict=True))


@pytest.mark.parametrize("group", GROUPS)
def test_hypotheses_that_came_from_data_are_supported_by_data(found, group):
    """What the plan says was proposed by the program is really among its supported proposals."""
    decided = found(group, hypotheses.HYPOTHESES).dropna(subset=["proposal_code"])
    proposals = found(group, hypotheses.PROPOSALS).set_index(["segment_code", "proposal_code"])
    assert len(decided)
    keys = list(zip(decided["segment_code"], decided["proposal_code"], strict=True))
    assert all(key in proposals.index for key in keys)


PLANTED_CHANGES = {
    ("support", "single-parents", "satisfaction"),
    ("support", "rural-elderly", "blind_zone"),
    ("control", "city-micro", "satisfaction"),
    ("staff", "newcomers", "satisfaction"),
}


def test_the_planted_changes_are_found_and_no_others(found):
    real = set()
    for group in GROUPS:
        table = found(group, updates.CHANGES)
        called = table[table["is_real"].astype(bool)]
        real |= {(group, row.segment_code, row.indicator) for row in called.itertuples()}
    assert real == PLANTED_CHANGES
