"""The report as a Word document laid out after ГОСТ Р 7.0.97-2016.

Styles, contents, numbered tables and figures, header rows repeated on every page, text
alternatives of charts; nothing is loaded, nothing is computed when it is opened.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import count

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section as WordSection
from docx.shared import Emu, Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from client_segments.language import _
from client_segments.office.archives import same_bytes
from client_segments.office.word_parts import (
    add_bookmark,
    add_field,
    add_link,
    describe_picture,
    property_text,
    writable,
)
from client_segments.office.word_styles import (
    TEXT_WIDTH_MM,
    set_left,
    set_page,
    set_styles,
)
from client_segments.report.cells import Cells, Numbers, numbered, table_cells
from client_segments.report.pictures import png, words
from client_segments.report.tree import (
    Block,
    Facts,
    Figure,
    Form,
    Items,
    Paragraph,
    Remark,
    Report,
    Section,
    Table,
)

CONTENTS_DEPTH = 4
FORM_PART, FORM_FIELD = "Form Part", "Form Field"
_COLUMN_GAP_MM = 6
SMALL_TEXT = "Table Text Small"
_HEADER_SHADE = "EDEFF2"
_CHARACTERS = 98  # of the type of tables across the text
_SMALLER = 1.18  # so many more of the small type
_BOLD = 1.1
_LONGEST_WORD = 24
_WIDEST_COLUMN = 40
_CELL_PADDING = 2.4


def render(report: Report) -> bytes:
    """Return the report as the bytes of one document; equal reports give equal bytes."""
    document = Document()
    _prepare(document, report)
    body = _Body(document)
    _title_page(body, report)
    anchors = _short_anchors(report)
    _contents(body, report, anchors)
    writer = _Writer(body, numbered(report), anchors)
    for level, section in report.walk():
        writer.section(level - 1, section)
    file = io.BytesIO()
    document.save(file)
    return same_bytes(file.getvalue(), leave_out=("docProps/thumbnail.jpeg",))


# ------------------------------------------------------------------------------- styles


def _prepare(document: DocumentType, report: Report) -> None:
    """Set page, styles and properties."""
    set_page(document)
    page = document.sections[0]
    page.different_first_page_header_footer = True
    header = page.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_field(header, "PAGE", "2")
    _styles(document)
    properties = document.core_properties
    properties.title = property_text(report.title)
    properties.author = properties.last_modified_by = property_text(report.authority_name)
    properties.subject = str(report.year)
    properties.language = "ru-RU"
    properties.comments = properties.keywords = ""
    properties.created = properties.modified = report.made_on
    properties.revision = 1


def _styles(document: DocumentType) -> None:
    set_styles(document)
    normal = document.styles["Normal"]
    for name, bold, before in ((FORM_PART, True, 4), (FORM_FIELD, False, 0)):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        style.font.size, style.font.bold = Pt(9 + bold), bold
        set_left(style, before=before, after=1)
        style.paragraph_format.line_spacing = 1
        style.paragraph_format.keep_with_next = bold
    small = document.styles.add_style(SMALL_TEXT, WD_STYLE_TYPE.PARAGRAPH)
    small.base_style = document.styles["Table Text"]
    small.font.size = Pt(8)
    for level in range(1, CONTENTS_DEPTH + 1):
        line = document.styles.add_style(f"toc {level}", WD_STYLE_TYPE.PARAGRAPH)
        line.base_style = normal
        set_left(line, before=0, after=2)
        line.paragraph_format.left_indent = Mm(7 * (level - 1))


class _Body:
    """The body of a document; the names of its styles are looked up once.

    python-docx goes through all styles whenever it is told the name of one, and in a report of a
    thousand paragraphs that takes as long as all else.
    """

    def __init__(self, document: DocumentType) -> None:
        self.document = document
        self.style_ids = {style.name: style.style_id for style in document.styles}

    def paragraph(self, text: str = "", style: str = "") -> WordParagraph:
        """Add a paragraph, in the text's own style where none is named."""
        paragraph = self.document.add_paragraph(text)
        if style:
            paragraph._p.style = self.style_ids[style]
        return paragraph


# -------------------------------------------------------------------------- front matter


