"""From a table to the best solution: a race of starts, a polish on a sample, then everything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from client_segments.segments.latent_classes.climbing import Climb, climb
from client_segments.segments.latent_classes.layout import Layout
from client_segments.segments.latent_classes.passes import make_passes
from client_segments.segments.latent_classes.patterns import Patterns
from client_segments.segments.latent_classes.starts import make_starts

SAMPLE_SIZE = 50_000
"""Own: clients that are enough to choose among starts and numbers of classes."""
SAME_SOLUTION = 1e-5
"""Log-likelihood per client within which two starts agree."""
COARSE = 1e-4
"""Tolerance, in log-likelihood per client, where solutions are only compared."""
_RACE_SIZE = 10_000  # clients on whom all starts compete
_SHORT_PASSES, _LONG_PASSES = 36, 90
_WITHIN_REACH = 3e-4  # log-likelihood per client: starts farther behind are given up
_POLISHED = 3
_MARGINS_MIXED_IN = 1e-3  # zero cells of a sample would lock EM on everything


@dataclass(frozen=True, eq=False)
class Fitted:
    """The best solution, and how the starts fared.

    Attributes
    ----------
    climb
        The winner alone.
    race
        Log-likelihood that every start reached on the clients of the race.
    agree
        Which starts agree with the best of the race.
    """

    climb: Climb
    race: np.ndarray
    agree: np.ndarray


@dataclass(frozen=True)
class Effort:
    """How far climbs go: tolerance in log-likelihood per client, and the most passes."""

    tolerance: float
    max_passes: int


def fit_patterns(
    patterns: Patterns, layout: Layout, n_classes: int, n_starts: int, seed: int, effort: Effort,
    further: np.ndarray | None = None,
) -> Fitted:  # fmt: skip
    """Fit classes to patterns.

    All starts race on at most 10,000 clients, the best three climb to the end on at most
    50,000, the best of them on everything. `further` are starts beside those that are made.
    """
    few = patterns.sampled(_RACE_SIZE)
    theta, race, agree = _race(few, layout, n_classes, n_starts, seed, further)
    sample = patterns.sampled(SAMPLE_SIZE)
    best = _polished(sample, layout, theta, effort, is_same=sample is few)
    if sample is not patterns:
        best = _polished(patterns, layout, best.theta, effort, is_same=False)
    return Fitted(best, race, agree)


def climb_from(patterns: Patterns, layout: Layout, theta: np.ndarray, effort: Effort) -> Climb:
    """Climb from given parameters to the end, with nothing mixed into them; the best alone."""
    passes = make_passes(patterns, layout, theta.shape[-1])
    return climb(passes, theta, effort.tolerance, effort.max_passes).best()


def _race(
    patterns: Patterns, layout: Layout, n_classes: int, n_starts: int, seed: int,
    further: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Climb from all starts; return the best few, what all reached, and which agree."""
    rng = np.random.default_rng([seed, n_classes])
    theta = make_starts(patterns, layout, n_classes, n_starts, rng)
    if further is not None:
        theta = np.concatenate([theta, further], axis=2)
    passes = make_passes(patterns, layout, theta.shape[-1])
    total = float(passes.total[0])
    if n_classes == 1:
        theta = theta[..., :1]
        reached = np.full(n_starts, passes(theta)[0][0])
        return theta, reached, np.ones(n_starts, dtype=bool)
    first = climb(passes, theta, COARSE, _SHORT_PASSES)
    theta, reached = first.theta, first.log_likelihood
    order = np.argsort(-reached, kind="stable")
    near = reached[order] >= reached.max() - _WITHIN_REACH * total
    near[:_POLISHED] = True
    going = order[near]
    longer = climb(passes, theta[..., going], COARSE, _LONG_PASSES)
    theta[..., going], reached[going] = longer.theta, longer.log_likelihood
    agree = reached >= reached.max() - SAME_SOLUTION * total
    best = theta[..., np.argsort(-reached, kind="stable")[:_POLISHED]]
    return best, reached[:n_starts], agree[:n_starts]


def _polished(
    patterns: Patterns, layout: Layout, theta: np.ndarray, effort: Effort, is_same: bool
) -> Climb:
    """Climb to the end; from other patterns with some of the margins mixed in."""
    if not is_same:
        margins = layout.margins(patterns)[:, None, None]
        theta = theta.copy()
        theta[1:] += _MARGINS_MIXED_IN * (margins - theta[1:])
    return climb_from(patterns, layout, theta, effort)
