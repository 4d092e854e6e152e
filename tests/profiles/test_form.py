"""The form of a profile: the catalogue's, an authority's own, and what may be wrong with one."""

from __future__ import annotations

import pandas as pd
import pytest

from client_segments import study
from client_segments.findings import InputError, Severity
from client_segments.profiles import COMPOSERS, compose, form_path, load_form

RURAL, URBAN = "rural", "urban"
OWN = """\
№;Раздел;Ключ;Поле;Обязательное
10;Очередь;rank;Место в очереди;да
3;Люди;capacity;Сколько их;нет
7;Люди;;Заметка куратора;да
8;Люди;mood;Настроение;нет
"""


def write_own(root, text: str, encoding: str = "cp1251", name: str = "profile_form.csv"):
    path = root / "data" / "ministry" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def test_the_form_that_comes_with_the_workbook_is_known_to_the_code():
    form, findings = load_form(study.REPOSITORY, COMPOSERS)
    assert list(findings) == []
    assert len(form) == 72


def test_an_authority_s_own_form_as_excel_saves_it(tmp_path, inputs):
    """Russian headers, semicolons, Windows-1251: reordered, renamed, dropped, and a field of its own."""
    write_own(tmp_path, OWN)
    form, findings = load_form(tmp_path, COMPOSERS, "ministry")
    assert form["number"].tolist() == [10, 3, 7, 8]
    (finding,) = [item for item in findings if item.severity is not Severity.NOTE]
    assert (finding.rule, finding.found) == ("form_key", "mood")
    assert "Настроение" in finding.message
    fields = compose(inputs, form, {(URBAN, 7): "Позвонить весной"})
    rural = fields[fields["segment_code"] == RURAL]
    assert rural["field"].tolist() == [
        "Место в очереди", "Сколько их", "Заметка куратора", "Настроение",
    ]  # fmt: skip
    assert rural["is_core"].tolist() == [True, False, True, False]
    assert rural["value_text"].iloc[0].startswith("1-е место из 2")
    assert rural["value_text"].iloc[2].startswith("нет данных: поле заполняют люди. Что сделать: ")
    urban = fields[fields["segment_code"] == URBAN]
    assert urban["value_text"].iloc[2] == "Позвонить весной"
    assert urban["is_edited"].tolist() == [False, False, True, False]


def test_an_own_form_may_be_a_workbook(tmp_path):
    rows = [line.split(";") for line in OWN.splitlines()]
    path = tmp_path / "data" / "ministry" / "profile_form.xlsx"
    path.parent.mkdir(parents=True)
    pd.DataFrame(rows[1:], columns=rows[0]).to_excel(path, index=False)
    assert form_path(tmp_path, "ministry") == path
    form, _findings = load_form(tmp_path, COMPOSERS, "ministry")
    assert form["name"].tolist()[0] == "Место в очереди"
    assert form["key"].tolist()[2] == "own7"


def test_other_authorities_have_the_catalogue_s_form(tmp_path):
    write_own(tmp_path, OWN)
    form, _findings = load_form(tmp_path, COMPOSERS, "region")
    assert len(form) == 72


def test_two_own_forms_are_refused(tmp_path):
    write_own(tmp_path, OWN)
    write_own(tmp_path, OWN, name="profile_form.xlsx")
    with pytest.raises(InputError, match="две формы"):
        load_form(tmp_path, COMPOSERS, "ministry")


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("10;Ещё;capacity2x;Повтор номера;да", "form_twice"),
        ("11;Ещё;rank;Повтор ключа;да", "form_twice"),
        ("11;Ещё;Ключ по-русски;Поле;да", "form_value"),
    ],
)
def test_a_broken_form_is_refused_in_words(tmp_path, line, rule):
    write_own(tmp_path, OWN + line + "\n")
    with pytest.raises(InputError) as caught:
        load_form(tmp_path, COMPOSERS, "ministry")
    assert [item.rule for item in caught.value.findings] == [rule]
    assert caught.value.findings[0].file == "data/ministry/profile_form.csv"


@pytest.mark.parametrize("line", ["первое;Ещё;status;Поле;да", "11;Ещё;status;Поле;может быть"])
def test_a_value_that_does_not_fit_is_refused_with_its_place(tmp_path, line):
    write_own(tmp_path, OWN + line + "\n")
    with pytest.raises(InputError) as caught:
        load_form(tmp_path, COMPOSERS, "ministry")
    (finding,) = caught.value.findings
    assert finding.found in line and "6" in finding.cell


def test_a_form_without_a_column_is_refused(tmp_path):
    write_own(tmp_path, "№;Раздел\n1;Люди\n")
    with pytest.raises(InputError):
        load_form(tmp_path, COMPOSERS, "ministry")
