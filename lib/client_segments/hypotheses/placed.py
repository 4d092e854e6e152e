"""Raw tables of step 4 put into segments, and what they say in the words of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from client_segments import catalogue
from client_segments.findings import Findings
from client_segments.hypotheses.channels import match_problems, name_clients
from client_segments.hypotheses.journey import match_stages
from client_segments.hypotheses.proposals import (
    Evidence,
    rating_evidence,
    satisfaction_evidence,
)
from client_segments.language import _, format_count
from client_segments.segments import load_placed
from client_segments.study import Study


@dataclass(frozen=True)
class PlacedTable:
    """A raw table put into segments; `frame` is None where there is no such table."""

    frame: pd.DataFrame | None
    findings: Findings

    @property
    def rows_count(self) -> int:
        return 0 if self.frame is None else len(self.frame)

    @property
    def unplaced_count(self) -> int:
        return 0 if self.frame is None else int(self.frame["segment_code"].isna().sum())

    @property
    def is_placed(self) -> bool:
        return self.unplaced_count < self.rows_count

    @property
    def details(self) -> str:
        return _("строк – {rows}, из них вне сегментов – {unplaced}").format(
            rows=format_count(self.rows_count), unplaced=format_count(self.unplaced_count)
        )


def load_table(study: Study, name: str) -> PlacedTable:
    """Read a raw table and place its rows.

    Raises
    ------
    InputError
        With every mistake of the table.
    """
    return PlacedTable(*load_placed(study, name))


def channel_mentions(frame: pd.DataFrame, channels: pd.DataFrame) -> pd.DataFrame:
    """Return mentions of channels: one row is one row of table `channels` with its channel's code."""
    frame = frame.dropna(subset=["use", "kind", "channel"])
    matched = catalogue.match_channels(frame["channel"].unique().tolist(), channels)
    return name_clients(frame, "answers_count").merge(matched, on="channel", how="left")


def problem_mentions(frame: pd.DataFrame, stages: pd.DataFrame) -> pd.DataFrame:
    """Return mentions of problems with their stages.

    Returns
    -------
    DataFrame
        One row is one row of table `problems` that names a problem: as `count_mentions` takes it,
        with stage_key, stage_number and stage_name, missing where no stage is named.
    """
    frame = frame.dropna(subset=["problem"])
    matched = match_problems(frame["problem"].unique().tolist())
    mentions = name_clients(frame, "problems_count").merge(matched, on="problem", how="left")
    known = stages_of(mentions["stage"], stages).rename(columns={"name": "stage_name"})
    return mentions.merge(known, on="stage", how="left")


def stages_of(labels: pd.Series, stages: pd.DataFrame) -> pd.DataFrame:
    """Return the stage of each label: one row is one label (stage, stage_key, stage_number, name)."""
    matched = match_stages(labels.dropna().unique().tolist(), stages)
    return matched[["stage", "stage_key", "stage_number", "name"]]


def answer_evidence(study: Study, stages: pd.DataFrame, codes: Sequence[str]) -> list[Evidence]:
    """Return the marks of tables `feedback` and `ratings` that can be compared.

    What is wrong with these tables, step 3 has told; a mistake that stops it stops this step too.

    Parameters
    ----------
    stages
        One row is one stage of the direction: number, name.
    codes
        All segments, the rest too.

    Raises
    ------
    InputError
        With every mistake of a table.
    """
    evidence = []
    feedback, ratings = (load_table(study, name) for name in ("feedback", "ratings"))
    if feedback.rows_count:
        known = stages_of(feedback.frame["stage"], stages)
        evidence.append(satisfaction_evidence(feedback.frame, known, codes))
    if ratings.rows_count:
        evidence.append(rating_evidence(ratings.frame, codes))
    return evidence
