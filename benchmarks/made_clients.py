"""Clients of the demo generator in any number, as step 1 would have read them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from client_segments import recommendations as rec
from client_segments.attributes import Attribute
from client_segments.demo import GroupPlan, draw_segments, make_tables, plan_authority
from client_segments.findings import Findings
from client_segments.raw_tables import CLIENTS
from client_segments.reading import RawTable

PLAN: GroupPlan = plan_authority().group(2025, "support")


def planted_segments(clients_count: int) -> np.ndarray:
    """Return the code of each client's planted segment."""
    codes = np.array([segment.code for segment in PLAN.segments], dtype=object)
    return codes[draw_segments(PLAN, clients_count, rec.SEED)]


def raw_clients(clients_count: int) -> RawTable:
    """Return the clients' table as the reader gives it: text in every attribute column."""
    drawn = make_tables(PLAN, clients_count, names=("clients",))["clients"]
    headers = [attribute.name for attribute in PLAN.attributes if not attribute.bounds]
    frame = drawn[["client_id", *headers]].astype(dict.fromkeys(headers, "str"))
    frame = frame.assign(
        clients_count=pd.array([1] * len(frame), dtype="Int64"), weight=np.ones(len(frame))
    )
    return RawTable(CLIENTS, frame, tuple(headers), (), Findings())


def attribute_list() -> list[Attribute]:
    """Return the planted list of attributes, without numbers."""
    return [
        Attribute(item.code, item.name, role=item.role, values=tuple(item.shares))
        for item in PLAN.attributes
        if not item.bounds
    ]


def forming(attributes: Sequence[Attribute]) -> list[str]:
    """Return the codes of the attributes that segments are made of."""
    return [attribute.code for attribute in attributes if attribute.role == "forming"]


LEVELS = (3, 4, 5, 6, 7, 8, 9, 10, 3, 4, 5, 6)
CLASSES = 8
_MISSING_SHARE = 0.05
_CHUNK = 1_000_000
_CONCENTRATION = {"sharp": 0.15, "ordinary": 1.0}


def write_clients(path: Path, count: int, kind: str) -> None:
    """Write clients of eight planted classes as Parquet: twelve attributes as text, 5 % missing.

    `kind` says how far the classes are from each other: «sharp» ones repeat the same few
    combinations of values, «ordinary» ones hardly any.
    """
    rng = np.random.default_rng(rec.SEED)
    shares = [rng.dirichlet(np.full(k, _CONCENTRATION[kind]), CLASSES) for k in LEVELS]
    names = ["client_id", *(f"Признак {number}" for number in range(1, len(LEVELS) + 1))]
    schema = pa.schema([(name, pa.string()) for name in names])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, count, _CHUNK):
            size = min(_CHUNK, count - start)
            classes = rng.integers(0, CLASSES, size)
            columns = [pa.array([f"К{number}" for number in range(start, start + size)])]
            for name, probabilities in zip(names[1:], shares, strict=True):
                columns.append(_drawn(rng, name, probabilities, classes))
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _drawn(
    rng: np.random.Generator, name: str, probabilities: np.ndarray, classes: np.ndarray
) -> pa.Array:
    bounds = probabilities.cumsum(axis=1)[classes]
    levels = (rng.random(len(classes))[:, None] > bounds).sum(axis=1)
    levels = levels.clip(0, probabilities.shape[1] - 1)
    missing = rng.random(len(classes)) < _MISSING_SHARE
    texts = [f"{name}, значение {number}" for number in range(1, probabilities.shape[1] + 1)]
    codes = pa.array(levels.astype(np.int32), mask=missing)
    return pa.DictionaryArray.from_arrays(codes, texts).cast(pa.string())


def written_attributes() -> list[Attribute]:
    """Return the list of attributes of `write_clients`, each in its order of values."""
    return [
        Attribute(f"a{number}", f"Признак {number}", role="forming")
        for number in range(1, len(LEVELS) + 1)
    ]
