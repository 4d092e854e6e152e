"""Word documents (.docx): their body, read as data, and the tables in it.

The document is read as what it is, a packed XML: nothing in it is run, loaded or followed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from lxml import etree

from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _
from client_segments.reading.grids import ASK, HEAD_ROWS, MAX_COLUMNS, Grid, GridBuilder

FILE_MAXIMUM_BYTES = 20 << 20
XML_MAXIMUM_BYTES = 30 << 20
PARTS_MAXIMUM = 2_000
"""Own: a form or a regulation is a hundred times smaller; more is a mistake or an attack."""
RECOGNISED_MINIMUM = 2
"""Own: headers of a table that we know, below which it is a table of something else."""

_BODY = "word/document.xml"
_MACROS = "vbaProject.bin"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BROKEN = (BadZipFile, zlib.error, etree.XMLSyntaxError, KeyError, OSError, ValueError, RuntimeError,
           NotImplementedError, EOFError)  # fmt: skip


class NotDocumentError(ValueError):
    """A file that is no readable document; the text says why, in Russian."""


def read_body(path: Path) -> etree._Element:
    """Return the body of a document.

    Raises
    ------
    NotDocumentError
        If the file is no document, is protected, has macros, or unpacks to too much.
    """
    try:
        if path.stat().st_size > FILE_MAXIMUM_BYTES:
            raise NotDocumentError(_("файл слишком велик"))
        with ZipFile(path) as archive:
            parts = archive.infolist()
            if any(part.filename.endswith(_MACROS) for part in parts):
                raise NotDocumentError(_("в документе есть макросы"))
            if len(parts) > PARTS_MAXIMUM or archive.getinfo(_BODY).file_size > XML_MAXIMUM_BYTES:
                raise NotDocumentError(_("документ разворачивается в слишком большой файл"))
            with archive.open(_BODY) as part:
                content = part.read(XML_MAXIMUM_BYTES + 1)
        if len(content) > XML_MAXIMUM_BYTES:
            raise NotDocumentError(_("документ разворачивается в слишком большой файл"))
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        root = etree.fromstring(content, parser)
    except NotDocumentError:
        raise
    except _BROKEN:
        reason = _("файл повреждён, защищён паролем или это не документ Word (.docx)")
        raise NotDocumentError(reason) from None
    if root.getroottree().docinfo.doctype:
        raise NotDocumentError(_("в документе есть посторонние описания (DOCTYPE)"))
    return root


def tables_of(root: etree._Element) -> Iterator[tuple[int, list[list[etree._Element]]]]:
    """Yield the tables of a document: the number, from 1, and the cells of the rows.

    Nested tables come after those that hold them.
    """
    for number, table in enumerate(root.iter(f"{WORD}tbl"), start=1):
        yield (
            number,
            [
                [cell for cell in row.iter(f"{WORD}tc") if _owner(cell) is table]
                for row in table.iter(f"{WORD}tr")
                if _owner(row) is table
            ],
        )


def _owner(element: etree._Element) -> etree._Element | None:
    return next(element.iterancestors(f"{WORD}tbl"), None)


def read_word_tables(
    path: Path, file: str, score: Callable[[list[list[object]]], tuple[int, int]]
) -> tuple[list[Grid], Findings]:
    """Read the tables of a document whose headers are known, each as a grid.

    `score` counts the known headers among the first rows of a table.
    """
    findings = Findings()
    try:
        root = read_body(path)
    except NotDocumentError as error:
        message = _("документ не читается: {reason}.").format(reason=error)
        findings.add(Finding(Severity.ERROR, "document", message, ASK, file))
        return [], findings
    grids = []
    for number, rows in tables_of(root):
        head = [cells for row in rows[:HEAD_ROWS] if any(cells := _cells(row, " "))]
        known = [score([cells])[0] for cells in head]
        if max(known, default=0) < RECOGNISED_MINIMUM:
            continue
        header = known.index(max(known))
        # Below the header a line of a cell is one of several values.
        below = [_cells(row, ";") for row in rows[header + 1 :]]
        grids.append(_grid([*head[: header + 1], *below], file, number, findings))
    if not grids:
        message = _("в документе нет таблицы с известными заголовками.")
        remedy = _("проверьте заголовки столбцов: они как в описании таблицы; {ask}")
        findings.add(
            Finding(Severity.ERROR, "no_known_table", message, remedy.format(ask=ASK), file)
        )
    return grids, findings


def _grid(rows: list[list[str | None]], file: str, number: int, findings: Findings) -> Grid:
    builder = GridBuilder()
    sheet = _("таблица {number}").format(number=number)
    for place, row in enumerate(rows, start=1):
        if len(row) > MAX_COLUMNS:
            message = _("в строке таблицы слишком много ячеек: она не прочитана.")
            findings.add(Finding(Severity.ERROR, "too_wide", message, ASK, file, sheet, str(place)))
        elif any(row):
            builder.add(place, row)
    return builder.build(file, sheet, findings, is_text=False, has_letters=False)


def _cells(row: list[etree._Element], between: str) -> list[str | None]:
    """Return the texts of a row, their lines joined by a sign.

    Below and right of the first of merged cells there are none.
    """
    texts: list[str | None] = []
    for cell in row:
        properties = cell.find(f"{WORD}tcPr")
        span, is_below = 1, False
        if properties is not None:
            wide, merged = properties.find(f"{WORD}gridSpan"), properties.find(f"{WORD}vMerge")
            written = "" if wide is None else wide.get(f"{WORD}val", "")
            span = min(int(written), MAX_COLUMNS) if written.isdecimal() else 1
            is_below = merged is not None and merged.get(f"{WORD}val") != "restart"
        texts.append(None if is_below else between.join(_lines(cell)) or None)
        texts += [None] * (span - 1)
    return texts


def _lines(cell: etree._Element) -> list[str]:
    """Return the words of each line of a cell that has any: of paragraphs and between breaks."""
    lines = []
    for paragraph in cell.iter(f"{WORD}p"):
        words = []
        for node in paragraph.iter(f"{WORD}t", f"{WORD}tab", f"{WORD}br"):
            mark = "\n" if node.tag == f"{WORD}br" else " "
            words.append(node.text or "" if node.tag == f"{WORD}t" else mark)
        lines += "".join(words).split("\n")
    return [line.strip() for line in lines if line.strip()]
