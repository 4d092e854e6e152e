"""The report as one HTML file: Russian, opens with the network off, readable on paper."""

from __future__ import annotations

from html import escape
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from client_segments.language import _
from client_segments.pages import content_security_policy
from client_segments.presentation import STYLE, show_card, show_note, table_html
from client_segments.report.cells import Numbers, numbered, told_frame
from client_segments.report.pictures import picture
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

_environment = Environment(
    loader=PackageLoader("client_segments.report", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

WIDE = 8
"""Own: a table of so many columns is set in a narrow face on paper."""


def block_html(block: Block, numbers: Numbers, level: int = 1) -> Markup:
    """Return the HTML of one block of content, everything in it escaped.

    `level` is that of the heading above it.
    """
    match block:
        case Paragraph(text):
            html = f"<p>{escape(text)}</p>"
        case Remark(text):
            html = show_note(text).html
        case Items(items):
            html = "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
        case Facts(title, rows):
            html = show_card(title, rows).html
        case Table(caption=caption, contract=contract):
            html = table_html(
                told_frame(block), contract, caption=table_title(caption, numbers, block)
            )
        case Figure():
            return _figure_html(block, numbers)
        case Form():
            return _form_html(block, level + 1)
    wide = " wide" if isinstance(block, Table) and len(block.frame.columns) >= WIDE else ""
    return Markup(f'<div class="cs-shown{wide}">{html}</div>')


def table_title(caption: str, numbers: Numbers, table: Table) -> str:
    """Return the caption of a table with its number."""
    number = numbers.tables[id(table)]
    return _("Таблица {number} – {caption}").format(number=number, caption=caption)


def _form_html(form: Form, level: int) -> Markup:
    """Return a filled form: sections under headings, fields as labels and values."""
    parts = []
    for title, fields in form.parts:
        told = "".join(
            f"<div><dt>{escape(label)}</dt><dd>{_lines(text)}</dd></div>" for label, text in fields
        )
        parts.append(f'<div class="part"><h{level}>{escape(title)}</h{level}><dl>{told}</dl></div>')
    return Markup(f'<div class="form">{"".join(parts)}</div>')


def _lines(text: str) -> str:
    """Return the lines of a value, each an element: a page sets them close, a screen apart."""
    return "".join(f"<span>{escape(line)}</span> " for line in text.split("\n")).rstrip()


def _figure_html(block: Figure, numbers: Numbers) -> Markup:
    """Return a chart between its caption and its words: a picture that loads nothing."""
    number = numbers.figures[id(block)]
    drawn = picture(block.figure, number)
    title = _("Рисунок {number} – {title}").format(number=number, title=drawn.title)
    return Markup(
        f'<figure><div class="picture" role="group" tabindex="0" aria-label="{escape(title)}">'
        f"{drawn.svg}</div><figcaption><strong>{escape(title)}</strong> "
        f"{escape(drawn.description)}</figcaption></figure>"
    )


def _parts(report: Report, numbers: Numbers) -> list[dict[str, object]]:
    return [_part(level, section, numbers) for level, section in report.walk()]


def _part(level: int, section: Section, numbers: Numbers) -> dict[str, object]:
    return {
        "level": level,
        "anchor": section.anchor,
        "title": section.title,
        "starts_page": section.starts_page,
        "blocks": [block_html(block, numbers, level) for block in section.blocks],
    }


def render(report: Report) -> str:
    """Return the report as the text of one HTML file.

    Equal reports give equal texts: nothing in it comes from the clock or the machine.
    """
    styles = [
        resources.files(package).joinpath(name).read_text("utf-8")
        for package, name in (
            ("client_segments.pages", "page.css"),
            ("client_segments.report", "report.css"),
        )
    ]
    numbers = numbered(report)
    return _environment.get_template("report.html.j2").render(
        report=report,
        parts=_parts(report, numbers),
        contents=report.sections,
        style=Markup(styles[0] + STYLE + styles[1]),
        policy=Markup(content_security_policy(has_figures=False)),
        facts=block_html(Facts(_("Реквизиты отчёта"), report.facts), numbers),
        contents_title=_("Содержание"),
        year=_("за {year} год").format(year=report.year),
        skip=_("Перейти к отчёту"),
    )
