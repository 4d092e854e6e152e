"""How far the Recommendations are met: each requirement, why it is met or not, what to do.

Outcomes are the conclusions of the steps' checks; what is said of them comes from protected
tables and decisions only, for the checks' own words tell exact numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from client_segments import recommendations as rec
from client_segments.language import _, format_date, format_percent, quoted, sentence_list
from client_segments.profiles import uncovered_problems
from client_segments.report.columns import column, columns_of
from client_segments.report.groups import GroupContent
from client_segments.report.requirements import KNOWN_CHECKS, REQUIREMENTS, Requirement
from client_segments.report.tree import Paragraph, Remark, Section, Table, blocks
from client_segments.steps import OUTCOME_LABELS

_WORST_FIRST = ("not_met", "no_data", "warning", "met")
_NAMES_TOLD = 4
COMPLIANCE_COLUMNS = columns_of(
    "compliance", _("Выполнение Рекомендаций"),
    column("clause", _("Пункт")),
    column("requirement", _("Требование")),
    column("group_name", _("Группа процессов")),
    column("outcome", _("Итог")),
    column("why", _("Почему")),
    column("remedy", _("Что сделать")),
)  # fmt: skip


def compliance_section(
    year: int,
    groups: tuple[GroupContent, ...],
    unfinished: tuple[tuple[str, str], ...],
    composed_on: object,
) -> Section:
    """Return the section on compliance: the term, and a table of the requirements."""
    rows = [row for requirement in REQUIREMENTS for row in _rows(requirement, groups)]
    rows = sorted([*rows, *_other_rows(groups)], key=_clause_order)
    left = [
        Remark(
            _("«{group}»: профили не сформированы – выполнены не все шаги 1–6.").format(group=name)
        )
        for name, _reason in unfinished
    ]
    term = Paragraph(_term_text(year, composed_on))
    if not rows:
        return Section("compliance", _("Выполнение Рекомендаций"), blocks(term, left))
    frame = pd.DataFrame(rows, columns=COMPLIANCE_COLUMNS.column_names)
    caption = _("Требования пунктов 5–10 Рекомендаций")
    return Section(
        "compliance",
        _("Выполнение Рекомендаций"),
        blocks(term, Table(caption, frame, COMPLIANCE_COLUMNS), left),
    )


def _term_text(year: int, composed_on: object) -> str:
    deadline = rec.report_deadline(year)
    text = _("Отчёт представляется не позднее {day} (пункт 9: первый квартал следующего года).")
    text = text.format(day=format_date(deadline))
    if composed_on is None:
        return text
    met = _("Решения, по которым он составлен, приняты не позже {day}: срок соблюдён.")
    late = _("Новейшее решение, по которому он составлен, принято {day}: срок нарушен.")
    told = met if pd.Timestamp(composed_on).date() <= deadline else late
    return text + " " + told.format(day=format_date(composed_on))


def _rows(requirement: Requirement, groups: tuple[GroupContent, ...]) -> list[tuple[str, ...]]:
    """Return one row a group; groups of which the same is said share one."""
    told: dict[tuple[str, str, str], list[str]] = {}
    for group in groups:
        outcome = _outcome(requirement, group)
        if outcome is None:
            continue
        why = _why(requirement, group)
        remedy = requirement.remedy if outcome != "met" else "—"
        told.setdefault((outcome, why, remedy), []).append(group.name)
    is_common = len(told) == 1 and len(groups) > 1
    return [
        (
            requirement.clause, requirement.text,
            _("все группы") if is_common else "; ".join(names),
            OUTCOME_LABELS[outcome], why, remedy,
        )
        for (outcome, why, remedy), names in told.items()
    ]  # fmt: skip


def _outcome(requirement: Requirement, group: GroupContent) -> str | None:
    """Return the worst outcome of the checks that judge a requirement; None where none did."""
    checks = group.checks
    found = set(checks.loc[checks["check_code"].isin(requirement.checks), "outcome"])
    if "ranks_stable" in requirement.checks:
        others = checks[checks["check_code"].isin(set(requirement.checks) - {"ranks_stable"})]
        found = set(others["outcome"]) | {"met" if not _unstable(group) else "warning"}
    return next((code for code in _WORST_FIRST if code in found), None)


def _why(requirement: Requirement, group: GroupContent) -> str:
    reasons = [_REASONS[code](group) for code in requirement.checks if code in _REASONS]
    told = "; ".join(reason for reason in reasons if reason)
    return told or _("по итогам проверок шагов 1–6")


def _other_rows(groups: tuple[GroupContent, ...]) -> list[tuple[str, ...]]:
    """Return rows of checks that no requirement names: the rule itself says what is asked."""
    told: dict[tuple[str, str], dict[str, list[str]]] = {}
    for group in groups:
        others = group.checks[~group.checks["check_code"].isin(KNOWN_CHECKS)]
        for row in others.itertuples():
            outcomes = told.setdefault((row.clause, row.rule), {})
            outcomes.setdefault(row.outcome, []).append(group.name)
    return [
        (
            clause, rule,
            _("все группы") if len(names) == len(groups) > 1 else "; ".join(names),
            OUTCOME_LABELS[outcome], _("по итогам проверок шагов 1–6"),
            "—" if outcome == "met" else _("смотрите внутренний блокнот шага, раздел «Проверки»"),
        )
        for (clause, rule), outcomes in sorted(told.items())
        for outcome, names in outcomes.items()
    ]  # fmt: skip


_LAST = 100  # after every clause


def _clause_order(row: tuple[str, ...]) -> int:
    """Return the number of the clause that a row is about; what has none comes last."""
    number = re.match(r"\d+", row[0])
    return int(number.group()) if number else _LAST


# ------------------------------------------------------------------------ why, from what is told


def _quoted(names: list[str]) -> str:
    rest = len(names) - _NAMES_TOLD
    return ", ".join(quoted(names[:_NAMES_TOLD])) + (
        _(" и ещё {count}").format(count=rest) if rest > 0 else ""
    )


def _attributes_reason(group: GroupContent) -> str:
    attributes = group.tables.attributes
    return _("признаков – {count}, их значений – {values}").format(
        count=len(attributes), values=int(attributes["values_count"].sum())
    )


def _described_reason(group: GroupContent) -> str:
    table = group.tables.segments
    table = table[~table["is_rest"]]
    outside = table[
        ~table["attribute_values_count"].between(rec.ATTRIBUTES_MINIMUM, rec.ATTRIBUTES_MAXIMUM)
    ]
    if outside.empty:
        return _("каждый сегмент описан в этих пределах")
    return _("вне пределов описание сегментов: {names}").format(
        names=_quoted(outside["segment_name"].tolist())
    )


def _source_reason(group: GroupContent) -> str:
    told = group.tables.attributes["source_types"].dropna()
    used = {code.strip() for codes in told for code in str(codes).split(",")}
    missing = [label for code, label in rec.SOURCE_TYPES.items() if code not in used]
    if not missing:
        return _("использованы все виды источников")
    return _("не использованы: {names}").format(names="; ".join(missing))


def _rest_reason(group: GroupContent) -> str:
    table = group.tables.segments
    rest = table[table["is_rest"]]
    if rest.empty:
        return _("вне сегментов никого нет")
    return _("вне сегментов – {share} клиентов").format(
        share=format_percent(rest["share_pct"].iloc[0])
    )


def _data_reason(column_name: str) -> Callable[[GroupContent], str]:
    def reason(group: GroupContent) -> str:
        if column_name == "blind_zone_pct" and not group.tables.group.has_entitlement:
            return _("неприменимо: направление не предполагает права на услугу или меру поддержки")
        table = group.tables.priorities
        missing = table.loc[table[column_name].isna(), "segment_name"].tolist()
        if not missing:
            return _("рассчитан для каждого сегмента")
        return _("нет данных о сегментах: {names}").format(names=_quoted(missing))

    return reason


def _unstable(group: GroupContent) -> list[str]:
    table = group.tables.priorities
    return table.loc[~table["is_stable"].fillna(False).astype(bool), "segment_name"].tolist()


def _stability_reason(group: GroupContent) -> str:
    names = _unstable(group)
    if not names:
        return _("места всех сегментов устойчивы")
    return _("место неустойчиво у сегментов: {names}").format(names=_quoted(names))


def _chosen_reason(group: GroupContent) -> str:
    table = group.tables.priorities
    chosen = table.loc[table["is_chosen"].fillna(False).astype(bool), "segment_name"].tolist()
    if not chosen:
        return _("люди ещё не решили, с каких сегментов начать")
    return _("выбраны: {names}").format(names=_quoted(chosen))


def _segments_without(group: GroupContent, table: pd.DataFrame) -> list[str]:
    """Return the names of the profiled segments that a table has no row of."""
    profiled = group.tables.profiled
    is_lacking = ~profiled["segment_code"].isin(table["segment_code"])
    return profiled.loc[is_lacking, "segment_name"].tolist()


def _hypotheses_reason(kinds: tuple[str, ...]) -> Callable[[GroupContent], str]:
    def reason(group: GroupContent) -> str:
        table = group.tables.hypotheses
        accepted = table[(table["status"] == "accepted") & table["kind"].isin(kinds)]
        names = _segments_without(group, accepted)
        if not names:
            return _("есть у каждого сегмента")
        return _("нет у сегментов: {names}").format(names=_quoted(names))

    return reason


def _verdict_reason(group: GroupContent) -> str:
    verdicts = group.tables.verdicts
    if verdicts.empty:
        return _("принятых гипотез нет")
    waiting = verdicts.loc[verdicts["verdict"] == "not_verified", "hypothesis_code"].tolist()
    if not waiting:
        return _("у каждой гипотезы есть вердикт")
    return _("не проверены: {names}").format(names=", ".join(waiting))


def _respondents_reason(group: GroupContent) -> str:
    names = _segments_without(group, group.tables.respondents)
    if not names:
        return _("респонденты есть в каждом сегменте")
    return _("нет ответов от сегментов: {names}").format(names=_quoted(names))


def _core_reason(group: GroupContent) -> str:
    fields = group.fields
    empty = fields[fields["is_core"].astype(bool) & ~fields["is_filled"].astype(bool)]
    if empty.empty:
        return _("все основные поля заполнены")
    names = empty["field"].drop_duplicates().tolist()
    return _("есть незаполненные поля: {names}").format(names=_quoted(names))


def _plan_reason(group: GroupContent) -> str:
    measures = group.tables.measures
    without = _segments_without(group, measures)
    parts = [_("нет мероприятий: {names}").format(names=_quoted(without))] if without else []
    problems = uncovered_problems(group.tables.problems, measures)["problem"].drop_duplicates()
    if len(problems):
        parts.append(
            _("характерные проблемы без мероприятия: {names}").format(
                names=_quoted(problems.tolist())
            )
        )
    return "; ".join(parts) or _("мероприятия есть для каждого сегмента и каждой его проблемы")


def _date_reason(group: GroupContent) -> str:
    dates = group.profiles["formed_date"].dropna().drop_duplicates()
    if dates.empty:
        return _("дата формирования неизвестна: решения не датированы")
    days = sentence_list([format_date(day) for day in sorted(dates)])
    return _("дата формирования – {days}").format(days=days)


_REASONS: dict[str, Callable[[GroupContent], str]] = {
    "attributes_number": _attributes_reason,
    "described": _described_reason,
    "source_kinds": _source_reason,
    "rest": _rest_reason,
    "capacity_data": _data_reason("capacity_count"),
    "satisfaction_data": _data_reason("satisfaction_pct"),
    "problem_uniqueness_data": _data_reason("problem_uniqueness"),
    "blind_zone_data": _data_reason("blind_zone_pct"),
    "ranks_stable": _stability_reason,
    "research_first": _chosen_reason,
    "journey_hypotheses": _hypotheses_reason(("journey", "problem")),
    "channel_hypotheses": _hypotheses_reason(("channel",)),
    "respondents": _respondents_reason,
    "verified": _verdict_reason,
    "profile_core": _core_reason,
    "profile_year": _date_reason,
    "profile_due": _date_reason,
    "plan_covers": _plan_reason,
    "register": lambda _group: _("цепочка версий проверена"),
}
