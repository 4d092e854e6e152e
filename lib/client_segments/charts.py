"""Charts of one look: built from small frames of aggregated numbers, each with words beside it.

Every builder takes a frame in the order in which it is to be drawn and returns a plotly Figure
with a title, axis titles with units, and a text alternative in ``layout.meta["description"]``.
Only aggregated numbers are drawn: box, violin and histogram charts would carry every raw value.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from html import escape

import pandas as pd
import plotly.graph_objects as go

from client_segments.language import (
    NO_BREAK_SPACE,
    NO_DATA,
    _,
    format_count,
    format_number,
    format_percent,
)

PALETTE = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000",
)  # fmt: skip
"""Okabe and Ito (2008): told apart with every kind of colour vision."""

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross", "triangle-down")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash")
_INK = "#1b1f24"
_GRID = "#d0d7de"
_OUTLINE = {"color": "#333333", "width": 0.8}  # light colours of the palette need an edge
_SEQUENTIAL = ((0.0, "#f7fbff"), (1.0, "#0072B2"))
_DIVERGING = ((0.0, "#D55E00"), (0.5, "#ffffff"), (1.0, "#0072B2"))
_LABEL_WIDTH = 25  # characters: with 12 px they leave half of a 320 px screen to the bars
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
            "color": _INK,
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
        hoverlabel={"bgcolor": "#ffffff", "font": {"color": _INK}, "align": "left"},
        bargap=0.28,
        dragmode=False,
    )
)

Format = Callable[[float], str]


# --------------------------------------------------------------------------------- words


def wrap_label(text: str, width: int = _LABEL_WIDTH) -> str:
    """Return a label in lines of about `width` characters, safe for plotly's markup."""
    lines = textwrap.wrap(str(text), width, break_long_words=False) or [""]
    return "<br>".join(escape(line, quote=False) for line in lines)


def format_for(column: str) -> Format:
    """Return how numbers of a column are written, by its name: `_count`, `_pct` or other."""
    if column.endswith("_count"):
        return format_count
    if column.endswith("_pct"):
        return format_percent
    return lambda value: format_number(value, 2)


def _value_words(value: float, low: float, high: float, form: Format) -> str:
    if pd.isna(value):
        return NO_DATA
    if pd.isna(low) or pd.isna(high):
        return form(value)
    return _("{value} (от {low} до {high})").format(
        value=form(value), low=form(low), high=form(high)
    )


def extremes_sentence(frame: pd.DataFrame, label: str, value: str) -> str:
    """Return what a chart shows at its ends, for text alternatives: most and least, and where."""
    known = frame.dropna(subset=[value]).sort_values([value, label], kind="stable")
    if known.empty:
        return _("Данных нет.")
    form = format_for(value)
    least, most = known.iloc[0], known.iloc[-1]
    if len(known) == 1:
        return _("{label} – {value}.").format(label=most[label], value=form(most[value]))
    return _("Больше всего: {most} – {most_value}; меньше всего: {least} – {least_value}.").format(
        most=most[label],
        most_value=form(most[value]),
        least=least[label],
        least_value=form(least[value]),
    )


# -------------------------------------------------------------------------------- layout


def _rows_height(labels: Sequence[str], bars: int = 1) -> int:
    """Return pixels for rows of wrapped labels, each with so many bars beside one another.

    Rows are equally high, so the longest label decides for all.
    """
    lines = max((label.count("<br>") + 1 for label in labels), default=1)
    return len(labels) * (max(lines * _LINE_HEIGHT, bars * _BAR_HEIGHT) + _ROW_PADDING)


