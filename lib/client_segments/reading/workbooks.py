"""Excel workbooks: visible sheets, read row by row within limits."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

# The public reader fills gaps between rows and columns with empty cells, a billion of them in a
# hostile file, and does not tell a formula without a result from an empty cell.
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _, quoted
from client_segments.reading.grids import (
    HEAD_ROWS,
    MAX_COLUMNS,
    UNCACHED_FORMULA,
    Grid,
    GridBuilder,
    text_of,
)

MAX_GAP_ROWS = 10_000
"""Own: a cell further below the table than this is a mistake."""

MAX_UNPACKED_BYTES = 4 << 30
MAX_UNPACKED_RATIO = 150
_RATIO_FROM_BYTES = 100 << 20
"""Own: Excel packs a large sheet 5-30 times, an attack a thousand times."""

_OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")

# What openpyxl raises on a workbook whose parts are missing or are not what they should be.
# lxml, which it takes where it finds it, has a SyntaxError of its own for broken XML.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, KeyError, ValueError,
    TypeError, IndexError, AttributeError, EOFError, NotImplementedError, OSError, RuntimeError,
    SyntaxError,
)  # fmt: skip

Head = list[list[object]]
Score = Callable[[Head], tuple[int, int]]


class NotWorkbookError(ValueError):
    """A file that is no readable workbook; the text says why, in Russian."""


class _SheetParser(WorkSheetParser):
    """Tells a formula without a saved result from an empty cell."""

    def parse_cell(self, element) -> dict:
        cell = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None:
            is_empty_text = element.get("t") == "str" and element.find(VALUE_TAG) is not None
            if not is_empty_text:
                cell["value"] = UNCACHED_FORMULA
        return cell


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    """Open a workbook, or say why it cannot be.

    Raises
    ------
    NotWorkbookError
        If it is old, protected, broken or unpacks to too much.
    """
    with path.open("rb") as file:
        signature = file.read(8)
    if signature == _OLE_SIGNATURE:
        raise NotWorkbookError(_("книга защищена паролем или сохранена в старом формате .xls"))
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = [(part.file_size, part.compress_size) for part in archive.infolist()]
        unpacked = sum(size for size, packed in sizes)
        packed = sum(packed for size, packed in sizes)
        if unpacked > MAX_UNPACKED_BYTES or (
            unpacked > _RATIO_FROM_BYTES and unpacked > MAX_UNPACKED_RATIO * packed
        ):
            raise NotWorkbookError(_("книга разворачивается в слишком большой файл"))
        workbook = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except NotWorkbookError:
        raise
    except _BROKEN:
        raise NotWorkbookError(_("файл повреждён или это не книга Excel")) from None
    try:
        yield workbook
    finally:
        workbook.close()


@contextmanager
def _parsing(sheet: ReadOnlyWorksheet) -> Iterator[_SheetParser]:
    workbook = sheet.parent
    with workbook._archive.open(sheet._worksheet_path) as source:
        yield _SheetParser(
            source, sheet._shared_strings, data_only=True, epoch=workbook.epoch,
            date_formats=workbook._date_formats, timedelta_formats=workbook._timedelta_formats,
        )  # fmt: skip


def _filled_rows(parser: _SheetParser) -> Iterator[tuple[int, dict[int, object]]]:
    """Iterate over rows with a filled cell: the row's number and its cells by column from 0."""
    rows = parser.parse()
    while True:
        try:
            row = next(rows, None)
        except _BROKEN:
            raise NotWorkbookError(_("файл повреждён или это не книга Excel")) from None
        if row is None:
            return
        number, cells = row
        filled = {
            cell["column"] - 1: text_of(value) if isinstance(value, bool) else value
            for cell in cells
            if (value := cell["value"]) is not None and not _is_blank(value)
        }
        if filled:
            yield number, filled


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _head(sheet: ReadOnlyWorksheet) -> Head:
    with _parsing(sheet) as parser:
        return [list(cells.values()) for _number, cells in islice(_filled_rows(parser), HEAD_ROWS)]


def _choose_sheet(
    sheets: list[ReadOnlyWorksheet], wanted: str, score: Score, file: str, findings: Findings
) -> ReadOnlyWorksheet | None:
    """Return the wanted sheet, or the one whose header matches best."""
    if wanted:
        named = [sheet for sheet in sheets if fold(sheet.title) == fold(wanted)]
        if not named:
            message = _("нет видимого листа, указанного в columns.yml.")
            remedy = _("исправьте sheet в decisions/columns.yml.")
            finding = Finding(
                Severity.ERROR, "no_sheet", message, remedy, file, found=wanted,
                expected=", ".join(quoted(sheet.title for sheet in sheets)),
            )  # fmt: skip
            findings.add(finding)
        return named[0] if named else None
    heads = [(sheet, head) for sheet in sheets if (head := _head(sheet))]
    if not heads:
        return None
    scores = [score(head) for _sheet, head in heads]
    best = scores.index(max(scores))
    chosen = heads[best][0]
    rivals = [
        sheet.title
        for (sheet, _head_rows), (recognised, _filled) in zip(heads, scores, strict=True)
        if sheet is not chosen and recognised == scores[best][0]
    ]
    others = [sheet.title for sheet, _head_rows in heads if sheet is not chosen]
    if rivals:
        message = _("несколько листов одинаково похожи на эту таблицу: прочитан первый из них.")
        remedy = _("укажите sheet в decisions/columns.yml или разнесите листы по файлам.")
        names = ", ".join(quoted([chosen.title, *rivals]))
        findings.add(Finding(Severity.ERROR, "sheets", message, remedy, file, found=names))
    elif others:
        message = _("прочитан один лист книги, другие не прочитаны.")
        names = ", ".join(quoted(others))
        findings.add(
            Finding(Severity.NOTE, "other_sheets", message, "", file, chosen.title, found=names)
        )
    return chosen


