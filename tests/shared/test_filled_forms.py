"""Forms written, filled in as people do, and read back: every answer, its place, every mistake."""

import io
import shutil
import subprocess
import zipfile
from datetime import datetime

import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook

from client_segments.findings import Severity
from client_segments.questionnaire import FormOrigin, Forms, Question, SegmentForm, words
from client_segments.questionnaire.documents import document_names, render_document
from client_segments.questionnaire.workbook import FILLED_ROWS, render_workbook, sheet_names
from client_segments.reading.forms import has_form_name, is_form, read_forms

SOFFICE = shutil.which("soffice")
HEADING = 5
FIRST = HEADING + 1


def question(code, method="survey", statement="Предпочитают подать заявление лично"):
    return Question(code, statement, f"Вопрос {code}?", "channel", method)


OLD = SegmentForm(
    "old", "Жители старшего возраста: село / деревня", (question("Г1"), question("Г2", "interview")),
    {"survey": 90, "interview": 5}, {"survey": "Вне цифровых каналов пригласите 60 респондентов."},
    {"survey": ("Пол: женский – 60, мужской – 30",)},
)  # fmt: skip
YOUNG = SegmentForm(
    "young", "Молодые", (question("Г3", "focus_group"),), {"focus_group": 8}, {}, {}
)
FORMS = Forms(
    FormOrigin("omsk", 2025, "support"), "Министерство", "Меры поддержки", (OLD, YOUNG),
    ("Поиск информации", "Подача заявления"),
)  # fmt: skip


@pytest.fixture
def book():
    return load_workbook(io.BytesIO(render_workbook(FORMS)))


@pytest.fixture
def read(tmp_path):
    """Save files by name and read them as forms."""

    def save_and_read(**files):
        paths = []
        for name, content in files.items():
            paths.append(tmp_path / name.replace("_", ".", 1))
            if isinstance(content, bytes):
                paths[-1].write_bytes(content)
            else:
                content.save(paths[-1])
        return read_forms(paths, lambda path: f"raw/{path.name}")

    return save_and_read


def columns(sheet):
    """Return letters of the columns by heading."""
    return {str(cell.value): cell.column_letter for cell in sheet[HEADING] if cell.value}


def fill(sheet, row, **values):
    places = columns(sheet)
    for heading, value in values.items():
        letter = next(places[text] for text in places if text.replace(" ", "_").startswith(heading))
        sheet[f"{letter}{row}"] = value


def respondent(sheet, row, code="ПС-01", **values):
    fill(sheet, row, Код_респондента=code, Способ="опрос", Дата=datetime(2025, 11, 5),
         Согласие="да", **values)  # fmt: skip


def rules(filled):
    return {finding.rule: finding for finding in filled.findings}


def test_a_filled_workbook_becomes_answers_with_their_places(book, read):
    old, young = book.worksheets[1:]
    respondent(old, FIRST, **{"Г1._": "да", "Г1:": "Далеко ехать", "Г2._": "затрудняюсь ответить"})
    respondent(old, FIRST + 1, "ПС-02", **{"Г1._": "Нет"})
    respondent(young, FIRST, 7, **{"Г3._": "не знаю", "Другие": "Всё понравилось"})
    young[f"{columns(young)['Способ']}{FIRST}"] = "фокус-группа"
    fill(young, FIRST, Код_обсуждения="ФГ-1")
    filled = read(a_xlsx=book)
    assert not list(filled.findings)
    shown = [
        "respondent_id",
        "segment",
        "instrument",
        "session",
        "hypothesis",
        "answer",
        "quotation",
    ]
    assert filled.frame[shown].astype(object).where(filled.frame[shown].notna(), None).values.tolist() == [
        ["ПС-01", "old", "survey", None, "Г1", "yes", "Далеко ехать"],
        ["ПС-01", "old", "survey", None, "Г2", "unsure", None],
        ["ПС-02", "old", "survey", None, "Г1", "no", None],
        ["7", "young", "focus_group", "ФГ-1", "Г3", "unsure", None],
        ["7", "young", "focus_group", "ФГ-1", None, None, "Всё понравилось"],
    ]  # fmt: skip
    assert filled.frame["has_consent"].all()
    assert (filled.frame["answer_date"] == pd.Timestamp("2025-11-05")).all()
    first = filled.places.iloc[0]
    letter = columns(old)["Г1. Вопрос Г1?"]
    assert (first["file"], first["sheet"], first["cell"]) == (
        "raw/a.xlsx", sheet_names(FORMS.segments)[0], f"{letter}{FIRST}",
    )  # fmt: skip
    assert first["origin"] == "omsk/2025/support"
    assert first["statement_mark"] == OLD.questions[0].mark


