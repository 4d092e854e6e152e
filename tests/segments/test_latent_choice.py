"""The number of classes that is proposed, and how stable classes are."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from client_segments.segments import LatentClassModel, choose_classes
from client_segments.segments.latent_classes import bootstrap_stability
from client_segments.segments.latent_classes.choice import proposed_count
from client_segments.segments.latent_classes.criteria import relative_entropy


def test_table_of_models(published):
    models = choose_classes(*published("gss82"), maximum=4)
    assert models["classes_count"].tolist() == [1, 2, 3, 4]
    assert_allclose(models["bic"], [5787.01, 5658.729, 5650.926, 5684.719], atol=6e-3)
    assert_allclose(models["aic"], [5756.459, 5592.536, 5549.091, 5547.242], atol=6e-3)
    assert_allclose(models["bic_per_client"] * 1202, models["bic"])
    assert models["parameters_count"].tolist() == [6, 13, 20, 27]
    assert models["degrees_of_freedom"].tolist() == [29, 22, 15, 8]
    assert models["least_share_pct"].tolist() == pytest.approx([100, 19.23, 17.23, 2.81], abs=0.05)
    deviance = -2 * models["log_likelihood"]
    assert_allclose(models["aic3"], deviance + 3 * models["parameters_count"])
    assert_allclose(models["caic"], models["bic"] + models["parameters_count"])
    assert_allclose(models["sabic"], deviance + models["parameters_count"] * np.log(1204 / 24))
    assert (models["icl"] >= models["bic"]).all()
    assert models["certainty_pct"].between(0, 100).all()
    assert models["stability"].isna().all()


@pytest.mark.parametrize(("name", "count"), [("values", 2), ("gss82", 3), ("cheating", 2)])
def test_published_numbers_of_classes_are_proposed(published, name, count):
    """Goodman (2002), McCutcheon (1987) and Dayton (1998) settled on these."""
    models = choose_classes(*published(name), maximum=4)
    assert models.loc[models["is_proposed"], "classes_count"].tolist() == [count]


def drawn(seed: int) -> tuple[np.ndarray, int]:
    """A table of unequal classes, attributes of unequal levels, and some missing values."""
    rng = np.random.default_rng(seed)
    clients, classes = int(rng.choice([600, 1000, 1500])), 2 + seed % 4
    shares = rng.dirichlet(np.full(classes, 4.0)) + 0.05
    truth = rng.choice(classes, clients, p=shares / shares.sum())
    columns = []
    for levels in rng.integers(2, 7, int(rng.integers(6, 11))):
        known = rng.dirichlet(np.full(levels, 0.3), classes).cumsum(axis=1)[truth]
        columns.append(1 + (rng.random(clients)[:, None] > known[:, :-1]).sum(axis=1))
    codes = np.stack(columns, axis=1)
    codes[rng.random(codes.shape) < rng.choice([0, 0.05, 0.1])] = 0
    return codes, classes


def test_right_number_of_classes_is_proposed_in_nine_of_ten():
    right = 0
    for seed in range(10):
        codes, classes = drawn(seed)
        models = choose_classes(codes, maximum=classes + 2, n_starts=8)
        right += models.loc[models["is_proposed"], "classes_count"].tolist() == [classes]
    assert right >= 9


def models_of(bic: list[float], aic3: list[float], sabic: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "classes_count": np.arange(1, len(bic) + 1), "bic": bic, "aic3": aic3, "sabic": sabic,
            "bic_per_client": np.array(bic) / 100, "least_share_pct": 20.0,
        }
    )  # fmt: skip


def test_criteria_that_agree_name_the_number():
    models = models_of([1000, 900, 898, 930], [990, 880, 870, 880], [992, 884, 874, 888])
    assert proposed_count(models) == 3
    small = models.assign(least_share_pct=[100, 40, 1.5, 1])
    assert proposed_count(small) == 2


def test_criteria_that_fall_on_and_on_leave_it_to_the_elbow():
    bic = [1000, 900, 880, 878, 876]
    assert proposed_count(models_of(bic, bic, bic)) == 3
    # The last number tried is no least value, and neither is one that only one criterion names.
    assert proposed_count(models_of(bic, [9, 8, 7, 6, 5], [9, 8, 7, 5, 6])) == 3


def test_one_class_where_there_is_nothing_to_find():
    codes = np.random.default_rng(1).integers(1, 4, size=(800, 6))
    models = choose_classes(codes, maximum=4)
    assert models.loc[models["is_proposed"], "classes_count"].tolist() == [1]


def test_relative_entropy_of_certain_and_of_chance():
    assert relative_entropy(0.0, 10, 3) == 1
    assert relative_entropy(10 * np.log(3), 10, 3) == pytest.approx(0)


def test_stability_tells_real_classes_from_made_up_ones(planted):
    codes, _truth = planted(3, clients=1500)
    model = LatentClassModel(3).fit(codes)
    found = bootstrap_stability(model, codes, replicates=20)
    assert found.agreement.shape == (20,)
    assert found.low <= found.mean <= found.high <= 1
    assert found.mean > 0.97
    assert found.best_starts == model.best_starts_
    noise = np.random.default_rng(4).integers(1, 4, size=(1500, 8))
    assert bootstrap_stability(LatentClassModel(3).fit(noise), noise, replicates=20).mean < 0.6


def test_stability_does_not_depend_on_the_order_of_rows_or_on_halves(planted):
    codes, _truth = planted(3, clients=600, attributes=4, levels=2)
    model = LatentClassModel(3).fit(codes)
    found = bootstrap_stability(model, codes, replicates=5).agreement
    assert (
        found.tolist() == bootstrap_stability(model, codes[::-1], replicates=5).agreement.tolist()
    )
    halves = np.repeat(codes, 2, axis=0), np.full(1200, 0.5)
    assert found.tolist() == bootstrap_stability(model, *halves, replicates=5).agreement.tolist()
    with pytest.raises(ValueError, match="replicates"):
        bootstrap_stability(model, codes, replicates=0)


def test_refits_are_in_the_table_of_models(planted):
    codes, _truth = planted(3, clients=800)
    models = choose_classes(codes, maximum=4, replicates=5).set_index("classes_count")
    assert (models["stability_low"] <= models["stability_high"]).all()
    assert models.loc[3, "stability"] > models.loc[4, "stability"]
