"""How well a latent class model fits the clients it places: its own year's, or a later year's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.language import _, format_number
from client_segments.segments.contracts import MODEL_FIT
from client_segments.segments.latent_classes import LatentClassModel, adjusted_rand_index
from client_segments.segments.latent_classes.criteria import relative_entropy
from client_segments.segments.latent_classes.fitting import SAMPLE_SIZE
from client_segments.segments.latent_classes.patterns import Patterns
from client_segments.segments.latent_classes.placing import Placing
from client_segments.segments.latent_classes.tables import Encoding
from client_segments.segments.stored_model import StoredModel

EXPLAINED_MINIMUM_PCT = 80.0
"""Own: a model that explains less of what a new one would is no longer this year's."""
AGREEMENT_MINIMUM = 0.7
"""Own: adjusted Rand index below which a new model would group the clients otherwise."""
UNKNOWN_MAXIMUM_PCT = 5.0
"""Own: share of values that the model does not know beyond which it judges by too little."""
SURE_MINIMUM = 0.6
"""Own: probability of the likeliest class below which a client is placed without certainty."""
_SIMULATED_CLIENTS = 100_000
_NORMAL_95 = 1.959964


@dataclass(frozen=True)
class ModelFit:
    """Measures of fit.

    Attributes
    ----------
    table
        Table `model_fit`.
    is_fitting
        Whether the model may go on being used.
    """

    table: pd.DataFrame
    is_fitting: bool


def own_fit(model: LatentClassModel, patterns: Patterns) -> ModelFit:
    """Measure a model on the clients that it was fitted to."""
    certainty, unsure, _shares = _certainty(model.placing(), patterns)
    note = _("модель построена по этим данным")
    rows = [
        ("clients_count", np.nan, patterns.total, np.nan, np.nan, ""),
        ("log_likelihood", np.nan, model.log_likelihood_ / patterns.total, np.nan, np.nan, note),
        ("certainty_pct", np.nan, certainty, np.nan, np.nan, ""),
        ("unsure_pct", np.nan, unsure, np.nan, np.nan, ""),
    ]
    return ModelFit(_table(rows), True)


def stored_fit(
    stored: StoredModel, columns: Sequence[np.ndarray], weight: np.ndarray, unknown_pct: float
) -> ModelFit:
    """Measure an adopted model on the clients of a later year.

    Parameters
    ----------
    columns
        Codes of the model, one array an attribute (`StoredModel.recoded`).
    weight
        Clients behind every row.
    unknown_pct
        Share of this year's values that the model does not know.

    Notes
    -----
    Log-likelihood of a client is held against what the model itself expects with the same values
    missing (parametric bootstrap). With many clients the least change shows there, so that the
    verdict comes from two measures of size: how much of the association that a new model would
    explain the stored one explains, and whether a new model would group the clients alike.
    """
    patterns = Patterns.of(list(columns), weight)
    placing = stored.placing()
    rows = placing.log_likelihoods(patterns.columns)
    reached = float(patterns.weight @ rows) / patterns.total
    low, high = _expected(stored, placing, patterns)
    explained, agreement = _against_refit(stored, placing, patterns, reached)
    certainty, unsure, shares = _certainty(placing, patterns)
    moved = 100 * (shares - stored.shares)
    most = int(np.argmax(np.abs(moved)))
    mover = _("больше всего изменилась доля класса № {number}: {points} процентного пункта").format(
        number=most + 1, points=format_number(moved[most], 1)
    )
    is_explained = not explained < EXPLAINED_MINIMUM_PCT
    is_alike = agreement >= AGREEMENT_MINIMUM
    is_known = unknown_pct <= UNKNOWN_MAXIMUM_PCT
    table = _table(
        [
            ("clients_count", stored.clients_count, patterns.total, np.nan, np.nan, ""),
            ("log_likelihood", stored.log_likelihood, reached, low, high,
             _within(reached, low, high)),
            ("explained_pct", 100.0, explained, EXPLAINED_MINIMUM_PCT, np.nan,
             _judged(is_explained)),
            ("agreement", 1.0, agreement, AGREEMENT_MINIMUM, np.nan, _judged(is_alike)),
            ("certainty_pct", stored.certainty_pct, certainty, np.nan, np.nan, ""),
            ("unsure_pct", np.nan, unsure, np.nan, np.nan, ""),
            ("moved_pct", 0.0, float(np.abs(moved).sum() / 2), np.nan, np.nan, mover),
            ("unknown_pct", 0.0, unknown_pct, np.nan, UNKNOWN_MAXIMUM_PCT, _judged(is_known)),
        ]
    )  # fmt: skip
    return ModelFit(table, is_explained and is_alike and is_known)


