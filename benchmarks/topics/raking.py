"""Raking of a million clients to two tables: the cells first, against a library over all rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.harness import Line, Settings, compare
from client_segments import recommendations as rec
from client_segments.priorities.raking import RakedPatterns, rake_patterns

TITLE = "Raking to official margins"
_LEVELS = (7, 2, 5)
_NAMES = ["age", "sex", "place"]


def run(settings: Settings) -> Iterator[Line]:
    """Rake clients by their cells, and by the library `ipfn` row by row."""
    count = settings.size(1_000_000, 10_000)
    generator = np.random.default_rng(rec.SEED)
    clients = pd.DataFrame(
        {
            name: generator.integers(1, levels + 1, count)
            for name, levels in zip(_NAMES, _LEVELS, strict=True)
        }
    )
    clients["segment_code"] = np.where(clients["age"] > 5, "old", "young")
    people = clients.groupby(_NAMES).size() * generator.uniform(1, 5, int(np.prod(_LEVELS)))
    margins = [people.groupby(level=["age", "sex"]).sum(), people.groupby(level="place").sum()]
    ours, theirs = "rake the cells", "ipfn over clients"
    results: dict[str, object] = {}

    def by_cells() -> None:
        patterns = clients.groupby([*_NAMES, "segment_code"]).size().rename("clients_count")
        patterns = patterns.reset_index()
        patterns["weight"] = patterns["clients_count"].astype(float)
        results["patterns"] = patterns

    def raked() -> None:
        results[ours] = rake_patterns(results["patterns"], margins)

    def library() -> None:
        results[theirs] = _library(clients, margins)

    by_cells()
    times = compare({"count the cells": by_cells, ours: raked, theirs: library}, settings.repeats)
    yield Line("count the cells", times.median("count the cells"), "s")
    yield from times.lines(ours, {theirs: "target ≤ 0.005"})
    yield Line("largest difference of a segment", _difference(results[ours], results[theirs]), "%")


def _library(clients: pd.DataFrame, margins: list[pd.Series]) -> pd.DataFrame:
    from ipfn.ipfn import ipfn

    frame = clients.assign(total=1.0)
    totals = [margin.rename("total") for margin in margins]
    return ipfn(frame, totals, [["age", "sex"], ["place"]], weight_col="total").iteration()


def _difference(ours: RakedPatterns, theirs: pd.DataFrame) -> float:
    expected = theirs.groupby("segment_code")["total"].sum()
    return float((100 * (ours.people_by("segment_code") / expected - 1)).abs().max())
