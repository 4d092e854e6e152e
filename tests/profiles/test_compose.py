"""Texts of the form's fields, people's edits, replaced forms and the status."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from client_segments import study
from client_segments.decisions import Decision
from client_segments.findings import Findings, InputError
from client_segments.profiles import COMPOSERS, check_form, compose, load_form
from client_segments.profiles.compose import content_of, read_edits, views

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
        ("satisfaction", "доля удовлетворённых 60,0 % (ответов: 100; интервал от 50,2 % до 69,1 %)\n"
                         "средняя оценка 55,0 из 100"),
        # (60 + 240) / 400 = 75 %
        ("satisfaction_gap", "−15,0 п. п. к уровню всех сегментов (75,0 %)"),
        ("problems", "Далеко ехать: 21 упоминание (70,0 %), характерна для сегмента\n"
                     "Долгий ответ: 9 упоминаний (30,0 %)"),
        ("blind_zone", "Все меры: 1 150 человек (от 950 до 1 350); 37,1 % (от 32,8 % до 40,9 %); "
                       "отказы сюда не входят"),
        ("refusals", "Все меры: 150 отказов (7,7 % обратившихся)"),
        ("rank", "1-е место из 2; балл 0,81; место устойчиво: в 90 % испытаний – то же место; "
                 "первое место – в 97,0 % испытаний; выбран для исследования в первую очередь"),
        ("client_actions", "Подача → Решение (по событиям пути, 40 дел)"),
        ("journey_features", "Г2. Бросают дело до решения (опровергнута)\n"
                             "до этапа «Решение» доходят 50,0 % дел сегмента и 80,0 % всех дел"),
        ("channels_informing", "информирование, предпочитаемый: Почта 60,0 %, Госуслуги 40,0 % (ответов: 50)"),
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


def custom_form(rows: str) -> pd.DataFrame:
    lines = [line.split(";") for line in rows.splitlines()]
    return pd.DataFrame(lines, columns=["number", "section", "key", "name", "is_core"])


def test_a_form_of_ones_own_in_another_order_and_with_other_labels(inputs):
    written = custom_form("1;Б;rank;Очередь;1\n2;А;capacity;Сколько их;0\n3;А;mood;Настроение;0")
    form, findings = check_form(written, COMPOSERS, "profile_form.csv")
    fields = compose(inputs, form, {(URBAN, 3): "спокойное"})
    assert fields["field"].tolist() == ["Очередь", "Сколько их", "Настроение"] * 2
    assert values(fields, RURAL)["mood"].startswith("нет данных: поле заполняют люди")
    assert values(fields, URBAN)["mood"] == "спокойное"
    assert [(item.rule, item.found, item.cell) for item in findings] == [
        ("form_key", "mood", "строка 4")
    ]


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ("1;А;rank;Очередь;1\n1;А;capacity;Ёмкость;1", "form_twice"),
        ("1;А;rank;Очередь;1\n2;А;rank;Ещё раз;1", "form_twice"),
        ("первое;А;rank;Очередь;1", "form_value"),
        ("1;А;rank;Очередь;может быть", "form_value"),
    ],
)
def test_a_broken_form_is_refused_in_words(rows, rule):
    with pytest.raises(InputError) as caught:
        check_form(custom_form(rows), COMPOSERS, "profile_form.csv")
    assert [item.rule for item in caught.value.findings] == [rule]


def test_a_form_without_a_column_is_refused():
    with pytest.raises(InputError, match="key"):
        check_form(pd.DataFrame({"number": ["1"]}), COMPOSERS, "profile_form.csv")


def test_the_form_that_comes_with_the_workbook_is_known_to_the_code():
    form, findings = load_form(study.REPOSITORY, COMPOSERS)
    assert list(findings) == []
    assert len(form) == 72


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
