"""What the report tells of one group of processes: its section, part by part."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from client_segments import charts
from client_segments import recommendations as rec
from client_segments.contracts import Kind
from client_segments.disclosure import is_hidden
from client_segments.language import _, format_date, format_number, format_percent, sentence_list
from client_segments.priorities import ALL_INSTRUMENTS, ALL_MEASURES
from client_segments.profiles import ProfileInputs
from client_segments.report.columns import (
    ATTRIBUTE_COLUMNS,
    BLIND_ZONE_COLUMNS,
    CHANNEL_COLUMNS,
    FIELD_COLUMNS,
    PLAN_COLUMNS,
    PRIORITY_COLUMNS,
    PROBLEM_COLUMNS,
    SATISFACTION_COLUMNS,
    SEGMENT_COLUMNS,
    VERDICT_COLUMNS,
    column,
    columns_of,
    told_table,
    without_empty,
)
from client_segments.report.tree import (
    Block,
    Facts,
    Figure,
    Paragraph,
    Remark,
    Section,
    Table,
    blocks,
)

CHANNELS_TOLD = 3
"""Own: channels named for each use."""


@dataclass(frozen=True)
class GroupContent:
    """What the report tells of one group of processes.

    Attributes
    ----------
    code
        Code of the group.
    tables
        Protected tables and the passport of the group.
    fields
        One row is one field of one segment's profile, composed from the protected tables.
    profiles
        One row is one segment: status, version and date of its profile.
    checks
        One row is one check of a step: rule, clause, outcome.
    """

    code: str
    tables: ProfileInputs
    fields: pd.DataFrame
    profiles: pd.DataFrame
    checks: pd.DataFrame

    @property
    def name(self) -> str:
        return self.tables.group.name

    def segment_names(self) -> pd.Series:
        """Names of segments by code."""
        return self.tables.segments.set_index("segment_code")["segment_name"]


def named(group: GroupContent, frame: pd.DataFrame) -> pd.DataFrame:
    """Add names of segments; rows of no segment of the group are left out."""
    frame = frame.assign(segment_name=frame["segment_code"].map(group.segment_names()))
    return frame.dropna(subset=["segment_name"])


def overall(satisfaction: pd.DataFrame) -> pd.DataFrame:
    """Return the row of each segment that has all instruments together."""
    return satisfaction[satisfaction["instrument"] == ALL_INSTRUMENTS]


def all_measures(blind_zone: pd.DataFrame) -> pd.DataFrame:
    """Return the row of each segment that sums up its measures."""
    return blind_zone[blind_zone["measure"] == ALL_MEASURES]


def group_section(group: GroupContent) -> Section:
    """Return the section of a group: passport, then its parts in the order of the steps."""
    settings = group.tables.group
    facts = Facts(
        _("Паспорт группы процессов"),
        (
            (_("Вид клиента"), rec.CLIENT_KINDS[settings.client_kind]),
            (_("Направление деятельности"), rec.DIRECTIONS[settings.direction]),
            (_("Процессы"), "; ".join(settings.processes) or _("не указаны")),
            (_("Ответственное подразделение"), settings.unit or _("не указано")),
        ),
    )
    parts = [
        _attribute_part(group),
        _segment_part(group),
        _priority_part(group),
        _journey_part(group),
        _verdict_part(group),
        _profile_part(group),
        _plan_part(group),
    ]
    title = _("Группа процессов «{name}»").format(name=group.name)
    return Section(f"group-{group.code}", title, (facts,), tuple(parts))


def anchor(group: GroupContent, name: str) -> str:
    """Return the anchor of a part of a group's section."""
    return f"group-{group.code}-{name}"


def _attribute_part(group: GroupContent) -> Section:
    frame = group.tables.attributes
    caption = _("Перечень признаков: {name}").format(name=group.name)
    return Section(
        anchor(group, "attributes"), _("Признаки"), (told_table(caption, frame, ATTRIBUTE_COLUMNS),)
    )


def _segment_part(group: GroupContent) -> Section:
    frame = group.tables.segments
    frame = frame[~(frame["is_rest"] & is_hidden(frame["clients_count"]))]
    caption = _("Сегменты: {name}").format(name=group.name)
    named = frame[~frame["is_rest"]]
    largest = named.loc[named["clients_count"].idxmax()]
    description = _(
        "Число клиентов в каждом сегменте; больше всего – «{name}», {share} всех."
    ).format(name=largest["segment_name"], share=format_percent(largest["share_pct"]))
    figure = charts.bar_chart(
        frame, label="segment_name", value="clients_count", title=_("Ёмкость сегментов"),
        value_title=_("Число клиентов (округлённое)"), description=description,
    )  # fmt: skip
    table = told_table(caption, frame, SEGMENT_COLUMNS, counts=["clients_count"])
    return Section(anchor(group, "segments"), _("Сегменты"), (table, Figure(figure)))


