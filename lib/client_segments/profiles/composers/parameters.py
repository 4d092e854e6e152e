"""Fields of the parameters of clause 6 (A.4 of the form)."""

from __future__ import annotations

from collections.abc import Callable

from client_segments import recommendations as rec
from client_segments.language import (
    NO_BREAK_SPACE,
    _,
    format_count,
    format_number,
    format_percent,
)
from client_segments.priorities.contracts import INDEX_CODES
from client_segments.profiles.composers.base import (
    FieldText,
    count_text,
    field_composer,
    is_present,
    join_parts,
    lines_field,
    no_data,
    range_text,
    told_count,
)
from client_segments.profiles.inputs import SegmentView


def _clients(view: SegmentView, number: object) -> str:
    """Return a number of clients with the group's unit."""
    return told_count(view, number, *view.inputs.group.unit_forms)


_SAMPLING = _("95 %-й интервал")
_ESTIMATE = _("границы оценки")
_BOTH = _("95 %-й интервал при крайних значениях оценки")


def _bounds(bounds: str, kind: object) -> str:
    """Return bounds in brackets with what they are: of a sample, or of an estimate."""
    if not bounds:
        return ""
    return f" ({join_parts([bounds, str(kind) if is_present(kind) else ''])})"


@field_composer("capacity")
def _capacity(view: SegmentView) -> FieldText:
    row = view.row("capacity")
    if row is None or not (is_present(row["population_count"]) or is_present(row["clients_count"])):
        return no_data(_("ёмкость сегмента не подсчитана"))
    number = (
        row["population_count"] if is_present(row["population_count"]) else row["clients_count"]
    )
    bounds = range_text(row["population_low_count"], row["population_high_count"], format_count)
    parts = [
        _clients(view, number) + _bounds(bounds, row.get("interval_kind")),
        _("по данным органа – {count}").format(count=_clients(view, row["clients_count"]))
        if is_present(row["population_count"]) else "",
        _("метод: {method}").format(method=row["method"]) if is_present(row["method"]) else "",
        _("источник: {source}").format(source=row["source"]) if is_present(row["source"]) else "",
    ]  # fmt: skip
    return FieldText(join_parts(parts))


@field_composer("capacity_share")
def _capacity_share(view: SegmentView) -> FieldText:
    row = view.row("segments")
    if not is_present(row["share_pct"]):
        return no_data(_("доля сегмента не подсчитана"))
    return FieldText(_("{share} всех клиентов").format(share=format_percent(row["share_pct"])))


def _satisfaction_line(row: dict) -> str:
    bounds = range_text(row["low_pct"], row["high_pct"], format_percent)
    details = join_parts(
        [
            _("ответов: {count}").format(count=count_text(row["answers_count"])),
            f"{_SAMPLING} {bounds}" if bounds else "",
        ]
    )
    return f"{format_percent(row['satisfaction_pct'])} ({details})"


_NO_SATISFACTION = _("представители сегмента не отвечали об удовлетворённости")


@field_composer("satisfaction")
def _satisfaction(view: SegmentView) -> FieldText:
    row = view.row("satisfaction", instrument="all")
    if row is None or not is_present(row["satisfaction_pct"]):
        return no_data(_NO_SATISFACTION)
    lines = [_("доля удовлетворённых {value}").format(value=_satisfaction_line(row))]
    for other in view.rows("satisfaction").to_dict("records"):
        if other["instrument"] != "all" and is_present(other["satisfaction_pct"]):
            lines.append(f"{rec.INSTRUMENTS[other['instrument']]}: {_satisfaction_line(other)}")
    if is_present(row["mean_score"]):
        lines.append(
            _("средняя оценка {score} из 100").format(score=format_number(row["mean_score"]))
        )
    lines += [_index_line(index) for index in view.rows("satisfaction_indices").to_dict("records")
              if is_present(index["index_value"])]  # fmt: skip
    return FieldText("\n".join(lines))


def _index_line(row: dict) -> str:
    """Return an index of experience (CSI, NPS, CES …) with its interval and scale."""
    bounds = range_text(row["low_value"], row["high_value"], format_number)
    details = join_parts(
        [
            _("ответов: {count}").format(count=count_text(row["answers_count"])),
            f"{_SAMPLING} {bounds}" if bounds else "",
            _("шкала: {scale}").format(scale=row["scale"]) if is_present(row["scale"]) else "",
        ]
    )
    return f"{INDEX_CODES[row['index_code']]}: {format_number(row['index_value'])} ({details})"


@field_composer("satisfaction_gap")
def _satisfaction_gap(view: SegmentView) -> FieldText:
    row = view.row("satisfaction", instrument="all")
    everyone = view.inputs.satisfaction
    everyone = everyone[everyone["instrument"] == "all"].dropna(
        subset=["satisfaction_pct", "answers_count"]
    )
    total = everyone["answers_count"].sum()
    if row is None or not is_present(row["satisfaction_pct"]) or not total > 0:
        return no_data(_NO_SATISFACTION)
    overall = float((everyone["satisfaction_pct"] * everyone["answers_count"]).sum() / total)
    gap = row["satisfaction_pct"] - overall
    sign = "+" if gap > 0 else "−" if gap < 0 else ""
    return FieldText(
        _("{sign}{gap}{space}п.{space}п. к уровню всех сегментов ({overall})").format(
            sign=sign,
            gap=format_number(abs(gap)),
            overall=format_percent(overall),
            space=NO_BREAK_SPACE,
        )
    )


