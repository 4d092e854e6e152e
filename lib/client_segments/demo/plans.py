"""What the made-up authority is planned to be: the planted truth, as plain data.

All shares are 0-1. A plan holds nothing random; `tables.make_tables` draws from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Shares = Mapping[str, float]
"""Value → share; shares of one mapping sum to 1."""


@dataclass(frozen=True)
class AttributePlan:
    """One attribute of clients.

    Attributes
    ----------
    code, name
        The attribute's code, and the header of its column in `clients`.
    shares
        How it is distributed where a segment says nothing else; the order is the value's order.
    missing_share
        Share of clients whose value is not known.
    spellings
        Other spellings of a value that people typed; each takes `SPELLING_SHARE` of its cells.
    bounds
        For a number: the bounds of its classes; `shares` then names the classes.
    """

    code: str
    name: str
    shares: Shares
    basis: str
    role: str = "describing"
    sources: tuple[str, ...] = ("2",)
    is_special: bool = False
    is_sensitive: bool = False
    is_ordered: bool = False
    missing_share: float = 0.03
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bounds: tuple[float, ...] = ()


@dataclass(frozen=True)
class MeasurePlan:
    """Take-up of one measure of support in a segment.

    Shares: entitled of all clients; applied of the entitled; refused of those who applied. Who
    applied and was not refused has received. Blind zone = entitled × (1 − applied).
    """

    entitled_share: float
    applied_share: float
    refused_share: float

    @property
    def blind_zone_share(self) -> float:
        """Share of the entitled who did not apply (clause 2(8)); the refused did apply."""
        return 1 - self.applied_share


@dataclass(frozen=True)
class HypothesisPlan:
    """One hypothesis about a segment, whether it is true, and how people speak of it.

    `yes_share` is the planted share of respondents that confirm it.
    """

    code: str
    kind: str
    text: str
    yes_share: float
    quotations_for: tuple[str, ...]
    quotations_against: tuple[str, ...]
    method: str = "survey"
    proposal: str = ""
    criterion_share: float = 0.6

    @property
    def is_true(self) -> bool:
        return self.yes_share >= self.criterion_share


@dataclass(frozen=True)
class SegmentPlan:
    """One planted segment.

    Attributes
    ----------
    share
        Of all clients of the group.
    conditions
        Attribute code → the values that its rule allows; all conditions must hold.
    attributes
        Attribute code → how the attribute is distributed in the segment.
    satisfied_share
        Share of answers 4 and 5.
    expected_share
        Share of expectations 4 and 5.
    problems
        Problem → share of mentions.
    reached
        Share of cases that reach each stage of the reference list, never rising.
    granted_share
        Of the cases that reach the sixth stage; the others are refused.
    used, preferred
        Use of the channel → channel code → share.
    """

    code: str
    name: str
    share: float
    conditions: Mapping[str, tuple[str, ...]]
    attributes: Mapping[str, Shares]
    satisfied_share: float
    expected_share: float
    problems: Shares
    reached: tuple[float, ...]
    granted_share: float
    used: Mapping[str, Shares]
    preferred: Mapping[str, Shares]
    measures: Mapping[str, MeasurePlan] = field(default_factory=dict)
    hypotheses: tuple[HypothesisPlan, ...] = ()
    need: str = ""
    is_rest: bool = False


@dataclass(frozen=True)
class Rates:
    """How large the tables are: shares of clients that appear in each of them."""

    feedback: float
    problems: float
    journey: float
    channels: float


@dataclass(frozen=True)
class ActionPlan:
    """One line of the plan of personalisation, as `decisions/plan.yml` has it."""

    code: str
    segment: str
    hypothesis: str
    problem: str
    need: str
    measure: str
    stage: str
    channel: str
    responsible: str
    resources: str
    indicator: str
    base: float
    target: float
    effect: int
    feasibility: int
    metric: str = "satisfaction"
    metric_subject: str = ""


def rebased(actions: tuple[ActionPlan, ...], bases: Mapping[str, float]) -> tuple[ActionPlan, ...]:
    """Return the actions with other base values, by code: the indicator as it stood that year."""
    return tuple(replace(action, base=bases.get(action.code, action.base)) for action in actions)


@dataclass(frozen=True)
class GroupPlan:
    """One group of processes in one year.

    Attributes
    ----------
    problem_texts, problem_stages
        Problem → what clients write about it; problem → name of its stage.
    stages
        Names of the eight stages of the reference list.
    research_first
        Segments that people decided to research first.
    """

    code: str
    year: int
    name: str
    client_kind: str
    direction: str
    clients_count: int
    processes: tuple[str, ...]
    sources: tuple[str, ...]
    unit: str
    limitations: tuple[str, ...]
    attributes: tuple[AttributePlan, ...]
    segments: tuple[SegmentPlan, ...]
    rates: Rates
    stages: tuple[str, ...]
    problem_texts: Mapping[str, tuple[str, ...]]
    problem_stages: Mapping[str, str]
    research_first: tuple[str, ...]
    actions: tuple[ActionPlan, ...]

    @property
    def named_segments(self) -> tuple[SegmentPlan, ...]:
        return tuple(segment for segment in self.segments if not segment.is_rest)


@dataclass(frozen=True)
class AuthorityPlan:
    """The made-up authority: its groups in both years."""

    code: str
    name: str
    groups: tuple[GroupPlan, ...]

    def group(self, year: int, code: str) -> GroupPlan:
        """Return one group of one year."""
        (plan,) = [plan for plan in self.groups if (plan.year, plan.code) == (year, code)]
        return plan
