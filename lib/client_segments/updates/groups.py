"""What one group brings to the comparison: versions, segments and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from client_segments import decisions
from client_segments.profiles import PROFILE_SOURCES, PROFILES, register
from client_segments.study import Study
from client_segments.updates.contracts import (
    CHANGED_FILES,
    SEGMENT_CHANGES,
)
from client_segments.updates.indicators import Comparison, compare_versions


@dataclass(frozen=True)
class GroupUpdate:
    """What is found for one group before anything is judged."""

    study: Study
    name: str
    comparisons: tuple[Comparison, ...]
    segment_changes: pd.DataFrame
    changed_files: pd.DataFrame


def segment_changes(current: Mapping[str, str], previous: Mapping[str, str]) -> pd.DataFrame:
    """Match segments of two years by code: one row is one segment, this year's first.

    Parameters
    ----------
    current, previous
        Name of each segment by its code; `previous` is empty where there is no last year.
    """
    rows = [
        (code, name, ("continued" if code in previous else "new") if previous else "first")
        for code, name in current.items()
    ]
    rows += [(code, name, "vanished") for code, name in previous.items() if code not in current]
    return SEGMENT_CHANGES.conform(pd.DataFrame(rows, columns=SEGMENT_CHANGES.column_names))


def changed_files(
    now: Mapping[str, str], processed: Mapping[str, str], recorded: Sequence[Mapping[str, str]]
) -> pd.DataFrame:
    """Return the files that differ from what the last recorded versions were made from.

    Parameters
    ----------
    now, processed
        SHA-256 by file: as the files are, and as step 6 last saw them.
    recorded
        The same as stored with the last version of each segment.
    """
    rows = []
    for file in sorted({*now, *processed, *(name for hashes in recorded for name in hashes)}):
        known = {hashes[file] for hashes in recorded if file in hashes}
        is_processed = now.get(file) == processed.get(file)
        if file not in now:
            is_recorded_without = any(file not in hashes for hashes in recorded)
            if not is_recorded_without or not is_processed:
                rows.append((file, "removed", is_processed))
        elif now[file] not in known or not is_processed:
            rows.append((file, "changed" if known else "new", is_processed))
    return CHANGED_FILES.conform(pd.DataFrame(rows, columns=CHANGED_FILES.column_names))


def group_update(study: Study) -> GroupUpdate:
    """Compare the last versions of a group's segments in this year and the last."""
    authority_year = study.authority_year
    group = decisions.load_group(study)
    profiles = study.read(PROFILES)
    current = {
        row.segment_code: register.last_version(
            authority_year, study.group, row.segment_code, study.year
        )
        for row in profiles.itertuples()
    }
    current = {code: version for code, version in current.items() if version is not None}
    last_year = study.year - 1
    previous = {
        code: register.last_version(authority_year, study.group, code, last_year)
        for code in register.segments_of(authority_year, study.group, last_year)
    }
    comparisons = [
        comparison
        for code, version in current.items()
        if code in previous
        for comparison in compare_versions(study.group, previous[code], version, group.unit_forms)
    ]
    processed = dict(study.read(PROFILE_SOURCES).itertuples(index=False, name=None))
    files = changed_files(
        register.input_hashes(study), processed, [version.inputs for version in current.values()]
    )
    matched = segment_changes(
        dict(zip(profiles["segment_code"], profiles["segment_name"], strict=True)),
        {code: version.segment_name for code, version in previous.items()},
    )
    return GroupUpdate(study, group.name, tuple(comparisons), matched, files)
