"""A copy of the demo authority in a temporary root, and its steps done without notebooks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from client_segments import attributes, hypotheses, priorities, profiles, segments, validation
from client_segments.study import REPOSITORY, AuthorityYear

STEP_RUNS = {
    "attributes": attributes.run,
    "segments": segments.run,
    "priorities": priorities.run,
    "hypotheses": hypotheses.run,
    "validation": validation.run,
    "profiles": profiles.run,
}


@contextmanager
def demo_root() -> Iterator[Path]:
    """Give a root with what the demo's people sent and decided; it is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        root = Path(name)
        ignored = shutil.ignore_patterns("work", "profiles")
        shutil.copytree(REPOSITORY / "data" / "demo", root / "data" / "demo", ignore=ignored)
        yield root


def run_steps(opened: AuthorityYear, group: str, last: str = "profiles") -> None:
    """Do a group's steps up to one of them."""
    for step, run in STEP_RUNS.items():
        run(opened.study(group, step))
        if step == last:
            return
