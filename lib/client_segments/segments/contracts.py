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
    (CLIENT_ID, SEGMENT_CODE, CLIENTS_COUNT, WEIGHT), clause="6",
)  # fmt: skip

PATTERN_SEGMENTS = TableContract(
    "pattern_segments", _("Сочетания значений по сегментам"), _("Одна строка – одно сочетание кодов образующих признаков и его сегмент."), "segments",
    (SEGMENT_CODE, CLIENTS_COUNT), has_attribute_columns=True, clause="6",
)  # fmt: skip

SEGMENT_VALUES = TableContract(
    "segment_values", _("Сегменты по значениям признаков"), _("Одна строка – сегмент × признак × значение (0 – нет данных)."), "segments",
    (SEGMENT_CODE, ATTRIBUTE_CODE, ATTRIBUTE_NAME, VALUE_CODE, VALUE_NAME, CLIENTS_COUNT, SHARE_PCT, OVERALL_SHARE_PCT, INDEX_PCT),
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
        Column("line_number", _("№"), Kind.INTEGER, _("Место по силе отличия."), required=True, minimum=1),
        ATTRIBUTE_CODE, ATTRIBUTE_NAME, VALUE_NAME, SHARE_PCT, OVERALL_SHARE_PCT, INDEX_PCT,
        Column("is_special", _("Специальный"), Kind.FLAG, _("Признак социально незащищённых слоёв населения."), required=True),
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
        Column("least_share_pct", _("Наименьший класс"), Kind.NUMBER, _("Доля наименьшего класса."), unit="%"),
        Column("best_starts_pct", _("Запусков с лучшим итогом"), Kind.NUMBER, _("Доля запусков, нашедших лучшее решение."), unit="%"),
        Column("is_proposed", _("Предложено"), Kind.FLAG, _("Число классов, которое предлагает программа."), required=True),
    ),
    clause="6",
)  # fmt: skip

CONTRACTS = (
    SEGMENTS,
    CLIENT_SEGMENTS,
    PATTERN_SEGMENTS,
    SEGMENT_VALUES,
    IMAGES,
    IMAGE_LINES,
    CLASS_MODELS,
)

METHODS = {"rules": _("правила"), "latent_classes": _("скрытые классы")}

SEGMENT_RECORDS = TableContract(
    "segment_records", _("Сегменты"), _("Одна запись – один сегмент."), "decision",
    (
        Column("code", _("Код"), Kind.CODE, _("Строчные латинские буквы, цифры, «-» и «_»."), required=True),
        Column("name", _("Название"), Kind.TEXT, _("Короткое и уважительное."), required=True),
        Column("class_number", _("Номер класса"), Kind.INTEGER, _("Только для скрытых классов: номер по убыванию доли."), minimum=1),
    ),
    clause="6",
)  # fmt: skip
