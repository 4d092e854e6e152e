"""Contracts of what an event log and interviews say of the journey; all are aggregates."""

from __future__ import annotations

from functools import partial

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract, count_column, percent_column
from client_segments.hypotheses.contracts import SEGMENT_CODE
from client_segments.language import _

TIME_MEASURES = {
    "to_next": _("до следующего этапа"),
    "in_stage": _("на этапе всего"),
    "waiting": _("ожидание перед этапом"),
    "working": _("работа на этапе"),
}
"""What is timed within a stage."""

CASE_SHARES = {
    "returned": _("дела с возвратом на пройденный этап"),
    "channel_changed": _("дела со сменой канала"),
    "refused": _("дела с отказом"),
    "lost": _("потерянные дела"),
    "open": _("незавершённые дела"),
    "repeated": _("повторные дела того же клиента"),
}
CASE_AMOUNTS = {
    "duration_days": _("длительность дела, дней"),
    "contacts_count": _("контактов за дело"),
    "events_count": _("событий за дело"),
    "returns_count": _("возвратов за дело"),
    "channel_changes_count": _("смен канала за дело"),
}

EMOTIONS = {
    -2: _("−2, очень плохо"), -1: _("−1, плохо"), 0: _("0, безразлично"), 1: _("+1, хорошо"),
    2: _("+2, очень хорошо"),
}  # fmt: skip
"""What clients feel on a stage (A.5 of the form)."""

STAGE_NUMBER = Column(
    "stage_number", _("№ этапа"), Kind.INTEGER, _("Номер по справочнику; свои этапы – после него."),
    required=True, minimum=1,
)  # fmt: skip
STAGE = Column(
    "stage", _("Этап пути"), Kind.TEXT, _("Название этапа."), required=True, clause="2(4)"
)


_count = partial(count_column, required=True)


def _points(name: str, label: str, description: str) -> Column:
    return Column(name, label, Kind.NUMBER, description, unit=_("п. п."))


def _days(name: str, label: str, description: str) -> Column:
    return Column(name, label, Kind.NUMBER, description, unit=_("дней"))


_OTHERS_CASES = _count(
    "others_cases_count",
    _("Дел у остальных"),
    _("Число дел остальных клиентов, отнесённых к сегментам."),
    required=False,
)
_DIFFERENCE = (
    _points("difference_pct", _("Разница"), _("Доля в сегменте минус доля у остальных.")),
    _points("low_pct", _("Разница не менее"), _("Нижняя граница 95 %-го интервала Ньюкомба.")),
    _points("high_pct", _("Разница не более"), _("Верхняя граница 95 %-го интервала Ньюкомба.")),
)  # fmt: skip

JOURNEY_TOTALS = TableContract(
    "journey_totals", _("Объём журнала событий"), _("Одна строка – сегмент (или все клиенты)."), "hypotheses",
    (
        SEGMENT_CODE,
        _count("cases_count", _("Дел"), _("Число дел.")),
        _count("clients_count", _("Клиентов"), _("Число разных клиентов, названных в делах.")),
        _count("events_count", _("Событий"), _("Число учтённых событий.")),
        _count("variants_count", _("Вариантов пути"), _("Число разных последовательностей этапов.")),
        _count("records_count", _("Записей журнала"), _("Завершения вместе с началами и иными переходами событий. Пусто – журнал переходов не различает: записей столько же, сколько событий."), required=False),
        _count("record_variants_count", _("Вариантов по записям"), _("Число разных последовательностей всех записей по названиям событий. Пусто – журнал переходов не различает."), required=False),
        _count("finished_count", _("Завершены"), _("Дела с исходом и дела, где давно нет событий.")),
        _count("open_count", _("Не завершены"), _("Дела, которые к концу журнала ещё могли продолжиться; потерянными не считаются.")),
        Column("first_date", _("Первое событие"), Kind.DATE, _("День первого события.")),
        Column("last_date", _("Последнее событие"), Kind.DATE, _("День последнего события.")),
    ),
    clause="2(4), 7",
)  # fmt: skip

