"""Latent classes in step 2: fitted to this year's clients, or taken from an adopted model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.attributes import Coder
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _, counted, format_number, format_percent, quoted
from client_segments.segments.contracts import CLASS_VALUES, MODEL_FIT
from client_segments.segments.latent_classes import (
    LatentClassModel,
    choose_among,
    orders_by_bic,
)
from client_segments.segments.latent_classes.patterns import Patterns
from client_segments.segments.latent_classes.tables import Encoding
from client_segments.segments.model_fit import ModelFit, own_fit, stored_fit
from client_segments.segments.stored_model import StoredModel

PROPOSED_CLASSES_MAXIMUM = 8
STABILITY_REPLICATES = 20
"""Own: refits of every tried model; enough to tell classes that hold from those that do not."""


@dataclass(frozen=True)
class FoundClasses:
    """Classes of the patterns, what they are, and how well they fit.

    Attributes
    ----------
    numbers, probability
        Class (1 …) of every row, and its probability.
    class_values, model_fit
        Tables of the same names, the first without segments.
    findings
        What a person should know before using the classes.
    """

    numbers: np.ndarray
    probability: np.ndarray
    class_values: pd.DataFrame
    model_fit: pd.DataFrame
    findings: Findings = field(default_factory=Findings)


def no_classes() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tables `class_values` and `model_fit` where there is no model."""
    return (
        pd.DataFrame(columns=CLASS_VALUES.column_names),
        pd.DataFrame(columns=MODEL_FIT.column_names),
    )


@dataclass(frozen=True, eq=False)
class Counted:
    """Rows of codes of some attributes, and their patterns, counted once for all models.

    Attributes
    ----------
    rows
        One row is one pattern or one client: the codes, `clients_count`, `weight`.
    """

    rows: pd.DataFrame
    forming: tuple[str, ...]
    encoding: Encoding
    patterns: Patterns

    @classmethod
    def of(cls, rows: pd.DataFrame, forming: Sequence[str]) -> Counted:
        """Count rows of codes by pattern."""
        table = rows[list(forming)]
        encoding = Encoding.learn(table)
        patterns = Patterns.of(encoding.codes(table), normalised(rows))
        return cls(rows, tuple(forming), encoding, patterns)

    def codes(self) -> list[np.ndarray]:
        """Return the codes of the rows, one array an attribute."""
        return self.encoding.codes(self.rows[list(self.forming)])


def normalised(patterns: pd.DataFrame) -> np.ndarray:
    """Return weights that sum to the number of clients: BIC takes their sum for it."""
    weight = patterns["weight"].to_numpy()
    total = weight.sum()
    return weight * (patterns["clients_count"].sum() / total) if total > 0 else weight


def compare_classes(counted: Counted) -> pd.DataFrame:
    """Fit latent class models with 1, 2 … classes: table `class_models`."""
    return choose_among(
        counted.patterns, counted.encoding, PROPOSED_CLASSES_MAXIMUM, rec.SEED,
        replicates=STABILITY_REPLICATES,
    )  # fmt: skip


def fit_classes(patterns: pd.DataFrame, forming: Sequence[str], classes_count: int) -> np.ndarray:
    """Return the class (1 …, by decreasing share) of each pattern by a latent class model."""
    counted = Counted.of(patterns, forming)
    return fit_model(counted, classes_count).placing().classes(counted.codes()) + 1


def fit_model(
    counted: Counted, classes_count: int, ordered: Sequence[str] = ()
) -> LatentClassModel:
    """Fit classes; attributes of `ordered` are restricted where that surely lowers BIC."""
    model = LatentClassModel(classes_count, seed=rec.SEED)
    model.fit_patterns(counted.patterns, counted.encoding)
    restricted = orders_by_bic(model, counted.patterns, list(ordered))
    return model.refit_ordered(counted.patterns, restricted) if restricted else model


def find_classes(
    counted: Counted, coders: Sequence[Coder], classes_count: int, file: str
) -> FoundClasses:
    """Fit classes to this year's clients and describe them."""
    by_code = {coder.attribute.code: coder for coder in coders}
    forming = counted.forming
    ordered = [code for code in forming if code in by_code and by_code[code].attribute.is_ordered]
    model = fit_model(counted, classes_count, ordered)
    probabilities = dict(zip(forming, model.probabilities_, strict=True))
    values = {code: by_code[code].names for code in forming if code in by_code}
    classes, probability = model.placing().placed(counted.codes())
    return FoundClasses(
        classes + 1,
        probability,
        _values_table(model.class_shares_, probabilities, values, coders),
        own_fit(model, counted.patterns).table,
        Findings(_model_findings(model, by_code, file)),
    )


def place_by_model(
    patterns: pd.DataFrame, coders: Sequence[Coder], stored: StoredModel, file: str
) -> FoundClasses:
    """Put this year's patterns into the classes of an adopted model, and see if it still fits.

    Raises
    ------
    InputError
        If this year's clients have none of the model's attributes.
    """
    if not set(stored.attribute_codes) & set(patterns.columns):
        raise InputError(
            _(
                "В перечне нет ни одного признака сохранённой модели скрытых классов: верните "
                "признаки или удалите блок model в decisions/segments.yml."
            )
        )
    columns, unknown = stored.recoded(patterns, coders)
    weight = normalised(patterns)
    unknown_pct = _unknown_pct(patterns, stored, columns, weight)
    measured = stored_fit(stored, columns, weight, unknown_pct)
    probabilities = {item.code: item.probabilities for item in stored.attributes}
    values = {item.code: item.values for item in stored.attributes}
    classes, probability = stored.placing().placed(columns)
    return FoundClasses(
        classes + 1,
        probability,
        _values_table(stored.shares, probabilities, values, coders),
        measured.table,
        Findings(_stored_findings(stored, patterns, unknown, measured, file)),
    )


