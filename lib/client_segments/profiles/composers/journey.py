"""Fields of the journey and of the channels (A.5 and A.6 of the form)."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from client_segments import recommendations as rec
from client_segments.hypotheses import EMOTIONS
from client_segments.language import (
    _,
    counted,
    format_number,
    format_percent,
)
from client_segments.profiles.composers.base import (
    TOP_COUNT,
    FieldText,
    count_text,
    field_composer,
    lines_field,
)
from client_segments.profiles.inputs import SegmentView

_NO_JOURNEY = _("события пути клиентов сегмента не собраны")


def _stages(view: SegmentView) -> pd.DataFrame:
    """Stages of the journey that cases of the segment met, in order."""
    rows = view.rows("journey_stages").sort_values("stage_number", kind="stable")
    return rows[rows["cases_count"].fillna(0) > 0]


def _described(view: SegmentView) -> pd.DataFrame:
    """What clients of the segment tell of their journey, in order of stages."""
    return view.rows("journey_described")


def _told(view: SegmentView, column: str) -> list[str]:
    """Return lines «этап: сказанное» of a column of the described journey, each once."""
    rows = _described(view).dropna(subset=[column])
    template = _("{stage}: {words} (со слов клиентов)")
    lines = [
        template.format(stage=row.stage, words=getattr(row, column)) for row in rows.itertuples()
    ]
    return list(dict.fromkeys(lines))


@field_composer("journey_stages")
def _journey_stages(view: SegmentView) -> FieldText:
    rows = _stages(view)
    if rows.empty:
        rows = _described(view).drop_duplicates("stage_number")
    return lines_field(
        (f"{row.stage_number}. {row.stage}" for row in rows.itertuples()), _NO_JOURNEY
    )


@field_composer("client_actions")
def _client_actions(view: SegmentView) -> FieldText:
    rows = _stages(view)
    reached = rows[rows["reached_count"].fillna(0) > 0]
    told = _told(view, "action")
    if reached.empty:
        return lines_field(told, _NO_JOURNEY)
    steps = " → ".join(reached["stage"])
    cases = counted(int(rows["cases_count"].iloc[0]), _("дело"), _("дела"), _("дел"))
    text = _("{steps} (по событиям пути, {cases})").format(steps=steps, cases=cases)
    return lines_field([text, *told], _NO_JOURNEY)


def _channels_told(view: SegmentView) -> dict[tuple[str, str], str]:
    """Return the most named channels by use and kind, as «Госуслуги 45,0 %, МФЦ 30,0 %»."""
    rows = view.rows("channel_shares")
    rows = rows[rows["share_pct"] > 0]
    rows = rows.sort_values(["share_pct", "channel_code"], ascending=[False, True], kind="stable")
    told: dict[tuple[str, str], list[str]] = {}
    totals: dict[tuple[str, str], int] = {}
    columns = ("use", "kind", "channel_name", "share_pct", "total_count")
    for use, kind, name, share, total in zip(*(rows[column] for column in columns), strict=True):
        channels = told.setdefault((use, kind), [])
        if len(channels) < TOP_COUNT:
            channels.append(f"{name} {format_percent(share)}")
        if not pd.isna(total):
            totals.setdefault((use, kind), total)
    note = _(" (ответов: {count})")
    return {
        key: ", ".join(channels)
        + (note.format(count=count_text(totals[key])) if key in totals else "")
        for key, channels in told.items()
    }


def _channel_lines(view: SegmentView, pairs: Iterable[tuple[str, str]]) -> list[str]:
    told = view.once("channels_told", lambda: _channels_told(view))
    return [
        f"{rec.CHANNEL_USES[use]}, {rec.CHANNEL_KINDS[kind]}: {told[use, kind]}"
        for use, kind in pairs
        if (use, kind) in told
    ]


_NO_CHANNELS = _("клиенты сегмента не отвечали об этих каналах")


@field_composer("stage_channels")
def _stage_channels(view: SegmentView) -> FieldText:
    used = _channel_lines(view, [(use, "used") for use in rec.CHANNEL_USES])
    return lines_field([*used, *_told(view, "channel")], _NO_CHANNELS)


@field_composer("stage_problems")
def _stage_problems(view: SegmentView) -> FieldText:
    rows = view.rows("measures").dropna(subset=["problem", "stage"])
    lines = dict.fromkeys(f"{row.stage}: {row.problem}" for row in rows.itertuples())
    lines = [*lines, *_told(view, "problem")]
    return lines_field(lines, _("в плане не указано, на каком этапе возникает проблема"))


@field_composer("emotions")
def _emotions(view: SegmentView) -> FieldText:
    rows = _described(view).dropna(subset=["emotion"])
    means = rows.groupby(["stage_number", "stage"])["emotion"].mean().reset_index()
    return lines_field(
        (f"{row.stage}: {EMOTIONS[round(row.emotion)]}" for row in means.itertuples()),
        _("эмоции на этапах не описаны по итогам интервью (решение о пути со слов клиентов)"),
    )


@field_composer("journey_features")
def _journey_features(view: SegmentView) -> FieldText:
    accepted = view.accepted
    lines = [
        f"{row.hypothesis_code}. {row.hypothesis_text} ({rec.VERDICTS[row.verdict]})"
        for row in accepted[accepted["kind"] == "journey"].itertuples()
    ]
    everyone = view.inputs.journey_stages
    everyone = everyone[everyone["segment_code"] == "all"].set_index("stage_number")["reached_pct"]
    for row in _stages(view).itertuples():
        difference = row.reached_pct - everyone.get(row.stage_number, float("nan"))
        if abs(difference) >= rec.EFFECT_MINIMUM_PCT:
            template = _("до этапа «{stage}» доходят {share} дел сегмента и {overall} всех дел")
            lines.append(
                template.format(
                    stage=row.stage, share=format_percent(row.reached_pct),
                    overall=format_percent(everyone[row.stage_number]),
                )
            )  # fmt: skip
    return lines_field(lines, _("гипотезы о пути не приняты, путь не отличается от общего"))


@field_composer("stage_times")
def _stage_times(view: SegmentView) -> FieldText:
    rows = _stages(view).dropna(subset=["median_days_to_next"])
    return lines_field(
        (
            _("{stage}: до следующего этапа {days} дн. (половина дел быстрее)").format(
                stage=row.stage, days=format_number(row.median_days_to_next))
            for row in rows.itertuples()
        ),
        _NO_JOURNEY,
    )  # fmt: skip


@field_composer("stage_shares")
def _stage_shares(view: SegmentView) -> FieldText:
    rows = _stages(view).dropna(subset=["reached_pct"])
    return lines_field(
        (
            _("{stage}: {share} ({reached} из {cases})").format(
                stage=row.stage, share=format_percent(row.reached_pct),
                reached=count_text(row.reached_count), cases=count_text(row.cases_count))
            for row in rows.itertuples()
        ),
        _NO_JOURNEY,
    )  # fmt: skip


@field_composer("channels_informing")
def _channels_informing(view: SegmentView) -> FieldText:
    pairs = [("informing", "preferred"), ("informing", "used")]
    return lines_field(_channel_lines(view, pairs), _NO_CHANNELS)


@field_composer("channels_preferred")
def _channels_preferred(view: SegmentView) -> FieldText:
    pairs = [("submitting", "preferred")]
    pairs += [(use, "preferred") for use in ("receiving", "feedback")]
    return lines_field(_channel_lines(view, pairs), _NO_CHANNELS)


@field_composer("channels_used")
def _channels_used(view: SegmentView) -> FieldText:
    return lines_field(
        _channel_lines(view, [(use, "used") for use in rec.CHANNEL_USES]), _NO_CHANNELS
    )


@field_composer("channels_result_feedback")
def _channels_result_feedback(view: SegmentView) -> FieldText:
    pairs = [(use, kind) for use in ("receiving", "feedback") for kind in ("preferred", "used")]
    return lines_field(_channel_lines(view, pairs), _NO_CHANNELS)


@field_composer("channels_unacceptable")
def _channels_unacceptable(view: SegmentView) -> FieldText:
    pairs = [(use, "unacceptable") for use in rec.CHANNEL_USES]
    return lines_field(_channel_lines(view, pairs), _("неприемлемые каналы не названы"))
