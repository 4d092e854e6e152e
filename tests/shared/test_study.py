"""Folders, paths and files: checked codes only, whole files only, earlier tables only."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time

import pandas as pd
import pytest

from client_segments import storage
from client_segments.attributes import ATTRIBUTES
from client_segments.findings import InputError
from client_segments.segments import SEGMENTS
from client_segments.study import Study, check_year, open_study


@pytest.mark.parametrize(
    "code",
    ["../x", "a/b", "A", "", "орган", "a b", ".", "a" * 61, "profiles", "{year}", "a\n", "con"],
)
def test_codes_that_cannot_name_a_folder_are_refused(tmp_path, code):
    with pytest.raises(InputError):
        Study(code, 2025, "group", "attributes", tmp_path)
    with pytest.raises(InputError):
        Study("authority", 2025, code, "attributes", tmp_path)


@pytest.mark.parametrize("year", ["2025", 2025.0, True, 25, 3025])
def test_years_are_whole_numbers(year):
    with pytest.raises(InputError):
        check_year(year)


def test_a_missing_group_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match="команда list"):
        open_study("authority", 2025, "group", "attributes", tmp_path)


def test_a_step_reads_only_earlier_tables(make_study, at_step):
    study = make_study({"clients": pd.DataFrame({"sex": ["м"]})})
    with pytest.raises(InputError, match="более поздний шаг «Сегменты»"):
        study.read(SEGMENTS)
    with pytest.raises(InputError, match="ещё не выполнен"):
        at_step(study, "segments").read(ATTRIBUTES)


def test_equal_tables_give_equal_bytes(tmp_path):
    frame = pd.DataFrame({"code": ["a", None], "count": pd.array([1, None], dtype="Int64")})
    for name in ("one", "two"):
        storage.write_table(tmp_path / name, frame.copy())
    assert len({hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.iterdir()}) == 1


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.txt"
    storage.write_text(path, "старое")
    with pytest.raises(RuntimeError), storage.atomic_path(path) as temporary:
        temporary.write_text("половина")
        raise RuntimeError
    assert path.read_text("utf-8") == "старое"
    assert [item.name for item in tmp_path.iterdir()] == ["file.txt"]


def test_a_killed_process_never_tears_a_file(tmp_path):
    path = tmp_path / "file.txt"
    script = (
        "import sys; from pathlib import Path; from client_segments import storage\n"
        "n = 0\n"
        "while True:\n"
        "    storage.write_text(Path(sys.argv[1]), str(n % 10) * 200_000); n += 1\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(path)])
    deadline = time.monotonic() + 30
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)
    process.kill()
    process.wait()
    text = path.read_text("utf-8")
    assert len(text) == 200_000
    assert len(set(text)) == 1
