"""Outputs are disposable: deleted and made again they are the same, to the byte.

`demo_by_hand` has both years done without notebooks; `demo_run` had 2025 of it deleted and made
again by notebooks, in other processes and under another root.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest


def digests(root: Path, *patterns: str) -> dict[str, str]:
    """Return SHA-256 of files by path below the root."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for pattern in patterns
        for path in sorted(root.glob(pattern))
        if path.is_file()
    }


WORK = "data/demo/{year}/*/work/**/*"
REPORT = "reports/demo/{year}/report.html"
REGISTER = "data/demo/profiles/**/*"


def test_notebooks_make_the_same_bytes_as_the_functions_they_call(demo_by_hand, demo_run):
    patterns = [WORK.format(year=2025), REPORT.format(year=2025)]
    first, second = (digests(root, *patterns) for root in (demo_by_hand, demo_run.root))
    assert len(first) > 3 * 30
    changed = [name for name in first if second.get(name) != first[name]]
    assert changed == []
    assert second.keys() == first.keys()


def test_running_again_adds_nothing_to_the_register(demo_by_hand, demo_run):
    before = digests(demo_by_hand, REGISTER)
    assert len(before) > 10
    assert digests(demo_run.root, REGISTER) == before


def test_code_never_writes_to_what_is_received_and_decided(demo_by_hand, demo_run):
    from client_segments.study import REPOSITORY

    patterns = ["data/demo/*/*/raw/*", "data/demo/*/*/decisions/*", "data/demo/*/*/group.yml"]
    before = digests(REPOSITORY, *patterns)
    assert digests(demo_by_hand, *patterns) == before
    assert digests(demo_run.root, *patterns) == before


@pytest.fixture
def copied(demo_by_hand, tmp_path) -> Path:
    """A root of its own with everything that was done."""
    root = tmp_path / "root"
    shutil.copytree(demo_by_hand, root)
    return root


def test_everything_deleted_is_made_again_to_the_byte(copied, run_whole_year):
    """Every work/ and reports/ of both years; the register alone is kept."""
    patterns = ["data/demo/*/*/work/**/*", "reports/demo/*/report.html", REGISTER]
    before = digests(copied, *patterns)
    assert {name.split("/")[2] for name in before} >= {"2024", "2025", "profiles"}
    for folder in [*copied.glob("data/demo/*/*/work"), copied / "reports"]:
        shutil.rmtree(folder)
    assert not digests(copied, *patterns[:2])
    for year in (2024, 2025):
        run_whole_year(copied, "demo", year)
    after = digests(copied, *patterns)
    assert [name for name in before if after.get(name) != before[name]] == []
    assert after.keys() == before.keys()