def test_columns_put_elsewhere_and_a_renamed_copied_sheet_are_read_by_their_marks(book, read):
    old = book.worksheets[1]
    respondent(old, FIRST, **{"Г1._": "да", "Г2._": "нет"})
    old.protection.sheet = False
    values = [[cell.value for cell in row] for row in old.iter_rows(max_row=FIRST)]
    copy = book.create_sheet("Ответы Петровой")
    for row in values:
        copy.append([None, *reversed(row)])
    for sheet in book.worksheets[:3]:
        book.remove(sheet)
    filled = read(a_xlsx=book)
    assert not list(filled.findings)
    assert dict(zip(filled.frame["hypothesis"], filled.frame["answer"], strict=True)) == {
        "Г1": "yes", "Г2": "no",
    }  # fmt: skip
    assert set(filled.frame["segment"]) == {"old"}


def test_mistakes_are_told_with_file_sheet_cell_and_remedy(book, read):
    old = book.worksheets[1]
    respondent(old, FIRST, **{"Г1._": "может быть"})
    respondent(old, FIRST + 1, "ПС-02", **{"Г1._": "да"})
    old[f"{columns(old)['Способ']}{FIRST + 1}"] = "гадание"
    old[f"{columns(old)['Дата']}{FIRST + 1}"] = "вчера"
    respondent(old, FIRST + 2, None, **{"Г1._": "да"})
    respondent(old, FIRST + 3, "пс-02", **{"Г1._": "нет"})
    old[f"{columns(old)['Способ']}{FIRST + 3}"] = "гадание"
    respondent(old, FIRST + 4, "ПС-05")
    filled = read(a_xlsx=book)
    letters = columns(old)
    told = {(finding.rule, finding.cell): finding for finding in filled.findings}
    answer = told["form_value", f"{letters['Г1. Вопрос Г1?']}{FIRST}"]
    assert (answer.file, answer.sheet, answer.found) == (
        "raw/a.xlsx", sheet_names(FORMS.segments)[0], "может быть",
    )  # fmt: skip
    assert "затрудняюсь ответить" in answer.expected
    assert ("form_value", f"{letters['Способ']}{FIRST + 1}") in told
    assert ("form_value", f"{letters['Дата']}{FIRST + 1}") in told
    assert ("form_required", f"{letters['Код респондента']}{FIRST + 2}") in told
    assert ("form_code_twice", f"{letters['Код респондента']}{FIRST + 3}") in told
    assert told["form_no_answers", f"{letters['Код респондента']}{FIRST + 4}"].severity is Severity.WARNING  # fmt: skip
    for finding in filled.findings:
        assert finding.message.endswith(".")
        assert finding.remedy.endswith(".")


def test_a_changed_heading_is_told_and_the_mark_decides(book, read):
    old = book.worksheets[1]
    respondent(old, FIRST, **{"Г1._": "да"})
    old[f"{columns(old)['Г1. Вопрос Г1?']}{HEADING}"] = "Нравится ли вам?"
    old.cell(HEADING, 40).value = "Своё примечание"
    filled = read(a_xlsx=book)
    assert filled.frame["hypothesis"].tolist() == ["Г1"]
    assert rules(filled)["form_heading"].found == "Нравится ли вам?"
    assert rules(filled)["form_column"].cell == f"AN{HEADING}"


def test_an_empty_form_says_that_it_is_empty_and_a_lost_heading_stops(book, read):
    assert set(rules(read(a_xlsx=render_workbook(FORMS)))) == {"form_empty"}
    old = book.worksheets[1]
    respondent(old, FIRST, **{"Г1._": "да"})
    old[f"A{HEADING}"] = "Кто"
    assert rules(read(b_xlsx=book))["form_broken"].severity is Severity.ERROR


def test_a_form_of_another_version_is_refused(book, read):
    old = book.worksheets[1]
    old["A1"] = old["A1"].value.replace("|1|", "|9|")
    assert rules(read(a_xlsx=book))["form_version"].found == "9"


def test_the_workbook_guards_against_mistakes_and_does_not_calculate(book):
    for sheet, segment in zip(book.worksheets[1:], FORMS.segments, strict=True):
        assert sheet.protection.sheet
        assert sheet.row_dimensions[1].hidden
        assert sheet.row_dimensions[2].hidden
        lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
        assert len(lists) == 2 + len(segment.questions)
        assert any("затрудняюсь ответить" in rule.formula1 for rule in lists)
        assert all(str(rule.sqref).endswith(str(FIRST + FILLED_ROWS - 1)) for rule in lists)
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    text = " ".join(str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value)  # fmt: skip
    assert words.INTERNAL in text
    assert "90" in text


