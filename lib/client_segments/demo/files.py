"""Files as people send them, with the same bytes for the same table."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pandas as pd
from openpyxl import Workbook

from client_segments import storage

_EPOCH = (2025, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def write_workbook(path: Path, frame: pd.DataFrame, title: str = "") -> None:
    """Write an Excel workbook: dates as text dd.mm.yyyy, and a title above the header if given."""
    book = Workbook(write_only=True)
    book.properties.created = datetime(*_EPOCH)
    sheet = book.create_sheet("Выгрузка")
    if title:
        sheet.append([title])
        sheet.append([])
    sheet.append(list(frame.columns))
    plain = _plain(frame)
    for row in plain.itertuples(index=False, name=None):
        sheet.append([None if value != value else value for value in row])
    stream = io.BytesIO()
    book.save(stream)
    storage.write_bytes(path, _stable(stream.getvalue()))


def write_csv(path: Path, frame: pd.DataFrame, encoding: str = "utf-8") -> None:
    """Write CSV with semicolons and decimal commas."""
    text = _plain(frame).to_csv(index=False, sep=";", decimal=",", lineterminator="\r\n")
    storage.write_bytes(path, text.encode(encoding))


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write Parquet; categories become text, so that any program reads them."""
    categories = frame.select_dtypes("category").columns
    storage.write_table(path, frame.astype(dict.fromkeys(categories, "str")))


def with_words(frame: pd.DataFrame, labels: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Return the frame with Russian labels in place of codes, and «да» / «нет» for flags."""
    result = frame.copy()
    for name in result.columns:
        if name in labels:
            result[name] = result[name].astype("str").map(dict(labels[name]))
        elif pd.api.types.is_bool_dtype(result[name].dtype):
            result[name] = result[name].map({True: "да", False: "нет"})
    return result


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return dates as text, whole numbers without a fraction, categories as text."""
    columns = {}
    for name, column in frame.items():
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            has_clock = (column.dt.normalize() != column).any()
            columns[name] = column.dt.strftime("%d.%m.%Y %H:%M" if has_clock else "%d.%m.%Y")
        elif isinstance(column.dtype, pd.CategoricalDtype):
            columns[name] = column.astype("str")
        elif pd.api.types.is_float_dtype(column.dtype) and (column.dropna() % 1 == 0).all():
            columns[name] = column.astype("Int64").astype("object").where(column.notna(), None)
        else:
            columns[name] = column
    return pd.DataFrame(columns)


def _stable(content: bytes) -> bytes:
    """Take the clock out of an Excel file: times of its parts and the date of saving."""
    result = io.BytesIO()
    moment = f"{datetime(*_EPOCH):%Y-%m-%dT%H:%M:%SZ}".encode()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in sorted(
            source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)
        ):
            part = source.read(name)
            if name == "docProps/core.xml":
                part = _MODIFIED.sub(rb"\g<1>" + moment, part)
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            info.external_attr = 0
            target.writestr(info, part)
    return result.getvalue()