def _fill(sheet: ReadOnlyWorksheet, file: str, findings: Findings) -> Grid:
    builder, before = GridBuilder(), 0
    remedy = _("попросите отправителя удалить лишние ячейки и прислать исправленный файл.")
    with _parsing(sheet) as parser:
        for number, cells in _filled_rows(parser):
            rightmost = max(cells)
            place = f"{get_column_letter(rightmost + 1)}{number}"
            if before and number - before > MAX_GAP_ROWS:
                message = _("заполненная ячейка далеко под таблицей: лист дальше не прочитан.")
                findings.add(
                    Finding(Severity.ERROR, "too_long", message, remedy, file, sheet.title, place)
                )
                break
            before = number
            if rightmost >= MAX_COLUMNS:
                message = _("заполненная ячейка далеко справа от таблицы: строка не прочитана.")
                findings.add(
                    Finding(
                        Severity.ERROR, "too_wide", message, remedy, file, sheet.title, place,
                        expected=_("не больше {count} столбцов").format(count=MAX_COLUMNS),
                    )
                )  # fmt: skip
                continue
            builder.add(number, [cells.get(column) for column in range(rightmost + 1)])
        else:
            _note_merged(parser, file, sheet.title, findings)
    return builder.build(file, sheet.title, findings, is_text=False)


def _note_merged(parser: _SheetParser, file: str, sheet: str, findings: Findings) -> None:
    """Warn of merged cells of several rows: below the first, Excel keeps no value."""
    ranges = [] if parser.merged_cells is None else parser.merged_cells.mergeCell
    tall = [merged.coord for merged in ranges if merged.max_row > merged.min_row]
    if tall:
        message = _("ячейки объединены по вертикали: значение прочитано только в первой строке.")
        remedy = _(
            "если это не заголовок, попросите отправителя разъединить ячейки и заполнить каждую."
        )
        finding = Finding(
            Severity.WARNING, "merged", message, remedy, file, sheet,
            tall[0].split(":")[0], found=tall[0], count=len(tall),
        )  # fmt: skip
        findings.add(finding)


@dataclass(frozen=True)
class SheetRows:
    """Filled rows of a visible sheet: number of the row, its cells by column from 0."""

    title: str
    rows: list[tuple[int, dict[int, object]]]


def read_sheets(path: Path, rows_maximum: int) -> list[SheetRows]:
    """Return the first filled rows of every visible sheet.

    Raises
    ------
    NotWorkbookError
        If the file is no readable workbook.
    """
    with warnings.catch_warnings(), _opened(path) as workbook:
        warnings.simplefilter("ignore")  # of extensions of Excel that do not touch values
        found = []
        for sheet in workbook.worksheets:
            if not isinstance(sheet, ReadOnlyWorksheet) or sheet.sheet_state != "visible":
                continue
            with _parsing(sheet) as parser:
                found.append(
                    SheetRows(sheet.title, list(islice(_filled_rows(parser), rows_maximum)))
                )
        return found


def read_workbook(
    path: Path, file: str, wanted_sheet: str, score: Score
) -> tuple[Grid | None, Findings]:
    """Read the sheet of a workbook that holds the table; None if there is none.

    Parameters
    ----------
    wanted_sheet
        Name of the sheet; empty to take the one with the best score.
    score
        For the first rows of a sheet: recognised headers and filled cells of the best row.
    """
    findings = Findings()
    try:
        with warnings.catch_warnings(), _opened(path) as workbook:
            warnings.simplefilter("ignore")  # of extensions of Excel that do not touch values
            sheets = [
                sheet
                for sheet in workbook.worksheets
                if isinstance(sheet, ReadOnlyWorksheet) and sheet.sheet_state == "visible"
            ]
            sheet = _choose_sheet(sheets, wanted_sheet, score, file, findings)
            return (_fill(sheet, file, findings) if sheet else None), findings
    except NotWorkbookError as error:
        message = _("книга не читается: {reason}.").format(reason=error)
        remedy = _(
            "откройте её в Excel, сохраните как «Книга Excel (.xlsx)» без пароля и положите в raw."
        )
        findings.add(Finding(Severity.ERROR, "workbook", message, remedy, file))
        return None, findings
