"""Contracts of step 3: its tables."""

from __future__ import annotations

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract, count_column, share_column
from client_segments.language import _
from client_segments.segments import SEGMENTS

ALL_INSTRUMENTS = "all"
"""In place of an instrument's code: answers got by all instruments together."""

ALL_MEASURES = _("Все меры")
"""In place of a measure's name: the sum of all measures."""

SATISFACTION_INSTRUMENTS = {ALL_INSTRUMENTS: _("все способы"), **rec.INSTRUMENTS}

SEGMENT_CODE = SEGMENTS.column("segment_code")
SEGMENT_NAME = SEGMENTS.column("segment_name")


def _change(name: str, label: str) -> Column:
    description = _("К прошлому году; пусто – сравнить не с чем.")
    return Column(name, label, Kind.NUMBER, description, unit="%")


def _score(name: str, label: str) -> Column:
    description = _("0 – наименее, 1 – наиболее срочный из сегментов; пусто – нет данных.")
    return Column(name, label, Kind.NUMBER, description, minimum=0, maximum=1)


LOW_PCT = share_column("low_pct", _("Не менее"), _("Нижняя граница 95 %-го интервала."))
HIGH_PCT = share_column("high_pct", _("Не более"), _("Верхняя граница 95 %-го интервала."))
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
        count_column("population_low_count", _("Численность не менее"), _("Пусто – граница неизвестна.")),
        count_column("population_high_count", _("Численность не более"), _("Пусто – граница неизвестна.")),
        Column("interval_kind", _("Что за границы"), Kind.TEXT, _("Точно, 95 %-й интервал или точные границы по распределениям.")),
        count_column("bound_low_count", _("По распределениям не менее"), _("Сколько людей в сегменте не менее при любом населении с такими распределениями.")),
        count_column("bound_high_count", _("По распределениям не более"), _("Сколько людей в сегменте не более при любом населении с такими распределениями.")),
        share_column("known_pct", _("Известно органу"), _("Клиентов в данных на сто человек численности.")),
        Column("unit", _("Единица"), Kind.TEXT, _("Что считается: люди, организации, сотрудники."), clause="2(5)"),
        Column("method", _("Как получена численность"), Kind.TEXT, _("Способ оценки."), required=True),
        Column("source", _("Источник"), Kind.TEXT, _("Источник официальной численности и её дата.")),
        Column("as_of_date", _("На дату"), Kind.DATE, _("На какую дату дана официальная численность.")),
        count_column("previous_clients_count", _("Клиентов год назад"), _("Пусто – данных за прошлый год нет.")),
        _change("clients_change_pct", _("Изменение числа клиентов")),
        count_column("previous_population_count", _("Численность год назад"), _("Пусто – данных за прошлый год нет.")),
        _change("population_change_pct", _("Изменение численности")),
    ),
    clause="2(5), 6",
)  # fmt: skip

CAPACITY_MARGINS = TableContract(
    "capacity_margins", _("Сходимость с официальной численностью"), _("Одна строка – одно значение одного распределения."), "priorities",
    (
        Column("margin", _("Распределение"), Kind.TEXT, _("Признаки распределения."), required=True),
        Column("category", _("Значение"), Kind.TEXT, _("Значения признаков."), required=True),
        count_column("people_count", _("Официально"), _("Численность по официальным данным."), required=True),
        count_column("raked_count", _("Получено"), _("Сумма весов клиентов после приведения."), required=True),
        count_column("clients_count", _("Клиентов в данных"), _("Число клиентов с этими значениями."), required=True),
        Column("people_per_client", _("Человек на клиента"), Kind.NUMBER, _("Сколько человек населения представляет один клиент."), minimum=0),
    ),
    clause="6",
)  # fmt: skip

