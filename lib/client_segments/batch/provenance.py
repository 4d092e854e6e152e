"""Provenance of a run: from what, with what and how the results were made (`run.json`)."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from client_segments import __version__
from client_segments import recommendations as rec
from client_segments.findings import InputError
from client_segments.steps import Outcome, checks_contract
from client_segments.study import AuthorityYear

_PACKAGES = (
    "duckdb", "ipykernel", "nbclient", "nbconvert", "numpy", "openpyxl", "pandas", "papermill",
    "plotly", "pyarrow", "scipy",
)  # fmt: skip


def _files(place: Path) -> list[Path]:
    """Return files below a folder, or the file itself, without hidden ones, in order."""
    if place.is_file():
        return [place]
    return sorted(
        path
        for path in place.rglob("*")
        if path.is_file() and not path.name.startswith((".", "~$"))
    )


def _checksum(path: Path) -> str:
    """Return SHA-256 of a file; empty if it cannot be opened: its group's step will say so."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def checksums(opened: AuthorityYear, groups: Iterable[str]) -> dict[str, str]:
    """Return SHA-256 of everything a year is computed from, by path below the root.

    These are the catalogue, the decisions on the whole year and, of every group, `group.yml`,
    `raw/` and `decisions/`.
    """
    places = [opened.data_folder / "catalogue", *sorted(opened.folder.glob("*.yml"))]
    for group in groups:
        folder = opened.folder / group
        places += [folder / "group.yml", folder / "raw", folder / "decisions"]
    return {
        path.relative_to(opened.root).as_posix(): _checksum(path)
        for place in places
        for path in _files(place)
    }


def _open_checks(opened: AuthorityYear, groups: Iterable[str]) -> list[dict[str, str]]:
    """Return checks of the groups' steps that did not simply pass."""
    found = []
    for group in groups:
        for step in rec.GROUP_STEPS:
            study, contract = opened.study(group, step), checks_contract(step)
            if not study.has(contract):
                continue
            try:
                checks = study.read(contract)
            except InputError:  # a broken file of an earlier run must not undo the record of this
                continue
            rows = checks[checks["outcome"] != Outcome.MET.value].fillna("").to_dict("records")
            found += [{"group": group, "step": step, **row} for row in rows]
    return found


def record(
    opened: AuthorityYear,
    parameters: Mapping[str, object],
    inputs: Mapping[str, str],
    notebooks: Sequence[Mapping[str, object]],
    started_at: datetime,
    seconds: float,
) -> dict[str, object]:
    """Return the record of a run, free of machine paths and user names.

    Parameters
    ----------
    parameters
        What was asked: groups, steps, workers.
    inputs
        Checksums of the inputs as they were before the run.
    notebooks
        One entry is one notebook: group, step, status, message, seconds.
    """
    return {
        "authority": opened.authority,
        "year": opened.year,
        "started_at": started_at.isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "parameters": dict(parameters),
        "seed": rec.SEED,
        "versions": {
            "client_segments": __version__,
            "python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
        },
        "notebooks": list(notebooks),
        "checks": _open_checks(opened, parameters["groups"]),
        "inputs": dict(inputs),
    }
