"""Verdicts against exact intervals, and evidence counted from answers."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from client_segments import recommendations as rec
from client_segments.hypotheses import HYPOTHESES
from client_segments.raw_tables import ANSWERS
from client_segments.validation import (
    Evidence,
    collect_quotations,
    compute_respondents,
    compute_verdicts,
    count_evidence,
    judge,
    late_criteria,
    match_hypotheses,
    verdict_rules,
    verdict_text,
)


def hypotheses(*rows):
    """Rows (code, segment, status, criterion, decided)."""
    columns = ["hypothesis_code", "segment_code", "status", "criterion_pct", "decided_date"]
    frame = pd.DataFrame(rows, columns=columns).assign(
        kind="channel", hypothesis_text="Текст", proposal_code=None, method="survey",
        respondents_planned_count=1,
    )  # fmt: skip
    return HYPOTHESES.conform(frame)


def answers(*rows):
    """Rows (respondent, segment, instrument, hypothesis, answer, date)."""
    columns = ["respondent_id", "segment_code", "instrument", "hypothesis", "answer", "answer_date"]
    frame = pd.DataFrame(rows, columns=columns).assign(
        client_id=None, segment=None, quotation=None, has_consent=None
    )
    placed = frame["segment_code"].astype("str")
    return ANSWERS.conform(frame[ANSWERS.column_names]).assign(segment_code=placed)


G1 = hypotheses(("Г1", "old", "accepted", 50, "2025-01-10"))


def evidence_of(table, frame=G1):
    matched, _findings = match_hypotheses(table, frame)
    return count_evidence(matched, frame)


@pytest.mark.parametrize(
    ("evidence", "criterion", "verdict"),
    [
        # Clopper-Pearson of 9 of 11: 48.2-97.7.
        (Evidence(9, 11), 48, "confirmed"),
        (Evidence(9, 11), 50, "partly"),
        (Evidence(9, 11), 98, "refuted"),
        (Evidence(9, 11), 90, "not_enough"),
        (Evidence(4, 4), 50, "not_enough"),  # 39.8-100: too few to be confirmed in part
        (Evidence(5, 5), 50, "partly"),  # 47.8-100
        (Evidence(6, 6), 50, "confirmed"),  # 54.1-100
        (Evidence(0, 6), 50, "refuted"),
        (Evidence(3, 6), 50, "partly"),  # the criterion itself is reached
        (Evidence(0, 0, 2, 0), 10, "not_enough"),  # two talks are never enough
        (Evidence(0, 0, 3, 0), 50, "partly"),
        (Evidence(0, 0, 6, 0), 50, "confirmed"),
        (Evidence(0, 0, 0, 6), 50, "refuted"),
        (Evidence(60, 60, 1, 2), 50, "partly"),  # talks contradict
        (Evidence(60, 60, 0, 2), 50, "confirmed"),  # too few talks to contradict
        (Evidence(60, 60, 2, 2), 50, "confirmed"),
        (Evidence(0, 60, 5, 0), 50, "refuted"),  # talks do not soften a refutation
        (Evidence(0, 0, 0, 0), 50, "not_verified"),
    ],
)
def test_verdicts_follow_the_rule(evidence, criterion, verdict):
    assert judge(evidence, criterion) == verdict


def test_the_interval_holds_the_criterion_with_the_promised_error():
    """A true share equal to the criterion is «confirmed» by chance in at most 2.5 % of surveys."""
    for total in (8, 30, 100):
        hits = np.arange(total + 1)
        verdicts = np.array([judge(Evidence(int(k), total), 60) for k in hits])
        chances = stats.binom.pmf(hits, total, 0.6)
        assert chances[verdicts == "confirmed"].sum() <= 0.025
        assert chances[verdicts == "refuted"].sum() <= 0.025
        # And the verdict grows with the number of those who agree.
        order = {"refuted": 0, "not_enough": 1, "partly": 2, "confirmed": 3}
        assert (np.diff([order[verdict] for verdict in verdicts]) >= 0).all()


def test_unsure_is_no_answer_and_the_last_answer_counts():
    table = answers(
        ("r1", "old", "survey", "г1", "yes", "2025-02-01"),
        ("r1", "old", "survey", "Г1", "no", "2025-02-03"),
        ("r2", "old", "survey", "Г1", "no", "2025-02-03"),
        ("r2", "old", "survey", "Г1", "yes", "2025-02-05"),
        ("r3", "old", "survey", "Г1", "unsure", "2025-02-05"),
        ("r4", "old", "interview", "Г1", "yes", None),
        ("r4", "old", "focus_group", "Г1", "no", "2025-02-05"),
        ("r5", "old", "focus_group", "Г1", "yes", "2025-02-05"),
        ("r1", "old", "interview", "Г1", "yes", "2025-02-09"),
    )
    evidence, findings = evidence_of(table)
    assert evidence == {"Г1": Evidence(1, 2, 2, 1)}
    assert [finding.rule for finding in findings] == ["answered_twice"]
    for seed in range(3):
        assert evidence_of(table.sample(frac=1, random_state=seed))[0] == evidence


def test_two_answers_on_one_day_count_as_the_less_favourable():
    rows = [("r1", "old", "survey", "Г1", answer, "2025-02-01") for answer in ("yes", "no")]
    assert evidence_of(answers(*rows))[0] == evidence_of(answers(*rows[::-1]))[0] == {
        "Г1": Evidence(0, 1)
    }  # fmt: skip


def test_strangers_rejected_and_unknown_hypotheses_give_no_evidence():
    frame = hypotheses(
        ("Г1", "old", "accepted", 50, "2025-01-10"), ("Г2", "old", "rejected", 50, "2025-01-10")
    )
    table = answers(
        ("r1", "young", "survey", "Г1", "yes", None),
        ("r2", None, "survey", "Г1", "yes", None),
        ("r3", "old", "survey", "Г2", "yes", None),
        ("r4", "old", "survey", "Г9", "yes", None),
        ("r5", "old", "survey", None, "yes", None),
    )
    matched, match_findings = match_hypotheses(table, frame)
    evidence, findings = count_evidence(matched, frame)
    assert evidence == {}
    assert [(finding.rule, finding.found) for finding in match_findings] == [
        ("unknown_hypothesis", "Г9")
    ]
    assert [finding.message[:9] for finding in findings] == ["2\xa0ответа "]


def test_only_accepted_hypotheses_have_verdicts_with_their_numbers():
    frame = hypotheses(
        ("Г1", "old", "accepted", 60, "2025-01-10"),
        ("Г2", "old", "rejected", 50, "2025-01-10"),
        ("Г3", "old", "accepted", 50, "2025-01-10"),
    )
    verdicts = compute_verdicts(frame, {"Г1": Evidence(45, 50, 1, 0)}).set_index("hypothesis_code")
    assert verdicts["verdict"].to_dict() == {"Г1": "confirmed", "Г3": "not_verified"}
    low, high = stats.binomtest(45, 50).proportion_ci(method="exact")
    assert verdicts.loc["Г1", ["low_pct", "high_pct"]].tolist() == pytest.approx(
        [100 * low, 100 * high]
    )
    assert verdicts.loc["Г1", "verdict_text"] == (
        "Подтверждена: в опросе «да» – 45 из 50 (90,0\xa0%; 95\xa0%-й интервал 78,2–96,7\xa0%) "
        "при критерии 60,0\xa0%; беседы: за – 1, против – 0."
    )
    assert np.isnan(verdicts.loc["Г3", "low_pct"])
    assert verdicts.loc["Г3", "verdict_text"] == "Не проверена: ответов нет."


def test_every_verdict_is_named_in_the_rules():
    rules = " ".join(verdict_rules()).lower()
    for label in rec.VERDICTS.values():
        assert label in rules
    assert "в беседах" in verdict_text(Evidence(0, 0, 3, 0), 50, "partly")


@pytest.mark.parametrize(
    ("decided", "answered", "is_late"),
    [("2025-02-02", "2025-02-01", True), ("2025-02-01", "2025-02-01", False), (None, "2025-02-01", False),
     ("2025-02-02", None, False)],
)  # fmt: skip
def test_a_criterion_after_the_first_answer_is_late(decided, answered, is_late):
    frame = hypotheses(("Г1", "old", "accepted", 50, decided))
    table = answers(
        ("r1", "old", "survey", "Г1", "yes", answered),
        ("r2", "old", "survey", "Г1", "no", "2025-03-01"),
    )
    matched, _findings = match_hypotheses(table, frame)
    assert bool(len(late_criteria(matched, frame))) == is_late


def test_respondents_are_distinct_and_consent_is_never_assumed():
    table = answers(
        ("r1", "old", "survey", "Г1", "yes", None), ("r1", "old", "survey", "Г2", "yes", None),
        ("r2", "old", "survey", "Г1", "yes", None), ("r3", "old", "survey", "Г1", "yes", None),
        ("r1", "young", "interview", None, None, None), ("r9", None, "interview", None, None, None),
    ).assign(has_consent=pd.array([True, None, True, None, False, True], dtype="boolean"))  # fmt: skip
    table.loc[2, "has_consent"] = False
    counts = compute_respondents(table, ["young", "old"])
    assert counts.to_numpy().tolist() == [["young", "interview", 1, 0], ["old", "survey", 3, 1]]


def test_quotations_keep_whether_there_is_consent():
    table = answers(
        *[(f"r{n}", "old", "interview", "Г1", "yes", None) for n in (1, 1, 2, 3)]
    ).assign(
        quotation=["Далеко ехать", "Далеко ехать", "Долго", None],
        has_consent=pd.array([True, None, True, True], dtype="boolean"),
        hypothesis_code="Г1",
    )
    quotations = collect_quotations(table)
    assert quotations[["respondent_id", "has_consent"]].to_numpy().tolist() == [
        ["r1", False],
        ["r2", True],
    ]
