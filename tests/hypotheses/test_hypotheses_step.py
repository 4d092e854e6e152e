"""Step 4 as a whole: a planted difference from files to tables, and work without data."""

import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, hypotheses, segments
from client_segments.findings import InputError
from client_segments.steps import Outcome

ATTRIBUTES = """attributes:
  - {code: age, name: Возраст, role: forming, values: [молодые, пожилые], sources: 2, basis: форма}
"""
SEGMENTS = """method: rules
segments:
  - {code: old, name: Пожилые, rule: {attribute: age, in: [пожилые]}}
  - {code: young, name: Молодые, rule: {attribute: age, in: [молодые]}}
"""
CATALOGUE = {
    "authorities": "code,name\nauthority,Орган\n",
    "stages": "direction_group,number,name\nservices,4,Подача заявления\nservices,6,Решение\n",
    "channels": "code,name,is_digital\n01,ЕПГУ,1\n04,личный приём,0\n",
}
COUNT = 300


def clients():
    ages = np.where(np.arange(COUNT) % 3 == 0, "пожилые", "молодые")
    return pd.DataFrame({"client_id": [f"c{n}" for n in range(COUNT)], "Возраст": ages})


def channels():
    """The old prefer personal reception: 80 % against 20 %."""
    numbers = np.arange(COUNT)
    is_personal = np.where(numbers % 3 == 0, numbers % 5 != 0, numbers % 5 == 0)
    return pd.DataFrame(
        {
            "client_id": [f"c{n}" for n in numbers],
            "use": "подача",
            "kind": "предпочитаемый",
            "channel": np.where(is_personal, "личный прием", "1"),
        }
    )


def journey():
    """The old reach a decision in a half of cases, the young always; one case of a stranger."""
    rows = []
    for number in range(COUNT):
        rows.append((f"c{number}", f"d{number}", "4", "01.03.2025 10:00", None))
        if number % 6:
            rows.append((f"c{number}", f"d{number}", "Решение", "04.03.2025 10:00", "granted"))
    rows.append(("stranger", "d", "4", "01.03.2025", None))
    return pd.DataFrame(rows, columns=["client_id", "case_id", "stage", "event_time", "outcome"])


def problems():
    return pd.DataFrame(
        {
            "client_id": [f"c{n}" for n in range(30)],
            "problem_source": "жалоба",
            "problem": ["Очереди", "Отказ"] * 15,
        }
    )


@pytest.fixture
def run(make_study, at_step):
    def run_step(raw, decision=None):
        files = {"attributes": ATTRIBUTES, "segments": SEGMENTS}
        if decision:
            files["hypotheses"] = decision
        study = make_study({"clients": clients(), **raw}, files)
        folder = study.root / "data" / "catalogue"
        folder.mkdir(exist_ok=True)
        for name, text in CATALOGUE.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        attributes.run(study)
        segments.run(at_step(study, "segments"))
        return hypotheses.run(at_step(study, "hypotheses"))

    return run_step


def outcomes(result):
    return {check.code: check.outcome for check in result.checks}


def test_planted_differences_go_from_files_to_tables(run):
    decision = "hypotheses:\n  - {code: Г1, segment: old, proposal: channel.preferred.submitting.04, criterion_pct: 60}\n"
    result = run({"channels": channels(), "journey": journey(), "problems": problems()}, decision)
    proposals = result.table("proposals").set_index(["segment_code", "proposal_code"])
    personal = proposals.loc[("old", "channel.preferred.submitting.04")]
    assert personal["is_supported"]
    assert (personal["segment_pct"], personal["others_pct"]) == pytest.approx((80, 20))
    assert proposals.loc[("old", "journey.reached.6"), "difference_pct"] == pytest.approx(-50)
    assert not proposals.loc[("old", "problem.очереди"), "is_supported"]
    # Everybody begins at stage 4, and every known outcome is one: nothing to compare.
    assert ("old", "journey.reached.4") not in proposals.index
    assert ("old", "journey.outcome.granted") not in proposals.index
    stages = result.table("journey_stages").set_index(["segment_code", "stage_number"])
    assert stages.loc[("all", 4), "cases_count"] == COUNT + 1
    assert stages.loc[("young", 4), "median_days_to_next"] == 3
    accepted = result.table("hypotheses").iloc[0]
    assert accepted["hypothesis_text"] == personal["hypothesis_text"]
    assert outcomes(result)["channels_data"] is Outcome.MET
    assert outcomes(result)["journey_hypotheses"] is Outcome.WARNING
    assert {finding.rule for finding in result.findings} >= {"unknown_client"}