SATISFACTION = TableContract(
    "satisfaction", _("Удовлетворённость сегментов"), _("Одна строка – сегмент × способ получения ответов."), "priorities",
    (
        SEGMENT_CODE,
        Column("instrument", _("Способ получения"), Kind.CODE, _("Опрос, интервью, фокус-группа, отзыв или все вместе."), codes=SATISFACTION_INSTRUMENTS, required=True, clause="6"),
        count_column("answers_count", _("Ответов"), _("Число ответов с оценкой."), required=True),
        count_column("unanswered_count", _("Без ответа"), _("Число тех, кто не дал оценки."), required=True),
        count_column("satisfied_count", _("Удовлетворены"), _("Число ответов в верхней четверти шкалы."), required=True),
        Column("effective_count", _("Эффективных ответов"), Kind.NUMBER, _("Число ответов с учётом неравенства весов (Киш)."), minimum=0),
        share_column("satisfaction_pct", _("Удовлетворённость"), _("Доля удовлетворённых среди ответивших.")),
        LOW_PCT, HIGH_PCT,
        share_column("unanswered_pct", _("Доля без ответа"), _("Затруднились или отказались ответить.")),
        share_column("shrunk_pct", _("Сглаженная доля"), _("Доля, подтянутая к общему уровню тем сильнее, чем меньше ответов.")),
        share_column("shrunk_low_pct", _("Сглаженная, не менее"), _("Нижняя граница 95 %-го интервала.")),
        share_column("shrunk_high_pct", _("Сглаженная, не более"), _("Верхняя граница 95 %-го интервала.")),
        share_column("mean_score", _("Средняя оценка"), _("Средняя оценка, приведённая к шкале 0–100.")),
        share_column("mean_low_score", _("Средняя не менее"), _("Нижняя граница 95 %-го интервала.")),
        share_column("mean_high_score", _("Средняя не более"), _("Верхняя граница 95 %-го интервала.")),
        Column("weighted_by", _("Взвешено по признакам"), Kind.TEXT, _("Признаки, по которым состав ответивших приведён к составу сегмента; пусто – состав и так похож.")),
        Column("remark", _("Примечание"), Kind.TEXT, _("Ответов нет или мало.")),
        Column("expectation_gap", _("Разрыв с ожиданием"), Kind.NUMBER, _("Оценка минус ожидание по шкале 0–100: меньше нуля – хуже ожидаемого."), clause="2(10)"),
    ),
    clause="2(10), 6",
)  # fmt: skip

_ANSWERED = (
    count_column("answers_count", _("Ответов"), _("Сколько клиентов дали оценку."), required=True),
    count_column("unanswered_count", _("Без ответа"), _("Сколько клиентов не дали оценки."), required=True),
)  # fmt: skip

INDEX_CODES = {
    "csi": _("CSI, индекс удовлетворённости"),
    "gap": _("разрыв «опыт – ожидание»"),
    "nps": _("NPS, готовность рекомендовать"),
    "enps": _("eNPS, готовность рекомендовать место работы"),
    "ces": _("CES, лёгкость обращения"),
    "ces_easy": _("доля тех, кому было легко"),
    "engagement": _("вовлечённость"),
}
"""Own: names of the indices of experience."""

SATISFACTION_INDICES = TableContract(
    "satisfaction_indices", _("Индексы опыта сегментов"), _("Одна строка – сегмент × индекс."), "priorities",
    (
        SEGMENT_CODE,
        Column("index_code", _("Индекс"), Kind.CODE, _("Какой показатель опыта."), codes=INDEX_CODES, required=True),
        *_ANSWERED,
        Column("index_value", _("Значение"), Kind.NUMBER, _("Значение индекса по его шкале.")),
        Column("low_value", _("Не менее"), Kind.NUMBER, _("Нижняя граница 95 %-го интервала.")),
        Column("high_value", _("Не более"), Kind.NUMBER, _("Верхняя граница 95 %-го интервала.")),
        Column("scale", _("Шкала"), Kind.TEXT, _("От чего до чего меняется индекс.")),
        Column("note", _("Примечание"), Kind.TEXT, _("Как посчитано.")),
    ),
    clause="2(9), 6",
)  # fmt: skip

_JUDGED = (
    *_ANSWERED,
    share_column("unanswered_pct", _("Доля без ответа"), _("Затруднились или отказались ответить.")),
    share_column("satisfaction_pct", _("Удовлетворённость"), _("Доля удовлетворённых среди ответивших.")),
    LOW_PCT, HIGH_PCT,
    share_column("mean_score", _("Средняя оценка"), _("Средняя оценка, приведённая к шкале 0–100.")),
)  # fmt: skip

SATISFACTION_STAGES = TableContract(
    "satisfaction_stages", _("Удовлетворённость по этапам пути"), _("Одна строка – сегмент × этап клиентского пути."), "priorities",
    (
        SEGMENT_CODE,
        Column("stage_number", _("№ этапа"), Kind.INTEGER, _("Номер в справочнике; пусто – свой этап."), minimum=1),
        Column("stage", _("Этап"), Kind.TEXT, _("Название этапа."), required=True, clause="2(4)"),
        *_JUDGED,
    ),
    clause="2(4), 2(10)",
)  # fmt: skip

