"""Files of the register: where versions and journal records lie, and how damage is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _
from client_segments.profiles.register.versions import (
    UNREADABLE,
    VERSION_FILE,
    Version,
    decode,
)
from client_segments.study import check_code

JOURNAL = "_journal"  # no segment's code begins with an underscore
_JOURNAL_FILE = re.compile(r"(?P<number>\d{6,})\.json", re.ASCII)
_BROKEN_WRITE = re.compile(r"\..+\.part")
RESTORE = _("восстановите папку реестра из резервной копии; файлы реестра не правят и не удаляют.")


def segment_folder(register: Path, group: str, segment: str) -> Path:
    """Return the folder of a segment's versions."""
    return register / group / check_code(segment, _("Сегмент"))


def version_paths(folder: Path) -> list[Path]:
    """Return the version files of a segment, oldest first."""
    if not folder.is_dir():
        return []
    found = [(VERSION_FILE.fullmatch(path.name), path) for path in folder.iterdir()]
    ordered = sorted(
        (int(name["year"]), int(name["number"]), path)
        for name, path in found
        if name and path.is_file()
    )
    return [path for _year, _number, path in ordered]


def journal_paths(group_folder: Path) -> list[Path]:
    """Return the journal records of a group, oldest first."""
    folder = group_folder / JOURNAL
    if not folder.is_dir():
        return []
    return sorted(
        path for path in folder.iterdir() if _JOURNAL_FILE.fullmatch(path.name) and path.is_file()
    )


def year_of(path: Path) -> int:
    """Return the year of a version file."""
    return int(path.name[:4])


def journal_name(version: Version) -> str:
    """Return how the journal names a version: by its place below the group's folder."""
    return f"{version.segment}/{version.file_name}"


def read_version(path: Path) -> Version:
    """Read a version.

    Raises
    ------
    InputError
        If the file is no version of a schema that this workbook has had.
    """
    try:
        return decode(path.read_bytes())
    except UNREADABLE:
        message = _("версия профиля не читается: файл изменён или создан более новой программой.")
        raise InputError([damage("unreadable", message, path)]) from None


def damage(
    rule: str,
    message: str,
    path: Path,
    remedy: str = RESTORE,
    severity: Severity = Severity.ERROR,
) -> Finding:
    """Return a finding on a file of the register."""
    return Finding(severity, f"register_{rule}", message, remedy, place_of(path), clause="10")


def place_of(path: Path) -> str:
    """Return a path of the register as findings show it; no code may be «profiles»."""
    from_register = path.parts[::-1].index("profiles") + 1
    return "/".join(path.parts[-from_register - 2 :])


def strangers(paths: Iterable[Path]) -> Findings:
    """Return findings on files that are no part of the register; rests of broken writes are mute."""
    message = _("посторонний файл в реестре.")
    remedy = _("уберите файл: в реестр пишет только программа.")
    return Findings(
        damage("stranger", message, path, remedy, Severity.WARNING)
        for path in sorted(paths)
        if not _BROKEN_WRITE.fullmatch(path.name)
    )
