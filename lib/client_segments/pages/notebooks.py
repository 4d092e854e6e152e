"""The page of an executed notebook: one internal HTML file, complete without the network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from importlib import resources
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

from client_segments import storage
from client_segments.language import _
from client_segments.pages.cleaning import clean_notebook
from client_segments.pages.figures import (
    PLOTLY_MIMETYPE,
    content_security_policy,
    figure_html,
    plotly_script,
)
from client_segments.presentation import STYLE
from client_segments.study import default_root

HIDDEN_TAGS = {"parameters", "injected-parameters", "interactive"}
"""Cells with one of these tags are for the one at the notebook, not for the reader."""

_STYLE_IN_OUTPUT = f"<style>{STYLE}</style>"
_CONTENTS_MARK = "<!-- contents -->"
_SCRIPTS_MARK = "<!-- scripts -->"
_HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1>", re.DOTALL)
_PROSE_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class _Heading:
    level: int
    anchor: str
    text: str


def _drawn(notebook: NotebookNode) -> int:
    """Turn plotly's outputs into figures of the page, in place; return how many there are."""
    count = 0
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if PLOTLY_MIMETYPE in data:
                output.data = NotebookNode({"text/html": figure_html(data[PLOTLY_MIMETYPE])})
                count += 1
            elif "text/html" in data:
                # The page has the style once; every output brings it along for Jupyter.
                data["text/html"] = "".join(data["text/html"]).replace(_STYLE_IN_OUTPUT, "")
    return count


def _exporter() -> HTMLExporter:
    templates = resources.files("client_segments.pages").joinpath("templates")
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = HIDDEN_TAGS
    return HTMLExporter(
        config=config,
        template_file="notebook.html.j2",
        extra_template_paths=[str(templates)],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        language_code="ru",
    )


def _put_in_order(html: str, title: str) -> tuple[str, list[_Heading]]:
    """Return the page with one h1, no skipped level and an anchor at every heading."""
    found: list[_Heading] = []

    def ordered(match: re.Match) -> str:
        level = int(match[1])
        if found:
            level = min(max(level, 2), found[-1].level + 1)
        elif level > 1:
            found.append(_Heading(1, "part-1", title))
            level = min(level, 2)
        text = _TAG.sub("", match[2]).strip()
        heading = _Heading(level, f"part-{len(found) + 1}", text)
        found.append(heading)
        return f'<h{level} id="{heading.anchor}">{match[2]}</h{level}>'

    start = html.index('<main id="main">') + len('<main id="main">')
    body = _HEADING.sub(ordered, html[start:])
    if "<h1 " not in body:
        body = f'<h1 id="part-1">{escape(title)}</h1>{body}'
    return html[:start] + _PROSE_TABLE.sub(_reachable, body), found


def _reachable(match: re.Match) -> str:
    """Return a table of the prose with scopes, in a frame that the keyboard can scroll.

    Markdown has no scopes; the first row of its tables is always a header.
    """
    table = match[0].replace("<th>", '<th scope="col">')
    label = _("Таблица")
    return f'<div class="prose" role="group" tabindex="0" aria-label="{label}">{table}</div>'


def _contents(headings: list[_Heading]) -> str:
    parts = [heading for heading in headings if heading.level == 2]
    if not parts:
        return ""
    items = "".join(f'<li><a href="#{part.anchor}">{part.text}</a></li>' for part in parts)
    return (
        f'<nav class="contents" aria-labelledby="contents"><p class="title" id="contents">'
        f"{_('Содержание')}</p><ol>{items}</ol></nav>"
    )


def notebook_html(notebook: NotebookNode, title: str, root: Path) -> str:
    """Return the page of an executed notebook (see `render_notebook`)."""
    notebook = clean_notebook(notebook, root)
    has_figures = _drawn(notebook) > 0
    css = resources.files("client_segments.pages").joinpath("page.css").read_text("utf-8")
    page = {
        "title": title,
        "policy": content_security_policy(has_figures),
        "style": css + STYLE,
        "banner": _("Для внутреннего пользования: не публикуйте и не передавайте вне органа."),
        "skip": _("К содержанию страницы"),
        "contents_mark": _CONTENTS_MARK,
        "scripts_mark": _SCRIPTS_MARK,
    }
    html, _resources = _exporter().from_notebook_node(notebook, resources={"page": page})
    html, headings = _put_in_order(html, title)
    html = html.replace(_CONTENTS_MARK, _contents(headings), 1)
    before, _mark, after = html.rpartition(_SCRIPTS_MARK)
    return before + (plotly_script() if has_figures else "") + after


def render_notebook(
    executed: Path | NotebookNode, target: Path, title: str, root: Path | None = None
) -> Path:
    """Write the internal page of an executed notebook as one self-contained HTML file.

    Input is hidden, cells for interactive work and live widgets are left out, plotly figures
    are drawn from data in the page, and nothing is fetched.

    Parameters
    ----------
    executed
        The executed notebook, or its file.
    target
        The HTML file to write.
    title
        Title of the window, and the h1 where the notebook has none.
    root
        The study's folder, whose path is not told; by default the one in use.

    Raises
    ------
    ValueError
        If a figure has no text alternative.
    """
    if not isinstance(executed, NotebookNode):
        executed = nbformat.read(executed, as_version=4)
    storage.write_text(target, notebook_html(executed, title, root or default_root()))
    return target
