"""The command line: every command, what it prints, and its exit code."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pandas as pd
import pytest
from openpyxl import load_workbook

from client_segments import attributes, cli, dictionary
from client_segments.raw_tables import RAW_TABLES
from client_segments.study import REPOSITORY, ROOT_VARIABLE, open_study

NEW = (
    "new",
    "ministry",
    "2025",
    "support",
    "--name",
    "Меры поддержки",
    "--kind",
    "person",
    "--direction",
    "support",
)
GROUP = "data/ministry/2025/support"


@pytest.fixture
def run(tmp_path, capsys):
    """Return a function that runs a command on a root of its own: exit code, output and errors."""

    def command(*arguments: str):
        code = cli.main([*arguments, "--root", str(tmp_path)])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return code, printed.out, printed.err

    return command


@pytest.fixture
def misuse(capsys):
    """Return a function that runs a command that argparse refuses: what it says."""

    def command(*arguments: str) -> str:
        with pytest.raises(SystemExit) as stopped:
            cli.main(list(arguments))
        assert stopped.value.code == 2
        return capsys.readouterr().err

    return command


def fill(folder, name: str, rows: list[dict[str, object]]) -> None:
    """Fill a template in and put it where the received tables lie, as a person does."""
    workbook = load_workbook(folder / "templates" / f"{name}.xlsx")
    sheet = workbook["Данные"]
    headers = [cell.value for cell in sheet[1]]
    for row in rows:
        assert set(row) <= set(headers)
        sheet.append([row.get(header) for header in headers])
    workbook.save(folder / "raw" / f"{name}.xlsx")


# ------------------------------------------------------------------------------------ new


def test_new_lays_out_a_group(run, tmp_path):
    code, out, err = run(*NEW, "--authority-name", "Министерство труда")
    assert (code, err) == (0, "")
    folder = tmp_path / GROUP
    assert {path.name for path in folder.iterdir()} == {
        "group.yml",
        "raw",
        "decisions",
        "work",
        "templates",
    }
    assert {path.stem for path in (folder / "templates").iterdir()} == {
        table.name for table in RAW_TABLES
    }
    assert not list((folder / "raw").iterdir())
    printed = out.splitlines()
    assert f"{GROUP}/group.yml" in printed and f"{GROUP}/templates/clients.xlsx" in printed
    assert str(tmp_path) not in out
    authorities = pd.read_csv(tmp_path / "data" / "catalogue" / "authorities.csv", dtype=str)
    assert authorities.set_index("code")["name"]["ministry"] == "Министерство труда"


def test_new_refuses_a_folder_that_exists_and_changes_nothing(run, tmp_path):
    run(*NEW)
    passport = tmp_path / GROUP / "group.yml"
    passport.write_text("name: Моё\n", encoding="utf-8")
    code, out, err = run(*NEW)
    assert (code, out) == (1, "")
    assert f"Папка группы уже есть: {GROUP}" in err
    assert passport.read_text("utf-8") == "name: Моё\n"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (("Ministry", "2025", "support"), "«Ministry»"),
        (("..", "2025", "support"), "«..»"),
        (("ministry", "2025", "a/b"), "«a/b»"),
        (("ministry", "2025", "Группа"), "«Группа»"),
        (("profiles", "2025", "support"), "«profiles»"),
        (("ministry", "25", "support"), "«25»"),
    ],
)
def test_new_refuses_codes_that_cannot_name_a_folder(run, tmp_path, place, said):
    code, out, err = run("new", *place, *NEW[4:])
    assert (code, out) == (1, "")
    assert said in err
    assert not (tmp_path / "data").exists()


def test_new_asks_for_a_name(run, tmp_path):
    arguments = [*NEW]
    arguments[5] = "  "
    code, _out, err = run(*arguments)
    assert code == 1 and "--name" in err
    assert not (tmp_path / GROUP).exists()


def test_templates_filled_in_are_read_back(run, tmp_path):
    """Round trip: new, fill in, check, and the steps read what was written."""
    run(*NEW)
    folder = tmp_path / GROUP
    sexes = ["мужской", "женский"]
    fill(
        folder, "clients",
        [{"Идентификатор клиента": f"{number:04d}", "Пол": sexes[number % 2], "Возрастная группа": "18–24" if number % 3 else "65–74"}
         for number in range(1, 13)],
    )  # fmt: skip
    fill(
        folder, "feedback",
        [{"Идентификатор клиента": "0001", "Способ получения": "опрос", "Оценка": 5, "Дата ответа": "01.03.2025"},
         {"Идентификатор клиента": "0002", "Способ получения": "отзыв", "Оценка": "4,5", "Дата ответа": "02.03.2025"}],
    )  # fmt: skip
    fill(
        folder, "eligibility",
        [{"Идентификатор клиента": "0003", "Услуга или мера": "Выплата", "Имеет право": "да", "Обратился": "нет"}],
    )  # fmt: skip
    code, out, _err = run("check", "ministry", "2025")
    assert code == 0, out
    clients = attributes.load_clients(
        open_study("ministry", 2025, "support", "attributes", tmp_path)
    )
    assert clients.frame["client_id"].tolist() == [f"{number:04d}" for number in range(1, 13)]
    result = attributes.run(open_study("ministry", 2025, "support", "attributes", tmp_path))
    names = result.table("attributes")["attribute_name"].tolist()
    assert {"Пол", "Возрастная группа"} <= set(names)


# ---------------------------------------------------------------------------------- check


def test_check_prints_every_finding_at_once(run, tmp_path):
    run(*NEW)
    folder = tmp_path / GROUP
    (folder / "raw" / "clients.csv").write_text("client_id;Пол\n1;м\n2;ж\n", encoding="utf-8")
    (folder / "raw" / "feedback.csv").write_text(
        "client_id;instrument;score;answer_date\n1;опрос;пять;01.03.2025\n2;гадание;4;31.02.2025\n",
        encoding="utf-8",
    )
    (folder / "decisions" / "plan.yml").write_text(
        "who: я\nwhen: 2025-01-01\nwhy: так\nmeasures:\n  - {code: М1, segment: a, measure: б, due: завтра}\n",
        encoding="utf-8",
    )
    code, out, err = run("check", "ministry", "2025", "support")
    assert (code, err) == (1, "")
    for said in (
        "пять",
        "C2",
        "гадание",
        "B3",
        "31.02.2025",
        "D3",
        "plan.yml",
        "завтра",
        "Что сделать",
    ):
        assert said in out, said
    assert f"{GROUP}/raw/feedback.csv" in out and str(tmp_path) not in out
    assert re.search(r"ministry 2025 support: \d+.ошиб", out)
    findings = [line for line in out.splitlines() if line.startswith("  ")]
    assert len(findings) == len(set(findings)) >= 4
    kinds = [line.split(":")[0].strip() for line in findings]
    assert kinds == sorted(kinds, key=lambda kind: kind != "ошибка")  # errors first


def test_check_says_once_that_there_are_no_clients(run):
    run(*NEW)
    code, out, _err = run("check", "ministry", "2025")
    assert code == 1
    assert "1\u00a0ошибка" in out
    assert "clients.xlsx" in out


def test_check_passes_good_data(run, tmp_path):
    run(*NEW)
    raw = tmp_path / GROUP / "raw"
    (raw / "clients.csv").write_text("client_id;Пол\n1;м\n2;ж\n", encoding="utf-8")
    code, out, err = run("check", "ministry", "2025")
    assert (code, err) == (0, "")
    assert "ошибка" not in out
    assert not list((tmp_path / GROUP / "work").iterdir())  # checking writes nothing


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_year_without_groups_is_one_sentence(run, command):
    code, out, err = run(command, "nobody", "2025")
    assert (code, out) == (1, "")
    assert "Нет ни одной группы процессов: data/nobody/2025" in err
    assert "list" in err


def test_check_of_an_unknown_group_is_one_sentence(run):
    run(*NEW)
    code, _out, err = run("check", "ministry", "2025", "nogroup")
    assert code == 1
    assert err.startswith(f"Папки группы нет: {GROUP.replace('support', 'nogroup')}")


# ------------------------------------------------------------------------------------ run


def test_run_of_an_unknown_group_says_why_and_makes_no_report(run, tmp_path):
    run(*NEW)
    code, out, err = run("run", "ministry", "2025", "nogroup")
    assert code == 1
    assert "Папки группы нет: data/ministry/2025/nogroup" in out + err
    assert "Отчёт: " not in out
    assert not (tmp_path / "reports" / "ministry" / "2025" / "report.html").exists()


def test_run_refuses_a_group_that_is_a_path(run, tmp_path):
    run(*NEW)
    code, out, err = run("run", "ministry", "2025", "../../other")
    assert (code, out) == (1, "")
    assert "«../../other»" in err
    assert not (tmp_path / "reports").exists()


# ----------------------------------------------------------------------------------- list


def test_list_says_where_each_group_stands(run, tmp_path):
    run(*NEW)
    (tmp_path / GROUP / "raw" / "clients.csv").write_text(
        "client_id;Пол\n1;м\n2;ж\n", encoding="utf-8"
    )
    attributes.run(open_study("ministry", 2025, "support", "attributes", tmp_path))
    code, out, err = run("list")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "ministry 2025 support – Меры поддержки: 1 из 6 шагов; блокнот 02_segments",
        "Всего: 1\u00a0группа.",
    ]


def test_list_of_one_authority(run):
    run(*NEW)
    run("new", "agency", *NEW[2:])
    assert "ministry" not in run("list", "agency")[1]
    assert run("list")[1].count("support –") == 2
    assert run("list", "nobody")[1] == "Всего: 0\u00a0групп.\n"


# ----------------------------------------------------------------------------- dictionary


def test_dictionary_is_written_into_the_root(run, tmp_path):
    code, out, _err = run("dictionary")
    assert code == 0
    assert out.strip() == str(tmp_path / "data" / "README.md")
    assert (tmp_path / "data" / "README.md").read_text("utf-8") == dictionary.data_dictionary()


# --------------------------------------------------------------------------------- misuse


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "не указано: КОМАНДА"),
        (("frobnicate",), "нет значения 'frobnicate'"),
        (("run", "ministry", "2025", "--worker", "3"), "неизвестные аргументы: --worker 3"),
        (("run", "ministry", "год"), "год – целое число"),
        (("run", "ministry", "2025", "--steps", "nostep"), "нет значения 'nostep'"),
        (("run", "ministry", "2025", "--workers", "два"), "'два' не подходит"),
        ((*NEW[:6], "--kind", "alien", "--direction", "support"), "нет значения 'alien'"),
        (("new", "ministry", "2025"), "не указано: group"),
    ],
)
def test_misuse_is_refused_in_russian(misuse, arguments, said):
    text = misuse(*arguments)
    assert said in text
    assert "ошибка" in text and "использование" in text
    assert not re.search(r"\b(usage|error|argument|invalid|required|unrecognized)\b", text)


def test_help_is_russian(capsys):
    for arguments in (["--help"], ["new", "--help"], ["check", "--help"], ["run", "--help"]):
        with pytest.raises(SystemExit) as stopped:
            cli.main(arguments)
        assert stopped.value.code == 0
        text = capsys.readouterr().out
        assert not re.search(r"\b(usage|positional|options|show this)\b", text), text


# ------------------------------------------------------------------- the folder one is in


def test_nothing_depends_on_the_current_folder(tmp_path):
    """From a folder that has `data` of its own, the root is the one that was named, else the project."""
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    (elsewhere / "data" / "stranger" / "2025" / "group").mkdir(parents=True)
    environment = {key: value for key, value in os.environ.items() if key != ROOT_VARIABLE}

    def command(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "client_segments", *arguments],
            cwd=elsewhere, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120,
        )  # fmt: skip

    made = command(*NEW, "--root", str(root))
    assert (made.returncode, made.stderr) == (0, "")
    assert (root / GROUP / "group.yml").is_file()
    listed = command("list", "--root", str(root))
    assert listed.stdout.startswith("ministry 2025 support")
    own = command("list")
    assert "stranger" not in own.stdout
    assert "demo 2025 support" in own.stdout
    assert REPOSITORY.is_dir() and [path.name for path in elsewhere.iterdir()] == ["data"]
