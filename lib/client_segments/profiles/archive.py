"""Profiles of segments that are no more: a last version says so, and nothing is deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import pandas as pd

from client_segments import recommendations as rec
from client_segments.profiles import register
from client_segments.profiles.contracts import ARCHIVED_PROFILES
from client_segments.study import Study

ARCHIVED = "archived"


def _last_versions(study: Study) -> list[register.Version]:
    """Return the newest version, up to the year, of every segment that the register knows."""
    folder = study.authority_year.register_folder / study.group
    if not folder.is_dir():
        return []
    codes = sorted(
        path.name for path in folder.iterdir()
        if path.is_dir() and not path.name.startswith(("_", "."))
    )  # fmt: skip
    found = [register.last_version(study.authority_year, study.group, code) for code in codes]
    return [version for version in found if version is not None]


def archived_drafts(
    study: Study, segments: Collection[str], formed_date: date | None, inputs: Mapping[str, str]
) -> list[register.Draft]:
    """Return a last version for each recorded segment that the group has no more.

    Parameters
    ----------
    segments
        Codes of the segments that have a profile now.
    """
    return [
        register.Draft(
            version.segment, version.segment_name, formed_date, _archived(version.content), inputs
        )
        for version in _last_versions(study)
        if version.segment not in segments and version.content["status"] != ARCHIVED
    ]


def _archived(content: Mapping) -> dict[str, object]:
    """Return the content as it was, its status and the field that tells it changed."""
    fields = [
        {**field, "value": rec.PROFILE_STATUSES[ARCHIVED]} if field["key"] == "status" else field
        for field in content["fields"]
    ]
    return {**content, "status": ARCHIVED, "fields": fields}


def archived_table(study: Study) -> pd.DataFrame:
    """Return the archived profiles of a group: table `ARCHIVED_PROFILES`."""
    rows = [
        (version.segment, version.segment_name, version.year, version.number, version.formed_date,
         version.reason)
        for version in _last_versions(study)
        if version.content["status"] == ARCHIVED
    ]  # fmt: skip
    return ARCHIVED_PROFILES.conform(pd.DataFrame(rows, columns=ARCHIVED_PROFILES.column_names))
