"""Criteria of hypotheses over time: one that was changed says what it was before, and until when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from client_segments.hypotheses.contracts import CRITERION_DEFAULT_PCT
from client_segments.language import NO_BREAK_SPACE, _, format_date, format_number
from client_segments.values import ValueRefusedError, parse_date, parse_number

_LINE = re.compile(r"(?P<percent>[\d.,\s]+)%\s*до\s+(?P<day>\S+)")


@dataclass(frozen=True)
class FormerCriterion:
    """What a criterion was before it was changed; one object is one change.

    Attributes
    ----------
    percent
        The former criterion, 0-100.
    until
        The day it was changed.
    """

    percent: float
    until: date

    @property
    def text(self) -> str:
        """The line of `criterion_history` that says it: «60 % до 05.11.2025»."""
        digits = 0 if self.percent.is_integer() else 1
        return _("{percent}{space}% до {day}").format(
            percent=format_number(self.percent, digits), space=NO_BREAK_SPACE,
            day=format_date(self.until),
        )  # fmt: skip


def former_criteria(lines: Iterable[str]) -> tuple[list[FormerCriterion], list[str]]:
    """Read lines of `criterion_history`; return what they say by date, and those not understood."""
    found, refused = [], []
    for line in lines:
        match = _LINE.fullmatch(line.strip())
        try:
            if match is None:
                raise ValueRefusedError
            percent = parse_number(match["percent"].strip())
            found.append(FormerCriterion(percent, parse_date(match["day"]).date()))
        except ValueRefusedError:
            refused.append(line)
    return sorted(found, key=lambda item: item.until), refused


def history_text(former: Iterable[FormerCriterion]) -> str:
    """Return former criteria as one text, the oldest first."""
    return "; ".join(item.text for item in former)


def keep_criteria(
    records: Sequence[Mapping[str, object]], written: Sequence[Mapping[str, object]], day: date
) -> list[dict[str, object]]:
    """Return records to save, each with what its criterion was before.

    A criterion that differs from the one in the file adds a line; lines of the file stay, whatever
    the form shows: what was a criterion once cannot be unsaid by saving again.

    Parameters
    ----------
    records
        Records of `hypotheses.yml` as they are about to be saved.
    written
        The records as they stand in the file.
    day
        Day of the change.
    """
    known = {record.get("code"): record for record in written if record.get("code")}
    return [_with_former(dict(record), known.get(record.get("code")), day) for record in records]


def _with_former(
    record: dict[str, object], written: Mapping[str, object] | None, day: date
) -> dict[str, object]:
    if written is None:
        return record
    lines = [*_lines(written), *_lines(record)]
    before, after = _percent(written), _percent(record)
    if before is not None and after is not None and before != after:
        lines.append(FormerCriterion(before, day).text)
    lines = list(dict.fromkeys(lines))
    return record | {"criterion_history": lines} if lines else record


def _lines(record: Mapping[str, object]) -> list[str]:
    lines = record.get("criterion_history") or []
    return [lines] if isinstance(lines, str) else [str(line) for line in lines]


def _percent(record: Mapping[str, object]) -> float | None:
    """Return a record's criterion; the default where it is not set, None where it is unreadable."""
    value = record.get("criterion_pct")
    if value is None or value == "":
        return CRITERION_DEFAULT_PCT
    try:
        return parse_number(value)
    except ValueRefusedError:
        return None
