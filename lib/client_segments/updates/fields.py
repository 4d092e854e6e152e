"""Which fields of the profiles differ from last year's and from the version before."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from client_segments.language import _
from client_segments.profiles.register import Version, field_changes
from client_segments.updates.contracts import FIELD_CHANGES

YEARLY_KEYS = ("year", "report_due")
"""Fields that differ from last year's by what they are."""


def version_label(version: Version) -> str:
    """Return what a version is called: «2025, версия 2»."""
    return _("{year}, версия {number}").format(year=version.year, number=version.number)


def field_change_table(
    pairs: Mapping[str, tuple[Version | None, Version]],
    compared: str,
    labels: Mapping[str, str],
) -> pd.DataFrame:
    """Return rows of `FIELD_CHANGES`: one row is one field of one segment that differs.

    Parameters
    ----------
    pairs
        Earlier and newest version of each segment by its code; without the earlier no rows.
    compared
        What the earlier versions are: a code of `COMPARED`.
    labels
        Label of each field of the form by its key.
    """
    rows = [
        (
            segment, compared, version_label(before), version_label(after), change.number,
            labels.get(change.key, _("поле № {number}").format(number=change.number)),
            change.before, change.after,
        )
        for segment, (before, after) in pairs.items()
        if before is not None
        for change in field_changes(before.content, after.content)
        if compared != "year" or change.key not in YEARLY_KEYS
    ]  # fmt: skip
    return FIELD_CHANGES.conform(pd.DataFrame(rows, columns=FIELD_CHANGES.column_names))
