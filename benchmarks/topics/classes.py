"""Latent classes: fits, passes, growth, stability and the choice of the number of classes."""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.harness import Line, Settings, compare, peak_memory_mb
from benchmarks.made_clients import attribute_list, planted_segments, raw_clients
from benchmarks.made_codes import Planted, large_table, separable_table
from benchmarks.polca import polca_line
from client_segments.attributes import code_clients
from client_segments.segments.latent_classes import (
    LatentClassModel,
    adjusted_rand_index,
    bootstrap_stability,
    choose_classes,
)
from client_segments.segments.latent_classes.layout import Layout
from client_segments.segments.latent_classes.passes import NumpyPasses, Passes
from client_segments.segments.latent_classes.patterns import Patterns
from client_segments.segments.latent_classes.starts import make_starts

TITLE = "Latent classes: recovery, the number of classes, speed and growth, other libraries"
_HAS_NUMBA = importlib.util.find_spec("numba") is not None
_PEAK = """
from benchmarks.made_codes import large_table
from client_segments.segments.latent_classes import LatentClassModel
table = large_table({count})
{then}
"""


def run(settings: Settings) -> Iterator[Line]:
    """Measure everything that is promised of latent classes."""
    yield from _recovery(settings)
    yield from _numbers_of_classes(settings)
    table = large_table(settings.size(100_000, 1_000))
    yield from _speed(table, settings)
    yield from _growth(settings)
    yield from _stepmix(table, settings)
    yield polca_line(table)


def _recovery(settings: Settings) -> Iterator[Line]:
    count = settings.size(100_000, 1_000)
    coded, _coders, _findings = code_clients(raw_clients(count), attribute_list(), "clients")
    table = coded[[attribute.code for attribute in attribute_list()]].to_numpy()
    model = LatentClassModel(7, settings.size(16, 2)).fit(table)
    agreement = adjusted_rand_index(model.predict(table), planted_segments(count))
    yield Line("adjusted Rand index with the demo's planted segments", agreement, "")
    large = large_table(count)
    model = LatentClassModel(large.classes_count, settings.size(16, 2)).fit(large.codes)
    agreement = adjusted_rand_index(model.predict(large.codes), large.truth)
    yield Line("adjusted Rand index, 8 classes of 12 attributes", agreement, "")


def _numbers_of_classes(settings: Settings) -> Iterator[Line]:
    """Yield how often the right number is chosen, by the rule and by each criterion alone."""
    for label, is_small in (("2,000–50,000 clients", False), ("500–1,500 clients", True)):
        tables = settings.size(20, 1)
        chosen: dict[str, int] = dict.fromkeys(
            ("proposal", "bic", "aic", "aic3", "sabic", "icl"), 0
        )
        for seed in range(tables):
            planted = separable_table(seed, is_small or settings.is_quick)
            models = choose_classes(planted.codes, maximum=9)
            numbers = models["classes_count"]
            right = {name: numbers[models[name].idxmin()] for name in chosen if name != "proposal"}
            right["proposal"] = numbers[models["is_proposed"]].iloc[0]
            for name, number in right.items():
                chosen[name] += int(number == planted.classes_count)
        others = ", ".join(
            f"{name} {count}" for name, count in chosen.items() if name != "proposal"
        )
        yield Line(
            f"right number of classes, {label}", 100 * chosen["proposal"] / tables, "%",
            f"{chosen['proposal']} of {tables}; target ≥ 90 %; alone: {others}",
        )  # fmt: skip


def _speed(table: Planted, settings: Settings) -> Iterator[Line]:
    starts = settings.size(16, 2)
    model = LatentClassModel(table.classes_count, starts)
    fit, refits = f"fit of {starts} starts", f"{settings.size(100, 2)} bootstrap refits"
    times = compare({fit: lambda: model.fit(table.codes)}, settings.repeats)
    yield Line("clients", len(table.codes), "rows")
    yield from times.lines(fit, {})
    again = compare(
        {refits: lambda: bootstrap_stability(model, table.codes, replicates=settings.size(100, 2))},
        1,
    )
    yield from again.lines(refits, {})
    yield Line(f"{refits} ÷ {fit}", again.median(refits) / times.median(fit), "×", "target ≤ 30")
    stable = bootstrap_stability(model, table.codes, replicates=settings.size(20, 2))
    yield Line("stability of the classes", stable.mean, "", f"{stable.low:.3f}–{stable.high:.3f}")


