"""Small tables of the demo's 2025, kept as text: any change of a number is seen in a review.

After a change that is meant, write them anew, read the difference, and commit it with the code:

    python -m pytest tests/golden --write-golden
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from client_segments.contracts import Kind, TableContract
from client_segments.dictionary import STEP_CONTRACTS
from client_segments.study import open_study

FOLDER = Path(__file__).parent / "demo-2025"
GROUPS = ("control", "staff", "support")
TABLES = {
    "attributes": ("attributes",),
    "segments": ("segments", "images", "class_models"),
    "priorities": (
        "capacity", "satisfaction", "problem_uniqueness", "problems", "blind_zone", "priorities",
    ),
    "hypotheses": ("journey_stages", "hypotheses", "research_plan"),
    "validation": ("respondents", "verdicts"),
    "profiles": ("profiles", "measures"),
    "updates": ("segment_changes",),
}  # fmt: skip
"""Tables by step: those a person would read; large ones follow from them or stand in other tests."""
TOLERANCE = 1e-6


def contract_of(step: str, table: str) -> TableContract:
    return next(contract for contract in STEP_CONTRACTS[step] if contract.name == table)


def cases() -> list[tuple[str, str, str]]:
    return [
        (group, step, table)
        for group in GROUPS
        for step, names in TABLES.items()
        for table in names
    ]


def to_csv(frame: pd.DataFrame) -> str:
    """Write a table as text; numbers with the digits that a comparison looks at."""
    return frame.to_csv(
        index=False, lineterminator="\n", float_format="%.9g", date_format="%Y-%m-%d"
    )


@pytest.mark.parametrize(("group", "step", "table"), cases())
def test_a_table_is_as_it_was(demo_by_hand, request, group, step, table):
    contract = contract_of(step, table)
    found = open_study("demo", 2025, group, step, demo_by_hand).read(contract)
    path = FOLDER / group / f"{table}.csv"
    if request.config.getoption("--write-golden"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(to_csv(found), encoding="utf-8")
        pytest.skip("written")
    expected = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert found.columns.tolist() == expected.columns.tolist()
    assert len(found) == len(expected)
    shown = pd.read_csv(pd.io.common.StringIO(to_csv(found)), dtype=str, keep_default_na=False)
    for column in contract.columns:
        if column.kind is Kind.NUMBER and not column.is_list:
            numbers = [
                pd.to_numeric(frame[column.name].replace("", None)).astype("float64")
                for frame in (shown, expected)
            ]
            pd.testing.assert_series_equal(*numbers, rtol=TOLERANCE, atol=TOLERANCE)
        else:
            pd.testing.assert_series_equal(shown[column.name], expected[column.name])


def test_no_golden_table_is_left_over():
    kept = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    assert kept == {f"{group}/{table}.csv" for group, _step, table in cases()}
