"""Charts of the report as pictures: SVG for a page, PNG for a document, drawn without a browser.

A chart is what `client_segments.charts` builds. The picture has its marks, axes, legend and
numbers; title and text alternative stand beside it as text. Equal charts give equal bytes.
"""

from __future__ import annotations

import io
import math
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from types import ModuleType

import plotly.graph_objects as go

from client_segments.language import format_count, format_number

WIDTH_PX = 680
"""Width of a picture on a page; 17 cm on paper, the width of an A4 text column."""
_PX_PER_INCH = 100
_PNG_PX_PER_INCH = 200
_INK, _GRID = "#1b1f24", "#8c959f66"
_INHERITED = "#010203"  # stands for the page's ink, which a dark page changes
_SYMBOLS = {
    "circle": "o", "square": "s", "diamond": "D", "triangle-up": "^", "x": "X", "star": "*",
    "cross": "P", "triangle-down": "v",
}  # fmt: skip
_DASHES = {
    "solid": "-", "dash": "--", "dot": ":", "dashdot": "-.", "longdash": (0, (8, 3)),
    "longdashdot": (0, (8, 3, 1, 3)),
}  # fmt: skip
_SLANTED_WIDTH = 26  # characters
_COLUMNS_PART = 0.72  # of the width: the rest is names of rows
_FIT_PX = 7.2  # width of a letter: a number narrower than its bar stands inside it


@dataclass(frozen=True)
class Picture:
    """A drawn chart.

    Attributes
    ----------
    title, description
        Caption and text alternative, as text.
    svg
        Element that can stand in a page: it loads nothing and takes the page's ink.
    """

    title: str
    description: str
    svg: str


def picture(figure: go.Figure, number: int = 1) -> Picture:
    """Draw a chart for a page; `number` keeps its names apart from those of other charts.

    Raises
    ------
    ValueError
        If the chart has no text alternative, or a mark that pictures do not know: our mistake.
    """
    title, description = words(figure)
    with _style(_INHERITED):
        drawn = _drawn(figure)
        file = io.StringIO()
        drawn.savefig(
            file, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = svg.replace(_INHERITED, "currentColor")
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>picture-{number}-", svg)
    size = re.search(r'viewBox="[\d. ]+"', svg)
    label = escape(f"{title}. {description}")
    opening = (
        f'<svg {size.group(0)} xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" role="img" aria-label="{label}">'
    )
    # A function, since a text of people may hold what a pattern would read as a reference.
    svg = re.sub(r"<svg[^>]*>", lambda _found: opening, svg, count=1)
    return Picture(title, description, svg.strip())


def png(figure: go.Figure) -> bytes:
    """Draw a chart for a document, dark ink on white."""
    words(figure)
    with _style(_INK):
        drawn = _drawn(figure)
        file = io.BytesIO()
        drawn.savefig(file, format="png", dpi=_PNG_PX_PER_INCH, metadata={"Software": None})
    return file.getvalue()


def words(figure: go.Figure) -> tuple[str, str]:
    """Return the title and the text alternative of a chart.

    Raises
    ------
    ValueError
        If there is no text alternative.
    """
    meta = figure.layout.meta or {}
    if not meta.get("description", "").strip():
        raise ValueError("a figure has no text alternative: build it with client_segments.charts")
    return meta.get("title", ""), meta["description"]


@cache
def _matplotlib() -> ModuleType:
    """Import matplotlib when a chart is drawn: it takes half a second."""
    import matplotlib
    import matplotlib.colors
    import matplotlib.ticker

    return matplotlib


def _style(ink: str):
    return _matplotlib().rc_context(
        {
            "font.family": "DejaVu Sans",
            "font.size": 9,
            "text.color": ink,
            "axes.labelcolor": ink,
            "axes.edgecolor": "#57606a",
            "xtick.color": ink,
            "ytick.color": ink,
            "svg.fonttype": "none",
            "svg.hashsalt": "client-segments",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.unicode_minus": True,
            "figure.constrained_layout.use": True,
        }
    )


def _drawn(figure: go.Figure):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    height = max((figure.layout.height or 360) - 40, 140)
    canvas = Canvas(figsize=(WIDTH_PX / _PX_PER_INCH, height / _PX_PER_INCH), dpi=_PX_PER_INCH)
    FigureCanvasAgg(canvas)
    axes = canvas.add_subplot()
    _draw_axes(axes, figure)
    is_stacked = figure.layout.barmode == "stack"
    ends: dict[float, float] = {}
    numbers: list[_BarNumber] = []
    for trace in figure.data:
        draw = _DRAWERS.get(trace.type)
        if draw is None:
            raise ValueError(f"pictures cannot draw a {trace.type}")
        numbers.extend(draw(axes, trace, ends if is_stacked else {}))
    for shape in figure.layout.shapes or ():
        if shape.x0 == shape.x1:
            axes.axvline(shape.x0, color=_ink(axes), linewidth=1, linestyle="--")
    for words_beside in figure.layout.annotations or ():
        _draw_words(axes, words_beside)
    if figure.layout.showlegend:
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1.01), ncols=2, frameon=False, borderaxespad=0
        )
    _write_numbers(axes, numbers, is_stacked)
    return canvas


