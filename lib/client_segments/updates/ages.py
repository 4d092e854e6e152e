"""Whether the answers of respondents are older than the data they were asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from client_segments.profiles.register import Version
from client_segments.reading import ColumnMapping, find_files, read_columns_decision
from client_segments.study import Study

DATA_OF_KINDS = {
    "journey": ("journey", "feedback", "ratings"),
    "channel": ("channels",),
    "problem": ("problems",),
}
"""Raw tables that a hypothesis of each kind speaks of."""


def outdated_kinds(study: Study, history: Sequence[Version]) -> frozenset[str]:
    """Return kinds of hypotheses whose data changed after the answers did.

    Parameters
    ----------
    history
        Versions of a segment's profile, oldest first: each knows the checksums of its files.

    Notes
    -----
    A file that stands in two versions with the same checksum is the same; the year in which
    answers were last added is that of the version that first has them.
    """
    answered = _last_change(history, _names(study, ("answers",)))
    if answered is None:
        return frozenset()
    changes = {
        kind: _last_change(history, _names(study, tables)) for kind, tables in DATA_OF_KINDS.items()
    }
    return frozenset(
        kind for kind, place in changes.items() if place is not None and place > answered
    )


def _names(study: Study, tables: Sequence[str]) -> frozenset[str]:
    mappings, _findings = read_columns_decision(study)  # their findings are step 1's
    return frozenset(
        path.relative_to(study.folder).as_posix()
        for table in tables
        for path in find_files(study, table, mappings.get(table, ColumnMapping()))
    )


def _last_change(history: Sequence[Version], files: frozenset[str]) -> int | None:
    """Return the place of the last version in which some of the files are others than before."""
    states = [_state(version.inputs, files) for version in history]
    if not states or not states[-1]:
        return None
    place = len(states) - 1
    while place > 0 and states[place - 1] == states[place]:
        place -= 1
    return place


def _state(inputs: Mapping[str, str], files: frozenset[str]) -> dict[str, str]:
    return {file: inputs[file] for file in files if file in inputs}
