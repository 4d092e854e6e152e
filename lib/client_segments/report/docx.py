"""The report as a Word document laid out after ГОСТ Р 7.0.97-2016.

Styles, contents, numbered tables and figures, header rows repeated on every page, text
alternatives of charts; nothing is loaded, nothing is computed when it is opened.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import count

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from client_segments.language import _
from client_segments.report.archives import same_bytes
from client_segments.report.cells import Cells, Numbers, numbered, table_cells
from client_segments.report.pictures import png, words
from client_segments.report.tree import (
    Block,
    Facts,
    Figure,
    Items,
    Paragraph,
    Remark,
    Report,
    Section,
    Table,
)
from client_segments.report.word_parts import (
    add_bookmark,
    add_field,
    add_link,
    describe_picture,
    keep_row_whole,
    repeat_header,
    shade,
    writable,
)

FONT = "Times New Roman"
MARGINS_MM = {"left": 20, "right": 10, "top": 20, "bottom": 20}
"""ГОСТ Р 7.0.97-2016, 3.3: at least 20, 10, 20 and 20 mm."""
TEXT_WIDTH_MM = 210 - MARGINS_MM["left"] - MARGINS_MM["right"]
CONTENTS_DEPTH = 4
_INK = RGBColor(0, 0, 0)
_HEADING_SIZES = {1: 15, 2: 13.5, 3: 12.5, 4: 12}
_LEAST_COLUMN = 6  # characters: a narrower column breaks every word
_WIDEST_COLUMN = 40
_CELL_PADDING = 3


def render(report: Report) -> bytes:
    """Return the report as the bytes of one document; equal reports give equal bytes."""
    document = Document()
    _prepare(document, report)
    _title_page(document, report)
    _contents(document, report)
    writer = _Writer(document, numbered(report))
    for level, section in report.walk():
        writer.section(level - 1, section)
    file = io.BytesIO()
    document.save(file)
    return same_bytes(file.getvalue(), leave_out=("docProps/thumbnail.jpeg",))


# ------------------------------------------------------------------------------- styles


def _prepare(document: DocumentType, report: Report) -> None:
    """Set page, styles and properties."""
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    for side, width in MARGINS_MM.items():
        setattr(page, f"{side}_margin", Mm(width))
    page.header_distance = Mm(10)
    page.different_first_page_header_footer = True
    header = page.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_field(header, "PAGE", "2")
    _styles(document)
    properties = document.core_properties
    properties.title = writable(report.title)
    properties.author = properties.last_modified_by = writable(report.authority_name)
    properties.subject = str(report.year)
    properties.language = "ru-RU"
    properties.comments = properties.keywords = ""
    properties.created = properties.modified = report.made_on
    properties.revision = 1


def _styles(document: DocumentType) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults"))
    for language in defaults.iter(qn("w:lang")):
        language.set(qn("w:val"), "ru-RU")
    normal = document.styles["Normal"]
    _set_font(normal, 12)
    layout = normal.paragraph_format
    layout.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    layout.first_line_indent, layout.line_spacing = Mm(12.5), 1.15
    layout.space_after = Pt(4)
    for level, size in _HEADING_SIZES.items():
        heading = document.styles[f"Heading {level}"]
        _set_font(heading, size, bold=True)
        _left(heading, before=14, after=6)
        heading.paragraph_format.keep_with_next = True
    _set_font(document.styles["Title"], 18, bold=True)
    _left(document.styles["Title"], before=0, after=18)
    document.styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    borders = document.styles["Title"].element.find(f".//{qn('w:pBdr')}")
    if borders is not None:
        borders.getparent().remove(borders)
    _set_font(document.styles["Caption"], 11, bold=True)
    _left(document.styles["Caption"], before=8, after=3)
    document.styles["Caption"].paragraph_format.keep_with_next = True
    _left(document.styles["List Bullet"], before=0, after=3)
    document.styles["List Bullet"].paragraph_format.left_indent = Mm(12.5)
    document.styles["List Bullet"].paragraph_format.first_line_indent = Mm(-6)
    cell = document.styles.add_style("Table Text", WD_STYLE_TYPE.PARAGRAPH)
    cell.base_style = normal
    cell.font.size = Pt(9.5)
    _left(cell, before=1, after=1)
    cell.paragraph_format.line_spacing = 1
    remark = document.styles.add_style("Remark", WD_STYLE_TYPE.PARAGRAPH)
    remark.base_style = normal
    remark.font.italic = True
    _left(remark, before=4, after=6)
    for level in range(1, CONTENTS_DEPTH + 1):
        line = document.styles.add_style(f"toc {level}", WD_STYLE_TYPE.PARAGRAPH)
        line.base_style = normal
        _left(line, before=0, after=2)
        line.paragraph_format.left_indent = Mm(7 * (level - 1))


def _set_font(style, size: float, bold: bool = False) -> None:
    """Name the font for every script: headings of the template have one of their own."""
    style.font.name, style.font.size, style.font.bold = FONT, Pt(size), bold
    style.font.italic, style.font.color.rgb = False, _INK
    fonts = style.element.rPr.rFonts
    for theme in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[theme]
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), FONT)


def _left(style, before: float, after: float) -> None:
    layout = style.paragraph_format
    layout.alignment, layout.first_line_indent = WD_ALIGN_PARAGRAPH.LEFT, Mm(0)
    layout.space_before, layout.space_after = Pt(before), Pt(after)


# -------------------------------------------------------------------------- front matter


def _title_page(document: DocumentType, report: Report) -> None:
    head = document.add_paragraph(writable(report.authority_name))
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.paragraph_format.first_line_indent = Mm(0)
    head.paragraph_format.space_after = Mm(60)
    head.runs[0].bold = True
    document.add_paragraph(writable(report.title), style="Title")
    year = document.add_paragraph(_("за {year} год").format(year=report.year))
    year.alignment = WD_ALIGN_PARAGRAPH.CENTER
    year.paragraph_format.first_line_indent = Mm(0)
    year.paragraph_format.space_after = Mm(20)
    _add_table(document, _fact_cells(report.facts), header=False)


def _fact_cells(rows: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [[label, text] for label, text in rows]


def _contents(document: DocumentType, report: Report) -> None:
    """Write the contents as links, in a field that Word can update with page numbers."""
    title = document.add_paragraph(_("Содержание"))
    title.runs[0].bold = True
    title.paragraph_format.page_break_before = True
    title.paragraph_format.first_line_indent = Mm(0)
    entries = [(level - 1, section) for level, section in report.walk()]
    shown = [entry for entry in entries if entry[0] <= CONTENTS_DEPTH]
    for number, (level, section) in enumerate(shown):
        line = document.add_paragraph(style=f"toc {level}")
        if number == 0:
            add_field(line, rf'TOC \o "1-{CONTENTS_DEPTH}" \h \z \u', None)
        add_link(line, section.anchor, writable(section.title))
        if number == len(shown) - 1:
            add_field(line, None, None)


# ------------------------------------------------------------------------------- content


class _Writer:
    """Writes sections one after another; knows the numbers of tables and figures."""

    def __init__(self, document: DocumentType, numbers: Numbers) -> None:
        self._document = document
        self._numbers = numbers
        self._marks: Iterator[int] = count(1)

    def section(self, level: int, section: Section) -> None:
        heading = self._document.add_heading(writable(section.title), level)
        add_bookmark(heading, section.anchor, next(self._marks))
        heading.paragraph_format.page_break_before = section.starts_page or level == 1
        for block in section.blocks:
            self.block(block)

    def block(self, block: Block) -> None:
        match block:
            case Paragraph(text):
                self._document.add_paragraph(writable(text))
            case Remark(text):
                self._document.add_paragraph(writable(text), style="Remark")
            case Items(items):
                for item in items:
                    self._document.add_paragraph(writable(item), style="List Bullet")
            case Facts(title, rows):
                self._caption(writable(title))
                _add_table(self._document, _fact_cells(rows), header=False)
            case Table(caption=caption):
                self._table(block, caption)
            case Figure():
                self._figure(block)

    def _caption(self, text: str, word: str = "", number: int | None = None) -> WordParagraph:
        """Write a caption; a number is a field, so that Word can list tables and figures."""
        line = self._document.add_paragraph(style="Caption")
        if number is not None:
            line.add_run(f"{word} ")
            add_field(line, rf"SEQ {word} \* ARABIC", str(number))
            line.add_run(" – ")
        line.add_run(text)
        return line

    def _table(self, table: Table, caption: str) -> None:
        self._caption(writable(caption), _("Таблица"), self._numbers.tables.get(id(table)))
        cells = table_cells(table)
        if not cells.rows:
            self._document.add_paragraph(_("Строк нет."), style="Remark")
            return
        rows = [list(cells.headings), *([cell.text for cell in row] for row in cells.rows)]
        _add_table(self._document, rows, cells=cells)

    def _figure(self, figure: Figure) -> None:
        title, description = (writable(text) for text in words(figure.figure))
        line = self._document.add_paragraph()
        line.paragraph_format.first_line_indent = Mm(0)
        line.paragraph_format.keep_with_next = True
        picture = line.add_run().add_picture(io.BytesIO(png(figure.figure)), Mm(TEXT_WIDTH_MM))
        describe_picture(picture, title, description, self._numbers.figures[id(figure)])
        caption = self._caption(title, _("Рисунок"), self._numbers.figures[id(figure)])
        caption.paragraph_format.keep_with_next = False
        words_below = self._document.add_paragraph(description)
        words_below.paragraph_format.first_line_indent = Mm(0)


def _add_table(
    document: DocumentType,
    rows: Sequence[Sequence[str]],
    header: bool = True,
    cells: Cells | None = None,
) -> WordTable:
    """Write a table as wide as the text, its columns as wide as their words ask for."""
    widths = _widths(rows)
    style_id = document.styles["Table Text"].style_id
    table = document.add_table(len(rows), len(widths), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    # Through `row.cells` python-docx counts the grid anew for every cell.
    for number, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
        keep_row_whole(row)
        is_heading = header and number == 0
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = widths[place]
            line = cell.paragraphs[0]
            # Through `line.style` python-docx looks through all styles for every cell.
            line._p.style = style_id
            run = line.add_run(writable(text))
            run.bold = is_heading or (not header and place == 0)
            if cells is not None and cells.is_number[place]:
                line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if is_heading:
                shade(cell)
        if is_heading:
            repeat_header(row)
    document.add_paragraph().paragraph_format.space_after = Pt(2)
    return table


def _widths(rows: Sequence[Sequence[str]]) -> list[Emu]:
    """Share the width of the text out: by the longest text, but a word stays whole."""
    wanted = []
    for column in zip(*rows, strict=True):
        words_in = [word for text in column for word in text.split()] or [""]
        longest = min(max(map(len, column)), _WIDEST_COLUMN)
        wanted.append(max(longest, *map(len, words_in), _LEAST_COLUMN) + _CELL_PADDING)
    total = sum(wanted)
    return [Emu(int(Mm(TEXT_WIDTH_MM) * part / total)) for part in wanted]
