"""Step 5: hypotheses verified with respondents that represent the segments (clause 7)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from client_segments import charts, decisions
from client_segments import recommendations as rec
from client_segments.findings import Findings
from client_segments.hypotheses import HYPOTHESES, form_findings
from client_segments.language import _, counted, format_count
from client_segments.reading import load_raw
from client_segments.segments import SEGMENTS
from client_segments.steps import Check, Outcome, StepResult, finish
from client_segments.study import Study
from client_segments.validation.answers import (
    collect_quotations,
    compute_respondents,
    match_hypotheses,
    place_answers,
)
from client_segments.validation.contracts import (
    CONTRACTS,
    EVIDENCE,
    POSITIONS,
    QUOTATIONS,
    RESPONDENTS,
    STRENGTHS,
    VERDICTS,
)
from client_segments.validation.evidence import (
    SURVEY_MINIMUM,
    TALKS_MINIMUM,
    Evidence,
    collect_evidence,
    count_evidence,
    evidence_table,
    last_answers,
    late_codes,
    late_criteria,
    position_of,
)
from client_segments.validation.exact import ExactTest, exact_test
from client_segments.validation.verdicts import compute_verdicts, judge, judge_all, strength_of
from client_segments.validation.words import unverified_text, verdict_rules, verdict_text

__all__ = [
    "CONTRACTS",
    "EVIDENCE",
    "POSITIONS",
    "QUOTATIONS",
    "RESPONDENTS",
    "STRENGTHS",
    "SURVEY_MINIMUM",
    "TALKS_MINIMUM",
    "VERDICTS",
    "Evidence",
    "ExactTest",
    "collect_evidence",
    "collect_quotations",
    "compute_respondents",
    "compute_verdicts",
    "count_evidence",
    "evidence_table",
    "exact_test",
    "judge",
    "judge_all",
    "last_answers",
    "late_codes",
    "late_criteria",
    "match_hypotheses",
    "place_answers",
    "respondents_chart",
    "respondents_check",
    "run",
    "strength_of",
    "unverified_text",
    "verdict_rules",
    "verdict_text",
    "verdicts_chart",
]


def run(study: Study) -> StepResult:
    """Do step 5: place respondents, judge accepted hypotheses, check that segments are asked.

    Without answers every accepted hypothesis is not verified, and the checks say so.

    Raises
    ------
    InputError
        With every mistake of the table of answers.
    """
    segments = study.read(SEGMENTS)
    hypotheses = study.read(HYPOTHESES)
    raw = load_raw(study, "answers")
    findings = Findings(raw.findings if raw else ())
    findings.raise_errors()
    respondents, quotations = RESPONDENTS.empty(), QUOTATIONS.empty()
    evidence, lacking_consent = EVIDENCE.empty(), 0
    late, late_hypotheses = Findings(), set()
    if raw is not None:
        file = study.name_of(raw.files[0])
        findings.extend(form_findings(study, raw, hypotheses))
        answers, place_findings = place_answers(study, raw, segments)
        answers, match_findings = match_hypotheses(answers, hypotheses, file)
        counting, count_findings = last_answers(answers, hypotheses, file)
        evidence = evidence_table(counting)
        decided = study.name_of(decisions.decision_path(study, "hypotheses"))
        late = late_criteria(answers, hypotheses, decided)
        late_hypotheses = set(late_codes(answers, hypotheses)["hypothesis_code"])
        findings.extend([*place_findings, *match_findings, *count_findings, *late])
        respondents = compute_respondents(answers, segments["segment_code"].tolist())
        quotations, lacking_consent = collect_quotations(answers)
    populations = segments.set_index("segment_code")["clients_count"].astype(int).to_dict()
    verdicts = compute_verdicts(
        hypotheses, collect_evidence(evidence, populations, late_hypotheses)
    )
    tables = {
        "respondents": respondents,
        "evidence": evidence,
        "verdicts": verdicts,
        "quotations": quotations,
    }
    checks = [
        respondents_check(respondents, segments),
        _verified_check(verdicts),
        _criterion_check(verdicts),
        _agreement_check(verdicts),
        _consent_check(quotations, lacking_consent),
    ]
    return finish(study, CONTRACTS, tables, checks, findings, segments)


def respondents_check(respondents: pd.DataFrame, segments: pd.DataFrame) -> Check:
    """Check clause 7: every segment but the rest has a respondent, at the least."""
    counts = respondents.groupby("segment_code")["respondents_count"].sum()
    named = segments[~segments["is_rest"].astype(bool)]
    asked = named["segment_code"].map(counts).fillna(0)
    lacking = named.loc[asked < rec.RESPONDENTS_MINIMUM, "segment_name"]
    rule = _("Каждый сегмент представлен хотя бы одним респондентом")
    total = counted(int(asked.sum()), _("респондент"), _("респондента"), _("респондентов"))
    if lacking.empty:
        return Check("respondents", rule, "7", Outcome.MET, total)
    details = _("{total}; нет респондентов у сегментов: {names}").format(
        total=total, names=", ".join(lacking)
    )
    remedy = _("проведите опрос или беседы с клиентами этих сегментов и дополните raw/answers.")
    return Check("respondents", rule, "7", Outcome.NOT_MET, details, remedy)


def _verified_check(verdicts: pd.DataFrame) -> Check:
    rule = _("Каждая принятая гипотеза проверена")
    if verdicts.empty:
        remedy = _("примите гипотезы на шаге 4.")
        details = _("принятых гипотез нет")
        return Check("verified", rule, "7", Outcome.NO_DATA, details, remedy)
    tally = "; ".join(
        f"{label} – {count}"
        for verdict, label in rec.VERDICTS.items()
        if (count := int((verdicts["verdict"] == verdict).sum()))
    )
    unverified = verdicts.loc[verdicts["verdict"] == "not_verified", "hypothesis_code"]
    if unverified.empty:
        return Check("verified", rule, "7", Outcome.MET, tally)
    remedy = _("спросите респондентов о гипотезах: {codes}.").format(codes=", ".join(unverified))
    return Check("verified", rule, "7", Outcome.NOT_MET, tally, remedy)


def _criterion_check(verdicts: pd.DataFrame) -> Check:
    rule = _("Критерий подтверждения задан до первого ответа и не менялся после него")
    if verdicts.empty or (verdicts["verdict"] == "not_verified").all():
        return Check("criterion", rule, "7", Outcome.NO_DATA, _("ответов о гипотезах нет"))
    late = verdicts.loc[verdicts["is_criterion_late"].astype(bool), "hypothesis_code"]
    if late.empty:
        return Check("criterion", rule, "7", Outcome.MET, "")
    details = _("задан или изменён позже: {codes}").format(codes=", ".join(late))
    remedy = _("укажите это в ограничениях или проверьте гипотезы заново.")
    return Check("criterion", rule, "7", Outcome.WARNING, details, remedy)


def _agreement_check(verdicts: pd.DataFrame) -> Check:
    """Check that no conclusion of a survey is contradicted by the talks."""
    rule = _("Опрос и беседы не противоречат друг другу")
    talks = verdicts["talks_for_count"] + verdicts["talks_against_count"]
    both = verdicts[(talks >= TALKS_MINIMUM) & (verdicts["survey_total_count"] >= SURVEY_MINIMUM)]
    if both.empty:
        details = _("ни одна гипотеза не проверена обоими способами")
        return Check("methods_agree", rule, "7", Outcome.NO_DATA, details)
    sides = [position_of(row.talks_for_count, row.talks_against_count) for row in both.itertuples()]
    is_above = both["survey_pct"] >= both["criterion_pct"]
    against = is_above.map({True: "against", False: "for"})
    apart = both.loc[against.to_numpy() == np.array(sides), "hypothesis_code"]
    if apart.empty:
        return Check("methods_agree", rule, "7", Outcome.MET, "")
    details = _("расходятся: {codes}").format(codes=", ".join(apart))
    remedy = _("выясните в беседах, почему, и запишите это в ограничениях профиля.")
    return Check("methods_agree", rule, "7", Outcome.WARNING, details, remedy)


def _consent_check(quotations: pd.DataFrame, lacking: int) -> Check:
    """Check that every quotation has consent; those that lack it are counted and left out."""
    rule = _("На каждую цитату есть согласие респондента")
    total = len(quotations) + lacking
    if not total:
        return Check("consent", rule, "7", Outcome.NO_DATA, _("цитат нет"))
    details = _("цитат – {total}, без согласия – {lacking}").format(
        total=format_count(total), lacking=format_count(lacking)
    )
    if not lacking:
        return Check("consent", rule, "7", Outcome.MET, details)
    remedy = _("получите согласие или удалите цитаты: без согласия они никуда не попали.")
    return Check("consent", rule, "7", Outcome.WARNING, details, remedy)


# -------------------------------------------------------------------------------- charts


def verdicts_chart(result: StepResult) -> go.Figure:
    """Chart: share of «yes» with its exact interval beside the criterion, one row a hypothesis."""
    verdicts = result.table("verdicts")
    names = result.study.read(SEGMENTS).set_index("segment_code")["segment_name"]
    talks = verdicts["talks_for_count"] + verdicts["talks_against_count"]
    talks_pct = 100 * verdicts["talks_for_count"] / talks.where(talks > 0)
    labels = [
        f"{row.hypothesis_code}. {names[row.segment_code]} – {rec.VERDICTS[row.verdict]}"
        for row in verdicts.itertuples(index=False)
    ]
    shares = pd.DataFrame(
        {
            "label": labels,
            "series": _("доля «да»"),
            "share_pct": verdicts["survey_pct"].fillna(talks_pct.astype("float64")),
            "low_pct": verdicts["low_pct"],
            "high_pct": verdicts["high_pct"],
            "words": verdicts["hypothesis_text"],
        }
    )
    criterion = shares.assign(series=_("критерий"), share_pct=verdicts["criterion_pct"])
    criterion[["low_pct", "high_pct"]] = np.nan
    confirmed = int((verdicts["verdict"] == "confirmed").sum())
    description = _(
        "Доля ответов «да» с точным 95 %-м интервалом и критерий каждой гипотезы. "
        "Гипотез – {total}, подтверждено – {confirmed}."
    )
    return charts.dot_interval_chart(
        pd.concat([shares, criterion], ignore_index=True),
        label="label",
        value="share_pct",
        low="low_pct",
        high="high_pct",
        series="series",
        title=_("Итоги проверки гипотез"),
        value_title=_("Доля ответов «да», %"),
        description=description.format(total=len(verdicts), confirmed=confirmed),
        hover="words",
    )


def respondents_chart(result: StepResult) -> go.Figure:
    """Chart: number of respondents of each segment by instrument; segments without any stay."""
    segments = result.study.read(SEGMENTS)
    named = segments[~segments["is_rest"].astype(bool)][["segment_code", "segment_name"]]
    frame = named.merge(result.table("respondents"), how="left", on="segment_code")
    frame["respondents_count"] = frame["respondents_count"].fillna(0)
    labels = frame["instrument"].map(rec.INSTRUMENTS).fillna(_("нет респондентов"))
    return charts.stacked_bars(
        frame.assign(instrument_label=labels),
        label="segment_name",
        series="instrument_label",
        value="respondents_count",
        title=_("Респонденты по сегментам"),
        value_title=_("Число респондентов"),
        description=_("Число респондентов каждого сегмента по способам; всего – {total}.").format(
            total=format_count(frame["respondents_count"].sum())
        ),
    )
