"""The editor of the dictionary of problems: proposed topics are taken into it, and it is read back."""

import ipywidgets as ipw
import pandas as pd
import pytest

from client_segments import decisions, priorities, widgets
from client_segments.priorities import PROBLEM_TOPICS
from client_segments.widgets.editors import RecordsForm

DECISION = """\
# что сказала анкета
problems:
- name: Очередь
  stage: Подача заявления
  phrases: [очередь]
"""


@pytest.fixture
def study(make_study):
    study = make_study({}, {"problems": DECISION}, step="priorities")
    topics = pd.DataFrame(
        [
            (
                1,
                12,
                11,
                60.0,
                "стоянка, место, машина, двор",
                "место … стоянка; стоянк*",
                "Нет места",
            ),
            (0, 8, 8, 40.0, None, None, None),
        ],
        columns=PROBLEM_TOPICS.column_names,
    )
    study.write(PROBLEM_TOPICS, topics)
    return study


def parts(widget, kind):
    found = [widget] if isinstance(widget, kind) else []
    for child in getattr(widget, "children", ()):
        found += parts(child, kind)
    return found


def press(widget, word):
    (button,) = [item for item in parts(widget, ipw.Button) if word in item.description]
    button.click()


def test_a_topic_is_taken_named_and_saved(study):
    editor = widgets.editor(study, "problems", interactive=True)
    (offered,) = parts(editor, ipw.SelectMultiple)
    assert len(offered.options) == 1  # the long tail is no topic
    offered.value = (0,)
    press(editor, "Добавить выбранные")
    (form,) = parts(editor, RecordsForm)
    assert form.records()[1]["phrases"] == ["место … стоянка", "стоянк*"]
    names = [item for item in parts(form, ipw.Text) if item.description == "Проблема"]
    names += [item for item in parts(form, ipw.Textarea) if item.description == "Проблема"]
    names[-1].value = "Негде поставить машину"
    (who,) = [item for item in parts(editor, ipw.Text) if item.description == "Кто решает"]
    who.value = "аналитик"
    assert editor.save(), editor.message.value
    dictionary, findings = priorities.decided_dictionary(study)
    assert not findings.errors
    assert [entry.name for entry in dictionary.entries] == ["Очередь", "Негде поставить машину"]
    assert dictionary.problems_in(["нет", "мест", "на", "стоянке"]) == ["Негде поставить машину"]
    assert "# что сказала анкета" in decisions.decision_path(study, "problems").read_text("utf-8")


def test_a_mistake_is_told_and_nothing_saved(study):
    path = decisions.decision_path(study, "problems")
    before = path.read_bytes()
    editor = widgets.editor(study, "problems", interactive=True)
    press(editor, "Добавить запись")
    (form,) = parts(editor, RecordsForm)
    names = [
        item for item in parts(form, (ipw.Text, ipw.Textarea)) if item.description == "Проблема"
    ]
    names[-1].value = "очередь"
    assert not editor.save()
    assert "Очередь" in editor.message.value or "очередь" in editor.message.value
    assert path.read_bytes() == before
