"""Charts of step 3, each from the tables of its result."""

from __future__ import annotations

import plotly.graph_objects as go

from client_segments import charts
from client_segments.language import _
from client_segments.steps import StepResult

PROBLEMS_SHOWN = 15
"""Own: the most frequent problems that a chart can show at once."""


def problems_chart(result: StepResult) -> go.Figure:
    """Chart: shares of the most frequent problems in each segment."""
    frame = result.named(result.table("problems"))
    totals = frame.groupby("problem", sort=True)["problems_count"].sum()
    shown = totals.sort_values(ascending=False, kind="stable").index[:PROBLEMS_SHOWN].tolist()
    frame = frame[frame["problem"].isin(shown)]
    frame = frame.sort_values("problem", key=lambda names: names.map(shown.index), kind="stable")
    specific = frame[frame["is_specific"].astype(bool)]
    words = [f"{row.segment_name}: {row.problem}" for row in specific.itertuples()]
    text = _("Доли проблем в сегментах. Особые проблемы: {specific}.")
    description = text.format(specific="; ".join(words) or _("нет"))
    return charts.heat_map(
        frame,
        row="problem",
        column="segment_name",
        value="share_pct",
        title=_("Проблемы сегментов"),
        value_title=_("Доля упоминаний сегмента, %"),
        description=_("Проблемы: данных нет.") if frame.empty else description,
    )
