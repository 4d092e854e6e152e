"""From hypotheses to a filled questionnaire to verdicts: nothing is typed twice."""

import io

import numpy as np
import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook

from client_segments import attributes, hypotheses, priorities, segments, validation
from client_segments.hypotheses.forms import form_files, research_folder
from client_segments.questionnaire import words
from client_segments.reading import check_raw

DECISIONS = {
    "attributes": """attributes:
  - {code: age, name: Возраст, role: forming, values: [молодые, пожилые], sources: 2, basis: форма}
  - {code: sex, name: Пол, role: describing, values: [женский, мужской], sources: 2, basis: форма}
  - {code: net, name: Доступ к интернету, role: describing, values: [есть, нет доступа], sources: 3, basis: опрос}
""",
    "segments": """method: rules
segments:
  - {code: old, name: Пожилые жители, rule: {attribute: age, in: [пожилые]}}
  - {code: young, name: Молодые жители, rule: {attribute: age, in: [молодые]}}
""",
}
HYPOTHESES = """hypotheses:
  - {code: Г1, segment: old, kind: канал, text: "Предпочитают {what}", criterion_pct: 50, method: опрос}
  - {code: Г2, segment: old, kind: путь, text: Бросают дело, criterion_pct: 50, method: глубинное интервью}
  - {code: Г3, segment: young, kind: канал, text: Пользуются порталом, criterion_pct: 50, method: опрос, question: "Вы заходите на портал?"}
"""
SIGNED = "who: проверяющий\nwhen: 2025-02-01\nwhy: проверка\n"
CATALOGUE = {
    "authorities": "code,name\nauthority,Орган\n",
    "stages": "direction_group,number,name\nservices,4,Подача заявления\n",
    "channels": "code,name,is_digital\n01,ЕПГУ,1\n04,личный приём,0\n",
}
COUNT = 300
RUNS = {"attributes": attributes, "segments": segments, "priorities": priorities,
        "hypotheses": hypotheses}  # fmt: skip


def clients():
    numbers = np.arange(COUNT)
    return pd.DataFrame(
        {
            "client_id": [f"c{number}" for number in numbers],
            "Возраст": np.where(numbers % 3 == 0, "пожилые", "молодые"),
            "Пол": np.where(numbers % 4 == 0, "мужской", "женский"),
            "Доступ к интернету": np.where(numbers % 2 == 0, "есть", "нет доступа"),
        }
    )


@pytest.fixture
def study(make_study, at_step):
    made = make_study(
        {"clients": clients()}, DECISIONS | {"hypotheses": HYPOTHESES.replace("{what}", "приём")}
    )
    folder = made.root / "data" / "catalogue"
    folder.mkdir()
    for name, text in CATALOGUE.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    for step, module in RUNS.items():
        module.run(at_step(made, step))
    return at_step(made, "hypotheses")


def fill_book(path, answers):
    """Fill in the sheets of a workbook: (segment's name, code of hypothesis) → answers."""
    book = load_workbook(path)
    for sheet in book.worksheets[1:]:
        heading = next(
            row for row in sheet.iter_rows() if row[0].value == words.RESPONDENT_LABEL
        )  # fmt: skip
        columns = {cell.value: cell.column for cell in heading if cell.value}
        for (name, code), given in answers.items():
            if name not in sheet.title:
                continue
            place = next(number for text, number in columns.items() if text.startswith(f"{code}. "))
            for number, answer in enumerate(given, start=1):
                row = heading[0].row + number
                sheet.cell(row, columns[words.RESPONDENT_LABEL]).value = f"{name[:1]}-{number:02d}"
                sheet.cell(row, columns[words.INSTRUMENT_LABEL]).value = "опрос"
                sheet.cell(row, columns[words.DATE_LABEL]).value = "05.03.2025"
                sheet.cell(row, columns[words.CONSENT_LABEL]).value = "да"
                sheet.cell(row, place).value = answer
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def fill_interview(path, code, answer):
    guide = Document(path)
    for table in guide.tables:
        for row in table.rows:
            label = "".join(
                run.text for run in row.cells[0].paragraphs[0].runs if not run.font.hidden
            )
            if label in (words.RESPONDENT_LABEL, words.DATE_LABEL):
                row.cells[1].text = code if label == words.RESPONDENT_LABEL else "06.03.2025"
            elif label == "Г2":
                row.cells[2].text = answer
    file = io.BytesIO()
    guide.save(file)
    return file.getvalue()


def test_from_hypotheses_to_filled_forms_to_verdicts(study, at_step):
    book, *documents = form_files(study)
    assert [path.name for path in documents] == [
        "Анкета для печати – Молодые жители.docx",
        "Анкета для печати – Пожилые жители.docx",
        "Интервью – Пожилые жители.docx",
    ]
    (study.raw_folder / "Анкета Петровой.xlsx").write_bytes(
        fill_book(book, {("Пожилые", "Г1"): ["да"] * 38 + ["нет"] * 2, ("Молодые", "Г3"): ["нет"] * 30})
    )  # fmt: skip
    for number, answer in enumerate(("да", "да", "нет", "да"), start=1):
        (study.raw_folder / f"Интервью {number}.docx").write_bytes(
            fill_interview(documents[-1], f"И-{number}", answer)
        )
    assert not list(check_raw(study))
    result = validation.run(at_step(study, "validation"))
    verdicts = result.table("verdicts").set_index("hypothesis_code")
    assert verdicts["verdict"].to_dict() == {"Г1": "confirmed", "Г2": "partly", "Г3": "refuted"}
    assert verdicts.loc["Г1", ["survey_yes_count", "survey_total_count"]].tolist() == [38, 40]
    assert verdicts.loc["Г2", ["talks_for_count", "talks_against_count"]].tolist() == [3, 1]
    assert not [finding for finding in result.findings if finding.rule.startswith("form_")]
    checks = {check.code: check.outcome.value for check in result.checks}
    assert checks["respondents"] == "met"
    assert checks["verified"] == "met"


