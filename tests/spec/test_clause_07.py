"""Clause 7: hypotheses on the journey and the channels, verified with respondents."""

from __future__ import annotations

import pytest

from client_segments import recommendations as rec


def check(result, code):
    return next(item for item in result.checks if item.code == code)


def test_a_profile_holds_hypotheses_on_the_journey_and_on_channels(done):
    """7: «профиль …, содержащий гипотезы об особенностях клиентского пути и предпочтительных
    каналах взаимодействия с клиентом»."""
    fields = done["profiles"].table("profile_fields")
    shown = fields[fields["field_key"] == "hypotheses"].set_index("segment_code")["value_text"]
    assert "Г1. Предпочитают выездной приём (канал)" in shown["rural"]
    assert "Г2. Бросают путь до подачи (путь)" in shown["rural"]
    assert check(done["hypotheses"], "journey_hypotheses").outcome == "met"
    assert check(done["hypotheses"], "channel_hypotheses").outcome == "met"


def test_a_segment_without_a_hypothesis_on_its_journey_is_named(
    make_study, raw, texts, run_through
):
    """7: both kinds are asked of every segment."""
    lines = texts["hypotheses"].splitlines(keepends=True)
    texts["hypotheses"] = "".join(line for line in lines if "Г4" not in line)
    raw["answers"] = raw["answers"][raw["answers"]["hypothesis"] != "Г4"]
    result = run_through(make_study(raw, texts), "hypotheses")["hypotheses"]
    found = check(result, "journey_hypotheses")
    assert found.outcome == "warning"
    assert "Горожане" in found.details
    assert check(result, "channel_hypotheses").outcome == "met"


def test_hypotheses_are_proposed_from_what_is_known_of_the_segment(done):
    """7: «На основании "целостного" образа …»: planted differences of channel and journey."""
    proposals = done["hypotheses"].table("proposals")
    found = proposals[
        (proposals["segment_code"] == "rural") & proposals["is_supported"].astype(bool)
    ]
    codes = set(found["proposal_code"])
    assert "channel.preferred.submitting.05" in codes
    assert any(code.startswith("journey.") for code in codes)
    assert found["hypothesis_text"].str.len().gt(0).all()


def test_hypotheses_are_verified_by_respondents(done):
    """7: «мероприятия по получению обратной связи с привлечением респондентов для проверки гипотез»:
    18 of 20, 4 of 20, 19 of 20 and 12 of 20 where 60 % was the criterion."""
    verdicts = done["validation"].table("verdicts").set_index("hypothesis_code")["verdict"]
    assert verdicts["Г1"] == "confirmed"
    assert verdicts["Г2"] == "refuted"
    assert verdicts["Г3"] == "confirmed"
    assert verdicts["Г4"] in {"partly", "not_enough"}  # 60 % of 20 says nothing against 60 %


def test_ways_of_verification(done):
    """7: «опросы, глубинные интервью, фокус-группы и иные»."""
    assert {"survey", "interview", "focus_group", "other"} <= set(rec.INSTRUMENTS)
    assert set(done["hypotheses"].table("research_plan")["method"]) <= set(rec.INSTRUMENTS)


def test_every_segment_is_represented_by_a_respondent(done):
    """7: «Каждый клиентский сегмент должен быть представлен, по меньшей мере, одним респондентом»."""
    assert rec.RESPONDENTS_MINIMUM == 1
    assert check(done["validation"], "respondents").outcome == "met"
    counts = (
        done["validation"].table("respondents").groupby("segment_code")["respondents_count"].sum()
    )
    assert counts.to_dict() == {"rural": 20, "town": 20}


def test_a_segment_without_a_respondent_fails_the_check(make_study, raw, texts, run_through):
    """7: «должен»: a hard check, not a warning."""
    raw["answers"] = raw["answers"][raw["answers"]["client_id"].str.startswith("r")]
    results = run_through(make_study(raw, texts), "profiles")
    found = check(results["validation"], "respondents")
    assert found.outcome == "not_met"
    assert found.clause == "7"
    assert "Горожане" in found.details and "Сельские" not in found.details
    status = results["profiles"].table("profiles").set_index("segment_code")["status"]
    assert status["rural"] == "confirmed"
    assert status["town"] not in {"confirmed"}


