"""How many classes: models of 1, 2 … classes side by side, and the number that is proposed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from client_segments import recommendations as rec
from client_segments.segments.latent_classes import criteria, ordered
from client_segments.segments.latent_classes.climbing import climb
from client_segments.segments.latent_classes.fitting import SAMPLE_SIZE, Effort
from client_segments.segments.latent_classes.layout import SMALLEST, Layout
from client_segments.segments.latent_classes.model import LatentClassModel
from client_segments.segments.latent_classes.passes import make_passes
from client_segments.segments.latent_classes.patterns import Patterns
from client_segments.segments.latent_classes.stability import refit_agreement
from client_segments.segments.latent_classes.starts import make_starts
from client_segments.segments.latent_classes.tables import Encoding, Table

LEAST_SHARE_PCT = 2.0
"""Own: a smaller class is no basis for a segment."""
GAIN_MINIMUM = 0.005
"""Own: elbow, the gain in BIC per client below which one more class is not worth it."""
CLASSES_MAXIMUM = 12
"""Own: more classes than people can act on."""
_TRIED = Effort(1e-3, 100)  # enough for BIC per client, which is compared to 0.5 %
_TRIED_SMALL = Effort(1e-7, 1000)  # costs nothing where patterns are few
_FEW_PATTERNS = 500


def choose_classes(
    table: Table,
    weight: ArrayLike | None = None,
    maximum: int = 8,
    seed: int = rec.SEED,
    n_starts: int = 16,
    replicates: int = 0,
) -> pd.DataFrame:
    """Fit 1 to `maximum` classes (at most `CLASSES_MAXIMUM`) and propose a number.

    Above `SAMPLE_SIZE` clients a fixed, systematic sample is used, so that the answer does not
    grow with the table. `replicates` bootstrap refits of every model measure its stability.

    Returns
    -------
    DataFrame
        One row is one number of classes: classes_count, log_likelihood, parameters_count, bic,
        bic_per_client, aic, aic3, sabic, caic, icl, certainty_pct (relative entropy),
        degrees_of_freedom, least_share_pct, best_starts_pct, stability, stability_low,
        stability_high (adjusted Rand index of refits; NaN without replicates), is_proposed.
    """
    encoding = Encoding.learn(table)
    patterns = Patterns.of(encoding.codes(table), weight)
    return choose_among(patterns, encoding, maximum, seed, n_starts, replicates)


def choose_among(
    patterns: Patterns, encoding: Encoding, maximum: int, seed: int, n_starts: int = 16,
    replicates: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """Choose for patterns that have been made already; see `choose_classes`."""
    patterns = patterns.sampled(SAMPLE_SIZE)
    effort = _TRIED_SMALL if len(patterns) <= _FEW_PATTERNS else _TRIED
    rows = []
    for classes_count in range(1, min(maximum, CLASSES_MAXIMUM) + 1):
        model = LatentClassModel(classes_count, n_starts, seed, effort.tolerance, effort.max_passes)
        model.fit_patterns(patterns, encoding)
        rows.append(_row(model, patterns, replicates, seed))
    models = pd.DataFrame(rows)
    models["is_proposed"] = models["classes_count"] == proposed_count(models)
    return models


def _row(
    model: LatentClassModel, patterns: Patterns, replicates: int, seed: int
) -> dict[str, object]:
    reached, parameters, clients = model.log_likelihood_, model.n_parameters_, model.n_clients_
    placing = model.placing()
    entropy = placing.entropy(patterns.columns, patterns.weight)
    refits = (
        refit_agreement(patterns, model._layout, model._theta, placing, replicates, seed)
        if replicates
        else np.array([np.nan])
    )
    return {
        "classes_count": model.n_classes,
        "log_likelihood": reached,
        "parameters_count": parameters,
        "bic": model.bic_,
        "bic_per_client": model.bic_ / clients,
        "aic": model.aic_,
        "aic3": criteria.aic3(reached, parameters),
        "sabic": criteria.sabic(reached, parameters, clients),
        "caic": criteria.caic(reached, parameters, clients),
        "icl": model.bic_ + 2 * entropy,
        "certainty_pct": 100 * criteria.relative_entropy(entropy, clients, model.n_classes),
        "degrees_of_freedom": model.degrees_of_freedom_,
        "least_share_pct": 100 * float(model.class_shares_.min()),
        "best_starts_pct": 100 * model.best_starts_,
        "stability": float(refits.mean()),
        "stability_low": float(np.quantile(refits, 0.05)),
        "stability_high": float(np.quantile(refits, 0.95)),
    }


def proposed_count(models: pd.DataFrame) -> int:
    """Return the number of classes to propose; `models` as `choose_classes` returns them.

    Where AIC3 and SABIC, criteria between the mild AIC and the strict BIC, have their least value
    at one and the same number, not the last that was tried, and BIC at that number or one less,
    the data say themselves how many classes there are. On real data, where classes are never
    quite independent inside, that does not happen: the criteria fall on and on, each to a number
    of its own. Then the elbow decides, the last number whose BIC per client is lower by at least
    0.5 % than with one class less. Either way the least class must have at least 2 % of the
    clients, or the nearest smaller number is taken for which that holds.

    Measured on tables of 5-12 attributes with 2-6 planted classes (`benchmarks`, topic
    `classes`). Sources: Dias (2006) and Nylund, Asparouhov & Muthén (2007) for the criteria.
    """
    last, sabic, bic = (int(models[name].to_numpy().argmin()) for name in ("aic3", "sabic", "bic"))
    if last != sabic or last + 1 == len(models) or not last - 1 <= bic <= last:
        per_client = models["bic_per_client"].to_numpy()
        gains = (per_client[:-1] - per_client[1:]) > GAIN_MINIMUM * np.abs(per_client[:-1])
        last = int(np.flatnonzero(gains).max(initial=-1)) + 1
    large_enough = models["least_share_pct"].to_numpy()[: last + 1] >= LEAST_SHARE_PCT
    return int(models["classes_count"].to_numpy()[: last + 1][large_enough].max(initial=1))


def orders_by_bic(
    model: LatentClassModel, patterns: Patterns, candidates: Sequence[str | int]
) -> tuple[str, ...]:
    """Return those ordered attributes whose restriction surely lowers BIC.

    What the restriction costs is measured with clients placed as the model places them. A refit
    can only lose less (it is a step of EM, which never loses), so that BIC of the restricted
    model is lower for certain; an attribute that would gain only after refitting is left free.
    """
    layout, shares = model._layout, model._theta[..., None]
    counts = make_passes(patterns, layout, 1).counts(shares)
    chosen = []
    for position in model._encoding.positions(candidates):
        met = layout.met[position]
        saved = (model.n_classes - 1) * (int(met.sum()) - 2)
        if saved <= 0:
            continue
        free = shares[1:][layout.blocks[position]][met]
        expected = counts[position][met]
        lost = expected * (np.log(np.maximum(free, SMALLEST))
                           - np.log(np.maximum(ordered.maximised(expected, free), SMALLEST)))  # fmt: skip
        if 2 * float(lost.sum()) < saved * np.log(patterns.total):
            chosen.append(model.attribute_names_[position])
    return tuple(chosen)


def local_maxima(
    table: Table,
    n_classes: int,
    weight: ArrayLike | None = None,
    n_starts: int = 500,
    seed: int = rec.SEED,
) -> pd.DataFrame:
    """Climb from many starts to the end, each on its own, and show where they came to.

    Returns
    -------
    DataFrame
        One row is one local maximum, the highest first: log_likelihood, starts_count,
        starts_pct, class_shares (an array, falling). Maxima within 1e-5 a
        client are one.
    """
    encoding = Encoding.learn(table)
    patterns = Patterns.of(encoding.codes(table), weight)
    layout = Layout.of(patterns)
    rng = np.random.default_rng([seed, n_classes])
    theta = make_starts(patterns, layout, n_classes, n_starts, rng)
    reached = climb(make_passes(patterns, layout, n_starts), theta, 1e-9, 20_000)
    order = np.argsort(-reached.log_likelihood, kind="stable")
    highest = reached.log_likelihood[order]
    number = np.cumsum(np.diff(highest, prepend=highest[0]) < -1e-5 * patterns.total)
    rows = []
    for which in range(number[-1] + 1):
        members = order[number == which]
        shares = np.sort(reached.theta[0, :, members[0]])[::-1]
        rows.append((reached.log_likelihood[members[0]], len(members),
                     100 * len(members) / n_starts, shares))  # fmt: skip
    return pd.DataFrame(
        rows, columns=["log_likelihood", "starts_count", "starts_pct", "class_shares"]
    )
