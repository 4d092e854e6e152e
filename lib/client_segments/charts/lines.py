"""Lines over numbers, dates or years."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from client_segments.charts.look import (
    DASHES,
    HOVER_TEMPLATE,
    INK,
    OUTLINE,
    PALETTE,
    SYMBOLS,
    hover_texts,
    make_figure,
    numbers,
    series_names,
    value_axis,
)
from client_segments.charts.words import wrap_label


def line_chart(
    frame: pd.DataFrame,
    x: str,
    value: str,
    *,
    title: str,
    x_title: str,
    value_title: str,
    description: str,
    series: str | None = None,
    marked: object | None = None,
) -> go.Figure:
    """Return lines over numbers, dates or years; `marked` draws a vertical line at one of them."""
    names = series_names(frame, series) if series else [None]
    traces = []
    for number, name in enumerate(names):
        part = frame if name is None else frame[frame[series] == name]
        trace = go.Scatter(
            x=part[x].tolist(),
            y=numbers(part[value]),
            mode="lines+markers",
            name="" if name is None else wrap_label(name, 40),
            line={
                "color": PALETTE[number % len(PALETTE)],
                "dash": DASHES[number % len(DASHES)],
            },
            marker={"symbol": SYMBOLS[number % len(SYMBOLS)], "size": 8, "line": OUTLINE},
            customdata=hover_texts(part, [x, series] if series else [x], value),
            hovertemplate=HOVER_TEMPLATE,
        )
        traces.append(trace)
    across: dict[str, object] = {"title": {"text": wrap_label(x_title, 44)}}
    if pd.api.types.is_integer_dtype(frame[x].dtype):
        # Years and numbers of classes: whole numbers without groups of digits.
        across |= {"tickformat": "d", "dtick": max(1, (frame[x].nunique() + 7) // 8)}
    elif pd.api.types.is_datetime64_any_dtype(frame[x].dtype):
        across["tickformat"] = "%d.%m.%Y"
    figure = make_figure(
        traces,
        title,
        description,
        280,
        series_count=len(names),
        xaxis=across,
        yaxis=value_axis(value_title, value),
    )
    if marked is not None:
        figure.add_vline(x=marked, line={"color": INK, "width": 1.3, "dash": "dash"})
    return figure
