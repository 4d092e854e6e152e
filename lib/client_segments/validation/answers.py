"""Answers of respondents: whose they are, what they are about, and what they come to."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from client_segments import recommendations as rec
from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _, counted, format_date
from client_segments.reading import RawTable
from client_segments.segments import place, resolve_segment
from client_segments.study import Study
from client_segments.validation.contracts import QUOTATIONS, RESPONDENTS
from client_segments.validation.verdicts import Evidence


def place_answers(
    study: Study, raw: RawTable, segments: pd.DataFrame
) -> tuple[pd.DataFrame, Findings]:
    """Put respondents into segments: by the segment written, else by client or attributes.

    Returns
    -------
    frame : DataFrame
        The raw frame with `segment_code` (missing where unknown).
    findings : Findings
        Segments that do not exist, with the texts met; rows that cannot be placed.
    """
    frame = raw.frame
    findings = Findings()
    by_text: dict[str, str | None] = {
        text: resolve_segment(segments, text) for text in frame["segment"].dropna().unique()
    }
    for text in sorted(text for text, code in by_text.items() if code is None):
        message = _("в ответах указан сегмент, которого нет.")
        known = ", ".join(segments["segment_code"])
        remedy = _("укажите код или название сегмента: {known}.").format(known=known)
        findings.add(
            Finding(
                Severity.WARNING, "unknown_segment", message, remedy,
                file=study.name_of(raw.files[0]), found=text, clause="7",
                count=int((frame["segment"] == text).sum()),
            )
        )  # fmt: skip
    codes = frame["segment"].map(by_text).astype("str")
    others = codes.isna()
    if others.any():
        placed, place_findings = place(
            study, replace(raw, frame=frame[others]), is_whole=bool(others.all())
        )
        findings.extend(place_findings)
        codes[others] = placed["segment_code"]
    return frame.assign(segment_code=codes), findings


def match_hypotheses(
    answers: pd.DataFrame, hypotheses: pd.DataFrame, file: str = ""
) -> tuple[pd.DataFrame, Findings]:
    """Name the hypothesis of each answer as the decision writes it («г1» is «Г1»).

    Returns
    -------
    frame : DataFrame
        The answers with `hypothesis_code` (missing where none, or one that does not exist).
    findings : Findings
        Unknown codes, with the texts met.
    """
    codes = {fold(code): code for code in hypotheses["hypothesis_code"]}
    texts = answers["hypothesis"].dropna()
    findings = Findings()
    for text in sorted(text for text in texts.unique() if fold(text) not in codes):
        message = _("в ответах указана гипотеза, которой нет среди принятых и отклонённых.")
        remedy = _("исправьте номер или добавьте гипотезу в decisions/hypotheses.yml.")
        findings.add(
            Finding(
                Severity.WARNING, "unknown_hypothesis", message, remedy, file=file, found=text,
                expected=", ".join(codes.values()), clause="7", count=int((texts == text).sum()),
            )
        )  # fmt: skip
    matched = answers["hypothesis"].map({text: codes.get(fold(text)) for text in texts.unique()})
    return answers.assign(hypothesis_code=matched.astype("str")), findings


def count_evidence(
    answers: pd.DataFrame, hypotheses: pd.DataFrame, file: str = ""
) -> tuple[dict[str, Evidence], Findings]:
    """Count answers on each accepted hypothesis.

    Of a respondent who answers twice in a survey, or twice in talks, the last answer by date
    counts (without a date it is the earliest; on one day the one less in favour, whatever the
    order of rows). Answers from another segment than the hypothesis's are left out.

    Parameters
    ----------
    answers
        One row is one answer: respondent_id, segment_code, instrument, hypothesis_code, answer,
        answer_date.
    hypotheses
        Table `HYPOTHESES`.

    Returns
    -------
    evidence : dict
        By code of an accepted hypothesis; hypotheses without answers are not in it.
    findings : Findings
        How many answers were left out or replaced.
    """
    accepted = hypotheses[hypotheses["status"] == "accepted"]
    owner = accepted.set_index("hypothesis_code")["segment_code"]
    frame = answers.dropna(subset=["answer"])
    frame = frame[frame["hypothesis_code"].isin(owner.index)]
    is_own = frame["segment_code"].eq(frame["hypothesis_code"].map(owner))
    findings = Findings()
    _note_left_out(findings, file, int((~is_own).sum()))
    frame = frame.assign(
        is_survey=frame["instrument"] == "survey",
        favour=frame["answer"].map({"yes": 0, "unsure": 1, "no": 2}),
    )
    ordered = frame[is_own].sort_values(
        ["answer_date", "favour"], na_position="first", kind="stable"
    )
    key = ["hypothesis_code", "respondent_id", "is_survey"]
    last = ordered.drop_duplicates(key, keep="last")
    _note_repeats(findings, file, len(ordered) - len(last))
    last = last[last["answer"] != "unsure"]
    counts = last.groupby(["hypothesis_code", "is_survey", "answer"]).size()
    evidence = {}
    for code in accepted["hypothesis_code"]:
        yes, no, agree, against = (
            int(counts.get((code, is_survey, answer), 0))
            for is_survey in (True, False)
            for answer in ("yes", "no")
        )
        if yes + no + agree + against:
            evidence[code] = Evidence(yes, yes + no, agree, against)
    return evidence, findings


def _note_left_out(findings: Findings, file: str, count: int) -> None:
    if not count:
        return
    message = _(
        "{answers} не учтено: сегмент респондента неизвестен или не тот, о котором гипотеза."
    )
    answers = counted(count, _("ответ"), _("ответа"), _("ответов"))
    remedy = _("укажите сегмент респондента или client_id.")
    text = message.format(answers=answers)
    findings.add(Finding(Severity.WARNING, "other_segment", text, remedy, file=file, clause="7"))


def _note_repeats(findings: Findings, file: str, count: int) -> None:
    if not count:
        return
    message = _("{answers} на тот же вопрос заменено последним ответом того же респондента.")
    answers = counted(count, _("ответ"), _("ответа"), _("ответов"))
    text = message.format(answers=answers)
    findings.add(Finding(Severity.NOTE, "answered_twice", text, file=file, clause="7"))


def compute_respondents(answers: pd.DataFrame, segment_codes: list[str]) -> pd.DataFrame:
    """Count distinct respondents by segment and instrument: table `RESPONDENTS`.

    A respondent consents who says so in some row and the contrary in none. Rows in no segment
    are left out.
    """
    frame = answers.dropna(subset=["segment_code"])
    frame = frame.assign(
        agrees=frame["has_consent"].fillna(False).astype(bool),
        objects=~frame["has_consent"].fillna(True).astype(bool),
    )
    key = ["segment_code", "instrument"]
    people = frame.groupby([*key, "respondent_id"])[["agrees", "objects"]].any().reset_index()
    people["consents"] = people["agrees"] & ~people["objects"]
    counts = people.groupby(key).agg(
        respondents_count=("respondent_id", "size"), consent_count=("consents", "sum")
    )
    order = pd.MultiIndex.from_product([segment_codes, list(rec.INSTRUMENTS)], names=key)
    counts = counts.reindex(order).dropna().reset_index()
    return RESPONDENTS.conform(counts)


def collect_quotations(answers: pd.DataFrame) -> pd.DataFrame:
    """Return what respondents said: table `QUOTATIONS`, each quotation once."""
    frame = answers.dropna(subset=["quotation"])
    frame = frame.assign(has_consent=frame["has_consent"].fillna(False).astype(bool))
    order = ["segment_code", "hypothesis_code", "respondent_id", "instrument", "quotation"]
    frame = frame.sort_values([*order, "has_consent"]).drop_duplicates(order, keep="first")
    return QUOTATIONS.conform(frame[QUOTATIONS.column_names])


def late_criteria(answers: pd.DataFrame, hypotheses: pd.DataFrame, file: str = "") -> Findings:
    """Find accepted hypotheses decided after the first answer on them: the criterion came late."""
    first = answers.groupby("hypothesis_code")["answer_date"].min()
    findings = Findings()
    accepted = hypotheses[hypotheses["status"] == "accepted"]
    for row in accepted.itertuples(index=False):
        answered = first.get(row.hypothesis_code)
        if answered is None or not row.decided_date > answered:  # NaT is never later
            continue
        message = _(
            "гипотеза {code} и её критерий приняты {decided}, позже первого ответа ({answered})."
        ).format(
            code=row.hypothesis_code,
            decided=format_date(row.decided_date),
            answered=format_date(answered),
        )
        remedy = _(
            "критерий задаётся до проверки: укажите это в ограничениях или проверьте заново."
        )
        findings.add(
            Finding(Severity.WARNING, "late_criterion", message, remedy, file=file, clause="7")
        )
    return findings
