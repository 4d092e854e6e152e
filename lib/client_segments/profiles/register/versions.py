"""One version of a profile, and the bytes of its file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from client_segments.profiles.register.schemas import KEYS, SCHEMA, upgraded
from client_segments.profiles.register.sources import digest


@dataclass(frozen=True)
class Version:
    """One version of a profile, as recorded.

    Attributes
    ----------
    year, number
        Reported year, and number of the version within it, from 1.
    formed_date
        Date of the newest decision behind it; None where no decision has a date.
    reason, reasons
        Code of `rec.UPDATE_REASONS`; the first, and all that apply.
    changed_fields
        One entry is one field that differs from the parent: number, key.
    content
        Status, fields (number, key, value) and the numbers behind them, in the newest schema.
    inputs
        SHA-256 of each file of the group it was made from, by path below the group's folder.
    parent
        Name and SHA-256 of the parent's file; None for the first version of a segment.
    schema
        Schema of the file it was read from.
    """

    authority: str
    group: str
    segment: str
    segment_name: str
    year: int
    number: int
    formed_date: date | None
    reason: str
    reasons: tuple[str, ...]
    changed_fields: tuple[Mapping[str, object], ...]
    content: Mapping[str, object]
    inputs: Mapping[str, str]
    parent: Mapping[str, str] | None = None
    schema: int = SCHEMA

    @property
    def file_name(self) -> str:
        return f"{self.year}-{self.number:03d}.json"

    def encode(self) -> bytes:
        """Return the bytes of a new version's file: the same version gives the same bytes."""
        return encode(
            {
                "schema": SCHEMA,
                "authority": self.authority,
                "group": self.group,
                "segment": self.segment,
                "segment_name": self.segment_name,
                "year": self.year,
                "version": self.number,
                "formed_date": self.formed_date.isoformat() if self.formed_date else None,
                "parent": self.parent,
                "reason": self.reason,
                "reasons": list(self.reasons),
                "changed_fields": list(self.changed_fields),
                "content": self.content,
                "content_sha256": digest(encode(self.content)),
                "inputs": self.inputs,
            }
        )

    @property
    def file_hash(self) -> str:
        return digest(self.encode())


@dataclass(frozen=True)
class Draft:
    """What a run has composed for one segment, before it is known whether it is new."""

    segment: str
    segment_name: str
    formed_date: date | None
    content: Mapping[str, object]
    inputs: Mapping[str, str]


def encode(content: object) -> bytes:
    """Return the bytes of a file of the register: the same content gives the same bytes."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return (text + "\n").encode("utf-8")


def round_trip(content: Mapping) -> Mapping:
    """Return the content as it will be read back: JSON knows lists and text keys only."""
    return json.loads(encode(content))


UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What `decode` and `is_intact` raise for bytes that are no version."""


def decode(content: bytes) -> Version:
    """Read a version of any schema this workbook has had.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError
        If it is not one.
    """
    recorded = json.loads(content)
    tree = upgraded(recorded)
    formed = tree["formed_date"]
    version = Version(
        tree["authority"], tree["group"], tree["segment"], tree["segment_name"],
        int(tree["year"]), int(tree["version"]),
        date.fromisoformat(formed) if formed else None,
        tree["reason"], tuple(tree["reasons"]), tuple(tree["changed_fields"]),
        tree["content"], tree["inputs"], tree["parent"], recorded["schema"],
    )  # fmt: skip
    _check_parent(version)
    return version


VERSION_FILE = re.compile(r"(?P<year>\d{4})-(?P<number>\d{3,})\.json", re.ASCII)


def _check_parent(version: Version) -> None:
    """Refuse a link that leads elsewhere than to an earlier version of the same segment."""
    if version.parent is None:
        return
    name = VERSION_FILE.fullmatch(version.parent["file"])
    if name is None or set(version.parent) != {"file", "sha256"}:
        raise ValueError("parent")
    if (int(name["year"]), int(name["number"])) >= (version.year, version.number):
        raise ValueError("parent")


def is_intact(content: bytes) -> bool:
    """Tell whether the bytes are a version as the program writes it, of whatever schema.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError
        If they are no version at all.
    """
    tree = json.loads(content)
    return (
        set(tree) == KEYS.get(tree["schema"])
        and encode(tree) == content
        and tree["content_sha256"] == digest(encode(tree["content"]))
    )
