"""Content of the yearly report (clause 9), written from protected tables only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from client_segments import charts
from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract
from client_segments.disclosure import BAND, count_text, is_hidden
from client_segments.language import (
    _,
    counted,
    format_count,
    format_date,
    format_percent,
    sentence_list,
)
from client_segments.profiles import ProfileInputs
from client_segments.report.tree import (
    Block,
    Facts,
    Figure,
    Items,
    Paragraph,
    Remark,
    Report,
    Section,
    Table,
    blocks,
)
from client_segments.steps import OUTCOME_LABELS

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


@dataclass(frozen=True)
class YearContent:
    """What the report tells of an authority's year.

    Attributes
    ----------
    groups
        Groups whose profiles are formed.
    unfinished
        Names of groups that are not, with the reason.
    signatory, summary
        What `report.yml` says.
    composed_on
        Date of the newest decision behind the report.
    """

    authority_name: str
    year: int
    groups: tuple[GroupContent, ...]
    unfinished: tuple[tuple[str, str], ...]
    signatory: str
    summary: str
    composed_on: date | None


def _column(name: str, label: str, kind: Kind = Kind.TEXT, unit: str = "") -> Column:
    return Column(name, label, kind, "", unit)


def _contract(name: str, label: str, *columns: Column) -> TableContract:
    return TableContract(name, label, "", "report", columns)


def _told(counts: pd.Series) -> pd.Series:
    """Return protected counts as they are told."""
    return counts.map(lambda count: "—" if pd.isna(count) else count_text(int(count)))


SEGMENT_COLUMNS = _contract(
    "segments", _("Сегменты"),
    _column("segment_name", _("Сегмент")),
    _column("rule_text", _("Правило отнесения")),
    _column("clients_count", _("Ёмкость"), Kind.INTEGER),
    _column("share_pct", _("Доля"), Kind.NUMBER, "%"),
)  # fmt: skip
ATTRIBUTE_COLUMNS = _contract(
    "attributes", _("Признаки"),
    _column("attribute_name", _("Признак")),
    Column("role", _("Роль"), Kind.CODE, "", codes=rec.ATTRIBUTE_ROLES),
    _column("source_types", _("Виды источников")),
    _column("basis", _("Реквизит источника")),
    _column("is_special", _("Специальный"), Kind.FLAG),
)  # fmt: skip
PRIORITY_COLUMNS = _contract(
    "priorities", _("Очерёдность"),
    _column("rank", _("Место"), Kind.INTEGER),
    _column("segment_name", _("Сегмент")),
    _column("clients_count", _("Ёмкость"), Kind.INTEGER),
    _column("satisfaction_pct", _("Удовлетворены"), Kind.NUMBER, "%"),
    _column("problem_uniqueness", _("Уникальность проблем"), Kind.NUMBER),
    _column("blind_zone_pct", _("Слепая зона"), Kind.NUMBER, "%"),
    _column("score", _("Балл"), Kind.NUMBER),
    _column("is_stable", _("Место устойчиво"), Kind.FLAG),
    _column("is_chosen", _("Выбран первым"), Kind.FLAG),
)  # fmt: skip
SATISFACTION_COLUMNS = _contract(
    "satisfaction", _("Удовлетворённость"),
    _column("segment_name", _("Сегмент")),
    _column("answers_count", _("Ответов"), Kind.INTEGER),
    _column("satisfaction_pct", _("Удовлетворены"), Kind.NUMBER, "%"),
    _column("low_pct", _("Не менее"), Kind.NUMBER, "%"),
    _column("high_pct", _("Не более"), Kind.NUMBER, "%"),
)  # fmt: skip
BLIND_ZONE_COLUMNS = _contract(
    "blind_zone", _("Слепая зона"),
    _column("segment_name", _("Сегмент")),
    _column("measure", _("Услуга или мера")),
    _column("entitled_count", _("Имеют право"), Kind.INTEGER),
    _column("applied_count", _("Обратились"), Kind.INTEGER),
    _column("refused_count", _("Отказано"), Kind.INTEGER),
    _column("blind_zone_count", _("Слепая зона"), Kind.INTEGER),
    _column("blind_zone_pct", _("Доля слепой зоны"), Kind.NUMBER, "%"),
)  # fmt: skip
PROBLEM_COLUMNS = _contract(
    "problems", _("Особые проблемы сегментов"),
    _column("segment_name", _("Сегмент")),
    _column("problem", _("Проблема")),
    _column("problems_count", _("Упоминаний"), Kind.INTEGER),
    _column("share_pct", _("Доля в сегменте"), Kind.NUMBER, "%"),
    _column("others_share_pct", _("Доля у остальных"), Kind.NUMBER, "%"),
)  # fmt: skip
CHANNEL_COLUMNS = _contract(
    "channels", _("Предпочитаемые каналы"),
    _column("segment_name", _("Сегмент")),
    *(_column(code, label.capitalize()) for code, label in rec.CHANNEL_USES.items()),
)  # fmt: skip
VERDICT_COLUMNS = _contract(
    "verdicts", _("Гипотезы и вердикты"),
    _column("hypothesis_code", _("№")),
    _column("segment_name", _("Сегмент")),
    _column("hypothesis_text", _("Гипотеза")),
    _column("criterion_pct", _("Критерий"), Kind.NUMBER, "%"),
    _column("survey_total_count", _("Ответов в опросе"), Kind.INTEGER),
    _column("survey_pct", _("Доля «да»"), Kind.NUMBER, "%"),
    Column("verdict", _("Вердикт"), Kind.CODE, "", codes=rec.VERDICTS),
)  # fmt: skip
PLAN_COLUMNS = _contract(
    "plan", _("План персонализации"),
    _column("measure_code", _("№")),
    _column("segment_name", _("Сегмент")),
    _column("need", _("Потребность или проблема")),
    _column("measure", _("Мероприятие")),
    _column("responsible", _("Ответственный")),
    _column("due_date", _("Срок"), Kind.DATE),
    _column("indicator", _("Показатель")),
    _column("base_value", _("Было"), Kind.NUMBER),
    _column("target_value", _("Станет"), Kind.NUMBER),
    Column("state", _("Состояние"), Kind.CODE, "", codes=rec.MEASURE_STATES),
)  # fmt: skip
PROFILE_COLUMNS = _contract(
    "profiles", _("Профили"),
    _column("group_name", _("Группа процессов")),
    _column("segment_name", _("Сегмент")),
    Column("status", _("Статус"), Kind.CODE, "", codes=rec.PROFILE_STATUSES),
    _column("version_number", _("Версия"), Kind.INTEGER),
    _column("formed_date", _("Дата формирования"), Kind.DATE),
    Column("reason", _("Основание"), Kind.CODE, "", codes=rec.UPDATE_REASONS),
)  # fmt: skip
COMPLIANCE_COLUMNS = _contract(
    "compliance", _("Выполнение Рекомендаций"),
    _column("clause", _("Пункт")),
    _column("rule", _("Правило")),
    _column("group_name", _("Группа процессов")),
    Column("outcome", _("Итог"), Kind.CODE, "", codes=OUTCOME_LABELS),
)  # fmt: skip
FIELD_COLUMNS = _contract(
    "fields", _("Профиль"),
    _column("field", _("Поле")),
    _column("value_text", _("Значение")),
)  # fmt: skip


def _table(
    caption: str, frame: pd.DataFrame, contract: TableContract, counts: Sequence[str] = ()
) -> Table:
    """Return a table of the contract's columns; counts are told by the protection rule."""
    shown = frame[contract.column_names].copy()
    for name in counts:
        shown[name] = _told(frame[name])
    return Table(caption, shown, contract)


