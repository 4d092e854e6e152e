"""Ordered attributes: classes that differ by a shift along the levels, and by nothing else.

The adjacent-category logit model with one location a class (Vermunt & Magidson, Technical Guide
for Latent GOLD: ordinal indicators; Goodman (1979) J Am Stat Assoc 74:537-552, the row effects
model): log p(level k | class c) = a_k + x_k b_c + const_c, with equally spaced scores x_k. The
odds of level k + 1 against level k change from class to class by one factor, the same for all
k. An attribute of K levels has K - 1 + C - 1 parameters with C classes instead of C (K - 1).
"""

from __future__ import annotations

import numpy as np

_ITERATIONS = 50
_PRECISION = 1e-9  # of the gradient, per client
_RIDGE = 1e-9
_LEAST_PROBABILITY = 1e-12


def maximised(counts: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Return the probabilities of the restricted model that fit expected counts best.

    Newton's method on a concave function, with halved steps where a step does not climb.

    Parameters
    ----------
    counts, before
        Levels × classes × starts: expected clients, and probabilities to begin from.
    """
    levels, classes, _starts = counts.shape
    expected = np.moveaxis(counts, 2, 0)
    scores = np.arange(levels) - (levels - 1) / 2
    point = _projected(np.moveaxis(before, 2, 0), scores)
    known = np.maximum(expected.sum(axis=(1, 2)), _LEAST_PROBABILITY)
    design = np.hstack([np.eye(levels)[:, None].repeat(classes, 1).reshape(-1, levels),
                        np.kron(scores[:, None], np.eye(classes))])  # fmt: skip
    reached, probabilities = _likelihood(expected, point, design)
    for _iteration in range(_ITERATIONS):
        step, steepness = _newton(expected, probabilities, design)
        climbing = steepness > _PRECISION * known
        if not climbing.any():
            break
        scale = np.where(climbing, 1.0, 0.0)
        for _half in range(30):
            tried, _probabilities = _likelihood(expected, point + scale[:, None] * step, design)
            worse = tried < reached - 1e-12 * np.abs(reached)
            if not worse.any():
                break
            scale[worse] /= 2
        scale[worse] = 0.0
        point = point + scale[:, None] * step
        reached, probabilities = _likelihood(expected, point, design)
        if not scale.any():
            break
    return np.moveaxis(probabilities, 0, 2)


def _projected(probabilities: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return starts × (levels + classes): thresholds and locations nearest to probabilities."""
    logs = np.log(np.maximum(probabilities, _LEAST_PROBABILITY))
    logs = logs - logs.mean(axis=1, keepdims=True)
    thresholds = logs.mean(axis=2)
    rest = logs - thresholds[:, :, None]
    locations = np.einsum("k,skc->sc", scores, rest) / np.sum(scores**2)
    return np.hstack([thresholds, locations])


def _likelihood(
    counts: np.ndarray, point: np.ndarray, design: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    logits = (point @ design.T).reshape(counts.shape)
    logits = logits - logits.max(axis=1, keepdims=True)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return np.einsum("skc,skc->s", counts, logs), np.exp(logs)


def _newton(
    counts: np.ndarray, probabilities: np.ndarray, design: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return Newton's step of every start, and its largest derivative."""
    starts, levels, classes = counts.shape
    sizes = counts.sum(axis=1)
    fitted = probabilities * sizes[:, None, :]
    gradient = (counts - fitted).reshape(starts, -1) @ design
    cube = design.reshape(levels, classes, -1)
    means = np.einsum("skc,kcp->scp", probabilities, cube)
    curvature = np.einsum("skc,kcp,kcq->spq", fitted, cube, cube)
    curvature -= np.einsum("sc,scp,scq->spq", sizes, means, means)
    # Two directions change nothing (a constant, and a shift of all classes): not divided by 0.
    size = np.einsum("spp->s", curvature) / curvature.shape[1]
    curvature += (_RIDGE * size + _LEAST_PROBABILITY)[:, None, None] * np.eye(len(cube[0, 0]))
    step = np.linalg.solve(curvature, gradient[..., None])[..., 0]
    return step, np.abs(gradient).max(axis=1)
