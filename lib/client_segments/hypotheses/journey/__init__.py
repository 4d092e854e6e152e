"""The client's journey from an event log: stages, times, losses, returns, variants, channels.

All events are aggregated by SQL in the embedded engine; Python touches distinct labels only.
"""

from client_segments.hypotheses.journey.compute import (
    Journey,
    case_measures,
    compute_journey,
    study_journey,
)
from client_segments.hypotheses.journey.contracts import (
    ACTIVITY_RECORDS,
    EMOTIONS,
    JOURNEY_ACTIVITIES,
    JOURNEY_AMOUNTS,
    JOURNEY_CONTRACTS,
    JOURNEY_DESCRIBED,
    JOURNEY_EXPERIENCE,
    JOURNEY_FLOW,
    JOURNEY_RECORDS,
    JOURNEY_TIMES,
)
from client_segments.hypotheses.journey.described import (
    read_activities,
    read_described,
    suggest_activities,
)
from client_segments.hypotheses.journey.experience import stage_experience
from client_segments.hypotheses.journey.log import EventLog, load_log
from client_segments.hypotheses.journey.stages import match_stages, number_stages, propose_stage

__all__ = [
    "ACTIVITY_RECORDS",
    "EMOTIONS",
    "JOURNEY_ACTIVITIES",
    "JOURNEY_AMOUNTS",
    "JOURNEY_CONTRACTS",
    "JOURNEY_DESCRIBED",
    "JOURNEY_EXPERIENCE",
    "JOURNEY_FLOW",
    "JOURNEY_RECORDS",
    "JOURNEY_TIMES",
    "EventLog",
    "Journey",
    "case_measures",
    "compute_journey",
    "load_log",
    "match_stages",
    "number_stages",
    "propose_stage",
    "read_activities",
    "read_described",
    "stage_experience",
    "study_journey",
    "suggest_activities",
]