@field_composer("problem_uniqueness")
def _problem_uniqueness(view: SegmentView) -> FieldText:
    row = view.row("problem_uniqueness")
    if row is None or not is_present(row["problem_uniqueness"]):
        return no_data(_("жалобы, интервью и открытые источники о сегменте не собраны"))
    specific = row["specific_problems"] if is_present(row["specific_problems"]) else ""
    return FieldText(
        join_parts(
            [
                _("{value} по шкале от 0 до 1").format(value=format_number(row["problem_uniqueness"], 2)),
                _("характерные проблемы: {problems}").format(problems=specific)
                if specific.strip() else _("характерных проблем не найдено"),
            ]
        )
    )  # fmt: skip


def _blind_zone_rows(view: SegmentView) -> list[dict]:
    """Rows of the blind zone, the sum of all measures first."""
    rows = view.rows("blind_zone").to_dict("records")
    return sorted(rows, key=lambda row: row["measure"] != _("Все меры"))


def _blind_zone_field(view: SegmentView, line: Callable[[dict], str]) -> FieldText:
    """Return one line a measure, or say why there is no blind zone."""
    if not view.inputs.group.has_entitlement:
        return FieldText(_("не применяется: у этого направления деятельности нет слепой зоны"))
    rows = _blind_zone_rows(view)
    if len(rows) == 2:  # one measure and a sum that says the same
        rows = rows[1:]
    lines = [f"{row['measure']}: {text}" for row in rows if (text := line(row))]
    return lines_field(lines, _("сведения о праве на услугу (меру) и обращениях не собраны"))


@field_composer("entitled")
def _entitled(view: SegmentView) -> FieldText:
    def line(row: dict) -> str:
        if not is_present(row["entitled_count"]):
            return ""
        bounds = range_text(row["entitled_low_count"], row["entitled_high_count"], format_count)
        return _clients(view, row["entitled_count"]) + _bounds(bounds, _ESTIMATE)

    return _blind_zone_field(view, line)


@field_composer("applied")
def _applied(view: SegmentView) -> FieldText:
    return _blind_zone_field(
        view,
        lambda row: (
            _clients(view, row["applied_count"]) if is_present(row["applied_count"]) else ""
        ),
    )


@field_composer("blind_zone")
def _blind_zone(view: SegmentView) -> FieldText:
    def line(row: dict) -> str:
        if not is_present(row["blind_zone_count"]):
            return ""
        bounds = range_text(row["blind_zone_low_count"], row["blind_zone_high_count"], format_count)
        shares = range_text(row["low_pct"], row["high_pct"], format_percent)
        return join_parts(
            [
                _clients(view, row["blind_zone_count"]) + _bounds(bounds, _ESTIMATE),
                format_percent(row["blind_zone_pct"])
                + _bounds(shares, _BOTH if bounds else _SAMPLING),
                _("отказы сюда не входят"),
            ]
        )

    return _blind_zone_field(view, line)


@field_composer("refusals")
def _refusals(view: SegmentView) -> FieldText:
    def line(row: dict) -> str:
        if not is_present(row["refused_count"]) or not is_present(row["applied_count"]):
            return ""
        text = told_count(view, row["refused_count"], _("отказ"), _("отказа"), _("отказов"))
        if row["applied_count"] > 0:
            share = format_percent(100 * row["refused_count"] / row["applied_count"])
            text += _(" ({share} обратившихся)").format(share=share)
        return text

    return _blind_zone_field(view, line)


@field_composer("rank")
def _rank(view: SegmentView) -> FieldText:
    row = view.row("priorities")
    if row is None or not is_present(row["rank"]):
        return no_data(_("место сегмента не определено, потому что ни один параметр не известен"))
    stable = _("место устойчиво") if row["is_stable"] else _("место неустойчиво")
    draws = format_percent(90, 0)
    if row["rank_low"] == row["rank_high"]:
        places = _("в {draws} испытаний – то же место").format(draws=draws)
    else:
        places = _("в {draws} испытаний – места с {low}-го по {high}-е").format(
            draws=draws, low=row["rank_low"], high=row["rank_high"]
        )
    parts = [
        _("{rank}-е место из {count}").format(rank=row["rank"], count=len(view.inputs.priorities)),
        _("балл {score}").format(score=format_number(row["score"], 2)),
        f"{stable}: {places}",
        _("первое место – в {share} испытаний").format(share=format_percent(row["first_pct"])),
        _("нет данных по параметрам: {names}").format(names=row["missing_criteria"])
        if is_present(row["missing_criteria"]) and row["missing_criteria"] else "",
        _("выбран для исследования в первую очередь") if is_present(row["is_chosen"]) and row["is_chosen"] else "",
    ]  # fmt: skip
    return FieldText(join_parts(parts))
