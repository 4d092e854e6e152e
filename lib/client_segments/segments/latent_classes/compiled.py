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

_LEAST_GROUPS = 3
_LEAST_PRODUCT = 1e-290
_LEAST_FACTOR = 1e-140  # two of them still have a product
_BLOCK_ROWS = 32_768
_BLOCKS_MAXIMUM = 16


@numba.njit(nogil=True, cache=True, fastmath={"reassoc", "contract"}, error_model="numpy")
def _block(codes, table, classes_count, weight, sums):  # pragma: no cover - compiled
    """Add the expected clients of a block of rows to `sums`; return its log-likelihood.

    `codes` is rows × groups (three or more), each code a row of `table`; `table` and `sums` are
    codes of all groups × classes, flat. Offsets are unsigned: a sign would be tested at every
    look-up. Densities of rows of weight 1 are multiplied, and one logarithm is taken of many.
    """
    rows_count, groups_count = codes.shape
    size = np.uint64(classes_count)
    joint = np.empty(classes_count)
    log_likelihood = 0.0
    product = 1.0
    for row in range(rows_count):
        if weight[row] == 0.0:
            continue
        first = np.uint64(codes[row, 0]) * size
        second = np.uint64(codes[row, 1]) * size
        third = np.uint64(codes[row, 2]) * size
        density = 0.0
        if groups_count == 3:
            for number in range(classes_count):
                c = np.uint64(number)
                value = table[first + c] * table[second + c] * table[third + c]
                joint[c] = value
                density += value
        else:
            for number in range(classes_count):
                c = np.uint64(number)
                joint[c] = table[first + c] * table[second + c] * table[third + c]
            for group in range(3, groups_count):
                other = np.uint64(codes[row, group]) * size
                for number in range(classes_count):
                    c = np.uint64(number)
                    joint[c] *= table[other + c]
            for number in range(classes_count):
                density += joint[np.uint64(number)]
        density = max(density, SMALLEST)
        if weight[row] == 1.0:
            if density < _LEAST_FACTOR:
                log_likelihood += np.log(density)
            else:
                product *= density
                if product < _LEAST_FACTOR:
                    log_likelihood += np.log(product)
                    product = 1.0
        else:
            log_likelihood += weight[row] * np.log(density)
        scale = weight[row] / density
        for number in range(classes_count):
            c = np.uint64(number)
            value = joint[c] * scale
            joint[c] = value
            sums[first + c] += value
            sums[second + c] += value
            sums[third + c] += value
        for group in range(3, groups_count):
            other = np.uint64(codes[row, group]) * size
            for number in range(classes_count):
                c = np.uint64(number)
                sums[other + c] += joint[c]
    return log_likelihood + np.log(product)


@numba.njit(nogil=True, cache=True, error_model="numpy")
def place_block(codes, table, classes_count, classes, probability):  # pragma: no cover - compiled
    """Put rows into their most probable classes; return whether all of them could be placed.

    `codes` is rows × groups, each code a row of `table` (codes of all groups × classes, flat).
    A row whose products are too small for a number cannot: it is for logarithms.
    """
    rows_count, groups_count = codes.shape
    size = np.uint64(classes_count)
    joint = np.empty(classes_count)
    for row in range(rows_count):
        for number in range(classes_count):
            joint[number] = table[np.uint64(codes[row, 0]) * size + np.uint64(number)]
        for group in range(1, groups_count):
            first = np.uint64(codes[row, group]) * size
            for number in range(classes_count):
                joint[number] *= table[first + np.uint64(number)]
        best, highest, total = 0, joint[0], joint[0]
        for number in range(1, classes_count):
            total += joint[number]
            if joint[number] > highest:
                best, highest = number, joint[number]
        if highest < _LEAST_PRODUCT:
            return False
        classes[row] = best
        probability[row] = highest / total
    return True


class CompiledPasses(Passes):
    """Passes in blocks of rows, shared among threads."""

    def __init__(
        self, patterns: Patterns, layout: Layout, weights: np.ndarray | None = None
    ) -> None:
        super().__init__(patterns, layout, weights)
        self._ends = np.cumsum([0, *(len(group) for group in self.groups)])
        # Groups that are lacking share one code of probability 1 behind all others.
        columns = max(len(self.groups), _LEAST_GROUPS)
        dtype = np.uint16 if self._ends[-1] + 1 < 2**16 else np.uint32
        self._codes = np.full((len(patterns), columns), self._ends[-1], dtype=dtype)
        for line, group, offset in zip(self._codes.T, self.groups, self._ends[:-1], strict=False):
            np.add(group.codes, offset, out=line, casting="unsafe")
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
        codes_count = self._ends[-1]
        table = np.ones((n_starts, codes_count + 1, n_classes))
        whole = np.concatenate(tables).reshape(codes_count, n_classes, n_starts)
        table[:, :codes_count] = np.moveaxis(whole, 2, 0)

        def work(task: tuple[int, slice]) -> tuple[float, np.ndarray]:
            start, rows = task
            sums = np.zeros(table[0].size)
            weight = weights[rows, start if weights.shape[1] > 1 else 0]
            reached = _block(self._codes[rows], table[start].ravel(), n_classes, weight, sums)
            return reached, sums

        log_likelihood = np.zeros(n_starts)
        total = np.zeros((n_starts, table[0].size))
        tasks = [(start, rows) for start in range(n_starts) for rows in self._blocks]
        done = self._pool.map(work, tasks)
        for (start, _rows), (reached, sums) in zip(tasks, done, strict=True):
            log_likelihood[start] += reached
            total[start] += sums
        total = total.reshape(table.shape)[:, :codes_count]
        sums = np.moveaxis(total, 0, 2).reshape(codes_count, -1)
        return log_likelihood, np.split(sums, self._ends[1:-1])
