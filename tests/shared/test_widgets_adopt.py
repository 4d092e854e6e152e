"""Adopting a proposed rule as a segment: it goes through the editor into segments.yml, signed."""

from __future__ import annotations

import ipywidgets as ipw
import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, decisions, segments, widgets
from client_segments.widgets.adopt import rule_offers

LIST = """\
attributes:
  - {code: age, name: Возраст, role: forming, ordered: да, values: [молодые, средние, пожилые], sources: 2}
  - {code: place, name: Поселение, role: forming, values: [город, село], sources: 2}
  - {code: sex, name: Пол, sources: 2}
  - {code: health, name: Здоровье, sensitive: да, sources: 2}
"""
RULES = """\
segments:
  - {code: young, name: Молодые, rule: {attribute: age, in: [молодые]}}
"""


@pytest.fixture
def study(make_study, at_step):
    """Return a group in which old villagers, and the ill, are dissatisfied."""
    generator = np.random.default_rng(2)
    rows = 2000
    frame = pd.DataFrame(
        {
            "client_id": [f"c{number:04d}" for number in range(rows)],
            "Возраст": generator.choice(["молодые", "средние", "пожилые"], rows),
            "Поселение": generator.choice(["город", "село"], rows),
            "Пол": generator.choice(["ж", "м"], rows),
            "Здоровье": generator.choice(["здоров", "болен"], rows),
        }
    )
    unhappy = (frame["Возраст"] == "пожилые") & (frame["Поселение"] == "село")
    chance = np.where(unhappy, 0.8, 0.2) + np.where(frame["Здоровье"] == "болен", 0.15, 0)
    score = np.where(generator.random(rows) < chance, "2", "5")
    feedback = pd.DataFrame({"client_id": frame["client_id"], "Оценка": score})
    study = make_study(
        {"clients": frame, "feedback": feedback}, {"attributes": LIST, "segments": RULES}
    )
    attributes.run(study)
    study = at_step(study, "segments")
    segments.run(study)
    return study


def controls(widget: ipw.Widget) -> list[ipw.Widget]:
    children = getattr(widget, "children", ())
    return [widget, *(found for child in children for found in controls(child))]


def find(widget: ipw.Widget, kind: type, label: str = "") -> ipw.Widget:
    return next(
        item
        for item in controls(widget)
        if isinstance(item, kind) and getattr(item, "description", "").startswith(label)
    )


def test_a_subgroup_is_adopted_named_and_signed(study):
    editor = widgets.editor(study, "segments", True)
    offers = find(editor, ipw.SelectMultiple)
    wanted = [
        number
        for text, number in offers.options
        if text.startswith("Неудовлетворённость") and "пожилые; Поселение: село" in text
    ]
    offers.value = (wanted[0],)
    find(editor, ipw.Button, "Взять").click()
    assert "rule-" not in decisions.decision_path(study, "segments").read_text("utf-8")
    texts = [item for item in controls(editor) if isinstance(item, ipw.Text)]
    next(
        item for item in texts if item.value == "Возраст: пожилые; Поселение: село"
    ).value = "Пожилые сельские жители"
    find(editor, ipw.Text, "Кто решает").value = "начальник отдела"
    find(editor, ipw.Textarea, "Почему").value = "недовольны чаще других"
    assert editor.save(), editor.message.value
    decision = decisions.load(study, "segments")
    adopted = decision.data["segments"][-1]
    assert adopted == {
        "code": adopted["code"],
        "name": "Пожилые сельские жители",
        "rule": {
            "all": [
                {"attribute": "age", "in": ["пожилые"]}, {"attribute": "place", "in": ["село"]},
            ]
        },
    }  # fmt: skip
    assert (decision.who, decision.why) == ("начальник отдела", "недовольны чаще других")
    result = segments.run(study)
    table = result.table("segments").set_index("segment_code")
    coded = study.read(attributes.CODED_CLIENTS)
    assert (
        table.loc[adopted["code"], "clients_count"]
        == ((coded["age"] == 3) & (coded["place"] == 2)).sum()
    )
    assert rule_offers(result.table("class_rules"), result.table("subgroups"), {adopted["code"]})


def test_sensitive_attributes_are_in_no_proposed_rule(study):
    rules = study.read(segments.CLASS_RULES)
    subgroups = study.read(segments.SUBGROUPS)
    assert len(rules)
    assert len(subgroups)
    told = [
        *rules["rule_tree"],
        *rules["rule_text"],
        *subgroups["rule_tree"],
        *subgroups["rule_text"],
    ]
    assert not [text for text in told if "health" in text or "Здоровье" in text]


def test_offers_take_free_codes_and_trees_that_read(study):
    rules, subgroups = study.read(segments.CLASS_RULES), study.read(segments.SUBGROUPS)
    offers = rule_offers(rules, subgroups, {"rule-1", "young"})
    codes = [record["code"] for _text, record in offers]
    assert len(codes) == len(set(codes)) == len(rules) + len(subgroups)
    assert "rule-1" not in codes
    assert all(set(record["rule"]) & {"all", "any", "not", "attribute"} for _text, record in offers)
    texts = [text for text, _record in offers]
    assert any("чистота" in text and "полнота" in text for text in texts)


def test_before_the_first_run_nothing_is_offered(make_study, at_step):
    study = make_study({}, {"segments": RULES})
    editor = widgets.editor(at_step(study, "segments"), "segments", True)
    assert not [item for item in controls(editor) if isinstance(item, ipw.SelectMultiple)]
