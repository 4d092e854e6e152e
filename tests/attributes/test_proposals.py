"""Candidates and the proposed list: what is left out and why, who forms and who describes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, decisions
from client_segments.attributes.candidates import judge_column, readable_bounds

SIZE = 1200


@pytest.fixture(scope="module")
def clients() -> pd.DataFrame:
    generator = np.random.default_rng(11)
    place = generator.choice(["город", "село"], SIZE)
    frame = pd.DataFrame(
        {
            "client_id": [f"c{number:04d}" for number in range(SIZE)],
            "Поселение": place,
            "Место": np.where(generator.random(SIZE) < 0.03, "город", place),
            "Возраст": generator.integers(18, 90, SIZE).astype(str),
            "Пол": generator.choice(["м", "ж"], SIZE),
            "Занятость": generator.choice(["работает", "учится", "не работает"], SIZE),
            "Инвалидность": generator.choice(["нет", "I группа"], SIZE),
            "Редкий": np.where(np.arange(SIZE) < 500, generator.choice(["а", "б"], SIZE), ""),
            "Страна": "РФ",
            "Пусто": "",
            "СНИЛС": [f"{number:011d}" for number in range(SIZE)],
            "Комментарий": [f"пришёл, спросил и ушёл: случай {number}" for number in range(SIZE)],
            "Дата обращения": [f"{number % 28 + 1:02d}.03.2025" for number in range(SIZE)],
            "Улица": generator.choice([f"улица {number}" for number in range(500)], SIZE),
        }
    )
    return frame


@pytest.fixture(scope="module")
def feedback(clients) -> pd.DataFrame:
    """Dissatisfaction depends on the settlement, and on the age."""
    generator = np.random.default_rng(12)
    chance = np.where(clients["Поселение"] == "село", 0.7, 0.2)
    chance = chance + np.where(clients["Возраст"].astype(int) > 53, 0.2, 0.0)
    scores = np.where(generator.random(SIZE) < chance, 1, 5)
    return pd.DataFrame({"client_id": clients["client_id"], "instrument": "опрос", "score": scores})


@pytest.fixture
def result(make_study, clients, feedback):
    return attributes.run(make_study({"clients": clients, "feedback": feedback}))


def test_every_column_has_its_role_and_its_reason(result):
    table = result.table("attribute_proposals").set_index("attribute_name")
    roles = table["proposed_role"].to_dict()
    assert {name for name, role in roles.items() if role == "left_out"} == {
        "Страна", "Пусто", "СНИЛС", "Комментарий", "Дата обращения", "Улица",
    }  # fmt: skip
    assert roles["Поселение"] == roles["Возраст"] == "forming"
    assert roles["Инвалидность"] == roles["Редкий"] == roles["Место"] == "describing"
    reasons = table["reason"]
    assert "одно значение – «РФ»" in reasons["Страна"]
    assert "пусто" in reasons["Пусто"]
    assert "идентификатор" in reasons["СНИЛС"]
    assert "свободный текст" in reasons["Комментарий"]
    assert "Даты" in reasons["Дата обращения"]
    assert "groups" in reasons["Улица"]
    assert "специальной категории" in reasons["Инвалидность"]
    assert "слишком немногих" in reasons["Редкий"]
    assert "Повторяет признак «Поселение» (V = 0,9" in reasons["Место"]
    assert "Различает клиентов: удовлетворённость – V = 0," in reasons["Поселение"]
    assert "Известен у 100 % клиентов." in reasons["Поселение"].replace("\u00a0", " ")
    assert table["same_as"]["Место"] == "Поселение"
    assert table["place_number"]["Поселение"] == 1


def test_the_list_of_the_step_is_the_proposal(result):
    table = result.table("attributes").set_index("attribute_name")
    proposals = result.table("attribute_proposals").set_index("attribute_name")
    taken = proposals[proposals["proposed_role"] != "left_out"]
    assert table["role"].to_dict() == taken["proposed_role"].to_dict()
    codes = set(result.table("coded_clients").columns)
    assert codes >= set(table["attribute_code"])
    assert {attribute.role for attribute in attributes.read_list(result.study)} == {
        "forming", "describing",
    }  # fmt: skip


def test_a_decided_list_stays_and_the_rest_is_offered(make_study, clients, feedback):
    text = "attributes:\n  - {code: sex, name: Пол, role: forming, sources: 2, basis: форма}\n"
    study = make_study({"clients": clients, "feedback": feedback}, {"attributes": text})
    result = attributes.run(study)
    assert result.table("attributes")["attribute_name"].tolist() == ["Пол"]
    table = result.table("attribute_proposals").set_index("attribute_name")
    assert table.loc["Пол", ["role", "proposed_role"]].tolist() == ["forming", "forming"]
    assert pd.isna(table.loc["Поселение", "role"])
    assert table.loc["Поселение", "proposed_role"] == "forming"
    columns = result.table("coded_clients").columns.tolist()
    assert columns == ["client_id", "clients_count", "weight", "sex"]
    assert not [finding for finding in result.findings if finding.header == "Поселение"]


def test_fifteen_attributes_are_enough(make_study):
    generator = np.random.default_rng(1)
    names = [f"Признак {number}" for number in range(45)]
    frame = pd.DataFrame({name: generator.choice(["а", "б", "в"], 300) for name in names})
    result = attributes.run(make_study({"clients": frame}))
    assert len(result.table("attributes")) == 15
    table = result.table("attribute_proposals")
    assert len(table) == 45
    assert (table["proposed_role"] == "forming").sum() == 6
    late = table.set_index("attribute_name").loc["Признак 44", "reason"]
    assert "больше 40" in late


def test_where_nothing_is_known_to_tell_the_order_of_columns_decides(make_study, clients):
    table = attributes.run(make_study({"clients": clients})).table("attribute_proposals")
    forming = table.loc[table["proposed_role"] == "forming", "attribute_name"].tolist()
    assert forming == ["Поселение", "Возраст", "Пол", "Занятость"]


def test_a_taken_proposal_gives_the_same_codes(make_study, clients, feedback):
    study = make_study({"clients": clients, "feedback": feedback})
    first = attributes.run(study)
    listed = set(first.table("attributes")["attribute_code"])
    records = [
        attributes.attribute_record(attribute)
        for attribute in attributes.known_attributes(study)
        if attribute.code in listed
    ]
    content = {"attributes": records}
    decisions.save(study, "attributes", content, "аналитик", date(2025, 3, 1), "взято")
    second = attributes.run(study)
    pd.testing.assert_frame_equal(first.table("coded_clients"), second.table("coded_clients"))
    assert not second.table("attributes")["is_proposed"].any()


@pytest.mark.parametrize(
    ("numbers", "bounds"),
    [
        (np.arange(1000), (250.0, 500.0, 750.0)),
        (np.arange(18, 90), (35.0, 55.0, 70.0)),
        (np.arange(1000) * 137.0, (30_000.0, 70_000.0, 100_000.0)),
        (np.linspace(0, 1, 500), (0.25, 0.5, 0.75)),
        (np.array([0] * 900 + [1, 2, 3, 4]), ()),
        (np.array([5, 5, 5, 7, 7, 7, 9, 9, 9]), (7.0, 9.0)),
    ],
)
def test_bounds_are_round_and_part_clients_about_equally(numbers, bounds):
    found = readable_bounds(numbers.astype(float), np.ones(len(numbers)))
    assert found == bounds
    if len(found) == 3:
        shares = np.bincount(np.searchsorted(found, numbers, side="right")) / len(numbers)
        assert shares.min() > 0.25 - 2 * 0.051


@pytest.mark.parametrize(
    ("header", "counts", "reason"),
    [
        ("Номер дела", {f"{n}": 1 for n in range(100)}, "идентификатор"),
        ("Код", {f"A-{n:03d}/25": 1 for n in range(100)}, "идентификатор"),
        ("Доход", {str(n * 100): 1 for n in range(100)}, ""),
        ("Доход", {"0": 5000, **{str(n): 1 for n in range(1, 20)}}, "одно и то же число"),
        ("Пол", {"м": 3, "ж": 4}, ""),
    ],
)
def test_columns_are_judged_by_what_they_hold(header, counts, reason):
    column = judge_column(header, counts)
    assert reason in column.reason
    assert bool(reason) == bool(column.reason)
