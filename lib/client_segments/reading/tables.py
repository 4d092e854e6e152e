"""Reading of one table from its files: header, rows, values, and what the rows say together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from client_segments.contracts import Column, Kind, TableContract
from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.raw_tables import ANSWERS, CLIENTS, JOURNEY
from client_segments.reading.cells import ColumnReader, Wording
from client_segments.reading.checks import Part, check_clients, check_scale
from client_segments.reading.event_logs import XES_ENDINGS, read_xes_file
from client_segments.reading.forms import DOCUMENT_ENDING, is_form, read_forms
from client_segments.reading.forms.entries import no_places
from client_segments.reading.grids import ASK, Grid
from client_segments.reading.headers import Recogniser, read_header
from client_segments.reading.large_logs import is_large_log, read_large_log
from client_segments.reading.mappings import ColumnMapping
from client_segments.reading.parquet_files import read_parquet_file
from client_segments.reading.rows import data_rows
from client_segments.reading.text_files import read_text_file

WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls")
TEXT_ENDINGS = (".csv", ".txt", ".tsv", ".csv.gz")
ENDINGS = (*WORKBOOK_ENDINGS, *TEXT_ENDINGS, ".parquet", *XES_ENDINGS)
FORM_ENDINGS = (DOCUMENT_ENDING,)
"""Documents: filled forms, and the tables of a regulation."""


@dataclass(frozen=True)
class RawTable:
    """A table as it was received: read, not yet understood.

    Attributes
    ----------
    contract, frame
        The contract, and its columns under their names and dtypes; a column that is absent is
        all empty. Further columns stand under the text of their headers, dtype `str`. One row
        of the frame is what the contract says it is.
    attribute_columns
        Headers of the further columns.
    files
        The files it was read from.
    findings
        Everything there is to say of the files.
    places
        Rows of the frame that came from filled forms, under the row's position: file, sheet,
        cell, origin of the form, hypothesis and the mark of its statement (`reading.forms`).
    """

    contract: TableContract
    frame: pd.DataFrame
    attribute_columns: tuple[str, ...]
    files: tuple[Path, ...]
    findings: Findings
    places: pd.DataFrame = field(default_factory=no_places)

    def value_counts(self, header: str) -> dict[str, int]:
        """Count the rows by the text of a further column; empty cells are left out."""
        return self.frame[header].dropna().value_counts().sort_index().to_dict()

    def identifiers(self, _wanted: pd.Series) -> pd.Series:
        """Return the identifiers of the table."""
        return self.frame["client_id"]


def read_table(
    paths: Sequence[Path],
    contract: TableContract,
    mapping: ColumnMapping,
    name_of: Callable[[Path], str],
) -> RawTable:
    """Read a table from its files, one after another; every problem is a finding.

    Parameters
    ----------
    paths
        The files; their rows are put together in this order.
    contract, mapping
        What the table holds, and what people decided about its columns.
    name_of
        The text under which findings show a path.
    """
    forms = [path for path in paths if is_form(path)] if contract.name == ANSWERS.name else []
    if forms:
        return _with_forms(paths, forms, contract, mapping, name_of)
    recogniser = Recogniser(contract, mapping)
    findings, parts = Findings(), []
    if contract.name == JOURNEY.name and is_large_log(paths, mapping):
        large = read_large_log(paths, recogniser, name_of, partial(_read_column, mapping))
        if large is not None:
            findings.extend(item for part in large for item in part.grid.findings)
            findings.extend(unknown_wordings(recogniser, large))
            frame, attribute_columns, _origin = _put_together(large, contract)
            return RawTable(contract, frame, attribute_columns, tuple(paths), findings)
    for path in paths:
        grids, problems = _open(path, name_of(path), recogniser)
        found = [_read_part(grid, recogniser) for grid in grids if grid.rows_count]
        parts += found
        findings.extend(problems)
        if not found and not problems.errors:
            message = _("в файле нет таблицы: он пуст.")
            findings.add(Finding(Severity.ERROR, "empty_file", message, ASK, name_of(path)))
    findings.extend(unknown_wordings(recogniser, parts))
    if not contract.parts_may_differ:
        findings.extend(_uneven_parts(parts))
    frame, attribute_columns, origin = _put_together(parts, contract)
    if contract.name == CLIENTS.name:
        frame = check_clients(frame, parts, origin, findings)
    return RawTable(contract, frame, attribute_columns, tuple(paths), findings)


def _with_forms(
    paths: Sequence[Path],
    forms: Sequence[Path],
    contract: TableContract,
    mapping: ColumnMapping,
    name_of: Callable[[Path], str],
) -> RawTable:
    """Read filled forms, and below their answers those of ordinary tables."""
    filled = read_forms(forms, name_of)
    others = [path for path in paths if path not in forms]
    if not others:
        return RawTable(contract, filled.frame, (), tuple(paths), filled.findings, filled.places)
    table = read_table(others, contract, mapping, name_of)
    frame = pd.concat([filled.frame, table.frame], ignore_index=True)
    dtypes = {column.name: column.kind.dtype for column in contract.columns}
    findings = Findings([*filled.findings, *table.findings])
    return replace(
        table, frame=frame.astype(dtypes), files=tuple(paths), findings=findings,
        places=filled.places,
    )  # fmt: skip


def _open(path: Path, file: str, recogniser: Recogniser) -> tuple[list[Grid], Findings]:
    """Return the tables of a file: several only of a document."""
    if path.name.lower().endswith(DOCUMENT_ENDING):
        from client_segments.reading.word_tables import read_word_tables  # lxml

        return read_word_tables(path, file, recogniser.score)
    grid, findings = _open_one(path, file, recogniser)
    return [] if grid is None else [grid], findings


def _open_one(path: Path, file: str, recogniser: Recogniser) -> tuple[Grid | None, Findings]:
    name = path.name.lower()
    try:
        path.open("rb").close()
    except OSError:
        message = _("файл не открывается: возможно, он занят другой программой.")
        remedy = _("закройте его в других программах и проверьте права на чтение.")
        return None, Findings([Finding(Severity.ERROR, "not_opened", message, remedy, file)])
    if name.endswith(WORKBOOK_ENDINGS):
        from client_segments.reading.workbooks import read_workbook  # openpyxl is slow to import

        return read_workbook(path, file, recogniser.mapping.sheet, recogniser.score)
    if name.endswith(TEXT_ENDINGS):
        return read_text_file(path, file, lambda rows: recogniser.score(rows)[0])
    if name.endswith(".parquet"):
        return read_parquet_file(path, file)
    if name.endswith(XES_ENDINGS):
        return read_xes_file(path, file)
    message = _("файлы такого вида не читаются.")
    finding = Finding(
        Severity.ERROR, "file_kind", message, ASK, file, found=path.suffix,
        expected=", ".join(ENDINGS),
    )  # fmt: skip
    return None, Findings([finding])


def _read_column(
    mapping: ColumnMapping, grid: Grid, place: int, header: str, name: str, column: Column | None
) -> pd.Series:
    """Read the cells below the header of a grid's column as the decision on it says."""
    wording = Wording.of(
        _decided(mapping.codes, name, header, {}), _decided(mapping.no_answer, name, header, ())
    )
    rows = np.arange(1, grid.rows_count)
    return ColumnReader(grid, place, header, column, wording, mapping.zone).read(rows)


