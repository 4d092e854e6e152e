"""Checks of the plan: links unbroken, problems at stages, last year's measures followed up."""

from __future__ import annotations

import pandas as pd

from client_segments import recommendations as rec
from client_segments.decisions import Decision
from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _, counted, format_number
from client_segments.profiles.inputs import ProfileInputs
from client_segments.profiles.metrics import metric_value, subject_of
from client_segments.steps import Check, Outcome

PROBLEMS_NAMED = 5
"""Own: so many problems a check names."""


def check_links(links: pd.DataFrame) -> Check:
    """Check that problem, hypothesis, verdict, measure and indicator hang together (clause 9)."""
    rule = _("Связь «проблема – гипотеза – вердикт – мероприятие – показатель» цела")
    if links.empty:
        return Check("plan_links", rule, "9(2)", Outcome.NO_DATA, _("плана нет"))
    broken = links[~links["is_whole"].astype(bool)]
    if broken.empty:
        whole = counted(len(links), _("мероприятия"), _("мероприятий"), _("мероприятий"))
        return Check("plan_links", rule, "9(2)", Outcome.MET, _("у {count}").format(count=whole))
    details = "; ".join(f"{row.measure_code} – {row.breaks}" for row in broken.itertuples())
    remedy = _("исправьте план: что делать с каждым разрывом, сказано в замечаниях.")
    return Check("plan_links", rule, "9(2)", Outcome.WARNING, details, remedy)


def staged_problems(inputs: ProfileInputs) -> set[tuple[str, str]]:
    """Return segment and folded name of each problem that is known to arise at a stage.

    Known from mentions, from what clients tell of their journey, or from the plan; «вне пути»
    in place of a stage says that a problem is outside the journey.
    """
    known = (inputs.measures, inputs.journey_described, inputs.problem_places)
    return {
        (row.segment_code, fold(row.problem))
        for frame in known
        for row in frame.dropna(subset=["problem", "stage"]).itertuples(index=False)
    }


def check_problem_stages(inputs: ProfileInputs) -> Check:
    """Check that each problem of a profile arises at a stage, or is outside the journey."""
    staged = staged_problems(inputs)
    rule = _("Каждая проблема отнесена к этапу пути или отмечена как «{outside}»").format(
        outside=rec.OUTSIDE_JOURNEY
    )
    names = inputs.profiled.set_index("segment_code")["segment_name"]
    problems = inputs.problems[inputs.problems["segment_code"].isin(names.index)]
    problems = problems[problems["problems_count"].fillna(0) > 0]
    if problems.empty:
        return Check("problem_stages", rule, "9(2)", Outcome.NO_DATA, _("проблем нет"))
    keys = zip(problems["segment_code"], problems["problem"].map(fold), strict=True)
    left = problems[[key not in staged for key in keys]]
    if left.empty:
        return Check("problem_stages", rule, "9(2)", Outcome.MET, "")
    texts = [
        f"{row.problem} («{names[row.segment_code]}»)"
        for row in left.head(PROBLEMS_NAMED).itertuples()
    ]
    rest = len(left) - len(texts)
    details = _("без этапа: {texts}").format(texts=", ".join(texts))
    if rest:
        details += _(" и ещё {count}").format(
            count=counted(rest, _("проблема"), _("проблемы"), _("проблем"))
        )
    remedy = _("укажите этап в таблице problems, в словаре problems.yml или в плане.")
    return Check("problem_stages", rule, "9(2)", Outcome.WARNING, details, remedy)


def check_follow_up(follow_up: pd.DataFrame, year: int) -> Check:
    """Check that it is said of every measure of last year what became of it."""
    rule = _("Итоги мероприятий прошлого года подведены")
    if follow_up.empty:
        details = _("плана за {year} год нет").format(year=year - 1)
        return Check("follow_up", rule, "9(2)", Outcome.NO_DATA, details)
    unknown = follow_up.loc[follow_up["result"] == "unknown", "measure_code"]
    overdue = follow_up.loc[follow_up["is_overdue"].astype(bool), "measure_code"]
    reached = int((follow_up["result"] == "reached").sum())
    parts = [
        _("цель достигнута – {reached} из {total}").format(reached=reached, total=len(follow_up))
    ]
    if len(unknown):
        parts.append(_("значение неизвестно: {codes}").format(codes=", ".join(unknown)))
    if len(overdue):
        parts.append(_("срок прошёл, а не выполнено: {codes}").format(codes=", ".join(overdue)))
    if not len(unknown) and not len(overdue):
        return Check("follow_up", rule, "9(2)", Outcome.MET, parts[0])
    remedy = _("запишите в plan.yml этого года (follow_up) состояние и значение показателя.")
    return Check("follow_up", rule, "9(2)", Outcome.WARNING, "; ".join(parts), remedy)


def base_findings(inputs: ProfileInputs, decision: Decision | None) -> Findings:
    """Find measures whose base is not what this year's tables say of their indicator.

    Parameters
    ----------
    inputs
        Its measures stand in the order of the decision's records.
    """
    findings = Findings()
    if decision is None:
        return findings
    for number, row in enumerate(inputs.measures.itertuples(index=False)):
        if pd.isna(row.metric) or pd.isna(row.base_value):
            continue
        value = metric_value(inputs, row.segment_code, row.metric, subject_of(row))
        if value is None:
            message = _(
                "показателя мероприятия нет в таблицах: через год его не с чем будет сравнить."
            )
            remedy = _("проверьте metric и metric_subject или добавьте данные.")
            findings.add(_of_measure(decision, number, "metric", message, remedy, row.measure_code))
        elif not value.low <= row.base_value <= value.high:
            message = _(
                "база показателя ({base}) расходится с данными: {value} (от {low} до {high})."
            )
            message = message.format(
                base=format_number(row.base_value), value=format_number(value.value),
                low=format_number(value.low), high=format_number(value.high),
            )  # fmt: skip
            remedy = _("исправьте базу или показатель.")
            findings.add(_of_measure(decision, number, "base", message, remedy, row.measure_code))
    return findings


def _of_measure(
    decision: Decision, number: int, key: str, message: str, remedy: str, code: str
) -> Finding:
    return decision.finding(
        Severity.WARNING, f"measure_{key}", message, remedy, "measures", number, key,
        found=code, clause="9(2)",
    )  # fmt: skip