def _without_empty(table: Table) -> Table:
    """Return a table without the columns in which no row has a value."""
    return replace(table, frame=table.frame.dropna(axis="columns", how="all"))


def _named(group: GroupContent, frame: pd.DataFrame) -> pd.DataFrame:
    """Add names of segments; rows of no segment of the group are left out."""
    frame = frame.assign(segment_name=frame["segment_code"].map(group.segment_names()))
    return frame.dropna(subset=["segment_name"])


def year_report(content: YearContent) -> Report:
    """Write the report of an authority's year as a tree of content."""
    deadline = rec.report_deadline(content.year)
    facts = (
        (_("Орган власти"), content.authority_name),
        (_("Год, за который составлены профили"), str(content.year)),
        (_("Срок представления (пункт 9)"), format_date(deadline)),
        (_("Составлен по решениям на"), format_date(content.composed_on)),
        (_("Групп процессов"), str(len(content.groups))),
        (_("Подписывает"), content.signatory or _("не указано")),
    )
    sections = [
        _summary(content),
        _method(content),
        *(_group_section(group) for group in content.groups),
        _versions(content),
        _compliance(content),
        _limitations(content),
    ]
    title = _("Отчёт о профилях клиентских сегментов")
    return Report(title, content.authority_name, content.year, facts, tuple(sections))


