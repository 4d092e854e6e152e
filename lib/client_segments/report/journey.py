"""The journey of clients and their channels, segment by segment."""

from __future__ import annotations

import pandas as pd

from client_segments import charts
from client_segments import recommendations as rec
from client_segments.contracts import Kind
from client_segments.hypotheses.journey.contracts import CASE_SHARES
from client_segments.language import _, format_percent
from client_segments.report.columns import (
    CHANNEL_COLUMNS,
    GAP_COLUMNS,
    column,
    columns_of,
    told_table,
    without_empty,
)
from client_segments.report.groups import GroupContent, anchor, caption_of, named
from client_segments.report.tree import Block, Figure, Paragraph, Remark, Section, Table

CHANNELS_TOLD = 3
"""Own: channels named for each use."""
GAPS_TOLD = 5
"""Own: the largest differences between preference and use named for each segment."""


def journey_part(group: GroupContent) -> Section:
    """Return the part on the journey and the channels of a group's segments."""
    content = [
        *_stage_blocks(group),
        *_feature_blocks(group),
        *_channel_blocks(group),
        *_gap_blocks(group),
    ]
    return Section(anchor(group, "journey"), _("Клиентский путь и каналы"), tuple(content))


def _stage_blocks(group: GroupContent) -> list[Block]:
    stages = named(group, group.tables.journey_stages)
    if stages.empty:
        return [Remark(_("Клиентский путь: журнала событий нет."))]
    stages = stages.assign(label=stages["stage_number"].astype(str) + ". " + stages["stage"])
    figure = charts.heat_map(
        stages, row="label", column="segment_name", value="reached_pct",
        title=caption_of(group, _("Сколько дел доходит до этапа")), value_title=_("Доля дел, %"),
        description=_("Доля дел каждого сегмента, дошедших до каждого этапа клиентского пути."),
    )  # fmt: skip
    caption = caption_of(group, _("Доля дел, дошедших до этапа, по сегментам"))
    table = _by_segment(stages, "label", _("Этап"), "reached_pct", caption)
    return [Figure(figure), table, *_satisfied_blocks(group)]


def _satisfied_blocks(group: GroupContent) -> list[Block]:
    """Tell how satisfied clients are with the stages, where they were asked about several."""
    stages = named(group, group.experience.stages)
    if stages["stage_number"].nunique() < 2:
        return []
    stages = stages.sort_values("stage_number", kind="stable")
    stages = stages.assign(label=stages["stage_number"].astype(str) + ". " + stages["stage"])
    caption = caption_of(group, _("Доля удовлетворённых этапом, по сегментам"))
    return [_by_segment(stages, "label", _("Этап"), "satisfaction_pct", caption)]


def _feature_blocks(group: GroupContent) -> list[Block]:
    features = named(group, group.experience.features)
    if features.empty:
        return []
    features = features.assign(label=features["measure"].map(CASE_SHARES).str.capitalize())
    order = {label.capitalize(): number for number, label in enumerate(CASE_SHARES.values())}
    features = features.sort_values("label", key=lambda names: names.map(order), kind="stable")
    caption = caption_of(group, _("Особенности пути: доли дел по сегментам"))
    return [_by_segment(features, "label", _("Особенность"), "share_pct", caption)]


def _by_segment(frame: pd.DataFrame, row: str, row_label: str, value: str, caption: str) -> Table:
    """Return a table of percentages: one row an item, one column a segment."""
    wide = frame.pivot(index=row, columns="segment_name", values=value)
    wide = wide.loc[frame[row].drop_duplicates(), frame["segment_name"].drop_duplicates()]
    columns = [column(row, row_label)]
    columns += [column(name, name, Kind.NUMBER, "%") for name in wide.columns]
    return Table(caption, wide.reset_index(), columns_of("by_segment", caption, *columns))


def _channel_blocks(group: GroupContent) -> list[Block]:
    """Tell the preferred channels: one row a segment, one column a use, the three most named."""
    shares = named(group, group.tables.channel_shares)
    shares = shares[shares["kind"] == "preferred"]
    if shares.empty:
        return [Remark(_("Каналы: сведений о предпочтениях нет."))]
    sure = group.experience.ranks
    first = set(
        sure.loc[sure["is_first"], ["segment_code", "use", "channel_code"]].itertuples(
            index=False, name=None
        )
    )
    order = {name: number for number, name in enumerate(group.segment_names())}
    shares = shares.sort_values("share_pct", ascending=False, kind="stable")
    keys = zip(shares["segment_code"], shares["use"], shares["channel_code"], strict=True)
    mark = [" *" if key in first else "" for key in keys]
    shares["told"] = (
        shares["channel_name"]
        + " – "
        + shares["share_pct"].map(format_percent)
        + pd.Series(mark, shares.index, dtype="str")
    )
    top = shares.groupby(["segment_name", "use"], sort=False).head(CHANNELS_TOLD)
    wide = top.groupby(["segment_name", "use"], sort=False)["told"].agg("\n".join).unstack("use")
    wide = wide.reindex(columns=list(rec.CHANNEL_USES)).reset_index()
    wide = wide.sort_values("segment_name", key=lambda names: names.map(order), kind="stable")
    caption = caption_of(group, _("Предпочитаемые каналы, до трёх самых частых"))
    text = _(
        "Звёздочкой отмечены каналы, которые могут быть первыми: их интервалы пересекаются с интервалом самого частого."
    )
    return [without_empty(told_table(caption, wide, CHANNEL_COLUMNS)), Paragraph(text)]


def _gap_blocks(group: GroupContent) -> list[Block]:
    gaps = named(group, group.experience.gaps)
    if gaps.empty:
        return []
    sizes = gaps.assign(size=gaps["difference_pct"].abs().round(9))
    largest = sizes.sort_values("size", ascending=False, kind="stable")
    kept = largest.groupby("segment_code", sort=False).head(GAPS_TOLD).index
    caption = caption_of(group, _("Где предпочтение расходится с использованием"))
    return [told_table(caption, gaps.loc[gaps.index.isin(kept)], GAP_COLUMNS)]
