"""Decisions of people: YAML files that a person edits by hand or through a widget.

Every file says `who` decided, `when` and `why`. All scalars are read as the text that stands in
the file and typed by a contract only, so `0552` and `нет` stay what they are. Every finding
names the line.
"""

from client_segments.decisions.files import (
    CONTENT_KEYS,
    DECISION_NAMES,
    SIGNATURE_KEYS,
    Decision,
    Tree,
    check_keys,
    decision_path,
    load,
    read_yaml,
    stray_files,
)
from client_segments.decisions.passport import (
    CLIENTS_PLACE,
    GROUP_SETTINGS,
    GroupSettings,
    group_name,
    load_group,
)
from client_segments.decisions.records import records
from client_segments.decisions.saving import save

__all__ = [
    "CLIENTS_PLACE",
    "CONTENT_KEYS",
    "DECISION_NAMES",
    "GROUP_SETTINGS",
    "SIGNATURE_KEYS",
    "Decision",
    "GroupSettings",
    "Tree",
    "check_keys",
    "decision_path",
    "group_name",
    "load",
    "load_group",
    "read_yaml",
    "records",
    "save",
    "stray_files",
]
