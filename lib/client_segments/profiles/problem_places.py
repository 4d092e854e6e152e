"""Problems of segments by stage of the journey, from the mentions of step 3."""

from __future__ import annotations

import pandas as pd

from client_segments.labels import fold
from client_segments.priorities import PROBLEM_MENTIONS, PROBLEM_STAGES
from client_segments.study import Study

COLUMNS = ["segment_code", "stage_number", "stage", "problem", "problems_count"]


def no_places() -> pd.DataFrame:
    """Return the table without rows: one row is segment × stage × problem."""
    return pd.DataFrame(columns=COLUMNS).astype(
        {"segment_code": "str", "stage_number": "Int64", "stage": "str", "problem": "str",
         "problems_count": "Int64"}
    )  # fmt: skip


def problem_places(study: Study) -> pd.DataFrame:
    """Count mentions of problems by segment and stage: one row is segment × stage × problem.

    Mentions without a stage are left out; stages without a number in the reference list come last.
    """
    if not study.has(PROBLEM_MENTIONS) or not study.has(PROBLEM_STAGES):
        return no_places()
    mentions = study.read(PROBLEM_MENTIONS).dropna(subset=["segment_code", "stage", "problem"])
    if mentions.empty:
        return no_places()
    known = study.read(PROBLEM_STAGES).assign(key=lambda frame: frame["stage"].map(fold))
    known = known.drop_duplicates("key").set_index("key")
    keys = mentions["stage"].map({text: fold(text) for text in mentions["stage"].unique()})
    placed = mentions.assign(
        stage=keys.map(known["stage"]).fillna(mentions["stage"]),
        stage_number=keys.map(known["stage_number"]).astype("Int64"),
        problems_count=mentions["problems_count"].fillna(1),
    )
    key = ["segment_code", "stage_number", "stage", "problem"]
    counts = placed.groupby(key, dropna=False, as_index=False)["problems_count"].sum()
    counts = counts.sort_values(
        ["segment_code", "stage_number", "stage", "problems_count", "problem"],
        ascending=[True, True, True, False, True], kind="stable",
    )  # fmt: skip
    return counts[COLUMNS].reset_index(drop=True)
