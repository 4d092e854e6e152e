"""Step 3 as a whole: from files to tables, mistakes of the decision, and work without data."""

import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, priorities, segments
from client_segments.findings import InputError
from client_segments.steps import Outcome

ATTRIBUTES = """attributes:
  - {code: age, name: Возраст, role: forming, values: [молодые, пожилые], sources: 2, basis: форма}
  - {code: sex, name: Пол, role: describing, values: [мужской, женский], sources: 2, basis: форма}
"""
OLD = "  - {code: old, name: Пожилые, rule: {attribute: age, in: [пожилые]}}\n"
YOUNG = "  - {code: young, name: Молодые, rule: {attribute: age, in: [молодые]}}\n"
COUNT = 300
IDS = [f"c{number}" for number in range(COUNT)]
IS_OLD = np.arange(COUNT) % 3 == 0


def clients():
    return pd.DataFrame(
        {
            "client_id": IDS,
            "Возраст": np.where(IS_OLD, "пожилые", "молодые"),
            "Пол": np.where(np.arange(COUNT) % 2 == 0, "мужской", "женский"),
        }
    )


def sources():
    numbers = np.arange(COUNT)
    return {
        "feedback": pd.DataFrame(
            {"client_id": IDS, "instrument": "опрос", "score": np.where(IS_OLD, 2, 5)}
        ),
        "problems": pd.DataFrame(
            {"client_id": IDS, "problem_source": "жалоба",
             "problem": np.where(IS_OLD, "Далеко ехать", "Долго ждать")}
        ),
        "eligibility": pd.DataFrame(
            {"client_id": IDS, "measure": "Выплата", "is_entitled": "да",
             "has_applied": np.where(IS_OLD & (numbers % 2 == 0), "нет", "да")}
        ),
    }  # fmt: skip


@pytest.fixture
def run(make_study, at_step):
    def run_step(raw=None, weights=None, segment_rules=OLD + YOUNG, **options):
        files = {"attributes": ATTRIBUTES, "segments": f"method: rules\nsegments:\n{segment_rules}"}
        if weights:
            files["weights"] = weights
        study = make_study({"clients": clients(), **(raw or {})}, files, **options)
        attributes.run(study)
        segments.run(at_step(study, "segments"))
        return priorities.run(at_step(study, "priorities"))

    return run_step


def outcomes(result):
    return {check.code: check.outcome for check in result.checks}


CHARTS = (
    priorities.satisfaction_chart, priorities.problems_chart,
    priorities.blind_zone_chart, priorities.ranking_chart, priorities.capacity_chart,
    priorities.satisfaction_stages_chart, priorities.blind_zone_parts_chart,
    priorities.blind_zone_reasons_chart,
)  # fmt: skip
TABLES_SHOWN = (
    priorities.show_capacity, priorities.show_satisfaction, priorities.show_indices,
    priorities.show_blind_zone,
)  # fmt: skip


def test_a_planted_segment_comes_first(run):
    result = run(sources(), "research_first: [old]\n")
    first = result.table("priorities").iloc[0]
    assert result.table("priorities")["rank"].tolist() == [1, 2]
    assert first["segment_code"] == "old"
    assert first["is_chosen"]
    zone = result.table("blind_zone").set_index(["segment_code", "measure"])
    assert zone.loc[("old", priorities.ALL_MEASURES), "blind_zone_count"] == 50
    specific = result.table("problem_uniqueness").set_index("segment_code")["specific_problems"]
    assert specific["old"] == "Далеко ехать"
    assert outcomes(result)["research_first"] is Outcome.MET
    for chart in CHARTS:
        assert chart(result).layout.meta["description"]
    for show in TABLES_SHOWN:
        assert "<table" in show(result).html


def test_without_sources_the_step_goes_on(run):
    result = run()
    found = outcomes(result)
    assert found["satisfaction_data"] is Outcome.NO_DATA
    assert found["main_criteria"] is Outcome.NOT_MET
    assert found["capacity_data"] is Outcome.MET
    assert result.table("priorities")["segment_code"].tolist() == ["young", "old"]
    for chart in CHARTS:
        assert chart(result).layout.meta["description"]
    for show in TABLES_SHOWN:
        assert "<table" in show(result).html


