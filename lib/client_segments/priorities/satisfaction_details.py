"""Satisfaction by stage of the journey and by what was asked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from client_segments.language import _
from client_segments.priorities.contracts import SATISFACTION_QUESTIONS, SATISFACTION_STAGES
from client_segments.priorities.satisfaction import weighted_voices
from client_segments.priorities.satisfaction_answers import (
    prepared,
    weighted_mean,
    weighted_share,
)
from client_segments.priorities.satisfaction_weights import Composition
from client_segments.scales import is_satisfied

Row = dict[str, object]


def satisfaction_stages(
    feedback: pd.DataFrame,
    stages: pd.DataFrame,
    segment_codes: Sequence[str],
    composition: Composition | None = None,
) -> pd.DataFrame:
    """Return table `satisfaction_stages`: one row is one segment × stage that was judged.

    `stages` tells of each label in the data: stage, stage_number, stage_name.
    """
    answers = prepared(feedback, segment_codes)
    answers = answers[answers["stage"].notna()]
    known = stages.set_index("stage")
    answers = answers.assign(
        stage_number=answers["stage"].map(known["stage_number"]),
        stage_name=answers["stage"].map(known["stage_name"]),
    )
    order = ["stage_number", "stage_name"]
    rows = [
        {
            "segment_code": code,
            "stage_number": number,
            "stage": name,
            **_judged(part, code, composition),
        }
        for code in segment_codes
        for (number, name), part in answers[answers["segment_code"] == code].groupby(
            order, sort=True, dropna=False
        )
    ]
    columns = SATISFACTION_STAGES.column_names
    return SATISFACTION_STAGES.conform(pd.DataFrame(rows, columns=columns))


def satisfaction_questions(
    feedback: pd.DataFrame, segment_codes: Sequence[str], composition: Composition | None = None
) -> pd.DataFrame:
    """Return table `satisfaction_questions`: one row is one segment × question.

    `urgency` is importance × (1 - share of satisfied), 0-1: what matters much and satisfies few
    comes first. Those who could not answer are no part of any mean; their share stands beside.
    """
    answers = prepared(feedback, segment_codes)
    names = answers.groupby("question")["question_name"].min()
    rows = []
    for code in segment_codes:
        for question, part in answers[answers["segment_code"] == code].groupby("question"):
            judged = _judged(part, code, composition)
            frame, _attributes = weighted_voices(part, code, composition)
            importance = weighted_mean(frame, "importance")[0]
            urgency = importance / 100 * (1 - judged["satisfaction_pct"] / 100)
            rows.append(
                {
                    "segment_code": code,
                    "question": names[question] or _("Удовлетворённость в целом"),
                    **judged,
                    "importance_score": importance,
                    "expectation_gap": weighted_mean(frame, "gap")[0],
                    "urgency": urgency,
                }
            )
    columns = SATISFACTION_QUESTIONS.column_names
    return SATISFACTION_QUESTIONS.conform(pd.DataFrame(rows, columns=columns))


def _judged(answers: pd.DataFrame, code: str, composition: Composition | None) -> Row:
    frame, _attributes = weighted_voices(answers, code, composition)
    known = frame[frame["score"].notna()]
    share, low, high = weighted_share(known, is_satisfied(known["score"]))
    answered = int(known["answers_count"].sum())
    unanswered = int(frame["answers_count"].sum()) - answered
    asked = answered + unanswered
    return {
        "answers_count": answered,
        "unanswered_count": unanswered,
        "unanswered_pct": 100 * unanswered / asked if asked else np.nan,
        "satisfaction_pct": share,
        "low_pct": low,
        "high_pct": high,
        "mean_score": weighted_mean(frame, "score")[0],
    }
