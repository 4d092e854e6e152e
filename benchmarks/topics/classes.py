"""Latent classes: a fit of 16 starts, and the choice of their number; StepMix where installed."""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.harness import Line, Settings, compare
from benchmarks.made_clients import attribute_list, forming, planted_segments, raw_clients
from client_segments.attributes import code_clients
from client_segments.segments.latent_classes import (
    LatentClassModel,
    adjusted_rand_index,
    choose_classes,
)

TITLE = "Latent classes: a fit on all attributes, the choice on the forming ones as in step 2"
_CLASSES = 7


def run(settings: Settings) -> Iterator[Line]:
    """Measure our fit and choice, and one start of StepMix."""
    count = settings.size(100_000, 1_000)
    coded, _coders, _findings = code_clients(raw_clients(count), attribute_list(), "clients")
    table = coded[[attribute.code for attribute in attribute_list()]].to_numpy()
    few = coded[forming(attribute_list())].to_numpy()
    starts = settings.size(16, 2)
    most = settings.size(8, 2)
    model = LatentClassModel(_CLASSES, starts)
    fit, choice = f"fit of {starts} starts", f"choice among 1–{most} classes"
    times = compare({fit: lambda: model.fit(table)}, settings.repeats)
    # Long enough to be timed once: a second round would change less than the machine does.
    chosen = compare({choice: lambda: choose_classes(few, maximum=most, n_starts=starts)}, 1)
    yield Line("clients", count, "rows")
    yield Line("distinct patterns ÷ clients", len(np.unique(table, axis=0)) / count, "×")
    yield from times.lines(fit, {})
    yield from chosen.lines(choice, {})
    yield Line(f"{choice} ÷ {fit}", chosen.median(choice) / times.median(fit), "×")
    yield Line("log-likelihood of a client", model.log_likelihood_ / count, "nat")
    agreement = adjusted_rand_index(model.predict(table), planted_segments(count))
    yield Line("adjusted Rand index with the planted segments", agreement, "")
    yield from _stepmix(table, model, times.median(fit))


def _stepmix(table: np.ndarray, model: LatentClassModel, seconds: float) -> Iterator[Line]:
    """Fit one start of StepMix to the same table, if it happens to be installed."""
    if importlib.util.find_spec("stepmix") is None:
        yield Line("StepMix", float("nan"), "", "not installed")
        return
    stepmix = importlib.import_module("stepmix")
    codes = np.where(table == 0, np.nan, table - 1.0)
    other = stepmix.StepMix(
        _CLASSES, measurement="categorical_nan", n_init=1, random_state=model.seed, progress_bar=0
    )
    started = time.perf_counter()
    other.fit(codes)
    elapsed = time.perf_counter() - started
    yield Line("one start of StepMix", elapsed, "s")
    yield Line("our fit ÷ one start of StepMix", seconds / elapsed, "×", "target ≤ 0.02")
    gain = model.log_likelihood_ / len(table) - other.score(codes)
    yield Line("log-likelihood of a client: ours − StepMix", gain, "nat", "target ≥ −1e-6")
