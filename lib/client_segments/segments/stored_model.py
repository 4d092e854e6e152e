"""A latent class model adopted by people: kept in `segments.yml`, used again in later years.

The block `model` of the decision holds plain numbers: shares of classes, and for every attribute
the names of its values and their probabilities in every class. Values are matched by name, so
that next year's codes may differ; nothing in it is code.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments.attributes import Coder
from client_segments.decisions import Decision
from client_segments.findings import Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.segments.contracts import CLASS_VALUES, MODEL_FIT
from client_segments.segments.latent_classes.layout import Layout
from client_segments.segments.latent_classes.placing import Placing
from client_segments.study import Study

DIGITS = 6
_SUM_TOLERANCE = 1e-3
_KEYS = ("year", "clients", "log_likelihood", "certainty", "shares", "attributes")
_ATTRIBUTE_KEYS = ("attribute", "values", "probabilities")


class _RefusedError(ValueError):
    """A block that is not a model, with the path of keys to the place."""

    def __init__(self, text: str, *path: object) -> None:
        super().__init__(text)
        self.path = path


@dataclass(frozen=True, eq=False)
class StoredAttribute:
    """One attribute of a stored model: classes × values of probabilities."""

    code: str
    values: tuple[str, ...]
    probabilities: np.ndarray


@dataclass(frozen=True, eq=False)
class StoredModel:
    """A model as it was adopted.

    Attributes
    ----------
    year
        Year whose clients it was fitted to.
    clients_count
        How many they were.
    log_likelihood
        Of one of those clients, on average.
    certainty_pct
        How surely they were placed (relative entropy).
    shares
        Share of every class.
    attributes
        Probabilities of the values in every class.
    """

    year: int
    clients_count: float
    log_likelihood: float
    certainty_pct: float
    shares: np.ndarray
    attributes: tuple[StoredAttribute, ...]

    @property
    def classes_count(self) -> int:
        return len(self.shares)

    @property
    def attribute_codes(self) -> list[str]:
        return [attribute.code for attribute in self.attributes]

    def tree(self) -> dict[str, object]:
        """Return the model as the block that stands for it in a decision."""
        return {
            "year": self.year,
            "clients": round(float(self.clients_count)),
            "log_likelihood": round(float(self.log_likelihood), DIGITS),
            "certainty": round(float(self.certainty_pct), 2),
            "shares": _rounded(self.shares),
            "attributes": [
                {
                    "attribute": attribute.code,
                    "values": list(attribute.values),
                    "probabilities": [_rounded(row) for row in attribute.probabilities],
                }
                for attribute in self.attributes
            ],
        }

    def theta(self) -> np.ndarray:
        """Return the parameters with one client of average answers added to every class.

        A value that nobody of a class had in the year of the model is unlikely there later on,
        and not impossible.
        """
        sizes = self.clients_count * self.shares
        rows = [self.shares[None, :]]
        for attribute in self.attributes:
            margins = self.shares @ attribute.probabilities
            counts = sizes[:, None] * attribute.probabilities + margins
            rows.append((counts / counts.sum(axis=1, keepdims=True)).T)
        return np.concatenate(rows)

    def layout(self) -> Layout:
        """Return where the parameters lie in `theta`."""
        levels = tuple(len(attribute.values) for attribute in self.attributes)
        ends = np.cumsum(levels)
        blocks = tuple(slice(int(end) - k, int(end)) for end, k in zip(ends, levels, strict=True))
        met = tuple(attribute.probabilities.any(axis=0) for attribute in self.attributes)
        return Layout(levels, blocks, met)

    def placing(self) -> Placing:
        """Return what puts clients into the classes."""
        return Placing(self.layout(), self.theta())

    def recoded(
        self, patterns: pd.DataFrame, coders: Sequence[Coder]
    ) -> tuple[list[np.ndarray], dict[str, list[str]]]:
        """Return this year's codes as those of the model, and values that it does not know.

        Values are matched by name; what the model does not know is a missing value, and so is an
        attribute that this year's list does not have.
        """
        by_code = {coder.attribute.code: coder for coder in coders}
        columns, unknown = [], {}
        for attribute in self.attributes:
            coder = by_code.get(attribute.code)
            if coder is None or attribute.code not in patterns:
                columns.append(np.zeros(len(patterns), dtype=np.int16))
                continue
            index = {fold(value): code for code, value in enumerate(attribute.values, start=1)}
            lookup = [index.get(fold(name), 0) for name in coder.names]
            codes = patterns[attribute.code].to_numpy()
            columns.append(np.array([0, *lookup], dtype=np.int16)[codes])
            met = np.unique(codes[codes > 0])
            strange = [coder.names[code - 1] for code in met if lookup[code - 1] == 0]
            if strange:
                unknown[coder.attribute.name] = strange
        return columns, unknown


def _rounded(numbers: np.ndarray) -> list[float]:
    return [round(float(number), DIGITS) for number in numbers]


def model_to_store(study: Study) -> StoredModel | None:
    """Return the model of the study's last run of step 2; None where there was none."""
    if not study.has(CLASS_VALUES) or not study.has(MODEL_FIT):
        return None
    values = study.read(CLASS_VALUES)
    measures = study.read(MODEL_FIT).set_index("measure_code")["current_value"]
    if values.empty or "log_likelihood" not in measures:
        return None
    shares = values.drop_duplicates("class_number").set_index("class_number")["class_share_pct"]
    attributes = []
    for code, part in values.groupby("attribute_code", sort=False):
        table = part.pivot(
            index="class_number", columns="value_code", values="probability_pct"
        ).sort_index(axis=1)
        names = part.drop_duplicates("value_code").sort_values("value_code")["value_name"]
        attributes.append(StoredAttribute(str(code), tuple(names), table.to_numpy() / 100))
    return StoredModel(
        study.year, measures["clients_count"], measures["log_likelihood"],
        measures["certainty_pct"], shares.sort_index().to_numpy() / 100, tuple(attributes),
    )  # fmt: skip


