"""Capacity: raking to real margins, sharp bounds, contradictions, weights and year on year."""

import json

import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, priorities, segments
from client_segments.priorities import Population
from client_segments.priorities.capacity_bounds import SegmentRules, margin_bounds
from client_segments.priorities.raking import rake_patterns
from client_segments.segments.rules import All, Condition

# Mean population of Omsk oblast in 2022: towns then villages, women and men, ages 0, 1, 5 … 85.
# Russian Fertility and Mortality Database, Center for Demographic Research, New Economic School,
# Moscow (demogr.nes.ru), computed from Rosstat data.
OMSK = {
    ("город", "женский"): (5811, 27006, 46156, 40250, 33321, 28267, 35887, 60735, 64026, 55627,
                           51089, 43986, 48318, 58517, 50863, 41120, 18088, 21359, 14965),
    ("город", "мужской"): (6140, 28487, 48419, 42480, 35042, 29661, 36708, 56622, 61381, 51218,
                           43915, 36455, 36773, 40142, 30497, 20262, 7413, 6338, 3456),
    ("село", "женский"): (2226, 10320, 19120, 18089, 14789, 13113, 12839, 10717, 15882, 17241,
                          17237, 15849, 18872, 23121, 19238, 13281, 5175, 7209, 5334),
    ("село", "мужской"): (2455, 10811, 19863, 19578, 15174, 13035, 15801, 14427, 17822, 17014,
                          16009, 14932, 17081, 19892, 14316, 8388, 2502, 2617, 1664),
}  # fmt: skip
OMSK_TOTAL = 1_869_833
AGES = (0, 1, *range(5, 90, 5))


def omsk():
    """One row is age, sex and settlement with its number of people."""
    return pd.DataFrame(
        [
            (age, sex, settlement, people)
            for (settlement, sex), counts in OMSK.items()
            for age, people in zip(AGES, counts, strict=True)
        ],
        columns=["Возраст", "Пол", "Поселение", "people_count"],
    )


def omsk_margins():
    """Two published tables: age by sex, and sex by settlement, each rounded on its own."""
    frame = omsk()
    first = frame.groupby(["Возраст", "Пол"], as_index=False)["people_count"].sum()
    second = frame.groupby(["Пол", "Поселение"], as_index=False)["people_count"].sum()
    # What a statistics office does: one table is off by a few people.
    second.loc[0, "people_count"] += 3
    both = pd.concat([first, second], ignore_index=True).astype({"Возраст": "Int64"})
    return both.assign(source="Росстат", as_of_date="01.07.2022")


LIST = """attributes:
  - {code: age, name: Возраст, role: forming, sources: 2, basis: форма, values: [%s]}
  - {code: sex, name: Пол, role: describing, sources: 2, basis: форма}
  - {code: settlement, name: Поселение, role: forming, sources: 2, basis: форма}
"""
RULES = """method: rules
segments:
  - {code: old-rural, name: Пожилые в селе, rule: {all: [
      {attribute: age, in: [%s]}, {attribute: settlement, in: [село]}]}}
  - {code: old-town, name: Пожилые в городе, rule: {all: [
      {attribute: age, in: [%s]}, {attribute: settlement, in: [город]}]}}
"""
OLD = ", ".join(f"'{age}'" for age in AGES if age >= 65)


def omsk_clients(seed=7, share=0.01):
    """Draw clients from the whole oblast, the young ones more seldom."""
    frame = omsk()
    chance = np.where(frame["Возраст"] < 30, share / 3, share)
    counts = np.random.default_rng(seed).binomial(frame["people_count"], chance)
    rows = frame.loc[frame.index.repeat(counts), ["Возраст", "Пол", "Поселение"]]
    rows = rows.reset_index(drop=True)
    return rows.assign(client_id=[f"c{number}" for number in range(len(rows))])


@pytest.fixture
def run(make_study, at_step):
    def run_step(raw, decisions=None, **options):
        files = {
            "attributes": LIST % ", ".join(f"'{age}'" for age in AGES),
            "segments": RULES % (OLD, OLD), **(decisions or {}),
        }  # fmt: skip
        study = make_study(raw, files, **options)
        attributes.run(study)
        segments.run(at_step(study, "segments"))
        return priorities.run(at_step(study, "priorities"))

    return run_step


def test_omsk_margins_are_met_to_five_people(run):
    result = run({"clients": omsk_clients(), "population": omsk_margins()})
    table = result.table("capacity").set_index("segment_code")
    assert abs(int(table["population_count"].sum()) - OMSK_TOTAL) <= 5
    frame = omsk()
    truth = frame[frame["Возраст"] >= 65].groupby("Поселение")["people_count"].sum()
    for code, place in (("old-rural", "село"), ("old-town", "город")):
        row = table.loc[code]
        assert row["population_low_count"] <= truth[place] <= row["population_high_count"]
        assert row["bound_low_count"] <= truth[place] <= row["bound_high_count"]
    margins = result.table("capacity_margins")
    assert (margins["people_count"] - margins["raked_count"]).abs().max() <= 3
    assert set(table["as_of_date"].dt.strftime("%Y-%m-%d")) == {"2022-07-01"}
    rules = {finding.rule: finding for finding in result.findings}
    assert "3" in rules["population_totals"].message
    assert rules["population_totals"].severity == "note"
    checks = {check.code: check.outcome for check in result.checks}
    assert checks["raking_met"] == "met"


