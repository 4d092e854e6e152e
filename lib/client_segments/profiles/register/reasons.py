"""Why there is a new version, and what changed field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from client_segments.profiles.register.schemas import as_known_by
from client_segments.profiles.register.versions import Version


@dataclass(frozen=True)
class FieldChange:
    """One field of the form that differs between two versions; None where a side lacks it."""

    number: int
    key: str
    before: str | None
    after: str | None


def field_changes(before: Mapping | None, after: Mapping) -> tuple[FieldChange, ...]:
    """Return what differs between two contents, in the order of the fields.

    Parameters
    ----------
    before, after
        Contents of two versions (`Version.content`); without the first there is no change.
    """
    if before is None:
        return ()
    old = {field["key"]: field for field in before["fields"]}
    new = {field["key"]: field for field in after["fields"]}
    return tuple(
        FieldChange(
            int(field["number"]), key,
            old[key]["value"] if key in old else None, new[key]["value"] if key in new else None,
        )
        for key, field in (old | new).items()
        if key not in old or key not in new or old[key]["value"] != new[key]["value"]
    )  # fmt: skip


def changed_fields(parent: Version | None, content: Mapping) -> tuple[dict[str, object], ...]:
    """Return the fields (number, key) whose value differs from the parent's, or are gone."""
    return tuple(
        {"number": change.number, "key": change.key}
        for change in field_changes(parent.content if parent else None, content)
    )


REASON_PARTS = {
    "feedback": ("satisfaction", "problems", "channels"),
    "journey": ("journey",),
    "verification": ("verdicts", "respondents", "criteria"),
}
"""Clause 10: which part of a profile's numbers changes by which work."""


def reasons_of(parent: Version | None, content: Mapping) -> tuple[str, ...]:
    """Return why there is a new version, the most telling reason first.

    What no feedback, journey data or verdict explains (capacity, plan, text) counts as study of
    the journey: clause 10 knows «других исследований в рамках изучения клиентского пути».
    """
    if parent is None:
        return ("new_profile",)
    if content.get("status") == "archived":
        return ("segments",)
    before = as_known_by(parent.content, parent.schema)["numbers"]
    after = as_known_by(content, parent.schema)["numbers"]
    legal = ("legal_act",) if _is_law_changed(before, after) else ()
    reasons = tuple(
        reason
        for reason, parts in REASON_PARTS.items()
        if any(before.get(part) != after.get(part) for part in parts)
    )
    return (*legal, *reasons) or ("journey",)


def _is_law_changed(before: Mapping, after: Mapping) -> bool:
    """Tell whether an act was added, or the regulation's table says something else.

    An act that is no longer listed, or a regulation that was not known before, is no change.
    """
    if set(after.get("legal_acts", ())) - set(before.get("legal_acts", ())):
        return True
    regulations = before.get("regulation"), after.get("regulation")
    return None not in regulations and regulations[0] != regulations[1]