def _priority_part(group: GroupContent) -> Section:
    tables = group.tables
    capacity = tables.segments.set_index("segment_code")["clients_count"]
    ranked = tables.priorities.sort_values("rank", kind="stable")
    ranked = ranked.assign(clients_count=ranked["segment_code"].map(capacity))
    caption = _("Очерёдность исследования: {name}").format(name=group.name)
    return Section(
        anchor(group, "priorities"),
        _("Очерёдность исследования"),
        blocks(
            without_empty(told_table(caption, ranked, PRIORITY_COLUMNS, counts=["clients_count"])),
            _missing_remark(ranked, tables.group.has_entitlement),
            _satisfaction_blocks(group),
            _problem_blocks(group),
            _blind_zone_blocks(group),
        ),
    )


def _missing_remark(ranked: pd.DataFrame, has_entitlement: bool) -> Remark | None:
    """Say which criteria the ranking lacks; their weight went to the others."""
    missing = {name for text in ranked["missing_criteria"].dropna() for name in text.split(", ")}
    inapplicable = set() if has_entitlement else {_("Слепая зона")}
    left = sorted(f"«{name}»" for name in missing - inapplicable if name)
    if not left:
        return None
    names = sentence_list(left)
    text = _("В расчёте места нет данных по параметрам: {names}; их вес поделили остальные.")
    return Remark(text.format(names=names))


def _satisfaction_blocks(group: GroupContent) -> list[Block]:
    frame = named(group, overall(group.tables.satisfaction))
    known = frame.dropna(subset=["satisfaction_pct"])
    if known.empty:
        return [Remark(_("Удовлетворённость: данных нет, параметр в очерёдности не учтён."))]
    caption = _("Удовлетворённость сегментов: {name}").format(name=group.name)
    figure = charts.dot_interval_chart(
        known, label="segment_name", value="satisfaction_pct", low="low_pct", high="high_pct",
        title=_("Удовлетворённость сегментов"), value_title=_("Доля удовлетворённых, %"),
        description=_("Доли удовлетворённых с 95 %-ми интервалами. ")
        + charts.extremes_sentence(known, "segment_name", "satisfaction_pct"),
    )  # fmt: skip
    return [
        told_table(caption, frame, SATISFACTION_COLUMNS, counts=["answers_count"]),
        Figure(figure),
    ]


def _problem_blocks(group: GroupContent) -> list[Block]:
    frame = named(group, group.tables.problems)
    if frame.empty:
        return [
            Remark(_("Проблемы: данных нет или их слишком мало, параметр в очерёдности не учтён."))
        ]
    special = frame[frame["is_specific"]]
    if special.empty:
        return [
            Remark(_("Особых проблем у сегментов не найдено: они называют примерно одно и то же."))
        ]
    caption = _("Проблемы, которые сегмент называет заметно чаще остальных: {name}").format(
        name=group.name
    )
    return [told_table(caption, special, PROBLEM_COLUMNS, counts=["problems_count"])]


def _blind_zone_blocks(group: GroupContent) -> list[Block]:
    if not group.tables.group.has_entitlement:
        return [
            Remark(
                _(
                    "Слепая зона: неприменимо – направление не предполагает права на услугу или меру поддержки."
                )
            )
        ]
    frame = named(group, group.tables.blind_zone)
    if frame.empty:
        return [Remark(_("Слепая зона: нет сведений о том, кто имеет право и кто обратился."))]
    caption = _("Слепая зона: {name}").format(name=group.name)
    counts = ["entitled_count", "applied_count", "refused_count", "blind_zone_count"]
    return [told_table(caption, frame, BLIND_ZONE_COLUMNS, counts)]


def _journey_part(group: GroupContent) -> Section:
    content = [*_stage_blocks(group), *_channel_blocks(group)]
    return Section(anchor(group, "journey"), _("Клиентский путь и каналы"), tuple(content))


def _stage_blocks(group: GroupContent) -> list[Block]:
    stages = named(group, group.tables.journey_stages)
    if stages.empty:
        return [Remark(_("Клиентский путь: журнала событий нет."))]
    stages = stages.assign(label=stages["stage_number"].astype(str) + ". " + stages["stage"])
    caption = _("Доля дел, дошедших до этапа, по сегментам: {name}").format(name=group.name)
    figure = charts.heat_map(
        stages, row="label", column="segment_name", value="reached_pct",
        title=_("Сколько дел доходит до этапа"), value_title=_("Доля дел, %"),
        description=_("Доля дел каждого сегмента, дошедших до каждого этапа клиентского пути."),
    )  # fmt: skip
    wide = stages.pivot(index="label", columns="segment_name", values="reached_pct")
    wide = wide.loc[stages["label"].drop_duplicates(), stages["segment_name"].drop_duplicates()]
    columns = [column("label", _("Этап"))]
    columns += [column(name, name, Kind.NUMBER, "%") for name in wide.columns]
    contract = columns_of("stages", caption, *columns)
    return [Figure(figure), Table(caption, wide.reset_index(), contract)]


