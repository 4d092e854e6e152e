"""Answers of respondents: whose they are, what they are about, and what may be quoted."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from client_segments import recommendations as rec
from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.reading import RawTable
from client_segments.segments import place, resolve_segment
from client_segments.study import Study
from client_segments.texts import has_personal_data, mask_all
from client_segments.validation.contracts import QUOTATIONS, RESPONDENTS

_STANCES = {"yes": "for", "no": "against", "unsure": "unsure"}


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


def collect_quotations(answers: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return what respondents said, and how many quotations are left out for want of consent.

    Only words of respondents who consent, personal data masked, each quotation once.

    Parameters
    ----------
    answers
        One row is one answer: segment_code, hypothesis_code, respondent_id, instrument, answer,
        quotation, has_consent.

    Returns
    -------
    frame : DataFrame
        Table `QUOTATIONS`: coded by hypothesis and by side.
    lacking : int
        Quotations of respondents who did not consent, or of whom it is not known.
    """
    said = answers.dropna(subset=["quotation"])
    agrees = said["has_consent"].fillna(False).astype(bool) & ~said["respondent_id"].isin(
        answers.loc[~answers["has_consent"].fillna(True).astype(bool), "respondent_id"]
    )
    key = ["segment_code", "hypothesis_code", "respondent_id", "instrument", "quotation"]
    lacking = len(said[~agrees].drop_duplicates(key))
    frame = said[agrees]
    masked = mask_all(frame["quotation"])
    frame = frame.assign(
        stance=frame["answer"].map(_STANCES).astype("str"),
        is_masked=frame["quotation"].map(has_personal_data).astype("boolean"),
        quotation=masked, has_consent=True,
    )  # fmt: skip
    frame = frame.sort_values([*key, "stance"]).drop_duplicates(key, keep="first")
    return QUOTATIONS.conform(frame[QUOTATIONS.column_names]), lacking
