"""What a user passes as a table: codes, or categories that are given codes here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

CODES_MAXIMUM = 65_535
"""Own: an attribute with more values is an identifier, not an attribute."""

Table = pd.DataFrame | ArrayLike


@dataclass(frozen=True, eq=False)
class Encoding:
    """Names of the attributes, and the values behind the codes 1..k of each.

    Attributes
    ----------
    names
        Of the columns of a frame; the numbers of an array's.
    values
        For each attribute its values in the order of their codes, or None where the table holds
        codes already.
    has_names
        Whether the table was a frame: then columns are found by name.
    """

    names: tuple[str, ...]
    values: tuple[tuple[object, ...] | None, ...]
    has_names: bool

    @classmethod
    def learn(cls, table: Table) -> Encoding:
        """Learn the encoding of a table; see `LatentClassModel.fit`.

        Raises
        ------
        ValueError
            If the table has no rows and columns, or a name twice.
        """
        names, columns = _columns(table)
        if len(set(names)) < len(names):
            raise ValueError("two attributes have the same name")
        values = tuple(_values(column) for column in columns)
        return cls(names, values, isinstance(table, pd.DataFrame))

    def codes(self, table: Table) -> list[np.ndarray]:
        """Return a column of codes (0 for missing and for values never met) an attribute.

        Raises
        ------
        ValueError
            For other attributes than learnt, or codes that are not whole numbers from 0.
        """
        if self.has_names and isinstance(table, pd.DataFrame):
            table = table.set_axis([str(name) for name in table.columns], axis=1)
            if set(self.names) <= set(table.columns):
                table = table[list(self.names)]
        names, columns = _columns(table)
        if len(names) != len(self.names):
            raise ValueError(f"{len(names)} attributes, fitted with {len(self.names)}")
        return [
            _whole(column, name) if values is None else _looked_up(column, values)
            for column, name, values in zip(columns, self.names, self.values, strict=True)
        ]

    def positions(self, attributes: Sequence[str | int]) -> tuple[int, ...]:
        """Return the positions of attributes given by name or position.

        Raises
        ------
        ValueError
            For one that the table does not have.
        """
        positions = []
        for attribute in attributes:
            if isinstance(attribute, str) and attribute in self.names:
                positions.append(self.names.index(attribute))
            elif not isinstance(attribute, str) and 0 <= attribute < len(self.names):
                positions.append(int(attribute))
            else:
                raise ValueError(f"ordered: there is no attribute {attribute!r}")
        return tuple(sorted(set(positions)))


def _columns(table: Table) -> tuple[tuple[str, ...], list[pd.Series | np.ndarray]]:
    if isinstance(table, pd.DataFrame):
        names = tuple(str(name) for name in table.columns)
        columns = [table.iloc[:, number] for number in range(len(names))]
    else:
        values = np.asarray(table)
        if values.ndim == 2 and values.dtype.kind == "U" and not isinstance(table, np.ndarray):
            values = np.asarray(table, dtype=object)  # a list of numbers and texts stays both
        names = tuple(str(number) for number in range(values.shape[1] if values.ndim == 2 else 0))
        columns = list(values.T) if names else []
    if not names:
        raise ValueError("the table must have rows and at least one attribute")
    return names, columns


def _is_codes(column: pd.Series | np.ndarray) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(
        column.dtype
    )


def _values(column: pd.Series | np.ndarray) -> tuple[object, ...] | None:
    """Return the values of a column in the order of their codes; None for a column of codes."""
    if _is_codes(column):
        return None
    if isinstance(column.dtype, pd.CategoricalDtype):
        return tuple(column.cat.categories)
    met = list(pd.unique(pd.Series(column).dropna()))
    if all(_is_number(value) for value in met):
        # Numbers that an object column holds beside None are codes all the same.
        return None
    return tuple(sorted(met, key=lambda value: (type(value).__name__, value)))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _looked_up(column: pd.Series | np.ndarray, values: tuple[object, ...]) -> np.ndarray:
    places = pd.Index(values, dtype=object).get_indexer(pd.Index(column).astype(object))
    return (places + 1).astype(_small(len(values)))


def _whole(column: pd.Series | np.ndarray, name: str) -> np.ndarray:
    """Return codes as the smallest integers that hold them; NaN is 0."""
    values = column.to_numpy() if isinstance(column, pd.Series) else column
    if values.dtype.kind not in "iu":
        numbers = pd.Series(column).astype("Float64").to_numpy(dtype=float, na_value=0.0)
        values = np.where(np.isnan(numbers), 0.0, numbers)
    lowest, highest = (values.min(), values.max()) if len(values) else (0, 0)
    is_whole = values.dtype.kind != "f" or (np.isfinite(highest) and not np.any(values % 1))
    if not (is_whole and 0 <= lowest <= highest <= CODES_MAXIMUM):
        raise ValueError(
            f"attribute {name}: codes must be whole numbers, 0 for missing, else 1..k "
            f"(at most {CODES_MAXIMUM})"
        )
    return values.astype(_small(int(highest)), copy=False)


def _small(highest: int) -> type[np.integer]:
    return np.int8 if highest < 2**7 else np.int16 if highest < 2**15 else np.int32
