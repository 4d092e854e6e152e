"""Charts of problems: by stage of the journey, and those specific to a segment."""

from __future__ import annotations

import plotly.graph_objects as go

from client_segments import charts
from client_segments.language import _, format_number, format_percent
from client_segments.steps import StepResult

SPECIFIC_SHOWN = 20
"""Own: problems that a chart of intervals can show at once."""


def problem_stages_chart(result: StepResult) -> go.Figure:
    """Chart: at which stages of the journey the problems of each segment arise."""
    frame = result.table("problem_stages")
    frame = frame[frame["segment_code"].isin(result.table("problems")["segment_code"])]
    frame = result.named(frame)
    # A segment comes in the order of the journey, however many stages its problems have.
    frame = frame.sort_values(["stage_number", "stage", "segment_code"], kind="stable")
    known = frame.dropna(subset=["share_pct"])
    description = _("Проблемы по этапам: данных нет.")
    if not known.empty:
        largest = known.loc[known["share_pct"].idxmax()]
        description = _("Доли упоминаний проблем по этапам пути. Больше всего – «{segment}», «{stage}»: {share}.").format(
            segment=largest["segment_name"], stage=largest["stage"],
            share=format_percent(largest["share_pct"]),
        )  # fmt: skip
    return charts.heat_map(
        frame,
        row="stage",
        column="segment_name",
        value="share_pct",
        title=_("Проблемы по этапам клиентского пути"),
        value_title=_("Доля упоминаний сегмента, %"),
        description=description,
    )


def specific_problems_chart(result: StepResult) -> go.Figure:
    """Chart: log-odds of the problems specific to segments, with 95 % intervals."""
    table = result.table("problems")
    frame = table[table["is_specific"].astype(bool)]
    has_specific = not frame.empty
    if not has_specific:
        frame = table.dropna(subset=["log_odds"])
    frame = frame.sort_values(["z_score", "problem"], ascending=[False, True], kind="stable")
    frame = frame.head(SPECIFIC_SHOWN)
    names = frame["segment_code"].map(result.segment_names).astype("str")
    words = [_share_words(row) for row in frame.to_dict("records")]
    frame = frame.assign(label=names + ": " + frame["problem"], words=words)
    if has_specific:
        title = _("Особые проблемы сегментов")
        description = _(
            "Насколько чаще сегмент называет свои особые проблемы, с 95 %-ми интервалами: {problems}."
        )
        description = description.format(problems="; ".join(frame["label"]))
    else:
        title = _("Самые заметные отличия проблем: особых не найдено")
        description = _("Особых проблем не найдено: ни одно отличие не доказано.")
    return charts.dot_interval_chart(
        frame,
        label="label",
        value="log_odds",
        low="log_odds_low",
        high="log_odds_high",
        title=title,
        value_title=_("Логарифм отношения шансов к остальным; 0 – как у остальных"),
        description=description,
        reference=0.0,
        reference_label=_("как у остальных"),
        hover="words",
    )


def _share_words(row: dict) -> str:
    text = _("{own} упоминаний сегмента, {others} у остальных; чаще в {lift} раза")
    return text.format(
        own=format_percent(row["share_pct"]), others=format_percent(row["others_share_pct"]),
        lift=format_number(row["lift"]),
    )  # fmt: skip
