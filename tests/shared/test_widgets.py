"""Editors of decisions: they show what the file says, and change in it what people change."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import ipywidgets as ipw
import pytest

from client_segments import attributes, decisions, hypotheses, priorities, segments, widgets
from client_segments.contracts import Column, Kind
from client_segments.findings import InputError
from client_segments.presentation import Shown
from client_segments.study import REPOSITORY, Study, open_study, open_year
from client_segments.widgets.fields import CheckList, make_field
from client_segments.widgets.folds import Folds
from client_segments.widgets.rules import RuleEditor, simple_conditions

GROUP = "staff"
GROUP_DECISIONS = {
    "attributes": "attributes",
    "segments": "segments",
    "weights": "priorities",
    "hypotheses": "hypotheses",
    "plan": "profiles",
    "profiles": "profiles",
}
"""Decisions of a group, and the step whose notebook edits each."""
HOSTILE = ("=cmd|' /C calc'!A0", "__import__('os').system('id')", "{{7*7}}", "<script>x</script>")


@pytest.fixture(scope="module")
def finished_root(tmp_path_factory) -> Path:
    """Return a copy of the demo's smallest group with steps 1 to 4 done."""
    root = tmp_path_factory.mktemp("demo")
    shutil.copytree(REPOSITORY / "data" / "catalogue", root / "data" / "catalogue")
    source = REPOSITORY / "data" / "demo" / "2025" / GROUP
    target = root / "data" / "demo" / "2025" / GROUP
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("work", "truth"))
    for step in (attributes, segments, priorities, hypotheses):
        step.run(open_study("demo", 2025, GROUP, step.__name__.rpartition(".")[2], root))
    return root


@pytest.fixture
def root(finished_root, tmp_path) -> Path:
    shutil.copytree(finished_root, tmp_path, dirs_exist_ok=True)
    return tmp_path


def study_at(root: Path, step: str) -> Study:
    return open_study("demo", 2025, GROUP, step, root)


def file_of(root: Path, name: str) -> Path:
    return root / "data" / "demo" / "2025" / GROUP / "decisions" / f"{name}.yml"


def contents(root: Path) -> dict[str, bytes]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def all_widgets(widget: ipw.Widget) -> list[ipw.Widget]:
    found = [widget]
    for child in getattr(widget, "children", ()):
        found += all_widgets(child)
    return found


def control(widget: ipw.Widget, label: str, number: int = 0) -> ipw.Widget:
    """Return a control by the beginning of its label."""
    found = [
        item
        for item in all_widgets(widget)
        if getattr(item, "description", "").startswith(label)
        or (isinstance(item, CheckList) and item.children[0].value.startswith(label))
    ]
    return found[number]


def press(widget: ipw.Widget, label: str, number: int = 0) -> None:
    control(widget, label, number).click()


def changed_lines(before: str, after: str) -> list[str]:
    old, new = before.splitlines(), after.splitlines()
    return [line for line in new if line not in old]


@pytest.mark.parametrize(("name", "step"), GROUP_DECISIONS.items())
def test_saving_untouched_changes_nothing(root, name, step):
    before = contents(root)
    assert widgets.editor(study_at(root, step), name, True).save()
    assert contents(root) == before


@pytest.mark.parametrize(("name", "step"), GROUP_DECISIONS.items())
def test_it_shows_every_word_of_the_file(root, name, step):
    editor = widgets.editor(study_at(root, step), name, True)
    shown = "\n".join(
        [
            *(str(getattr(item, "value", "")) for item in all_widgets(editor)),
            *(str(title) for item in all_widgets(editor) for title in getattr(item, "titles", ())),
        ]
    )

    def words(tree):
        if isinstance(tree, dict):
            return [word for value in tree.values() for word in words(value)]
        return [word for item in tree for word in words(item)] if isinstance(tree, list) else [tree]

    decision = decisions.load(study_at(root, step), name)
    texts = [word for word in words(decision.data) if word not in ("да", "нет", "rest")]
    assert len(texts) > 5
    for text in texts:
        assert text in shown, text


