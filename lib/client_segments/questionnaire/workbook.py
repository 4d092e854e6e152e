"""The workbook to fill in: instructions, and one sheet a segment with drop-down lists.

Headings are locked (without a password), answers are chosen, a code given twice is refused at once.
Two hidden rows above the headings hold the marks by which the reader knows the columns.
"""

from __future__ import annotations

import io
import re
from datetime import date, datetime

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from client_segments import recommendations as rec
from client_segments.language import _
from client_segments.office.books import new_book
from client_segments.questionnaire import words
from client_segments.questionnaire.form import Forms, SegmentForm
from client_segments.questionnaire.marks import (
    ANSWER,
    COMMENT,
    CONSENT,
    DATE,
    INSTRUMENT,
    QUOTATION,
    RESPONDENT,
    SESSION,
    VERSION,
    CellMark,
    FormMark,
)

FILLED_ROWS = 300
"""Own: rows of a sheet that are ready to be filled in; whoever needs more takes a second copy."""

_FORM_ROW, _MARK_ROW, _TITLE_ROW, _NOTE_ROW, _HEADING_ROW = range(5)
_FIRST_ROW = _HEADING_ROW + 1
_SHEET_NAME = 31
_RULE_LINE = 130  # characters of a rule that fit one line
_UNFIT = re.compile(r"[\[\]:*?/\\']")
_FIELD_WIDTHS = {RESPONDENT: 14, INSTRUMENT: 19, DATE: 12, CONSENT: 12, SESSION: 13, COMMENT: 44}
_ANSWER_WIDTH, _QUOTATION_WIDTH = 30, 32
_FIRST_DAY = date(2000, 1, 1)


def render_workbook(forms: Forms) -> bytes:
    """Return the workbook as bytes; equal forms give equal bytes."""
    file = io.BytesIO()
    made_on = datetime(forms.origin.year, 1, 1)  # the clock must not change the bytes
    workbook = new_book(file, _("Анкета"), forms.authority_name, made_on)
    writer = _Writer(workbook, forms)
    names = sheet_names(forms.segments)
    writer.instructions(names)
    for segment, name in zip(forms.segments, names, strict=True):
        writer.segment(segment, name)
    workbook.close()
    return file.getvalue()


def sheet_names(segments: tuple[SegmentForm, ...]) -> list[str]:
    """Return names of the sheets: numbered, so that long names cut alike stay different."""
    return [
        f"{number}. {_UNFIT.sub(' ', segment.name)}"[:_SHEET_NAME].rstrip()
        for number, segment in enumerate(segments, start=1)
    ]


