"""What the notebook of step 3 shows together: one call for what answers one question."""

from __future__ import annotations

from client_segments.presentation import Views, show_folded, show_result, show_together
from client_segments.priorities.contracts import INDEX_CODES
from client_segments.priorities.problem_charts import (
    problem_stages_chart,
    specific_problems_chart,
)
from client_segments.priorities.ranking.pictures import (
    acceptability_chart,
    contributions_chart,
    ranking_chart,
    weight_chart,
)
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
)
from client_segments.steps import StepResult


def _has(result: StepResult, table: str) -> bool:
    return len(result.table(table)) > 0


def view_capacity(result: StepResult) -> Views:
    """Show the capacity of segments: the table and the chart."""
    return show_together(show_capacity(result), capacity_chart(result))


def view_satisfaction(result: StepResult) -> Views:
    """Show satisfaction by segment, and by stage and by index where they were asked."""
    parts: list[object] = [satisfaction_chart(result)]
    if _has(result, "satisfaction_stages"):
        parts.append(satisfaction_stages_chart(result))
    if _has(result, "satisfaction_indices"):
        asked = result.table("satisfaction_indices")["index_code"].unique()
        parts += [index_chart(result, code) for code in INDEX_CODES if code in asked]
    indices = (result.contracts["satisfaction_indices"].label, show_indices(result))
    return show_together(*parts, show_folded([indices]))


def view_uniqueness(result: StepResult) -> Views:
    """Show how far the problems of each segment are its own, and which they are."""
    return show_together(show_result(result, "problem_uniqueness"), specific_problems_chart(result))


def view_problems(result: StepResult) -> Views:
    """Show problems by segment and by stage, and topics of the texts that no problem covers."""
    parts: list[object] = [problems_chart(result)]
    if _has(result, "problem_stages"):
        parts.append(problem_stages_chart(result))
    if _has(result, "problem_topics"):
        parts.append(show_result(result, "problem_topics"))
    return show_together(*parts)


def view_blind_zone(result: StepResult) -> Views:
    """Show the blind zone: counts, their parts, shares with intervals, reasons where known."""
    parts: list[object] = [show_blind_zone(result)]
    if _has(result, "blind_zone"):
        parts += [blind_zone_parts_chart(result), blind_zone_chart(result)]
    if _has(result, "blind_zone_reasons"):
        parts.append(blind_zone_reasons_chart(result))
    return show_together(*parts)


def view_ranking(result: StepResult) -> Views:
    """Show how sure the order is: places with their intervals, and how probable each place is."""
    return show_together(ranking_chart(result), acceptability_chart(result))


def view_weights(result: StepResult) -> Views:
    """Show what each criterion adds to a score, and what a moving weight does to the order."""
    return show_together(contributions_chart(result), weight_chart(result))