def _summary(content: YearContent) -> Section:
    intro = [Paragraph(text) for text in content.summary.split("\n\n") if text.strip()]
    nothing = Remark(_("Ни в одной группе процессов профили ещё не сформированы."))
    parts = tuple(
        Section(_anchor(group, "summary"), group.name, (Items(tuple(_group_sentences(group))),))
        for group in content.groups
    )
    return Section("summary", _("Главное"), blocks(intro, None if parts else nothing), parts)


def _group_sentences(group: GroupContent) -> list[str]:
    """Say the main findings on a group in sentences; each number is one of its tables."""
    sentences = [
        _size_sentence(group),
        _rank_sentence(group),
        _satisfaction_sentence(group),
        _blind_zone_sentence(group),
        _verdict_sentence(group),
    ]
    return [sentence for sentence in sentences if sentence]


def _size_sentence(group: GroupContent) -> str:
    segments = group.tables.segments
    total = int(segments["clients_count"].sum())
    return _("В данных {clients}; выделено {segments}.").format(
        clients=counted(total, *group.tables.group.unit_forms),
        segments=counted(
            int((~segments["is_rest"]).sum()), _("сегмент"), _("сегмента"), _("сегментов")
        ),
    )


def _rank_sentence(group: GroupContent) -> str:
    ranked = group.tables.priorities.sort_values("rank", kind="stable")
    if ranked.empty:
        return ""
    first = ranked.iloc[0]
    stable = _("место устойчиво") if first["is_stable"] else _("место неустойчиво")
    text = _("По расчёту первым исследуется сегмент «{segment}» ({stable}).").format(
        segment=first["segment_name"], stable=stable
    )
    chosen = [f"«{name}»" for name in ranked.loc[ranked["is_chosen"], "segment_name"]]
    if not chosen:
        return text
    return text + " " + _("Решено начать с сегментов: {names}.").format(names=sentence_list(chosen))


def _satisfaction_sentence(group: GroupContent) -> str:
    known = _overall(group.tables.satisfaction).dropna(subset=["satisfaction_pct"])
    if known.empty:
        return ""
    names = group.segment_names()
    least = known.loc[known["satisfaction_pct"].idxmin()]
    most = known.loc[known["satisfaction_pct"].idxmax()]
    return _(
        "Реже всего удовлетворены клиенты сегмента «{least}» ({least_share}), чаще всего – «{most}» ({most_share})."
    ).format(
        least=names[least["segment_code"]],
        least_share=format_percent(least["satisfaction_pct"]),
        most=names[most["segment_code"]],
        most_share=format_percent(most["satisfaction_pct"]),
    )


def _blind_zone_sentence(group: GroupContent) -> str:
    blind = _all_measures(group.tables.blind_zone)
    entitled = blind["entitled_count"].sum()
    if not entitled:
        return ""
    count = blind["blind_zone_count"].sum()
    return _("Имеют право, но не обращались: {count} из {entitled} ({share}).").format(
        count=format_count(count),
        entitled=format_count(entitled),
        share=format_percent(100 * count / entitled),
    )


def _verdict_sentence(group: GroupContent) -> str:
    verdicts = group.tables.verdicts["verdict"].value_counts()
    if not verdicts.sum():
        return ""
    parts = [
        _("{verdict} – {count}").format(verdict=label, count=verdicts[code])
        for code, label in rec.VERDICTS.items()
        if code in verdicts
    ]
    return _("Гипотез – {total}: {parts}.").format(total=verdicts.sum(), parts=", ".join(parts))


def _overall(satisfaction: pd.DataFrame) -> pd.DataFrame:
    return satisfaction[satisfaction["instrument"] == "all"]


def _all_measures(blind_zone: pd.DataFrame) -> pd.DataFrame:
    """Return the row of each segment that sums up its measures."""
    return blind_zone[blind_zone["measure"] == _("Все меры")]


