"""The tree and the rules it states: against scikit-learn, brute force, and planted rules."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier

from client_segments.attributes import Attribute, Coder
from client_segments.decisions import Decision
from client_segments.findings import Findings
from client_segments.segments.rules import All, Condition, Not, parse_rule, write_rule
from client_segments.segments.statements import ROWS_MAXIMUM, Reduction, state_rule
from client_segments.segments.trees import CategoricalTree


def table_of(levels, rows, seed, missing=0.0):
    generator = np.random.default_rng(seed)
    columns = [generator.integers(1, count + 1, rows) for count in levels]
    codes = np.column_stack(columns)
    codes[generator.random(codes.shape) < missing] = 0
    return codes, generator


def coders_of(levels, ordered=()):
    return [
        Coder(
            Attribute(f"a{place}", f"Признак {place}", is_ordered=place in ordered),
            tuple(f"значение {place}-{code}" for code in range(1, count + 1)),
            {},
        )
        for place, count in enumerate(levels)
    ]


def gini(hits, total):
    share = hits / total
    return 2 * share * (1 - share)


# ---------------------------------------------------------------- the tree


@pytest.mark.parametrize("seed", range(5))
def test_first_split_and_gain_are_those_of_scikit_learn_on_binary_data(seed):
    codes, generator = table_of([2] * 8, 800, seed)
    share = 0.2 + 0.5 * ((codes[:, 2] == 1) & (codes[:, 5] == 2)) + 0.1 * (codes[:, 6] == 1)
    target = (generator.random(800) < share).astype(float)
    theirs = DecisionTreeClassifier(max_depth=1).fit(codes, target).tree_
    ours = CategoricalTree(depth=1).fit(codes, target)
    assert ours.root_.split.place == theirs.feature[0]
    sizes = theirs.weighted_n_node_samples
    decrease = (
        theirs.impurity[0]
        - (sizes[1] * theirs.impurity[1] + sizes[2] * theirs.impurity[2]) / sizes[0]
    )
    assert 2 * ours.root_.split.gain / 800 == pytest.approx(decrease, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_whole_tree_is_that_of_scikit_learn_on_binary_and_ordered_data(seed):
    codes, generator = table_of([2, 6, 2, 9, 4], 3000, seed)
    share = 0.1 + 0.3 * (codes[:, 1] > 3) + 0.4 * (codes[:, 3] < 3) * (codes[:, 0] == 1)
    target = (generator.random(3000) < share).astype(float)
    weight = generator.uniform(0.5, 2, 3000)
    theirs = DecisionTreeClassifier(max_depth=4, random_state=1).fit(codes, target, weight)
    ours = CategoricalTree(depth=4, leaf_minimum=1e-9, ordered=range(5))
    ours.fit(codes, target * weight, weight)
    found = ours.predict(codes)
    assert found == pytest.approx(theirs.predict_proba(codes)[:, 1], abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_no_subset_of_categories_gains_more(seed):
    codes, generator = table_of([7], 500, seed, missing=0.1)
    shares = generator.random(8)
    target = (generator.random(500) < shares[codes[:, 0]]).astype(float)
    total = np.bincount(codes[:, 0], minlength=8)
    hits = np.bincount(codes[:, 0], target, minlength=8)
    best = 0.0
    for size in range(1, 8):
        for chosen in combinations(range(8), size):
            inside = np.isin(np.arange(8), chosen)
            parts = [(hits[side].sum(), total[side].sum()) for side in (inside, ~inside)]
            if all(part[1] for part in parts):
                after = sum(part[1] * gini(*part) for part in parts)
                best = max(best, 500 * gini(hits.sum(), 500) - after)
    split = CategoricalTree(depth=1).fit(codes, target).root_.split
    assert 2 * split.gain == pytest.approx(best, rel=1e-9)


def test_an_ordered_attribute_keeps_its_order_and_missing_goes_to_either_side():
    codes = np.repeat([[0], [1], [2], [3], [4]], 100, axis=0)
    target = np.repeat([0.9, 0.1, 0.9, 0.1, 0.9], 100)
    split = CategoricalTree(depth=1, ordered=[0]).fit(codes, target).root_.split
    known = split.is_high[1:].astype(int)
    assert np.abs(np.diff(known)).sum() <= 1
    free = CategoricalTree(depth=1).fit(codes, target).root_.split
    assert free.is_high.tolist() == [True, False, True, False, True]
    assert free.gain > split.gain


def test_pattern_means_with_weights_give_the_tree_of_the_rows():
    codes, generator = table_of([3, 4, 2, 5], 20_000, 11, missing=0.05)
    share = 0.15 + 0.4 * np.isin(codes[:, 1], (2, 3)) * (codes[:, 0] != 1)
    target = (generator.random(20_000) < share).astype(float)
    raw = CategoricalTree(depth=4, leaf_minimum=20, ordered=[3]).fit(codes, target)
    frame = pd.DataFrame(codes).assign(hits=target, total=1.0)
    patterns = frame.groupby([0, 1, 2, 3], as_index=False)[["hits", "total"]].sum()
    packed = CategoricalTree(depth=4, leaf_minimum=20, ordered=[3])
    packed.fit(patterns[[0, 1, 2, 3]], patterns["hits"], patterns["total"])
    leaves = [
        [(leaf.hits, leaf.total, sorted((place, *mask) for place, mask in leaf.allowed.items()))
         for leaf in tree.root_.leaves()]
        for tree in (raw, packed)
    ]  # fmt: skip
    assert leaves[0] == leaves[1]
    assert len(leaves[0]) > 4
    assert raw.r_squared_ == pytest.approx(packed.r_squared_, rel=1e-12)


def test_neither_the_order_of_rows_nor_splitting_their_weight_matters():
    codes, generator = table_of([3, 4, 5], 2000, 5)
    target = (generator.random(2000) < 0.1 * codes[:, 2]).astype(float)
    order = generator.permutation(2000)
    first = CategoricalTree().fit(codes, target)
    shuffled = CategoricalTree().fit(codes[order], target[order])
    halves = CategoricalTree().fit(
        np.vstack([codes, codes]), np.tile(target / 2, 2), np.full(4000, 0.5)
    )
    assert shuffled.predict(codes) == pytest.approx(first.predict(codes), abs=1e-12)
    assert halves.predict(codes) == pytest.approx(first.predict(codes), abs=1e-12)


def test_nothing_to_tell_makes_no_split():
    codes = np.column_stack([np.ones(50, dtype=int), np.zeros(50, dtype=int)])
    tree = CategoricalTree().fit(codes, np.tile([0.0, 1.0], 25))
    assert tree.root_.split is None
    assert tree.predict(codes) == pytest.approx(np.full(50, 0.5))
    with pytest.raises(ValueError, match="between 0 and total"):
        CategoricalTree().fit(codes, np.full(50, 2.0))


# ---------------------------------------------------------------- the rule


def planted(seed, missing=0.0):
    levels = (5, 4, 3, 6, 2)
    codes, generator = table_of(levels, 6000, seed, missing)
    inside = (codes[:, 0] >= 4) & np.isin(codes[:, 1], (1, 3)) & (codes[:, 4] == 2)
    return levels, codes, inside, generator


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_rule_is_found_to_the_letter(seed):
    levels, codes, inside, _generator = planted(seed)
    coders = coders_of(levels, ordered=[0])
    stated = state_rule(codes, inside.astype(float), np.ones(len(codes)), coders)
    assert (stated.purity, stated.coverage, stated.fidelity) == (1, 1, 1)
    assert stated.is_faithful
    frame = pd.DataFrame(codes, columns=[coder.attribute.code for coder in coders])
    assert (stated.rule.evaluate(frame).true == inside).all()
    assert isinstance(stated.rule, All)
    assert {part.attribute: part.codes for part in stated.rule.parts} == {
        "a0": (4, 5), "a1": (1, 3), "a4": (2,),
    }  # fmt: skip


def test_a_noisy_class_is_stated_with_its_true_purity_and_coverage():
    levels, codes, inside, generator = planted(3, missing=0.03)
    noisy = inside ^ (generator.random(len(codes)) < 0.02)
    stated = state_rule(codes, noisy.astype(float), np.ones(len(codes)), coders_of(levels, [0]))
    covered = stated.is_covered
    assert stated.purity == pytest.approx((noisy & covered).sum() / covered.sum())
    assert stated.coverage == pytest.approx((noisy & covered).sum() / noisy.sum())
    assert stated.fidelity == pytest.approx((noisy == covered).mean())
    assert (inside & covered).sum() / (inside | covered).sum() > 0.9
    assert stated.rule.attributes() == {"a0", "a1", "a4"}


def test_this_or_that_takes_two_alternatives():
    levels, codes, _inside, _generator = planted(8)
    inside = ((codes[:, 0] == 1) & (codes[:, 1] == 2)) | ((codes[:, 2] == 3) & (codes[:, 3] == 5))
    stated = state_rule(codes, inside.astype(float), np.ones(len(codes)), coders_of(levels))
    assert stated.purity > 0.95
    assert stated.coverage > 0.95


def test_what_no_attribute_tells_is_said_to_be_so():
    levels, codes, _inside, generator = planted(2)
    by_chance = (generator.random(len(codes)) < 0.3).astype(float)
    stated = state_rule(codes, by_chance, np.ones(len(codes)), coders_of(levels))
    assert stated is None or not stated.is_faithful
    # Of one in a hundred almost any rule is right about almost all: that is not enough.
    rare = (generator.random(len(codes)) < 0.01).astype(float)
    stated = state_rule(codes, rare, np.ones(len(codes)), coders_of(levels))
    assert stated is None or not stated.is_faithful
    assert state_rule(codes, np.zeros(len(codes)), np.ones(len(codes)), coders_of(levels)) is None
    assert state_rule(codes, np.ones(len(codes)), np.ones(len(codes)), coders_of(levels)) is None


def test_a_target_is_stated_where_it_is_thick():
    levels, codes, inside, generator = planted(4)
    target = (generator.random(len(codes)) < np.where(inside, 0.7, 0.2)).astype(float)
    stated = state_rule(codes, target, np.ones(len(codes)), coders_of(levels, [0]), is_target=True)
    assert (inside & stated.is_covered).sum() / (inside | stated.is_covered).sum() > 0.9
    assert stated.purity == pytest.approx(0.7, abs=0.06)
    assert not stated.is_faithful


def test_missing_data_alone_are_never_a_rule():
    levels, codes, _inside, generator = planted(6, missing=0.2)
    target = (generator.random(len(codes)) < np.where(codes[:, 1] == 0, 0.9, 0.1)).astype(float)
    for is_target in (False, True):
        stated = state_rule(
            codes, target, np.ones(len(codes)), coders_of(levels), is_target=is_target
        )
        parts = [] if stated is None else getattr(stated.rule, "parts", (stated.rule,))
        assert all(getattr(part, "codes", ()) != (0,) for part in parts)


@pytest.mark.parametrize("ordered", [(), (0, 1, 3)])
def test_a_stated_rule_is_written_and_read_back_the_same(ordered):
    levels, codes, inside, _generator = planted(1, missing=0.05)
    coders = coders_of(levels, ordered)
    inside = inside | (codes[:, 3] == 2)
    stated = state_rule(codes, inside.astype(float), np.ones(len(codes)), coders)
    tree = write_rule(stated.rule, coders)
    decision = Decision("segments", "segments.yml", {}, {}, Findings())
    again, findings = parse_rule(decision, coders, tree)
    assert not findings
    assert again.text == stated.rule.text
    frame = pd.DataFrame(codes, columns=[coder.attribute.code for coder in coders])
    assert (again.evaluate(frame).true == stated.is_covered).all()


def test_long_ends_of_an_order_and_exceptions_are_told_shortly():
    codes, _generator = table_of([9, 8], 4000, 9)
    coders = coders_of([9, 8], ordered=[0])
    stated = state_rule(codes, (codes[:, 0] >= 4).astype(float), np.ones(4000), coders)
    assert stated.rule.text == "Признак 0: «значение 0-4» и выше"
    assert write_rule(stated.rule, coders) == {"attribute": "a0", "at_least": "значение 0-4"}
    stated = state_rule(codes, (codes[:, 1] != 5).astype(float), np.ones(4000), coders)
    assert stated.rule == Not(Condition("a1", (5,), "Признак 1: значение 1-5"))
    assert write_rule(stated.rule, coders) == {
        "not": {"attribute": "a1", "in": ["значение 1-5"]}
    }  # fmt: skip


def test_a_long_table_is_searched_in_its_patterns_whatever_the_order_of_rows():
    levels = (4, 3, 5, 2, 6, 3, 4, 5)
    codes, generator = table_of(levels, 3 * ROWS_MAXIMUM, 12)
    inside = (codes[:, 2] >= 4) & (codes[:, 4] == 3)
    noisy = (inside ^ (generator.random(len(codes)) < 0.01)).astype(float)
    coders, total = coders_of(levels, [2]), np.ones(len(codes))
    stated = state_rule(codes, noisy, total, coders)
    assert stated.rule.attributes() == {"a2", "a4"}
    assert (stated.is_covered == inside).all()
    assert stated.purity == pytest.approx(noisy[inside].mean())
    order = generator.permutation(len(codes))
    assert state_rule(codes[order], noisy[order], total, coders).rule == stated.rule
    reduction = Reduction.of(codes)
    assert len(reduction.rows) <= ROWS_MAXIMUM
    sums = np.bincount(reduction.pattern, noisy)
    assert sums.sum() == pytest.approx(noisy.sum())
    same = (codes[reduction.rows[reduction.pattern % len(reduction.rows)]] == codes).all(axis=1)
    assert same[reduction.pattern < len(reduction.rows)].all()
