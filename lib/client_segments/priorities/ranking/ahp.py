"""The analytic hierarchy process: weights from pairwise comparisons, and their consistency.

Saaty T. L. (1980) The Analytic Hierarchy Process. McGraw-Hill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
"""Saaty (1980): mean consistency index of random matrices of 1, 2, … 10 items."""
CONSISTENCY_MAXIMUM = 0.1
"""Saaty (1980): comparisons of a greater consistency ratio should be looked at again."""


def comparison_matrix(
    names: Sequence[str], comparisons: Mapping[tuple[str, str], float]
) -> np.ndarray:
    """Return the reciprocal matrix: how many times the item of a row outweighs that of a column.

    Parameters
    ----------
    names
        Items in their order.
    comparisons
        By pair: how many times the first item is as important as the second. Every pair once.

    Raises
    ------
    KeyError
        If a pair is not compared.
    """
    matrix = np.eye(len(names))
    for row, first in enumerate(names):
        for column, second in enumerate(names[:row]):
            if (first, second) in comparisons:
                value = comparisons[first, second]
            else:
                value = 1 / comparisons[second, first]
            matrix[row, column], matrix[column, row] = value, 1 / value
    return matrix


def weights_of(matrix: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the weights, of sum 1, and the consistency ratio of a reciprocal matrix.

    The weights are the principal eigenvector w of A w = λ w; the ratio is
    CR = (λ - n) / (n - 1) / RI(n), and 0 for one or two items, which cannot contradict.
    """
    values, vectors = np.linalg.eig(matrix)
    principal = int(np.argmax(values.real))
    weights = np.abs(vectors[:, principal].real)
    size = len(matrix)
    if size < 3:
        return weights / weights.sum(), 0.0
    index = (values[principal].real - size) / (size - 1)
    return weights / weights.sum(), max(0.0, index / RANDOM_INDEX[size - 1])
