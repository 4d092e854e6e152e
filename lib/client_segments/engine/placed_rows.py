"""Coded clients of the embedded engine with their segments: counted and written from memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from client_segments.engine import statements
from client_segments.engine.coded_rows import BLOCK_ROWS, PLAIN, CodedRows

_PROBABILITY_DIGITS = 4


@dataclass(frozen=True, eq=False)
class PlacedRows:
    """Clients in their order, each in a segment.

    Attributes
    ----------
    rows
        The clients.
    numbers, codes
        Number of the segment of every client, from 0, and the code of each number.
    probability
        Probability of the segment of every client, where a model placed them.
    """

    rows: CodedRows
    numbers: np.ndarray
    codes: tuple[str, ...]
    probability: np.ndarray | None = None

    def columns(self) -> CodedRows:
        """Return the clients with the columns of their segments, for the engine."""
        return (
            self.rows.with_column("segment_number", pa.array(self.numbers))
            .with_column("segment_code", self._segment_code())
            .with_column("probability", self._shown())
        )

    def _segment_code(self) -> pa.Array:
        names = pa.array(self.codes, pa.string())
        return pa.DictionaryArray.from_arrays(self.numbers, names)

    def _shown(self) -> pa.Array:
        if self.probability is None:
            return pa.nulls(len(self.numbers), pa.float64())
        return pa.array(self.probability, from_pandas=True)

    def written(self) -> pa.Table:
        """Return table `client_segments`."""
        count = self.rows.rows_count
        counts = {name: pa.array(self.rows.plain_numbers(name)) for name in PLAIN[1:]}
        return pa.table(
            {
                "client_id": self.rows.plain.get("client_id", pa.nulls(count, pa.string())),
                "segment_code": self._segment_code(),
                **counts,
                "probability": self._shown(),
            }
        )

    def are_alike(self) -> bool:
        """Tell whether every client has the same count and weight: counting them is enough."""
        return {"clients_count", "weight"} <= self.rows.constants.keys()

    def segment_values(self, attributes: Sequence[str]) -> pd.DataFrame:
        """Count clients that are alike by segment, attribute and value.

        See `Engine.segment_values`.
        """
        frames = []
        for name in attributes:
            counts = self._counts(name)
            numbers, values = np.nonzero(counts)
            frames.append(
                pd.DataFrame(
                    {
                        "segment_code": np.array(self.codes, dtype=object)[numbers],
                        "attribute_code": name,
                        "value_code": values,
                        "clients_count": counts[numbers, values],
                    }
                )
            )
        frame = pd.concat(frames, ignore_index=True)
        frame = frame.astype({"segment_code": "str", "attribute_code": "str"})
        rows_count, (clients, mass) = frame["clients_count"], self._measure_of_one()
        frame = frame.assign(clients_count=rows_count * clients, weight=rows_count * mass)
        keys = ["segment_code", "attribute_code", "value_code"]
        return frame.sort_values(keys, ignore_index=True)

    def _measure_of_one(self) -> tuple[int, float]:
        """Return the count and the mass of one client, as the engine sums them."""
        count, weight = (self.rows.constants[name] for name in PLAIN[1:])
        units = np.floor(count * weight * statements.WEIGHT_UNIT + 0.5)
        return int(count), float(units) / statements.WEIGHT_UNIT

    def _counts(self, name: str) -> np.ndarray:
        """Return rows by segment and code of an attribute."""
        codes = self.rows.codes[name]
        size = int(codes.max(initial=0)) + 1
        counts = np.zeros(len(self.codes) * size, dtype=np.int64)
        for begin in range(0, len(codes), BLOCK_ROWS):
            rows = slice(begin, begin + BLOCK_ROWS)
            cell = self.numbers[rows].astype(np.intp)
            cell *= size
            cell += codes[rows]
            counts += np.bincount(cell, minlength=len(counts))
        return counts.reshape(len(self.codes), size)


def numbered(segments: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Return the number of the segment of every row, and the codes of the segments, sorted."""
    known = segments.astype("category").cat
    numbers, names = known.codes.to_numpy(), known.categories
    met = np.flatnonzero(np.bincount(numbers, minlength=len(names)))
    order = sorted(met.tolist(), key=names.__getitem__)
    places = np.full(len(names), -1, dtype=np.int16)
    places[order] = np.arange(len(order))
    return np.take(places, numbers), [names[place] for place in order]


def probabilities(segments: pd.DataFrame) -> np.ndarray | None:
    """Return the probabilities of the segments as they are written, if they are known."""
    if "probability" not in segments:
        return None
    return segments["probability"].to_numpy(dtype=float).round(_PROBABILITY_DIGITS)
