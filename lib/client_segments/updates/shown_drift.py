"""What the notebook of step 8 shows of the drift of segments."""

from __future__ import annotations

import pandas as pd
from plotly.graph_objects import Figure

from client_segments import charts, presentation
from client_segments.language import _, format_count, format_percent
from client_segments.presentation import Shown, Views
from client_segments.segments.shown_classes import model_fit_table
from client_segments.updates.contracts import MOVE_WAYS, SEGMENT_DRIFT
from client_segments.updates.result import UpdatesResult


def view_drift(result: UpdatesResult) -> Views:
    """Show how segments have shifted: shares, clients who would move, fit of stored models."""
    parts: list[object] = [show_drift(result), drift_chart(result)]
    moves = result.tables["segment_moves"]
    parts += [
        moves_chart(result, group, way)
        for group in result.group_names
        for way in MOVE_WAYS
        if _others_count(moves[(moves["group_code"] == group) & (moves["way"] == way)])
    ]
    return presentation.show_together(*parts, *_model_fits(result))


def show_drift(result: UpdatesResult) -> Shown:
    """Show the shift of each segment's share, and in words what could and could not be compared."""
    rows = result.tables["segment_drift"]
    if rows.empty:
        return presentation.show_note(_("Сдвиг сегментов не посчитан: прошлого года нет."))
    rows = rows.assign(segment_label=result.labels_of(rows))
    columns = ["segment_label", *SEGMENT_DRIFT.column_names[2:]]
    columns = [name for name in columns if rows[name].notna().any()]
    labels = {"segment_label": _("Сегмент")}
    table = presentation.show_table(rows[columns], SEGMENT_DRIFT, limit=None, labels=labels)
    notes = presentation.show_paragraphs(drift_sentences(result))
    return Shown(table.html + notes.html, f"{table.text}\n\n{notes.text}")


def drift_sentences(result: UpdatesResult) -> list[str]:
    """Return what is to be said of the drift of each group."""
    sentences = []
    moves = result.tables["segment_moves"]
    for group, name in result.group_names.items():
        drift = result.drifts[group]
        own = moves[moves["group_code"] == group]
        told = []
        if not pd.isna(drift.shifted_pct):
            text = _(
                "Чтобы доли сегментов стали прошлогодними, сегмент сменили бы {share} клиентов."
            )
            told.append(text.format(share=format_percent(drift.shifted_pct)))
        for way, text in _MOVE_TEXTS.items():
            rows = own[own["way"] == way]
            if len(rows):
                count, total = _others_count(rows), rows["clients_count"].sum()
                told.append(
                    text.format(
                        count=format_count(count), total=format_count(total),
                        share=format_percent(100 * count / total),
                    )
                )  # fmt: skip
        told += drift.notes
        if told:
            sentences.append(f"{name}. {' '.join(told)}")
    return sentences


_MOVE_TEXTS = {
    "clients": _("Из {total} клиентов обоих годов сменили сегмент {count} ({share})."),
    "rules": _("По решению прошлого года в других сегментах были бы {count} клиентов из {total} ({share})."),
}  # fmt: skip


def _others_count(rows: pd.DataFrame) -> int:
    """Return how many clients are in another segment than before."""
    return int(rows.loc[rows["from_code"] != rows["to_code"], "clients_count"].sum())


def drift_chart(result: UpdatesResult) -> Figure:
    """Draw the shift of each segment's share of all clients, with its interval."""
    rows = result.tables["segment_drift"]
    rows = rows.assign(
        segment_label=pd.Series(result.labels_of(rows), index=rows.index, dtype="str"),
        difference_points=rows["difference"],
    )
    return charts.dot_interval_chart(
        rows, "segment_label", "difference_points", "low", "high",
        title=_("Сдвиг долей сегментов за год"),
        value_title=_("Изменение доли среди всех клиентов, п. п."),
        description=charts.extremes_sentence(rows, "segment_label", "difference_points"),
        reference=0.0,
        reference_label=_("без изменений"),
    )  # fmt: skip


def moves_chart(result: UpdatesResult, group: str, way: str = "clients") -> Figure:
    """Draw from which segments to which the clients of a group move.

    Parameters
    ----------
    way
        `clients`: the same clients a year ago and now; `rules`: this year's clients by last
        year's decision and by this year's.
    """
    rows = result.tables["segment_moves"]
    rows = rows[(rows["group_code"] == group) & (rows["way"] == way)]
    count, total = _others_count(rows), rows["clients_count"].sum()
    return charts.heat_map(
        rows, "from_name", "to_name", "share_pct",
        title=_("{group}: кто сменил сегмент ({way})").format(
            group=result.group_names[group], way=MOVE_WAYS[way]
        ),
        row_title=_("Прежний сегмент"), column_title=_("Нынешний сегмент"),
        value_title=_("Доля прежнего сегмента, %"),
        description=_MOVE_TEXTS[way].format(
            count=format_count(count), total=format_count(total),
            share=format_percent(100 * count / total if total else 0.0),
        ),
    )  # fmt: skip


def _model_fits(result: UpdatesResult) -> list[Shown]:
    """Return the fit of each group's stored model; one note where all segments are by rules."""
    fitted = {group: table for group, table in result.model_fits.items() if len(table)}
    if not fitted:
        text = _("Сегменты всех групп заданы правилами: модели, которую надо проверять, нет.")
        return [presentation.show_note(text)]
    return [model_fit_table(table, result.group_names[group]) for group, table in fitted.items()]
