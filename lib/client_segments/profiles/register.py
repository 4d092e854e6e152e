"""Register of profile versions (clause 10): append-only, each file bound to its parent.

data/<authority>/profiles/<group>/<segment>/<year>-<NNN>.json   one file is one version
data/<authority>/profiles/<group>/_journal/<NNNNNN>.json        one file is one recording

A version carries the SHA-256 of its parent's file. A journal record carries the SHA-256 of the
versions it added and of the record before it, so that a change, loss or exchange of any single
file is found, the newest included. What no register without an outside witness can find is the
loss of the newest journal record together with all the versions it names.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from client_segments import storage
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _
from client_segments.study import AuthorityYear, Study, check_code

SCHEMA = 1
JOURNAL = "_journal"  # no segment's code begins with an underscore
_VERSION_FILE = re.compile(r"(?P<year>\d{4})-(?P<number>\d{3,})\.json")
_JOURNAL_FILE = re.compile(r"(?P<number>\d{6,})\.json")
_RESTORE = _("восстановите папку реестра из резервной копии; файлы реестра не правят и не удаляют.")


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
        Status, fields (number, key, value) and the numbers behind them.
    inputs
        SHA-256 of each file of the group it was made from, by path below the group's folder.
    parent
        Name and SHA-256 of the parent's file; None for the first version of a segment.
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

    @property
    def file_name(self) -> str:
        return f"{self.year}-{self.number:03d}.json"

    @property
    def content_hash(self) -> str:
        return _digest(_encode(self.content))

    def encode(self) -> bytes:
        """Return the bytes of the version's file: the same version gives the same bytes."""
        return _encode(
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
                "content_sha256": self.content_hash,
                "inputs": self.inputs,
            }
        )

    @property
    def file_hash(self) -> str:
        return _digest(self.encode())


def _encode(content: object) -> bytes:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return (text + "\n").encode("utf-8")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def input_hashes(study: Study) -> dict[str, str]:
    """Return the SHA-256 of `group.yml` and of each raw and decision file of a group."""
    folders = (study.raw_folder, study.decisions_folder)
    paths = [study.folder / "group.yml"]
    paths += [path for folder in folders if folder.is_dir() for path in folder.rglob("*")]
    return {
        path.relative_to(study.folder).as_posix(): file_hash(path)
        for path in sorted(paths)
        if path.is_file() and not path.name.startswith((".", "~$"))
    }


def _decode(content: bytes) -> Version:
    """Read a version of any schema this workbook has had.

    Raises
    ------
    ValueError, KeyError, TypeError
        If it is not one.
    """
    tree = json.loads(content)
    if tree["schema"] != SCHEMA:
        raise ValueError(f"schema {tree['schema']}")
    formed = tree["formed_date"]
    return Version(
        tree["authority"], tree["group"], tree["segment"], tree["segment_name"],
        int(tree["year"]), int(tree["version"]),
        date.fromisoformat(formed) if formed else None,
        tree["reason"], tuple(tree["reasons"]), tuple(tree["changed_fields"]),
        tree["content"], tree["inputs"], tree["parent"],
    )  # fmt: skip


def _segment_folder(register: Path, group: str, segment: str) -> Path:
    return register / group / check_code(segment, _("Сегмент"))


def _version_paths(folder: Path) -> list[Path]:
    """Version files of a segment, oldest first."""
    if not folder.is_dir():
        return []
    found = [(_VERSION_FILE.fullmatch(path.name), path) for path in folder.iterdir()]
    ordered = sorted((int(m["year"]), int(m["number"]), path) for m, path in found if m)
    return [path for _year, _number, path in ordered]


def _read(path: Path) -> Version:
    try:
        return _decode(path.read_bytes())
    except (ValueError, KeyError, TypeError, AttributeError):
        message = _("версия профиля не читается: файл изменён или создан более новой программой.")
        raise InputError([_finding("unreadable", message, path)]) from None