def _ink(axes) -> str:
    return axes.xaxis.label.get_color()


def _draw_words(axes, note) -> None:
    """Write an annotation: over a line, or in the middle of a chart without data."""
    if note.xref == "paper":
        axes.text(
            note.x, note.y, _lines(note.text), ha="center", va="center", transform=axes.transAxes
        )
    else:
        axes.text(
            note.x, 1.01, _lines(note.text), ha="left", va="bottom",
            transform=axes.get_xaxis_transform(),
        )  # fmt: skip


def _lines(text: str | None) -> str:
    """Return a label of plotly's markup as lines of plain text."""
    return unescape(re.sub(r"<[^>]+>", "", (text or "").replace("<br>", "\n")))


def _draw_axes(axes, figure: go.Figure) -> None:
    across, down = figure.layout.xaxis, figure.layout.yaxis
    axes.set_xlabel(_lines(across.title.text))
    axes.set_ylabel(_lines(down.title.text))
    for axis, setting in ((axes.xaxis, across), (axes.yaxis, down)):
        if setting.tickvals is not None:
            axis.set_ticks(list(setting.tickvals), [_lines(text) for text in setting.ticktext])
            axis.set_tick_params(length=0)
        else:
            axis.grid(True, color=_GRID, linewidth=0.6)
            axis.set_major_formatter(_number_form(setting.tickformat))
    if down.range is not None:
        axes.set_ylim(*down.range)
    if across.range is not None:
        axes.set_xlim(*across.range)
    if across.side == "top":
        axes.xaxis.tick_top()
        axes.xaxis.set_label_position("top")
        _slant_if_crowded(axes)
    if across.dtick:
        axes.xaxis.set_major_locator(_matplotlib().ticker.MultipleLocator(across.dtick))


def _slant_if_crowded(axes) -> None:
    """Slant the headings of columns that are narrower than their words."""
    places, labels = axes.get_xticks(), [text.get_text() for text in axes.get_xticklabels()]
    longest = max((len(line) for text in labels for line in text.split("\n")), default=0)
    if longest * _FIT_PX * len(labels) <= _COLUMNS_PART * WIDTH_PX:
        return
    wrapped = [textwrap.fill(text.replace("\n", " "), _SLANTED_WIDTH) for text in labels]
    axes.set_xticks(
        places, wrapped, rotation=40, ha="left", va="bottom", rotation_mode="anchor"
    )  # fmt: skip


def _number_form(tickformat: str | None) -> Callable[[float, int], str]:
    if tickformat == "d":
        return lambda value, _place: str(round(value))
    if tickformat == ",d":
        return lambda value, _place: format_count(value) if value == round(value) else ""
    return lambda value, _place: format_number(value, _tick_digits(value))


def _tick_digits(value: float) -> int:
    for digits in range(4):
        if abs(value - round(value, digits)) < 1e-9:
            return digits
    return 4


def _known(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else float(value) for value in values]


def _whiskers(axes, trace, values: list[float], places: list[float]) -> None:
    errors = trace.error_x
    if errors is None or errors.array is None:
        return
    axes.errorbar(
        values, places, xerr=[_known(errors.arrayminus), _known(errors.array)], fmt="none",
        ecolor=_ink(axes), elinewidth=1.1, capsize=3,
    )  # fmt: skip


@dataclass(frozen=True)
class _BarNumber:
    """The number of a bar: its place, where the bar starts and ends, its text, its colour."""

    place: float
    start: float
    length: float
    text: str
    colour: str
    has_whisker: bool


