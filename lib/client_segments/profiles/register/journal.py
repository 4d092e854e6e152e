"""Journal of a group's register: which versions each recording added, chained by hashes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from client_segments import storage
from client_segments.findings import Findings
from client_segments.language import _
from client_segments.profiles.register.contracts import REGISTER_HEADS
from client_segments.profiles.register.files import (
    JOURNAL,
    damage,
    journal_name,
    journal_paths,
    strangers,
)
from client_segments.profiles.register.sources import digest, file_hash
from client_segments.profiles.register.versions import UNREADABLE, Version, encode
from client_segments.study import AuthorityYear, Study

JOURNAL_SCHEMA = 1


def _record_bytes(number: int, parent: str | None, versions: Mapping[str, str]) -> bytes:
    return encode(
        {"schema": JOURNAL_SCHEMA, "number": number, "parent": parent, "versions": versions}
    )


def append_record(group_folder: Path, journal: Sequence[Path], versions: Iterable[Version]) -> None:
    """Write the record after those that were there when the run began.

    Raises
    ------
    FileExistsError
        If another run has written it.
    """
    parent = file_hash(journal[-1]) if journal else None
    number = len(journal) + 1
    added = {journal_name(version): version.file_hash for version in versions}
    path = group_folder / JOURNAL / f"{number:06d}.json"
    storage.create_bytes(path, _record_bytes(number, parent, added))


def read_journal(folder: Path) -> tuple[dict[str, str], Findings]:
    """Return the versions a group's journal names with their hashes, and what is wrong in it."""
    findings = Findings()
    listed: dict[str, str] = {}
    parent = None
    paths = journal_paths(folder)
    for number, path in enumerate(paths, start=1):
        content = path.read_bytes()
        versions = _versions(content)
        expected = folder / JOURNAL / f"{number:06d}.json"
        if path != expected:
            findings.add(damage("journal_lost", _("запись журнала реестра утрачена."), expected))
        elif content != _record_bytes(number, parent, versions):
            findings.add(damage("journal_changed", _("запись журнала реестра изменена."), path))
        listed |= versions
        parent = digest(content)
    if (folder / JOURNAL).is_dir():
        findings.extend(strangers(set((folder / JOURNAL).iterdir()) - set(paths)))
    return listed, findings


def heads_table(study: Study) -> pd.DataFrame:
    """Return table `register_heads`: the journal records of the group's year, for step 6 to keep.

    Records of other years are left to those years' tables: else running a year again after the
    next one would give another table. Records that step 6 has seen before and that are gone stay
    in the table: they are what it is for.
    """
    seen = study.read(REGISTER_HEADS) if study.has(REGISTER_HEADS) else REGISTER_HEADS.empty()
    paths = journal_paths(study.authority_year.register_folder / study.group)
    own = [
        (number, file_hash(path))
        for number, path in enumerate(paths, start=1)
        if _holds(path, study.year)
    ]
    rows = [*own, *seen.itertuples(index=False, name=None)]
    frame = pd.DataFrame(rows, columns=REGISTER_HEADS.column_names).drop_duplicates()
    return REGISTER_HEADS.conform(frame.sort_values(REGISTER_HEADS.column_names, ignore_index=True))


def _versions(content: bytes) -> dict[str, str]:
    """Return the hashes of a record's versions by their names; none where it is not readable."""
    try:
        return {str(key): str(value) for key, value in json.loads(content)["versions"].items()}
    except UNREADABLE:
        return {}


def _holds(path: Path, year: int) -> bool:
    """Return whether a record names a version of the year."""
    names = _versions(path.read_bytes())
    return any(name.rpartition("/")[2].startswith(f"{year}-") for name in names)


def _record_hashes(group_folder: Path) -> list[str]:
    return [file_hash(path) for path in journal_paths(group_folder)]


def check_heads(authority_year: AuthorityYear, group: str) -> Findings:
    """Find records that step 6 has seen, in this year or before, and that are gone or changed."""
    findings = Findings()
    folder = authority_year.register_folder / group
    hashes = dict(enumerate(_record_hashes(folder), start=1))
    lost = {
        int(row.journal_number)
        for study in _studies(authority_year, group)
        if study.has(REGISTER_HEADS)
        for row in study.read(REGISTER_HEADS).itertuples()
        if hashes.get(row.journal_number) != row.sha256
    }
    for number in sorted(lost):
        path = folder / JOURNAL / f"{number:06d}.json"
        findings.add(damage("rolled_back", _ROLLED_BACK, path, _ROLLED_BACK_REMEDY))
    return findings


_ROLLED_BACK = _("записи, которую видел прошлый запуск, нет или она другая: реестр откатили назад.")
_ROLLED_BACK_REMEDY = _(
    "восстановите папку реестра из более новой копии; если реестр решено вести заново, "
    "удалите папки work этой группы за все годы."
)


def _studies(authority_year: AuthorityYear, group: str) -> list[Study]:
    """Return the group in every year up to the authority's that has a folder of it."""
    found = []
    for path in sorted(authority_year.register_folder.parent.glob(f"[0-9][0-9][0-9][0-9]/{group}")):
        year = int(path.parent.name)
        if path.is_dir() and 2000 <= year <= authority_year.year:
            root = authority_year.root
            found.append(Study(authority_year.authority, year, group, "profiles", root))
    return found
