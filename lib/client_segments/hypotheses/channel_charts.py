"""Charts of channels: their order with what is sure of it, and where preference leaves use."""

from __future__ import annotations

import plotly.graph_objects as go

from client_segments import charts
from client_segments import recommendations as rec
from client_segments.hypotheses.contracts import ALL_CODE
from client_segments.language import _
from client_segments.steps import StepResult

GAPS_SHOWN = 10
"""Own: the largest gaps that a chart can show at once."""


def channel_ranks_chart(
    result: StepResult,
    segment_code: str = ALL_CODE,
    use: str = "submitting",
    kind: str = "preferred",
) -> go.Figure:
    """Chart: channels of a segment in their order; intervals that do not meet order them surely."""
    frame = result.table("channel_ranks")
    chosen = (frame["segment_code"] == segment_code) & (frame["use"] == use)
    frame = frame[chosen & (frame["kind"] == kind)]
    title = _("Порядок каналов: {use}, {kind} – «{segment}»").format(
        use=rec.CHANNEL_USES[use], kind=rec.CHANNEL_KINDS[kind],
        segment=result.segment_names[segment_code],
    )  # fmt: skip
    first = frame.loc[frame["is_first"].astype(bool), "channel_name"].tolist()
    text = _("Самым частым может быть: {channels}.").format(channels=", ".join(first))
    return charts.dot_interval_chart(
        frame,
        label="channel_name",
        value="share_pct",
        low="low_pct",
        high="high_pct",
        title=title,
        value_title=_("Доля назвавших канал, %"),
        description=text if first else _("Данных о каналах нет."),
    )


def channel_gaps_chart(result: StepResult) -> go.Figure:
    """Chart: the largest sure gaps between what clients prefer and what they use, by segment."""
    frame = result.table("channel_gaps")
    frame = frame[frame["is_parted"].astype(bool) & (frame["segment_code"] != ALL_CODE)]
    order = frame["difference_pct"].abs().sort_values(ascending=False, kind="stable").index
    shown = frame.loc[order[:GAPS_SHOWN]]
    names = result.segment_names
    template = _("{segment}: {channel} – {use}")
    labels = [
        template.format(
            segment=names[row.segment_code], channel=row.channel_name,
            use=rec.CHANNEL_USES[row.use],
        )
        for row in shown.itertuples(index=False)
    ]  # fmt: skip
    description = _("Надёжных расхождений предпочтения с использованием – {count}; показаны наибольшие – {shown}.")  # fmt: skip
    return charts.dot_interval_chart(
        shown.assign(label=labels),
        label="label",
        value="difference_pct",
        low="low_pct",
        high="high_pct",
        title=_("Где предпочтение расходится с использованием"),
        value_title=_("Предпочитают минус используют, п. п."),
        description=description.format(count=len(frame), shown=len(shown)),
        reference=0.0,
        reference_label=_("поровну"),
    )
