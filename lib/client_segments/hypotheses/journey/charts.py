"""Charts of the journey: flow, losses, durations, channels by stage; from aggregates only."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from client_segments import charts
from client_segments.flow_charts import days_text, paired_flow
from client_segments.hypotheses.contracts import ALL_CODE
from client_segments.language import _, format_percent
from client_segments.segments import SEGMENTS
from client_segments.steps import StepResult

CHANNELS_SHOWN = 6
"""Own: as many parts of a bar as colours are told apart, with the rest as one part."""


def most_different(result: StepResult) -> str:
    """Return the segment whose stages are reached most differently from the others'."""
    rest = result.study.read(SEGMENTS)
    named = set(rest.loc[~rest["is_rest"].astype(bool), "segment_code"])
    flow = result.table("journey_flow")
    flow = flow[flow["segment_code"].isin(named)].dropna(subset=["difference_pct"])
    if flow.empty:
        return ALL_CODE
    size = flow["difference_pct"].abs().groupby(flow["segment_code"], sort=False).max()
    return str(size.idxmax())


def flow_chart(result: StepResult, segment_code: str | None = None) -> go.Figure:
    """Chart: the journey of a segment beside everyone's; the most different one by default."""
    names = result.segment_names
    code = segment_code or most_different(result)
    codes = [code, ALL_CODE] if code != ALL_CODE else [ALL_CODE]
    flow = result.table("journey_flow")
    days = result.table("journey_times")
    days = days[days["measure"] == "to_next"][["segment_code", "stage_number", "median_days"]]
    frame = flow[flow["segment_code"].isin(codes)]
    frame = frame.merge(days, how="left", on=["segment_code", "stage_number"])
    frame = pd.DataFrame(
        {
            "side": frame["segment_code"].map(names),
            "stage": frame["stage_number"].astype("str") + ". " + frame["stage"],
            "reached_pct": frame["reached_pct"],
            "lost_pct": 100 * frame["lost_count"].astype("float64") / frame["cases_count"],
            "median_days": frame["median_days"],
        }
    )
    sides = [names[item] for item in codes]
    return paired_flow(
        frame,
        sides,
        title=_("Путь: «{name}»").format(name=names[code]),
        description=_flow_words(frame, sides),
    )


def _flow_words(frame: pd.DataFrame, sides: list[str]) -> str:
    if frame.empty:
        return _("Данных о клиентском пути нет.")
    text = _("Ширина полосы – доля дел, дошедших до этапа; между этапами – время, за которое прошла половина дел.")  # fmt: skip
    lines = [text]
    for side in sides:
        rows = frame[frame["side"] == side]
        last = rows.iloc[-1]
        line = _("{side}: до последнего этапа («{stage}») доходят {share} дел")
        words = line.format(
            side=side, stage=last["stage"], share=format_percent(last["reached_pct"])
        )
        if rows["lost_pct"].notna().any():
            worst = rows.loc[rows["lost_pct"].idxmax()]
            lost = _("больше всего потеряно после этапа «{stage}» – {share}")
            words += "; " + lost.format(
                stage=worst["stage"], share=format_percent(worst["lost_pct"])
            )
        lines.append(words + ".")
    return " ".join(lines)


def lost_chart(result: StepResult) -> go.Figure:
    """Chart: of the cases that reached a stage and are not open, how many were lost after it."""
    names = result.segment_names
    frame = result.table("journey_flow").dropna(subset=["lost_pct"])
    frame = frame.assign(
        segment_name=frame["segment_code"].map(names),
        label=frame["stage_number"].astype("str") + ". " + frame["stage"],
    )
    frame = frame.assign(where=frame["segment_name"] + ", " + frame["label"])
    return charts.heat_map(
        frame,
        row="label",
        column="segment_name",
        value="lost_pct",
        title=_("Сколько дел теряется после этапа"),
        value_title=_("Доля дошедших, %"),
        description=charts.extremes_sentence(frame, "where", "lost_pct")
        if len(frame)
        else _("Исходы дел в журнале не отмечены."),
    )


