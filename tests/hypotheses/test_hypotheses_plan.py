"""People's decision on hypotheses and the research plan."""

import pandas as pd
import pytest

from client_segments import decisions
from client_segments.findings import Severity
from client_segments.hypotheses.accepted import load_hypotheses
from client_segments.hypotheses.plan import (
    SegmentFacts,
    compute_research_plan,
    propose_method,
    respondents_needed,
    survey_size,
)
from client_segments.hypotheses.proposals.contracts import PROPOSALS, SOURCES

SEGMENTS = pd.DataFrame(
    {
        "segment_code": ["old", "young", "rest"],
        "segment_name": ["Пожилые", "Молодые", "Прочие"],
        "is_rest": [False, False, True],
    }
)
FACTS = {"old": SegmentFacts(1000), "young": SegmentFacts(12)}
PROPOSAL = "channel.preferred.submitting.04"


@pytest.fixture
def proposals():
    values = dict.fromkeys(PROPOSALS.column_names, 0) | {
        "proposal_code": PROPOSAL, "segment_code": "old", "kind": "channel", "subject": "личный приём",
        "hypothesis_text": "Текст предложения", "is_supported": True, "source": next(iter(SOURCES)),
        "test": "shares", "strength": 2.0, "effect_unit": "п. п.", "phenomenon_code": PROPOSAL,
    }  # fmt: skip
    return PROPOSALS.conform(pd.DataFrame([values]))


@pytest.fixture
def read(make_study, proposals):
    def load(text):
        study = make_study({}, {"hypotheses": text}, step="hypotheses")
        decision = decisions.load(study, "hypotheses")
        return load_hypotheses(decision, SEGMENTS, proposals, FACTS)

    return load


@pytest.mark.parametrize(
    ("clients", "size"),
    # n0 = 1.959964**2 * 0.25 / 0.01 = 96.04; 96.04 / (1 + 95.04 / N), rounded up.
    [(10**9, 97), (1000, 88), (100, 50), (30, 24), (5, 5), (1, 1), (0, 1)],
)
def test_survey_size_has_the_finite_population_correction(clients, size):
    assert survey_size(clients) == size


def test_talks_never_outnumber_clients_and_stay_between_five_and_eight():
    assert [respondents_needed("interview", n, 1000) for n in (1, 2, 4, 9)] == [5, 6, 8, 8]
    assert respondents_needed("interview", 9, 3) == 3
    assert respondents_needed("focus_group", 1, 0) == 1


def test_methods_follow_from_the_segment_and_the_hypothesis():
    assert propose_method("channel", True, FACTS["old"])[0] == "survey"
    assert propose_method("channel", True, FACTS["young"])[0] == "interview"
    assert propose_method("channel", True, SegmentFacts(1000, is_sensitive=True))[0] == "interview"
    assert propose_method("problem", False, FACTS["old"])[0] == "interview"
    assert propose_method("journey", False, FACTS["old"])[0] == "focus_group"
    assert propose_method("journey", True, FACTS["old"])[0] == "survey"


def test_a_record_takes_from_its_proposal_what_it_does_not_say(read):
    frame, findings = read(
        f"""hypotheses:
  - {{code: Г1, segment: ПОЖИЛЫЕ, proposal: {PROPOSAL}, criterion_pct: 60}}
  - {{code: Г2, segment: young, kind: путь, text: Свой текст, status: отклонена, decided: 05.03.2025}}
"""
    )
    assert not list(findings)
    first, second = frame.to_dict("records")
    assert (first["segment_code"], first["kind"], first["hypothesis_text"]) == (
        "old", "channel", "Текст предложения",
    )  # fmt: skip
    assert (first["status"], first["method"], first["respondents_planned_count"]) == (
        "accepted", "survey", 88,
    )  # fmt: skip
    assert first["decided_date"] == pd.Timestamp("2025-02-01")  # the file's own date
    assert (second["status"], second["decided_date"]) == ("rejected", pd.Timestamp("2025-03-05"))


@pytest.mark.parametrize(
    ("record", "rule", "severity"),
    [
        ("{code: Г1, segment: нет такого, kind: путь, text: Т, criterion_pct: 50}", "hypothesis_segment", "error"),
        ("{code: Г1, segment: rest, kind: путь, text: Т, criterion_pct: 50}", "hypothesis_segment", "error"),
        ("{code: Г1, segment: old, text: Т, criterion_pct: 50}", "hypothesis_incomplete", "error"),
        ("{code: Г0, segment: old, kind: путь, text: Т, criterion_pct: 50}", "hypothesis_twice", "error"),
        ("{code: Г1, segment: old, kind: путь, text: Т}", "criterion", "warning"),
        (f"{{code: Г1, segment: young, kind: путь, text: Т, criterion_pct: 50, proposal: {PROPOSAL}}}",
         "unknown_proposal", "warning"),
        ("{code: Г1, segment: old, kind: путь, text: Т, criterion_pct: 150}", "value", "error"),
    ],
)  # fmt: skip
def test_mistakes_are_found_at_their_line(read, record, rule, severity):
    _frame, findings = read(
        "hypotheses:\n"
        "  - {code: Г0, segment: old, kind: канал, text: Первая, criterion_pct: 50}\n"
        f"  - {record}\n"
    )
    found = {finding.rule: finding for finding in findings}
    assert found[rule].severity is Severity(severity)
    assert found[rule].cell == "строка 6"
    assert found[rule].message


def test_without_a_decision_each_segment_still_gets_a_respondent(proposals):
    frame, findings = load_hypotheses(None, SEGMENTS, proposals, FACTS)
    assert not list(findings)
    plan = compute_research_plan(frame, FACTS)
    assert plan["segment_code"].tolist() == ["old", "young"]
    assert plan["respondents_count"].tolist() == [1, 1]
    assert plan["hypotheses_count"].tolist() == [0, 0]


def test_one_talk_asks_about_all_hypotheses_of_a_method(read):
    frame, _findings = read(
        """hypotheses:
  - {code: Г1, segment: old, kind: канал, text: А, criterion_pct: 50, respondents: 40}
  - {code: Г2, segment: old, kind: путь, text: Б, criterion_pct: 50, method: опрос, respondents: 60}
  - {code: Г3, segment: old, kind: путь, text: В, criterion_pct: 50, method: фокус-группа}
  - {code: Г4, segment: old, kind: путь, text: Г, criterion_pct: 50, status: отклонена}
"""
    )
    plan = compute_research_plan(frame, FACTS).set_index(["segment_code", "method"])
    assert plan.loc[("old", "survey"), ["hypotheses_count", "respondents_count"]].tolist() == [
        2,
        60,
    ]
    assert plan.loc[("old", "focus_group"), "respondents_count"] == 8
    assert "нужно больше: 88" in plan.loc[("old", "survey"), "limits_text"]
    assert ("young", "interview") in plan.index
