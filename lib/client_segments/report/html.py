"""The report as one HTML file: Russian, opens with the network off, readable on paper."""

from __future__ import annotations

from html import escape
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from client_segments.language import _
from client_segments.pages import content_security_policy, figure_html, plotly_script
from client_segments.presentation import STYLE, show_card, show_note, table_html
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

_environment = Environment(
    loader=PackageLoader("client_segments.report", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def block_html(block: Block) -> Markup:
    """Return the HTML of one block of content, everything in it escaped."""
    match block:
        case Paragraph(text):
            html = f"<p>{escape(text)}</p>"
        case Remark(text):
            html = show_note(text).html
        case Items(items):
            html = "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
        case Facts(title, rows):
            html = show_card(title, rows).html
        case Table(caption, frame, contract):
            html = table_html(frame, contract, caption=caption)
        case Figure(figure):
            return Markup(figure_html(figure.to_plotly_json()))
    return Markup(f'<div class="cs-shown">{html}</div>')


def _parts(report: Report) -> list[dict[str, object]]:
    return [_part(level, section) for level, section in report.walk()]


def _part(level: int, section: Section) -> dict[str, object]:
    return {
        "level": level,
        "anchor": section.anchor,
        "title": section.title,
        "blocks": [block_html(block) for block in section.blocks],
    }


def render(report: Report) -> str:
    """Return the report as the text of one HTML file.

    Equal reports give equal texts: nothing in it comes from the clock or the machine.
    """
    style = resources.files("client_segments.pages").joinpath("page.css").read_text("utf-8")
    return _environment.get_template("report.html.j2").render(
        report=report,
        parts=_parts(report),
        contents=report.sections,
        style=Markup(style + STYLE),
        policy=Markup(content_security_policy(report.has_figures)),
        scripts=Markup(plotly_script() if report.has_figures else ""),
        facts=block_html(Facts(_("Реквизиты отчёта"), report.facts)),
        contents_title=_("Содержание"),
        skip=_("Перейти к содержанию отчёта"),
    )