def read_stored_model(
    decision: Decision, classes_count: int
) -> tuple[StoredModel | None, Findings]:
    """Read the block `model` of a decision; None where there is none, or it is not one."""
    tree = decision.data.get("model", "")
    findings = Findings()
    if tree == "":
        return None, findings
    try:
        model = _parsed(tree)
        if classes_count and model.classes_count != classes_count:
            message = _("в модели классов {stored}, а в строке classes – {given}")
            raise _RefusedError(
                message.format(stored=model.classes_count, given=classes_count), "shares"
            )
    except _RefusedError as error:
        findings.add(
            decision.finding(
                Severity.ERROR, "stored_model", _("сохранённая модель скрытых классов испорчена."),
                _("верните файл из копии или удалите блок model: модель будет построена заново."),
                "model", *error.path, expected=str(error),
            )
        )  # fmt: skip
        return None, findings
    return model, findings


def _parsed(tree: object) -> StoredModel:
    block = _mapping(tree, _KEYS)
    shares = _numbers(block["shares"], "shares")
    if abs(shares.sum() - 1) > _SUM_TOLERANCE or shares.min() < 0:
        raise _RefusedError(_("доли классов в сумме составляют 1"), "shares")
    listed = block["attributes"]
    if not isinstance(listed, list) or not listed:
        raise _RefusedError(_("хотя бы один признак"), "attributes")
    attributes = tuple(
        _attribute(item, len(shares), "attributes", number) for number, item in enumerate(listed)
    )
    if len({attribute.code for attribute in attributes}) < len(attributes):
        raise _RefusedError(_("каждый признак один раз"), "attributes")
    return StoredModel(
        int(_number(block["year"], "year")), _number(block["clients"], "clients"),
        _number(block["log_likelihood"], "log_likelihood"),
        _number(block["certainty"], "certainty"), shares, attributes,
    )  # fmt: skip


def _attribute(tree: object, classes_count: int, *path: object) -> StoredAttribute:
    block = _mapping(tree, _ATTRIBUTE_KEYS, *path)
    values, rows = block["values"], block["probabilities"]
    if not isinstance(block["attribute"], str) or not block["attribute"]:
        raise _RefusedError(_("код признака"), *path, "attribute")
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _RefusedError(_("список значений признака"), *path, "values")
    if len({fold(value) for value in values}) < len(values):
        raise _RefusedError(_("каждое значение один раз"), *path, "values")
    if not isinstance(rows, list) or len(rows) != classes_count:
        expected = _("строк столько, сколько классов: {count}").format(count=classes_count)
        raise _RefusedError(expected, *path, "probabilities")
    probabilities = np.stack(
        [_numbers(row, *path, "probabilities", number) for number, row in enumerate(rows)]
        if all(isinstance(row, list) and len(row) == len(values) for row in rows)
        else [_refuse_row(len(values), *path, "probabilities")]
    )
    is_off = np.abs(probabilities.sum(axis=1) - 1) > _SUM_TOLERANCE
    if probabilities.min() < 0 or is_off.any():
        raise _RefusedError(
            _("вероятности значений в классе составляют в сумме 1"), *path, "probabilities"
        )
    return StoredAttribute(block["attribute"], tuple(values), probabilities)


def _refuse_row(values_count: int, *path: object) -> np.ndarray:
    expected = _("в каждой строке чисел столько, сколько значений: {count}")
    raise _RefusedError(expected.format(count=values_count), *path)


def _mapping(tree: object, keys: Sequence[str], *path: object) -> Mapping[str, object]:
    if not isinstance(tree, dict) or set(tree) != set(keys):
        raise _RefusedError(_("строки {keys}").format(keys=", ".join(keys)), *path)
    return tree


def _numbers(tree: object, *path: object) -> np.ndarray:
    if not isinstance(tree, list) or not tree:
        raise _RefusedError(_("список чисел"), *path)
    return np.array([_number(item, *path, number) for number, item in enumerate(tree)])


def _number(text: object, *path: object) -> float:
    try:
        number = float(text) if isinstance(text, str) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _RefusedError(_("число"), *path)
    return number
