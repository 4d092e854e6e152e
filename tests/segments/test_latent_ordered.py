"""Ordered attributes: planted shifts are recovered, and the restriction is one."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from client_segments.segments import LatentClassModel
from client_segments.segments.latent_classes import adjusted_rand_index, orders_by_bic
from client_segments.segments.latent_classes.ordered import maximised
from client_segments.segments.latent_classes.patterns import Patterns

LOCATIONS = np.array([-1.0, 0.2, 1.2])
LEVELS = 5


def shifted(seed: int, clients: int = 3000, attributes: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Classes that differ by a shift along the levels of every attribute."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(3, clients, p=[0.5, 0.3, 0.2])
    codes = np.zeros((clients, attributes), dtype=int)
    for attribute in range(attributes):
        logits = rng.normal(0, 0.5, LEVELS) + (np.arange(LEVELS) - 2) * LOCATIONS[:, None]
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        draws = rng.random(clients)[:, None] > shares.cumsum(axis=1)[truth]
        codes[:, attribute] = 1 + draws.sum(axis=1)
    codes[rng.random(codes.shape) < 0.05] = 0
    return codes, truth


def test_planted_shifts_are_recovered():
    codes, truth = shifted(3, clients=6000)
    model = LatentClassModel(3, ordered=range(6)).fit(codes)
    for probabilities in model.probabilities_:
        steps = np.diff(np.log(probabilities), axis=1)
        shift = steps - steps[0]
        # One factor a class, the same between all neighbouring levels …
        assert_allclose(shift, np.broadcast_to(shift[:, :1], shift.shape), atol=1e-6)
        # … and the planted one: classes are sorted by share, as they were planted.
        assert_allclose(shift[:, 0], LOCATIONS - LOCATIONS[0], atol=0.25)
    free = LatentClassModel(3).fit(codes)
    assert adjusted_rand_index(model.predict(codes), truth) > 0.98 * adjusted_rand_index(
        free.predict(codes), truth
    )


def test_the_restricted_model_is_nested():
    codes, _truth = shifted(4)
    free = LatentClassModel(3).fit(codes)
    one = LatentClassModel(3, ordered=[0]).fit(codes)
    all_of_them = LatentClassModel(3, ordered=range(6)).fit(codes)
    assert free.n_parameters_ == 2 + 6 * 3 * 4
    assert one.n_parameters_ == free.n_parameters_ - 3 * 4 + (4 + 2)
    assert all_of_them.n_parameters_ == 2 + 6 * (4 + 2)
    assert free.log_likelihood_ > one.log_likelihood_ > all_of_them.log_likelihood_
    # A true restriction costs about half a unit a parameter, and BIC likes it.
    assert free.log_likelihood_ - all_of_them.log_likelihood_ < 36
    assert all_of_them.bic_ < free.bic_
    assert all_of_them.converged_


def test_two_levels_are_no_restriction(published):
    table, counts = published("values")
    model = LatentClassModel(2, ordered=list(table.columns)).fit(table, counts)
    assert model.log_likelihood_ == pytest.approx(-504.467670, abs=2e-6)
    assert model.n_parameters_ == 9


def test_the_step_from_counts_is_the_maximum():
    rng = np.random.default_rng(1)
    counts = rng.gamma(1.0, 50.0, size=(4, 3, 2))
    found = maximised(counts, rng.dirichlet(np.ones(4), (3, 2)).transpose(2, 0, 1))
    scores = np.arange(4) - 1.5

    def cost(point: np.ndarray, start: int) -> float:
        logits = point[:4, None] + scores[:, None] * point[None, 4:]
        logs = logits - np.log(np.exp(logits).sum(axis=0))
        return -float((counts[..., start] * logs).sum())

    for start in range(2):
        best = minimize(cost, np.zeros(7), args=(start,), tol=1e-10)
        reached = -float((counts[..., start] * np.log(found[..., start])).sum())
        assert reached == pytest.approx(best.fun, abs=1e-5)
        # Scores of the likelihood: the mean level of every class is met exactly.
        share = counts[..., start] / counts[..., start].sum(axis=0)
        assert_allclose(scores @ found[..., start], scores @ share, atol=1e-7)


def test_only_attributes_that_are_better_by_bic_are_restricted():
    codes, _truth = shifted(3)
    mixed = codes.copy()
    mixed[:, 0] = np.array([0, 3, 1, 5, 2, 4])[mixed[:, 0]]
    frame = pd.DataFrame(mixed, columns=list("abcdef"))
    patterns = Patterns.of(list(mixed.T), None)
    free = LatentClassModel(3).fit(frame)
    chosen = orders_by_bic(free, patterns, list("abcde"))
    assert chosen == ("b", "c", "d", "e")
    refit = free.refit_ordered(patterns, chosen)
    assert refit.bic_ < free.bic_
    assert refit.log_likelihood_ == pytest.approx(
        LatentClassModel(3, ordered=chosen).fit(frame).log_likelihood_, abs=1e-3
    )


def test_an_attribute_that_is_not_there_is_refused():
    for ordered in (["z"], [9]):
        with pytest.raises(ValueError, match="there is no attribute"):
            LatentClassModel(2, ordered=ordered).fit([[1, 2], [2, 1]])
