"""Verification: every change, loss or exchange of files in the register is found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from client_segments.findings import Findings
from client_segments.language import _
from client_segments.profiles.register.files import (
    JOURNAL,
    damage,
    strangers,
    version_paths,
)
from client_segments.profiles.register.journal import check_heads, read_journal
from client_segments.profiles.register.sources import digest, file_hash
from client_segments.profiles.register.versions import UNREADABLE, Version, decode, is_intact
from client_segments.study import AuthorityYear


def verify(authority_year: AuthorityYear) -> Findings:
    """Find every change, loss or exchange of files in an authority's register."""
    findings = Findings()
    register = authority_year.register_folder
    folders = set(register.iterdir()) if register.is_dir() else set()
    groups = {path.name for path in folders if path.is_dir()}
    findings.extend(strangers(path for path in folders if path.name not in groups))
    for group in sorted(groups | set(authority_year.groups)):
        findings.extend(verify_group(register, group))
        findings.extend(check_heads(authority_year, group))
    return findings


def verify_group(register: Path, group: str) -> Findings:
    """Find every change, loss or exchange of files in a group's part of the register.

    What the register alone can tell: that its newest records are gone with their versions, only
    `verify` finds, by what step 6 has seen.
    """
    folder = register / group
    findings = Findings()
    if not folder.is_dir():
        return findings
    listed, problems = read_journal(folder)
    findings.extend(problems)
    hashes: dict[str, str] = {}
    entries = sorted(folder.iterdir())
    if not entries:
        findings.extend(strangers([folder]))
    for path in entries:
        if path.name == JOURNAL and path.is_dir():
            continue
        files = version_paths(path)
        if not files:
            findings.extend(strangers([path]))
            continue
        hashes |= {f"{path.name}/{file.name}": file_hash(file) for file in files}
        findings.extend(_verify_segment(path, register.parent.name, group))
    findings.extend(_compare(folder, listed, hashes))
    return findings


def _compare(folder: Path, listed: Mapping[str, str], found: Mapping[str, str]) -> Findings:
    """Compare the versions that the journal names with those that are there."""
    findings = Findings()
    for name in sorted(listed.keys() | found.keys()):
        path = folder / name
        if name not in found:
            findings.add(damage("lost", _("версия профиля утрачена."), path))
        elif name not in listed:
            message = _("версии профиля нет в журнале реестра: файл подложен или его пишут сейчас.")
            remedy = _("повторите проверку; если сообщение осталось, восстановите реестр из копии.")
            findings.add(damage("not_listed", message, path, remedy))
        elif listed[name] != found[name]:
            message = _("версия профиля изменена или подменена после записи.")
            findings.add(damage("changed", message, path))
    return findings


def _verify_segment(folder: Path, authority: str, group: str) -> Findings:
    """Check every version of a segment: that it is itself, and that its parent is its parent."""
    findings = Findings()
    known: dict[str, str] = {}
    paths = version_paths(folder)
    findings.extend(strangers(set(folder.iterdir()) - set(paths)))
    for path in paths:
        content = path.read_bytes()
        version = _intact_version(content)
        identity = version and (
            version.authority, version.group, version.segment, version.file_name,
        ) == (authority, group, folder.name, path.name)  # fmt: skip
        if not identity:
            message = _("версия профиля изменена или лежит не на своём месте.")
            findings.add(damage("changed", message, path))
        else:
            findings.extend(_verify_parent(version, path, known))
        known[path.name] = digest(content)
    return findings


def _intact_version(content: bytes) -> Version | None:
    try:
        return decode(content) if is_intact(content) else None
    except UNREADABLE:
        return None


def _verify_parent(version: Version, path: Path, known: Mapping[str, str]) -> Findings:
    """Check a version's link; `known` are the hashes of the files before it."""
    findings = Findings()
    previous = f"{version.year}-{version.number - 1:03d}.json"
    if version.number > 1 and previous not in known:
        findings.add(damage("lost", _("версия профиля утрачена."), path.with_name(previous)))
    if version.parent is None:
        if version.number > 1:
            message = _("у версии профиля нет ссылки на предыдущую.")
            findings.add(damage("chain", message, path))
        return findings
    name, expected = version.parent["file"], version.parent["sha256"]
    if name not in known:
        findings.add(damage("lost", _("версия профиля утрачена."), path.with_name(name)))
    elif known[name] != expected or (version.number > 1 and name != previous):
        message = _("предыдущая версия профиля изменена: её контрольная сумма другая.")
        findings.add(damage("chain", message, path.with_name(name)))
    return findings
