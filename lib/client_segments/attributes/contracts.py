"""Contracts of step 1: its tables, and the record of its decision."""

from __future__ import annotations

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract
from client_segments.language import _

ATTRIBUTE_CODE = Column(
    "attribute_code", _("Код признака"), Kind.CODE, _("Код признака в перечне."), required=True
)
ATTRIBUTE_NAME = Column(
    "attribute_name", _("Признак"), Kind.TEXT, _("Название признака."), required=True
)
VALUE_CODE = Column(
    "value_code",
    _("Код значения"),
    Kind.INTEGER,
    _("Номер значения в перечне; 0 – нет данных."),
    required=True,
    minimum=0,
)
VALUE_NAME = Column("value_name", _("Значение"), Kind.TEXT, _("Название значения."), required=True)
CLIENTS_COUNT = Column(
    "clients_count",
    _("Клиентов"),
    Kind.INTEGER,
    _("Число клиентов."),
    required=True,
    minimum=0,
    clause="2(5)",
)
CLIENT_ID = Column(
    "client_id", _("Идентификатор клиента"), Kind.CODE, _("Обезличенный идентификатор.")
)
WEIGHT = Column(
    "weight",
    _("Вес"),
    Kind.NUMBER,
    _("Вес клиента в выборке; 1, если весов нет."),
    required=True,
    minimum=0,
)

ATTRIBUTES = TableContract(
    "attributes", _("Перечень признаков"), _("Одна строка – один признак."), "attributes",
    (
        ATTRIBUTE_CODE,
        ATTRIBUTE_NAME,
        Column("role", _("Роль"), Kind.CODE, _("Образующий признак делит клиентов на сегменты, описательный – описывает их."), codes=rec.ATTRIBUTE_ROLES, required=True),
        Column("source_types", _("Виды источников"), Kind.TEXT, _("Номера видов источников по пункту 5."), clause="5"),
        Column("basis", _("Реквизит источника"), Kind.TEXT, _("Акт, форма документа, исследование.")),
        Column("is_special", _("Специальный"), Kind.FLAG, _("Признак социально незащищённых слоёв населения."), required=True, clause="5"),
        Column("is_sensitive", _("Специальная категория ПДн"), Kind.FLAG, _("Может раскрыть сведения статьи 10 закона 152-ФЗ."), required=True),
        Column("is_ordered", _("Упорядочен"), Kind.FLAG, _("Значения имеют порядок."), required=True),
        Column("values_count", _("Значений"), Kind.INTEGER, _("Число разных значений у клиентов."), required=True, minimum=0),
        Column("known_count", _("Известно у клиентов"), Kind.INTEGER, _("Число клиентов с известным значением."), required=True, minimum=0),
        Column("missing_count", _("Нет данных"), Kind.INTEGER, _("Число клиентов без значения."), required=True, minimum=0),
        Column("missing_pct", _("Доля без данных"), Kind.NUMBER, _("Доля клиентов без значения."), unit="%"),
        Column("is_proposed", _("Предложен программой"), Kind.FLAG, _("Перечень ещё не утверждён человеком."), required=True),
    ),
    clause="5",
)  # fmt: skip

ATTRIBUTE_VALUES = TableContract(
    "attribute_values", _("Значения признаков"), _("Одна строка – одно значение одного признака."), "attributes",
    (
        ATTRIBUTE_CODE,
        VALUE_CODE,
        VALUE_NAME,
        CLIENTS_COUNT,
        Column("share_pct", _("Доля"), Kind.NUMBER, _("Доля среди клиентов с известным значением."), unit="%"),
        Column("spellings", _("Объединённые написания"), Kind.TEXT, _("Как ещё это значение записано в данных.")),
    ),
    clause="5",
)  # fmt: skip

CODED_CLIENTS = TableContract(
    "coded_clients", _("Клиенты в кодах"), _("Одна строка – одна строка таблицы клиентов: коды значений признаков (0 – нет данных)."), "attributes",
    (CLIENT_ID, CLIENTS_COUNT, WEIGHT),
    has_attribute_columns=True, clause="5",
)  # fmt: skip

CONTRACTS = (ATTRIBUTES, ATTRIBUTE_VALUES, CODED_CLIENTS)

ATTRIBUTE_RECORDS = TableContract(
    "attribute_records", _("Перечень признаков"), _("Одна запись – один признак."), "decision",
    (
        Column("code", _("Код"), Kind.CODE, _("Строчные латинские буквы, цифры и «_»."), required=True),
        Column("name", _("Признак"), Kind.TEXT, _("Название, как в отчёте."), required=True),
        Column("column", _("Столбец"), Kind.TEXT, _("Заголовок в таблице клиентов; пусто – как название или код.")),
        Column("role", _("Роль"), Kind.CODE, _("Образующий или описательный."), codes=rec.ATTRIBUTE_ROLES),
        Column("sources", _("Виды источников"), Kind.CODE, _("Номера от 1 до 5 по пункту 5."), codes={code: code for code in rec.SOURCE_TYPES}, is_list=True, clause="5"),
        Column("basis", _("Реквизит источника"), Kind.TEXT, _("Акт и пункт, форма документа, исследование.")),
        Column("special", _("Специальный"), Kind.FLAG, _("Признак социально незащищённых слоёв.")),
        Column("sensitive", _("Специальная категория ПДн"), Kind.FLAG, _("Статья 10 закона 152-ФЗ.")),
        Column("ordered", _("Упорядочен"), Kind.FLAG, _("Значения имеют порядок.")),
        Column("values", _("Значения по порядку"), Kind.TEXT, _("Пусто – как в данных."), is_list=True),
        Column("bins", _("Границы классов"), Kind.NUMBER, _("Для чисел: нижние границы второго и следующих классов."), is_list=True),
    ),
    clause="5",
)  # fmt: skip