def _within(value: float, low: float, high: float) -> str:
    if value < low:
        return _("ниже ожидаемого: клиенты изменились")
    return _("в пределах ожидаемого") if value <= high else _("выше ожидаемого")


def _judged(is_met: bool) -> str:
    return _("модель годится") if is_met else _("модель устарела")


def _table(rows: list[tuple]) -> pd.DataFrame:
    labels = {
        "clients_count": _("Клиентов"),
        "log_likelihood": _("Логарифм правдоподобия на клиента"),
        "explained_pct": _("Объяснено из того, что объяснила бы новая модель, %"),
        "agreement": _("Согласие с новой моделью (индекс Рэнда)"),
        "certainty_pct": _("Уверенность отнесения, %"),
        "unsure_pct": _("Клиентов, отнесённых неуверенно, %"),
        "moved_pct": _("Клиентов, на которых изменились доли классов, %"),
        "unknown_pct": _("Значений, которых модель не знает, %"),
    }
    return pd.DataFrame(
        [(row[0], labels[row[0]], *row[1:]) for row in rows], columns=MODEL_FIT.column_names
    )


def _certainty(placing: Placing, patterns: Patterns) -> tuple[float, float, np.ndarray]:
    """Return the relative entropy and the share of clients placed without certainty, in per cent.

    And the shares of the classes, every client counted by its probabilities.
    """
    unsure, shares = 0.0, 0.0
    for rows, probabilities, _logs in placing.shared(patterns.columns):
        weight = patterns.weight[rows]
        unsure += float(weight[probabilities.max(axis=1) < SURE_MINIMUM].sum())
        shares = shares + weight @ probabilities
    entropy = placing.entropy(patterns.columns, patterns.weight)
    certainty = relative_entropy(entropy, patterns.total, len(shares))
    return 100 * certainty, 100 * unsure / patterns.total, shares / patterns.total


def _expected(stored: StoredModel, placing: Placing, patterns: Patterns) -> tuple[float, float]:
    """Return between what the mean log-likelihood lies when the clients come from the model."""
    rng = np.random.default_rng([rec.SEED, stored.classes_count])
    theta, layout = stored.theta(), stored.layout()
    rows = rng.choice(len(patterns), size=_SIMULATED_CLIENTS, p=patterns.weight / patterns.total)
    member = rng.choice(stored.classes_count, size=_SIMULATED_CLIENTS, p=theta[0] / theta[0].sum())
    columns = []
    for column, block in zip(patterns.columns, layout.blocks, strict=True):
        edges = np.cumsum(theta[1:][block], axis=0).T[member]
        drawn = (rng.random(_SIMULATED_CLIENTS)[:, None] > edges).sum(axis=1)
        levels = block.stop - block.start
        columns.append(np.where(column[rows] > 0, np.minimum(drawn, levels - 1) + 1, 0))
    logs = placing.log_likelihoods(columns)
    reach = _NORMAL_95 * float(logs.std()) * np.sqrt(1 / patterns.total + 1 / _SIMULATED_CLIENTS)
    return float(logs.mean()) - reach, float(logs.mean()) + reach


def _against_refit(
    stored: StoredModel, placing: Placing, patterns: Patterns, reached: float
) -> tuple[float, float]:
    """Return the share of association explained, in per cent, and the agreement with a refit."""
    encoding = Encoding(tuple(stored.attribute_codes), (None,) * len(stored.attributes), False)
    sample = patterns.sampled(SAMPLE_SIZE)
    model = LatentClassModel(stored.classes_count).fit_patterns(sample, encoding)
    independent = LatentClassModel(1, n_starts=1).fit_patterns(sample, encoding)
    best = model.log_likelihood_ / sample.total
    least = independent.log_likelihood_ / sample.total
    own = reached
    if sample is not patterns:
        own = float(sample.weight @ placing.log_likelihoods(sample.columns)) / sample.total
    gain = best - least
    explained = 100 * max(own - least, 0.0) / gain if gain > 1e-9 else np.nan
    agreement = adjusted_rand_index(
        placing.classes(sample.columns), model.placing().classes(sample.columns), sample.weight
    )
    return min(explained, 100.0), agreement