def _method(content: YearContent) -> Section:
    texts = [
        _("Сегменты образованы по перечню признаков (пункт 5 Рекомендаций); каждый клиент отнесён к одному сегменту, остальные показаны отдельно."),
        _("Очерёдность исследования рассчитана по четырём параметрам пункта 6: ёмкость и удовлетворённость (основные), уникальность проблем и слепая зона (дополнительные). Параметр без данных не заменяется нулём: его вес делят остальные."),
        _("Удовлетворён тот, чья оценка попадает в верхнюю четверть шкалы. Интервалы рассчитаны с доверием 95 %. Отказ – это обращение, поэтому в слепую зону он не входит."),
        _verification_text(content),
        _("Защита сведений: числа людей, ответов и дел округлены до середины шестёрок, числа меньше {band} не называются, ноль от них не отличается; доли рассчитаны по округлённым числам, суммы сложены из них. Поэтому они немного отличаются от точных чисел внутренних блокнотов.").format(band=BAND),
    ]  # fmt: skip
    sources = [
        _("«{group}»: {sources}").format(
            group=group.name,
            sources="; ".join(group.tables.group.sources) or _("источники не указаны"),
        )
        for group in content.groups
    ]
    paragraphs = [Paragraph(text) for text in texts]
    return Section(
        "method", _("Метод и источники"),
        blocks(paragraphs, Paragraph(_("Источники данных по группам процессов:")) if sources else None,
               Items(tuple(sources)) if sources else None),
    )  # fmt: skip


def _verification_text(content: YearContent) -> str:
    """Say of the verification of hypotheses what is true of this year."""
    verdicts = [verdict for group in content.groups for verdict in group.tables.verdicts["verdict"]]
    if not verdicts:
        return _("Гипотезы о клиентском пути и каналах ещё не приняты и не проверялись.")
    if all(verdict == "not_verified" for verdict in verdicts):
        return _(
            "Принятые гипотезы о клиентском пути и каналах с респондентами ещё не проверялись."
        )
    return _(
        "Гипотезы о клиентском пути и каналах проверялись с участием респондентов по критериям, заданным до проверки; непроверенные названы в таблицах гипотез."
    )


def _group_section(group: GroupContent) -> Section:
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


def _anchor(group: GroupContent, name: str) -> str:
    return f"group-{group.code}-{name}"


