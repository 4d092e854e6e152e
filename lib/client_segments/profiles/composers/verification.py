"""Fields of hypotheses, their verification and the plan (A.7 and A.8 of the form)."""

from __future__ import annotations

from collections.abc import Callable

from client_segments import recommendations as rec
from client_segments.language import (
    _,
    format_count,
    format_date,
    format_number,
    format_percent,
)
from client_segments.profiles.composers.base import (
    FieldText,
    field_composer,
    is_present,
    join_parts,
    lines_field,
    no_data,
    told_count,
)
from client_segments.profiles.contracts import FOLLOW_UP_RESULTS
from client_segments.profiles.follow_up import follow_up_table
from client_segments.profiles.inputs import SegmentView
from client_segments.validation import STRENGTHS

_NO_HYPOTHESES = _("гипотезы не приняты")


def _hypothesis_lines(view: SegmentView, line: Callable[[object], str]) -> FieldText:
    return lines_field(
        (
            f"{row.hypothesis_code}. {text}"
            for row in view.accepted.itertuples()
            if (text := line(row))
        ),
        _NO_HYPOTHESES,
    )


@field_composer("hypotheses")
def _hypotheses(view: SegmentView) -> FieldText:
    return _hypothesis_lines(
        view, lambda row: f"{row.hypothesis_text} ({rec.HYPOTHESIS_KINDS[row.kind]})"
    )


@field_composer("methods")
def _methods(view: SegmentView) -> FieldText:
    lines = []
    for row in view.rows("research_plan").itertuples():
        planned = told_count(
            view, row.respondents_count, _("респондент"), _("респондента"), _("респондентов")
        )
        lines.append(f"{rec.INSTRUMENTS[row.method]}: {planned}")
    return lines_field(lines, _("план исследования не составлен"))


@field_composer("criteria")
def _criteria(view: SegmentView) -> FieldText:
    field = _hypothesis_lines(view, _criterion)
    if not field.is_filled and len(view.accepted):
        return no_data(_("критерии подтверждения не заданы"))
    return field


def _criterion(row) -> str:
    """Return a criterion with its date, and what it was before."""
    if not is_present(row.criterion_pct):
        return ""
    details = join_parts(
        [
            _("задан {day}").format(day=format_date(row.decided_date))
            if is_present(row.decided_date) else "",
            _("прежде было {history}").format(history=row.criterion_history)
            if is_present(row.criterion_history) else "",
            _("позже первого ответа") if _is_late(row) else "",
        ]
    )  # fmt: skip
    text = _("подтверждается при доле не ниже {share}").format(
        share=format_percent(row.criterion_pct, 0)
    )
    return f"{text} ({details})" if details else text


def _is_late(row) -> bool:
    return is_present(row.is_criterion_late) and bool(row.is_criterion_late)


@field_composer("verdicts")
def _verdicts(view: SegmentView) -> FieldText:
    return _hypothesis_lines(view, _verdict)


def _verdict(row) -> str:
    verdict = rec.VERDICTS[row.verdict]
    if not is_present(row.strength):
        return verdict
    return _("{verdict}, обоснование {strength}").format(
        verdict=verdict, strength=STRENGTHS[row.strength]
    )


@field_composer("evidence")
def _evidence(view: SegmentView) -> FieldText:
    field = _hypothesis_lines(view, _evidence_line)
    return field if field.is_filled else no_data(_("гипотезы не проверялись"))


def _evidence_line(row) -> str:
    """Return what a verdict rests on, and what it leaves open."""
    if not is_present(row.verdict_text):
        return ""
    parts = [row.verdict_text, row.unverified_text if is_present(row.unverified_text) else ""]
    return join_parts(parts, separator=" ")


@field_composer("respondents")
def _respondents(view: SegmentView) -> FieldText:
    rows = view.rows("respondents")
    rows = rows[rows["respondents_count"].fillna(0) > 0]
    if rows.empty:
        return no_data(
            _("ни один респондент сегмент не представляет (пункт 7 требует хотя бы одного)")
        )
    lines = [
        f"{rec.INSTRUMENTS.get(row.instrument, row.instrument)}: {told_count(view, row.respondents_count)}"
        for row in rows.itertuples()
        if row.instrument != "all"
    ]
    return FieldText("\n".join(lines))


