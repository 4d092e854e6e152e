"""Blind zone: real counts, clients counted once, samples, ranges, reasons, money and rules."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from client_segments import attributes, priorities, segments
from client_segments.findings import InputError
from client_segments.priorities import ALL_MEASURES
from client_segments.priorities.blind_zone_reasons import blind_zone_reasons
from client_segments.raw_tables import ELIGIBILITY


def raw(rows):
    """A raw table as it is read, with the segment of each row."""
    frame = pd.DataFrame(rows)
    if "segment_code" not in frame:
        frame["segment_code"] = "a"
    segments_of_rows = frame.pop("segment_code")
    for name in ELIGIBILITY.column_names:
        if name not in frame:
            frame[name] = None
    return ELIGIBILITY.conform(frame).assign(segment_code=segments_of_rows.astype("str"))


def zone(rows, codes=("a",)):
    counts, findings = priorities.blind_zone_counts(raw(rows), list(codes))
    return priorities.blind_zone_rates(counts), findings


def clients(entitled, applied, ineligible=0, **more):
    return [
        {"client_id": f"c{number}", "measure": "мера", "is_entitled": number < entitled,
         "has_applied": number < applied, **more}
        for number in range(entitled + ineligible)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entitled", "applied", "ineligible", "blind"),
    # McCall (1995), unemployment insurance; Abadie (2003), 401(k) plans of 9275 employees;
    # Manacorda, Miguel & Vigorito (2011), PANES: everybody entitled takes part.
    [(4877, 3335, 0, 1542), (3637, 2562, 5638, 1075), (1127, 1127, 821, 0)],
)
def test_real_blind_zones(entitled, applied, ineligible, blind):
    table, _findings = zone(clients(entitled, applied, ineligible))
    row = table.set_index("measure").loc["мера"]
    assert row[["entitled_count", "blind_zone_count"]].tolist() == [entitled, blind]
    assert row["blind_zone_low_count"] == row["blind_zone_high_count"] == blind
    wilson = stats.binomtest(blind, entitled).proportion_ci(0.95, method="wilson")
    assert row[["low_pct", "high_pct"]].tolist() == pytest.approx(
        [100 * wilson.low, 100 * wilson.high]
    )
    whole = table.set_index("measure").loc[ALL_MEASURES]
    assert whole["blind_zone_count"] == blind


def test_a_client_entitled_to_two_measures_counts_once():
    def row(client, measure, applied, **more):
        return {
            "client_id": client,
            "measure": measure,
            "is_entitled": True,
            "has_applied": applied,
            **more,
        }

    rows = [
        row("1", "первая", True), row("1", "вторая", False),
        row("2", "первая", True, is_refused=True), row("2", "вторая", True),
        row("3", "первая", False), row("3", "вторая", False),
        row("4", "вторая", True),
    ]  # fmt: skip
    table, _findings = zone(rows)
    table = table.set_index("measure")
    assert table["entitled_count"].to_dict() == {ALL_MEASURES: 4, "вторая": 4, "первая": 3}
    assert table["blind_zone_count"].to_dict() == {ALL_MEASURES: 2, "вторая": 2, "первая": 1}
    assert "один раз" in table.loc[ALL_MEASURES, "counting"]
    assert table.loc[ALL_MEASURES, "refused_count"] == 1


def test_without_clients_measures_are_summed_and_it_is_said():
    rows = [
        {"measure": "первая", "entitled_count": 10, "applied_count": 4, "refused_count": 1},
        {"measure": "вторая", "entitled_count": 20, "applied_count": 18},
    ]
    table, _findings = zone(rows)
    whole = table.set_index("measure").loc[ALL_MEASURES]
    assert whole[["entitled_count", "blind_zone_count"]].tolist() == [30, 8]
    assert "дважды" in whole["counting"]


def test_a_sample_is_weighted_and_its_units_do_not_move_the_share():
    rows = clients(60, 30, 40)
    for number, row in enumerate(rows):
        row["weight"] = 3.0 if number % 2 else 1.0
    table, _findings = zone(rows)
    one = table.set_index("measure").loc["мера"]
    tenfold, _findings = zone([{**row, "weight": 10 * row["weight"]} for row in rows])
    ten = tenfold.set_index("measure").loc["мера"]
    weights = np.array([row["weight"] for row in rows[:60]])
    assert one["entitled_count"] == weights.sum()
    assert one["blind_zone_count"] == weights[30:].sum()
    size = weights.sum() ** 2 / (weights**2).sum()
    assert one["effective_count"] == pytest.approx(size)
    share = weights[30:].sum() / weights.sum()
    z = stats.norm.ppf(0.975)
    middle = (share + z**2 / 2 / size) / (1 + z**2 / size)
    half = z * (share * (1 - share) / size + (z / 2 / size) ** 2) ** 0.5 / (1 + z**2 / size)
    assert [one["low_pct"], one["high_pct"]] == pytest.approx(
        [100 * (middle - half), 100 * (middle + half)]
    )
    names = ["blind_zone_pct", "low_pct", "high_pct"]
    assert ten[names].tolist() == pytest.approx(one[names].tolist())
    assert one["entitled_low_count"] < one["entitled_count"] < one["entitled_high_count"]
    assert one["blind_zone_low_count"] < one["blind_zone_count"] < one["blind_zone_high_count"]


def test_a_range_and_chance_widen_the_share_together():
    row = {"measure": "мера", "entitled_count": 100, "entitled_low_count": 80,
           "entitled_high_count": 140, "applied_count": 60}  # fmt: skip
    table, _findings = zone([row])
    found = table.set_index("measure").loc["мера"]
    least = stats.binomtest(20, 80).proportion_ci(0.95, method="wilson").low
    most = stats.binomtest(80, 140).proportion_ci(0.95, method="wilson").high
    assert [found["low_pct"], found["high_pct"]] == pytest.approx([100 * least, 100 * most])
    assert [found["blind_zone_low_count"], found["blind_zone_high_count"]] == [20, 80]


@pytest.mark.parametrize(
    ("parts", "rule", "severity"),
    [
        ({"refused_count": 6}, "blind_zone_refused_count", "error"),
        ({"received_count": 6}, "blind_zone_received_count", "error"),
        ({"refused_count": 3, "received_count": 4}, "blind_zone_outcomes", "warning"),
        ({"refused_count": 2, "received_count": 3}, None, None),
    ],
)
def test_parts_of_those_who_applied_are_parts(parts, rule, severity):
    row = {"measure": "мера", "entitled_count": 9, "applied_count": 5, **parts}
    _table, findings = zone([row])
    assert {finding.rule: str(finding.severity) for finding in findings} == (
        {rule: severity} if rule else {}
    )


def test_unclaimed_money_is_the_zone_by_the_average_sum():
    rows = [
        *clients(10, 4, average_sum=1000),
        *({**row, "measure": "вторая", "average_sum": 50} for row in clients(10, 8)),
    ]
    table, _findings = zone(rows)
    money = table.set_index("measure")["unclaimed_sum"]
    assert money.to_dict() == {ALL_MEASURES: 6100, "вторая": 100, "мера": 6000}


def test_reasons_are_of_those_in_the_zone_who_told():
    told = [("unaware", "Не знал"), ("unaware", "не знал "), ("unwilling", "Далеко"), (None, None)]
    rows = [
        {"client_id": f"c{number}", "measure": "мера", "is_entitled": True, "has_applied": False,
         "reason_kind": kind, "reason": reason}
        for number, (kind, reason) in enumerate(told)
    ]  # fmt: skip
    rows.append({"client_id": "x", "measure": "мера", "is_entitled": True, "has_applied": True,
                 "reason_kind": "unaware", "reason": "Не знал"})  # fmt: skip
    table = blind_zone_reasons(raw(rows), ["a"])
    assert table["clients_count"].tolist() == [2, 1]
    assert table["share_pct"].tolist() == pytest.approx([200 / 3, 100 / 3])
    assert table["reason_kind"].tolist() == ["unaware", "unwilling"]


def test_rows_order_and_segment_names_change_nothing():
    rows = [*clients(30, 11), *({**row, "measure": "вторая"} for row in clients(20, 9))]
    first, _findings = zone(rows)
    shuffled = [rows[place] for place in np.random.default_rng(1).permutation(len(rows))]
    again, _findings = zone([{**row, "segment_code": "z"} for row in shuffled], ("z",))
    pd.testing.assert_frame_equal(
        first.drop(columns="segment_code"), again.drop(columns="segment_code")
    )


# -------------------------------------------------------------------------------- rules of entitlement

ATTRIBUTES = """attributes:
  - {code: age, name: Возраст, role: forming, values: [молодые, пожилые], sources: 2, basis: форма}
  - {code: place, name: Место, role: forming, values: [город, село], sources: 2, basis: форма}
