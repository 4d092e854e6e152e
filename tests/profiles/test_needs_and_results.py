"""Needs in their form, results of measures, and criteria that the editor keeps."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from client_segments.hypotheses import keep_criteria
from client_segments.profiles import MetricValue, is_need, metric_value, result_of

RURAL = "rural"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Как жителю села, мне нужно подать рядом с домом, чтобы не ездить в район.", True),
        ("КАК житель села мне нужна справка, чтобы получить льготу", True),
        ("Как семье нам необходимо знать срок, чтобы не звонить", True),
        ("Как житель села мне нужно подать рядом с домом", False),
        ("Мне нужно подать рядом с домом, чтобы не ездить", False),
        ("Чтобы не ездить, мне нужно подать рядом", False),
        ("Как … мне нужно … чтобы", False),
        ("", False),
    ],
)
def test_a_need_says_who_what_and_what_for(text, expected):
    assert is_need(text) is expected


def value(number, low=np.nan, high=np.nan):
    return MetricValue(number, low, high)


@pytest.mark.parametrize(
    ("base", "target", "found", "state", "result"),
    [
        (70, 45, value(45), None, "reached"),
        (70, 45, value(40, 30, 50), "running", "reached"),
        (70, 45, value(58, 56, 60), None, "closer"),
        (70, 45, value(66, 60, 72), None, "unchanged"),  # may be chance
        (70, 45, value(66), None, "closer"),  # people's number has no interval
        (70, 45, value(80, 75, 85), None, "farther"),
        (56, 72, value(60, 58, 62), None, "closer"),  # up is forward here
        (56, 72, value(50, 48, 52), None, "farther"),
        (70, 45, None, None, "unknown"),
        (70, np.nan, value(50), None, "unknown"),
        (70, 45, value(40), "cancelled", "cancelled"),
    ],
)
def test_where_an_indicator_stands(base, target, found, state, result):
    assert result_of(base, target, found, state) == result


@pytest.mark.parametrize(
    ("metric", "subject", "expected"),
    [
        ("satisfaction", None, 60.0), ("blind_zone", None, 37.1), ("blind_zone", "все меры", 37.1),
        ("blind_zone", "Субсидия", None), ("refusals", None, 100 * 150 / 1950),
        ("problem", "далеко ехать", 70.0), ("problem", "Новая беда", 0.0), ("problem", None, None),
        ("stage", "решение", 50.0), ("channel", "мфц", 90.0), ("channel", "Почта", None),
    ],
)  # fmt: skip
def test_indicators_are_found_in_the_tables(inputs, metric, subject, expected):
    found = metric_value(inputs, RURAL, metric, subject)
    assert (None if found is None else found.value) == (
        None if expected is None else pytest.approx(expected)
    )


DAY = date(2025, 11, 5)


def test_a_changed_criterion_keeps_what_it_was():
    written = [{"code": "Г1", "criterion_pct": "60"}, {"code": "Г2", "criterion_pct": "60"}]
    saved = keep_criteria(
        [{"code": "Г1", "criterion_pct": "50"}, {"code": "Г2", "criterion_pct": 60.0},
         {"code": "Г3", "criterion_pct": "70"}],
        written, DAY,
    )  # fmt: skip
    assert saved[0]["criterion_history"] == ["60\u00a0% до 05.11.2025"]
    assert "criterion_history" not in saved[1] and "criterion_history" not in saved[2]
    again = keep_criteria([{"code": "Г1", "criterion_pct": "40"}], saved, date(2025, 11, 9))
    assert again[0]["criterion_history"] == ["60\u00a0% до 05.11.2025", "50\u00a0% до 09.11.2025"]
    # A form that shows no history cannot make the file forget it.
    kept = keep_criteria([{"code": "Г1", "criterion_pct": "40"}], again, date(2025, 11, 10))
    assert kept[0]["criterion_history"] == again[0]["criterion_history"]


def test_a_criterion_set_where_the_default_held_is_a_change():
    saved = keep_criteria([{"code": "Г1", "criterion_pct": 60}], [{"code": "Г1"}], DAY)
    assert saved[0]["criterion_history"] == ["50\u00a0% до 05.11.2025"]
