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

STRENGTHS = {
    "strong": _("сильное"),
    "moderate": _("среднее"),
    "weak": _("слабое"),
}
"""Own: how much a verdict rests on; the rule is told by `verdict_rules`."""

POSITIONS = {
    "for": _("за"),
    "against": _("против"),
    "split": _("мнения разделились"),
    "none": _("не определились"),
}
STANCES = {"for": _("за гипотезу"), "against": _("против гипотезы"), "unsure": _("без ответа")}

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

EVIDENCE = TableContract(
    "evidence", _("Свидетельства по гипотезам"), _("Одна строка – принятая гипотеза × способ получения."), "validation",
    (
        HYPOTHESIS_CODE, _SEGMENT_CODE, _INSTRUMENT,
        _count("respondents_count", _("Респондентов"), _("Сколько человек ответили, в том числе «затрудняюсь ответить».")),
        _count("voices_for_count", _("За"), _("Голосов за: человек, а в фокус-группе – вся группа, один голос.")),
        _count("voices_against_count", _("Против"), _("Голосов против.")),
        _count("voices_split_count", _("Поровну"), _("Фокус-групп, участники которых разделились поровну.")),
        _count("unsure_count", _("Затруднились"), _("Сколько человек ответили «затрудняюсь ответить».")),
        Column("position", _("Чья сторона"), Kind.CODE, _("На чьей стороне не меньше двух третей голосов."), codes=POSITIONS, required=True),
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
        _count("talks_for_count", _("Беседы: за"), _("Бесед (интервью, фокус-группы, иное) в пользу гипотезы; фокус-группа – одна беседа.")),
        _count("talks_against_count", _("Беседы: против"), _("Бесед против гипотезы.")),
        Column("p_value", _("P-значение"), Kind.NUMBER,
               _("Точный односторонний критерий в ту сторону от критерия подтверждения, где лежит доля. Пусто – голосов нет.")),
        Column("adjusted_p_value", _("P-значение с поправкой"), Kind.NUMBER,
               _("С поправкой Холма на все проверенные гипотезы группы; сравнивается с 0,025.")),
        Column("verdict", _("Вердикт"), Kind.CODE, _("Итог проверки по правилу шага 5."), codes=rec.VERDICTS, required=True, clause="7"),
        Column("strength", _("Обоснование"), Kind.CODE, _("Насколько прочно обоснован вердикт. Пусто – гипотеза не проверена."), codes=STRENGTHS),
        Column("is_criterion_late", _("Критерий позже ответов"), Kind.FLAG, _("Критерий задан или изменён после первого ответа."), required=True, clause="7"),
        Column("verdict_text", _("Основание"), Kind.TEXT, _("Числа, по которым вынесен вердикт."), required=True),
        Column("unverified_text", _("Что осталось непроверенным"), Kind.TEXT, _("Чего вердикт не говорит и что сделать. Пусто – ничего.")),
    ),
    clause="7",
)  # fmt: skip

QUOTATIONS = TableContract(
    "quotations", _("Цитаты респондентов"),
    _("Одна строка – одна цитата респондента, который дал согласие. Только для внутреннего пользования."), "validation",
    (
        Column("segment_code", _("Код сегмента"), Kind.CODE, _("Сегмент респондента. Пусто – неизвестен.")),
        Column("hypothesis_code", _("Гипотеза"), Kind.CODE, _("О какой гипотезе. Пусто – беседа без вопроса о гипотезе.")),
        Column("stance", _("За или против"), Kind.CODE, _("Как ответил респондент на вопрос о гипотезе. Пусто – ответа нет."), codes=STANCES),
        Column("respondent_id", _("Код респондента"), Kind.CODE, _("Обезличенный код респондента."), required=True),
        _INSTRUMENT,
        Column("quotation", _("Цитата"), Kind.TEXT, _("Слова респондента; имена, телефоны и адреса скрыты."), required=True),
        Column("is_masked", _("Скрыто личное"), Kind.FLAG, _("Были ли в цитате личные сведения."), required=True),
        Column("has_consent", _("Согласие"), Kind.FLAG, _("Получено ли согласие: без него цитаты здесь нет."), required=True),
    ),
    clause="7",
)  # fmt: skip

CONTRACTS = (RESPONDENTS, EVIDENCE, VERDICTS, QUOTATIONS)
