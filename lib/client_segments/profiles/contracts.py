"""Contracts of step 6: tables it writes, and records people write for it."""

from __future__ import annotations

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract
from client_segments.language import _
from client_segments.profiles.register.contracts import REGISTER_HEADS

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

METRICS = {
    "satisfaction": _("доля удовлетворённых сегмента, %"),
    "blind_zone": _("слепая зона, % имеющих право"),
    "refusals": _("отказы, % обратившихся"),
    "problem": _("доля упоминаний проблемы, %"),
    "stage": _("доля дел, дошедших до этапа, %"),
    "channel": _("доля подающих через канал, %"),
}
"""Own: indicators of a measure that the tables of steps 3 and 4 give."""

FOLLOW_UP_RESULTS = {
    "reached": _("цель достигнута"),
    "closer": _("ближе к цели"),
    "unchanged": _("не отличимо от базы"),
    "farther": _("дальше от цели"),
    "unknown": _("нет данных"),
    "cancelled": _("мероприятие отменено"),
}
FOLLOW_UP_SOURCES = {"computed": _("посчитано по данным"), "people": _("указали люди")}

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
        column("metric", _("Что посчитать"), Kind.CODE, _("Если показатель есть в таблицах: программа сама найдёт его значение через год."), codes=METRICS),
        column("metric_subject", _("О чём показатель"), Kind.TEXT, _("Название меры поддержки, проблемы, этапа или канала. Пусто – все меры, а проблема, этап и канал – те, что у мероприятия.")),
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

FOLLOW_UP_RECORDS = TableContract(
    "follow_up_records", _("Итоги мероприятий прошлого года"),
    _("Одна запись – что стало с одним мероприятием из плана прошлого года."), "profiles",
    (
        Column("code", _("Код мероприятия"), Kind.CODE, _("Код из плана прошлого года."), required=True),
        Column("state", _("Состояние"), Kind.CODE, _("Чем закончилось или как идёт."), codes=rec.MEASURE_STATES),
        Column("actual", _("Значение сейчас"), Kind.NUMBER, _("Значение показателя, если программа не может его посчитать.")),
        Column("text", _("Пояснение"), Kind.TEXT, _("Что сделано и почему так вышло.")),
    ),
    clause="9(2)",
)  # fmt: skip
"""What a person writes in `decisions/plan.yml` under `follow_up`."""

LEGAL_ACT_RECORDS = TableContract(
    "legal_act_records", _("Изменения НПА"),
    _("Одна запись – акт, из-за которого профили пересмотрены."), "profiles",
    (
        Column("act", _("Акт"), Kind.TEXT, _("Вид, дата, номер и название акта."), required=True, clause="10"),
        Column("date", _("Действует с"), Kind.DATE, _("Когда изменение вступило в силу."), required=True),
        Column("segments", _("Сегменты"), Kind.CODE, _("Каких сегментов касается. Пусто – всех."), is_list=True),
    ),
    clause="10",
)  # fmt: skip
"""What a person writes in `decisions/profiles.yml` under `legal_acts`."""

MEASURE_COLUMNS = dict(zip(MEASURE_RECORDS.column_names, MEASURES.column_names, strict=True))
"""Key of a record in `plan.yml` and the column of the table it becomes."""

_NUMBER = Kind.NUMBER

MEASURE_LINKS = TableContract(
    "measure_links", _("Связи мероприятий"),
    _("Одна строка – одно мероприятие: на чём оно стоит и чем измерится, по убыванию приоритета."),
    "profiles",
    (
        Column("place", _("Место"), Kind.INTEGER, _("По убыванию приоритета; без оценки – в конце."), required=True, minimum=1),
        Column("measure_code", _("Код мероприятия"), Kind.CODE, _("Код из плана."), required=True),
        SEGMENT_CODE,
        Column("priority", _("Приоритет"), Kind.INTEGER, _("Влияние × осуществимость: от 1 до 25. Пусто – не оценены."), minimum=1, maximum=25),
        Column("problem", _("Проблема или потребность"), Kind.TEXT, _("На что отвечает мероприятие."), clause="9(2)"),
        Column("hypothesis_code", _("Гипотеза"), Kind.CODE, _("На какой гипотезе стоит.")),
        Column("verdict", _("Вердикт"), Kind.CODE, _("Чем закончилась проверка гипотезы."), codes=rec.VERDICTS),
        Column("measure", _("Мероприятие"), Kind.TEXT, _("Что меняется для сегмента."), required=True, clause="9(2)"),
        Column("indicator", _("Показатель"), Kind.TEXT, _("Чем измерится итог.")),
        Column("is_whole", _("Связь цела"), Kind.FLAG, _("Проблема → гипотеза → вердикт → мероприятие → показатель: нет ли разрыва."), required=True),
        Column("breaks", _("Где разрыв"), Kind.TEXT, _("Что мешает. Пусто – ничего.")),
    ),
    clause="9(2)",
)  # fmt: skip

