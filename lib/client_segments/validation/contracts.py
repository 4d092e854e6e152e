"""Contracts of step 5: its tables."""

from __future__ import annotations

from functools import partial

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract, count_column
from client_segments.hypotheses.contracts import (
    CRITERION_PCT,
    HIGH_PCT,
    HYPOTHESIS_CODE,
    HYPOTHESIS_KIND,
    HYPOTHESIS_TEXT,
    LOW_PCT,
)
from client_segments.language import _

_INSTRUMENT = Column(
    "instrument", _("Способ получения"), Kind.CODE, _("Как получен ответ."),
    codes=rec.INSTRUMENTS, required=True, clause="7",
)  # fmt: skip


_count = partial(count_column, required=True)

_SEGMENT_CODE = Column(
    "segment_code", _("Код сегмента"), Kind.CODE, _("Код сегмента из шага 2."), required=True
)

RESPONDENTS = TableContract(
    "respondents", _("Респонденты по сегментам"), _("Одна строка – сегмент × способ получения."), "validation",
    (
        _SEGMENT_CODE, _INSTRUMENT,
        _count("respondents_count", _("Респондентов"), _("Число разных респондентов.")),
        _count("consent_count", _("С согласием"), _("Сколько из них дали согласие на участие.")),
    ),
    clause="7",
)  # fmt: skip

VERDICTS = TableContract(
    "verdicts", _("Итоги проверки гипотез"), _("Одна строка – одна принятая гипотеза."), "validation",
    (
        HYPOTHESIS_CODE, _SEGMENT_CODE, HYPOTHESIS_KIND, HYPOTHESIS_TEXT, CRITERION_PCT,
        _count("survey_yes_count", _("Опрос: «да»"), _("Ответов «да» в опросах.")),
        _count("survey_total_count", _("Опрос: всего"), _("Ответов «да» и «нет» в опросах.")),
        Column("survey_pct", _("Опрос: доля «да»"), Kind.NUMBER, _("Доля «да» среди ответов «да» и «нет»."), unit="%"),
        LOW_PCT, HIGH_PCT,
        _count("talks_for_count", _("Беседы: за"), _("Бесед (интервью, фокус-группы, иное) в пользу гипотезы.")),
        _count("talks_against_count", _("Беседы: против"), _("Бесед против гипотезы.")),
        Column("verdict", _("Вердикт"), Kind.CODE, _("Итог проверки по правилу шага 5."), codes=rec.VERDICTS, required=True, clause="7"),
        Column("verdict_text", _("Основание"), Kind.TEXT, _("Числа, по которым вынесен вердикт."), required=True),
    ),
    clause="7",
)  # fmt: skip

QUOTATIONS = TableContract(
    "quotations", _("Цитаты респондентов"), _("Одна строка – одна цитата. Только для внутреннего пользования."), "validation",
    (
        Column("segment_code", _("Код сегмента"), Kind.CODE, _("Сегмент респондента. Пусто – неизвестен.")),
        Column("hypothesis_code", _("Гипотеза"), Kind.CODE, _("О какой гипотезе. Пусто – беседа без вопроса о гипотезе.")),
        Column("respondent_id", _("Код респондента"), Kind.CODE, _("Обезличенный код респондента."), required=True),
        _INSTRUMENT,
        Column("quotation", _("Цитата"), Kind.TEXT, _("Слова респондента."), required=True),
        Column("has_consent", _("Согласие"), Kind.FLAG, _("Получено ли согласие; не указано – нет."), required=True),
    ),
    clause="7",
)  # fmt: skip

CONTRACTS = (RESPONDENTS, VERDICTS, QUOTATIONS)