@pytest.mark.parametrize("raw", [{}, {"channels": channels()}, {"problems": problems()}])
def test_missing_sources_are_said_and_the_step_goes_on(run, raw):
    result = run(raw)
    for name in ("journey", "channels", "problems"):
        expected = Outcome.MET if name in raw else Outcome.NO_DATA
        assert outcomes(result)[f"{name}_data"] is expected
    assert result.table("proposals").empty != bool(raw)
    assert result.table("research_plan")["respondents_count"].tolist() == [1, 1]
    for figure in (
        hypotheses.journey_chart(result),
        hypotheses.journey_chart(result, "old"),
        hypotheses.channels_chart(result),
        hypotheses.proposals_chart(result),
    ):
        assert figure.layout.meta["description"]


def test_charts_show_the_numbers_of_the_tables(run):
    result = run({"channels": channels(), "journey": journey()})
    heat = hypotheses.channels_chart(result).data[0]
    shares = result.table("channel_shares")
    assert sorted(value for row in heat.z for value in row) == sorted(shares["share_pct"])
    dots = hypotheses.proposals_chart(result).data[0]
    shown = hypotheses.leading(result.table("proposals"))
    shown = shown[shown["test"] == "shares"]
    assert sorted(dots.x) == pytest.approx(sorted(shown["effect"]))
    assert "80,0" in str(dots.customdata)


def test_a_mistake_in_the_decision_stops_the_step_with_its_line(run):
    with pytest.raises(InputError, match=r"hypotheses\.yml, строка 5"):
        run({}, "hypotheses:\n  - {code: Г1, segment: нет, kind: путь, text: Т}\n")


def test_rows_without_clients_are_placed_by_their_attributes_and_counted(run):
    rows = [
        ("пожилые", "04", 80),
        ("пожилые", "01", 20),
        ("молодые", "04", 40),
        ("молодые", "01", 160),
    ]
    frame = pd.DataFrame(rows, columns=["Возраст", "channel", "answers_count"]).assign(
        use="подача", kind="предпочитаемый"
    )
    result = run({"channels": frame})
    personal = result.table("proposals").iloc[0]
    assert (personal["hits_count"], personal["total_count"]) == (80, 100)
    assert (personal["others_hits_count"], personal["others_total_count"]) == (40, 200)


def test_suggestions_tell_one_phenomenon_once_and_nothing_decided_again(run):
    raw = {"channels": channels(), "journey": journey()}
    result = run(raw)
    suggested = hypotheses.suggest_records(result.table("proposals"), result.table("hypotheses"))
    # Two channels of one use mirror each other: one record a segment; one more for the stages.
    assert [(record["code"], record["segment"], record["kind"]) for record in suggested] == [
        ("Г1", "old", "channel"), ("Г2", "old", "journey"),
        ("Г3", "young", "channel"), ("Г4", "young", "journey"),
    ]  # fmt: skip
    lines = "".join(
        f"  - {{code: {r['code']}, segment: {r['segment']}, proposal: {r['proposal']}, criterion_pct: 50}}\n"
        for r in suggested[:2]
    )
    result = run(raw, f"hypotheses:\n{lines}")
    left = hypotheses.suggest_records(result.table("proposals"), result.table("hypotheses"))
    assert [(record["code"], record["segment"]) for record in left] == [
        ("Г3", "young"),
        ("Г4", "young"),
    ]
