"""Folders laid out by strangers: either right numbers, or one clear message and no traceback."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from client_segments import checking, cli, reading, segments
from client_segments.batch import provenance
from client_segments.findings import InputError
from client_segments.study import open_year

COUNT = 120
LIST = """\
attributes:
  - {code: sex, name: Пол, role: forming, sources: ["2"]}
  - {code: place, name: Место, role: describing, sources: ["2"]}
"""
RULES = """\
segments:
  - {code: men, name: Мужчины, rule: {attribute: sex, in: [мужской]}}
  - {code: women, name: Женщины, rule: {attribute: sex, in: [женский]}}
"""
DECISIONS = {"attributes": LIST, "segments": RULES}


def clients(identifiers: list[str] | None = None) -> pd.DataFrame:
    """60 men and 60 women; every third lives in a village."""
    return pd.DataFrame(
        {
            "Идентификатор клиента": identifiers or [f"{number:04d}" for number in range(COUNT)],
            "Пол": ["мужской", "женский"] * (COUNT // 2),
            "Место": ["город", "город", "село"] * (COUNT // 3),
        }
    )


def feedback(identifiers: list[str]) -> pd.DataFrame:
    """Men say 5, women say 2."""
    scores = [5, 2] * (COUNT // 2)
    return pd.DataFrame({"client_id": identifiers, "instrument": "опрос", "score": scores})


def refused(run) -> list[str]:
    """Return the rules for which a run was refused."""
    with pytest.raises(InputError) as caught:
        run()
    assert all(finding.message and finding.remedy for finding in caught.value.findings)
    return [finding.rule for finding in caught.value.findings]


def rules_of(study, at_step) -> list[str]:
    return [finding.rule for finding in checking.check_group(at_step(study, "profiles")).errors]


def satisfaction(result) -> dict[str, float]:
    frame = result["priorities"].table("satisfaction")
    return (
        frame[frame["instrument"] == "all"].set_index("segment_code")["satisfaction_pct"].to_dict()
    )


@pytest.mark.parametrize("lost", ["zeros", "point", "case"])
def test_identifiers_spelled_otherwise_are_refused_not_lost(make_study, run_through, at_step, lost):
    known = [f"{number:04d}a" if lost == "case" else f"{number:04d}" for number in range(COUNT)]
    spelled = {
        "zeros": [str(number) for number in range(COUNT)],
        "point": [f"{number}.0" for number in range(COUNT)],
        "case": [text.upper() for text in known],
    }[lost]
    study = make_study({"clients": clients(known), "feedback": feedback(spelled)}, DECISIONS)
    assert rules_of(study, at_step) == ["identifier_spelling"]
    assert refused(lambda: run_through(study, "priorities")) == ["identifier_spelling"]


def test_a_table_about_other_clients_is_refused(make_study, run_through, at_step):
    study = make_study({"clients": clients(), "feedback": feedback(["x"] * COUNT)}, DECISIONS)
    assert rules_of(study, at_step) == ["unknown_clients"]
    assert refused(lambda: run_through(study, "priorities")) == ["unknown_clients"]


def test_some_unknown_clients_are_told_and_the_rest_is_right(make_study, run_through):
    answers = feedback(clients()["Идентификатор клиента"].tolist())
    answers.loc[:39, "client_id"] = "x"
    study = make_study({"clients": clients(), "feedback": answers}, DECISIONS)
    result = run_through(study, "priorities")
    assert "unknown_client" in [finding.rule for finding in result["priorities"].findings]
    assert satisfaction(result) == {"men": 100, "women": 0}


def test_answers_with_identifiers_go_by_attributes_where_clients_are_counts(
    make_study, run_through
):
    counts = clients().groupby(["Пол", "Место"]).size().rename("Число клиентов").reset_index()
    answers = feedback([f"r{number}" for number in range(COUNT)]).assign(Пол=clients()["Пол"])
    result = run_through(
        make_study({"clients": counts, "feedback": answers}, DECISIONS), "priorities"
    )
    assert satisfaction(result) == {"men": 100, "women": 0}


@pytest.mark.parametrize("column", ["Вес", "Число клиентов"])
def test_nothing_but_zeros_is_refused(make_study, run_through, at_step, column):
    study = make_study({"clients": clients().assign(**{column: 0})}, DECISIONS)
    assert rules_of(study, at_step) == ["nobody"]
    assert refused(lambda: run_through(study, "segments")) == ["nobody"]


def test_an_attribute_that_nobody_has_does_not_stop_the_work(make_study, run_through):
    study = make_study({"clients": clients().assign(Место=None)}, DECISIONS)
    segments = run_through(study)["segments"].table("segments").set_index("segment_code")
    assert segments["clients_count"].to_dict() == {"men": 60, "women": 60, "rest": 0}


@pytest.mark.parametrize("code", ["client_id", "segment_code", "weight"])
def test_an_attribute_cannot_take_the_name_of_a_column_of_ours(make_study, run_through, code):
    listed = LIST.replace("code: place", f"code: {code}")
    study = make_study({"clients": clients()}, {"attributes": listed, "segments": RULES})
    assert refused(lambda: run_through(study, "segments")) == ["attribute_code"]


def test_a_file_without_a_header_is_refused(make_study, run_through, at_step):
    text = clients().to_csv(index=False, header=False).encode()
    study = make_study({"clients.csv": text}, {})
    assert rules_of(study, at_step) == ["header_missing"]
    answers = feedback(clients()["Идентификатор клиента"].tolist())
    answers = answers.to_csv(index=False, header=False).encode()
    study = make_study(
        {"clients.csv": clients().to_csv(index=False).encode(), "feedback.csv": answers}, DECISIONS
    )
    assert refused(lambda: run_through(study, "priorities")) == ["header_missing"]


def test_files_of_one_table_with_different_columns_are_told(make_study):
    first, second = clients().iloc[:50], clients().iloc[50:].rename(columns={"Пол": "Пол клиента"})
    study = make_study({"clients_1": first, "clients_2": second})
    findings = reading.load_raw(study, "clients").findings
    found = {
        (finding.file.rpartition("/")[2], finding.expected)
        for finding in findings
        if finding.rule == "uneven_parts"
    }
    assert found == {("clients_1.csv", "«Пол клиента»"), ("clients_2.csv", "«Пол»")}


def test_a_decision_that_holds_itself_is_refused(make_study, run_through):
    rules = "segments: &all\n  - {code: men, name: Мужчины, rule: *all}\n"
    study = make_study({"clients": clients()}, {"attributes": LIST, "segments": rules})
    assert refused(lambda: run_through(study, "segments")) == ["decision_structure"]


def test_a_decision_under_another_name_is_told(make_study, at_step):
    study = make_study({"clients": clients()}, {"attributes": LIST})
    (study.decisions_folder / "segments.yaml").write_text(RULES, encoding="utf-8")
    found = [
        item
        for item in checking.check_group(at_step(study, "profiles"))
        if item.rule == "stray_decision"
    ]
    assert [Path(item.file).name for item in found] == ["segments.yaml"]
    assert "segments.yml" in found[0].remedy


def test_a_slip_in_the_name_of_a_mapped_column_is_refused(make_study, at_step):
    answers = feedback(clients()["Идентификатор клиента"].tolist()).rename(
        columns={"score": "Оценка"}
    )
    columns = "tables:\n  feedback:\n    columns: {scor: Оценка}\n"
    study = make_study(
        {"clients": clients(), "feedback": answers}, DECISIONS | {"columns": columns}
    )
    assert rules_of(study, at_step) == ["columns"]


def test_the_number_of_a_case_may_be_the_client_too(make_study, run_through):
    known = clients()["Идентификатор клиента"]
    journey = pd.DataFrame(
        {
            "Дело": np.repeat(known, 2),
            "stage": ["Подача заявления", "Решение, получение результата"] * COUNT,
            "event_time": ["05.03.2024 10:00", "09.03.2024 10:00"] * COUNT,
        }
    )
    columns = "tables:\n  journey:\n    columns: {client_id: Дело, case_id: Дело}\n"
    study = make_study({"clients": clients(), "journey": journey}, DECISIONS | {"columns": columns})
    stages = run_through(study, "hypotheses")["hypotheses"].table("journey_stages")
    cases = stages.groupby("segment_code")["cases_count"].max().to_dict()
    assert cases == {"all": 120, "men": 60, "women": 60}
    assert set(stages["median_days_to_next"].dropna()) == {4}


def test_official_counts_of_two_years_are_not_added_up(make_study, run_through):
    population = pd.DataFrame(
        {
            "Пол": ["мужской", "женский"] * 2,
            "Год": [2016, 2016, 2020, 2020],
            "Численность": [10, 20, 11, 21],
        }
    )
    raw = {"clients": clients(), "population": population}
    study = make_study(raw, DECISIONS)
    assert refused(lambda: run_through(study, "priorities")) == ["population_column"]
    ignored = "tables:\n  population:\n    ignore: [Год]\n"
    study = make_study(raw, DECISIONS | {"columns": ignored})
    capacity = run_through(study, "priorities")["priorities"].table("capacity")
    people = capacity.set_index("segment_code")["population_count"].to_dict()
    assert people == {"men": 21, "women": 41, "rest": 0}


def test_a_folder_that_cannot_be_written_is_told(make_study, run_through):
    study = make_study({"clients": clients()}, DECISIONS)
    study.work_folder.mkdir()
    (study.work_folder / "attributes").write_bytes(b"a file in place of the folder")
    assert refused(lambda: run_through(study, "attributes")) == ["not_written"]


def test_a_broken_intermediate_table_is_told_and_a_new_run_mends_it(
    make_study, run_through, at_step
):
    study = make_study({"clients": clients()}, DECISIONS)
    run_through(study, "attributes")
    table = study.work_folder / "attributes" / "attributes.parquet"
    table.write_bytes(table.read_bytes()[:100])
    assert refused(lambda: segments.run(at_step(study, "segments"))) == ["work_broken"]
    assert len(run_through(study, "segments")["segments"].table("segments")) == 3


def test_a_folder_with_a_russian_name_is_told(make_study, capsys):
    study = make_study({"clients": clients()}, DECISIONS)
    (study.folder.parent / "Меры поддержки" / "raw").mkdir(parents=True)
    assert cli.main(["check", "authority", "2025", "--root", str(study.root)]) == 1
    assert "data/authority/2025/Меры поддержки" in capsys.readouterr().out
    assert cli.main(["check", "authority", "2025", "group", "--root", str(study.root)]) == 0


def test_one_proposed_class_is_called_all_clients(make_study, run_through):
    table = run_through(make_study({"clients": clients()}), "segments")["segments"].table(
        "segments"
    )
    assert table["segment_name"].tolist() == ["Все клиенты", "Остальные клиенты"]


def test_a_note_under_the_table_is_no_client(make_study, run_through):
    text = clients().to_csv(index=False, sep=";") + "Примечание: данные на 01.01.2025;;\n"
    study = make_study({"clients.csv": text.encode("cp1251")}, DECISIONS)
    result = run_through(study, "segments")
    assert result["segments"].table("segments")["clients_count"].sum() == COUNT
    found = [item for item in result["attributes"].findings if item.rule == "note_below"]
    assert [(item.cell, item.header) for item in found] == [("A122", "Идентификатор клиента")]


def test_times_of_different_zones_are_told(make_study):
    journey = pd.DataFrame(
        {
            "client_id": "0001", "case_id": "1", "stage": ["Подача заявления", "Решение"],
            "event_time": ["2024-03-05T10:00:00+06:00", "2024-03-05T10:00:00Z"],
        }
    )  # fmt: skip
    found = reading.load_raw(
        make_study({"clients": clients(), "journey": journey}), "journey"
    ).findings
    assert [item.found for item in found if item.rule == "time_zones"] == journey[
        "event_time"
    ].tolist()
    same = journey.assign(event_time=["2024-03-05T10:00:00+03:00", "2024-03-05T11:00:00+0300"])
    found = reading.load_raw(
        make_study({"clients": clients(), "journey": same}), "journey"
    ).findings
    assert not [item for item in found if item.rule == "time_zones"]


def test_a_root_that_cannot_be_written_is_told(tmp_path, capsys):
    (tmp_path / "data").write_bytes(b"a file in place of the folder")
    words = ["new", "authority", "2025", "group", "--name", "Группа", "--kind", "person"]
    assert cli.main([*words, "--direction", "support", "--root", str(tmp_path)]) == 1
    assert str(tmp_path / "data") in capsys.readouterr().err


def test_a_table_of_checks_that_is_broken_does_not_undo_the_record_of_a_run(
    make_study, run_through
):
    study = make_study({"clients": clients()}, DECISIONS)
    run_through(study, "attributes")
    (study.work_folder / "attributes" / "checks.parquet").write_bytes(b"half")
    opened = open_year("authority", 2025, study.root)
    told = provenance.record(opened, {"groups": ["group"]}, {}, [], datetime(2025, 1, 1), 1.0)
    assert told["checks"] == []


def test_work_of_another_version_is_asked_anew(make_study, run_through, at_step):
    study = make_study({"clients": clients()}, DECISIONS)
    run_through(study, "attributes")
    path = study.work_folder / "attributes" / "attributes.parquet"
    pd.read_parquet(path).rename(columns={"values_count": "number_of_values"}).to_parquet(path)
    assert refused(lambda: segments.run(at_step(study, "segments"))) == ["work_outdated"]
