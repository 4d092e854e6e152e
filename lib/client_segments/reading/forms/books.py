"""Filled workbooks: columns are known by their hidden marks, headings confirm them."""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile, ZipFile

from openpyxl.utils import get_column_letter

from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.questionnaire import words
from client_segments.questionnaire.marks import (
    ANSWER,
    COMMENT,
    FIELDS,
    RESPONDENT,
    VERSION,
    CellMark,
    FormMark,
    read_cell_mark,
    read_form_mark,
)
from client_segments.reading.forms.entries import Entry, FormCell, Reply
from client_segments.reading.grids import HEAD_ROWS, text_of
from client_segments.reading.workbooks import NotWorkbookError, SheetRows, read_sheets

ROWS_MAXIMUM = 20_000
"""Own: nobody fills in more rows of a sheet by hand."""

FILE_MAXIMUM_BYTES = 50 << 20
UNPACKED_MAXIMUM_BYTES = 200 << 20
"""Own: a filled form is a hundred times smaller; more is a mistake or an attack."""

_MACROS = "vbaProject.bin"
Row = dict[int, object]


def has_marks(path: Path) -> bool:
    """Tell whether a sheet of a workbook has the marks of the form."""
    try:
        sheets = read_sheets(path, HEAD_ROWS)
    except (NotWorkbookError, OSError):
        return False  # the reader of tables says what is wrong with it
    return any(_form_mark(sheet) is not None for sheet in sheets)


def read_book(path: Path, file: str) -> tuple[list[Entry], Findings]:
    """Read the respondents of every sheet that has the form's marks."""
    findings = Findings()
    try:
        _refuse_unfit(path)
        sheets = read_sheets(path, ROWS_MAXIMUM)
    except NotWorkbookError as error:
        message = _("форма не читается: {reason}.").format(reason=error)
        remedy = _("сохраните её как «Книга Excel (.xlsx)» без макросов и положите в raw.")
        findings.add(Finding(Severity.ERROR, "form_unreadable", message, remedy, file))
        return [], findings
    entries = []
    for sheet in sheets:
        mark = _form_mark(sheet)
        if mark is not None and _is_known(mark, file, sheet.title, findings):
            entries += _SheetReader(sheet, file, mark, findings).entries()
    return entries, findings


def _refuse_unfit(path: Path) -> None:
    """Refuse what no official sends.

    Raises
    ------
    NotWorkbookError
        For a file that is too large, packed or not, or has macros.
    """
    if path.stat().st_size > FILE_MAXIMUM_BYTES:
        raise NotWorkbookError(_("файл слишком велик для заполненной формы"))
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
    except (BadZipFile, OSError):
        return  # the reader of workbooks says what it is
    if sum(part.file_size for part in parts) > UNPACKED_MAXIMUM_BYTES:
        raise NotWorkbookError(_("книга разворачивается в слишком большой файл"))
    if any(part.filename.endswith(_MACROS) for part in parts):
        raise NotWorkbookError(_("в книге есть макросы"))


def _is_known(mark: FormMark, file: str, sheet: str, findings: Findings) -> bool:
    if mark.version == VERSION:
        return True
    message = _("форма составлена другой версией тетради: лист не прочитан.")
    remedy = _("перенесите ответы в нынешнюю форму (блокнот 04) или обновите тетрадь.")
    findings.add(
        Finding(Severity.ERROR, "form_version", message, remedy, file, sheet, found=mark.version)
    )
    return False


def _form_mark(sheet: SheetRows) -> FormMark | None:
    for _number, row in sheet.rows[:HEAD_ROWS]:
        for value in row.values():
            mark = read_form_mark(value)
            if mark is not None:
                return mark
    return None


