"""Reading of one table: files as people make them, and as attackers do."""

from __future__ import annotations

import gzip
import resource
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client_segments.contracts import Column, Kind, TableContract
from client_segments.findings import Finding, Severity
from client_segments.raw_tables import ANSWERS, CLIENTS, ELIGIBILITY, FEEDBACK, JOURNEY, POPULATION
from client_segments.reading import ColumnMapping, RawTable, read_table


def read(paths: Path | list[Path], contract: TableContract = CLIENTS, **mapping) -> RawTable:
    paths = [paths] if isinstance(paths, Path) else paths
    return read_table(paths, contract, ColumnMapping(**mapping), lambda path: path.name)


def read_text(folder: Path, text: str, contract=CLIENTS, encoding="utf-8", **mapping) -> RawTable:
    path = folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return read(path, contract, **mapping)


def book(path: Path, *sheets: list[list], titles: list[str] | None = None) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for number, rows in enumerate(sheets):
        sheet = workbook.create_sheet(titles[number] if titles else f"Лист{number + 1}")
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def rules(table: RawTable) -> dict[str, Severity]:
    return {finding.rule: finding.severity for finding in table.findings}


def finding(table: RawTable, rule: str) -> Finding:
    (found,) = [finding for finding in table.findings if finding.rule == rule]
    return found


def errors(table: RawTable) -> list[str]:
    return sorted(finding.rule for finding in table.findings.errors)


# --- text files -------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_read(tmp_path, encoding):
    table = read_text(tmp_path, RUSSIAN.replace("Омск", "Омск – «№ 1»"), encoding=encoding)
    assert table.frame["client_id"].tolist() == ["0552", "0017"]
    assert table.frame["Район"].tolist() == ["Омск – «№ 1»", "Тара"]
    assert "UTF-16" in finding(table, "encoding").message


@pytest.mark.parametrize("sign", ["^", "~", "#"])
def test_a_delimiter_that_is_not_read_is_named(tmp_path, sign):
    table = read_text(tmp_path, RUSSIAN.replace(";", sign))
    told = finding(table, "delimiter")
    assert told.severity is Severity.ERROR
    assert told.found == sign
    assert "«;»" in told.remedy


def test_a_table_of_one_column_is_not_taken_for_undivided(tmp_path):
    table = read_text(tmp_path, "Время\n14:30\n15:00\n")
    assert "delimiter" not in rules(table)
    assert len(table.frame) == 2


RUSSIAN = "Код клиента;Пол;Район\n0552;женский;Омск\n0017;мужской;Тара\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "cp866", "koi8-r"])
@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
def test_encodings_and_delimiters(tmp_path, encoding, delimiter):
    table = read_text(tmp_path, RUSSIAN.replace(";", delimiter), encoding=encoding)
    assert table.frame["client_id"].tolist() == ["0552", "0017"]
    assert table.frame["Пол"].tolist() == ["женский", "мужской"]
    assert table.attribute_columns == ("Пол", "Район")
    assert not errors(table)
    assert ("encoding" in rules(table)) == (not encoding.startswith("utf-8"))


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "koi8-r"])
@pytest.mark.parametrize(
    "text",
    ["Пол;Возраст\nж;1\n", "ОЦЕНКА;ПОЛ\n5;М\n", "Сегмент;Число клиентов\nПенсионеры № 1;5\n",
     "Мера поддержки;Имеет право\nЕжемесячная выплата «Единое пособие»;да\n"],
)  # fmt: skip
def test_short_russian_text_is_decoded(tmp_path, text, encoding):
    text = (
        text if encoding == "cp1251" else text.replace("№", "N").replace("«", "").replace("»", "")
    )
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    header = text.split("\n")[0].split(";")
    read_headers = read(path, TableContract("any", "", "", "raw", (), True)).attribute_columns
    assert read_headers == tuple(header)


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "koi8-r"])
def test_abbreviations_repeated_in_every_row_do_not_mislead(tmp_path, encoding):
    text = "НОМ_ЗАЯВ;ВИД;ОЦ_ОПЫТ\n" + "S-01;ОПР;5\n" * 50
    decided = read_text(
        tmp_path, text, FEEDBACK, encoding=encoding, columns={"score": "ОЦ_ОПЫТ"},
        codes={"ВИД": {"ОПР": "опрос"}},
    )  # fmt: skip
    assert decided.attribute_columns == ("НОМ_ЗАЯВ", "ВИД")
    assert decided.frame["score"].tolist() == [5] * 50