JOURNEY_FLOW = TableContract(
    "journey_flow", _("Движение дел по этапам"), _("Одна строка – сегмент × этап пути."), "hypotheses",
    (
        SEGMENT_CODE, STAGE_NUMBER, STAGE,
        _count("cases_count", _("Дел"), _("Число дел сегмента.")),
        _count("reached_count", _("Дошли до этапа"), _("Число дел, в которых этап отмечен.")),
        percent_column("reached_pct", _("Доля дошедших"), _("Доля дел, в которых этап отмечен.")),
        _OTHERS_CASES,
        percent_column("others_reached_pct", _("Доля дошедших у остальных"), _("То же у остальных клиентов.")),
        *_DIFFERENCE,
        _count("ended_count", _("Остановились на этапе"), _("Завершённые дела, чьё последнее событие – этого этапа.")),
        _count("open_count", _("Ещё на этапе"), _("Незавершённые дела, чьё последнее событие – этого этапа.")),
        _count("lost_count", _("Потеряны после этапа"), _("Дела, остановившиеся на этапе без результата и без отказа. Пусто – исходы дел не отмечены."), required=False),
        percent_column("lost_pct", _("Доля потерянных"), _("Доля потерянных среди дошедших, без незавершённых.")),
        percent_column("others_lost_pct", _("Доля потерянных у остальных"), _("То же у остальных клиентов.")),
        _count("returned_count", _("Вернулись на этап"), _("Дела, снова вошедшие на этап после другого этапа.")),
        percent_column("returned_pct", _("Доля вернувшихся"), _("Доля вернувшихся среди дошедших.")),
        percent_column("others_returned_pct", _("Доля вернувшихся у остальных"), _("То же у остальных клиентов.")),
    ),
    clause="2(4), 7",
)  # fmt: skip

JOURNEY_TIMES = TableContract(
    "journey_times", _("Время этапов"), _("Одна строка – сегмент × этап пути × что измерено."), "hypotheses",
    (
        SEGMENT_CODE, STAGE_NUMBER, STAGE,
        Column("measure", _("Что измерено"), Kind.CODE, _("До следующего этапа – от первого события этапа до первого события следующего нового этапа; на этапе – сумма времени до следующего события; ожидание и работа – до начала и от начала события, если начало отмечено."), codes=TIME_MEASURES, required=True),
        _count("cases_count", _("Дел"), _("Число дел, в которых время известно.")),
        _days("q1_days", _("Четверть дел быстрее"), _("Нижний квартиль.")),
        _days("median_days", _("Половина дел быстрее"), _("Медиана.")),
        _days("q3_days", _("Три четверти дел быстрее"), _("Верхний квартиль.")),
        _OTHERS_CASES,
        _days("others_q1_days", _("Четверть дел остальных быстрее"), _("Нижний квартиль у остальных клиентов.")),
        _days("others_median_days", _("Половина дел остальных быстрее"), _("Медиана у остальных клиентов.")),
        _days("others_q3_days", _("Три четверти дел остальных быстрее"), _("Верхний квартиль у остальных клиентов.")),
    ),
    clause="2(4), 7",
)  # fmt: skip

JOURNEY_SHARES = TableContract(
    "journey_shares", _("Особенности пути: доли дел"), _("Одна строка – сегмент × особенность пути."), "hypotheses",
    (
        SEGMENT_CODE,
        Column("measure", _("Особенность"), Kind.CODE, _("Какие дела считаются."), codes=CASE_SHARES, required=True),
        _count("hits_count", _("Таких дел"), _("Число таких дел.")),
        _count("cases_count", _("Дел"), _("Число дел, о которых это известно.")),
        percent_column("share_pct", _("Доля"), _("Доля таких дел.")),
        _OTHERS_CASES,
        percent_column("others_share_pct", _("Доля у остальных"), _("То же у остальных клиентов.")),
        *_DIFFERENCE,
    ),
    clause="2(4), 7",
)  # fmt: skip

JOURNEY_AMOUNTS = TableContract(
    "journey_amounts", _("Особенности пути: время и число"), _("Одна строка – сегмент × величина."), "hypotheses",
    (
        SEGMENT_CODE,
        Column("measure", _("Величина"), Kind.CODE, _("Что измерено в деле."), codes=CASE_AMOUNTS, required=True),
        _count("cases_count", _("Дел"), _("Число дел, в которых величина известна.")),
        Column("mean", _("Среднее"), Kind.NUMBER, _("Среднее по делам.")),
        Column("q1", _("Нижний квартиль"), Kind.NUMBER, _("У четверти дел не больше.")),
        Column("median", _("Медиана"), Kind.NUMBER, _("У половины дел не больше.")),
        Column("q3", _("Верхний квартиль"), Kind.NUMBER, _("У трёх четвертей дел не больше.")),
        _OTHERS_CASES,
        Column("others_mean", _("Среднее у остальных"), Kind.NUMBER, _("Среднее по делам остальных клиентов.")),
        Column("others_q1", _("Нижний квартиль у остальных"), Kind.NUMBER, _("То же у остальных клиентов.")),
        Column("others_median", _("Медиана у остальных"), Kind.NUMBER, _("То же у остальных клиентов.")),
        Column("others_q3", _("Верхний квартиль у остальных"), Kind.NUMBER, _("То же у остальных клиентов.")),
    ),
    clause="2(4), 7",
)  # fmt: skip