def last_version(
    authority_year: AuthorityYear, group: str, segment: str, year: int | None = None
) -> Version | None:
    """Return the newest version of a segment: of `year`, or of any year up to the authority's.

    Raises
    ------
    InputError
        If its file cannot be read.
    """
    folder = _segment_folder(authority_year.register_folder, group, segment)
    versions = [
        path
        for path in _version_paths(folder)
        if (int(path.name[:4]) == year if year else int(path.name[:4]) <= authority_year.year)
    ]
    return _read(versions[-1]) if versions else None


def segments_of(authority_year: AuthorityYear, group: str, year: int) -> list[str]:
    """Codes of the segments of a group that have a version in a year, in alphabetical order."""
    folder = authority_year.register_folder / group
    if not folder.is_dir():
        return []
    return sorted(
        path.name
        for path in folder.iterdir()
        if path.is_dir() and any(file.name.startswith(f"{year}-") for file in _version_paths(path))
    )


def history(authority_year: AuthorityYear, group: str, segment: str) -> tuple[Version, ...]:
    """Return the versions that led to the newest one of the authority's year, oldest first.

    Parents are followed, so that what is recorded later for an earlier year changes nothing.
    """
    version = last_version(authority_year, group, segment, authority_year.year)
    chain: list[Version] = []
    folder = _segment_folder(authority_year.register_folder, group, segment)
    while version is not None:
        chain.append(version)
        parent = version.parent
        version = _read(folder / parent["file"]) if parent else None
    return tuple(reversed(chain))


def changed_fields(parent: Version | None, content: Mapping) -> tuple[dict[str, object], ...]:
    """Return the fields (number, key) whose value differs from the parent's, or are gone."""
    if parent is None:
        return ()
    before = {field["key"]: field for field in parent.content["fields"]}
    after = {field["key"]: field for field in content["fields"]}
    return tuple(
        {"number": field["number"], "key": key}
        for key, field in (before | after).items()
        if key not in before or key not in after or before[key]["value"] != field["value"]
    )


REASON_PARTS = {
    "feedback": ("satisfaction", "problems", "channels"),
    "journey": ("journey",),
    "verification": ("verdicts", "respondents"),
}
"""Clause 10: which part of a profile's numbers changes by which work."""


def reasons_of(parent: Version | None, content: Mapping) -> tuple[str, ...]:
    """Return why there is a new version, the most telling reason first.

    What no feedback, journey data or verdict explains (capacity, plan, text) counts as study of
    the journey: clause 10 knows «других исследований в рамках изучения клиентского пути».
    """
    if parent is None:
        return ("new_profile",)
    before, after = parent.content["numbers"], content["numbers"]
    reasons = tuple(
        reason
        for reason, parts in REASON_PARTS.items()
        if any(before.get(part) != after.get(part) for part in parts)
    )
    return reasons or ("journey",)


@dataclass(frozen=True)
class Draft:
    """What a run has composed for one segment, before it is known whether it is new."""

    segment: str
    segment_name: str
    formed_date: date | None
    content: Mapping[str, object]
    inputs: Mapping[str, str]


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
    journal = _journal_paths(group_folder)
    listed, _problems = _read_journal(group_folder)
    damage = verify_group(register, study.group)
    new = [version for draft in drafts if (version := _next_version(study, draft)) is not None]
    pending = [item for item in new if listed.get(_journal_name(item)) == item.file_hash]
    restored = {_place(group_folder / _journal_name(item)) for item in pending}
    Findings(item for item in damage if item.file not in restored).raise_errors()
    appended = [item for item in new if item not in pending]
    try:
        if appended:
            _append_to_journal(group_folder, journal, appended)
        for version in new:
            _create(group_folder / _journal_name(version), version.encode())
    except FileExistsError:
        message = _("другой запуск в это же время записывает версии профилей этой группы.")
        remedy = _("дождитесь его окончания и выполните шаг ещё раз.")
        place = study.name_of(group_folder)
        finding = Finding(Severity.ERROR, "register_busy", message, remedy, place, clause="10")
        raise InputError([finding]) from None
    return appended


