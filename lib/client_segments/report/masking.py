"""Personal data in what people and data call things: masked before anything is told of it.

Names of problems, values, measures, sentences of plans and the like are written by people or
come from data, and the shared report shows them. Whatever in them looks like a telephone, an
address or a name of a person is replaced by what it is, and a finding says where.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace

import pandas as pd

from client_segments.decisions import GroupSettings
from client_segments.findings import Finding, Severity
from client_segments.language import _
from client_segments.profiles import ProfileInputs
from client_segments.texts import mask

_USER_TEXTS = {
    "attribute_name", "value_name", "basis", "segment_name", "rule_text", "method", "source",
    "problem", "specific_problems", "measure", "stage", "channel", "channel_name", "hypothesis_text",
    "need", "responsible", "resources", "indicator", "reason", "question", "margin", "category",
    "frequent_problem", "unit", "value_text", "text",
}  # fmt: skip
"""Columns whose words are of people or of data; the others are codes and numbers of ours."""


class Masker:
    """Masks texts, each once, and remembers what it masked and where."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._places: dict[str, str] = {}

    def text(self, text: str, place: str) -> str:
        """Return a text with personal data masked; one that bears none is returned as it is."""
        if text not in self._known:
            # Masking also makes spaces and digits plain: only what it hides may change a text.
            masked = mask(text)
            self._known[text] = masked if "[" in masked and masked != text else text
            if self._known[text] != text:
                self._places[text] = place
        return self._known[text]

    def column(self, values: pd.Series, place: str) -> pd.Series:
        """Return a column of texts masked; missing ones stay missing."""
        told = {text: self.text(text, place) for text in values.dropna().unique()}
        changed = {text: masked for text, masked in told.items() if text != masked}
        return values.replace(changed) if changed else values

    def frame(self, frame: pd.DataFrame, place: str) -> pd.DataFrame:
        """Return a table with the texts of people masked."""
        names = [
            name
            for name in frame.columns
            if name in _USER_TEXTS and pd.api.types.is_string_dtype(frame[name].dtype)
        ]
        return frame.assign(**{name: self.column(frame[name], place) for name in names})

    def texts(self, values: Iterable[str], place: str) -> tuple[str, ...]:
        return tuple(self.text(value, place) for value in values)

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each text in which something was masked; it is not quoted."""
        for text, place in sorted(self._places.items(), key=lambda item: (item[1], item[0])):
            message = _(
                "в тексте для отчёта есть похожее на персональные данные; показано так: «{text}»."
            )
            remedy = _("назовите это без телефонов, адресов и имён людей.")
            yield Finding(
                Severity.WARNING, "personal_data", message.format(text=self._known[text]), remedy,
                place,
            )  # fmt: skip


def masked_group(group: GroupSettings, masker: Masker, place: str) -> GroupSettings:
    """Return the passport of a group with personal data masked."""
    return replace(
        group,
        name=masker.text(group.name, place),
        unit=masker.text(group.unit, place),
        processes=masker.texts(group.processes, place),
        sources=masker.texts(group.sources, place),
        limitations=masker.texts(group.limitations, place),
    )


def masked_inputs(inputs: ProfileInputs, masker: Masker, place: str) -> ProfileInputs:
    """Return the tables of steps 1-6 and the passport with personal data masked."""
    tables = {
        item.name: masker.frame(value, place)
        for item in fields(inputs)
        if isinstance(value := getattr(inputs, item.name), pd.DataFrame)
    }
    return replace(inputs, group=masked_group(inputs.group, masker, place), **tables)


def masked_numbers(numbers: object, masker: Masker, place: str) -> object:
    """Return what a version records, its texts and the names that are keys masked."""
    if isinstance(numbers, str):
        return masker.text(numbers, place)
    if isinstance(numbers, Mapping):
        return {
            masker.text(str(key), place): masked_numbers(value, masker, place)
            for key, value in numbers.items()
        }
    if isinstance(numbers, list | tuple):
        return [masked_numbers(value, masker, place) for value in numbers]
    return numbers