def test_one_respondent_is_enough(make_study, raw, texts, run_through):
    """7: «по меньшей мере, одним»: one interview represents a segment."""
    answers = raw["answers"]
    rural = answers["client_id"].str.startswith("r")
    raw["answers"] = answers[rural | (answers["client_id"] == "t001")]
    result = run_through(make_study(raw, texts), "validation")["validation"]
    assert check(result, "respondents").outcome == "met"


def test_a_respondent_who_was_asked_several_questions_is_one_respondent(done):
    """7: respondents are persons: two hypotheses a segment, 20 answers each, 20 respondents."""
    respondents = done["validation"].table("respondents")
    assert respondents.set_index(["segment_code", "instrument"])["respondents_count"].to_dict() == {
        ("rural", "survey"): 20, ("town", "survey"): 20,
    }  # fmt: skip


def test_the_criterion_is_fixed_before_the_answers(make_study, raw, texts, run_through):
    """7: a criterion decided after the first answer verifies nothing, and this is said."""
    assert "decided: 2025-02-01" in texts["hypotheses"]
    texts["hypotheses"] = texts["hypotheses"].replace("decided: 2025-02-01", "decided: 2025-05-01")
    found = check(run_through(make_study(raw, texts), "validation")["validation"], "criterion")
    assert found.outcome == "warning"


def test_without_answers_nothing_is_confirmed(make_study, raw, texts, run_through):
    """7: a profile with hypotheses that nobody was asked about is not final."""
    del raw["answers"]
    results = run_through(make_study(raw, texts), "profiles")
    assert set(results["validation"].table("verdicts")["verdict"]) == {"not_verified"}
    assert not results["profiles"].table("profiles")["status"].eq("confirmed").any()


@pytest.mark.parametrize("step", ["hypotheses", "validation"])
def test_checks_name_their_clause(done, step):
    """7: what is checked says by which clause."""
    assert {item.clause for item in done[step].checks} == {"7"}


def test_a_profile_is_final_only_when_nothing_in_it_is_unverified(
    make_study, raw, texts, run_through
):
    """7: one hypothesis nobody was asked about keeps its profile from being final: a hard check."""
    raw["answers"] = raw["answers"][raw["answers"]["hypothesis"] != "Г4"]
    result = run_through(make_study(raw, texts), "profiles")["profiles"]
    status = result.table("profiles").set_index("segment_code")["status"]
    assert status.to_dict() == {"rural": "confirmed", "town": "verification"}
    found = check(result, "profile_status")
    assert (found.outcome, found.clause) == ("not_met", "7")
    assert "Г4" in found.details and "Горожане" in found.details


def test_verdicts_say_how_strong_they_are_and_what_stays_unverified(done):
    """7: a survey alone measures a share; why clients say so is still to be asked in talks."""
    verdicts = done["validation"].table("verdicts").set_index("hypothesis_code")
    assert verdicts.loc["Г1", "strength"] == "moderate"
    assert "Причины не выяснены" in verdicts.loc["Г1", "unverified_text"]
    assert (verdicts["adjusted_p_value"] >= verdicts["p_value"]).all()


def test_a_focus_group_is_one_voice_and_no_replacement_of_a_survey(
    make_study, raw, texts, run_through
):
    """7: «фокус-группы»: twenty participants of one discussion confirm nothing by their number."""
    raw["answers"] = raw["answers"].assign(instrument="фокус-группа", answer="да")
    verdicts = run_through(make_study(raw, texts), "validation")["validation"].table("verdicts")
    assert set(verdicts["verdict"]) == {"not_enough"}
    assert verdicts["talks_for_count"].tolist() == [1, 1, 1, 1]
