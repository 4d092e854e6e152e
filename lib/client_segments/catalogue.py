"""Reference tables of `data/catalogue/`: plain CSV files that an authority may replace."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pandas as pd

from client_segments.labels import fold
from client_segments.study import REPOSITORY, missing_part

STAGE_GROUPS = {
    "services": "services", "support": "services", "functions": "services", "control": "control",
    "appeals": "appeals", "information": "appeals", "staff": "staff",
}  # fmt: skip
"""Which list of stages goes with which direction of activity."""

_NUMBERED = re.compile(r"(?P<code>\d{1,2})[.)]?(?:\s+(?P<name>.*))?")


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


def match_channels(labels: list[str], catalogue: pd.DataFrame) -> pd.DataFrame:
    """Match labels of channels to the catalogue: by code (`4` is `04`), by name, or by both.

    Parameters
    ----------
    labels
        Distinct labels as they stand in the data.
    catalogue
        One row is one channel: code, name.

    Returns
    -------
    DataFrame
        One row is one label: channel (the label), item_code, item_name. A label outside the
        catalogue keeps its name; its code is the folded label.
    """
    names = dict(zip(catalogue["code"], catalogue["name"], strict=True))
    codes = {fold(name): code for code, name in names.items()}
    own: dict[str, str] = {}
    rows = []
    for label in sorted(labels):
        key = fold(label)
        code = codes.get(key)
        written = _NUMBERED.fullmatch(key)
        if code is None and written and written["code"].zfill(2) in names:
            candidate = written["code"].zfill(2)
            is_match = not written["name"] or codes.get(written["name"]) == candidate
            code = candidate if is_match else None
        if code is None:
            rows.append((label, key, own.setdefault(key, label)))
        else:
            rows.append((label, code, names[code]))
    return pd.DataFrame(rows, columns=["channel", "item_code", "item_name"]).astype("str")


def sample_attributes(root: Path, client_kind: str) -> pd.DataFrame:
    """Sample attributes in place of annexes 1-3: one row is one attribute."""
    return read(root, f"attributes_{client_kind}")


def profile_form(root: Path) -> pd.DataFrame:
    """Form of a profile in place of annex 4: one row is one field of the form, in its order."""
    frame = read(root, "profile_form")
    return frame.assign(number=frame["number"].astype(int), is_core=frame["is_core"] == "1")
