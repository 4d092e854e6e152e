"""The false alarm rate keeps its promise: over indicators, segments, groups and authorities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from client_segments import recommendations as rec
from client_segments import storage, updates
from client_segments.profiles.comparison.judging import (
    change_p_values,
    level_of,
    weighted_false_discovery,
)
from client_segments.statistics import false_discovery
from client_segments.study import AuthorityYear

SEGMENTS = 14
YEARS = 400


def shares(rng: np.random.Generator, parts: int) -> np.ndarray:
    return rng.dirichlet(np.full(parts, 3.0))


def null_year(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw two years in which nothing has changed; return p-values and which indicators lead.

    As a profile has them: satisfaction, blind zone, capacity, problems and channels (shares of
    one whole, so that they depend on each other), and stages that fewer and fewer cases reach.
    """
    hits, totals, leading = [], [], []

    def add(pairs: np.ndarray, sizes: tuple[int, int], is_leading: bool) -> None:
        hits.extend(pairs.T)
        totals.extend([sizes] * pairs.shape[1])
        leading.extend([is_leading] * pairs.shape[1])

    clients = (20_000, 19_000)
    capacity = shares(rng, SEGMENTS)
    add(np.array([rng.multinomial(size, capacity) for size in clients]), clients, False)
    for _segment in range(SEGMENTS):
        for share, sizes in ((0.6, (400, 350)), (0.5, (2500, 2400))):
            add(rng.binomial(sizes, share)[:, None], sizes, True)
        for parts, sizes in ((6, (150, 140)), (6, (120, 110)), (6, (120, 110))):
            whole = shares(rng, parts)
            add(np.array([rng.multinomial(size, whole) for size in sizes]), sizes, False)
        stages = np.sort(rng.uniform(0.4, 1, 5))[::-1]
        reached = [[(rng.uniform(size=size)[:, None] < stages).sum(axis=0)] for size in (300, 280)]
        add(np.concatenate(reached), (300, 280), False)
    sizes = np.array(totals)
    found = np.array(hits)
    p_values = change_p_values(found[:, 0], sizes[:, 0], found[:, 1], sizes[:, 1])
    return p_values, np.array(leading)


@pytest.fixture(scope="module")
def null_years() -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(20240912)
    return [null_year(rng) for _year in range(YEARS)]


def most_of(rate: float, count: int) -> int:
    """Return the largest number of alarms that a true rate gives with a probability of 99 %."""
    return int(stats.binom.ppf(0.99, count, rate))


def test_a_year_in_which_nothing_changed_gives_an_alarm_in_at_most_five_of_a_hundred(null_years):
    alarms = sum((weighted_false_discovery(*year) <= 0.05).any() for year in null_years)
    assert alarms <= most_of(0.05, YEARS)


def test_two_families_of_their_own_would_not_keep_the_promise(null_years):
    """Leading indicators and others at 5 % each alarm nearly twice as often: hence the weights."""
    alarms = sum(
        any((false_discovery(p_values[family]) <= 0.05).any() for family in (leads, ~leads))
        for p_values, leads in null_years
    )
    weighted = sum((weighted_false_discovery(*year) <= 0.05).any() for year in null_years)
    assert alarms > 1.4 * weighted


