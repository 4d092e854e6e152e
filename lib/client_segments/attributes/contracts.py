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

PROPOSED_ROLES = {**rec.ATTRIBUTE_ROLES, "left_out": _("не предложен")}

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

V = Column(
    "v",
    _("V Крамера"),
    Kind.NUMBER,
    _("Сила связи от 0 (нет) до 1, с поправкой Бергсмы (2013)."),
    minimum=0,
    maximum=1,
)
V_LOW = Column(
    "v_low", _("V не менее"), Kind.NUMBER, _("Нижняя граница интервала 95 %."), minimum=0, maximum=1
)
V_HIGH = Column(
    "v_high",
    _("V не более"),
    Kind.NUMBER,
    _("Верхняя граница интервала 95 %."),
    minimum=0,
    maximum=1,
)
SIZE = Column(
    "clients_count",
    _("Клиентов"),
    Kind.INTEGER,
    _("Число клиентов, по которым измерено."),
    required=True,
    minimum=0,
)

ATTRIBUTE_USEFULNESS = TableContract(
    "attribute_usefulness", _("Что признак говорит о клиентах"), _("Одна строка – один признак и один показатель."), "attributes",
    (
        ATTRIBUTE_CODE, ATTRIBUTE_NAME,
        Column("target_code", _("Код показателя"), Kind.CODE, _("Код показателя."), required=True),
        Column("target_name", _("Показатель"), Kind.TEXT, _("Удовлетворённость, проблема, слепая зона или канал."), required=True),
        SIZE, V, V_LOW, V_HIGH,
        Column("p_value", _("Случайность (p)"), Kind.NUMBER, _("Вероятность такой связи у независимых признака и показателя."), minimum=0, maximum=1),
        Column("q_value", _("Ложных находок (q)"), Kind.NUMBER, _("Доля ложных находок среди всех проверенных пар, если признать эту."), minimum=0, maximum=1),
        Column("gain_pct", _("Прибавка"), Kind.NUMBER, _("Какую долю различий показателя признак объясняет сверх признаков, стоящих раньше; с поправкой на число значений."), unit="%"),
        Column("place_number", _("Место"), Kind.INTEGER, _("Место в порядке выбора: следующим берётся признак, который прибавляет больше всего."), minimum=1),
    ),
    clause="5",
)  # fmt: skip

ATTRIBUTE_PAIRS = TableContract(
    "attribute_pairs", _("Признаки, которые говорят об одном"), _("Одна строка – одна пара признаков, самые близкие сверху."), "attributes",
    (
        ATTRIBUTE_CODE,
        Column("other_attribute_code", _("Код второго признака"), Kind.CODE, _("Код признака в перечне."), required=True),
        ATTRIBUTE_NAME,
        Column("other_attribute_name", _("Второй признак"), Kind.TEXT, _("Название признака."), required=True),
        SIZE, V, V_LOW, V_HIGH,
        Column("information_pct", _("Общие сведения"), Kind.NUMBER, _("Какую часть сведений одного признака сообщает другой (взаимная информация к меньшей энтропии)."), unit="%"),
        Column("is_same", _("Об одном"), Kind.FLAG, _("Признаки повторяют друг друга: V не менее 0,6 или общих сведений не менее 50 %."), required=True),
    ),
    clause="5",
)  # fmt: skip

