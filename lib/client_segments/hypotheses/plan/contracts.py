"""Contracts of the research plan: the plan itself, and quotas within segments."""

from __future__ import annotations

from client_segments import recommendations as rec
from client_segments.contracts import (
    Column,
    Kind,
    TableContract,
    count_column,
    share_column,
)
from client_segments.language import _

_SEGMENT_CODE = Column("segment_code", _("Код сегмента"), Kind.CODE, _("Код сегмента из шага 2."), required=True)  # fmt: skip
_METHOD = Column(
    "method", _("Метод"), Kind.CODE, _("Чем проверяются гипотезы."),
    codes=rec.INSTRUMENTS, required=True, clause="7",
)  # fmt: skip

RESEARCH_PLAN = TableContract(
    "research_plan", _("План исследования"), _("Одна строка – сегмент × метод исследования, по очереди сегментов."), "hypotheses",
    (
        _SEGMENT_CODE,
        _METHOD,
        count_column("hypotheses_count", _("Гипотез"), _("Сколько гипотез проверяется этим методом."), required=True),
        count_column("respondents_count", _("Респондентов"), _("Сколько респондентов нужно."), required=True),
        Column("reason", _("Почему"), Kind.TEXT, _("Почему выбран метод и откуда взято число."), required=True),
        Column("order_number", _("Очередь"), Kind.INTEGER, _("Кого исследовать раньше: сначала выбранные людьми, затем по месту в очерёдности шага 3."), minimum=1),
        Column("is_first", _("Исследовать первым"), Kind.FLAG, _("Люди решили исследовать сегмент в первую очередь."), required=True),
        count_column("precision_count", _("Нужно для точности"), _("Сколько респондентов дают погрешность не более 10 п. п. с поправкой на число клиентов; пусто – не опрос.")),
        count_column("power_count", _("Нужно для вывода"), _("Сколько респондентов подтвердят верную гипотезу с вероятностью 80 % с поправкой на число гипотез; пусто – не опрос или столько клиентов нет.")),
        Column("margin_pct", _("Погрешность"), Kind.NUMBER, _("Наибольшая погрешность доли при таком числе респондентов; пусто – не опрос."), unit=_("п. п."), minimum=0),
        share_column("power_pct", _("Вероятность вывода"), _("С какой вероятностью такое число респондентов подтвердит верную гипотезу – самую трудную из проверяемых; пусто – не опрос.")),
        share_column("noticed_pct", _("Заметная доля"), _("О проблеме стольких клиентов расскажет хотя бы один респондент с вероятностью 95 %.")),
        Column("shows_text", _("Что покажет"), Kind.TEXT, _("Что такое число респондентов может показать."), required=True),
        Column("limits_text", _("Чего не покажет"), Kind.TEXT, _("Чего такое число респондентов показать не может."), required=True),
        count_column("offline_count", _("Вне цифровых каналов"), _("Сколько респондентов пригласить вне цифровых каналов; пусто – данных о каналах нет.")),
        Column("offline_places", _("Где пригласить"), Kind.TEXT, _("Каналы и сколько респондентов пригласить в каждом.")),
        Column("recruitment_text", _("Как набирать"), Kind.TEXT, _("Почему столько и что делать."), required=True),
    ),
    clause="7",
)  # fmt: skip

RESEARCH_QUOTAS = TableContract(
    "research_quotas", _("Квоты респондентов"), _("Одна строка – сегмент × метод × признак × значение."), "hypotheses",
    (
        _SEGMENT_CODE,
        _METHOD,
        Column("attribute_code", _("Код признака"), Kind.CODE, _("Код признака в перечне; channel – каналы, которыми пользуются."), required=True),
        Column("attribute_name", _("Признак"), Kind.TEXT, _("По какому признаку распределены респонденты."), required=True),
        Column("value_name", _("Значение"), Kind.TEXT, _("Значение признака."), required=True),
        share_column("share_pct", _("Доля в сегменте"), _("Доля среди клиентов сегмента с известным значением.")),
        count_column("quota_count", _("Респондентов"), _("Сколько респондентов с этим значением пригласить; квоты одного признака в сумме дают число респондентов."), required=True),
    ),
    clause="7",
)  # fmt: skip
