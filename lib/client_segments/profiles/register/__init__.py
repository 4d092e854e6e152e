"""Register of profile versions (clause 10): append-only, each file bound to its parent.

data/<authority>/profiles/<group>/<segment>/<year>-<NNN>.json   one file is one version
data/<authority>/profiles/<group>/_journal/<NNNNNN>.json        one file is one recording

A version carries the SHA-256 of its parent's file. A journal record carries the SHA-256 of the
versions it added and of the record before it, so that a change, loss or exchange of any file is
found, the newest included. That the newest records are gone together with the versions they name,
or that all was written anew in step with its hashes, the register cannot tell by itself: step 6
keeps the records it has seen in its table `register_heads` (`work/`), outside the register.
"""

from client_segments.profiles.register.contracts import REGISTER_HEADS
from client_segments.profiles.register.journal import heads_table
from client_segments.profiles.register.queries import (
    history,
    last_version,
    segments_of,
    versions_of_year,
)
from client_segments.profiles.register.reasons import (
    REASON_PARTS,
    FieldChange,
    changed_fields,
    field_changes,
    reasons_of,
)
from client_segments.profiles.register.recording import record
from client_segments.profiles.register.sources import file_hash, input_hashes
from client_segments.profiles.register.verifying import verify, verify_group
from client_segments.profiles.register.versions import SCHEMA, Draft, Version

__all__ = [
    "REASON_PARTS",
    "REGISTER_HEADS",
    "SCHEMA",
    "Draft",
    "FieldChange",
    "Version",
    "changed_fields",
    "field_changes",
    "file_hash",
    "heads_table",
    "history",
    "input_hashes",
    "last_version",
    "reasons_of",
    "record",
    "segments_of",
    "verify",
    "verify_group",
    "versions_of_year",
]
