"""Dots: numbers with their intervals, and how far one is from another."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from client_segments.charts.look import (
    HOVER_TEMPLATE,
    INK,
    OUTLINE,
    PALETTE,
    SYMBOLS,
    category_axis,
    hover_texts,
    interval_errors,
    make_figure,
    numbers,
    rows_height,
    series_names,
    value_axis,
)
from client_segments.charts.words import wrap_label
from client_segments.language import NO_DATA


def dot_interval_chart(
    frame: pd.DataFrame,
    label: str,
    value: str,
    low: str,
    high: str,
    *,
    title: str,
    value_title: str,
    description: str,
    series: str | None = None,
    reference: float | None = None,
    reference_label: str = "",
    hover: str | None = None,
) -> go.Figure:
    """Return dots with their intervals, one row of the chart a `label`.

    Parameters
    ----------
    series
        Column whose values get a colour and a symbol each, side by side within a row.
    reference, reference_label
        A vertical line at a number that all are compared with, and its words.
    """
    rows = series_names(frame, label)
    names = series_names(frame, series) if series else [None]
    position = {name: number for number, name in enumerate(rows)}
    traces = []
    for number, name in enumerate(names):
        part = frame if name is None else frame[frame[series] == name]
        offset = (number - (len(names) - 1) / 2) * 0.6 / len(names)
        colour = PALETTE[number % len(PALETTE)]
        trace = go.Scatter(
            x=numbers(part[value]),
            y=[position[row] + offset for row in part[label]],
            mode="markers",
            name="" if name is None else wrap_label(name, 40),
            marker={
                "color": colour,
                "size": 10,
                "symbol": SYMBOLS[number % len(SYMBOLS)],
                "line": OUTLINE,
            },
            error_x=interval_errors(part, value, low, high),
            customdata=hover_texts(
                part, [label, series] if series else [label], value, low, high, hover
            ),
            hovertemplate=HOVER_TEMPLATE,
        )
        traces.append(trace)
    known = frame.groupby(label, sort=False)[value].count()
    labels = [wrap_label(row if known[row] else f"{row} ({NO_DATA})") for row in rows]
    figure = make_figure(
        traces,
        title,
        description,
        rows_height(labels, len(names)),
        series_count=len(names),
        xaxis=value_axis(value_title, value),
        yaxis=category_axis(labels),
    )
    if reference is not None and not pd.isna(reference):
        figure.add_vline(
            x=reference, line={"color": INK, "width": 1.3, "dash": "dash"},
            annotation={"text": wrap_label(reference_label, 40), "yanchor": "bottom"},
        )  # fmt: skip
    return figure


def dumbbell_chart(
    frame: pd.DataFrame,
    label: str,
    value: str,
    other: str,
    *,
    title: str,
    value_title: str,
    value_name: str,
    other_name: str,
    description: str,
    group: str | None = None,
    low: str | None = None,
    high: str | None = None,
) -> go.Figure:
    """Return two dots a row and the line between them: how far a number is from another.

    Parameters
    ----------
    value, other, value_name, other_name
        Columns of the two numbers, and what each is in words.
    group
        Column whose values head the rows that follow them.
    low, high
        Columns of the interval of `value`, drawn as whiskers.
    """
    places, labels, kept = [], [], None
    for row in frame.to_dict("records"):
        if group and row[group] != kept:
            kept = row[group]
            labels.append(f"<b>{wrap_label(kept)}</b>")
        places.append(len(labels))
        labels.append(wrap_label(row[label]))
    names = [group, label] if group else [label]
    between = go.Scatter(
        x=[x for pair in zip(numbers(frame[other]), numbers(frame[value]), strict=True)
           for x in (*pair, None)],
        y=[y for place in places for y in (place, place, None)],
        mode="lines", line={"color": "#8c959f", "width": 3}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    dots = [
        go.Scatter(
            x=numbers(frame[column]),
            y=places,
            mode="markers",
            name=wrap_label(name, 40),
            marker={"color": colour, "size": 11, "symbol": symbol, "line": OUTLINE},
            error_x=interval_errors(frame, value, low, high) if column == value else None,
            customdata=hover_texts(frame.assign(told=name), [*names, "told"], column),
            hovertemplate=HOVER_TEMPLATE,
        )
        for column, name, colour, symbol in (
            (other, other_name, "#ffffff", "circle"), (value, value_name, PALETTE[0], "diamond"),
        )
    ]  # fmt: skip
    figure = make_figure(
        [between, *dots], title, description, rows_height(labels), series_count=2,
        xaxis=value_axis(value_title, value), yaxis=category_axis(labels),
    )  # fmt: skip
    return figure.update_xaxes(rangemode="tozero")
