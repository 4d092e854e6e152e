"""What a version is made from: checksums of a group's files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from client_segments.study import Study


def digest(content: bytes) -> str:
    """Return the SHA-256 of bytes."""
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
