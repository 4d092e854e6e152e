"""Content of the yearly report (clause 9), written from protected tables only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from client_segments import recommendations as rec
from client_segments.disclosure import BAND
from client_segments.language import _, format_date, sentence_list
from client_segments.report.columns import PROFILE_COLUMNS, column, columns_of, told_table
from client_segments.report.groups import GroupContent, anchor, group_section, named
from client_segments.report.sentences import group_sentences
from client_segments.report.tree import Items, Paragraph, Remark, Report, Section, blocks
from client_segments.steps import OUTCOME_LABELS


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
    """

    authority_name: str
    year: int
    groups: tuple[GroupContent, ...]
    unfinished: tuple[tuple[str, str], ...]
    signatory: str
    summary: str
    composed_on: date | None


def year_report(content: YearContent) -> Report:
    """Write the report of an authority's year as a tree of content."""
    deadline = rec.report_deadline(content.year)
    facts = (
        (_("Орган власти"), content.authority_name),
        (_("Год, за который составлены профили"), str(content.year)),
        (_("Срок представления (пункт 9)"), format_date(deadline)),
        (_("Составлен по решениям на"), format_date(content.composed_on)),
        (_("Групп процессов"), str(len(content.groups))),
        (_("Подписывает"), content.signatory or _("не указано")),
    )
    sections = [
        _summary(content),
        _method(content),
        *(group_section(group) for group in content.groups),
        _versions(content),
        _compliance(content),
        _limitations(content),
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
    parts = tuple(
        Section(anchor(group, "summary"), group.name, (Items(tuple(group_sentences(group))),))
        for group in content.groups
    )
    return Section("summary", _("Главное"), blocks(intro, None if parts else nothing), parts)


def _method(content: YearContent) -> Section:
    texts = [
        _("Сегменты образованы по перечню признаков (пункт 5 Рекомендаций); каждый клиент отнесён к одному сегменту, остальные показаны отдельно."),
        _("Очерёдность исследования рассчитана по четырём параметрам пункта 6: ёмкость и удовлетворённость (основные), уникальность проблем и слепая зона (дополнительные). Параметр без данных не заменяется нулём: его вес делят остальные."),
        _("Удовлетворён тот, чья оценка попадает в верхнюю четверть шкалы. Интервалы рассчитаны с доверием 95 %. Отказ – это обращение, поэтому в слепую зону он не входит."),
        _verification_text(content),
        _("Защита сведений: числа людей, ответов и дел округлены до середины шестёрок, числа меньше {band} не называются, ноль от них не отличается; доли рассчитаны по округлённым числам, суммы сложены из них. Поэтому они немного отличаются от точных чисел внутренних блокнотов.").format(band=BAND),
    ]  # fmt: skip
    sources = [
        _("«{group}»: {sources}").format(
            group=group.name,
            sources="; ".join(group.tables.group.sources) or _("источники не указаны"),
        )
        for group in content.groups
    ]
    paragraphs = [Paragraph(text) for text in texts]
    return Section(
        "method", _("Метод и источники"),
        blocks(paragraphs, Paragraph(_("Источники данных по группам процессов:")) if sources else None,
               Items(tuple(sources)) if sources else None),
    )  # fmt: skip


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


def _versions(content: YearContent) -> Section:
    frames = [
        named(group, group.profiles).assign(group_name=group.name) for group in content.groups
    ]
    if not frames:
        return Section("versions", _("Версии профилей"), (Remark(_("Версий профилей нет.")),))
    caption = _("Версии профилей за {year} год").format(year=content.year)
    return Section(
        "versions", _("Версии профилей"),
        (told_table(caption, pd.concat(frames, ignore_index=True), PROFILE_COLUMNS),),
    )  # fmt: skip


def _compliance(content: YearContent) -> Section:
    frames = [group.checks.assign(group_name=group.name) for group in content.groups]
    deadline = _("Отчёт представляется не позднее {day}.").format(
        day=format_date(rec.report_deadline(content.year))
    )
    unfinished = [
        Remark(_("«{group}»: профили не сформированы – {reason}").format(group=name, reason=reason))
        for name, reason in content.unfinished
    ]
    if not frames:
        return Section(
            "compliance", _("Выполнение Рекомендаций"), blocks(Paragraph(deadline), unfinished)
        )
    frame = pd.concat(frames, ignore_index=True)
    frame["clause"] = frame["clause"].fillna("")
    frame = frame.sort_values(["clause"], kind="stable", key=_clause_key)
    met = int((frame["outcome"] == "met").sum())
    tally = _(
        "Выполнено {met} из {all} проверок; что сделать по остальным, сказано во внутренних блокнотах, раздел «Проверки»."
    )
    caption = _("Проверки по пунктам Рекомендаций и группам процессов")
    wide = frame.assign(told=frame["outcome"].map(OUTCOME_LABELS)).pivot_table(
        index=["clause", "rule"], columns="group_name", values="told", aggfunc="; ".join, sort=False
    )
    names = [group.name for group in content.groups]
    columns = columns_of(
        "compliance", caption,
        column("clause", _("Пункт")), column("rule", _("Правило")),
        *(column(name, name) for name in dict.fromkeys(names)),
    )  # fmt: skip
    return Section(
        "compliance", _("Выполнение Рекомендаций"),
        blocks(Paragraph(deadline), Paragraph(tally.format(met=met, all=len(frame))),
               told_table(caption, wide.reset_index(), columns), unfinished),
    )  # fmt: skip


def _clause_key(clauses: pd.Series) -> pd.Series:
    return clauses.str.extract(r"(\d+)", expand=False).astype("float64").fillna(99)


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
