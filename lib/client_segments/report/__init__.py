"""Step 7: the yearly report of an authority, profiles and plans, as it may be shared (clause 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from client_segments import decisions, presentation, profiles, storage
from client_segments import recommendations as rec
from client_segments.catalogue import authority_name
from client_segments.contracts import Column, Kind
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _, counted
from client_segments.presentation import Shown
from client_segments.profiles import COMPOSERS, MEASURES, PROFILES, VersionLine
from client_segments.profiles.comparison import judge, level_of
from client_segments.report.changes import group_changes, protected_history
from client_segments.report.columns import column, columns_of
from client_segments.report.content import YearContent, year_report
from client_segments.report.groups import GroupContent
from client_segments.report.masking import Masker, masked_inputs
from client_segments.report.protected import protect_inputs, without_kept_back
from client_segments.report.protected_experience import read_experience
from client_segments.report.tree import Report
from client_segments.steps import OUTCOME_LABELS, checks_contract
from client_segments.study import AuthorityYear, Study

__all__ = [
    "GroupContent",
    "ReportResult",
    "YearContent",
    "group_content",
    "protect_inputs",
    "run",
    "show_compliance",
    "show_contents",
    "show_files",
    "year_content",
    "year_report",
]


_LEFT_COLUMNS = columns_of(
    "left", _("Выполнение Рекомендаций"),
    column("clause", _("Пункт")),
    column("rule", _("Правило")),
    column("group_name", _("Группа процессов")),
    Column("outcome", _("Итог"), Kind.CODE, "", codes=OUTCOME_LABELS),
)  # fmt: skip
_FORM_NAMES = {
    ".html": _("Отчёт для чтения"),
    ".docx": _("Отчёт в Word"),
    ".xlsx": _("Таблицы в Excel"),
}


@dataclass(frozen=True)
class ReportResult:
    """The report of an authority's year: its content, its tree, and the files written."""

    opened: AuthorityYear
    content: YearContent
    report: Report
    files: tuple[Path, ...]
    findings: Findings


def group_content(study: Study, masker: Masker) -> GroupContent:
    """Read a group's tables, mask personal data in their texts and protect their numbers.

    Raises
    ------
    InputError
        If one of steps 1-6 has not been run.
    """
    place = study.name_of(study.folder)
    inputs = profiles.read_inputs(study, study.read(MEASURES))
    profile_table = study.read(PROFILES)
    inputs = masked_inputs(without_kept_back(inputs), masker, place)
    protected = protect_inputs(study, inputs, masker)
    form, _findings = profiles.load_form(study.root, COMPOSERS, study.authority)
    codes = inputs.profiled["segment_code"].tolist()
    edits, _problems = profiles.read_edits(decisions.load(study, "profiles"), form, codes)
    edits = {key: masker.text(text, place) for key, text in edits.items()}
    histories = {code: protected_history(study, code) for code in codes}
    checks = [study.read(checks_contract(step)) for step in rec.GROUP_STEPS]
    columns = ["check_code", "rule", "clause", "outcome"]
    return GroupContent(
        study.group,
        protected,
        read_experience(study, protected.channel_shares, masker, place),
        profiles.compose(protected, form, edits, histories),
        _with_reasons(masker.frame(profile_table, place), histories),
        pd.concat(checks, ignore_index=True)[columns],
        group_changes(study, inputs, masker, place),
        masker.frame(profiles.follow_up_table(protected), place),
    )


def _with_reasons(
    table: pd.DataFrame, histories: Mapping[str, tuple[VersionLine, ...]]
) -> pd.DataFrame:
    """Return the table of profiles with the reasons that protected numbers give."""
    reasons = {code: lines[-1].reason for code, lines in histories.items() if lines}
    told = table["segment_code"].map(reasons)
    return table.assign(reason=told.fillna(table["reason"]).astype("str"))


def year_content(opened: AuthorityYear) -> tuple[YearContent, Findings]:
    """Collect what the report tells: groups that are ready, and which are not and why."""
    groups, unfinished, findings = [], [], Findings()
    dates = []
    masker = Masker()
    for code in opened.groups:
        study = opened.study(code, "report")
        try:
            content = group_content(study, masker)
        except InputError as error:
            name = masker.text(decisions.group_name(study), study.name_of(study.folder))
            unfinished.append((name, error.findings[0].message))
            findings.extend(error.findings)
            continue
        groups.append(content)
        dates.extend(content.profiles["formed_date"].dropna())
    decision = decisions.load(opened, "report")
    findings.extend(decision.findings if decision else ())
    place = opened.name_of(opened.folder)
    content = YearContent(
        authority_name(opened.root, opened.authority),
        opened.year,
        tuple(groups),
        tuple(unfinished),
        _text(decision, "signatory"),  # the name of an official who answers for the report
        masker.text(_text(decision, "summary"), place),
        max(dates, default=None),
        judge([item for group in groups for item in group.changes.comparisons], level_of(opened)),
    )
    findings.extend(masker.findings())
    return content, findings


def _text(decision: decisions.Decision | None, key: str) -> str:
    value = decision.data.get(key, "") if decision else ""
    return value if isinstance(value, str) else ""


def run(opened: AuthorityYear) -> ReportResult:
    """Do step 7: write the report of an authority's year.

    Raises
    ------
    InputError
        If not one group is ready: there is nothing to report.
    """
    content, findings = year_content(opened)
    if not content.groups:
        message = _("Отчёт не собран: ни в одной группе не выполнены шаги 1–6.")
        reasons = [finding for finding in findings if finding.severity is Severity.ERROR]
        raise InputError([Finding(Severity.ERROR, "no_groups_ready", message), *reasons])
    tree = year_report(content)
    return ReportResult(opened, content, tree, _write_forms(opened, tree), findings)


def _write_forms(opened: AuthorityYear, tree: Report) -> tuple[Path, ...]:
    """Write the tree in its three forms; all are made before the first is written."""
    # What draws charts and writes office files takes half a second to import.
    from client_segments.report import docx, html, xlsx

    forms = (html.render(tree).encode("utf-8"), docx.render(tree), xlsx.render(tree))
    for path, content in zip(opened.shared_files, forms, strict=True):
        storage.write_bytes(path, content)
    return opened.shared_files


def show_contents(result: ReportResult) -> Shown:
    """Show the parts of the report, as its contents have them."""
    titles = [
        f"{'— ' * (level - 2)}{section.title}"
        for level, section in result.report.walk()
        if level <= 3
    ]
    frame = pd.DataFrame({_("Раздел"): titles})
    return presentation.show_table(frame, caption=_("Содержание отчёта"), limit=None)


def show_compliance(result: ReportResult) -> Shown:
    """Show the checks that are not met, by clause, for all groups."""
    frames = [group.checks.assign(group_name=group.name) for group in result.content.groups]
    frame = pd.concat(frames, ignore_index=True)
    left = frame[frame["outcome"] != "met"].sort_values("clause", kind="stable")
    caption = _("Не выполнено или требует внимания: {checks} из {all}").format(
        checks=counted(len(left), _("проверка"), _("проверки"), _("проверок")), all=len(frame)
    )
    return presentation.show_table(
        left[_LEFT_COLUMNS.column_names], _LEFT_COLUMNS, caption, limit=None
    )


def show_files(result: ReportResult) -> Shown:
    """Show where the report lies, and what kept groups out of it."""
    rows = [(_FORM_NAMES[path.suffix], result.opened.name_of(path)) for path in result.files]
    rows += [
        (_("Не вошла группа «{name}»").format(name=name), reason)
        for name, reason in result.content.unfinished
    ]
    return presentation.show_card(_("Записано"), rows)
