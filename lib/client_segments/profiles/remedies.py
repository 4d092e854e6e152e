"""What to do about a field that has no value, by the field's key."""

from __future__ import annotations

from client_segments.language import _

_EDIT = _("впишите текст в правки профиля")
_LIST = _("дополните перечень признаков (шаг 1)")
_GROUPING = _("проверьте правила сегментов (шаг 2)")
_PASSPORT = _("дополните паспорт группы")
_ANSWERS = _("спросите респондентов сегмента и добавьте таблицу ответов (шаг 5)")
_ACCEPT = _("примите гипотезы (шаг 4)")
_PLAN = _("дополните план персонализации")
_JOURNEY = _("добавьте таблицу событий пути или опишите путь со слов клиентов (шаг 4)")
_CHANNELS = _("добавьте таблицу каналов (шаг 4)")
_FEEDBACK = _("добавьте таблицу обратной связи (шаг 3)")
_PROBLEMS = _("добавьте таблицу проблем (шаг 3)")
_ENTITLEMENT = _("добавьте таблицу права на меры (шаг 3)")

REMEDIES = {
    **dict.fromkeys(("processes", "unit", "sources", "limitations"), _PASSPORT),
    **dict.fromkeys(("attributes", "attribute_roles", "attribute_shares", "image", "rule",
                     "special_attributes", "sensitive_attributes"), _GROUPING),
    **dict.fromkeys(("attribute_sources", "attribute_basis"), _LIST),
    **dict.fromkeys(("situation", "motives", "access_limits", "helpers", "stage_participants"), _EDIT),
    "needs": _("допишите черновик и внесите потребность в план или в правки профиля"),
    "expectations": _("добавьте в таблицу обратной связи вопрос об ожиданиях (шаг 3)"),
    **dict.fromkeys(("problems", "problem_uniqueness"), _PROBLEMS),
    "quotations": _("возьмите согласие у респондентов и добавьте их слова в таблицу ответов (шаг 5)"),
    **dict.fromkeys(("satisfaction", "satisfaction_gap"), _FEEDBACK),
    **dict.fromkeys(("entitled", "applied", "blind_zone", "refusals", "non_application_reasons"),
                    _ENTITLEMENT),
    **dict.fromkeys(("journey_stages", "client_actions", "stage_times", "stage_shares"), _JOURNEY),
    "stage_problems": _("укажите этап у проблем (в их словаре) или у мероприятий (в плане)"),
    "journey_features": _("примите гипотезу о пути (шаг 4)"),
    "emotions": _("опишите путь со слов клиентов (шаг 4)"),
    **dict.fromkeys(("stage_channels", "channels_informing", "channels_preferred", "channels_used",
                     "channels_result_feedback", "channels_unacceptable"), _CHANNELS),
    **dict.fromkeys(("hypotheses", "verdicts", "criteria", "methods"), _ACCEPT),
    **dict.fromkeys(("evidence", "respondents", "consent"), _ANSWERS),
    **dict.fromkeys(("plan_needs", "plan_measures", "plan_stages", "plan_responsible",
                     "plan_indicators", "plan_priorities", "plan_states"), _PLAN),
}  # fmt: skip
"""By key of the field; keys that always have a value, or are told by the register, are absent."""


NEVER_SHARED = frozenset({"segment_code", "expectations", "quotations", "emotions", "stage_times"})
"""Fields that a shared report leaves empty whatever the data: nothing is to be done about them."""


def remedy_of(key: str) -> str:
    """Return what to do about an empty field; a field of the authority's own is people's."""
    return REMEDIES.get(key, _EDIT)
