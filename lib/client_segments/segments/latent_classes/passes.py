"""EM passes over fixed patterns, for many starts at once; in NumPy or, for large work, compiled.

The attributes of a pattern are packed into few super codes. A pass is then some look-ups and
products (E step), sums over codes (M step), and a step from sums to probabilities that no longer
knows the number of clients.
"""

from __future__ import annotations

import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np

from client_segments.segments.latent_classes import ordered
from client_segments.segments.latent_classes.layout import SMALLEST, Layout
from client_segments.segments.latent_classes.patterns import Patterns
from client_segments.segments.latent_classes.super_codes import indicator, super_codes

LARGE_WORK = 50_000
"""Measured: patterns × starts from which some hundred passes repay loading compiled code."""
_CHUNK_ROWS = 4096  # a block of rows × classes × starts stays in the cache


class Passes(ABC):
    """Callable: one EM pass for every start.

    Parameters
    ----------
    patterns, layout
        What is fitted, and where its parameters lie.
    weights
        Patterns × starts where every start has weights of its own (bootstrap); else those of
        the patterns.
    """

    def __init__(
        self, patterns: Patterns, layout: Layout, weights: np.ndarray | None = None
    ) -> None:
        self.layout = layout
        self.weights = patterns.weight[:, None] if weights is None else weights
        self.total = self.weights.sum(axis=0)
        self.groups = super_codes(patterns, layout)

    def __call__(
        self, theta: np.ndarray, starts: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the log-likelihood of every start at `theta`, and the parameters after a pass.

        `starts` tells which starts these are, where each has its own weights.
        """
        is_own = self.weights.shape[1] > 1 and starts is not None
        weights = self.weights[:, starts] if is_own else self.weights
        log_likelihood, sums = self._sums(theta, weights)
        total = self.total[starts] if is_own else self.total
        return log_likelihood, self._maximised(theta, sums, total)

    def _sums(self, theta: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        width = theta.shape[1] * theta.shape[2]
        tables = [group.table(theta.reshape(-1, width)) for group in self.groups]
        tables[0] *= theta[0].reshape(width)
        return self.expected(tables, theta.shape[1:], weights)

    @abstractmethod
    def expected(
        self, tables: list[np.ndarray], shape: tuple[int, int], weights: np.ndarray
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return log-likelihoods, and for each group the expected clients of codes × width."""

    def _maximised(
        self, theta: np.ndarray, sums: list[np.ndarray], total: np.ndarray
    ) -> np.ndarray:
        after = np.empty_like(theta)
        after[0] = sums[0].sum(axis=0).reshape(theta.shape[1:]) / total
        for position, counts in self._counts(sums, theta.shape[1:]):
            block = self.layout.blocks[position]
            before = theta[1:][block]
            known = counts.sum(axis=0)
            # A class that is empty, or knows nothing of an attribute, keeps what it had.
            after[1:][block] = np.where(
                known > SMALLEST, counts / np.maximum(known, SMALLEST), before
            )
            if position in self.layout.ordered:
                met = self.layout.met[position]
                rows = after[1:][block]
                rows[met] = ordered.maximised(counts[met], before[met])
        return after

    def _counts(
        self, sums: list[np.ndarray], shape: tuple[int, int]
    ) -> Iterator[tuple[int, np.ndarray]]:
        """Yield every attribute with its expected clients, levels × classes × starts."""
        for group, expected in zip(self.groups, sums, strict=True):
            counts = (group.indicator @ expected).reshape(-1, *shape)
            for position, block in zip(group.positions, group.blocks, strict=True):
                yield position, counts[block]

    def counts(self, theta: np.ndarray) -> dict[int, np.ndarray]:
        """Return for every attribute the expected clients at `theta`, as `_counts` does."""
        return dict(self._counts(self._sums(theta, self.weights)[1], theta.shape[1:]))


class NumpyPasses(Passes):
    """Passes in chunks of rows; nothing to compile."""

    def __init__(
        self, patterns: Patterns, layout: Layout, weights: np.ndarray | None = None
    ) -> None:
        super().__init__(patterns, layout, weights)
        self._chunks = [
            slice(begin, begin + _CHUNK_ROWS) for begin in range(0, len(patterns), _CHUNK_ROWS)
        ]
        self._indicators = [
            [indicator(group.codes[chunk], len(group)) for group in self.groups]
            for chunk in self._chunks
        ]

    def expected(
        self, tables: list[np.ndarray], shape: tuple[int, int], weights: np.ndarray
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """See `Passes.expected`."""
        n_classes, n_starts = shape
        sums = [np.zeros_like(table) for table in tables]
        log_likelihood = np.zeros(n_starts)
        for chunk, indicators in zip(self._chunks, self._indicators, strict=True):
            weight = weights[chunk]
            joint = tables[0][self.groups[0].codes[chunk]]
            for group, table in zip(self.groups[1:], tables[1:], strict=True):
                joint *= table[group.codes[chunk]]
            cube = joint.reshape(-1, n_classes, n_starts)
            density = np.maximum(np.einsum("rcs->rs", cube), SMALLEST)
            log_likelihood += np.einsum("rs,rs->s", np.broadcast_to(weight, density.shape),
                                        np.log(density))  # fmt: skip
            cube *= (weight / density)[:, None, :]
            for total, matrix in zip(sums, indicators, strict=True):
                total += matrix @ joint
        return log_likelihood, sums


def make_passes(
    patterns: Patterns, layout: Layout, n_starts: int, weights: np.ndarray | None = None
) -> Passes:
    """Return compiled passes where the work is large and the extra `fast` is installed.

    The choice hangs on the sizes alone, so that the same data always take the same way.
    """
    if len(patterns) * n_starts < LARGE_WORK or importlib.util.find_spec("numba") is None:
        return NumpyPasses(patterns, layout, weights)
    from client_segments.segments.latent_classes.compiled import CompiledPasses  # loads numba

    return CompiledPasses(patterns, layout, weights)