@pytest.mark.parametrize(
    ("name", "label", "value", "line"),
    [
        ("attributes", "Реквизит источника", "приказ № 5", "  basis: приказ № 5"),
        ("segments", "Название", "Новички", "  name: Новички"),
        ("weights", "Ёмкость", "0,4", "  capacity: 0,4"),
        ("hypotheses", "Текст гипотезы", "Не знают, где бланк", "  text: Не знают, где бланк"),
        ("plan", "Ответственный", "отдел связи", "  responsible: отдел связи"),
        ("profiles", "Текст", "Как новому", "  text: Как новому"),
    ],
)
def test_one_change_changes_one_value(root, name, label, value, line):
    path = file_of(root, name)
    path.write_text("# не удалять\n" + path.read_text("utf-8") + "# в конце\n", "utf-8")
    before = contents(root)
    text_before = path.read_text("utf-8")
    editor = widgets.editor(study_at(root, GROUP_DECISIONS[name]), name, True)
    control(editor, label).value = value
    assert editor.save(), editor.message.value
    after = contents(root)
    changed = [file for file in before if before[file] != after.get(file)]
    assert changed == [path.relative_to(root).as_posix()]
    assert set(after) == set(before)
    text = path.read_text("utf-8")
    assert changed_lines(text_before, text) == [line]
    assert text.startswith("# не удалять\n")
    assert text.endswith("# в конце\n")


def test_comments_between_records_survive_a_change_of_a_list(root):
    path = file_of(root, "segments")
    text = path.read_text("utf-8").replace("- code: managers", "# второй сегмент\n- code: managers")
    path.write_text(text, "utf-8")
    editor = widgets.editor(study_at(root, "segments"), "segments", True)
    values = control(editor, "Значения", 1)
    control(values, "1–3").value = True
    assert editor.save(), editor.message.value
    assert "# второй сегмент\n- code: managers" in path.read_text("utf-8")
    assert changed_lines(text, path.read_text("utf-8")) == []  # «1–3» stands in other rules too
    assert len(path.read_text("utf-8").splitlines()) == len(text.splitlines()) + 1


@pytest.mark.parametrize(
    ("name", "label", "value", "said"),
    [
        ("weights", "Кто решает", " ", "Укажите, кто принимает решение"),
        ("weights", "Ёмкость", "много", "вес должен быть числом"),
        ("weights", "Ёмкость", "-1", "вес должен быть числом"),
        ("hypotheses", "Критерий", "семьдесят", "число, например"),
        ("hypotheses", "Критерий", "170", "не больше 100"),
        ("hypotheses", "Номер", "Г2", "Г2"),
        ("plan", "Цель", "больше", "число, например"),
        ("segments", "Название", "", "не заполнено «Название»"),
        ("segments", "Код", "managers", "managers"),
        ("profiles", "Текст", "", "не заполнено «Текст»"),
        ("attributes", "Код", "", "не заполнено «Код»"),
    ],
)
def test_what_is_wrong_is_refused_in_russian(root, name, label, value, said):
    before = contents(root)
    editor = widgets.editor(study_at(root, GROUP_DECISIONS[name]), name, True)
    control(editor, label).value = value
    assert not editor.save()
    assert "Не сохранено" in editor.message.value
    assert said in editor.message.value
    assert "Traceback" not in editor.message.value
    assert "/tmp" not in editor.message.value
    assert contents(root) == before


def test_a_condition_without_values_does_not_widen_the_segment(root):
    before = contents(root)
    editor = widgets.editor(study_at(root, "segments"), "segments", True)
    for box in control(editor, "Значения", 0).children[1].children:
        box.value = False
    assert not editor.save()
    assert "отметьте хотя бы одно значение" in editor.message.value
    assert contents(root) == before


def test_a_record_is_added_and_removed(root):
    study = study_at(root, "profiles")
    before = file_of(root, "plan").read_text("utf-8")
    editor = widgets.editor(study, "plan", True)
    count = len(decisions.load(study, "plan").data["measures"])
    press(editor, "Добавить запись")
    for label, value in (("Код", "М9"), ("Мероприятие", "Памятка"), ("Сегмент", "newcomers")):
        control(editor, label, count).value = value
    assert editor.save(), editor.message.value
    text = file_of(root, "plan").read_text("utf-8")
    assert set(before.splitlines()) <= set(text.splitlines())
    assert len(decisions.load(study, "plan").data["measures"]) == count + 1
    press(editor, "Удалить запись", count)
    assert editor.save()
    assert file_of(root, "plan").read_text("utf-8") == before


