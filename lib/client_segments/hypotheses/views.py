"""What the notebook of step 4 shows together: one call for what answers one question."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from client_segments.hypotheses.channel_charts import channel_gaps_chart, channel_ranks_chart
from client_segments.hypotheses.charts import PROPOSAL_TITLES, proposals_chart
from client_segments.hypotheses.contracts import ALL_CODE
from client_segments.hypotheses.journey.charts import (
    bands_chart,
    durations_chart,
    lost_chart,
    most_different,
    stage_channels_chart,
)
from client_segments.hypotheses.proposals import leading, supported
from client_segments.hypotheses.proposals.contracts import TESTS
from client_segments.language import _, counted, format_count
from client_segments.presentation import (
    Shown,
    Views,
    show_folded,
    show_note,
    show_result,
    show_table,
    show_together,
)
from client_segments.steps import StepResult

_JOURNEY_TABLES = (
    "journey_totals", "journey_flow", "journey_times", "journey_shares", "journey_amounts",
    "journey_variants", "journey_durations", "journey_channels", "journey_experience",
    "journey_described", "journey_activities",
)  # fmt: skip
_CHANNEL_TABLES = ("channel_ranks", "channel_gaps", "channel_reasons")
_CODES = ("stage_number", "band_number", "channel_code")
"""Columns whose words stand beside them."""

_OFFERED = (
    "segment_code", "hypothesis_text", "also_text", "strength", "q_value", "proposal_code",
)  # fmt: skip


def view_journey(result: StepResult) -> Views | Shown:
    """Show losses, times and channels by stage, and all tables of the journey under them."""
    parts: list[object] = []
    if result.table("journey_flow")["lost_pct"].notna().any():
        parts.append(lost_chart(result))
    if len(result.table("journey_amounts")):
        parts += [durations_chart(result), bands_chart(result)]
    if len(result.table("journey_channels")):
        codes = dict.fromkeys([ALL_CODE, most_different(result)])
        parts += [stage_channels_chart(result, code) for code in codes]
    return show_together(*parts, _tables(result, _JOURNEY_TABLES))


def view_channels(result: StepResult) -> Views | Shown:
    """Show the order of channels, gaps between preference and use, and their tables."""
    parts: list[object] = []
    if len(result.table("channel_ranks")):
        parts.append(channel_ranks_chart(result))
    if result.table("channel_gaps")["is_parted"].any():
        parts.append(channel_gaps_chart(result))
    return show_together(*parts, _tables(result, _CHANNEL_TABLES))


def show_proposals(result: StepResult) -> Shown:
    """Show what data support, one row a phenomenon, and how many comparisons were tried."""
    proposals = result.table("proposals")
    found = leading(proposals)
    forms = (_("явление"), _("явления"), _("явлений"))
    caption = _("Поддержано данными {supported} из {tried} сравнений: {found}").format(
        supported=format_count(len(supported(proposals))),
        tried=format_count(len(proposals)),
        found=counted(len(found), *forms),
    )
    names = found["segment_code"].map(result.segment_names)
    shown = show_table(
        found.assign(segment_code=names)[list(_OFFERED)],
        result.contracts["proposals"],
        caption,
        limit=100,
        labels={"segment_code": _("Сегмент")},
    )
    tried = show_note(_tried(proposals))
    return Shown(shown.html + tried.html, f"{shown.text}\n{tried.text}")


def _tried(proposals: pd.DataFrame) -> str:
    """Return how many comparisons of each kind were tried, and how many data support."""
    template = _("{test} – {tried}, поддержано {supported}")
    lines = []
    for test, label in TESTS.items():
        own = proposals[proposals["test"] == test]
        if len(own):
            lines.append(
                template.format(
                    test=label, tried=format_count(len(own)),
                    supported=format_count(int(own["is_supported"].sum())),
                )
            )  # fmt: skip
    if not lines:
        return _("Сравнений не проведено: данных нет.")
    return _("Проведено: {lines}.").format(lines="; ".join(lines))


def view_proposal_charts(result: StepResult) -> Views | Shown:
    """Show a chart for each kind of difference that was found: units of kinds do not mix."""
    found = set(leading(result.table("proposals"))["test"])
    shown = [proposals_chart(result, test) for test in PROPOSAL_TITLES if test in found]
    if not shown:
        return show_note(_("Различий, поддержанных данными, не найдено."))
    return show_together(*shown)


def _tables(result: StepResult, names: Sequence[str]) -> Shown:
    """Show tables of a step that have rows, each folded under its label."""
    parts = []
    for name in names:
        frame = result.table(name)
        if frame.empty:
            continue
        columns = [
            column for column in frame if column not in _CODES and frame[column].notna().any()
        ]
        shown = show_result(result, name, limit=100, columns=columns)
        parts.append((result.contracts[name].label, shown))
    if not parts:
        return show_note(_("Данных для этих таблиц нет."))
    return show_folded(parts)
