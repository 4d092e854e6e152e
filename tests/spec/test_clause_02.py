"""Clause 2: what the terms mean, in numbers."""

from __future__ import annotations

import pandas as pd
import pytest

from client_segments.findings import InputError


def row(result, table, **where):
    """Return the one row of a table that has these values."""
    frame = result.table(table)
    for name, value in where.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1, (table, where, len(frame))
    return frame.iloc[0]


def test_a_segment_is_a_group_alike_by_one_or_several_attributes(done):
    """2(2): «группа клиентов …, которую можно выделить на основании сходств по одному или
    нескольким признакам»."""
    coded = done["attributes"].table("coded_clients")
    placed = done["segments"].table("client_segments")["segment_code"]
    rural = coded[(placed == "rural").to_numpy()]
    assert rural[["age", "place"]].drop_duplicates().values.tolist() == [[2, 2]]
    assert set(coded.loc[(placed == "town").to_numpy(), "place"]) == {1}
    assert len(placed) == 120 and placed.notna().all()  # one client, one segment


def test_capacity_is_the_number_of_distinct_persons(done):
    """2(5): «емкость сегмента - количество лиц, попавших в данный сегмент»."""
    capacity = done["priorities"].table("capacity")
    assert capacity.set_index("segment_code")["clients_count"].to_dict() == {
        "rural": 40, "town": 50, "rest": 30,
    }  # fmt: skip


def test_a_person_in_two_rows_is_one_person(make_study, raw, texts, run_through):
    """2(5): «количество лиц», not of rows: rows repeated by mistake do not add to the capacity."""
    raw["clients"] = pd.concat([raw["clients"], raw["clients"].head(3)])
    results = run_through(make_study(raw, texts), "segments")
    segments = results["segments"].table("segments").set_index("segment_code")
    assert segments["clients_count"].to_dict() == {"rural": 40, "town": 50, "rest": 30}
    said = [finding for finding in results["attributes"].findings if finding.count == 3]
    assert said and "повторяется" in said[0].message


def test_a_person_told_of_in_two_ways_is_asked_about(make_study, raw, texts, run_through):
    """2(5): two different rows of one client cannot both be true: the step stops and says where."""
    other = raw["clients"].head(1).assign(Поселение="город")
    raw["clients"] = pd.concat([raw["clients"], other])
    with pytest.raises(InputError) as caught:
        run_through(make_study(raw, texts), "attributes")
    assert "A122" in str(caught.value)
    assert "r001" in str(caught.value)


def test_capacity_of_ready_counts_is_their_sum_not_the_number_of_rows(
    make_study, raw, texts, run_through
):
    """2(5): a table of counts: 2 rows, 1 681 persons."""
    raw = {
        "clients": pd.DataFrame(
            {
                "Число клиентов": [1000, 681],
                "Возраст": ["70", "40"], "Поселение": ["село", "город"], "Пол": "женский",
                "Льгота": "нет", "Инвалидность": "нет",
            }
        )
    }  # fmt: skip
    only_rules = {name: texts[name] for name in ("attributes", "segments")}
    results = run_through(make_study(raw, only_rules), "priorities")
    capacity = results["priorities"].table("capacity").set_index("segment_code")["clients_count"]
    assert capacity[["rural", "town", "rest"]].tolist() == [1000, 681, 0]


def test_blind_zone_is_the_entitled_who_do_not_apply(done):
    """2(8): «клиенты, имеющие право на государственную услугу или меру государственной поддержки,
    но не обращающиеся за ней»."""
    result = done["priorities"]
    rural = row(result, "blind_zone", segment_code="rural", measure="Выплата")
    assert rural[["entitled_count", "applied_count", "blind_zone_count"]].tolist() == [20, 5, 15]
    assert rural["blind_zone_pct"] == 75
    assert row(result, "blind_zone", segment_code="town", measure="Выплата")["blind_zone_pct"] == 20


def test_a_refused_applicant_is_never_in_the_blind_zone(make_study, raw, texts, run_through, done):
    """2(8): whoever was refused did apply, also where the sender forgot to say so."""
    eligibility = raw["eligibility"]
    before = row(done["priorities"], "blind_zone", segment_code="rural", measure="Выплата")
    assert before["refused_count"] == 3
    refused = eligibility["client_id"].isin(["r006", "r007"])
    eligibility.loc[refused, ["has_applied", "is_refused"]] = ["да", "да"]
    again = run_through(make_study(raw, texts), "priorities")["priorities"]
    after = row(again, "blind_zone", segment_code="rural", measure="Выплата")
    assert after["refused_count"] == 5
    assert after["blind_zone_count"] == before["blind_zone_count"] - 2
    assert after["entitled_count"] == before["entitled_count"]


@pytest.mark.parametrize("direction", ["control", "staff"])
def test_only_services_and_support_have_a_blind_zone(
    make_study, raw, texts, run_through, outcomes, direction
):
    """2(8): «государственную услугу или меру государственной поддержки»: not control, not staff."""
    study = make_study(raw, texts, direction=direction)
    result = run_through(study, "priorities")["priorities"]
    assert result.table("blind_zone").empty
    assert outcomes(result)["blind_zone_data"] == "met"  # not applicable is no lack of data


def test_satisfaction_is_measured_against_expectations(done):
    """2(10): «измеримое восприятие клиентом степени выполнения его ожиданий»."""
    result = done["priorities"]
    rural = row(result, "satisfaction", segment_code="rural", instrument="all")
    assert rural[["answers_count", "satisfied_count"]].tolist() == [20, 10]
    assert rural["satisfaction_pct"] == 50
    # Scores 4 and 2 where 5 was expected: the mean is 2 points of a scale of 4 short.
    assert rural["expectation_gap"] == pytest.approx(-50)
    town = row(result, "satisfaction", segment_code="town", instrument="all")
    assert town["satisfaction_pct"] == 80
    assert town["expectation_gap"] == pytest.approx(100 * (6 * -3) / 30 / 4)


def test_a_refusal_to_answer_is_not_dissatisfaction(make_study, raw, texts, run_through):
    """2(10): only an answer measures; no answer is a state, not a zero."""
    raw["feedback"].loc[raw["feedback"]["client_id"] == "r020", "score"] = None
    result = run_through(make_study(raw, texts), "priorities")["priorities"]
    rural = row(result, "satisfaction", segment_code="rural", instrument="all")
    assert rural[["answers_count", "unanswered_count"]].tolist() == [19, 1]
    assert rural["satisfaction_pct"] == pytest.approx(100 * 10 / 19)


def test_the_journey_goes_from_a_need_to_its_satisfaction(done):
    """2(4): «последовательность действий клиента … от момента возникновения потребностей до
    момента их удовлетворения»: stages in order, and how far the segment's cases come."""
    stages = done["hypotheses"].table("journey_stages")
    rural = stages[stages["segment_code"] == "rural"].set_index("stage_number")
    assert rural.index.is_monotonic_increasing
    assert rural.loc[[4, 6], "reached_count"].tolist() == [20, 8]
    assert rural.loc[6, "reached_pct"] == 40
