"""The order of research (clause 6): the weighted sum, other methods, and how sure all of it is."""

import pandas as pd

from client_segments.priorities.ranking.contracts import RANKING_CONTRACTS
from client_segments.priorities.ranking.criteria import CRITERIA_COLUMNS, criteria_table
from client_segments.priorities.ranking.methods import agreement_table, methods_table
from client_segments.priorities.ranking.sensitivity import sensitivity_table, weights_table
from client_segments.priorities.ranking.solving import (
    FIRST_COUNT,
    Solution,
    acceptability_table,
    confidence_table,
    contributions_table,
    priorities_table,
    rank_segments,
    solve,
)
from client_segments.priorities.ranking.weights import (
    COMPARISON_RECORDS,
    WEIGHT_METHODS,
    DecidedWeights,
    check_weights,
    decided_weights,
    default_weights,
    heavy_additional,
    load_weights,
)

__all__ = [
    "COMPARISON_RECORDS",
    "CRITERIA_COLUMNS",
    "FIRST_COUNT",
    "RANKING_CONTRACTS",
    "WEIGHT_METHODS",
    "DecidedWeights",
    "Solution",
    "check_weights",
    "criteria_table",
    "decided_weights",
    "default_weights",
    "heavy_additional",
    "load_weights",
    "priorities_table",
    "rank_segments",
    "ranking_tables",
    "solve",
]


def ranking_tables(solution: Solution, decided: DecidedWeights) -> dict[str, pd.DataFrame]:
    """Return the tables that explain a ranking, by name (`RANKING_CONTRACTS`)."""
    return {
        "criterion_weights": weights_table(solution, decided),
        "score_contributions": contributions_table(solution),
        "ranking_methods": methods_table(solution),
        "method_agreement": agreement_table(solution),
        "rank_acceptability": acceptability_table(solution),
        "rank_confidence": confidence_table(solution),
        "weight_sensitivity": sensitivity_table(solution),
    }
