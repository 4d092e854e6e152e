"""Contracts of step 2: its tables, and the record of its decision."""

from __future__ import annotations

from client_segments.attributes.contracts import (
    ATTRIBUTE_CODE,
    ATTRIBUTE_NAME,
    CLIENT_ID,
    CLIENTS_COUNT,
    VALUE_CODE,
    VALUE_NAME,
    WEIGHT,
)
from client_segments.contracts import Column, Kind, TableContract
from client_segments.language import _

REST_CODE = "rest"

SEGMENT_CODE = Column(
    "segment_code", _("Код сегмента"), Kind.CODE, _("Код сегмента."), required=True
)
SEGMENT_NAME = Column(
    "segment_name", _("Сегмент"), Kind.TEXT, _("Название сегмента."), required=True
)
SHARE_PCT = Column(
    "share_pct", _("Доля"), Kind.NUMBER, _("Доля среди клиентов сегмента."), unit="%"
)
OVERALL_SHARE_PCT = Column(
    "overall_share_pct",
    _("Доля среди всех"),
    Kind.NUMBER,
    _("Доля среди всех клиентов группы."),
    unit="%",
)
INDEX_PCT = Column(
    "index_pct",
    _("Индекс отличия"),
    Kind.NUMBER,
    _("Доля в сегменте, делённая на долю среди всех; 100 – как у всех."),
)

SHARE_LOW = Column(
    "share_low_pct",
    _("Доля не менее"),
    Kind.NUMBER,
    _("Нижняя граница доли, интервал Уилсона 95 %."),
    unit="%",
)
SHARE_HIGH = Column(
    "share_high_pct",
    _("Доля не более"),
    Kind.NUMBER,
    _("Верхняя граница доли, интервал Уилсона 95 %."),
    unit="%",
)
INDEX_LOW = Column(
    "index_low_pct",
    _("Индекс не менее"),
    Kind.NUMBER,
    _("Нижняя граница индекса отличия, интервал 95 %."),
)
INDEX_HIGH = Column(
    "index_high_pct",
    _("Индекс не более"),
    Kind.NUMBER,
    _("Верхняя граница индекса отличия, интервал 95 %."),
)
EFFECT = Column(
    "effect",
    _("Сила отличия"),
    Kind.NUMBER,
    _(
        "h Коэна: 0,2 – слабое отличие, 0,5 – среднее, 0,8 – сильное; меньше нуля – значение реже, чем среди всех."
    ),
)
SHARES = (
    SHARE_PCT,
    SHARE_LOW,
    SHARE_HIGH,
    OVERALL_SHARE_PCT,
    INDEX_PCT,
    INDEX_LOW,
    INDEX_HIGH,
    EFFECT,
)
LINE_NUMBER = Column(
    "line_number", _("№"), Kind.INTEGER, _("Место по силе отличия."), required=True, minimum=1
)

SEGMENTS = TableContract(
    "segments", _("Сегменты"), _("Одна строка – один сегмент."), "segments",
    (
        SEGMENT_CODE,
        SEGMENT_NAME,
        Column("is_rest", _("Остальные"), Kind.FLAG, _("Клиенты, не попавшие ни в один сегмент."), required=True),
        Column("is_proposed", _("Предложен программой"), Kind.FLAG, _("Сегмент ещё не утверждён человеком."), required=True),
        Column("rule_text", _("Правило отнесения"), Kind.TEXT, _("По каким значениям признаков клиент попадает в сегмент.")),
        Column("clients_count", _("Ёмкость"), Kind.INTEGER, _("Число клиентов в данных."), required=True, minimum=0, clause="2(5)"),
        Column("share_pct", _("Доля"), Kind.NUMBER, _("Доля среди всех клиентов группы."), unit="%"),
        Column("attributes_count", _("Признаков в описании"), Kind.INTEGER, _("Сколько признаков описывают сегмент."), minimum=0, clause="5"),
        Column("attribute_values_count", _("Значений в описании"), Kind.INTEGER, _("Сколько пар «признак – значение» описывают сегмент."), minimum=0, clause="5"),
    ),
    clause="6",
)  # fmt: skip

