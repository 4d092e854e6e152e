"""The embedded engine: columns numbered in one pass, clients placed row by row or by pattern."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from client_segments import attributes, segments
from client_segments.engine import Engine, aggregation
from client_segments.engine.value_numbers import number_columns
from client_segments.findings import InputError


@pytest.fixture
def clients() -> pd.DataFrame:
    generator = np.random.default_rng(7)
    codes = {
        name: generator.integers(0, levels + 1, 500)
        for name, levels in (("a", 3), ("b", 4), ("c", 2))
    }
    return pd.DataFrame({"clients_count": 1, "weight": 1.0, **codes})


LEVELS = {"a": 3, "b": 4, "c": 2}


def test_columns_of_several_files_are_numbered_alike(tmp_path):
    texts = ["село", None, "город", "село", "хутор", None, "город", "город"]
    whole = pa.table({"t": texts, "n": pa.array([5, None, 5, 7, 5, 5, 5, 5], pa.int32())})
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    pq.write_table(whole.slice(0, 3), paths[0])
    pq.write_table(whole.slice(3), paths[1], row_group_size=2)
    found = number_columns(paths, ["t", "n"])
    for name, expected in (("t", texts), ("n", ["5", None, "5", "7", "5", "5", "5", "5"])):
        column = found[name]
        values = [None, *column.texts]
        assert [values[number] for number in column.numbers] == expected
        known = pd.Series(expected).dropna()
        assert dict(zip(column.texts, column.counts, strict=True)) == known.value_counts().to_dict()
        first = {text: expected.index(text) for text in column.texts}
        assert dict(zip(column.texts, column.first_rows(), strict=True)) == first


def test_columns_of_many_values_or_other_types_are_left_to_the_engine(tmp_path):
    count = 40_000
    table = pa.table(
        {
            "id": [f"К{number}" for number in range(count)],
            "some": [f"з{number % 300}" for number in range(count)],
            "half": np.arange(count) / 2,
        }
    )
    pq.write_table(table, tmp_path / "c.parquet")
    found = number_columns([tmp_path / "c.parquet"], table.column_names)
    assert set(found) == {"some"}
    assert found["some"].numbers.dtype == np.int16 and len(found["some"].texts) == 300


def test_a_value_that_only_the_dictionary_has_is_no_value(tmp_path):
    column = pa.DictionaryArray.from_arrays(pa.array([0, 2, 0], pa.int8()), ["x", "никто", "y"])
    pq.write_table(pa.table({"t": column}), tmp_path / "d.parquet")
    found = number_columns([tmp_path / "d.parquet"], ["t"])["t"]
    assert found.texts == ["x", "y"] and found.numbers.tolist() == [1, 2, 1]


def by_code(frame: pd.DataFrame) -> pd.DataFrame:
    code = np.where(frame["a"] + frame["b"] > 3, "many", "few")
    return frame.assign(segment_code=code, probability=0.5 + frame["c"] / 8)


@pytest.mark.parametrize("weights", ["alike", "counted"])
def test_rows_and_patterns_come_to_the_same(clients, weights, tmp_path, monkeypatch):
    monkeypatch.setattr(aggregation, "SMALL_ROWS", 10)
    if weights == "counted":
        clients = clients.assign(clients_count=np.arange(500) % 3, weight=np.linspace(0.5, 2, 500))
    found = []
    for number, asked in enumerate((Engine.patterns, Engine.rows)):
        with Engine(clients, LEVELS) as engine:
            engine.assign(list(LEVELS), by_code(asked(engine, list(LEVELS))))
            path = tmp_path / f"{number}.parquet"
            assert engine.client_segments(path) is None
            patterns = tmp_path / f"patterns{number}.parquet"
            table = engine.pattern_segments(
                patterns, list(LEVELS), by_code(asked(engine, list(LEVELS)))
            )
            table = pd.read_parquet(patterns) if table is None else table
            counts = table.astype({"segment_code": "str"}).reset_index(drop=True)
            found.append((engine.segment_values(), engine.segment_codes(), engine.segment_counts(),
                          pd.read_parquet(path), counts))  # fmt: skip
    for one, other in zip(*found, strict=True):
        kind = pd.testing.assert_series_equal if one.ndim == 1 else pd.testing.assert_frame_equal
        kind(one, other, check_dtype=False)
    values, codes, _counts, written, _patterns = found[0]
    assert written["segment_code"].tolist() == codes.tolist()
    assert written.columns.tolist() == segments.CLIENT_SEGMENTS.column_names
    mass = (clients["clients_count"] * clients["weight"]).to_numpy()
    is_one = (codes == "many").to_numpy() & (clients["b"] == 2).to_numpy()
    row = values.set_index(["segment_code", "attribute_code", "value_code"]).loc["many", "b", 2]
    assert row["clients_count"] == clients.loc[is_one, "clients_count"].sum()
    assert row["weight"] == pytest.approx(mass[is_one].sum(), abs=1e-6)


def test_a_row_lost_on_the_way_is_an_error(clients):
    with Engine(clients, LEVELS) as engine:
        rows = by_code(engine.rows(list(LEVELS))).iloc[1:]
        with pytest.raises(InputError, match="разнесено – 499"):
            engine.assign(list(LEVELS), rows)


def test_keys_too_many_for_a_table_are_looked_up_all_the_same(clients, monkeypatch):
    from client_segments.engine import coded_rows

    def placed() -> list[str]:
        with Engine(clients, LEVELS) as engine:
            engine.assign(list(LEVELS), by_code(engine.patterns(list(LEVELS))))
            return engine.segment_codes().tolist()

    expected = placed()
    monkeypatch.setattr(coded_rows, "_DENSE_KEYS", 1)
    assert placed() == expected


def test_step_2_is_the_same_by_rows_and_by_patterns(make_study, at_step, monkeypatch):
    generator = np.random.default_rng(3)
    member = generator.integers(0, 2, 400)
    frame = pd.DataFrame({"client_id": [f"К{number:03d}" for number in range(400)]})
    for number in range(5):
        is_typical = generator.random(400) < 0.85
        frame[f"Признак {number}"] = np.where(member == is_typical, "да", "нет")
    items = "".join(
        f"  - {{code: a{number}, name: Признак {number}, role: forming}}\n" for number in range(5)
    )
    study = make_study({"clients": frame}, {"attributes": "attributes:\n" + items})
    attributes.run(study)
    by_patterns = segments.run(at_step(study, "segments")).tables
    monkeypatch.setattr(aggregation, "ROWS_FROM", 0)
    monkeypatch.setattr(aggregation, "PATTERNS_MAXIMUM", 0)
    result = segments.run(at_step(study, "segments"))
    assert "pattern_segments" not in result.tables  # written by the engine
    for name, table in by_patterns.items():
        pd.testing.assert_frame_equal(result.table(name), table, check_dtype=False, rtol=1e-9)
    probability = by_patterns["client_segments"]["probability"]
    assert probability.between(0.5, 1).all() and probability.nunique() > 3
