"""The report's tables as a workbook to work with: cover, contents, one table a sheet, notes.

Numbers are numbers, as exact as they are told; nothing is merged, nothing is a formula or a link
out of the workbook, whatever a text begins with.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from client_segments.language import _
from client_segments.office.books import new_book
from client_segments.report.cells import Cell, numbered, table_cells
from client_segments.report.tree import Form, Items, Paragraph, Remark, Report, Section, Table

_HEADING_ROW = 3
_WIDTHS = (9, 52)  # characters
_PERCENT = '" %"'


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, the title of its table, headings and cells."""

    name: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_number: tuple[bool, ...]


def render(report: Report) -> bytes:
    """Return the workbook as bytes; equal reports give equal bytes."""
    file = io.BytesIO()
    workbook = new_book(file, report.title, report.authority_name, report.made_on)
    writer = _Writer(workbook)
    sheets = list(book_sheets(report))
    writer.cover(report)
    writer.contents(sheets)
    for sheet in sheets:
        writer.table(sheet)
    writer.notes(report.sections)
    workbook.close()
    return file.getvalue()


def book_sheets(report: Report) -> Iterator[Sheet]:
    """Yield the sheets: tables of the report in their order; forms alike share a sheet."""
    numbers = numbered(report).tables
    forms: dict[str, list[Form]] = {}
    items: list[Table | str] = []
    for _level, section in report.walk():
        for block in section.blocks:
            if isinstance(block, Table):
                items.append(block)
            elif isinstance(block, Form):
                if block.book_sheet not in forms:
                    items.append(block.book_sheet)
                forms.setdefault(block.book_sheet, []).append(block)
    profiles = 0
    for item in items:
        if isinstance(item, str):
            profiles += 1
            yield _forms_sheet(_("Профили {number}").format(number=profiles), item, forms[item])
        else:
            cells = table_cells(item)
            name = _("Таблица {number}").format(number=numbers[id(item)])
            yield Sheet(name, item.caption, cells.headings, cells.rows, cells.is_number)


def _forms_sheet(name: str, title: str, forms: Sequence[Form]) -> Sheet:
    """Return one sheet of forms: one row is one field of one of them."""
    headings = (_("Сегмент"), _("Раздел формы"), _("Поле"), _("Значение"))
    rows = tuple(
        (Cell(form.subject), Cell(part), Cell(label), Cell(text))
        for form in forms
        for part, fields in form.parts
        for label, text in fields
    )
    return Sheet(name, title, headings, rows, (False,) * len(headings))


class _Writer:
    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._title = workbook.add_format({"bold": True, "font_size": 14})
        self._heading = workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#EDEFF2"}
        )
        self._text = workbook.add_format({"text_wrap": True, "valign": "top"})
        self._day = workbook.add_format({"num_format": "dd.mm.yyyy", "valign": "top"})
        self._link = workbook.get_default_url_format()
        self._numbers: dict[tuple[int, bool], Format] = {}

    def _sheet(self, name: str, title: str) -> Worksheet:
        sheet = self._workbook.add_worksheet(name)
        sheet.write_string(0, 0, title, self._title)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(0)
        return sheet

    def cover(self, report: Report) -> None:
        sheet = self._sheet(_("Обложка"), report.title)
        sheet.set_column(0, 0, 42)
        sheet.set_column(1, 1, 70)
        for number, (label, text) in enumerate(report.facts, start=2):
            sheet.write_string(number, 0, label, self._heading)
            sheet.write_string(number, 1, text, self._text)
        last = len(report.facts) + 3
        sheet.write_url(last, 0, _internal(_("Содержание")), self._link, _("Содержание"))
        sheet.write_url(last + 1, 0, _internal(_("Примечания")), self._link, _("Примечания"))

    def contents(self, sheets: Sequence[Sheet]) -> None:
        page = self._sheet(_("Содержание"), _("Содержание"))
        page.set_column(0, 0, 16)
        page.set_column(1, 1, 100)
        page.write_string(2, 0, _("Лист"), self._heading)
        page.write_string(2, 1, _("Таблица"), self._heading)
        for number, sheet in enumerate(sheets, start=3):
            page.write_url(number, 0, _internal(sheet.name), self._link, sheet.name)
            page.write_string(number, 1, sheet.title, self._text)

    def table(self, sheet: Sheet) -> None:
        page = self._sheet(sheet.name, sheet.title)
        page.write_url(1, 0, _internal(_("Содержание")), self._link, _("К содержанию"))
        for place, heading in enumerate(sheet.headings):
            page.write_string(_HEADING_ROW, place, heading, self._heading)
            texts = [
                heading.split()[0] if heading else "",
                *(row[place].text for row in sheet.rows),
            ]
            longest = max(len(line) for text in texts for line in text.split("\n"))
            page.set_column(place, place, min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1]))
        for number, row in enumerate(sheet.rows, start=_HEADING_ROW + 1):
            for place, cell in enumerate(row):
                self._write(page, number, place, cell)
        last = _HEADING_ROW + len(sheet.rows)
        page.autofilter(_HEADING_ROW, 0, last, len(sheet.headings) - 1)
        page.freeze_panes(_HEADING_ROW + 1, 1)
        page.repeat_rows(_HEADING_ROW)

    def _write(self, page: Worksheet, row: int, column: int, cell: Cell) -> None:
        if cell.day is not None:
            page.write_datetime(row, column, datetime.combine(cell.day, time()), self._day)
        elif cell.number is not None:
            form = self._number_format(cell.digits, cell.is_percent)
            page.write_number(row, column, cell.number, form)
        else:
            page.write_string(row, column, cell.text, self._text)

    def _number_format(self, digits: int, is_percent: bool) -> Format:
        if (digits, is_percent) not in self._numbers:
            pattern = "#,##0" + ("." + "0" * digits if digits else "")
            pattern += _PERCENT if is_percent else ""
            self._numbers[digits, is_percent] = self._workbook.add_format(
                {"num_format": pattern, "valign": "top"}
            )
        return self._numbers[digits, is_percent]

    def notes(self, sections: Sequence[Section]) -> None:
        """Write what the report says in words of its method and its limits."""
        page = self._sheet(_("Примечания"), _("Примечания"))
        page.set_column(0, 0, 120)
        row = 2
        for section in sections:
            texts = [text for block in section.blocks for text in _said(block)]
            if not texts:
                continue
            page.write_string(row, 0, section.title, self._heading)
            for text in texts:
                row += 1
                page.write_string(row, 0, text, self._text)
            row += 2


def _internal(name: str) -> str:
    return f"internal:'{name}'!A1"


def _said(block: object) -> tuple[str, ...]:
    match block:
        case Paragraph(text) | Remark(text):
            return (text,)
        case Items(items):
            return items
    return ()
