"""Content of the yearly report (clause 9), written from protected tables only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from client_segments import recommendations as rec
from client_segments.disclosure import BAND
from client_segments.language import _, format_date, sentence_list
from client_segments.profiles.comparison import CHANGES
from client_segments.report.appendices import appendices
from client_segments.report.columns import (
    SUMMARY_COLUMNS,
    VERDICT_SUMMARY_COLUMNS,
    told_table,
    without_empty,
)
from client_segments.report.compliance import compliance_section
from client_segments.report.group_sections import group_section
from client_segments.report.groups import GroupContent, anchor
from client_segments.report.sentences import (
    group_sentences,
    summary_table,
    verdict_table,
)
from client_segments.report.tree import Block, Items, Paragraph, Remark, Report, Section, blocks
from client_segments.report.year_changes import change_sentence, changes_section


def no_changes() -> pd.DataFrame:
    """Return a table of comparisons without a row."""
    return CHANGES.empty().assign(group_code="")


@dataclass(frozen=True)
class YearContent:
    """What the report tells of an authority's year.

    Attributes
    ----------
    groups
        Groups whose profiles are formed.
    unfinished
        Names of groups that are not, with the reason.
    signatory, summary
        What `report.yml` says.
    composed_on
        Date of the newest decision behind the report.
    changes
        One row is one comparison with last year, judged among all of the authority.
    """

    authority_name: str
    year: int
    groups: tuple[GroupContent, ...]
    unfinished: tuple[tuple[str, str], ...]
    signatory: str
    summary: str
    composed_on: date | None
    changes: pd.DataFrame = field(default_factory=no_changes)


def year_report(content: YearContent) -> Report:
    """Write the report of an authority's year as a tree of content."""
    deadline = rec.report_deadline(content.year)
    facts = (
        (_("Орган власти"), content.authority_name),
        (_("Год, за который составлены профили"), str(content.year)),
        (_("Групп процессов"), str(len(content.groups))),
        (_("Срок представления (пункт 9)"), format_date(deadline)),
        (_("Составлен по решениям на"), format_date(content.composed_on)),
        (_("Подписывает"), content.signatory or _("не указано")),
    )
    sections = [
        _summary(content),
        _method(content),
        *(group_section(group) for group in content.groups),
        changes_section(content.year, content.groups, content.changes),
        compliance_section(content.year, content.groups, content.unfinished, content.composed_on),
        _limitations(content),
        appendices(content.groups),
    ]
    title = _("Отчёт о профилях клиентских сегментов")
    return Report(
        title,
        content.authority_name,
        content.year,
        content.composed_on,
        facts,
        tuple(sections),
    )


def _summary(content: YearContent) -> Section:
    intro = [Paragraph(text) for text in content.summary.split("\n\n") if text.strip()]
    nothing = Remark(_("Ни в одной группе процессов профили ещё не сформированы."))
    if not content.groups:
        return Section("summary", _("Главное"), blocks(intro, nothing))
    changed = change_sentence(content.groups, content.changes)
    parts = tuple(
        Section(anchor(group, "summary"), group.name, (Items(tuple(group_sentences(group))),))
        for group in content.groups
    )
    return Section(
        "summary",
        _("Главное"),
        blocks(intro, _summary_tables(content.groups), Paragraph(changed) if changed else None),
        parts,
    )


def _summary_tables(groups: Sequence[GroupContent]) -> list[Block]:
    counts = ["clients_count", "entitled_count", "blind_zone_count"]
    numbers = told_table(_("Главные числа"), summary_table(groups), SUMMARY_COLUMNS, counts)
    verdicts = verdict_table(groups)
    found: list[Block] = [without_empty(numbers)]
    if verdicts["all"].sum():
        found.append(told_table(_("Итоги проверки гипотез"), verdicts, VERDICT_SUMMARY_COLUMNS))
    return found


def _method(content: YearContent) -> Section:
    texts = [
        _("Сегменты образованы по перечню признаков (пункт 5 Рекомендаций); каждый клиент отнесён к одному сегменту, остальные показаны отдельно."),
        _("Очерёдность исследования рассчитана по четырём параметрам пункта 6: ёмкость и удовлетворённость (основные), уникальность проблем и слепая зона (дополнительные). Параметр без данных не заменяется нулём: его вес делят остальные."),
        _verification_text(content),
        _("Защита сведений: числа людей, ответов и дел округлены до середины шестёрок, числа меньше {band} не называются, ноль от них не отличается; доли рассчитаны по округлённым числам, суммы сложены из них. Поэтому они немного отличаются от точных чисел внутренних блокнотов. Медианы, средние оценки и слова отдельных клиентов не раскрываются.").format(band=BAND),
        _("Источники данных с датами перечислены в приложении А, термины – в приложении Г."),
    ]  # fmt: skip
    return Section("method", _("Метод и источники"), tuple(Paragraph(text) for text in texts))


def _verification_text(content: YearContent) -> str:
    """Say of the verification of hypotheses what is true of this year."""
    verdicts = [verdict for group in content.groups for verdict in group.tables.verdicts["verdict"]]
    if not verdicts:
        return _("Гипотезы о клиентском пути и каналах ещё не приняты и не проверялись.")
    if all(verdict == "not_verified" for verdict in verdicts):
        return _(
            "Принятые гипотезы о клиентском пути и каналах с респондентами ещё не проверялись."
        )
    return _(
        "Гипотезы о клиентском пути и каналах проверялись с участием респондентов по критериям, заданным до проверки; непроверенные названы в таблицах гипотез."
    )


def _limitations(content: YearContent) -> Section:
    lines = [
        _("«{group}»: {text}").format(group=group.name, text=text)
        for group in content.groups
        for text in group.tables.group.limitations
    ]
    unstable = _unstable(content.groups)
    texts = [
        Items(tuple(lines))
        if lines
        else Paragraph(_("Ограничения данных в паспортах групп не названы.")),
        Paragraph(unstable) if unstable else None,
    ]
    return Section("limitations", _("Ограничения"), blocks(*texts))


def _unstable(groups: Sequence[GroupContent]) -> str:
    names: Mapping[str, list[str]] = {
        group.name: [
            f"«{row.segment_name}»"
            for row in group.tables.priorities.itertuples()
            if not row.is_stable
        ]
        for group in groups
    }
    parts = [f"{name} – {sentence_list(found)}" for name, found in names.items() if found]
    if not parts:
        return ""
    return _(
        "Место в очереди неустойчиво (зависит от весов и от точности оценок): {parts}."
    ).format(parts="; ".join(parts))