@field_composer("consent")
def _consent(view: SegmentView) -> FieldText:
    rows = view.rows("respondents")
    total, consent = (
        rows["respondents_count"].fillna(0).sum(),
        rows["consent_count"].fillna(0).sum(),
    )
    if total == 0:
        return no_data(_("респондентов не было"))
    if consent == total:
        return FieldText(_("да, у всех респондентов"))
    template = _("согласие отмечено у {consent} из {total}")
    return FieldText(template.format(consent=format_count(consent), total=format_count(total)))


_NO_PLAN = _("мероприятия для сегмента не запланированы")


def _plan_lines(view: SegmentView, line: Callable[[object], str]) -> FieldText:
    rows = view.rows("measures")
    lines = [f"{row.measure_code}. {text}" for row in rows.itertuples() if (text := line(row))]
    if lines or rows.empty:
        return lines_field(lines, _NO_PLAN)
    return no_data(_("в плане это не указано"))


def _known(*values: object) -> str:
    return join_parts(str(value) for value in values if is_present(value))


@field_composer("plan_needs")
def _plan_needs(view: SegmentView) -> FieldText:
    return _plan_lines(view, lambda row: _known(row.problem, row.need))


@field_composer("plan_measures")
def _plan_measures(view: SegmentView) -> FieldText:
    return _plan_lines(view, lambda row: row.measure)


@field_composer("plan_stages")
def _plan_stages(view: SegmentView) -> FieldText:
    return _plan_lines(view, lambda row: _known(row.stage, row.channel))


@field_composer("plan_responsible")
def _plan_responsible(view: SegmentView) -> FieldText:
    def line(row) -> str:
        due = (
            _("срок {date}").format(date=format_date(row.due_date))
            if is_present(row.due_date)
            else None
        )
        resources = (
            _("ресурсы: {text}").format(text=row.resources) if is_present(row.resources) else None
        )
        return _known(row.responsible, due, resources)

    return _plan_lines(view, line)


def _plain(number: float) -> str:
    return format_number(number, 0 if float(number).is_integer() else 1)


@field_composer("plan_indicators")
def _plan_indicators(view: SegmentView) -> FieldText:
    def line(row) -> str:
        if not (
            is_present(row.indicator)
            and is_present(row.base_value)
            and is_present(row.target_value)
        ):
            return _known(row.indicator)
        return f"{row.indicator}: {_plain(row.base_value)} → {_plain(row.target_value)}"

    return _plan_lines(view, line)


@field_composer("plan_priorities")
def _plan_priorities(view: SegmentView) -> FieldText:
    def line(row) -> str:
        if not (is_present(row.effect) and is_present(row.feasibility)):
            return ""
        return _("{product} (влияние {effect} × осуществимость {feasibility})").format(
            product=row.effect * row.feasibility, effect=row.effect, feasibility=row.feasibility
        )

    return _plan_lines(view, line)


@field_composer("plan_states")
def _plan_states(view: SegmentView) -> FieldText:
    field = _plan_lines(
        view, lambda row: rec.MEASURE_STATES[row.state] if is_present(row.state) else ""
    )
    told = _follow_up_lines(view)
    if not told:
        return field
    lines = [*([field.text] if field.is_filled else []), _("Итоги прошлого года:"), *told]
    return FieldText("\n".join(lines))


def _follow_up_lines(view: SegmentView) -> list[str]:
    """Return what became of last year's measures for the segment, one line each."""
    table = view.inputs.once("follow_up", lambda: follow_up_table(view.inputs))
    lines = []
    for row in table[table["segment_code"] == view.code].itertuples():
        values = [
            _("{name} {value}").format(name=name, value=_plain(value))
            for name, value in (
                (_("было"), row.base_value), (_("цель"), row.target_value),
                (_("сейчас"), row.actual_value),
            )
            if is_present(value)
        ]  # fmt: skip
        told = ", ".join(values)
        if is_present(row.indicator) and told:
            told = f"{row.indicator}: {told}"
        state = rec.MEASURE_STATES[row.state] if is_present(row.state) else ""
        # «Отменено» is the state already.
        result = "" if row.result == "cancelled" else FOLLOW_UP_RESULTS[row.result]
        parts = [state, told, result, _known(row.text)]
        lines.append(f"{row.measure_code}. {row.measure} – {join_parts(parts)}")
    return lines
