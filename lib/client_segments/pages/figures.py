"""Plotly figures in a page: data beside a description, drawn by a library packed in it once."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from html import escape
from importlib import resources

from plotly.offline import get_plotlyjs

from client_segments.language import _

PLOTLY_MIMETYPE = "application/vnd.plotly.v1+json"

# What would end or confuse the script element that holds the JSON; JSON reads it back the same.
_JSON_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def _script_json(content: object) -> str:
    """Return JSON that can stand inside a script element."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_JSON_ESCAPES)


def figure_html(fig_json: Mapping[str, object], description: str = "") -> str:
    """Return a figure element: caption, place of the drawing, and its data.

    Parameters
    ----------
    fig_json
        What ``Figure.to_plotly_json()`` or plotly's mimetype holds: ``data`` and ``layout``.
        The title moves from the drawing to the caption, where it wraps at every width.
    description
        The text alternative; ``layout.meta["description"]`` where it is empty.

    Raises
    ------
    ValueError
        If there is no text alternative: our mistake, not the user's.
    """
    layout = deepcopy(dict(fig_json.get("layout", {})))
    meta = layout.pop("meta", None) or {}
    description = description or meta.get("description", "")
    if not description.strip():
        raise ValueError("a figure has no text alternative: build it with client_segments.charts")
    title = meta.get("title", "")
    if title and layout.pop("title", None):
        _close_up(layout, meta.get("title_height"))
    heading = f"<strong>{escape(title)}</strong> " if title else ""
    label = f"{title}. {description}" if title else description
    chart = _script_json({"data": fig_json.get("data", []), "layout": layout})
    sizes = {"min-height": layout.get("height"), "min-width": meta.get("minimum_width")}
    style = ";".join(f"{name}:{int(size)}px" for name, size in sizes.items() if size)
    too_old = _(
        "Браузер не может показать диаграмму: откройте страницу в браузере не старше 2023 года."
    )
    figure = (
        # The drawing alone is an image: on the whole figure the role would hide the caption.
        f"<figure data-chart><figcaption>{heading}{escape(description)}</figcaption>"
        f'<div data-plot role="img" aria-label="{escape(label)}" style="{style}"></div>'
        f"<p data-undrawn hidden>{too_old}</p>"
        f'<script type="application/json">{chart}</script>'
        f"<noscript>{_('Чтобы увидеть диаграмму, включите сценарии (JavaScript).')}</noscript>"
        "</figure>"
    )
    if not sizes["min-width"]:
        return figure
    name = escape(title or description)
    return (
        f'<div class="wide" style="overflow-x:auto" role="group" tabindex="0" aria-label="{name}">'
        f"{figure}</div>"
    )


def _close_up(layout: dict, title_height: int | None) -> None:
    """Take back the room that the title had at the top of the drawing, above any legend."""
    margin = dict(layout.get("margin", {}))
    room = title_height or margin.get("t", 0)
    if room and layout.get("height"):
        kept = 34 if layout.get("annotations") else 12  # words above the drawing need their line
        margin["t"] = margin.get("t", room) - room + kept
        layout["height"] -= room - kept
        layout["margin"] = margin


@cache
def _scripts() -> tuple[str, str]:
    """Return plotly's library and our few lines that unpack it and draw every figure."""
    runner = resources.files("client_segments.pages").joinpath("figures.js").read_text("utf-8")
    if "</script" in runner.lower() or "<!--" in runner:
        raise ValueError("a script cannot be inlined: it would end its own element")
    return get_plotlyjs(), runner


@cache
def plotly_script() -> str:
    """Return the elements that draw the figures: put them once, at the end of the body.

    The library is packed: 1.9 MB of the page instead of 4.6. It cannot lie beside the pages as a
    file that they share: a page sent by mail would come without its drawings, and a page opened
    from a folder has no origin to which its policy could grant a file.
    """
    library, runner = _scripts()
    packed = base64.b64encode(gzip.compress(library.encode("utf-8"), 9, mtime=0)).decode("ascii")
    return (
        f'<script type="application/gzip" id="library">{packed}</script><script>{runner}</script>'
    )


@cache
def content_security_policy(has_figures: bool) -> str:
    """Return the meta element that forbids every load and every script but our own."""
    hashes = [
        base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
        for script in (_scripts() if has_figures else ())
    ]
    scripts = " ".join(f"'sha256-{value}'" for value in hashes) or "'none'"
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; "
        "img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