class _SheetReader:
    """Reads one sheet: its marks, its headings, and the rows below them."""

    def __init__(self, sheet: SheetRows, file: str, form: FormMark, findings: Findings) -> None:
        self._sheet = sheet
        self._file = file
        self._form = form
        self._findings = findings

    def entries(self) -> list[Entry]:
        marks = self._marks()
        start = None if marks is None else self._heading(marks)
        if start is None:
            self._refuse(
                _("разметка формы повреждена: строка заголовков не найдена."),
                _("возьмите новую форму и скопируйте в неё ответы."),
            )
            return []
        headings = self._sheet.rows[start][1]
        self._check_headings(marks, headings, self._sheet.rows[start][0])
        found = [
            self._entry(number, row, marks, headings)
            for number, row in self._sheet.rows[start + 1 :]
        ]
        return [entry for entry in found if entry.is_filled]

    def _marks(self) -> dict[int, CellMark] | None:
        """Return the marks of the columns by position."""
        for _number, row in self._sheet.rows[:HEAD_ROWS]:
            marks = {place: mark for place, value in row.items() if (mark := read_cell_mark(value))}
            parts = {mark.part for mark in marks.values()}
            if RESPONDENT in parts and len(marks) > 1:
                return marks
        return None

    def _heading(self, marks: dict[int, CellMark]) -> int | None:
        """Return the position of the row of headings: it names the respondent's code."""
        place = next(place for place, mark in marks.items() if mark.part == RESPONDENT)
        wanted = fold(words.RESPONDENT_LABEL)
        for position, (_number, row) in enumerate(self._sheet.rows[:HEAD_ROWS]):
            if fold(text_of(row.get(place))) == wanted:
                return position
        return None

    def _check_headings(self, marks: dict[int, CellMark], headings: Row, number: int) -> None:
        """Tell of headings that do not speak of what the marks say, and of columns without one."""
        for place, mark in marks.items():
            text = text_of(headings.get(place))
            expected = words.LABELS[mark.part] if mark.part in FIELDS else mark.code
            is_same = (
                fold(text) == fold(expected) if mark.part in FIELDS else _names(text, expected)
            )
            if not is_same:
                message = _("заголовок столбца изменён: ответы прочитаны по скрытой разметке.")
                remedy = _("проверьте, что столбец тот же, и верните заголовок.")
                self._findings.add(
                    Finding(
                        Severity.WARNING, "form_heading", message, remedy, self._file,
                        self._sheet.title, _cell(place, number), text, text, f"«{expected}»",
                    )
                )  # fmt: skip
        for place, value in headings.items():
            if place not in marks and text_of(value):
                message = _("столбец добавлен к форме: он не прочитан.")
                self._findings.add(
                    Finding(
                        Severity.WARNING, "form_column", message, "", self._file,
                        self._sheet.title, _cell(place, number), text_of(value),
                    )
                )  # fmt: skip

    def _entry(self, number: int, row: Row, marks: dict[int, CellMark], headings: Row) -> Entry:
        fields: dict[str, FormCell] = {}
        replies: dict[str, Reply] = {}
        comment = None
        for place, mark in marks.items():
            cell = FormCell(row.get(place), _cell(place, number), text_of(headings.get(place)))
            if mark.part == COMMENT:
                comment = cell
            elif mark.part in FIELDS:
                fields[mark.part] = cell
            else:
                known = replies.get(mark.code, Reply(mark.statement_mark))
                is_answer = mark.part == ANSWER
                replies[mark.code] = Reply(
                    mark.statement_mark,
                    cell if is_answer else known.answer,
                    known.quotation if is_answer else cell,
                )
        place = _("строка {number}").format(number=number)
        return Entry(
            self._file, self._sheet.title, self._form, fields, replies, comment, place
        )  # fmt: skip

    def _refuse(self, message: str, remedy: str) -> None:
        self._findings.add(
            Finding(
                Severity.ERROR, "form_broken", message, remedy, self._file, self._sheet.title
            )
        )  # fmt: skip


def _names(text: str, code: str) -> bool:
    """Tell whether a heading begins with the number of a hypothesis."""
    return fold(text).startswith(fold(code))


def _cell(place: int, number: int) -> str:
    return f"{get_column_letter(place + 1)}{number}"