CLIENT_SEGMENTS = TableContract(
    "client_segments", _("Клиенты по сегментам"), _("Одна строка – одна строка таблицы клиентов и её сегмент."), "segments",
    (
        CLIENT_ID, SEGMENT_CODE, CLIENTS_COUNT, WEIGHT,
        Column("probability", _("Вероятность"), Kind.NUMBER, _("Вероятность сегмента по модели скрытых классов; пусто, где клиента отнесло правило."), minimum=0, maximum=1),
    ),
    clause="6",
)  # fmt: skip

PATTERN_SEGMENTS = TableContract(
    "pattern_segments", _("Сочетания значений по сегментам"), _("Одна строка – одно сочетание кодов образующих признаков и его сегмент."), "segments",
    (SEGMENT_CODE, CLIENTS_COUNT), has_attribute_columns=True, clause="6",
)  # fmt: skip

SEGMENT_VALUES = TableContract(
    "segment_values", _("Сегменты по значениям признаков"), _("Одна строка – сегмент × признак × значение (0 – нет данных)."), "segments",
    (SEGMENT_CODE, ATTRIBUTE_CODE, ATTRIBUTE_NAME, VALUE_CODE, VALUE_NAME, CLIENTS_COUNT, *SHARES),
    clause="6",
)  # fmt: skip

IMAGES = TableContract(
    "images", _("Целостные образы"), _("Одна строка – один сегмент."), "segments",
    (SEGMENT_CODE, Column("image_text", _("Целостный образ"), Kind.TEXT, _("Описание сегмента словами."), required=True)),
    clause="6",
)  # fmt: skip

IMAGE_LINES = TableContract(
    "image_lines", _("Отличительные значения признаков"), _("Одна строка – значение признака, которое отличает сегмент."), "segments",
    (
        SEGMENT_CODE,
        LINE_NUMBER, ATTRIBUTE_CODE, ATTRIBUTE_NAME,
        Column("value_code", _("Код значения"), Kind.INTEGER, _("Номер значения в перечне; пусто, где значения показаны сводно."), minimum=0),
        VALUE_NAME, *SHARES,
        Column("is_special", _("Специальный"), Kind.FLAG, _("Признак социально незащищённых слоёв населения."), required=True),
        Column("is_sensitive", _("Специальная категория ПДн"), Kind.FLAG, _("Статья 10 закона 152-ФЗ: значения показаны только сводно, одно значение не называется."), required=True),
    ),
    clause="6",
)  # fmt: skip

IMAGE_ABSENCES = TableContract(
    "image_absences", _("Чего в сегменте нет"), _("Одна строка – значение признака, которое в сегменте намного реже, чем среди всех."), "segments",
    (SEGMENT_CODE, LINE_NUMBER, ATTRIBUTE_CODE, ATTRIBUTE_NAME, VALUE_NAME, *SHARES),
    clause="6",
)  # fmt: skip

SEGMENT_LIKENESS = TableContract(
    "segment_likeness", _("Сходство сегментов"), _("Одна строка – одна пара сегментов, самые похожие сверху."), "segments",
    (
        SEGMENT_CODE,
        Column("other_segment_code", _("Код второго сегмента"), Kind.CODE, _("Код сегмента."), required=True),
        Column("likeness_pct", _("Сходство"), Kind.NUMBER, _("100 – распределения всех признаков одинаковы, 0 – ни одного общего значения.")),
        Column("distance", _("Расстояние"), Kind.NUMBER, _("Корень из средней по признакам дивергенции Йенсена – Шеннона, 0–1."), minimum=0, maximum=1),
        Column("differs_by", _("Больше всего различаются"), Kind.TEXT, _("Признаки, которые различают пару сильнее других.")),
    ),
    clause="6",
)  # fmt: skip

