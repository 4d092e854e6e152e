"""Drift of segments: shares, clients who move, and who cannot be matched."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, segments
from client_segments.engine import count_moves
from client_segments.updates.drift import Drift, kappa, segment_drift, shares_table

ATTRIBUTES = """\
attributes:
  - {code: place, name: Место, role: forming, sources: [2], basis: анкета, values: [село, город]}
  - {code: age, name: Возраст, role: forming, sources: [2], basis: анкета, values: [до 60, от 60]}
"""
SEGMENTS = """\
method: rules
segments:
  - {{code: rural, name: Село, rule: {{attribute: place, in: [село]}}}}
  - {{code: old, name: Старшие, rule: {{attribute: age, in: [{ages}]}}}}
"""
NAMES = {"rural": "Село", "old": "Старшие", "rest": "Остальные"}


def clients(places: list[str], ages: list[str], first: int = 0) -> pd.DataFrame:
    numbers = range(first, first + len(places))
    return pd.DataFrame({"client_id": [f"к{n:03d}" for n in numbers], "place": places, "age": ages})


@pytest.fixture
def two_years(make_study, at_step):
    """Do steps 1 and 2 of both years; return this year's study at step 8."""

    def do(before: pd.DataFrame, after: pd.DataFrame, ages=("от 60", "от 60")):
        studies = [
            make_study(
                {"clients": frame},
                {"attributes": ATTRIBUTES, "segments": SEGMENTS.format(ages=age)},
                year=year,
            )
            for frame, year, age in zip((before, after), (2024, 2025), ages, strict=True)
        ]
        for study in studies:
            attributes.run(study)
            segments.run(at_step(study, "segments"))
        return at_step(studies[-1], "updates")

    return do


BEFORE = clients(["село"] * 40 + ["город"] * 60, ["до 60"] * 70 + ["от 60"] * 30)
COUNTS = {"rural": 40, "old": 30, "rest": 30}


def drift(study, counts=COUNTS) -> Drift:
    return segment_drift(study, counts, NAMES)


def test_clients_of_both_years_are_followed(two_years):
    """Ten leave the village, five are gone, twenty are new: counted by hand."""
    after = BEFORE.copy()
    after.loc[:9, "place"] = "город"
    after = after.iloc[5:]
    new = clients(["село"] * 20, ["до 60"] * 20, first=200)
    found = drift(two_years(BEFORE, pd.concat([after, new], ignore_index=True)))
    table = found.segments.set_index("segment_code")
    columns = ["stayed_count", "arrived_count", "new_count", "moved_count", "left_count"]
    assert table.loc["rural", columns].tolist() == [30, 0, 20, 5, 5]
    assert table.loc["rest", columns].tolist() == [30, 5, 0, 0, 0]
    assert table.loc["old", columns].tolist() == [30, 0, 0, 0, 0]
    moves = found.moves[found.moves["way"] == "clients"]
    moved = moves[moves["from_code"] != moves["to_code"]].iloc[0]
    assert (moved["from_code"], moved["to_code"], moved["clients_count"]) == ("rural", "rest", 5)
    assert moved["from_name"] == "Село"
    assert moved["share_pct"] == pytest.approx(100 * 5 / 35)
    assert found.notes == ()


def test_shares_move_by_the_total_variation(two_years):
    after = clients(["село"] * 20 + ["город"] * 80, ["до 60"] * 70 + ["от 60"] * 30)
    found = drift(two_years(BEFORE, after))
    assert found.shifted_pct == pytest.approx(20.0)
    row = found.segments.set_index("segment_code").loc["rural"]
    assert (row["previous_pct"], row["current_pct"], row["difference"]) == (40.0, 20.0, -20.0)
    assert row["low"] < -20 < row["high"] < 0


def test_a_changed_decision_tells_whom_it_moves(two_years):
    """The same clients, and a rule that now takes all of the city: 30 come from the rest."""
    found = drift(two_years(BEFORE, BEFORE, ages=("от 60", "до 60, от 60")))
    ruled = found.moves[found.moves["way"] == "rules"].set_index(["from_code", "to_code"])
    assert ruled["clients_count"].to_dict() == {
        ("old", "old"): 30, ("rest", "old"): 30, ("rural", "rural"): 40,
    }  # fmt: skip


