"""Hypotheses proposed from data: every segment against all other clients, in everything measured.

Shares, marks, times of which some are not over, and numbers of times: each kind by its own test,
one false discovery rate over all of them, one leading proposal for each phenomenon.
"""

from client_segments.hypotheses.proposals.answers import rating_evidence, satisfaction_evidence
from client_segments.hypotheses.proposals.comparing import compute_proposals
from client_segments.hypotheses.proposals.contracts import PROPOSALS
from client_segments.hypotheses.proposals.evidence import Evidence, put_together
from client_segments.hypotheses.proposals.phenomena import leading, suggest_records, supported
from client_segments.hypotheses.proposals.sources import (
    channel_evidence,
    journey_evidence,
    problem_evidence,
)

__all__ = [
    "PROPOSALS",
    "Evidence",
    "channel_evidence",
    "compute_proposals",
    "journey_evidence",
    "leading",
    "problem_evidence",
    "put_together",
    "rating_evidence",
    "satisfaction_evidence",
    "suggest_records",
    "supported",
]
