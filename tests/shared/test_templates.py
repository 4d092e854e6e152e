"""Templates of raw tables: Excel files that a person can fill in without a manual."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from client_segments import catalogue, templates
from client_segments import recommendations as rec
from client_segments.contracts import Kind
from client_segments.findings import InputError
from client_segments.raw_tables import CLIENTS, RAW_TABLES
from client_segments.study import REPOSITORY, Study


def opened(contract, kind="person"):
    samples = catalogue.sample_attributes(REPOSITORY, kind).to_dict("records")
    return load_workbook(io.BytesIO(templates.template(contract, samples)))


@pytest.mark.parametrize("contract", RAW_TABLES, ids=lambda contract: contract.name)
def test_headers_are_the_russian_labels(contract):
    workbook = opened(contract)
    assert workbook.sheetnames == ["Данные", "Пояснения"]
    sheet = workbook["Данные"]
    headers = [cell.value for cell in sheet[1]]
    labels = [column.label for column in contract.columns]
    assert headers[: len(labels)] == labels
    assert len(headers) == len(set(headers))
    assert sheet.max_row == 1  # nothing to delete before filling in
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("contract", RAW_TABLES, ids=lambda contract: contract.name)
def test_the_second_sheet_explains_every_column(contract):
    rows = list(opened(contract)["Пояснения"].iter_rows(values_only=True))
    assert rows[0][0] == contract.label and rows[1][0] == contract.grain
    assert f"{contract.name}.xlsx" in rows[2][0] and "raw" in rows[2][0]
    assert rows[4] == ("Столбец", "Обязателен", "Что писать", "Вид значений", "Пример или список")
    explained = {row[0]: row for row in rows[5:]}
    for column in contract.columns:
        _label, required, description, kind, example = explained[column.label]
        assert required == ("да" if column.required else "нет")
        assert (description, kind) == (column.description, column.kind.label)
        assert example
        for word in (column.codes or {}).values():
            assert word in example
    assert ("Любой признак" in explained) == contract.has_attribute_columns


@pytest.mark.parametrize("kind", rec.CLIENT_KINDS)
def test_the_clients_template_offers_sample_attributes(kind):
    samples = catalogue.sample_attributes(REPOSITORY, kind)["name"].tolist()
    workbook = opened(CLIENTS, kind)
    headers = [cell.value for cell in workbook["Данные"][1]]
    assert headers[len(CLIENTS.columns) :] == samples[: templates.ATTRIBUTES_SHOWN]
    explained = [row[0] for row in workbook["Пояснения"].iter_rows(min_row=6, values_only=True)]
    assert set(samples) <= set(explained)


@pytest.mark.parametrize("contract", RAW_TABLES, ids=lambda contract: contract.name)
def test_closed_lists_are_offered_and_codes_stay_text(contract):
    sheet = opened(contract)["Данные"]
    lists = {
        str(validation.sqref).split(":")[0][:-1]: validation.formula1
        for validation in sheet.data_validations.dataValidation
    }
    for cell, column in zip(sheet[1], contract.columns, strict=False):
        if column.codes:
            assert lists[cell.column_letter] == f'"{",".join(column.codes.values())}"'
            assert len(lists[cell.column_letter]) <= 257  # Excel refuses a longer list
            assert not any("," in word for word in column.codes.values())
        elif column.kind is Kind.FLAG:
            assert lists[cell.column_letter] == '"да,нет"'
        elif column.kind is Kind.CODE:
            assert sheet.column_dimensions[cell.column_letter].number_format == "@"


def test_templates_are_not_taken_for_received_tables(tmp_path):
    """They lie beside `raw`, not in it: an empty template is no table."""
    study = Study("ministry", 2025, "support", "attributes", tmp_path)
    written = templates.create_group(study, "Меры", "person", "support")
    assert all(study.raw_folder not in path.parents for path in written)


def test_an_empty_name_is_refused(tmp_path):
    study = Study("ministry", 2025, "support", "attributes", tmp_path)
    with pytest.raises(InputError):
        templates.create_group(study, " ", "person", "support")
    assert not study.folder.exists()


def test_an_authority_is_added_once(tmp_path):
    templates.add_authority(tmp_path, "ministry", "Министерство, первое")
    templates.add_authority(tmp_path, "ministry", "Министерство второе")
    names = catalogue.read(tmp_path, "authorities")
    assert names.loc[names["code"] == "ministry", "name"].tolist() == ["Министерство, первое"]
    assert catalogue.authority_name(tmp_path, "demo") == catalogue.authority_name(
        REPOSITORY, "demo"
    )
