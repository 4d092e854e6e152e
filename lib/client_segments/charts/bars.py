"""Bars: one number a row, or a row made of parts."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from client_segments.charts.look import (
    HOVER_TEMPLATE,
    OUTLINE,
    PALETTE,
    category_axis,
    hover_texts,
    interval_errors,
    make_figure,
    numbers,
    row_labels,
    rows_height,
    series_names,
    value_axis,
    value_texts,
)
from client_segments.charts.words import wrap_label


def bar_chart(
    frame: pd.DataFrame,
    label: str,
    value: str,
    *,
    title: str,
    value_title: str,
    description: str,
    low: str | None = None,
    high: str | None = None,
    hover: str | None = None,
) -> go.Figure:
    """Return horizontal bars, one row of the frame a bar, the first row on top.

    Parameters
    ----------
    frame, label, value
        Aggregated numbers; the column of names and the column of numbers.
    title, value_title, description
        Title; title of the axis with its unit; the text alternative.
    low, high
        Columns of an interval, drawn as whiskers.
    hover
        Column of further words shown over a bar.
    """
    frame = frame.reset_index(drop=True)
    labels = row_labels(frame, label, [value])
    bar = go.Bar(
        x=numbers(frame[value]),
        y=list(range(len(frame))),
        orientation="h",
        marker={"color": PALETTE[0], "line": OUTLINE},
        error_x=interval_errors(frame, value, low, high),
        # A whisker would cross a number at the end of its bar.
        text=value_texts(frame, value),
        textposition="inside" if low else "auto",
        insidetextanchor="start",
        customdata=hover_texts(frame, [label], value, low, high, hover),
        hovertemplate=HOVER_TEMPLATE,
        cliponaxis=False,
    )
    return make_figure(
        [bar], title, description, rows_height(labels),
        xaxis=value_axis(value_title, value), yaxis=category_axis(labels),
    )  # fmt: skip


def stacked_bars(
    frame: pd.DataFrame,
    label: str,
    series: str,
    value: str,
    *,
    title: str,
    value_title: str,
    description: str,
) -> go.Figure:
    """Return bars made of parts: one row of the frame is one `label` and one part, `series`.

    Rows of the chart and series come in the order in which the frame has them first.
    """
    names = series_names(frame, series)
    rows = series_names(frame, label)
    position = {name: number for number, name in enumerate(rows)}
    traces = []
    for number, name in enumerate(names):
        part = frame[frame[series] == name]
        trace = go.Bar(
            x=numbers(part[value]),
            y=[position[row] for row in part[label]],
            orientation="h",
            name=wrap_label(name, 40),
            marker={"color": PALETTE[number % len(PALETTE)], "line": OUTLINE},
            text=value_texts(part, value),
            textposition="inside",
            insidetextanchor="middle",
            textfont={"size": 11},
            cliponaxis=False,
            customdata=hover_texts(part, [label, series], value),
            hovertemplate=HOVER_TEMPLATE,
        )
        traces.append(trace)
    labels = [wrap_label(row) for row in rows]
    return make_figure(
        traces,
        title,
        description,
        rows_height(labels),
        series_count=len(names),
        barmode="stack",
        legend={"traceorder": "normal"},
        # A number that does not fit its part is left to the table and to the hover text.
        uniformtext={"minsize": 10, "mode": "hide"},
        xaxis=value_axis(value_title, value),
        yaxis=category_axis(labels),
    )
