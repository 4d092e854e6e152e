"""The raw folder of a group: its files, the decision on columns, and the check of everything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from client_segments.findings import InputError, Severity
from client_segments.reading import (
    ColumnMapping,
    check_raw,
    find_files,
    load_raw,
    read_columns_decision,
)
from client_segments.study import Study

SIGNED = "who: аналитик\nwhen: 05.03.2024\nwhy: выгрузка\n"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    study = Study("demo", 2024, "group", "attributes", tmp_path)
    study.raw_folder.mkdir(parents=True)
    study.decisions_folder.mkdir()
    return study


def put(study: Study, name: str, text: str = "Код клиента;Пол\n1;ж\n") -> Path:
    path = study.raw_folder / name
    path.write_text(text, encoding="utf-8")
    return path


def decide(study: Study, text: str) -> None:
    (study.decisions_folder / "columns.yml").write_text(SIGNED + text, encoding="utf-8")


def rules(findings) -> list[str]:
    return sorted(finding.rule for finding in findings)


def test_files_are_found_by_name(study):
    for name in ("clients_2.csv", "Clients.XLSX", "clients_1.csv.gz", "clientsother.csv",
                 "~$clients.xlsx", ".clients.csv", "clients.docx", "feedback.parquet"):  # fmt: skip
        put(study, name)
    names = [path.name for path in find_files(study, "clients", ColumnMapping())]
    assert names == ["Clients.XLSX", "clients_1.csv.gz", "clients_2.csv"]
    assert find_files(study, "journey", ColumnMapping()) == []


def test_decided_files_replace_found_ones(study):
    put(study, "clients.csv")
    put(study, "выгрузка.csv", "Номер;Возраст\n0552;30\n")
    decide(study, "tables:\n  clients:\n    file: выгрузка.csv\n    columns: {client_id: Номер}\n")
    table = load_raw(study, "clients")
    assert [path.name for path in table.files] == ["выгрузка.csv"]
    assert table.frame["client_id"].tolist() == ["0552"]
    assert not list(table.findings)
    assert [item.file.split("/")[-1] for item in check_raw(study)] == ["clients.csv"]


def test_the_whole_decision_is_read(study):
    put(study, "a.csv")
    put(study, "b.csv")
    decide(
        study,
        """
tables:
  feedback:
    file: [a.csv, b.csv]
    sheet: Лист 2
    columns: {score: Балл, sex: Пол}
    codes: {score: {Отлично: 5}, sex: {1: мужской}}
    no_answer: {score: [9, 99, нет], sex: 0}
    ignore: [Примечание]
""",
    )
    mappings, findings = read_columns_decision(study)
    assert not list(findings)
    assert mappings == {
        "feedback": ColumnMapping(
            files=("a.csv", "b.csv"),
            sheet="Лист 2",
            columns={"score": "Балл", "sex": "Пол"},
            codes={"score": {"Отлично": "5"}, "sex": {"1": "мужской"}},
            no_answer={"score": ("9", "99", "нет"), "sex": ("0",)},
            ignore=("Примечание",),
        )
    }


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("tables:\n  client:\n    sheet: а\n", "unknown_key", 5),
        ("tables:\n  clients:\n    sheets: а\n", "unknown_key", 6),
        ("tables:\n  clients: [а]\n", "columns", 5),
        ("tables: а\n", "columns", 4),
        ("tables:\n  clients:\n    columns: {a: [1, 2]}\n", "columns", 6),
        ("tables:\n  clients:\n    file: нет.csv\n", "columns", 6),
        ("tables:\n  clients:\n    file: ../../чужое.csv\n", "columns", 6),
        ("tables:\n  clients:\n    file: C:\\чужое.csv\n", "columns", 6),
        ("tables:\n  feedback:\n    codes:\n      score: {а: пять}\n", "columns", 7),
        (
            "tables:\n  clients:\n    columns:\n      age: Возраст\n      sex: возраст\n",
            "columns",
            8,
        ),
        ("table: {}\n", "unknown_key", 4),
    ],
)
def test_mistakes_of_the_decision_name_their_line(study, text, rule, line):
    put(study, "clients.csv")
    decide(study, text)
    _mappings, findings = read_columns_decision(study)
    assert rules(findings.errors) == [rule]
    (finding,) = findings.errors
    assert finding.file.endswith("decisions/columns.yml")
    assert finding.cell == f"строка {line}"
    assert finding.remedy
    with pytest.raises(InputError):
        load_raw(study, "clients").findings.raise_errors()


def test_no_decision_and_no_file(study):
    assert read_columns_decision(study)[0] == {}
    assert load_raw(study, "clients") is None
    (finding,) = check_raw(study)
    assert (finding.rule, finding.severity) == ("no_clients", Severity.ERROR)


def test_everything_is_checked_at_once(study):
    put(study, "clients.csv", "Код клиента;Пол\n1;ж\n1;м\n")
    put(study, "feedback.csv", "Код клиента;Оценка\n1;9\n")
    put(study, "journey.csv", "Код клиента\n1\n")
    put(study, "заметки.txt", "текст")
    findings = check_raw(study)
    assert set(rules(findings.errors)) == {"duplicate_clients", "outside_scale", "missing_column"}
    unread = [finding for finding in findings if finding.rule == "unread_file"]
    assert [finding.file for finding in unread] == ["data/demo/2024/group/raw/заметки.txt"]
    assert unread[0].severity is Severity.NOTE
    assert rules(findings) == rules(check_raw(study))


def test_a_changed_file_is_read_again_and_a_caller_cannot_spoil_the_next(study):
    path = put(study, "clients.csv")
    first = load_raw(study, "clients")
    first.frame.loc[0, "Пол"] = "испорчено"
    first.findings.add(next(iter(check_raw(Study("demo", 2024, "none", "attributes", study.root)))))
    second = load_raw(study, "clients")
    assert second.frame["Пол"].tolist() == ["ж"]
    assert not list(second.findings)
    path.write_text("Код клиента;Пол\n1;м\n", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert load_raw(study, "clients").frame["Пол"].tolist() == ["м"]


def test_the_raw_folder_is_never_written(study):
    path = put(study, "clients.csv")
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    check_raw(study)
    assert [item.name for item in study.raw_folder.iterdir()] == ["clients.csv"]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
