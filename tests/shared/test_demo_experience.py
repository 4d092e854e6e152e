"""The made-up answers by criterion, indices and reasons hold what is planted, in streams of their own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from client_segments import demo
from client_segments.demo.experience import AVERAGE_SUMS, CRITERIA, REASONS
from client_segments.raw_tables import ELIGIBILITY, FEEDBACK, RATINGS

COUNT = 40_000
DEVIATIONS = 4.5
PLANS = {plan.code: plan for plan in demo.plan_authority().groups if plan.year == 2025}


@pytest.fixture(scope="module")
def support():
    """Tables of the group, and the planted share of satisfied of each client."""
    plan = PLANS["support"]
    tables = demo.make_tables(plan, COUNT, names=("criteria", "ratings", "eligibility"))
    shares = np.array([segment.satisfied_share for segment in plan.segments])
    planted = pd.Series(
        shares[demo.draw_segments(plan, COUNT, 20240912)], index=demo.client_ids(plan, COUNT)
    )
    return tables, planted


def test_criteria_depart_from_satisfaction_as_planned(support):
    tables, planted = support
    answers = tables["criteria"].dropna(subset=["score"])
    for name, (_stage, shift, _weights) in CRITERIA.items():
        own = answers[answers["question"] == name]
        expected = (planted[own["client_id"]] + shift).clip(0.05, 0.95).to_numpy()
        error = np.sqrt(np.sum(expected * (1 - expected))) / len(own)
        assert abs((own["score"] >= 4).mean() - expected.mean()) < DEVIATIONS * error
    assert set(answers["score"]) == set(answers["importance"]) == {1, 2, 3, 4, 5}


def test_recommendation_and_ease_follow_satisfaction(support):
    tables, planted = support
    rated = tables["ratings"].dropna(subset=["score"])
    nps = rated[rated["index"] == "nps"]
    share = planted[nps["client_id"]].to_numpy()
    expected = np.mean(0.6 * share - 0.75 * (1 - share))
    found = (nps["score"] >= 9).mean() - (nps["score"] <= 6).mean()
    assert abs(found - expected) < DEVIATIONS / len(nps) ** 0.5
    ces = rated[rated["index"] == "ces"]
    easy = planted[ces["client_id"]].to_numpy()
    ease = np.mean(0.8 * easy + 0.15 * (1 - easy))
    assert abs((ces["score"] >= 5).mean() - ease) < DEVIATIONS * 0.5 / len(ces) ** 0.5
    assert (nps["score"].min(), nps["score"].max(), ces["score"].min(), ces["score"].max()) == (
        0,
        10,
        1,
        7,
    )


def test_only_those_who_did_not_apply_tell_why(support):
    tables, _planted = support
    frame = tables["eligibility"]
    told = frame["reason"].notna()
    assert not frame.loc[told, "has_applied"].any()
    counts = frame.loc[told, "reason"].value_counts(normalize=True)
    for _kind, text, share in REASONS:
        error = (share * (1 - share) / told.sum()) ** 0.5
        assert abs(counts[text] - share) < DEVIATIONS * error
    assert set(frame["average_sum"]) == set(map(float, AVERAGE_SUMS.values()))


def test_columns_are_those_of_the_contracts(support):
    tables, _planted = support
    for name, contract in (
        ("criteria", FEEDBACK),
        ("ratings", RATINGS),
        ("eligibility", ELIGIBILITY),
    ):
        assert set(tables[name].columns) <= set(contract.column_names)
    staff = demo.make_tables(PLANS["staff"], 600, names=("ratings",))["ratings"]
    assert set(staff["index"]) == {"nps", "engagement"}
    assert staff.loc[staff["index"] == "engagement", "question"].nunique() == 5
