"""People's decision on hypotheses: what they accepted and rejected, and by which criterion."""

from __future__ import annotations

import pandas as pd

from client_segments.decisions import Decision, records
from client_segments.findings import Findings, Severity
from client_segments.hypotheses.contracts import (
    CRITERION_DEFAULT_PCT,
    HYPOTHESES,
    HYPOTHESIS_RECORDS,
)
from client_segments.hypotheses.criteria import FormerCriterion, former_criteria, history_text
from client_segments.hypotheses.plan import SegmentFacts, propose_method, respondents_needed
from client_segments.hypotheses.questions import draft_question
from client_segments.language import _, format_number
from client_segments.segments import resolve_segment


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
        former = self._former_criteria(number, record)
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
            "question_text": record["question"] or self._question(record, segment, text),
            "criterion_history": history_text(former) or None,
            "criterion_changed_date": max((item.until for item in former), default=None),
            "is_respondents_given": record["respondents"] is not None,
        }

    def _question(self, record: dict[str, object], segment: str, text: str) -> str:
        """Draft a question; a text that people wrote is asked about as they wrote it."""
        key = (segment, record["proposal"])
        if key not in self.proposals.index:
            return draft_question(text)
        proposal = self.proposals.loc[key]
        is_own = text != proposal["hypothesis_text"]
        row = {**proposal.to_dict(), "proposal_code": key[1]}
        return draft_question(text, None if is_own else row)

    def _former_criteria(self, number: int, record: dict[str, object]) -> list[FormerCriterion]:
        former, refused = former_criteria(record["criterion_history"])
        for line in refused:
            self._refuse(
                number, "criterion_history", "criterion_history",
                _("прежний критерий записан непонятно."),
                _("напишите «60 % до 05.11.2025»: каким он был и до какой даты."), line,
            )  # fmt: skip
        return former

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
            row.criterion_pct if row.status == "accepted" else None,
            len(accepted),
        )
        for row in frame.itertuples(index=False)
    ]
    frame = frame.assign(respondents_planned_count=pd.array(planned, dtype="Int64"))
    return HYPOTHESES.conform(frame[HYPOTHESES.column_names])
