"""What a profile is composed from, and how one segment sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date

import pandas as pd

from client_segments import recommendations as rec
from client_segments.decisions import GroupSettings
from client_segments.hypotheses import (
    JOURNEY_AMOUNTS,
    JOURNEY_DESCRIBED,
    JOURNEY_EXPERIENCE,
    JOURNEY_FLOW,
    JOURNEY_TIMES,
    PROPOSALS,
)
from client_segments.labels import fold
from client_segments.priorities.contracts import SATISFACTION_INDICES
from client_segments.profiles.contracts import MEASURES
from client_segments.profiles.problem_places import no_places


@dataclass(frozen=True)
class LegalAct:
    """One act whose change concerns profiles; `segments` is empty where it concerns all."""

    act: str
    day: date
    segments: tuple[str, ...] = ()

    def concerns(self, segment: str) -> bool:
        return not self.segments or segment in self.segments


@dataclass(frozen=True)
class ProfileInputs:
    """Tables of steps 1-5 and the plan, named as their contracts are.

    Composing from protected tables gives texts that are safe to share: no number comes from
    elsewhere. `is_protected` only says so in the field that tells it.

    Attributes
    ----------
    statuses
        Status of each profile by code of the segment, once it is known from the exact facts and
        the register: protected counts must not change it.
    previous_measures, follow_up
        Last year's measures, and what people say of them by code (see `follow_up`).
    legal_acts
        Acts whose change is a reason to revise profiles, by date.
    regulation
        Fingerprint of the regulation's table; None without one.
    problem_places
        Mentions of problems by stage: one row is segment × stage × problem.
    """

    group: GroupSettings
    year: int
    attributes: pd.DataFrame
    segments: pd.DataFrame
    image_lines: pd.DataFrame
    images: pd.DataFrame
    capacity: pd.DataFrame
    satisfaction: pd.DataFrame
    problems: pd.DataFrame
    problem_uniqueness: pd.DataFrame
    blind_zone: pd.DataFrame
    priorities: pd.DataFrame
    journey_stages: pd.DataFrame
    channel_shares: pd.DataFrame
    hypotheses: pd.DataFrame
    research_plan: pd.DataFrame
    respondents: pd.DataFrame
    verdicts: pd.DataFrame
    quotations: pd.DataFrame
    measures: pd.DataFrame
    journey_described: pd.DataFrame = field(default_factory=JOURNEY_DESCRIBED.empty)
    journey_experience: pd.DataFrame = field(default_factory=JOURNEY_EXPERIENCE.empty)
    journey_flow: pd.DataFrame = field(default_factory=JOURNEY_FLOW.empty)
    journey_times: pd.DataFrame = field(default_factory=JOURNEY_TIMES.empty)
    journey_amounts: pd.DataFrame = field(default_factory=JOURNEY_AMOUNTS.empty)
    proposals: pd.DataFrame = field(default_factory=PROPOSALS.empty)
    satisfaction_indices: pd.DataFrame = field(default_factory=SATISFACTION_INDICES.empty)
    is_protected: bool = False
    statuses: Mapping[str, str] = field(default_factory=dict)
    previous_measures: pd.DataFrame = field(default_factory=MEASURES.empty)
    follow_up: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    legal_acts: tuple[LegalAct, ...] = ()
    regulation: str | None = None
    problem_places: pd.DataFrame = field(default_factory=no_places)
    _known: dict[str, object] = field(default_factory=dict, init=False, compare=False, repr=False)

    def once(self, name: str, compute: Callable[[], object]) -> object:
        """Return what the profiles of several segments need, computed the first time."""
        if name not in self._known:
            self._known[name] = compute()
        return self._known[name]

    @property
    def profiled(self) -> pd.DataFrame:
        """Segments that have a profile: all but the rest, in the order of step 2."""
        return self.segments[~self.segments["is_rest"].astype(bool)]

    def segment_index(self) -> dict[str, str]:
        """Return the code of each segment that has a profile, by its folded code and name."""
        rows = self.profiled
        pairs = list(zip(rows["segment_code"], rows["segment_name"], strict=True))
        # A code comes last, so that it wins where a name looks like another segment's code.
        return {fold(name): code for code, name in pairs} | {fold(code): code for code, _ in pairs}


_NO_TABLES = (
    "group", "year", "is_protected", "statuses", "previous_measures", "follow_up", "legal_acts",
    "regulation", "problem_places", "_known",
)  # fmt: skip
TABLE_NAMES = tuple(item.name for item in fields(ProfileInputs) if item.name not in _NO_TABLES)
"""Tables that are read as earlier steps wrote them, and the plan."""


@dataclass(frozen=True)
class VersionLine:
    """One line of a profile's history: one version."""

    year: int
    number: int
    formed_date: date | None
    reason: str
    changed_numbers: tuple[int, ...]