def _title_page(body: _Body, report: Report) -> None:
    head = body.paragraph(writable(report.authority_name))
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.paragraph_format.first_line_indent = Mm(0)
    head.paragraph_format.space_after = Mm(60)
    head.runs[0].bold = True
    body.paragraph(writable(report.title), "Title")
    year = body.paragraph(_("за {year} год").format(year=report.year))
    year.alignment = WD_ALIGN_PARAGRAPH.CENTER
    year.paragraph_format.first_line_indent = Mm(0)
    year.paragraph_format.space_after = Mm(20)
    _add_table(body, _fact_cells(report.facts), header=False)


def _fact_cells(rows: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [[label, text] for label, text in rows]


def _short_anchors(report: Report) -> dict[str, str]:
    """Return a short name for every anchor: Word cuts names of bookmarks at 40 letters."""
    sections = (section for _level, section in report.walk())
    return {section.anchor: f"part_{number}" for number, section in enumerate(sections, start=1)}


def _contents(body: _Body, report: Report, anchors: Mapping[str, str]) -> None:
    """Write the contents as links, in a field that Word can update with page numbers."""
    title = body.paragraph(_("Содержание"))
    title.runs[0].bold = True
    title.paragraph_format.page_break_before = True
    title.paragraph_format.first_line_indent = Mm(0)
    entries = [(level - 1, section) for level, section in report.walk()]
    shown = [entry for entry in entries if entry[0] <= CONTENTS_DEPTH]
    for number, (level, section) in enumerate(shown):
        line = body.paragraph(style=f"toc {level}")
        if number == 0:
            add_field(line, rf'TOC \o "1-{CONTENTS_DEPTH}" \h \z \u', None)
        add_link(line, anchors[section.anchor], writable(section.title))
        if number == len(shown) - 1:
            add_field(line, None, None)


# ------------------------------------------------------------------------------- content


class _Writer:
    """Writes sections one after another; knows the numbers of tables and figures."""

    def __init__(self, body: _Body, numbers: Numbers, anchors: Mapping[str, str]) -> None:
        self._body = body
        self._document = body.document
        self._anchors = anchors
        self._numbers = numbers
        self._marks: Iterator[int] = count(1)

    def section(self, level: int, section: Section) -> None:
        heading = self._body.paragraph(writable(section.title), f"Heading {level}")
        add_bookmark(heading, self._anchors[section.anchor], next(self._marks))
        heading.paragraph_format.page_break_before = section.starts_page or level == 1
        for block in section.blocks:
            self.block(block)

    def block(self, block: Block) -> None:
        match block:
            case Paragraph(text):
                self._body.paragraph(writable(text))
            case Remark(text):
                self._body.paragraph(writable(text), "Remark")
            case Items(items):
                for item in items:
                    self._body.paragraph(writable(item), "List Bullet")
            case Facts(title, rows):
                self._caption(writable(title))
                _add_table(self._body, _fact_cells(rows), header=False)
            case Table(caption=caption):
                self._table(block, caption)
            case Figure():
                self._figure(block)
            case Form():
                self._form(block)

    def _form(self, form: Form) -> None:
        """Write a form in two columns of small type, so that it stands on one page."""
        set_columns(self._document.add_section(WD_SECTION.CONTINUOUS), 2)
        for title, fields in form.parts:
            self._body.paragraph(writable(title), FORM_PART)
            for label, text in fields:
                line = self._body.paragraph(style=FORM_FIELD)
                line.add_run(f"{writable(label)}: ").bold = True
                line.add_run(writable("; ".join(text.split("\n"))))
        set_columns(self._document.add_section(WD_SECTION.CONTINUOUS), 1)

    def _caption(self, text: str, word: str = "", number: int | None = None) -> WordParagraph:
        """Write a caption; a number is a field, so that Word can list tables and figures."""
        line = self._body.paragraph(style="Caption")
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
            self._body.paragraph(_("Строк нет."), "Remark")
            return
        rows = [list(cells.headings), *([cell.text for cell in row] for row in cells.rows)]
        _add_table(self._body, rows, cells=cells)

    def _figure(self, figure: Figure) -> None:
        title, description = (writable(text) for text in words(figure.figure))
        line = self._body.paragraph()
        line.paragraph_format.first_line_indent = Mm(0)
        line.paragraph_format.keep_with_next = True
        picture = line.add_run().add_picture(io.BytesIO(png(figure.figure)), Mm(TEXT_WIDTH_MM))
        describe_picture(picture, title, description, self._numbers.figures[id(figure)])
        caption = self._caption(title, _("Рисунок"), self._numbers.figures[id(figure)])
        caption.paragraph_format.keep_with_next = False
        words_below = self._body.paragraph(description)
        words_below.paragraph_format.first_line_indent = Mm(0)


def set_columns(section: WordSection, count: int) -> None:
    """Set the columns of a part of the document; its pages bear numbers as the others do."""
    section.different_first_page_header_footer = False
    columns = section._sectPr.find(qn("w:cols"))
    if columns is None:
        columns = OxmlElement("w:cols")
        section._sectPr.append(columns)
    columns.set(qn("w:num"), str(count))
    columns.set(qn("w:space"), str(int(Mm(_COLUMN_GAP_MM).twips)))


def _add_table(
    body: _Body,
    rows: Sequence[Sequence[str]],
    header: bool = True,
    cells: Cells | None = None,
) -> None:
    """Write a table as wide as the text, its columns as wide as their words ask for.

    The table is put together as elements: through python-docx each cell takes as long as a row.
    """
    widths, is_small = _widths(rows)
    style = body.style_ids[SMALL_TEXT if is_small else "Table Text"]
    table = body.document.add_table(0, len(widths))
    table._tbl.tblStyle_val = body.style_ids["Table Grid"]
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    is_number = cells.is_number if cells is not None else (False,) * len(widths)
    empty = {
        (is_heading, place): _cell(
            width, style, is_heading or (not header and place == 0), is_number[place], is_heading
        )
        for is_heading in (True, False)
        for place, width in enumerate(widths)
    }
    for number, texts in enumerate(rows):
        is_heading = header and number == 0
        row = _element("w:tr")
        properties = _element("w:trPr", _element("w:cantSplit"))
        if is_heading:
            properties.append(_element("w:tblHeader"))
        row.append(properties)
        for place, text in enumerate(texts):
            cell = deepcopy(empty[is_heading, place])
            _write_cell(cell, text)
            row.append(cell)
        table._tbl.append(row)
    body.paragraph().paragraph_format.space_after = Pt(2)


def _element(name: str, *children, **attributes: str):
    """Return an element of a Word document with its children and `w:` attributes."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    made.extend(children)
    return made


def _cell(width: Emu, style: str, is_bold: bool, is_number: bool, is_shaded: bool):
    """Return a cell without words: one paragraph of its own style."""
    properties = _element("w:tcPr", _element("w:tcW", type="dxa", w=str(int(width.twips))))
    if is_shaded:
        properties.append(_element("w:shd", val="clear", color="auto", fill=_HEADER_SHADE))
    layout = _element("w:pPr", _element("w:pStyle", val=style))
    if is_number:
        layout.append(_element("w:jc", val="right"))
    run = _element("w:r", *([_element("w:rPr", _element("w:b"))] if is_bold else []))
    run.append(_words(""))
    return _element("w:tc", properties, _element("w:p", layout, run))


def _write_cell(cell, text: str) -> None:
    """Write a text into a cell, a line break where the text has one."""
    run = cell[-1][-1]
    first, *others = writable(text).replace("\t", " ").replace("\r", " ").split("\n")
    run[-1].text = first
    for line in others:
        run.append(_element("w:br"))
        run.append(_words(line))


def _words(text: str):
    element = _element("w:t")
    element.set(qn("xml:space"), "preserve")
    element.text = text
    return element


def _widths(rows: Sequence[Sequence[str]]) -> tuple[list[Emu], bool]:
    """Share the width of the text out so that words stay whole, and say if type must be small.

    Every column gets what its longest word needs; what is left goes where texts are long.
    """
    needed, wanted = [], []
    for column in zip(*rows, strict=True):
        lines = [line for text in column for line in text.split("\n")]
        word = max((len(word) for line in lines for word in line.split(" ")), default=0)
        # A word of a heading is bold, hence wider; one that is too long is broken all the same.
        needed.append(min(word * _BOLD, _LONGEST_WORD) + _CELL_PADDING)
        wanted.append(
            max(min(max(map(len, lines), default=0), _WIDEST_COLUMN) + _CELL_PADDING, needed[-1])
        )
    is_small = sum(needed) > _CHARACTERS
    room = max(_CHARACTERS * (_SMALLER if is_small else 1), sum(needed))
    asked = sum(wanted) - sum(needed)
    spare = room - sum(needed)
    if asked >= spare:
        parts = [
            least + spare * (most - least) / asked if asked else least
            for least, most in zip(needed, wanted, strict=True)
        ]
    else:
        parts = [most * room / sum(wanted) for most in wanted]
    return [Emu(int(Mm(TEXT_WIDTH_MM) * part / room)) for part in parts], is_small
