"""Numbers of respondents against published tables, closed forms, a second way, and step 5's rule."""

import math

import numpy as np
import pytest
from scipy import stats

from client_segments.hypotheses.plan.shares import largest_remainder
from client_segments.hypotheses.plan.sizes import (
    confirming_count,
    confirming_power,
    expected_pct,
    lower_level,
    margin_pct,
    noticed_pct,
    power_size,
    respondents_needed,
    survey_size,
    unanimous_size,
)
from client_segments.validation.exact import exact_test

MANY = 10**9


@pytest.mark.parametrize(
    ("clients", "margin", "size"),
    # Krejcie & Morgan (1970), Educ Psychol Meas 30:607-610, table 1 (margin 5 %; chi-square 3.841).
    [(10, 5, 10), (50, 5, 44), (100, 5, 80), (200, 5, 132), (500, 5, 217), (1000, 5, 278),
     (5000, 5, 357), (10_000, 5, 370), (100_000, 5, 383)],
)  # fmt: skip
def test_precision_agrees_with_the_table_of_krejcie_and_morgan(clients, margin, size):
    assert abs(survey_size(clients, margin) - size) <= 1  # the table rounds, we round up


@pytest.mark.parametrize("clients", [2, 12, 97, 1000, MANY])
def test_the_margin_is_the_inverse_of_the_size(clients):
    size = survey_size(clients)
    assert margin_pct(size, clients) <= 10 + 1e-9
    assert size == 1 or margin_pct(size - 1, clients) > 10


def test_a_margin_is_wide_for_few_and_none_for_all():
    assert margin_pct(96, MANY) == pytest.approx(10.002, abs=0.001)
    assert margin_pct(45, MANY) == pytest.approx(14.61, abs=0.01)
    assert margin_pct(7, 7) == 0.0


@pytest.mark.parametrize("clients", [12, 40, 169, 900, 20_000])
@pytest.mark.parametrize("criterion", [50, 60, 85])
@pytest.mark.parametrize("tested", [1, 7])
def test_the_confirming_number_is_that_of_the_rule_of_verdicts(clients, criterion, tested):
    """Step 5 confirms by `exact_test`: the plan must speak of the same rule."""
    level = lower_level(tested)
    for count in {3, 12, min(40, clients), min(120, clients)}:
        if count > clients:
            continue
        by_rule = next(
            (hits for hits in range(count + 1)
             if exact_test(hits, count, criterion, clients).confirming_p <= level),
            count + 1,
        )  # fmt: skip
        assert confirming_count(count, clients, criterion, level) == by_rule


@pytest.mark.parametrize(
    ("count", "criterion", "share"), [(20, 50, 80), (45, 60, 80), (62, 60, 80), (200, 80, 90)]
)
def test_power_of_endlessly_many_is_the_binomial_tail(count, criterion, share):
    level = lower_level(1)
    needed = stats.binom.isf(level, count, criterion / 100) + 1
    expected = stats.binom.sf(needed - 1, count, share / 100)
    assert confirming_power(count, MANY, criterion, share, level) == pytest.approx(expected, 1e-9)


def test_power_of_few_is_the_hypergeometric_tail_of_a_sample_without_replacement():
    level, count, clients, criterion, share = lower_level(4), 50, 169, 60, 80
    enough = math.ceil(criterion * clients / 100)
    needed = stats.hypergeom.isf(level, clients, enough - 1, count) + 1
    agreeing = math.floor(share * clients / 100 + 0.5)
    exact = stats.hypergeom.sf(needed - 1, clients, agreeing, count)
    found = confirming_power(count, clients, criterion, share, level)
    assert found == pytest.approx(exact, 1e-9)
    generator = np.random.default_rng(20240912)
    answers = np.arange(clients) < agreeing
    asked = [generator.choice(answers, count, replace=False).sum() for _time in range(20_000)]
    assert found == pytest.approx(np.mean(np.array(asked) >= needed), abs=0.01)


