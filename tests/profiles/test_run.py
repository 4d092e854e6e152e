"""Step 6 as a whole: from the tables of earlier steps to the register, twice."""

from __future__ import annotations

import shutil

import pytest

from client_segments import storage
from client_segments.profiles import COMPOSERS, register, run
from client_segments.profiles.inputs import TABLE_NAMES
from client_segments.study import AuthorityYear

PLAN = """\
who: аналитик
when: 2025-11-20
why: план на год
measures:
  - code: М1
    segment: сельские жители
    hypothesis: Г1
    problem: Далеко ехать
    measure: Выездной приём
    responsible: Отдел
    due: 2026-09-01
    resources: автомобиль
    indicator: Слепая зона
    base: 37,1
    target: 25
"""
GROUP = """\
name: Социальная помощь
client_kind: person
direction: support
processes: [Социальный контракт]
sources: ["Учёт органа, 01.11.2025"]
unit: Отдел мер поддержки
"""


@pytest.fixture
def study(tmp_path, inputs, contracts):
    year = AuthorityYear("ministry", 2025, tmp_path)
    for name in TABLE_NAMES:
        if name != "measures":
            year.study("aid", contracts[name].owner).write(contracts[name], getattr(inputs, name))
    folder = year.folder / "aid"
    storage.write_text(folder / "group.yml", GROUP)
    storage.write_text(folder / "raw" / "clients.csv", "client_id\n1\n")
    storage.write_text(folder / "decisions" / "plan.yml", PLAN)
    rows = [f"{number},Раздел,{key},Поле,text,1,п. 8" for number, key in enumerate(COMPOSERS, 1)]
    form = "\n".join(["number,section,key,name,kind,is_core,basis", *rows])
    storage.write_text(tmp_path / "data" / "catalogue" / "profile_form.csv", form + "\n")
    storage.write_text(tmp_path / "data" / "catalogue" / "authorities.csv", "code,name\n")
    return year.study("aid", "profiles")


def snapshot(study) -> dict[str, bytes]:
    folders = (study.work_folder / "profiles", study.authority_year.register_folder)
    return {
        str(path): path.read_bytes()
        for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip


def field(result, segment: str, key: str) -> str:
    fields = result.table("profile_fields")
    row = fields[(fields["segment_code"] == segment) & (fields["field_key"] == key)]
    return row["value_text"].iloc[0]


def test_the_first_run_forms_version_one_of_every_profile(study):
    result = run(study)
    profiles = result.table("profiles").set_index("segment_code")
    assert profiles["version_number"].to_dict() == {"rural": 1, "urban": 1}
    assert profiles["status"].to_dict() == {"rural": "confirmed", "urban": "draft"}
    assert field(result, "rural", "history") == (
        "2025 год, версия 1, 20.11.2025: первое формирование профиля"
    )
    assert field(result, "rural", "version") == "версия 1, сформирована 20.11.2025"
    assert result.table("measures")["segment_code"].tolist() == ["rural"]
    assert list(result.findings) == []
    outcomes = {check.code: check.outcome.value for check in result.checks}
    assert outcomes == {
        "profile_status": "warning", "profile_core": "warning", "profile_year": "met",
        "profile_due": "met", "plan_covers": "not_met", "register": "met",
    }  # fmt: skip


def test_running_again_leaves_work_and_register_the_same_to_the_byte(study):
    run(study)
    before = snapshot(study)
    shutil.rmtree(study.work_folder / "profiles")
    run(study)
    assert snapshot(study) == before


def test_a_changed_text_of_people_gives_version_two_and_keeps_the_first(study):
    run(study)
    first = register.last_version(study.authority_year, "aid", "rural")
    number = list(COMPOSERS).index("capacity") + 1
    storage.write_text(
        study.decisions_folder / "profiles.yml",
        "who: аналитик\nwhen: 2025-12-01\nwhy: уточнение\nfields:\n"
        f"  - {{segment: rural, field: {number}, text: пять тысяч}}\n",
    )
    result = run(study)
    assert field(result, "rural", "capacity") == "пять тысяч"
    profiles = result.table("profiles").set_index("segment_code")
    assert profiles["version_number"].to_dict() == {"rural": 2, "urban": 1}
    history = register.history(study.authority_year, "aid", "rural")
    assert history[0] == first
    assert history[1].changed_fields == ({"number": number, "key": "capacity"},)
    assert field(result, "rural", "history").endswith(f"изменены поля № {number}")
    assert snapshot(study) and run(study).table("profile_fields").equals(
        result.table("profile_fields")
    )