def test_equal_forms_give_equal_bytes():
    assert render_workbook(FORMS) == render_workbook(FORMS)
    assert render_document(FORMS, OLD, "survey") == render_document(FORMS, OLD, "survey")


def test_what_people_type_is_never_a_formula(read):
    evil = SegmentForm("old", "=cmd()", (Question("Г1", "=1+1", "=HYPERLINK(1)", "channel", "survey"),),
                       {"survey": 1}, {"survey": "=1"}, {})  # fmt: skip
    forms = Forms(FORMS.origin, "=А1", "+В1", (evil,), ())
    for sheet in load_workbook(io.BytesIO(render_workbook(forms))).worksheets:
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


# ----------------------------------------------------------------------------- Word


def document(segment, method):
    return Document(io.BytesIO(render_document(FORMS, segment, method)))


def visible(cell):
    return "".join(
        run.text for line in cell.paragraphs for run in line.runs if not run.font.hidden
    ).strip()  # fmt: skip


def table_of(doc, first):
    return next(table for table in doc.tables if visible(table.rows[0].cells[0]) == first)


def put(doc, label, value):
    """Write a value to the right of its label."""
    for table in doc.tables:
        for row in table.rows:
            if visible(row.cells[0]) == label:
                row.cells[1].text = value


def test_a_filled_interview_becomes_answers(read):
    guide = document(OLD, "interview")
    put(guide, words.RESPONDENT_LABEL, "И-01")
    put(guide, words.CONSENT_LABEL, "да")
    put(guide, words.DATE_LABEL, "06.11.2025")
    put(guide, words.COMMENT_LABEL, "Спасибо,\nчто спросили")
    answers = table_of(guide, "№")
    answers.rows[1].cells[2].text = "Да."
    answers.rows[1].cells[3].text = "Некому помочь"
    filled = read(a_docx=guide)
    assert not list(filled.findings)
    first, second = filled.frame.to_dict("records")
    assert (first["respondent_id"], first["instrument"], first["segment"]) == ("И-01", "interview", "old")  # fmt: skip
    assert (first["hypothesis"], first["answer"], first["quotation"]) == ("Г2", "yes", "Некому помочь")  # fmt: skip
    assert first["answer_date"] == pd.Timestamp("2025-11-06")
    assert pd.isna(second["hypothesis"])
    assert second["quotation"] == "Спасибо, что спросили"
    assert filled.places["cell"].tolist()[0].startswith("таблица ")


def test_a_chosen_item_of_a_list_is_read_and_an_unchosen_one_is_not(read):
    guide = document(OLD, "survey")
    put(guide, words.RESPONDENT_LABEL, "И-01")
    cell = table_of(guide, "№").rows[1].cells[2]
    control = cell._tc.find(".//{*}sdt")
    assert [item.get(next(iter(item.keys()))) for item in control.iter("{*}listItem")] == list(words.CHOICES)  # fmt: skip
    hint = control.find(".//{*}showingPlcHdr")
    hint.getparent().remove(hint)
    control.find(".//{*}t").text = "нет"
    filled = read(a_docx=guide)
    assert filled.frame["answer"].tolist() == ["no"]
    assert filled.frame["has_consent"].isna().all()


def test_a_focus_group_gives_a_line_a_participant(read):
    plan = document(YOUNG, "focus_group")
    put(plan, words.SESSION_LABEL, "ФГ-1")
    put(plan, words.DATE_LABEL, "07.11.2025")
    table = table_of(plan, words.RESPONDENT_LABEL)
    for row, values in zip(
        table.rows[1:], (("У1", "да", "да", "Г3: На портале быстрее"), ("У2", "нет", "нет", "Не нравится")),
        strict=False,
    ):  # fmt: skip
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    filled = read(a_docx=plan)
    assert not list(filled.findings)
    shown = filled.frame[["respondent_id", "hypothesis", "answer", "quotation"]]
    assert shown.astype(object).where(shown.notna(), None).values.tolist() == [
        ["У1", "Г3", "yes", "На портале быстрее"],
        ["У2", "Г3", "no", None],
        ["У2", None, None, "Не нравится"],
    ]
    assert set(filled.frame["instrument"]) == {"focus_group"}
    assert set(filled.frame["session"]) == {"ФГ-1"}


