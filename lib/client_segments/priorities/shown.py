"""Charts of step 3, each from the tables of its result."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from client_segments import charts
from client_segments.language import _
from client_segments.steps import StepResult

PROBLEMS_SHOWN = 15
"""Own: the most frequent problems that a chart can show at once."""


def problems_chart(result: StepResult) -> go.Figure:
    """Chart: the most frequent problems, what share of each segment's clients names each.

    Of the clients who named any problem; of mentions where rows without a client may repeat people.
    """
    frame = result.named(result.table("problems"))
    share, of_what = _share_known(frame)
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
        value=share,
        title=_("Проблемы сегментов"),
        value_title=of_what,
        description=_("Проблемы: данных нет.") if frame.empty else description,
    )


def _share_known(frame: pd.DataFrame) -> tuple[str, str]:
    """Return the column of shares that all segments have, and what it is in words."""
    if frame["reporters_share_pct"].notna().all():
        return "reporters_share_pct", _("Доля клиентов сегмента, назвавших проблемы, %")
    return "share_pct", _("Доля упоминаний сегмента, %")
