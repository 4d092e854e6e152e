"""Marks that are compared: one client one voice, stages, questions, indices, scales."""

import pandas as pd
import pytest

from client_segments.hypotheses.journey import match_stages
from client_segments.hypotheses.proposals import (
    compute_proposals,
    rating_evidence,
    satisfaction_evidence,
)
from client_segments.raw_tables import FEEDBACK, RATINGS

CATALOGUE = pd.DataFrame({"number": [1, 2], "name": ["Подача", "Решение"]})
CODES = ["a", "b", "rest"]


def table(contract, rows):
    """Rows of a raw table as the reader gives it, with the segment of each."""
    frame = pd.DataFrame(rows).reindex(columns=[*contract.column_names, "segment_code"])
    dtypes = {column.name: column.kind.dtype for column in contract.columns}
    return frame.astype(dtypes | {"segment_code": "str"})


def judged(rows):
    feedback = table(FEEDBACK, rows)
    stages = match_stages(feedback["stage"].dropna().unique().tolist(), CATALOGUE)
    return satisfaction_evidence(feedback, stages, CODES)


def marks(evidence, code):
    part = evidence.scores[evidence.scores["proposal_code"] == code]
    keys = zip(part["segment_code"], part["value"], strict=True)
    return dict(zip(keys, part["count"], strict=True))


def test_one_client_has_one_voice_and_ready_counts_have_theirs():
    evidence = judged(
        [
            {"segment_code": "a", "client_id": "k1", "instrument": "survey", "score": 2},
            {"segment_code": "a", "client_id": "k1", "instrument": "review", "score": 4},
            {"segment_code": "a", "instrument": "survey", "score": 5, "answers_count": 7},
            {"segment_code": "b", "client_id": "k2", "instrument": "survey", "score": None},
            {"segment_code": "rest", "client_id": "k3", "instrument": "survey", "score": 1},
            {"segment_code": None, "client_id": "k4", "instrument": "survey", "score": 1},
        ]
    )
    assert marks(evidence, "score.overall") == {("a", 50): 1, ("a", 100): 7, ("rest", 0): 1}
    assert evidence.scales[["scale_min", "scale_max"]].to_numpy().tolist() == [[1, 5]]


def test_a_question_that_is_all_of_its_stage_is_compared_once():
    rows = [
        {"segment_code": "a", "client_id": f"k{n}", "question": question, "stage": stage, "score": 3}
        for n, (question, stage) in enumerate(
            [("Простота", "1"), ("Срок", "Решение"), ("Вежливость", "Решение"), ("Сайт", None)]
        )
    ]  # fmt: skip
    evidence = judged(rows)
    codes = set(evidence.scores["proposal_code"])
    assert codes == {
        "score.stage.1", "score.stage.2", "score.question.срок", "score.question.вежливость",
        "score.question.сайт",
    }  # fmt: skip
    stage = evidence.scores.set_index("proposal_code").loc["score.stage.2"]
    assert (stage["stage"], stage["stage_number"], stage["count"]) == ("Решение", 2, 2)


def test_marks_of_several_scales_are_told_on_one_hundred():
    rows = [
        {"segment_code": "a", "client_id": "k1", "score": 5},
        {"segment_code": "b", "client_id": "k2", "score": 10, "scale_min": 0, "scale_max": 10},
    ]
    evidence = judged(rows)
    assert evidence.scales[["scale_min", "scale_max"]].to_numpy().tolist() == [[0, 100]]
    assert marks(evidence, "score.overall") == {("a", 100): 1, ("b", 100): 1}


def test_indices_are_heard_by_client_on_their_own_scales():
    rows = [
        {"segment_code": "a", "client_id": "k1", "index": "engagement", "question": "q1", "score": 1},
        {"segment_code": "a", "client_id": "k1", "index": "engagement", "question": "q2", "score": 5},
        {"segment_code": "b", "client_id": "k2", "index": "nps", "score": 9},
        {"segment_code": "b", "client_id": "k3", "index": "ces", "score": 4},
    ]  # fmt: skip
    evidence = rating_evidence(table(RATINGS, rows), CODES)
    assert marks(evidence, "score.index.engagement") == {("a", 50): 1}
    assert marks(evidence, "score.index.nps") == {("b", 90): 1}
    assert marks(evidence, "score.index.ces") == {("b", 50): 1}
    scales = evidence.scales.set_index("proposal_code")
    assert scales.loc["score.index.nps"].tolist() == [0, 10]
    assert scales.loc["score.index.ces"].tolist() == [1, 7]


def test_a_stage_judged_lower_is_told_on_its_own_scale():
    rows = [
        {"segment_code": segment, "client_id": f"{segment}{n}", "stage": "1", "question": "Простота",
         "score": 1 + (n + shift) % 3 + shift}
        for segment, size, shift in (("a", 60, 0), ("b", 200, 2))
        for n in range(size)
    ]  # fmt: skip
    found = compute_proposals(judged(rows), {"a": "Пожилые", "b": "Молодые"})
    row = found.set_index(["segment_code", "proposal_code"]).loc[("a", "score.stage.1")]
    assert row["is_supported"]
    assert row["segment_value"] == pytest.approx(2, abs=0.02)
    assert row["effect"] == pytest.approx(-2, abs=0.05)
    assert row["stage"] == "Подача"
    assert "ниже оценивают этап „Подача“: средняя оценка 2,00 против" in row["hypothesis_text"]


def test_nobody_judged_gives_nothing():
    assert judged([{"segment_code": "a", "client_id": "k1", "score": None}]).scores.empty
    assert compute_proposals(judged([{"segment_code": None, "score": 3}]), {"a": "А"}).empty
