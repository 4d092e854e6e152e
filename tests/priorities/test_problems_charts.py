"""Charts of problems: they stand, say in words what they show, and do so without data too."""

import pandas as pd
import pytest

from client_segments import priorities
from client_segments.findings import Findings
from client_segments.priorities import PROBLEM_STAGES, PROBLEMS
from client_segments.steps import StepResult


def result_of(problems, stages):
    return StepResult(
        None, {}, {"problems": problems, "problem_stages": stages}, (), Findings(),
        {"a": "Сельские жители", "b": "Горожане"},
    )  # fmt: skip


@pytest.fixture
def result():
    counts = pd.DataFrame(
        [
            ("a", "Далеко ехать", 60),
            ("a", "Очередь", 20),
            ("b", "Далеко ехать", 5),
            ("b", "Очередь", 60),
        ],
        columns=["segment_code", "problem", "problems_count"],
    )
    stages = pd.DataFrame(
        [("a", 1, "Поиск", 10, 25.0, "Очередь"), ("a", 4, "Подача", 30, 75.0, "Далеко ехать"),
         ("b", 4, "Подача", 20, 100.0, "Очередь")],
        columns=PROBLEM_STAGES.column_names,
    )  # fmt: skip
    return result_of(priorities.problem_rates(counts), PROBLEM_STAGES.conform(stages))


def test_stages_stand_in_the_order_of_the_journey(result):
    figure = priorities.problem_stages_chart(result)
    assert list(figure.layout.yaxis.ticktext) == ["Поиск", "Подача"]
    assert "«Горожане», «Подача»" in figure.layout.meta["description"]


def test_specific_problems_are_named_in_the_words_of_the_chart(result):
    figure = priorities.specific_problems_chart(result)
    assert "Сельские жители: Далеко ехать" in figure.layout.meta["description"]
    assert "Горожане: Очередь" in figure.layout.meta["description"]
    assert len(figure.data[0].x) == 2


def test_no_specific_problem_and_no_data_are_said(result):
    counts = pd.DataFrame(
        [("a", "Очередь", 20), ("a", "Далеко", 20), ("b", "Очередь", 20), ("b", "Далеко", 20)],
        columns=["segment_code", "problem", "problems_count"],
    )
    same = result_of(priorities.problem_rates(counts), PROBLEM_STAGES.empty())
    figure = priorities.specific_problems_chart(same)
    assert "не найдено" in figure.layout.meta["description"]
    empty = result_of(PROBLEMS.empty(), PROBLEM_STAGES.empty())
    for chart in (priorities.specific_problems_chart, priorities.problem_stages_chart):
        assert chart(empty).layout.meta["description"]