CLASS_MODELS = TableContract(
    "class_models", _("Модели скрытых классов"), _("Одна строка – модель с одним числом классов."), "segments",
    (
        Column("classes_count", _("Классов"), Kind.INTEGER, _("Число классов."), required=True, minimum=1),
        Column("log_likelihood", _("Логарифм правдоподобия"), Kind.NUMBER, _("Наибольший по всем запускам.")),
        Column("parameters_count", _("Параметров"), Kind.INTEGER, _("Число свободных параметров.")),
        Column("bic", _("BIC"), Kind.NUMBER, _("Байесовский информационный критерий: меньше – лучше.")),
        Column("bic_per_client", _("BIC на клиента"), Kind.NUMBER, _("BIC, делённый на число клиентов.")),
        Column("aic", _("AIC"), Kind.NUMBER, _("Критерий Акаике: меньше – лучше; обычно называет слишком много классов.")),
        Column("aic3", _("AIC со строгим штрафом"), Kind.NUMBER, _("Три за параметр вместо двух: меньше – лучше.")),
        Column("sabic", _("BIC с поправкой на выборку"), Kind.NUMBER, _("Меньше – лучше.")),
        Column("caic", _("Состоятельный AIC"), Kind.NUMBER, _("Меньше – лучше.")),
        Column("icl", _("BIC с неопределённостью"), Kind.NUMBER, _("BIC плюс удвоенная энтропия отнесения: меньше – лучше; пересекающиеся классы считает за один.")),
        Column("certainty_pct", _("Уверенность отнесения"), Kind.NUMBER, _("100 – о каждом клиенте ясно, к какому классу он относится; 0 – отнесение случайно."), unit="%"),
        Column("degrees_of_freedom", _("Степеней свободы"), Kind.INTEGER, _("Возможных сочетаний значений (или клиентов, если их меньше) без одного, минус число параметров; меньше нуля – данных на столько классов не хватает.")),
        Column("least_share_pct", _("Наименьший класс"), Kind.NUMBER, _("Доля наименьшего класса."), unit="%"),
        Column("best_starts_pct", _("Запусков с лучшим итогом"), Kind.NUMBER, _("Доля запусков, нашедших лучшее решение."), unit="%"),
        Column("stability", _("Устойчивость"), Kind.NUMBER, _("Согласие классов при повторных выборках клиентов: скорректированный индекс Рэнда, 1 – те же классы.")),
        Column("stability_low", _("Устойчивость, от"), Kind.NUMBER, _("Нижняя граница у 90 % повторных выборок.")),
        Column("stability_high", _("Устойчивость, до"), Kind.NUMBER, _("Верхняя граница у 90 % повторных выборок.")),
        Column("is_proposed", _("Предложено"), Kind.FLAG, _("Число классов, которое предлагает программа."), required=True),
    ),
    clause="6",
)  # fmt: skip

SUBJECT_KINDS = {
    "class": _("скрытый класс"), "segment": _("сегмент"), "rest": _("остальные"),
    "target": _("показатель"),
}  # fmt: skip
RULE_TEXT = Column(
    "rule_text",
    _("Правило"),
    Kind.TEXT,
    _("Условия на значения признаков, словами."),
    required=True,
)
RULE_TREE = Column(
    "rule_tree",
    _("Правило как запись"),
    Kind.TEXT,
    _("То же правило так, как оно пишется в segments.yml."),
    required=True,
)
IS_SPECIAL = Column(
    "is_special",
    _("Специальный"),
    Kind.FLAG,
    _("В правиле есть признак социально незащищённых слоёв населения."),
    required=True,
)

