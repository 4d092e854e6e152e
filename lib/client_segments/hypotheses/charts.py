"""Charts of step 4: stages reached, channels, and what is proposed from data."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from client_segments import charts
from client_segments import recommendations as rec
from client_segments.hypotheses.contracts import ALL_CODE
from client_segments.hypotheses.proposals import leading
from client_segments.language import _, format_percent
from client_segments.steps import StepResult

PROPOSALS_SHOWN = 10
"""Own: the largest differences that a chart can show at once."""


def journey_chart(result: StepResult, segment_code: str | None = None) -> go.Figure:
    """Chart: share of cases that reach each stage, in segments (or one of them) and in all."""
    frame = result.table("journey_stages")
    names = result.segment_names
    if segment_code is not None:
        frame = frame[frame["segment_code"].isin([ALL_CODE, segment_code])]
    frame = frame.assign(segment_name=frame["segment_code"].map(names))
    labels = frame["stage_number"].astype("str") + ". " + frame["stage"]
    return charts.heat_map(
        frame.assign(label=labels),
        row="label",
        column="segment_name",
        value="reached_pct",
        title=_("Сколько дел доходит до этапа"),
        value_title=_("Доля дел, %"),
        description=_journey_words(frame),
    )


def _journey_words(frame: pd.DataFrame) -> str:
    if frame.empty:
        return _("Данных о клиентском пути нет.")
    whole = frame[frame["segment_code"] == ALL_CODE]
    least = whole.loc[whole["reached_pct"].idxmin()]
    text = _("Доли дел по этапам пути. Реже всего отмечен этап «{stage}»: {share} всех дел.")
    return text.format(stage=least["stage"], share=format_percent(least["reached_pct"]))


def channels_chart(
    result: StepResult, use: str = "submitting", kind: str = "preferred"
) -> go.Figure:
    """Chart: shares of channels in each segment and in all, for one use and one attitude."""
    frame = result.table("channel_shares")
    frame = frame[(frame["use"] == use) & (frame["kind"] == kind)]
    frame = frame.assign(segment_name=frame["segment_code"].map(result.segment_names))
    title = _("Каналы: {use}, {kind}").format(
        use=rec.CHANNEL_USES[use], kind=rec.CHANNEL_KINDS[kind]
    )
    return charts.heat_map(
        frame,
        row="channel_name",
        column="segment_name",
        value="share_pct",
        title=title,
        value_title=_("Доля назвавших канал, %"),
        description=_channel_words(frame, title),
    )


def _channel_words(frame: pd.DataFrame, title: str) -> str:
    whole = frame[frame["segment_code"] == ALL_CODE]
    if whole.empty:
        return _("{title}: данных нет.").format(title=title)
    first = whole.iloc[0]
    text = _("{title}. Чаще всего назван канал «{channel}»: {share} всех ответивших.")
    return text.format(
        title=title, channel=first["channel_name"], share=format_percent(first["share_pct"])
    )


# ------------------------------------------------------------------------------ proposals

PROPOSAL_TITLES = {
    "shares": (_("Чем сегменты отличаются: доли"), _("Разница долей, п. п."), 0.0),
    "scores": (_("Чем сегменты отличаются: оценки"), _("Разница средних оценок, баллов шкалы вопроса"), 0.0),
    "times": (_("Чем сегменты отличаются: время"), _("Разница медиан, дней"), 0.0),
    "amounts": (_("Чем сегменты отличаются: сколько раз"), _("Во сколько раз больше или меньше"), 1.0),
}  # fmt: skip
"""Title, title of the axis and «no difference», by the kind of test: each has a unit of its own."""


def proposals_chart(result: StepResult, test: str = "shares") -> go.Figure:
    """Chart: the largest supported differences of one kind, one a phenomenon, with intervals."""
    title, value_title, none = PROPOSAL_TITLES[test]
    frame = leading(result.table("proposals"))
    frame = frame[frame["test"] == test]
    order = frame["strength"].abs().sort_values(ascending=False, kind="stable").index
    shown = frame.loc[order[:PROPOSALS_SHOWN]]
    names = result.segment_names
    labels = shown["segment_code"].map(names).astype("str") + ": " + shown["feature_text"]
    description = _("Поддержанных данными явлений этого вида – {count}; показаны наибольшие – {shown}.")  # fmt: skip
    return charts.dot_interval_chart(
        shown.assign(label=labels),
        label="label",
        value="effect",
        low="effect_low",
        high="effect_high",
        title=title,
        value_title=value_title,
        description=description.format(count=len(frame), shown=len(shown)),
        reference=none,
        reference_label=_("как у остальных"),
        hover="hypothesis_text",
    )
