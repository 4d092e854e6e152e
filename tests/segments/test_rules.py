"""Rules: hostile files, what is said of overlaps and of the rest, and rules before classes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, decisions, segments, widgets
from client_segments.findings import InputError
from client_segments.segments.rule_checks import overlaps_table, rest_findings, rest_table
from client_segments.segments.rules import Condition, place_rows
from client_segments.widgets.rules import parse_tree

LIST = """\
attributes:
  - {code: age, name: Возраст, role: forming, ordered: да, values: [молодые, средние, пожилые], sources: 2}
  - {code: place, name: Поселение, role: forming, values: [город, село], sources: 2}
  - {code: same, name: Постоянный, role: forming, values: [да, нет], sources: 2}
  - {code: empty, name: Пустой, sources: 2, values: [да, нет]}
"""
ONE = "segments:\n  - code: one\n    name: Один\n    rule: {rule}\n"


def clients(rows: int = 300) -> pd.DataFrame:
    generator = np.random.default_rng(4)
    return pd.DataFrame(
        {
            "client_id": [f"c{number:04d}" for number in range(rows)],
            "Возраст": generator.choice(["молодые", "средние", "пожилые", None], rows),
            "Поселение": generator.choice(["город", "село", None], rows, p=[0.6, 0.3, 0.1]),
            "Постоянный": ["да"] * rows,
            "Пустой": [None] * rows,
        }
    )


@pytest.fixture
def group(make_study, at_step):
    def run(decision, frame=None, text=LIST):
        study = make_study(
            {"clients": clients() if frame is None else frame},
            {"attributes": text, "segments": decision},
        )
        attributes.run(study)
        return segments.run(at_step(study, "segments"))

    return run


def refused(group, decision) -> list:
    with pytest.raises(InputError) as caught:
        group(decision)
    return caught.value.findings


# ---------------------------------------------------------------- hostile files

NESTED = "{not: " * 1000 + "x" + "}" * 1000
DEEP = "{not: " * 60 + "{attribute: place, in: [село]}" + "}" * 60


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("&a [*a]", "ссылаются сами на себя"),
        ("&a {all: [*a]}", "ссылаются сами на себя"),
        (NESTED, "слишком глубоко"),
        (DEEP, "слишком глубоко"),
        ("{any: []}", "нужен список условий"),
        ("{all: []}", "нужен список условий"),
        ("{attribute: place, in: []}", "нет ни одного значения"),
        ("{attribute: place}", "записано неверно"),
        ("{attribute: income, in: [да]}", "признака нет в перечне"),
        ("{attribute: place, in: [Марс]}", "такого значения"),
        ("{attribute: place, at_least: село}", "не упорядочен"),
        ("{attribute: age, at_least: [молодые, средние]}", "только одно известное значение"),
        ("{attribute: age, at_most: нет данных}", "только одно известное значение"),
        ("{attribute: place, in: [{all: []}]}", "такого значения"),
        ("\"__import__('os').system('id')\"", "записано неверно"),
        ("", "записано неверно"),
    ],
)
def test_one_clear_sentence_for_each_wrong_rule(group, rule, words):
    findings = refused(group, ONE.replace("{rule}", rule))
    assert len(findings) == 1
    assert words in findings[0].message
    assert findings[0].remedy
    assert findings[0].file.endswith("segments.yml")


def test_five_hundred_unknown_values_are_one_finding(group):
    values = ", ".join(f"значение {number}" for number in range(500))
    (finding,) = refused(group, ONE.replace("{rule}", f"{{attribute: place, in: [{values}]}}"))
    assert "и ещё 485" in finding.found
    assert len(finding.sentence()) < 700


def test_five_hundred_values_of_an_attribute_may_stand_in_a_rule(group):
    generator = np.random.default_rng(1)
    frame = pd.DataFrame({"Район": [f"район {n}" for n in generator.integers(1, 501, 4000)]})
    text = "attributes:\n  - {code: district, name: Район, role: forming, sources: 2}\n"
    known = sorted(frame["Район"].unique())
    rule = f"{{attribute: district, in: [{', '.join(known[:250])}]}}"
    result = group(ONE.replace("{rule}", rule), frame, text)
    table = result.table("segments").set_index("segment_code")
    assert table.loc["one", "clients_count"] == frame["Район"].isin(known[:250]).sum()
    assert table["clients_count"].sum() == 4000


def test_an_editor_refuses_a_rule_that_is_too_deep():
    with pytest.raises(InputError, match="слишком глубоко"):
        parse_tree(NESTED)


def test_a_rule_on_a_constant_or_unknown_attribute_is_told(group):
    rule = "{all: [{attribute: same, in: [да]}, {attribute: place, in: [село]}]}"
    result = group(ONE.replace("{rule}", rule))
    told = [item for item in result.findings if item.rule == "constant_in_rule"]
    assert len(told) == 1
    assert "«Постоянный» у всех клиентов одинаков" in told[0].message
    rule = "{any: [{attribute: empty, in: [да]}, {attribute: place, in: [село]}]}"
    result = group(ONE.replace("{rule}", rule))
    (told,) = [item for item in result.findings if item.rule == "constant_in_rule"]
    assert "«Пустой» не известен ни у одного клиента" in told.message


# ---------------------------------------------------------------- overlaps and the rest


def test_overlaps_count_the_clients_that_earlier_rules_took():
    codes = pd.DataFrame({"a": [1, 1, 2, 2, 3], "b": [1, 2, 1, 2, 1]})
    counts = np.array([10, 20, 30, 40, 50])
    rules = [
        Condition("a", (1,), ""), Condition("b", (1,), ""), Condition("a", (1, 2), ""),
    ]  # fmt: skip
    table = overlaps_table(["first", "second", "third"], place_rows(rules, codes), counts)
    found = [tuple(row) for row in table.itertuples(index=False)]
    assert found == [
        ("second", "first", 10, 90, pytest.approx(100 * 10 / 90)),
        ("third", "first", 30, 100, pytest.approx(30.0)),
        ("third", "second", 30, 100, pytest.approx(30.0)),
    ]


def test_the_rest_says_whom_the_rules_forgot_and_who_waits_for_a_value(group):
    frame = clients()
    result = group(
        "segments:\n"
        "  - {code: old, name: Пожилые, rule: {attribute: age, in: [пожилые]}}\n"
        "  - {code: rural, name: Сельские, rule: {attribute: place, in: [село]}}\n",
        frame,
    )
    rest = frame[(frame["Возраст"] != "пожилые") & (frame["Поселение"] != "село")]
    waiting = rest["Возраст"].isna() | rest["Поселение"].isna()
    table = result.table("rest_patterns")
    assert table["clients_count"].sum() == len(rest)
    assert table.loc[table["is_undecided"], "clients_count"].sum() == waiting.sum() > 0
    first = table.iloc[0]
    counts = rest.fillna("нет данных").groupby(["Возраст", "Поселение"]).size()
    assert first["clients_count"] == counts.max()
    assert first["pattern_text"] == "Возраст: {}; Поселение: {}".format(*counts.idxmax())
    told = {item.rule: item.message for item in result.findings}
    assert str(len(rest)) in told["rest"]
    assert str(waiting.sum()) in told["rest_missing"]
    overlap = result.table("rule_overlaps").iloc[0]
    both = (frame["Возраст"] == "пожилые") & (frame["Поселение"] == "село")
    assert tuple(overlap[["segment_code", "taken_by_code"]]) == ("rural", "old")
    assert overlap["clients_count"] == both.sum()


def test_nobody_waits_where_the_missing_value_could_not_matter(make_study):
    rules = [Condition("a", (1,), "")]
    patterns = pd.DataFrame({"a": [1, 2], "clients_count": [5, 7]})
    placement = place_rows(rules, patterns)
    table = rest_table(rules, placement, patterns, [])
    assert not table["is_undecided"].any()
    findings = rest_findings(rules, placement, patterns, [], table, "f")
    assert [item.rule for item in findings] == ["rest"]


# ---------------------------------------------------------------- rules first, then classes

BOTH = """\
method: rules_and_classes
classes: 2
segments:
  - {code: told, name: По правилу, rule: {attribute: a0, in: ["1"]}}
  - {code: first, name: Первый класс, class_number: 1}
  - {code: second, name: Второй класс, class_number: 2}