def _create(path: Path, content: bytes) -> None:
    """Create a file; one that is there with the same bytes will do."""
    try:
        storage.create_bytes(path, content)
    except FileExistsError:
        if path.read_bytes() != content:
            raise


def _next_version(study: Study, draft: Draft) -> Version | None:
    parent = last_version(study.authority_year, study.group, draft.segment)
    number = parent.number + 1 if parent and parent.year == study.year else 1
    if parent and parent.year == study.year and parent.content == _round_trip(draft.content):
        return None
    reasons = reasons_of(parent, draft.content)
    folder = _segment_folder(study.authority_year.register_folder, study.group, draft.segment)
    return Version(
        study.authority, study.group, draft.segment, draft.segment_name, study.year, number,
        draft.formed_date, reasons[0], reasons, changed_fields(parent, draft.content),
        _round_trip(draft.content), draft.inputs,
        {"file": parent.file_name, "sha256": file_hash(folder / parent.file_name)} if parent else None,
    )  # fmt: skip


def _round_trip(content: Mapping) -> Mapping:
    """Return the content as it will be read back: JSON knows lists and text keys only."""
    return json.loads(_encode(content))


def _journal_paths(group_folder: Path) -> list[Path]:
    folder = group_folder / JOURNAL
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _JOURNAL_FILE.fullmatch(path.name))


def _journal_record(number: int, parent: str | None, versions: Mapping[str, str]) -> bytes:
    return _encode({"schema": SCHEMA, "number": number, "parent": parent, "versions": versions})


def _journal_name(version: Version) -> str:
    return f"{version.segment}/{version.file_name}"


def _append_to_journal(
    group_folder: Path, journal: Sequence[Path], versions: Iterable[Version]
) -> None:
    """Write the record after those that were there when the run began."""
    parent = file_hash(journal[-1]) if journal else None
    number = len(journal) + 1
    added = {_journal_name(version): version.file_hash for version in versions}
    path = group_folder / JOURNAL / f"{number:06d}.json"
    storage.create_bytes(path, _journal_record(number, parent, added))


def verify(authority_year: AuthorityYear) -> Findings:
    """Find every change, loss or exchange of files in an authority's register."""
    findings = Findings()
    register = authority_year.register_folder
    if register.is_dir():
        for path in sorted(register.iterdir()):
            if path.is_dir():
                findings.extend(verify_group(register, path.name))
            else:
                findings.extend(_strangers([path]))
    return findings


def _finding(
    rule: str,
    message: str,
    path: Path,
    remedy: str = _RESTORE,
    severity: Severity = Severity.ERROR,
) -> Finding:
    return Finding(severity, f"register_{rule}", message, remedy, _place(path), clause="10")


def _place(path: Path) -> str:
    """Return a path of the register as findings show it; no code may be «profiles»."""
    from_register = path.parts[::-1].index("profiles") + 1
    return "/".join(path.parts[-from_register - 2 :])


def _strangers(paths: Iterable[Path]) -> Findings:
    """Return findings on files that are no part of the register; rests of broken writes are mute."""
    message = _("посторонний файл в реестре.")
    remedy = _("уберите файл: в реестр пишет только программа.")
    return Findings(
        _finding("stranger", message, path, remedy, Severity.WARNING)
        for path in sorted(paths)
        if not path.name.startswith(".")
    )


def verify_group(register: Path, group: str) -> Findings:
    """Find every change, loss or exchange of files in a group's part of the register."""
    folder = register / group
    findings = Findings()
    if not folder.is_dir():
        return findings
    listed, problems = _read_journal(folder)
    findings.extend(problems)
    hashes: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if path.name == JOURNAL:
            continue
        if not path.is_dir():
            findings.extend(_strangers([path]))
            continue
        hashes |= {f"{path.name}/{file.name}": file_hash(file) for file in _version_paths(path)}
        findings.extend(_verify_segment(path, register.parent.name, group))
    findings.extend(_compare(folder, listed, hashes))
    return findings


