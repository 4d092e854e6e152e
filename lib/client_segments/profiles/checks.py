"""Checks of step 6: clauses 7-10 on the profiles, the plan and the register."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from client_segments import recommendations as rec
from client_segments.language import _, counted, format_count, format_date, quoted
from client_segments.profiles import register
from client_segments.profiles.compose import views
from client_segments.profiles.inputs import ProfileInputs, SegmentView
from client_segments.profiles.plan import uncovered_problems
from client_segments.steps import Check, Outcome
from client_segments.study import Study


def all_checks(
    study: Study, inputs: ProfileInputs, fields: pd.DataFrame, profiles: pd.DataFrame
) -> list[Check]:
    """Return the checks of profiles and of the register, in the order of the clauses."""
    return [
        check_status(profiles, views(inputs)),
        check_core(fields, profiles),
        check_within_year(profiles, study.year),
        check_due(profiles, study.year),
        check_covered(inputs),
        check_register(study),
    ]


def _names(profiles: pd.DataFrame) -> str:
    return ", ".join(quoted(profiles["segment_name"]))


def check_status(profiles: pd.DataFrame, segments: Sequence[SegmentView]) -> Check:
    """Check that every profile is final: hypotheses verified, respondents heard (clause 7).

    A hard check: a profile with a hypothesis that nobody verified, or of a segment that no
    respondent represents, is not final, whatever people wish.
    """
    rule = _("Каждый профиль окончательный: гипотезы проверены, респонденты есть")
    if profiles.empty:
        return Check("profile_status", rule, "7", Outcome.NO_DATA, _("профилей нет"))
    statuses = profiles.set_index("segment_code")["status"]
    lacking = [
        f"«{view.name}» – {rec.PROFILE_STATUSES[statuses[view.code]]}: {_reason(view)}"
        for view in segments
        if statuses[view.code] != "confirmed"
    ]
    if not lacking:
        return Check("profile_status", rule, "7", Outcome.MET, _("все профили подтверждены"))
    remedy = _("примите гипотезы (шаг 4), получите ответы респондентов и выполните шаг 5.")
    return Check("profile_status", rule, "7", Outcome.NOT_MET, "; ".join(lacking), remedy)


def _reason(view: SegmentView) -> str:
    """Say what keeps a profile from being final."""
    accepted = view.accepted
    if accepted.empty:
        return _("гипотез нет")
    unverified = accepted.loc[accepted["verdict"] == "not_verified", "hypothesis_code"]
    parts = []
    if len(unverified):
        parts.append(_("не проверены {codes}").format(codes=", ".join(unverified)))
    if view.respondents_count < rec.RESPONDENTS_MINIMUM:
        parts.append(_("нет респондентов"))
    return ", ".join(parts) or _("основное поле, у которого было значение, теперь пустое")


def check_core(fields: pd.DataFrame, profiles: pd.DataFrame) -> Check:
    """Check that every core field of the form has a value (clause 8)."""
    rule = _("Основные поля формы профиля заполнены")
    core = fields[fields["is_core"]]
    if core.empty:
        return Check("profile_core", rule, "8", Outcome.NO_DATA, _("основных полей нет"))
    empty = core[~core["is_filled"]]
    if empty.empty:
        count = counted(len(core), _("поле"), _("поля"), _("полей"))
        details = _("заполнено: {count}").format(count=count)
        return Check("profile_core", rule, "8", Outcome.MET, details)
    names = profiles.set_index("segment_code")["segment_name"]
    details = "; ".join(
        _("«{segment}» – поля № {numbers}").format(
            segment=names[code], numbers=", ".join(map(str, rows["field_number"]))
        )
        for code, rows in empty.groupby("segment_code", sort=False)
    )
    remedy = _(
        "добавьте данные или впишите текст в решения «profiles.yml»; в поле сказано, чего не хватает."
    )
    return Check("profile_core", rule, "8", Outcome.WARNING, details, remedy)


def check_within_year(profiles: pd.DataFrame, year: int) -> Check:
    """Check that profiles were formed within their year (clause 8)."""
    rule = _("Профили сформированы в течение года")
    dates = profiles["formed_date"].dropna()
    if dates.empty:
        remedy = _("добавьте в файлы решений строку «when: дата».")
        return Check("profile_year", rule, "8", Outcome.NO_DATA, _("решения не датированы"), remedy)
    details = _("дата формирования – {date}").format(date=format_date(dates.max()))
    if (dates.dt.year == year).all():
        return Check("profile_year", rule, "8", Outcome.MET, details)
    remedy = _("проверьте даты решений: пункт 8 рекомендует формировать профили в течение года.")
    return Check("profile_year", rule, "8", Outcome.WARNING, details, remedy)


def check_due(profiles: pd.DataFrame, year: int) -> Check:
    """Check that profiles are formed before the report is due (clause 9)."""
    due = rec.report_deadline(year)
    rule = _("Профили готовы к сроку отчёта – не позднее {date}").format(date=format_date(due))
    dates = profiles["formed_date"].dropna()
    if dates.empty:
        return Check("profile_due", rule, "9", Outcome.NO_DATA, _("решения не датированы"))
    details = _("дата последней версии – {date}").format(date=format_date(dates.max()))
    if dates.max().date() <= due:
        return Check("profile_due", rule, "9", Outcome.MET, details)
    remedy = _("поясните в отчёте, почему профили сформированы позже срока.")
    return Check("profile_due", rule, "9", Outcome.NOT_MET, details, remedy)


def check_covered(inputs: ProfileInputs) -> Check:
    """Check that each segment has a measure, and each problem of high priority too (clause 9).

    Of high priority are problems specific to a segment, and the most frequent one of each segment
    that people chose to research first.
    """
    rule = _("План отвечает на проблемы каждого сегмента")
    profiled = inputs.profiled
    if inputs.measures.empty:
        remedy = _("составьте план персонализации (решения «plan.yml»).")
        return Check("plan_covers", rule, "9(2)", Outcome.NOT_MET, _("плана нет"), remedy)
    without = profiled[~profiled["segment_code"].isin(inputs.measures["segment_code"])]
    problems = inputs.problems[inputs.problems["segment_code"].isin(profiled["segment_code"])]
    first = inputs.priorities.loc[
        inputs.priorities["is_chosen"].fillna(False).astype(bool), "segment_code"
    ]
    uncovered = uncovered_problems(problems, inputs.measures, first.tolist())
    if without.empty and uncovered.empty:
        count = counted(len(inputs.measures), _("мероприятие"), _("мероприятия"), _("мероприятий"))
        details = _("в плане {count}").format(count=count)
        return Check("plan_covers", rule, "9(2)", Outcome.MET, details)
    parts = []
    if not without.empty:
        parts.append(_("нет мероприятий: {names}").format(names=_names(without)))
    if not uncovered.empty:
        names = profiled.set_index("segment_code")["segment_name"]
        texts = [f"{row.problem} («{names[row.segment_code]}»)" for row in uncovered.itertuples()]
        parts.append(_("важные проблемы без мероприятия: {texts}").format(texts=", ".join(texts)))
    remedy = _("добавьте мероприятия в план или поясните в ограничениях, почему их нет.")
    outcome = Outcome.NOT_MET if not without.empty else Outcome.WARNING
    return Check("plan_covers", rule, "9(2)", outcome, "; ".join(parts), remedy)


def check_register(study: Study) -> Check:
    """Check that the register of versions is whole (clause 10)."""
    rule = _("Реестр версий профилей цел")
    damage = register.verify_group(study.authority_year.register_folder, study.group)
    if not damage.errors:
        return Check("register", rule, "10", Outcome.MET, _("цепочка версий не нарушена"))
    details = _("нарушений: {count}").format(count=format_count(len(damage.errors)))
    return Check("register", rule, "10", Outcome.NOT_MET, details, damage.errors[0].sentence())
