"""Planted truth in simulated authorities: found, with few false finds, and nothing where nothing is.

The full size of it is the benchmark `proposals`.
"""

import numpy as np
import pandas as pd
import pytest
from benchmarks.made_authorities import NAMES, THINGS, draw_authority, judge
from benchmarks.topics.proposals import YEAR, judge_plan

from client_segments import recommendations as rec
from client_segments.demo import plan_authority
from client_segments.hypotheses import Evidence, compute_proposals


def test_nothing_is_found_where_nothing_is_planted():
    generator = np.random.default_rng(rec.SEED)
    found = [judge(generator, is_planted=False).is_any for _number in range(8)]
    assert sum(found) <= 2  # with a rate of 5 % three or more of eight come once in 170 times


def test_planted_differences_of_every_kind_are_found_and_few_false_ones():
    generator = np.random.default_rng(rec.SEED)
    found = [judge(generator, is_planted=True) for _number in range(4)]
    for kind in THINGS:
        assert np.mean([item.power[kind] for item in found]) >= 0.8, kind
    assert np.mean([item.false_share for item in found]) <= 2 * rec.FALSE_DISCOVERY_RATE


def test_what_the_demo_plants_is_found():
    judged = judge_plan(plan_authority().group(YEAR, "staff"), rec.SEED)
    assert len(judged.clear) > 50
    assert np.mean(judged.clear) >= 0.8
    assert judged.false_share <= 2 * rec.FALSE_DISCOVERY_RATE


@pytest.fixture(scope="module")
def drawn():
    """An authority with something planted, and what is proposed from it."""
    evidence, _planted = draw_authority(np.random.default_rng(3), is_planted=True)
    return evidence, compute_proposals(evidence, NAMES)


def changed(evidence, change):
    names = ("shares", "scores", "times", "amounts")
    return Evidence(
        **{name: change(getattr(evidence, name)) for name in names}, scales=evidence.scales
    )


def test_the_order_of_rows_changes_nothing(drawn):
    evidence, found = drawn
    shuffled = changed(evidence, lambda frame: frame.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(compute_proposals(shuffled, NAMES), found)


def test_names_and_codes_of_segments_change_nothing_else(drawn):
    evidence, found = drawn
    codes = dict(zip(NAMES, sorted(f"z{code}" for code in NAMES)[::-1], strict=True))
    renamed = changed(
        evidence,
        lambda frame: frame.assign(segment_code=frame["segment_code"].map(codes).fillna("rest")),
    )
    names = {codes[code]: name for code, name in NAMES.items()}
    told = compute_proposals(renamed, names)
    own = found["segment_code"].map(codes).astype("str")
    pd.testing.assert_frame_equal(told, found.assign(segment_code=own))
    other_names = dict(zip(NAMES, "АБВГДЕЖ", strict=True))
    numbers = found.drop(columns="hypothesis_text")
    pd.testing.assert_frame_equal(
        compute_proposals(evidence, other_names).drop(columns="hypothesis_text"), numbers
    )


def test_one_rate_holds_over_all_kinds(drawn):
    """By hand: q(i) is the least of p(j) m / j over j >= i, with m all comparisons of all kinds."""
    _evidence, found = drawn
    assert set(found["test"]) == set(THINGS)
    none = (found["test"] == "amounts").astype(float)
    is_beyond = (found["effect_low"] > none) | (found["effect_high"] < none)
    p_values = found["p_value"].where(is_beyond & (found["strength"].abs() >= 1), 1.0).to_numpy()
    order = np.argsort(p_values, kind="stable")
    count = len(p_values)
    ordered = p_values[order] * count / np.arange(1, count + 1)
    by_hand = np.empty(count)
    by_hand[order] = np.minimum.accumulate(ordered[::-1])[::-1]
    np.testing.assert_allclose(found["q_value"], np.minimum(by_hand, 1))


def test_a_segment_without_others_is_not_compared(drawn):
    evidence, _found = drawn
    alone = changed(evidence, lambda frame: frame[frame["segment_code"] == "s1"])
    assert compute_proposals(alone, NAMES).empty
