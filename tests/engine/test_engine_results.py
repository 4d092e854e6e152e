"""The same results to the row on DuckDB, PostgreSQL and Spark: the demo's support group."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from client_segments import attributes, segments
from client_segments.reading import load_raw
from client_segments.study import REPOSITORY, Study, open_study
from client_segments.values import parse_number

CLIENT_TABLES = ("coded_clients", "client_segments")


def copy_group(root: Path) -> Study:
    """Lay out what people sent and decided for the demo's support group."""
    shutil.copytree(
        REPOSITORY / "data" / "demo" / "2025" / "support",
        root / "data" / "demo" / "2025" / "support",
        ignore=shutil.ignore_patterns("work", "truth"),
    )
    shutil.copytree(REPOSITORY / "data" / "catalogue", root / "data" / "catalogue")
    return open_study("demo", 2025, "support", "attributes", root)


def typed_clients(study: Study) -> pa.Table:
    """Return the clients as a database holds them: typed, numbers as numbers, no cell as text."""
    raw = load_raw(study, "clients")
    frame = raw.frame[["client_id", *raw.attribute_columns]].copy()
    for header in raw.attribute_columns:
        try:
            numbers = [parse_number(text) for text in frame[header].dropna()]
        except ValueError:
            continue
        frame.loc[frame[header].notna(), f"{header} (число)"] = numbers
        frame = frame.drop(columns=header).rename(columns={f"{header} (число)": header})
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)


def put_elsewhere(study: Study, place: str) -> None:
    """Take the clients out of `raw/` and say in `group.yml` where they are."""
    for path in study.raw_folder.glob("clients*"):
        path.unlink()
    passport = study.folder / "group.yml"
    passport.write_text(passport.read_text("utf-8") + f"clients:\n{place}", "utf-8")


def run_both(study: Study) -> dict[str, pd.DataFrame]:
    """Do steps 1 and 2; return their tables as they were written."""
    attributes.run(study)
    second = Study(study.authority, study.year, study.group, "segments", study.root)
    segments.run(second)
    tables = {}
    for contract in (*attributes.CONTRACTS, *segments.CONTRACTS):
        frame = second.read(contract)
        if contract.name in CLIENT_TABLES:
            frame = frame.sort_values("client_id", ignore_index=True)
        tables[contract.name] = frame
    return tables


@pytest.fixture(scope="module")
def from_cells(tmp_path_factory) -> tuple[Study, dict[str, pd.DataFrame]]:
    """The tables that the reader of cells leads to."""
    study = copy_group(tmp_path_factory.mktemp("cells"))
    return study, run_both(study)


def assert_same(tables: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    assert tables.keys() == expected.keys()
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(frame, expected[name], check_exact=True, obj=name)


def test_parquet_files_in_the_embedded_engine(from_cells, tmp_path):
    study, expected = from_cells
    other = copy_group(tmp_path)
    clients = typed_clients(study)
    for path in other.raw_folder.glob("clients*"):
        path.unlink()
    half = len(clients) // 2
    pq.write_table(clients.slice(0, half), other.raw_folder / "clients_1.parquet")
    pq.write_table(clients.slice(half), other.raw_folder / "clients_2.parquet")
    assert_same(run_both(other), expected)
    # Rows of files stay in their order: file after file.
    second = Study(other.authority, other.year, other.group, "segments", tmp_path)
    for contract in (attributes.CODED_CLIENTS, segments.CLIENT_SEGMENTS):
        assert second.read(contract)["client_id"].tolist() == clients["client_id"].to_pylist()


def test_a_table_in_postgresql(from_cells, tmp_path, postgresql):
    study, expected = from_cells
    other = copy_group(tmp_path)
    postgresql.load("клиенты", typed_clients(study))
    postgresql.execute("CREATE SCHEMA IF NOT EXISTS итоги")
    put_elsewhere(
        other,
        "  engine: postgresql\n  table: public.клиенты\n"
        f"  url_variable: {postgresql.variable}\n  segments_table: итоги.сегменты\n",
    )
    assert_same(run_both(other), expected)
    written = postgresql.fetch("SELECT * FROM итоги.сегменты ORDER BY client_id").to_pandas()
    ours = expected["client_segments"][["client_id", "segment_code", "probability"]]
    pd.testing.assert_frame_equal(written, ours, check_dtype=False)
    record = "".join(
        path.read_bytes().decode("latin-1") for path in other.folder.rglob("*") if path.is_file()
    )
    assert postgresql.url not in record
    assert os.environ[postgresql.variable] == postgresql.url


def test_parquet_files_and_a_table_on_spark(from_cells, tmp_path, spark):
    study, expected = from_cells
    other = copy_group(tmp_path)
    folder = tmp_path / "spark-files"
    folder.mkdir()
    pq.write_table(typed_clients(study), folder / "part.parquet")
    put_elsewhere(
        other, f"  engine: spark\n  parquet: {folder}\n  segments_table: segments_of_clients\n"
    )
    assert_same(run_both(other), expected)
    written = spark.sql("SELECT * FROM segments_of_clients ORDER BY client_id").toArrow()
    ours = expected["client_segments"][["client_id", "segment_code", "probability"]]
    pd.testing.assert_frame_equal(written.to_pandas(), ours, check_dtype=False)