JOURNEY_VARIANTS = TableContract(
    "journey_variants", _("Частые варианты пути"), _("Одна строка – сегмент × вариант пути (последовательность этапов)."), "hypotheses",
    (
        SEGMENT_CODE,
        Column("variant_number", _("№"), Kind.INTEGER, _("Место по частоте в сегменте."), required=True, minimum=1),
        Column("variant", _("Этапы"), Kind.TEXT, _("Номера этапов по порядку событий; ×2 – этап отмечен дважды подряд."), required=True),
        Column("stages", _("Путь"), Kind.TEXT, _("Названия этапов по порядку, повторы подряд слиты."), required=True),
        _count("variant_count", _("Дел с этим вариантом"), _("Число дел сегмента, прошедших именно так.")),
        _count("cases_count", _("Дел"), _("Число дел сегмента.")),
        percent_column("share_pct", _("Доля"), _("Доля дел сегмента.")),
        percent_column("others_share_pct", _("Доля у остальных"), _("Доля дел остальных клиентов с тем же вариантом.")),
        _days("median_days", _("Половина дел быстрее"), _("Медиана времени от первого до последнего события.")),
    ),
    clause="2(4), 7",
)  # fmt: skip

JOURNEY_DURATIONS = TableContract(
    "journey_durations", _("Длительность дел"), _("Одна строка – сегмент × промежуток длительности."), "hypotheses",
    (
        SEGMENT_CODE,
        Column("band_number", _("№"), Kind.INTEGER, _("Порядок промежутков."), required=True, minimum=1),
        Column("band", _("Длительность"), Kind.TEXT, _("Время от первого до последнего события дела."), required=True),
        _count("band_count", _("Дел в промежутке"), _("Число дел такой длительности.")),
        _count("cases_count", _("Дел"), _("Число дел сегмента.")),
        percent_column("share_pct", _("Доля"), _("Доля дел сегмента.")),
        percent_column("others_share_pct", _("Доля у остальных"), _("То же у остальных клиентов.")),
    ),
    clause="2(4), 7",
)  # fmt: skip

JOURNEY_CHANNELS = TableContract(
    "journey_channels", _("Каналы по этапам"), _("Одна строка – сегмент × этап пути × канал."), "hypotheses",
    (
        SEGMENT_CODE, STAGE_NUMBER, STAGE,
        Column("channel_code", _("Код канала"), Kind.CODE, _("Код по справочнику каналов или свой канал."), required=True),
        Column("channel_name", _("Канал"), Kind.TEXT, _("Название канала."), required=True, clause="7"),
        _count("events_count", _("Событий"), _("Число событий этапа через этот канал.")),
        _count("total_count", _("Всего событий"), _("Число событий этапа с указанным каналом.")),
        percent_column("share_pct", _("Доля"), _("Доля событий этапа.")),
        percent_column("others_share_pct", _("Доля у остальных"), _("То же у остальных клиентов.")),
    ),
    clause="3(2), 7",
)  # fmt: skip

JOURNEY_ACTIVITIES = TableContract(
    "journey_activities", _("События журнала и этапы"), _("Одна строка – название события в журнале."), "hypotheses",
    (
        Column("activity", _("Событие в журнале"), Kind.TEXT, _("Как событие названо в журнале."), required=True),
        _count("events_count", _("Событий"), _("Сколько раз оно отмечено.")),
        _count("cases_count", _("Дел"), _("В скольких делах.")),
        STAGE_NUMBER, STAGE,
        Column("is_mapped", _("Этап справочника"), Kind.FLAG, _("Отнесено ли событие к этапу справочника; иначе оно – свой этап."), required=True),
        Column("is_decided", _("Решено человеком"), Kind.FLAG, _("Есть ли решение в journey.yml."), required=True),
        Column("proposed_stage", _("Похожий этап"), Kind.TEXT, _("Этап справочника с похожими словами; решает человек.")),
    ),
    clause="2(4)",
)  # fmt: skip

