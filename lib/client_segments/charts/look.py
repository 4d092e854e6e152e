"""The common look of charts: colours, axes, sizes, and what is read over a point."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from client_segments.charts.words import format_for, value_words, wrap_label
from client_segments.language import NO_BREAK_SPACE, NO_DATA, _

PALETTE = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000",
)  # fmt: skip
"""Okabe and Ito (2008): told apart with every kind of colour vision."""

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross", "triangle-down")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash")
INK = "#1b1f24"
_GRID = "#d0d7de"
OUTLINE = {"color": "#333333", "width": 0.8}  # light colours of the palette need an edge
_TITLE_WIDTH = 56
_LINE_HEIGHT = 17
_BAR_HEIGHT = 18
_ROW_PADDING = 13

_AXIS = {"gridcolor": _GRID, "zerolinecolor": "#57606a", "automargin": True}

TEMPLATE = go.layout.Template(
    layout=go.Layout(
        font={
            "family": "'Segoe UI', 'Noto Sans', 'Liberation Sans', Arial, sans-serif",
            "size": 12,
            "color": INK,
        },
        colorway=PALETTE,
        separators="," + NO_BREAK_SPACE,
        paper_bgcolor="#ffffff",
        plot_bgcolor="#ffffff",
        title={"x": 0, "xref": "paper", "xanchor": "left", "font": {"size": 15}},
        margin={"l": 8, "r": 20, "t": 12, "b": 12},
        xaxis=_AXIS,
        yaxis={**_AXIS, "ticklabelstandoff": 6},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom"},
        hoverlabel={"bgcolor": "#ffffff", "font": {"color": INK}, "align": "left"},
        bargap=0.28,
        dragmode=False,
    )
)


def rows_height(labels: Sequence[str], bars: int = 1) -> int:
    """Return pixels for rows of wrapped labels, each with so many bars beside one another.

    Rows are equally high, so the longest label decides for all.
    """
    lines = max((label.count("<br>") + 1 for label in labels), default=1)
    return len(labels) * (max(lines * _LINE_HEIGHT, bars * _BAR_HEIGHT) + _ROW_PADDING)


def make_figure(
    traces: Sequence[go.Scatter | go.Bar | go.Heatmap],
    title: str,
    description: str,
    height: int,
    series_count: int = 1,
    **layout: object,
) -> go.Figure:
    """Return a figure in the common look; `height` is of the plot.

    Raises
    ------
    ValueError
        If there is no title or no text alternative.
    """
    if not title.strip() or not description.strip():
        raise ValueError("a chart needs a title and a text alternative")
    wrapped = wrap_label(title, _TITLE_WIDTH)
    top = 24 + 20 * (wrapped.count("<br>") + 1)
    legend = 24 * series_count if series_count > 1 else 0
    figure = go.Figure(list(traces))
    figure.update_layout(
        template=TEMPLATE,
        title={"text": wrapped, "yref": "container", "y": 1, "yanchor": "top", "pad": {"t": 10}},
        meta={"title": title, "description": description, "title_height": top},
        height=top + legend + height + 60,
        # A legend stands between the title and the drawing; on a wide page three names a line.
        margin={"t": top + (_legend_room(traces) if legend else 0)},
        showlegend=series_count > 1,
        **layout,
    )
    if not any(_has_values(trace) for trace in traces):
        figure.add_annotation(
            text=_("Нет данных"), xref="paper", yref="paper", x=0.5, y=0.5, showarrow=False,
            font={"size": 15},
        )  # fmt: skip
    return figure


def _legend_room(traces: Sequence[go.Scatter | go.Bar | go.Heatmap]) -> int:
    names = [trace.name for trace in traces if trace.name]
    lines = max((name.count("<br>") + 1 for name in names), default=1)
    return -(-len(names) // 3) * (8 + 16 * lines)


def _has_values(trace: go.Scatter | go.Bar | go.Heatmap) -> bool:
    values = trace.z if isinstance(trace, go.Heatmap) else [trace.x, trace.y]
    return all(
        len(row) > 0 and any(not pd.isna(value) for value in row) for row in values or [[]]
    ) and bool(len(values))


def row_labels(frame: pd.DataFrame, label: str, values: Sequence[str]) -> list[str]:
    """Return wrapped labels of rows; one with no number at all says so."""
    missing = frame[list(values)].isna().all(axis=1)
    return [
        wrap_label(f"{text} ({NO_DATA})" if is_missing else text)
        for text, is_missing in zip(frame[label], missing, strict=True)
    ]


def category_axis(labels: Sequence[str]) -> dict[str, object]:
    """Return an axis of rows at 0, 1, … from above, so that equal labels stay apart."""
    return {
        "tickmode": "array",
        "tickvals": list(range(len(labels))),
        "ticktext": list(labels),
        "range": [len(labels) - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
    }


def value_axis(title: str, column: str) -> dict[str, object]:
    """Return an axis of numbers of a column, with its title and few round marks."""
    axis: dict[str, object] = {
        "title": {"text": wrap_label(title, 44)},
        "nticks": 5,
        "tickangle": 0,
    }
    if column.endswith("_count"):
        axis["tickformat"] = ",d"
    return axis


def interval_errors(
    frame: pd.DataFrame, value: str, low: str | None, high: str | None
) -> dict[str, object] | None:
    """Return the whiskers of an interval; None where there is no interval."""
    if low is None or high is None:
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": numbers(frame[high] - frame[value]),
        "arrayminus": numbers(frame[value] - frame[low]),
        "color": INK,
        "thickness": 1.3,
        "width": 4,
    }


def numbers(values: pd.Series) -> list[float | None]:
    """Return numbers as plotly wants them: None where one is missing."""
    return [None if pd.isna(value) else float(value) for value in values]


def hover_texts(
    frame: pd.DataFrame,
    names: Sequence[str],
    value: str,
    low: str | None = None,
    high: str | None = None,
    hover: str | None = None,
) -> list[str]:
    """Return what is read over each point: names, the number with its interval, more words."""
    form = format_for(value)
    texts = []
    for row in frame.to_dict("records"):
        interval = (row[low], row[high]) if low and high else (None, None)
        lines = [str(row[name]) for name in names]
        lines.append(value_words(row[value], *interval, form))
        if hover and not pd.isna(row[hover]):
            lines.append(str(row[hover]))
        texts.append("<br>".join(wrap_label(line, 44) for line in lines))
    return texts


HOVER_TEMPLATE = "%{customdata}<extra></extra>"


def value_texts(frame: pd.DataFrame, value: str) -> list[str]:
    """Return the words of each number; nothing where it is missing."""
    form = format_for(value)
    return ["" if pd.isna(number) else form(number) for number in frame[value]]


def series_names(frame: pd.DataFrame, series: str) -> list[str]:
    """Return names of series in the order in which they first come."""
    return list(dict.fromkeys(frame[series]))