def _growth(settings: Settings) -> Iterator[Line]:
    """Yield seconds by clients, attributes and classes, and the choice among many classes."""
    previous = None
    for count in (100_000, 1_000_000, 10_000_000) if not settings.is_quick else (1_000,):
        table = large_table(count)
        seconds = _seconds(lambda table=table: LatentClassModel(8).fit(table.codes))
        ratio = "" if previous is None else f"{seconds / previous:.1f} × ten times fewer"
        yield Line(f"fit, {count:,} clients", seconds, "s", ratio)
        yield from _passes(table, settings)
        previous = seconds
    count = settings.size(1_000_000, 1_000)
    most = settings.size(12, 2)
    table = large_table(count)
    seconds = _seconds(lambda: choose_classes(table.codes, maximum=most))
    yield Line(f"choice among 1–{most} classes, {count:,} clients", seconds, "s", "target ≤ 30")
    count = settings.size(100_000, 1_000)
    for attributes in (6, 12, 24):
        table = large_table(count, attributes=attributes)
        seconds = _seconds(lambda table=table: LatentClassModel(8).fit(table.codes))
        yield Line(f"fit, {attributes} attributes, {count:,} clients", seconds, "s")
    for classes in (4, 8, 12):
        table = large_table(count, classes=classes)
        seconds = _seconds(
            lambda table=table: LatentClassModel(table.classes_count).fit(table.codes)
        )
        yield Line(f"fit, {classes} classes, {count:,} clients", seconds, "s")
    count = settings.size(10_000_000, 1_000)
    parts = {"": "", "fit": "LatentClassModel(8).fit(table.codes)"}
    peaks = {
        name: peak_memory_mb(_PEAK.format(count=count, then=code)) for name, code in parts.items()
    }
    yield Line(f"peak memory of a fit, {count:,} clients", peaks["fit"], "MiB",
               f"{peaks['']:.0f} of it before")  # fmt: skip


def _passes(table: Planted, settings: Settings) -> Iterator[Line]:
    patterns = Patterns.of(list(table.codes.T), None)
    layout = Layout.of(patterns)
    theta = make_starts(patterns, layout, table.classes_count, 1, np.random.default_rng(1))
    kinds: dict[str, type[Passes]] = {"NumPy": NumpyPasses}
    if _HAS_NUMBA:
        compiled = importlib.import_module("client_segments.segments.latent_classes.compiled")
        kinds = {"compiled": compiled.CompiledPasses, **kinds}
    for name, kind in kinds.items():
        if name == "NumPy" and len(patterns) > 2_000_000:
            continue
        passes = kind(patterns, layout)
        times = compare({name: lambda passes=passes: passes(theta)}, settings.repeats)
        nanoseconds = 1e9 * times.median(name) / len(table.codes)
        yield Line(f"EM pass, {name}, {len(table.codes):,} clients", nanoseconds, "ns", "a client")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _stepmix(table: Planted, settings: Settings) -> Iterator[Line]:
    """Fit one start of StepMix to the same table, if it happens to be installed."""
    if importlib.util.find_spec("stepmix") is None:
        yield Line("StepMix", float("nan"), "", "not installed")
        return
    stepmix = importlib.import_module("stepmix")
    codes = np.where(table.codes == 0, np.nan, table.codes - 1.0)

    def fitted(passes: int) -> object:
        return stepmix.StepMix(
            table.classes_count, measurement="categorical_nan", n_init=1, random_state=1,
            progress_bar=0, max_iter=passes, abs_tol=0, rel_tol=0,
        ).fit(codes)  # fmt: skip

    few, more = _seconds(lambda: fitted(2)), _seconds(lambda: fitted(7))
    theirs = (more - few) / 5
    patterns = Patterns.of(list(table.codes.T), None)
    layout = Layout.of(patterns)
    theta = make_starts(patterns, layout, table.classes_count, 1, np.random.default_rng(1))
    ours = {"without compiling": (NumpyPasses, "target ≥ 40")}
    if _HAS_NUMBA:
        compiled = importlib.import_module("client_segments.segments.latent_classes.compiled")
        ours["compiled"] = (compiled.CompiledPasses, "target ≥ 200")
    for name, (kind, target) in ours.items():
        passes = kind(patterns, layout)
        times = compare({name: lambda passes=passes: passes(theta)}, settings.repeats)
        yield Line(f"EM pass: StepMix ÷ ours, {name}", theirs / times.median(name), "×", target)
    other = stepmix.StepMix(
        table.classes_count, measurement="categorical_nan", n_init=1, random_state=1,
        progress_bar=0,
    )  # fmt: skip
    one = _seconds(lambda: other.fit(codes))
    model = LatentClassModel(table.classes_count)
    fit = _seconds(lambda: model.fit(table.codes))
    yield Line("one start of StepMix", one, "s")
    yield Line("our fit of 16 starts ÷ one start of StepMix", fit / one, "×", "target ≤ 0.02")
    gain = model.log_likelihood_ / len(codes) - other.score(codes)
    yield Line("log-likelihood of a client: ours − StepMix", gain, "nat", "target ≥ −1e-6")
