"""What the notebook of step 8 shows: tables, sentences and charts of changes."""

from __future__ import annotations

import pandas as pd
from plotly.graph_objects import Figure

from client_segments import charts, presentation
from client_segments.language import _, format_count, quoted_list
from client_segments.presentation import Shown, Views
from client_segments.profiles.comparison import CHANGES
from client_segments.steps import checks_contract
from client_segments.updates.contracts import (
    CHANGED_FILES,
    COMPARED,
    FIELD_CHANGES,
    HYPOTHESIS_GROUNDS,
    SEGMENT_CHANGES,
)
from client_segments.updates.result import UpdatesResult

_SEGMENT = {"segment_label": _("Сегмент"), "group_name": _("Группа процессов")}


def _labelled(result: UpdatesResult, table: str) -> pd.DataFrame:
    """Return a table of step 8 with `segment_label` before its columns."""
    rows = result.tables[table]
    labels = pd.Series(result.labels_of(rows), index=rows.index, dtype="str")
    return rows.assign(segment_label=labels)


def show_affected(result: UpdatesResult) -> Views:
    """Show what is new, which segments it has affected, and which of their fields differ."""
    files = result.changed_files
    files = files.assign(group_name=files["group_code"].map(result.group_names))
    new = (
        presentation.show_table(
            files[["group_name", "file", "state", "is_processed", "affects"]], CHANGED_FILES,
            limit=None, labels=_SEGMENT,
        )
        if len(files)
        else presentation.show_note(_("Новых данных и решений нет: новых версий профилей тоже нет."))
    )  # fmt: skip
    segments = _labelled(result, "segment_changes")
    columns = ["segment_label", *SEGMENT_CHANGES.column_names[2:]]
    shown = presentation.show_table(segments[columns], SEGMENT_CHANGES, limit=None, labels=_SEGMENT)
    return presentation.show_together(new, shown, _folded_fields(result))


def _folded_fields(result: UpdatesResult) -> Shown:
    """Return the changed fields, a fold for each segment and version compared with."""
    rows = _labelled(result, "field_changes")
    if rows.empty:
        return presentation.show_note(_("Ни одно поле профилей не изменилось."))
    columns = ["field_number", "field", "previous_text", "current_text"]
    parts = []
    for (label, compared), fields in rows.groupby(["segment_label", "compared"], sort=False):
        count = format_count(len(fields))
        title = _("{segment}: полей изменилось – {count}, если сравнивать {compared}").format(
            segment=label, count=count, compared=COMPARED[compared]
        )
        caption = f"{fields['previous_version'].iloc[0]} – {fields['current_version'].iloc[0]}"
        table = presentation.show_table(fields[columns], FIELD_CHANGES, caption, limit=None)
        parts.append((title, table))
    return presentation.show_folded(parts)


def show_changes(result: UpdatesResult) -> Shown:
    """Show the changes that are more than chance, and all that were compared under a fold.

    The codes in the last columns of the whole table are what `updates.yml` names a change by.
    """
    if result.changes.empty:
        message = _("Сравнивать нечего: профилей за прошлый год в реестре нет.")
        return presentation.show_note(message)
    rows = _labelled(result, "changes")
    columns = [
        "segment_label", "label", "previous_value", "current_value", "difference", "low", "high",
    ]  # fmt: skip
    labels = _SEGMENT | {"group_code": _("Код группы")}
    real = rows[rows["is_real"].astype(bool)]
    caption = _("Изменения больше случайного: {real} из {all} сравнений").format(
        real=format_count(len(real)), all=format_count(len(rows))
    )
    shown = presentation.show_table(real[columns], CHANGES, caption, limit=None, labels=labels)
    columns += ["q_value", "is_real", "group_code", "segment_code", "indicator"]
    whole = presentation.show_table(rows[columns], CHANGES, limit=None, labels=labels)
    folded = presentation.show_folded([(_("Все сравнения, с кодами для updates.yml"), whole)])
    return Shown(shown.html + folded.html, f"{shown.text}\n\n{folded.text}")


