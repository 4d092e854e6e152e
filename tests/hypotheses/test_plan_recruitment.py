"""Order of research, recruitment outside the digital channels, and words beside the numbers."""

import pandas as pd
import pytest

from client_segments.hypotheses.contracts import HYPOTHESES
from client_segments.hypotheses.plan import SegmentFacts, compute_research_plan, offline_access
from client_segments.hypotheses.plan.checks import size_check
from client_segments.hypotheses.plan.shows import Sample, limits_text, shows_text
from client_segments.steps import Outcome

CHANNELS = pd.DataFrame({"code": ["01", "03", "06"], "is_digital": [True, False, False]})


def mention(speaker, kind, code, weight=1, segment="old"):
    names = {"01": "ЕПГУ", "03": "МФЦ", "06": "телефон"}
    return dict(speaker=speaker, kind=kind, item_code=code, item_name=names[code], weight=weight,
                segment_code=segment)  # fmt: skip


def values(*rows):
    columns = ["segment_code", "attribute_name", "value_code", "value_name", "clients_count", "share_pct"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


NO_VALUES = values()


def access(mentions, segment_values=NO_VALUES):
    frame = pd.DataFrame(mentions) if mentions else None
    return offline_access(frame, CHANNELS, segment_values, ["old"])["old"]


def test_who_uses_one_digital_channel_is_not_outside():
    found = access(
        [mention("a", "used", "03"), mention("a", "used", "01"), mention("b", "used", "03"),
         mention("c", "used", "06", 2), mention("d", "preferred", "06")]
    )  # fmt: skip
    assert found.offline_pct == pytest.approx(75)  # b and the two of c, of four
    assert found.answers_count == 4
    assert found.places == (("МФЦ", 2), ("телефон", 2))
    assert found.offline_count(8) == 6
    assert found.places_text(8) == "МФЦ – 3, телефон – 3"
    assert "75 %" in found.text(8).replace("\u00a0", " ")


def test_a_channel_that_the_segment_does_not_accept_is_no_place():
    found = access(
        [mention("a", "used", "03"), mention("b", "used", "06"), mention("a", "unacceptable", "06"),
         mention("c", "unacceptable", "06")]
    )  # fmt: skip
    assert [name for name, _count in found.places] == ["МФЦ"]


def test_an_attribute_of_the_internet_counts_where_channels_see_nobody():
    found = access(
        [mention("a", "used", "01")],
        values(("old", "Доступ к интернету", 1, "есть", 60, 60.0),
               ("old", "Доступ к интернету", 2, "нет доступа", 40, 40.0)),
    )  # fmt: skip
    assert (found.channel_pct, found.internet_pct, found.offline_pct) == (0, 40, 40)
    assert found.offline_count(10) == 4
    assert found.places_text(10) == ""
    assert "с выездом" in found.text(10)


def test_the_few_outside_are_not_lost_and_no_data_is_no_zero():
    few = access([mention(f"u{n}", "used", "01") for n in range(60)] + [mention("x", "used", "03")])
    assert few.offline_count(8) == 1
    assert few.offline_count(1) == 0
    unknown = access(None)
    assert unknown.offline_pct is None
    assert unknown.offline_count(8) is None
    assert "нет" in unknown.text(8)


def hypotheses(*rows):
    frame = pd.DataFrame(rows, columns=["hypothesis_code", "segment_code", "method", "respondents_planned_count"])  # fmt: skip
    constant = dict(kind="channel", hypothesis_text="Т", status="accepted", criterion_pct=60.0)
    return HYPOTHESES.conform(frame.reindex(columns=HYPOTHESES.column_names).assign(**constant))


FACTS = {"a": SegmentFacts(1000), "b": SegmentFacts(1), "c": SegmentFacts(500)}


def test_priorities_order_the_research_and_people_come_before_the_score():
    priorities = pd.DataFrame(
        {"segment_code": ["b", "a", "c"], "rank": [1, 2, 3], "is_chosen": [False, False, True]}
    )
    plan = compute_research_plan(hypotheses(("Г1", "a", "survey", 88)), FACTS, priorities)
    assert plan["segment_code"].tolist() == ["c", "b", "a"]
    assert plan["order_number"].tolist() == [1, 2, 3]
    assert plan["is_first"].tolist() == [True, False, False]
    without = compute_research_plan(hypotheses(("Г1", "a", "survey", 88)), FACTS)
    assert without["segment_code"].tolist() == list(FACTS)


def test_every_segment_has_a_respondent_and_one_client_is_one_respondent():
    plan = compute_research_plan(hypotheses(("Г1", "b", "survey", 1)), FACTS)
    counts = plan.set_index("segment_code")["respondents_count"]
    assert counts.to_dict() == {"a": 1, "b": 1, "c": 1}
    assert "всех клиентов" in plan.set_index("segment_code").loc["b", "shows_text"]


def plain(text):
    return text.replace("\u00a0", " ")


def test_what_a_sample_shows_is_said_beside_it():
    talks = Sample("interview", 8, 10**9, 60.0, 1)
    assert plain(shows_text(talks)).startswith(
        "8 бесед: если проблема есть хотя бы у 31,3 % клиентов"
    )
    assert "не меньше 8 бесед" not in plain(limits_text(talks))
    few = Sample("interview", 5, 10**9, 60.0, 1)
    assert "не меньше 8 бесед" in plain(limits_text(few))
    survey = Sample("survey", 45, 10**9, 60.0, 1)
    assert "не более ±14,7 п. п." in plain(shows_text(survey))
    power = round(survey.power_pct)
    assert f"Отличит 80 % от 60 % с вероятностью {power} %" in plain(shows_text(survey))
    assert "нужно больше: 97 респондентов" in plain(limits_text(survey))
    assert "один голос" in limits_text(Sample("focus_group", 8, 500, 60.0, 1))
    assert "100 %" in plain(limits_text(Sample("survey", 45, 10**9, 100.0, 1)))
    assert plain(shows_text(Sample("focus_group", 8, 500))).startswith("Фокус-группа, 8 участников")


def test_a_survey_too_small_is_told_by_the_check():
    names = {"a": "Первый", "b": "Второй", "c": "Третий"}
    small = compute_research_plan(hypotheses(("Г1", "a", "survey", 20)), FACTS)
    enough = compute_research_plan(hypotheses(("Г1", "a", "survey", 88)), FACTS)
    talks = compute_research_plan(hypotheses(("Г1", "a", "interview", 5)), FACTS)
    found = [size_check(plan, names) for plan in (small, enough, talks)]
    assert [check.outcome for check in found] == [Outcome.WARNING, Outcome.MET, Outcome.NO_DATA]
    assert "Первый" in found[0].details
