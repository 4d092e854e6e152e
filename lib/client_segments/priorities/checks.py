"""Checks of step 3: what there is data for, how sure the order is, and what people decided."""

from __future__ import annotations

import pandas as pd

from client_segments import recommendations as rec
from client_segments.language import _, format_number, quoted_list
from client_segments.priorities.ranking import DecidedWeights, heavy_additional
from client_segments.priorities.ranking.ahp import CONSISTENCY_MAXIMUM
from client_segments.priorities.ranking.contracts import METHODS, WEIGHT_SOURCES
from client_segments.steps import Check, Outcome

_SOURCE_TABLES = {
    "capacity": "clients, population",
    "satisfaction": "feedback",
    "problem_uniqueness": "problems",
    "blind_zone": "eligibility",
}


def criterion_checks(priorities: pd.DataFrame, has_entitlement: bool) -> list[Check]:
    """Check that there is data for each parameter of clause 6, and for both main ones."""
    checks = []
    for criterion in rec.CRITERIA:
        rule = _("Параметр «{label}» рассчитан").format(label=criterion.label)
        code = f"{criterion.name}_data"
        known = int(priorities[f"{criterion.name}_score"].notna().sum())
        details = _("сегментов с данными – {known} из {total}").format(
            known=known, total=len(priorities)
        )
        if criterion.name == "blind_zone" and not has_entitlement:
            details = _("неприменимо: слепая зона бывает только у услуг и мер поддержки")
            checks.append(Check(code, rule, "2(8)", Outcome.MET, details))
            continue
        remedy = _("добавьте таблицу {table}; допустимые источники: {sources}.").format(
            table=_SOURCE_TABLES[criterion.name], sources=criterion.sources
        )
        outcome = Outcome.MET if known == len(priorities) else Outcome.WARNING
        outcome = outcome if known else Outcome.NO_DATA
        checks.append(
            Check(code, rule, "6", outcome, details, "" if outcome is Outcome.MET else remedy)
        )
    main = [criterion for criterion in rec.CRITERIA if criterion.is_main]
    lacking = [item.label for item in main if not priorities[f"{item.name}_score"].notna().any()]
    rule = _("Очерёдность учитывает оба основных параметра")
    remedy = _("соберите данные: {names}.").format(names=", ".join(lacking))
    outcome = Outcome.NOT_MET if lacking else Outcome.MET
    details = _("нет: {names}").format(names=", ".join(lacking)) if lacking else ""
    checks.append(Check("main_criteria", rule, "6", outcome, details, remedy if lacking else ""))
    return checks


def ranking_checks(
    priorities: pd.DataFrame, agreement: pd.DataFrame, decided: DecidedWeights
) -> list[Check]:
    """Check the weights, how sure the order is, and that people decided whom to research first."""
    return [
        *_weight_checks(decided),
        _stability_check(priorities),
        _agreement_check(priorities, agreement),
        _decision_check(priorities, decided.why),
    ]


def _weight_checks(decided: DecidedWeights) -> list[Check]:
    heavy = [
        item.label
        for item in rec.CRITERIA
        if not item.is_main and item.name in heavy_additional(decided.weights)
    ]
    remedy = _("дайте основным параметрам больший вес или объясните решение (why).")
    source = WEIGHT_SOURCES[decided.source]
    details = _("веса {source}; не легче основных: {names}").format(
        source=source, names=", ".join(heavy)
    )
    order = Check(
        "main_weights", _("Основные параметры весят больше дополнительных"), "6",
        Outcome.WARNING if heavy else Outcome.MET,
        details if heavy else _("веса {source}").format(source=source), remedy if heavy else "",
    )  # fmt: skip
    if decided.consistency_ratio is None:
        return [order]
    is_consistent = decided.consistency_ratio <= CONSISTENCY_MAXIMUM
    details = _("отношение согласованности {ratio}, допустимо до {limit}").format(
        ratio=format_number(decided.consistency_ratio, 2),
        limit=format_number(CONSISTENCY_MAXIMUM, 1),
    )
    consistency = Check(
        "comparisons_consistent", _("Попарные сравнения параметров не противоречат друг другу"), "6",
        Outcome.MET if is_consistent else Outcome.WARNING, details,
        "" if is_consistent else _("пересмотрите сравнения параметров."),
    )  # fmt: skip
    return [order, consistency]


def _stability_check(priorities: pd.DataFrame) -> Check:
    unstable = priorities.loc[~priorities["is_stable"].astype(bool), "segment_name"].tolist()
    remedy = _("уточните данные или решите сами, какой из этих сегментов исследовать раньше.")
    return Check(
        "ranks_stable", _("Места сегментов устойчивы"), "6",
        Outcome.WARNING if unstable else Outcome.MET,
        _("неустойчивы: {names}").format(names=quoted_list(unstable)) if unstable else "",
        remedy if unstable else "",
    )  # fmt: skip


def _agreement_check(priorities: pd.DataFrame, agreement: pd.DataFrame) -> Check:
    """Compare who comes first by each method; one segment needs no method."""
    rule = _("Разные способы расчёта ставят первым один и тот же сегмент")
    first = quoted_list(priorities.loc[priorities["rank"] == 1, "segment_name"])
    told = agreement.dropna(subset=["first_segments", "kendall_tau"])
    if told.empty:
        return Check("methods_agree", rule, "6", Outcome.NO_DATA, _("сравнивать нечего"))
    others = told[told["first_segments"] != first]
    if others.empty:
        details = _("первый по всем способам: {name}").format(name=first)
        return Check("methods_agree", rule, "6", Outcome.MET, details)
    parts = [
        _("{method} – {name}").format(method=METHODS[row.method], name=row.first_segments)
        for row in others.itertuples()
    ]
    details = _("по взвешенной сумме – {first}; иначе: {parts}").format(
        first=first, parts="; ".join(parts)
    )
    remedy = _("решите сами, какой из этих сегментов исследовать раньше, и напишите почему (why).")
    return Check("methods_agree", rule, "6", Outcome.WARNING, details, remedy)


def _decision_check(priorities: pd.DataFrame, why: str) -> Check:
    rule = _("Люди решили, какие сегменты исследовать первыми")
    chosen = priorities[priorities["is_chosen"].astype(bool)]
    if chosen.empty:
        remedy = _("выберите сегменты и сохраните решение (research_first).")
        return Check("research_first", rule, "6", Outcome.WARNING, _("решения нет"), remedy)
    names = _("выбраны: {names}").format(names=quoted_list(chosen["segment_name"]))
    skipped = priorities[
        ~priorities["is_chosen"].astype(bool) & (priorities["rank"] < chosen["rank"].max())
    ]
    if skipped.empty:
        return Check("research_first", rule, "6", Outcome.MET, names)
    details = _("{chosen}; по расчёту раньше: {skipped}").format(
        chosen=names, skipped=quoted_list(skipped["segment_name"])
    )
    if not why:
        remedy = _("напишите в решении (why), почему порядок отличается от расчёта.")
        return Check("research_first", rule, "6", Outcome.WARNING, details, remedy)
    details = _("{details}; обоснование решения: {why}").format(details=details, why=why)
    remedy = _("проверьте, что обоснование (why) объясняет отличие порядка от расчёта.")
    return Check("research_first", rule, "6", Outcome.WARNING, details, remedy)
