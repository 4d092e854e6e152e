"""Plans of personalisation: what is done for each need or problem, and what came of last year's."""

from __future__ import annotations

import pandas as pd

from client_segments import recommendations as rec
from client_segments.language import _, format_date, format_number
from client_segments.report.columns import (
    FOLLOW_UP_COLUMNS,
    PLAN_COLUMNS,
    told_table,
    without_empty,
)
from client_segments.report.groups import GroupContent, anchor, caption_of, named
from client_segments.report.tree import Block, Remark, Section, blocks


def plan_part(group: GroupContent) -> Section:
    """Return the plan of personalisation of a group."""
    follow_up = Section(
        anchor(group, "follow-up"),
        _("Что дали мероприятия прошлого года"),
        (_follow_up_block(group),),
    )
    title = _("План персонализации")
    return Section(anchor(group, "plan"), title, blocks(_plan_blocks(group)), (follow_up,))


def _follow_up_block(group: GroupContent) -> Block:
    frame = named(group, group.follow_up)
    if frame.empty:
        return Remark(_("Плана за прошлый год нет: сравнивать показатели не с чем."))
    caption = caption_of(group, _("Итоги мероприятий прошлого года"))
    return without_empty(told_table(caption, frame, FOLLOW_UP_COLUMNS))


def _plan_blocks(group: GroupContent) -> list[Block]:
    frame = named(group, group.tables.measures)
    if frame.empty:
        return [Remark(_("Мероприятий нет: план персонализации не составлен."))]
    verdicts = group.tables.verdicts.set_index("hypothesis_code")["verdict"]
    rows = list(frame.itertuples())
    frame = frame.assign(
        need=[_need(row, verdicts) for row in rows],
        measure=[_measure(row) for row in rows],
        responsible=[_responsible(row) for row in rows],
        indicator=[_indicator(row) for row in rows],
        priority=(frame["effect"] * frame["feasibility"]).astype("Int64"),
    )
    frame = frame.sort_values("priority", ascending=False, kind="stable", na_position="last")
    caption = caption_of(group, _("План персонализации клиентских путей"))
    return [without_empty(told_table(caption, frame, PLAN_COLUMNS))]


def _present(*values: object) -> list[str]:
    return [str(value) for value in values if not pd.isna(value) and str(value).strip()]


def _need(row, verdicts: pd.Series) -> str | None:
    """Return the problem and the need that a measure answers, and the hypothesis behind it."""
    grounds = _grounds(row, verdicts)
    told = _("({grounds})").format(grounds=grounds) if grounds else None
    return "\n".join(_present(row.problem, row.need, told)) or None


def _measure(row) -> str:
    """Return what changes for the segment, at which stage and through which channel."""
    where = "; ".join(_present(row.stage, row.channel))
    return f"{row.measure}\n({where})" if where else row.measure


def _responsible(row) -> str | None:
    """Return who answers for a measure, by when and with what, as far as it is known."""
    term = None if pd.isna(row.due_date) else _("до {day}").format(day=format_date(row.due_date))
    means = None if pd.isna(row.resources) else _("ресурсы: {means}").format(means=row.resources)
    return "\n".join(_present(row.responsible, term, means)) or None


def _indicator(row) -> str | None:
    """Return a measure's indicator with its base and target, as far as they are known."""
    if pd.isna(row.indicator):
        return None
    if pd.isna(row.base_value) and pd.isna(row.target_value):
        return row.indicator
    base, target = (
        format_number(value, 0 if value == value // 1 else 1)
        for value in (row.base_value, row.target_value)
    )
    return f"{row.indicator}: {base} → {target}"


def _grounds(row, verdicts: pd.Series) -> str | None:
    """Return the hypothesis behind a measure and its verdict: «Г1, подтверждена»."""
    if pd.isna(row.hypothesis_code):
        return None
    if row.hypothesis_code not in verdicts.index:
        return row.hypothesis_code
    return f"{row.hypothesis_code}, {rec.VERDICTS[verdicts[row.hypothesis_code]]}"
