"""People's decision on hypotheses, and the plan of research that follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from client_segments import recommendations as rec
from client_segments.decisions import Decision, records
from client_segments.findings import Findings, Severity
from client_segments.hypotheses.contracts import (
    CRITERION_DEFAULT_PCT,
    HYPOTHESES,
    HYPOTHESIS_RECORDS,
    RESEARCH_PLAN,
)
from client_segments.language import _, counted, format_number
from client_segments.segments import resolve_segment
from client_segments.statistics import normal_quantile

MARGIN_PCT = 10.0
"""Own: half-width of the interval that a survey is planned for, in percentage points."""

SURVEY_CLIENTS_MINIMUM = 30
"""Own: with fewer clients a survey says little more than talks do."""

INTERVIEWS_RANGE = (5, 8)
"""Own: talks in one segment, from one hypothesis to four and more (the usual practice of 5-8)."""

FOCUS_GROUP_SIZE = 8
"""Own: the usual group is of six to ten."""


@dataclass(frozen=True)
class SegmentFacts:
    """What the choice of a method looks at; one object is one segment.

    Attributes
    ----------
    clients_count
        Number of clients of the segment.
    is_sensitive
        Whether an attribute under article 10 of 152-FZ is what distinguishes the segment.
    """

    clients_count: int
    is_sensitive: bool = False


def survey_size(clients_count: int, margin_pct: float = MARGIN_PCT) -> int:
    """Return how many respondents estimate a share within a margin at 95 % confidence.

    n = n₀ / (1 + (n₀ − 1) / N), n₀ = z² · p(1 − p) / h², with p = ½ (the widest interval), h the
    half-width and N the number of clients (finite population correction; Cochran, Sampling
    Techniques, 3rd ed., 4.4). At least one (clause 7).
    """
    z = normal_quantile()
    infinite = z**2 * 0.25 / (margin_pct / 100) ** 2
    finite = infinite / (1 + (infinite - 1) / clients_count) if clients_count > 0 else 0.0
    return max(rec.RESPONDENTS_MINIMUM, math.ceil(finite - 1e-9))


def respondents_needed(method: str, hypotheses_count: int, clients_count: int) -> int:
    """Return the number of respondents of one segment for a method; never more than clients."""
    if method == "survey":
        return survey_size(clients_count)
    few, many = INTERVIEWS_RANGE
    planned = FOCUS_GROUP_SIZE if method == "focus_group" else min(many, few + hypotheses_count - 1)
    return max(rec.RESPONDENTS_MINIMUM, min(planned, clients_count))


def propose_method(kind: str, has_proposal: bool, facts: SegmentFacts) -> tuple[str, str]:
    """Propose a method for a hypothesis, with the reason in words.

    Few clients, sensitive matters, and problems that no data have measured yet are talked
    about; everything else is asked in a survey.
    """
    if facts.clients_count < SURVEY_CLIENTS_MINIMUM:
        return "interview", _("в сегменте мало клиентов, беседа даст больше опроса")
    if facts.is_sensitive:
        return "interview", _("сегмент отличает чувствительный признак, нужна доверительная беседа")
    if kind == "problem" and not has_proposal:
        return "interview", _("проблема ещё не измерена, её нужно понять со слов клиентов")
    return "survey", _("доля ответов «да» измеряется опросом")


def load_hypotheses(
    decision: Decision | None,
    segments: pd.DataFrame,
    proposals: pd.DataFrame,
    facts: dict[str, SegmentFacts],
) -> tuple[pd.DataFrame, Findings]:
    """Read `hypotheses.yml`: what people accepted and rejected, completed by what data propose.

    Parameters
    ----------
    segments
        One row is one segment: segment_code, segment_name, is_rest.
    proposals
        Table `PROPOSALS`: a record with a proposal takes its kind and text from it.
    facts
        By segment code; from them methods and numbers of respondents are proposed.

    Returns
    -------
    frame : DataFrame
        Table `HYPOTHESES`, in the order of the file; records with an error are left out.
    findings : Findings
        Errors: segment unknown or the rest, code written twice, no text, no kind. Warnings: a
        proposal that the data no longer make, no criterion, no date.
    """
    if decision is None:
        return HYPOTHESES.empty(), Findings()
    written, findings = records(decision, "hypotheses", HYPOTHESIS_RECORDS)
    reader = _RecordReader(decision, segments, proposals, facts, findings)
    rows = [row for number, record in enumerate(written) if (row := reader.read(number, record))]
    frame = pd.DataFrame(rows, columns=[*HYPOTHESES.column_names, "is_respondents_given"])
    return _with_respondents(frame, facts), findings


class _RecordReader:
    """Turns records into rows of `HYPOTHESES`, and collects what is wrong with them."""

    def __init__(
        self,
        decision: Decision,
        segments: pd.DataFrame,
        proposals: pd.DataFrame,
        facts: dict[str, SegmentFacts],
        findings: Findings,
    ) -> None:
        self.decision = decision
        self.segments = segments[~segments["is_rest"].astype(bool)]
        self.proposals = proposals.set_index(["segment_code", "proposal_code"])
        self.facts = facts
        self.findings = findings
        self.codes: set[str] = set()

    def read(self, number: int, record: dict[str, object]) -> dict[str, object] | None:
        code = record["code"]
        if code is None or record["segment"] is None:
            return None  # the contract's own finding says so
        if code in self.codes:
            self._refuse(
                number, "code", "hypothesis_twice", _("номер гипотезы записан дважды."),
                _("дайте каждой гипотезе свой номер."), code,
            )  # fmt: skip
            return None
        self.codes.add(code)
        segment = resolve_segment(self.segments, record["segment"])
        if segment is None:
            known = ", ".join(self.segments["segment_code"])
            self._refuse(
                number, "segment", "hypothesis_segment",
                _("гипотеза о сегменте, которого нет."),
                _("укажите код или название сегмента: {known}.").format(known=known),
                record["segment"],
            )  # fmt: skip
            return None
        proposal = self._proposal(number, segment, record["proposal"])
        kind = record["kind"] or (proposal["kind"] if proposal is not None else None)
        text = record["text"] or (proposal["hypothesis_text"] if proposal is not None else None)
        for key, value in (("kind", kind), ("text", text)):
            if value is None:
                label = HYPOTHESIS_RECORDS.column(key).label
                self._refuse(
                    number, key, "hypothesis_incomplete",
                    _("у гипотезы не заполнено «{label}».").format(label=label),
                    _("заполните его или укажите код предложения."), code,
                )  # fmt: skip
        if kind is None or text is None:
            return None
        return self._row(number, record, segment, kind, text)

    def _row(
        self, number: int, record: dict[str, object], segment: str, kind: str, text: str
    ) -> dict[str, object]:
        status = record["status"] or "accepted"
        has_proposal = record["proposal"] is not None
        method, _reason = propose_method(kind, has_proposal, self.facts[segment])
        criterion = record["criterion_pct"]
        decided = record["decided"] or self.decision.when
        if status == "accepted" and criterion is None:
            criterion = CRITERION_DEFAULT_PCT
            message = _("критерий подтверждения не задан: принято {value} % ответов «да».")
            self._warn(
                number, "criterion", message.format(value=format_number(criterion, 0)),
                _("задайте criterion_pct до проверки гипотезы."), record["code"],
            )  # fmt: skip
        if status == "accepted" and decided is None:
            self._warn(
                number, "hypothesis_date", _("не указано, когда принята гипотеза."),
                _("укажите decided: критерий задаётся до проверки."), record["code"],
            )  # fmt: skip
        return {
            "hypothesis_code": record["code"],
            "segment_code": segment,
            "kind": kind,
            "hypothesis_text": text,
            "proposal_code": record["proposal"],
            "status": status,
            "criterion_pct": criterion,
            "method": record["method"] or method,
            "respondents_planned_count": record["respondents"],
            "decided_date": decided,
            "is_respondents_given": record["respondents"] is not None,
        }

    def _proposal(self, number: int, segment: str, code: object) -> pd.Series | None:
        if code is None:
            return None
        if (segment, code) not in self.proposals.index:
            self._warn(
                number, "unknown_proposal",
                _("в данных нет такого сравнения для этого сегмента."),
                _("возьмите код из таблицы «Предложенные гипотезы» или удалите ключ proposal."),
                str(code),
            )  # fmt: skip
            return None
        return self.proposals.loc[(segment, code)]

    def _refuse(
        self, number: int, key: str, rule: str, message: str, remedy: str, found: object
    ) -> None:
        self.findings.add(
            self.decision.finding(
                Severity.ERROR, rule, message, remedy, "hypotheses", number, key,
                found=str(found), clause="7",
            )
        )  # fmt: skip

    def _warn(self, number: int, rule: str, message: str, remedy: str, found: object) -> None:
        self.findings.add(
            self.decision.finding(
                Severity.WARNING, rule, message, remedy, "hypotheses", number,
                found=str(found), clause="7",
            )
        )  # fmt: skip


def _with_respondents(frame: pd.DataFrame, facts: dict[str, SegmentFacts]) -> pd.DataFrame:
    """Fill in the number of respondents where people gave none: the same talk asks about all."""
    accepted = frame[frame["status"] == "accepted"]
    sizes = accepted.groupby(["segment_code", "method"]).size().to_dict()
    planned = [
        row.respondents_planned_count
        if row.is_respondents_given
        else respondents_needed(
            row.method,
            sizes.get((row.segment_code, row.method), 1),
            facts[row.segment_code].clients_count,
        )
        for row in frame.itertuples(index=False)
    ]
    frame = frame.assign(respondents_planned_count=pd.array(planned, dtype="Int64"))
    return HYPOTHESES.conform(frame[HYPOTHESES.column_names])


def compute_research_plan(hypotheses: pd.DataFrame, facts: dict[str, SegmentFacts]) -> pd.DataFrame:
    """Plan the research of every segment: table `RESEARCH_PLAN`.

    The same respondents answer about all hypotheses of a segment that share a method, so the
    number is the largest of theirs. A segment without accepted hypotheses still gets a
    respondent (clause 7).

    Parameters
    ----------
    hypotheses
        Table `HYPOTHESES`.
    facts
        By segment code, in the order of segments; the rest is not among them.
    """
    accepted = hypotheses[hypotheses["status"] == "accepted"]
    rows = []
    for segment, segment_facts in facts.items():
        own = accepted[accepted["segment_code"] == segment]
        if own.empty:
            reason = _("гипотез нет; по пункту 7 нужен хотя бы один респондент от сегмента")
            rows.append((segment, "interview", 0, rec.RESPONDENTS_MINIMUM, reason))
            continue
        for method in (method for method in rec.INSTRUMENTS if method in set(own["method"])):
            part = own[own["method"] == method]
            needed = int(part["respondents_planned_count"].max())
            rows.append((segment, method, len(part), needed, _reason(part, method, segment_facts)))
    return RESEARCH_PLAN.conform(pd.DataFrame(rows, columns=RESEARCH_PLAN.column_names))


def _reason(part: pd.DataFrame, method: str, facts: SegmentFacts) -> str:
    """Return why the method, and what so many respondents can show."""
    reasons = []
    for row in part.itertuples(index=False):
        proposed, reason = propose_method(row.kind, not pd.isna(row.proposal_code), facts)
        reasons.append(reason if proposed == method else _("метод выбран людьми"))
    return f"{'; '.join(dict.fromkeys(reasons))}. {_precision(part, method, facts)}"


def _precision(part: pd.DataFrame, method: str, facts: SegmentFacts) -> str:
    needed = int(part["respondents_planned_count"].max())
    if method != "survey":
        return _("Качественный метод: покажет доводы за и против, но не долю.")
    if needed < survey_size(facts.clients_count):
        wanted = counted(
            survey_size(facts.clients_count),
            _("респондент"), _("респондента"), _("респондентов"),
        )  # fmt: skip
        return _("Для погрешности {margin} п. п. нужно больше: {wanted}.").format(
            margin=format_number(MARGIN_PCT, 0), wanted=wanted
        )
    return _("Погрешность доли – не более {margin} п. п. при доверии 95 %.").format(
        margin=format_number(MARGIN_PCT, 0)
    )
