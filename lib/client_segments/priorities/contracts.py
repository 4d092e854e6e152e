"""Contracts of step 3: its tables."""

from __future__ import annotations

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract
from client_segments.language import _
from client_segments.segments import SEGMENTS

ALL_INSTRUMENTS = "all"
"""In place of an instrument's code: answers got by all instruments together."""

ALL_MEASURES = _("Все меры")
"""In place of a measure's name: the sum of all measures."""

SATISFACTION_INSTRUMENTS = {ALL_INSTRUMENTS: _("все способы"), **rec.INSTRUMENTS}

SEGMENT_CODE = SEGMENTS.column("segment_code")
SEGMENT_NAME = SEGMENTS.column("segment_name")


def _count(name: str, label: str, description: str, required: bool = False) -> Column:
    return Column(name, label, Kind.INTEGER, description, required=required, minimum=0)


def _percent(name: str, label: str, description: str) -> Column:
    return Column(name, label, Kind.NUMBER, description, unit="%", minimum=0, maximum=100)


def _score(name: str, label: str) -> Column:
    description = _("0 – наименее, 1 – наиболее срочный из сегментов; пусто – нет данных.")
    return Column(name, label, Kind.NUMBER, description, minimum=0, maximum=1)


LOW_PCT = _percent("low_pct", _("Не менее"), _("Нижняя граница 95 %-го интервала."))
HIGH_PCT = _percent("high_pct", _("Не более"), _("Верхняя граница 95 %-го интервала."))
UNIQUENESS = Column(
    "problem_uniqueness", _("Уникальность проблем"), Kind.NUMBER,
    _("Насколько проблемы сегмента отличаются от проблем остальных: 0 – те же, 1 – совсем другие."),
    minimum=0, maximum=1, clause="6",
)  # fmt: skip

CAPACITY = TableContract(
    "capacity", _("Ёмкость сегментов"), _("Одна строка – один сегмент, включая остальных."), "priorities",
    (
        SEGMENT_CODE,
        Column("clients_count", _("Клиентов в данных"), Kind.INTEGER, _("Число клиентов в таблице клиентов."), required=True, minimum=0, clause="2(5)"),
        Column("population_count", _("Численность"), Kind.INTEGER, _("Оценка числа клиентов сегмента во всём населении."), minimum=0, clause="2(5)"),
        _count("population_low_count", _("Численность не менее"), _("Пусто – границы неизвестны.")),
        _count("population_high_count", _("Численность не более"), _("Пусто – границы неизвестны.")),
        Column("method", _("Как получена численность"), Kind.TEXT, _("Способ оценки."), required=True),
        Column("source", _("Источник"), Kind.TEXT, _("Источник официальной численности и её дата.")),
    ),
    clause="2(5), 6",
)  # fmt: skip

SATISFACTION = TableContract(
    "satisfaction", _("Удовлетворённость сегментов"), _("Одна строка – сегмент × способ получения ответов."), "priorities",
    (
        SEGMENT_CODE,
        Column("instrument", _("Способ получения"), Kind.CODE, _("Опрос, интервью, фокус-группа, отзыв или все вместе."), codes=SATISFACTION_INSTRUMENTS, required=True, clause="6"),
        _count("answers_count", _("Ответов"), _("Число ответов с оценкой."), required=True),
        _count("unanswered_count", _("Без ответа"), _("Число тех, кто не дал оценки."), required=True),
        _count("satisfied_count", _("Удовлетворены"), _("Число ответов в верхней четверти шкалы."), required=True),
        Column("effective_count", _("Эффективных ответов"), Kind.NUMBER, _("Число ответов с учётом неравенства весов (Киш)."), minimum=0),
        _percent("satisfaction_pct", _("Удовлетворённость"), _("Доля удовлетворённых среди ответивших.")),
        LOW_PCT, HIGH_PCT,
        _percent("mean_score", _("Средняя оценка"), _("Средняя оценка, приведённая к шкале 0–100.")),
        Column("expectation_gap", _("Разрыв с ожиданием"), Kind.NUMBER, _("Оценка минус ожидание по шкале 0–100: меньше нуля – хуже ожидаемого."), clause="2(10)"),
    ),
    clause="2(10), 6",
)  # fmt: skip

PROBLEMS = TableContract(
    "problems", _("Проблемы сегментов"), _("Одна строка – сегмент × проблема."), "priorities",
    (
        SEGMENT_CODE,
        Column("problem", _("Проблема"), Kind.TEXT, _("Название проблемы."), required=True, clause="6"),
        _count("problems_count", _("Упоминаний"), _("Сколько клиентов сегмента назвали проблему."), required=True),
        _percent("share_pct", _("Доля"), _("Доля среди упоминаний сегмента.")),
        _count("others_count", _("Упоминаний у остальных"), _("Сколько остальных клиентов назвали проблему."), required=True),
        _percent("others_share_pct", _("Доля у остальных"), _("Доля среди упоминаний остальных.")),
        Column("lift", _("Во сколько раз чаще"), Kind.NUMBER, _("Отношение долей, сглаженное половиной упоминания."), minimum=0),
        Column("is_specific", _("Особая"), Kind.FLAG, _("Названа не менее 5 раз, в 1,5 раза чаще, чем у остальных, и это не случайность."), required=True),
    ),
    clause="6",
)  # fmt: skip