SATISFACTION_QUESTIONS = TableContract(
    "satisfaction_questions", _("Удовлетворённость по вопросам"), _("Одна строка – сегмент × вопрос."), "priorities",
    (
        SEGMENT_CODE,
        Column("question", _("Вопрос"), Kind.TEXT, _("Что оценивалось."), required=True),
        *_JUDGED,
        share_column("importance_score", _("Важность"), _("Средняя важность, приведённая к шкале 0–100.")),
        Column("expectation_gap", _("Разрыв с ожиданием"), Kind.NUMBER, _("Оценка минус ожидание по шкале 0–100: меньше нуля – хуже ожидаемого."), clause="2(10)"),
        Column("urgency", _("Срочность"), Kind.NUMBER, _("Важность, умноженная на долю неудовлетворённых: 0–1."), minimum=0, maximum=1),
    ),
    clause="2(10), 6",
)  # fmt: skip

PROBLEMS = TableContract(
    "problems", _("Проблемы сегментов"), _("Одна строка – сегмент × проблема."), "priorities",
    (
        SEGMENT_CODE,
        Column("problem", _("Проблема"), Kind.TEXT, _("Название проблемы."), required=True, clause="6"),
        count_column("problems_count", _("Упоминаний"), _("Сколько клиентов сегмента назвали проблему."), required=True),
        share_column("share_pct", _("Доля"), _("Доля среди упоминаний сегмента.")),
        share_column("reporters_share_pct", _("Доля назвавших"), _("Доля среди клиентов сегмента, назвавших хотя бы одну проблему.")),
        share_column("low_pct", _("Доля назвавших не менее"), _("Нижняя граница 95 %-го интервала.")),
        share_column("high_pct", _("Доля назвавших не более"), _("Верхняя граница 95 %-го интервала.")),
        share_column("clients_share_pct", _("Доля всех клиентов"), _("Доля назвавших среди всех клиентов сегмента: проблема есть не менее чем у стольких.")),
        count_column("others_count", _("Упоминаний у остальных"), _("Сколько остальных клиентов назвали проблему."), required=True),
        share_column("others_share_pct", _("Доля у остальных"), _("Доля среди упоминаний остальных.")),
        Column("lift", _("Во сколько раз чаще"), Kind.NUMBER, _("Отношение долей, сглаженное половиной упоминания."), minimum=0),
        Column("log_odds", _("Логарифм отношения шансов"), Kind.NUMBER, _("К остальным, с априорными упоминаниями по общему распределению; больше нуля – чаще, чем у остальных.")),
        Column("log_odds_low", _("Логарифм не менее"), Kind.NUMBER, _("Нижняя граница 95 %-го интервала.")),
        Column("log_odds_high", _("Логарифм не более"), Kind.NUMBER, _("Верхняя граница 95 %-го интервала.")),
        Column("z_score", _("Отклонение"), Kind.NUMBER, _("Логарифм отношения шансов в его средних ошибках.")),
        Column("q_value", _("Доля ложных находок"), Kind.NUMBER, _("Доля ложных находок, если считать находкой эту и все более явные."), minimum=0, maximum=1),
        Column("is_specific", _("Особая"), Kind.FLAG, _("Названа не менее 5 раз, в 1,5 раза чаще, чем у остальных, и среди таких находок ложных не более 5 %."), required=True),
    ),
    clause="6",
)  # fmt: skip

PROBLEM_UNIQUENESS = TableContract(
    "problem_uniqueness", _("Уникальность проблем"), _("Одна строка – один сегмент."), "priorities",
    (
        SEGMENT_CODE,
        count_column("problems_count", _("Упоминаний проблем"), _("Сколько проблем названо в сегменте."), required=True),
        count_column("reporters_count", _("Клиентов с проблемами"), _("Сколько клиентов назвали хотя бы одну проблему; пусто – есть строки без клиента.")),
        UNIQUENESS,
        Column("uniqueness_low", _("Уникальность не менее"), Kind.NUMBER, _("Нижняя граница 95 %-го интервала."), minimum=0, maximum=1),
        Column("uniqueness_high", _("Уникальность не более"), Kind.NUMBER, _("Верхняя граница 95 %-го интервала."), minimum=0, maximum=1),
        Column("p_value", _("Случайно ли отличие"), Kind.NUMBER, _("Как часто отличие было бы не меньше, если бы проблемы у всех были одни и те же."), minimum=0, maximum=1),
        Column("specific_problems", _("Особые проблемы"), Kind.TEXT, _("Проблемы, которыми сегмент отличается.")),
    ),
    clause="6",
)  # fmt: skip

