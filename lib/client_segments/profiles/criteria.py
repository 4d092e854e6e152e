"""Criteria of hypotheses against those that the register recorded earlier in the year (clause 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _, format_date, format_percent
from client_segments.profiles.register import Version
from client_segments.steps import Check, Outcome


@dataclass(frozen=True)
class CriterionChange:
    """One accepted hypothesis whose criterion was another in a version of the same year.

    Attributes
    ----------
    recorded_pct, recorded_date
        The criterion in the earliest version that differs, and the date of that version.
    current_pct, decided_date
        The criterion now, and when it was decided or changed, as people wrote it.
    is_told
        Whether the decision itself says that the criterion was changed.
    """

    code: str
    recorded_pct: float
    recorded_date: date | None
    current_pct: float
    decided_date: date | None
    is_told: bool

    @property
    def text(self) -> str:
        return _("{code}: было {before} (версия от {day}), стало {after} (решение от {decided})").format(
            code=self.code, before=format_percent(self.recorded_pct, 0),
            day=format_date(self.recorded_date), after=format_percent(self.current_pct, 0),
            decided=format_date(self.decided_date),
        )  # fmt: skip


def criterion_changes(
    hypotheses: pd.DataFrame, histories: Mapping[str, Sequence[Version]], year: int
) -> list[CriterionChange]:
    """Compare the criteria of accepted hypotheses with the versions recorded in a year.

    Parameters
    ----------
    hypotheses
        Table `HYPOTHESES`.
    histories
        Versions by code of the segment, oldest first.
    """
    changes = []
    accepted = hypotheses[hypotheses["status"] == "accepted"].dropna(subset=["criterion_pct"])
    for row in accepted.itertuples(index=False):
        for version in histories.get(row.segment_code, ()):
            known = version.content["numbers"]["criteria"].get(row.hypothesis_code)
            if version.year == year and known is not None and known != row.criterion_pct:
                days = (row.decided_date, row.criterion_changed_date)
                days = [day.date() for day in days if not pd.isna(day)]
                changes.append(
                    CriterionChange(
                        row.hypothesis_code, known, version.formed_date, row.criterion_pct,
                        max(days, default=None), not pd.isna(row.criterion_history),
                    )
                )  # fmt: skip
                break
    return changes


def change_findings(changes: Sequence[CriterionChange], file: str) -> Findings:
    """Tell of criteria that were changed without a word in the decision."""
    message = _(
        "критерий гипотезы изменён после записи версии профиля, и в решении это не сказано."
    )
    remedy = _("допишите в запись гипотезы criterion_history: «{line}».")
    findings = Findings()
    for change in changes:
        if not change.is_told:
            line = _("{before} до …").format(before=format_percent(change.recorded_pct, 0))
            findings.add(
                Finding(
                    Severity.WARNING, "criterion_register", message, remedy.format(line=line),
                    file=file, found=change.text, clause="7",
                )
            )  # fmt: skip
    return findings


def criterion_check(changes: Sequence[CriterionChange]) -> Check:
    """Check that no criterion differs from the one recorded earlier in the year."""
    rule = _("Критерии те же, что в записанных версиях этого года")
    if not changes:
        return Check("criterion_register", rule, "7", Outcome.MET, "")
    details = "; ".join(change.text for change in changes)
    remedy = _("укажите изменение в ограничениях профиля или проверьте гипотезы на новых ответах.")
    return Check("criterion_register", rule, "7", Outcome.WARNING, details, remedy)
