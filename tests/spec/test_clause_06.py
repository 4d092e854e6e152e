"""Clause 6: grouping, holistic images, and which segments to research first."""

from __future__ import annotations

import pandas as pd
import pytest

from client_segments import recommendations as rec
from client_segments.findings import InputError

CRITERIA_TABLES = {
    "satisfaction": "feedback",
    "problem_uniqueness": "problems",
    "blind_zone": "eligibility",
}


def test_clients_are_grouped_by_the_list(done):
    """6: «На основании перечня признаков сегментации клиентов проводится их группировка»."""
    segments = done["segments"].table("segments").set_index("segment_code")
    assert segments["clients_count"].to_dict() == {"rural": 40, "town": 50, "rest": 30}
    assert segments["share_pct"].sum() == pytest.approx(100)


def test_every_segment_has_a_holistic_image(done):
    """6: «составляется "целостный" образ каждого клиентского сегмента»."""
    images = done["segments"].table("images").set_index("segment_code")["image_text"]
    assert {"rural", "town"} <= set(images.index)
    assert "Сельские жители старшего возраста" in images["rural"]
    assert "65 и более" in images["rural"] and "село" in images["rural"]
    assert "40" in images["rural"]


def test_main_parameters_are_capacity_and_satisfaction():
    """6(1): «основные параметры: емкость сегмента …; уровень удовлетворенности»."""
    assert [item.name for item in rec.CRITERIA if item.is_main] == ["capacity", "satisfaction"]


def test_additional_parameters_are_uniqueness_of_problems_and_blind_zone():
    """6(2): «дополнительные параметры: уникальность проблем …; слепая зона»."""
    names = [item.name for item in rec.CRITERIA if not item.is_main]
    assert names == ["problem_uniqueness", "blind_zone"]


def test_sources_permitted_for_each_parameter():
    """6: «источники: внутренняя статистика органа власти, данные Федеральной службы
    государственной статистики», «опросы, глубинные интервью, фокус-группы, отзывы», «жалобы,
    глубинные интервью, открытые источники», «внутренняя статистика»."""
    assert set(rec.INSTRUMENTS) == {"survey", "interview", "focus_group", "review", "other"}
    assert set(rec.PROBLEM_SOURCES) == {"complaint", "interview", "open_source"}
    sources = {item.name: item.sources for item in rec.CRITERIA}
    assert sources["capacity"] == "внутренняя статистика, Росстат"
    assert sources["blind_zone"] == "внутренняя статистика"


def test_a_problem_from_a_source_that_is_not_permitted_is_refused(
    make_study, raw, texts, run_through
):
    """6(2): problems come from complaints, interviews and open sources, not from hearsay."""
    raw["problems"].loc[0, "problem_source"] = "слухи"
    with pytest.raises(InputError) as caught:
        run_through(make_study(raw, texts), "priorities")
    text = str(caught.value)
    assert "слухи" in text and "problems.csv" in text and "B2" in text


def test_each_instrument_of_satisfaction_is_kept_apart(make_study, raw, texts, run_through):
    """6(1): «результаты опросов, результаты глубинных интервью, результаты фокус-группы, отзывы»."""
    words = ["опрос", "глубинное интервью", "фокус-группа", "отзыв"]
    raw["feedback"]["instrument"] = [words[row % 4] for row in range(len(raw["feedback"]))]
    table = run_through(make_study(raw, texts), "priorities")["priorities"].table("satisfaction")
    rural = table[table["segment_code"] == "rural"].set_index("instrument")["answers_count"]
    assert rural.to_dict() == {
        "all": 20, "survey": 5, "interview": 5, "focus_group": 5, "review": 5,
    }  # fmt: skip


def test_a_main_parameter_weighs_more_than_an_additional_one(make_study, raw, texts, run_through):
    """6: where nobody decided, main parameters stand above additional ones."""
    del texts["weights"]
    table = run_through(make_study(raw, texts), "priorities")["priorities"].table("priorities")
    row = table.set_index("segment_code").loc["rural"]
    scores = [row[f"{item.name}_score"] for item in rec.CRITERIA]
    assert row["score"] == pytest.approx(
        sum(weight * score for weight, score in zip([0.35, 0.35, 0.15, 0.15], scores, strict=True))
    )


