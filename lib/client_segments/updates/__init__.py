"""Step 8: what changed since last year, and what to revise (clause 10).

This year's last recorded version of each segment's profile is compared with last year's. The
false alarm rate is controlled over all segments and groups of the authority at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from client_segments import decisions
from client_segments.contracts import TableContract
from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _
from client_segments.profiles import PROFILES, register
from client_segments.profiles.comparison import (
    CHANGES,
    Comparison,
    Share,
    compare_versions,
    judge,
    level_of,
)
from client_segments.steps import StepResult, finish
from client_segments.study import AuthorityYear, Study
from client_segments.updates.checks import all_checks
from client_segments.updates.contracts import (
    CHANGED_FILES,
    CONTRACTS,
    FIELD_CHANGES,
    HYPOTHESIS_GROUNDS,
    REVIEW_RECORDS,
    REVISIONS,
    SEGMENT_CHANGES,
    SEGMENT_DRIFT,
    SEGMENT_MOVES,
)
from client_segments.updates.grounds import hypothesis_grounds
from client_segments.updates.groups import GroupUpdate, group_update
from client_segments.updates.result import UpdatesResult
from client_segments.updates.shown import (
    changes_chart,
    show_advice,
    show_affected,
    show_changes,
    show_checks,
    show_grounds,
    view_changes,
    years_chart,
)
from client_segments.updates.shown_drift import (
    drift_chart,
    moves_chart,
    show_drift,
    view_drift,
)
from client_segments.updates.words import revisions

__all__ = [
    "CHANGED_FILES", "CHANGES", "CONTRACTS", "FIELD_CHANGES", "HYPOTHESIS_GROUNDS",
    "REVIEW_RECORDS", "REVISIONS", "SEGMENT_CHANGES", "SEGMENT_DRIFT", "SEGMENT_MOVES", "Comparison",
    "Share", "UpdatesResult", "changes_chart", "compare_versions", "drift_chart", "judge",
    "moves_chart", "revision_lines", "run", "run_authority", "show_advice", "show_affected",
    "show_changes", "show_checks", "show_drift", "show_grounds", "view_changes", "view_drift",
    "years_chart",
]  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """Changes and grounds of hypotheses of all groups of an authority, with `group_code`."""

    changes: pd.DataFrame
    grounds: pd.DataFrame

    @staticmethod
    def of_group(table: pd.DataFrame, group: str) -> pd.DataFrame:
        return table[table["group_code"] == group].drop(columns="group_code")

    def segments(self, update: GroupUpdate) -> pd.DataFrame:
        """Return the group's segments with what was found in each."""
        frame = update.segment_changes
        counts = {}
        for name, table, flag in (
            ("changes_count", self.changes, "is_real"), ("hypotheses_count", self.grounds, "is_lost"),
        ):  # fmt: skip
            own = self.of_group(table, update.study.group)
            found = own.loc[own[flag].astype(bool), "segment_code"].value_counts()
            counts[name] = frame["segment_code"].map(found).fillna(0)
        return SEGMENT_CHANGES.conform(frame.assign(**counts))


def _judge_authority(updates: Sequence[GroupUpdate], level: float) -> Judged:
    """Judge what all groups bring, together: the false alarm rate is the authority's."""
    changes = judge([item for update in updates for item in update.comparisons], level)
    tests_count = sum(update.grounds.comparisons_count() for update in updates)
    grounds = {
        update.study.group: hypothesis_grounds(update.grounds, tests_count, level)
        for update in updates
    }
    return Judged(changes, _stacked(grounds, HYPOTHESIS_GROUNDS))


def _compare_authority(authority_year: AuthorityYear) -> tuple[list[GroupUpdate], Judged, Findings]:
    """Compare every group of an authority that has profiles; judge all comparisons together."""
    findings = register.verify(authority_year)
    updates = []
    for code in authority_year.groups:
        study = authority_year.study(code, "updates")
        if study.has(PROFILES):
            updates.append(group_update(study))
            continue
        message = _("у группы нет профилей за {year} год: сравнить нечего.").format(
            year=authority_year.year
        )
        remedy = _("выполните шаги 1–6 для этой группы.")
        findings.add(
            Finding(
                Severity.WARNING, "no_profiles", message, remedy, study.name_of(study.folder),
                clause="10",
            )
        )  # fmt: skip
    return updates, _judge_authority(updates, level_of(authority_year)), findings


