"""Parts of a Word document that python-docx has no words for (ISO/IEC 29500, WordprocessingML)."""

from __future__ import annotations

import re

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shape import InlineShape
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph

# What XML cannot hold; whoever typed it did not see it either.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_HEADER_SHADE = "EDEFF2"
_PROPERTY_LENGTH = 255


def writable(text: str) -> str:
    """Return the text without characters that no document can hold."""
    return _UNWRITABLE.sub("", text)


def property_text(text: str) -> str:
    """Return the text as a property of a document (title, author) holds it: no longer than 255."""
    return writable(text)[:_PROPERTY_LENGTH]


def _field_char(kind: str):
    char = OxmlElement("w:fldChar")
    char.set(qn("w:fldCharType"), kind)
    return char


def add_field(paragraph: Paragraph, instruction: str | None, result: str | None) -> None:
    """Write a field with its last result.

    With an instruction and no result the field stays open; without an instruction the open
    field is closed: so the contents can be a result of many paragraphs.
    """
    if instruction is not None:
        paragraph.add_run()._r.append(_field_char("begin"))
        text = OxmlElement("w:instrText")
        text.set(qn("xml:space"), "preserve")
        text.text = f" {instruction} "
        paragraph.add_run()._r.append(text)
        paragraph.add_run()._r.append(_field_char("separate"))
        if result is None:
            return
        paragraph.add_run(result)
    paragraph.add_run()._r.append(_field_char("end"))


def bookmark_name(anchor: str) -> str:
    """Return an anchor as a bookmark: letters, digits and `_`, at most 40."""
    return re.sub(r"\W", "_", anchor)[-40:].lstrip("_0123456789") or "part"


def add_bookmark(paragraph: Paragraph, anchor: str, number: int) -> None:
    """Mark a heading, for links to come to."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    start.set(qn("w:name"), bookmark_name(anchor))
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
    paragraph._p.append(end)


def add_link(paragraph: Paragraph, anchor: str, text: str) -> None:
    """Write a link to a heading of the same document."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), bookmark_name(anchor))
    link.set(qn("w:history"), "1")
    run = paragraph.add_run(text)
    link.append(run._r)
    paragraph._p.append(link)


def describe_picture(picture: InlineShape, title: str, description: str, number: int) -> None:
    """Give a picture its text alternative."""
    properties = picture._inline.docPr
    properties.set("id", str(number))
    properties.set("name", title)
    properties.set("title", title)
    properties.set("descr", description)


def repeat_header(row: _Row) -> None:
    """Repeat a header row on every page that the table reaches."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def keep_row_whole(row: _Row) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def shade(cell: _Cell) -> None:
    """Shade a heading of a table."""
    shading = OxmlElement("w:shd")
    shading.set(qn("w:val"), "clear")
    shading.set(qn("w:color"), "auto")
    shading.set(qn("w:fill"), _HEADER_SHADE)
    cell._tc.get_or_add_tcPr().append(shading)


def add_hidden(paragraph: Paragraph, text: str) -> None:
    """Write words that are neither shown nor printed."""
    run = paragraph.add_run(text)
    run.font.hidden = True


def add_choice(paragraph: Paragraph, title: str, choices: tuple[str, ...], hint: str) -> None:
    """Write a drop-down list to choose one answer from; until then it shows a hint."""
    control, properties = OxmlElement("w:sdt"), OxmlElement("w:sdtPr")
    alias = OxmlElement("w:alias")
    alias.set(qn("w:val"), title)
    listed = OxmlElement("w:dropDownList")
    for choice in choices:
        item = OxmlElement("w:listItem")
        item.set(qn("w:displayText"), choice)
        item.set(qn("w:value"), choice)
        listed.append(item)
    for part in (alias, OxmlElement("w:showingPlcHdr"), listed):
        properties.append(part)
    content = OxmlElement("w:sdtContent")
    content.append(paragraph.add_run(hint)._r)
    control.append(properties)
    control.append(content)
    paragraph._p.append(control)
