"""The yearly run of the demo: the whole, each notebook, and what of it is not computing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.demo_copy import STEP_RUNS, demo_root
from benchmarks.harness import Line, Settings
from client_segments import report, updates
from client_segments.batch import BatchSummary, Status, run_year
from client_segments.study import AuthorityYear

TITLE = "Yearly run of the demo, 2025"


def run(settings: Settings) -> Iterator[Line]:
    """Measure `run_year` through papermill, and the same steps as plain function calls."""
    groups = ["staff"] if settings.is_quick else None
    steps = ["attributes"] if settings.is_quick else None
    with demo_root() as root:
        started = time.perf_counter()
        summary = run_year(root, "demo", 2025, groups, steps, progress=lambda line: None)
        wall = time.perf_counter() - started
        yield Line("run_year, two workers", wall, "s")
        yield from _notebooks(summary)
    with demo_root() as root:
        plain = dict(_plain_steps(root, groups, steps))
    total = sum(plain.values())
    yield Line("the same steps as plain calls", total, "s", "one process, no notebooks")
    for name, seconds in plain.items():
        yield Line(f"… {name}", seconds, "s", "plain call")
    yield Line("run_year ÷ plain calls", wall / total, "×")


def _notebooks(summary: BatchSummary) -> Iterator[Line]:
    for row in summary.rows:
        note = "" if row.status is Status.DONE else f"{row.status}: {row.message[:70]}"
        yield Line(f"{row.group or row.authority} {row.step}", row.seconds, "s", note)
    seconds = sum(row.seconds for row in summary.rows)
    yield Line("sum of notebooks", seconds, "s", f"{len(summary.rows)} notebooks")


def _plain_steps(
    root: Path, groups: list[str] | None, steps: list[str] | None
) -> Iterator[tuple[str, float]]:
    opened = AuthorityYear("demo", 2025, root)
    for group in groups or opened.groups:
        for step in steps or STEP_RUNS:
            yield f"{group} {step}", _seconds(partial(STEP_RUNS[step], opened.study(group, step)))
    if steps is None:
        yield "demo report", _seconds(partial(report.run, opened))
        yield "demo updates", _seconds(partial(updates.run_authority, opened))


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
