"""What is said about changes: sentences for people, most pressing first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from client_segments.language import (
    _,
    counted,
    format_count,
    format_percent,
    quoted,
    quoted_list,
    sentence_list,
)
from client_segments.updates.contracts import GROUND_STATES, REVISIONS
from client_segments.updates.groups import GroupUpdate

Line = tuple[str, str | None, str]
"""Kind, segment and text: a row of `REVISIONS`."""


def revisions(update: GroupUpdate, changes: pd.DataFrame, grounds: pd.DataFrame) -> pd.DataFrame:
    """Return table `revisions` of one group: one row is one sentence, most pressing first."""
    lines = [*_file_lines(update), *_version_lines(update)]
    if update.segment_changes["state"].eq("first").all():
        text = _("Профилей за {year} год в реестре нет: сравнивать не с чем.")
        lines.append(("nothing", None, text.format(year=update.study.year - 1)))
    else:
        lines += [
            *_segment_lines(update),
            *_change_lines(update, changes),
            *_ground_lines(update, grounds),
            *_drift_lines(update),
            *_calm_lines(update, changes, grounds),
        ]
    return REVISIONS.conform(pd.DataFrame(lines, columns=REVISIONS.column_names))


def _names(update: GroupUpdate) -> Mapping[str, str]:
    rows = update.segment_changes
    return dict(zip(rows["segment_code"], rows["segment_name"], strict=True))


def _file_lines(update: GroupUpdate) -> Iterator[Line]:
    """Say which files wait to be taken into account, and what they will change."""
    files = update.changed_files
    waiting = files[~files["is_processed"].astype(bool)]
    if len(waiting):
        named = [
            row.file if pd.isna(row.affects) else f"{row.file} ({row.affects})"
            for row in waiting.itertuples()
        ]
        text = _("Профили устарели: не учтены {files}. Выполните шаги 1–6 ещё раз.")
        yield "files", None, text.format(files=sentence_list(named))
    elif len(files):
        text = _("Учтены {files}: профили от них не изменились, новых версий нет.")
        yield "nothing", None, text.format(files=sentence_list(files["file"].tolist()))
    else:
        text = _("Данные и решения – те, по которым записаны последние версии: новых версий нет.")
        yield "nothing", None, text


def _version_lines(update: GroupUpdate) -> Iterator[Line]:
    """Say which profiles have been renewed within the year, and which of their fields differ."""
    names = _names(update)
    fields = update.field_changes
    renewed = fields[fields["compared"] == "version"]
    for code, rows in renewed.groupby("segment_code", sort=False):
        text = _("«{name}»: записана {version}; по сравнению с прежней изменились: {fields}.")
        yield "version", code, text.format(
            name=names[code], version=rows["current_version"].iloc[0],
            fields=_field_names(rows),
        )  # fmt: skip


FIELDS_NAMED = 6
"""Own: how many changed fields a sentence names."""


def _field_names(rows: pd.DataFrame) -> str:
    named = quoted(rows["field"][:FIELDS_NAMED])
    more = len(rows) - len(named)
    if more:
        named.append(_("ещё {fields}").format(
            fields=counted(more, _("поле"), _("поля"), _("полей"))
        ))  # fmt: skip
    return sentence_list(named)


def _segment_lines(update: GroupUpdate) -> Iterator[Line]:
    segments = update.segment_changes
    for state, text in (
        ("new", _("Новые сегменты: {names}.")),
        ("vanished", _("Исчезли сегменты: {names}.")),
    ):
        found = segments.loc[segments["state"] == state, "segment_name"].tolist()
        if found:
            yield "segments", None, text.format(names=quoted_list(found))


def _change_lines(update: GroupUpdate, changes: pd.DataFrame) -> Iterator[Line]:
    names = _names(update)
    for row in changes[changes["is_real"].astype(bool)].itertuples():
        label = row.label[0].lower() + row.label[1:]
        yield "change", row.segment_code, f"«{names[row.segment_code]}», {label}. {row.advice}"


def _ground_lines(update: GroupUpdate, grounds: pd.DataFrame) -> Iterator[Line]:
    """Say which hypotheses have lost their ground, one by one; others by state."""
    names = _names(update)
    for row in grounds[grounds["is_lost"].astype(bool)].itertuples():
        text = _(
            "Гипотеза {code} («{name}») потеряла основание: {hypothesis}. {reasons} Что сделать: {advice}"
        )
        yield "hypothesis", row.segment_code, text.format(
            code=row.hypothesis_code, name=names[row.segment_code],
            hypothesis=row.hypothesis_text.rstrip("."), reasons=row.reasons, advice=row.advice,
        )  # fmt: skip
    doubtful = grounds[~grounds["is_lost"].astype(bool) & (grounds["state"] != "stands")]
    for state, rows in doubtful.groupby("state", sort=False):
        text = _("Гипотезы, основание которых ослабло ({state}): {codes}. Что сделать: {advice}")
        yield "hypothesis", None, text.format(
            state=GROUND_STATES[state], codes=sentence_list(rows["hypothesis_code"].tolist()),
            advice=rows["advice"].iloc[0],
        )  # fmt: skip


def _drift_lines(update: GroupUpdate) -> Iterator[Line]:
    """Say whom last year's decision would place otherwise, and whether a stored model still fits."""
    moves = update.drift.moves
    ruled = moves[moves["way"] == "rules"]
    others = int(ruled.loc[ruled["from_code"] != ruled["to_code"], "clients_count"].sum())
    if others:
        text = _("По решению прошлого года в других сегментах были бы {count} клиентов ({share}): "
                 "поясните, почему изменилось правило.")  # fmt: skip
        share = 100 * others / ruled["clients_count"].sum()
        yield "drift", None, text.format(count=format_count(others), share=format_percent(share))
    if update.outdated_model:
        text = _(
            "Модель скрытых классов устарела ({measures}): постройте классы заново и сравните."
        )
        yield "drift", None, text.format(measures=sentence_list(update.outdated_model))


def _calm_lines(
    update: GroupUpdate, changes: pd.DataFrame, grounds: pd.DataFrame
) -> Iterator[Line]:
    """Say where there is nothing to revise."""
    stirred = {
        *changes.loc[changes["is_real"].astype(bool), "segment_code"],
        *grounds.loc[grounds["is_lost"].astype(bool), "segment_code"],
    }
    names = _names(update)
    calm = [code for code in changes["segment_code"].drop_duplicates() if code not in stirred]
    if calm:
        text = _("Без изменений больше случайных: {names}; пересматривать нечего.")
        yield "nothing", None, text.format(names=quoted_list([names[code] for code in calm]))
