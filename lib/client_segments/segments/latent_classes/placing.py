"""Probabilities of classes for rows of codes, in blocks: memory does not grow with the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from client_segments.segments.latent_classes.layout import SMALLEST, Layout

_BLOCK_ROWS = 65_536
_CODES_MAXIMUM = 4096


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
        self._bundles: list[list[int]] = []
        self._tables: list[np.ndarray] = []
        size = _CODES_MAXIMUM + 1
        for position, (block, k) in enumerate(zip(layout.blocks, layout.levels, strict=True)):
            logs = np.zeros((k + 1, len(self._shares)))
            met = np.flatnonzero(layout.met[position])
            logs[met + 1] = np.log(np.maximum(theta[1:][block][met], SMALLEST))
            size *= k + 1
            if size > _CODES_MAXIMUM:
                self._bundles.append([position])
                self._tables.append(logs)
                size = k + 1
            else:
                self._bundles[-1].append(position)
                table = self._tables[-1][:, None, :] + logs[None]
                self._tables[-1] = table.reshape(-1, len(self._shares))

    def blocks(self, columns: Sequence[np.ndarray]) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield blocks of rows with their rows × classes of logs."""
        rows_count = len(columns[0])
        for begin in range(0, rows_count, _BLOCK_ROWS):
            rows = slice(begin, min(begin + _BLOCK_ROWS, rows_count))
            joint = np.tile(self._shares, (rows.stop - begin, 1))
            for bundle, table in zip(self._bundles, self._tables, strict=True):
                code = np.zeros(rows.stop - begin, dtype=np.int32)
                for position in bundle:
                    k = self._levels[position]
                    column = columns[position][rows]
                    code *= k + 1
                    code += np.where(column <= k, column, 0)
                joint += table[code]
            yield rows, joint

    def shared(
        self, columns: Sequence[np.ndarray]
    ) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Yield blocks of rows with probabilities of classes, and log-likelihoods of rows."""
        for rows, joint in self.blocks(columns):
            yield rows, *_shared(joint)

    def classes(self, columns: Sequence[np.ndarray]) -> np.ndarray:
        """Return the most probable class of every row."""
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