def show_grounds(result: UpdatesResult) -> Shown:
    """Show whether hypotheses still stand on what they were accepted for, the shaken ones first."""
    rows = _labelled(result, "hypothesis_grounds")
    if rows.empty:
        return presentation.show_note(_("Принятых гипотез нет."))
    order = rows.assign(is_calm=rows["state"].eq("stands"), is_kept=~rows["is_lost"].astype(bool))
    rows = order.sort_values(["is_kept", "is_calm"], kind="stable")
    columns = ["hypothesis_code", "segment_label", "hypothesis_text", "state", "previous_verdict",
               "verdict", "reasons", "advice"]  # fmt: skip
    return presentation.show_table(rows[columns], HYPOTHESIS_GROUNDS, limit=None, labels=_SEGMENT)


def show_checks(result: UpdatesResult) -> Shown:
    """Show the checks of step 8 for every group."""
    contract = checks_contract("updates")
    rows = [
        (
            result.group_names[group], check.rule, check.clause, check.outcome.value,
            check.details, check.remedy,
        )
        for group, step in result.results.items()
        for check in step.checks
    ]  # fmt: skip
    columns = ["group_name", "rule", "clause", "outcome", "details", "remedy"]
    frame = pd.DataFrame(rows, columns=columns)
    return presentation.show_table(frame, contract, limit=None, labels=_SEGMENT)


def show_advice(result: UpdatesResult) -> Shown:
    """Show what is to be revised and what is unchanged, group by group."""
    return presentation.show_paragraphs(result.sentences)


def view_changes(result: UpdatesResult) -> Views:
    """Show the changes of the parameters of clause 6: the year before and this, and the change."""
    indicators = [
        name for name in ("satisfaction", "blind_zone", "capacity")
        if (result.changes["indicator"] == name).any()
    ]  # fmt: skip
    if not indicators:
        return presentation.show_together(changes_chart(result))
    return presentation.show_together(
        *(years_chart(result, name) for name in indicators), changes_chart(result, indicators[0])
    )


def changes_chart(result: UpdatesResult, indicator: str = "satisfaction") -> Figure:
    """Draw how one indicator changed in each segment of an authority, with intervals.

    Parameters
    ----------
    indicator
        Code of the indicator: `capacity`, `satisfaction` or `blind_zone`.
    """
    rows = _rows_of(result, indicator).assign(difference_points=lambda frame: frame["difference"])
    label = rows["label"].iloc[0] if len(rows) else _("Показатель")
    return charts.dot_interval_chart(
        rows, "segment_label", "difference_points", "low", "high",
        title=_("{label}: изменение за год").format(label=label),
        value_title=_("Изменение, п. п."),
        description=_description(rows, label),
        reference=0.0,
        reference_label=_("без изменений"),
    )  # fmt: skip


def years_chart(result: UpdatesResult, indicator: str = "satisfaction") -> Figure:
    """Draw one indicator of each segment last year and this, the line between them is the change.

    Parameters
    ----------
    indicator
        Code of the indicator: `capacity`, `satisfaction` or `blind_zone`.
    """
    year = result.authority_year.year
    rows = _rows_of(result, indicator)
    rows = rows.assign(current_pct=rows["current_value"], previous_pct=rows["previous_value"])
    label = rows["label"].iloc[0] if len(rows) else _("Показатель")
    return charts.dumbbell_chart(
        rows, "segment_label", "current_pct", "previous_pct",
        title=_("{label}: {before} и {after} годы").format(label=label, before=year - 1, after=year),
        value_title=_("Доля, %"),
        value_name=str(year), other_name=str(year - 1),
        description=_description(rows, label),
    )  # fmt: skip


def _rows_of(result: UpdatesResult, indicator: str) -> pd.DataFrame:
    rows = _labelled(result, "changes")
    return rows[rows["indicator"] == indicator]


def _description(rows: pd.DataFrame, label: str) -> str:
    """Return the chart's text alternative: where the change is more than chance."""
    if not rows["difference"].notna().any():
        return _("{label}: сравнивать нечего.").format(label=label)
    real = rows.loc[rows["is_real"].astype(bool)]
    if real.empty:
        template = _("{label}: ни в одном сегменте изменение не больше случайного.")
        return template.format(label=label)
    template = _("{label}: изменение больше случайного у сегментов {names}.")
    return template.format(label=label, names=quoted_list(real["segment_label"]))
