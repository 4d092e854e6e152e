"""Coding of attribute values: what people write becomes a small number; 0 is «нет данных»."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments.labels import fold
from client_segments.language import NO_DATA, _, format_number
from client_segments.values import ValueRefusedError, parse_number

MISSING_CODE = 0


@dataclass(frozen=True)
class Attribute:
    """One attribute of the list (clause 5); see `ATTRIBUTE_RECORDS` for the decision behind it.

    `values` gives the order of values, `bins` the lower bounds of classes 2 … k of a number,
    `groups` maps a new value to the values that it unites.
    """

    code: str
    name: str
    column: str = ""
    role: str = "describing"
    sources: tuple[str, ...] = ()
    basis: str = ""
    is_special: bool = False
    is_sensitive: bool = False
    is_ordered: bool = False
    values: tuple[str, ...] = ()
    bins: tuple[float, ...] = ()
    groups: Mapping[str, tuple[str, ...]] | None = None
    is_proposed: bool = False

    @property
    def headers(self) -> tuple[str, ...]:
        """Folded headers under which a table may hold the attribute, the surest first."""
        return tuple(fold(text) for text in (self.column, self.code, self.name) if text)

    def find_column(self, columns: Sequence[str]) -> str | None:
        """Return the column that holds the attribute, if any."""
        folded = {fold(column): column for column in reversed(list(columns))}
        return next((folded[header] for header in self.headers if header in folded), None)


def bin_labels(bins: Sequence[float]) -> list[str]:
    """Return the names of classes of a number: «до 25», «25–34», «35 и более».

    Whole bounds name whole numbers («25–34»), others the half-open class («от 0,5 до 1»).
    """
    written = [format_number(bound, 0 if bound == int(bound) else 2) for bound in bins]
    labels = [_("до {bound}").format(bound=written[0])]
    for lower, upper, low, high in zip(written, written[1:], bins, bins[1:], strict=False):
        if low == int(low) and high == int(high):
            last = format_number(high - 1, 0)
            labels.append(lower if high - low == 1 else f"{lower}–{last}")
        else:
            labels.append(_("от {lower} до {upper}").format(lower=lower, upper=upper))
    labels.append(_("{bound} и более").format(bound=written[-1]))
    return labels


def natural_key(label: str) -> tuple:
    """Sort key in which «2» comes before «10» and spelling makes no difference."""
    parts = re.split(r"(\d+)", fold(label))
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part)


@dataclass(frozen=True)
class Coder:
    """Codes of one attribute's values, learnt from the clients.

    Attributes
    ----------
    attribute
        The attribute.
    names
        Names of values 1 … k, in order.
    spellings
        Other spellings met in the data, by name of value.
    unlisted
        Values met in the data that the list of values does not have.
    refused
        Values that are not numbers, where the attribute has classes of a number.
    """

    attribute: Attribute
    names: tuple[str, ...]
    spellings: Mapping[str, tuple[str, ...]]
    unlisted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @classmethod
    def learn(cls, attribute: Attribute, values: pd.Series) -> Coder:
        """Learn the values of an attribute from a column of text (NaN is missing)."""
        return cls.learn_counts(attribute, values.dropna().astype(str).value_counts().to_dict())

    @classmethod
    def learn_counts(cls, attribute: Attribute, counts: Mapping[str, int]) -> Coder:
        """Learn the values of an attribute from its texts and the number of rows of each."""
        if attribute.bins:
            refused = tuple(sorted(text for text in counts if _bin(text, attribute) is None))
            return cls(attribute, tuple(bin_labels(attribute.bins)), {}, refused=refused)
        spellings: dict[str, dict[str, int]] = {}
        groups = _group_index(attribute)
        for text, count in counts.items():
            name = groups.get(fold(text), text)
            spellings.setdefault(fold(name), {})[name] = int(count)
        # The most frequent spelling names the value; equal counts are settled by the text itself.
        common = {
            key: min(found, key=lambda text: (-found[text], text))
            for key, found in spellings.items()
        }
        listed = {fold(name): name for name in (*attribute.values, *(attribute.groups or {}))}
        unlisted = sorted(
            (common[key] for key in spellings if key not in listed),
            key=lambda text: (natural_key(text), text),
        )
        others = {
            listed.get(key, common[key]): tuple(
                sorted(text for text in found if text != listed.get(key, common[key]))
            )
            for key, found in spellings.items()
        }
        return cls(
            attribute,
            (*listed.values(), *unlisted),
            {name: found for name, found in others.items() if found},
            tuple(unlisted) if listed else (),
        )

    def encode(self, values: pd.Series) -> tuple[np.ndarray, list[str]]:
        """Return codes of a column of text, and the texts that have no code (coded as missing)."""
        numbers, texts = pd.factorize(values)
        codes, unknown = self.codes(texts)
        lookup = np.array([*codes, MISSING_CODE], dtype="int16")
        return lookup[numbers], unknown

    def codes(self, texts: Iterable[str]) -> tuple[list[int], list[str]]:
        """Return the code of each text, and the texts that have none (coded as missing)."""
        index = {fold(name): code for code, name in enumerate(self.names, start=1)}
        groups = _group_index(self.attribute)
        codes, unknown = [], []
        for text in texts:
            if self.attribute.bins:
                code = _bin(str(text), self.attribute) or index.get(fold(text))
            else:
                key = fold(groups.get(fold(text), text))
                code = MISSING_CODE if key == fold(NO_DATA) and key not in index else index.get(key)
            codes.append(MISSING_CODE if code is None else code)
            if code is None:
                unknown.append(str(text))
        return codes, sorted(unknown)


def _group_index(attribute: Attribute) -> dict[str, str]:
    return {fold(old): new for new, members in (attribute.groups or {}).items() for old in members}


def _bin(text: str, attribute: Attribute) -> int | None:
    try:
        number = parse_number(text)
    except ValueRefusedError:
        return None
    return int(np.searchsorted(attribute.bins, number, side="right")) + 1