def test_a_document_without_marks_only_warns_and_an_unfilled_one_says_so(read):
    notes = Document()
    notes.add_paragraph("Расшифровка беседы")
    filled = read(a_docx=notes, b_docx=render_document(FORMS, OLD, "interview"))
    assert {rule: finding.severity for rule, finding in rules(filled).items()} == {
        "form_unmarked": Severity.WARNING, "form_empty": Severity.WARNING,
    }  # fmt: skip


# -------------------------------------------------------------------------- hostile files


def packed(name, content, *others):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        for other in others:
            archive.writestr(other, b"x")
    return file.getvalue()


BOMB = b"<w:document xmlns:w='x'>" + b" " * (40 << 20) + b"</w:document>"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<w:document xmlns:w='x'>&b;</w:document>"
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (packed("word/document.xml", BOMB), "слишком большой"),
        (packed("word/document.xml", LAUGHS), "DOCTYPE"),
        (packed("word/document.xml", b"<a/>", "word/vbaProject.bin"), "макросы"),
        (packed("word/document.xml", b"<a"), "повреждён"),
        (packed("xl/workbook.xml", b"<a/>"), "повреждён"),
        (b"not a document", "повреждён"),
        (b"", "повреждён"),
    ],
    ids=["bomb", "entities", "macros", "broken", "a workbook", "a text", "empty"],
)
def test_hostile_documents_are_refused_in_a_sentence(read, content, reason):
    (finding,) = read(a_docx=content).findings
    assert finding.rule == "form_unreadable"
    assert finding.severity is Severity.ERROR
    assert reason in finding.message


def test_a_form_with_macros_is_refused(read):
    file = io.BytesIO(render_workbook(FORMS))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    (finding,) = read(a_xlsx=file.getvalue()).findings
    assert "макросы" in finding.message


def test_a_form_that_unpacks_to_too_much_is_refused(read):
    file = io.BytesIO(render_workbook(FORMS))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.bin", bytes(201 << 20))
    (finding,) = read(a_xlsx=file.getvalue()).findings
    assert finding.rule == "form_unreadable"
    assert "слишком большой" in finding.message


@pytest.mark.parametrize("name", ["broken.xlsx", "plain.csv", "answers.txt"])
def test_what_is_no_form_is_left_to_the_reader_of_tables(tmp_path, name):
    (tmp_path / name).write_bytes(b"not a workbook")
    assert not is_form(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "is_named"),
    [("Анкета.xlsx", True), ("анкета Петровой.XLSX", True), ("Интервью – село.docx", True),
     ("Фокус-группа – село.docx", True), ("Беседа 5.docx", True), ("Анкета.pdf", False),
     ("answers.xlsx", False), ("clients.xlsx", False)],
)  # fmt: skip
def test_forms_are_found_by_the_first_word_of_their_names(name, is_named):
    assert has_form_name(name) is is_named


def test_every_document_has_a_name_of_its_own_that_any_system_takes():
    twin = SegmentForm(
        "twin", "Жители старшего возраста: село / деревня", (), {"interview": 1}, {}, {}
    )
    names = document_names([OLD, YOUNG, twin])
    assert len({name.casefold() for name in names.values()}) == len(names) == 4
    assert all(has_form_name(name) for name in names.values())
    assert not any(sign in name for name in names.values() for sign in '<>:"/\\|?*')


# ------------------------------------------------------------------------- LibreOffice


@pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice")
@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_a_form_saved_by_libreoffice_is_read_the_same(book, tmp_path, kind):
    path = tmp_path / f"Анкета.{kind}"
    if kind == "xlsx":
        respondent(book.worksheets[1], FIRST, **{"Г1._": "да", "Г1:": "Далеко"})
        book.save(path)
    else:
        guide = document(OLD, "survey")
        put(guide, words.RESPONDENT_LABEL, "ПС-01")
        put(guide, words.CONSENT_LABEL, "да")
        table_of(guide, "№").rows[1].cells[2].text = "да"
        table_of(guide, "№").rows[1].cells[3].text = "Далеко"
        guide.save(path)
    out = tmp_path / "out"
    command = [SOFFICE, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
               "--convert-to", kind, "--outdir", str(out), str(path)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    first, second = (read_forms([place], lambda p: p.name) for place in (path, out / path.name))
    assert not list(second.findings)
    assert len(second.frame) == 1
    pd.testing.assert_frame_equal(first.frame, second.frame)
    pd.testing.assert_frame_equal(
        first.places.drop(columns="cell"), second.places.drop(columns="cell")
    )
