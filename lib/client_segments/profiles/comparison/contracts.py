"""Contract of the changes between two years.

Step 8 owns and writes the table; it is declared here because the report tells of the same changes
and comes before step 8.
"""

from __future__ import annotations

from client_segments.contracts import Column, Kind, TableContract
from client_segments.language import _

SEGMENT_CODE = Column(
    "segment_code", _("Код сегмента"), Kind.CODE, _("Код сегмента из шага 2."), required=True
)

CHANGES = TableContract(
    "changes", _("Изменения за год"), _("Одна строка – один показатель одного сегмента."), "updates",
    (
        SEGMENT_CODE,
        Column("indicator", _("Код показателя"), Kind.CODE, _("Что сравнивается."), required=True),
        Column("label", _("Показатель"), Kind.TEXT, _("Название показателя."), required=True),
        Column("previous_value", _("Было"), Kind.NUMBER, _("Прошлый год. Пусто – нет данных."), unit="%"),
        Column("current_value", _("Стало"), Kind.NUMBER, _("Этот год. Пусто – нет данных."), unit="%"),
        Column("difference", _("Изменение"), Kind.NUMBER, _("Стало минус было."), unit="п. п."),
        Column("low", _("Не менее"), Kind.NUMBER, _("Нижняя граница изменения."), unit="п. п."),
        Column("high", _("Не более"), Kind.NUMBER, _("Верхняя граница изменения."), unit="п. п."),
        Column("q_value", _("Q-значение"), Kind.NUMBER,
               _("P-значение с поправкой на все сравнения органа: больше случайного – не выше уровня. "
                 "Пусто – сравнить нельзя.")),
        Column("is_real", _("Больше случайного"), Kind.FLAG,
               _("Изменение отличимо от случайного с учётом числа всех сравнений органа."), required=True),
        Column("advice", _("Что сделать"), Kind.TEXT, _("Что пересмотреть."), required=True),
    ),
    clause="10",
)  # fmt: skip
