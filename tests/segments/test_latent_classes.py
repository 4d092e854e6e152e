"""Latent classes against published answers, planted truth, closed forms and invariances."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from client_segments.segments import LatentClassModel
from client_segments.segments.latent_classes import (
    LatentClassWarning,
    adjusted_rand_index,
    local_maxima,
)

# Linzer & Lewis (2011), Table 1: log-likelihood and shares of the five maxima of gss82.
GSS82_MAXIMA = [
    (-2754.545, [0.621, 0.207, 0.172]),
    (-2755.617, [0.782, 0.150, 0.067]),
    (-2755.739, [0.796, 0.162, 0.043]),
    (-2762.005, [0.508, 0.392, 0.099]),
    (-2762.231, [0.533, 0.297, 0.170]),
]


@pytest.mark.parametrize(
    ("name", "classes", "log_likelihood", "parameters", "bic"),
    [
        ("values", 1, -543.6498, 4, 1108.801),
        ("values", 2, -504.467670, 9, 1057.313),
        ("values", 3, -503.301137, 14, 1081.856),
        ("cheating", 1, -467.4382, 4, 957.937),
        ("cheating", 2, -440.0271, 9, 931.941),
        ("cheating", 3, -436.2356, 14, 953.184),
        ("gss82", 1, -2872.2296, 6, 5787.010),
        ("gss82", 2, -2783.268010, 13, 5658.729),
        ("gss82", 3, -2754.545405, 20, 5650.926),
        ("gss82", 4, -2746.6208, 27, 5684.719),
        ("carcinoma", 2, -317.256837, 15, 706.0739),
        ("carcinoma", 3, -293.704979, 23, 697.1357),
    ],
)
def test_published_answers(published, name, classes, log_likelihood, parameters, bic):
    table, counts = published(name)
    model = LatentClassModel(classes).fit(table, counts)
    # As printed: to the rounding of four places, or of six.
    printed = 6e-5 if log_likelihood == round(log_likelihood, 4) else 2e-6
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=printed)
    assert model.n_parameters_ == parameters
    assert model.bic_ == pytest.approx(bic, abs=1e-3)
    assert model.converged_
    assert model.score(table, counts) * counts.sum() == pytest.approx(model.log_likelihood_)


def test_published_degrees_of_freedom(published):
    table, counts = published("gss82")
    assert LatentClassModel(3).fit(table, counts).degrees_of_freedom_ == 15
    table, counts = published("values")
    with pytest.warns(LatentClassWarning, match="more than the data bear"):
        assert LatentClassModel(4).fit(table, counts).degrees_of_freedom_ == -4


def test_published_shares(published):
    model = LatentClassModel(3).fit(*published("gss82"))
    assert_allclose(model.class_shares_, [0.621, 0.207, 0.172], atol=1e-3)
    model = LatentClassModel(2).fit(*published("cheating"))
    assert_allclose(model.class_shares_, [0.8394, 0.1606], atol=1e-3)


def test_the_five_published_local_maxima_are_found(published):
    table, counts = published("gss82")
    maxima = local_maxima(table, 3, counts, n_starts=500)
    assert len(maxima) == 5
    assert maxima["starts_count"].sum() == 500
    for (reached, shares), found in zip(GSS82_MAXIMA, maxima.itertuples(), strict=True):
        assert found.log_likelihood == pytest.approx(reached, abs=6e-4)
        assert_allclose(found.class_shares, shares, atol=6e-4)


def test_single_starts_end_in_the_published_local_maxima(published):
    table, counts = published("gss82")
    published_maxima = np.array([reached for reached, _shares in GSS82_MAXIMA])
    met = set()
    for seed in range(60):
        reached = LatentClassModel(3, n_starts=1, seed=seed).fit(table, counts).log_likelihood_
        nearest = int(np.argmin(np.abs(published_maxima - reached)))
        assert reached == pytest.approx(published_maxima[nearest], abs=2e-3)
        met.add(nearest)
    assert len(met) >= 4


def test_starts_are_told(published):
    model = LatentClassModel(3).fit(*published("gss82"))
    assert set(model.starts_["kind"]) == {"margins", "clients", "correspondence"}
    assert model.starts_["log_likelihood"].max() == pytest.approx(model.log_likelihood_, abs=1e-2)
    assert model.starts_["is_best"].mean() == model.best_starts_
    assert 0 < model.best_starts_ < 1


def test_one_class_is_the_margins_of_known_values():
    table = np.array([[1, 2], [1, 0], [2, 2], [0, 1]])
    weight = np.array([1.0, 2, 3, 4])
    model = LatentClassModel(1).fit(table, weight)
    assert_allclose(model.probabilities_[0], [[3 / 6, 3 / 6]])
    assert_allclose(model.probabilities_[1], [[4 / 8, 4 / 8]])
    assert model.log_likelihood_ == pytest.approx(14 * np.log(0.5))
    assert model.n_parameters_ == 2


def test_missing_values_are_skipped(planted):
    codes, _truth = planted(1, missing=0.3)
    model = LatentClassModel(3).fit(codes)
    joint = np.tile(np.log(model.class_shares_), (len(codes), 1))
    for column, probabilities in zip(codes.T, model.probabilities_, strict=True):
        known = column > 0
        joint[known] += np.log(probabilities[:, column[known] - 1]).T
    density = np.logaddexp.reduce(joint, axis=1)
    assert model.log_likelihood_ == pytest.approx(density.sum())
    assert_allclose(model.predict_proba(codes), np.exp(joint - density[:, None]), atol=1e-12)
    # The fixed point of EM: shares are the mean of the posteriors.
    assert_allclose(model.predict_proba(codes).mean(axis=0), model.class_shares_, atol=1e-5)
    # A client of whom nothing is known is a client of average chances.
    assert_allclose(model.predict_proba(np.zeros((1, 8), int))[0], model.class_shares_)


def test_missing_values_give_the_likelihood_of_plain_em(planted, plain_em):
    codes, _truth = planted(2, clients=400, missing=0.2, attributes=5, levels=3)
    reached, shares = max(
        (plain_em(codes, 3, 2000, seed) for seed in range(3)), key=lambda found: found[0]
    )
    model = LatentClassModel(3).fit(codes)
    assert model.log_likelihood_ == pytest.approx(reached, abs=1e-3)
    assert_allclose(model.class_shares_, np.sort(shares)[::-1], atol=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_planted_classes_are_recovered(planted, seed):
    codes, truth = planted(seed, classes=4)
    model = LatentClassModel(4).fit(codes)
    assert adjusted_rand_index(model.predict(codes), truth) > 0.95
    assert model.class_shares_.tolist() == sorted(model.class_shares_, reverse=True)
    assert model.empty_classes_ == 0


def same(first: LatentClassModel, second: LatentClassModel, tolerance: float) -> None:
    assert_allclose(first.class_shares_, second.class_shares_, atol=tolerance)
    for ours, theirs in zip(first.probabilities_, second.probabilities_, strict=True):
        assert_allclose(ours, theirs, atol=tolerance)
    assert first.best_starts_ == second.best_starts_


def test_order_of_rows_does_not_matter(planted):
    codes, _truth = planted(5)
    weight = np.random.default_rng(5).uniform(0.5, 3, len(codes))
    order = np.random.default_rng(6).permutation(len(codes))
    model = LatentClassModel(3).fit(codes, weight)
    shuffled = LatentClassModel(3).fit(codes[order], weight[order])
    same(model, shuffled, 0)
    assert model.log_likelihood_ == shuffled.log_likelihood_
    assert_array_equal(model.predict(codes)[order], shuffled.predict(codes[order]))


def test_order_of_attributes_and_of_codes_does_not_matter(planted):
    codes, _truth = planted(5)
    turned = codes[:, ::-1].copy()
    turned[turned[:, 0] > 0, 0] = 5 - turned[turned[:, 0] > 0, 0]
    model, other = LatentClassModel(3).fit(codes), LatentClassModel(3).fit(turned)
    assert other.log_likelihood_ == pytest.approx(model.log_likelihood_, abs=1e-4)
    assert_array_equal(model.predict(codes), other.predict(turned))


def test_half_weights_and_repeated_rows_are_the_same_client(published):
    table, counts = published("values")
    model = LatentClassModel(2).fit(table, counts)
    halves = LatentClassModel(2).fit(pd.concat([table, table]), np.tile(counts / 2, 2))
    people = LatentClassModel(2).fit(table.loc[table.index.repeat(counts)])
    same(model, halves, 1e-9)
    same(model, people, 1e-9)
    assert people.bic_ == pytest.approx(model.bic_)


def test_rows_without_weight_do_not_count(published):
    table, counts = published("values")
    more = pd.concat([table, table + 1])
    model = LatentClassModel(2).fit(more, np.concatenate([counts, np.zeros(len(counts))]))
    assert model.levels_ == [2, 2, 2, 2]
    assert model.log_likelihood_ == pytest.approx(-504.46767, abs=1e-4)


def test_one_client():
    with pytest.warns(LatentClassWarning):
        model = LatentClassModel(3).fit([[2, 1, 0]])
    assert model.log_likelihood_ == pytest.approx(0)
    assert model.predict([[2, 1, 0]]).shape == (1,)
    assert model.class_shares_.sum() == pytest.approx(1)


def test_constant_and_all_missing_attributes_change_nothing(published):
    table, counts = published("values")
    wider = table.assign(constant=1, unknown=0)
    model = LatentClassModel(2).fit(wider, counts)
    assert model.log_likelihood_ == pytest.approx(-504.46767, abs=1e-5)
    assert model.n_parameters_ == 9
    assert model.levels_ == [2, 2, 2, 2, 1, 0]
    assert model.probabilities_[5].shape == (2, 0)
    with pytest.warns(LatentClassWarning):
        nothing = LatentClassModel(2).fit(np.zeros((5, 2), dtype=int))
    assert nothing.log_likelihood_ == 0
    assert nothing.n_parameters_ == 1


def test_a_level_that_nobody_has_is_no_parameter_and_says_nothing(published):
    table, counts = published("values")
    model = LatentClassModel(2).fit(table.replace({"A": {2: 5}}), counts)
    assert model.n_parameters_ == 9
    unseen, missing = [[3, 1, 1, 1], [9, 1, 1, 1]], [[0, 1, 1, 1]] * 2
    assert_allclose(model.predict_proba(unseen), model.predict_proba(missing))


def test_more_classes_than_patterns():
    with pytest.warns(LatentClassWarning, match="6 classes have 17 parameters"):
        model = LatentClassModel(6).fit([[1, 1], [2, 2]], [60, 40])
    assert model.log_likelihood_ == pytest.approx(60 * np.log(0.6) + 40 * np.log(0.4), abs=1e-4)
    assert len(model.class_shares_) == 6


def test_empty_classes_are_reported():
    with pytest.warns(LatentClassWarning, match="classes are empty"):
        model = LatentClassModel(4).fit([[1], [2]], [0.5, 0.5])
    assert model.empty_classes_ >= 3


def test_a_climb_that_did_not_end_is_reported(published):
    with pytest.warns(LatentClassWarning, match="not converged"):
        model = LatentClassModel(3, max_iterations=1).fit(*published("gss82"))
    assert not model.converged_


def test_large_tables_are_sampled_for_the_starts_only(planted):
    codes, truth = planted(8, clients=120_000, attributes=10, missing=0.1)
    model = LatentClassModel(3, n_starts=4).fit(codes)
    assert adjusted_rand_index(model.predict(codes), truth) > 0.97
    assert model.n_clients_ == 120_000
    assert model.score(codes) * 120_000 == pytest.approx(model.log_likelihood_)
    turned = LatentClassModel(3, n_starts=4).fit(
        np.repeat(codes[::-1], 2, axis=0), np.full(240_000, 0.5)
    )
    same(model, turned, 1e-9)
