"""What the notebook shows of capacity, satisfaction and blind zone: tables, charts and sentences."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from client_segments import charts, presentation
from client_segments import recommendations as rec
from client_segments.language import _, format_count, format_number, format_percent, quoted_list
from client_segments.presentation import Shown
from client_segments.priorities.blind_zone import COUNTED_ONCE
from client_segments.priorities.contracts import ALL_INSTRUMENTS, ALL_MEASURES, INDEX_CODES
from client_segments.priorities.satisfaction import COMBINATION_RULE
from client_segments.steps import StepResult

REASONS_SHOWN = 10
"""Own: the most frequent reasons that a chart can show at once."""


def _filled(frame: pd.DataFrame) -> list[str]:
    """Return the columns that say anything."""
    return [name for name in frame.columns if frame[name].notna().any()]


def _joined(*parts: Shown) -> Shown:
    return Shown("".join(part.html for part in parts), "\n".join(part.text for part in parts))


# -------------------------------------------------------------------------------- capacity


def show_capacity(result: StepResult) -> Shown:
    """Show both numbers of each segment, how they are known, and what the margins say."""
    frame = result.table("capacity")
    common = {"unit", "method", "source", "as_of_date"}
    kept = [name for name in _filled(frame) if name not in common]
    if frame["previous_clients_count"].isna().all():
        kept += ["previous_clients_count", "clients_change_pct"]
    table = presentation.show_result(result, "capacity", columns=kept, limit=None)
    words = presentation.show_paragraphs(_capacity_words(frame))
    margins = presentation.show_result(result, "capacity_margins", limit=200)
    if result.table("capacity_margins").empty:
        return _joined(words, table)
    label = result.contracts["capacity_margins"].label
    return _joined(words, table, presentation.show_folded([(label, margins)]))


def _capacity_words(frame: pd.DataFrame) -> list[str]:
    first = frame.iloc[0]
    people = frame["population_count"].dropna()
    words = [
        _("Клиентов в данных органа – {count}.").format(
            count=format_count(int(frame["clients_count"].sum()))
        )
    ]
    if len(people):
        source = first["source"] if pd.notna(first["source"]) else _("таблица клиентов")
        text = _("Численность всех сегментов – {count}; единица – {unit}; источник: {source}. "
                 "Способ: {method}.")  # fmt: skip
        words.append(
            text.format(
                count=format_count(int(people.sum())), unit=first["unit"], source=source,
                method=first["method"],
            )
        )  # fmt: skip
    if frame["previous_clients_count"].isna().all():
        words.append(_("Изменение за год: нет данных за прошлый год."))
    return words


def capacity_chart(result: StepResult) -> go.Figure:
    """Chart: clients of the data and people of the population, side by side, with intervals."""
    frame = result.named(result.table("capacity"))
    clients = frame.assign(
        kind=_("клиентов в данных"), people=frame["clients_count"], low=pd.NA, high=pd.NA
    )
    people = frame.assign(
        kind=_("численность"), people=frame["population_count"],
        low=frame["population_low_count"], high=frame["population_high_count"],
    )  # fmt: skip
    parts = [clients] if people["people"].isna().all() else [clients, people]
    columns = ["segment_name", "kind", "people", "low", "high"]
    both = pd.concat([part[columns] for part in parts], ignore_index=True)
    both = both.astype(dict.fromkeys(["people", "low", "high"], "Float64")).rename(
        columns={"people": "people_count"}
    )
    description = _("Клиенты в данных органа и численность сегментов. {extremes}").format(
        extremes=charts.extremes_sentence(
            parts[-1].assign(people_count=parts[-1]["people"]), "segment_name", "people_count"
        )
    )
    return charts.dot_interval_chart(
        both, label="segment_name", value="people_count", low="low", high="high", series="kind",
        title=_("Ёмкость сегментов"), value_title=_("Число, с границами оценки"),
        description=description,
    )  # fmt: skip


# -------------------------------------------------------------------------------- satisfaction


def show_satisfaction(result: StepResult) -> Shown:
    """Show satisfaction by segment, and each instrument, question and stage under folds."""
    frame = result.table("satisfaction")
    whole = frame[frame["instrument"] == ALL_INSTRUMENTS].drop(columns="instrument")
    contract = result.contracts["satisfaction"]
    table = presentation.show_table(
        _named(result, whole[_filled(whole)]), contract, limit=None, labels=_labels(contract)
    )
    words = presentation.show_paragraphs([COMBINATION_RULE, *_silent(result, whole)])
    # One instrument and one question say what the table has said.
    parts = []
    if frame["instrument"].nunique() > 2:
        parts.append(("satisfaction", _("По способам получения")))
    if result.table("satisfaction_questions")["question"].nunique() > 1:
        parts.append(("satisfaction_questions", _("По вопросам")))
    if len(result.table("satisfaction_stages")):
        parts.append(("satisfaction_stages", _("По этапам пути")))
    folded = [
        (label, presentation.show_result(
            result, name, columns=_filled(result.table(name)), limit=200))
        for name, label in parts
    ]  # fmt: skip
    return _joined(words, table, *([presentation.show_folded(folded)] if folded else []))


def _named(result: StepResult, frame: pd.DataFrame) -> pd.DataFrame:
    """Put names in place of the codes of segments."""
    if "segment_code" not in frame:
        return frame
    return frame.assign(segment_code=frame["segment_code"].map(result.segment_names).astype("str"))


def _labels(contract) -> dict[str, str]:
    return {**contract.labels(), "segment_code": _("Сегмент")}


def _silent(result: StepResult, frame: pd.DataFrame) -> list[str]:
    """Say which segments nobody speaks of."""
    silent = frame.loc[frame["answers_count"] == 0, "segment_code"]
    if silent.empty:
        return []
    names = quoted_list(result.segment_names[code] for code in silent)
    return [_("Ответов нет: {names}.").format(names=names)]


def satisfaction_chart(result: StepResult) -> go.Figure:
    """Chart: share of satisfied clients in each segment, raw and shrunk, with 95 % intervals."""
    frame = result.table("satisfaction")
    frame = result.named(frame[frame["instrument"] == ALL_INSTRUMENTS])
    raw = frame.assign(kind=_("как ответили"))
    shrunk = frame.assign(
        kind=_("сглажено к общему уровню"), satisfaction_pct=frame["shrunk_pct"],
        low_pct=frame["shrunk_low_pct"], high_pct=frame["shrunk_high_pct"],
    )  # fmt: skip
    both = pd.concat([raw, shrunk], ignore_index=True)
    return charts.dot_interval_chart(
        both, label="segment_name", value="satisfaction_pct", low="low_pct", high="high_pct",
        series="kind", title=_("Удовлетворённость сегментов"),
        value_title=_("Доля удовлетворённых, %"),
        description=_("Доли удовлетворённых с 95 %-ми интервалами, как ответили и сглаженные. "
                      "{extremes}").format(
            extremes=charts.extremes_sentence(frame, "segment_name", "satisfaction_pct")
        ),
    )  # fmt: skip


def satisfaction_stages_chart(result: StepResult) -> go.Figure:
    """Chart: share of satisfied by stage of the journey and segment."""
    frame = result.named(result.table("satisfaction_stages"))
    order = frame[["stage_number", "stage"]].drop_duplicates()
    order = order.sort_values(["stage_number", "stage"], kind="stable", na_position="last")
    places = {stage: place for place, stage in enumerate(order["stage"])}
    frame = frame.sort_values("stage", key=lambda names: names.map(places), kind="stable")
    number = frame["stage_number"].astype("str") + ". "
    frame = frame.assign(line=number.where(frame["stage_number"].notna(), "") + frame["stage"])
    return charts.heat_map(
        frame, row="line", column="segment_name", value="satisfaction_pct",
        title=_("Удовлетворённость по этапам пути"), value_title=_("Доля удовлетворённых, %"),
        description=_("Доли удовлетворённых по этапам клиентского пути и сегментам. {worst}").format(
            worst=_worst_stage(frame)
        ),
    )  # fmt: skip


def _worst_stage(frame: pd.DataFrame) -> str:
    known = frame.dropna(subset=["satisfaction_pct"])
    if known.empty:
        return _("Данных нет.")
    worst = known.loc[known["satisfaction_pct"].idxmin()]
    return _("Ниже всего – «{stage}», сегмент «{segment}»: {share}.").format(
        stage=worst["stage"], segment=worst["segment_name"],
        share=format_percent(worst["satisfaction_pct"]),
    )  # fmt: skip


def show_indices(result: StepResult) -> Shown:
    """Show the indices of experience of each segment."""
    frame = result.table("satisfaction_indices")
    return presentation.show_result(
        result, "satisfaction_indices", columns=_filled(frame) or None, limit=None
    )


def index_chart(result: StepResult, index: str) -> go.Figure:
    """Chart: one index of experience (`INDEX_CODES`) by segment, with 95 % intervals."""
    frame = result.table("satisfaction_indices")
    frame = result.named(frame[frame["index_code"] == index])
    name = INDEX_CODES[index]
    scale = frame["scale"].iloc[0] if len(frame) else ""
    return charts.dot_interval_chart(
        frame, label="segment_name", value="index_value", low="low_value", high="high_value",
        title=_("Индекс опыта: {name}").format(name=name),
        value_title=_("Значение, {scale}").format(scale=scale) if scale else _("Значение"),
        description=_("Значения с 95 %-ми интервалами. {extremes}").format(
            extremes=charts.extremes_sentence(frame, "segment_name", "index_value")
        ),
    )  # fmt: skip


# -------------------------------------------------------------------------------- blind zone


def show_blind_zone(result: StepResult) -> Shown:
    """Show the blind zone, its sum in words, and why clients do not apply."""
    frame = result.table("blind_zone")
    if frame.empty:
        return presentation.show_result(result, "blind_zone")
    # Only where the number of the entitled is an estimate have counts a range.
    is_exact = frame["entitled_low_count"].equals(frame["entitled_high_count"])
    columns = [
        name
        for name in _filled(frame)
        if name != "effective_count" and not (is_exact and name.endswith(("_low_count", "_high_count")))
    ]  # fmt: skip
    table = presentation.show_result(result, "blind_zone", columns=columns, limit=None)
    parts = [presentation.show_note(_blind_zone_words(frame)), table]
    if len(result.table("blind_zone_reasons")):
        label = result.contracts["blind_zone_reasons"].label
        reasons = presentation.show_result(result, "blind_zone_reasons", limit=200)
        parts.append(presentation.show_folded([(label, reasons)]))
    return _joined(*parts)


def _blind_zone_words(frame: pd.DataFrame) -> str:
    whole = frame[frame["measure"] == ALL_MEASURES]
    entitled, blind = int(whole["entitled_count"].sum()), int(whole["blind_zone_count"].sum())
    words = _("Всего по группе имеют право, но не обращались: {blind} из {entitled} ({share}).").format(
        blind=format_count(blind), entitled=format_count(entitled),
        share=format_percent(100 * blind / entitled if entitled else None),
    )  # fmt: skip
    if whole["counting"].str.contains(COUNTED_ONCE, regex=False).any():
        words += _(" В строке «{all}» каждый клиент посчитан один раз: в слепой зоне тот, кто не "
                   "обратился хотя бы за одной положенной мерой.").format(all=ALL_MEASURES)  # fmt: skip
    money = whole["unclaimed_sum"].dropna()
    if len(money):
        text = _(" Невостребованная сумма – около {sum} млн руб. в год.")
        words += text.format(sum=format_number(float(money.sum()) / 1e6))
    return words


def blind_zone_chart(result: StepResult) -> go.Figure:
    """Chart: share of the entitled who have not applied, by segment, with 95 % intervals."""
    frame = result.table("blind_zone")
    frame = result.named(frame[frame["measure"] == ALL_MEASURES])
    return charts.dot_interval_chart(
        frame, label="segment_name", value="blind_zone_pct", low="low_pct", high="high_pct",
        title=_("Слепая зона сегментов"),
        value_title=_("Доля не обратившихся среди имеющих право, %"),
        description=_("Доли слепой зоны с границами оценки. {extremes}").format(
            extremes=charts.extremes_sentence(frame, "segment_name", "blind_zone_pct")
        ),
    )  # fmt: skip


def blind_zone_parts_chart(result: StepResult) -> go.Figure:
    """Chart: the entitled of each segment, divided into those who applied and those who did not."""
    frame = result.table("blind_zone")
    frame = result.named(frame[frame["measure"] == ALL_MEASURES])
    parts = [
        frame.assign(part=label, people_count=frame[name])
        for name, label in (
            ("applied_count", _("обратились")), ("blind_zone_count", _("слепая зона: не обращались")),
        )
    ]  # fmt: skip
    both = pd.concat(parts, ignore_index=True)
    return charts.stacked_bars(
        both, label="segment_name", series="part", value="people_count",
        title=_("Имеют право: обратились и не обратились"), value_title=_("Имеют право, человек"),
        description=_("Длина полосы – сколько клиентов имеют право. {extremes}").format(
            extremes=charts.extremes_sentence(frame, "segment_name", "blind_zone_count")
        ),
    )  # fmt: skip


def blind_zone_reasons_chart(result: StepResult) -> go.Figure:
    """Chart: why those in the blind zone do not apply, by reason and segment, all measures."""
    frame = result.named(result.table("blind_zone_reasons"))
    kinds = frame["reason_kind"].map(rec.NOT_APPLYING_KINDS)
    frame = frame.assign(line=frame["reason"].fillna(kinds).astype("str"))
    sums = frame.groupby(["line", "segment_name"], sort=False)["clients_count"].sum().reset_index()
    totals = sums.groupby("segment_name")["clients_count"].transform("sum")
    sums["share_pct"] = 100 * sums["clients_count"] / totals
    order = sums.groupby("line")["clients_count"].sum().sort_values(ascending=False, kind="stable")
    shown = {line: place for place, line in enumerate(order.index[:REASONS_SHOWN])}
    sums = sums[sums["line"].isin(list(shown))]
    sums = sums.sort_values("line", key=lambda names: names.map(shown), kind="stable")
    first = order.index[0] if len(order) else _("нет")
    return charts.heat_map(
        sums, row="line", column="segment_name", value="share_pct",
        title=_("Почему не обращаются"), value_title=_("Доля названных причин, %"),
        description=_("Причины необращения по сегментам. Чаще всего: {reason}.").format(reason=first),
    )  # fmt: skip