JOURNEY_EXPERIENCE = TableContract(
    "journey_experience", _("Удовлетворённость и проблемы по этапам"), _("Одна строка – сегмент × этап пути."), "hypotheses",
    (
        SEGMENT_CODE,
        Column("stage_number", _("№ этапа"), Kind.INTEGER, _("Номер по справочнику; пусто – свой этап."), minimum=1),
        STAGE,
        _count("answers_count", _("Оценок"), _("Сколько оценок этапа дали клиенты сегмента."), required=False),
        percent_column("satisfaction_pct", _("Удовлетворены"), _("Доля довольных этапом.")),
        percent_column("low_pct", _("Не менее"), _("Нижняя граница 95 %-го интервала.")),
        percent_column("high_pct", _("Не более"), _("Верхняя граница 95 %-го интервала.")),
        _count("problems_count", _("Проблем"), _("Сколько раз названы проблемы этапа."), required=False),
        percent_column("problems_pct", _("Доля проблем"), _("Доля среди упоминаний сегмента с известным этапом.")),
        Column("frequent_problem", _("Чаще всего"), Kind.TEXT, _("Самая частая проблема этапа."), clause="9(2)"),
    ),
    clause="2(4), 2(10), 9(2)",
)  # fmt: skip

JOURNEY_DESCRIBED = TableContract(
    "journey_described", _("Путь по рассказам клиентов"), _("Одна строка – действие клиентов сегмента на этапе пути."), "hypotheses",
    (
        SEGMENT_CODE, STAGE_NUMBER, STAGE,
        Column("action", _("Действие клиента"), Kind.TEXT, _("Что делает клиент."), clause="2(4)"),
        Column("channel", _("Канал"), Kind.TEXT, _("Где и через что."), clause="7"),
        Column("problem", _("Проблема"), Kind.TEXT, _("Что мешает."), clause="9(2)"),
        Column("emotion", _("Эмоция"), Kind.INTEGER, _("От −2 (очень плохо) до +2 (очень хорошо)."), minimum=-2, maximum=2),
        Column("source", _("Источник"), Kind.TEXT, _("Из каких бесед это известно."), required=True),
    ),
    clause="2(4), 7",
)  # fmt: skip

JOURNEY_RECORDS = TableContract(
    "journey_records", _("Путь по рассказам клиентов"), _("Одна запись – действие клиентов сегмента на этапе пути."), "decision",
    (
        Column("segment", _("Сегмент"), Kind.TEXT, _("Код или название сегмента; пусто – все сегменты.")),
        Column("stage", _("Этап"), Kind.TEXT, _("Номер или название этапа из справочника, или свой."), required=True, clause="2(4)"),
        Column("action", _("Действие клиента"), Kind.TEXT, _("Что делает клиент.")),
        Column("channel", _("Канал"), Kind.TEXT, _("Код или название канала.")),
        Column("problem", _("Проблема"), Kind.TEXT, _("Что мешает.")),
        Column("emotion", _("Эмоция"), Kind.INTEGER, _("От −2 (очень плохо) до +2 (очень хорошо)."), minimum=-2, maximum=2),
        Column("source", _("Источник"), Kind.TEXT, _("Беседы, по которым это известно: метод, число, даты."), required=True),
    ),
    clause="2(4), 7",
)  # fmt: skip
"""What a person writes in `decisions/journey.yml` under `described`."""

ACTIVITY_RECORDS = TableContract(
    "activity_records", _("События журнала по этапам"), _("Одна запись – название события в журнале."), "decision",
    (
        Column("activity", _("Событие в журнале"), Kind.TEXT, _("Как событие названо в журнале."), required=True),
        Column("stage", _("Этап"), Kind.TEXT, _("Номер или название этапа из справочника, или свой."), required=True, clause="2(4)"),
        Column("outcome", _("Исход"), Kind.CODE, _("Если событие само завершает дело: чем. Исход, указанный в журнале, важнее."), codes=rec.OUTCOMES),
    ),
    clause="2(4)",
)  # fmt: skip
"""What a person writes in `decisions/journey.yml` under `activities`."""

JOURNEY_CONTRACTS = (
    JOURNEY_TOTALS, JOURNEY_FLOW, JOURNEY_TIMES, JOURNEY_SHARES, JOURNEY_AMOUNTS, JOURNEY_VARIANTS,
    JOURNEY_DURATIONS, JOURNEY_CHANNELS, JOURNEY_ACTIVITIES, JOURNEY_EXPERIENCE, JOURNEY_DESCRIBED,
)  # fmt: skip
