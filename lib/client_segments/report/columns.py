"""Columns of the report's tables, and how protected counts are told in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract
from client_segments.language import _
from client_segments.profiles import FOLLOW_UP_RESULTS
from client_segments.report.tree import Table


def column(name: str, label: str, kind: Kind = Kind.TEXT, unit: str = "") -> Column:
    """Return a column that needs no more than a label."""
    return Column(name, label, kind, "", unit)


def percent(name: str, label: str) -> Column:
    """Return a column of percentages."""
    return column(name, label, Kind.NUMBER, "%")


def columns_of(name: str, label: str, *columns: Column) -> TableContract:
    """Return the columns of one table of the report."""
    return TableContract(name, label, "", "report", columns)


_SEGMENT = column("segment_name", _("Сегмент"))
_GROUP = column("group_name", _("Группа процессов"))
_BOUNDS = (percent("low_pct", _("Не менее")), percent("high_pct", _("Не более")))

SUMMARY_COLUMNS = columns_of(
    "summary", _("Главные числа"),
    _GROUP,
    column("clients_count", _("Клиентов в данных"), Kind.INTEGER),
    column("segments_number", _("Сегментов"), Kind.INTEGER),
    percent("satisfaction_pct", _("Удовлетворены")),
    column("entitled_count", _("Имеют право"), Kind.INTEGER),
    column("blind_zone_count", _("Слепая зона"), Kind.INTEGER),
    percent("blind_zone_pct", _("Доля слепой зоны")),
    column("measures_number", _("Мероприятий в плане"), Kind.INTEGER),
)  # fmt: skip
VERDICT_SUMMARY_COLUMNS = columns_of(
    "verdict_summary", _("Итоги проверки гипотез"),
    _GROUP,
    column("all", _("Принято"), Kind.INTEGER),
    *(column(code, label.capitalize(), Kind.INTEGER) for code, label in rec.VERDICTS.items()),
)  # fmt: skip
SEGMENT_COLUMNS = columns_of(
    "segments", _("Сегменты"),
    _SEGMENT,
    column("rule_text", _("Правило отнесения")),
    column("clients_count", _("Ёмкость"), Kind.INTEGER),
    percent("share_pct", _("Доля")),
)  # fmt: skip
IMAGE_COLUMNS = columns_of(
    "images", _("Чем отличаются сегменты"),
    _SEGMENT,
    column("value", _("Признак и значение")),
    percent("share_pct", _("Доля в сегменте")),
    percent("overall_share_pct", _("Доля среди всех")),
    column("index_pct", _("Индекс"), Kind.INTEGER),
)  # fmt: skip
ATTRIBUTE_COLUMNS = columns_of(
    "attributes", _("Признаки"),
    column("attribute_name", _("Признак")),
    Column("role", _("Роль"), Kind.CODE, "", codes=rec.ATTRIBUTE_ROLES),
    column("source_types", _("Вид источника (пункт 5)")),
    column("basis", _("Реквизит источника")),
    column("is_special", _("Специальный"), Kind.FLAG),
    percent("missing_pct", _("Нет данных")),
)  # fmt: skip
PRIORITY_COLUMNS = columns_of(
    "priorities", _("Очерёдность"),
    column("rank", _("Место"), Kind.INTEGER),
    _SEGMENT,
    column("capacity_count", _("Ёмкость"), Kind.INTEGER),
    percent("satisfaction_pct", _("Удовлетворены")),
    column("problem_uniqueness", _("Уникальность проблем"), Kind.NUMBER),
    percent("blind_zone_pct", _("Слепая зона")),
    column("score", _("Балл"), Kind.NUMBER),
    percent("first_pct", _("Вероятность первого места")),
    column("places", _("Возможные места")),
    column("is_chosen", _("Исследуется первым"), Kind.FLAG),
)  # fmt: skip
CAPACITY_COLUMNS = columns_of(
    "capacity", _("Ёмкость и численность"),
    _SEGMENT,
    column("clients_count", _("Клиентов в данных"), Kind.INTEGER),
    column("population_count", _("Численность"), Kind.INTEGER),
    column("population_low_count", _("Не менее"), Kind.INTEGER),
    column("population_high_count", _("Не более"), Kind.INTEGER),
    column("interval_kind", _("Что за границы")),
)  # fmt: skip
SATISFACTION_COLUMNS = columns_of(
    "satisfaction", _("Удовлетворённость"),
    _SEGMENT,
    column("answers_count", _("Ответов"), Kind.INTEGER),
    percent("satisfaction_pct", _("Удовлетворены")),
    *_BOUNDS,
    percent("shrunk_pct", _("Сглаженная доля")),
    percent("unanswered_pct", _("Без ответа")),
)  # fmt: skip
QUESTION_COLUMNS = columns_of(
    "questions", _("Удовлетворённость по вопросам"),
    _SEGMENT,
    column("question", _("Вопрос")),
    column("answers_count", _("Ответов"), Kind.INTEGER),
    percent("satisfaction_pct", _("Удовлетворены")),
    *_BOUNDS,
)  # fmt: skip
BLIND_ZONE_COLUMNS = columns_of(
    "blind_zone", _("Слепая зона"),
    _SEGMENT,
    column("measure", _("Услуга или мера")),
    column("entitled_count", _("Имеют право"), Kind.INTEGER),
    column("applied_count", _("Обратились"), Kind.INTEGER),
    column("refused_count", _("Отказано"), Kind.INTEGER),
    column("blind_zone_count", _("Слепая зона"), Kind.INTEGER),
    percent("blind_zone_pct", _("Доля слепой зоны")),
    *_BOUNDS,
)  # fmt: skip
REASON_COLUMNS = columns_of(
    "reasons", _("Почему не обращаются"),
    _SEGMENT,
    column("measure", _("Услуга или мера")),
    column("reason", _("Причина")),
    column("answers_count", _("Назвавших причины"), Kind.INTEGER),
    percent("share_pct", _("Доля")),
    *_BOUNDS,
)  # fmt: skip
PROBLEM_COLUMNS = columns_of(
    "problems", _("Особые проблемы сегментов"),
    _SEGMENT,
    column("problem", _("Проблема")),
    column("problems_count", _("Упоминаний"), Kind.INTEGER),
    percent("share_pct", _("Доля в сегменте")),
    percent("others_share_pct", _("Доля у остальных")),
)  # fmt: skip
CHANNEL_COLUMNS = columns_of(
    "channels", _("Предпочитаемые каналы"),
    _SEGMENT,
    *(column(code, label.capitalize()) for code, label in rec.CHANNEL_USES.items()),
)  # fmt: skip
GAP_COLUMNS = columns_of(
    "gaps", _("Где предпочтение расходится с использованием"),
    _SEGMENT,
    Column("use", _("Назначение"), Kind.CODE, "", codes=rec.CHANNEL_USES),
    column("channel_name", _("Канал")),
    percent("used_pct", _("Используют")),
    percent("preferred_pct", _("Предпочитают")),
    column("difference_pct", _("Разница"), Kind.NUMBER, "п. п."),
)  # fmt: skip
VERDICT_COLUMNS = columns_of(
    "verdicts", _("Гипотезы и вердикты"),
    column("hypothesis_code", _("№")),
    _SEGMENT,
    column("hypothesis_text", _("Гипотеза")),
    Column("kind", _("О чём"), Kind.CODE, "", codes=rec.HYPOTHESIS_KINDS),
    Column("verdict", _("Вердикт"), Kind.CODE, "", codes=rec.VERDICTS),
)  # fmt: skip
EVIDENCE_COLUMNS = columns_of(
    "evidence", _("Гипотезы и свидетельства"),
    column("hypothesis_code", _("№")),
    _SEGMENT,
    column("hypothesis_text", _("Гипотеза")),
    percent("criterion_pct", _("Критерий")),
    column("survey_total_count", _("Ответов в опросе"), Kind.INTEGER),
    percent("survey_pct", _("Доля «да»")),
    *_BOUNDS,
    column("talks_for_count", _("Беседы: за"), Kind.INTEGER),
    column("talks_against_count", _("Беседы: против"), Kind.INTEGER),
    Column("verdict", _("Вердикт"), Kind.CODE, "", codes=rec.VERDICTS),
)  # fmt: skip
RESPONDENT_COLUMNS = columns_of(
    "respondents", _("Респонденты"),
    _SEGMENT,
    Column("instrument", _("Способ"), Kind.CODE, "", codes=rec.INSTRUMENTS),
    column("respondents_count", _("Респондентов"), Kind.INTEGER),
    column("consent_count", _("С согласием"), Kind.INTEGER),
)  # fmt: skip
PLAN_COLUMNS = columns_of(
    "plan", _("План персонализации"),
    column("measure_code", _("№")),
    _SEGMENT,
    column("need", _("Потребность, проблема, гипотеза")),
    column("measure", _("Мероприятие, этап и канал")),
    column("responsible", _("Ответственный, срок, ресурсы")),
    column("indicator", _("Показатель: было → станет")),
    column("priority", _("Приоритет"), Kind.INTEGER),
    Column("state", _("Состояние"), Kind.CODE, "", codes=rec.MEASURE_STATES),
)  # fmt: skip
FOLLOW_UP_COLUMNS = columns_of(
    "follow_up", _("Итоги мероприятий прошлого года"),
    column("measure_code", _("№")),
    _SEGMENT,
    column("measure", _("Мероприятие")),
    column("indicator", _("Показатель")),
    column("base_value", _("База"), Kind.NUMBER),
    column("target_value", _("Цель"), Kind.NUMBER),
    column("actual_value", _("Сейчас"), Kind.NUMBER),
    Column("result", _("Итог"), Kind.CODE, "", codes=FOLLOW_UP_RESULTS),
    Column("state", _("Состояние"), Kind.CODE, "", codes=rec.MEASURE_STATES),
    column("text", _("Пояснение")),
)  # fmt: skip
PROFILE_COLUMNS = columns_of(
    "profiles", _("Профили"),
    _GROUP,
    _SEGMENT,
    Column("status", _("Статус"), Kind.CODE, "", codes=rec.PROFILE_STATUSES),
    column("version_number", _("Версия"), Kind.INTEGER),
    column("formed_date", _("Дата формирования"), Kind.DATE),
    Column("reason", _("Основание"), Kind.CODE, "", codes=rec.UPDATE_REASONS),
)  # fmt: skip
CHANGE_COLUMNS = columns_of(
    "changes", _("Изменения за год"),
    _GROUP,
    _SEGMENT,
    column("label", _("Показатель")),
    percent("previous_value", _("Было")),
    percent("current_value", _("Стало")),
    column("difference", _("Изменение"), Kind.NUMBER, "п. п."),
    column("low", _("Не менее"), Kind.NUMBER, "п. п."),
    column("high", _("Не более"), Kind.NUMBER, "п. п."),
    column("is_real", _("Больше случайного"), Kind.FLAG),
)  # fmt: skip
CHANGE_SUMMARY_COLUMNS = columns_of(
    "change_summary", _("Сравнение с прошлым годом"),
    _GROUP,
    column("continued", _("Сегментов было и осталось"), Kind.INTEGER),
    column("new", _("Новых"), Kind.INTEGER),
    column("vanished", _("Исчезло"), Kind.INTEGER),
    column("compared", _("Показателей сравнили"), Kind.INTEGER),
    column("real", _("Изменились больше случайного"), Kind.INTEGER),
)  # fmt: skip
VERDICT_CHANGE_COLUMNS = columns_of(
    "verdict_changes", _("Изменившиеся вердикты"),
    _GROUP,
    _SEGMENT,
    column("hypothesis_code", _("Гипотеза")),
    Column("previous_verdict", _("Было"), Kind.CODE, "", codes=rec.VERDICTS),
    Column("verdict", _("Стало"), Kind.CODE, "", codes=rec.VERDICTS),
)  # fmt: skip
FIELD_COLUMNS = columns_of(
    "fields", _("Дополнительные поля профилей"),
    _SEGMENT,
    column("field", _("Поле")),
    column("value_text", _("Значение")),
)  # fmt: skip
SOURCE_COLUMNS = columns_of(
    "sources", _("Источники данных"),
    _GROUP,
    column("source", _("Источник и дата")),
)  # fmt: skip
TERM_COLUMNS = columns_of(
    "terms", _("Термины"),
    column("term", _("Термин")),
    column("meaning", _("Что означает")),
    column("clause", _("Пункт")),
)  # fmt: skip


def told_table(
    caption: str, frame: pd.DataFrame, contract: TableContract, counts: Sequence[str] = ()
) -> Table:
    """Return a table of the contract's columns; counts are told by the protection rule."""
    return Table(caption, frame[contract.column_names].copy(), contract, tuple(counts))


def without_empty(shown: Table) -> Table:
    """Return a table without the columns in which no row has a value."""
    frame = shown.frame.dropna(axis="columns", how="all")
    return replace(shown, frame=frame, counts=tuple(name for name in shown.counts if name in frame))
