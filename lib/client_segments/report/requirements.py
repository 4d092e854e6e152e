"""Requirements of clauses 5-10 of the Recommendations, and by which checks each is judged."""

from __future__ import annotations

from dataclasses import dataclass

from client_segments.language import _


@dataclass(frozen=True)
class Requirement:
    """One requirement of the Recommendations.

    Attributes
    ----------
    clause, text
        Where it stands and what it asks.
    checks
        Codes of the checks of steps 1-6 that judge it; it is met where each of them is.
    remedy
        What to do where it is not met.
    """

    clause: str
    text: str
    checks: tuple[str, ...]
    remedy: str


REQUIREMENTS = (
    Requirement(
        "5", _("Сформирован перечень признаков клиентов и их значений, он утверждён людьми"),
        ("list_decided", "coverage", "constant", "no_repetition"),
        _("утвердите перечень признаков; уберите признаки без данных, с одним значением или повторяющие друг друга"),
    ),
    Requirement(
        "5", _("Использованы пять видов источников признаков, у каждого признака назван источник"),
        ("source_kinds", "source_basis", "special_source", "regulation"),
        _("проверьте, нет ли значимых признаков в неиспользованных источниках, и укажите реквизиты"),
    ),
    Requirement(
        "5", _("Признаков и их значений для одного сегмента – от 5 до 15 (оптимальное число)"),
        ("attributes_number", "described"),
        _("дополните перечень признаков или сократите его"),
    ),
    Requirement(
        "6", _("Клиенты сгруппированы по перечню признаков, сегменты утверждены людьми"),
        ("segments_decided", "rest"),
        _("утвердите сегменты; проверьте, не нужен ли сегмент для остальных клиентов"),
    ),
    Requirement(
        "6", _("Составлен целостный образ каждого сегмента"), ("imaged",),
        _("дополните перечень описательными признаками"),
    ),
    Requirement(
        "6", _("Основной параметр: ёмкость сегмента"),
        ("capacity_data", "raking_met", "raking_weights"),
        _("добавьте сведения внутренней статистики или Росстата"),
    ),
    Requirement(
        "6", _("Основной параметр: удовлетворённость представителей сегмента"),
        ("satisfaction_data", "main_criteria"),
        _("проведите опрос, интервью или фокус-группы, соберите отзывы"),
    ),
    Requirement(
        "6", _("Дополнительный параметр: уникальность проблем"), ("problem_uniqueness_data",),
        _("соберите жалобы, результаты интервью, сведения открытых источников"),
    ),
    Requirement(
        "6", _("Дополнительный параметр: слепая зона"), ("blind_zone_data",),
        _("сопоставьте тех, кто имеет право, с теми, кто обратился"),
    ),
    Requirement(
        "6", _("Определено, какие сегменты исследовать в первую очередь"),
        ("main_weights", "ranks_stable", "methods_agree", "research_first"),
        _("решите, с каких сегментов начать, и запишите обоснование; где места неустойчивы, уточните данные"),
    ),
    Requirement(
        "7", _("Профиль содержит гипотезы об особенностях клиентского пути"),
        ("journey_data", "problems_data", "hypotheses_decided", "journey_hypotheses", "proposals"),
        _("примите предложенные гипотезы о пути или сформулируйте свои"),
    ),
    Requirement(
        "7", _("Профиль содержит гипотезы о предпочтительных каналах взаимодействия"),
        ("channels_data", "channel_hypotheses"),
        _("примите предложенные гипотезы о каналах или сформулируйте свои"),
    ),
    Requirement(
        "7", _("Каждый сегмент представлен, по меньшей мере, одним респондентом"),
        ("respondents", "respondents_planned"),
        _("опросите представителей сегмента"),
    ),
    Requirement(
        "7", _("Гипотезы проверены с респондентами по заранее заданным критериям"),
        ("verified", "criterion", "criterion_register", "consent", "profile_status", "profile_final"),
        _("проведите проверку оставшихся гипотез и получите согласия"),
    ),
    Requirement(
        "8", _("Профили оформлены по форме, её основные поля заполнены"), ("profile_core",),
        _("добавьте недостающие сведения или впишите их в профиль"),
    ),
    Requirement(
        "8", _("Профили сформированы в течение года"), ("profile_year",),
        _("формируйте профили в течение отчётного года"),
    ),
    Requirement(
        "9", _("Профили готовы к сроку отчёта"), ("profile_due",),
        _("поясните, почему профили сформированы позже срока"),
    ),
    Requirement(
        "9(2)", _("План персонализации отвечает выявленным потребностям и проблемам каждого сегмента"),
        ("plan_covers", "problem_stages", "plan_links", "follow_up"),
        _("добавьте мероприятия в план или поясните, почему их нет; проверьте связи проблемы, гипотезы, мероприятия и показателя"),
    ),
    Requirement(
        "10", _("Версии профилей сохраняются, и ни одна не изменена и не потеряна"), ("register",),
        _("восстановите реестр версий из резервной копии"),
    ),
)  # fmt: skip
"""In the order of the clauses."""

KNOWN_CHECKS = {code for requirement in REQUIREMENTS for code in requirement.checks}
