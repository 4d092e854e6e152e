"""Where the work stands: done, stale or not run."""

from __future__ import annotations

import os

import pandas as pd
import pytest

from client_segments import attributes, status
from client_segments import recommendations as rec

CLIENTS = pd.DataFrame({"client_id": ["1", "2"], "Пол": ["м", "ж"]})


@pytest.fixture
def study(make_study):
    return make_study({"clients": CLIENTS})


def test_nothing_is_done_at_first(study):
    states = status.step_states(study)
    assert list(states) == list(rec.GROUP_STEPS)
    assert set(states.values()) == {"not_run"}
    assert status.next_step(states) == "блокнот 01_attributes"


def test_a_step_is_done_when_it_has_written_its_checks(study):
    attributes.run(study)
    states = status.step_states(study)
    assert states["attributes"] == "done"
    assert status.next_step(states) == "блокнот 02_segments"


@pytest.mark.parametrize("place", ["raw/clients.csv", "group.yml", "decisions/weights.yml"])
def test_newer_data_or_decisions_make_a_step_stale(study, place):
    attributes.run(study)
    path = study.folder / place
    path.touch()
    later = (study.work_folder / "attributes" / "checks.parquet").stat().st_mtime + 5
    os.utime(path, (later, later))
    states = status.step_states(study)
    assert states["attributes"] == "stale"
    assert status.next_step(states) == "блокнот 01_attributes"


def test_after_six_steps_comes_the_report():
    assert status.next_step(dict.fromkeys(rec.GROUP_STEPS, "done")) == "отчёт: блокнот 07_report"


def test_the_table_has_every_group_also_with_a_broken_passport(make_study):
    make_study({"clients": CLIENTS}, group="second")
    study = make_study({"clients": CLIENTS}, group="first", year=2024)
    (study.folder / "group.yml").write_text("name: [", encoding="utf-8")
    table = status.status_table(status.find_years(study.root))
    assert table[["year", "group", "group_name"]].values.tolist() == [
        ["2024", "first", "паспорт группы с ошибками"], ["2025", "second", "second"],
    ]  # fmt: skip


def test_folders_that_are_no_years_are_passed_over(study):
    for name in (
        "profiles/2025/x",
        "authority/20255/x",
        "Чужая/2025/x",
        "catalogue/2025/x",
        "authority/0001/x",
    ):
        (study.root / "data" / name).mkdir(parents=True)
    found = [(year.authority, year.year) for year in status.find_years(study.root)]
    assert found == [("authority", 2025)]


def test_no_data_folder_is_no_year(tmp_path):
    assert status.find_years(tmp_path) == []
    assert status.status_table([]).empty
