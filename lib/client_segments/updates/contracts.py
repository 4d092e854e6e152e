"""Contracts of step 8: tables it writes, and records people write for it."""

from __future__ import annotations

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract
from client_segments.hypotheses.contracts import HYPOTHESIS_CODE, HYPOTHESIS_TEXT
from client_segments.language import _
from client_segments.profiles.comparison.contracts import CHANGES, SEGMENT_CODE

SEGMENT_STATES = {
    "continued": _("был и остался"),
    "new": _("новый"),
    "vanished": _("исчез"),
    "first": _("прошлого года нет"),
}
FILE_STATES = {"new": _("новый файл"), "changed": _("изменён"), "removed": _("удалён")}


def _count(name: str, label: str, description: str, **options: object) -> Column:
    return Column(name, label, Kind.INTEGER, description, minimum=0, **options)


SEGMENT_CHANGES = TableContract(
    "segment_changes", _("Сегменты по сравнению с прошлым годом"), _("Одна строка – один сегмент."),
    "updates",
    (
        SEGMENT_CODE,
        Column("segment_name", _("Сегмент"), Kind.TEXT, _("Название сегмента."), required=True),
        Column("state", _("Состояние"), Kind.CODE, _("Был ли сегмент в прошлом году."),
               codes=SEGMENT_STATES, required=True),
        _count("versions_count", _("Версий за год"), _("Сколько версий профиля записано в этом году.")),
        Column("reasons", _("Основания"), Kind.TEXT, _("Почему записаны версии этого года.")),
        _count("fields_count", _("Полей изменилось"), _("Сколько полей профиля отличается от прошлого года.")),
        _count("changes_count", _("Изменений больше случайных"), _("Сколько показателей изменилось больше случайного.")),
        _count("hypotheses_count", _("Гипотез без основания"), _("Сколько гипотез потеряло основание.")),
    ),
    clause="10",
)  # fmt: skip

COMPARED = {
    "year": _("с последней версией прошлого года"),
    "version": _("с предыдущей версией этого года"),
}

FIELD_CHANGES = TableContract(
    "field_changes", _("Что изменилось в профилях"),
    _("Одна строка – одно поле профиля одного сегмента, которое отличается."), "updates",
    (
        SEGMENT_CODE,
        Column("compared", _("С чем сравнивается"), Kind.CODE, _("С какой версией сравнивается последняя."),
               codes=COMPARED, required=True),
        Column("previous_version", _("Прежняя версия"), Kind.TEXT, _("Год и номер версии."), required=True),
        Column("current_version", _("Последняя версия"), Kind.TEXT, _("Год и номер версии."), required=True),
        Column("field_number", _("№ поля"), Kind.INTEGER, _("Номер поля в форме."), required=True),
        Column("field", _("Поле"), Kind.TEXT, _("Название поля в форме."), required=True),
        Column("previous_text", _("Было"), Kind.TEXT, _("Пусто – поля не было.")),
        Column("current_text", _("Стало"), Kind.TEXT, _("Пусто – поля больше нет.")),
    ),
    clause="10",
)  # fmt: skip

CHANGED_FILES = TableContract(
    "changed_files", _("Новые данные и решения"),
    _("Одна строка – файл, который отличается от учтённого в последней версии профилей."), "updates",
    (
        Column("file", _("Файл"), Kind.TEXT, _("Путь внутри папки группы."), required=True),
        Column("state", _("Состояние"), Kind.CODE, _("Что стало с файлом."), codes=FILE_STATES, required=True),
        Column("is_processed", _("Учтён"), Kind.FLAG,
               _("Выполнен ли шаг 6 после изменения. Да – профили от него не изменились."), required=True),
        Column("affects", _("Что затронуто"), Kind.TEXT, _("Какие разделы профиля составлены по этому файлу.")),
    ),
    clause="10",
)  # fmt: skip

GROUND_STATES = {
    "criterion_lost": _("критерий больше не выполнен"),
    "comparison_lost": _("сравнение больше не поддержано"),
    "comparison_gone": _("сравнения в данных больше нет"),
    "not_asked": _("в этом году не проверена"),
    "respondents_old": _("ответы старше данных"),
    "verdict_weak": _("подтверждена слабее"),
    "comparison_weak": _("данных стало мало"),
    "dropped": _("не перенесена"),
    "stands": _("основание держится"),
}
"""State of a hypothesis's ground, the gravest first."""
LOST_STATES = ("criterion_lost", "comparison_lost", "comparison_gone")
"""States in which a hypothesis has lost its ground."""

HYPOTHESIS_GROUNDS = TableContract(
    "hypothesis_grounds", _("На чём держатся гипотезы"), _("Одна строка – одна принятая гипотеза."),
    "updates",
    (
        HYPOTHESIS_CODE, SEGMENT_CODE, HYPOTHESIS_TEXT,
        Column("state", _("Основание"), Kind.CODE, _("Держится ли гипотеза на новых данных."),
               codes=GROUND_STATES, required=True),
        Column("is_lost", _("Основание потеряно"), Kind.FLAG, _("Нужно ли пересмотреть гипотезу."), required=True),
        Column("previous_verdict", _("Вердикт прошлого года"), Kind.CODE, _("Пусто – гипотезы не было."), codes=rec.VERDICTS),
        Column("verdict", _("Вердикт этого года"), Kind.CODE, _("Пусто – гипотезы больше нет."), codes=rec.VERDICTS),
        Column("reasons", _("Почему"), Kind.TEXT, _("Что найдено, с числами.")),
        Column("advice", _("Что сделать"), Kind.TEXT, _("Действие человека."), required=True),
    ),
    clause="7, 10",
)  # fmt: skip

