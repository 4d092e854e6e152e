"""A model adopted in one year puts the next year's clients into the same segments."""

from __future__ import annotations

import shutil

import ipywidgets as ipw
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from client_segments import attributes, decisions, reading, segments, widgets
from client_segments.segments.stored_model import read_stored_model
from client_segments.study import open_study

LEVELS = ["мало", "средне", "много"]
HEADERS = [f"п{number}" for number in range(6)]


def attribute_list(values: list[str]) -> str:
    return "attributes:\n" + "".join(
        f"  - {{code: q{number}, name: {header}, role: forming, sources: 3, "
        f"values: [{', '.join(values)}]}}\n"
        for number, header in enumerate(HEADERS)
    )


def clients(
    seed: int, shares: tuple[float, ...] = (0.5, 0.3, 0.2), count: int = 1500
) -> pd.DataFrame:
    """Three kinds of clients, each with a level that it mostly has."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(3, count, p=shares)
    columns = {"client_id": [f"{number:05d}" for number in range(count)]}
    for number, header in enumerate(HEADERS):
        usual = (truth + number * (truth > 0)) % 3
        level = np.where(rng.random(count) < 0.85, usual, rng.integers(3, size=count))
        columns[header] = np.array([*LEVELS], dtype=object)[level]
        columns[header][rng.random(count) < 0.03] = None
    return pd.DataFrame(columns)


@pytest.fixture
def run_year(make_study, at_step):
    def run(year, raw, decided, values=LEVELS):
        study = make_study(
            {"clients": raw}, {"attributes": attribute_list(values), **decided}, year=year
        )
        attributes.run(study)
        study = at_step(study, "segments")
        return study, segments.run(study)

    return run


def controls(widget: ipw.Widget) -> list[ipw.Widget]:
    return [
        widget,
        *(item for child in getattr(widget, "children", ()) for item in controls(child)),
    ]


@pytest.fixture(scope="module")
def first_year(tmp_path_factory, lay_out_study):
    """2024: the proposal of the program, taken and signed in the editor, and run again."""
    root = tmp_path_factory.mktemp("adopted")
    study = lay_out_study(
        root, {"clients": clients(1)}, {"attributes": attribute_list(LEVELS)}, year=2024
    )
    attributes.run(study)
    study = open_study(study.authority, 2024, study.group, "segments", root)
    proposed = segments.run(study)
    editor = widgets.editor(study, "segments", True)
    signature = next(
        item for item in controls(editor) if getattr(item, "description", "").startswith("Кто")
    )
    signature.value = "аналитик"
    assert editor.save(), editor.message.value
    return study, proposed, segments.run(study)


@pytest.fixture
def adopted(first_year, tmp_path):
    """A copy of the adopted year that a test may spoil, and the result of its run."""
    study, _proposed, result = first_year
    shutil.copytree(study.root, tmp_path, dirs_exist_ok=True)
    return open_study(study.authority, 2024, study.group, "segments", tmp_path), result


def carry_over(first, run_year, raw, values=LEVELS):
    """Run 2025 with the decision of 2024 copied."""
    source = decisions.decision_path(first, "segments")
    text = source.read_text(encoding="utf-8").split("\n", 3)[3]
    return run_year(2025, raw, {"segments": text}, values)


def placed(result) -> pd.Series:
    return result.table("client_segments").set_index("client_id")["segment_code"]


def test_saving_the_proposal_stores_the_model_and_changes_no_segment(first_year):
    study, proposed, result = first_year
    assert (placed(result) == placed(proposed)).mean() > 0.999
    decision = decisions.load(study, "segments")
    model, findings = read_stored_model(decision, 3)
    assert not findings.errors
    assert model.year == 2024
    assert model.clients_count == 1500
    assert model.attribute_codes == ["q0", "q1", "q2", "q3", "q4", "q5"]
    assert_allclose(model.shares, [0.5, 0.3, 0.2], atol=0.04)
    again = segments.run(study)
    for name, table in result.tables.items():
        pd.testing.assert_frame_equal(table, again.table(name))


def test_next_year_s_clients_come_into_the_same_segments(adopted, run_year):
    """The same people a year later: their codes and their number differ, their segments do not."""
    study, result = adopted
    later = pd.concat([clients(1), clients(2).assign(client_id=lambda f: "n" + f["client_id"])])
    turned = later.sample(frac=1, random_state=1)
    _study, second = carry_over(study, run_year, turned, values=LEVELS[::-1])
    both = pd.concat([placed(result), placed(second)], axis=1, join="inner")
    assert len(both) == 1500
    assert (both.iloc[:, 0] == both.iloc[:, 1]).all()
    rules = [finding.rule for finding in second.findings]
    assert "stored_model" in rules
    assert "model_outdated" not in rules
    fit = second.table("model_fit").set_index("measure_code")
    assert fit.loc["agreement", "current_value"] > 0.95
    assert fit.loc["explained_pct", "current_value"] > 97
    assert fit.loc["clients_count", ["adopted_value", "current_value"]].tolist() == [1500, 3000]
    likelihood = fit.loc["log_likelihood"]
    assert likelihood["low"] < likelihood["current_value"] < likelihood["high"]


def test_clients_of_another_kind_are_reported(adopted, run_year):
    study, _result = adopted
    rng = np.random.default_rng(5)
    others = clients(3)
    for header in HEADERS[:3]:
        others[header] = (
            others[header].sample(frac=1, random_state=int(rng.integers(99))).to_numpy()
        )
    _study, result = carry_over(study, run_year, others)
    finding = next(item for item in result.findings if item.rule == "model_outdated")
    assert "больше не подходит" in finding.message
    fit = result.table("model_fit").set_index("measure_code")
    assert fit.loc["log_likelihood", "current_value"] < fit.loc["log_likelihood", "low"]


def test_shares_that_moved_are_told_and_are_no_reason_to_refit(adopted, run_year):
    study, _result = adopted
    _study, result = carry_over(study, run_year, clients(4, shares=(0.2, 0.3, 0.5)))
    fit = result.table("model_fit").set_index("measure_code")
    assert fit.loc["moved_pct", "current_value"] == pytest.approx(30, abs=5)
    assert (
        "класса № 1" in fit.loc["moved_pct", "conclusion"]
        or "№ 3" in fit.loc["moved_pct", "conclusion"]
    )
    assert "model_outdated" not in [finding.rule for finding in result.findings]


def test_values_unknown_to_the_model_are_missing_and_reported(adopted, run_year):
    study, result = adopted
    later = clients(1)
    later.loc[:40, "п0"] = "запредельно"
    _study, second = carry_over(study, run_year, later, values=["запредельно", *LEVELS])
    finding = next(item for item in second.findings if item.rule == "model_values")
    assert finding.found == "запредельно"
    unknown = second.table("model_fit").set_index("measure_code").loc["unknown_pct"]
    assert unknown["current_value"] == pytest.approx(
        100 * 41 / later[HEADERS].count().sum(), rel=0.05
    )
    assert (placed(result) == placed(second)).mean() > 0.98


def test_an_attribute_that_is_gone_is_reported(adopted, make_study, at_step):
    study, _result = adopted
    text = decisions.decision_path(study, "segments").read_text(encoding="utf-8").split("\n", 3)[3]
    listed = "\n".join(attribute_list(LEVELS).splitlines()[:-1]) + "\n"
    later = make_study(
        {"clients": clients(1).drop(columns="п5")},
        {"attributes": listed, "segments": text}, year=2026,
    )  # fmt: skip
    attributes.run(later)
    result = segments.run(at_step(later, "segments"))
    finding = next(item for item in result.findings if item.rule == "model_attributes")
    assert "q5" in finding.message
    assert result.table("segments")["clients_count"].sum() == 1500


def test_rows_of_other_tables_are_placed_by_the_model(adopted):
    """Also a combination of values that no client has; not a row that lacks an attribute."""
    study, result = adopted
    known = clients(1).dropna().head(5)
    feedback = known.assign(client_id=None, instrument="опрос", score=5)
    feedback.to_csv(study.raw_folder / "feedback.csv", index=False, sep=";")
    rows, _findings = segments.place(study, reading.load_raw(study, "feedback"))
    assert rows["segment_code"].tolist() == placed(result)[known["client_id"]].tolist()
    feedback.drop(columns="п3").to_csv(study.raw_folder / "feedback.csv", index=False, sep=";")
    rows, _findings = segments.place(study, reading.load_raw(study, "feedback"))
    assert rows["segment_code"].isna().all()


def test_a_decision_without_a_model_says_so(run_year):
    text = (
        "method: latent_classes\nclasses: 3\nsegments:\n"
        "  - {code: a, name: А, class_number: 1}\n  - {code: b, name: Б, class_number: 2}\n"
    )
    _study, result = run_year(2024, clients(1), {"segments": text})
    assert "model_not_stored" in [finding.rule for finding in result.findings]
    values = result.table("class_values")
    assert set(values["segment_code"]) == {"a", "b", "rest"}
    sums = values.groupby(["class_number", "attribute_code"])["probability_pct"].sum()
    assert_allclose(sums, 100)


def test_rules_have_no_model(run_year):
    text = "segments:\n  - code: a\n    name: А\n    rule: {attribute: q0, in: [мало]}\n"
    _study, result = run_year(2024, clients(1), {"segments": text})
    assert result.table("class_values").empty
    assert result.table("model_fit").empty


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  shares: [0.", "  shares: [5."),
        ("  shares: [0.", "  shares: [много, 0."),
        ("  shares: [0.", "  shares: [nan, 0."),
        ("    - [0.", "    - [-0."),
        ("    - [0.", "    - [0.1, 0."),
        ("    - средне\n", ""),
        ("    - средне\n", "    - мало\n"),
        ("  - attribute: q1", "  - attribute: q0"),
        ("  year: 2024", "  year: __import__('os')"),
        ("  certainty:", "  eval:"),
        ('classes: "3"', "classes: 2"),
        ("  attributes:\n", "  attributes: []\n  more:\n"),
    ],
)
def test_a_broken_model_is_named_with_its_line(adopted, old, new):
    study, _result = adopted
    path = decisions.decision_path(study, "segments")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    _grouping, findings = segments.load_grouping(study, attributes.coders(study))
    found = next(finding for finding in findings.errors if finding.rule == "stored_model")
    assert found.cell.startswith("строка ")
    assert found.expected
