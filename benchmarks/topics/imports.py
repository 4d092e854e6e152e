"""What a kernel and a worker pay before they do anything: imports in fresh processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.harness import Line, Settings, compare, peak_memory_mb, run_python
from client_segments.study import REPOSITORY

TITLE = "Imports in a fresh process"
_CASES = {
    "python": "pass",
    "pandas": "import pandas",
    "plotly figures": "import client_segments, plotly.graph_objects",
    "a notebook's imports": "from client_segments import presentation, segments, widgets, workbook",
    "a worker's imports": (
        "import client_segments.batch.execution, client_segments.pages.notebooks"
    ),
    "command line": "import client_segments.cli",
}
_LISTED = 12


def run(settings: Settings) -> Iterator[Line]:
    """Measure what each kind of process imports, and name the dearest modules of a notebook."""
    cases = {name: _CASES[name] for name in ("python", "pandas")} if settings.is_quick else _CASES
    times = compare(
        {name: lambda code=code: run_python(code) for name, code in cases.items()},
        settings.repeats,
    )
    for name in cases:
        yield Line(name, times.median(name), "s")
    yield Line("pandas ÷ python", times.ratio("pandas", "python"), "×")
    if settings.is_quick:
        return
    notebook = _CASES["a notebook's imports"]
    yield Line("peak memory of a notebook's imports", peak_memory_mb(notebook), "MiB")
    for module, seconds in _dearest(notebook):
        yield Line(f"… {module}", seconds, "s", "with what it imports first")


def _dearest(code: str) -> list[tuple[str, float]]:
    """Return the modules whose import takes longest, with everything below them."""
    command = [sys.executable, "-X", "importtime", "-c", code]
    done = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    found = []
    for line in done.stderr.splitlines():
        own, cumulative, module = (part.strip() for part in line.split("|"))
        if own.removeprefix("import time:").strip().isdigit():
            found.append((module, int(cumulative) / 1e6))
    return sorted(found, key=lambda item: -item[1])[:_LISTED]
