"""Styles of a Word document laid out after ГОСТ Р 7.0.97-2016."""

from __future__ import annotations

from docx.document import Document as DocumentType
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

FONT = "Times New Roman"
MARGINS_MM = {"left": 20, "right": 10, "top": 20, "bottom": 20}
"""ГОСТ Р 7.0.97-2016, 3.3: at least 20, 10, 20 and 20 mm."""
PAGE_MM = (210, 297)
TEXT_WIDTH_MM = PAGE_MM[0] - MARGINS_MM["left"] - MARGINS_MM["right"]
_INK = RGBColor(0, 0, 0)
_HEADING_SIZES = {1: 15, 2: 13.5, 3: 12.5, 4: 12}


def set_page(document: DocumentType, is_wide: bool = False) -> None:
    """Set an A4 page with its margins; a wide one lies on its side."""
    page = document.sections[0]
    width, height = reversed(PAGE_MM) if is_wide else PAGE_MM
    page.page_width, page.page_height = Mm(width), Mm(height)
    for side, margin in MARGINS_MM.items():
        setattr(page, f"{side}_margin", Mm(margin))
    page.header_distance = Mm(10)


def set_styles(document: DocumentType) -> None:
    """Set fonts and spacing of the styles, and add those of tables and remarks."""
    defaults = document.styles.element.find(qn("w:docDefaults"))
    for language in defaults.iter(qn("w:lang")):
        language.set(qn("w:val"), "ru-RU")
    normal = document.styles["Normal"]
    set_font(normal, 12)
    layout = normal.paragraph_format
    layout.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    layout.first_line_indent, layout.line_spacing = Mm(12.5), 1.15
    layout.space_after = Pt(4)
    for level, size in _HEADING_SIZES.items():
        heading = document.styles[f"Heading {level}"]
        set_font(heading, size, bold=True)
        set_left(heading, before=14, after=6)
        heading.paragraph_format.keep_with_next = True
    set_font(document.styles["Title"], 18, bold=True)
    set_left(document.styles["Title"], before=0, after=18)
    document.styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    borders = document.styles["Title"].element.find(f".//{qn('w:pBdr')}")
    if borders is not None:
        borders.getparent().remove(borders)
    set_font(document.styles["Caption"], 11, bold=True)
    set_left(document.styles["Caption"], before=8, after=3)
    document.styles["Caption"].paragraph_format.keep_with_next = True
    set_left(document.styles["List Bullet"], before=0, after=3)
    document.styles["List Bullet"].paragraph_format.left_indent = Mm(12.5)
    document.styles["List Bullet"].paragraph_format.first_line_indent = Mm(-6)
    cell = document.styles.add_style("Table Text", WD_STYLE_TYPE.PARAGRAPH)
    cell.base_style = normal
    cell.font.size = Pt(9.5)
    set_left(cell, before=1, after=1)
    cell.paragraph_format.line_spacing = 1
    remark = document.styles.add_style("Remark", WD_STYLE_TYPE.PARAGRAPH)
    remark.base_style = normal
    remark.font.italic = True
    set_left(remark, before=4, after=6)


def set_font(style, size: float, bold: bool = False) -> None:
    """Name the font for every script: headings of the template have one of their own."""
    style.font.name, style.font.size, style.font.bold = FONT, Pt(size), bold
    style.font.italic, style.font.color.rgb = False, _INK
    fonts = style.element.rPr.rFonts
    for theme in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[theme]
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), FONT)


def set_left(style, before: float, after: float) -> None:
    """Set a style to the left without an indent; spacing is in points."""
    layout = style.paragraph_format
    layout.alignment, layout.first_line_indent = WD_ALIGN_PARAGRAPH.LEFT, Mm(0)
    layout.space_before, layout.space_after = Pt(before), Pt(after)
