"""Numbers and code lists of the recommendations, each with its clause.

Source: order 230-rp of the Government of Omsk region of 12 September 2024, annex 2.
What is marked "own" no clause fixes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from client_segments.language import _

STEPS = (
    "attributes", "segments", "priorities", "hypotheses",
    "validation", "profiles", "report", "updates",
)  # fmt: skip
GROUP_STEPS = STEPS[:6]
"""Steps that run for one group of processes; the others run for the whole authority."""

STEP_NAMES = {
    "start": _("Начало работы"),
    "attributes": _("Признаки"),
    "segments": _("Сегменты"),
    "priorities": _("Очерёдность исследования"),
    "hypotheses": _("Гипотезы"),
    "validation": _("Проверка гипотез"),
    "profiles": _("Профили"),
    "report": _("Отчёт"),
    "updates": _("Актуализация"),
}

STEP_CLAUSES = {
    "attributes": "5", "segments": "6", "priorities": "6", "hypotheses": "7",
    "validation": "7", "profiles": "8", "report": "9", "updates": "10",
}  # fmt: skip

ATTRIBUTES_MINIMUM = 5
ATTRIBUTES_MAXIMUM = 15
"""Clause 5: the optimal number of attributes and their values for one segment."""

RESPONDENTS_MINIMUM = 1
"""Clause 7: respondents that represent every segment, at the least."""

CONFIDENCE = 0.95
"""Own: level of every interval."""

FALSE_DISCOVERY_RATE = 0.05
"""Own: among all comparisons tried."""

EFFECT_MINIMUM_PCT = 10.0
"""Own: difference of shares, in percentage points, that matters for a journey."""

MAIN_CRITERIA_WEIGHT = 0.7
"""Own: clause 6 puts capacity and satisfaction (main) above the additional parameters."""

SEED = 20240912
"""Seed of every random procedure: the date of the order."""

DIRECTIONS = {
    "services": _("предоставление государственных услуг (сервисов)"),
    "support": _("меры государственной поддержки"),
    "control": _("государственный контроль (надзор)"),
    "functions": _("выполнение государственных функций"),
    "appeals": _("рассмотрение обращений и запросов"),
    "information": _("обеспечение доступа к информации о деятельности органов власти"),
    "staff": _("отношения с внутренним клиентом (сотрудниками)"),
}
"""Clause 5: directions of activity."""

DIRECTIONS_WITH_ENTITLEMENT = ("services", "support")
"""Clause 2(8): only services and support measures have a blind zone."""

CLIENT_KINDS = {
    "person": _("внешний клиент: физическое лицо"),
    "organisation": _("внешний клиент: юридическое лицо, ИП, самозанятый"),
    "staff": _("внутренний клиент: сотрудник"),
}
"""Clause 1 and the three standards behind it."""

CAPACITY_UNITS = {
    "person": (_("человек"), _("человека"), _("человек")),
    "organisation": (_("организация"), _("организации"), _("организаций")),
    "staff": (_("сотрудник"), _("сотрудника"), _("сотрудников")),
}
"""Forms for 1, 2 and 5: clause 2(5) counts persons."""

SOURCE_TYPES = {
    "1": _("нормативные правовые акты"),
    "2": _("состав запрашиваемых документов и сведений"),
    "3": _("анализ обратной связи и открытых источников"),
    "4": _("приложения № 1–3 к Рекомендациям"),
    "5": _("анализ социально незащищённых слоёв населения"),
}
"""Clause 5: sources of attributes."""
SPECIAL_SOURCE_TYPE = "5"

ATTRIBUTE_ROLES = {"forming": _("образующий"), "describing": _("описательный")}

INSTRUMENTS = {
    "survey": _("опрос"),
    "interview": _("глубинное интервью"),
    "focus_group": _("фокус-группа"),
    "review": _("отзыв"),
    "other": _("иное"),
}
"""Clauses 6 and 7: ways of getting feedback."""

EXPERIENCE_INDICES = {
    "nps": _("готовность рекомендовать"),
    "ces": _("лёгкость обращения"),
    "engagement": _("вовлечённость"),
}
"""Own: indices of experience with a question and a scale of their own."""

NOT_APPLYING_KINDS = {
    "unaware": _("не знает о праве"),
    "unwilling": _("знает и не обращается"),
    "not_offered": _("не предложили"),
    "not_accompanied": _("не помогли дойти до конца"),
}
"""Own: kinds of not applying, after Warin (2010) Le non-recours: définition et typologies."""

PROBLEM_SOURCES = {
    "complaint": _("жалоба"),
    "interview": _("глубинное интервью"),
    "open_source": _("открытый источник"),
}
"""Clause 6: sources permitted for the uniqueness of problems."""

CHANNEL_USES = {
    "informing": _("информирование"),
    "submitting": _("подача"),
    "receiving": _("получение результата"),
    "feedback": _("обратная связь"),
}
CHANNEL_KINDS = {
    "used": _("используемый"),
    "preferred": _("предпочитаемый"),
    "unacceptable": _("неприемлемый"),
}

OUTCOMES = {
    "granted": _("результат получен"),
    "refused": _("отказ"),
    "abandoned": _("прекращено клиентом"),
    "open": _("не завершено"),
}

ANSWERS = {"yes": _("да"), "no": _("нет"), "unsure": _("затрудняюсь ответить")}

HYPOTHESIS_KINDS = {"journey": _("путь"), "channel": _("канал"), "problem": _("проблема")}

VERDICTS = {
    "confirmed": _("подтверждена"),
    "partly": _("подтверждена частично"),
    "refuted": _("опровергнута"),
    "not_enough": _("недостаточно данных"),
    "not_verified": _("не проверена"),
}

PROFILE_STATUSES = {
    "draft": _("черновик"),
    "hypothesis": _("гипотеза"),
    "verification": _("проверяется"),
    "confirmed": _("подтверждён"),
    "update": _("на актуализации"),
    "archived": _("в архиве"),
}

UPDATE_REASONS = {
    "new_profile": _("первое формирование профиля"),
    "feedback": _("новые данные обратной связи"),
    "journey": _("изучение клиентского пути"),
    "verification": _("проверка гипотез"),
    "legal_act": _("изменение НПА"),
    "segments": _("изменение состава сегментов"),
}
"""Clause 10; the first and the last two are own."""

OUTSIDE_JOURNEY = _("вне пути")
"""Own: written in place of a stage, for a problem that arises at none."""

MEASURE_STATES = {
    "planned": _("не начато"),
    "running": _("идёт"),
    "done": _("выполнено"),
    "cancelled": _("отменено"),
}


@dataclass(frozen=True)
class Criterion:
    """One parameter of clause 6 by which segments are put in order."""

    name: str
    label: str
    is_main: bool
    sources: str


CRITERIA = (
    Criterion("capacity", _("Ёмкость"), True, _("внутренняя статистика, Росстат")),
    Criterion("satisfaction", _("Удовлетворённость"), True,
              _("опросы, глубинные интервью, фокус-группы, отзывы")),
    Criterion("problem_uniqueness", _("Уникальность проблем"), False,
              _("жалобы, глубинные интервью, открытые источники")),
    Criterion("blind_zone", _("Слепая зона"), False, _("внутренняя статистика")),
)  # fmt: skip


def report_deadline(year: int) -> date:
    """Return the last day for the report on `year`: 31 March of the next (clause 9)."""
    return date(year + 1, 3, 31)
