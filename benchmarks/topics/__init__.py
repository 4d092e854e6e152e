"""The topics in the order in which they run: one module each, with `TITLE` and `run(settings)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType

from benchmarks.harness import Line, Settings
from benchmarks.topics import (
    batch,
    classes,
    coverage,
    engine,
    imports,
    journey,
    raking,
    ranking,
    reading,
    recovery,
    report,
    texts,
    trees,
)

TOPICS: dict[str, ModuleType] = {
    "reading": reading,
    "engine": engine,
    "classes": classes,
    "trees": trees,
    "journey": journey,
    "imports": imports,
    "batch": batch,
    "report": report,
    "ranking": ranking,
    "texts": texts,
    "recovery": recovery,
    "raking": raking,
    "coverage": coverage,
}


def run_topic(name: str, settings: Settings) -> list[Line]:
    """Measure one topic."""
    run: Callable[[Settings], Iterable[Line]] = TOPICS[name].run
    return list(run(settings))
