"""Tables of known truth for the tests of latent classes, as fixtures that return functions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).parent / "data"


def read_published(name: str) -> tuple[pd.DataFrame, pd.Series]:
    """Codes of the answer patterns and their counts."""
    patterns = pd.read_csv(DATA / f"{name}.csv")
    answers = patterns.drop(columns="count")
    return answers.apply(lambda column: pd.factorize(column, sort=True)[0] + 1), patterns["count"]


def plant(
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


def climb_plainly(
    codes: np.ndarray, classes: int, passes: int, seed: int
) -> tuple[float, np.ndarray]:
    """Log-likelihood and shares by EM written out from the formulas, one client at a time."""
    rng = np.random.default_rng(seed)
    shares = np.full(classes, 1 / classes)
    levels = codes.max(axis=0)
    probabilities = [rng.dirichlet(np.ones(k), classes) for k in levels]
    for _pass in range(passes):
        joint = np.tile(shares, (len(codes), 1))
        for column, known in zip(codes.T, probabilities, strict=True):
            joint[column > 0] *= known[:, column[column > 0] - 1].T
        posterior = joint / joint.sum(axis=1, keepdims=True)
        reached = float(np.log(joint.sum(axis=1)).sum())
        shares = posterior.mean(axis=0)
        for number, (column, k) in enumerate(zip(codes.T, levels, strict=True)):
            counts = np.stack([posterior[column == level].sum(axis=0) for level in range(1, k + 1)])
            probabilities[number] = (counts / counts.sum(axis=0)).T
    return reached, shares


@pytest.fixture(scope="session")
def published():
    """Return `read_published`."""
    return read_published


@pytest.fixture(scope="session")
def planted():
    """Return `plant`."""
    return plant


@pytest.fixture(scope="session")
def plain_em():
    """Return `climb_plainly`."""
    return climb_plainly
