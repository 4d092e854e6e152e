"""Columns of the report's tables, and how protected counts are told in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract
from client_segments.language import _
from client_segments.report.tree import Table
from client_segments.steps import OUTCOME_LABELS


def column(name: str, label: str, kind: Kind = Kind.TEXT, unit: str = "") -> Column:
    """Return a column that needs no more than a label."""
    return Column(name, label, kind, "", unit)


def columns_of(name: str, label: str, *columns: Column) -> TableContract:
    """Return the columns of one table of the report."""
    return TableContract(name, label, "", "report", columns)


SEGMENT_COLUMNS = columns_of(
    "segments", _("Сегменты"),
    column("segment_name", _("Сегмент")),
    column("rule_text", _("Правило отнесения")),
    column("clients_count", _("Ёмкость"), Kind.INTEGER),
    column("share_pct", _("Доля"), Kind.NUMBER, "%"),
)  # fmt: skip
ATTRIBUTE_COLUMNS = columns_of(
    "attributes", _("Признаки"),
    column("attribute_name", _("Признак")),
    Column("role", _("Роль"), Kind.CODE, "", codes=rec.ATTRIBUTE_ROLES),
    column("source_types", _("Виды источников")),
    column("basis", _("Реквизит источника")),
    column("is_special", _("Специальный"), Kind.FLAG),
)  # fmt: skip
PRIORITY_COLUMNS = columns_of(
    "priorities", _("Очерёдность"),
    column("rank", _("Место"), Kind.INTEGER),
    column("segment_name", _("Сегмент")),
    column("clients_count", _("Ёмкость"), Kind.INTEGER),
    column("satisfaction_pct", _("Удовлетворены"), Kind.NUMBER, "%"),
    column("problem_uniqueness", _("Уникальность проблем"), Kind.NUMBER),
    column("blind_zone_pct", _("Слепая зона"), Kind.NUMBER, "%"),
    column("score", _("Балл"), Kind.NUMBER),
    column("is_stable", _("Место устойчиво"), Kind.FLAG),
    column("is_chosen", _("Выбран первым"), Kind.FLAG),
)  # fmt: skip
SATISFACTION_COLUMNS = columns_of(
    "satisfaction", _("Удовлетворённость"),
    column("segment_name", _("Сегмент")),
    column("answers_count", _("Ответов"), Kind.INTEGER),
    column("satisfaction_pct", _("Удовлетворены"), Kind.NUMBER, "%"),
    column("low_pct", _("Не менее"), Kind.NUMBER, "%"),
    column("high_pct", _("Не более"), Kind.NUMBER, "%"),
)  # fmt: skip
BLIND_ZONE_COLUMNS = columns_of(
    "blind_zone", _("Слепая зона"),
    column("segment_name", _("Сегмент")),
    column("measure", _("Услуга или мера")),
    column("entitled_count", _("Имеют право"), Kind.INTEGER),
    column("applied_count", _("Обратились"), Kind.INTEGER),
    column("refused_count", _("Отказано"), Kind.INTEGER),
    column("blind_zone_count", _("Слепая зона"), Kind.INTEGER),
    column("blind_zone_pct", _("Доля слепой зоны"), Kind.NUMBER, "%"),
)  # fmt: skip
PROBLEM_COLUMNS = columns_of(
    "problems", _("Особые проблемы сегментов"),
    column("segment_name", _("Сегмент")),
    column("problem", _("Проблема")),
    column("problems_count", _("Упоминаний"), Kind.INTEGER),
    column("share_pct", _("Доля в сегменте"), Kind.NUMBER, "%"),
    column("others_share_pct", _("Доля у остальных"), Kind.NUMBER, "%"),
)  # fmt: skip
CHANNEL_COLUMNS = columns_of(
    "channels", _("Предпочитаемые каналы"),
    column("segment_name", _("Сегмент")),
    *(column(code, label.capitalize()) for code, label in rec.CHANNEL_USES.items()),
)  # fmt: skip
VERDICT_COLUMNS = columns_of(
    "verdicts", _("Гипотезы и вердикты"),
    column("hypothesis_code", _("№")),
    column("segment_name", _("Сегмент")),
    column("hypothesis_text", _("Гипотеза")),
    column("criterion_pct", _("Критерий"), Kind.NUMBER, "%"),
    column("survey_total_count", _("Ответов в опросе"), Kind.INTEGER),
    column("survey_pct", _("Доля «да»"), Kind.NUMBER, "%"),
    Column("verdict", _("Вердикт"), Kind.CODE, "", codes=rec.VERDICTS),
)  # fmt: skip
PLAN_COLUMNS = columns_of(
    "plan", _("План персонализации"),
    column("measure_code", _("№")),
    column("segment_name", _("Сегмент")),
    column("need", _("Потребность или проблема")),
    column("measure", _("Мероприятие")),
    column("responsible", _("Ответственный и срок")),
    column("indicator", _("Показатель: было → станет")),
    Column("state", _("Состояние"), Kind.CODE, "", codes=rec.MEASURE_STATES),
)  # fmt: skip
PROFILE_COLUMNS = columns_of(
    "profiles", _("Профили"),
    column("group_name", _("Группа процессов")),
    column("segment_name", _("Сегмент")),
    Column("status", _("Статус"), Kind.CODE, "", codes=rec.PROFILE_STATUSES),
    column("version_number", _("Версия"), Kind.INTEGER),
    column("formed_date", _("Дата формирования"), Kind.DATE),
    Column("reason", _("Основание"), Kind.CODE, "", codes=rec.UPDATE_REASONS),
)  # fmt: skip
COMPLIANCE_COLUMNS = columns_of(
    "compliance", _("Выполнение Рекомендаций"),
    column("clause", _("Пункт")),
    column("rule", _("Правило")),
    column("group_name", _("Группа процессов")),
    Column("outcome", _("Итог"), Kind.CODE, "", codes=OUTCOME_LABELS),
)  # fmt: skip
FIELD_COLUMNS = columns_of(
    "fields", _("Профиль"),
    column("field", _("Поле")),
    column("value_text", _("Значение")),
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
