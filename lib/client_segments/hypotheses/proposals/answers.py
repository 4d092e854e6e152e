"""From answers of clients to marks that are compared: of stages, of questions, of indices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from client_segments import recommendations as rec
from client_segments.hypotheses.proposals.evidence import (
    SCALE_COLUMNS,
    VALUE_COLUMNS,
    Evidence,
    typed,
)
from client_segments.language import _
from client_segments.priorities.satisfaction_answers import (
    OVERALL,
    headline,
    prepared,
    voices,
)
from client_segments.scales import scale_of

_DIGITS = 9
"""Decimals of a mark: what differs by less is one mark (a mean of several is not exact)."""


def satisfaction_evidence(
    feedback: pd.DataFrame, stages: pd.DataFrame, segment_codes: Sequence[str]
) -> Evidence:
    """Return marks to compare: of satisfaction as a whole, of each stage and of each question.

    Parameters
    ----------
    feedback
        Raw table `feedback` with segment_code.
    stages
        One row is one label of a stage in the data: stage, stage_key, stage_number (missing for
        an own one), name; see `match_stages`.
    segment_codes
        All segments, the rest too.
    """
    answers = prepared(feedback, segment_codes)
    low, high = scale_of(answers)
    answers = answers.assign(low=low, high=high)
    return _evidence(_questions(answers, stages), "feedback")


def rating_evidence(ratings: pd.DataFrame, segment_codes: Sequence[str]) -> Evidence:
    """Return answers to compare to the question of each index of experience."""
    placed = ratings[ratings["segment_code"].isin(list(segment_codes))]
    # Questions of one index are heard together, as the index itself is.
    asked = placed.assign(question="", stage=None, instrument="survey")
    parts = []
    for index in sorted(asked["index"].dropna().unique()):
        part = asked[asked["index"] == index]
        low, high = scale_of(part)
        answers = prepared(part, segment_codes).assign(low=low, high=high)
        family = f"score.index.{index}"
        parts.append((family, family, rec.EXPERIENCE_INDICES[index], None, answers))
    return _evidence(iter(parts), "ratings")


_Part = tuple[str, str, str, tuple[str, object] | None, pd.DataFrame]
"""Code, family, subject, stage (name and number, if any) and answers of one comparison."""


def _questions(answers: pd.DataFrame, stages: pd.DataFrame) -> Iterator[_Part]:
    whole = headline(answers[answers["stage"].isna()])
    whole = whole[whole["question"] == OVERALL]
    yield "score.overall", "score.overall", _("удовлетворённость в целом"), None, whole
    named = answers[answers["question"] != OVERALL]
    named = named[~named["question"].isin(_of_one_stage(answers))]
    for question, part in named.groupby("question", sort=True):
        code = f"score.question.{question}"
        yield code, "score.question", str(part["question_name"].min()), None, part
    keys = stages.drop_duplicates("stage").set_index("stage")["stage_key"]
    names = stages.drop_duplicates("stage_key").set_index("stage_key")
    staged = answers.dropna(subset=["stage"])
    for key, part in staged.groupby(staged["stage"].map(keys), sort=True):
        stage = names.loc[key]
        place = (stage["name"], stage["stage_number"])
        yield f"score.stage.{key}", "score.stage", stage["name"], place, part


def _of_one_stage(answers: pd.DataFrame) -> set[str]:
    """Return questions that are all there is of a stage: the stage is compared, and not twice."""
    pairs = answers[["question", "stage"]].drop_duplicates()
    stages = pairs.groupby("question")["stage"].nunique(dropna=False)
    questions = pairs.dropna(subset=["stage"]).groupby("stage")["question"].nunique()
    is_alone = pairs["stage"].map(questions).eq(1) & pairs["question"].map(stages).eq(1)
    return set(pairs.loc[is_alone, "question"])


def _evidence(parts: Iterator[_Part], source: str) -> Evidence:
    scores, scales = [], []
    for code, family, subject, stage, answers in parts:
        known = voices(answers).dropna(subset=["score"])
        if known.empty:
            continue
        value = known["score"].round(_DIGITS)
        counts = known.groupby(["segment_code", value.rename("value")])["answers_count"].sum()
        name, number = stage or (None, None)
        scores.append(
            counts.rename("count").reset_index().assign(
                proposal_code=code, kind="journey", family=family, subject=subject, source=source,
                stage=name, stage_number=number,
            )
        )  # fmt: skip
        scales.append((code, *_scale(answers)))
    if not scores:
        return Evidence()
    return Evidence(
        scores=pd.concat([typed(part, VALUE_COLUMNS) for part in scores], ignore_index=True),
        scales=typed(pd.DataFrame(scales, columns=SCALE_COLUMNS), SCALE_COLUMNS),
    )


def _scale(answers: pd.DataFrame) -> tuple[float, float]:
    """Return the scale of all answers; where they have several, that of 0-100."""
    known = answers[answers["score"].notna()]
    distinct = known[["low", "high"]].drop_duplicates()
    if len(distinct) != 1:
        return 0.0, 100.0
    return float(distinct["low"].iloc[0]), float(distinct["high"].iloc[0])
