"""A new group's folder: its passport, and templates of the raw tables as Excel files."""

from __future__ import annotations

import io
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from ruamel.yaml import YAML

from client_segments import catalogue, storage
from client_segments.contracts import Column, Kind, TableContract
from client_segments.findings import InputError
from client_segments.language import _
from client_segments.raw_tables import CLIENTS, RAW_TABLES
from client_segments.study import Study

TEMPLATES_FOLDER = "templates"
ATTRIBUTES_SHOWN = 8
"""Sample attributes that a template offers as columns; the rest are in the explanations."""
VALIDATED_ROWS = 10_000
_HEADER_FILL = PatternFill("solid", fgColor="DDE7F0")


def _example(column: Column) -> str:
    if column.codes:
        return "; ".join(column.codes.values())
    return {
        Kind.TEXT: _("текст"),
        Kind.CODE: _("0552"),
        Kind.INTEGER: _("120"),
        Kind.NUMBER: _("4,5"),
        Kind.DATE: _("05.03.2025"),
        Kind.MOMENT: _("05.03.2025 14:30"),
        Kind.FLAG: _("да; нет"),
    }[column.kind]


def _write_header(sheet: Worksheet, headers: list[str]) -> None:
    sheet.append(headers)
    for number, header in enumerate(headers, start=1):
        cell = sheet.cell(row=1, column=number)
        cell.font = Font(bold=True)
        cell.fill = _HEADER_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(number)].width = max(14, min(40, len(header) + 4))
    sheet.freeze_panes = "A2"


def _offer_choices(sheet: Worksheet, columns: tuple[Column, ...]) -> None:
    """Give coded columns a drop-down list, and code columns a text format that keeps zeros."""
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        choices = list(column.codes.values()) if column.codes else []
        if column.kind is Kind.FLAG:
            choices = [_("да"), _("нет")]
        if choices:
            validation = DataValidation(type="list", formula1=f'"{",".join(choices)}"')
            validation.error = _("Выберите значение из списка.")
            sheet.add_data_validation(validation)
            validation.add(f"{letter}2:{letter}{VALIDATED_ROWS}")
        elif column.kind is Kind.CODE:
            sheet.column_dimensions[letter].number_format = "@"


def template(contract: TableContract, samples: list[dict[str, str]]) -> bytes:
    """Return an Excel template of a raw table: a sheet to fill in, and a sheet that explains.

    Parameters
    ----------
    samples
        Sample attributes of the kind of client (rows of the catalogue).
    """
    workbook = Workbook()
    data = workbook.active
    data.title = _("Данные")
    shown = samples[:ATTRIBUTES_SHOWN] if contract is CLIENTS else []
    _write_header(
        data, [*(column.label for column in contract.columns), *(row["name"] for row in shown)]
    )
    _offer_choices(data, contract.columns)
    notes = workbook.create_sheet(_("Пояснения"))
    notes.append([contract.label])
    notes.append([contract.grain])
    notes.append(
        [
            _("Заполненный файл положите в папку raw под именем {name}.xlsx.").format(
                name=contract.name
            )
        ]
    )
    notes.append([])
    headers = [
        _("Столбец"),
        _("Обязателен"),
        _("Что писать"),
        _("Вид значений"),
        _("Пример или список"),
    ]
    notes.append(headers)
    for column in contract.columns:
        required = _("да") if column.required else _("нет")
        notes.append(
            [column.label, required, column.description, column.kind.label, _example(column)]
        )
    if contract.has_attribute_columns:
        notes.append(
            [_("Любой признак"), _("нет"), _attribute_note(contract), _("текст или число"), ""]
        )
    for row in samples if contract is CLIENTS else []:
        notes.append(
            [
                row["name"],
                _("нет"),
                _("Примерный признак {code}.").format(code=row["code"]),
                _("текст"),
                row["values"],
            ]
        )
    _style_notes(notes, len(headers))
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _attribute_note(contract: TableContract) -> str:
    if contract is CLIENTS:
        return _("Сколько угодно столбцов: каждый может стать признаком клиента.")
    return _("Значения признаков – для строк, где идентификатор клиента не указан.")


def _style_notes(sheet: Worksheet, width: int) -> None:
    sheet["A1"].font = Font(bold=True, size=14)
    for cell in sheet[5][:width]:
        cell.font = Font(bold=True)
        cell.fill = _HEADER_FILL
    for letter, size in zip("ABCDE", (30, 13, 60, 30, 60), strict=True):
        sheet.column_dimensions[letter].width = size
    for row in sheet.iter_rows(min_row=6):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def create_group(study: Study, name: str, client_kind: str, direction: str) -> list[Path]:
    """Lay out a new group's folder; return the files written.

    Raises
    ------
    InputError
        If the name is empty, or the folder exists already: nothing is overwritten.
    """
    if not name.strip():
        raise InputError(_("Назовите группу процессов: ключ --name не может быть пустым."))
    if study.folder.exists():
        message = _("Папка группы уже есть: {folder}. Ничего не изменено.")
        raise InputError(message.format(folder=study.name_of(study.folder)))
    for folder in (study.raw_folder, study.decisions_folder, study.work_folder):
        folder.mkdir(parents=True)
    passport = {
        "name": name,
        "client_kind": client_kind,
        "direction": direction,
        "processes": [],
        "sources": [],
        "unit": "",
        "limitations": [],
    }
    text = io.StringIO()
    yaml = YAML()
    yaml.dump(passport, text)
    written = [study.folder / "group.yml"]
    storage.write_text(written[0], text.getvalue())
    samples = catalogue.sample_attributes(study.root, client_kind).to_dict("records")
    for contract in RAW_TABLES:
        path = study.folder / TEMPLATES_FOLDER / f"{contract.name}.xlsx"
        storage.write_bytes(path, template(contract, samples))
        written.append(path)
    return written


def add_authority(root: Path, code: str, name: str) -> None:
    """Add an authority's full name to the root's catalogue, if it is not there."""
    names = catalogue.read(root, "authorities")
    if code in set(names["code"]):
        return
    names.loc[len(names)] = {"code": code, "name": name}
    path = root / "data" / "catalogue" / "authorities.csv"
    storage.write_text(path, names.to_csv(index=False, lineterminator="\n"))
