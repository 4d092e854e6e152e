"""Evidence on hypotheses: who said yes and no, in surveys by people, in talks by discussions.

A survey counts respondents. A focus group is one discussion of people who heard each other, hence
one voice however many took part; an interview (a review, another way) is one voice too.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from client_segments import recommendations as rec
from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _, counted, format_date, format_percent
from client_segments.validation.contracts import EVIDENCE

SURVEY_MINIMUM = 5
"""Own: answers of a survey from which it leads, and a hypothesis can be confirmed in part."""

TALKS_MINIMUM = 3
"""Own: discussions from which talks say anything."""

_FAVOUR = {"yes": 0, "unsure": 1, "no": 2}


@dataclass(frozen=True)
class Evidence:
    """Voices on one hypothesis; «затрудняюсь ответить» is no answer and is not counted.

    Attributes
    ----------
    talks_for_count, talks_against_count, talks_split_count
        Discussions for and against, and those whose participants disagreed evenly.
    population_count
        Number of clients of the segment; None where it is not known.
    is_criterion_late
        Whether the criterion was set or changed after the first answer.
    """

    survey_yes_count: int = 0
    survey_total_count: int = 0
    talks_for_count: int = 0
    talks_against_count: int = 0
    talks_split_count: int = 0
    population_count: int | None = None
    is_criterion_late: bool = False

    @property
    def talks_count(self) -> int:
        """Discussions that took a side."""
        return self.talks_for_count + self.talks_against_count


def last_answers(
    answers: pd.DataFrame, hypotheses: pd.DataFrame, file: str = ""
) -> tuple[pd.DataFrame, Findings]:
    """Return the answers that count: one row is one respondent on one accepted hypothesis.

    Of a respondent who answers twice in a survey, or twice in talks, the last answer by date
    counts (without a date it is the earliest; on one day the one less in favour, whatever the
    order of rows). Answers from another segment than the hypothesis's are left out.

    Parameters
    ----------
    answers
        One row is one answer: respondent_id, segment_code, instrument, session, hypothesis_code,
        answer, answer_date.
    hypotheses
        Table `HYPOTHESES`.

    Returns
    -------
    frame : DataFrame
        hypothesis_code, segment_code, instrument, voice (the respondent, or the focus group),
        answer.
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
    frame = frame[is_own]
    frame = frame.assign(
        is_survey=frame["instrument"] == "survey", favour=frame["answer"].map(_FAVOUR),
        voice=_voices(frame),
    )  # fmt: skip
    ordered = frame.sort_values(
        ["answer_date", "favour", "instrument", "voice"], na_position="first", kind="stable"
    )
    last = ordered.drop_duplicates(["hypothesis_code", "respondent_id", "is_survey"], keep="last")
    _note_repeats(findings, file, len(ordered) - len(last))
    return last[["hypothesis_code", "segment_code", "instrument", "voice", "answer"]], findings


def _voices(frame: pd.DataFrame) -> pd.Series:
    """Return whose voice each answer is part of: the respondent's, or the whole focus group's.

    Without a code of the discussion all participants of a segment are one: nobody can tell two
    groups apart then, and two voices must not be made of one.
    """
    session = frame["session"].fillna("").map(fold)
    return frame["respondent_id"].where(frame["instrument"] != "focus_group", session)


def evidence_table(answers: pd.DataFrame) -> pd.DataFrame:
    """Count voices on each hypothesis by instrument: table `EVIDENCE`.

    Parameters
    ----------
    answers
        As `last_answers` returns them.
    """
    if answers.empty:
        return EVIDENCE.empty()
    key = ["hypothesis_code", "segment_code", "instrument"]
    marks = answers.assign(
        yes=answers["answer"] == "yes", no=answers["answer"] == "no",
        unsure=answers["answer"] == "unsure", respondents=1,
    )  # fmt: skip
    summed = ["yes", "no", "unsure", "respondents"]
    voices = marks.groupby([*key, "voice"])[summed].sum().reset_index()
    voices = voices.assign(
        voices_for_count=voices["yes"] > voices["no"],
        voices_against_count=voices["yes"] < voices["no"],
        voices_split_count=(voices["yes"] == voices["no"]) & (voices["yes"] > 0),
    )
    names = ["voices_for_count", "voices_against_count", "voices_split_count"]
    table = voices.groupby(key)[[*names, "unsure", "respondents"]].sum().reset_index()
    table = table.rename(columns={"unsure": "unsure_count", "respondents": "respondents_count"})
    table["position"] = [
        position_of(row.voices_for_count, row.voices_against_count) for row in table.itertuples()
    ]
    order = table["instrument"].map({code: place for place, code in enumerate(rec.INSTRUMENTS)})
    table = table.assign(order=order).sort_values(["hypothesis_code", "order"], kind="stable")
    return EVIDENCE.conform(table[EVIDENCE.column_names])


