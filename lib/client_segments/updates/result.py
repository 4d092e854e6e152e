"""What the comparison of an authority's two years comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from client_segments.findings import Findings
from client_segments.steps import StepResult
from client_segments.study import AuthorityYear
from client_segments.updates.drift import Drift


@dataclass(frozen=True)
class UpdatesResult:
    """What changed in an authority since last year.

    Attributes
    ----------
    tables
        Tables of step 8 by name, those of all groups as one, each with the column `group_code`
        before the others.
    group_names
        Name of each group that was compared, by its code.
    drifts
        How the segments of each group have shifted, with what could not be compared.
    model_fits
        Table `model_fit` of step 2 by group; empty where segments are given by rules.
    results
        The step's result by group.
    findings
        Damage of the register, and groups that have no profiles yet.
    """

    authority_year: AuthorityYear
    tables: Mapping[str, pd.DataFrame]
    group_names: Mapping[str, str]
    drifts: Mapping[str, Drift]
    model_fits: Mapping[str, pd.DataFrame]
    results: Mapping[str, StepResult]
    findings: Findings

    @property
    def changes(self) -> pd.DataFrame:
        return self.tables["changes"]

    @property
    def segment_changes(self) -> pd.DataFrame:
        return self.tables["segment_changes"]

    @property
    def changed_files(self) -> pd.DataFrame:
        return self.tables["changed_files"]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is to be revised and what is unchanged, group by group, most pressing first."""
        rows = self.tables["revisions"]
        return tuple(
            f"{self.group_names[group]}. {text}"
            for group, text in zip(rows["group_code"], rows["text"], strict=True)
        )

    def segment_labels(self) -> dict[tuple[str, str], str]:
        """Return what each segment is called, by group and code; with its group if there are more."""
        drift = self.tables["segment_drift"]
        rows = pd.concat([drift, self.segment_changes])[
            ["group_code", "segment_code", "segment_name"]
        ]
        several = len(self.group_names) > 1
        return {
            (row.group_code, row.segment_code): f"{row.segment_name} ({self.group_names[row.group_code]})"
            if several else row.segment_name
            for row in rows.itertuples()
        }  # fmt: skip

    def labels_of(self, rows: pd.DataFrame) -> list[str]:
        """Return what the segments of a table's rows are called."""
        labels = self.segment_labels()
        return [labels[key] for key in zip(rows["group_code"], rows["segment_code"], strict=True)]
