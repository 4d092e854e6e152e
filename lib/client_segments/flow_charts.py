"""A flow through stages, two sides next to each other: widths are shares, words between are times."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from client_segments import charts
from client_segments.language import NO_DATA, _, format_number, format_percent

_BAR = 0.36  # height of a stage, where stages stand one apart
_SIDE = 118.0  # width of a side in per cent: 100 and a gap
_STAGE_HEIGHT = 66
_FLOW_COLOUR = "#cfe3f1"
_NARROW_PCT = 15.0  # a bar that its number does not fit
_LEGEND_HEIGHT = 34
_TIME_TEXT = {"size": 11, "color": "#1b1f24"}


def paired_flow(
    frame: pd.DataFrame,
    sides: Sequence[str],
    *,
    title: str,
    description: str,
) -> go.Figure:
    """Return bars of stages from above down, one column a side, with the flow between them.

    Parameters
    ----------
    frame
        One row is one side × stage, in the order of stages: side, stage, reached_pct (of all
        cases), lost_pct (of all cases; missing where it is not known), median_days (to the next
        stage; missing where nobody went on).
    sides
        Names of the sides, from left to right.
    """
    stages = list(dict.fromkeys(frame["stage"]))
    places = {stage: number for number, stage in enumerate(stages)}
    traces: list[go.Scatter | go.Bar] = []
    annotations = []
    for number, side in enumerate(sides):
        rows = frame[frame["side"] == side]
        middle = number * _SIDE
        traces.append(_between(rows, places, middle))
        annotations.append(_heading(side, middle))
        annotations.extend(_times(rows, places, middle))
        annotations.extend(_beside(rows, places, middle))
    for number, side in enumerate(sides):
        rows = frame[frame["side"] == side]
        traces.extend(_stages(rows, places, number * _SIDE, side, is_first=number == 0))
    if frame["lost_pct"].isna().all():
        traces = [trace for trace in traces if trace.legendgroup != "lost"]
    labels = [charts.wrap_label(stage, 20) for stage in stages]
    figure = charts.make_figure(
        traces, title=title, description=description,
        height=_STAGE_HEIGHT * len(stages) + 40, series_count=2, barmode="overlay",
        annotations=annotations,
        xaxis={"visible": False, "range": [-56, _SIDE * (len(sides) - 1) + 56]},
        yaxis={
            "tickmode": "array", "tickvals": list(range(len(stages))), "ticktext": labels,
            "range": [len(stages) - 0.6, -0.95], "showgrid": False, "zeroline": False,
        },
    )  # fmt: skip
    # The title and the legend need a line each.
    figure.layout.margin.t += _LEGEND_HEIGHT
    figure.layout.height += _LEGEND_HEIGHT
    figure.layout.meta["minimum_width"] = 180 + 190 * len(sides)
    return figure


def _heading(side: str, middle: float) -> dict[str, object]:
    return {
        "x": middle, "y": -0.72, "text": f"<b>{charts.wrap_label(side, 26)}</b>",
        "showarrow": False, "yanchor": "middle",
    }  # fmt: skip


def _between(rows: pd.DataFrame, places: dict[str, int], middle: float) -> go.Scatter:
    """Return the flow from stage to stage, as wide as what goes on."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    records = rows.to_dict("records")
    for upper, lower in itertools.pairwise(records):
        lost = 0.0 if pd.isna(upper["lost_pct"]) else upper["lost_pct"]
        left = middle - upper["reached_pct"] / 2
        right = left + upper["reached_pct"] - lost
        half = lower["reached_pct"] / 2
        top, bottom = places[upper["stage"]] + _BAR / 2, places[lower["stage"]] - _BAR / 2
        xs += [left, right, middle + half, middle - half, left, None]
        ys += [top, top, bottom, bottom, top, None]
    return go.Scatter(
        x=xs, y=ys, fill="toself", mode="lines", line={"width": 0}, fillcolor=_FLOW_COLOUR,
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def _times(rows: pd.DataFrame, places: dict[str, int], middle: float) -> list[dict[str, object]]:
    is_last = rows["stage"].isin(rows["stage"].tail(1))
    known = rows[rows["median_days"].notna() & ~is_last]
    return [
        {
            "x": middle, "y": places[row.stage] + 0.5, "text": days_text(row.median_days),
            "showarrow": False, "font": _TIME_TEXT,
        }
        for row in known.itertuples(index=False)
    ]  # fmt: skip


def _beside(rows: pd.DataFrame, places: dict[str, int], middle: float) -> list[dict[str, object]]:
    """Return the numbers of bars too narrow to hold them."""
    narrow = rows[rows["reached_pct"] < _NARROW_PCT]
    return [
        {
            "x": middle + row.reached_pct / 2 + 1, "y": places[row.stage], "xanchor": "left",
            "text": format_percent(row.reached_pct, 0), "showarrow": False, "font": _TIME_TEXT,
        }
        for row in narrow.itertuples(index=False)
    ]  # fmt: skip


def days_text(days: float) -> str:
    """Return a time as people say it: «3,4 дн.», «5,0 ч», «12 мин»."""
    if pd.isna(days):
        return NO_DATA
    if days >= 1 or days == 0:
        return _("{days} дн.").format(days=format_number(days, 1 if days < 100 else 0))
    if days * 24 >= 1:
        return _("{hours} ч").format(hours=format_number(days * 24))
    return _("{minutes} мин").format(minutes=format_number(days * 24 * 60, 0))


def _stages(
    rows: pd.DataFrame, places: dict[str, int], middle: float, side: str, is_first: bool
) -> list[go.Bar]:
    """Return the bars of a side: what goes on or is finished, and what is lost."""
    lost = rows["lost_pct"].fillna(0.0)
    left = middle - rows["reached_pct"] / 2
    hover = [_hover(row, side) for row in rows.to_dict("records")]
    position = [places[stage] for stage in rows["stage"]]
    common = {
        "y": position, "orientation": "h", "width": _BAR, "customdata": hover,
        "hovertemplate": "%{customdata}<extra></extra>", "showlegend": is_first,
    }  # fmt: skip
    outline = {"color": "#333333", "width": 0.8}
    kept = go.Bar(
        x=(rows["reached_pct"] - lost).tolist(), base=left.tolist(),
        name=_("Дошли до этапа и идут дальше или завершены"),
        marker={"color": charts.PALETTE[0], "line": outline},
        text=[
            format_percent(value, 0) if value >= _NARROW_PCT else ""
            for value in rows["reached_pct"]
        ],
        textposition="inside", insidetextanchor="middle", textangle=0, cliponaxis=False,
        constraintext="none", legendgroup="kept", **common,
    )  # fmt: skip
    gone = go.Bar(
        x=lost.tolist(), base=(left + rows["reached_pct"] - lost).tolist(),
        name=_("Потеряны после этапа"),
        marker={"color": charts.PALETTE[5], "line": outline, "pattern": {"shape": "/"}},
        legendgroup="lost", **common,
    )  # fmt: skip
    return [kept, gone]


def _hover(row: dict[str, object], side: str) -> str:
    lines = [side, str(row["stage"])]
    lines.append(_("дошли: {share}").format(share=format_percent(row["reached_pct"])))
    if not pd.isna(row["lost_pct"]):
        lines.append(_("потеряны: {share}").format(share=format_percent(row["lost_pct"])))
    if not pd.isna(row["median_days"]):
        lines.append(_("до следующего этапа: {days}").format(days=days_text(row["median_days"])))
    return "<br>".join(charts.wrap_label(line, 44) for line in lines)