PROBLEM_UNIQUENESS = TableContract(
    "problem_uniqueness", _("Уникальность проблем"), _("Одна строка – один сегмент."), "priorities",
    (
        SEGMENT_CODE,
        _count("problems_count", _("Упоминаний проблем"), _("Сколько проблем названо в сегменте."), required=True),
        UNIQUENESS,
        Column("specific_problems", _("Особые проблемы"), Kind.TEXT, _("Проблемы, которыми сегмент отличается.")),
    ),
    clause="6",
)  # fmt: skip

BLIND_ZONE = TableContract(
    "blind_zone", _("Слепая зона"), _("Одна строка – сегмент × услуга или мера («Все меры» – сумма)."), "priorities",
    (
        SEGMENT_CODE,
        Column("measure", _("Услуга или мера"), Kind.TEXT, _("Название услуги или меры."), required=True),
        _count("entitled_count", _("Имеют право"), _("Число имеющих право, о которых это известно.")),
        _count("entitled_low_count", _("Имеют право, не менее"), _("Нижняя граница оценки.")),
        _count("entitled_high_count", _("Имеют право, не более"), _("Верхняя граница оценки.")),
        _count("applied_count", _("Обратились"), _("Число обратившихся из имеющих право; отказ – это обращение.")),
        _count("refused_count", _("Отказано"), _("Скольким обратившимся отказано.")),
        _count("received_count", _("Получили"), _("Сколько получили услугу или меру.")),
        _count("blind_zone_count", _("Слепая зона"), _("Имеют право, но не обращались.")),
        _count("blind_zone_low_count", _("Слепая зона, не менее"), _("При наименьшем числе имеющих право.")),
        _count("blind_zone_high_count", _("Слепая зона, не более"), _("При наибольшем числе имеющих право.")),
        _percent("blind_zone_pct", _("Доля слепой зоны"), _("Доля не обратившихся среди имеющих право.")),
        _percent("low_pct", _("Доля не менее"), _("При наименьшем числе имеющих право.")),
        _percent("high_pct", _("Доля не более"), _("При наибольшем числе имеющих право.")),
    ),
    clause="2(8), 6",
)  # fmt: skip

PRIORITIES = TableContract(
    "priorities", _("Очерёдность исследования"), _("Одна строка – один сегмент, по порядку мест."), "priorities",
    (
        SEGMENT_CODE, SEGMENT_NAME,
        _count("capacity_count", _("Ёмкость"), _("Численность, если она известна, иначе число клиентов в данных.")),
        _percent("satisfaction_pct", _("Удовлетворённость"), _("Доля удовлетворённых среди ответивших.")),
        UNIQUENESS,
        _percent("blind_zone_pct", _("Доля слепой зоны"), _("Доля не обратившихся среди имеющих право.")),
        _score("capacity_score", _("Балл ёмкости")),
        _score("satisfaction_score", _("Балл удовлетворённости")),
        _score("problem_uniqueness_score", _("Балл уникальности проблем")),
        _score("blind_zone_score", _("Балл слепой зоны")),
        Column("score", _("Балл"), Kind.NUMBER, _("Взвешенная сумма баллов по известным параметрам."), minimum=0, maximum=1),
        Column("rank", _("Место"), Kind.INTEGER, _("1 – исследовать первым; равные делят место."), required=True, minimum=1),
        _percent("first_pct", _("Первое место"), _("В какой доле испытаний сегмент первый.")),
        Column("rank_low", _("Место от"), Kind.INTEGER, _("Лучшее место в 90 % испытаний."), minimum=1),
        Column("rank_high", _("Место до"), Kind.INTEGER, _("Худшее место в 90 % испытаний."), minimum=1),
        Column("is_stable", _("Устойчиво"), Kind.FLAG, _("Место то же не менее чем в 80 % испытаний."), required=True),
        Column("missing_criteria", _("Нет данных по параметрам"), Kind.TEXT, _("Параметры, которые не учтены.")),
        Column("is_chosen", _("Выбран"), Kind.FLAG, _("Люди решили исследовать сегмент в первую очередь."), required=True),
    ),
    clause="6",
)  # fmt: skip

CONTRACTS = (
    CAPACITY, SATISFACTION, PROBLEMS, PROBLEM_UNIQUENESS, BLIND_ZONE, PRIORITIES,
)  # fmt: skip
