"""Texts of the form's fields, people's edits, replaced forms and the status."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace

import pandas as pd
import pytest

from client_segments.decisions import Decision
from client_segments.findings import Findings
from client_segments.profiles import compose
from client_segments.profiles.compose import content_of, read_edits, views
from client_segments.profiles.composers import COMPOSERS, REGISTER_KEYS
from client_segments.profiles.remedies import REMEDIES

RURAL, URBAN = "rural", "urban"
NBSP = "\u00a0"


def values(fields: pd.DataFrame, segment: str) -> dict[str, str]:
    own = fields[fields["segment_code"] == segment]
    return dict(zip(own["field_key"], own["value_text"].str.replace(NBSP, " "), strict=True))


def filled(fields: pd.DataFrame, segment: str) -> dict[str, bool]:
    own = fields[fields["segment_code"] == segment]
    return dict(zip(own["field_key"], own["is_filled"], strict=True))


@pytest.fixture
def texts(inputs, form):
    return values(compose(inputs, form, {}), RURAL)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("direction", "2. меры государственной поддержки"),
        ("report_due", "31.03.2026"),
        ("attributes", "Место жительства – село\nИнвалидность – есть"),
        ("special_attributes", "да: Инвалидность"),
        ("capacity", "4 200 человек (от 3 600 до 4 900); по данным органа – 1 200 человек; "
                     "метод: взвешивание; источник: Росстат"),
        ("satisfaction", "доля удовлетворённых 60,0 % (ответов: 100; 95 %-й интервал от 50,2 % до 69,1 %)\n"
                         "средняя оценка 55,0 из 100"),
        # (60 + 240) / 400 = 75 %
        ("satisfaction_gap", "−15,0 п. п. к уровню всех сегментов (75,0 %)"),
        ("problems", "Далеко ехать: 21 упоминание (70,0 %), характерна для сегмента\n"
                     "Долгий ответ: 9 упоминаний (30,0 %)"),
        ("blind_zone", "Все меры: 1 150 человек (от 950 до 1 350; границы оценки); 37,1 % (от 32,8 % "
                       "до 40,9 %; 95 %-й интервал при крайних значениях оценки); "
                       "отказы сюда не входят"),
        ("refusals", "Все меры: 150 отказов (7,7 % обратившихся)"),
        ("rank", "1-е место из 2; балл 0,81; место устойчиво: в 90 % испытаний – то же место; "
                 "первое место – в 97,0 % испытаний; выбран для исследования в первую очередь"),
        ("client_actions", "Подача → Решение (по событиям пути, 40 дел)"),
        ("journey_features", "Г2. Бросают дело до решения (опровергнута)\n"
                             "до этапа «Решение» доходят 50,0 % дел сегмента и 80,0 % всех дел"),
        ("channels_informing", "информирование, предпочитаемый: Почта 60,0 %; Госуслуги 40,0 % (ответов: 50)"),
        ("channels_preferred", "подача, предпочитаемый: МФЦ 100,0 % (ответов: 50)"),
        ("hypotheses", "Г1. Узнают о мере от почтальона (канал)\nГ2. Бросают дело до решения (путь)"),
        ("verdicts", "Г1. подтверждена\nГ2. опровергнута"),
        ("respondents", "опрос: 30"),
        ("plan_indicators", "М1. Слепая зона, %: 37,1 → 25"),
        ("plan_priorities", "М1. 20 (влияние 5 × осуществимость 4)"),
        ("stage_problems", "Подача: далеко ехать"),
    ],
)  # fmt: skip
def test_field_text(texts, key, expected):
    assert texts[key] == expected


def test_missing_data_is_said_and_not_filled(inputs, form):
    fields = compose(inputs, form, {})
    assert values(fields, URBAN)["problems"].startswith("нет данных: ")
    assert not filled(fields, URBAN)["problems"]
    assert not filled(fields, URBAN)["respondents"]
    assert filled(fields, URBAN)["capacity"]
    assert values(fields, URBAN)["capacity"].startswith("601 человек;")


def test_an_empty_field_says_what_to_do(inputs, form):
    fields = compose(inputs, form, {})
    empty = fields[~fields["is_filled"] & ~fields["field_key"].isin(REGISTER_KEYS)]
    assert len(empty) > 20
    assert empty["value_text"].str.contains("Что сделать: ").all()
    assert set(REMEDIES) <= set(COMPOSERS)  # no advice for a field that does not exist


def test_a_need_that_nobody_wrote_is_drafted_and_stays_empty(inputs, form):
    without = dataclasses.replace(inputs, measures=inputs.measures.iloc[:0])
    fields = compose(without, form, {})
    text = values(fields, RURAL)["needs"]
    assert not filled(fields, RURAL)["needs"]
    assert "Как клиенту сегмента «Сельские жители», мне нужно" in text
    assert "Далеко ехать" in text and "черновики" in text


def test_a_criterion_that_changed_says_what_it_was(inputs, form):
    changed = inputs.hypotheses.assign(criterion_history="70 % до 05.11.2025")
    text = values(compose(dataclasses.replace(inputs, hypotheses=changed), form, {}), RURAL)
    assert "прежде было 70 % до 05.11.2025" in text["criteria"]


def test_problems_stand_at_the_stages_where_clients_named_them(inputs, form):
    places = pd.DataFrame(
        [(RURAL, 1, "Подача", "Далеко ехать", 9), (RURAL, 2, "Решение", "Долгий ответ", 4)],
        columns=["segment_code", "stage_number", "stage", "problem", "problems_count"],
    )
    text = values(compose(dataclasses.replace(inputs, problem_places=places), form, {}), RURAL)
    # The plan names the same problem at the same stage: it is told once.
    first, second = text["stage_problems"].splitlines()
    assert first.casefold().startswith("подача: далеко ехать")
    assert second.startswith("Решение: Долгий ответ")


def test_rest_has_no_profile_and_every_other_segment_has_every_field(inputs, form):
    fields = compose(inputs, form, {})
    counts = fields.groupby("segment_code", sort=False).size()
    assert counts.to_dict() == {RURAL: len(form), URBAN: len(form)}


def test_no_field_shows_what_python_calls_missing(inputs, form):
    words = " ".join(compose(inputs, form, {})["value_text"])
    assert not [mark for mark in ("nan", "None", "<NA>", "NaT", "inf") if mark in words]


def test_no_blind_zone_where_nobody_is_entitled(inputs, form, group):
    control = dataclasses.replace(inputs, group=dataclasses.replace(group, direction="control"))
    assert values(compose(control, form, {}), RURAL)["blind_zone"].startswith("не применяется")


def test_people_text_stands_in_place_of_the_composed_one(inputs, form):
    number = int(form.loc[form["key"] == "capacity", "number"].iloc[0])
    fields = compose(inputs, form, {(RURAL, number): "пять тысяч"})
    row = fields[(fields["segment_code"] == RURAL) & (fields["field_key"] == "capacity")].iloc[0]
    assert (row["value_text"], row["is_edited"], row["is_filled"]) == ("пять тысяч", True, True)
    assert fields["is_edited"].sum() == 1


def test_edits_for_nothing_are_found():
    decision = Decision(
        "profiles", "profiles.yml",
        {"fields": [
            {"segment": "rural", "field": "1", "text": "текст"},
            {"segment": "moon", "field": "1", "text": "текст"},
            {"segment": "rural", "field": "99", "text": "текст"},
            {"segment": "Rural ", "field": "1", "text": "другой"},
        ]},
        {}, Findings(),
    )  # fmt: skip
    form = pd.DataFrame({"number": [1, 2]})
    edits, findings = read_edits(decision, form, [RURAL])
    assert edits == {("rural", 1): "текст"}
    assert [item.rule for item in findings] == ["edit_segment", "edit_field", "edit_twice"]


@pytest.mark.parametrize(
    ("accepted", "verdicts", "respondents", "status"),
    [
        (0, {}, 0, "draft"),
        (2, {}, 0, "hypothesis"),
        (2, {"Г1": "not_verified", "Г2": "not_verified"}, 5, "hypothesis"),
        (2, {"Г1": "confirmed"}, 5, "verification"),
        (2, {"Г1": "confirmed", "Г2": "not_verified"}, 5, "verification"),
        (2, {"Г1": "confirmed", "Г2": "refuted"}, 0, "verification"),
        (2, {"Г1": "confirmed", "Г2": "refuted"}, 1, "confirmed"),
        (2, {"Г1": "not_enough", "Г2": "partly"}, 1, "confirmed"),
    ],
)
def test_status_follows_from_the_facts(inputs, accepted, verdicts, respondents, status):
    hypotheses = inputs.hypotheses.assign(
        status=["accepted"] * accepted + ["rejected"] * (3 - accepted)
    )
    known = inputs.verdicts[inputs.verdicts["hypothesis_code"].isin(verdicts)]
    known = known.assign(verdict=known["hypothesis_code"].map(verdicts))
    changed = dataclasses.replace(
        inputs, hypotheses=hypotheses, verdicts=known,
        respondents=inputs.respondents.assign(respondents_count=respondents),
    )  # fmt: skip
    assert views(changed)[0].status == status


def test_content_does_not_depend_on_the_order_of_rows(inputs, form):
    shuffled = dataclasses.replace(
        inputs,
        **{
            name: getattr(inputs, name).iloc[::-1].reset_index(drop=True)
            for name in ("problems", "channel_shares", "attributes", "priorities", "capacity")
        },
    )
    for straight, other in zip(views(inputs), views(shuffled), strict=True):
        assert content_of(straight, compose(inputs, form, {})) == content_of(
            other, compose(shuffled, form, {})
        )


@pytest.mark.parametrize("ending", ["_count", "_pct", "_code"])
def test_hidden_numbers_leave_no_trace_and_no_error(inputs, form, ending):
    """Protected tables have holes where a small number was."""
    holed = {}
    for item in dataclasses.fields(inputs):
        frame = getattr(inputs, item.name)
        if isinstance(frame, pd.DataFrame):
            hidden = [
                column for column in frame.columns
                if column.endswith(ending) and pd.api.types.is_numeric_dtype(frame[column])
            ]  # fmt: skip
            holes = {column: frame[column].mask(frame[column].notna()) for column in hidden}
            holed[item.name] = frame.assign(**holes)
    fields = compose(dataclasses.replace(inputs, **holed, is_protected=True), form, {})
    words = " ".join(fields["value_text"])
    assert not [mark for mark in ("nan", "None", "<NA>", "NaT") if mark in words]
    assert values(fields, RURAL)["small_numbers"].startswith("да")


def test_a_shared_profile_says_fewer_than_six_and_never_a_midpoint(inputs, form):
    plan = inputs.research_plan.assign(respondents_count=3)
    stages = inputs.journey_stages.assign(reached_count=3)
    few = replace(inputs, research_plan=plan, journey_stages=stages)
    inside = values(compose(few, form, {}), RURAL)
    shared = values(compose(replace(few, is_protected=True), form, {}), RURAL)
    assert "3 респондента" in inside["methods"] and "(3 из" in inside["stage_shares"]
    assert "менее 6 респондентов" in shared["methods"] and "(менее 6 из" in shared["stage_shares"]


def test_what_is_kept_back_by_rule_has_a_reason_and_nothing_to_do(inputs, form):
    shared = compose(replace(inputs, is_protected=True), form, {})
    texts, is_filled = values(shared, RURAL), filled(shared, RURAL)
    for key in ("segment_code", "expectations"):
        assert not is_filled[key] and texts[key].startswith("нет данных: ")
        assert "Что сделать" not in texts[key]
    assert RURAL not in " ".join(texts.values())


def test_what_to_do_names_no_file_and_no_table_in_latin_letters():
    assert not [text for text in REMEDIES.values() if re.search("[A-Za-z]", text)]


def test_indices_of_experience_stand_beside_satisfaction(inputs, form):
    row = dict(
        segment_code=RURAL, index_code="nps", answers_count=343, unanswered_count=19,
        index_value=-11.953, low_value=-20.314, high_value=-3.592, scale="от −100 до 100", note=None,
    )  # fmt: skip
    empty = row | {"segment_code": URBAN, "index_value": None}
    told = replace(inputs, satisfaction_indices=pd.DataFrame([row, empty]))
    lines = (
        values(compose(told, form, {}), RURAL)["satisfaction"].replace("\u00a0", " ").split("\n")
    )
    assert lines[-1] == (
        "NPS, готовность рекомендовать: −12,0 (ответов: 343; 95 %-й интервал от −20,3 до −3,6; "
        "шкала: от −100 до 100)"
    )
    assert "NPS" not in values(compose(told, form, {}), URBAN)["satisfaction"]


def test_what_bounds_are_is_said(inputs, form):
    capacity = inputs.capacity.assign(interval_kind="точные границы по распределениям")
    told = values(compose(replace(inputs, capacity=capacity), form, {}), RURAL)["capacity"]
    assert "(от 3 600 до 4 900; точные границы по распределениям)" in told
