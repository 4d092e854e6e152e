"""Fields of the journey and of the channels (A.5 and A.6 of the form)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from client_segments import recommendations as rec
from client_segments.hypotheses import EMOTIONS
from client_segments.labels import fold
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
    is_present,
    lines_field,
    told_count,
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
    """Return the most named channels by use and kind, as «Госуслуги 45,0 %; МФЦ 30,0 %»."""
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
        key: "; ".join(channels)
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


STAGE_PROBLEMS_TOLD = 3
"""Own: problems named for one stage."""


@field_composer("stage_problems")
def _stage_problems(view: SegmentView) -> FieldText:
    named = _named_problems(view)
    known = {
        (fold(stage), fold(problem)) for stage, problems in named.items() for problem in problems
    }
    rows = view.rows("measures").dropna(subset=["problem", "stage"])
    planned = dict.fromkeys(
        f"{row.stage}: {row.problem}"
        for row in rows.itertuples()
        if (fold(row.stage), fold(row.problem)) not in known
    )
    lines = [f"{stage}: {'; '.join(problems.values())}" for stage, problems in named.items()]
    return lines_field(
        [*lines, *planned, *_told(view, "problem")],
        _("ни в упоминаниях проблем, ни в плане не указано, на каком этапе возникает проблема"),
    )


def _named_problems(view: SegmentView) -> dict[str, dict[str, str]]:
    """Return what clients name most often on each stage: stage → problem → its words."""
    told: dict[str, dict[str, str]] = {}
    for row in view.rows("problem_places").itertuples():
        problems = told.setdefault(row.stage, {})
        if len(problems) < STAGE_PROBLEMS_TOLD:
            problems[row.problem] = _mentioned(row.problem, row.problems_count)
    return told


def _mentioned(problem: str, count: object) -> str:
    if not is_present(count):
        return problem
    return _("{problem} (упоминаний: {count})").format(problem=problem, count=count_text(count))


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
    lines += _found_features(view) or _reached_features(view)
    return lines_field(lines, _("гипотезы о пути не приняты, путь не отличается от общего"))


def _found_features(view: SegmentView) -> list[str]:
    """Return the largest differences of the journey that data support and nobody has decided on."""
    rows = view.rows("proposals")
    rows = rows[rows["is_leading"].astype(bool) & (rows["kind"] == "journey")]
    rows = rows[~rows["proposal_code"].isin(view.rows("hypotheses")["proposal_code"].dropna())]
    order = rows["strength"].abs().sort_values(ascending=False, kind="stable").index
    template = _("{text} (по данным, не проверено)")
    return [template.format(text=text) for text in rows.loc[order, "hypothesis_text"][:TOP_COUNT]]


def _reached_features(view: SegmentView) -> list[str]:
    """Return stages that are reached by another share of cases than among all."""
    everyone = view.inputs.journey_stages
    everyone = everyone[everyone["segment_code"] == "all"].set_index("stage_number")["reached_pct"]
    lines = []
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
    return lines


@field_composer("stage_times")
def _stage_times(view: SegmentView) -> FieldText:
    """Satisfaction, time and returns by stage; time and number of contacts of the whole way."""
    told: dict[tuple[float, str], list[str]] = {}
    for part in (_satisfied(view), _times(view), _returned(view)):
        for place, words in part.items():
            told.setdefault(place, []).append(words)
    lines = [f"{stage}: {'; '.join(told[number, stage])}" for number, stage in sorted(told)]
    return lines_field([*lines, *_whole_way(view)], _NO_JOURNEY)


_Told = dict[tuple[float, str], str]
"""What is said of each stage, by its number (own stages of the last ones) and name."""


def _place(row: NamedTuple) -> tuple[float, str]:
    is_numbered = not pd.isna(row.stage_number)
    return (float(row.stage_number) if is_numbered else float("inf"), row.stage)


def _satisfied(view: SegmentView) -> _Told:
    rows = view.rows("journey_experience").dropna(subset=["satisfaction_pct"])
    template = _("удовлетворены {share} (оценок: {answers})")
    return {
        _place(row): template.format(
            share=format_percent(row.satisfaction_pct), answers=count_text(row.answers_count)
        )
        for row in rows.itertuples()
    }


def _times(view: SegmentView) -> _Told:
    rows = _stages(view).dropna(subset=["median_days_to_next"])
    times = view.rows("journey_times")
    others = times[times["measure"] == "to_next"].set_index("stage_number")["others_median_days"]
    return {
        _place(row): _days(row.median_days_to_next, others.get(row.stage_number, float("nan")))
        for row in rows.itertuples()
    }


def _days(days: float, others_days: float) -> str:
    if pd.isna(others_days):
        template = _("до следующего этапа {days} дн. (половина дел быстрее)")
        return template.format(days=format_number(days))
    template = _("до следующего этапа {days} дн., у остальных {others} дн. (половина дел быстрее)")
    return template.format(days=format_number(days), others=format_number(others_days))


def _returned(view: SegmentView) -> _Told:
    rows = view.rows("journey_flow").dropna(subset=["returned_pct"])
    rows = rows[rows["returned_count"] > 0]
    template = _("возвращались на этап {share} дел")
    return {
        _place(row): template.format(share=format_percent(row.returned_pct))
        for row in rows.itertuples()
    }


def _whole_way(view: SegmentView) -> list[str]:
    """Return how long half of the cases last, and how many contacts a case takes on average."""
    rows = view.rows("journey_amounts").set_index("measure")
    lines = []
    for measure, column, template in (
        ("duration_days", "median",
         _("весь путь: половина дел – до {own} дн., у остальных – до {others} дн.")),
        ("contacts_count", "mean",
         _("обращений за одно дело: в среднем {own}, у остальных {others}")),
    ):  # fmt: skip
        if measure in rows.index and not pd.isna(rows.loc[measure, column]):
            own, others = rows.loc[measure, column], rows.loc[measure, f"others_{column}"]
            lines.append(template.format(own=format_number(own), others=format_number(others)))
    return lines


@field_composer("stage_shares")
def _stage_shares(view: SegmentView) -> FieldText:
    rows = _stages(view).dropna(subset=["reached_pct"])
    flow = view.rows("journey_flow").set_index("stage_number")
    return lines_field(
        (
            _("{stage}: {share} ({reached} из {cases})").format(
                stage=row.stage, share=format_percent(row.reached_pct),
                reached=told_count(view, row.reached_count), cases=told_count(view, row.cases_count))
            + _lost(flow, row.stage_number)
            for row in rows.itertuples()
        ),
        _NO_JOURNEY,
    )  # fmt: skip


def _lost(flow: pd.DataFrame, number: int) -> str:
    """Return how many were lost after a stage, where the log tells how cases ended."""
    if number not in flow.index or pd.isna(flow.loc[number, "lost_pct"]):
        return ""
    own, others = flow.loc[number, "lost_pct"], flow.loc[number, "others_lost_pct"]
    return _("; после этапа потеряно {own} дел, у остальных – {others}").format(
        own=format_percent(own), others=format_percent(others)
    )


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
