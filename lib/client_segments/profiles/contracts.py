"""Contracts of step 6: tables it writes, and records people write for it."""

from __future__ import annotations

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract
from client_segments.language import _

SEGMENT_CODE = Column(
    "segment_code", _("Код сегмента"), Kind.CODE, _("Код сегмента из шага 2."), required=True
)

PROFILE_FIELDS = TableContract(
    "profile_fields", _("Поля профилей"),
    _("Одна строка – одно поле формы в профиле одного сегмента."), "profiles",
    (
        SEGMENT_CODE,
        Column("field_number", _("№ поля"), Kind.INTEGER, _("Номер поля в форме."), required=True),
        Column("section", _("Раздел"), Kind.TEXT, _("Раздел формы.")),
        Column("field", _("Поле"), Kind.TEXT, _("Название поля в форме."), required=True),
        Column("field_key", _("Ключ поля"), Kind.CODE, _("По ключу поле находит своё значение."), required=True),
        Column("value_text", _("Значение"), Kind.TEXT, _("Текст поля; если данных нет – почему."), required=True),
        Column("is_core", _("Ядро"), Kind.FLAG, _("Следует ли поле из текста Рекомендаций."), required=True),
        Column("is_filled", _("Заполнено"), Kind.FLAG, _("Есть ли у поля значение."), required=True),
        Column("is_edited", _("Правка человека"), Kind.FLAG, _("Взят ли текст из решения людей."), required=True),
    ),
    clause="8",
)  # fmt: skip

PROFILES = TableContract(
    "profiles", _("Профили"), _("Одна строка – профиль одного сегмента."), "profiles",
    (
        SEGMENT_CODE,
        Column("segment_name", _("Сегмент"), Kind.TEXT, _("Название сегмента."), required=True),
        Column("status", _("Статус"), Kind.CODE, _("Следует из гипотез и их проверки."),
               codes=rec.PROFILE_STATUSES, required=True, clause="7"),
        Column("version_number", _("Версия"), Kind.INTEGER, _("Номер версии в пределах года."), required=True, clause="10"),
        Column("formed_date", _("Дата формирования"), Kind.DATE,
               _("Дата новейшего решения, по которому составлена версия. Пусто – решений с датой нет."), clause="10"),
        Column("reason", _("Основание актуализации"), Kind.CODE, _("Почему появилась версия."),
               codes=rec.UPDATE_REASONS, required=True, clause="10"),
    ),
    clause="8, 10",
)  # fmt: skip

_SCORE = _("от 1 до 5")


def _measure_columns(names: dict[str, str]) -> tuple[Column, ...]:
    """Return the columns of a measure; `names` gives those whose names differ in a table."""

    def column(name: str, label: str, kind: Kind, description: str, **options) -> Column:
        return Column(names.get(name, name), label, kind, description, **options)

    return (
        column("code", _("Код мероприятия"), Kind.CODE, _("Например, М1."), required=True),
        column("segment", _("Сегмент"), Kind.CODE, _("Код или название сегмента."), required=True),
        column("hypothesis", _("Гипотеза"), Kind.CODE, _("Код гипотезы, на которой стоит мероприятие.")),
        column("problem", _("Проблема"), Kind.TEXT, _("Проблема, которую решает мероприятие."), clause="9(2)"),
        column("need", _("Потребность"), Kind.TEXT, _("«Как … мне нужно … чтобы …»."), clause="9(2)"),
        column("measure", _("Мероприятие"), Kind.TEXT, _("Что меняется для сегмента."), required=True, clause="9(2)"),
        column("stage", _("Этап пути"), Kind.TEXT, _("На каком этапе пути.")),
        column("channel", _("Канал"), Kind.TEXT, _("Через какой канал.")),
        column("responsible", _("Ответственный"), Kind.TEXT, _("Подразделение или должность.")),
        column("due", _("Срок"), Kind.DATE, _("К какой дате.")),
        column("resources", _("Ресурсы"), Kind.TEXT, _("Что нужно для выполнения.")),
        column("indicator", _("Показатель"), Kind.TEXT, _("Чем измерится итог.")),
        column("base", _("База"), Kind.NUMBER, _("Значение показателя сейчас.")),
        column("target", _("Цель"), Kind.NUMBER, _("Значение показателя, к которому стремятся.")),
        column("effect", _("Влияние"), Kind.INTEGER, _SCORE, minimum=1, maximum=5),
        column("feasibility", _("Осуществимость"), Kind.INTEGER, _SCORE, minimum=1, maximum=5),
        column("state", _("Состояние"), Kind.CODE, _("Как идёт мероприятие."), codes=rec.MEASURE_STATES),
    )  # fmt: skip


MEASURE_RECORDS = TableContract(
    "measure_records", _("План персонализации"),
    _("Одна запись – одно мероприятие для одного сегмента."), "profiles",
    _measure_columns({}), clause="9(2)",
)  # fmt: skip
"""What a person writes in `decisions/plan.yml` under `measures`."""

MEASURES = TableContract(
    "measures", _("План персонализации"), _("Одна строка – одно мероприятие для одного сегмента."),
    "profiles",
    _measure_columns(
        {
            "code": "measure_code", "segment": "segment_code", "hypothesis": "hypothesis_code",
            "due": "due_date", "base": "base_value", "target": "target_value",
        },
    ),
    clause="9(2)",
)  # fmt: skip

MEASURE_COLUMNS = dict(zip(MEASURE_RECORDS.column_names, MEASURES.column_names, strict=True))
"""Key of a record in `plan.yml` and the column of the table it becomes."""

PROFILE_FIELD_RECORDS = TableContract(
    "profile_field_records", _("Правки профилей"),
    _("Одна запись – текст одного поля формы для одного сегмента."), "profiles",
    (
        Column("segment", _("Сегмент"), Kind.CODE, _("Код сегмента из шага 2."), required=True),
        Column("field", _("№ поля"), Kind.INTEGER, _("Номер поля в форме."), required=True),
        Column("text", _("Текст"), Kind.TEXT, _("Что написать в поле вместо вычисленного."), required=True),
    ),
    clause="8",
)  # fmt: skip
"""What a person writes in `decisions/profiles.yml` under `fields`."""

PROFILE_SOURCES = TableContract(
    "profile_sources", _("Из чего составлены профили"),
    _("Одна строка – один файл данных или решений, который был при составлении профилей."),
    "profiles",
    (
        Column("file", _("Файл"), Kind.TEXT, _("Путь внутри папки группы."), required=True),
        Column("sha256", _("Контрольная сумма"), Kind.CODE, _("SHA-256 содержимого файла."), required=True),
    ),
    clause="10",
)  # fmt: skip

CONTRACTS = (PROFILE_FIELDS, PROFILES, MEASURES, PROFILE_SOURCES)