def test_lower_satisfaction_larger_capacity_and_blind_zone_are_more_urgent(done):
    """6: «какие клиентские сегменты необходимо исследовать в первую очередь»."""
    table = done["priorities"].table("priorities").set_index("segment_code")
    assert table.loc["town", "capacity_score"] > table.loc["rural", "capacity_score"]
    assert table.loc["rural", "satisfaction_score"] > table.loc["town", "satisfaction_score"]
    assert table.loc["rural", "blind_zone_score"] > table.loc["town", "blind_zone_score"]
    assert table["rank"].tolist() == [1, 2]
    assert table.index.tolist() == ["rural", "town"]  # the rest is not researched


def test_problems_of_their_own_make_a_segment_unique(done):
    """6(2): «уникальность проблем»."""
    problems = done["priorities"].table("problems")
    own = problems[(problems["segment_code"] == "rural") & problems["is_specific"].astype(bool)]
    assert own["problem"].tolist() == ["Далеко ехать"]
    uniqueness = done["priorities"].table("problem_uniqueness")["problem_uniqueness"]
    assert uniqueness.between(0, 1).all()


@pytest.mark.parametrize("criterion", CRITERIA_TABLES)
def test_a_missing_parameter_is_left_out_reweighted_and_said(
    make_study, raw, texts, run_through, outcomes, criterion
):
    """6: a parameter without a source is no zero: its weight goes to the others, and it is said."""
    del raw[CRITERIA_TABLES[criterion]]
    result = run_through(make_study(raw, texts), "priorities")["priorities"]
    table = result.table("priorities")
    weights = {
        "capacity": 0.35,
        "satisfaction": 0.35,
        "problem_uniqueness": 0.15,
        "blind_zone": 0.15,
    }
    left = {name: weight for name, weight in weights.items() if name != criterion}
    assert table[f"{criterion}_score"].isna().all()
    expected = sum(weight * table[f"{name}_score"] for name, weight in left.items()) / sum(
        left.values()
    )
    pd.testing.assert_series_equal(table["score"], expected, check_names=False)
    label = next(item.label for item in rec.CRITERIA if item.name == criterion)
    assert (table["missing_criteria"] == label).all()
    assert outcomes(result)[f"{criterion}_data"] == "no_data"
    main = outcomes(result)["main_criteria"]
    assert main == ("not_met" if criterion == "satisfaction" else "met")


def test_official_statistics_give_the_capacity_where_they_are_known(
    make_study, raw, texts, run_through
):
    """6(1): «данные Федеральной службы государственной статистики»."""
    raw["population"] = pd.DataFrame(
        {
            "Возраст": ["70", "70", "40", "40"], "Поселение": ["село", "город", "село", "город"],
            "people_count": [8000, 2000, 10_000, 30_000], "source": "Росстат", "as_of_date": "01.01.2025",
        }
    )  # fmt: skip
    extra = raw["clients"].iloc[[50]].assign(client_id="t900", Возраст="70")
    raw["clients"] = pd.concat([raw["clients"], extra])
    table = run_through(make_study(raw, texts), "priorities")["priorities"].table("capacity")
    table = table.set_index("segment_code")
    assert table["population_count"].to_dict() == {"rural": 8000, "town": 32_000, "rest": 10_000}
    assert table["clients_count"].to_dict() == {"rural": 40, "town": 51, "rest": 30}
    assert table["source"].str.contains("Росстат").all()


def test_people_decide_what_is_researched_first(make_study, raw, texts, run_through):
    """6: the ranking advises; «определяется» by people, and a difference is said."""
    texts["weights"] = texts["weights"].replace("[rural]", "[town]")
    result = run_through(make_study(raw, texts), "priorities")["priorities"]
    chosen = result.table("priorities").set_index("segment_code")["is_chosen"]
    assert chosen.to_dict() == {"rural": False, "town": True}
    said = next(check for check in result.checks if check.code == "research_first")
    assert said.outcome == "warning"
    assert "Сельские жители старшего возраста" in said.details
