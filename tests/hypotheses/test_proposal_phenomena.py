"""One phenomenon told once: mirrors, causes and what follows from them, channels used everywhere."""

import pandas as pd
import pytest

from client_segments.hypotheses import HYPOTHESES, leading, suggest_records
from client_segments.hypotheses.proposals import (
    PROPOSALS,
    Evidence,
    compute_proposals,
    problem_evidence,
)
from client_segments.hypotheses.proposals.evidence import SHARE_COLUMNS, VALUE_COLUMNS, typed

NAMES = {"a": "Пожилые"}
STAGES = {1: "Потребность", 2: "Подача", 3: "Решение", 4: "Продление"}


def share(family, own, others, subject="…", stage=None, code=None, kind="journey"):
    """Two rows: 100 clients of the segment and 400 others, with so many hits in a hundred."""
    about = {
        "proposal_code": code or (f"{family}.{stage}" if stage else family), "kind": kind,
        "family": family, "subject": subject, "source": "log", "stage_number": stage,
        "stage": STAGES.get(stage),
    }  # fmt: skip
    return [
        about | {"segment_code": "a", "hits_count": own, "total_count": 100},
        about | {"segment_code": "rest", "hits_count": 4 * others, "total_count": 400},
    ]


def proposed(*parts, **others):
    rows = [row for part in parts for row in part]
    shares = typed(pd.DataFrame(rows), SHARE_COLUMNS)
    return compute_proposals(Evidence(shares=shares, **others), NAMES)


def by_phenomenon(frame):
    """Return phenomenon → codes, the leading one first."""
    found = frame[frame["is_supported"]].sort_values("is_leading", ascending=False, kind="stable")
    groups = found.groupby("phenomenon_code", sort=False)["proposal_code"]
    return {code: list(codes) for code, codes in groups}


def test_shares_of_one_whole_mirror_each_other():
    frame = proposed(
        share("channel.preferred.submitting", 70, 30, "МФЦ", code="channel.preferred.submitting.03"),
        share("channel.preferred.submitting", 30, 70, "ЕПГУ", code="channel.preferred.submitting.01"),
        share("channel.preferred.receiving", 70, 30, "МФЦ", code="channel.preferred.receiving.03"),
    )  # fmt: skip
    assert by_phenomenon(frame) == {
        "channel.preferred.submitting": [
            "channel.preferred.submitting.03", "channel.preferred.submitting.01",
        ],
        "channel.preferred.receiving": ["channel.preferred.receiving.03"],
    }  # fmt: skip
    led = leading(frame).set_index("proposal_code")
    assert "реже „ЕПГУ“" in led.loc["channel.preferred.submitting.03", "also_text"]
    assert pd.isna(led.loc["channel.preferred.receiving.03", "also_text"])


def test_a_stage_reached_less_follows_from_the_loss_before_it():
    frame = proposed(
        share("journey.lost", 60, 20, stage=1),
        share("journey.reached", 40, 80, stage=2),
        share("journey.reached", 35, 75, stage=3),
        share("journey.lost", 55, 25, stage=3),
        share("journey.reached", 15, 60, stage=4),
        share("journey.outcome.abandoned", 70, 30),
        share("journey.outcome.granted", 20, 60),
        share("journey.outcome.refused", 11, 10),
    )
    found = by_phenomenon(frame)
    # The loss leads, though the share that reaches the last stage differs more.
    assert found["journey.lost.1"][0] == "journey.lost.1"
    assert set(found["journey.lost.1"]) == {
        "journey.lost.1", "journey.reached.2", "journey.reached.3", "journey.outcome.abandoned",
        "journey.outcome.granted",
    }  # fmt: skip
    assert found["journey.lost.3"] == ["journey.lost.3", "journey.reached.4"]


def test_granted_less_because_refused_more_is_a_refusal():
    frame = proposed(
        share("journey.outcome.granted", 40, 70), share("journey.outcome.refused", 60, 30)
    )
    assert by_phenomenon(frame) == {
        "journey.outcome.refused": ["journey.outcome.refused", "journey.outcome.granted"]
    }


def test_a_channel_left_on_every_stage_and_in_the_survey_is_one_phenomenon():
    frame = proposed(
        share("journey.channel", 10, 60, "ЕПГУ", 2, "journey.channel.2.01"),
        share("journey.channel", 70, 30, "МФЦ", 2, "journey.channel.2.03"),
        share("journey.channel", 15, 55, "ЕПГУ", 3, "journey.channel.3.01"),
        share("channel.used.submitting", 20, 55, "ЕПГУ", code="channel.used.submitting.01"),
        share("channel.preferred.submitting", 20, 50, "ЕПГУ", code="channel.preferred.submitting.01"),
        share("journey.channel", 80, 30, "телефон", 1, "journey.channel.1.06"),
    )  # fmt: skip
    found = by_phenomenon(frame)
    assert found["journey.channel.2"] == [
        "journey.channel.2.01", "journey.channel.2.03", "journey.channel.3.01",
        "channel.used.submitting.01",
    ]  # fmt: skip
    assert found["channel.preferred.submitting"] == ["channel.preferred.submitting.01"]
    assert found["journey.channel.1"] == ["journey.channel.1.06"]


