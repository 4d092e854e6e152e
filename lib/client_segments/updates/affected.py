"""Which sections of a profile are composed from a file of data or decisions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from client_segments.language import _

_EVERYTHING = _("все разделы")

SECTIONS_OF_TABLES = {
    "clients": _EVERYTHING,
    "population": _("ёмкость"),
    "feedback": _("удовлетворённость"),
    "ratings": _("удовлетворённость"),
    "problems": _("проблемы и потребности"),
    "eligibility": _("слепая зона"),
    "journey": _("клиентский путь"),
    "channels": _("каналы"),
    "answers": _("проверка гипотез"),
}
"""By raw table; a table that no profile is composed from is not here."""

SECTIONS_OF_DECISIONS = {
    "columns": _EVERYTHING,
    "attributes": _EVERYTHING,
    "segments": _EVERYTHING,
    "problems": _("проблемы и потребности"),
    "entitlement": _("слепая зона"),
    "weights": _("очерёдность исследования"),
    "stages": _("клиентский путь"),
    "journey": _("клиентский путь"),
    "hypotheses": _("гипотезы и их проверка"),
    "plan": _("план персонализации"),
    "profiles": _("тексты, написанные людьми"),
}
"""By name of the decision."""


def sections_of(file: str, tables: Mapping[str, str]) -> str | None:
    """Return the sections that change with a file of a group; None where it is not known.

    Parameters
    ----------
    file
        Path below the group's folder, with forward slashes.
    tables
        Raw table by file, where a decision names it; others are named as their tables are.
    """
    path = PurePosixPath(file)
    if file == "group.yml":
        return _("общие сведения")
    if path.parts[0] == "decisions":
        return SECTIONS_OF_DECISIONS.get(path.stem)
    if file in tables:
        return SECTIONS_OF_TABLES.get(tables[file])
    stem = path.name.split(".")[0].lower()
    found = [name for name in SECTIONS_OF_TABLES if stem == name or stem.startswith(f"{name}_")]
    return SECTIONS_OF_TABLES[max(found, key=len)] if found else None