def test_segments_change_places(root):
    editor = widgets.editor(study_at(root, "segments"), "segments", True)
    order = re.findall(r"(?m)^- code: (\S+)", file_of(root, "segments").read_text("utf-8"))
    press(editor, "Ниже", 0)
    assert editor.save(), editor.message.value
    text = file_of(root, "segments").read_text("utf-8")
    moved = re.findall(r"(?m)^- code: (\S+)", text)
    assert moved == [order[1], order[0], *order[2:]]


def test_proposals_are_adopted(root):
    study = study_at(root, "hypotheses")
    known = decisions.load(study, "hypotheses").data["hypotheses"]
    editor = widgets.editor(study, "hypotheses", True)
    offered = next(item for item in all_widgets(editor) if isinstance(item, ipw.SelectMultiple))
    offered.index = (0,)
    press(editor, "Принять выбранные")
    assert editor.save(), editor.message.value
    written = decisions.load(study, "hypotheses").data["hypotheses"]
    assert written[:-1] == known
    added = written[-1]
    assert added["proposal"] in set(study.read(hypotheses.PROPOSALS)["proposal_code"])
    assert added["code"] not in {record["code"] for record in known}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", added["decided"])


def test_nothing_decided_yet_starts_from_what_the_program_proposes(root):
    file_of(root, "attributes").unlink()
    editor = widgets.editor(study_at(root, "attributes"), "attributes", True)
    assert "Решения ещё нет" in editor.message.value
    assert not editor.save()  # nobody has signed
    control(editor, "Кто решает").value = "аналитик"
    assert editor.save(), editor.message.value
    decision = decisions.load(study_at(root, "attributes"), "attributes")
    assert decision.who == "аналитик"
    assert len(decision.data["attributes"]) >= 3


def test_a_broken_file_is_shown_and_kept(root):
    path = file_of(root, "hypotheses")
    text = path.read_text("utf-8").replace("status: accepted", "status: приянта", 1)
    path.write_text(text, "utf-8")
    editor = widgets.editor(study_at(root, "hypotheses"), "hypotheses", True)
    assert "приянта" in editor.message.value
    assert not editor.save()
    assert path.read_text("utf-8") == text
    control(editor, "Решение").value = "accepted"
    assert editor.save(), editor.message.value


def test_decisions_of_the_year(root):
    opened = open_year("demo", 2025, root)
    before = contents(root)
    report = widgets.editor(opened, "report", True)
    control(report, "Подписывает").value = "министр"
    control(report, "Кто решает").value = "отдел анализа"
    assert report.save(), report.message.value
    again = widgets.editor(opened, "report", True)
    assert control(again, "Подписывает").value == "министр"
    control(again, "Подписывает").value = ""
    assert again.save()
    assert decisions.load(opened, "report").data["signatory"] == ""
    updates = widgets.editor(opened, "updates", True)
    control(updates, "Кто решает").value = "отдел анализа"
    press(updates, "Добавить запись")
    control(updates, "Группа").value = GROUP
    assert not updates.save()
    assert "не заполнено «Сегмент»" in updates.message.value
    control(updates, "Сегмент").value = "newcomers"
    control(updates, "Показатель").value = "capacity"
    control(updates, "Решение").value = control(updates, "Решение").options[1][1]
    assert updates.save(), updates.message.value
    new = sorted(set(contents(root)) - set(before))
    assert new == ["data/demo/2025/report.yml", "data/demo/2025/updates.yml"]


@pytest.mark.parametrize("text", HOSTILE)
def test_typed_text_stays_text(root, text):
    study = study_at(root, "segments")
    editor = widgets.editor(study, "segments", True)
    control(editor, "Название").value = text
    control(editor, "Почему").value = text
    assert editor.save(), editor.message.value
    decision = decisions.load(study, "segments")
    assert decision.data["segments"][0]["name"] == text
    assert decision.why == text
    again = widgets.editor(study, "segments", True)
    assert control(again, "Название").value == text
    pages = [item.value for item in all_widgets(again) if isinstance(item, ipw.HTML)]
    assert not any("<script" in page for page in pages)
    assert all(not item.description_allow_html for item in all_widgets(again)
               if hasattr(item, "description_allow_html"))  # fmt: skip


