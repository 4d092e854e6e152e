"""Where climbs begin: no single kind of start is best everywhere, so they are mixed."""

from __future__ import annotations

import numpy as np

from client_segments.segments.latent_classes.layout import SMALLEST, Layout
from client_segments.segments.latent_classes.patterns import Patterns

MARGINS, CLIENTS, CORRESPONDENCE = "margins", "clients", "correspondence"
_CORRESPONDENCE_FROM = 4  # starts: with fewer, chance is all that is wanted
_DIVIDED = 4_000  # clients divided by k-means: as good a start as from all
_ROUNDS, _TRIES = 20, 3
_MIXED_IN = 0.1


def start_kinds(n_starts: int) -> list[str]:
    """Return the kind of every start: of 16 ten, five and one."""
    kinds = [CLIENTS if start % 3 == 2 else MARGINS for start in range(n_starts)]
    if n_starts >= _CORRESPONDENCE_FROM:
        kinds[-1] = CORRESPONDENCE
    return kinds


def make_starts(
    patterns: Patterns, layout: Layout, n_classes: int, n_starts: int, rng: np.random.Generator
) -> np.ndarray:
    """Return (1 + levels) × classes × starts: shares in row 0, then probabilities.

    Most starts scatter around the margins; some are seeded by clients drawn as centres; the last
    of four or more divides the clients by k-means in the plane of a correspondence analysis.
    """
    margins = layout.margins(patterns)
    shape = (n_classes, n_starts)
    theta = np.empty((1 + len(margins), *shape))
    theta[0] = 1 / n_classes
    scatter = rng.gamma(1.0, size=(len(margins), *shape))
    theta[1:] = margins[:, None, None] * (0.05 + scatter)
    chance = patterns.weight / patterns.weight.sum()
    for start, kind in enumerate(start_kinds(n_starts)):
        if kind == MARGINS:
            continue
        if kind == CLIENTS:
            rows = rng.choice(len(chance), size=n_classes, p=chance)
            hits = _hits(layout, [column[rows] for column in patterns.columns])
            theta[1:, :, start] = margins[:, None] * (1 + 0.2 * scatter[..., start]) + hits.T
        elif n_classes > 1 and len(margins):
            theta[..., start] = _correspondence(patterns, layout, margins, n_classes, rng)
    return layout.normalised(theta)


def _hits(layout: Layout, columns: list[np.ndarray]) -> np.ndarray:
    """Return rows × levels: 1 where the row has the level."""
    hits = np.zeros((len(columns[0]), sum(layout.levels)))
    for column, block in zip(columns, layout.blocks, strict=True):
        known = np.flatnonzero(column > 0)
        hits[known, block.start + column[known].astype(np.intp) - 1] = 1.0
    return hits


def _correspondence(
    patterns: Patterns, layout: Layout, margins: np.ndarray, n_classes: int,
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Return the parameters of classes made by k-means in multiple correspondence analysis.

    Missing values lie at the margins, where they pull nowhere (Greenacre 2006, passive).
    """
    patterns = patterns.sampled(_DIVIDED)
    hits = _hits(layout, list(patterns.columns))
    known = np.stack([column > 0 for column in patterns.columns], axis=1)
    spread = np.repeat(known, layout.levels, axis=1) * margins
    scaled = (hits - spread) / np.sqrt(np.maximum(margins, SMALLEST))
    inertia = scaled.T @ (patterns.weight[:, None] * scaled)
    _values, axes = np.linalg.eigh(inertia)
    plane = scaled @ axes[:, ::-1][:, : max(n_classes - 1, 2)]
    member = _k_means(plane, patterns.weight, n_classes, rng)
    sizes = np.bincount(member, patterns.weight, minlength=n_classes)
    theta = np.empty((1 + len(margins), n_classes))
    theta[0] = (sizes + 1) / (sizes + 1).sum()
    sums = np.stack([(patterns.weight * (member == c)) @ hits for c in range(n_classes)], axis=1)
    share = sums / np.maximum(sizes, 1)
    theta[1:] = (1 - _MIXED_IN) * share + _MIXED_IN * margins[:, None]
    return theta


def _k_means(
    points: np.ndarray, weight: np.ndarray, n_classes: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the cluster of every point: the best of a few tries of weighted k-means++."""
    best, least = np.zeros(len(points), dtype=int), np.inf
    squares = np.einsum("rd,rd->r", points, points)
    for _try in range(_TRIES):
        centres = _seeds(points, weight, n_classes, rng)
        for _round in range(_ROUNDS):
            distances = squares[:, None] - 2 * points @ centres.T + np.sum(centres**2, axis=1)
            member = distances.argmin(axis=1)
            sizes = np.bincount(member, weight, minlength=n_classes)
            sums = np.stack(
                [np.bincount(member, weight * axis, minlength=n_classes) for axis in points.T],
                axis=1,
            )
            moved = np.where(
                sizes[:, None] > 0, sums / np.maximum(sizes, SMALLEST)[:, None], centres
            )
            if np.allclose(moved, centres, rtol=0, atol=1e-6):
                break
            centres = moved
        spread = float(weight @ distances.min(axis=1))
        if spread < least:
            best, least = member, spread
    return best


def _seeds(
    points: np.ndarray, weight: np.ndarray, n_classes: int, rng: np.random.Generator
) -> np.ndarray:
    """Return centres drawn far from one another (Arthur & Vassilvitskii 2007)."""
    chance = weight / weight.sum()
    centres = [points[rng.choice(len(points), p=chance)]]
    far = np.full(len(points), np.inf)
    for _centre in range(1, n_classes):
        far = np.minimum(far, np.sum((points - centres[-1]) ** 2, axis=1))
        pull = weight * far
        total = pull.sum()
        chance = pull / total if total > 0 else weight / weight.sum()
        centres.append(points[rng.choice(len(points), p=chance)])
    return np.stack(centres)
