"""Subgroup search: against brute force, planted subgroups, and tables where nothing is planted."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from client_segments.segments.cubes import Packed, covering, partition
from client_segments.segments.subgroup_choice import select_subgroups, with_q_values
from client_segments.segments.subgroups import design_effect, search_subgroups

LEVELS = (3, 4, 2, 5)


def table_of(rows, seed, levels=LEVELS, missing=0.05):
    generator = np.random.default_rng(seed)
    codes = np.column_stack([generator.integers(1, count + 1, rows) for count in levels])
    codes[generator.random(codes.shape) < missing] = 0
    return codes, generator


def keys(frame):
    return list(zip(frame["places"], frame["codes"], strict=True))


def search(codes, hits, total, **options):
    (found,) = with_q_values([search_subgroups(codes, hits, total, **options)])
    return found, select_subgroups(found, codes, hits, total)


def test_every_combination_is_tried_and_counted_right():
    codes, generator = table_of(1500, 1)
    total = generator.integers(1, 4, 1500).astype(float)
    hits = generator.binomial(total.astype(int), 0.3).astype(float)
    found = search_subgroups(codes, hits, total, np.ones(1500), clients_minimum=20)
    rows = dict(zip(keys(found), found.itertuples(), strict=True))
    expected = 0
    for size in (1, 2, 3):
        for places in combinations(range(4), size):
            for values in product(*(range(1, LEVELS[place] + 1) for place in places)):
                inside = (codes[:, places] == values).all(axis=1)
                if inside.sum() < 20:
                    assert (places, values) not in rows
                    continue
                expected += 1
                row = rows[places, values]
                counts = (row.clients_count, row.hits_count, row.total_count)
                assert counts == (inside.sum(), hits[inside].sum(), total[inside].sum())
                share, others = (
                    row.hits_count / row.total_count,
                    hits[~inside].sum() / total[~inside].sum(),
                )
                assert row.share == pytest.approx(share)
                assert row.difference == pytest.approx(share - others)
                part = total[inside].sum() / total.sum()
                quality = part * (share - hits.sum() / total.sum())
                assert row.quality == pytest.approx(quality, abs=1e-12)
    assert len(found) == expected > 100


def test_p_values_are_those_of_one_sided_tests():
    codes, generator = table_of(4000, 2)
    rare = (generator.random(4000) < 0.01).astype(float)
    found = search_subgroups(codes, rare, np.ones(4000))
    for row in found.iloc[:: max(1, len(found) // 40)].itertuples():
        table = [
            [row.hits_count, row.total_count - row.hits_count],
            [row.others_hits_count, row.others_total_count - row.others_hits_count],
        ]
        exact = stats.fisher_exact(table, alternative="greater").pvalue
        expected = row.total_count * rare.mean()
        if expected < 5 and row.p_value < 0.2:
            assert row.p_value == pytest.approx(exact, rel=1e-6)
        elif expected >= 5:
            score = stats.chi2_contingency(table, correction=False).statistic
            tail = stats.norm.sf(np.sign(row.difference) * np.sqrt(score))
            assert row.p_value == pytest.approx(tail, rel=1e-6)


def test_the_table_of_patterns_gives_what_the_clients_give():
    codes, generator = table_of(5000, 3)
    hits = (generator.random(5000) < 0.2 + 0.3 * (codes[:, 1] == 2)).astype(float)
    frame = pd.DataFrame(codes).assign(hits=hits, total=1.0)
    patterns = frame.groupby([0, 1, 2, 3], as_index=False)[["hits", "total"]].sum()
    by_client = search(codes, hits, np.ones(5000))
    by_pattern = search(
        patterns[[0, 1, 2, 3]].to_numpy(), patterns["hits"].to_numpy(), patterns["total"].to_numpy()
    )
    order = generator.permutation(5000)
    shuffled = search(codes[order], hits[order], np.ones(5000))
    for other in (by_pattern, shuffled):
        assert keys(other[1]) == keys(by_client[1])
        pd.testing.assert_series_equal(
            other[0]["q_value"], by_client[0]["q_value"], check_exact=False, rtol=1e-9
        )


@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_planted_subgroup_comes_first_and_mostly_alone(order):
    wanted = (((1,), (2,)), ((0, 3), (1, 4)), ((0, 1, 2), (3, 1, 2)))[order - 1]
    firsts, alone = 0, 0
    for seed in range(20):
        codes, generator = table_of(6000, 100 + seed)
        inside = (codes[:, wanted[0]] == wanted[1]).all(axis=1)
        hits = (generator.random(6000) < np.where(inside, 0.75, 0.3)).astype(float)
        _found, shown = search(codes, hits, np.ones(6000))
        firsts += keys(shown)[0] == wanted
        alone += keys(shown) == [wanted]
    assert firsts == 20
    assert alone >= 15


def test_where_nothing_is_planted_hardly_anything_is_found():
    """Under 5 % of tables, give or take chance: 200 tables, the promise plus three errors."""
    alarms = 0
    for seed in range(200):
        codes, generator = table_of(1000, seed)
        hits = (generator.random(1000) < 0.3).astype(float)
        found, shown = search(codes, hits, np.ones(1000))
        alarms += bool(len(shown))
        assert len(found) > 50
    assert alarms <= 200 * 0.05 + 3 * np.sqrt(200 * 0.05 * 0.95)


def test_answers_of_the_same_clients_are_not_independent():
    """One who answers ten questions alike is one witness, not ten."""
    alarms = {1.0: 0, "clustered": 0}
    for seed in range(40):
        codes, generator = table_of(600, 300 + seed)
        total = np.full(600, 10.0)
        hits = total * (generator.random(600) < 0.3)
        sums = pd.DataFrame(
            {
                "clients_count": 1, "hits_count": hits, "total_count": total,
                "hits_square": hits**2, "hits_total": hits * total, "total_square": total**2,
            }
        )  # fmt: skip
        effect = design_effect(sums)
        assert effect == pytest.approx(10, rel=1e-6)
        for name, used in ((1.0, 1.0), ("clustered", effect)):
            (found,) = with_q_values(
                [search_subgroups(codes, hits, total, np.ones(600), effect=used)]
            )
            alarms[name] += bool((found["q_value"] <= 0.05).any())
    assert alarms[1.0] > 30
    assert alarms["clustered"] <= 6


def test_a_longer_combination_is_shown_only_if_it_improves_on_its_parts():
    codes, generator = table_of(8000, 7)
    hits = (generator.random(8000) < np.where(codes[:, 1] == 3, 0.6, 0.3)).astype(float)
    found, shown = search(codes, hits, np.ones(8000))
    significant = found[found["q_value"] <= 0.05]
    assert sum(len(places) > 1 for places in significant["places"]) > 5
    assert keys(shown) == [((1,), (3,))]


def test_five_hundred_values_and_constants_do_not_stop_the_search():
    generator = np.random.default_rng(1)
    codes = np.column_stack(
        [
            generator.integers(1, 501, 20_000), generator.integers(1, 501, 20_000),
            np.ones(20_000, dtype=int), np.zeros(20_000, dtype=int),
            generator.integers(1, 3, 20_000),
        ]
    )  # fmt: skip
    hits = (generator.random(20_000) < np.where(codes[:, 0] == 77, 0.95, 0.2)).astype(float)
    found, shown = search(codes, hits, np.ones(20_000))
    assert keys(shown)[0] == ((0,), (77,))
    assert not any(3 in places for places in found["places"])
    assert ((2,), (1,)) not in keys(found)


def test_no_clients_and_no_attributes_find_nothing():
    nothing = search_subgroups(np.empty((0, 3), dtype=int), [], [])
    assert nothing.empty
    everyone = search_subgroups(np.ones((100, 1), dtype=int), np.ones(100), np.ones(100))
    assert everyone.empty


def test_packings_cover_everything_within_their_size():
    levels = [7, 8, 10, 11, 4, 5, 10, 11, 5, 6, 10, 7]
    packings = covering(levels, 3, 2**18)
    done = {inside for packing in packings for inside in combinations(packing, 3)}
    assert done == set(combinations(range(12), 3))
    assert all(np.prod([levels[place] for place in packing]) <= 2**18 for packing in packings)
    assert len(packings) < 30
    parts = partition(levels, 4096)
    assert sorted(place for part in parts for place in part) == list(range(12))
    codes = np.column_stack([np.arange(20) % level for level in (3, 4)])
    packed = Packed.pack(codes, (0, 1), [3, 4])
    cube = packed.count(None)
    assert cube.sum() == 20
    assert packed.margin(cube, (1,)).tolist() == np.bincount(codes[:, 1]).tolist()
