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
    proposals,
    raking,
    ranking,
    reading,
    recovery,
    report,
    steps,
    texts,
    trees,
    usefulness,
)

TOPICS: dict[str, ModuleType] = {
    "reading": reading,
    "engine": engine,
    "classes": classes,
    "steps": steps,
    "usefulness": usefulness,
    "trees": trees,
    "journey": journey,
    "imports": imports,
    "batch": batch,
    "report": report,
    "ranking": ranking,
    "texts": texts,
    "recovery": recovery,
    "proposals": proposals,
    "raking": raking,
    "coverage": coverage,
}


def run_topic(name: str, settings: Settings) -> list[Line]:
    """Measure one topic."""
    run: Callable[[Settings], Iterable[Line]] = TOPICS[name].run
    return list(run(settings))