def _unknown_pct(
    patterns: pd.DataFrame, stored: StoredModel, columns: Sequence[np.ndarray], weight: np.ndarray
) -> float:
    known = strange = 0.0
    for code, column in zip(stored.attribute_codes, columns, strict=True):
        if code in patterns:
            is_value = patterns[code].to_numpy() > 0
            known += float(weight[is_value].sum())
            strange += float(weight[is_value & (column == 0)].sum())
    return 100 * strange / known if known else 0.0


def _values_table(
    shares: np.ndarray, probabilities: dict[str, np.ndarray], values: dict[str, Sequence[str]],
    coders: Sequence[Coder],
) -> pd.DataFrame:  # fmt: skip
    """Return table `class_values` without segments: one row a class × attribute × value."""
    names = {coder.attribute.code: coder.attribute.name for coder in coders}
    rows = [
        (number + 1, 100 * shares[number], code, names.get(code, code), value + 1,
         values[code][value], 100 * classes[number, value])
        for number in range(len(shares))
        for code, classes in probabilities.items()
        if code in values
        for value in range(classes.shape[1])
    ]  # fmt: skip
    columns = [name for name in CLASS_VALUES.column_names if name != "segment_code"]
    return pd.DataFrame(rows, columns=columns)


def _model_findings(model: LatentClassModel, by_code: dict[str, Coder], file: str) -> list[Finding]:
    findings = []
    classes = (_("класс"), _("класса"), _("классов"))
    if model.ordered:
        message = _(
            "порядок значений учтён в модели скрытых классов, где так лучше по BIC: {names}."
        )
        names = ", ".join(quoted(by_code[code].attribute.name for code in model.ordered))
        findings.append(Finding(
            Severity.NOTE, "ordered_attributes", message.format(names=names), "",
            file=file, clause="6",
        ))  # fmt: skip
    if model.empty_classes_:
        message = _("модель скрытых классов оставила пустыми {count}.")
        remedy = _("уменьшите число классов.")
        text = message.format(count=counted(model.empty_classes_, *classes))
        findings.append(Finding(
            Severity.WARNING, "empty_classes", text, remedy, file=file, clause="6"
        ))  # fmt: skip
    if model.n_classes > 1 and model.degrees_of_freedom_ < 0:
        message = _(
            "на {count} данных не хватает: параметров модели больше, чем сочетаний значений."
        )
        remedy = _("уменьшите число классов или объедините редкие значения признаков.")
        text = message.format(count=counted(model.n_classes, *classes))
        findings.append(Finding(
            Severity.WARNING, "too_many_classes", text, remedy, file=file, clause="6"
        ))  # fmt: skip
    if not model.converged_:
        message = _("подгонка модели скрытых классов не дошла до конца.")
        remedy = _("уменьшите число классов: столько классов в данных не различить.")
        findings.append(Finding(
            Severity.WARNING, "not_converged", message, remedy, file=file, clause="6"
        ))  # fmt: skip
    return findings


def _stored_findings(
    stored: StoredModel, patterns: pd.DataFrame, unknown: dict[str, list[str]],
    measured: ModelFit, file: str,
) -> list[Finding]:  # fmt: skip
    message = _(
        "клиенты отнесены к сегментам по модели скрытых классов, принятой по данным {year} года."
    )
    findings = [
        Finding(Severity.NOTE, "stored_model", message.format(year=stored.year), "",
                file=file, clause="6")
    ]  # fmt: skip
    absent = [code for code in stored.attribute_codes if code not in patterns]
    if absent:
        message = _("признаков сохранённой модели нет в перечне этого года: {names}.")
        remedy = _("верните признаки в перечень: без них клиенты отнесены менее уверенно.")
        findings.append(Finding(
            Severity.WARNING, "model_attributes", message.format(names=", ".join(absent)), remedy,
            file=file, clause="10",
        ))  # fmt: skip
    for name, values in unknown.items():
        message = _(
            "сохранённая модель не знает значений признака «{name}»: они приняты за «нет данных»."
        )
        remedy = _("объедините их с известными значениями (groups) или постройте модель заново.")
        findings.append(Finding(
            Severity.WARNING, "model_values", message.format(name=name), remedy,
            file=file, found="; ".join(values[:5]), clause="10", count=len(values),
        ))  # fmt: skip
    if not measured.is_fitting:
        current = measured.table.set_index("measure_code")["current_value"]
        message = _(
            "сохранённая модель больше не подходит клиентам этого года: объяснено {explained} того, "
            "что объяснила бы новая, согласие с новой – {agreement}."
        ).format(
            explained=format_percent(current["explained_pct"]),
            agreement=format_number(current["agreement"], 2),
        )
        remedy = _(
            "удалите блок model в decisions/segments.yml, проверьте новые классы, дайте сегментам "
            "номера новых классов и сохраните решение."
        )
        findings.append(Finding(
            Severity.WARNING, "model_outdated", message, remedy, file=file, clause="10"
        ))  # fmt: skip
    return findings
