"""Clause 10: a new version of a profile at every new datum, with its reason; nothing is lost."""

from __future__ import annotations

import pandas as pd
import pytest

from client_segments import updates
from client_segments.profiles import register


@pytest.fixture
def study(make_study, raw, texts, run_through):
    """The study done once: every profile has its first version."""
    study = make_study(raw, texts)
    run_through(study, "profiles")
    return study


def versions(study) -> dict[str, list]:
    return {
        segment: list(register.history(study.authority_year, study.group, segment))
        for segment in ("rural", "town")
    }


def register_bytes(study) -> dict[str, bytes]:
    folder = study.authority_year.register_folder
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_first_version_says_that_it_is_the_first(study):
    """10: the register begins with «первое формирование профиля»."""
    assert {code: [item.reason for item in found] for code, found in versions(study).items()} == {
        "rural": ["new_profile"], "town": ["new_profile"],
    }  # fmt: skip


def test_where_nothing_is_new_there_is_no_new_version(study, run_through):
    """10: «при появлении новых данных»: and not otherwise."""
    before = register_bytes(study)
    run_through(study, "profiles")
    assert register_bytes(study) == before


def add_feedback(raw):
    row = {
        "client_id": "r030",
        "instrument": "опрос",
        "score": 5,
        "expectation": 5,
        "answer_date": "01.06.2025",
    }
    raw["feedback"] = pd.concat([raw["feedback"], pd.DataFrame([row])])


def add_event(raw):
    row = {
        "client_id": "r009", "case_id": "d-r009", "stage": "6", "channel": "01",
        "event_time": "01.06.2025 10:00", "outcome": "результат получен",
    }  # fmt: skip
    raw["journey"] = pd.concat([raw["journey"], pd.DataFrame([row])])


def add_answer(raw):
    row = {
        "respondent_id": "п-новый", "client_id": "r030", "instrument": "опрос", "hypothesis": "Г2",
        "answer": "да", "answer_date": "01.06.2025", "has_consent": "да",
    }  # fmt: skip
    raw["answers"] = pd.concat([raw["answers"], pd.DataFrame([row])])


@pytest.mark.parametrize(
    ("change", "reason"),
    [(add_feedback, "feedback"), (add_event, "journey"), (add_answer, "verification")],
)
def test_every_new_datum_makes_a_new_version_with_its_reason(
    make_study, study, raw, texts, run_through, change, reason
):
    """10: «на основании результатов сбора и анализа обратной связи и других исследований в рамках
    изучения клиентского пути и (или) проверки гипотез»."""
    change(raw)
    run_through(make_study(raw, texts), "profiles")
    rural = versions(study)["rural"]
    assert [item.number for item in rural] == [1, 2]
    assert rural[1].reason == reason
    assert rural[1].changed_fields
    assert rural[1].parent["file"] == rural[0].file_name


def test_only_the_profile_that_the_datum_is_about_is_renewed(
    make_study, study, raw, texts, run_through
):
    """10: «новых данных о сегменте»: text of one segment leaves the others as they were."""
    texts["profiles"] = "fields:\n  - {segment: town, field: 22, text: Живут рядом с МФЦ.}\n"
    run_through(make_study(raw, texts), "profiles")
    found = versions(study)
    assert [item.number for item in found["town"]] == [1, 2]
    assert [item.number for item in found["rural"]] == [1]


def test_versions_are_only_added(make_study, study, raw, texts, run_through):
    """10: what was recorded stays to the byte; new versions are new files."""
    before = register_bytes(study)
    add_feedback(raw)
    run_through(make_study(raw, texts), "profiles")
    after = register_bytes(study)
    assert before.items() <= after.items()
    assert len(after) > len(before)


def test_a_version_that_someone_changed_is_found(study, run_through):
    """10: the chain of versions shows any later edit."""
    folder = study.authority_year.register_folder
    path = next(path for path in sorted(folder.rglob("*.json")) if path.parent.name == "rural")
    path.write_text(path.read_text("utf-8").replace("Далеко ехать", "Всё хорошо"), "utf-8")
    found = register.verify(study.authority_year)
    assert any("изменена" in item.message for item in found.errors)


def test_next_year_is_told_what_changed(make_study, study, raw, texts, run_through):
    """10: step 8 compares with last year and says what to revise: satisfaction fell from 80 % to 20 %."""
    wide = pd.concat([raw["feedback"].assign(question=f"В{number}") for number in range(6)])
    make_study(raw | {"feedback": wide}, texts)
    run_through(study, "profiles")
    town = wide["client_id"].str.startswith("t")
    worse = wide.copy()
    worse.loc[town, "score"] = [5 if number % 5 == 0 else 2 for number in range(int(town.sum()))]
    dated = {name: text.replace("2025-", "2026-") for name, text in texts.items()}
    next_year = make_study(raw | {"feedback": worse}, dated, year=2026)
    run_through(next_year, "profiles")
    updates.run_authority(next_year.authority_year)
    changes = next_year.authority_year.study("group", "updates").read(updates.CHANGES)
    real = changes[changes["is_real"].astype(bool)]
    assert set(real.loc[real["indicator"].str.startswith("satisfaction"), "segment_code"]) == {
        "town"
    }
    assert real["advice"].str.len().gt(0).all()
