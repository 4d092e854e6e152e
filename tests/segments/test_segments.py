"""Step 2: rules, engine, placement of other tables, images."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, reading, segments
from client_segments.engine import Engine, connect
from client_segments.findings import InputError
from client_segments.segments.rules import REST, UNDECIDED, All, Any, Condition, Not, place_rows

AGES = ["до 35", "35–64", "65 и старше"]
PLACES = ["город", "село"]
LIST = """\
attributes:
  - {code: age, name: Возраст, role: forming, ordered: да, values: [до 35, 35–64, 65 и старше], sources: 2}
  - {code: place, name: Поселение, role: forming, values: [город, село], sources: 2}
  - {code: sex, name: Пол, sources: 2}
"""
RULES = """\
method: rules
segments:
  - code: elderly_rural
    name: Пожилые сельские жители
    rule: {all: [{attribute: age, at_least: 65 и старше}, {attribute: place, in: [село]}]}
  - code: rural
    name: Сельские жители
    rule: {attribute: place, in: [село]}
  - code: young
    name: Молодые горожане
    rule: {all: [{attribute: age, at_most: до 35}, {not: {attribute: place, in: [село]}}]}
rest: {name: Прочие}
"""


def clients(count: int = 400, seed: int = 1) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "client_id": [f"c{number:04d}" for number in range(count)],
            "Возраст": generator.choice([*AGES, None], count, p=[0.3, 0.35, 0.3, 0.05]),
            "Поселение": generator.choice([*PLACES, None], count, p=[0.6, 0.35, 0.05]),
            "Пол": generator.choice(["м", "ж"], count),
        }
    )
    return frame


@pytest.fixture
def run_two(make_study, at_step):
    def run(raw, decisions):
        study = make_study(raw, decisions)
        attributes.run(study)
        study = at_step(study, "segments")
        return study, segments.run(study)

    return run


def test_the_first_rule_that_matches_takes_the_client(run_two):
    frame = clients()
    _study, result = run_two({"clients": frame}, {"attributes": LIST, "segments": RULES})
    rural = frame["Поселение"] == "село"
    elderly = frame["Возраст"] == "65 и старше"
    young = (frame["Возраст"] == "до 35") & (frame["Поселение"] == "город")
    expected = np.select(
        [elderly & rural, rural, young], ["elderly_rural", "rural", "young"], "rest"
    )
    placed = result.table("client_segments")
    assert placed["segment_code"].tolist() == expected.tolist()
    counts = result.table("segments").set_index("segment_code")["clients_count"]
    assert counts.sum() == len(frame)
    assert counts["rest"] == (expected == "rest").sum()
    overlap = next(finding for finding in result.findings if finding.rule == "overlap")
    assert str((elderly & rural).sum()) in overlap.message


def test_kleene_truth_is_the_published_table():
    """Kleene 1952: strong three-valued logic, all nine pairs."""
    true, false, unknown = 1, 2, 0
    codes = pd.DataFrame(
        list(itertools.product([true, false, unknown], repeat=2)), columns=["a", "b"]
    )
    a, b = Condition("a", (1,), ""), Condition("b", (1,), "")

    def named(rule):
        truth = rule.evaluate(codes)
        assert not (truth.true & truth.false).any()
        return "".join(
            "T" if t else "F" if f else "U" for t, f in zip(truth.true, truth.false, strict=True)
        )

    assert named(All((a, b))) == "TFUFFFUFU"
    assert named(Any((a, b))) == "TTTTFUTUU"
    assert named(Not(a)) == "FFFTTTUUU"


def test_missing_values_lose_nobody_and_can_be_named(run_two):
    frame = clients()
    text = RULES.replace("in: [село]}\n  - code: young", "in: [село, нет данных]}\n  - code: young")
    _study, result = run_two({"clients": frame}, {"attributes": LIST, "segments": text})
    placed = result.table("client_segments").set_index("client_id")["segment_code"]
    unknown_place = frame.loc[frame["Поселение"].isna(), "client_id"]
    assert (placed[unknown_place] == "rural").all()


@pytest.mark.parametrize(
    "rule",
    [
        "{attribute: city, in: [село]}",
        "{attribute: place, in: [деревня]}",
        "{attribute: place, at_least: село}",
        "{attribute: age}",
        "{attribute: age, in: [до 35], at_least: до 35}",
        "{all: []}",
        "{both: [{attribute: place, in: [село]}]}",
        "__import__('os').system('true')",
        "{all: " * 60 + "{attribute: place, in: [село]}" + "}" * 60,
    ],
)
def test_wrong_rules_are_named_with_their_line(run_two, rule):
    text = f"segments:\n  - code: one\n    name: Один\n    rule: {rule}\n"
    with pytest.raises(InputError) as caught:
        run_two({"clients": clients()}, {"attributes": LIST, "segments": text})
    (finding,) = caught.value.findings
    assert finding.rule == "rule"
    assert finding.cell.startswith("строка ")


def test_empty_and_unreachable_rules_are_named(run_two):
    text = RULES.replace(
        "rest:",
        "  - code: again\n    name: Снова село\n    rule: {attribute: place, in: [село]}\nrest:",
    )
    frame = clients()
    frame.loc[frame["Возраст"] == "до 35", "Возраст"] = "35–64"
    _study, result = run_two({"clients": frame}, {"attributes": LIST, "segments": text})
    rules = {finding.rule: finding.message for finding in result.findings}
    assert "Снова село" in rules["unreachable_rule"]
    assert "Молодые горожане" in rules["empty_rule"]


def test_rows_that_lack_an_attribute_are_placed_only_where_it_cannot_matter():
    rural_old = All((Condition("age", (3,), ""), Condition("place", (2,), "")))
    rules = [rural_old, Condition("place", (2,), "")]
    placed = place_rows(rules, pd.DataFrame({"place": [1, 2, 0]}))
    assert placed.chosen.tolist() == [REST, UNDECIDED, UNDECIDED]
    placed = place_rows(rules, pd.DataFrame({"place": [1, 2, 2], "age": [3, 3, 0]}))
    assert placed.chosen.tolist() == [REST, 0, 1]


def test_other_tables_are_placed_by_client_or_by_values(run_two):
    frame = clients()
    feedback = pd.DataFrame(
        {
            "client_id": ["c0000", "c0001", "нет такого", None, None, None],
            "Поселение": [None, None, None, "село", "город", "село"],
            "Возраст": [None, None, None, "65 и старше", "35–64", "до 35"],
            "instrument": "опрос", "score": 5,
        }
    )  # fmt: skip
    study, result = run_two(
        {"clients": frame, "feedback": feedback}, {"attributes": LIST, "segments": RULES}
    )
    placed, findings = segments.place(study, reading.load_raw(study, "feedback"))
    known = result.table("client_segments").set_index("client_id")["segment_code"]
    codes = placed["segment_code"]
    assert codes.iloc[:2].tolist() == known[["c0000", "c0001"]].tolist()
    assert codes.isna().tolist() == [False, False, True, False, False, False]
    assert codes.iloc[3:].tolist() == ["elderly_rural", "rest", "rural"]
    assert [finding.rule for finding in findings] == ["unknown_client"]


def test_latent_classes_find_planted_groups_and_keep_names(run_two):
    generator = np.random.default_rng(7)
    truth = generator.choice([0, 1], 2000, p=[0.7, 0.3])
    columns = {
        f"п{number}": np.where(generator.random(2000) < np.where(truth == 1, 0.9, 0.1), "да", "нет")
        for number in range(6)
    }
    frame = pd.DataFrame({"client_id": np.arange(2000).astype(str), **columns})
    listed = "attributes:\n" + "".join(
        f"  - {{code: q{number}, name: п{number}, role: forming, sources: 3}}\n"
        for number in range(6)
    )
    text = (
        "method: latent_classes\nclasses: 2\nsegments:\n"
        "  - {code: most, name: Большинство, class_number: 1}\n"
        "  - {code: active, name: Активные, class_number: 2}\n"
    )
    _study, result = run_two({"clients": frame}, {"attributes": listed, "segments": text})
    placed = result.table("client_segments")["segment_code"]
    assert ((placed == "active") == (truth == 1)).mean() > 0.97
    assert result.table("class_models").set_index("is_proposed").loc[True, "classes_count"] == 2


def test_without_a_decision_classes_are_proposed(run_two):
    _study, result = run_two({"clients": clients()}, {"attributes": LIST})
    table = result.table("segments")
    assert table["is_proposed"].all()
    assert table["clients_count"].sum() == 400


def test_segment_values_agree_with_a_pandas_crosstab(run_two):
    frame = clients()
    _study, result = run_two({"clients": frame}, {"attributes": LIST, "segments": RULES})
    placed = result.table("client_segments")["segment_code"]
    expected = pd.crosstab(placed, frame["Возраст"])
    values = result.table("segment_values")
    values = values[(values["attribute_code"] == "age") & (values["value_code"] > 0)]
    counted = values.pivot(index="segment_code", columns="value_name", values="clients_count")
    assert (counted.loc[expected.index, expected.columns].to_numpy() == expected.to_numpy()).all()
    shares = values.groupby("segment_code")["share_pct"].sum()
    assert shares.tolist() == pytest.approx([100] * len(shares))


def test_weights_change_shares_and_never_capacity(run_two):
    frame = clients().assign(weight=np.where(clients()["Пол"] == "м", 3.0, 1.0))
    _study, result = run_two({"clients": frame}, {"attributes": LIST, "segments": RULES})
    rural = result.table("segment_values").query(
        "attribute_code == 'sex' and segment_code == 'rural'"
    )
    males, females = (
        rural.loc[rural["value_name"] == sex, "clients_count"].iloc[0] for sex in "мж"
    )
    share = rural.loc[rural["value_name"] == "м", "share_pct"].iloc[0]
    assert share == pytest.approx(100 * 3 * males / (3 * males + females))
    assert result.table("segments")["clients_count"].sum() == 400


def test_renaming_segments_and_permuting_rows_change_nothing_else(run_two):
    frame = clients()
    _study, first = run_two({"clients": frame}, {"attributes": LIST, "segments": RULES})
    renamed = RULES.replace("elderly_rural", "zzz").replace("Пожилые сельские жители", "А")
    mixed = frame.sample(frac=1, random_state=3)
    _study, second = run_two({"clients": mixed}, {"attributes": LIST, "segments": renamed})
    columns = [
        "clients_count",
        "share_pct",
        "attributes_count",
        "attribute_values_count",
        "rule_text",
    ]
    pd.testing.assert_frame_equal(
        first.table("segments")[columns], second.table("segments")[columns]
    )


def test_the_engine_is_locked(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    for sql in (f"SELECT * FROM '{secret}'", "SET enable_external_access = true", "INSTALL httpfs"):
        with (
            connect() as connection,
            pytest.raises(Exception, match=r"(?i)disabled|locked|permission|cannot"),
        ):
            connection.execute(sql)


def test_too_many_patterns_are_one_message():
    levels = {f"a{number}": 999 for number in range(7)}
    frame = pd.DataFrame({name: [1] for name in levels}).assign(clients_count=1, weight=1.0)
    with Engine(frame, levels) as engine, pytest.raises(InputError, match="слишком много значений"):
        engine.patterns(list(levels))
