"""What clients feel and complain of on each stage, beside what the log says of it."""

from __future__ import annotations

import pandas as pd

from client_segments.hypotheses.journey.contracts import JOURNEY_EXPERIENCE
from client_segments.priorities.contracts import SATISFACTION_STAGES
from client_segments.priorities.problem_contracts import PROBLEM_STAGES
from client_segments.study import Study

_KEYS = ["segment_code", "stage_number", "stage"]


def stage_experience(study: Study) -> pd.DataFrame:
    """Put satisfaction and problems by stage side by side, as step 3 found them.

    Returns
    -------
    DataFrame
        Table `JOURNEY_EXPERIENCE`, in the order of segments of step 3, then of stages; empty
        where step 3 knows of no stage.
    """
    known = [table for table in (SATISFACTION_STAGES, PROBLEM_STAGES) if study.has(table)]
    if len(known) < 2:
        return JOURNEY_EXPERIENCE.empty()
    return join_experience(study.read(SATISFACTION_STAGES), study.read(PROBLEM_STAGES))


def join_experience(satisfaction: pd.DataFrame, problems: pd.DataFrame) -> pd.DataFrame:
    """Join tables `SATISFACTION_STAGES` and `PROBLEM_STAGES` by segment and stage."""
    judged = [*_KEYS, "answers_count", "satisfaction_pct", "low_pct", "high_pct"]
    named = [*_KEYS, "problems_count", "share_pct", "frequent_problem"]
    frame = satisfaction[judged].merge(
        problems[named].rename(columns={"share_pct": "problems_pct"}), how="outer", on=_KEYS
    )
    order = dict.fromkeys([*satisfaction["segment_code"], *problems["segment_code"]])
    ranks = {code: rank for rank, code in enumerate(order)}
    frame = frame.assign(rank=frame["segment_code"].map(ranks))
    frame = frame.sort_values(["rank", "stage_number", "stage"], na_position="last")
    return JOURNEY_EXPERIENCE.conform(frame[JOURNEY_EXPERIENCE.column_names])