def _read_part(grid: Grid, recogniser: Recogniser) -> Part:
    contract, mapping = recogniser.contract, recogniser.mapping
    header = read_header(grid, recogniser)
    rows = data_rows(grid, header)
    data = {}
    for place, name in header.names.items():
        is_ours = place in header.columns
        wording = decided_wording(mapping, name, header.texts[place])
        column = contract.column(name) if is_ours else None
        reader = ColumnReader(grid, place, header.texts[place], column, wording, mapping.zone)
        data[name if is_ours else header.attributes[place]] = reader.read(rows)
    for place, name in header.also.items():
        wording = Wording.of(mapping.codes.get(name, {}), mapping.no_answer.get(name, ()))
        column = contract.column(name)
        reader = ColumnReader(grid, place, header.texts[place], column, wording, mapping.zone)
        data[name] = reader.read(rows)
    absent = {
        column.name: pd.Series([None] * len(rows), dtype=column.kind.dtype)
        for column in contract.columns
        if column.name not in data
    }
    columns = [*contract.column_names, *(header.attributes.values())]
    frame = pd.DataFrame({**absent, **data}, index=pd.RangeIndex(len(rows)))[columns]
    part = Part(grid, header, rows, frame)
    if not len(rows):
        message = _("под заголовком нет ни одной строки.")
        grid.findings.add(grid.finding(Severity.ERROR, "no_rows", message, ASK, header.row))
        return part
    return check_scale(part) if "scale_min" in contract.column_names else part


