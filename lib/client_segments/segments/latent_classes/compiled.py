"""Compiled EM passes: the extra `fast`, loaded only where the work is large.

The compiled code is cached beside the package, or in `NUMBA_CACHE_DIR`. It holds no lock of
Python's, so that plain threads share the blocks of rows; blocks are fixed and summed in order,
whatever the number of threads.
"""

from __future__ import annotations

import itertools
import os
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np

from client_segments.segments.latent_classes.layout import SMALLEST, Layout
from client_segments.segments.latent_classes.passes import Passes
from client_segments.segments.latent_classes.patterns import Patterns

_BLOCK_ROWS = 65_536
_BLOCKS_MAXIMUM = 16


@numba.njit(nogil=True, cache=True, fastmath={"reassoc", "contract"}, error_model="numpy")
def _block(codes, table, weight, sums):  # pragma: no cover - compiled
    """Add the expected clients of a block of rows to `sums`; return its log-likelihood.

    `codes` is groups × rows, each code the row of `table` (codes of all groups × classes).
    """
    groups_count, rows_count = codes.shape
    classes_count = table.shape[1]
    joint = np.empty(classes_count)
    log_likelihood = 0.0
    for row in range(rows_count):
        if weight[row] == 0.0:
            continue
        density = 0.0
        first = table[codes[0, row]]
        for c in range(classes_count):
            joint[c] = first[c]
        for group in range(1, groups_count):
            factor = table[codes[group, row]]
            for c in range(classes_count):
                joint[c] *= factor[c]
        for c in range(classes_count):
            density += joint[c]
        density = max(density, SMALLEST)
        log_likelihood += weight[row] * np.log(density)
        scale = weight[row] / density
        for c in range(classes_count):
            joint[c] *= scale
        for group in range(groups_count):
            total = sums[codes[group, row]]
            for c in range(classes_count):
                total[c] += joint[c]
    return log_likelihood


class CompiledPasses(Passes):
    """Passes in blocks of rows, shared among threads."""

    def __init__(
        self, patterns: Patterns, layout: Layout, weights: np.ndarray | None = None
    ) -> None:
        super().__init__(patterns, layout, weights)
        self._ends = np.cumsum([0, *(len(group) for group in self.groups)])
        dtype = np.uint16 if self._ends[-1] < 2**16 else np.int32
        self._codes = np.empty((len(self.groups), len(patterns)), dtype=dtype)
        for line, group, offset in zip(self._codes, self.groups, self._ends[:-1], strict=True):
            line[:] = group.codes
            line += dtype(offset)
        blocks = int(np.clip(-(-len(patterns) // _BLOCK_ROWS), 1, _BLOCKS_MAXIMUM))
        edges = np.linspace(0, len(patterns), blocks + 1).astype(int)
        self._blocks = [slice(*edge) for edge in itertools.pairwise(edges)]
        self.weights = np.asfortranarray(self.weights)
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1)

    def expected(
        self, tables: list[np.ndarray], shape: tuple[int, int], weights: np.ndarray
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """See `Passes.expected`."""
        n_classes, n_starts = shape
        table = np.concatenate(tables).reshape(-1, n_classes, n_starts)
        table = np.ascontiguousarray(np.moveaxis(table, 2, 0))

        def work(task: tuple[int, slice]) -> tuple[float, np.ndarray]:
            start, rows = task
            sums = np.zeros(table.shape[1:])
            weight = weights[rows, start if weights.shape[1] > 1 else 0]
            reached = _block(self._codes[:, rows], table[start], weight, sums)
            return reached, sums

        log_likelihood = np.zeros(n_starts)
        total = np.zeros((n_starts, *table.shape[1:]))
        tasks = [(start, rows) for start in range(n_starts) for rows in self._blocks]
        done = self._pool.map(work, tasks)
        for (start, _rows), (reached, sums) in zip(tasks, done, strict=True):
            log_likelihood[start] += reached
            total[start] += sums
        sums = np.moveaxis(total, 0, 2).reshape(len(table[0]), -1)
        return log_likelihood, np.split(sums, self._ends[1:-1])
