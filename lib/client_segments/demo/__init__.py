"""The made-up authority: a seeded generator that plants a truth and writes it as people would."""

from client_segments.demo.authority import plan_authority, rule_of, truth_of, write_authority
from client_segments.demo.plans import (
    ActionPlan,
    AttributePlan,
    AuthorityPlan,
    GroupPlan,
    HypothesisPlan,
    MeasurePlan,
    Rates,
    SegmentPlan,
)
from client_segments.demo.tables import TABLE_NAMES, client_ids, draw_segments, make_tables

__all__ = [
    "TABLE_NAMES",
    "ActionPlan",
    "AttributePlan",
    "AuthorityPlan",
    "GroupPlan",
    "HypothesisPlan",
    "MeasurePlan",
    "Rates",
    "SegmentPlan",
    "client_ids",
    "draw_segments",
    "make_tables",
    "plan_authority",
    "rule_of",
    "truth_of",
    "write_authority",
]