@pytest.mark.parametrize(
    ("criterion", "share", "level"),
    # Fleiss, Levin & Paik (2003), 2.3: n = ((z_a sqrt(p0 q0) + z_b sqrt(p1 q1)) / (p1 - p0))².
    [(50, 70, 0.025), (60, 80, 0.025), (60, 80, 0.025 / 7), (80, 90, 0.025), (30, 50, 0.025)],
)
def test_the_size_for_power_is_near_the_formula_of_fleiss(criterion, share, level):
    low, high = criterion / 100, share / 100
    z_level, z_power = stats.norm.isf(level), stats.norm.ppf(0.8)
    spread = z_level * math.sqrt(low * (1 - low)) + z_power * math.sqrt(high * (1 - high))
    formula = (spread / (high - low)) ** 2
    corrected = formula / 4 * (1 + math.sqrt(1 + 2 / (formula * (high - low)))) ** 2
    found = power_size(MANY, criterion, level, share)
    # An exact test needs about as many as the formula with the correction for continuity.
    assert 0.97 * formula <= found <= 1.12 * corrected


def test_from_the_size_on_the_power_stays_and_just_below_it_does_not():
    level = lower_level(3)
    for clients in (90, 400, MANY):
        size = power_size(clients, 60, level)
        assert confirming_power(size - 1, clients, 60, 80, level) < 0.8
        later = range(size, min(clients, size + 60) + 1)
        assert all(confirming_power(count, clients, 60, 80, level) >= 0.8 for count in later)


def test_asking_everybody_settles_the_question_in_a_small_segment():
    assert power_size(12, 60, lower_level(7)) <= 12
    assert confirming_power(12, 12, 60, 80, lower_level(7)) == 1.0
    assert power_size(1, 60, 0.025) == 1
    assert power_size(0, 60, 0.025) is None
    assert power_size(MANY, 100, 0.025) is None


def test_more_hypotheses_need_more_respondents_and_small_segments_need_fewer():
    assert power_size(MANY, 60, lower_level(20)) > power_size(MANY, 60, lower_level(1))
    assert power_size(100, 60, lower_level(1)) < power_size(MANY, 60, lower_level(1))
    assert respondents_needed("survey", 1, MANY, 90.0, 5) == power_size(MANY, 90.0, lower_level(5))
    assert respondents_needed("survey", 1, MANY, 60.0, 1) == 97  # precision asks for more
    assert respondents_needed("survey", 1, 1, 60.0, 9) == 1


def test_the_share_taken_to_be_true_stays_below_everybody():
    assert [expected_pct(criterion) for criterion in (30, 50, 60, 90, 100)] == [50, 70, 80, 95, 100]


@pytest.mark.parametrize("count", [1, 5, 8, 20, 59])
def test_a_problem_is_heard_of_from_the_rule_of_three_on(count):
    """Of endlessly many: 1 - 0.05^(1/n); for 8 talks 31 %, for 59 about 5 %."""
    assert noticed_pct(count, MANY) == pytest.approx(100 * (1 - 0.05 ** (1 / count)))
    assert noticed_pct(count, 200_000) == pytest.approx(noticed_pct(count, MANY), abs=0.01)


def test_among_few_clients_it_is_exact():
    for count, clients in ((5, 97), (8, 20), (3, 3)):
        having = round(noticed_pct(count, clients) * clients / 100)
        missed = stats.hypergeom.pmf(0, clients, having, count)
        nearly = stats.hypergeom.pmf(0, clients, having - 1, count)
        assert missed <= 0.05 + 1e-12
        assert nearly > 0.05
    assert noticed_pct(1, 1) == 100


@pytest.mark.parametrize(("criterion", "level"), [(60, 0.025), (50, 0.025), (60, 0.025 / 5)])
def test_agreement_of_all_confirms_from_a_number_on(criterion, level):
    needed = unanimous_size(criterion, level)
    assert (criterion / 100) ** needed <= level < (criterion / 100) ** (needed - 1)
    assert confirming_count(needed, MANY, criterion, level) == needed
    assert confirming_count(needed - 1, MANY, criterion, level) == needed
    assert unanimous_size(100, level) is None
    assert unanimous_size(criterion, level, 6) <= 6  # all six asked leave nothing to chance


@pytest.mark.parametrize(
    ("shares", "total", "parts"),
    [([50, 30, 20], 10, [5, 3, 2]), ([1, 1, 1], 2, [1, 1, 0]), ([62.1, 37.9], 5, [3, 2]),
     ([0, 0], 5, [0, 0]), ([10], 0, [0]), ([47, 16, 15.8, 12, 6.1, 3.1], 10, [5, 2, 1, 1, 1, 0])],
)  # fmt: skip
def test_quotas_sum_to_the_number_by_largest_remainders(shares, total, parts):
    assert largest_remainder(shares, total) == parts
