"""Filled Word documents: tables are known by the hidden marks in their cells.

The document is read as what it is, a packed XML: nothing in it is run, loaded or followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.questionnaire import words
from client_segments.questionnaire.marks import (
    ANSWER,
    COMMENT,
    FIELDS,
    INSTRUMENT,
    QUESTION,
    QUOTATION,
    RESPONDENT,
    VERSION,
    CellMark,
    FormMark,
    hidden_marks,
    read_cell_mark,
    read_form_mark,
    without_marks,
)
from client_segments.reading.forms.entries import Entry, FormCell, Reply
from client_segments.reading.word_tables import WORD, NotDocumentError, read_body, tables_of


@dataclass(frozen=True)
class _Cell:
    """One cell: the words that people see, and the marks that they do not."""

    text: str
    marks: tuple[str, ...]

    @property
    def form(self) -> FormMark | None:
        return next((mark for text in self.marks if (mark := read_form_mark(text))), None)

    @property
    def part(self) -> CellMark | None:
        return next((mark for text in self.marks if (mark := read_cell_mark(text))), None)


@dataclass(frozen=True)
class _Table:
    """One table of the document by its number from 1."""

    number: int
    rows: Sequence[Sequence[_Cell]]

    @property
    def form(self) -> FormMark | None:
        return next((cell.form for row in self.rows for cell in row if cell.form), None)

    def place(self, row: int) -> str:
        return _("таблица {table}, строка {row}").format(table=self.number, row=row + 1)

    def cell(self, row: int, place: int, header: str = "") -> FormCell | None:
        cells = self.rows[row]
        if place >= len(cells):
            return None
        return FormCell(cells[place].text or None, self.place(row), header)


def read_document(path: Path, file: str) -> tuple[list[Entry], Findings]:
    """Read the respondents of a form: one of an interview, all participants of a focus group."""
    findings = Findings()
    try:
        tables = _tables(read_body(path))
    except NotDocumentError as error:
        message = _("документ не читается: {reason}.").format(reason=error)
        remedy = _("сохраните форму как «Документ Word (.docx)» и положите в raw.")
        findings.add(Finding(Severity.ERROR, "form_unreadable", message, remedy, file))
        return [], findings
    marked = [table for table in tables if table.form is not None]
    if not marked:
        message = _("это не форма тетради: скрытой разметки в документе нет.")
        remedy = _("возьмите форму из блокнота 04 и заполните её таблицы.")
        findings.add(Finding(Severity.WARNING, "form_unmarked", message, remedy, file))
        return [], findings
    unknown = [table.form.version for table in marked if table.form.version != VERSION]
    if unknown:
        message = _("форма составлена другой версией тетради: документ не прочитан.")
        remedy = _("перенесите ответы в нынешнюю форму (блокнот 04) или обновите тетрадь.")
        findings.add(
            Finding(Severity.ERROR, "form_version", message, remedy, file, found=unknown[0])
        )
        return [], findings
    return _entries(marked, file), findings


# ----------------------------------------------------------------------------- the file


def _tables(root: etree._Element) -> list[_Table]:
    """Return the tables of the document, nested ones after those that hold them."""
    return [
        _Table(number, [[_read_cell(cell) for cell in row] for row in rows])
        for number, rows in tables_of(root)
    ]


def _read_cell(cell: etree._Element) -> _Cell:
    """Return the words of a cell: paragraphs as lines, without what a list shows unchosen."""
    lines = []
    for paragraph in cell.iter(f"{WORD}p"):
        words_of = []
        for node in paragraph.iter(f"{WORD}t", f"{WORD}tab", f"{WORD}br"):
            if _is_hint(node, cell):
                continue
            words_of.append(node.text or "" if node.tag == f"{WORD}t" else " ")
        lines.append("".join(words_of))
    text = "\n".join(lines)
    return _Cell(without_marks(text), tuple(hidden_marks(text)))


def _is_hint(node: etree._Element, cell: etree._Element) -> bool:
    for control in node.iterancestors(f"{WORD}sdt", f"{WORD}tc"):
        if control is cell:
            return False
        properties = control.find(f"{WORD}sdtPr")
        if properties is not None and properties.find(f"{WORD}showingPlcHdr") is not None:
            return True
    return False


# ------------------------------------------------------------------------- the answers


def _entries(tables: Sequence[_Table], file: str) -> list[Entry]:
    fields, comment = _head(tables)
    groups = [table for table in tables if _column_of(table, RESPONDENT) is not None]
    if groups:
        found = [entry for table in groups for entry in _participants(table, file, fields)]
    else:
        form = tables[0].form
        place = fields[RESPONDENT].place if RESPONDENT in fields else tables[0].place(0)
        found = [Entry(file, "", form, fields, _replies(tables), comment, place)]
    return [entry for entry in found if entry.is_filled]


def _head(tables: Sequence[_Table]) -> tuple[dict[str, FormCell], FormCell | None]:
    """Return the fields that stand to the right of their labels, and further words."""
    fields: dict[str, FormCell] = {}
    comment = None
    for table in tables:
        if any(cell.part for cell in table.rows[0][1:]):
            continue  # marks along the first row: a table of answers
        for number, row in enumerate(table.rows):
            mark = row[0].part if row else None
            if mark is None or mark.part not in FIELDS:
                continue
            cell = table.cell(number, 1, words.LABELS[mark.part])
            if mark.part == COMMENT:
                comment = cell
            elif cell is not None:
                fields[mark.part] = cell
    return fields, comment


def _column_of(table: _Table, part: str) -> int | None:
    """Return the column that a mark of the first row names; None in a table of other kind."""
    header = table.rows[0] if table.rows else ()
    if not any(cell.part for cell in header[1:]):
        return None
    return next((place for place, cell in enumerate(header) if cell.part and cell.part.part == part), None)  # fmt: skip


def _replies(tables: Sequence[_Table]) -> dict[str, Reply]:
    """Return what is said on each hypothesis in tables with one line a question."""
    replies: dict[str, Reply] = {}
    for table in tables:
        answer, quotation = _column_of(table, ANSWER), _column_of(table, QUOTATION)
        if answer is None:
            continue
        for number, row in enumerate(table.rows[1:], start=1):
            mark = next((cell.part for cell in row if cell.part), None)
            if mark is None or mark.part != QUESTION or not mark.code:
                continue
            replies[mark.code] = Reply(
                mark.statement_mark,
                table.cell(number, answer, mark.code),
                None if quotation is None else table.cell(number, quotation, mark.code),
            )
    return replies


def _participants(table: _Table, file: str, shared: dict[str, FormCell]) -> list[Entry]:
    """Return the participants of a focus group: one line each."""
    header = table.rows[0]
    entries = []
    for number in range(1, len(table.rows)):
        fields = dict(shared)
        fields.setdefault(INSTRUMENT, FormCell("focus_group", table.place(number)))
        replies: dict[str, Reply] = {}
        comment = None
        for place, heading in enumerate(header):
            mark = heading.part
            cell = table.cell(number, place, heading.text)
            if mark is None or cell is None:
                continue
            if mark.part == COMMENT:
                comment = cell
            elif mark.part in FIELDS:
                fields[mark.part] = cell
            elif mark.part == ANSWER:
                replies[mark.code] = Reply(mark.statement_mark, cell)
        replies, comment = _told_apart(replies, comment)
        entries.append(
            Entry(file, "", table.form, fields, replies, comment, table.place(number))
        )  # fmt: skip
    return entries


def _told_apart(
    replies: dict[str, Reply], comment: FormCell | None
) -> tuple[dict[str, Reply], FormCell | None]:
    """Give words that begin with the number of a hypothesis («Г1: …») to that hypothesis."""
    if comment is None or ":" not in comment.text:
        return replies, comment
    number, _colon, said = comment.text.partition(":")
    codes = {fold(code): code for code in replies}
    code = codes.get(fold(number))
    if code is None or not said.strip():
        return replies, comment
    reply = replies[code]
    quotation = FormCell(said.strip(), comment.place, comment.header)
    return {**replies, code: Reply(reply.statement_mark, reply.answer, quotation)}, None