def test_labels_of_the_statistics_office_are_mapped_by_decision(run):
    population = omsk_margins().replace({"Поселение": {"город": "городское население"}})
    columns = "tables:\n  population:\n    codes:\n      Поселение: {городское население: город}\n"
    mapped = run({"clients": omsk_clients(), "population": population}, {"columns": columns})
    assert abs(int(mapped.table("capacity")["population_count"].sum()) - OMSK_TOTAL) <= 5


def test_rows_order_files_and_names_change_nothing(run, tmp_path):
    clients, population = omsk_clients(), omsk_margins()
    first = run({"clients": clients, "population": population}, group="first")
    halves = {
        "clients_a": clients.iloc[::2].sample(frac=1, random_state=1),
        "clients_b": clients.iloc[1::2].sample(frac=1, random_state=2),
        "population": population.sample(frac=1, random_state=3),
    }
    rules = (RULES % (OLD, OLD)).replace("old-rural", "zzz").replace("Пожилые в селе", "А")
    again = run(halves, {"segments": rules}, group="second")
    names = {"zzz": "old-rural"}
    tables = [
        result.table("capacity")
        .replace({"segment_code": names})
        .set_index("segment_code")
        .sort_index()
        for result in (first, again)
    ]
    pd.testing.assert_frame_equal(*tables)


def condition(attribute, *codes):
    return Condition(attribute, codes, "")


def one_way(**margins):
    return [
        pd.Series(list(map(float, counts)), index=pd.Index(range(1, len(counts) + 1), name=name))
        for name, counts in margins.items()
    ]


PATTERNS = pd.DataFrame(
    [("s", 1, 1, 1), ("rest", 1, 2, 1), ("rest", 2, 1, 1), ("rest", 2, 2, 1)],
    columns=["segment_code", "a", "b", "clients_count"],
).assign(weight=lambda rows: rows["clients_count"].astype(float))
BOTH = SegmentRules(("s",), (All((condition("a", 1), condition("b", 1))),))


@pytest.mark.parametrize(
    ("first", "second", "low", "high", "independent"),
    # Fréchet (1951): max(0, p + q - 1) N and min(p, q) N; independence gives p q N.
    [
        (300, 400, 0, 300, 120),
        (700, 800, 500, 700, 560),
        (1000, 250, 250, 250, 250),
        (0, 900, 0, 0, 0),
    ],
)
def test_separate_margins_give_the_sharp_bounds(first, second, low, high, independent):
    margins = one_way(a=(first, 1000 - first), b=(second, 1000 - second))
    table, estimate, _findings = priorities.capacity_table(
        PATTERNS, ["s", "rest"], Population(tuple(margins), ""), BOTH
    )
    row = table.iloc[0]
    assert estimate.method == "independent"
    assert "независимы" in row["method"]
    assert row["population_count"] == independent
    assert row[["population_low_count", "population_high_count"]].tolist() == [low, high]
    assert table["population_count"].sum() == 1000


def test_overlapping_joint_margins_bound_by_linear_programming():
    """a × c and b × c: within each value of c the bounds are Fréchet's, and they add up."""
    index = pd.MultiIndex.from_product([[1, 2], [1, 2]])
    first = pd.Series([30.0, 10.0, 20.0, 40.0], index=index.set_names(["a", "c"]))
    second = pd.Series([40.0, 25.0, 10.0, 25.0], index=index.set_names(["b", "c"]))
    bounds = margin_bounds([first, second], BOTH, PATTERNS.assign(c=1))
    # c = 1: a 30 of 50, b 40 of 50; c = 2: a 10 of 50, b 25 of 50.
    assert bounds.low["s"] == pytest.approx(max(0, 30 + 40 - 50) + max(0, 10 + 25 - 50), abs=1e-3)
    assert bounds.high["s"] == pytest.approx(min(30, 40) + min(10, 25), abs=1e-3)
    assert bounds.independent is None


def test_an_attribute_of_the_rule_that_no_margin_has_is_divided_as_the_clients():
    rules = SegmentRules(("s",), (All((condition("a", 1), condition("b", 1), condition("x", 1))),))
    margins = one_way(a=(500, 500), b=(500, 500))
    patterns = PATTERNS.copy()
    patterns.loc[len(patterns)] = ("rest", 1, 1, 3, 3.0)
    table, _estimate, _findings = priorities.capacity_table(
        patterns, ["s", "rest"], Population(tuple(margins), ""), rules
    )
    # Of the clients with a and b one in four fits: a quarter of 250.
    assert table.loc[0, "population_count"] == round(250 / 4)
    assert table.loc[0, ["population_low_count", "population_high_count"]].tolist() == [0, 500]