class _Writer:
    def __init__(self, workbook: Workbook, forms: Forms) -> None:
        self._workbook = workbook
        self._forms = forms
        top = {"text_wrap": True, "valign": "top"}
        heading = {"bold": True, "bg_color": "#EDEFF2", "border": 1, **top}
        filled = {"border": 1, "border_color": "#BFBFBF", "locked": False, **top}
        self._title = workbook.add_format({"bold": True, "font_size": 14})
        self._note = workbook.add_format({"italic": True})
        self._text = workbook.add_format(top)
        self._heading = workbook.add_format(heading)
        self._quotation_heading = workbook.add_format({**heading, "bold": False})
        self._filled = workbook.add_format({**filled, "num_format": "@"})
        self._day = workbook.add_format({**filled, "num_format": "dd.mm.yyyy"})
        self._cell = workbook.add_format({"border": 1, **top})

    def instructions(self, names: list[str]) -> None:
        sheet = self._workbook.add_worksheet(_("Как заполнять"))
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 5)
        sheet.set_column(1, 1, 46)
        sheet.set_column(2, 2, 24)
        sheet.set_column(3, 3, 14)
        sheet.set_column(4, 4, 62)
        _print_wide(sheet)
        sheet.write_string(0, 0, _("Анкета. {group}").format(group=self._forms.group_name), self._title)  # fmt: skip
        sheet.write_string(1, 0, f"{self._forms.authority_name}, {self._forms.origin.year}")
        sheet.write_string(2, 0, words.INTERNAL, self._note)
        row = 4
        for number, rule in enumerate(words.filling_rules(), start=1):
            sheet.write_number(row, 0, number, self._text)
            sheet.merge_range(row, 1, row, 4, rule, self._text)
            if len(rule) > _RULE_LINE:
                sheet.set_row(row, 30)
            row += 1
        row += 1
        headings = (
            _("№"), _("Лист и сегмент"), _("Способ"), _("Респондентов"),
            _("Кого пригласить вне цифровых каналов"),
        )  # fmt: skip
        for place, heading in enumerate(headings):
            sheet.write_string(row, place, heading, self._heading)
        for number, (segment, name) in enumerate(
            zip(self._forms.segments, names, strict=True), start=1
        ):
            for method, count in segment.respondents.items():
                row += 1
                sheet.write_number(row, 0, number, self._cell)
                sheet.write_url(row, 1, f"internal:'{name}'!A{_FIRST_ROW + 1}", self._cell, segment.name)  # fmt: skip
                sheet.write_string(row, 2, rec.INSTRUMENTS[method], self._cell)
                sheet.write_number(row, 3, count, self._cell)
                sheet.write_string(row, 4, segment.places.get(method, ""), self._cell)

    def segment(self, segment: SegmentForm, name: str) -> None:
        sheet = self._workbook.add_worksheet(name)
        mark = FormMark(VERSION, self._forms.origin.text(), segment.code)
        sheet.write_string(_FORM_ROW, 0, mark.text())
        title = _("Анкета. Сегмент «{name}»").format(name=segment.name)
        sheet.write_string(_TITLE_ROW, 0, title, self._title)
        sheet.write_string(_NOTE_ROW, 0, words.INTERNAL, self._note)
        for row in (_FORM_ROW, _MARK_ROW):
            sheet.set_row(row, None, None, {"hidden": True})
        place = 0
        for field in (RESPONDENT, INSTRUMENT, DATE, CONSENT, SESSION):
            self._field(sheet, place, field)
            place += 1
        for question in segment.questions:
            heading = f"{question.code}. {question.text}"
            mark = CellMark(ANSWER, question.code, question.mark)
            self._column(sheet, place, mark, heading, _ANSWER_WIDTH, self._heading)
            _offer(sheet, place, words.CHOICES, question.code)
            quotation = CellMark(QUOTATION, question.code, question.mark)
            label = words.answer_label(question.code)
            self._column(sheet, place + 1, quotation, label, _QUOTATION_WIDTH, self._quotation_heading)  # fmt: skip
            place += 2
        self._field(sheet, place, COMMENT)
        longest = max((len(question.text) for question in segment.questions), default=0)
        sheet.set_row(_HEADING_ROW, max(32, 15 * (2 + longest // _ANSWER_WIDTH)))
        self._ready_cells(sheet, place + 1)
        sheet.freeze_panes(_FIRST_ROW, 1)
        sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True})
        sheet.repeat_rows(_HEADING_ROW)
        _print_wide(sheet)

    def _ready_cells(self, sheet: Worksheet, columns_count: int) -> None:
        """Unlock the cells to fill in; the date's column shows days."""
        for row in range(_FIRST_ROW, _FIRST_ROW + FILLED_ROWS):
            for place in range(columns_count):
                sheet.write_blank(row, place, None, self._day if place == 2 else self._filled)

    def _field(self, sheet: Worksheet, place: int, field: str) -> None:
        label = words.LABELS[field]
        self._column(sheet, place, CellMark(field), label, _FIELD_WIDTHS[field], self._heading)
        if field == INSTRUMENT:
            _offer(sheet, place, words.METHODS, label)
        elif field == CONSENT:
            _offer(sheet, place, words.CONSENT_CHOICES, label)
        elif field == DATE:
            _expect(sheet, place, {
                "validate": "date", "criteria": ">=", "value": _FIRST_DAY,
                "error_title": _("Не дата"),
                "error_message": _("Напишите дату так: 05.11.2025."),
            })  # fmt: skip
        elif field == RESPONDENT:
            letter = xl_col_to_name(place)
            first, last = _FIRST_ROW + 1, _FIRST_ROW + FILLED_ROWS
            cells = f"${letter}${first}:${letter}${last}"
            _expect(sheet, place, {
                "validate": "custom", "value": f"=COUNTIF({cells},{letter}{first})=1",
                "error_title": _("Код уже есть"), "error_type": "warning",
                "error_message": _("Такой код на этом листе уже есть. Если это другой человек, дайте ему другой код. Оставить?"),
            })  # fmt: skip

    def _column(
        self, sheet: Worksheet, place: int, mark: CellMark, label: str, width: int, form: Format
    ) -> None:
        sheet.write_string(_MARK_ROW, place, mark.text())
        sheet.write_string(_HEADING_ROW, place, label, form)
        sheet.set_column(place, place, width)


def _offer(sheet: Worksheet, place: int, choices: tuple[str, ...], title: str) -> None:
    """Let a column's cells be chosen from a list."""
    _expect(sheet, place, {
        "validate": "list", "source": list(choices),
        "error_title": title[:32], "error_message": _("Выберите ответ из списка."),
    })  # fmt: skip


def _expect(sheet: Worksheet, place: int, rule: dict[str, object]) -> None:
    sheet.data_validation(_FIRST_ROW, place, _FIRST_ROW + FILLED_ROWS - 1, place, rule)


def _print_wide(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
