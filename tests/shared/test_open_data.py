"""The authority of open data: its raw files read without errors, and say what is published."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from client_segments import decisions
from client_segments.raw_tables import RAW_TABLES
from client_segments.reading import check_raw, load_raw
from client_segments.study import REPOSITORY, Study, open_study, open_year

FOLDER = REPOSITORY / "data" / "open-data"
GROUPS = ["housing", "small_business", "traffic_fines", "unemployment_benefit"]
MAXIMUM_BYTES = 3_000_000
ORIGINALS = os.environ.get("CLIENT_SEGMENTS_ORIGINALS")


def study_of(group: str) -> Study:
    return open_study("open-data", 2025, group, "attributes", REPOSITORY)


def frame_of(group: str, table: str):
    return load_raw(study_of(group), table).frame


def test_the_year_has_its_groups():
    assert open_year("open-data", 2025, REPOSITORY).groups == GROUPS


@pytest.mark.parametrize("group", GROUPS)
def test_raw_tables_are_read_without_errors_or_warnings(group):
    findings = check_raw(study_of(group))
    assert [finding.message for finding in findings] == []


@pytest.mark.parametrize("group", GROUPS)
def test_passport_and_decisions_are_signed_and_clean(group):
    study = study_of(group)
    settings = decisions.load_group(study)
    assert settings.authority_name == "Открытые данные (учебный пример)"
    assert settings.sources and settings.limitations
    for name in ("columns", "attributes", "segments", "weights", "hypotheses"):
        decision = decisions.load(study, name)
        if decision is not None:
            assert not list(decision.findings), name
            assert (decision.who, decision.when.year) == ("аналитик учебного примера", 2025)


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_pretends_that_people_were_asked(group):
    study = study_of(group)
    assert load_raw(study, "answers") is None
    assert decisions.load(study, "plan") is None


def test_blind_zone_of_unemployment_benefit():
    frame = frame_of("unemployment_benefit", "eligibility")
    assert frame["is_entitled"].sum() == frame["client_id"].nunique() == 4877
    assert (frame["is_entitled"] & ~frame["has_applied"]).sum() == 1542
    clients = frame_of("unemployment_benefit", "clients")
    assert set(clients["client_id"]) == set(frame["client_id"])


def test_residents_are_counted_not_rows():
    clients = frame_of("housing", "clients")
    assert (len(clients), clients["clients_count"].sum()) == (72, 1681)
    answers = frame_of("housing", "feedback")
    by_score = answers.groupby("score")["answers_count"].sum()
    assert by_score.to_dict() == {1.0: 567, 2.0: 446, 3.0: 668}
    assert answers["scale_max"].unique().tolist() == [3.0]


def test_cases_and_events_of_fines():
    events = frame_of("traffic_fines", "journey")
    assert (len(events), events["case_id"].nunique()) == (34_724, 10_000)
    assert events["stage"].value_counts()["Оплата"] == 4910
    clients = frame_of("traffic_fines", "clients")
    assert set(clients["client_id"]) == set(events["client_id"])
    assert (clients["sent"] == "отправлен").sum() == 6570


def test_firms_and_official_counts():
    assert len(frame_of("small_business", "clients")) == 644
    population = frame_of("small_business", "population")
    assert population["people_count"].sum() == 36_479  # the published total of all sections


@pytest.mark.parametrize(("group", "table"), [
    ("small_business", "clients"), ("small_business", "population"),
    ("housing", "clients"), ("housing", "feedback"), ("traffic_fines", "clients"),
    ("traffic_fines", "journey"), ("unemployment_benefit", "clients"),
])  # fmt: skip
def test_every_code_is_mapped(group, table):
    """Labels of the originals are English; of vehicle classes nobody says what the letters mean."""
    raw = load_raw(study_of(group), table)
    columns = [*raw.attribute_columns, *(["stage"] if table == "journey" else [])]
    left = {
        text
        for column in columns
        for text in raw.frame[column].dropna().astype(str).unique()
        if re.search("[A-Za-z]", text) and not re.fullmatch("класс [ACM]", text)
    }
    assert left == set()


def test_every_raw_file_has_its_source_named():
    text = (FOLDER / "SOURCES.md").read_text("utf-8")
    headings = " ".join(re.findall(r"^## (.*)$", text, re.M))
    files = sorted(FOLDER.glob("2025/*/raw/*"))
    assert {path.name.split(".")[0] for path in files} <= {table.name for table in RAW_TABLES}
    missing = [
        name for path in files if (name := path.relative_to(FOLDER).as_posix()) not in headings
    ]
    assert missing == []
    assert "de Leoni" in text and "Mannhardt" in text
    for section in re.split(r"^## ", text, flags=re.M)[1:-1]:
        assert "Licence as stated:" in section and "Cite:" in section and "Changed:" in section


def test_raw_files_are_small():
    assert sum(path.stat().st_size for path in FOLDER.glob("2025/*/raw/*")) < MAXIMUM_BYTES


@pytest.mark.skipif(not ORIGINALS, reason="CLIENT_SEGMENTS_ORIGINALS names no folder of originals")
def test_raw_files_are_what_the_script_makes(tmp_path):
    command = [sys.executable, str(FOLDER / "make_raw.py"), ORIGINALS, "--folder", str(tmp_path)]
    subprocess.run(command, check=True)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.glob("*/raw/*")}
    kept = FOLDER / "2025"
    assert made == {path.relative_to(kept): path.read_bytes() for path in kept.glob("*/raw/*")}