BLIND_ZONE = TableContract(
    "blind_zone", _("Слепая зона"), _("Одна строка – сегмент × услуга или мера («Все меры» – все вместе)."), "priorities",
    (
        SEGMENT_CODE,
        Column("measure", _("Услуга или мера"), Kind.TEXT, _("Название услуги или меры."), required=True),
        count_column("entitled_count", _("Имеют право"), _("Число имеющих право, о которых это известно.")),
        count_column("entitled_low_count", _("Имеют право, не менее"), _("Нижняя граница оценки; равна числу, если оно подсчитано.")),
        count_column("entitled_high_count", _("Имеют право, не более"), _("Верхняя граница оценки; равна числу, если оно подсчитано.")),
        count_column("applied_count", _("Обратились"), _("Число обратившихся из имеющих право; отказ – это обращение.")),
        count_column("refused_count", _("Отказано"), _("Скольким обратившимся отказано.")),
        count_column("received_count", _("Получили"), _("Сколько получили услугу или меру.")),
        share_column("refused_pct", _("Доля отказов"), _("Доля отказов среди обратившихся.")),
        share_column("received_pct", _("Доля получивших"), _("Доля получивших среди обратившихся.")),
        count_column("blind_zone_count", _("Слепая зона"), _("Имеют право, но не обращались.")),
        count_column("blind_zone_low_count", _("Слепая зона, не менее"), _("При наименьшем числе имеющих право.")),
        count_column("blind_zone_high_count", _("Слепая зона, не более"), _("При наибольшем числе имеющих право.")),
        share_column("blind_zone_pct", _("Доля слепой зоны"), _("Доля не обратившихся среди имеющих право.")),
        share_column("low_pct", _("Доля не менее"), _("Нижняя граница 95 %-го интервала при наименьшем числе имеющих право.")),
        share_column("high_pct", _("Доля не более"), _("Верхняя граница 95 %-го интервала при наибольшем числе имеющих право.")),
        Column("effective_count", _("Эффективное число"), Kind.NUMBER, _("По скольким людям известна доля, с учётом неравенства весов (Киш)."), minimum=0),
        Column("average_sum", _("Средняя сумма"), Kind.NUMBER, _("Сколько в среднем получает один обратившийся за год."), unit=_("руб."), minimum=0),
        Column("unclaimed_sum", _("Невостребованная сумма"), Kind.NUMBER, _("Слепая зона, умноженная на среднюю сумму."), unit=_("руб."), minimum=0),
        Column("counting", _("Как посчитано"), Kind.TEXT, _("По клиентам, по готовым числам, по правилу о праве; считается ли человек один раз."), required=True),
    ),
    clause="2(8), 6",
)  # fmt: skip

BLIND_ZONE_REASONS = TableContract(
    "blind_zone_reasons", _("Почему не обращаются"), _("Одна строка – сегмент × мера × причина необращения."), "priorities",
    (
        SEGMENT_CODE,
        Column("measure", _("Услуга или мера"), Kind.TEXT, _("Название услуги или меры."), required=True),
        Column("reason_kind", _("Вид необращения"), Kind.CODE, _("Вид причины."), codes=rec.NOT_APPLYING_KINDS),
        Column("reason", _("Причина"), Kind.TEXT, _("Названная причина; пусто – назван только вид.")),
        count_column("clients_count", _("Клиентов"), _("Сколько не обратившихся назвали причину."), required=True),
        share_column("share_pct", _("Доля"), _("Доля среди назвавших причину.")),
        LOW_PCT, HIGH_PCT,
    ),
    clause="2(8)",
)  # fmt: skip

