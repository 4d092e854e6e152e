"""The house: imports go one way, lists agree, nothing of ours is ignored, README tells the truth."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from client_segments import dictionary
from client_segments import recommendations as rec
from client_segments.study import REPOSITORY

PACKAGE = REPOSITORY / "lib" / "client_segments"
ON_TOP = {
    "batch", "checking", "cli", "dictionary", "lab", "status", "templates", "widgets", "workbook",
    "__main__",
}  # fmt: skip
"""Modules above the steps: they may import any step, and no step imports them."""


def imported_modules(path: Path) -> set[str]:
    """Return the modules of ours, by their first name, that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("client_segments"):
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found |= {
                parts[1] for parts in names if parts[0] == "client_segments" and len(parts) > 1
            }
    return found


def module_files() -> list[tuple[str, Path]]:
    return [
        (path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path)
        for path in sorted(PACKAGE.rglob("*.py"))
    ]


@pytest.mark.parametrize(("module", "path"), module_files(), ids=lambda item: str(item)[-40:])
def test_imports_go_one_way(module, path):
    imported = imported_modules(path) - {module}
    if module in ON_TOP:
        return
    assert not imported & ON_TOP
    steps = imported & set(rec.STEPS)
    if module not in rec.STEPS:
        assert not steps, f"a shared module imports steps {steps}"
        return
    later = rec.STEPS[rec.STEPS.index(module) + 1 :]
    assert not steps & set(later), f"{module} imports later steps"


def test_the_report_cannot_reach_raw_rows():
    for path in (PACKAGE / "report").rglob("*.py"):
        assert "reading" not in imported_modules(path), path


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return listed.stdout.splitlines()


def test_lib_is_not_ignored():
    ours = {path.relative_to(REPOSITORY).as_posix() for _module, path in module_files()}
    assert ours <= set(tracked())


def test_what_code_writes_is_not_tracked():
    listed = tracked()
    assert not [name for name in listed if "/work/" in name or name.startswith(".venv")]
    assert [name for name in listed if name.startswith("reports/")] in ([], ["reports/README.md"])


def test_top_level_is_the_agreed_one():
    allowed = {
        "notebooks", "data", "lib", "reports", "environment.yml", "tests", "README.md",
        "pyproject.toml", "Makefile", ".gitignore", ".gitattributes", ".ci", "docs", "benchmarks",
    }  # fmt: skip
    assert {name.split("/")[0] for name in tracked()} <= allowed


def test_conda_takes_the_dependencies_from_pyproject():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    environment = YAML(typ="safe").load(REPOSITORY / "environment.yml")
    *packages, pip = environment["dependencies"]
    assert pip == {"pip": ["--editable ."]}
    python = next(package for package in packages if package.startswith("python="))
    assert python.removeprefix("python=") == project["requires-python"].removeprefix(">=")
    assert {package.split("=")[0] for package in packages} == {"python", "pip"}
    for fixed in ("jupyterlab", "pandas", "ipywidgets", "plotly", "nbconvert", "papermill"):
        assert any(re.match(rf"{fixed}\b", line) for line in project["dependencies"])


def test_the_readme_tree_is_true():
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    tree = re.search(r"```\n(client-segments/\n.*?)```", readme, re.DOTALL).group(1)
    stack: list[tuple[int, str]] = []
    checked = 0
    for line in tree.splitlines()[1:]:
        indent = len(line) - len(line.lstrip())
        name = re.split(r"\s{2,}", line.strip())[0]
        while stack and stack[-1][0] >= indent:
            stack.pop()
        path = "".join(part for _indent, part in stack) + name
        if name.endswith("/"):
            stack.append((indent, name))
        if "<" in path:
            continue
        assert (REPOSITORY / path).exists(), path
        checked += 1
    assert checked >= 15


def test_every_command_of_the_readme_exists():
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    targets = set(
        re.findall(r"^(\w+):", (REPOSITORY / "Makefile").read_text("utf-8"), re.MULTILINE)
    )
    named = set(re.findall(r"`?make (\w+)", readme))
    assert {"report", "test", "lab"} <= named <= targets


def test_the_data_dictionary_is_up_to_date():
    assert (REPOSITORY / "data" / "README.md").read_text("utf-8") == dictionary.data_dictionary()


def test_no_machine_path_or_host_is_committed():
    pattern = re.compile(
        r"/(?:home|Users)/(?!x\b)\w|/root/\w|/work/(?:main|shared)\b|pypi\.org|files\.pythonhosted|registry\.npmjs"
    )
    for name in tracked():
        path = REPOSITORY / name
        if path.suffix in {".parquet", ".xlsx", ".png", ".gz"} or name.endswith("test_house.py"):
            continue
        found = pattern.search(path.read_text("utf-8", errors="replace"))
        assert not found, (name, found)