def test_impossible_margins_are_found_and_rounding_is_only_noted():
    index = pd.MultiIndex.from_product([[1, 2], [1, 2]])
    first = pd.Series([300.0, 100.0, 200.0, 400.0], index=index.set_names(["a", "c"]))
    for shift, rule in ((2.0, "population_rounding"), (200.0, "population_impossible")):
        second = pd.Series(
            [400.0 + shift, 250.0 - shift, 100.0, 250.0], index=index.set_names(["b", "c"])
        )
        _table, estimate, findings = priorities.capacity_table(
            PATTERNS.assign(c=[1, 2, 1, 2]), ["s", "rest"], Population((first, second), ""), BOTH
        )
        # c sums to 500 and 500 in one table, to 500 + shift in the other: the nearest
        # population misses four cells alike.
        assert estimate.discrepancy == pytest.approx(shift / 4, rel=1e-3)
        found = {finding.rule for finding in findings}
        assert (rule in found) == (shift / 4 >= 0.5)


def test_extreme_weights_are_trimmed_and_margins_met_all_the_same():
    patterns = pd.DataFrame(
        {"segment_code": ["s"] * 6, "a": [1, 1, 1, 2, 2, 2], "b": [1, 2, 3, 1, 2, 3],
         "clients_count": [400, 300, 1, 300, 400, 30]}
    ).assign(weight=lambda rows: rows["clients_count"].astype(float))  # fmt: skip
    margins = one_way(a=(5000, 5000), b=(3000, 3000, 4000))
    plain = rake_patterns(patterns, margins, trim_ratio=1e9)
    trimmed = rake_patterns(patterns, margins, trim_ratio=5)
    assert trimmed.trimmed_count > 0
    assert plain.trimmed_count == 0
    for result in (plain, trimmed):
        gap = result.margins["people_count"] - result.margins["raked_count"]
        assert gap.abs().max() < 1e-3
    # Kish: 1 + CV² of people a client.
    each = plain.patterns["people"] / plain.patterns["clients_count"]
    clients = plain.patterns["clients_count"]
    mean = np.average(each, weights=clients)
    variance = np.average((each - mean) ** 2, weights=clients)
    assert plain.design_effect == pytest.approx(1 + variance / mean**2)


def test_weights_in_other_units_give_the_same_population():
    joint = pd.Series(
        [100.0, 200.0, 300.0, 400.0],
        index=pd.MultiIndex.from_product([[1, 2], [1, 2]], names=["a", "b"]),
    )
    tables = [
        priorities.capacity_table(
            PATTERNS.assign(weight=PATTERNS["weight"] * unit),
            ["s", "rest"],
            Population((joint,), ""),
        )[0]
        for unit in (1, 7.5)
    ]
    pd.testing.assert_frame_equal(*tables)
    assert tables[0]["population_count"].tolist() == [100, 900]


def test_a_sample_has_an_interval_of_its_effective_size(run):
    clients = omsk_clients().assign(weight="100")
    table = run({"clients": clients}).table("capacity").set_index("segment_code")
    old = clients[(clients["Возраст"] >= 65) & (clients["Поселение"] == "село")]
    row = table.loc["old-rural"]
    assert row["population_count"] == 100 * len(old)
    share, count = len(old) / len(clients), len(clients)
    half = 1.96 * (share * (1 - share) / count) ** 0.5 * 100 * count
    assert row["population_high_count"] - row["population_low_count"] == pytest.approx(
        2 * half, rel=0.01
    )


def test_the_year_before_stands_beside(run, make_study):
    now, before = omsk_clients(), omsk_clients(share=0.005)
    first = run({"clients": before}, year=2024)
    assert first.table("capacity")["previous_clients_count"].isna().all()
    old = first.table("capacity").set_index("segment_code")["clients_count"]
    table = run({"clients": now}).table("capacity").set_index("segment_code")
    assert table["previous_clients_count"].to_dict() == old.to_dict()
    change = table.loc["old-rural", "clients_change_pct"]
    assert change == pytest.approx(
        100 * (table.loc["old-rural", "clients_count"] / old["old-rural"] - 1)
    )


def test_the_register_of_profiles_comes_before_last_years_tables(run, make_study):
    run({"clients": omsk_clients(share=0.005)}, year=2024)
    study = make_study({"clients": omsk_clients()}, {})
    folder = study.authority_year.register_folder / study.group / "old-rural"
    folder.mkdir(parents=True)
    for number, count in ((1, 5), (2, 11)):
        numbers = {"capacity": {"clients_count": count, "population_count": None}}
        content = {"content": {"numbers": numbers}}
        (folder / f"2024-{number:03d}.json").write_text(json.dumps(content), "utf-8")
    result = run({"clients": omsk_clients()})
    table = result.table("capacity").set_index("segment_code")
    assert table.loc["old-rural", "previous_clients_count"] == 11
    assert table.loc["old-town", "previous_clients_count"] > 11
    (folder / "2024-003.json").write_text("{", "utf-8")
    spoiled = run({"clients": omsk_clients()})
    assert "previous_unreadable" in {finding.rule for finding in spoiled.findings}
