"""Status of a profile: it follows from the facts of the year and from the register (clauses 7, 10)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from client_segments.language import NO_DATA
from client_segments.profiles.inputs import SegmentView
from client_segments.profiles.register import Version


def status_of(view: SegmentView, fields: pd.DataFrame, versions: Sequence[Version]) -> str:
    """Return a profile's status: a code of `rec.PROFILE_STATUSES`.

    A profile that was confirmed once is in update as soon as the facts confirm it no more: a
    hypothesis is not verified, nobody answered, or a core field that had a value has none. The
    other statuses are those of the facts (`SegmentView.status_of_facts`).

    Parameters
    ----------
    fields
        Fields of the profile as they are composed now: one row is one field.
    versions
        Versions recorded before, oldest first.
    """
    facts = view.status_of_facts
    confirmed = [version for version in versions if version.content["status"] == "confirmed"]
    if not confirmed:
        return facts
    return facts if facts == "confirmed" and not reopened(fields, confirmed[-1]) else "update"


def reopened(fields: pd.DataFrame, confirmed: Version) -> list[int]:
    """Return the numbers of core fields that had a value when the profile was confirmed."""
    had = {
        field["key"] for field in confirmed.content["fields"]
        if not str(field["value"]).startswith(NO_DATA)
    }  # fmt: skip
    lost = fields[fields["is_core"] & ~fields["is_filled"] & fields["field_key"].isin(had)]
    return lost["field_number"].astype(int).tolist()