ATTRIBUTE_PROPOSALS = TableContract(
    "attribute_proposals", _("Предложение программы"), _("Одна строка – один признак или столбец таблицы клиентов."), "attributes",
    (
        Column("attribute_code", _("Код признака"), Kind.CODE, _("Код признака; пусто у столбца, который признаком быть не может.")),
        ATTRIBUTE_NAME,
        Column("role", _("Роль сейчас"), Kind.CODE, _("Роль в перечне; пусто – в перечне признака нет."), codes=rec.ATTRIBUTE_ROLES),
        Column("proposed_role", _("Предлагается"), Kind.CODE, _("Роль, которую предлагает программа."), codes=PROPOSED_ROLES, required=True),
        Column("place_number", _("Место"), Kind.INTEGER, _("Место в порядке выбора."), minimum=1),
        Column("values_count", _("Значений"), Kind.INTEGER, _("Число разных значений у клиентов."), minimum=0),
        Column("rare_values", _("Редкие значения"), Kind.TEXT, _("Значения менее чем у 2 % клиентов.")),
        Column("missing_pct", _("Доля без данных"), Kind.NUMBER, _("Доля клиентов без значения."), unit="%"),
        Column("same_as", _("Повторяет"), Kind.TEXT, _("Признаки, которые говорят о том же.")),
        Column("reason", _("Почему"), Kind.TEXT, _("Обоснование предложения словами."), required=True),
        Column("column_header", _("Столбец"), Kind.TEXT, _("Заголовок в таблице клиентов.")),
        Column("bounds", _("Границы классов"), Kind.TEXT, _("Для чисел: нижние границы второго и следующих классов.")),
        Column("source_types", _("Виды источников"), Kind.TEXT, _("Номера видов источников по пункту 5."), clause="5"),
        Column("basis", _("Реквизит источника"), Kind.TEXT, _("Акт, форма документа, исследование.")),
        Column("is_special", _("Специальный"), Kind.FLAG, _("Признак социально незащищённых слоёв населения."), clause="5"),
        Column("is_sensitive", _("Специальная категория ПДн"), Kind.FLAG, _("Может раскрыть сведения статьи 10 закона 152-ФЗ.")),
        Column("is_ordered", _("Упорядочен"), Kind.FLAG, _("Значения имеют порядок.")),
    ),
    clause="5",
)  # fmt: skip

REGULATION_ATTRIBUTES = TableContract(
    "regulation_attributes", _("Признаки регламента"), _("Одна строка – один признак заявителя из регламента."), "attributes",
    (
        ATTRIBUTE_NAME,
        Column("values_text", _("Значения"), Kind.TEXT, _("Значения по порядку регламента."), required=True),
        Column("source_types", _("Вид источника"), Kind.CODE, _("1 – правовой акт, 2 – состав документов и сведений."), required=True, clause="5"),
        Column("basis", _("Реквизит источника"), Kind.TEXT, _("Акт и пункт, приложение, форма документа.")),
        Column("attribute_code", _("Код признака"), Kind.CODE, _("Признак клиентов, которому он отвечает; пусто – такого нет.")),
        Column("is_in_data", _("Есть в данных"), Kind.FLAG, _("Есть ли столбец в таблице клиентов."), required=True),
        Column("missing_values", _("Нет в данных"), Kind.TEXT, _("Значения регламента, которых нет ни у одного клиента.")),
        Column("extra_values", _("Нет в регламенте"), Kind.TEXT, _("Значения клиентов, которых нет в регламенте.")),
    ),
    clause="5",
)  # fmt: skip

REGULATION_COMBINATIONS = TableContract(
    "regulation_combinations", _("Варианты регламента"), _("Одна строка – один вариант услуги: комбинация значений признаков."), "attributes",
    (
        Column("variant_code", _("Вариант"), Kind.CODE, _("Номер варианта."), required=True),
        Column("result", _("Результат"), Kind.TEXT, _("Результат, за которым обращается заявитель.")),
        Column("combination_text", _("Комбинация"), Kind.TEXT, _("Комбинация значений, как в регламенте."), required=True),
        Column("rule_text", _("Правило словами"), Kind.TEXT, _("Правило по признакам клиентов; пусто – правило не получилось.")),
        Column("rule", _("Правило"), Kind.TEXT, _("То же, как его пишет segments.yml.")),
        Column("clients_count", _("Клиентов"), Kind.INTEGER, _("Скольким клиентам вариант подходит."), minimum=0),
        Column("share_pct", _("Доля"), Kind.NUMBER, _("Доля среди всех клиентов группы."), unit="%"),
        Column("problem", _("Чего не хватает"), Kind.TEXT, _("Почему вариант не стал правилом.")),
    ),
    clause="5",
)  # fmt: skip

CONTRACTS = (
    ATTRIBUTES,
    ATTRIBUTE_VALUES,
    CODED_CLIENTS,
    ATTRIBUTE_USEFULNESS,
    ATTRIBUTE_PAIRS,
    ATTRIBUTE_PROPOSALS,
    REGULATION_ATTRIBUTES,
    REGULATION_COMBINATIONS,
)

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
