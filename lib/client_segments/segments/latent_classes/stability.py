"""Stability: are the classes the same when other clients of the same kind had come?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from client_segments import recommendations as rec
from client_segments.segments.latent_classes.agreement import adjusted_rand_index
from client_segments.segments.latent_classes.climbing import climb
from client_segments.segments.latent_classes.fitting import COARSE
from client_segments.segments.latent_classes.layout import Layout
from client_segments.segments.latent_classes.model import LatentClassModel
from client_segments.segments.latent_classes.passes import make_passes
from client_segments.segments.latent_classes.patterns import Patterns
from client_segments.segments.latent_classes.placing import Placing
from client_segments.segments.latent_classes.tables import Table

_REFIT_PASSES = 60
_BATCH_CELLS = 4_000_000  # weights of a batch: 32 MB


@dataclass(frozen=True, eq=False)
class Stability:
    """Agreement of refits with the model.

    Attributes
    ----------
    agreement
        Adjusted Rand index of every refit: the clients placed by it and by the model.
    mean, low, high
        Their mean, and the range of the middle 90 %.
    best_starts
        Share of the model's starts that reached its solution.
    """

    agreement: np.ndarray
    best_starts: float

    @property
    def mean(self) -> float:
        return float(self.agreement.mean())

    @property
    def low(self) -> float:
        return float(np.quantile(self.agreement, 0.05))

    @property
    def high(self) -> float:
        return float(np.quantile(self.agreement, 0.95))


def bootstrap_stability(
    model: LatentClassModel,
    table: Table,
    weight: ArrayLike | None = None,
    replicates: int = 100,
    seed: int = rec.SEED,
) -> Stability:
    """Refit a fitted model to bootstrap samples of its clients, and compare the groupings.

    A sample of as many clients is drawn with repetition, which changes nothing but the weights
    of the patterns; each refit begins from the model's own solution, so that what is measured is
    whether that solution holds, and not whether it is found again (`best_starts` tells that).

    Raises
    ------
    ValueError
        If the model is not fitted, or no replicate is asked for.
    """
    if replicates < 1:
        raise ValueError("replicates must be at least 1")
    placing = model.placing()
    patterns = Patterns.of(model._encoding.codes(table), weight)
    agreement = refit_agreement(patterns, model._layout, model._theta, placing, replicates, seed)
    return Stability(agreement, model.best_starts_)


def refit_agreement(
    patterns: Patterns, layout: Layout, theta: np.ndarray, placing: Placing, replicates: int,
    seed: int,
) -> np.ndarray:  # fmt: skip
    """Return the adjusted Rand index of every bootstrap refit with the placement by `theta`."""
    rng = np.random.default_rng([seed, theta.shape[1], replicates])
    own = placing.classes(patterns.columns)
    chance = patterns.weight / patterns.total
    clients = max(round(patterns.total), 1)
    batch = max(1, min(replicates, _BATCH_CELLS // len(patterns)))
    found = []
    for begin in range(0, replicates, batch):
        count = min(batch, replicates - begin)
        drawn = rng.multinomial(clients, chance, size=count).astype(float)
        weights = np.ascontiguousarray(drawn.T)
        passes = make_passes(patterns, layout, count, weights)
        starts = np.repeat(theta[..., None], count, axis=2)
        refits = climb(passes, starts, COARSE, _REFIT_PASSES).theta
        for number in range(count):
            placed = Placing(layout, refits[..., number]).classes(patterns.columns)
            found.append(adjusted_rand_index(own, placed, patterns.weight))
    return np.array(found)
