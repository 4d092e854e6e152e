"""What changed since last year, told from protected numbers of both years (clause 10).

Both years' numbers go through one rule before they are compared: counts by the middles of their
bands, totals as sums of protected parts. So no raw count decides what is called a change, and
years whose numbers lie in the same bands are told alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from client_segments.disclosure import MIDPOINT, is_hidden, protect_count
from client_segments.profiles import ProfileInputs, SegmentView, VersionLine, register
from client_segments.profiles.comparison import Comparison, compare_numbers
from client_segments.profiles.compose import numbers_of
from client_segments.report.masking import Masker, masked_numbers
from client_segments.statistics import wilson_interval
from client_segments.study import Study

SEGMENT_COLUMNS = ("segment_code", "segment_name", "state")

Numbers = Mapping[str, object]


@dataclass(frozen=True)
class GroupChanges:
    """What a group brings to the comparison of two years.

    Attributes
    ----------
    comparisons
        Indicators of segments that both years have, as protected shares.
    segments
        One row is one segment of either year: segment_code, segment_name, state (`continued`,
        `new`, `vanished`; `first` where there is no last year).
    verdicts
        One row is one hypothesis whose verdict differs from last year's: segment_code,
        hypothesis_code, previous_verdict, verdict.
    """

    comparisons: tuple[Comparison, ...]
    segments: pd.DataFrame
    verdicts: pd.DataFrame

    @property
    def has_previous(self) -> bool:
        return bool(len(self.segments)) and not self.segments["state"].eq("first").all()


def protected_numbers(numbers: Numbers) -> dict[str, object]:
    """Return what a version records of a segment, every count protected and every share derived.

    Parameters
    ----------
    numbers
        What `profiles.compose.numbers_of` makes, of any year.
    """
    capacity = dict(numbers["capacity"])
    own, whole = capacity.get("clients_count"), capacity.get("all_clients_count")
    told = _parts(own, None if whole is None or own is None else whole - own)
    return {
        **numbers,
        "priority": {},  # place and score follow from exact numbers, and are not compared
        "capacity": {"clients_count": told.part, "all_clients_count": told.whole},
        "satisfaction": _satisfaction(numbers["satisfaction"]),
        "blind_zone": _blind_zone(numbers["blind_zone"]),
        "problems": {
            name: _count(count) for name, count in numbers["problems"].items() if count is not None
        },
        "problem_reporters": {
            name: None if count is None else _count(count)
            for name, count in numbers.get("problem_reporters", {}).items()
        },
        "journey": [
            {"stage": row["stage"], **_of(row, "reached_count", "cases_count")}
            for row in numbers["journey"]
        ],
        "channels": [
            {**row, **_of(row, "answers_count", "total_count")} for row in numbers["channels"]
        ],
        "respondents": {
            name: None if count is None else _count(count)
            for name, count in numbers["respondents"].items()
        },
    }


@dataclass(frozen=True)
class _Parts:
    """A protected part and the sum of it and of the protected others."""

    part: int | None
    whole: int | None


def _parts(part: float | None, others: float | None) -> _Parts:
    if part is None or others is None:
        return _Parts(None, None)
    told = _count(part), _count(others)
    return _Parts(None, None) if all(map(is_hidden, told)) else _Parts(told[0], sum(told))


def _count(count: float) -> int:
    return int(protect_count(round(count)))


def _of(row: Mapping[str, float | None], part: str, whole: str) -> dict[str, int | None]:
    own, total = row[part], row[whole]
    told = _parts(own, None if total is None or own is None else total - own)
    return {part: told.part, whole: told.whole}


def _satisfaction(row: Mapping[str, float | None]) -> dict[str, float | None]:
    """Return the plain share of protected answers: weights follow from exact numbers."""
    if row.get("satisfied_count") is None or row.get("answers_count") is None:
        return {}
    told = _parts(row["satisfied_count"], row["answers_count"] - row["satisfied_count"])
    if not told.whole:
        return {}
    return {
        "satisfied_count": told.part, "answers_count": told.whole, "effective_count": told.whole,
        "satisfaction_pct": 100 * told.part / told.whole,
    }  # fmt: skip


_SURE_WIDENING = 1.5
"""Own: an interval wider than that of counts by so much is of an estimate, not of a count."""


def _blind_zone(row: Mapping[str, float | None]) -> dict[str, float | None]:
    """Return protected counts; bounds, in whole per cent, only where they are of an estimate."""
    told = _parts(row.get("blind_zone_count"), row.get("applied_count"))
    if not told.whole:
        return {}
    counts = {"blind_zone_count": told.part, "entitled_count": told.whole}
    low, high = row.get("low_pct"), row.get("high_pct")
    if low is None or high is None:
        return counts
    counted_low, counted_high = wilson_interval(np.array([told.part]), np.array([told.whole]))
    if high - low <= _SURE_WIDENING * 100 * float(counted_high[0] - counted_low[0]):
        return counts
    return counts | {"low_pct": float(math.floor(low)), "high_pct": float(math.ceil(high))}


def both_named(before: Numbers, after: Numbers) -> tuple[dict[str, object], dict[str, object]]:
    """Give both years the same problems and channels: who is not told is few, not nobody."""
    problems = {
        name: {key: side["problems"].get(name, MIDPOINT) for key, side in (("b", before), ("a", after))}
        for name in {**before["problems"], **after["problems"]}
    }  # fmt: skip
    told = {name: counts for name, counts in problems.items() if max(counts.values()) > MIDPOINT}
    sides = []
    for key, side, other in (("b", before, after), ("a", after, before)):
        has_any = bool(side["problems"])
        sides.append(
            {
                **side,
                "problems": {name: counts[key] for name, counts in told.items()} if has_any else {},
                "channels": [*side["channels"], *_absent(side["channels"], other["channels"])],
            }
        )
    return sides[0], sides[1]


def _absent(
    own: Sequence[Mapping[str, object]], others: Sequence[Mapping[str, object]]
) -> list[dict[str, object]]:
    """Return channels that only the other year names, where this year was asked about that use."""
    totals = {(row["use"], row["kind"]): row["total_count"] for row in own}
    known = {(row["use"], row["kind"], row["channel_code"]) for row in own}
    return [
        {**row, "answers_count": MIDPOINT, "total_count": totals[row["use"], row["kind"]]}
        for row in others
        if (row["use"], row["kind"], row["channel_code"]) not in known
        and (row["use"], row["kind"]) in totals
    ]


def protected_history(study: Study, segment: str) -> tuple[VersionLine, ...]:
    """Return a profile's versions with the reasons that their protected numbers give.

    Which fields changed follows from exact texts and is not told.
    """
    lines: list[VersionLine] = []
    parent: register.Version | None = None
    for version in register.history(study.authority_year, study.group, segment):
        told = replace(version, content=_protected_content(version.content))
        reason = version.reason
        if reason in register.REASON_PARTS:  # it was found by comparing numbers
            reason = register.reasons_of(parent, told.content)[0]
        lines.append(VersionLine(version.year, version.number, version.formed_date, reason, ()))
        parent = told
    return tuple(lines)


def _protected_content(content: Mapping[str, object]) -> dict[str, object]:
    return {**content, "numbers": protected_numbers(content["numbers"])}


def group_changes(study: Study, inputs: ProfileInputs, masker: Masker, place: str) -> GroupChanges:
    """Compare a group's segments with last year's versions in the register.

    Parameters
    ----------
    inputs
        The group's exact tables, personal data masked.
    """
    opened, last_year = study.authority_year, study.year - 1
    versions = {
        code: register.last_version(opened, study.group, code, last_year)
        for code in register.segments_of(opened, study.group, last_year)
    }
    names = dict(zip(inputs.profiled["segment_code"], inputs.profiled["segment_name"], strict=True))
    comparisons: list[Comparison] = []
    verdicts = []
    for code, name in names.items():
        if code not in versions:
            continue
        recorded = masked_numbers(versions[code].content["numbers"], masker, place)
        now = numbers_of(SegmentView(inputs, code, name))
        before, after = both_named(protected_numbers(recorded), protected_numbers(now))
        comparisons += compare_numbers(study.group, code, before, after, inputs.group.unit_forms)
        verdicts += [
            (code, hypothesis, recorded["verdicts"][hypothesis], verdict)
            for hypothesis, verdict in now["verdicts"].items()
            if recorded["verdicts"].get(hypothesis, verdict) != verdict
        ]
    previous = {
        code: masker.text(version.segment_name, place) for code, version in versions.items()
    }
    columns = ["segment_code", "hypothesis_code", "previous_verdict", "verdict"]
    return GroupChanges(
        tuple(comparisons), segment_states(names, previous), pd.DataFrame(verdicts, columns=columns)
    )


def segment_states(current: Mapping[str, str], previous: Mapping[str, str]) -> pd.DataFrame:
    """Match the segments of two years by code, this year's first."""
    rows = [
        (code, name, ("continued" if code in previous else "new") if previous else "first")
        for code, name in current.items()
    ]
    rows += [(code, name, "vanished") for code, name in previous.items() if code not in current]
    return pd.DataFrame(rows, columns=list(SEGMENT_COLUMNS))
