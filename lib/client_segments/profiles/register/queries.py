"""What the register holds: newest versions, histories, segments of a year."""

from __future__ import annotations

from client_segments.profiles.register.files import (
    read_version,
    segment_folder,
    version_paths,
    year_of,
)
from client_segments.profiles.register.versions import Version
from client_segments.study import AuthorityYear


def last_version(
    authority_year: AuthorityYear, group: str, segment: str, year: int | None = None
) -> Version | None:
    """Return the newest version of a segment: of `year`, or of any year up to the authority's.

    Raises
    ------
    InputError
        If its file cannot be read.
    """
    folder = segment_folder(authority_year.register_folder, group, segment)
    versions = [
        path
        for path in version_paths(folder)
        if (year_of(path) == year if year else year_of(path) <= authority_year.year)
    ]
    return read_version(versions[-1]) if versions else None


def versions_of_year(
    authority_year: AuthorityYear, group: str, segment: str, year: int
) -> tuple[Version, ...]:
    """Return all versions of a segment in a year, oldest first."""
    folder = segment_folder(authority_year.register_folder, group, segment)
    return tuple(read_version(path) for path in version_paths(folder) if year_of(path) == year)


def segments_of(authority_year: AuthorityYear, group: str, year: int) -> list[str]:
    """Codes of the segments of a group that have a version in a year, in alphabetical order.

    A segment whose newest version of that year is archived was none any more at its end.
    """
    folder = authority_year.register_folder / group
    if not folder.is_dir():
        return []
    newest = {
        path.name: [file for file in version_paths(path) if year_of(file) == year]
        for path in folder.iterdir()
    }
    return sorted(
        code
        for code, files in newest.items()
        if files and read_version(files[-1]).content["status"] != "archived"
    )


def history(authority_year: AuthorityYear, group: str, segment: str) -> tuple[Version, ...]:
    """Return the versions that led to the newest one of the authority's year, oldest first.

    Parents are followed, so that what is recorded later for an earlier year changes nothing.
    """
    version = last_version(authority_year, group, segment, authority_year.year)
    chain: list[Version] = []
    folder = segment_folder(authority_year.register_folder, group, segment)
    while version is not None:
        chain.append(version)
        parent = version.parent
        version = read_version(folder / parent["file"]) if parent else None
    return tuple(reversed(chain))