"""
SEGMENTS = """method: rules
segments:
  - {code: old, name: Пожилые, rule: {attribute: age, in: [пожилые]}}
  - {code: young, name: Молодые, rule: {attribute: age, in: [молодые]}}
"""
RULE = """measures:
  - measure: Отопление
    rule: {attribute: place, in: [село]}
    share_pct: 80
    share_low_pct: 70
    share_high_pct: 90
    average_sum: 1000
"""
COUNT = 200


@pytest.fixture
def run(make_study, at_step):
    def run_step(entitlement=RULE, population=True, applied=40):
        numbers = np.arange(COUNT)
        people = pd.DataFrame(
            {"client_id": [f"c{n}" for n in numbers],
             "Возраст": np.where(numbers % 4 == 0, "пожилые", "молодые"),
             "Место": np.where(numbers % 2 == 0, "село", "город")}
        )  # fmt: skip
        flags = pd.DataFrame(
            {"client_id": people["client_id"], "measure": "отопление",
             "has_applied": np.where((numbers % 2 == 0) & (numbers < 2 * applied), "да", "нет")}
        )  # fmt: skip
        raw_tables = {"clients": people, "eligibility": flags}
        if population:
            raw_tables["population"] = pd.DataFrame(
                {"Возраст": ["молодые", "пожилые"] * 2, "Место": ["город", "город", "село", "село"],
                 "people_count": [3000, 400, 1000, 600]}
            )  # fmt: skip
        study = make_study(
            raw_tables, {"attributes": ATTRIBUTES, "segments": SEGMENTS, "entitlement": entitlement}
        )
        attributes.run(study)
        segments.run(at_step(study, "segments"))
        return priorities.run(at_step(study, "priorities"))

    return run_step


def test_a_rule_over_the_raked_population_estimates_the_entitled(run):
    result = run()
    table = result.table("blind_zone")
    table = table[table["measure"] == "Отопление"].set_index("segment_code")
    # All of the old in the data live in villages; the margins cannot put any in a town.
    assert table.loc["young", "entitled_count"] == pytest.approx(0.8 * 1000, abs=1)
    assert table.loc["young", "entitled_low_count"] <= 700
    assert table.loc["young", "entitled_high_count"] >= 900
    assert table.loc["young", "applied_count"] == 20
    assert table.loc["young", "blind_zone_count"] == table.loc["young", "entitled_count"] - 20
    assert "правило о праве" in table.loc["young", "counting"]
    assert "населению" in table.loc["young", "counting"]
    assert table.loc["young", "unclaimed_sum"] == 1000 * table.loc["young", "blind_zone_count"]


def test_a_rule_without_population_speaks_of_the_clients(run):
    result = run(population=False)
    table = result.table("blind_zone")
    table = table[table["measure"] == "Отопление"].set_index("segment_code")
    assert table.loc["young", "entitled_count"] == 40
    assert [
        table.loc["young", "entitled_low_count"],
        table.loc["young", "entitled_high_count"],
    ] == [35, 45]
    assert "клиентам в данных" in table.loc["young", "counting"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (RULE.replace("село", "деревня"), "rule"),
        (RULE.replace("70", "85"), "share_range"),
        (RULE.replace("80", "180"), "value"),
        (RULE + RULE.removeprefix("measures:\n"), "measure_twice"),
        (RULE.replace("measure: Отопление", "мера: Отопление"), "unknown_key"),
        ("measures:\n  - measure: Отопление\n", "rule"),
    ],
)
def test_mistakes_of_the_rule_name_their_lines(run, text, rule):
    with pytest.raises(InputError) as error:
        run(text)
    found = {finding.rule: finding.cell for finding in error.value.findings}
    assert rule in found
    assert found[rule].startswith("строка")


def test_a_rule_for_a_measure_that_nobody_asked_for_is_told(run):
    result = run(RULE.replace("Отопление", "Другое"))
    assert "blind_zone_no_applications" in {finding.rule for finding in result.findings}