def durations_chart(result: StepResult) -> go.Figure:
    """Chart: how long half of the cases last, by segment; whiskers hold the middle half of cases."""
    frame = result.table("journey_amounts")
    frame = frame[frame["measure"] == "duration_days"]
    frame = frame.assign(segment_name=frame["segment_code"].map(result.segment_names))
    known = frame.dropna(subset=["median"]).sort_values(["median", "segment_name"])
    description = _("Данных о длительности дел нет.")
    if len(known):
        text = _("Половина дел короче: быстрее всего «{fast}» ({least}), дольше всего «{slow}» ({most}).")  # fmt: skip
        first, last = known.iloc[0], known.iloc[-1]
        description = text.format(
            fast=first["segment_name"], least=days_text(first["median"]),
            slow=last["segment_name"], most=days_text(last["median"]),
        )  # fmt: skip
    return charts.dot_interval_chart(
        frame,
        label="segment_name",
        value="median",
        low="q1",
        high="q3",
        title=_("Сколько длится дело"),
        value_title=_("Дней от первого до последнего события: медиана и средняя половина дел"),
        description=description,
    )


def bands_chart(result: StepResult) -> go.Figure:
    """Chart: how cases are distributed by duration, in bands, for each segment."""
    frame = result.table("journey_durations")
    used = frame.groupby("band_number")["band_count"].transform("sum") > 0
    frame = frame[used].assign(segment_name=frame["segment_code"].map(result.segment_names))
    frame = frame.assign(where=frame["segment_name"] + ", " + frame["band"])
    return charts.heat_map(
        frame,
        row="band",
        column="segment_name",
        value="share_pct",
        title=_("Распределение дел по длительности"),
        value_title=_("Доля дел, %"),
        description=charts.extremes_sentence(frame, "where", "share_pct"),
    )


def stage_channels_chart(result: StepResult, segment_code: str = ALL_CODE) -> go.Figure:
    """Chart: which channels the events of each stage go through, in a segment or in all."""
    names = result.segment_names
    frame = result.table("journey_channels")
    frame = frame[frame["segment_code"] == segment_code]
    order = frame.groupby("channel_name")["events_count"].sum().reset_index()
    order = order.sort_values(["events_count", "channel_name"], ascending=[False, True])
    largest = order["channel_name"].tolist()[:CHANNELS_SHOWN]
    other = _("прочие каналы")
    ranks = {name: rank for rank, name in enumerate([*largest, other])}
    shown = frame.assign(
        label=frame["stage_number"].astype("str") + ". " + frame["stage"],
        series=frame["channel_name"].where(frame["channel_name"].isin(largest), other),
    )
    keys = ["stage_number", "label", "series"]
    shown = shown.groupby(keys, as_index=False)["share_pct"].sum()
    shown = shown.assign(rank=shown["series"].map(ranks)).sort_values(["rank", "stage_number"])
    shown = shown.sort_values(["stage_number", "rank"], kind="stable")
    shown = shown.assign(where=shown["label"] + ", " + shown["series"])
    return charts.stacked_bars(
        _by_series(shown),
        label="label",
        series="series",
        value="share_pct",
        title=_("Каналы по этапам: «{name}»").format(name=names[segment_code]),
        value_title=_("Доля событий этапа, %"),
        description=charts.extremes_sentence(shown, "where", "share_pct"),
    )


def _by_series(shown: pd.DataFrame) -> pd.DataFrame:
    """Give every stage a row of every channel, so that parts keep their order in all bars."""
    stages = shown[["stage_number", "label"]].drop_duplicates()
    parts = shown[["rank", "series"]].drop_duplicates().sort_values("rank")
    whole = stages.merge(parts, how="cross")
    values = shown[["stage_number", "series", "share_pct"]]
    return whole.merge(values, how="left", on=["stage_number", "series"])
