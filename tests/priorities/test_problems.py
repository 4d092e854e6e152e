"""Log-odds, shares among clients and the index of uniqueness: closed forms, planted truth, promises."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from client_segments import priorities
from client_segments import recommendations as rec
from client_segments.priorities.problem_uniqueness import distance_beyond_chance, problem_sets
from client_segments.priorities.problems import log_odds, problem_counts
from client_segments.segments import REST_CODE


def counts_of(**segments):
    rows = [
        (code, f"p{place}", count)
        for code, counts in segments.items()
        for place, count in enumerate(counts)
    ]
    return pd.DataFrame(rows, columns=["segment_code", "problem", "problems_count"])


def test_log_odds_are_those_of_monroe_colaresi_and_quinn():
    """Equations 16 and 18 written out for one problem, the prior shared out by pooled counts."""
    own, others = np.array([40, 10, 0]), np.array([10, 40, 50])
    prior = 3 * (own + others) / 150  # one prior mention for each of three problems
    odds, error = log_odds(own, others)
    for place in range(3):
        first = np.log((own[place] + prior[place]) / (50 + 3 - own[place] - prior[place]))
        second = np.log((others[place] + prior[place]) / (100 + 3 - others[place] - prior[place]))
        assert odds[place] == pytest.approx(first - second)
        variance = sum(
            1 / (counts[place] + prior[place])
            + 1 / (counts.sum() + 3 - counts[place] - prior[place])
            for counts in (own, others)
        )
        assert error[place] == pytest.approx(np.sqrt(variance))


def test_log_odds_of_many_mentions_are_those_of_a_two_by_two_table():
    own, others = np.array([4000, 6000]), np.array([20000, 80000])
    odds, error = log_odds(own, others)
    table = stats.contingency.odds_ratio([[4000, 6000], [20000, 80000]], kind="sample")
    assert odds[0] == pytest.approx(np.log(table.statistic), rel=1e-3)
    woolf = np.sqrt(1 / 4000 + 1 / 6000 + 1 / 20000 + 1 / 80000)
    assert error[0] == pytest.approx(woolf, rel=1e-3)


def test_one_mention_of_a_rare_problem_is_not_remarkable():
    rates = priorities.problem_rates(counts_of(a=[1, 500, 499], b=[0, 5000, 4999]))
    row = rates[(rates["segment_code"] == "a") & (rates["problem"] == "p0")].iloc[0]
    assert row["lift"] > 5
    assert abs(row["z_score"]) < 1
    assert not row["is_specific"]


def test_the_prior_keeps_what_is_absent_finite():
    rates = priorities.problem_rates(counts_of(a=[50, 0], b=[0, 50]))
    assert np.isfinite(rates["log_odds"]).all()
    assert (rates["log_odds_low"] < rates["log_odds"]).all()
    assert (rates["log_odds"] < rates["log_odds_high"]).all()


def test_intervals_of_log_odds_cover_the_planted_difference():
    generator = np.random.default_rng(11)
    own_shares, others_shares = np.array([0.3, 0.2, 0.5]), np.array([0.15, 0.25, 0.6])
    truth = np.log(own_shares / (1 - own_shares)) - np.log(others_shares / (1 - others_shares))
    covered = []
    for _simulation in range(600):
        own = generator.multinomial(120, own_shares)
        others = generator.multinomial(900, others_shares)
        odds, error = log_odds(own, others)
        covered.append(np.abs(odds - truth) <= 1.96 * error)
    assert (np.abs(np.mean(covered, axis=0) - 0.95) <= 0.025).all()


def test_shares_among_clients_state_their_denominators():
    clients = pd.DataFrame(
        {"segment_code": ["a", "b"], "reporters_count": [40, 10], "clients_count": [400, 10]}
    ).astype({"reporters_count": "Int64", "clients_count": "Int64"})
    rates = priorities.problem_rates(counts_of(a=[30, 20], b=[10, 2]), clients)
    row = rates[(rates["segment_code"] == "a") & (rates["problem"] == "p0")].iloc[0]
    assert row["share_pct"] == pytest.approx(100 * 30 / 50)  # of mentions
    assert row["reporters_share_pct"] == pytest.approx(100 * 30 / 40)  # of who named any
    assert row["clients_share_pct"] == pytest.approx(100 * 30 / 400)  # of all clients
    low, high = stats.binomtest(30, 40).proportion_ci(0.95, method="wilson")
    assert [row["low_pct"], row["high_pct"]] == pytest.approx([100 * low, 100 * high])


def test_without_clients_shares_among_them_are_unknown():
    rates = priorities.problem_rates(counts_of(a=[30, 20], b=[10, 2]))
    assert rates["reporters_share_pct"].isna().all()
    assert rates["share_pct"].notna().all()


def test_no_false_alarms_without_a_difference():
    """All segments share one distribution: a table with any specific problem is a false alarm."""
    generator = np.random.default_rng(3)
    shares = generator.dirichlet(np.ones(12))
    alarms = 0
    for _authority in range(200):
        draws = {f"s{number}": generator.multinomial(60, shares) for number in range(6)}
        alarms += priorities.problem_rates(counts_of(**draws))["is_specific"].any()
    assert alarms <= 200 * rec.FALSE_DISCOVERY_RATE


def test_planted_specific_problems_are_found():
    generator = np.random.default_rng(4)
    common = np.full(10, 0.1)
    found = []
    for _authority in range(50):
        own = common.copy()
        own[0] = 0.4
        draws = {f"s{number}": generator.multinomial(150, common) for number in range(5)}
        draws["own"] = generator.multinomial(150, own / own.sum())
        rates = priorities.problem_rates(counts_of(**draws))
        specific = rates[rates["is_specific"].astype(bool)]
        found.append(
            ("own", "p0") in set(zip(specific["segment_code"], specific["problem"], strict=True))
        )
    assert np.mean(found) > 0.95


# ----------------------------------------------------------------------------- uniqueness


def test_the_index_of_large_counts_is_the_distance_of_scipy():
    table = priorities.uniqueness(counts_of(a=[60000, 20000, 20000], b=[20000, 30000, 50000]), 1)
    expected = jensenshannon([0.6, 0.2, 0.2], [0.2, 0.3, 0.5], base=2)
    assert table["problem_uniqueness"].tolist() == pytest.approx([expected] * 2, abs=2e-3)


def test_small_segments_are_neither_unique_for_being_small_nor_alike():
    """The same planted distance from few and from many mentions gives the same index on average."""
    generator = np.random.default_rng(8)
    own, others = np.array([0.4, 0.3, 0.1, 0.1, 0.1]), np.array([0.1, 0.1, 0.2, 0.3, 0.3])
    truth = jensenshannon(own, others, base=2)
    for size in (40, 400):
        found = [
            distance_beyond_chance(
                generator.multinomial(size, own),
                generator.multinomial(3000, others),
                np.eye(5, dtype=int),
                seed,
            )[0]
            for seed in range(40)
        ]
        assert np.mean(found) == pytest.approx(truth, abs=0.03)


def test_the_interval_covers_the_planted_distance():
    generator = np.random.default_rng(9)
    own, others = np.array([0.5, 0.2, 0.1, 0.2]), np.array([0.2, 0.3, 0.3, 0.2])
    truth = jensenshannon(own, others, base=2)
    covered = []
    for seed in range(200):
        _index, low, high, _p_value = distance_beyond_chance(
            generator.multinomial(150, own),
            generator.multinomial(900, others),
            np.eye(4, dtype=int),
            seed,
        )
        covered.append(low <= truth <= high)
    assert 0.91 <= np.mean(covered) <= 0.99


def test_the_p_value_keeps_its_promise_without_a_difference():
    generator = np.random.default_rng(10)
    shares = np.array([0.5, 0.2, 0.2, 0.05, 0.05])
    p_values = [
        distance_beyond_chance(
            generator.multinomial(50, shares),
            generator.multinomial(500, shares),
            np.eye(5, dtype=int),
            seed,
        )[3]
        for seed in range(300)
    ]
    assert 0.02 <= np.mean(np.array(p_values) <= 0.05) <= 0.085


BUNDLES = np.array([[1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0, 1]])
"""Problems that come together: who names one names the others."""
PAIRS = np.array(
    [[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1], [0, 0, 1, 1]]
)
"""Every client names two problems, and never the same twice."""


@pytest.mark.parametrize(
    ("sets", "shares"), [(BUNDLES, [0.3, 0.3, 0.4]), (PAIRS, [1 / 6] * 6)], ids=["bundles", "pairs"]
)
def test_whatever_problems_come_together_alarms_are_as_rare_as_promised(sets, shares):
    """Drawn mention by mention, chance looks too small in bundles and far too large in pairs."""
    generator = np.random.default_rng(11)
    alarms, by_mentions = [], []
    for seed in range(500):
        own, others = generator.multinomial(60, shares), generator.multinomial(500, shares)
        alarms.append(distance_beyond_chance(own, others, sets, seed)[3] <= 0.05)
        mentions = own @ sets, others @ sets, np.eye(sets.shape[1], dtype=int)
        by_mentions.append(distance_beyond_chance(*mentions, seed)[3] <= 0.05)
    error = (0.05 * 0.95 / 500) ** 0.5
    assert 0.05 - 3 * error <= np.mean(alarms) <= 0.05 + 2.33 * error
    if sets is PAIRS:
        assert np.mean(by_mentions) < 0.03


def mention_rows(*rows: tuple) -> pd.DataFrame:
    columns = ["client_id", "segment_code", "problem", "problems_count"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(problem_text=np.nan).astype({"client_id": "str", "problem": "str"})


def test_sets_are_of_clients_each_counted_once():
    rows = mention_rows(
        ("к1", "a", "Далеко", None), ("к1", "a", "долго ", None), ("к1", "a", "далеко", None),
        ("к2", "a", "Долго", None), ("к2", "a", "Далеко", 5), ("к3", "a", "Долго", None),
        (None, "b", "Долго", 4), (None, "b", "Долго", 3), ("к4", None, "Долго", None),
    )  # fmt: skip
    sets = problem_sets(rows)
    told = {(row.segment_code, row.problems): row.clients_count for row in sets.itertuples()}
    assert told == {("a", ("Далеко", "Долго")): 2, ("a", ("Долго",)): 1, ("b", ("Долго",)): 7}
    counts, _uncoded = problem_counts(rows)
    assert counts["problems_count"].sum() == sum(len(key[1]) * n for key, n in told.items())


def test_where_nobody_names_two_problems_sets_change_nothing():
    rows = mention_rows(
        *(
            (f"к{number}", "ab"[number % 2], f"p{number * number % 3}", None)
            for number in range(300)
        )
    )
    counts, _uncoded = problem_counts(rows)
    plain = priorities.uniqueness(counts, 5)
    pd.testing.assert_frame_equal(plain, priorities.uniqueness(counts, 5, None, problem_sets(rows)))


def test_nothing_depends_on_the_order_of_rows_or_on_names():
    table = counts_of(a=[40, 13, 7], b=[10, 41, 9], c=[20, 20, 21], rest=[3, 3, 3])
    renamed = table.assign(
        problem=table["problem"].map({"p0": "я", "p1": "к", "p2": "а"}),
        segment_code=table["segment_code"].map(
            {"a": "y", "b": "x", "c": "w", REST_CODE: REST_CODE}
        ),
    ).sample(frac=1, random_state=3)
    back = {"я": "p0", "к": "p1", "а": "p2"}
    first = priorities.problem_rates(table).set_index(["segment_code", "problem"]).sort_index()
    again = priorities.problem_rates(renamed)
    again["problem"] = again["problem"].map(back)
    again["segment_code"] = again["segment_code"].map({"y": "a", "x": "b", "w": "c"})
    again = again.set_index(["segment_code", "problem"]).sort_index()
    pd.testing.assert_frame_equal(first, again, check_index_type=False)
    indices = priorities.uniqueness(table, 7).set_index("segment_code")
    again = priorities.uniqueness(renamed, 7).set_index("segment_code")
    for name in ("problem_uniqueness", "uniqueness_low", "uniqueness_high", "p_value"):
        assert (
            again.loc[["y", "x", "w"], name].tolist() == indices.loc[["a", "b", "c"], name].tolist()
        )