def _attribute_part(group: GroupContent) -> Section:
    frame = group.tables.attributes
    caption = _("Перечень признаков: {name}").format(name=group.name)
    return Section(
        _anchor(group, "attributes"), _("Признаки"), (_table(caption, frame, ATTRIBUTE_COLUMNS),)
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
    table = _table(caption, frame, SEGMENT_COLUMNS, counts=["clients_count"])
    return Section(_anchor(group, "segments"), _("Сегменты"), (table, Figure(figure)))


def _priority_part(group: GroupContent) -> Section:
    tables = group.tables
    capacity = tables.segments.set_index("segment_code")["clients_count"]
    ranked = tables.priorities.sort_values("rank", kind="stable")
    ranked = ranked.assign(clients_count=ranked["segment_code"].map(capacity))
    caption = _("Очерёдность исследования: {name}").format(name=group.name)
    return Section(
        _anchor(group, "priorities"),
        _("Очерёдность исследования"),
        blocks(
            _without_empty(_table(caption, ranked, PRIORITY_COLUMNS, counts=["clients_count"])),
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
    frame = _named(group, _overall(group.tables.satisfaction))
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
    return [_table(caption, frame, SATISFACTION_COLUMNS, counts=["answers_count"]), Figure(figure)]


def _problem_blocks(group: GroupContent) -> list[Block]:
    frame = _named(group, group.tables.problems)
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
    return [_table(caption, special, PROBLEM_COLUMNS, counts=["problems_count"])]


def _blind_zone_blocks(group: GroupContent) -> list[Block]:
    if not group.tables.group.has_entitlement:
        return [
            Remark(
                _(
                    "Слепая зона: неприменимо – направление не предполагает права на услугу или меру поддержки."
                )
            )
        ]
    frame = _named(group, group.tables.blind_zone)
    if frame.empty:
        return [Remark(_("Слепая зона: нет сведений о том, кто имеет право и кто обратился."))]
    caption = _("Слепая зона: {name}").format(name=group.name)
    counts = ["entitled_count", "applied_count", "refused_count", "blind_zone_count"]
    return [_table(caption, frame, BLIND_ZONE_COLUMNS, counts)]


def _journey_part(group: GroupContent) -> Section:
    content = [*_stage_blocks(group), *_channel_blocks(group)]
    return Section(_anchor(group, "journey"), _("Клиентский путь и каналы"), tuple(content))


def _stage_blocks(group: GroupContent) -> list[Block]:
    stages = _named(group, group.tables.journey_stages)
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
    columns = [_column("label", _("Этап"))]
    columns += [_column(name, name, Kind.NUMBER, "%") for name in wide.columns]
    contract = _contract("stages", caption, *columns)
    return [Figure(figure), Table(caption, wide.reset_index(), contract)]


def _channel_blocks(group: GroupContent) -> list[Block]:
    """Tell the preferred channels: one row a segment, one column a use, the three most named."""
    shares = _named(group, group.tables.channel_shares)
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
    return [_without_empty(_table(caption, wide, CHANNEL_COLUMNS))]


def _verdict_part(group: GroupContent) -> Section:
    frame = _named(group, group.tables.verdicts)
    caption = _("Гипотезы и итоги их проверки: {name}").format(name=group.name)
    content: Block = Remark(_("Принятых гипотез нет."))
    if len(frame):
        content = _table(caption, frame, VERDICT_COLUMNS, ["survey_total_count"])
    return Section(_anchor(group, "verdicts"), _("Гипотезы"), (content,))


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
            _table(section, own, FIELD_COLUMNS)
            for section, own in shown.groupby("section", sort=False)
        ]
        parts.append(
            Section(_anchor(group, f"profile-{code}"), name, (Paragraph(caption), *tables))
        )
    note = Remark(_("Показаны основные поля формы и те дополнительные, которые заполнены."))
    return Section(_anchor(group, "profiles"), _("Профили сегментов"), (note,), tuple(parts))


def _plan_part(group: GroupContent) -> Section:
    frame = _named(group, group.tables.measures)
    frame = frame.assign(need=frame["need"].fillna(frame["problem"]))
    content: Block = Remark(_("Мероприятий нет: план персонализации не составлен."))
    if len(frame):
        caption = _("План персонализации клиентских путей: {name}").format(name=group.name)
        content = _table(caption, frame, PLAN_COLUMNS)
    return Section(_anchor(group, "plan"), _("План персонализации"), (content,))


def _versions(content: YearContent) -> Section:
    frames = [
        _named(group, group.profiles).assign(group_name=group.name) for group in content.groups
    ]
    if not frames:
        return Section("versions", _("Версии профилей"), (Remark(_("Версий профилей нет.")),))
    caption = _("Версии профилей за {year} год").format(year=content.year)
    return Section(
        "versions", _("Версии профилей"),
        (_table(caption, pd.concat(frames, ignore_index=True), PROFILE_COLUMNS),),
    )  # fmt: skip


def _compliance(content: YearContent) -> Section:
    frames = [group.checks.assign(group_name=group.name) for group in content.groups]
    deadline = _("Отчёт представляется не позднее {day}.").format(
        day=format_date(rec.report_deadline(content.year))
    )
    unfinished = [
        Remark(_("«{group}»: профили не сформированы – {reason}").format(group=name, reason=reason))
        for name, reason in content.unfinished
    ]
    if not frames:
        return Section(
            "compliance", _("Выполнение Рекомендаций"), blocks(Paragraph(deadline), unfinished)
        )
    frame = pd.concat(frames, ignore_index=True)
    frame["clause"] = frame["clause"].fillna("")
    frame = frame.sort_values(["clause"], kind="stable", key=_clause_key)
    met = int((frame["outcome"] == "met").sum())
    tally = _(
        "Выполнено {met} из {all} проверок; что сделать по остальным, сказано во внутренних блокнотах, раздел «Проверки»."
    )
    caption = _("Проверки по пунктам Рекомендаций")
    return Section(
        "compliance", _("Выполнение Рекомендаций"),
        blocks(Paragraph(deadline), Paragraph(tally.format(met=met, all=len(frame))),
               _table(caption, frame, COMPLIANCE_COLUMNS), unfinished),
    )  # fmt: skip


def _clause_key(clauses: pd.Series) -> pd.Series:
    return clauses.str.extract(r"(\d+)", expand=False).astype("float64").fillna(99)


def _limitations(content: YearContent) -> Section:
    lines = [
        _("«{group}»: {text}").format(group=group.name, text=text)
        for group in content.groups
        for text in group.tables.group.limitations
    ]
    unstable = _unstable(content.groups)
    texts = [
        Items(tuple(lines))
        if lines
        else Paragraph(_("Ограничения данных в паспортах групп не названы.")),
        Paragraph(unstable) if unstable else None,
    ]
    return Section("limitations", _("Ограничения"), blocks(*texts))


def _unstable(groups: Sequence[GroupContent]) -> str:
    names: Mapping[str, list[str]] = {
        group.name: [
            f"«{row.segment_name}»"
            for row in group.tables.priorities.itertuples()
            if not row.is_stable
        ]
        for group in groups
    }
    parts = [f"{name} – {sentence_list(found)}" for name, found in names.items() if found]
    if not parts:
        return ""
    return _(
        "Место в очереди неустойчиво (зависит от весов и от точности оценок): {parts}."
    ).format(parts="; ".join(parts))
