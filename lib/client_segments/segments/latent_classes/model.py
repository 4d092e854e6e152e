"""The latent class model, with the habits of scikit-learn."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from client_segments import recommendations as rec
from client_segments.segments.latent_classes import criteria, fitting
from client_segments.segments.latent_classes.climbing import Climb
from client_segments.segments.latent_classes.fitting import Effort, Fitted
from client_segments.segments.latent_classes.layout import Layout
from client_segments.segments.latent_classes.patterns import Patterns
from client_segments.segments.latent_classes.placing import Placing
from client_segments.segments.latent_classes.starts import start_kinds
from client_segments.segments.latent_classes.tables import Encoding, Table


class LatentClassWarning(UserWarning):
    """Something about a fitted model that a person should know before using it."""


class NotFittedError(ValueError, AttributeError):
    """Asked of a model that has not been fitted."""


class LatentClassModel:
    """Latent classes of clients by categorical attributes.

    Parameters
    ----------
    n_classes
        Number of classes.
    n_starts
        Number of starts; the best one is kept.
    seed
        Seed of the starts.
    tolerance
        Log-likelihood per client that may still be missing at the end.
    max_iterations
        Largest number of EM passes for a climb to the end.
    ordered
        Attributes, by name or position, whose classes may differ by a shift along the levels
        only (adjacent-category logits, see `ordered`): fewer parameters, less to over-read.

    Attributes
    ----------
    class_shares_
        Share of every class, falling.
    probabilities_
        One array an attribute, classes × levels: the probability of level 1..k in the class.
    levels_, values_
        Number of levels of every attribute (the largest code seen), and the values behind the
        codes where the table had no codes (else None).
    log_likelihood_, n_parameters_, bic_, aic_
        BIC takes the sum of weights for the number of clients. A level that nobody has is no
        parameter.
    degrees_of_freedom_
        Patterns that could occur (or clients, where fewer) less one, less the parameters:
        below zero the data do not bear so many classes.
    n_iterations_, converged_
        EM passes of the last climb (of the best starts; with a table that is sampled for them, on
        all clients), and whether it came to its end.
    starts_
        One row is one start: kind (around the margins, at clients, by correspondence analysis),
        log_likelihood reached in the race (on a fixed sample of at most 10,000 clients), is_best.
    best_starts_
        Share of the starts that reached the best solution of the race.
    n_clients_
        Sum of weights.
    empty_classes_
        Number of classes left with less than half a client.
    attribute_names_, n_features_in_, feature_names_in_
        Names of the attributes, their number, and, where the table was a frame, the names again.

    Notes
    -----
    Classes are sorted by share, ties by probabilities. The result depends neither on the order of
    rows nor on whether a client is one row or two of half its weight.
    """

    def __init__(
        self,
        n_classes: int = 2,
        n_starts: int = 16,
        seed: int = rec.SEED,
        tolerance: float = 1e-8,
        max_iterations: int = 5000,
        ordered: Sequence[str | int] = (),
    ) -> None:
        self.n_classes = n_classes
        self.n_starts = n_starts
        self.seed = seed
        self.tolerance = tolerance
        self.max_iterations = max_iterations
        self.ordered = ordered

    def __repr__(self) -> str:
        defaults = type(self)().get_params()
        given = {name: value for name, value in self.get_params().items()
                 if name == "n_classes" or value != defaults[name]}  # fmt: skip
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in given.items())})"

    def get_params(self, deep: bool = True) -> dict[str, object]:
        """Return the parameters by name; `deep` is there for scikit-learn's sake."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params: object) -> LatentClassModel:
        """Set parameters by name and return the model.

        Raises
        ------
        ValueError
            For a parameter that there is not.
        """
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                raise ValueError(f"there is no parameter {name!r}; there are {', '.join(known)}")
            setattr(self, name, value)
        return self

    def fit(self, table: Table, weight: ArrayLike | None = None) -> LatentClassModel:
        """Fit the model and return it.

        Parameters
        ----------
        table
            One row is one client, or one pattern with its number of clients as weight; one
            column is an attribute. Numbers are codes: 0 or NaN for a missing value, else 1..k.
            Text, booleans and categoricals are values (NaN or None for missing): a categorical
            has its own order, others are sorted. Small integers (int8, int16) are taken as they
            are, so that ten million clients of twelve attributes need some 1 GB in all.
        weight
            Clients behind a row, or a sampling weight; one each if not given.

        Raises
        ------
        ValueError
            For codes that are not whole or negative, weights that are negative or unknown, a
            table without weight or attributes, fewer than one class or start.

        Warns
        -----
        LatentClassWarning
            If classes are empty, the data do not bear so many, the climb did not end, or zeros
            look like values.
        """
        encoding = Encoding.learn(table)
        patterns = Patterns.of(encoding.codes(table), weight)
        self.fit_patterns(patterns, encoding)
        for text in self._remarks(patterns):
            warnings.warn(text, LatentClassWarning, stacklevel=2)
        return self

    def fit_predict(self, table: Table, weight: ArrayLike | None = None) -> np.ndarray:
        """Fit the model and return the most probable class of every row."""
        return self.fit(table, weight).predict(table)

    def predict_proba(self, table: Table) -> np.ndarray:
        """Return rows × classes: the probability of each class given the known attributes.

        A value never met in fitting says nothing, like a missing one.
        """
        return self.placing().probabilities(self._encoding.codes(table))

    def predict(self, table: Table) -> np.ndarray:
        """Return the most probable class (0..n_classes - 1) of every row."""
        return self.placing().classes(self._encoding.codes(table))

    def score(self, table: Table, weight: ArrayLike | None = None) -> float:
        """Return the mean log-likelihood of a client."""
        rows = self.placing().log_likelihoods(self._encoding.codes(table))
        return float(np.average(rows, weights=weight))

    def fit_patterns(
        self, patterns: Patterns, encoding: Encoding, further: np.ndarray | None = None
    ) -> LatentClassModel:
        """Fit to patterns that have been made already, without warnings; see `fit`.

        `further` are starts (parameters as in `layout`) beside those that are made.
        """
        if self.n_classes < 1 or self.n_starts < 1:
            raise ValueError("n_classes and n_starts must be at least 1")
        layout = Layout.of(patterns, encoding.positions(self.ordered))
        effort = Effort(self.tolerance, self.max_iterations)
        found = fitting.fit_patterns(
            patterns, layout, self.n_classes, self.n_starts, self.seed, effort, further
        )
        self._keep_starts(found)
        return self._keep(found.climb, patterns, layout, encoding)

    def refit_ordered(self, patterns: Patterns, ordered: Sequence[str | int]) -> LatentClassModel:
        """Return a model with some attributes ordered, climbed to from this one's solution."""
        given = {**self.get_params(), "ordered": tuple(ordered)}
        model = type(self)(**given)
        layout = Layout.of(patterns, self._encoding.positions(ordered))
        effort = Effort(self.tolerance, self.max_iterations)
        found = fitting.climb_from(patterns, layout, self._theta[..., None], effort)
        model.starts_, model.best_starts_ = self.starts_, self.best_starts_
        return model._keep(found, patterns, layout, self._encoding)

    def _keep_starts(self, found: Fitted) -> None:
        kinds = start_kinds(self.n_starts)
        self.starts_ = pd.DataFrame(
            {"kind": kinds, "log_likelihood": found.race, "is_best": found.agree}
        )
        self.best_starts_ = float(found.agree.mean())

    def _keep(
        self, climb: Climb, patterns: Patterns, layout: Layout, encoding: Encoding
    ) -> LatentClassModel:
        theta = climb.theta[..., 0]
        keys = np.round(np.vstack([theta[:0:-1], theta[0]]), 9)
        theta = theta[:, np.lexsort(-keys)]
        total = patterns.total
        self._theta, self._layout, self._encoding = theta, layout, encoding
        self.class_shares_ = theta[0].copy()
        self.probabilities_ = [theta[1:][block].T.copy() for block in layout.blocks]
        self.levels_ = list(layout.levels)
        self.values_ = list(encoding.values)
        self.attribute_names_ = list(encoding.names)
        self.n_features_in_ = len(encoding.names)
        if encoding.has_names:
            self.feature_names_in_ = np.array(encoding.names, dtype=object)
        self.log_likelihood_ = float(climb.log_likelihood[0])
        self.n_parameters_ = layout.parameters_count(self.n_classes)
        self.bic_ = criteria.bic(self.log_likelihood_, self.n_parameters_, total)
        self.aic_ = criteria.aic(self.log_likelihood_, self.n_parameters_)
        cells = min(layout.cells_count(), total)
        self.degrees_of_freedom_ = int(cells) - 1 - self.n_parameters_
        self.n_iterations_ = climb.passes_count
        self.converged_ = bool(climb.is_converged[0])
        self.empty_classes_ = int(np.sum(self.class_shares_ * total < 0.5))
        self.n_clients_ = total
        return self

    def placing(self) -> Placing:
        """Return what puts codes into the classes, for modules that have codes already."""
        if not hasattr(self, "_theta"):
            raise NotFittedError(f"this {type(self).__name__} is not fitted yet: call fit first")
        return Placing(self._layout, self._theta)

    def _remarks(self, patterns: Patterns) -> list[str]:
        remarks = []
        if self.empty_classes_:
            remarks.append(f"{self.empty_classes_} of {self.n_classes} classes are empty")
        if self.n_classes > 1 and self.degrees_of_freedom_ < 0:
            remarks.append(
                f"{self.n_classes} classes have {self.n_parameters_} parameters, more than the "
                f"data bear (degrees of freedom {self.degrees_of_freedom_})"
            )
        if not self.converged_:
            remarks.append(f"not converged after {self.n_iterations_} passes")
        has_zeros = any((column == 0).any() for column in patterns.columns)
        if has_zeros and max(self.levels_) == 1:
            remarks.append("values are 0 and 1 only, and 0 means missing: codes begin at 1")
        return remarks
