"""The editors offer what the program and the regulation propose, to be taken and changed."""

from __future__ import annotations

import ipywidgets as ipw
import pandas as pd
import pytest

from client_segments import attributes, decisions, widgets

CLIENTS = pd.DataFrame(
    {
        "client_id": [f"{number:03d}" for number in range(200)],
        "Поселение": ["город", "село"] * 100,
        "Пол": ["м", "м", "ж", "ж"] * 50,
        "Возраст": [str(20 + number % 60) for number in range(200)],
        "Инвалидность": ["нет", "нет", "нет", "I группа", "нет"] * 40,
    }
)
REGULATION = pd.DataFrame(
    {
        "Признак": ["Поселение", "Пол", None],
        "Значения": ["село; город", "ж; м", None],
        "Вид источника": ["1", "2", None],
        "Реквизит": ["Приказ № 7", None, None],
        "№ варианта": [None, None, "1"],
        "Комбинация": [None, None, "село; ж"],
    }
).rename(columns={"Комбинация": "Комбинация признаков"})
SEX = "attributes:\n  - {code: sex, name: Пол, role: describing, sources: 3, basis: опрос}\n"


def found(editor: ipw.Widget, kind: type) -> list:
    here = [editor] if isinstance(editor, kind) else []
    return here + [one for child in getattr(editor, "children", ()) for one in found(child, kind)]


def take(editor: ipw.Widget, words: str) -> None:
    """Choose the first offer with these words, and press the button that stands under its list."""
    lists = found(editor, ipw.SelectMultiple)
    buttons = [one for one in found(editor, ipw.Button) if one.description == "Взять выбранное"]
    for offered, button in zip(lists, buttons, strict=True):
        numbers = [number for text, number in offered.options if words in text]
        if numbers:
            offered.value = (numbers[0],)
            button.click()
            return
    raise AssertionError(words)


def save(editor: widgets.editors.DecisionEditor) -> None:
    fields = found(editor, ipw.Text)
    next(field for field in fields if field.description == "Кто решает").value = "аналитик"
    assert editor.save(), editor.message.value


@pytest.fixture
def study(make_study):
    study = make_study({"clients": CLIENTS, "regulation": REGULATION}, {"attributes": SEX})
    attributes.run(study)
    return study


def records(study) -> dict[str, dict]:
    decision = decisions.load(study, "attributes")
    listed, _findings = decisions.records(
        decision, "attributes", attributes.ATTRIBUTE_RECORDS, ("groups",)
    )
    return {record["name"]: record for record in listed}


def test_a_proposed_attribute_is_added_and_a_role_is_changed(study):
    editor = widgets.editor(study, "attributes", True)
    offers = [text for one in found(editor, ipw.SelectMultiple) for text, _number in one.options]
    assert any("«Поселение» – образующий." in text for text in offers)
    assert any("«Инвалидность» – описательный. Относится к специальной" in text for text in offers)
    take(editor, "«Возраст»")
    take(editor, "«Пол» – образующий")
    save(editor)
    saved = records(study)
    assert list(saved) == ["Пол", "Возраст"]
    assert saved["Пол"]["role"] == "forming"
    assert saved["Пол"]["basis"] == "опрос"  # what people wrote before stays
    assert len(saved["Возраст"]["bins"]) == 3
    assert attributes.run(study).table("attributes")["role"].tolist() == ["forming", "forming"]


def test_an_attribute_of_the_regulation_is_taken_with_its_source(study):
    editor = widgets.editor(study, "attributes", True)
    take(editor, "«Поселение»: село; город")
    save(editor)
    taken = records(study)["Поселение"]
    assert taken["sources"] == ("1",)
    assert taken["basis"] == "Приказ № 7"
    assert taken["values"] == ("село", "город")


def test_the_whole_proposal_is_there_where_nobody_decided(make_study):
    study = make_study({"clients": CLIENTS})
    attributes.run(study)
    editor = widgets.editor(study, "attributes", True)
    save(editor)
    before = attributes.run(make_study({"clients": CLIENTS})).table("attribute_values")
    assert set(records(study)) == {"Поселение", "Пол", "Возраст", "Инвалидность"}
    assert before["attribute_code"].nunique() == 4
    assert not attributes.run(study).table("attributes")["is_proposed"].any()


def test_a_variant_is_taken_as_a_segment(study, at_step):
    take_both = widgets.editor(study, "attributes", True)
    take(take_both, "«Поселение»: село; город")
    save(take_both)
    attributes.run(study)
    step = at_step(study, "segments")
    editor = widgets.editor(step, "segments", True)
    take(editor, "Вариант 1: село; ж – клиентов: ")
    save(editor)
    saved = decisions.load(step, "segments").data["segments"]
    assert saved[0]["code"] == "variant-1"
    assert saved[0]["rule"]["all"][0] == {"attribute": "a01", "in": ["село"]}