def test_numbers_given_anew_every_year_are_not_taken_for_the_same_clients(two_years):
    rng = np.random.default_rng(5)
    order = rng.permutation(len(BEFORE))
    after = BEFORE.assign(
        place=BEFORE["place"].to_numpy()[order], age=BEFORE["age"].to_numpy()[order]
    )
    found = drift(two_years(BEFORE, after))
    assert any("разных клиентов" in note for note in found.notes)
    assert found.segments["stayed_count"].isna().all()
    assert set(found.moves["way"]) == {"rules"}


def test_other_numbers_are_said_and_only_shares_compared(two_years):
    other = BEFORE.assign(client_id=[f"н{n}" for n in range(len(BEFORE))])
    found = drift(two_years(BEFORE, other))
    assert any("общих кодов клиентов нет" in note for note in found.notes)
    assert found.segments["difference"].abs().max() == 0


def test_without_identifiers_there_is_no_match(two_years):
    counts = pd.DataFrame(
        {"place": ["село", "город"], "age": ["до 60"] * 2, "clients_count": [4, 6]}
    )
    found = drift(two_years(counts, counts))
    assert any("общих кодов клиентов нет" in note for note in found.notes)


def test_a_year_that_was_not_run_here_is_said(make_study, at_step):
    raw = {"clients": BEFORE}
    texts = {"attributes": ATTRIBUTES, "segments": SEGMENTS.format(ages="от 60")}
    make_study(raw, texts, year=2024)
    study = make_study(raw, texts)
    attributes.run(study)
    segments.run(at_step(study, "segments"))
    found = drift(at_step(study, "updates"))
    assert any("шаги прошлого года не выполнены" in note for note in found.notes)
    assert set(found.moves["way"]) == {"rules"}


def test_without_last_year_there_is_no_drift(two_years):
    found = drift(two_years(BEFORE, BEFORE), counts={})
    assert found.segments.empty and found.moves.empty and np.isnan(found.shifted_pct)


def test_segments_that_came_and_went_are_in_the_table():
    table = shares_table({"new": 50, "rest": 50}, {"gone": 25, "rest": 75},
                         {"new": "Новый", "gone": "Прежний", "rest": "Остальные"})  # fmt: skip
    table = table.set_index("segment_code")
    assert table["difference"].to_dict() == {"new": 50.0, "rest": -25.0, "gone": -25.0}


def test_kappa_is_cohen_s():
    """Cohen (1960), table 1: shares .25 .13 .12 / .12 .02 .16 / .03 .15 .02 give −.09."""
    counts = [[25, 13, 12], [12, 2, 16], [3, 15, 2]]
    pairs = pd.DataFrame(
        [(row, column, counts[row][column]) for row in range(3) for column in range(3)],
        columns=["from_code", "to_code", "clients_count"],
    )
    total, agreed = 100, 29
    chance = (50 * 40 + 30 * 30 + 20 * 30) / total**2
    assert kappa(pairs) == pytest.approx((agreed / total - chance) / (1 - chance))
    assert kappa(pairs) == pytest.approx(-0.09, abs=0.005)
    same = pd.DataFrame([("a", "a", 5), ("b", "b", 5)], columns=pairs.columns)
    assert kappa(same) == 1
    one = pd.DataFrame([("a", "a", 5)], columns=pairs.columns)
    assert kappa(one) == 1


def test_moves_count_a_client_once_whatever_the_order(two_years):
    study = two_years(BEFORE, BEFORE.sample(frac=1, random_state=3))
    paths = [year.table_path(segments.CLIENT_SEGMENTS) for year in (study.previous, study)]
    moves = count_moves(*paths)
    assert moves["clients_count"].sum() == 100
    assert (moves["from_code"] == moves["to_code"]).all()
