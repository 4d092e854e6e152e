"""Recording of new versions: only what has changed, never over a file that exists."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from client_segments import storage
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _
from client_segments.profiles.register.files import (
    journal_name,
    journal_paths,
    place_of,
    segment_folder,
)
from client_segments.profiles.register.journal import append_record, read_journal
from client_segments.profiles.register.queries import last_version
from client_segments.profiles.register.reasons import changed_fields, reasons_of
from client_segments.profiles.register.schemas import as_known_by
from client_segments.profiles.register.sources import file_hash
from client_segments.profiles.register.verifying import verify_group
from client_segments.profiles.register.versions import Draft, Version, round_trip
from client_segments.study import Study


def record(study: Study, drafts: Sequence[Draft]) -> list[Version]:
    """Append a version for each segment whose content has changed; return those appended.

    The journal is written first, under the next number, and never over an existing file: of two
    runs at once one goes on and the other stops. A run that broke off after that is completed
    by the next one, if it composes what the journal names; otherwise the register is damaged.

    Raises
    ------
    InputError
        If the group's register is damaged, or another run is writing to it.
    """
    register = study.authority_year.register_folder
    group_folder = register / study.group
    journal = journal_paths(group_folder)
    listed, _problems = read_journal(group_folder)
    damages = verify_group(register, study.group)
    new = [version for draft in drafts if (version := _next_version(study, draft)) is not None]
    pending = [item for item in new if listed.get(journal_name(item)) == item.file_hash]
    restored = {place_of(group_folder / journal_name(item)) for item in pending}
    Findings(item for item in damages if item.file not in restored).raise_errors()
    appended = [item for item in new if item not in pending]
    try:
        if appended:
            append_record(group_folder, journal, appended)
        for version in new:
            create(group_folder / journal_name(version), version.encode())
    except FileExistsError:
        message = _("другой запуск в это же время записывает версии профилей этой группы.")
        remedy = _("дождитесь его окончания и выполните шаг ещё раз.")
        place = study.name_of(group_folder)
        finding = Finding(Severity.ERROR, "register_busy", message, remedy, place, clause="10")
        raise InputError([finding]) from None
    return appended


def create(path: Path, content: bytes) -> None:
    """Create a file; one that is there with the same bytes will do."""
    try:
        storage.create_bytes(path, content)
    except FileExistsError:
        if path.read_bytes() != content:
            raise


def _next_version(study: Study, draft: Draft) -> Version | None:
    """Return the version that a draft makes; None where nothing has changed."""
    parent = last_version(study.authority_year, study.group, draft.segment)
    content = round_trip(draft.content)
    is_same_year = parent is not None and parent.year == study.year
    if is_same_year and _is_same(parent, content):
        return None
    number = parent.number + 1 if is_same_year else 1
    reasons = reasons_of(parent, content)
    folder = segment_folder(study.authority_year.register_folder, study.group, draft.segment)
    return Version(
        study.authority, study.group, draft.segment, draft.segment_name, study.year, number,
        draft.formed_date, reasons[0], reasons, changed_fields(parent, content), content,
        draft.inputs,
        {"file": parent.file_name, "sha256": file_hash(folder / parent.file_name)} if parent else None,
    )  # fmt: skip


def _is_same(parent: Version, content: dict) -> bool:
    """Tell whether the content is the parent's, numbers that its schema did not know aside."""
    return as_known_by(parent.content, parent.schema) == as_known_by(content, parent.schema)