def test_decimal_commas_do_not_look_like_delimiters(tmp_path):
    text = "Оценка;Вес;Район, город\n4,5;1,25;Омск, центр\n3,5;0,75;Омск, север\n"
    frame = read_text(tmp_path, text, FEEDBACK).frame
    assert frame["score"].tolist() == [4.5, 3.5]
    assert frame["weight"].tolist() == [1.25, 0.75]
    assert frame["Район, город"].tolist() == ["Омск, центр", "Омск, север"]


def test_row_numbers_are_those_of_excel(tmp_path):
    text = (
        'Отчёт "Оценки"\n\nИдентификатор клиента;Вопрос;Оценка\n'
        '1;"в две\nстроки";5\n\n2;коротко;плохо\n'
    )
    table = read_text(tmp_path, text, FEEDBACK)
    assert table.frame["question"].tolist() == ["в две\nстроки", "коротко"]
    problem = finding(table, "value")
    assert (problem.cell, problem.header, problem.found) == ("C6", "Оценка", "плохо")
    assert "число" in problem.expected and "columns.yml" in problem.remedy


def test_hint_for_excel_is_not_a_row(tmp_path):
    table = read_text(tmp_path, "sep=,\nОценка,Пол\nx,ж\n", FEEDBACK)
    assert finding(table, "value").cell == "A2"


def test_ragged_rows_are_told(tmp_path):
    text = "Код клиента;Пол;Район\n1;ж;Омск\n2;м;Омск;лишнее\n3;м\n"
    table = read_text(tmp_path, text)
    longer, shorter = [item for item in table.findings if item.rule == "ragged"]
    assert (longer.severity, longer.cell) == (Severity.ERROR, "строка 3")
    assert (shorter.severity, shorter.cell) == (Severity.WARNING, "строка 4")
    assert len(table.frame) == 3


def test_unclosed_quotes_are_told(tmp_path):
    table = read_text(tmp_path, 'Код клиента;Пол\n1;ж\n2;"м\n3;ж\n4;м\n')
    assert finding(table, "quotes").cell == "строка 3"
    assert table.frame["client_id"].tolist() == ["1"]


def test_quotes_inside_a_field_are_text(tmp_path):
    table = read_text(tmp_path, 'Код клиента;Имя\n1;ООО "Ромашка"\n2;"ООО ""Лютик"""\n')
    assert table.frame["Имя"].tolist() == ['ООО "Ромашка"', 'ООО "Лютик"']
    assert not errors(table)


