"""Small studies that tests lay out in a temporary root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest

from client_segments.study import Study, open_study

GROUP_FILE = """\
name: {name}
client_kind: {client_kind}
direction: {direction}
processes: [Проверочный процесс]
sources: [Проверочные данные]
unit: Отдел проверки
"""


@pytest.fixture
def make_study(tmp_path: Path) -> Callable[..., Study]:
    """Return a function that lays out a group's folder and opens it.

    Raw tables are frames written as CSV, or bytes of files by name; decisions are YAML texts.
    """

    def make(
        raw: Mapping[str, pd.DataFrame | bytes],
        decisions: Mapping[str, str] | None = None,
        step: str = "attributes",
        year: int = 2025,
        group: str = "group",
        client_kind: str = "person",
        direction: str = "support",
    ) -> Study:
        folder = tmp_path / "data" / "authority" / str(year) / group
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
        return open_study("authority", year, group, step, tmp_path)

    return make


@pytest.fixture
def at_step() -> Callable[[Study, str], Study]:
    """Return a function that gives the same study at another step."""

    def move(study: Study, step: str) -> Study:
        return open_study(study.authority, study.year, study.group, step, study.root)

    return move