def _compare(folder: Path, listed: Mapping[str, str], found: Mapping[str, str]) -> Findings:
    """Compare the versions that the journal names with those that are there."""
    findings = Findings()
    for name in sorted(listed.keys() | found.keys()):
        path = folder / name
        if name not in found:
            findings.add(_finding("lost", _("версия профиля утрачена."), path))
        elif name not in listed:
            message = _("версии профиля нет в журнале реестра: файл подложен или его пишут сейчас.")
            remedy = _("повторите проверку; если сообщение осталось, восстановите реестр из копии.")
            findings.add(_finding("not_listed", message, path, remedy))
        elif listed[name] != found[name]:
            message = _("версия профиля изменена или подменена после записи.")
            findings.add(_finding("changed", message, path))
    return findings


def _read_journal(folder: Path) -> tuple[dict[str, str], Findings]:
    """Return the versions a group's journal names with their hashes, and what is wrong in it."""
    findings = Findings()
    listed: dict[str, str] = {}
    parent = None
    paths = _journal_paths(folder)
    for number, path in enumerate(paths, start=1):
        content = path.read_bytes()
        try:
            versions = {
                str(key): str(value) for key, value in json.loads(content)["versions"].items()
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            versions = {}
        expected = folder / JOURNAL / f"{number:06d}.json"
        if path != expected:
            findings.add(_finding("journal_lost", _("запись журнала реестра утрачена."), expected))
        elif content != _journal_record(number, parent, versions):
            findings.add(_finding("journal_changed", _("запись журнала реестра изменена."), path))
        listed |= versions
        parent = _digest(content)
    if (folder / JOURNAL).is_dir():
        findings.extend(_strangers(set((folder / JOURNAL).iterdir()) - set(paths)))
    return listed, findings


def _verify_segment(folder: Path, authority: str, group: str) -> Findings:
    """Check every version of a segment: that it is itself, and that its parent is its parent."""
    findings = Findings()
    known: dict[str, str] = {}
    paths = _version_paths(folder)
    findings.extend(_strangers(set(folder.iterdir()) - set(paths)))
    for path in paths:
        content = path.read_bytes()
        try:
            version = _decode(content)
            is_itself = version.encode() == content
        except (ValueError, KeyError, TypeError, AttributeError):
            version, is_itself = None, False
        identity = version and (
            version.authority, version.group, version.segment, version.file_name,
        ) == (authority, group, folder.name, path.name)  # fmt: skip
        if not is_itself or not identity:
            message = _("версия профиля изменена или лежит не на своём месте.")
            findings.add(_finding("changed", message, path))
        else:
            findings.extend(_verify_parent(version, path, known))
        known[path.name] = _digest(content)
    return findings


def _verify_parent(version: Version, path: Path, known: Mapping[str, str]) -> Findings:
    """Check a version's link; `known` are the hashes of the files before it."""
    findings = Findings()
    previous = f"{version.year}-{version.number - 1:03d}.json"
    if version.number > 1 and previous not in known:
        findings.add(_finding("lost", _("версия профиля утрачена."), path.with_name(previous)))
    if version.parent is None:
        if version.number > 1:
            message = _("у версии профиля нет ссылки на предыдущую.")
            findings.add(_finding("chain", message, path))
        return findings
    name, expected = version.parent.get("file"), version.parent.get("sha256")
    if name not in known:
        findings.add(_finding("lost", _("версия профиля утрачена."), path.with_name(str(name))))
    elif known[name] != expected or (version.number > 1 and name != previous):
        message = _("предыдущая версия профиля изменена: её контрольная сумма другая.")
        findings.add(_finding("chain", message, path.with_name(name)))
    return findings
