"""Plan of personalisation (clause 9): problem → hypothesis → verdict → measure → indicator."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from client_segments import recommendations as rec
from client_segments.decisions import Decision, records
from client_segments.findings import Findings, Severity
from client_segments.labels import fold
from client_segments.language import _, format_date
from client_segments.profiles.contracts import (
    MEASURE_COLUMNS,
    MEASURE_LINKS,
    MEASURE_RECORDS,
    MEASURES,
)


@dataclass(frozen=True)
class PlanFacts:
    """What the measures of a plan are checked against.

    Attributes
    ----------
    segments
        Codes of the segments that have a profile.
    hypotheses
        One row is one accepted or rejected hypothesis: hypothesis_code, segment_code, status.
    verdicts
        One row is one verified hypothesis: hypothesis_code, segment_code, verdict.
    problems
        One row is one problem of a segment: segment_code, problem.
    stages
        Names of the stages that a measure may name; none where they are not known.
    """

    segments: Collection[str]
    hypotheses: pd.DataFrame
    verdicts: pd.DataFrame
    problems: pd.DataFrame
    stages: Collection[str] = ()

    def hypothesis_status(self, segment: str, code: str) -> str | None:
        rows = _rows_of(self.hypotheses, segment, code)
        return None if rows.empty else rows["status"].iloc[0]

    def verdict(self, segment: str, code: str) -> str | None:
        rows = _rows_of(self.verdicts, segment, code)
        return None if rows.empty else rows["verdict"].iloc[0]

    def has_problem(self, segment: str, problem: str) -> bool:
        known = self.problems.loc[self.problems["segment_code"] == segment, "problem"]
        return fold(problem) in {fold(label) for label in known}


def _rows_of(frame: pd.DataFrame, segment: str, code: str) -> pd.DataFrame:
    return frame[(frame["segment_code"] == segment) & (frame["hypothesis_code"] == code)]


def measures_table(decision: Decision | None) -> pd.DataFrame:
    """Return the plan as a table: one row is one measure for one segment, in the plan's order.

    Raises
    ------
    InputError
        With every record that does not fit, and for a code that stands twice.
    """
    if decision is None:
        return MEASURES.empty()
    written, findings = records(decision, "measures", MEASURE_RECORDS)
    codes = [record["code"] for record in written if record["code"]]
    for number, record in enumerate(written):
        if record["code"] and codes.index(record["code"]) < number:
            message = _("код мероприятия записан дважды.")
            remedy = _("дайте каждому мероприятию свой код.")
            findings.add(
                decision.finding(
                    Severity.ERROR, "measure_twice", message, remedy,
                    "measures", number, "code", found=record["code"],
                )
            )  # fmt: skip
    findings.raise_errors()
    frame = pd.DataFrame(written, columns=MEASURE_RECORDS.column_names)
    return MEASURES.conform(frame.rename(columns=MEASURE_COLUMNS))


def check_plan(measures: pd.DataFrame, facts: PlanFacts, decision: Decision | None) -> Findings:
    """Check that the chain problem → hypothesis → verdict → measure → indicator is unbroken.

    Parameters
    ----------
    measures
        One row is one measure, in the order of the decision's records (see `measures_table`).
    """
    findings = Findings()
    if decision is None:
        return findings
    for number, row in enumerate(measures.itertuples(index=False)):
        for rule, key, message, remedy in _problems_of(row, facts, decision.when):
            severity = Severity.ERROR if rule == "measure_segment" else Severity.WARNING
            findings.add(
                decision.finding(
                    severity, rule, message, remedy, "measures", number, key,
                    found=row.measure_code, clause="9(2)",
                )
            )  # fmt: skip
    return findings


Problem = tuple[str, str, str, str]
"""Code of the rule, key of the record, what is wrong, what to do."""


def _problems_of(row, facts: PlanFacts, decided: date | None) -> Iterable[Problem]:
    if row.segment_code not in facts.segments:
        known = ", ".join(sorted(facts.segments))
        yield (
            "measure_segment", "segment",
            _("мероприятие для сегмента «{code}», которого нет.").format(code=row.segment_code),
            _("укажите код сегмента, у которого есть профиль: {known}.").format(known=known),
        )  # fmt: skip
        return
    yield from _link_problems(row, facts)
    yield from _date_problems(row, decided)
    yield from _indicator_problems(row)
    yield from _stage_problems(row, facts)
    yield from _score_problems(row)
    if pd.isna(row.responsible):
        yield (
            "measure_responsible", "responsible", _("у мероприятия нет ответственного."),
            _("укажите подразделение или должность."),
        )  # fmt: skip
    if pd.isna(row.resources):
        yield (
            "measure_resources", "resources", _("у мероприятия не названы ресурсы."),
            _("укажите, что нужно для выполнения, или «не требуются»."),
        )  # fmt: skip


def _link_problems(row, facts: PlanFacts) -> Iterable[Problem]:
    if pd.isna(row.problem) and pd.isna(row.need):
        yield (
            "measure_problem", "problem", _("мероприятие не отвечает ни на проблему, ни на потребность."),
            _("укажите problem или need: план составляется по выявленным проблемам и потребностям."),
        )  # fmt: skip
    elif not pd.isna(row.problem) and not facts.has_problem(row.segment_code, row.problem):
        yield (
            "measure_problem", "problem",
            _("проблема «{problem}» не встречается у этого сегмента.").format(problem=row.problem),
            _("выберите проблему из таблицы «Проблемы» шага 3."),
        )  # fmt: skip
    if pd.isna(row.hypothesis_code):
        yield (
            "measure_hypothesis", "hypothesis", _("мероприятие не опирается на гипотезу."),
            _("укажите код принятой гипотезы или примите новую."),
        )  # fmt: skip
        return
    status = facts.hypothesis_status(row.segment_code, row.hypothesis_code)
    if status != "accepted":
        yield (
            "measure_hypothesis", "hypothesis",
            _("гипотезы «{code}» нет среди принятых для этого сегмента.").format(
                code=row.hypothesis_code),
            _("укажите код принятой гипотезы этого сегмента."),
        )  # fmt: skip
        return
    verdict = facts.verdict(row.segment_code, row.hypothesis_code)
    if verdict in (None, "not_verified"):
        yield (
            "measure_unverified", "hypothesis",
            _("гипотеза «{code}», на которой стоит мероприятие, не проверена.").format(
                code=row.hypothesis_code),
            _("проверьте гипотезу с респондентами (шаг 5)."),
        )  # fmt: skip
    elif verdict == "refuted":
        yield (
            "measure_refuted", "hypothesis",
            _("мероприятие опирается на опровергнутую гипотезу «{code}».").format(
                code=row.hypothesis_code),
            _("пересмотрите мероприятие: его основание не подтвердилось."),
        )  # fmt: skip


def _date_problems(row, decided: date | None) -> Iterable[Problem]:
    if pd.isna(row.due_date):
        yield (
            "measure_due", "due", _("у мероприятия нет срока."),
            _("укажите дату, например 01.09.2025."),
        )  # fmt: skip
    elif (
        decided is not None
        and row.due_date.date() <= decided
        and row.state not in ("done", "cancelled")
    ):
        yield (
            "measure_due", "due",
            _("срок {due} не позже даты решения {decided}.").format(
                due=format_date(row.due_date), decided=format_date(decided)),
            _("назначьте срок в будущем или отметьте, что мероприятие выполнено."),
        )  # fmt: skip


def _indicator_problems(row) -> Iterable[Problem]:
    remedy = _("укажите показатель, его значение сейчас (base) и цель (target).")
    if pd.isna(row.indicator) or pd.isna(row.base_value) or pd.isna(row.target_value):
        yield (
            "measure_indicator",
            "indicator",
            _("у мероприятия нет показателя с базой и целью."),
            remedy,
        )
    elif row.base_value == row.target_value:
        yield "measure_indicator", "target", _("цель показателя равна его базе."), remedy


def _stage_problems(row, facts: PlanFacts) -> Iterable[Problem]:
    if pd.isna(row.stage):
        yield (
            "measure_stage", "stage", _("не указано, на каком этапе пути действует мероприятие."),
            _("укажите этап или «{outside}».").format(outside=rec.OUTSIDE_JOURNEY),
        )  # fmt: skip
        return
    known = {fold(stage) for stage in (*facts.stages, rec.OUTSIDE_JOURNEY)}
    if facts.stages and fold(row.stage) not in known:
        yield (
            "measure_stage", "stage",
            _("этапа «{stage}» нет среди этапов пути.").format(stage=row.stage),
            _("выберите этап: {stages}; или «{outside}».").format(
                stages="; ".join(facts.stages), outside=rec.OUTSIDE_JOURNEY),
        )  # fmt: skip


def _score_problems(row) -> Iterable[Problem]:
    if pd.isna(row.effect) or pd.isna(row.feasibility):
        yield (
            "measure_score", "effect", _("влияние и осуществимость мероприятия не оценены."),
            _("поставьте effect и feasibility от 1 до 5: по их произведению видно, что важнее."),
        )  # fmt: skip


def links_table(
    measures: pd.DataFrame, facts: PlanFacts, decided: date | None = None
) -> pd.DataFrame:
    """Show what each measure stands on: table `MEASURE_LINKS`, the highest priority first.

    Parameters
    ----------
    measures
        One row is one measure for a segment that has a profile (see `measures_table`).
    decided
        Date of the plan.
    """
    rows = []
    for row in measures.itertuples(index=False):
        breaks = [message for _rule, _key, message, _remedy in _problems_of(row, facts, decided)]
        known = not pd.isna(row.hypothesis_code)
        verdict = facts.verdict(row.segment_code, row.hypothesis_code) if known else None
        rows.append(
            {
                "measure_code": row.measure_code,
                "segment_code": row.segment_code,
                "priority": row.effect * row.feasibility,
                "effect": row.effect,
                "problem": row.need if pd.isna(row.problem) else row.problem,
                "hypothesis_code": row.hypothesis_code,
                "verdict": verdict,
                "measure": row.measure,
                "indicator": row.indicator,
                "is_whole": not breaks,
                "breaks": " ".join(breaks) or None,
            }
        )
    frame = pd.DataFrame(rows, columns=[*MEASURE_LINKS.column_names, "effect"])
    frame = frame.astype({"priority": "Int64", "effect": "Int64"})
    frame = frame.sort_values(
        ["priority", "effect"], ascending=False, na_position="last", kind="stable"
    )
    frame["place"] = range(1, len(frame) + 1)
    return MEASURE_LINKS.conform(frame[MEASURE_LINKS.column_names])


def uncovered_problems(
    problems: pd.DataFrame, measures: pd.DataFrame, first: Collection[str] = ()
) -> pd.DataFrame:
    """Return the problems of high priority that no measure answers.

    Parameters
    ----------
    problems
        One row is one problem of a segment: segment_code, problem, problems_count, is_specific.
    measures
        One row is one measure: segment_code, problem, state.
    first
        Codes of segments that are researched first: their most frequent problem matters even
        where others have it too.
    """
    alive = measures[measures["state"].ne("cancelled").fillna(True) & measures["problem"].notna()]
    covered = set(zip(alive["segment_code"], alive["problem"].map(fold), strict=True))
    matters = problems["is_specific"].fillna(False).astype(bool)
    if len(first):
        chosen = problems[problems["segment_code"].isin(first)]
        chosen = chosen.sort_values(
            ["problems_count", "problem"], ascending=[False, True], kind="stable"
        )
        matters |= problems.index.isin(chosen.drop_duplicates("segment_code").index)
    important = problems[matters]
    keys = zip(important["segment_code"], important["problem"].map(fold), strict=True)
    is_open = pd.Series([key not in covered for key in keys], important.index, dtype="bool")
    return important[is_open].reset_index(drop=True)
