"""What may be passed to a latent class model, and its habits of scikit-learn."""

import inspect

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from client_segments.segments import LatentClassModel
from client_segments.segments.latent_classes import LatentClassWarning, NotFittedError


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """The same answers as text; the alphabet puts «да» first."""
    return table.apply(lambda column: column.map({0: None, 1: "нет", 2: "да"}))


def test_text_is_taken_as_values(published):
    table, counts = published("values")
    codes, words = LatentClassModel(2).fit(table, counts), in_words(table)
    model = LatentClassModel(2).fit(words, counts)
    assert model.log_likelihood_ == pytest.approx(codes.log_likelihood_)
    assert model.values_[0] == ("да", "нет")
    assert_array_equal(model.predict(words), codes.predict(table))
    assert_allclose(model.probabilities_[0], codes.probabilities_[0][:, ::-1], atol=1e-6)


def test_categoricals_have_their_own_order(published):
    table, counts = published("values")
    ordered = pd.CategoricalDtype(["нет", "да", "не знаю"], ordered=True)
    model = LatentClassModel(2).fit(in_words(table).astype(ordered), counts)
    assert model.values_[0] == ("нет", "да", "не знаю")
    assert model.levels_ == [2, 2, 2, 2]
    assert model.log_likelihood_ == pytest.approx(-504.46767, abs=1e-5)


@pytest.mark.parametrize("kind", ["float64", "Int64", "object"])
def test_missing_values_of_every_kind_are_missing(published, kind):
    table, counts = published("values")
    table = pd.concat([table, table.assign(A=0)])
    counts = np.tile(counts, 2)
    expected = LatentClassModel(2).fit(table, counts)
    other = table.astype(kind)
    other.loc[:, "A"] = other["A"].mask(other["A"] == 0)
    assert other["A"].isna().any()
    model = LatentClassModel(2).fit(other, counts)
    assert model.log_likelihood_ == expected.log_likelihood_
    assert_array_equal(model.predict(other), expected.predict(table))


def test_missing_words_and_words_never_met_say_nothing(published):
    table, counts = published("values")
    words = in_words(table)
    model = LatentClassModel(2).fit(words, counts)
    row = words.iloc[[3]]
    unknown = model.predict_proba(row.assign(A="не знаю"))
    for missing in (None, np.nan, pd.NA):
        assert_allclose(model.predict_proba(row.astype(object).assign(A=missing)), unknown)
    assert not np.allclose(model.predict_proba(row), unknown)


def test_booleans_and_arrays_of_words():
    rng = np.random.default_rng(3)
    truth = rng.random(500) < 0.4
    answers = (rng.random((500, 5)) < 0.1) ^ truth[:, None]
    codes = LatentClassModel(2).fit(answers.astype(int) + 1)
    assert LatentClassModel(2).fit(answers).log_likelihood_ == codes.log_likelihood_
    words = np.where(answers, "да", "нет")
    assert LatentClassModel(2).fit(words).log_likelihood_ == pytest.approx(codes.log_likelihood_)
    listed = LatentClassModel(2).fit(words.tolist())
    assert listed.log_likelihood_ == pytest.approx(codes.log_likelihood_)


def test_zeros_and_ones_are_pointed_at():
    answers = np.random.default_rng(3).integers(2, size=(50, 4))
    with pytest.warns(LatentClassWarning, match="0 means missing"):
        LatentClassModel(2).fit(answers)


def test_columns_are_found_by_name(published):
    table, counts = published("cheating")
    model = LatentClassModel(2).fit(table, counts)
    assert_array_equal(model.predict(table), model.predict(table[table.columns[::-1]]))
    assert_array_equal(model.predict(table), model.predict(table.assign(more=1)))
    with pytest.raises(ValueError, match="attributes"):
        model.predict(table.iloc[:, :2])


@pytest.mark.parametrize(
    ("table", "weight"),
    [
        ([[1.5]], None), ([[-1]], None), ([1, 2], None), ([[10**6]], None), ([[np.inf]], None),
        ([[1]], [-1]), ([[1]], [np.nan]), ([[1]], [0]), ([[1]], [1, 2]), (np.zeros((0, 2)), None),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), None),
    ],
)  # fmt: skip
def test_refused(table, weight):
    with pytest.raises(ValueError):
        LatentClassModel(2).fit(table, weight)


def test_parameters_are_got_and_set_as_scikit_learn_does():
    model = LatentClassModel(3, n_starts=4, ordered=("a",))
    copy = LatentClassModel(**model.get_params())
    assert copy.get_params(deep=False) == model.get_params()
    assert set(model.get_params()) == set(inspect.signature(LatentClassModel).parameters)
    assert model.set_params(n_classes=5, seed=1) is model
    assert (model.n_classes, model.seed) == (5, 1)
    assert repr(model) == "LatentClassModel(n_classes=5, n_starts=4, seed=1, ordered=('a',))"
    with pytest.raises(ValueError, match="there is no parameter"):
        model.set_params(classes=3)


def test_fitted_attributes_are_those_of_scikit_learn(published):
    table, counts = published("values")
    model = LatentClassModel(2)
    with pytest.raises(NotFittedError, match="call fit first"):
        model.predict(table)
    assert issubclass(NotFittedError, ValueError)
    labels = model.fit_predict(table, counts)
    assert_array_equal(labels, model.predict(table))
    assert model.n_features_in_ == 4
    assert model.feature_names_in_.tolist() == ["A", "B", "C", "D"]
    assert not hasattr(LatentClassModel(2).fit(table.to_numpy(), counts), "feature_names_in_")


def test_a_model_of_no_classes_or_starts_is_refused():
    for wrong in ({"n_classes": 0}, {"n_starts": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            LatentClassModel(**wrong).fit([[1], [2]])
