"""Contracts of step 8: tables it writes, and records people write for it."""

from __future__ import annotations

from client_segments.contracts import Column, Kind, TableContract
from client_segments.language import (
    _,
)

SEGMENT_STATES = {
    "continued": _("был и остался"),
    "new": _("новый"),
    "vanished": _("исчез"),
    "first": _("прошлого года нет"),
}
FILE_STATES = {"new": _("новый файл"), "changed": _("изменён"), "removed": _("удалён")}

_SEGMENT_CODE = Column(
    "segment_code", _("Код сегмента"), Kind.CODE, _("Код сегмента из шага 2."), required=True
)

CHANGES = TableContract(
    "changes", _("Изменения за год"), _("Одна строка – один показатель одного сегмента."), "updates",
    (
        _SEGMENT_CODE,
        Column("indicator", _("Код показателя"), Kind.CODE, _("Что сравнивается."), required=True),
        Column("label", _("Показатель"), Kind.TEXT, _("Название показателя."), required=True),
        Column("previous_value", _("Было"), Kind.NUMBER, _("Прошлый год. Пусто – нет данных."), unit="%"),
        Column("current_value", _("Стало"), Kind.NUMBER, _("Этот год. Пусто – нет данных."), unit="%"),
        Column("difference", _("Изменение"), Kind.NUMBER, _("Стало минус было."), unit="п. п."),
        Column("low", _("Не менее"), Kind.NUMBER, _("Нижняя граница изменения."), unit="п. п."),
        Column("high", _("Не более"), Kind.NUMBER, _("Верхняя граница изменения."), unit="п. п."),
        Column("is_real", _("Больше случайного"), Kind.FLAG,
               _("Изменение отличимо от случайного с учётом числа всех сравнений органа."), required=True),
        Column("advice", _("Что сделать"), Kind.TEXT, _("Что пересмотреть."), required=True),
    ),
    clause="10",
)  # fmt: skip

SEGMENT_CHANGES = TableContract(
    "segment_changes", _("Сегменты по сравнению с прошлым годом"), _("Одна строка – один сегмент."),
    "updates",
    (
        _SEGMENT_CODE,
        Column("segment_name", _("Сегмент"), Kind.TEXT, _("Название сегмента."), required=True),
        Column("state", _("Состояние"), Kind.CODE, _("Был ли сегмент в прошлом году."),
               codes=SEGMENT_STATES, required=True),
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
    ),
    clause="10",
)  # fmt: skip

CONTRACTS = (CHANGES, SEGMENT_CHANGES, CHANGED_FILES)

REVIEW_ANSWERS = {
    "revised": _("пересмотрено"),
    "kept": _("оставлено без изменений"),
    "postponed": _("отложено"),
}

REVIEW_RECORDS = TableContract(
    "review_records", _("Решения об актуализации"),
    _("Одна запись – что решено об одном изменении."), "updates",
    (
        Column("group", _("Группа"), Kind.CODE, _("Код группы процессов."), required=True),
        Column("segment", _("Сегмент"), Kind.CODE, _("Код сегмента из шага 2."), required=True),
        Column("indicator", _("Показатель"), Kind.CODE,
               _("Код показателя из таблицы «Изменения за год»."), required=True),
        Column("answer", _("Решение"), Kind.CODE, _("Что решено."), codes=REVIEW_ANSWERS, required=True),
        Column("text", _("Пояснение"), Kind.TEXT, _("Почему так решено.")),
    ),
    clause="10",
)  # fmt: skip
"""What a person writes in the year's `decisions/updates.yml` under `reviews`."""