def test_blind_zone_is_not_applicable_to_control(run):
    result = run(sources(), direction="control")
    assert result.table("blind_zone").empty
    (check,) = [check for check in result.checks if check.code == "blind_zone_data"]
    assert "неприменимо" in check.details


def test_the_rest_is_sized_and_not_ranked(run):
    result = run(sources(), segment_rules=OLD)
    assert result.table("capacity")["segment_code"].tolist() == ["old", "rest"]
    assert result.table("capacity")["clients_count"].tolist() == [100, 200]
    for name in ("satisfaction", "problems", "priorities"):
        assert set(result.table(name)["segment_code"]) == {"old"}
    # The group's blind zone is a sum over everybody, the rest too.
    assert set(result.table("blind_zone")["segment_code"]) == {"old", "rest"}
    assert result.table("problems")["others_count"].sum() == 200


def test_population_that_determines_segments(run):
    population = pd.DataFrame(
        {"Возраст": ["Молодые", "пожилые"], "people_count": [7000, 3000], "source": "Росстат"}
    )
    table = run({"population": population}).table("capacity").set_index("segment_code").drop("rest")
    assert table["population_count"].to_dict() == {"old": 3000, "young": 7000}
    assert table["population_low_count"].to_dict() == {"old": 3000, "young": 7000}
    assert set(table["source"]) == {"Росстат"}


def test_population_by_two_margins_and_its_mistakes(run):
    population = pd.DataFrame(
        {
            "Возраст": ["молодые", "пожилые", None, None, "дети"],
            "Пол": [None, None, "мужской", "женский", None],
            "people_count": [7000, 3000, 4001, 6000, 5],
        }
    )
    result = run({"population": population})
    table = result.table("capacity").set_index("segment_code").drop("rest")
    assert table["population_count"].sum() == 10000
    rules = {finding.rule: finding.severity.value for finding in result.findings}
    assert rules == {"population_value": "warning", "population_totals": "note"}


def test_population_that_does_not_determine_segments(run):
    population = pd.DataFrame({"Пол": ["мужской", "женский"], "people_count": [4000, 8000]})
    table = run({"population": population}).table("capacity").set_index("segment_code").drop("rest")
    # Every third client of either sex is old.
    assert table["population_count"].to_dict() == {"old": 4000, "young": 8000}
    # The margin alone allows anything; the interval is that of a random part of each sex.
    assert table["bound_low_count"].tolist() == [0, 0]
    assert table["bound_high_count"].tolist() == [12000, 12000]
    assert (table["population_low_count"] < table["population_count"]).all()
    assert (table["population_high_count"] > table["population_count"]).all()


def test_sampling_weights_give_the_population(run):
    weighted = clients().assign(weight=np.where(IS_OLD, "2,5", "1"))
    table = run({"clients": weighted}).table("capacity").set_index("segment_code").drop("rest")
    assert table["population_count"].to_dict() == {"old": 250, "young": 200}


@pytest.mark.parametrize(
    ("weights", "rule", "line"),
    [
        ("weights:\n  capasity: 1\n", "unknown_key", "строка 5"),
        ("weights:\n  capacity: много\n", "weight_value", "строка 5"),
        ("weights:\n  capacity: -1\n", "weight_value", "строка 5"),
        ("weights:\n  capacity: 0\n", "weights_zero", "строка 4"),
        ("research_first:\n  - nobody\n", "research_first", "строка 5"),
    ],
)
def test_mistakes_of_the_decision_name_their_lines(run, weights, rule, line):
    with pytest.raises(InputError) as error:
        run(weights=weights)
    assert {(finding.rule, finding.cell) for finding in error.value.findings} >= {(rule, line)}


def test_main_below_additional_is_a_warning(run):
    result = run(weights="weights: {capacity: 10, satisfaction: 20, blind_zone: 70}\n")
    assert "main_below_additional" in {finding.rule for finding in result.findings}


def test_departure_from_the_ranking_is_named(run):
    result = run(sources(), "research_first: [young]\n")
    (check,) = [check for check in result.checks if check.code == "research_first"]
    assert check.outcome is Outcome.WARNING
    assert "Пожилые" in check.details
