"""Probabilities of classes for rows of codes, in blocks: memory does not grow with the table."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from client_segments.segments.latent_classes.layout import SMALLEST, Layout
from client_segments.segments.latent_classes.super_codes import bundled

_BLOCK_ROWS = 65_536
_CODES_MAXIMUM = 4096
LARGE_TABLE = 500_000
"""Measured: rows from which placing them repays loading compiled code."""


class Placing:
    """Log of share times probability of the known values, for rows of codes.

    A level that nobody had in fitting says nothing, like a missing value.

    Parameters
    ----------
    layout
        Where the parameters lie.
    theta
        The parameters, (1 + levels) × classes.
    """

    def __init__(self, layout: Layout, theta: np.ndarray) -> None:
        self._levels = layout.levels
        self._shares = np.log(np.maximum(theta[0], SMALLEST))
        sizes = [k + 1 for k in layout.levels]
        self._bundles = bundled(sizes, _CODES_MAXIMUM)
        self._tables = []
        for bundle in self._bundles:
            table = np.zeros((1, len(self._shares)))
            for position in bundle:
                logs = np.zeros((sizes[position], len(self._shares)))
                met = np.flatnonzero(layout.met[position])
                rows = theta[1:][layout.blocks[position]][met]
                logs[met + 1] = np.log(np.maximum(rows, SMALLEST))
                table = (table[:, None, :] + logs[None]).reshape(-1, len(self._shares))
            self._tables.append(table)

    def blocks(self, columns: Sequence[np.ndarray]) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield blocks of rows with their rows × classes of logs."""
        for rows in _slices(len(columns[0])):
            yield rows, self._logs(columns, rows)

    def _logs(self, columns: Sequence[np.ndarray], rows: slice) -> np.ndarray:
        joint = np.tile(self._shares, (rows.stop - rows.start, 1))
        for number, table in enumerate(self._tables):
            joint += table[self._code(columns, rows, number)]
        return joint

    def _code(self, columns: Sequence[np.ndarray], rows: slice, number: int) -> np.ndarray:
        """Return the row of table `number` for some rows."""
        code = np.zeros(rows.stop - rows.start, dtype=np.int32)
        for position in self._bundles[number]:
            k = self._levels[position]
            column = columns[position][rows]
            code *= k + 1
            code += column if column.max(initial=0) <= k else np.where(column <= k, column, 0)
        return code

    def placed(self, columns: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return the most probable class of every row, and its probability."""
        rows_count = len(columns[0])
        classes = np.empty(rows_count, dtype=np.int16)
        probability = np.empty(rows_count)
        if rows_count < LARGE_TABLE or importlib.util.find_spec("numba") is None:
            for rows in _slices(rows_count):
                self._place(columns, rows, classes, probability)
            return classes, probability
        from client_segments.segments.latent_classes.compiled import place_block  # loads numba

        tables, starts = self._products()

        def work(rows: slice) -> None:
            codes = np.empty((rows.stop - rows.start, len(starts)), dtype=np.uint32)
            for number, start in enumerate(starts):
                np.add(self._code(columns, rows, number), start, out=codes[:, number],
                       casting="unsafe")  # fmt: skip
            size = len(self._shares)
            if not place_block(codes, tables, size, classes[rows], probability[rows]):
                self._place(columns, rows, classes, probability)

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(work, _slices(rows_count)))
        return classes, probability

    def _place(
        self, columns: Sequence[np.ndarray], rows: slice, classes: np.ndarray,
        probability: np.ndarray,
    ) -> None:  # fmt: skip
        shares, _logs = _shared(self._logs(columns, rows))
        classes[rows] = shares.argmax(axis=1)
        probability[rows] = shares.max(axis=1)

    def _products(self) -> tuple[np.ndarray, list[int]]:
        """Return the tables as probabilities, one below another and flat, and where each begins.

        Every row is divided by its largest: that changes no probability of a class.
        """
        tables = [self._tables[0] + self._shares, *self._tables[1:]]
        flat = [np.exp(table - table.max(axis=1, keepdims=True)).ravel() for table in tables]
        ends = np.cumsum([len(table) for table in tables]).tolist()
        return np.concatenate(flat), [0, *ends[:-1]]

    def shared(
        self, columns: Sequence[np.ndarray]
    ) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Yield blocks of rows with probabilities of classes, and log-likelihoods of rows."""
        for rows, joint in self.blocks(columns):
            yield rows, *_shared(joint)

    def classes(self, columns: Sequence[np.ndarray]) -> np.ndarray:
        """Return the most probable class of every row."""
        if len(columns[0]) >= LARGE_TABLE:
            return self.placed(columns)[0].astype(np.int64)
        found = np.empty(len(columns[0]), dtype=np.int64)
        for rows, joint in self.blocks(columns):
            found[rows] = joint.argmax(axis=1)
        return found

    def probabilities(self, columns: Sequence[np.ndarray]) -> np.ndarray:
        """Return rows × classes of probabilities."""
        found = np.empty((len(columns[0]), len(self._shares)))
        for rows, shares, _logs in self.shared(columns):
            found[rows] = shares
        return found

    def log_likelihoods(self, columns: Sequence[np.ndarray]) -> np.ndarray:
        """Return the log-likelihood of every row."""
        found = np.empty(len(columns[0]))
        for rows, _shares, logs in self.shared(columns):
            found[rows] = logs
        return found

    def entropy(self, columns: Sequence[np.ndarray], weight: np.ndarray) -> float:
        """Return the entropy of the classes of all rows together, in nats."""
        total = 0.0
        for rows, shares, _logs in self.shared(columns):
            logs = np.log(np.maximum(shares, SMALLEST))
            total -= float(weight[rows] @ np.einsum("rc,rc->r", shares, logs))
        return total


def _shared(joint: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities of classes, and the log-likelihood of every row."""
    highest = joint.max(axis=1)
    shares = np.exp(joint - highest[:, None])
    sums = shares.sum(axis=1)
    return shares / sums[:, None], highest + np.log(sums)


def _slices(rows_count: int) -> Iterator[slice]:
    """Yield blocks of rows."""
    for begin in range(0, rows_count, _BLOCK_ROWS):
        yield slice(begin, min(begin + _BLOCK_ROWS, rows_count))