def _draw_bars(axes, trace, ends: dict[float, float]) -> list[_BarNumber]:
    if trace.orientation != "h":
        raise ValueError("pictures draw horizontal bars only")
    values, places = _known(trace.x), list(trace.y)
    starts = [ends.get(place, 0.0) for place in places]
    colour = trace.marker.color
    axes.barh(
        places, values, left=starts, height=0.72, color=colour,
        edgecolor="#333333", linewidth=0.6, label=_lines(trace.name) if trace.name else None,
    )  # fmt: skip
    for place, value in zip(places, values, strict=True):
        if not math.isnan(value):
            ends[place] = ends.get(place, 0.0) + value
    _whiskers(axes, trace, values, places)
    has_whisker = trace.error_x.array is not None
    return [
        _BarNumber(place, start, value, text, colour, has_whisker)
        for place, start, value, text in zip(places, starts, values, trace.text or (), strict=False)
        if text and not math.isnan(value)
    ]


def _write_numbers(axes, numbers: Sequence[_BarNumber], is_stacked: bool) -> None:
    """Write numbers inside their bars where they fit; beside a bar that is alone in its row."""
    if not numbers:
        return
    axes.figure.draw_without_rendering()
    px_per_unit = axes.get_window_extent().width / abs(axes.get_xlim()[1] - axes.get_xlim()[0])
    for number in numbers:
        fits = len(number.text) * _FIT_PX + 6 <= number.length * px_per_unit
        inside = {"color": "#ffffff" if _is_dark(number.colour) else _INK, "va": "center"}
        if fits and is_stacked:
            middle = number.start + number.length / 2
            axes.text(middle, number.place, number.text, ha="center", fontsize=8, **inside)
        elif fits or number.has_whisker:
            axes.annotate(
                number.text,
                (number.start, number.place),
                (4, 0),
                textcoords="offset points",
                **inside,
            )
        elif not is_stacked:
            end = number.start + number.length
            axes.annotate(
                number.text, (end, number.place), (4, 0), textcoords="offset points", va="center"
            )


def _is_dark(colour: str | tuple[float, ...]) -> bool:
    """Tell whether white is read better than black on a colour (WCAG 2.2, contrast ratio)."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _matplotlib().colors.to_rgb(colour)
    ]
    luminance = sum(
        share * part for share, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
    )
    return luminance < 0.179


def _draw_points(axes, trace, _ends: dict[float, float]) -> list[_BarNumber]:
    values, places = _known(trace.x), list(trace.y)
    has_line = "lines" in (trace.mode or "")
    axes.plot(
        values, _known(places), linestyle=_DASHES.get(trace.line.dash or "solid", "-") if has_line else "none",
        color=(trace.line.color if has_line else None) or trace.marker.color,
        marker=_SYMBOLS.get(trace.marker.symbol or "circle", "o") if "markers" in trace.mode else None,
        markersize=6.5, markeredgecolor="#333333", markeredgewidth=0.6,
        label=_lines(trace.name) if trace.name else None,
    )  # fmt: skip
    _whiskers(axes, trace, values, places)
    return []


def _draw_heat(axes, trace, _ends: dict[float, float]) -> list[_BarNumber]:
    from matplotlib.colors import CenteredNorm, LinearSegmentedColormap, Normalize

    colours = LinearSegmentedColormap.from_list("scale", [tuple(stop) for stop in trace.colorscale])
    rows = [_known(row) for row in trace.z]
    known = [value for row in rows for value in row if not math.isnan(value)]
    if not known:
        return []
    if trace.zmid is None:
        norm = Normalize(min(known), max(known))
    else:
        norm = CenteredNorm(trace.zmid, max(abs(value - trace.zmid) for value in known) or 1)
    mesh = axes.pcolormesh(
        list(trace.x), list(trace.y), rows, cmap=colours, norm=norm, edgecolor="white", linewidth=2
    )
    axes.spines[:].set_visible(False)
    for place, (row, texts) in enumerate(zip(rows, trace.text, strict=True)):
        for column, (value, text) in enumerate(zip(row, texts, strict=True)):
            if not math.isnan(value):
                axes.text(
                    column, place, text, ha="center", va="center",
                    color="#ffffff" if _is_dark(colours(norm(value))) else _INK, fontsize=8.5,
                )  # fmt: skip
    bar = axes.figure.colorbar(mesh, ax=axes, orientation="horizontal", aspect=50, pad=0.02)
    bar.set_label(_lines(trace.colorbar.title.text))
    bar.formatter = _matplotlib().ticker.FuncFormatter(_number_form(None))
    bar.outline.set_visible(False)
    return []


_DRAWERS = {"bar": _draw_bars, "scatter": _draw_points, "heatmap": _draw_heat}