def decided_wording(mapping: ColumnMapping, name: str, header: str) -> Wording:
    """Return what is decided of a column's values under our name of it or under its header."""
    return Wording.of(
        _decided(mapping.codes, name, header, {}), _decided(mapping.no_answer, name, header, ())
    )


def _decided(decided, name: str, header: str, default):
    by_folded = {fold(key): value for key, value in decided.items()}
    return decided.get(name, by_folded.get(fold(header), default))


def unknown_wordings(recogniser: Recogniser, parts: list[Part]) -> list[Finding]:
    """Tell of decided codes whose column no file has."""
    mapping = recogniser.mapping
    known = {fold(text) for part in parts for text in part.header.texts.values()}
    known |= {name for part in parts for name in part.header.names.values()}
    message = _(
        "в decisions/columns.yml есть codes или no_answer для столбца, которого нет в файлах."
    )
    remedy = _("исправьте имя столбца в decisions/columns.yml.")
    return [
        Finding(
            Severity.WARNING, "unknown_wording", message, remedy, parts[0].grid.file, found=name
        )
        for name in dict.fromkeys([*mapping.codes, *mapping.no_answer])
        if parts and name not in known and fold(name) not in known
    ]


def _uneven_parts(parts: list[Part]) -> list[Finding]:
    """Tell of columns that some files of a table have and others do not."""
    names = [{fold(name): name for name in part.header.names.values()} for part in parts]
    every = {key: name for found in names for key, name in found.items()}
    message = _("в этом файле нет столбца, который есть в других файлах таблицы: значения пусты.")
    remedy = _("если он назван иначе, {ask}").format(ask=ASK)
    return [
        part.grid.finding(
            Severity.WARNING, "uneven_parts", message, remedy, part.header.row, expected=f"«{name}»"
        )
        for part, found in zip(parts, names, strict=True)
        for key, name in every.items()
        if key not in found
    ]


def _put_together(
    parts: list[Part], contract: TableContract
) -> tuple[pd.DataFrame, tuple[str, ...], np.ndarray]:
    """Put the parts below each other; return also part and row of each row of the whole."""
    headers: dict[str, str] = {}
    frames = []
    for part in parts:
        names = {
            text: headers.setdefault(fold(text), text) for text in part.header.attributes.values()
        }
        frames.append(part.frame.rename(columns=names))
    columns = [*contract.column_names, *headers.values()]
    dtypes = {column.name: column.kind.dtype for column in contract.columns}
    dtypes |= dict.fromkeys(headers.values(), Kind.TEXT.dtype)
    frames = [frame.reindex(columns=columns).astype(dtypes) for frame in frames]
    frame = (
        pd.concat(frames, ignore_index=True)
        if frames
        else pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in dtypes.items()})
    )
    origin = [
        np.column_stack([np.full(len(part.frame), number), np.arange(len(part.frame))])
        for number, part in enumerate(parts)
    ]
    origin = np.vstack(origin) if origin else np.empty((0, 2), dtype=np.int64)
    return frame, tuple(headers.values()), origin
