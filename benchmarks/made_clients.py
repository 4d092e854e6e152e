"""Clients of the demo generator in any number, as step 1 would have read them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.attributes import Attribute, Coder
from client_segments.demo import GroupPlan, draw_segments, make_tables, plan_authority
from client_segments.findings import Findings
from client_segments.raw_tables import CLIENTS
from client_segments.reading import RawTable
from client_segments.segments.rules import All, Condition

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


def planted_rules(coders: Sequence[Coder]) -> list[All]:
    """Return the rules of the named segments, as the decision of the demo has them."""
    by_code = {coder.attribute.code: coder for coder in coders}
    return [
        All(tuple(_condition(by_code[code], values) for code, values in segment.conditions.items()))
        for segment in PLAN.named_segments
    ]


def _condition(coder: Coder, values: Sequence[str]) -> Condition:
    codes = tuple(coder.names.index(value) + 1 for value in values)
    return Condition(coder.attribute.code, codes, ", ".join(values))
