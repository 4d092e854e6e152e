"""Step 5 as a whole, on tables of earlier steps and a file of answers."""

import pandas as pd
import pytest

from client_segments import validation
from client_segments.hypotheses import HYPOTHESES
from client_segments.segments import CLIENT_SEGMENTS, SEGMENTS
from client_segments.steps import Outcome


def segment_rows():
    frame = pd.DataFrame(
        {
            "segment_code": ["old", "young", "rest"], "segment_name": ["Пожилые", "Молодые", "Прочие"],
            "is_rest": [False, False, True], "is_proposed": False, "rule_text": "", "clients_count": 10,
            "share_pct": 33.3, "attributes_count": 5, "attribute_values_count": 5,
        }
    )  # fmt: skip
    return SEGMENTS.conform(frame)


def hypothesis_rows():
    frame = pd.DataFrame(
        {
            "hypothesis_code": ["Г1", "Г2"], "segment_code": ["old", "young"], "kind": "channel",
            "hypothesis_text": "Текст", "proposal_code": None, "status": "accepted",
            "criterion_pct": 50.0, "method": "survey", "respondents_planned_count": 5,
            "decided_date": "2025-02-10", "question_text": None, "criterion_history": None,
            "criterion_changed_date": None,
        }
    )  # fmt: skip
    return HYPOTHESES.conform(frame.reindex(columns=HYPOTHESES.column_names))


@pytest.fixture
def run(make_study, at_step):
    def run_step(answers):
        study = make_study({} if answers is None else {"answers": answers})
        at_step(study, "segments").write(SEGMENTS, segment_rows())
        clients = pd.DataFrame(
            {"client_id": ["c1"], "segment_code": "young", "clients_count": 1, "weight": 1.0}
        )
        clients = clients.reindex(columns=CLIENT_SEGMENTS.column_names)
        at_step(study, "segments").write(CLIENT_SEGMENTS, clients)
        at_step(study, "hypotheses").write(HYPOTHESES, hypothesis_rows())
        return validation.run(at_step(study, "validation"))

    return run_step


def rows(*values):
    columns = ["respondent_id", "client_id", "segment", "instrument", "hypothesis", "answer", "answer_date",
               "quotation", "has_consent"]  # fmt: skip
    return pd.DataFrame(values, columns=columns)


def old(number, answer="да", date="01.03.2025"):
    return (f"r{number}", None, "пожилые", "опрос", "Г1", answer, date, None, "да")


def checks(result):
    return {check.code: check for check in result.checks}


def test_answers_become_verdicts(run):
    result = run(
        rows(
            *[old(number) for number in range(8)],
            (
                "t1",
                "c1",
                None,
                "глубинное интервью",
                "г2",
                "нет",
                "01.02.2025",
                "Мне так неудобно",
                "нет",
            ),
            ("t2", "c2", "нет такого", "опрос", "Г1", "да", None, None, None),
        )
    )
    verdicts = result.table("verdicts").set_index("hypothesis_code")
    assert verdicts["verdict"].to_dict() == {"Г1": "confirmed", "Г2": "not_enough"}
    assert verdicts.loc["Г1", "survey_total_count"] == 8
    assert verdicts.loc["Г2", "talks_against_count"] == 1
    assert checks(result)["respondents"].outcome is Outcome.MET
    assert checks(result)["verified"].outcome is Outcome.MET
    assert checks(result)["criterion"].outcome is Outcome.WARNING  # Г2 was asked on 1 February
    assert checks(result)["consent"].outcome is Outcome.WARNING
    rules = {finding.rule: finding for finding in result.findings}
    assert {"unknown_segment", "late_criterion", "other_segment"} <= set(rules)
    assert rules["unknown_segment"].found == "нет такого"


def test_a_segment_without_respondents_is_named(run):
    result = run(rows(old(1)))
    check = checks(result)["respondents"]
    assert check.outcome is Outcome.NOT_MET
    assert check.clause == "7"
    assert "Молодые" in check.details
    assert "Прочие" not in check.details  # the rest needs nobody
    assert "Г2" in checks(result)["verified"].remedy


def test_without_answers_nothing_is_verified(run):
    result = run(None)
    assert set(result.table("verdicts")["verdict"]) == {"not_verified"}
    assert checks(result)["respondents"].outcome is Outcome.NOT_MET
    assert "Пожилые, Молодые" in checks(result)["respondents"].details
    assert result.table("quotations").empty


@pytest.mark.parametrize("answers", [None, rows(*[old(number) for number in range(8)])])
def test_charts_have_words_and_show_the_verdicts(run, answers):
    result = run(answers)
    figure = validation.verdicts_chart(result)
    assert figure.layout.meta["description"].endswith(
        f"подтверждено – {0 if answers is None else 1}."
    )
    shown = [value for value in figure.data[0].x if value is not None]
    assert shown == ([] if answers is None else [100])
    assert list(figure.data[1].x) == [50, 50]
    assert validation.respondents_chart(result).layout.meta["description"]
