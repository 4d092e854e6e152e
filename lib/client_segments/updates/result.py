"""What the comparison of an authority's two years comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from client_segments.findings import Findings
from client_segments.steps import StepResult
from client_segments.study import AuthorityYear


@dataclass(frozen=True)
class UpdatesResult:
    """What changed in an authority since last year.

    Attributes
    ----------
    changes, segment_changes, changed_files
        Tables of all groups (`CHANGES`, `SEGMENT_CHANGES`, `CHANGED_FILES`), each with the
        column `group_code` before the others.
    group_names
        Name of each group that was compared, by its code.
    sentences
        What is to be revised and what is unchanged, most pressing first.
    results
        The step's result by group.
    findings
        Damage of the register, and groups that have no profiles yet.
    """

    authority_year: AuthorityYear
    changes: pd.DataFrame
    segment_changes: pd.DataFrame
    changed_files: pd.DataFrame
    group_names: Mapping[str, str]
    sentences: tuple[str, ...]
    results: Mapping[str, StepResult]
    findings: Findings

    def segment_labels(self) -> dict[tuple[str, str], str]:
        """Return what each segment is called, by group and code; with its group if there are more."""
        rows = self.segment_changes
        several = len(self.group_names) > 1
        return {
            (group, code): f"{name} ({self.group_names[group]})" if several else name
            for group, code, name in zip(
                rows["group_code"], rows["segment_code"], rows["segment_name"], strict=True
            )
        }