CLASS_RULES = TableContract(
    "class_rules", _("Правила, которыми это можно выразить"), _("Одна строка – класс, сегмент, остальные клиенты или показатель (неудовлетворённость, слепая зона, проблема), выраженный коротким правилом."), "segments",
    (
        Column("subject_kind", _("Что выражено"), Kind.CODE, _("Класс, сегмент, остальные или показатель."), codes=SUBJECT_KINDS, required=True),
        Column("subject_code", _("Код"), Kind.CODE, _("Код класса, сегмента или показателя."), required=True),
        Column("subject_name", _("Кто или что"), Kind.TEXT, _("Название."), required=True),
        RULE_TEXT,
        Column("conditions_count", _("Условий"), Kind.INTEGER, _("Сколько условий в правиле."), required=True, minimum=1),
        CLIENTS_COUNT,
        Column("purity_pct", _("Чистота"), Kind.NUMBER, _("Сколько из найденных правилом – из этого класса; у показателя – его доля среди них."), unit="%"),
        Column("overall_pct", _("Среди всех"), Kind.NUMBER, _("Доля класса или показателя среди всех."), unit="%"),
        Column("coverage_pct", _("Полнота"), Kind.NUMBER, _("Сколько из класса правило находит; у показателя – какую часть всех его случаев."), unit="%"),
        Column("fidelity_pct", _("Верность"), Kind.NUMBER, _("О какой доле клиентов правило говорит верно: из этого они класса или нет."), unit="%"),
        Column("is_faithful", _("Правило годится"), Kind.FLAG, _("Верность и среднее гармоническое чистоты и полноты не ниже 80 %."), required=True),
        IS_SPECIAL,
        RULE_TREE,
    ),
    clause="6",
)  # fmt: skip

SUBGROUPS = TableContract(
    "subgroups", _("Где показатель выше"), _("Одна строка – показатель и сочетание не более трёх значений признаков, у клиентов с которым он выше, чем у остальных."), "segments",
    (
        Column("target_code", _("Код показателя"), Kind.CODE, _("Неудовлетворённость, слепая зона, проблема."), required=True),
        Column("target_name", _("Показатель"), Kind.TEXT, _("Название показателя."), required=True),
        Column("line_number", _("№"), Kind.INTEGER, _("Место по вкладу: доля клиентов × превышение."), required=True, minimum=1),
        RULE_TEXT,
        Column("clients_count", _("Клиентов с данными"), Kind.INTEGER, _("Клиенты с этими значениями, о которых показатель известен."), required=True, minimum=0),
        Column("hits_count", _("Случаев"), Kind.INTEGER, _("Неудовлетворённые ответы, меры без обращения, упоминания проблемы."), required=True, minimum=0),
        Column("total_count", _("Из скольких"), Kind.INTEGER, _("Ответов, мер, на которые есть право, клиентов с проблемами."), required=True, minimum=1),
        Column("share_pct", _("Доля"), Kind.NUMBER, _("Показатель у этих клиентов."), unit="%"),
        Column("others_share_pct", _("У остальных"), Kind.NUMBER, _("Показатель у всех других клиентов."), unit="%"),
        Column("difference_pct", _("Разница"), Kind.NUMBER, _("Доля минус доля у остальных."), unit=_("п. п.")),
        Column("low_pct", _("Разница не менее"), Kind.NUMBER, _("Нижняя граница интервала 95 %."), unit=_("п. п.")),
        Column("high_pct", _("Разница не более"), Kind.NUMBER, _("Верхняя граница интервала 95 %."), unit=_("п. п.")),
        Column("lift", _("Во сколько раз выше"), Kind.NUMBER, _("Доля, делённая на долю у остальных.")),
        Column("q_value", _("Доля ложных открытий"), Kind.NUMBER, _("С поправкой на все проверенные сочетания – этого показателя и всех вместе (Бенджамини – Хохберг)."), minimum=0, maximum=1),
        IS_SPECIAL,
        RULE_TREE,
    ),
    clause="6",
)  # fmt: skip

RULE_OVERLAPS = TableContract(
    "rule_overlaps", _("Пересечения правил"), _("Одна строка – сегмент и более ранний сегмент, который забрал часть отвечающих его правилу клиентов."), "segments",
    (
        SEGMENT_CODE,
        Column("taken_by_code", _("Забрал сегмент"), Kind.CODE, _("Сегмент, правило которого стоит выше."), required=True),
        Column("clients_count", _("Забрал клиентов"), Kind.INTEGER, _("Отвечают обоим правилам и отнесены к более раннему."), required=True, minimum=1),
        Column("matched_count", _("Отвечают правилу"), Kind.INTEGER, _("Все клиенты, отвечающие правилу сегмента."), required=True, minimum=1),
        Column("share_pct", _("Доля"), Kind.NUMBER, _("Забранные среди отвечающих правилу."), unit="%"),
    ),
    clause="6",
)  # fmt: skip