def test_a_hostile_value_is_escaped_in_the_message(root):
    editor = widgets.editor(study_at(root, "hypotheses"), "hypotheses", True)
    control(editor, "Критерий").value = "<script>x</script>"
    assert not editor.save()
    assert "&lt;script&gt;" in editor.message.value
    assert "<script" not in editor.message.value


@pytest.mark.parametrize(
    "name", ["attributes", "segments", "weights", "hypotheses", "plan", "profiles"]
)
def test_batch_gets_a_note(root, name):
    shown = widgets.editor(study_at(root, GROUP_DECISIONS[name]), name, False)
    assert isinstance(shown, Shown)
    assert f"decisions/{name}.yml" in shown.text


def test_the_chooser_gives_lines_for_the_parameters_cell(root):
    opened = open_year("demo", 2025, root)
    chooser = widgets.chooser(opened, GROUP, True)
    assert control(chooser, "Строки").value == 'authority = "demo"\nyear = 2025\ngroup = "staff"'
    assert isinstance(widgets.chooser(opened, GROUP, False), Shown)


CHOICES = {
    "sex": ("Пол", ["мужской", "женский", "нет данных"]),
    "age": ("Возраст", ["до 30", "30+"]),
}
COMPLEX = {
    "any": [
        {"attribute": "sex", "in": ["мужской"]},
        {"not": {"attribute": "age", "at_least": "30+"}},
    ]
}


@pytest.mark.parametrize(
    "tree",
    [
        {"attribute": "sex", "in": ["женский"]},
        {"attribute": "sex", "in": "женский"},
        {"all": [{"attribute": "sex", "in": ["женский", "мужской"]}, {"attribute": "age", "in": ["30+"]}]},
        {"attribute": "sex", "in": ["Женский", "средний"]},
        {"attribute": "height", "in": ["1"]},
        COMPLEX,
        {"attribute": "age", "at_most": "до 30"},
        "",
    ],
)  # fmt: skip
def test_an_untouched_rule_is_the_rule(tree):
    assert RuleEditor(tree, CHOICES).tree() == tree
    assert RuleEditor(tree, {}).tree() == tree


def test_a_rule_is_built_by_ticking():
    editor = RuleEditor("", CHOICES)
    control(editor, "Признак").value = "sex"
    control(control(editor, "Значения"), "женский").value = True
    assert editor.tree() == {"attribute": "sex", "in": ["женский"]}
    press(editor, "Добавить условие")
    control(editor, "Признак", 1).value = "age"
    control(control(editor, "Значения", 1), "30+").value = True
    assert editor.tree() == {
        "all": [{"attribute": "sex", "in": ["женский"]}, {"attribute": "age", "in": ["30+"]}]
    }
    press(editor, "Убрать условие", 0)
    assert editor.tree() == {"attribute": "age", "in": ["30+"]}


def test_a_complex_rule_is_edited_as_text():
    editor = RuleEditor(COMPLEX, CHOICES)
    text = control(editor, "Правило")
    assert "мужской" in text.value
    text.value = text.value.replace("мужской", "женский")
    assert editor.tree()["any"][0] == {"attribute": "sex", "in": ["женский"]}
    assert editor.tree()["any"][1] == COMPLEX["any"][1]
    text.value = "any: [без конца"
    with pytest.raises(InputError, match="Правило не читается"):
        editor.tree()
    text.value = "!!python/object/apply:os.system [id]"
    assert editor.tree() == ["id"]  # a tag is text's ornament here, never a call


def test_simple_conditions_refuse_what_they_cannot_show():
    assert simple_conditions({"all": [{"attribute": "a", "in": ["x"]}, COMPLEX]}) is None
    assert simple_conditions({"attribute": "a", "in": [["x"]]}) is None


@pytest.mark.parametrize("number", [0.35, 62.0, 1234567.5, 0.1 + 0.2])
def test_a_number_is_shown_whole(number):
    field = make_field(Column("x", "Число", Kind.NUMBER, ""), number)
    assert float(field.control.value) == number


# ------------------------------------------------------ a file that others change, and undoing


def is_visible(button: ipw.Widget) -> bool:
    return button.layout.display != "none"


