"""What the notebook of step 8 shows: tables, sentences and a chart of changes."""

from __future__ import annotations

import pandas as pd
from plotly.graph_objects import Figure

from client_segments import charts, presentation
from client_segments.language import _, format_count, sentence_list
from client_segments.presentation import Shown
from client_segments.steps import checks_contract
from client_segments.updates.contracts import CHANGES
from client_segments.updates.result import UpdatesResult


def show_changes(result: UpdatesResult) -> Shown:
    """Show the changes that are more than chance, and all that were compared under a fold.

    The codes in the last columns of the whole table are what `updates.yml` names a change by.
    """
    if result.changes.empty:
        message = _("Сравнивать нечего: профилей за прошлый год в реестре нет.")
        return presentation.show_note(message)
    rows = result.changes.assign(segment_label=_labels(result, result.changes))
    columns = [
        "segment_label", "label", "previous_value", "current_value", "difference", "low", "high",
    ]  # fmt: skip
    labels = {"segment_label": _("Сегмент"), "group_code": _("Код группы")}
    real = rows[rows["is_real"].astype(bool)]
    caption = _("Изменения больше случайного: {real} из {all} сравнений").format(
        real=format_count(len(real)), all=format_count(len(rows))
    )
    shown = presentation.show_table(real[columns], CHANGES, caption, limit=None, labels=labels)
    columns += ["is_real", "group_code", "segment_code", "indicator"]
    whole = presentation.show_table(rows[columns], CHANGES, limit=None, labels=labels)
    folded = presentation.show_folded([(_("Все сравнения, с кодами для updates.yml"), whole)])
    return Shown(shown.html + folded.html, f"{shown.text}\n\n{folded.text}")


def _labels(result: UpdatesResult, rows: pd.DataFrame) -> list[str]:
    labels = result.segment_labels()
    return [labels[key] for key in zip(rows["group_code"], rows["segment_code"], strict=True)]


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
    labels = {"group_name": _("Группа процессов")}
    return presentation.show_table(frame, contract, limit=None, labels=labels)


def show_advice(result: UpdatesResult) -> Shown:
    """Show what is to be revised and what is unchanged, group by group."""
    return presentation.show_paragraphs(result.sentences)


def changes_chart(result: UpdatesResult, indicator: str = "satisfaction") -> Figure:
    """Draw how one indicator changed in each segment of an authority, with intervals.

    Parameters
    ----------
    indicator
        Code of the indicator: `capacity`, `satisfaction` or `blind_zone`.
    """
    rows = result.changes[result.changes["indicator"] == indicator]
    rows = rows.assign(
        segment_label=pd.Series(_labels(result, rows), index=rows.index, dtype="str"),
        difference_points=rows["difference"],
    )
    label = rows["label"].iloc[0] if len(rows) else _("Показатель")
    return charts.dot_interval_chart(
        rows, "segment_label", "difference_points", "low", "high",
        title=_("{label}: изменение за год").format(label=label),
        value_title=_("Изменение, п. п."),
        description=_description(rows, label),
        reference=0.0,
        reference_label=_("без изменений"),
    )  # fmt: skip


def _description(rows: pd.DataFrame, label: str) -> str:
    """Return the chart's text alternative: where the change is more than chance."""
    if not rows["difference"].notna().any():
        return _("{label}: сравнивать нечего.").format(label=label)
    real = rows.loc[rows["is_real"].astype(bool), "segment_label"]
    if real.empty:
        template = _("{label}: ни в одном сегменте изменение не больше случайного.")
        return template.format(label=label)
    quoted = sentence_list([f"«{name}»" for name in real])
    template = _("{label}: изменение больше случайного у сегментов {names}.")
    return template.format(label=label, names=quoted)
