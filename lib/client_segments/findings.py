"""Findings: what a check has to say to a person, with the place and the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import pandas as pd

from client_segments.language import _, counted


class Severity(StrEnum):
    """How much a finding weighs: an error stops the step, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def label(self) -> str:
        return {"error": _("ошибка"), "warning": _("внимание"), "note": _("к сведению")}[self]


@dataclass(frozen=True)
class Finding:
    """One finding. All text is Russian and complete in itself.

    Parameters
    ----------
    severity, rule
        How much it weighs, and the code of the rule that found it (for tests and `run.json`).
    message, remedy
        What is wrong, and what the person can do about it, one sentence each.
    file, sheet, cell, header
        Where: path below `data/`, sheet, coordinate as Excel shows it (A1) or «строка 12»,
        and the text of the column's header.
    found, expected
        The value as it was met, and what was expected.
    clause
        Clause of the recommendations behind the rule, where there is one.
    count
        How many places are alike; the coordinate is the first of them.
    """

    severity: Severity
    rule: str
    message: str
    remedy: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    header: str = ""
    found: str = ""
    expected: str = ""
    clause: str = ""
    count: int = 1

    @property
    def place(self) -> str:
        """File, sheet, cell and column in words, empty where the finding has no place."""
        parts = [
            self.file,
            _("лист «{sheet}»").format(sheet=self.sheet) if self.sheet else "",
            self.cell if " " in self.cell or not self.cell
            else _("ячейка {cell}").format(cell=self.cell),
            _("столбец «{header}»").format(header=self.header) if self.header else "",
        ]  # fmt: skip
        return ", ".join(part for part in parts if part)

    def sentence(self) -> str:
        """Return the whole finding as one paragraph of text."""
        parts = [f"{self.place}: {self.message}" if self.place else self.message]
        if self.found:
            parts.append(_("Найдено: «{found}».").format(found=self.found))
        if self.expected:
            parts.append(_("Ожидается: {expected}.").format(expected=self.expected.rstrip(".")))
        if self.count > 1:
            places = counted(self.count, _("место"), _("места"), _("мест"))
            parts.append(_("Всего таких: {places}.").format(places=places))
        if self.remedy:
            parts.append(_("Что сделать: {remedy}").format(remedy=self.remedy))
        return " ".join(parts)


class Findings:
    """An ordered collection of findings; the same finding at many places is kept once, counted."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._findings: dict[tuple, Finding] = {}
        self.extend(findings)

    def add(self, finding: Finding) -> None:
        key = (
            finding.severity, finding.rule, finding.message, finding.file,
            finding.sheet, finding.header, finding.found,
        )  # fmt: skip
        known = self._findings.get(key)
        if known is not None:
            finding = replace(known, count=known.count + finding.count)
        self._findings[key] = finding

    def extend(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.add(finding)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._findings.values())

    def __len__(self) -> int:
        return len(self._findings)

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self if finding.severity is Severity.ERROR]

    def raise_errors(self) -> None:
        """Raise one `InputError` with every error, if there is any."""
        if self.errors:
            raise InputError(self.errors)

    def table(self) -> pd.DataFrame:
        """One row is one finding: severity, place, message, found, expected, remedy, clause."""
        rows = [
            {
                "severity": finding.severity.label,
                "place": finding.place,
                "message": finding.message,
                "found": finding.found,
                "expected": finding.expected,
                "remedy": finding.remedy,
                "clause": finding.clause,
                "places_count": finding.count,
            }
            for finding in sorted(self, key=lambda finding: list(Severity).index(finding.severity))
        ]
        columns = [
            "severity", "place", "message", "found", "expected", "remedy", "clause", "places_count",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)


class InputError(Exception):
    """What a person must mend before the work can go on; shown in Russian without a traceback."""

    def __init__(self, findings: Iterable[Finding] | str) -> None:
        if isinstance(findings, str):
            findings = [Finding(Severity.ERROR, "input", findings)]
        self.findings = list(findings)
        super().__init__("\n".join(finding.sentence() for finding in self.findings))

    def __reduce__(self):
        return (type(self), (self.findings,))

    def _render_traceback_(self) -> list[str]:
        """Show IPython the message alone."""
        return [_("Работа остановлена:"), *str(self).split("\n")]
