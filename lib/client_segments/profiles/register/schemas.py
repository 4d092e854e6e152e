"""Schemas of a version's file: what each added, and how an older one is read.

A recorded file is never rewritten. On reading its tree is brought up to the newest schema, one
step at a time. What a newer schema adds is no change of a profile: two contents are compared by
what the older of them knows.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

SCHEMA = 2

ADDED_NUMBERS: Mapping[int, tuple[tuple[str, str], ...]] = {
    2: (
        ("blind_zone", "low_pct"),
        ("blind_zone", "high_pct"),
        ("problem_reporters", "reporters_count"),
    ),
}
"""Part and name of the numbers that a schema brought."""

ADDED_PARTS: Mapping[int, Mapping[str, object]] = {
    2: {"criteria": {}, "legal_acts": [], "regulation": None},
}
"""Whole parts of the numbers that a schema brought, and what stands for «not known» in older files."""

_KEYS = {
    "schema", "authority", "group", "segment", "segment_name", "year", "version", "formed_date",
    "parent", "reason", "reasons", "changed_fields", "content", "content_sha256", "inputs",
}  # fmt: skip
KEYS: Mapping[int, frozenset[str]] = {1: frozenset(_KEYS), 2: frozenset(_KEYS)}
"""Keys of a file of each schema: it has these and no others."""


def _to_schema_2(tree: dict) -> dict:
    """Add the limits of the blind zone and the number of clients who named problems: unknown."""
    numbers = tree["content"]["numbers"]
    if numbers["blind_zone"]:
        numbers["blind_zone"] |= {"low_pct": None, "high_pct": None}
    numbers["problem_reporters"] = {}
    numbers |= copy.deepcopy(dict(ADDED_PARTS[2]))
    return tree


_UPGRADES: Mapping[int, Callable[[dict], dict]] = {2: _to_schema_2}


def upgraded(tree: Mapping) -> Mapping:
    """Return a file's tree in the newest schema; the tree given stays as it is.

    Raises
    ------
    ValueError, KeyError, TypeError
        If it is of no schema that this workbook has had.
    """
    schema = tree["schema"]
    if schema not in KEYS or isinstance(schema, bool) or set(tree) != KEYS[schema]:
        raise ValueError(f"schema {schema}")
    result = copy.deepcopy(dict(tree))
    for newer in range(schema + 1, SCHEMA + 1):
        result = _UPGRADES[newer](result)
    return result


def as_known_by(content: Mapping, schema: int) -> Mapping:
    """Return a version's content without the numbers that newer schemas than `schema` brought."""
    newer = {place for added, places in ADDED_NUMBERS.items() if added > schema for place in places}
    parts = {part for added, known in ADDED_PARTS.items() if added > schema for part in known}
    numbers = {part: value for part, value in content["numbers"].items() if part not in parts}
    for part, name in sorted(newer):
        values = {key: value for key, value in numbers.get(part, {}).items() if key != name}
        numbers[part] = values
    return {**content, "numbers": numbers}
