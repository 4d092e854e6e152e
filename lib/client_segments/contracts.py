"""Contracts of tables: what a table's row is, and what each of its columns may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from client_segments.language import _


class Kind(StrEnum):
    """Kind of a column's values, with the pandas dtype it has once it is read."""

    TEXT = "text"  # str
    CODE = "code"  # str: identifiers and codes, leading zeros kept
    INTEGER = "integer"  # Int64
    NUMBER = "number"  # float64
    DATE = "date"  # datetime64[s], midnight
    MOMENT = "moment"  # datetime64[us]
    FLAG = "flag"  # boolean

    @property
    def label(self) -> str:
        return {
            "text": _("текст"),
            "code": _("код (текст, нули сохраняются)"),
            "integer": _("целое число"),
            "number": _("число"),
            "date": _("дата"),
            "moment": _("дата и время"),
            "flag": _("да / нет"),
        }[self]

    @property
    def dtype(self) -> str:
        return {
            "text": "str",
            "code": "str",
            "integer": "Int64",
            "number": "float64",
            "date": "datetime64[s]",
            "moment": "datetime64[us]",
            "flag": "boolean",
        }[self]


@dataclass(frozen=True)
class Column:
    """One column: identifier, Russian label, kind of values and what is allowed.

    `codes` maps each allowed code to its Russian label; people may write either.
    `aliases` are other headers under which the column is recognised. In a decision a column
    with `is_list` holds several values.
    """

    name: str
    label: str
    kind: Kind
    description: str
    unit: str = ""
    required: bool = False
    codes: Mapping[str, str] | None = None
    minimum: float | None = None
    maximum: float | None = None
    aliases: tuple[str, ...] = ()
    clause: str = ""
    is_list: bool = False


def count_column(name: str, label: str, description: str, **options: object) -> Column:
    """Return a column of counts: whole numbers from 0."""
    return Column(name, label, Kind.INTEGER, description, minimum=0, **options)


def place_column(name: str, label: str, description: str) -> Column:
    """Return a column of places: whole numbers from 1, one in every row."""
    return Column(name, label, Kind.INTEGER, description, required=True, minimum=1)


def percent_column(name: str, label: str, description: str, **options: object) -> Column:
    """Return a column of per cent, which a difference may take below 0."""
    return Column(name, label, Kind.NUMBER, description, unit="%", **options)


def share_column(name: str, label: str, description: str) -> Column:
    """Return a column of shares in per cent: 0-100."""
    return percent_column(name, label, description, minimum=0, maximum=100)


@dataclass(frozen=True)
class TableContract:
    """One table: identifier, Russian label, its grain («одна строка – …») and its columns.

    `owner` is the step that writes it, or `raw`. With `has_attribute_columns` every further
    column is an attribute of clients. With `parts_may_differ` the files of a raw table are
    tables of their own, with columns of their own.
    """

    name: str
    label: str
    grain: str
    owner: str
    columns: tuple[Column, ...]
    has_attribute_columns: bool = False
    clause: str = ""
    parts_may_differ: bool = False

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    def labels(self) -> dict[str, str]:
        """Identifier of each column and its Russian label with the unit."""
        return {
            column.name: f"{column.label}, {column.unit}" if column.unit else column.label
            for column in self.columns
        }

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with exactly the contract's columns and dtypes, in its order.

        Raises
        ------
        ValueError
            If a column is missing, is not of the contract, or breaks it: our own mistake,
            not the user's.
        """
        missing = [name for name in self.column_names if name not in frame.columns]
        extra = [name for name in frame.columns if name not in self.column_names]
        if missing or (extra and not self.has_attribute_columns):
            raise ValueError(f"table {self.name}: missing columns {missing}, unknown {extra}")
        result = frame[[*self.column_names, *extra]].reset_index(drop=True)
        result = result.astype({column.name: column.kind.dtype for column in self.columns})
        for column in self.columns:
            values = result[column.name]
            if column.required and values.isna().any():
                raise ValueError(f"table {self.name}: column {column.name} has empty values")
            if column.codes is None and column.minimum is None and column.maximum is None:
                continue
            known = values.dropna()
            if column.codes is not None and not known.isin(list(column.codes)).all():
                raise ValueError(f"table {self.name}: column {column.name} has unknown codes")
            if column.minimum is not None and (known < column.minimum).any():
                raise ValueError(f"table {self.name}: {column.name} is under {column.minimum}")
            if column.maximum is not None and (known > column.maximum).any():
                raise ValueError(f"table {self.name}: {column.name} is over {column.maximum}")
        return result

    def empty(self) -> pd.DataFrame:
        """Return the table without rows."""
        return self.conform(pd.DataFrame(columns=self.column_names))
