"""The section of a group of processes: its parts in the order of the steps."""

from __future__ import annotations

from client_segments import charts
from client_segments.disclosure import is_hidden
from client_segments.language import _, format_percent
from client_segments.report.columns import (
    ATTRIBUTE_COLUMNS,
    IMAGE_COLUMNS,
    SEGMENT_COLUMNS,
    VERDICT_COLUMNS,
    told_table,
    without_empty,
)
from client_segments.report.criteria import priority_part
from client_segments.report.groups import GroupContent, anchor, caption_of, named, passport_rows
from client_segments.report.journey import journey_part
from client_segments.report.plans import plan_part
from client_segments.report.profile_pages import profile_part
from client_segments.report.tree import Facts, Figure, Paragraph, Remark, Section, blocks

IMAGE_LINES_TOLD = 4
"""Own: values that tell a segment apart; the profile names all of them."""


def group_section(group: GroupContent) -> Section:
    """Return the section of a group: passport, then its parts in the order of the steps."""
    parts = [
        _attribute_part(group),
        _segment_part(group),
        priority_part(group),
        journey_part(group),
        _verdict_part(group),
        profile_part(group),
        plan_part(group),
    ]
    title = _("Группа процессов «{name}»").format(name=group.name)
    facts = Facts(_("Паспорт группы процессов"), passport_rows(group))
    return Section(f"group-{group.code}", title, (facts,), tuple(parts))


def _attribute_part(group: GroupContent) -> Section:
    frame = group.tables.attributes
    text = _(
        "Перечень признаков утверждён людьми (пункт 5). Образующие признаки делят клиентов на сегменты, описательные – описывают их; специальные относятся к социально незащищённым слоям населения."
    )
    table = told_table(caption_of(group, _("Перечень признаков")), frame, ATTRIBUTE_COLUMNS)
    return Section(anchor(group, "attributes"), _("Признаки"), (Paragraph(text), table))


def _segment_part(group: GroupContent) -> Section:
    frame = group.tables.segments
    frame = frame[~(frame["is_rest"] & is_hidden(frame["clients_count"]))]
    named_segments = frame[~frame["is_rest"]]
    if named_segments.empty:
        reason = Remark(_("Сегменты не выделены: все клиенты отнесены к остальным."))
        return Section(anchor(group, "segments"), _("Сегменты"), (reason,))
    largest = named_segments.loc[named_segments["clients_count"].idxmax()]
    description = _(
        "Число клиентов в каждом сегменте; больше всего – «{name}», {share} всех."
    ).format(name=largest["segment_name"], share=format_percent(largest["share_pct"]))
    figure = charts.bar_chart(
        frame, label="segment_name", value="clients_count",
        title=caption_of(group, _("Ёмкость сегментов")),
        value_title=_("Число клиентов (округлённое)"), description=description,
    )  # fmt: skip
    table = told_table(
        caption_of(group, _("Сегменты")), frame, SEGMENT_COLUMNS, counts=["clients_count"]
    )
    return Section(
        anchor(group, "segments"),
        _("Сегменты"),
        blocks(table, Figure(figure), _image_blocks(group)),
    )


def _image_blocks(group: GroupContent) -> list[Paragraph | Remark | object]:
    lines = named(group, group.tables.image_lines)
    lines = lines[lines["share_pct"].notna()]
    if lines.empty:
        return [Remark(_("Признаков, которые заметно отличают сегменты, не найдено."))]
    lines = lines.sort_values("line_number", kind="stable")
    top = lines.groupby("segment_code", sort=False).head(IMAGE_LINES_TOLD)
    order = {name: number for number, name in enumerate(group.segment_names())}
    top = top.sort_values("segment_name", key=lambda names: names.map(order), kind="stable")
    top = top.assign(
        value=top["attribute_name"] + ": " + top["value_name"], index_pct=top["index_pct"].round()
    )
    text = _(
        "Целостный образ сегмента складывается из значений признаков, которые встречаются в нём чаще, чем среди всех клиентов. Индекс 200 означает «вдвое чаще». Образы словами – в профилях."
    )
    caption = caption_of(group, _("Чем отличаются сегменты"))
    return [Paragraph(text), told_table(caption, top, IMAGE_COLUMNS)]


def _verdict_part(group: GroupContent) -> Section:
    frame = named(group, group.tables.verdicts)
    if frame.empty:
        content = (Remark(_("Принятых гипотез нет: проверять нечего.")),)
    else:
        table = told_table(caption_of(group, _("Гипотезы и вердикты")), frame, VERDICT_COLUMNS)
        text = _("Числа ответов, доли и интервалы по каждой гипотезе – в приложении Б.")
        content = (without_empty(table), Paragraph(text))
    return Section(anchor(group, "verdicts"), _("Гипотезы и их проверка"), content)
