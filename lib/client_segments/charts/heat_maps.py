"""Heat maps: cells of a grid with their numbers."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from client_segments.charts.look import (
    HOVER_TEMPLATE,
    INK,
    category_axis,
    make_figure,
    numbers,
    rows_height,
    series_names,
    value_texts,
)
from client_segments.charts.words import wrap_label
from client_segments.language import NO_DATA

# Every shade bears dark ink with a contrast of 4.5 and more: the numbers in the cells are read.
_SEQUENTIAL = ((0.0, "#f7fbff"), (1.0, "#56B4E9"))
_DIVERGING = ((0.0, "#E69F00"), (0.5, "#ffffff"), (1.0, "#56B4E9"))


def heat_map(
    frame: pd.DataFrame,
    row: str,
    column: str,
    value: str,
    *,
    title: str,
    row_title: str = "",
    column_title: str = "",
    value_title: str,
    description: str,
    middle: float | None = None,
) -> go.Figure:
    """Return cells with their numbers: one row of the frame is one cell.

    With `middle` (100 for an index, say) colours part at that number: orange below, blue above.
    """
    rows, columns = series_names(frame, row), series_names(frame, column)
    cells = {
        (cell[row], cell[column]): (number, text)
        for cell, number, text in zip(
            frame.to_dict("records"), numbers(frame[value]), value_texts(frame, value), strict=True
        )
    }
    empty = (None, "")
    z = [[cells.get((r, c), empty)[0] for c in columns] for r in rows]
    text = [[cells.get((r, c), empty)[1] for c in columns] for r in rows]
    hover = [
        [
            "<br>".join(wrap_label(line, 44) for line in (r, c, text[i][j] or NO_DATA))
            for j, c in enumerate(columns)
        ]
        for i, r in enumerate(rows)
    ]
    row_labels = [wrap_label(name) for name in rows]
    column_labels = [wrap_label(name, 14) for name in columns]
    heat = go.Heatmap(
        z=z,
        x=list(range(len(columns))),
        y=list(range(len(rows))),
        text=text,
        texttemplate="%{text}",
        textfont={"color": INK},
        customdata=hover,
        hovertemplate=HOVER_TEMPLATE,
        hoverongaps=True,
        colorscale=_SEQUENTIAL if middle is None else _DIVERGING,
        zmid=middle,
        xgap=2,
        ygap=2,
        colorbar={
            "title": {"text": wrap_label(value_title, 44), "side": "top"},
            "orientation": "h",
            "thickness": 10,
            "y": 0,
            "yanchor": "top",
            "ypad": 40,
            "nticks": 5,
        },
    )
    across = {
        "tickmode": "array",
        "tickvals": list(range(len(columns))),
        "ticktext": column_labels,
        "tickangle": 0,
        "side": "top",
        "showgrid": False,
        "zeroline": False,
        "title": {"text": wrap_label(column_title, 44), "standoff": 12},
    }
    down = {
        **category_axis(row_labels),
        "title": {"text": wrap_label(row_title, 44), "standoff": 12},
    }
    column_lines = max((name.count("<br>") + 1 for name in column_labels), default=1)
    height = rows_height(row_labels) + 20 * column_lines + 30
    figure = make_figure([heat], title, description, height, xaxis=across, yaxis=down)
    # Narrower, the numbers would not fit their cells: a page scrolls the drawing instead.
    longest = max((len(word) for name in columns for word in str(name).split()), default=0)
    figure.layout.meta["minimum_width"] = 200 + max(96, 7 * longest + 12) * len(columns)
    return figure