def test_the_slow_stage_explains_the_slow_way_and_returns_explain_contacts():
    values = []
    for code, family, kind in (
        ("journey.time.2", "journey.time", "times"),
        ("journey.time", "journey.time_to_result", "times"),
        ("journey.amount.returns", "journey.amount.returns", "amounts"),
        ("journey.amount.contacts", "journey.amount.contacts", "amounts"),
    ):
        is_time = kind == "times"
        for segment, shift in (("a", 24 * 20 if is_time else 2), ("rest", 0)):
            for number in range(200):
                value = shift + (24 if is_time else 1) * (number % (50 if is_time else 3))
                values.append(
                    {"proposal_code": code, "family": family, "kind": "journey", "subject": "…",
                     "source": "log", "segment_code": segment, "value": value, "count": 1,
                     "stage": "Подача" if code.endswith("2") else None, "test": kind}
                )  # fmt: skip
    frame = pd.DataFrame(values)
    parts = {
        kind: typed(frame[frame["test"] == kind], VALUE_COLUMNS) for kind in ("times", "amounts")
    }
    found = by_phenomenon(proposed(share("problem", 10, 10), **parts))
    assert set(found) == {"journey.time.2", "journey.returns.more"}
    assert found["journey.time.2"] == ["journey.time.2", "journey.time"]
    contacts = {"journey.amount.returns", "journey.amount.contacts"}
    assert set(found["journey.returns.more"]) == contacts


def test_who_names_one_problem_names_no_other():
    frame = proposed(
        share("problem", 80, 30, "Далеко", 2, "problem.далеко", "problem"),
        share("problem", 10, 50, "Справки", 3, "problem.справки", "problem"),
        share("problem_stage", 80, 30, "Подача", 2, "problem_stage.2", "problem"),
    )
    assert by_phenomenon(frame) == {
        "problem.далеко": ["problem.далеко", "problem_stage.2", "problem.справки"]
    }


def test_problems_are_counted_by_stage_once_a_client():
    mentions = pd.DataFrame(
        {
            "segment_code": ["a", "a", "a", "b"], "speaker": ["1", "1", "2", "3"],
            "weight": [1, 1, 1, 1], "item_code": ["x", "y", "y", "x"],
            "item_name": ["X", "Y", "Y", "X"], "stage_key": ["2", "2", "3", None],
            "stage_number": pd.array([2, 2, 3, None], dtype="Int64"),
            "stage_name": ["Подача", "Подача", "Решение", None],
        }
    )  # fmt: skip
    shares = problem_evidence(mentions).shares.set_index(["proposal_code", "segment_code"])
    counts = ["hits_count", "total_count"]
    assert shares.loc[("problem_stage.2", "a"), counts].tolist() == [1, 2]
    assert shares.loc[("problem_stage.3", "a"), counts].tolist() == [1, 2]
    # Who names a problem of no known stage says nothing of stages.
    assert ("problem_stage.2", "b") not in shares.index
    assert shares.loc[("problem.x", "a"), "stage"] == "Подача"


def test_a_decision_on_any_comparison_of_a_phenomenon_is_one_on_it():
    frame = proposed(
        share("channel.preferred.submitting", 70, 30, "МФЦ", code="channel.preferred.submitting.03"),
        share("channel.preferred.submitting", 30, 70, "ЕПГУ", code="channel.preferred.submitting.01"),
        share("problem", 80, 30, "Далеко", 2, "problem.далеко", "problem"),
    )  # fmt: skip
    assert frame.columns.tolist() == PROPOSALS.column_names
    nothing = HYPOTHESES.empty()
    offered = suggest_records(frame, nothing)
    assert [record["proposal"] for record in offered] == [
        "problem.далеко", "channel.preferred.submitting.03",
    ]  # fmt: skip
    assert [record["code"] for record in offered] == ["Г1", "Г2"]
    decided = nothing.reindex(range(1)).assign(
        hypothesis_code="Г1", segment_code="a", proposal_code="channel.preferred.submitting.01"
    )
    left = suggest_records(frame, decided)
    assert [(record["code"], record["proposal"]) for record in left] == [("Г2", "problem.далеко")]


@pytest.mark.parametrize("own", [(9, 9), (14, 20)])
def test_nothing_unsupported_leads(own):
    rows = share("problem", 10, 60)
    rows[0] |= {"hits_count": own[0], "total_count": own[1]}
    frame = proposed(rows)
    assert not frame["is_leading"].any()
    assert frame["also_text"].isna().all()
