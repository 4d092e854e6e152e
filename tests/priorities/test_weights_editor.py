"""The editor of weights: pairwise comparisons are written, kept and removed."""

import ipywidgets as ipw
import pandas as pd
import pytest

from client_segments import attributes, decisions, priorities, segments, widgets

ATTRIBUTES = """attributes:
  - {code: age, name: Возраст, role: forming, values: [молодые, пожилые], sources: 2, basis: форма}
"""
SEGMENTS = "method: rules\nsegments:\n  - {code: old, name: Пожилые, rule: {attribute: age, in: [пожилые]}}\n"
COMPARED = """method: comparisons
comparisons:
  - {first: Ёмкость, second: Слепая зона, times: '2,5'}  # так решила комиссия
  - {first: Удовлетворённость, second: Ёмкость, times: 1}
  - {first: satisfaction, second: blind_zone, times: 3}
"""


@pytest.fixture
def study(make_study, at_step):
    def make(weights=None):
        clients = pd.DataFrame({"client_id": ["1", "2"], "Возраст": ["молодые", "пожилые"]})
        files = {"attributes": ATTRIBUTES, "segments": SEGMENTS}
        made = make_study({"clients": clients}, files | ({"weights": weights} if weights else {}))
        attributes.run(made)
        segments.run(at_step(made, "segments"))
        return at_step(made, "priorities")

    return make


def pairs(widget) -> dict[str, ipw.Dropdown]:
    found = {}
    if getattr(widget, "description", "").startswith("Пара: "):
        found[widget.description.removeprefix("Пара: ")] = widget
    for child in getattr(widget, "children", ()):
        found |= pairs(child)
    return found


def test_comparisons_are_chosen_and_become_weights(study):
    at = study("weights: {capacity: 1, satisfaction: 1}\nresearch_first: [old]\n")
    editor = widgets.editor(at, "weights", True)
    lists = pairs(editor)
    assert len(lists) == 6
    lists["ёмкость – удовлетворённость"].value = "1/4"
    assert editor.save(), editor.message.value
    data = decisions.load(at, "weights").data
    assert data["comparisons"] == [{"first": "satisfaction", "second": "capacity", "times": "4"}]
    decided, first, _findings = priorities.decided_weights(at)
    assert (decided.source, first) == ("given", ("old",))
    assert decided.compared_weights["satisfaction"] == pytest.approx(0.8)


def test_incomplete_comparisons_are_refused(study):
    at = study("weights: {capacity: 1}\n")
    editor = widgets.editor(at, "weights", True)
    lists = pairs(editor)
    lists["ёмкость – удовлетворённость"].value = "3"
    lists["ёмкость – слепая зона"].value = "3"
    assert not editor.save()
    assert "не все пары параметров сравнены" in editor.message.value


def test_what_nobody_touched_stays_as_it_is_written(study):
    at = study(COMPARED)
    path = decisions.decision_path(at, "weights")
    before = path.read_text("utf-8")
    editor = widgets.editor(at, "weights", True)
    lists = pairs(editor)
    assert lists["ёмкость – слепая зона"].value == "2.5"
    assert lists["ёмкость – удовлетворённость"].value == "1"
    assert editor.save(), editor.message.value
    assert decisions.load(at, "weights").data["comparisons"][0]["times"] == "2,5"
    lists["удовлетворённость – слепая зона"].value = "5"
    assert editor.save(), editor.message.value
    records = decisions.load(at, "weights").data["comparisons"]
    assert [record["times"] for record in records] == ["2,5", "1", "5"]
    assert "# так решила комиссия" in before
    assert "# так решила комиссия" in path.read_text("utf-8")


def test_comparisons_can_be_withdrawn(study):
    at = study(COMPARED)
    editor = widgets.editor(at, "weights", True)
    for control in pairs(editor).values():
        control.value = None
    (method,) = [
        item for item in editor.children if getattr(item, "description", "") == "Как заданы веса"
    ]
    method.value = None
    assert editor.save(), editor.message.value
    decided, _first, findings = priorities.decided_weights(at)
    assert decided.source == "default"
    assert not findings.errors
