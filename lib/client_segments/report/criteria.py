"""The order of research: what the four parameters of clause 6 say, and how stable the order is."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from client_segments import charts
from client_segments.language import _, format_date, quoted_list, sentence_list
from client_segments.report.columns import (
    BLIND_ZONE_COLUMNS,
    CAPACITY_COLUMNS,
    PRIORITY_COLUMNS,
    PROBLEM_COLUMNS,
    QUESTION_COLUMNS,
    REASON_COLUMNS,
    SATISFACTION_COLUMNS,
    told_table,
    without_empty,
)
from client_segments.report.groups import GroupContent, anchor, caption_of, named, overall
from client_segments.report.tree import Block, Figure, Paragraph, Remark, Section, blocks

REASONS_TOLD = 3
"""Own: reasons named for each segment and measure."""
STABLE = _("устойчиво")
UNSTABLE = _("неустойчиво")


def priority_part(group: GroupContent) -> Section:
    """Return the part on the order of research: the order, then each parameter by itself."""
    parts = (
        ("capacity", _("Ёмкость"), _capacity_blocks(group)),
        ("satisfaction", _("Удовлетворённость"), _satisfaction_blocks(group)),
        ("problems", _("Уникальность проблем"), _problem_blocks(group)),
        ("blind", _("Слепая зона"), _blind_zone_blocks(group)),
    )
    return Section(
        anchor(group, "priorities"),
        _("Очерёдность исследования"),
        _order_blocks(group),
        tuple(Section(anchor(group, code), title, blocks(found)) for code, title, found in parts),
    )


def _order_blocks(group: GroupContent) -> tuple[Block, ...]:
    tables = group.tables
    ranked = tables.priorities.sort_values("rank", kind="stable")
    if ranked.empty:
        return (Remark(_("Очерёдность не рассчитана: данных по параметрам нет.")),)
    ranked = ranked.assign(places=[_places(row) for row in ranked.itertuples()])
    table = told_table(caption_of(group, _("Очерёдность исследования")), ranked, PRIORITY_COLUMNS)
    text = _(
        "Вероятность первого места – доля расчётов, в которых сегмент первый, если веса и оценки меняются в пределах того, что о них известно. Место неустойчиво, если возможны и другие."
    )
    return blocks(
        Paragraph(text),
        without_empty(table),
        _missing_remark(ranked, tables.group.has_entitlement),
    )


def _places(row) -> str:
    """Return the places that a segment may take, and whether its place is stable."""
    stable = STABLE if row.is_stable else UNSTABLE
    if pd.isna(row.rank_low) or pd.isna(row.rank_high):
        return stable
    if row.rank_low == row.rank_high:
        return _("{place}, {stable}").format(place=int(row.rank_low), stable=stable)
    return _("{low}–{high}, {stable}").format(
        low=int(row.rank_low), high=int(row.rank_high), stable=stable
    )


def _missing_remark(ranked: pd.DataFrame, has_entitlement: bool) -> Remark | None:
    """Say which criteria the ranking lacks; their weight went to the others."""
    missing = {name for text in ranked["missing_criteria"].dropna() for name in text.split(", ")}
    inapplicable = set() if has_entitlement else {_("Слепая зона")}
    left = sorted(name for name in missing - inapplicable if name)
    if not left:
        return None
    names = quoted_list(left)
    text = _("В расчёте места нет данных по параметрам: {names}; их вес поделили остальные.")
    return Remark(text.format(names=names))


def _capacity_blocks(group: GroupContent) -> list[Block]:
    frame = named(group, group.tables.capacity)
    counts = ["clients_count"]
    table = told_table(
        caption_of(group, _("Ёмкость и численность")), frame, CAPACITY_COLUMNS, counts
    )
    if frame["population_count"].isna().all() or frame["population_count"].equals(
        frame["clients_count"]
    ):
        reason = _(
            "Ёмкость – число клиентов в данных органа; официальная численность к ним не приведена, поэтому границ нет."
        )
        counted = replace(table, frame=table.frame[["segment_name", "clients_count"]])
        return [Paragraph(reason), counted]
    return [Paragraph(_population_text(frame)), without_empty(table)]


def _population_text(frame: pd.DataFrame) -> str:
    """Say how the population was estimated, from what and as of when."""
    known = frame.dropna(subset=["population_count"])
    methods = known["method"].dropna().drop_duplicates().tolist()
    sources = known["source"].dropna().drop_duplicates().tolist()
    dates = known["as_of_date"].dropna().drop_duplicates().tolist()
    parts = [_("Численность – оценка: {how}.").format(how="; ".join(methods))] if methods else []
    if sources:
        parts.append(_("Источник: {sources}.").format(sources="; ".join(sources).rstrip(".")))
    if dates:
        days = sentence_list([format_date(day) for day in dates])
        parts.append(_("На дату: {days}.").format(days=days))
    parts.append(_("Оценка округлена так, чтобы по ней нельзя было узнать число клиентов."))
    return " ".join(parts)


def _satisfaction_blocks(group: GroupContent) -> list[Block]:
    frame = named(group, overall(group.tables.satisfaction))
    known = frame.dropna(subset=["satisfaction_pct"])
    if known.empty:
        return [Remark(_("Удовлетворённость: данных нет, параметр в очерёдности не учтён."))]
    text = _(
        "Удовлетворён тот, чья оценка попадает в верхнюю четверть шкалы. Границы – 95 %-й интервал Уилсона. Сглаженная доля притянута к общему уровню тем сильнее, чем меньше ответов; по ней сегменты сравниваются в очерёдности. Средние оценки и индексы опыта в передаваемом отчёте не раскрываются."
    )
    figure = charts.dot_interval_chart(
        known, label="segment_name", value="satisfaction_pct", low="low_pct", high="high_pct",
        title=caption_of(group, _("Удовлетворённость сегментов")),
        value_title=_("Доля удовлетворённых, %"),
        description=_("Доли удовлетворённых с 95 %-ми интервалами. ")
        + charts.extremes_sentence(known, "segment_name", "satisfaction_pct"),
    )  # fmt: skip
    caption = caption_of(group, _("Удовлетворённость сегментов"))
    return [
        Paragraph(text),
        told_table(caption, frame, SATISFACTION_COLUMNS, counts=["answers_count"]),
        Figure(figure),
        *_question_blocks(group),
    ]


def _question_blocks(group: GroupContent) -> list[Block]:
    frame = named(group, group.experience.questions)
    if frame["question"].nunique() < 2:
        return []
    caption = caption_of(group, _("Удовлетворённость по вопросам"))
    return [told_table(caption, frame, QUESTION_COLUMNS, counts=["answers_count"])]


def _problem_blocks(group: GroupContent) -> list[Block]:
    frame = named(group, group.tables.problems)
    if frame.empty:
        return [
            Remark(_("Проблемы: данных нет или их слишком мало, параметр в очерёдности не учтён."))
        ]
    text = _(
        "Уникальность – насколько набор проблем сегмента не похож на набор остальных: 0 – такой же, 1 – совсем другой. Значения – в таблице очерёдности."
    )
    special = frame[frame["is_specific"]]
    if special.empty:
        return [
            Paragraph(text),
            Remark(_("Особых проблем у сегментов не найдено: они называют примерно одно и то же.")),
        ]
    caption = caption_of(group, _("Проблемы, которые сегмент называет заметно чаще остальных"))
    return [Paragraph(text), told_table(caption, special, PROBLEM_COLUMNS, ["problems_count"])]


def _blind_zone_blocks(group: GroupContent) -> list[Block]:
    if not group.tables.group.has_entitlement:
        text = _(
            "Слепая зона: неприменимо – направление не предполагает права на услугу или меру поддержки."
        )
        return [Remark(text)]
    frame = named(group, group.tables.blind_zone)
    if frame.empty:
        return [Remark(_("Слепая зона: нет сведений о том, кто имеет право и кто обратился."))]
    text = _(
        "Слепая зона – те, кто имеет право, но не обращался (пункт 2). Отказ – это обращение: отказанные в неё не входят."
    )
    counts = ["entitled_count", "applied_count", "refused_count", "blind_zone_count"]
    table = told_table(caption_of(group, _("Слепая зона")), frame, BLIND_ZONE_COLUMNS, counts)
    return [Paragraph(text), without_empty(table), *_reason_blocks(group)]


def _reason_blocks(group: GroupContent) -> list[Block]:
    frame = named(group, group.experience.reasons).dropna(subset=["reason"])
    if frame.empty:
        return []
    top = frame.groupby(["segment_code", "measure"], sort=False).head(REASONS_TOLD)
    caption = caption_of(group, _("Почему не обращаются, до трёх самых частых причин"))
    return [told_table(caption, top, REASON_COLUMNS, counts=["answers_count"])]
