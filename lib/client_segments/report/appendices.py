"""Appendices: sources, hypotheses in full, additional fields of profiles, terms."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from client_segments.language import _
from client_segments.report.columns import (
    EVIDENCE_COLUMNS,
    FIELD_COLUMNS,
    RESPONDENT_COLUMNS,
    SOURCE_COLUMNS,
    TERM_COLUMNS,
    told_table,
    without_empty,
)
from client_segments.report.groups import GroupContent, caption_of, named
from client_segments.report.profile_pages import additional_fields
from client_segments.report.tree import Block, Remark, Section, blocks

TERMS = (
    (_("Сегментация клиентов"), _("разделение клиентов на сегменты на основании сходств по одному или нескольким признакам"), "2(1)"),
    (_("Клиентский сегмент"), _("группа клиентов, которую можно выделить на основании сходств по одному или нескольким признакам"), "2(2)"),
    (_("Профиль клиентского сегмента"), _("совокупность признаков и особенностей, описывающих клиентский сегмент"), "2(3)"),
    (_("Клиентский путь"), _("последовательность действий клиента от возникновения потребности до её удовлетворения"), "2(4)"),
    (_("Ёмкость сегмента"), _("количество лиц, попавших в сегмент"), "2(5)"),
    (_("Глубинное интервью"), _("доверительная беседа с клиентом для выявления проблем, задач и ожиданий"), "2(6)"),
    (_("Фокус-группа"), _("исследование, в котором группа обсуждает поставленную задачу"), "2(7)"),
    (_("Слепая зона"), _("клиенты, которые имеют право на государственную услугу или меру поддержки, но не обращаются за ней"), "2(8)"),
    (_("Клиентский опыт"), _("впечатления клиента от взаимодействия с органами власти"), "2(9)"),
    (_("Удовлетворённость клиента"), _("измеримое восприятие клиентом степени выполнения его ожиданий"), "2(10)"),
    (_("Персонализация клиентского пути"), _("формирование наиболее удобного клиентского пути для отдельных сегментов"), "2(11)"),
    (_("Признак образующий, описательный"), _("образующий делит клиентов на сегменты, описательный описывает уже выделенные"), "5"),
    (_("Признак специальный"), _("признак социально незащищённых слоёв населения"), "5"),
    (_("Целостный образ"), _("описание сегмента значениями признаков, которые отличают его от других"), "6"),
    (_("Уникальность проблем"), _("насколько проблемы сегмента не похожи на проблемы остальных, от 0 до 1"), "6"),
    (_("Гипотеза и вердикт"), _("предположение о пути, канале или проблеме сегмента и итог его проверки с респондентами"), "7"),
    (_("Индекс отличия"), _("во сколько раз значение встречается в сегменте чаще, чем среди всех, в процентах: 100 – так же часто"), "—"),
    (_("Интервал 95 %"), _("границы, которые при повторении опроса накрывали бы истинное значение в 95 случаях из 100"), "—"),
    (_("Сглаженная доля"), _("доля, притянутая к общему уровню тем сильнее, чем меньше ответов"), "—"),
    (_("Больше случайного"), _("изменение, которое трудно объяснить случайностью с учётом числа всех сравнений"), "—"),
)  # fmt: skip
"""Terms of clause 2 in the words of the Recommendations, and terms of this report."""


def appendices(groups: Sequence[GroupContent]) -> Section:
    """Return the section of appendices."""
    parts = (
        ("sources", _("А. Источники данных"), _sources(groups)),
        ("evidence", _("Б. Гипотезы и итоги проверки полностью"), _evidence(groups)),
        ("fields", _("В. Дополнительные поля профилей"), _fields(groups)),
        ("terms", _("Г. Термины"), [_terms()]),
    )
    return Section(
        "appendices",
        _("Приложения"),
        (),
        tuple(Section(f"appendix-{code}", title, blocks(found)) for code, title, found in parts),
    )


def _sources(groups: Sequence[GroupContent]) -> list[Block]:
    rows = [
        (group.name, source)
        for group in groups
        for source in group.tables.group.sources or (_("источники не указаны"),)
    ]
    if not rows:
        return [Remark(_("Групп процессов в отчёте нет."))]
    frame = pd.DataFrame(rows, columns=SOURCE_COLUMNS.column_names)
    return [told_table(_("Источники данных с датами"), frame, SOURCE_COLUMNS)]


def _evidence(groups: Sequence[GroupContent]) -> list[Block]:
    found: list[Block] = []
    for group in groups:
        verdicts = named(group, group.tables.verdicts)
        if verdicts.empty:
            text = _("«{group}»: принятых гипотез нет.").format(group=group.name)
            found.append(Remark(text))
            continue
        counts = ["survey_total_count", "talks_for_count", "talks_against_count"]
        caption = caption_of(group, _("Гипотезы и свидетельства"))
        found.append(without_empty(told_table(caption, verdicts, EVIDENCE_COLUMNS, counts)))
        respondents = named(group, group.tables.respondents)
        if len(respondents):
            caption = caption_of(group, _("Респонденты"))
            counts = ["respondents_count", "consent_count"]
            found.append(told_table(caption, respondents, RESPONDENT_COLUMNS, counts))
    return found or [Remark(_("Групп процессов в отчёте нет."))]


def _fields(groups: Sequence[GroupContent]) -> list[Block]:
    found: list[Block] = []
    for group in groups:
        frame = named(group, additional_fields(group))
        if len(frame):
            caption = caption_of(group, _("Дополнительные поля профилей"))
            found.append(told_table(caption, frame, FIELD_COLUMNS))
    return found or [Remark(_("Заполненных дополнительных полей нет."))]


def _terms() -> Block:
    frame = pd.DataFrame(TERMS, columns=TERM_COLUMNS.column_names)
    return told_table(_("Термины отчёта"), frame, TERM_COLUMNS)