def test_a_file_changed_elsewhere_is_not_overwritten_silently(root):
    path = file_of(root, "weights")
    editor = widgets.editor(study_at(root, "priorities"), "weights", interactive=True)
    other = widgets.editor(study_at(root, "priorities"), "weights", interactive=True)
    control(other, "Почему").value = "решила коллега"
    press(other, "Сохранить решение")
    theirs = path.read_bytes()
    assert "решила коллега" in theirs.decode("utf-8")
    control(editor, "Почему").value = "решил я"
    press(editor, "Сохранить решение")
    assert path.read_bytes() == theirs
    assert "weights.yml изменили" in editor.message.value
    assert control(editor, "Почему").value == "решил я"  # what was typed is not lost
    assert is_visible(control(editor, "Сохранить поверх"))
    press(editor, "Сохранить поверх")
    assert "решил я" in path.read_text("utf-8")
    assert not is_visible(control(editor, "Сохранить поверх"))


def test_a_file_deleted_or_written_by_hand_counts_as_changed(root):
    path = file_of(root, "weights")
    editor = widgets.editor(study_at(root, "priorities"), "weights", interactive=True)
    path.unlink()
    press(editor, "Сохранить решение")
    assert not path.exists()
    assert "изменили" in editor.message.value


def test_what_was_saved_can_be_taken_back_step_by_step(root):
    path = file_of(root, "weights")
    original = path.read_bytes()
    editor = widgets.editor(study_at(root, "priorities"), "weights", interactive=True)
    assert not is_visible(control(editor, "Вернуть прежнее решение"))
    states = [original]
    for word in ("раз", "два"):
        control(editor, "Почему").value = word
        press(editor, "Сохранить решение")
        states.append(path.read_bytes())
    press(editor, "Сохранить решение")  # nothing new: nothing to take back either
    assert len(set(states)) == 3
    press(editor, "Вернуть прежнее решение")
    assert path.read_bytes() == states[1]
    press(editor, "Вернуть прежнее решение")
    assert path.read_bytes() == original
    assert not is_visible(control(editor, "Вернуть прежнее решение"))
    press(editor, "Сохранить решение")  # what is in the editor can be saved again
    assert path.read_bytes() == states[2]


def test_taking_back_the_first_decision_leaves_no_file(root):
    path = file_of(root, "weights")
    path.unlink()
    editor = widgets.editor(study_at(root, "priorities"), "weights", interactive=True)
    control(editor, "Кто решает").value = "начальник"
    press(editor, "Сохранить решение")
    assert path.is_file()
    press(editor, "Вернуть прежнее решение")
    assert not path.exists()


def test_what_is_not_given_is_named_in_a_list(root):
    editor = widgets.editor(study_at(root, "priorities"), "weights", interactive=True)
    assert control(editor, "Как заданы веса").label == "— не указано —"


def test_proposals_are_not_called_unknown_before_they_are_counted(root):
    shutil.rmtree(root / "data" / "demo" / "2025" / GROUP / "work" / "hypotheses")
    assert "proposal: " in file_of(root, "hypotheses").read_text("utf-8")
    editor = widgets.editor(study_at(root, "hypotheses"), "hypotheses", interactive=True)
    assert "нет такого сравнения" not in editor.message.value


# ------------------------------------------------------------------- headings that unfold


def test_headings_are_buttons_and_one_part_is_open_at_a_time():
    parts = [ipw.HTML("один"), ipw.HTML("два")]
    folds = Folds(parts, ("Первый", "Второй"), opened=1)
    headings = [item for item in all_widgets(folds) if isinstance(item, ipw.Button)]

    def opened() -> list[bool]:
        slots = [item for item in folds.children if not isinstance(item, ipw.Button)]
        return [slot.layout.display != "none" for slot in slots]

    assert opened() == [False, True]
    headings[0].click()
    assert opened() == [True, False]
    assert [heading.tooltip for heading in headings] == ["Свернуть", "Развернуть"]
    headings[0].click()
    assert opened() == [False, False]
    folds.titles = ("Иначе", "Второй")
    assert headings[0].description == "Иначе"


def test_a_new_record_is_open_to_be_filled(root):
    editor = widgets.editor(study_at(root, "segments"), "segments", interactive=True)
    press(editor, "Добавить запись")
    heading = control(editor, "Новая запись")
    assert heading.tooltip == "Свернуть"