def run(study: Study) -> StepResult:
    """Say what changed in one group since last year, and write its tables.

    Whether a change is more than chance is judged among all groups of the authority that have
    profiles, as `run_authority` does.

    Raises
    ------
    InputError
        If step 6 of the group has not been run.
    """
    study.read(PROFILES)
    updates, judged, findings = _compare_authority(study.authority_year)
    update = next(item for item in updates if item.study.group == study.group)
    reviewed, problems = reviewed_changes(study.authority_year)
    findings.extend(problems)
    return _finish_group(replace(update, study=study), judged, reviewed, findings)


def reviewed_changes(authority_year: AuthorityYear) -> tuple[set[tuple[str, str, str]], Findings]:
    """Return the changes that people have decided on: group, segment, indicator."""
    decision = decisions.load(authority_year, "updates")
    if decision is None:
        return set(), Findings()
    written, findings = decisions.records(decision, "reviews", REVIEW_RECORDS)
    findings.extend(decision.findings)
    findings.raise_errors()
    reviewed = {
        (record["group"], record["segment"], record["indicator"])
        for record in written
        if record["answer"] != "postponed"
    }
    return reviewed, findings


def run_authority(authority_year: AuthorityYear) -> UpdatesResult:
    """Say what changed in every group of an authority since last year, and write the tables."""
    updates, judged, findings = _compare_authority(authority_year)
    reviewed, problems = reviewed_changes(authority_year)
    findings.extend(problems)
    results = {
        update.study.group: _finish_group(update, judged, reviewed, findings) for update in updates
    }
    tables = {
        contract.name: _stacked(
            {group: result.table(contract.name) for group, result in results.items()}, contract
        )
        for contract in CONTRACTS
    }
    return UpdatesResult(
        authority_year,
        tables,
        {update.study.group: update.name for update in updates},
        {update.study.group: update.drift for update in updates},
        {update.study.group: update.model_fit for update in updates},
        results,
        findings,
    )


def _stacked(tables: Mapping[str, pd.DataFrame], contract: TableContract) -> pd.DataFrame:
    """Return the tables of all groups as one, with `group_code` before the other columns."""
    frames = [table.assign(group_code=group) for group, table in tables.items()]
    frame = pd.concat(frames or [contract.empty().assign(group_code="")], ignore_index=True)
    return frame[["group_code", *contract.column_names]]


def revision_lines(authority_year: AuthorityYear) -> list[str]:
    """Return what step 8 has last said of an authority's year, for the command line.

    One line is one sentence with its group; no line where step 8 has not been run.
    """
    lines = []
    for group in authority_year.groups:
        study = authority_year.study(group, "updates")
        if study.has(REVISIONS):
            lines += [f"{group}: {text}" for text in study.read(REVISIONS)["text"]]
    return lines


def _finish_group(
    update: GroupUpdate,
    judged: Judged,
    reviewed: set[tuple[str, str, str]],
    findings: Findings,
) -> StepResult:
    group = update.study.group
    changes = judged.of_group(judged.changes, group)
    grounds = judged.of_group(judged.grounds, group)
    open_count = sum(
        (group, *key) not in reviewed for key in [*_keys(changes, "is_real", "indicator"),
                                                  *_keys(grounds, "is_lost", "hypothesis_code")]
    )  # fmt: skip
    tables = {
        "changes": changes,
        "segment_changes": judged.segments(update),
        "changed_files": update.changed_files,
        "field_changes": update.field_changes,
        "hypothesis_grounds": grounds,
        "segment_drift": update.drift.segments,
        "segment_moves": update.drift.moves,
        "revisions": revisions(update, changes, grounds),
    }
    checks = all_checks(update, changes, grounds, open_count, findings)
    return finish(update.study, CONTRACTS, tables, checks, findings)


def _keys(table: pd.DataFrame, flag: str, code: str) -> Iterator[tuple[str, str]]:
    """Return segment and code of the rows that a flag marks: what people decide on."""
    rows = table[table[flag].astype(bool)]
    return zip(rows["segment_code"], rows[code], strict=True)
