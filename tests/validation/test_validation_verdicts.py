"""Verdicts against exact intervals, and evidence counted from answers."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from client_segments import recommendations as rec
from client_segments.hypotheses import HYPOTHESES
from client_segments.raw_tables import ANSWERS
from client_segments.validation import (
    STRENGTHS,
    Evidence,
    collect_quotations,
    compute_respondents,
    compute_verdicts,
    count_evidence,
    evidence_table,
    judge,
    last_answers,
    late_criteria,
    match_hypotheses,
    verdict_rules,
)


def hypotheses(*rows):
    """Rows (code, segment, status, criterion, decided)."""
    columns = ["hypothesis_code", "segment_code", "status", "criterion_pct", "decided_date"]
    frame = pd.DataFrame(rows, columns=columns).assign(
        kind="channel", hypothesis_text="Текст", proposal_code=None, method="survey",
        respondents_planned_count=1, question_text=None, criterion_history=None, criterion_changed_date=None,
    )  # fmt: skip
    return HYPOTHESES.conform(frame.reindex(columns=HYPOTHESES.column_names))


def answers(*rows):
    """Rows (respondent, segment, instrument, hypothesis, answer, date)."""
    columns = ["respondent_id", "segment_code", "instrument", "hypothesis", "answer", "answer_date"]
    frame = pd.DataFrame(rows, columns=columns).assign(
        client_id=None, segment=None, session=None, quotation=None, has_consent=None
    )
    placed = frame["segment_code"].astype("str")
    return ANSWERS.conform(frame[ANSWERS.column_names]).assign(segment_code=placed)


G1 = hypotheses(("Г1", "old", "accepted", 50, "2025-01-10"))


def in_group(table, *codes):
    """Put the answers of a focus group into discussions by a code each row has."""
    return table.assign(session=pd.array(codes, dtype="str"))


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
    # r4 and r5 took part in one focus group and disagreed: one voice, and no side.
    assert evidence == {"Г1": Evidence(1, 2, 1, 0, 1)}
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
        "при критерии 60,0\xa0%; P-значение менее 0,0001, с поправкой на все проверенные гипотезы "
        "менее 0,0001; беседы: за – 1, против – 0."
    )
    assert np.isnan(verdicts.loc["Г3", "low_pct"])
    assert verdicts.loc["Г3", "verdict_text"] == "Не проверена: ответов нет."


def test_every_verdict_and_strength_is_named_in_the_rules():
    rules = " ".join(verdict_rules()).lower()
    for label in [*rec.VERDICTS.values(), *STRENGTHS.values()]:
        assert label in rules
    assert "холма" in rules


def judged(evidence, criterion=50.0):
    """The verdict on one hypothesis that is alone in its group."""
    frame = hypotheses(("Г1", "old", "accepted", criterion, "2025-01-10"))
    return compute_verdicts(frame, {"Г1": evidence}).iloc[0]


@pytest.mark.parametrize(
    ("evidence", "verdict", "strength", "unverified"),
    [
        (Evidence(45, 50, 6, 0), "confirmed", "strong", ""),
        (Evidence(45, 50), "confirmed", "moderate", "Причины не выяснены"),
        (Evidence(45, 50, 2, 0), "confirmed", "moderate", "Причины не выяснены"),  # too few talks
        (Evidence(45, 50, 4, 3), "confirmed", "moderate", "мнения в беседах разделились"),
        (Evidence(45, 50, 1, 5), "partly", "weak", "Почему опрос и беседы расходятся"),
        (Evidence(5, 50, 0, 6), "refuted", "strong", ""),
        (Evidence(5, 50, 6, 0), "refuted", "weak", "Почему опрос и беседы расходятся"),
        (Evidence(28, 50, 6, 0), "partly", "weak", "нужно больше ответов"),
        (Evidence(28, 50, 0, 6), "not_enough", "weak", "Почему опрос и беседы расходятся"),
        (Evidence(0, 0, 9, 0), "confirmed", "moderate", "не измерено"),
        (Evidence(0, 0, 2, 0), "not_enough", "weak", "нужно больше ответов"),
        # Under five answers a survey does not lead where there are enough talks.
        (Evidence(0, 4, 9, 0), "confirmed", "moderate", "не измерено"),
        (Evidence(0, 0, 0, 0, 1), "not_enough", "weak", "нужно больше ответов"),
        (Evidence(45, 50, 6, 0, is_criterion_late=True), "confirmed", "weak", "новыми ответами"),
        (Evidence(), "not_verified", None, "спросите респондентов"),
        # Eight of the twelve clients said yes: 60 % of the segment, whatever the others think.
        (Evidence(8, 11, population_count=12), "confirmed", "moderate", "Причины не выяснены"),
    ],
)  # fmt: skip
def test_methods_are_combined_by_the_rule(evidence, verdict, strength, unverified):
    row = judged(evidence, 60.0 if evidence.population_count else 50.0)
    assert row["verdict"] == verdict
    assert (None if pd.isna(row["strength"]) else row["strength"]) == strength
    text = "" if pd.isna(row["unverified_text"]) else row["unverified_text"]
    assert unverified in text and bool(unverified) == bool(text)


def test_other_hypotheses_of_the_group_make_a_verdict_harder():
    """40 of 60 at 50 %: 0.0067 alone confirms; among four, times four, it does not."""
    codes = [f"Г{number}" for number in range(1, 5)]
    frame = hypotheses(*[(code, "old", "accepted", 50, "2025-01-10") for code in codes])
    alone = compute_verdicts(frame, {"Г1": Evidence(40, 60)}).set_index("hypothesis_code")
    assert alone.loc["Г1", "verdict"] == "confirmed"
    together = compute_verdicts(frame, dict.fromkeys(codes, Evidence(40, 60)))
    assert set(together["verdict"]) == {"partly"}
    assert together["p_value"].iloc[0] == alone.loc["Г1", "p_value"]
    assert together["adjusted_p_value"].iloc[0] == pytest.approx(4 * together["p_value"].iloc[0])
    assert "при той же доле вывод станет надёжным примерно при" in together["verdict_text"].iloc[0]


def test_hypotheses_that_nobody_answered_do_not_count_in_the_correction():
    frame = hypotheses(
        *[(f"Г{number}", "old", "accepted", 50, "2025-01-10") for number in range(1, 9)]
    )
    verdicts = compute_verdicts(frame, {"Г1": Evidence(40, 60), "Г2": Evidence(0, 0, 1, 1)})
    assert verdicts["adjusted_p_value"].iloc[0] == verdicts["p_value"].iloc[0]
    assert np.isnan(verdicts["adjusted_p_value"].iloc[1])  # two talks are no test


def focus_group(count, answer="yes", start=0):
    return [
        (f"r{number}", "old", "focus_group", "Г1", answer, "2025-02-01")
        for number in range(start, start + count)
    ]


def test_a_focus_group_is_one_discussion():
    table = answers(*focus_group(8))
    assert evidence_of(table)[0] == {"Г1": Evidence(0, 0, 1, 0)}
    coded = in_group(table, *"ААААББББ")
    assert evidence_of(coded)[0] == {"Г1": Evidence(0, 0, 2, 0)}
    divided = answers(*focus_group(5), *focus_group(3, "no", 5))
    assert evidence_of(divided)[0] == {"Г1": Evidence(0, 0, 1, 0)}  # the side of the majority
    assert evidence_of(in_group(divided, *"АБАБАБАБ"))[0] == {"Г1": Evidence(0, 0, 1, 0, 1)}
    matched, _findings = match_hypotheses(divided, G1)
    row = evidence_table(last_answers(matched, G1)[0]).iloc[0]
    assert (row["respondents_count"], row["voices_for_count"], row["position"]) == (8, 1, "for")


def test_evidence_counts_those_who_do_not_know():
    table = answers(
        ("r1", "old", "survey", "Г1", "unsure", None), ("r2", "old", "survey", "Г1", "yes", None)
    )
    matched, _findings = match_hypotheses(table, G1)
    row = evidence_table(last_answers(matched, G1)[0]).iloc[0]
    assert row[["respondents_count", "voices_for_count", "unsure_count"]].tolist() == [2, 1, 1]


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


def test_a_criterion_changed_after_the_first_answer_is_late():
    table = answers(("r1", "old", "survey", "Г1", "yes", "2025-02-05"))
    matched, _findings = match_hypotheses(table, G1)
    changed = G1.assign(
        criterion_history="70 % до 10.02.2025",
        criterion_changed_date=pd.Series(["2025-02-10"], dtype="datetime64[s]"),
    )
    (finding,) = late_criteria(matched, changed)
    for text in ("10.02.2025", "05.02.2025", "70 %", "50\xa0%"):
        assert text in finding.message
    earlier = changed.assign(
        criterion_changed_date=pd.Series(["2025-02-01"], dtype="datetime64[s]")
    )
    assert not len(late_criteria(matched, earlier))


def test_only_words_of_those_who_consent_are_kept_masked_and_coded():
    table = answers(
        *[(f"r{n}", "old", "interview", "Г1", answer, None)
          for n, answer in ((1, "yes"), (1, "yes"), (2, "no"), (3, "yes"), (4, "yes"), (5, None))]
    ).assign(
        quotation=["Далеко ехать", "Долго ждать", "Звоните 8 913 123-45-67", None, "Не надо", "Так"],
        has_consent=pd.array([True, False, True, True, None, True], dtype="boolean"),
        hypothesis_code="Г1",
    )  # fmt: skip
    quotations, lacking = collect_quotations(table)
    kept = quotations[["respondent_id", "stance", "is_masked"]].astype(object)
    assert kept.where(kept.notna(), None).to_numpy().tolist() == [
        ["r2", "against", True], ["r5", None, False],
    ]  # fmt: skip
    assert "913" not in quotations["quotation"].iloc[0]
    assert lacking == 3  # r1 refused once and is not quoted at all; of r4 nothing is known