MOVE_WAYS = {
    "clients": _("те же клиенты год назад"),
    "rules": _("по решению прошлого года"),
}

SEGMENT_MOVES = TableContract(
    "segment_moves", _("Кто сменил сегмент"),
    _("Одна строка – откуда и куда: клиенты обоих годов или клиенты этого года, отнесённые по прошлогоднему решению."),
    "updates",
    (
        Column("way", _("Как считано"), Kind.CODE, _("Что сравнивается."), codes=MOVE_WAYS, required=True),
        Column("from_code", _("Откуда"), Kind.CODE, _("Код прежнего сегмента."), required=True),
        Column("from_name", _("Прежний сегмент"), Kind.TEXT, _("Название прежнего сегмента."), required=True),
        Column("to_code", _("Куда"), Kind.CODE, _("Код нынешнего сегмента."), required=True),
        Column("to_name", _("Нынешний сегмент"), Kind.TEXT, _("Название нынешнего сегмента."), required=True),
        _count("clients_count", _("Клиентов"), _("Сколько клиентов."), required=True),
        Column("share_pct", _("Доля"), Kind.NUMBER, _("Доля среди клиентов прежнего сегмента, которые сравниваются."), unit="%"),
    ),
    clause="10",
)  # fmt: skip

SEGMENT_DRIFT = TableContract(
    "segment_drift", _("Как сдвинулись сегменты"), _("Одна строка – один сегмент, с остальными клиентами."),
    "updates",
    (
        SEGMENT_CODE,
        Column("segment_name", _("Сегмент"), Kind.TEXT, _("Название сегмента."), required=True),
        _count("previous_count", _("Было клиентов"), _("Ёмкость в прошлом году.")),
        _count("current_count", _("Стало клиентов"), _("Ёмкость в этом году.")),
        Column("previous_pct", _("Была доля"), Kind.NUMBER, _("Доля среди всех клиентов в прошлом году."), unit="%"),
        Column("current_pct", _("Стала доля"), Kind.NUMBER, _("Доля среди всех клиентов в этом году."), unit="%"),
        Column("difference", _("Сдвиг"), Kind.NUMBER, _("Стало минус было."), unit="п. п."),
        Column("low", _("Не менее"), Kind.NUMBER, _("Нижняя граница сдвига, 95 %."), unit="п. п."),
        Column("high", _("Не более"), Kind.NUMBER, _("Верхняя граница сдвига, 95 %."), unit="п. п."),
        _count("stayed_count", _("Остались"), _("Клиенты, которые были в сегменте и в прошлом году.")),
        _count("arrived_count", _("Пришли"), _("Клиенты, которые в прошлом году были в другом сегменте.")),
        _count("new_count", _("Новые клиенты"), _("Клиенты, которых в прошлом году не было.")),
        _count("moved_count", _("Перешли"), _("Клиенты сегмента, которые теперь в другом.")),
        _count("left_count", _("Выбыли"), _("Клиенты сегмента, которых в этом году нет.")),
    ),
    clause="10",
)  # fmt: skip

REVISION_KINDS = {
    "files": _("данные и решения"),
    "version": _("новая версия профиля"),
    "segments": _("состав сегментов"),
    "change": _("изменение показателя"),
    "hypothesis": _("гипотеза"),
    "drift": _("сдвиг сегментов"),
    "nothing": _("без изменений"),
}

REVISIONS = TableContract(
    "revisions", _("Что пересмотреть"), _("Одна строка – одно предложение, самое срочное сверху."),
    "updates",
    (
        Column("kind", _("О чём"), Kind.CODE, _("О чём предложение."), codes=REVISION_KINDS, required=True),
        Column("segment_code", _("Код сегмента"), Kind.CODE, _("Пусто – о группе в целом.")),
        Column("text", _("Что найдено и что сделать"), Kind.TEXT, _("Предложение."), required=True),
    ),
    clause="10",
)  # fmt: skip

CONTRACTS = (
    CHANGES, SEGMENT_CHANGES, CHANGED_FILES, FIELD_CHANGES, HYPOTHESIS_GROUNDS, SEGMENT_DRIFT,
    SEGMENT_MOVES, REVISIONS,
)  # fmt: skip

REVIEW_ANSWERS = {
    "revised": _("пересмотрено"),
    "kept": _("оставлено без изменений"),
    "postponed": _("отложено"),
}

REVIEW_RECORDS = TableContract(
    "review_records", _("Решения об актуализации"),
    _("Одна запись – что решено об одном изменении или об одной гипотезе."), "updates",
    (
        Column("group", _("Группа"), Kind.CODE, _("Код группы процессов."), required=True),
        Column("segment", _("Сегмент"), Kind.CODE, _("Код сегмента из шага 2."), required=True),
        Column("indicator", _("Показатель"), Kind.CODE,
               _("Код показателя из таблицы «Изменения за год» или номер гипотезы."), required=True),
        Column("answer", _("Решение"), Kind.CODE, _("Что решено."), codes=REVIEW_ANSWERS, required=True),
        Column("text", _("Пояснение"), Kind.TEXT, _("Почему так решено.")),
    ),
    clause="10",
)  # fmt: skip
"""What a person writes in the year's `decisions/updates.yml` under `reviews`."""