def test_the_question_of_people_is_asked_and_others_are_drafted(study):
    questions = study.read(hypotheses.HYPOTHESES).set_index("hypothesis_code")["question_text"]
    assert questions["Г3"] == "Вы заходите на портал?"
    assert questions["Г1"] == "Скажите, вы предпочитаете приём – или это не так?"


def test_a_form_that_asked_about_another_text_is_told(study, at_step):
    filled = fill_book(form_files(study)[0], {("Пожилые", "Г1"): ["да"], ("Молодые", "Г3"): ["да"]})
    (study.raw_folder / "Анкета.xlsx").write_bytes(filled)
    (study.decisions_folder / "hypotheses.yml").write_text(
        SIGNED + HYPOTHESES.replace("{what}", "портал"), encoding="utf-8"
    )
    hypotheses.run(study)
    result = validation.run(at_step(study, "validation"))
    (told,) = [finding for finding in result.findings if finding.rule == "form_outdated"]
    assert "Г1" in told.message
    assert told.file.endswith("raw/Анкета.xlsx")
    assert told.sheet
    assert told.cell


def test_a_form_of_another_group_is_told(study, at_step, make_study):
    filled = fill_book(form_files(study)[0], {("Пожилые", "Г1"): ["да"]})
    other = make_study({"clients": clients()}, DECISIONS, group="other")
    (other.raw_folder / "Анкета.xlsx").write_bytes(filled)
    for step, module in RUNS.items():
        module.run(at_step(other, step))
    result = validation.run(at_step(other, "validation"))
    told = {finding.rule: finding for finding in result.findings}["form_other_group"]
    assert told.found == "authority/2025/group"


def test_wrong_answers_stop_the_step_with_their_cell(study, at_step):
    filled = fill_book(form_files(study)[0], {("Пожилые", "Г1"): ["возможно"]})
    (study.raw_folder / "answers.xlsx").write_bytes(filled)
    with pytest.raises(Exception, match=r"ячейка F6.*возможно"):
        validation.run(at_step(study, "validation"))


def test_a_form_filled_in_where_it_was_written_is_not_lost(study):
    book = form_files(study)[0]
    filled = fill_book(book, {("Пожилые", "Г1"): ["да"]})
    book.write_bytes(filled)
    result = hypotheses.run(study)
    assert book.read_bytes() == filled
    assert [f.rule for f in result.findings if f.rule == "form_in_place"] == ["form_in_place"]


def test_running_again_writes_the_same_bytes_and_clears_what_is_needed_no_more(study):
    before = {path.name: path.read_bytes() for path in form_files(study)}
    hypotheses.run(study)
    assert {path.name: path.read_bytes() for path in form_files(study)} == before
    text = HYPOTHESES.replace("{what}", "приём").replace(
        "method: глубинное интервью", "method: опрос"
    )
    (study.decisions_folder / "hypotheses.yml").write_text(SIGNED + text, encoding="utf-8")
    hypotheses.run(study)
    names = {path.name for path in form_files(study)}
    assert "Интервью – Пожилые жители.docx" not in names
    assert not list(research_folder(study).glob(".*"))


def test_forms_beside_an_ordinary_table_are_read_together(study, at_step):
    (study.raw_folder / "answers.csv").write_text(
        "Код респондента;Сегмент;Способ получения;Гипотеза;Ответ\nа1;old;опрос;Г1;да\n", "utf-8"
    )
    filled = fill_book(form_files(study)[0], {("Пожилые", "Г1"): ["да", "нет"]})
    (study.raw_folder / "Анкета.xlsx").write_bytes(filled)
    result = validation.run(at_step(study, "validation"))
    verdicts = result.table("verdicts").set_index("hypothesis_code")
    assert verdicts.loc["Г1", ["survey_yes_count", "survey_total_count"]].tolist() == [2, 3]


def test_the_plan_puts_quotas_and_recruitment_beside_the_numbers(study):
    plan = study.read(hypotheses.RESEARCH_PLAN).set_index(["segment_code", "method"])
    quotas = study.read(hypotheses.RESEARCH_QUOTAS)
    survey = plan.loc[("old", "survey")]
    assert survey["respondents_count"] == 50  # 97 of endlessly many, 100 clients
    assert survey["offline_count"] == 25  # half have no access to the internet
    sums = quotas.groupby(["segment_code", "method", "attribute_code"])["quota_count"].sum()
    for (segment, method, _attribute), total in sums.items():
        assert total == plan.loc[(segment, method), "respondents_count"]
    sexes = quotas.query("segment_code == 'old' and method == 'survey' and attribute_code == 'sex'")
    assert sexes.set_index("value_name")["quota_count"].to_dict() == {"женский": 38, "мужской": 12}
    assert plan["shows_text"].str.len().min() > 20
    assert plan["limits_text"].str.len().min() > 20