@pytest.mark.parametrize("authorities", [2, 5])
def test_several_authorities_share_the_rate(null_years, authorities):
    """Each has an equal part of 5 %, so that all together keep it."""
    level = rec.FALSE_DISCOVERY_RATE / authorities
    alarms = np.array([(weighted_false_discovery(*year) <= level).any() for year in null_years])
    together = alarms[: YEARS // authorities * authorities].reshape(-1, authorities).any(axis=1)
    assert together.sum() <= most_of(0.05, len(together))


def test_among_changes_that_are_called_real_few_are_chance():
    """28 leading and 300 other comparisons, some of them changed: the share of false ones."""
    rng = np.random.default_rng(7)
    leading = np.arange(328) < 28
    changed = np.isin(np.arange(328), [*range(5), *range(28, 40)])
    portions, found = [], []
    for _year in range(YEARS):
        scores = rng.normal(np.where(changed, 3.5, 0.0))
        called = weighted_false_discovery(2 * stats.norm.sf(np.abs(scores)), leading) <= 0.05
        portions.append((called & ~changed).sum() / max(called.sum(), 1))
        found.append(called[changed & leading].mean())
    error = np.std(portions) / np.sqrt(YEARS)
    assert np.mean(portions) <= 0.05 + 2.33 * error
    assert np.mean(found) > 0.7  # not by saying nothing


def test_weights_are_one_on_average_and_equal_without_one_of_the_kinds():
    p_values = np.array([0.01, 0.02, 0.03, 0.5])
    weighted = weighted_false_discovery(p_values, [True, False, False, False])
    weights = np.array([3.0, 1 / 3, 1 / 3, 1 / 3])
    assert weights.mean() == pytest.approx(1)
    assert weighted == pytest.approx(false_discovery(np.minimum(p_values / weights, 1)))
    for kind in (True, False):
        assert weighted_false_discovery(p_values, [kind] * 4) == pytest.approx(
            false_discovery(p_values)
        )
    assert len(weighted_false_discovery([], [])) == 0


def test_a_change_within_a_point_is_none_however_many_clients_there_are():
    million = 1_000_000
    assert change_p_values(508_000, million, 500_000, million) > 0.9
    assert change_p_values(530_000, million, 500_000, million) < 1e-12
    # A fifteenth part of the change: with hundreds of answers the margin hardly counts.
    plain = float(stats.chi2_contingency([[140, 260], [80, 320]], correction=False).pvalue)
    assert plain <= change_p_values(140, 400, 80, 400) < 1e-4


@pytest.mark.parametrize(("hits", "other"), [(0, 0), (50, 50), (50, 0)])
def test_shares_without_spread_are_judged(hits, other):
    p_value = float(change_p_values(hits, 50, other, 50))
    assert p_value == (1 if hits == other else pytest.approx(0, abs=1e-9))


def lay_out(root, authority: str, *years: int) -> None:
    for year in years:
        storage.write_text(root / "data" / authority / str(year) / "aid" / "group.yml", "name: А\n")


def test_the_level_is_shared_by_authorities_that_have_both_years(tmp_path):
    year = AuthorityYear("ministry", 2025, tmp_path)
    lay_out(tmp_path, "ministry", 2024, 2025)
    assert level_of(year) == rec.FALSE_DISCOVERY_RATE
    lay_out(tmp_path, "agency", 2024, 2025)
    lay_out(tmp_path, "beginner", 2025)
    lay_out(tmp_path, "gone", 2024)
    storage.write_text(tmp_path / "data" / "catalogue" / "authorities.csv", "code,name\n")
    assert level_of(year) == rec.FALSE_DISCOVERY_RATE / 2
    assert level_of(AuthorityYear("beginner", 2025, tmp_path)) == rec.FALSE_DISCOVERY_RATE / 3


def test_whatever_the_order_of_comparisons_the_same_changes_are_real():
    rng = np.random.default_rng(1)
    items = [
        updates.Comparison(
            "aid", f"s{number}", "satisfaction" if number % 3 else "problem.01", "Доля",
            updates.Share(before, 200), updates.Share(after, 200),
        )
        for number, (before, after) in enumerate(rng.integers(60, 140, size=(30, 2)))
    ]  # fmt: skip
    first = updates.judge(items).set_index("segment_code")
    second = updates.judge([items[place] for place in rng.permutation(30)]).set_index(
        "segment_code"
    )
    assert 0 < first["is_real"].sum() < 30
    assert (first["is_real"] == second["is_real"].reindex(first.index)).all()


def test_a_stricter_level_calls_less():
    items = [
        updates.Comparison(
            "aid", "s", "satisfaction", "Доля", updates.Share(100, 200), updates.Share(122, 200)
        )
    ]
    assert updates.judge(items)["is_real"].tolist() == [True]
    assert updates.judge(items, rec.FALSE_DISCOVERY_RATE / 10)["is_real"].tolist() == [False]
