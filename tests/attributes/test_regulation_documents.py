"""A regulation as authorities publish it: a Word document with both tables among others."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest

from client_segments import attributes
from client_segments.findings import InputError

CLIENTS = pd.DataFrame(
    {
        "client_id": [f"{number:02d}" for number in range(12)],
        "Категория заявителя": ["Гражданин", "гражданин ", "ИП", "ЮЛ"] * 3,
        "Способ": ["лично"] * 6 + ["представитель"] * 6,
    }
)


def add_table(document, rows: list[list[str]]):
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            table.cell(number, place).text = text
    return table


def write_annex(path: Path) -> None:
    """Write an annex: a table of something else, attributes in merged cells, variants."""
    import docx

    document = docx.Document()
    document.add_paragraph("Приложение № 1 к Административному регламенту")
    add_table(document, [["Сокращение", "Смысл"], ["ЕПГУ", "Единый портал"]])
    table = add_table(
        document,
        [
            ["№ п/п", "Признак\nзаявителя", "Значения признака заявителя"],
            ["1", "Категория заявителя", "Гражданин\nИП"],
            ["", "", "ЮЛ"],
            ["2", "Способ", "лично\nпредставитель"],
        ],
    )
    table.cell(1, 1).merge(table.cell(2, 1))
    variants = add_table(
        document,
        [
            ["№ варианта", "Комбинация значений признаков"],
            ["Результат: «Выдача справки»", ""],
            ["1", "Гражданин; лично"],
            ["2", "ИП или ЮЛ; представитель"],
        ],
    )
    variants.cell(1, 0).merge(variants.cell(1, 1))
    document.save(path)


@pytest.fixture
def group(make_study):
    study = make_study({"clients": CLIENTS})
    return study, study.raw_folder / "regulation.docx"


def test_both_tables_of_a_document_are_read(group):
    study, path = group
    write_annex(path)
    result = attributes.run(study)
    found = result.table("regulation_attributes").set_index("attribute_name")
    assert list(found.index) == ["Категория заявителя", "Способ"]
    variants = result.table("regulation_combinations").set_index("variant_code")
    assert variants["clients_count"].to_dict() == {"1": 4, "2": 4}
    assert not [finding for finding in result.findings if finding.rule == "unread_file"]


def test_a_document_without_known_tables_is_told(group):
    import docx

    study, path = group
    document = docx.Document()
    add_table(document, [["Сокращение", "Смысл"], ["ЕПГУ", "Единый портал"]])
    document.save(path)
    with pytest.raises(InputError, match="нет таблицы с известными заголовками"):
        attributes.run(study)


def test_a_file_that_is_no_document_is_told(group):
    study, path = group
    path.write_bytes(b"not a zip")
    with pytest.raises(InputError, match="не документ Word"):
        attributes.run(study)


def test_a_document_that_unpacks_to_very_much_is_not_unpacked(group):
    study, path = group
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (31 << 20))
    with pytest.raises(InputError, match="слишком большой"):
        attributes.run(study)


def test_entities_of_a_document_are_not_expanded(group):
    study, path = group
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "secret">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", bomb)
    with pytest.raises(InputError, match="DOCTYPE"):
        attributes.run(study)
