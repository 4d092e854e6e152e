"""Step 1: coding of values, the decided and the proposed list, the checks of clause 5."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from client_segments import attributes
from client_segments.attributes import Attribute, Coder
from client_segments.attributes.coding import bin_labels
from client_segments.findings import InputError

CLIENTS = pd.DataFrame(
    {
        "Идентификатор клиента": [f"{number:03d}" for number in range(1, 9)],
        "Возраст": ["20", "34", "35", "64", "65", "", "90", "20,0"],
        "Тип поселения": ["Село", "село ", "город", "Cело", "город", "город", "", "Город"],
        "Пол": ["ж", "м", "ж", "м", "ж", "м", "ж", "м"],
    }
)
LIST = """\
attributes:
  - {code: age, name: Возраст, role: forming, sources: [2], basis: форма, bins: [35, 65]}
  - {code: place, name: Тип поселения, role: forming, sources: ["2", "5"], special: да, values: [город, село]}
  - {code: sex, name: Пол, sources: 2, basis: форма}
"""


def test_values_are_counted_once_however_written(make_study):
    result = attributes.run(make_study({"clients": CLIENTS}, {"attributes": LIST}))
    values = result.table("attribute_values")
    counts = values.set_index(["attribute_code", "value_name"])["clients_count"]
    assert counts["place"].to_dict() == {"нет данных": 1, "город": 4, "село": 3}
    assert counts["age"].to_dict() == {"нет данных": 1, "до 35": 3, "35–64": 2, "65 и более": 2}
    shares = values.groupby("attribute_code")["share_pct"].sum()
    assert shares.tolist() == pytest.approx([100, 100, 100])
    spelt = values.loc[values["value_name"] == "село", "spellings"].iloc[0]
    assert "Cело" in spelt
    coded = result.table("coded_clients")
    assert coded["client_id"].tolist() == CLIENTS["Идентификатор клиента"].tolist()
    assert coded["place"].tolist() == [2, 2, 1, 2, 1, 1, 0, 1]


def test_rows_may_be_counts(make_study):
    frame = pd.DataFrame({"Число клиентов": [10, 0, 5], "Пол": ["ж", "м", ""]})
    text = "attributes:\n  - {code: sex, name: Пол, role: forming, sources: 2}\n"
    table = attributes.run(make_study({"clients": frame}, {"attributes": text})).table("attributes")
    assert table[["known_count", "missing_count"]].iloc[0].tolist() == [10, 5]


def test_nobody_decided_so_the_program_proposes(make_study):
    result = attributes.run(make_study({"clients": CLIENTS}))
    table = result.table("attributes")
    assert table["is_proposed"].all()
    assert table["attribute_name"].tolist() == ["Возраст", "Тип поселения", "Пол"]
    outcome = {check.code: check.outcome for check in result.checks}
    assert outcome["list_decided"] == "warning"
    assert outcome["attributes_number"] == "warning"


def test_numbers_with_many_values_are_proposed_in_classes(make_study):
    frame = pd.DataFrame(
        {"Доход": [str(number) for number in range(1000)], "Пол": ["м", "ж"] * 500}
    )
    values = attributes.run(make_study({"clients": frame})).table("attribute_values")
    income = values[(values["attribute_code"] == "a01") & (values["value_code"] > 0)]
    assert len(income) == 4
    assert income["clients_count"].between(245, 255).all()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("attributes:\n  - {code: Возраст, name: Возраст}\n", "attribute_code"),
        (
            "attributes:\n  - {code: sex, name: Пол}\n  - {code: sex, name: Возраст}\n",
            "attribute_code",
        ),
        ("attributes:\n  - {code: age, name: Возраст, bins: [65, 35]}\n", "bins"),
        ("attributes:\n  - {code: sex, name: Пол, groups: {а: {б: в}}}\n", "groups"),
        ("attributes:\n  - {code: sex, name: Пол, sources: [6]}\n", "value"),
        ("attributes:\n  - {code: x, name: Нет такого столбца}\n", "no_column"),
        ("attributes:\n  - {code: place, name: Тип поселения, bins: [1]}\n", "not_a_number"),
        ("attributes: []\n", "empty_list"),
    ],
)
def test_mistakes_in_the_list_are_named(make_study, text, rule):
    with pytest.raises(InputError) as caught:
        attributes.run(make_study({"clients": CLIENTS}, {"attributes": text}))
    assert rule in {finding.rule for finding in caught.value.findings}


def test_a_value_outside_the_list_is_kept_and_named(make_study):
    text = LIST.replace("values: [город, село]", "values: [село]")
    result = attributes.run(make_study({"clients": CLIENTS}, {"attributes": text}))
    assert [finding.found for finding in result.findings if finding.rule == "unlisted_value"] == [
        "город"
    ]
    assert result.table("coded_clients")["place"].gt(0).sum() == 7


def test_groups_unite_values():
    attribute = Attribute("b", "Б", groups={"малое": ("1", "2"), "большое": ("3",)})
    coder = Coder.learn(attribute, pd.Series(["1", "2", "3", None, "4"]))
    assert coder.names == ("малое", "большое", "4")
    assert coder.encode(pd.Series(["2", "3", "4", None, "5"]))[0].tolist() == [1, 2, 3, 0, 0]


def test_names_of_classes_of_a_number():
    assert bin_labels([1, 2, 5]) == ["до 1", "1", "2–4", "5 и более"]
    assert bin_labels([0.5, 1]) == ["до 0,50", "от 0,50 до 1", "1 и более"]


def test_order_of_rows_changes_nothing_but_the_order(make_study):
    study = make_study({"clients": CLIENTS})
    first = attributes.run(study).table("attribute_values")
    study = make_study({"clients": CLIENTS.iloc[::-1].assign(Пол=CLIENTS["Пол"].iloc[::-1])})
    pd.testing.assert_frame_equal(first, attributes.run(study).table("attribute_values"))


def test_no_value_of_a_sensitive_attribute_is_drawn(make_study):
    text = LIST.replace("name: Тип поселения,", "name: Тип поселения, sensitive: да,")
    result = attributes.run(make_study({"clients": CLIENTS}, {"attributes": text}))
    assert "50,0" in attributes.values_chart(result, "sex").to_json()  # what is not sensitive
    figure = attributes.values_chart(result, "place")
    drawn = json.loads(figure.to_json())
    text = json.dumps(drawn, ensure_ascii=False)
    assert "город" not in text and "село" not in text and "87,5" in text
    assert "значение указано" in text and "нет данных" in text
