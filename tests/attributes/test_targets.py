"""Targets of clients from the raw tables: counted by hand, and equal to what step 3 measures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from client_segments import attributes, priorities
from client_segments.attributes.targets import load_targets, target_kind, target_patterns

LIST = """\
attributes:
  - {code: place, name: Поселение, role: forming, values: [город, село], sources: 2}
  - {code: sex, name: Пол, sources: 2, values: [ж, м]}
"""
CLIENTS = pd.DataFrame(
    {
        "client_id": ["c1", "c2", "c3", "c4"],
        "Поселение": ["город", "село", "село", ""],
        "Пол": ["ж", "м", "ж", "м"],
    }
)
FEEDBACK = pd.DataFrame(
    {
        "client_id": ["c1", "c1", "c2", "c3", "c9", ""],
        "Вопрос": ["", "вежливость", "", "", "", ""],
        "Оценка": ["5", "3", "2", "", "1", "1"],
        "Поселение": ["", "", "", "", "", "село"],
        "Число ответов": ["", "", "", "", "", "7"],
    }
)
PROBLEMS = pd.DataFrame(
    {
        "client_id": ["c1", "c1", "c2", "c3", "c4", *[f"x{n}" for n in range(4)]],
        "problem_source": "complaint",
        "Проблема": ["Очередь", "очередь ", "Очередь", "Очередь", "Справки", *["Очередь"] * 4],
    }
)
ELIGIBILITY = pd.DataFrame(
    {
        "client_id": ["c1", "c2", "c3", "c4", ""],
        "measure": ["Выплата", "Выплата", "Выплата", "Такси", "Выплата"],
        "is_entitled": ["да", "да", "да", "да", ""],
        "has_applied": ["нет", "нет", "", "да", ""],
        "is_refused": ["", "да", "", "", ""],
        "entitled_count": ["", "", "", "", "50"],
        "applied_count": ["", "", "", "", "20"],
        "Поселение": ["", "", "", "", "город"],
    }
)


@pytest.fixture
def load(make_study):
    def run(tables, **options):
        study = make_study({"clients": CLIENTS, **tables}, {"attributes": LIST}, **options)
        attributes.run(study)
        coders = attributes.coders(study)
        targets, findings = load_targets(study, coders)
        return study, targets, findings

    return run


def of(targets, code):
    part = targets[targets["target_code"] == code]
    keys = part["client_id"].fillna("-")
    return dict(zip(keys, zip(part["hits_count"], part["total_count"], strict=True), strict=True))


def test_dissatisfied_answers_are_counted_client_by_client(load):
    study, targets, findings = load({"feedback": FEEDBACK})
    assert not len(findings)
    assert of(targets, "dissatisfied") == {
        "c1": (1, 2), "c2": (1, 1), "c9": (1, 1), "-": (7, 7),
    }  # fmt: skip
    coded = study.read(attributes.CODED_CLIENTS)
    patterns = target_patterns(targets, coded, ["place", "sex"]).set_index(["place", "sex"])
    assert patterns["hits_count"].to_dict() == {(1, 1): 1, (2, 0): 7, (2, 2): 1}
    assert patterns["total_count"].to_dict() == {(1, 1): 2, (2, 0): 7, (2, 2): 1}
    assert patterns.loc[
        (1, 1), ["clients_count", "hits_square", "hits_total", "total_square"]
    ].tolist() == [1, 1, 2, 4]


def test_without_coders_only_named_clients_count(load):
    study, _targets, _findings = load({"feedback": FEEDBACK})
    targets, _findings = load_targets(study)
    assert targets["client_id"].notna().all()
    assert list(targets.columns) == [
        "target_code",
        "target_name",
        "client_id",
        "hits_count",
        "total_count",
    ]


def test_one_client_names_a_problem_once_and_rare_ones_are_left_out(load):
    _study, targets, _findings = load({"problems": PROBLEMS})
    assert set(targets["target_code"]) == {"problem.очередь"}
    counts = of(targets, "problem.очередь")
    assert counts["c1"] == (1, 1)
    assert counts["c4"] == (0, 1)
    assert sum(hits for hits, _total in counts.values()) == 7


def test_the_refused_did_apply_and_the_unknown_count_nowhere(load):
    _study, targets, _findings = load({"eligibility": ELIGIBILITY})
    assert of(targets, "blind_zone") == {
        "c1": (1, 1), "c2": (0, 1), "c4": (0, 1), "-": (30, 50),
    }  # fmt: skip
    assert of(targets, "blind_zone.выплата") == {"c1": (1, 1), "c2": (0, 1), "-": (30, 50)}
    assert of(targets, "blind_zone.такси") == {"c4": (0, 1)}


def test_there_is_no_blind_zone_where_nobody_is_entitled(load):
    _study, targets, _findings = load({"eligibility": ELIGIBILITY}, direction="control")
    assert targets.empty


def test_channels_are_matched_to_the_catalogue(load):
    frame = pd.DataFrame(
        {
            "client_id": [f"c{n}" for n in range(12)],
            "use": "submitting", "kind": "preferred",
            "channel": ["МФЦ", "03", "мфц ", "3. МФЦ", "МФЦ", "03", *["ЕПГУ"] * 6],
        }
    )  # fmt: skip
    _study, targets, _findings = load({"channels": frame})
    sums = targets.groupby("target_code")[["hits_count", "total_count"]].sum()
    assert sums.loc["channel.submitting.preferred.03"].tolist() == [6, 12]
    assert sums.loc["channel.submitting.preferred.01"].tolist() == [6, 12]
    assert set(targets["target_code"].map(target_kind)) == {"channel"}


def test_a_table_with_errors_is_left_to_its_step(load):
    broken = FEEDBACK.assign(**{"Оценка": "отлично"})
    _study, targets, findings = load({"feedback": broken, "problems": PROBLEMS})
    assert set(targets["target_code"].map(target_kind)) == {"problem"}
    assert [item.rule for item in findings] == ["target_errors"]


def test_ready_counts_of_clients_go_by_their_attributes(make_study):
    clients = pd.DataFrame({"Поселение": ["город", "село"], "Число клиентов": [10, 20]})
    feedback = FEEDBACK.assign(**{"Поселение": ["город", "город", "село", "село", "село", "село"]})
    study = make_study(
        {"clients": clients, "feedback": feedback}, {"attributes": LIST.split("  - {code: sex")[0]}
    )
    attributes.run(study)
    targets, _findings = load_targets(study, attributes.coders(study))
    patterns = target_patterns(targets, study.read(attributes.CODED_CLIENTS), ["place"])
    assert patterns.set_index("place")["total_count"].to_dict() == {1: 2, 2: 9}


def test_the_sums_are_those_of_step_three(make_study, run_through):
    generator = np.random.default_rng(3)
    names = [f"c{number:04d}" for number in range(500)]
    clients = pd.DataFrame(
        {"client_id": names, "Поселение": generator.choice(["город", "село"], 500), "Пол": "ж"}
    )
    feedback = pd.DataFrame(
        {"client_id": names[:300], "instrument": "survey", "Оценка": generator.integers(1, 6, 300)}
    )
    entitled = pd.DataFrame(
        {
            "client_id": names, "measure": "Выплата", "is_entitled": generator.choice(["да", "нет"], 500),
            "has_applied": generator.choice(["да", "нет"], 500),
        }
    )  # fmt: skip
    rules = (
        "segments:\n  - {code: city, name: Город, rule: {attribute: place, in: [город]}}\n"
        "  - {code: rural, name: Село, rule: {attribute: place, in: [село]}}\n"
    )
    study = make_study(
        {"clients": clients, "feedback": feedback, "eligibility": entitled},
        {"attributes": LIST, "segments": rules},
    )
    results = run_through(study, "priorities")
    targets, _findings = load_targets(study, attributes.coders(study))
    coded = study.read(attributes.CODED_CLIENTS)
    patterns = target_patterns(targets, coded, ["place"]).set_index(["target_code", "place"])
    satisfaction = results["priorities"].table("satisfaction")
    satisfaction = satisfaction[satisfaction["instrument"] == priorities.ALL_INSTRUMENTS]
    blind = results["priorities"].table("blind_zone")
    blind = blind[blind["measure"] == "Выплата"].set_index("segment_code")
    for code, place in (("city", 1), ("rural", 2)):
        asked = satisfaction.set_index("segment_code").loc[code]
        row = patterns.loc[("dissatisfied", place)]
        assert row["total_count"] == asked["answers_count"]
        assert row["hits_count"] == asked["answers_count"] - asked["satisfied_count"]
        row = patterns.loc[("blind_zone", place)]
        assert row["total_count"] == blind.loc[code, "entitled_count"]
        assert row["hits_count"] == blind.loc[code, "blind_zone_count"]
