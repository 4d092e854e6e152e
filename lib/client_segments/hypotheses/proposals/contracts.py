"""Contract of the hypotheses that data propose, and the codes in it."""

from __future__ import annotations

from functools import partial

from client_segments.contracts import Column, Kind, TableContract, count_column
from client_segments.hypotheses.contracts import HYPOTHESIS_KIND, HYPOTHESIS_TEXT, SEGMENT_CODE
from client_segments.language import _

TESTS = {
    "shares": _(
        "сравнение долей (критерий хи-квадрат, для малых чисел и малых вероятностей – точный критерий Фишера)"
    ),
    "scores": _("сравнение оценок (критерий Бруннера – Мюнцеля)"),
    "times": _("сравнение времени с учётом незавершённых дел (критерий Пето – Пето)"),
    "amounts": _("сравнение среднего числа (пуассоновская регрессия с робастной дисперсией)"),
}
"""What is compared, and by which test."""

SOURCES = {
    "log": _("журнал событий"),
    "channels": _("ответы о каналах"),
    "problems": _("жалобы, интервью и открытые источники"),
    "feedback": _("ответы об удовлетворённости"),
    "ratings": _("ответы для индексов опыта"),
}
"""Raw data that a comparison is made from."""

EFFECT_UNITS = {
    "shares": _("п. п."),
    "scores": _("баллов"),
    "times": _("дней"),
    "amounts": _("раз"),
}
"""Unit of the effect: differences in points, marks and days; of numbers – their ratio."""

_count = partial(count_column, required=True)
_hits = count_column


def _number(name: str, label: str, description: str, unit: str = "") -> Column:
    return Column(name, label, Kind.NUMBER, description, unit=unit)


PROPOSALS = TableContract(
    "proposals", _("Предложенные гипотезы"), _("Одна строка – одно проведённое сравнение сегмента с остальными клиентами."), "hypotheses",
    (
        Column("proposal_code", _("Код предложения"), Kind.CODE, _("Постоянный код сравнения, единственный в пределах сегмента."), required=True),
        SEGMENT_CODE, HYPOTHESIS_KIND,
        Column("subject", _("Предмет"), Kind.TEXT, _("Канал, этап, исход, проблема, вопрос или величина."), required=True),
        Column("stage", _("Этап пути"), Kind.TEXT, _("К какому этапу относится; пусто – ко всему пути."), clause="2(4)"),
        Column("feature_text", _("Что отличает"), Kind.TEXT, _("Чем сегмент отличается и в какую сторону, без чисел."), required=True),
        HYPOTHESIS_TEXT,
        Column("also_text", _("О том же говорит"), Kind.TEXT, _("Другие сравнения, в которых видно то же явление; заполнено у ведущего.")),
        Column("source", _("Источник"), Kind.CODE, _("По каким данным проведено сравнение."), codes=SOURCES, required=True),
        Column("test", _("Критерий"), Kind.CODE, _("Чем проверено различие."), codes=TESTS, required=True),
        _number("segment_value", _("В сегменте"), _("Доля в процентах, средняя оценка, медиана дней или среднее число.")),
        _number("others_value", _("У остальных"), _("То же у остальных клиентов, отнесённых к сегментам.")),
        _number("effect", _("Величина различия"), _("Разница долей, оценок или медиан; для числа – отношение средних.")),
        _number("effect_low", _("Различие не менее"), _("Нижняя граница 95 %-го интервала; пусто – не определена.")),
        _number("effect_high", _("Различие не более"), _("Верхняя граница 95 %-го интервала; пусто – не определена.")),
        Column("effect_unit", _("Единица различия"), Kind.TEXT, _("В чём измерена величина различия."), required=True),
        _number("strength", _("Во сколько раз больше значимого"), _("Различие в единицах наименьшего значимого для своего вида; меньше нуля – в сегменте меньше, ниже, быстрее.")),
        _count("total_count", _("Всего в сегменте"), _("Сколько в сегменте сравнивалось клиентов или первых дел клиентов.")),
        _count("others_total_count", _("Всего остальных"), _("Сколько остальных сравнивалось.")),
        _hits("hits_count", _("Случаев в сегменте"), _("Для долей: у скольких в сегменте это есть.")),
        _hits("others_hits_count", _("Случаев у остальных"), _("Для долей: у скольких остальных это есть.")),
        _hits("censored_count", _("Не завершено в сегменте"), _("Для времени: сколько дел ещё идёт; известно лишь, что их время больше.")),
        _hits("others_censored_count", _("Не завершено у остальных"), _("То же у остальных.")),
        _number("segment_pct", _("Доля в сегменте"), _("Для долей."), "%"),
        _number("others_pct", _("Доля у остальных"), _("Для долей: у остальных клиентов, отнесённых к сегментам."), "%"),
        _number("difference_pct", _("Разница"), _("Для долей: доля в сегменте минус доля у остальных."), _("п. п.")),
        _number("low_pct", _("Разница не менее"), _("Для долей: нижняя граница 95 %-го интервала Ньюкомба."), _("п. п.")),
        _number("high_pct", _("Разница не более"), _("Для долей: верхняя граница 95 %-го интервала Ньюкомба."), _("п. п.")),
        _number("p_value", _("P-значение"), _("Вероятность такого или большего различия, если различия нет.")),
        _number("q_value", _("Q-значение"), _("P-значение с поправкой Бенджамини – Хохберга на все проведённые сравнения всех видов; 1 – различие или число клиентов слишком малы для находки.")),
        Column("is_supported", _("Поддержана данными"), Kind.FLAG, _("Различие надёжно, достаточно велико, и обе стороны достаточно многочисленны."), required=True),
        Column("phenomenon_code", _("Явление"), Kind.CODE, _("Сравнения сегмента с одним кодом – об одном явлении: зеркальные доли, этап и потери перед ним, время этапа и всего пути."), required=True),
        Column("is_leading", _("Ведущее"), Kind.FLAG, _("Первое из поддержанных сравнений об этом явлении: его и предлагает программа."), required=True),
    ),
    clause="7",
)  # fmt: skip