def _figure(
    traces: Sequence[go.Scatter | go.Bar | go.Heatmap],
    title: str,
    description: str,
    height: int,
    series_count: int = 1,
    **layout: object,
) -> go.Figure:
    """Return a figure in the common look.

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


def free_figure(
    traces: Sequence[go.Scatter | go.Bar],
    *,
    title: str,
    description: str,
    height: int,
    series_count: int = 1,
    **layout: object,
) -> go.Figure:
    """Return a figure of traces made elsewhere, in the common look; `height` is of the plot."""
    return _figure(traces, title, description, height, series_count, **layout)


def _has_values(trace: go.Scatter | go.Bar | go.Heatmap) -> bool:
    values = trace.z if isinstance(trace, go.Heatmap) else [trace.x, trace.y]
    return all(
        len(row) > 0 and any(not pd.isna(value) for value in row) for row in values or [[]]
    ) and bool(len(values))


def _row_labels(frame: pd.DataFrame, label: str, values: Sequence[str]) -> list[str]:
    """Return wrapped labels of rows; one with no number at all says so."""
    missing = frame[list(values)].isna().all(axis=1)
    return [
        wrap_label(f"{text} ({NO_DATA})" if is_missing else text)
        for text, is_missing in zip(frame[label], missing, strict=True)
    ]


def _category_axis(labels: Sequence[str]) -> dict[str, object]:
    """Return an axis of rows at 0, 1, … from above, so that equal labels stay apart."""
    return {
        "tickmode": "array",
        "tickvals": list(range(len(labels))),
        "ticktext": list(labels),
        "range": [len(labels) - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
    }


def _value_axis(title: str, column: str) -> dict[str, object]:
    axis: dict[str, object] = {
        "title": {"text": wrap_label(title, 44)},
        "nticks": 5,
        "tickangle": 0,
    }
    if column.endswith("_count"):
        axis["tickformat"] = ",d"
    return axis


def _errors(
    frame: pd.DataFrame, value: str, low: str | None, high: str | None
) -> dict[str, object] | None:
    if low is None or high is None:
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": _numbers(frame[high] - frame[value]),
        "arrayminus": _numbers(frame[value] - frame[low]),
        "color": _INK,
        "thickness": 1.3,
        "width": 4,
    }


def _numbers(values: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in values]


def _hover(
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
        lines.append(_value_words(row[value], *interval, form))
        if hover and not pd.isna(row[hover]):
            lines.append(str(row[hover]))
        texts.append("<br>".join(wrap_label(line, 44) for line in lines))
    return texts


_HOVER_TEMPLATE = "%{customdata}<extra></extra>"


def _texts(frame: pd.DataFrame, value: str) -> list[str]:
    form = format_for(value)
    return ["" if pd.isna(number) else form(number) for number in frame[value]]


def _series_names(frame: pd.DataFrame, series: str) -> list[str]:
    """Return names of series in the order in which they first come."""
    return list(dict.fromkeys(frame[series]))


# ------------------------------------------------------------------------------- builders


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
    labels = _row_labels(frame, label, [value])
    bar = go.Bar(
        x=_numbers(frame[value]),
        y=list(range(len(frame))),
        orientation="h",
        marker={"color": PALETTE[0], "line": _OUTLINE},
        error_x=_errors(frame, value, low, high),
        # A whisker would cross a number at the end of its bar.
        text=_texts(frame, value),
        textposition="inside" if low else "auto",
        insidetextanchor="start",
        customdata=_hover(frame, [label], value, low, high, hover),
        hovertemplate=_HOVER_TEMPLATE,
        cliponaxis=False,
    )
    return _figure(
        [bar], title, description, _rows_height(labels),
        xaxis=_value_axis(value_title, value), yaxis=_category_axis(labels),
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
    names = _series_names(frame, series)
    rows = _series_names(frame, label)
    position = {name: number for number, name in enumerate(rows)}
    traces = []
    for number, name in enumerate(names):
        part = frame[frame[series] == name]
        trace = go.Bar(
            x=_numbers(part[value]),
            y=[position[row] for row in part[label]],
            orientation="h",
            name=wrap_label(name, 40),
            marker={"color": PALETTE[number % len(PALETTE)], "line": _OUTLINE},
            text=_texts(part, value),
            textposition="inside",
            insidetextanchor="middle",
            textfont={"size": 11},
            cliponaxis=False,
            customdata=_hover(part, [label, series], value),
            hovertemplate=_HOVER_TEMPLATE,
        )
        traces.append(trace)
    labels = [wrap_label(row) for row in rows]
    return _figure(
        traces,
        title,
        description,
        _rows_height(labels),
        series_count=len(names),
        barmode="stack",
        legend={"traceorder": "normal"},
        # A number that does not fit its part is left to the table and to the hover text.
        uniformtext={"minsize": 10, "mode": "hide"},
        xaxis=_value_axis(value_title, value),
        yaxis=_category_axis(labels),
    )


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
    rows, columns = _series_names(frame, row), _series_names(frame, column)
    cells = {
        (cell[row], cell[column]): (number, text)
        for cell, number, text in zip(
            frame.to_dict("records"), _numbers(frame[value]), _texts(frame, value), strict=True
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
        customdata=hover,
        hovertemplate=_HOVER_TEMPLATE,
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
        **_category_axis(row_labels),
        "title": {"text": wrap_label(row_title, 44), "standoff": 12},
    }
    column_lines = max((name.count("<br>") + 1 for name in column_labels), default=1)
    height = _rows_height(row_labels) + 20 * column_lines + 30
    figure = _figure([heat], title, description, height, xaxis=across, yaxis=down)
    # Narrower, the numbers would not fit their cells: a page scrolls the drawing instead.
    longest = max((len(word) for name in columns for word in str(name).split()), default=0)
    figure.layout.meta["minimum_width"] = 200 + max(96, 7 * longest + 12) * len(columns)
    return figure


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
    rows = _series_names(frame, label)
    names = _series_names(frame, series) if series else [None]
    position = {name: number for number, name in enumerate(rows)}
    traces = []
    for number, name in enumerate(names):
        part = frame if name is None else frame[frame[series] == name]
        offset = (number - (len(names) - 1) / 2) * 0.6 / len(names)
        colour = PALETTE[number % len(PALETTE)]
        trace = go.Scatter(
            x=_numbers(part[value]),
            y=[position[row] + offset for row in part[label]],
            mode="markers",
            name="" if name is None else wrap_label(name, 40),
            marker={
                "color": colour,
                "size": 10,
                "symbol": _SYMBOLS[number % len(_SYMBOLS)],
                "line": _OUTLINE,
            },
            error_x=_errors(part, value, low, high),
            customdata=_hover(
                part, [label, series] if series else [label], value, low, high, hover
            ),
            hovertemplate=_HOVER_TEMPLATE,
        )
        traces.append(trace)
    known = frame.groupby(label, sort=False)[value].count()
    labels = [wrap_label(row if known[row] else f"{row} ({NO_DATA})") for row in rows]
    figure = _figure(
        traces,
        title,
        description,
        _rows_height(labels, len(names)),
        series_count=len(names),
        xaxis=_value_axis(value_title, value),
        yaxis=_category_axis(labels),
    )
    if reference is not None and not pd.isna(reference):
        figure.add_vline(
            x=reference, line={"color": _INK, "width": 1.3, "dash": "dash"},
            annotation={"text": wrap_label(reference_label, 40), "yanchor": "bottom"},
        )  # fmt: skip
    return figure


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
    names = _series_names(frame, series) if series else [None]
    traces = []
    for number, name in enumerate(names):
        part = frame if name is None else frame[frame[series] == name]
        trace = go.Scatter(
            x=part[x].tolist(),
            y=_numbers(part[value]),
            mode="lines+markers",
            name="" if name is None else wrap_label(name, 40),
            line={
                "color": PALETTE[number % len(PALETTE)],
                "dash": _DASHES[number % len(_DASHES)],
            },
            marker={"symbol": _SYMBOLS[number % len(_SYMBOLS)], "size": 8, "line": _OUTLINE},
            customdata=_hover(part, [x, series] if series else [x], value),
            hovertemplate=_HOVER_TEMPLATE,
        )
        traces.append(trace)
    across: dict[str, object] = {"title": {"text": wrap_label(x_title, 44)}}
    if pd.api.types.is_integer_dtype(frame[x].dtype):
        # Years and numbers of classes: whole numbers without groups of digits.
        across |= {"tickformat": "d", "dtick": max(1, (frame[x].nunique() + 7) // 8)}
    elif pd.api.types.is_datetime64_any_dtype(frame[x].dtype):
        across["tickformat"] = "%d.%m.%Y"
    figure = _figure(
        traces,
        title,
        description,
        280,
        series_count=len(names),
        xaxis=across,
        yaxis=_value_axis(value_title, value),
    )
    if marked is not None:
        figure.add_vline(x=marked, line={"color": _INK, "width": 1.3, "dash": "dash"})
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
        x=[x for pair in zip(_numbers(frame[other]), _numbers(frame[value]), strict=True)
           for x in (*pair, None)],
        y=[y for place in places for y in (place, place, None)],
        mode="lines", line={"color": "#8c959f", "width": 3}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    dots = [
        go.Scatter(
            x=_numbers(frame[column]),
            y=places,
            mode="markers",
            name=wrap_label(name, 40),
            marker={"color": colour, "size": 11, "symbol": symbol, "line": _OUTLINE},
            error_x=_errors(frame, value, low, high) if column == value else None,
            customdata=_hover(frame.assign(told=name), [*names, "told"], column),
            hovertemplate=_HOVER_TEMPLATE,
        )
        for column, name, colour, symbol in (
            (other, other_name, "#ffffff", "circle"), (value, value_name, PALETTE[0], "diamond"),
        )
    ]  # fmt: skip
    figure = _figure(
        [between, *dots], title, description, _rows_height(labels), series_count=2,
        xaxis=_value_axis(value_title, value), yaxis=_category_axis(labels),
    )  # fmt: skip
    return figure.update_xaxes(rangemode="tozero")


def point_map(
    frame: pd.DataFrame,
    label: str,
    x: str,
    y: str,
    size: str,
    *,
    title: str,
    description: str,
    hover: str | None = None,
) -> go.Figure:
    """Return points on a plane whose axes mean nothing: only how near they lie does.

    The area of a point grows with `size`; its name stands beside it, where it hides least.
    """
    largest = float(frame[size].max() or 1)
    ends = {axis: (float(frame[axis].min()), float(frame[axis].max())) for axis in (x, y)}
    width = max(high - low for low, high in ends.values()) or 1.0
    pixels = _MAP_WIDTH / (1.7 * width)
    labels = [wrap_label(name, 22) for name in frame[label]]
    radii = [_MAP_RADIUS * (float(value) / largest) ** 0.5 for value in frame[size]]
    spots = [
        (pixels * place_x, pixels * place_y, radius)
        for place_x, place_y, radius in zip(frame[x], frame[y], radii, strict=True)
    ]
    points = go.Scatter(
        x=_numbers(frame[x]),
        y=_numbers(frame[y]),
        mode="markers+text",
        text=labels,
        textposition=_free_sides(spots, labels),
        cliponaxis=False,
        marker={
            "size": [max(2 * radius, 6.0) for radius in radii],
            "color": PALETTE[4],
            "opacity": 0.7,
            "line": _OUTLINE,
        },
        customdata=_hover(frame, [label], size, hover=hover),
        hovertemplate=_HOVER_TEMPLATE,
    )
    height = int(pixels * (ends[y][1] - ends[y][0])) + 90
    figure = _figure([points], title, description, height)
    hidden = {"visible": False, "zeroline": False}
    middle = sum(ends[x]) / 2
    figure.update_xaxes(range=[middle - 0.85 * width, middle + 0.85 * width], **hidden)
    # One unit is as long across as down: distances are what the map shows.
    figure.update_yaxes(scaleanchor="x", constrain="domain", **hidden)
    figure.layout.meta["minimum_width"] = _MAP_WIDTH
    return figure


_MAP_WIDTH = 640
_MAP_RADIUS = 24
_SIDES = {
    "top center": (0, 1), "bottom center": (0, -1), "middle right": (1, 0), "middle left": (-1, 0),
}  # fmt: skip


def _free_sides(spots: Sequence[tuple[float, float, float]], labels: Sequence[str]) -> list[str]:
    """Choose the side of each point, in pixels, where its label overlaps the others least."""
    circles = [(x - r, y - r, x + r, y + r) for x, y, r in spots]
    taken, chosen = [], []
    for number, ((x, y, radius), label) in enumerate(zip(spots, labels, strict=True)):
        lines = label.split("<br>")
        half_width, half_height = 3.4 * max(map(len, lines)), 8 * len(lines)
        boxes = {}
        for side, (across, up) in _SIDES.items():
            middle_x = x + across * (radius + half_width + 4)
            middle_y = y + up * (radius + half_height + 2)
            boxes[side] = (
                middle_x - half_width, middle_y - half_height,
                middle_x + half_width, middle_y + half_height,
            )  # fmt: skip
        others = [*taken, *circles[:number], *circles[number + 1 :]]
        best = min(boxes, key=lambda side: sum(_overlap(boxes[side], other) for other in others))
        chosen.append(best)
        taken.append(boxes[best])
    return chosen


def _overlap(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    across = min(first[2], second[2]) - max(first[0], second[0])
    down = min(first[3], second[3]) - max(first[1], second[1])
    return max(across, 0.0) * max(down, 0.0)
