"""The plan of research: the method, the respondents, and what they can show (clause 7)."""

from client_segments.hypotheses.plan.checks import size_check
from client_segments.hypotheses.plan.contracts import RESEARCH_PLAN, RESEARCH_QUOTAS
from client_segments.hypotheses.plan.methods import SegmentFacts, propose_method
from client_segments.hypotheses.plan.quotas import compute_quotas
from client_segments.hypotheses.plan.recruitment import OfflineAccess, offline_access
from client_segments.hypotheses.plan.sizes import respondents_needed, survey_size
from client_segments.hypotheses.plan.table import compute_research_plan

__all__ = [
    "RESEARCH_PLAN",
    "RESEARCH_QUOTAS",
    "OfflineAccess",
    "SegmentFacts",
    "compute_quotas",
    "compute_research_plan",
    "offline_access",
    "propose_method",
    "respondents_needed",
    "size_check",
    "survey_size",
]
