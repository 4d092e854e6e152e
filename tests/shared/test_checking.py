"""Checking without running: everything that is wrong, at once, each thing once."""

from __future__ import annotations

import pandas as pd
import pytest

from client_segments import checking
from client_segments.findings import Finding, Findings, InputError, Severity

CLIENTS = pd.DataFrame(
    {"client_id": ["1", "2", "3"], "Возраст": ["20", "40", "70"], "Пол": ["м", "ж", "м"]}
)
ATTRIBUTES = """\
attributes:
  - {code: age, name: Возраст, role: forming, bins: [65], sources: 2, basis: форма}
"""


def rules(findings) -> set[str]:
    return {finding.rule for finding in findings.errors}


def test_good_data_have_no_errors(make_study):
    findings = checking.check_group(make_study({"clients": CLIENTS}, {"attributes": ATTRIBUTES}))
    assert findings.errors == []


def test_mistakes_of_all_places_are_told_together(make_study):
    feedback = pd.DataFrame({"client_id": ["1"], "score": ["хорошо"]})
    decisions = {
        "attributes": ATTRIBUTES.replace("bins: [65]", "bins: [65, 35]"),
        "hypotheses": "hypotheses:\n  - {code: Г1, segment: a, kind: сон, text: т, status: accepted}\n",
        "plan": "measures:\n  - {code: М1, segment: a, measure: м, effect: 9}\n",
        "profiles": "fields:\n  - {segment: a, field: первое, text: т}\n",
    }
    study = make_study({"clients": CLIENTS, "feedback": feedback}, decisions)
    (study.folder / "group.yml").write_text(
        "name: Группа\nclient_kind: марсианин\n", encoding="utf-8"
    )
    findings = checking.check_group(study)
    told = " ".join(finding.sentence() for finding in findings.errors)
    for said in ("марсианин", "хорошо", "сон", "первое", "group.yml", "feedback.csv", "hypotheses.yml",
                 "plan.yml", "profiles.yml"):  # fmt: skip
        assert said in told, said
    assert len(findings.errors) == len({finding.sentence() for finding in findings.errors})


def test_the_list_and_the_rules_are_checked_against_the_clients(make_study):
    decisions = {
        "attributes": ATTRIBUTES + "  - {code: income, name: Доход, sources: 2, basis: форма}\n",
        "segments": "method: rules\nsegments:\n"
        "  - {code: a, name: А, rule: {attribute: nothing, in: [x]}}\n",
    }
    findings = checking.check_group(make_study({"clients": CLIENTS}, decisions))
    told = " ".join(finding.sentence() for finding in findings.errors)
    assert "Доход" in told
    assert "nothing" in told and "segments.yml" in told


@pytest.mark.parametrize("text", ["weights: [", "weights:\n\t- 1\n", "- просто список\n"])
def test_a_broken_file_of_decisions_is_told_with_its_line(make_study, text):
    study = make_study({"clients": CLIENTS})
    (study.decisions_folder / "weights.yml").write_text(text, encoding="utf-8")
    errors = checking.check_group(study).errors
    assert errors and all("weights.yml" in finding.file for finding in errors)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("weights: {capacity: много}\n", "много"),
        ("weights: {capacity: -1}\n", "-1"),
        ("weights: {beauty: 1}\n", "beauty"),
        ("weights: {capacity: 0}\n", "сумма весов"),
    ],
)
def test_weights_are_checked_before_there_are_segments(make_study, text, said):
    study = make_study({"clients": CLIENTS}, {"weights": text})
    told = [finding.sentence() for finding in checking.check_group(study).errors]
    assert any(said in sentence and "weights.yml" in sentence for sentence in told), told


def test_no_clients_is_told_once(make_study):
    errors = checking.check_group(make_study({})).errors
    assert [finding.rule for finding in errors] == ["no_clients"]


def test_checking_writes_nothing(make_study):
    study = make_study({"clients": CLIENTS}, {"attributes": ATTRIBUTES})
    before = sorted(study.root.rglob("*"))
    checking.check_group(study)
    assert sorted(study.root.rglob("*")) == before


def test_a_year_without_groups(tmp_path):
    with pytest.raises(InputError):
        checking.groups_of(tmp_path, "ministry", 2025)


def test_a_summary_in_words():
    def many(severity, count):
        return [Finding(severity, "rule", f"№ {number}") for number in range(count)]

    found = Findings(
        [*many(Severity.ERROR, 1), *many(Severity.WARNING, 2), *many(Severity.NOTE, 5)]
    )
    assert checking.summary(found) == "1\u00a0ошибка, 2\u00a0предупреждения, 5\u00a0замечаний"
    assert checking.summary(Findings()) == "замечаний нет"


def test_segments_named_in_decisions_are_checked_before_any_step_runs(make_study):
    named = {
        "attributes": ATTRIBUTES,
        "segments": "method: rules\nsegments:\n"
        "  - {code: older, name: Старшие, rule: {attribute: age, in: ['65 и больше']}}\n",
        "hypotheses": "hypotheses:\n  - {code: Г1, segment: Старшие, kind: channel, text: т}\n"
        "  - {code: Г2, segment: nobody, kind: channel, text: т}\n",
        "plan": "measures:\n  - {code: М1, segment: no-plan, measure: м}\n",
        "profiles": "fields:\n  - {segment: no-field, field: 21, text: т}\n",
        "weights": "research_first: [older, no-first]\n",
    }
    errors = checking.check_group(make_study({"clients": CLIENTS}, named)).errors
    unknown = {
        (finding.file.rsplit("/", 1)[1], finding.cell, finding.found)
        for finding in errors
        if finding.rule == "unknown_segment"
    }
    assert unknown == {
        ("hypotheses.yml", "строка 6", "nobody"),
        ("plan.yml", "строка 5", "no-plan"),
        ("profiles.yml", "строка 5", "no-field"),
        ("weights.yml", "строка 4", "no-first"),
    }


def test_a_file_that_two_checks_read_is_one_place(make_study):
    study = make_study({"clients": CLIENTS})
    (study.raw_folder / "clients.csv").write_bytes(b"")
    (found,) = checking.check_group(study).errors
    assert found.count == 1
    assert "Всего таких" not in found.sentence()
