"""The yearly report: time and size, once the groups are done."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.demo_copy import demo_root, run_steps
from benchmarks.harness import Line, Settings, compare
from client_segments import report
from client_segments.study import AuthorityYear

TITLE = "Yearly report of the demo, 2025"


def run(settings: Settings) -> Iterator[Line]:
    """Measure the steps of the groups, the content, and the page."""
    with demo_root() as root:
        opened = AuthorityYear("demo", 2025, root)
        for group in ["staff"] if settings.is_quick else opened.groups:
            run_steps(opened, group)
        times = compare(
            {
                "report.run": lambda: report.run(opened),
                "collecting the content": lambda: report.year_content(opened),
            },
            settings.repeats,
        )
        yield from times.lines("report.run", {"collecting the content": "a part of it"})
        for path in report.run(opened).files:
            yield Line(path.name, path.stat().st_size / 2**20, "MiB")
