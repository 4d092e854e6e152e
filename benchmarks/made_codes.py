"""Tables of codes with planted classes: any number of clients, and many small ones to choose in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEVELS = (3, 4, 5, 6, 7, 8, 9, 10, 3, 4, 5, 6)
"""Levels of the twelve attributes of a large table."""
_BLOCK = 500_000


@dataclass(frozen=True)
class Planted:
    """Codes (0 is missing), the planted class of every client, and the number of classes."""

    codes: np.ndarray
    truth: np.ndarray
    classes_count: int


def large_table(clients: int, classes: int = 8, attributes: int = 12, seed: int = 1) -> Planted:
    """Return a table of small integers with classes of unequal share, 5 % of values missing."""
    rng = np.random.default_rng(seed)
    levels = [LEVELS[number % len(LEVELS)] for number in range(attributes)]
    shares = np.linspace(2, 1, classes) / np.linspace(2, 1, classes).sum()
    edges = [rng.dirichlet(np.full(k, 0.6), classes).cumsum(axis=1) for k in levels]
    codes = np.empty((clients, attributes), dtype=np.int8)
    truth = np.empty(clients, dtype=np.int8)
    for begin in range(0, clients, _BLOCK):
        rows = slice(begin, min(begin + _BLOCK, clients))
        count = rows.stop - begin
        truth[rows] = rng.choice(classes, count, p=shares)
        for attribute, known in enumerate(edges):
            draws = rng.random(count)[:, None] > known[truth[rows], :-1]
            column = 1 + draws.sum(axis=1, dtype=np.int8)
            column[rng.random(count) < 0.05] = 0
            codes[rows, attribute] = column
    return Planted(codes, truth, classes)


def separable_table(seed: int, is_small: bool) -> Planted:
    """Return one of the tables in which the number of classes is to be found.

    5–12 attributes of 2–6 levels, classes of unequal share, 0–10 % missing: 3–6 classes and
    2,000–50,000 clients or, small, 2–4 classes and 500–1,500 clients.
    """
    rng = np.random.default_rng(seed)
    classes = int(rng.integers(2, 5) if is_small else rng.integers(3, 7))
    attributes = int(rng.integers(5, 13))
    sizes = [500, 1000, 1500] if is_small else [2000, 5000, 10_000, 20_000, 50_000]
    clients, missing = int(rng.choice(sizes)), rng.choice([0, 0.02, 0.05, 0.1])
    shares = rng.dirichlet(np.full(classes, 4.0)) + 0.05
    truth = rng.choice(classes, clients, p=shares / shares.sum())
    likeness = rng.choice([0.25, 0.4, 0.6])
    codes = np.empty((clients, attributes), dtype=np.int8)
    for attribute, k in enumerate(rng.integers(2, 7, attributes)):
        known = rng.dirichlet(np.full(k, likeness), classes) + 0.02
        edges = (known / known.sum(axis=1, keepdims=True)).cumsum(axis=1)
        draws = rng.random(clients)[:, None] > edges[truth, :-1]
        codes[:, attribute] = 1 + draws.sum(axis=1)
    codes[rng.random(codes.shape) < missing] = 0
    return Planted(codes, truth, classes)
