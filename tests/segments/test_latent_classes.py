"""Latent classes against published answers, planted truth, closed forms and invariances."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from client_segments.segments.latent_classes import (
    LatentClassModel,
    adjusted_rand_index,
    choose_classes,
)

DATA = Path(__file__).parent / "data"


def published(name: str) -> tuple[pd.DataFrame, pd.Series]:
    """Codes of the answer patterns and their counts."""
    patterns = pd.read_csv(DATA / f"{name}.csv")
    answers = patterns.drop(columns="count")
    return answers.apply(lambda column: pd.factorize(column, sort=True)[0] + 1), patterns["count"]


def planted(
    seed: int, clients: int = 3000, classes: int = 3, attributes: int = 8, levels: int = 4,
    sharpness: float = 0.85, missing: float = 0.05,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Classes with a favourite level of each attribute; returns codes and the true class."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(classes, size=clients)
    favourite = np.stack(
        [rng.permutation(np.resize(np.arange(levels), classes)) for _ in range(attributes)], axis=1
    )
    other = rng.integers(levels, size=(clients, attributes))
    keeps = rng.random((clients, attributes)) < sharpness
    codes = np.where(keeps, favourite[truth], other) + 1
    codes[rng.random(codes.shape) < missing] = 0
    return codes, truth


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
    ],
)
def test_published_answers(name, classes, log_likelihood, parameters, bic):
    table, counts = published(name)
    model = LatentClassModel(classes).fit(table, counts)
    # As printed, to the rounding of four places and the tolerance of the climb.
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=6e-5)
    assert model.n_parameters_ == parameters
    assert model.bic_ == pytest.approx(bic, abs=1e-3)
    assert model.converged_
    assert model.score(table, counts) * counts.sum() == pytest.approx(model.log_likelihood_)


def test_published_shares():
    model = LatentClassModel(3).fit(*published("gss82"))
    assert_allclose(model.class_shares_, [0.621, 0.207, 0.172], atol=1e-3)
    model = LatentClassModel(2).fit(*published("cheating"))
    assert_allclose(model.class_shares_, [0.8394, 0.1606], atol=1e-3)


def test_single_starts_end_in_the_published_local_maxima():
    # Linzer & Lewis (2011), Table 1.
    maxima = np.array([-2754.545, -2755.617, -2755.739, -2762.005, -2762.231])
    table, counts = published("gss82")
    met = set()
    for seed in range(60):
        reached = LatentClassModel(3, n_starts=1, seed=seed).fit(table, counts).log_likelihood_
        nearest = int(np.argmin(np.abs(maxima - reached)))
        assert reached == pytest.approx(maxima[nearest], abs=2e-3)
        met.add(nearest)
    assert met >= {0, 2, 3, 4}


def test_one_class_is_the_margins_of_known_values():
    table = np.array([[1, 2], [1, 0], [2, 2], [0, 1]])
    weight = np.array([1.0, 2, 3, 4])
    model = LatentClassModel(1).fit(table, weight)
    assert_allclose(model.probabilities_[0], [[3 / 6, 3 / 6]])
    assert_allclose(model.probabilities_[1], [[4 / 8, 4 / 8]])
    assert model.log_likelihood_ == pytest.approx(14 * np.log(0.5))
    assert model.n_parameters_ == 2


def test_missing_values_are_skipped():
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


@pytest.mark.parametrize("seed", range(4))
def test_planted_classes_are_recovered(seed):
    codes, truth = planted(seed, classes=4)
    model = LatentClassModel(4).fit(codes)
    assert adjusted_rand_index(model.predict(codes), truth) > 0.95
    assert model.class_shares_.tolist() == sorted(model.class_shares_, reverse=True)
    assert model.empty_classes_ == 0


def test_right_number_of_classes_is_proposed_in_nine_of_ten():
    right = 0
    for seed in range(10):
        classes = 2 + seed % 4
        codes, _truth = planted(seed, clients=1500, classes=classes, sharpness=0.75)
        models = choose_classes(codes, maximum=6, n_starts=8)
        right += models.loc[models["is_proposed"], "classes_count"].tolist() == [classes]
    assert right >= 9


def same(first: LatentClassModel, second: LatentClassModel, tolerance: float) -> None:
    assert_allclose(first.class_shares_, second.class_shares_, atol=tolerance)
    for ours, theirs in zip(first.probabilities_, second.probabilities_, strict=True):
        assert_allclose(ours, theirs, atol=tolerance)
    assert first.best_starts_ == second.best_starts_


def test_order_of_rows_does_not_matter():
    codes, _truth = planted(5)
    weight = np.random.default_rng(5).uniform(0.5, 3, len(codes))
    order = np.random.default_rng(6).permutation(len(codes))
    model = LatentClassModel(3).fit(codes, weight)
    shuffled = LatentClassModel(3).fit(codes[order], weight[order])
    same(model, shuffled, 0)
    assert_array_equal(model.predict(codes)[order], shuffled.predict(codes[order]))


def test_half_weights_and_repeated_rows_are_the_same_client():
    table, counts = published("values")
    model = LatentClassModel(2).fit(table, counts)
    halves = LatentClassModel(2).fit(pd.concat([table, table]), np.tile(counts / 2, 2))
    people = LatentClassModel(2).fit(table.loc[table.index.repeat(counts)])
    same(model, halves, 1e-9)
    same(model, people, 1e-9)
    assert people.bic_ == pytest.approx(model.bic_)


def test_rows_without_weight_do_not_count():
    table, counts = published("values")
    more = pd.concat([table, table + 1])
    model = LatentClassModel(2).fit(more, np.concatenate([counts, np.zeros(len(counts))]))
    assert model.levels_ == [2, 2, 2, 2]
    assert model.log_likelihood_ == pytest.approx(-504.46767, abs=1e-4)


def test_columns_are_found_by_name():
    table, counts = published("cheating")
    model = LatentClassModel(2).fit(table, counts)
    assert_array_equal(model.predict(table), model.predict(table[table.columns[::-1]]))
    with pytest.raises(ValueError, match="attributes"):
        model.predict(table.iloc[:, :2])


def test_one_client():
    model = LatentClassModel(3).fit([[2, 1, 0]])
    assert model.log_likelihood_ == pytest.approx(0)
    assert model.predict([[2, 1, 0]]).shape == (1,)
    assert model.class_shares_.sum() == pytest.approx(1)


def test_constant_and_all_missing_attributes_change_nothing():
    table, counts = published("values")
    wider = table.assign(constant=1, unknown=0)
    model = LatentClassModel(2).fit(wider, counts)
    assert model.log_likelihood_ == pytest.approx(-504.46767, abs=1e-5)
    assert model.n_parameters_ == 9
    assert model.levels_ == [2, 2, 2, 2, 1, 0]
    assert model.probabilities_[5].shape == (2, 0)
    nothing = LatentClassModel(2).fit(np.zeros((5, 2), dtype=int))
    assert nothing.log_likelihood_ == 0
    assert nothing.n_parameters_ == 1


def test_a_level_that_nobody_has_is_no_parameter_and_says_nothing():
    table, counts = published("values")
    model = LatentClassModel(2).fit(table.replace({"A": {2: 5}}), counts)
    assert model.n_parameters_ == 9
    unseen, missing = [[3, 1, 1, 1], [9, 1, 1, 1]], [[0, 1, 1, 1]] * 2
    assert_allclose(model.predict_proba(unseen), model.predict_proba(missing))


def test_more_classes_than_patterns():
    model = LatentClassModel(6).fit([[1, 1], [2, 2]], [60, 40])
    assert model.log_likelihood_ == pytest.approx(60 * np.log(0.6) + 40 * np.log(0.4), abs=1e-4)
    assert len(model.class_shares_) == 6
    proposed = choose_classes([[1, 1], [2, 2]], [60, 40], maximum=4)
    assert proposed.loc[proposed["is_proposed"], "classes_count"].item() == 2


def test_empty_classes_are_reported():
    model = LatentClassModel(4).fit([[1], [2]], [0.5, 0.5])
    assert model.empty_classes_ >= 3


@pytest.mark.parametrize(
    ("table", "weight"),
    [
        ([[1.5]], None), ([[-1]], None), ([[np.nan]], None), ([1, 2], None),
        ([[1]], [-1]), ([[1]], [np.nan]), ([[1]], [0]), ([[1]], [1, 2]), (np.zeros((0, 2)), None),
    ],
)  # fmt: skip
def test_refused(table, weight):
    with pytest.raises(ValueError):
        LatentClassModel(2).fit(table, weight)


def test_large_tables_are_sampled_for_the_starts_only():
    codes, truth = planted(8, clients=120_000, attributes=10, missing=0.1)
    model = LatentClassModel(3, n_starts=4).fit(codes)
    assert adjusted_rand_index(model.predict(codes), truth) > 0.97
    assert model.n_clients_ == 120_000
    assert model.score(codes) * 120_000 == pytest.approx(model.log_likelihood_)
    turned = LatentClassModel(3, n_starts=4).fit(
        np.repeat(codes[::-1], 2, axis=0), np.full(240_000, 0.5)
    )
    same(model, turned, 1e-9)


def test_choose_classes_table():
    models = choose_classes(*published("gss82"), maximum=3)
    assert models["classes_count"].tolist() == [1, 2, 3]
    assert_allclose(models["bic"], [5787.01, 5658.729, 5650.926], atol=6e-3)
    assert_allclose(models["bic_per_client"] * 1202, models["bic"])
    assert models["parameters_count"].tolist() == [6, 13, 20]
    assert models["is_proposed"].tolist() == [False, True, False]
    assert models["least_share_pct"].tolist() == pytest.approx([100, 19.23, 17.23], abs=0.05)


def test_adjusted_rand_index():
    # Contingency [[1, 1, 0], [1, 2, 1], [0, 0, 4]] of Hubert & Arabie's kind, by hand:
    # pairs 7, rows 13, columns 14, all 45: (7 - 13*14/45) / (13.5 - 13*14/45).
    first = [0, 0, 1, 1, 1, 1, 2, 2, 2, 2]
    second = list("xyxyyzzzzz")
    expected = (7 - 13 * 14 / 45) / (13.5 - 13 * 14 / 45)
    assert adjusted_rand_index(first, second) == pytest.approx(expected)
    assert adjusted_rand_index(second, first) == pytest.approx(expected)
    assert adjusted_rand_index([1, 1, 2], ["b", "b", "a"]) == 1
    assert adjusted_rand_index([1, 1], [3, 3]) == 1
    assert adjusted_rand_index([1, 2], [3, 4]) == 1
    pairs = pd.DataFrame({"first": first, "second": second}).value_counts().reset_index()
    weighted = adjusted_rand_index(pairs["first"], pairs["second"], pairs["count"])
    assert weighted == pytest.approx(expected)
