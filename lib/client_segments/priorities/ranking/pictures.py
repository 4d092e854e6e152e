"""Charts of the order of research: how sure it is, what it is made of, what would change it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from client_segments import charts
from client_segments import recommendations as rec
from client_segments.language import _, format_number, format_percent
from client_segments.priorities.ranking.contracts import CRITERION_LABELS
from client_segments.priorities.ranking.draws import CLAUSE_WEIGHTS
from client_segments.steps import StepResult

PLACES_SHOWN = 10
"""Own: segments and places that a chart can show at once; the table has all."""
LINES_SHOWN = 8
"""Own: lines that can be told apart by colour, dash and symbol."""


def _numbered(frame: pd.DataFrame) -> pd.Series:
    return frame["rank"].astype("str") + ". " + frame["segment_name"]


def names_by_rank(result: StepResult) -> dict[str, str]:
    """Return numbered names of segments by code, in order of ranks."""
    frame = result.table("priorities")
    return dict(zip(frame["segment_code"], _numbered(frame), strict=True))


def ranking_chart(result: StepResult) -> go.Figure:
    """Chart: the place of each segment by its score, and the places it takes in nine draws of ten."""
    frame = result.table("priorities")
    numbered = frame.assign(label=_numbered(frame).astype("str"))
    by_score = numbered.assign(
        series=_("Место по баллу"),
        place=numbered["rank"].astype("float64").where(numbered["score"].notna()),
        low=float("nan"), high=float("nan"),
    )  # fmt: skip
    drawn = numbered.assign(
        series=_("Среднее место и места в 90 % испытаний"),
        place=numbered["expected_rank"],
        low=numbered["rank_low"].astype("float64"), high=numbered["rank_high"].astype("float64"),
    )  # fmt: skip
    figure = charts.dot_interval_chart(
        pd.concat([by_score, drawn], ignore_index=True),
        label="label", value="place", low="low", high="high", series="series",
        title=_("Очерёдность исследования сегментов и её надёжность"),
        value_title=_("Место: 1 – исследовать первым"),
        description=_ranking_description(frame),
    )  # fmt: skip
    step = max(1, len(frame) // 10)
    return figure.update_xaxes(range=[0.5, len(frame) + 0.5], tickformat="d", tick0=1, dtick=step)


def _ranking_description(frame: pd.DataFrame) -> str:
    known = frame.dropna(subset=["score"])
    if known.empty:
        return _("Очерёдность: данных нет.")
    parts = [
        _("{rank}-е – «{name}» ({range})").format(
            rank=row.rank, name=row.segment_name, range=_range_words(row.rank_low, row.rank_high)
        )
        for row in known.head(PLACES_SHOWN).itertuples()
    ]
    return _("Места сегментов: {parts}.").format(parts="; ".join(parts))


def _range_words(low: int, high: int) -> str:
    if low == high:
        return _("в 90 % испытаний {low}-е").format(low=low)
    return _("в 90 % испытаний от {low}-го до {high}-го").format(low=low, high=high)


def acceptability_chart(result: StepResult) -> go.Figure:
    """Chart: how probable each place is for each segment, whatever weights clause 6 allows."""
    names = names_by_rank(result)
    frame = result.table("rank_acceptability")
    shown = list(names)[:PLACES_SHOWN]
    frame = frame[
        (frame["weight_kind"] == CLAUSE_WEIGHTS)
        & frame["segment_code"].isin(shown)
        & (frame["rank"] <= PLACES_SHOWN)
    ]
    frame = frame.assign(
        label=frame["segment_code"].map(names).astype("str"),
        place=[_("{rank}-е").format(rank=rank) for rank in frame["rank"]],
    )
    return charts.heat_map(
        frame, row="label", column="place", value="acceptability_pct",
        title=_("Вероятности мест"), column_title=_("Место"),
        value_title=_("Доля испытаний, %"), description=_acceptability_description(result)
        + _cut_words(len(names), PLACES_SHOWN),
    )  # fmt: skip


def _cut_words(count: int, shown: int) -> str:
    """Return the words that own up to segments that are not drawn."""
    if count <= shown:
        return ""
    return _(" Показаны первые {shown} сегментов из {count}.").format(shown=shown, count=count)


def _acceptability_description(result: StepResult) -> str:
    frame = result.table("priorities").dropna(subset=["first_pct"])
    if frame.empty:
        return _("Вероятности мест: данных нет.")
    likely = frame[frame["first_pct"] >= 0.05].sort_values(
        "first_pct", ascending=False, kind="stable"
    )
    parts = [
        _("«{name}» – {share}").format(name=row.segment_name, share=format_percent(row.first_pct))
        for row in likely.head(5).itertuples()
    ]
    return _(
        "В какой доле испытаний сегмент занимает каждое место, если веса любые, лишь бы основные параметры были не легче дополнительных. Первое место: {parts}."
    ).format(parts="; ".join(parts))


def contributions_chart(result: StepResult) -> go.Figure:
    """Chart: what each criterion adds to the score of each segment."""
    names = names_by_rank(result)
    frame = result.table("score_contributions")
    frame = frame.assign(
        label=frame["segment_code"].map(names).astype("str"),
        series=frame["criterion"].map(CRITERION_LABELS).astype("str"),
    )
    frame = frame[frame["contribution"].notna()]
    return charts.stacked_bars(
        frame, label="label", series="series", value="contribution",
        title=_("Из чего сложились баллы сегментов"), value_title=_("Балл, 0–1"),
        description=_contributions_description(result, frame),
    )  # fmt: skip


def _contributions_description(result: StepResult, frame: pd.DataFrame) -> str:
    if frame.empty:
        return _("Баллы сегментов: данных нет.")
    greatest = frame.loc[frame.groupby("segment_code", sort=False)["contribution"].idxmax()]
    parts = [
        _("«{name}» – {label} ({value})").format(
            name=result.segment_names[row.segment_code], label=row.series.lower(),
            value=format_number(row.contribution, 2),
        )
        for row in greatest.head(PLACES_SHOWN).itertuples()
    ]  # fmt: skip
    return _("Больше всего в балл вносит: {parts}.").format(parts="; ".join(parts))


def weight_chart(result: StepResult, criterion: str | None = None) -> go.Figure:
    """Chart: places of segments while the weight of one criterion moves, others in proportion.

    Without `criterion` it is the one whose weight is nearest to changing who comes first.
    """
    weights = result.table("criterion_weights").set_index("criterion")
    moved = result.table("weight_sensitivity")
    criterion = criterion or _most_sensitive(weights)
    names = names_by_rank(result)
    frame = moved[
        (moved["criterion"] == criterion) & moved["segment_code"].isin(list(names)[:LINES_SHOWN])
    ]
    frame = frame.assign(
        series=frame["segment_code"].map(names).astype("str"), rank=frame["rank"].astype("float64")
    )
    label = CRITERION_LABELS[criterion]
    now = float(weights.loc[criterion, "used_weight_pct"])
    figure = charts.line_chart(
        frame, x="weight_pct", value="rank", series="series",
        title=_("Места сегментов при другом весе параметра «{label}»").format(label=label),
        x_title=_("Вес параметра, %; пунктир – нынешний вес"),
        value_title=_("Место: 1 – исследовать первым"),
        description=_weight_description(label, now, weights.loc[criterion])
        + _cut_words(len(names), LINES_SHOWN),
        marked=None if frame.empty or pd.isna(now) else now,
    )  # fmt: skip
    last = 1 if frame.empty else int(frame["rank"].max())
    return figure.update_yaxes(
        range=[last + 0.5, 0.5], tickformat="d", tick0=1, dtick=max(1, last // 10)
    )


def _most_sensitive(weights: pd.DataFrame) -> str:
    """Return the criterion whose weight has least room before another segment comes first."""
    room = pd.concat(
        [
            (weights["used_weight_pct"] - weights["keeps_from_pct"]).where(
                weights["keeps_from_pct"] > 0
            ),
            (weights["keeps_to_pct"] - weights["used_weight_pct"]).where(
                weights["keeps_to_pct"] < 100
            ),
        ],
        axis=1,
    ).min(axis=1)
    return rec.CRITERIA[0].name if room.isna().all() else str(room.idxmin())


def _weight_description(label: str, now: float, row: pd.Series) -> str:
    if pd.isna(row["keeps_from_pct"]):
        return _(
            "Места сегментов при весе параметра «{label}» от 0 до 100 %; сейчас вес {now}."
        ).format(label=label, now=format_percent(now, 0))
    text = _(
        "Места сегментов при весе параметра «{label}» от 0 до 100 %; сейчас вес {now}. Первым остаётся тот же сегмент при весе от {low} до {high}."
    )
    return text.format(
        label=label, now=format_percent(now, 0), low=format_percent(row["keeps_from_pct"], 0),
        high=format_percent(row["keeps_to_pct"], 0),
    )  # fmt: skip
