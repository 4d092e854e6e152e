"""Step 8: what changed since last year, and what to revise (clause 10).

This year's last recorded version of each segment's profile is compared with last year's. The
false alarm rate is controlled over all segments and groups of the authority at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from client_segments import decisions
from client_segments.contracts import TableContract
from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _
from client_segments.profiles import PROFILES, register
from client_segments.steps import StepResult, finish
from client_segments.study import AuthorityYear, Study
from client_segments.updates.checks import all_checks
from client_segments.updates.contracts import (
    CHANGED_FILES,
    CHANGES,
    CONTRACTS,
    REVIEW_RECORDS,
    SEGMENT_CHANGES,
)
from client_segments.updates.groups import GroupUpdate, group_update
from client_segments.updates.indicators import Comparison, Share, compare_versions
from client_segments.updates.judging import judge
from client_segments.updates.result import UpdatesResult
from client_segments.updates.shown import changes_chart, show_advice, show_changes, show_checks
from client_segments.updates.words import group_sentences

__all__ = [
    "CHANGED_FILES", "CHANGES", "CONTRACTS", "REVIEW_RECORDS", "SEGMENT_CHANGES", "Comparison",
    "Share", "UpdatesResult", "changes_chart", "compare_versions", "group_sentences", "judge",
    "run", "run_authority", "show_advice", "show_changes", "show_checks",
]  # fmt: skip


def _compare_authority(
    authority_year: AuthorityYear,
) -> tuple[list[GroupUpdate], pd.DataFrame, Findings]:
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
    comparisons = [item for update in updates for item in update.comparisons]
    return updates, judge(comparisons), findings


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
    updates, changes, findings = _compare_authority(study.authority_year)
    update = next(item for item in updates if item.study.group == study.group)
    reviewed, problems = reviewed_changes(study.authority_year)
    findings.extend(problems)
    return _finish_group(replace(update, study=study), changes, reviewed, findings)


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
    updates, changes, findings = _compare_authority(authority_year)
    reviewed, problems = reviewed_changes(authority_year)
    findings.extend(problems)
    results = {
        update.study.group: _finish_group(update, changes, reviewed, findings) for update in updates
    }
    return UpdatesResult(
        authority_year,
        changes,
        _with_group(updates, "segment_changes", SEGMENT_CHANGES),
        _with_group(updates, "changed_files", CHANGED_FILES),
        {update.study.group: update.name for update in updates},
        tuple(_sentences(updates, changes)),
        results,
        findings,
    )


def _with_group(
    updates: Sequence[GroupUpdate], table: str, contract: TableContract
) -> pd.DataFrame:
    frames = [
        getattr(update, table).assign(group_code=update.study.group) for update in updates
    ] or [contract.empty().assign(group_code="")]
    frame = pd.concat(frames, ignore_index=True)
    return frame[["group_code", *contract.column_names]]


def _finish_group(
    update: GroupUpdate,
    changes: pd.DataFrame,
    reviewed: set[tuple[str, str, str]],
    findings: Findings,
) -> StepResult:
    own = changes[changes["group_code"] == update.study.group]
    keys = zip(own["group_code"], own["segment_code"], own["indicator"], strict=True)
    open_count = int(own.loc[[key not in reviewed for key in keys], "is_real"].sum())
    own = own.drop(columns="group_code")
    tables = {
        "changes": own,
        "segment_changes": update.segment_changes,
        "changed_files": update.changed_files,
    }
    return finish(
        update.study, CONTRACTS, tables, all_checks(update, own, open_count, findings), findings
    )


def _sentences(updates: Sequence[GroupUpdate], changes: pd.DataFrame) -> Iterator[str]:
    """Say for each group what is to be done: files, segments, changes, what is unchanged."""
    for update in updates:
        names = update.segment_changes.set_index("segment_code")["segment_name"]
        own = changes[changes["group_code"] == update.study.group]
        for sentence in group_sentences(
            own, update.segment_changes, update.changed_files, names, update.study.year
        ):
            yield f"{update.name}. {sentence}"
