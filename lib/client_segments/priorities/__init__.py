"""Step 3: capacity, satisfaction, problems and blind zone of segments, and their order (clause 6)."""

from __future__ import annotations

from client_segments import decisions
from client_segments import recommendations as rec
from client_segments.findings import Findings
from client_segments.priorities.blind_zone import SUMMED, blind_zone_rates
from client_segments.priorities.blind_zone_counting import blind_zone_counts
from client_segments.priorities.blind_zone_estimates import load_entitlement
from client_segments.priorities.capacity import capacity_checks, capacity_table
from client_segments.priorities.capacity_population import Population, read_population
from client_segments.priorities.checks import criterion_checks, ranking_checks
from client_segments.priorities.contracts import (
    ALL_INSTRUMENTS,
    ALL_MEASURES,
    BLIND_ZONE,
    CAPACITY,
    CAPACITY_MARGINS,
    ENTITLEMENT_RECORDS,
    MEASURE_CONTRACTS,
    PRIORITIES,
    PROBLEM_UNIQUENESS,
    PROBLEMS,
    SATISFACTION,
)
from client_segments.priorities.measuring import (
    measure_blind_zone,
    measure_capacity,
    measure_satisfaction,
)
from client_segments.priorities.problem_charts import problem_stages_chart, specific_problems_chart
from client_segments.priorities.problem_contracts import (
    PROBLEM_CODING,
    PROBLEM_CONTRACTS,
    PROBLEM_MENTIONS,
    PROBLEM_RECORDS,
    PROBLEM_STAGES,
    PROBLEM_TOPICS,
)
from client_segments.priorities.problem_measuring import (
    coded_problems,
    decided_dictionary,
    measure_problems,
)
from client_segments.priorities.problem_texts import code_texts
from client_segments.priorities.problem_uniqueness import uniqueness
from client_segments.priorities.problems import problem_counts, problem_rates
from client_segments.priorities.ranking import (
    COMPARISON_RECORDS,
    CRITERIA_COLUMNS,
    FIRST_COUNT,
    RANKING_CONTRACTS,
    WEIGHT_METHODS,
    check_weights,
    criteria_table,
    decided_weights,
    default_weights,
    load_weights,
    priorities_table,
    rank_segments,
    ranking_tables,
    solve,
)
from client_segments.priorities.ranking.pictures import (
    acceptability_chart,
    contributions_chart,
    ranking_chart,
    weight_chart,
)
from client_segments.priorities.ranking.shown import show_ranking, show_weights
from client_segments.priorities.satisfaction import satisfaction_counts, satisfaction_rates
from client_segments.priorities.shown import problems_chart
from client_segments.priorities.shown_measures import (
    blind_zone_chart,
    blind_zone_parts_chart,
    blind_zone_reasons_chart,
    capacity_chart,
    index_chart,
    satisfaction_chart,
    satisfaction_stages_chart,
    show_blind_zone,
    show_capacity,
    show_indices,
    show_satisfaction,
)
from client_segments.priorities.views import (
    view_blind_zone,
    view_capacity,
    view_problems,
    view_ranking,
    view_satisfaction,
    view_uniqueness,
    view_weights,
)
from client_segments.segments import SEGMENTS
from client_segments.steps import StepResult, finish
from client_segments.study import Study

__all__ = [
    "ALL_INSTRUMENTS",
    "ALL_MEASURES",
    "BLIND_ZONE",
    "CAPACITY",
    "CAPACITY_MARGINS",
    "COMPARISON_RECORDS",
    "CONTRACTS",
    "CRITERIA_COLUMNS",
    "ENTITLEMENT_RECORDS",
    "PRIORITIES",
    "PROBLEMS",
    "PROBLEM_CODING",
    "PROBLEM_MENTIONS",
    "PROBLEM_RECORDS",
    "PROBLEM_STAGES",
    "PROBLEM_TOPICS",
    "PROBLEM_UNIQUENESS",
    "SATISFACTION",
    "SUMMED",
    "WEIGHT_METHODS",
    "Population",
    "acceptability_chart",
    "blind_zone_chart",
    "blind_zone_counts",
    "blind_zone_parts_chart",
    "blind_zone_rates",
    "blind_zone_reasons_chart",
    "capacity_chart",
    "capacity_table",
    "check_weights",
    "code_texts",
    "coded_problems",
    "contributions_chart",
    "criteria_table",
    "decided_dictionary",
    "decided_weights",
    "default_weights",
    "index_chart",
    "load_entitlement",
    "load_weights",
    "problem_counts",
    "problem_rates",
    "problem_stages_chart",
    "problems_chart",
    "rank_segments",
    "ranking_chart",
    "read_population",
    "run",
    "satisfaction_chart",
    "satisfaction_counts",
    "satisfaction_rates",
    "satisfaction_stages_chart",
    "show_blind_zone",
    "show_capacity",
    "show_indices",
    "show_ranking",
    "show_satisfaction",
    "show_weights",
    "solve",
    "specific_problems_chart",
    "uniqueness",
    "view_blind_zone",
    "view_capacity",
    "view_problems",
    "view_ranking",
    "view_satisfaction",
    "view_uniqueness",
    "view_weights",
    "weight_chart",
]


CONTRACTS = (*MEASURE_CONTRACTS, *PROBLEM_CONTRACTS, *RANKING_CONTRACTS)


def run(study: Study) -> StepResult:
    """Do step 3: measure the four parameters of clause 6 and rank the segments.

    Every source but the clients may be missing: its parameter is left out, and the checks say so.

    Raises
    ------
    InputError
        With every mistake of the tables and of the decision that stops the step.
    """
    has_entitlement = decisions.load_group(study).has_entitlement
    segments = study.read(SEGMENTS)
    named = segments[~segments["is_rest"].astype(bool)]
    codes = named["segment_code"].tolist()
    findings = Findings()
    decided, research_first, weight_findings = decided_weights(study)
    findings.extend(weight_findings)
    satisfaction_tables = measure_satisfaction(study, codes, findings)
    satisfaction = satisfaction_tables["satisfaction"]
    problem_tables = measure_problems(study, segments, findings)
    problem_uniqueness = problem_tables["problem_uniqueness"]
    all_codes = segments["segment_code"].tolist()
    # The rest is not put in order, but the group's blind zone is a sum over everybody.
    zone_tables = measure_blind_zone(study, all_codes, findings)
    blind_zone = zone_tables["blind_zone"]
    capacity_tables, estimate = measure_capacity(study, all_codes, findings)
    capacity = capacity_tables["capacity"]
    findings.raise_errors()
    criteria = criteria_table(named, capacity, satisfaction, problem_uniqueness, blind_zone)
    solution = solve(criteria, decided.weights, rec.SEED)
    priorities = priorities_table(solution, len(research_first) or FIRST_COUNT)
    priorities["is_chosen"] = priorities["segment_code"].isin(research_first)
    tables = {
        **capacity_tables,
        **satisfaction_tables,
        **problem_tables,
        **zone_tables,
        "priorities": priorities,
        **ranking_tables(solution, decided),
    }
    checks = [
        *criterion_checks(priorities, has_entitlement),
        *capacity_checks(estimate),
        *ranking_checks(priorities, tables["method_agreement"], decided),
    ]
    return finish(study, CONTRACTS, tables, checks, findings, segments)
