"""The chain problem → hypothesis → verdict → measure → indicator, and its breaks."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from client_segments.decisions import Decision
from client_segments.findings import Findings, InputError
from client_segments.profiles import (
    PlanFacts,
    check_plan,
    links_table,
    measures_table,
    uncovered_problems,
)

GOOD = {
    "code": "М1", "segment": "rural", "hypothesis": "Г1", "problem": "Далеко ехать",
    "measure": "Выездной приём", "stage": "Подача", "responsible": "Отдел", "due": "01.09.2026",
    "resources": "автомобиль", "indicator": "Слепая зона", "base": "37,1", "target": "25",
    "effect": "5", "feasibility": "4", "state": "не начато",
}  # fmt: skip


def plan(*records: dict, when: str = "2025-11-20") -> Decision:
    data = {"who": "аналитик", "when": when, "measures": list(records)}
    lines = {("measures", number): 10 * (number + 1) for number in range(len(records))}
    return Decision("plan", "plan.yml", data, lines, Findings())


@pytest.fixture
def facts() -> PlanFacts:
    hypotheses = pd.DataFrame(
        {
            "segment_code": ["rural"] * 4,
            "hypothesis_code": ["Г1", "Г2", "Г3", "Г4"],
            "status": ["accepted", "accepted", "rejected", "accepted"],
        }
    )
    verdicts = pd.DataFrame(
        {
            "segment_code": ["rural"] * 2,
            "hypothesis_code": ["Г1", "Г2"],
            "verdict": ["confirmed", "refuted"],
        }
    )
    problems = pd.DataFrame(
        {"segment_code": ["rural", "urban"], "problem": ["Далеко ехать", "Шум"]}
    )
    return PlanFacts(["rural", "urban"], hypotheses, verdicts, problems, ["Подача", "Решение"])


def rules(decision: Decision, facts: PlanFacts) -> list[str]:
    return [item.rule for item in check_plan(measures_table(decision), facts, decision)]


def test_a_plan_is_read_as_people_write_it():
    row = measures_table(plan(GOOD)).iloc[0]
    assert (row["base_value"], row["target_value"], row["state"]) == (37.1, 25.0, "planned")
    assert row["due_date"].date() == date(2026, 9, 1)


def test_an_unbroken_chain_has_no_findings(facts):
    assert rules(plan(GOOD), facts) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"segment": "moon"}, "measure_segment"),
        ({"hypothesis": ""}, "measure_hypothesis"),
        ({"hypothesis": "Г9"}, "measure_hypothesis"),
        ({"hypothesis": "Г3"}, "measure_hypothesis"),
        ({"hypothesis": "Г2"}, "measure_refuted"),
        ({"hypothesis": "Г4"}, "measure_unverified"),
        ({"stage": ""}, "measure_stage"),
        ({"stage": "Полёт"}, "measure_stage"),
        ({"effect": ""}, "measure_score"),
        ({"problem": "Шум"}, "measure_problem"),
        ({"problem": ""}, "measure_problem"),
        ({"due": "20.11.2025"}, "measure_due"),
        ({"due": ""}, "measure_due"),
        ({"base": ""}, "measure_indicator"),
        ({"target": "37,1"}, "measure_indicator"),
        ({"responsible": ""}, "measure_responsible"),
        ({"resources": ""}, "measure_resources"),
    ],
)
def test_every_break_of_the_chain_is_found(facts, change, rule):
    assert rules(plan(GOOD | change), facts) == [rule]


def test_a_measure_outside_the_journey_is_no_break(facts):
    assert rules(plan(GOOD | {"stage": "Вне пути"}), facts) == []


def test_links_stand_in_the_order_of_effect_and_feasibility(facts):
    decision = plan(
        GOOD | {"code": "М1", "effect": "2", "feasibility": "5"},
        GOOD | {"code": "М2", "effect": "", "hypothesis": "Г2"},
        GOOD | {"code": "М3", "effect": "5", "feasibility": "2"},
        GOOD | {"code": "М4", "effect": "4", "feasibility": "4"},
    )
    links = links_table(measures_table(decision), facts, decision.when)
    assert links["measure_code"].tolist() == ["М4", "М3", "М1", "М2"]
    assert links["priority"].tolist()[:3] == [16, 10, 10]
    assert pd.isna(links["priority"].iloc[3])
    assert links["is_whole"].tolist() == [True, True, True, False]
    assert "опровергнутую гипотезу «Г2»" in links["breaks"].iloc[3]
    assert links["verdict"].tolist() == ["confirmed"] * 3 + ["refuted"]


def test_the_finding_names_the_line_of_the_record(facts):
    decision = plan(GOOD, GOOD | {"code": "М2", "hypothesis": "Г9"})
    (finding,) = check_plan(measures_table(decision), facts, decision)
    assert (finding.cell, finding.found) == ("строка 20", "М2")


def test_a_past_term_of_a_finished_measure_is_no_fault(facts):
    done = GOOD | {"due": "01.02.2025", "state": "выполнено"}
    assert rules(plan(done), facts) == []


def test_a_code_written_twice_and_a_wrong_value_are_refused_together():
    with pytest.raises(InputError) as caught:
        measures_table(plan(GOOD, GOOD | {"effect": "7"}))
    assert sorted(item.rule for item in caught.value.findings) == ["measure_twice", "value"]


def test_specific_problems_without_a_measure_are_named():
    problems = pd.DataFrame(
        {
            "segment_code": ["rural", "rural", "urban"],
            "problem": ["Далеко ехать", "Холодно", "Шум"],
            "is_specific": [True, False, True],
        }
    )
    found = uncovered_problems(problems, measures_table(plan(GOOD)))
    assert found["problem"].tolist() == ["Шум"]
    cancelled = measures_table(plan(GOOD | {"state": "отменено"}))
    assert uncovered_problems(problems, cancelled)["problem"].tolist() == ["Далеко ехать", "Шум"]


def test_the_most_frequent_problem_of_a_segment_researched_first_matters_too():
    problems = pd.DataFrame(
        [("urban", "Шум", 9, False), ("urban", "Тесно", 4, False), ("old", "Холодно", 7, False)],
        columns=["segment_code", "problem", "problems_count", "is_specific"],
    )
    measures = measures_table(plan(GOOD))
    assert uncovered_problems(problems, measures).empty
    assert uncovered_problems(problems, measures, ["urban"])["problem"].tolist() == ["Шум"]


def test_where_no_problem_is_known_none_is_uncovered():
    known = pd.DataFrame(
        {"segment_code": [], "problem": [], "problems_count": [], "is_specific": []}, dtype="str"
    )
    found = uncovered_problems(known, measures_table(plan(GOOD)))
    assert found.empty
    assert "problem" in found.columns