REST_PATTERNS = TableContract(
    "rest_patterns", _("Кого не нашли правила"), _("Одна строка – сочетание значений признаков среди остальных клиентов, самые частые сверху."), "segments",
    (
        Column("line_number", _("№"), Kind.INTEGER, _("Место по числу клиентов."), required=True, minimum=1),
        Column("pattern_text", _("Сочетание значений"), Kind.TEXT, _("Значения признаков, на которых стоят правила."), required=True),
        CLIENTS_COUNT,
        Column("share_pct", _("Доля"), Kind.NUMBER, _("Доля среди остальных."), unit="%"),
        Column("is_undecided", _("Не хватает значения"), Kind.FLAG, _("Будь недостающее значение известно, клиента могло бы взять правило."), required=True),
        Column("missing_names", _("Каких признаков"), Kind.TEXT, _("Признаки, значения которых неизвестны.")),
    ),
    clause="6",
)  # fmt: skip

CLASS_VALUES = TableContract(
    "class_values", _("Скрытые классы по значениям"), _("Одна строка – класс × признак × значение; пусто, если сегменты заданы правилами."), "segments",
    (
        SEGMENT_CODE,
        Column("class_number", _("Класс"), Kind.INTEGER, _("Номер класса по убыванию доли."), required=True, minimum=1),
        Column("class_share_pct", _("Доля класса"), Kind.NUMBER, _("Доля класса в модели."), unit="%"),
        ATTRIBUTE_CODE, ATTRIBUTE_NAME, VALUE_CODE, VALUE_NAME,
        Column("probability_pct", _("Вероятность значения"), Kind.NUMBER, _("Как часто у клиента этого класса такое значение."), unit="%"),
    ),
    clause="6",
)  # fmt: skip

MODEL_FIT = TableContract(
    "model_fit", _("Насколько модель подходит клиентам"), _("Одна строка – один показатель модели скрытых классов; пусто, если сегменты заданы правилами."), "segments",
    (
        Column("measure_code", _("Код показателя"), Kind.CODE, _("Код показателя."), required=True),
        Column("measure", _("Показатель"), Kind.TEXT, _("Показатель."), required=True),
        Column("adopted_value", _("При утверждении"), Kind.NUMBER, _("Значение в год, когда модель утвердили.")),
        Column("current_value", _("В этом году"), Kind.NUMBER, _("Значение по клиентам этого года.")),
        Column("low", _("Не ниже"), Kind.NUMBER, _("Нижняя граница того, что ожидается.")),
        Column("high", _("Не выше"), Kind.NUMBER, _("Верхняя граница того, что ожидается.")),
        Column("conclusion", _("Вывод"), Kind.TEXT, _("Что это значит для модели.")),
    ),
    clause="10",
)  # fmt: skip

CONTRACTS = (
    SEGMENTS,
    CLIENT_SEGMENTS,
    PATTERN_SEGMENTS,
    SEGMENT_VALUES,
    IMAGES,
    IMAGE_LINES,
    IMAGE_ABSENCES,
    SEGMENT_LIKENESS,
    CLASS_MODELS,
    CLASS_VALUES,
    MODEL_FIT,
    CLASS_RULES,
    SUBGROUPS,
    RULE_OVERLAPS,
    REST_PATTERNS,
)

METHODS = {
    "rules": _("правила"),
    "latent_classes": _("скрытые классы"),
    "rules_and_classes": _("сначала правила, остальные клиенты – по скрытым классам"),
}

SEGMENT_RECORDS = TableContract(
    "segment_records", _("Сегменты"), _("Одна запись – один сегмент."), "decision",
    (
        Column("code", _("Код"), Kind.CODE, _("Строчные латинские буквы, цифры, «-» и «_»."), required=True),
        Column("name", _("Название"), Kind.TEXT, _("Короткое и уважительное."), required=True),
        Column("class_number", _("Номер класса"), Kind.INTEGER, _("Только для скрытых классов: номер по убыванию доли."), minimum=1),
    ),
    clause="6",
)  # fmt: skip
