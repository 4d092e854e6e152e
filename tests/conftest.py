"""Small studies that tests lay out in a temporary root, and the demo carried out once a session."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from client_segments import (
    attributes,
    hypotheses,
    priorities,
    profiles,
    report,
    segments,
    updates,
    validation,
)
from client_segments.batch import BatchSummary, run_year
from client_segments.steps import StepResult
from client_segments.study import REPOSITORY, Study, open_study, open_year

GROUP_FILE = """\
name: {name}
client_kind: {client_kind}
direction: {direction}
processes: [Проверочный процесс]
sources: [Проверочные данные]
unit: Отдел проверки
"""
GROUP_RUNS = {
    "attributes": attributes.run,
    "segments": segments.run,
    "priorities": priorities.run,
    "hypotheses": hypotheses.run,
    "validation": validation.run,
    "profiles": profiles.run,
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-golden", action="store_true",
        help="write tests/golden anew from the present results instead of comparing",
    )  # fmt: skip


def lay_out(
    root: Path,
    raw: Mapping[str, pd.DataFrame | bytes],
    decisions: Mapping[str, str] | None = None,
    step: str = "attributes",
    year: int = 2025,
    group: str = "group",
    client_kind: str = "person",
    direction: str = "support",
) -> Study:
    """Write a group's folder and open it.

    Raw tables are frames written as CSV, or bytes of files by name; decisions are YAML texts.
    """
    folder = root / "data" / "authority" / str(year) / group
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    (folder / "decisions").mkdir(exist_ok=True)
    passport = GROUP_FILE.format(name=group, client_kind=client_kind, direction=direction)
    (folder / "group.yml").write_text(passport, encoding="utf-8")
    for name, content in raw.items():
        if isinstance(content, bytes):
            (folder / "raw" / name).write_bytes(content)
        else:
            content.to_csv(folder / "raw" / f"{name}.csv", index=False, sep=";")
    for name, text in (decisions or {}).items():
        signed = f"who: проверяющий\nwhen: 2025-02-01\nwhy: проверка\n{text}"
        (folder / "decisions" / f"{name}.yml").write_text(signed, encoding="utf-8")
    return open_study("authority", year, group, step, root)


@pytest.fixture
def make_study(tmp_path: Path) -> Callable[..., Study]:
    """Return `lay_out` for this test's own root."""
    return partial(lay_out, tmp_path)


@pytest.fixture(scope="session")
def lay_out_study() -> Callable[..., Study]:
    """Return `lay_out`, for fixtures that live longer than a test."""
    return lay_out


def move(study: Study, step: str) -> Study:
    """Return the same study at another step."""
    return open_study(study.authority, study.year, study.group, step, study.root)


@pytest.fixture
def at_step() -> Callable[[Study, str], Study]:
    """Return a function that gives the same study at another step."""
    return move


def run_group(study: Study, last: str = "profiles") -> dict[str, StepResult]:
    """Run a group's steps up to one, without notebooks; results by step."""
    steps = list(GROUP_RUNS)[: list(GROUP_RUNS).index(last) + 1]
    return {step: GROUP_RUNS[step](move(study, step)) for step in steps}


@pytest.fixture(scope="session")
def run_through() -> Callable[..., dict[str, StepResult]]:
    """Return a function that runs the steps of a study up to one; results by step."""
    return run_group


def run_authority(root: Path, authority: str, year: int) -> None:
    """Do a whole year as its notebooks do, without notebooks."""
    opened = open_year(authority, year, root)
    for group in opened.groups:
        run_group(opened.study(group, "attributes"))
    report.run(opened)
    updates.run_authority(opened)


@pytest.fixture(scope="session")
def run_whole_year() -> Callable[[Path, str, int], None]:
    """Return a function that does a whole year without notebooks."""
    return run_authority


@pytest.fixture(scope="session")
def copy_of_data(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that copies what is received and decided of an authority into a new root."""

    def copy(authority: str) -> Path:
        root = tmp_path_factory.mktemp(authority)
        source = REPOSITORY / "data" / authority
        shutil.copytree(
            source, root / "data" / authority, ignore=shutil.ignore_patterns("work", "profiles")
        )
        return root

    return copy


@pytest.fixture(scope="session")
def demo_by_hand(copy_of_data: Callable[[str], Path]) -> Path:
    """A root with the demo's two years done in order, without notebooks; read only."""
    root = copy_of_data("demo")
    for year in (2024, 2025):
        run_authority(root, "demo", year)
    return root


@dataclass(frozen=True)
class NotebookRun:
    """A year run by notebooks: the root, what became of each notebook, and what was said of it."""

    root: Path
    authority: str
    year: int
    summary: BatchSummary
    progress: tuple[str, ...]

    @property
    def reports_folder(self) -> Path:
        return self.root / "reports" / self.authority / str(self.year)


def run_notebooks(root: Path, authority: str, year: int) -> NotebookRun:
    """Run an authority's year by its notebooks."""
    lines: list[str] = []
    summary = run_year(root, authority, year, progress=lines.append)
    return NotebookRun(root, authority, year, summary, tuple(lines))


@pytest.fixture(scope="session")
def demo_run(demo_by_hand: Path, tmp_path_factory: pytest.TempPathFactory) -> NotebookRun:
    """The demo's 2025 run by notebooks: what `demo_by_hand` wrote for 2025 was deleted before.

    2024 and the register of versions are as the run without notebooks left them.
    """
    root = tmp_path_factory.mktemp("notebooks") / "root"
    shutil.copytree(demo_by_hand, root)
    for folder in [*(root / "data" / "demo" / "2025").glob("*/work"), root / "reports"]:
        shutil.rmtree(folder)
    return run_notebooks(root, "demo", 2025)


@pytest.fixture(scope="session")
def open_data_run(copy_of_data: Callable[[str], Path]) -> NotebookRun:
    """The authority made of real open data, its 2025 run by notebooks from nothing."""
    return run_notebooks(copy_of_data("open-data"), "open-data", 2025)