def test_formula_looking_text_stays_text(tmp_path):
    dangerous = ["=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "=1+1"]
    text = "Код клиента;Текст\n" + "".join(f"{n};{item}\n" for n, item in enumerate(dangerous))
    assert read_text(tmp_path, text).frame["Текст"].tolist() == dangerous


def test_packed_text(tmp_path):
    path = tmp_path / "clients.csv.gz"
    path.write_bytes(gzip.compress(RUSSIAN.encode("cp1251")))
    assert len(read(path).frame) == 2
    path.write_bytes(b"\x1f\x8b broken")
    assert errors(read(path)) == ["not_text"]


@pytest.mark.parametrize(
    "content",
    [bytes(range(256)) * 20, b"PK\x03\x04" + bytes(100), b"a;b\n1;\x00\n", "а;б\n1;2".encode("utf-32-le")],
)  # fmt: skip
def test_garbage_named_csv_is_one_message(tmp_path, content):
    path = tmp_path / "clients.csv"
    path.write_bytes(content)
    table = read(path)
    assert errors(table) == ["not_text"]
    assert table.frame.empty and "client_id" in table.frame


@pytest.mark.parametrize(
    ("content", "rule"), [(b"", "empty_file"), (b"\n\n", "empty_file"), ("Код клиента;Пол\n".encode(), "no_rows")]
)  # fmt: skip
def test_nothing_to_read_is_an_error(tmp_path, content, rule):
    path = tmp_path / "clients.csv"
    path.write_bytes(content)
    table = read(path)
    assert errors(table) == [rule]
    assert table.frame.empty
    assert table.frame.dtypes["clients_count"] == "Int64"


def test_too_many_columns_are_refused(tmp_path):
    table = read_text(tmp_path, "Код клиента;Пол\n1;ж\n" + ";" * 5000 + "x\n")
    assert finding(table, "too_wide").cell == "строка 3"


# --- values -----------------------------------------------------------------------------


def test_numbers_and_days_as_people_write_them(tmp_path):
    text = (
        "Численность, чел.;На дату;Район\n1\u00a0234;05.03.2024;а\n2\u202f345\u202f678;2024-03-06;б\n"
        "12 000;7.3.2024;в\n"
    )
    table = read_text(tmp_path, text, POPULATION)
    assert table.frame["people_count"].tolist() == [1234, 2345678, 12000]
    assert table.frame["as_of_date"].tolist() == [
        pd.Timestamp(2024, 3, 5), pd.Timestamp(2024, 3, 6), pd.Timestamp(2024, 3, 7),
    ]  # fmt: skip
    assert table.frame["as_of_date"].dtype == "datetime64[s]"
    assert not list(table.findings)


@pytest.mark.parametrize("value", ["31.02.2024", "03/2024", "5 марта 2024", "05.03.24", "45356"])
def test_days_are_never_guessed(tmp_path, value):
    table = read_text(tmp_path, f"Численность;На дату\n1;{value}\n", POPULATION)
    assert finding(table, "value").found == value
    assert table.frame["as_of_date"].isna().all()


@pytest.mark.parametrize("value", ["1,234.5", "1.234,5", "12 34", "'5", "5 чел.", "1e3", "—"])
def test_numbers_are_never_guessed(tmp_path, value):
    table = read_text(tmp_path, f'Численность;Район\n"{value}";а\n', POPULATION)
    assert errors(table) == ["value"]
    assert table.frame["people_count"].isna().all()


def test_the_same_mistake_is_one_finding_and_many_are_limited(tmp_path):
    rows = ["плохо"] * 7 + [f"ошибка {number}" for number in range(50)]
    table = read_text(tmp_path, "Оценка;Пол\n" + "".join(f"{row};ж\n" for row in rows), FEEDBACK)
    found = [item for item in table.findings if item.rule == "value"]
    assert (found[0].found, found[0].count, found[0].cell) == ("плохо", 7, "A2")
    assert len(found) == 11
    assert sum(item.count for item in found) == len(rows)


def test_nine_is_not_a_score_until_someone_says_so(tmp_path):
    text = "Оценка;Ожидание\n5;5\n9;4\n9;98\n0;1\n"
    table = read_text(tmp_path, text, FEEDBACK)
    outside = {item.found: item for item in table.findings if item.rule == "outside_scale"}
    assert set(outside) == {"9", "0", "98"}
    assert (outside["9"].count, outside["9"].cell) == (2, "A3")
    assert "от 1 до 5" in outside["9"].expected and "no_answer" in outside["9"].remedy
    assert table.frame["score"].tolist()[0] == 5 and table.frame["score"].isna().sum() == 3

    declared = read_text(
        tmp_path, text, FEEDBACK, no_answer={"score": ("9", "0"), "expectation": ("98",)}
    )
    assert not errors(declared)
    notes = {item.message.split()[0]: item.count for item in declared.findings}
    assert notes == {"9": 2, "0": 1, "98": 1}


def test_the_scale_of_the_row_counts(tmp_path):
    text = "Оценка;Шкала от;Шкала до\n9;0;10\n11;0;10\n3;5;1\n"
    table = read_text(tmp_path, text, FEEDBACK)
    assert table.frame["score"].tolist()[0] == 9
    assert finding(table, "outside_scale").cell == "A3"
    assert finding(table, "scale").cell == "B4"


def test_placeholders_stay_and_are_told(tmp_path):
    words = ["нет данных", "-", "Не указано", "Not Stated", "н/д", "9"]
    text = "Код клиента;Пол\n" + "".join(f"{n};{word}\n" for n, word in enumerate(words))
    table = read_text(tmp_path, text)
    assert table.frame["Пол"].tolist() == words
    told = {item.found for item in table.findings if item.rule == "placeholder"}
    assert told == set(words) - {"9"}
    declared = read_text(tmp_path, text, no_answer={"Пол": tuple(words)})
    assert declared.frame["Пол"].isna().all()
    assert set(rules(declared)) == {"no_answer"}


def test_codes_are_replaced_before_values_are_read(tmp_path):
    text = "Код клиента;Балл;Как получено;SEX\n1;ОТЛИЧНО ;Очно;1\n2;плохо;опрос;2\n3; Нет  ответа;опрос;1\n"
    table = read_text(
        tmp_path, text, FEEDBACK,
        columns={"score": "балл", "instrument": "Как получено", "sex": "sex"},
        codes={"score": {"отлично": "5", "Плохо": "1"}, "instrument": {"очно": "interview"},
               "sex": {"1": "мужской", "2": "женский"}},
        no_answer={"score": ("нет ответа",)},
    )  # fmt: skip
    assert not errors(table)
    assert table.frame["score"].tolist()[:2] == [5, 1] and table.frame["score"].isna().sum() == 1
    assert table.frame["instrument"].tolist() == ["interview", "survey", "survey"]
    assert table.frame["SEX"].tolist() == ["мужской", "женский", "мужской"]
    assert table.attribute_columns == ("SEX",)


def test_decided_codes_of_an_absent_column_are_told(tmp_path):
    table = read_text(tmp_path, RUSSIAN, codes={"возрст": {"1": "2"}})
    assert finding(table, "unknown_wording").found == "возрст"


def test_required_values(tmp_path):
    text = (
        "Номер дела;Этап;Дата и время\n0001;Подача;05.03.2024 14:30\n;Подача;06.03.2024\n3;?;99\n"
    )
    table = read_text(tmp_path, text, JOURNEY, no_answer={"event_time": ("99",)})
    missing = [item for item in table.findings if item.rule == "required"]
    assert [item.cell for item in missing] == ["A3", "C4"]
    assert table.frame["case_id"].tolist()[0] == "0001"
    assert table.frame["event_time"].iloc[0] == datetime(2024, 3, 5, 14, 30)


def test_flags_and_listed_codes(tmp_path):
    text = "Услуга;Имеет право;Обратился\nА;Да;нет\nБ;1;0\nВ;наверное;\n"
    table = read_text(tmp_path, text, ELIGIBILITY)
    assert table.frame["is_entitled"].tolist()[:2] == [True, True]
    assert table.frame["has_applied"].tolist()[:2] == [False, False]
    assert finding(table, "value").found == "наверное"


# --- headers ----------------------------------------------------------------------------


def test_headers_are_folded(tmp_path):
    # Latin C, o, p, e, x in Cyrillic words; NBSP; other case; a line break in a cell
    text = '" ИДЕНТИФИКАТОР\u00a0клиента ";"OЦEHKA";"Шкала\nдo";"Пoл"\n1;5;5;ж\n'
    table = read_text(tmp_path, text, FEEDBACK)
    assert table.frame[["client_id", "score", "scale_max"]].notna().all(axis=None)
    assert table.attribute_columns == ("Пoл",)


def test_identifiers_aliases_and_units(tmp_path):
    assert read_text(tmp_path, "people_count;a\n7;b\n", POPULATION).frame["people_count"][0] == 7
    assert read_text(tmp_path, "Количество;a\n7;b\n", POPULATION).frame["people_count"][0] == 7
    assert (
        read_text(tmp_path, "Численность, чел.;a\n7;b\n", POPULATION).frame["people_count"][0] == 7
    )


def test_title_rows_are_passed_over(tmp_path):
    text = "Численность;;\nпо состоянию на;01.01.2024;\n\nПол;Возраст;Численность\nж;18-30;10\nм;18-30;12\n"
    table = read_text(tmp_path, text, POPULATION)
    assert table.frame["people_count"].tolist() == [10, 12]
    assert table.attribute_columns == ("Пол", "Возраст")


def test_clients_without_any_known_header(tmp_path):
    table = read_text(tmp_path, "Ведомость;\nПол;Возраст\nж;30\nм;31\n")
    assert table.attribute_columns == ("Пол", "Возраст")
    assert rules(table) == {"row_is_client": Severity.NOTE}
    assert len(table.frame) == 2


def test_data_taken_for_a_header_are_told(tmp_path):
    assert "header_is_data" in rules(read_text(tmp_path, "1;30;ж\n2;31;м\n"))


def test_missing_and_duplicate_headers(tmp_path):
    table = read_text(tmp_path, "Этап;Дата и время;Этап\nА;05.03.2024;Б\n", JOURNEY)
    assert errors(table) == ["duplicate_header", "missing_column"]
    assert finding(table, "duplicate_header").cell == "C1"
    missing = finding(table, "missing_column")
    assert "«Номер дела»" in missing.expected and "«Дата и время»" in missing.found
    assert table.frame["stage"].tolist() == ["А"]


def test_two_headers_for_one_column(tmp_path):
    tie = read_text(tmp_path, "Вес;weight;Оценка\n1;2;5\n", FEEDBACK)
    assert errors(tie) == ["two_headers"]
    assert tie.frame["weight"].tolist() == [1] and tie.attribute_columns == ()
    surer = read_text(tmp_path, "Дата;Дата ответа;Оценка\n05.03.2024;06.03.2024;5\n", FEEDBACK)
    assert rules(surer)["two_headers"] is Severity.WARNING
    assert surer.frame["answer_date"].tolist() == [pd.Timestamp(2024, 3, 6)]
    decided = read_text(
        tmp_path, "Оценка;Итоговый балл\n4;5\n", FEEDBACK, columns={"score": "Итоговый балл"},
        ignore=("Оценка",),
    )  # fmt: skip
    assert not list(decided.findings)
    assert decided.frame["score"].tolist() == [5]


def test_header_of_the_decision_must_exist(tmp_path):
    table = read_text(tmp_path, RUSSIAN, columns={"weight": "Вес выборки", "client_id": "ID"})
    missing = {item.expected: item.severity for item in table.findings}
    assert missing == {"«Вес выборки»": Severity.ERROR, "«ID»": Severity.WARNING}


def test_similar_header_is_told(tmp_path):
    table = read_text(tmp_path, "Код клиента;Оцнка\n1;5\n", FEEDBACK)
    assert "«Оценка»" in finding(table, "similar_header").message


def test_their_header_may_be_our_name_of_another_column(tmp_path):
    table = read_text(tmp_path, "score;Балл\nрайон;5\n", FEEDBACK,
                      columns={"score": "Балл", "place": "score"})  # fmt: skip
    assert table.frame["score"].tolist() == [5]
    assert table.frame["place"].tolist() == ["район"]


def test_ignored_headers_are_not_read(tmp_path):
    table = read_text(tmp_path, RUSSIAN, ignore=("район ",))
    assert table.attribute_columns == ("Пол",)


def test_columns_without_header_are_told(tmp_path):
    table = read(
        book(
            tmp_path / "c.xlsx",
            [["Код клиента", "Пол"], ["1", "ж"], ["2", "м", None, "примечание"]],
        )
    )
    stray = finding(table, "no_header")
    assert (stray.cell, stray.found, stray.sheet) == ("D3", "примечание", "Лист1")


def test_tables_without_attributes_refuse_further_columns(tmp_path):
    contract = TableContract(
        "list", "Список", "Одна строка – одно.", "raw", (Column("code", "Код", Kind.CODE, ""),)
    )
    table = read_text(tmp_path, "Код;Лишнее\n01;x\n", contract)
    assert list(table.frame) == ["code"] and finding(table, "unknown_column").header == "Лишнее"


def test_totals_are_not_read(tmp_path):
    text = "Пол;Численность\nж;10\nвсеволожский;1\nИтого:;11\nВсего по области;11\n"
    table = read_text(tmp_path, text, POPULATION)
    assert table.frame["people_count"].tolist() == [10, 1]
    assert [item.cell for item in table.findings] == ["A4", "A5"]
    assert rules(table) == {"totals": Severity.WARNING}


# --- workbooks --------------------------------------------------------------------------


def test_typed_cells(tmp_path):
    rows = [
        ["ИНН", "Оценка", "Дата ответа", "Вес", "Согласен", "Дата визита", "Доля"],
        [552.0, 4, datetime(2024, 3, 5), 1.5, True, datetime(2024, 3, 5), 0.5],
        ["0552", "5", "05.03.2024", "1,5", False, datetime(2024, 3, 6, 14, 30), 12],
    ]
    table = read(book(tmp_path / "f.xlsx", rows), FEEDBACK, columns={"client_id": "ИНН"})
    frame = table.frame
    assert not errors(table)
    assert frame["client_id"].tolist() == ["552", "0552"]
    assert frame["score"].tolist() == [4, 5]
    assert frame["answer_date"].tolist() == [pd.Timestamp(2024, 3, 5)] * 2
    assert frame["weight"].tolist() == [1.5, 1.5]
    assert frame["Согласен"].tolist() == ["да", "нет"]
    assert frame["Дата визита"].tolist() == ["05.03.2024", "06.03.2024 14:30:00"]
    assert frame["Доля"].tolist() == ["0.5", "12"]
    assert str(frame["Доля"].dtype) == "str"


def test_flags_of_excel_are_no_numbers(tmp_path):
    table = read(
        book(
            tmp_path / "e.xlsx",
            [["Услуга", "Имеет право", "Имеют право, число"], ["А", True, True]],
        ),
        ELIGIBILITY,
    )
    assert table.frame["is_entitled"].tolist() == [True]
    assert finding(table, "value").cell == "C2"


def test_what_excel_does_to_codes(tmp_path):
    rows = [["Код респондента", "Способ получения", "Возраст"],
            [40817810099991000000, "опрос", "18-25"], [datetime(2024, 10, 5), "опрос", datetime(2024, 10, 5)]]  # fmt: skip
    table = read(book(tmp_path / "a.xlsx", rows), ANSWERS)
    assert errors(table) == ["code_is_date", "code_lost_digits"]
    assert finding(table, "date_among_text").cell == "C3"
    table = read_text(tmp_path, "Код клиента;Пол\n4,08178E+19;ж\n", CLIENTS)
    assert "code_lost_digits" in errors(table)


def test_title_rows_merged_cells_and_coordinates(tmp_path):
    path = book(
        tmp_path / "c.xlsx",
        [["Сведения об оценках", None, None], [], [None, "Код клиента", "Оценка"],
         [None, "01", 5], [], [None, "02", "шесть"]],
    )  # fmt: skip
    workbook = openpyxl.load_workbook(path)
    workbook.active.merge_cells("A1:C1")
    workbook.active.merge_cells("B6:B7")
    workbook.save(path)
    table = read(path, FEEDBACK)
    assert table.frame["client_id"].tolist() == ["01", "02"]
    problem = finding(table, "value")
    assert (problem.cell, problem.sheet, problem.file) == ("C6", "Лист1", "c.xlsx")
    assert finding(table, "merged").cell == "B6"


def test_formulas(tmp_path):
    path = book(
        tmp_path / "c.xlsx", [["Код клиента", "Оценка"], ["1", "=2+3"], ["2", 4], ["3", "#N/A"]]
    )
    table = read(path, FEEDBACK)
    assert finding(table, "formula").cell == "B2"
    assert finding(table, "excel_error").cell == "B4"
    assert table.frame["score"].isna().tolist() == [True, False, True]


def test_the_best_visible_sheet_is_read(tmp_path):
    data = [["Код клиента", "Оценка"], ["1", 5]]
    path = book(tmp_path / "c.xlsx", [["Пояснения"]], data, [["Код клиента", "Оценка"], ["2", 5]],
                titles=["Титул", "Данные", "Старое"])  # fmt: skip
    workbook = openpyxl.load_workbook(path)
    workbook["Старое"].sheet_state = "hidden"
    workbook.save(path)
    table = read(path, FEEDBACK)
    assert table.frame["client_id"].tolist() == ["1"]
    assert rules(table) == {"other_sheets": Severity.NOTE}

    workbook["Старое"].sheet_state = "visible"
    workbook.save(path)
    assert errors(read(path, FEEDBACK)) == ["sheets"]
    chosen = read(path, FEEDBACK, sheet="старое")
    assert chosen.frame["client_id"].tolist() == ["2"] and not errors(chosen)
    assert errors(read(path, FEEDBACK, sheet="Нет такого")) == ["no_sheet"]


def test_distant_cell_neither_hangs_nor_fills_memory(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["Код клиента", "Пол"])
    workbook.active.append(["1", "ж"])
    workbook.active["CZZ900000"] = 1
    workbook.save(tmp_path / "c.xlsx")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    table = read(tmp_path / "c.xlsx")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
    assert finding(table, "too_long").cell == "CZZ900000"
    assert table.frame["client_id"].tolist() == ["1"]


def test_wide_row_is_refused(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["Код клиента", "Пол"])
    workbook.active.append(["1", "ж"])
    workbook.active["XFD3"] = 1
    workbook.save(tmp_path / "c.xlsx")
    assert finding(read(tmp_path / "c.xlsx"), "too_wide").cell == "XFD3"


def test_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = book(tmp_path / "c.xlsx", [["Код клиента"], ["1"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(120 << 20))
    table = read(path)
    assert "слишком большой" in finding(table, "workbook").message


def _without(path: Path, part: str, replaced: bytes | None = None) -> None:
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            if name != part:
                archive.writestr(name, content)
            elif replaced is not None:
                archive.writestr(name, replaced)


@pytest.mark.parametrize(
    ("part", "replaced"),
    [("xl/worksheets/sheet1.xml", None), ("[Content_Types].xml", None), ("xl/workbook.xml", b"<a"),
     ("xl/worksheets/sheet1.xml", b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="s"><v>999</v></c></row></sheetData></worksheet>'),
     ("xl/worksheets/sheet1.xml", b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>')],
)  # fmt: skip
def test_broken_workbook_is_one_message(tmp_path, part, replaced):
    path = book(tmp_path / "c.xlsx", [["Код клиента"], ["1"]])
    _without(path, part, replaced)
    is_sheet_gone = part.startswith("xl/worksheets") and replaced is None
    assert errors(read(path)) == (["empty_file"] if is_sheet_gone else ["workbook"])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("c.xlsx", b"garbage" * 50, "повреждён"), ("c.xlsx", b"", "повреждён"),
     ("c.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "паролем"),
     ("c.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "паролем")],
)  # fmt: skip
def test_what_is_no_workbook_is_one_message(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    table = read(tmp_path / name)
    assert errors(table) == ["workbook"]
    assert words in finding(table, "workbook").message


# --- parquet ----------------------------------------------------------------------------


def test_parquet(tmp_path):
    frame = pd.DataFrame(
        {
            "client_id": ["0552", "0017", None, "0018"],
            "score": [5, 4, 3, 9],
            "weight": [1.5, None, 2.0, 1.0],
            "answer_date": pd.to_datetime(["2024-03-05"] * 4),
            "Согласен": [True, False, None, True],
            "Пол": pd.Categorical(["ж", "м", "ж", None]),
            "Вложено": [[1], [2], [3], [4]],
        }
    )
    frame.to_parquet(tmp_path / "f.parquet")
    table = read(tmp_path / "f.parquet", FEEDBACK)
    assert table.frame["client_id"].isna().tolist() == [False, False, True, False]
    assert table.frame["weight"].isna().sum() == 1
    assert table.frame["answer_date"].tolist() == [pd.Timestamp(2024, 3, 5)] * 4
    assert table.frame["Согласен"].dropna().tolist() == ["да", "нет", "да"]
    assert table.frame["Пол"].dropna().tolist() == ["ж", "м", "ж"]
    assert finding(table, "outside_scale").cell == "строка 4"
    assert finding(table, "nested_column").header == "Вложено"
    (tmp_path / "f.parquet").write_bytes(b"PAR1 broken PAR1")
    assert errors(read(tmp_path / "f.parquet", FEEDBACK)) == ["parquet"]


# --- clients ----------------------------------------------------------------------------


def test_repeated_clients(tmp_path):
    text = "Код клиента;Пол\n1;ж\n1;ж\n2;м\n2;ж\n2;\n;м\n"
    table = read_text(tmp_path, text)
    assert table.frame["client_id"].fillna("").tolist() == ["1", "2", "2", "2", ""]
    assert finding(table, "duplicate_rows").cell == "A3"
    assert rules(table)["duplicate_rows"] is Severity.WARNING
    conflict = finding(table, "duplicate_clients")
    assert (conflict.severity, conflict.found, conflict.count) == (Severity.ERROR, "2", 2)
    assert finding(table, "no_client_id").cell == "A7"


def test_ready_counts_need_no_identifier(tmp_path):
    text = "Код клиента;Пол;Число клиентов\n;ж;10\n;м;20\n"
    table = read_text(tmp_path, text)
    assert not list(table.findings)
    assert table.frame["clients_count"].tolist() == [10, 20]


def test_split_table(tmp_path):
    first, second = tmp_path / "clients_1.csv", tmp_path / "clients_2.xlsx"
    first.write_text("Код клиента;Пол;Район\n01;ж;Омск\n02;м;Омск\n", encoding="utf-8")
    book(second, [["ПОЛ ", "Возраст", "Код клиента"], ["м", 30, "03"], ["ж", 40, "01"]])
    table = read([first, second])
    assert table.attribute_columns == ("Пол", "Район", "Возраст")
    assert table.frame["Пол"].tolist() == ["ж", "м", "м", "ж"]
    assert table.frame["Возраст"].isna().tolist() == [True, True, False, False]
    conflict = finding(table, "duplicate_clients")
    assert (conflict.file, conflict.cell, conflict.found) == ("clients_2.xlsx", "C3", "01")
    assert table.files == (first, second)


def test_broken_part_does_not_hide_the_others(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"broken")
    (tmp_path / "b.csv").write_text("Код клиента;Вес\n1;x\n", encoding="utf-8")
    table = read([tmp_path / "a.xlsx", tmp_path / "b.csv"])
    assert errors(table) == ["value", "workbook"]
    assert len(table.frame) == 1


def test_unknown_kind_of_file(tmp_path):
    (tmp_path / "a.ods").write_bytes(b"x")
    assert errors(read(tmp_path / "a.ods")) == ["file_kind"]
    assert errors(read(tmp_path / "absent.csv")) == ["not_opened"]


# --- what is written is what is read ----------------------------------------------------

_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя АБВГДЕЖЗИКЛМНОПРСТ0123456789;,|\t\"'=-.\n"
_TEXT = st.text(_LETTERS, max_size=12).map(lambda text: " ".join(text.split(" ")).strip())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.tuples(_TEXT, _TEXT, st.integers(0, 10**9)), min_size=1, max_size=20),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1251", "cp866", "koi8-r"]),
    delimiter=st.sampled_from([";", "\t", ",", "|"]),
)
def test_a_written_frame_is_read_back(tmp_path, rows, encoding, delimiter):
    written = pd.DataFrame(
        [(f"{number:05d}", *row) for number, row in enumerate(rows)],
        columns=["Идентификатор клиента", "Район проживания", "Вид мер", "Число клиентов"],
    )
    path = tmp_path / "clients.csv"
    written.to_csv(path, index=False, sep=delimiter, encoding=encoding, lineterminator="\n")
    table = read(path)
    frame = table.frame
    assert not errors(table)
    assert frame["client_id"].tolist() == written["Идентификатор клиента"].tolist()
    assert frame["clients_count"].tolist() == written["Число клиентов"].tolist()
    for name in ("Район проживания", "Вид мер"):
        assert frame[name].fillna("").tolist() == written[name].str.strip().tolist()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_twenty_thousand_rows_are_read_whole(tmp_path, ending):
    frame = pd.DataFrame({"client_id": [f"{n:06d}" for n in range(20_000)]})
    for column in range(14):
        frame[f"признак {column}"] = (frame.index % (column + 2)).map("значение {}".format)
    path = tmp_path / f"clients.{ending}"
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_excel(path, index=False)
    table = read(path)
    assert table.frame.shape == (20_000, 17) and not list(table.findings)
