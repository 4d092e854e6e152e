"""The section «Что изменилось с прошлого года»: segments, indicators, verdicts, versions."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from client_segments import charts
from client_segments.language import _, counted, quoted_list
from client_segments.profiles.comparison import PARAMETERS
from client_segments.report.columns import (
    CHANGE_COLUMNS,
    CHANGE_SUMMARY_COLUMNS,
    PROFILE_COLUMNS,
    VERDICT_CHANGE_COLUMNS,
    told_table,
)
from client_segments.report.groups import GroupContent, named
from client_segments.report.tree import Block, Figure, Items, Paragraph, Remark, Section, blocks


def changes_section(year: int, groups: Sequence[GroupContent], changes: pd.DataFrame) -> Section:
    """Return the section on what changed since last year.

    Parameters
    ----------
    changes
        One row is one comparison of an indicator of a segment, from protected numbers, judged
        among all comparisons of the authority (`profiles.comparison.judge`).
    """
    title = _("Что изменилось с прошлого года")
    versions = Section("versions", _("Версии профилей"), blocks(_versions(year, groups)))
    compared = [group for group in groups if group.changes.has_previous]
    if not compared:
        text = _("Профилей за {year} год в реестре нет: сравнивать не с чем.")
        return Section("changes", title, (Remark(text.format(year=year - 1)),), (versions,))
    rows = _named(compared, changes)
    return Section(
        "changes",
        title,
        blocks(
            _intro(),
            _summary(compared, rows),
            _segment_items(compared),
            _real(rows),
            _chart(rows, len(compared) > 1),
            _parameters(rows),
            _verdicts(compared),
        ),
        (versions,),
    )


def _intro() -> Paragraph:
    return Paragraph(
        _(
            "Сравнены последние версии профилей этого и прошлого года, по округлённым числам обоих лет. Изменение больше случайного, если оно отличимо от случайного с учётом числа всех сравнений; границы – 95 %-е интервалы разницы долей."
        )
    )


def _named(groups: Sequence[GroupContent], changes: pd.DataFrame) -> pd.DataFrame:
    """Add names of groups and segments to the rows of comparisons."""
    names = {
        (group.code, row.segment_code): row.segment_name
        for group in groups
        for row in group.changes.segments.itertuples()
    }
    titles = {group.code: group.name for group in groups}
    known = changes[changes["group_code"].isin(titles)]
    keys = zip(known["group_code"], known["segment_code"], strict=True)
    return known.assign(
        group_name=known["group_code"].map(titles),
        segment_name=pd.Series([names[key] for key in keys], index=known.index, dtype="str"),
        is_real=known["is_real"].fillna(False).astype(bool),
    )


def change_counts(groups: Sequence[GroupContent], changes: pd.DataFrame) -> pd.DataFrame:
    """Count what was compared: one row is one group that has a last year."""
    rows = []
    for group in groups:
        states = group.changes.segments["state"].value_counts()
        own = changes[changes["group_code"] == group.code]
        rows.append(
            {
                "group_name": group.name,
                **{state: int(states.get(state, 0)) for state in ("continued", "new", "vanished")},
                "compared": int(own["difference"].notna().sum()),
                "real": int(own["is_real"].fillna(False).astype(bool).sum()),
            }
        )
    return pd.DataFrame(rows, columns=CHANGE_SUMMARY_COLUMNS.column_names)


def _summary(groups: Sequence[GroupContent], rows: pd.DataFrame) -> Block:
    frame = change_counts(groups, rows)
    return told_table(_("Сравнение с прошлым годом"), frame, CHANGE_SUMMARY_COLUMNS)


def _segment_items(groups: Sequence[GroupContent]) -> Items | None:
    """Name the segments that are new or gone."""
    lines = []
    for group in groups:
        table = group.changes.segments
        for state, template in (
            ("new", _("«{group}»: новые сегменты – {names}.")),
            ("vanished", _("«{group}»: исчезли сегменты – {names}.")),
        ):
            found = table.loc[table["state"] == state, "segment_name"].tolist()
            if found:
                lines.append(template.format(group=group.name, names=quoted_list(found)))
    return Items(tuple(lines)) if lines else None


def _real(rows: pd.DataFrame) -> Block:
    real = rows[rows["is_real"]]
    if real.empty:
        return Paragraph(_("Изменений больше случайного нет."))
    return told_table(_("Изменения больше случайного"), real, CHANGE_COLUMNS)


def _chart(rows: pd.DataFrame, several: bool) -> list[Block]:
    own = rows[(rows["indicator"] == "satisfaction") & rows["difference"].notna()]
    if own.empty:
        return []
    names = own["segment_name"] + (" (" + own["group_name"] + ")" if several else "")
    own = own.assign(segment_label=names, difference_points=own["difference"])
    real = own.loc[own["is_real"], "segment_label"].tolist()
    description = (
        _("Удовлетворённость изменилась больше случайного у сегментов {names}.").format(
            names=quoted_list(real)
        )
        if real
        else _("Ни в одном сегменте удовлетворённость не изменилась больше случайного.")
    )
    figure = charts.dot_interval_chart(
        own, "segment_label", "difference_points", "low", "high",
        title=_("Как изменилась удовлетворённость за год"), value_title=_("Изменение, п. п."),
        description=description, reference=0.0, reference_label=_("без изменений"),
    )  # fmt: skip
    return [Figure(figure)]


def _parameters(rows: pd.DataFrame) -> Block | None:
    own = rows[rows["indicator"].isin(PARAMETERS)]
    if own.empty:
        return None
    return told_table(_("Параметры пункта 6 в прошлом и этом году"), own, CHANGE_COLUMNS)


def _verdicts(groups: Sequence[GroupContent]) -> Block | None:
    frames = [
        named(group, group.changes.verdicts).assign(group_name=group.name)
        for group in groups
        if len(group.changes.verdicts)
    ]
    if not frames:
        return None
    frame = pd.concat(frames, ignore_index=True)
    return told_table(_("Изменившиеся вердикты гипотез"), frame, VERDICT_CHANGE_COLUMNS)


def _versions(year: int, groups: Sequence[GroupContent]) -> Block:
    frames = [named(group, group.profiles).assign(group_name=group.name) for group in groups]
    if not frames:
        return Remark(_("Версий профилей нет."))
    caption = _("Версии профилей за {year} год").format(year=year)
    return told_table(caption, pd.concat(frames, ignore_index=True), PROFILE_COLUMNS)


def change_sentence(groups: Sequence[GroupContent], changes: pd.DataFrame) -> str:
    """Say in a sentence how much changed; its numbers are sums told in the table of comparisons."""
    compared = [group for group in groups if group.changes.has_previous]
    if not compared:
        return ""
    counts = change_counts(compared, changes)
    parts = [
        _("«{group}» – {real} из {compared}").format(
            group=row.group_name, real=row.real,
            compared=counted(row.compared, _("показателя"), _("показателей"), _("показателей")),
        )
        for row in counts.itertuples()
    ]  # fmt: skip
    return _("По сравнению с прошлым годом больше случайного изменились: {parts}.").format(
        parts="; ".join(parts)
    )