def _channel_blocks(group: GroupContent) -> list[Block]:
    """Tell the preferred channels: one row a segment, one column a use, the three most named."""
    shares = named(group, group.tables.channel_shares)
    shares = shares[shares["kind"] == "preferred"]
    if shares.empty:
        return [Remark(_("Каналы: сведений о предпочтениях нет."))]
    order = {name: number for number, name in enumerate(group.segment_names())}
    shares = shares.sort_values("share_pct", ascending=False, kind="stable")
    shares["told"] = shares["channel_name"] + " – " + shares["share_pct"].map(format_percent)
    top = shares.groupby(["segment_name", "use"], sort=False).head(CHANNELS_TOLD)
    wide = top.groupby(["segment_name", "use"], sort=False)["told"].agg("\n".join).unstack("use")
    wide = wide.reindex(columns=list(rec.CHANNEL_USES)).reset_index()
    wide = wide.sort_values("segment_name", key=lambda names: names.map(order), kind="stable")
    caption = _("Предпочитаемые каналы, до трёх самых частых: {name}").format(name=group.name)
    return [without_empty(told_table(caption, wide, CHANNEL_COLUMNS))]


def _verdict_part(group: GroupContent) -> Section:
    frame = named(group, group.tables.verdicts)
    caption = _("Гипотезы и итоги их проверки: {name}").format(name=group.name)
    content: Block = Remark(_("Принятых гипотез нет."))
    if len(frame):
        content = told_table(caption, frame, VERDICT_COLUMNS, ["survey_total_count"])
    return Section(anchor(group, "verdicts"), _("Гипотезы"), (content,))


def _profile_part(group: GroupContent) -> Section:
    statuses = group.profiles.set_index("segment_code")["status"]
    parts = []
    for code, name in group.segment_names().items():
        fields = group.fields[(group.fields["segment_code"] == code)]
        if fields.empty:
            continue
        shown = fields[fields["is_filled"] | fields["is_core"]]
        caption = _("Статус профиля: {status}.").format(status=rec.PROFILE_STATUSES[statuses[code]])
        tables = [
            replace(
                told_table(section, own, FIELD_COLUMNS),
                book_sheet=_("Профили: {name}").format(name=group.name),
                keys=((_("Сегмент"), name), (_("Раздел формы"), section)),
            )
            for section, own in shown.groupby("section", sort=False)
        ]
        parts.append(
            Section(
                anchor(group, f"profile-{code}"), name, (Paragraph(caption), *tables),
                starts_page=True,
            )
        )  # fmt: skip
    note = Remark(_("Показаны основные поля формы и те дополнительные, которые заполнены."))
    return Section(anchor(group, "profiles"), _("Профили сегментов"), (note,), tuple(parts))


def _plan_part(group: GroupContent) -> Section:
    frame = named(group, group.tables.measures)
    content: Block = Remark(_("Мероприятий нет: план персонализации не составлен."))
    if len(frame):
        rows = list(frame.itertuples())
        frame = frame.assign(
            need=frame["need"].fillna(frame["problem"]),
            responsible=[_responsible(row) for row in rows],
            indicator=[_indicator(row) for row in rows],
        )
        caption = _("План персонализации клиентских путей: {name}").format(name=group.name)
        content = told_table(caption, frame, PLAN_COLUMNS)
    return Section(anchor(group, "plan"), _("План персонализации"), (content,))


def _responsible(row) -> str | None:
    """Return who answers for a measure and by when, as far as both are known."""
    who = "" if pd.isna(row.responsible) else row.responsible
    term = "" if pd.isna(row.due_date) else _("до {day}").format(day=format_date(row.due_date))
    return ", ".join(part for part in (who, term) if part) or None


def _indicator(row) -> str | None:
    """Return a measure's indicator with its base and target, as far as they are known."""
    if pd.isna(row.indicator):
        return None
    if pd.isna(row.base_value) and pd.isna(row.target_value):
        return row.indicator
    base, target = (
        format_number(value, 0 if value == value // 1 else 1)
        for value in (row.base_value, row.target_value)
    )
    return f"{row.indicator}: {base} → {target}"
