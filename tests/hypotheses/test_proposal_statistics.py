"""Tests of two groups against scipy and statsmodels, published answers and closed forms."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from client_segments.hypotheses.proposals.amounts import compare_amounts
from client_segments.hypotheses.proposals.scores import compare_scores
from client_segments.hypotheses.proposals.times import compare_times, km_median, peto_test
from client_segments.statistics import false_discovery

SEEDS = range(6)

LEUKEMIA_PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
LEUKEMIA_TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
LEUKEMIA_CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
"""Weeks to relapse: Freireich et al. (1963) Blood 21:699-716, as in Gehan (1965)."""


def counted(*groups):
    """Return the distinct values of all groups and the counts of each."""
    values = np.unique(np.concatenate([np.asarray(group, float) for group in groups]))
    return values, *((np.asarray(group, float)[:, None] == values).sum(axis=0) for group in groups)


# --------------------------------------------------------------------------------- marks


@pytest.mark.parametrize("seed", SEEDS)
def test_marks_are_compared_as_scipy_does(seed):
    generator = np.random.default_rng(seed)
    own = generator.choice(5, 40, p=[0.1, 0.2, 0.3, 0.3, 0.1]) + 1.0
    others = generator.choice(5, 90, p=[0.05, 0.05, 0.2, 0.3, 0.4]) + 1.0
    found = compare_scores(*counted(own, others))
    assert found.p_value == pytest.approx(stats.brunnermunzel(own, others).pvalue, rel=1e-9)
    welch = stats.ttest_ind(own, others, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((welch.low, welch.high), rel=1e-9)
    # Cliff's delta is 2 U / (n m) - 1.
    statistic = stats.mannwhitneyu(own, others).statistic
    assert found.dominance == pytest.approx(2 * statistic / (40 * 90) - 1)


def test_the_published_example_of_brunner_and_munzel():
    """Pain scores on the third day after surgery, Brunner & Munzel (2000): t = 3.1375, p = 0.0058."""
    first = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1]
    second = [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]
    found = compare_scores(*counted(first, second))
    assert found.p_value == pytest.approx(0.005786, abs=1e-6)
    assert (1 - found.dominance) / 2 == pytest.approx(0.788961, abs=1e-6)


def test_dominance_of_two_marks_is_the_difference_of_shares():
    found = compare_scores(np.array([0.0, 100.0]), np.array([30, 70]), np.array([60, 40]))
    assert found.dominance == pytest.approx(0.3)


def test_groups_that_do_not_overlap_are_told_apart():
    found = compare_scores(*counted([1] * 12, [5] * 15))
    expected = stats.mannwhitneyu(
        [1] * 12, [5] * 15, method="asymptotic", use_continuity=False
    ).pvalue
    assert found.p_value == pytest.approx(expected, rel=1e-6)
    assert found.dominance == -1


def test_marks_all_alike_are_no_comparison():
    assert np.isnan(compare_scores(*counted([4] * 20, [4] * 30)).p_value)


# --------------------------------------------------------------------------------- times


def drawn_times(seed):
    """Times of two groups in whole hours, about a third of them not over."""
    generator = np.random.default_rng(seed)
    groups = []
    for size, mean in ((60, 40.0), (150, 60.0)):
        time, limit = generator.exponential(mean, size), generator.uniform(10, 150, size)
        groups.append((np.floor(np.minimum(time, limit)), time <= limit))
    return groups


def tabled(groups):
    times = np.unique(np.concatenate([time for time, _ended in groups]))
    sides = [
        tuple((time[over][:, None] == times).sum(axis=0) for over in (ended, ~ended))
        for time, ended in groups
    ]
    return times, *sides


@pytest.mark.parametrize("seed", SEEDS)
def test_times_are_compared_as_statsmodels_does(seed):
    groups = drawn_times(seed)
    times, own, others = tabled(groups)
    joined = [np.concatenate(parts) for parts in zip(*groups, strict=True)]
    labels = np.repeat([0, 1], [60, 150])
    _statistic, p_value = survdiff(
        joined[0], joined[1].astype(int), labels, weight_type="fh", fh_p=1
    )
    found = compare_times(times, own, others)
    assert found.p_value == pytest.approx(p_value, rel=1e-8)
    for (time, ended), median in zip(groups, (found.median, found.other_median), strict=True):
        curve = SurvfuncRight(time, ended.astype(int))
        assert median.value == curve.quantile(0.5)
        assert median.low <= median.value <= median.high


def test_the_leukemia_trial_gives_the_published_medians():
    """Medians 8 and 23 weeks (Kleinbaum & Klein, Survival Analysis, 3rd ed., ch. 2); the interval of
    the placebo group is 4 to 11 in R's survfit(conf.type = "log-log"), and of the treated from 13,
    with no upper end."""
    groups = [
        (np.array(LEUKEMIA_TREATED + LEUKEMIA_CENSORED, float), np.arange(21) < 9),
        (np.array(LEUKEMIA_PLACEBO, float), np.ones(21, bool)),
    ]
    times, treated, placebo = tabled(groups)
    found = compare_times(times, treated, placebo)
    assert (found.median.value, found.other_median.value) == (23, 8)
    assert (found.other_median.low, found.other_median.high) == (4, 11)
    assert found.median.low == 13
    assert np.isnan(found.median.high)
    assert found.difference == 15
    # MOVER by hand: 15 - sqrt((23 - 13)^2 + (11 - 8)^2); the upper end is not known.
    assert found.low == pytest.approx(15 - 109**0.5)
    assert np.isnan(found.high)
    assert found.p_value < 0.001


def test_without_censoring_the_test_is_nearly_wilcoxons():
    generator = np.random.default_rng(5)
    own, others = generator.exponential(50, 80), generator.exponential(70, 200)
    values, own_counts, others_counts = counted(own, others)
    none = np.zeros(len(values), dtype=int)
    p_value = peto_test((own_counts, none), (others_counts, none))
    expected = stats.mannwhitneyu(own, others).pvalue
    # The numerators are the same; the variance is of the log-rank kind.
    assert p_value == pytest.approx(expected, rel=0.25)


def test_a_median_that_is_not_reached_is_not_known():
    times = np.array([1.0, 2.0, 9.0])
    median = km_median(times, np.array([2, 1, 0]), np.array([0, 0, 7]))
    assert np.isnan(median.value)
    nothing = np.zeros(3, dtype=int)
    assert np.isnan(peto_test((nothing, np.array([0, 0, 4])), (nothing, np.array([1, 1, 1]))))


def test_what_is_not_over_is_not_short():
    """Halves of equal groups, one watched for less time: leaving the open cases out would find it
    faster."""
    generator = np.random.default_rng(7)
    groups = []
    for limit in (10.0, 200.0):
        time = generator.exponential(40, 400)
        groups.append((np.floor(np.minimum(time, limit)), time <= limit))
    times, own, others = tabled(groups)
    assert compare_times(times, own, others).p_value > 0.05
    naive = stats.mannwhitneyu(*(time[ended] for time, ended in groups))
    assert naive.pvalue < 1e-10


# ------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_are_compared_as_a_poisson_regression_with_a_sandwich(seed):
    generator = np.random.default_rng(seed)
    own = generator.negative_binomial(1.2, 0.4, 70).astype(float)
    others = generator.negative_binomial(1.2, 0.5, 70).astype(float)
    found = compare_amounts(*counted(own, others))
    design = sm.add_constant(np.repeat([1.0, 0.0], 70))
    fitted = sm.GLM(np.concatenate([own, others]), design, family=sm.families.Poisson()).fit(
        cov_type="HC0"
    )
    assert found.ratio == pytest.approx(np.exp(fitted.params[1]), rel=1e-6)
    # Of a sample of n ours has n / (n - 1) more; the quantile is ours too (Student).
    error = fitted.bse[1] * (70 / 69) ** 0.5
    degrees = _degrees(own, others)
    assert found.p_value == pytest.approx(
        2 * stats.t.sf(abs(fitted.params[1]) / error, degrees), rel=1e-5
    )
    half = stats.t.ppf(0.975, degrees) * error
    assert np.log([found.low, found.high]) == pytest.approx(
        fitted.params[1] + np.array([-half, half]), rel=1e-5
    )


def _degrees(*groups):
    parts = [np.var(group, ddof=1) / len(group) / np.mean(group) ** 2 for group in groups]
    return sum(parts) ** 2 / sum(
        part**2 / (len(group) - 1) for part, group in zip(parts, groups, strict=True)
    )


def test_overdispersed_numbers_do_not_raise_false_alarms():
    """A plain Poisson comparison of such counts is wrong more than half of the time."""
    generator = np.random.default_rng(11)
    alarms, plain = 0, 0
    for _trial in range(400):
        own, others = (generator.negative_binomial(0.5, 0.05, size) for size in (40, 200))
        found = compare_amounts(*counted(own, others))
        alarms += found.p_value < 0.05
        error = (1 / own.sum() + 1 / others.sum()) ** 0.5
        plain += abs(np.log(found.ratio)) / error > 1.96
    assert alarms / 400 < 0.09
    assert plain / 400 > 0.3


def test_a_group_without_any_has_no_ratio():
    found = compare_amounts(*counted([0.0] * 20, [0.0, 1.0] * 20))
    assert np.isnan(found.ratio)
    assert np.isnan(found.p_value)


# ----------------------------------------------------------------------- false discoveries


def test_the_published_example_of_benjamini_and_hochberg():
    """Fifteen p-values of Benjamini & Hochberg (1995), section 3.2: four are rejected at 0.05."""
    p_values = np.array(
        [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
         0.5719, 0.6528, 0.7590, 1.000]
    )  # fmt: skip
    order = np.random.default_rng(0).permutation(15)
    q_values = pd.Series(false_discovery(p_values[order]), index=order).sort_index()
    assert (q_values <= 0.05).tolist() == [True] * 4 + [False] * 11
    assert q_values[3] == pytest.approx(0.0095 * 15 / 4)
