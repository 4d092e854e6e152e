"""Problems by stage of the client's journey."""

from __future__ import annotations

import pandas as pd

from client_segments.labels import fold
from client_segments.priorities.problem_contracts import PROBLEM_STAGES


def stage_counts(mentions: pd.DataFrame, stages: pd.DataFrame) -> pd.DataFrame:
    """Count mentions of problems by segment and stage; return table `problem_stages`.

    Parameters
    ----------
    mentions
        One row is one mention: client_id, segment_code, problem, stage, problems_count. A client
        names a problem of a stage once. Rows without a stage are left out.
    stages
        Reference list of stages: number, name. Other stages follow by their names.
    """
    placed = mentions.dropna(subset=["segment_code", "problem", "stage"])
    if placed.empty:
        return PROBLEM_STAGES.empty()
    numbers = {fold(row.name): row.number for row in stages.itertuples(index=False)}
    names = {fold(row.name): row.name for row in stages.itertuples(index=False)}
    keys = placed["stage"].map(fold)
    spelled = placed.groupby(keys)["stage"].min().to_dict() | names
    placed = placed.assign(
        stage=keys.map(spelled),
        stage_number=keys.map(numbers).astype("Int64"),
        key=placed["problem"].map(fold),
        problems_count=placed["problems_count"].fillna(1),
    )
    named = placed["client_id"].notna()
    once = placed[named].drop_duplicates(["client_id", "stage", "key"]).assign(problems_count=1)
    counted = pd.concat([once, placed[~named]])
    by = ["segment_code", "stage_number", "stage"]
    frequent = (
        counted.groupby([*by, "problem"], dropna=False, as_index=False)["problems_count"].sum()
        .sort_values([*by, "problems_count", "problem"], ascending=[True] * 3 + [False, True])
        .drop_duplicates(by)
    )  # fmt: skip
    table = counted.groupby(by, dropna=False, as_index=False)["problems_count"].sum()
    table["share_pct"] = (
        100
        * table["problems_count"]
        / table.groupby("segment_code")["problems_count"].transform("sum")
    )
    table["frequent_problem"] = frequent["problem"].to_numpy()
    table = table.sort_values(by, kind="stable")
    return PROBLEM_STAGES.conform(table)
