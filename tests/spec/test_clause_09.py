"""Clause 9: the yearly report with profiles and plans, by 31 March."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from client_segments import recommendations as rec
from client_segments import report


@pytest.fixture(scope="module")
def page(done):
    """The text of the report on the study, without markup."""
    opened = done["profiles"].study.authority_year
    result = report.run(opened)
    html = result.files[0].read_text("utf-8")
    body = html[html.index("<body") :]
    body = re.sub(r"<(script|style).*?</\1>", " ", body, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def test_the_report_is_due_by_the_end_of_the_first_quarter():
    """9: «не позднее I квартала года, следующего за годом, в котором формировались профили»."""
    assert rec.report_deadline(2025) == date(2026, 3, 31)
    assert rec.report_deadline(2027) == date(2028, 3, 31)


def test_the_report_names_its_deadline(page):
    """9: «не позднее I квартала»."""
    assert "31.03.2026" in page


def test_the_report_holds_the_profiles(page):
    """9(1): «отчет, содержащий: профили клиентских сегментов»."""
    for name in ("Сельские жители старшего возраста", "Горожане"):
        assert name in page
    assert "Далеко ехать" in page
    assert "Предпочитают выездной приём" in page


def test_the_report_holds_plans_answering_needs_and_problems(page):
    """9(2): «планы по персонализации клиентских путей с учетом выявленных потребностей и проблем
    клиентов»."""
    for text in (
        "Выездной приём по графику",
        "отдел мер поддержки",
        "01.09.2026",
        "Уведомления о ходе дела",
    ):
        assert text in page


def test_a_plan_that_leaves_a_segment_out_is_named(make_study, raw, texts, run_through):
    """9(2): every segment's needs and problems are answered by the plan."""
    texts["plan"] = "".join(texts["plan"].splitlines(keepends=True)[:2])
    result = run_through(make_study(raw, texts), "profiles")["profiles"]
    found = next(item for item in result.checks if item.code == "plan_covers")
    assert found.outcome == "not_met"
    assert "Горожане" in found.details and "Сельские" not in found.details
    assert found.clause == "9(2)"


def test_a_problem_of_the_segment_that_no_measure_answers_is_named(
    make_study, raw, texts, run_through
):
    """9(2): «с учетом выявленных … проблем»: a specific problem without a measure is said."""
    texts["plan"] = texts["plan"].replace("problem: Далеко ехать", "problem: Неудобные часы")
    result = run_through(make_study(raw, texts), "profiles")["profiles"]
    found = next(item for item in result.checks if item.code == "plan_covers")
    assert found.outcome == "warning"
    assert "Далеко ехать" in found.details


@pytest.mark.parametrize(("when", "outcome"), [("2026-03-31", "met"), ("2026-04-01", "not_met")])
def test_profiles_later_than_the_deadline_are_late(
    make_study, raw, texts, run_through, when, outcome
):
    """9: «не позднее»: a hard check."""
    study = make_study(raw, texts)
    path = study.decisions_folder / "plan.yml"
    path.write_text(path.read_text("utf-8").replace("when: 2025-02-01", f"when: {when}"), "utf-8")
    result = run_through(study, "profiles")["profiles"]
    found = next(item for item in result.checks if item.code == "profile_due")
    assert found.outcome == outcome


def test_a_measure_on_a_refuted_hypothesis_breaks_the_chain(make_study, raw, texts, run_through):
    """9(2): problem → hypothesis → verdict → measure → indicator: the break is named."""
    texts["plan"] = texts["plan"].replace("hypothesis: Г1", "hypothesis: Г2")
    result = run_through(make_study(raw, texts), "profiles")["profiles"]
    found = next(item for item in result.checks if item.code == "plan_links")
    assert found.outcome == "warning"
    assert "М1 – мероприятие опирается на опровергнутую гипотезу «Г2»" in found.details


def test_last_year_s_measures_are_followed_up(make_study, raw, texts, run_through):
    """9(2): the plan of last year against this year's blind zone, 75 % of the entitled villagers."""
    study = make_study(raw, texts)
    measure = (
        "who: проверяющий\nwhen: 2024-12-01\nwhy: план\nmeasures:\n"
        "  - {code: М1, segment: rural, measure: Выезды, indicator: слепая зона, metric: blind_zone,"
        " base: 90, target: 60, due: 2025-09-01, state: running}\n"
    )
    path = study.authority_year.folder.parent / "2024" / study.group / "decisions" / "plan.yml"
    path.parent.mkdir(parents=True)
    path.write_text(measure, "utf-8")
    result = run_through(study, "profiles")["profiles"]
    (row,) = result.table("follow_up").to_dict("records")
    assert (row["actual_value"], row["target_value"], row["is_overdue"]) == (75.0, 60.0, True)
    found = next(item for item in result.checks if item.code == "follow_up")
    assert found.outcome == "warning" and "М1" in found.details
