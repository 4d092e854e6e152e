"""What the report tells of one group of processes: its section, part by part."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from client_segments import recommendations as rec
from client_segments.language import _
from client_segments.priorities import ALL_INSTRUMENTS, ALL_MEASURES
from client_segments.profiles import ProfileInputs
from client_segments.report.changes import GroupChanges
from client_segments.report.protected_experience import Experience


@dataclass(frozen=True)
class GroupContent:
    """What the report tells of one group of processes.

    Attributes
    ----------
    code
        Code of the group.
    tables
        Protected tables and the passport of the group.
    experience
        Protected details of satisfaction, journey and channels.
    fields
        One row is one field of one segment's profile, composed from the protected tables.
    profiles
        One row is one segment: status, version and date of its profile.
    checks
        One row is one check of a step: check_code, rule, clause, outcome.
    changes
        What differs from last year, from protected numbers of both years.
    follow_up
        One row is one measure of last year's plan: what came of it, by protected numbers.
    """

    code: str
    tables: ProfileInputs
    experience: Experience
    fields: pd.DataFrame
    profiles: pd.DataFrame
    checks: pd.DataFrame
    changes: GroupChanges
    follow_up: pd.DataFrame

    @property
    def name(self) -> str:
        return self.tables.group.name

    def segment_names(self) -> pd.Series:
        """Names of segments by code."""
        return self.tables.segments.set_index("segment_code")["segment_name"]


def named(group: GroupContent, frame: pd.DataFrame) -> pd.DataFrame:
    """Add names of segments; rows of no segment of the group are left out."""
    frame = frame.assign(segment_name=frame["segment_code"].map(group.segment_names()))
    return frame.dropna(subset=["segment_name"])


def overall(satisfaction: pd.DataFrame) -> pd.DataFrame:
    """Return the row of each segment that has all instruments together."""
    return satisfaction[satisfaction["instrument"] == ALL_INSTRUMENTS]


def all_measures(blind_zone: pd.DataFrame) -> pd.DataFrame:
    """Return the row of each segment that sums up its measures."""
    return blind_zone[blind_zone["measure"] == ALL_MEASURES]


def anchor(group: GroupContent, name: str) -> str:
    """Return the anchor of a part of a group's section."""
    return f"group-{group.code}-{name}"


def caption_of(group: GroupContent, title: str) -> str:
    """Return the caption of a group's table or figure."""
    return _("{title}: {group}").format(title=title, group=group.name)


def passport_rows(group: GroupContent) -> tuple[tuple[str, str], ...]:
    """Return what the passport of a group says, as label and text."""
    settings = group.tables.group
    return (
        (_("Вид клиента"), rec.CLIENT_KINDS[settings.client_kind]),
        (_("Направление деятельности"), rec.DIRECTIONS[settings.direction]),
        (_("Процессы"), "; ".join(settings.processes) or _("не указаны")),
        (_("Ответственное подразделение"), settings.unit or _("не указано")),
    )