ENTITLEMENT_RECORDS = TableContract(
    "entitlement_records", _("Кто имеет право"), _("Одна запись – одна услуга или мера; правило о праве записано под ключом rule."), "decision",
    (
        Column("measure", _("Услуга или мера"), Kind.TEXT, _("Название, как в таблице eligibility."), required=True, clause="2(8)"),
        Column("share_pct", _("Доля имеющих право"), Kind.NUMBER, _("Какая доля подходящих под правило имеет право; пусто – все."), unit="%", minimum=0, maximum=100),
        Column("share_low_pct", _("Доля не менее"), Kind.NUMBER, _("Нижняя граница доли; пусто – доля точная."), unit="%", minimum=0, maximum=100),
        Column("share_high_pct", _("Доля не более"), Kind.NUMBER, _("Верхняя граница доли; пусто – доля точная."), unit="%", minimum=0, maximum=100),
        Column("average_sum", _("Средняя сумма"), Kind.NUMBER, _("Сколько в среднем получает один обратившийся за год."), unit=_("руб."), minimum=0),
        Column("basis", _("Основание"), Kind.TEXT, _("Акт и пункт, откуда взято правило.")),
    ),
    clause="2(8)",
)  # fmt: skip

PRIORITIES = TableContract(
    "priorities", _("Очерёдность исследования"), _("Одна строка – один сегмент, по порядку мест."), "priorities",
    (
        SEGMENT_CODE, SEGMENT_NAME,
        count_column("capacity_count", _("Ёмкость"), _("Численность, если она известна, иначе число клиентов в данных.")),
        share_column("satisfaction_pct", _("Удовлетворённость"), _("Доля удовлетворённых среди ответивших.")),
        share_column("satisfaction_shrunk_pct", _("Сглаженная удовлетворённость"), _("Доля удовлетворённых, подтянутая к общему уровню тем сильнее, чем меньше ответов; по ней считается балл.")),
        UNIQUENESS,
        share_column("blind_zone_pct", _("Доля слепой зоны"), _("Доля не обратившихся среди имеющих право.")),
        _score("capacity_score", _("Балл ёмкости")),
        _score("satisfaction_score", _("Балл удовлетворённости")),
        _score("problem_uniqueness_score", _("Балл уникальности проблем")),
        _score("blind_zone_score", _("Балл слепой зоны")),
        Column("score", _("Балл"), Kind.NUMBER, _("Взвешенная сумма баллов по известным параметрам."), minimum=0, maximum=1),
        Column("rank", _("Место"), Kind.INTEGER, _("1 – исследовать первым; равные делят место."), required=True, minimum=1),
        Column("expected_rank", _("Среднее место"), Kind.NUMBER, _("Среднее место по всем испытаниям."), minimum=1),
        share_column("first_pct", _("Первое место"), _("В какой доле испытаний сегмент первый: веса любые, лишь бы основные параметры были не легче дополнительных.")),
        Column("first_count", _("Сколько исследуют первыми"), Kind.INTEGER, _("Сколько сегментов выбрали люди; если ещё не выбрали – три."), minimum=1),
        share_column("first_count_pct", _("В числе первых"), _("В какой доле испытаний сегмент входит в это число первых.")),
        share_column("given_first_pct", _("Первое место при заданных весах"), _("В какой доле испытаний сегмент первый, если заданные веса меняются не более чем наполовину.")),
        Column("rank_low", _("Место от"), Kind.INTEGER, _("Лучшее место не менее чем в 90 % испытаний."), minimum=1),
        Column("rank_high", _("Место до"), Kind.INTEGER, _("Худшее место не менее чем в 90 % испытаний."), minimum=1),
        Column("is_stable", _("Устойчиво"), Kind.FLAG, _("Место то же не менее чем в 80 % испытаний."), required=True),
        Column("is_nondominated", _("Никем не превзойдён"), Kind.FLAG, _("Ни один сегмент не срочнее его сразу по всем параметрам."), required=True),
        Column("missing_criteria", _("Нет данных по параметрам"), Kind.TEXT, _("Параметры, которые не учтены.")),
        Column("is_chosen", _("Выбран"), Kind.FLAG, _("Люди решили исследовать сегмент в первую очередь."), required=True),
    ),
    clause="6",
)  # fmt: skip

MEASURE_CONTRACTS = (
    CAPACITY, CAPACITY_MARGINS, SATISFACTION, SATISFACTION_INDICES, SATISFACTION_STAGES,
    SATISFACTION_QUESTIONS, PROBLEMS, PROBLEM_UNIQUENESS, BLIND_ZONE, BLIND_ZONE_REASONS, PRIORITIES,
)  # fmt: skip