def position_of(voices_for: int, voices_against: int) -> str:
    """Return the side of at least two thirds of the voices: a code of `contracts.POSITIONS`."""
    voices = voices_for + voices_against
    if not voices:
        return "none"
    if 3 * max(voices_for, voices_against) < 2 * voices:
        return "split"
    return "for" if voices_for > voices_against else "against"


def collect_evidence(
    table: pd.DataFrame, populations: dict[str, int] | None = None, late: set[str] | None = None
) -> dict[str, Evidence]:
    """Return the evidence on each hypothesis that somebody answered yes or no to, by its code.

    Parameters
    ----------
    table
        Table `EVIDENCE`.
    populations
        Number of clients by code of the segment.
    late
        Codes of hypotheses whose criterion came after the first answer.
    """
    found: dict[str, Evidence] = {}
    for (code, segment), rows in table.groupby(["hypothesis_code", "segment_code"], sort=False):
        is_survey = rows["instrument"] == "survey"
        survey, talks = rows[is_survey], rows[~is_survey]
        evidence = Evidence(
            survey_yes_count=int(survey["voices_for_count"].sum()),
            survey_total_count=int(
                survey[["voices_for_count", "voices_against_count"]].to_numpy().sum()
            ),
            talks_for_count=int(talks["voices_for_count"].sum()),
            talks_against_count=int(talks["voices_against_count"].sum()),
            talks_split_count=int(talks["voices_split_count"].sum()),
            population_count=(populations or {}).get(segment),
            is_criterion_late=code in (late or set()),
        )
        if evidence.survey_total_count + evidence.talks_count + evidence.talks_split_count:
            found[code] = evidence
    return found


def count_evidence(
    answers: pd.DataFrame, hypotheses: pd.DataFrame, file: str = ""
) -> tuple[dict[str, Evidence], Findings]:
    """Count the answers on each accepted hypothesis; see `last_answers`."""
    counted_answers, findings = last_answers(answers, hypotheses, file)
    return collect_evidence(evidence_table(counted_answers)), findings


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


def late_codes(answers: pd.DataFrame, hypotheses: pd.DataFrame) -> pd.DataFrame:
    """Return accepted hypotheses whose criterion was set or changed after the first answer.

    One row is one hypothesis: hypothesis_code, answered_date, fixed_date (when the criterion
    became what it is), is_changed, criterion_pct, criterion_history.
    """
    first = answers.groupby("hypothesis_code")["answer_date"].min()
    accepted = hypotheses[hypotheses["status"] == "accepted"]
    columns = ["hypothesis_code", "answered_date", "fixed_date", "is_changed", "criterion_pct",
               "criterion_history"]  # fmt: skip
    if accepted.empty:  # pandas has no latest date of no rows
        return pd.DataFrame(columns=columns)
    fixed = accepted[["decided_date", "criterion_changed_date"]].max(axis=1)
    frame = accepted.assign(
        answered_date=accepted["hypothesis_code"].map(first), fixed_date=fixed,
        is_changed=accepted["criterion_changed_date"].notna(),
    )  # fmt: skip
    return frame.loc[frame["fixed_date"] > frame["answered_date"], columns]  # NaT is never later


def late_criteria(answers: pd.DataFrame, hypotheses: pd.DataFrame, file: str = "") -> Findings:
    """Tell of each accepted hypothesis whose criterion came after the first answer on it."""
    findings = Findings()
    for row in late_codes(answers, hypotheses).itertuples(index=False):
        dates = {"fixed": format_date(row.fixed_date), "answered": format_date(row.answered_date)}
        if row.is_changed:
            message = _(
                "критерий гипотезы {code} изменён {fixed}, позже первого ответа ({answered}): "
                "было {history}, стало {criterion}."
            ).format(
                code=row.hypothesis_code, history=row.criterion_history,
                criterion=format_percent(row.criterion_pct, 0), **dates,
            )  # fmt: skip
        else:
            message = _(
                "гипотеза {code} и её критерий приняты {fixed}, позже первого ответа ({answered})."
            ).format(code=row.hypothesis_code, **dates)
        remedy = _(
            "критерий задаётся до проверки: укажите это в ограничениях или проверьте заново."
        )
        findings.add(
            Finding(Severity.WARNING, "late_criterion", message, remedy, file=file, clause="7")
        )
    return findings
