"""Step 2 explains: classes, the rest and targets as rules; what is noise is not explained."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, segments
from client_segments.decisions import Decision
from client_segments.findings import Findings
from client_segments.segments.rules import parse_rule

LIST = "attributes:\n" + "".join(
    f"  - {{code: a{place}, name: Признак {place}, role: forming, sources: 2, "
    'values: ["1", "2", "3"]}\n'
    for place in range(5)
)


def clients(rows=1500, seed=3):
    """Two kinds of clients that answer differently to everything."""
    generator = np.random.default_rng(seed)
    kind = generator.random(rows) < 0.4
    frame = pd.DataFrame(
        {
            f"a{place}": np.where(
                generator.random(rows) < 0.9, np.where(kind, "1", "3"),
                generator.choice(["1", "2", "3"], rows),
            )
            for place in range(5)
        }
    )  # fmt: skip
    frame.insert(0, "client_id", [f"k{number}" for number in range(rows)])
    return frame, kind


@pytest.fixture(scope="module")
def done(tmp_path_factory, lay_out_study):
    """The group without a decision: one problem of the second kind, satisfaction at random."""
    frame, kind = clients()
    generator = np.random.default_rng(8)
    feedback = pd.DataFrame(
        {"client_id": frame["client_id"], "Оценка": generator.choice(["2", "5"], len(frame))}
    )
    named = np.where(kind & (generator.random(len(frame)) < 0.8), "Очередь", "Справки")
    problems = pd.DataFrame(
        {"client_id": frame["client_id"], "problem_source": "complaint", "problem": named}
    )
    root = tmp_path_factory.mktemp("explained")
    raw = {"clients": frame, "feedback": feedback, "problems": problems}
    study = lay_out_study(root, raw, {"attributes": LIST})
    attributes.run(study)
    return segments.run(lay_out_study(root, {}, {}, step="segments")), frame, kind


def test_each_proposed_class_is_stated_by_rule_text_and_numbers(done):
    result, frame, _kind = done
    rules = result.table("class_rules")
    classes = rules[rules["subject_kind"] == "class"].set_index("subject_code")
    sizes = result.table("segments").set_index("segment_code")["clients_count"]
    placed = result.table("client_segments").set_index("client_id")["segment_code"]
    placed = placed.loc[frame["client_id"]].to_numpy()
    assert set(classes.index) == set(sizes.index) - {"rest"}
    coders = attributes.coders(result.study)
    codes = result.study.read(attributes.CODED_CLIENTS)
    decision = Decision("segments", "segments.yml", {}, {}, Findings())
    for code, row in classes.iterrows():
        rule, findings = parse_rule(decision, coders, json.loads(row["rule_tree"]))
        assert not findings
        assert rule.text == row["rule_text"]
        found, own = rule.evaluate(codes).true, placed == code
        assert row["clients_count"] == found.sum()
        assert row["purity_pct"] == pytest.approx(100 * (found & own).sum() / found.sum())
        assert row["coverage_pct"] == pytest.approx(100 * (found & own).sum() / own.sum())
        assert row["fidelity_pct"] == pytest.approx(100 * (found == own).mean())


def test_a_problem_of_one_kind_of_clients_is_stated_and_noise_is_not(done):
    result, _frame, _kind = done
    rules = result.table("class_rules")
    stated = set(rules.loc[rules["subject_kind"] == "target", "subject_code"])
    assert "problem.очередь" in stated
    assert "dissatisfied" not in stated
    subgroups = result.table("subgroups")
    assert "dissatisfied" not in set(subgroups["target_code"])
    found = subgroups[subgroups["target_code"] == "problem.очередь"]
    assert (found["low_pct"] > 0).all()
    assert (found["q_value"] <= 0.05).all()
    assert (found["share_pct"] > found["others_share_pct"]).all()


def test_what_is_shown_speaks_russian_only(done):
    result, _frame, _kind = done
    for shown in (segments.show_rules(result), segments.show_subgroups(result)):
        text = repr(shown)
        assert not re.search(r"[A-Za-z_]{3,}", text), text
        assert "Признак" in text


def test_without_any_other_table_only_classes_are_explained(make_study, at_step):
    frame, _kind = clients(400)
    study = make_study({"clients": frame}, {"attributes": LIST})
    attributes.run(study)
    result = segments.run(at_step(study, "segments"))
    assert set(result.table("class_rules")["subject_kind"]) <= {"class"}
    assert result.table("subgroups").empty
    assert "не найдено" in segments.show_subgroups(result).text