@dataclass(frozen=True)
class SegmentView:
    """One segment's rows of every table.

    Attributes
    ----------
    versions
        History of the segment's profile, oldest first; empty before the register is asked.
    """

    inputs: ProfileInputs
    code: str
    name: str
    versions: tuple[VersionLine, ...] = ()
    _cache: dict[str, object] = field(default_factory=dict, compare=False, repr=False)

    def rows(self, table: str) -> pd.DataFrame:
        """Return the segment's rows of a table."""
        if table not in self._cache:
            frame = getattr(self.inputs, table)
            self._cache[table] = frame[frame["segment_code"] == self.code]
        return self._cache[table]

    def once(self, name: str, compute: Callable[[], object]) -> object:
        """Return what several fields need of the segment's rows, computed the first time."""
        if name not in self._cache:
            self._cache[name] = compute()
        return self._cache[name]

    def row(self, table: str, **values: str) -> Mapping[str, object] | None:
        """Return the first row of the segment whose columns have these values, if there is one."""
        frame = self.rows(table)
        for column, value in values.items():
            frame = frame[frame[column] == value]
        return None if frame.empty else frame.iloc[0].to_dict()

    @property
    def accepted(self) -> pd.DataFrame:
        """Accepted hypotheses with their verdicts: one row is one hypothesis."""
        if "accepted" not in self._cache:
            self._cache["accepted"] = self._with_verdicts()
        return self._cache["accepted"]

    def _with_verdicts(self) -> pd.DataFrame:
        hypotheses = self.rows("hypotheses")
        hypotheses = hypotheses[hypotheses["status"] == "accepted"]
        found = ["survey_yes_count", "survey_total_count", "survey_pct", "low_pct", "high_pct",
                 "talks_for_count", "talks_against_count", "verdict", "strength",
                 "is_criterion_late", "verdict_text", "unverified_text"]  # fmt: skip
        verdicts = self.rows("verdicts")[["hypothesis_code", *found]]
        merged = hypotheses.merge(verdicts, on="hypothesis_code", how="left")
        return merged.assign(verdict=merged["verdict"].fillna("not_verified"))

    @property
    def respondents_count(self) -> int:
        counts = self.rows("respondents")["respondents_count"]
        return int(counts.fillna(0).sum())

    @property
    def status(self) -> str:
        """Status of the profile: code of `rec.PROFILE_STATUSES`."""
        return self.inputs.statuses.get(self.code) or self.status_of_facts

    @property
    def status_of_facts(self) -> str:
        """Status as it follows from this year's tables alone.

        Draft: no accepted hypothesis. Hypothesis: none is verified. Confirmed: every one has a
        verdict and at least one respondent was heard (clause 7). Otherwise in verification.
        """
        verdicts = self.accepted["verdict"]
        if verdicts.empty:
            return "draft"
        verified = verdicts.ne("not_verified")
        if not verified.any():
            return "hypothesis"
        if verified.all() and self.respondents_count >= rec.RESPONDENTS_MINIMUM:
            return "confirmed"
        return "verification"
