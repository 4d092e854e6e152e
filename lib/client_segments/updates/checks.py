"""Checks of step 8 (clause 10)."""

from __future__ import annotations

import pandas as pd

from client_segments.findings import Findings
from client_segments.language import _, format_count, sentence_list
from client_segments.steps import Check, Outcome
from client_segments.updates.contracts import FILE_STATES, SEGMENT_STATES
from client_segments.updates.groups import GroupUpdate


def all_checks(
    update: GroupUpdate,
    changes: pd.DataFrame,
    grounds: pd.DataFrame,
    open_count: int,
    findings: Findings,
) -> list[Check]:
    """Return the checks of step 8; `open_count` changes and hypotheses wait for a decision."""
    return [
        _check_files(update),
        _check_previous(update),
        _check_changes(changes, open_count),
        _check_grounds(grounds),
        _check_model(update),
        _check_register(findings),
    ]


def _check_files(update: GroupUpdate) -> Check:
    rule = _("Новые данные и решения учтены в профилях")
    waiting = update.changed_files[~update.changed_files["is_processed"]]
    if waiting.empty:
        return Check("files_processed", rule, "10", Outcome.MET, _("все файлы учтены"))
    details = "; ".join(f"{row.file} – {FILE_STATES[row.state]}" for row in waiting.itertuples())
    remedy = _("выполните шаги 1–6 ещё раз: профили изменятся, если изменились сведения.")
    return Check("files_processed", rule, "10", Outcome.NOT_MET, details, remedy)


def _check_previous(update: GroupUpdate) -> Check:
    rule = _("Профили можно сравнить с прошлым годом")
    states = update.segment_changes["state"]
    if not states.isin(["continued", "new", "vanished"]).any():
        details = _("профилей за {year} год в реестре нет").format(year=update.study.year - 1)
        return Check("previous_year", rule, "10", Outcome.NO_DATA, details)
    details = "; ".join(
        f"{SEGMENT_STATES[state]}: {format_count(count)}"
        for state, count in states.value_counts().sort_index().items()
    )
    changed = states.isin(["new", "vanished"]).any()
    outcome = Outcome.WARNING if changed else Outcome.MET
    remedy = _("поясните в отчёте, почему состав сегментов изменился.") if changed else ""
    return Check("previous_year", rule, "10", outcome, details, remedy)


def _check_changes(changes: pd.DataFrame, open_count: int) -> Check:
    rule = _("Изменения больше случайных учтены в гипотезах и плане")
    compared = changes["difference"].notna().sum()
    if not compared:
        return Check("changes", rule, "10", Outcome.NO_DATA, _("сравнивать нечего"))
    real = int(changes["is_real"].sum())
    details = _("сравнений: {compared}, изменений больше случайных: {real}, без решения: {open}")
    details = details.format(
        compared=format_count(compared), real=format_count(real), open=format_count(open_count)
    )
    if not open_count:
        return Check("changes", rule, "10", Outcome.MET, details)
    remedy = _(
        "пересмотрите то, что названо в таблице «Изменения за год», и запишите решение в «updates.yml» года."
    )
    return Check("changes", rule, "10", Outcome.WARNING, details, remedy)


def _check_grounds(grounds: pd.DataFrame) -> Check:
    rule = _("Гипотезы держатся на данных этого года")
    if grounds.empty:
        return Check("grounds", rule, "7", Outcome.NO_DATA, _("принятых гипотез нет"))
    is_lost = grounds["is_lost"].astype(bool)
    if is_lost.any():
        codes = sentence_list(grounds.loc[is_lost, "hypothesis_code"].tolist())
        details = _("потеряли основание: {codes}").format(codes=codes)
        remedy = _("пересмотрите гипотезы, названные в таблице «На чём держатся гипотезы».")
        return Check("grounds", rule, "7", Outcome.NOT_MET, details, remedy)
    doubtful = int((grounds["state"] != "stands").sum())
    details = _("гипотез: {all}, под сомнением: {doubtful}").format(
        all=format_count(len(grounds)), doubtful=format_count(doubtful)
    )
    if not doubtful:
        return Check("grounds", rule, "7", Outcome.MET, details)
    remedy = _("сделайте то, что названо в таблице «На чём держатся гипотезы».")
    return Check("grounds", rule, "7", Outcome.WARNING, details, remedy)


def _check_model(update: GroupUpdate) -> Check:
    rule = _("Утверждённая модель сегментов подходит клиентам этого года")
    if update.model_fit.empty:
        return Check("model_fit", rule, "10", Outcome.MET, _("сегменты заданы правилами"))
    if not update.outdated_model:
        return Check("model_fit", rule, "10", Outcome.MET, "")
    details = _("устарела: {measures}").format(measures=sentence_list(update.outdated_model))
    remedy = _("постройте классы заново (блокнот 02), сравните и решите, какие утвердить.")
    return Check("model_fit", rule, "10", Outcome.WARNING, details, remedy)


def _check_register(findings: Findings) -> Check:
    rule = _("Реестр версий профилей цел")
    damage = [item for item in findings.errors if item.rule.startswith("register_")]
    if not damage:
        return Check("register", rule, "10", Outcome.MET, _("цепочка версий не нарушена"))
    details = _("нарушений: {count}").format(count=format_count(len(damage)))
    return Check("register", rule, "10", Outcome.NOT_MET, details, damage[0].sentence())
