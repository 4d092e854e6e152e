"""Reference tables of `data/catalogue/`: plain CSV files that an authority may replace."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from client_segments.study import REPOSITORY, missing_part

STAGE_GROUPS = {
    "services": "services", "support": "services", "functions": "services", "control": "control",
    "appeals": "appeals", "information": "appeals", "staff": "staff",
}  # fmt: skip
"""Which list of stages goes with which direction of activity."""


def catalogue_path(root: Path, name: str) -> Path:
    """Return a reference table's file: the root's own, or the one that comes with the workbook.

    Raises
    ------
    InputError
        If the workbook was installed without its catalogue.
    """
    own = root / "data" / "catalogue" / f"{name}.csv"
    path = own if own.is_file() else REPOSITORY / "data" / "catalogue" / f"{name}.csv"
    if not path.is_file():
        raise missing_part(path)
    return path


@cache
def _read(path: Path, modified: float) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def read(root: Path, name: str) -> pd.DataFrame:
    """Read a reference table, all columns as text."""
    path = catalogue_path(root, name)
    return _read(path, path.stat().st_mtime).copy()


def authority_name(root: Path, authority: str) -> str:
    """Return an authority's full name, or its code where the catalogue does not know it."""
    names = read(root, "authorities").set_index("code")["name"]
    return names.get(authority, authority)


def stages(root: Path, direction: str) -> pd.DataFrame:
    """Stages of the client's journey: one row is one stage of a direction (number, name)."""
    frame = read(root, "stages")
    frame = frame[frame["direction_group"] == STAGE_GROUPS[direction]]
    return frame.assign(number=frame["number"].astype(int))[["number", "name"]].reset_index(
        drop=True
    )


def channels(root: Path) -> pd.DataFrame:
    """Channels: one row is one channel (code, name, is_digital)."""
    frame = read(root, "channels")
    return frame.assign(is_digital=frame["is_digital"] == "1")


def sample_attributes(root: Path, client_kind: str) -> pd.DataFrame:
    """Sample attributes in place of annexes 1-3: one row is one attribute."""
    return read(root, f"attributes_{client_kind}")


def profile_form(root: Path) -> pd.DataFrame:
    """Form of a profile in place of annex 4: one row is one field of the form, in its order."""
    frame = read(root, "profile_form")
    return frame.assign(number=frame["number"].astype(int), is_core=frame["is_core"] == "1")