FOLLOW_UP = TableContract(
    "follow_up", _("Итоги мероприятий прошлого года"),
    _("Одна строка – одно мероприятие из плана прошлого года."), "profiles",
    (
        Column("measure_code", _("Код мероприятия"), Kind.CODE, _("Код из плана прошлого года."), required=True),
        SEGMENT_CODE,
        Column("measure", _("Мероприятие"), Kind.TEXT, _("Что менялось для сегмента."), required=True, clause="9(2)"),
        Column("indicator", _("Показатель"), Kind.TEXT, _("Чем измеряется итог.")),
        Column("base_value", _("База"), _NUMBER, _("Значение, с которого начинали.")),
        Column("target_value", _("Цель"), _NUMBER, _("Значение, к которому стремились.")),
        Column("actual_value", _("Сейчас"), _NUMBER, _("Значение этого года. Пусто – нет данных.")),
        Column("low_value", _("Не менее"), _NUMBER, _("Нижняя граница 95 %-го интервала, если значение посчитано.")),
        Column("high_value", _("Не более"), _NUMBER, _("Верхняя граница 95 %-го интервала, если значение посчитано.")),
        Column("source", _("Откуда значение"), Kind.CODE, _("Пусто – нет данных."), codes=FOLLOW_UP_SOURCES),
        Column("progress_pct", _("Пройдено пути"), _NUMBER, _("Какая часть пути от базы к цели пройдена; меньше нуля – обратно."), unit="%"),
        Column("result", _("Итог"), Kind.CODE, _("Где показатель относительно базы и цели."), codes=FOLLOW_UP_RESULTS, required=True),
        Column("due_date", _("Срок"), Kind.DATE, _("Срок по плану.")),
        Column("state", _("Состояние"), Kind.CODE, _("По решению этого года, а без него – по плану прошлого."), codes=rec.MEASURE_STATES),
        Column("is_overdue", _("Просрочено"), Kind.FLAG, _("Срок наступил до конца этого года, а мероприятие не выполнено и не отменено."), required=True),
        Column("text", _("Пояснение"), Kind.TEXT, _("Что написали люди.")),
    ),
    clause="9(2)",
)  # fmt: skip

ARCHIVED_PROFILES = TableContract(
    "archived_profiles", _("Профили в архиве"),
    _("Одна строка – профиль сегмента, которого больше нет."), "profiles",
    (
        SEGMENT_CODE,
        Column("segment_name", _("Сегмент"), Kind.TEXT, _("Название сегмента."), required=True),
        Column("archived_year", _("Год"), Kind.INTEGER, _("В каком году профиль ушёл в архив."), required=True),
        Column("version_number", _("Версия"), Kind.INTEGER, _("Номер последней версии в пределах года."), required=True, clause="10"),
        Column("formed_date", _("Дата"), Kind.DATE, _("Дата последней версии."), clause="10"),
        Column("reason", _("Основание"), Kind.CODE, _("Почему профиль ушёл в архив."), codes=rec.UPDATE_REASONS, required=True, clause="10"),
    ),
    clause="10",
)  # fmt: skip

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

CONTRACTS = (
    PROFILE_FIELDS, PROFILES, ARCHIVED_PROFILES, MEASURES, MEASURE_LINKS, FOLLOW_UP, PROFILE_SOURCES,
    REGISTER_HEADS,
)  # fmt: skip
