"""The strict reader against bare pandas, which guesses, on one and the same file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from benchmarks.harness import Line, Settings, compare, peak_memory_mb
from benchmarks.made_clients import PLAN
from client_segments.demo import make_tables
from client_segments.demo.files import write_csv, write_workbook
from client_segments.raw_tables import CLIENTS
from client_segments.reading import ColumnMapping, RawTable, read_table

TITLE = "Reading the clients' table"
_PEAK_CODE = """
from pathlib import Path
from client_segments.raw_tables import CLIENTS
from client_segments.reading import ColumnMapping, read_table
read_table([Path({path!r})], CLIENTS, ColumnMapping(), str)
"""


def run(settings: Settings) -> Iterator[Line]:
    """Measure the reader on CSV and XLSX."""
    count = settings.size(20_000, 1_000)
    clients = make_tables(PLAN, count, names=("clients",))["clients"]
    clients = clients.rename(columns={"client_id": CLIENTS.columns[0].label})
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        text, workbook = Path(folder) / "clients.csv", Path(folder) / "clients.xlsx"
        write_csv(text, clients)
        write_workbook(workbook, clients)
        _check(text, count)
        _check(workbook, count)
        times = compare(
            {
                "strict reader, CSV": lambda: _read(text),
                "pandas.read_csv": lambda: pd.read_csv(text, sep=";", decimal=","),
                "strict reader, XLSX": lambda: _read(workbook),
                "pandas.read_excel": lambda: pd.read_excel(workbook),
            },
            settings.repeats,
        )
        yield Line("rows", count, "rows")
        yield from times.lines("strict reader, CSV", {"pandas.read_csv": ""})
        yield from times.lines("strict reader, XLSX", {"pandas.read_excel": ""})
        if not settings.is_quick:
            for path in (text, workbook):
                peak = peak_memory_mb(_PEAK_CODE.format(path=str(path)))
                yield Line(f"peak memory, {path.suffix[1:].upper()}", peak, "MiB", "child process")


def _read(path: Path) -> RawTable:
    return read_table([path], CLIENTS, ColumnMapping(), str)


def _check(path: Path, count: int) -> None:
    table = _read(path)
    table.findings.raise_errors()
    if len(table.frame) != count:
        raise AssertionError(f"{path.name}: {len(table.frame)} rows read of {count}")