"""


def two_classes(rows=3000):
    generator = np.random.default_rng(5)
    kind = generator.random(rows) < 0.6
    frame = pd.DataFrame(
        {
            f"a{place}": np.where(generator.random(rows) < np.where(kind, 0.9, 0.1), "1", "2")
            for place in range(1, 6)
        }
    )
    frame.insert(0, "a0", generator.choice(["1", "2"], rows, p=[0.2, 0.8]))
    frame.insert(0, "client_id", [f"k{number}" for number in range(rows)])
    return frame, kind


FORMING = "attributes:\n" + "".join(
    f'  - {{code: a{place}, name: Признак {place}, role: forming, sources: 2, values: ["1", "2"]}}\n'
    for place in range(6)
)


def test_a_rule_takes_its_clients_and_classes_part_the_others(group):
    frame, kind = two_classes()
    result = group(BOTH, frame, FORMING)
    table = result.table("segments").set_index("segment_code")
    told = frame["a0"] == "1"
    assert table.loc["told", "clients_count"] == told.sum()
    assert table["clients_count"].sum() == len(frame)
    assert table.loc["rest", "clients_count"] == 0
    placed = result.table("client_segments").set_index("client_id")["segment_code"]
    placed = placed.loc[frame["client_id"]].to_numpy()
    expected = np.where(told, "told", np.where(kind, "first", "second"))
    assert (placed == expected).mean() > 0.95
    rules = result.table("class_rules")
    assert rules.loc[rules["subject_kind"] == "segment", "subject_code"].tolist() == [
        "first",
        "second",
    ]


def test_a_segment_is_found_by_one_way(group):
    wrong = BOTH.replace("class_number: 1}", 'class_number: 1, rule: {attribute: a1, in: ["1"]}}')
    frame, _kind = two_classes(200)
    with pytest.raises(InputError, match="и правило, и номер класса"):
        group(wrong, frame, FORMING)
    with pytest.raises(InputError, match="не указано число классов"):
        group(BOTH.replace("classes: 2\n", ""), frame, FORMING)


def test_rules_that_take_everybody_leave_nothing_to_the_classes(group):
    frame, _kind = two_classes(200)
    result = group(BOTH.replace('in: ["1"]', 'in: ["1", "2"]'), frame, FORMING)
    assert "no_clients_left" in [item.rule for item in result.findings]
    table = result.table("segments").set_index("segment_code")
    assert table.loc["told", "clients_count"] == 200


def test_the_model_behind_the_classes_is_kept_for_next_year(make_study, at_step):
    frame, _kind = two_classes(1500)
    study = make_study({"clients": frame}, {"attributes": FORMING, "segments": BOTH})
    attributes.run(study)
    study = at_step(study, "segments")
    first = segments.run(study)
    assert "model_not_stored" in [item.rule for item in first.findings]
    editor = widgets.editor(study, "segments", True)
    assert editor.save(), editor.message.value
    assert decisions.load(study, "segments").data["method"] == "rules_and_classes"
    again = segments.run(study)
    assert "model_not_stored" not in [item.rule for item in again.findings]
    pd.testing.assert_frame_equal(first.table("segments"), again.table("segments"))
