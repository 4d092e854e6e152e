"""Fields of requisites and limitations (A.1 and A.9 of the form)."""

from __future__ import annotations

from client_segments import recommendations as rec
from client_segments.language import (
    _,
    format_date,
)
from client_segments.profiles.composers.base import (
    FieldText,
    field_composer,
    lines_field,
    no_data,
    text_field,
)
from client_segments.profiles.inputs import SegmentView


@field_composer("authority")
def _authority(view: SegmentView) -> FieldText:
    return FieldText(view.inputs.group.authority_name)


@field_composer("direction")
def _direction(view: SegmentView) -> FieldText:
    code = view.inputs.group.direction
    number = list(rec.DIRECTIONS).index(code) + 1
    return FieldText(f"{number}. {rec.DIRECTIONS[code]}")


@field_composer("processes")
def _processes(view: SegmentView) -> FieldText:
    return lines_field(view.inputs.group.processes, _("в паспорте группы не названы процессы"))


@field_composer("client_kind")
def _client_kind(view: SegmentView) -> FieldText:
    return FieldText(rec.CLIENT_KINDS[view.inputs.group.client_kind])


@field_composer("segment_code")
def _segment_code(view: SegmentView) -> FieldText:
    if view.inputs.is_protected:
        return no_data(_("коды сегментов – для таблиц внутри органа"))
    return FieldText(view.code)


@field_composer("segment_name")
def _segment_name(view: SegmentView) -> FieldText:
    return FieldText(view.name)


@field_composer("year")
def _year(view: SegmentView) -> FieldText:
    return FieldText(str(view.inputs.year))


@field_composer("status")
def _status(view: SegmentView) -> FieldText:
    return FieldText(rec.PROFILE_STATUSES[view.status])


@field_composer("version")
def _version(view: SegmentView) -> FieldText:
    if not view.versions:
        return no_data(_("версия ещё не записана в реестр"))
    last = view.versions[-1]
    parts = [_("версия {number}").format(number=last.number)]
    parts.append(_("сформирована {date}").format(date=format_date(view.versions[0].formed_date)))
    if len(view.versions) > 1:
        parts.append(_("актуализирована {date}").format(date=format_date(last.formed_date)))
    return FieldText(", ".join(parts))


@field_composer("update_reason")
def _update_reason(view: SegmentView) -> FieldText:
    if not view.versions:
        return no_data(_("версия ещё не записана в реестр"))
    last = view.versions[-1]
    text = rec.UPDATE_REASONS[last.reason]
    acts = [act for act in view.inputs.legal_acts if act.concerns(view.code)]
    if last.reason == "legal_act" and acts:
        text += f": {acts[-1].act}"
    return FieldText(text)


@field_composer("unit")
def _unit(view: SegmentView) -> FieldText:
    return text_field(view.inputs.group.unit, _("в паспорте группы не указано подразделение"))


@field_composer("report_due")
def _report_due(view: SegmentView) -> FieldText:
    return FieldText(format_date(rec.report_deadline(view.inputs.year)))


@field_composer("sources")
def _sources(view: SegmentView) -> FieldText:
    return lines_field(view.inputs.group.sources, _("в паспорте группы не названы источники"))


@field_composer("limitations")
def _limitations(view: SegmentView) -> FieldText:
    reason = _("в паспорте группы не названы ограничения")
    return lines_field(view.inputs.group.limitations, reason)


@field_composer("small_numbers")
def _small_numbers(view: SegmentView) -> FieldText:
    if view.inputs.is_protected:
        return FieldText(_("да: числа округлены, малые скрыты"))
    return FieldText(_("нет: документ внутренний, числа точные"))


@field_composer("history")
def _history(view: SegmentView) -> FieldText:
    lines = []
    for version in view.versions:
        line = _("{year} год, версия {number}, {date}: {reason}").format(
            year=version.year, number=version.number, date=format_date(version.formed_date),
            reason=rec.UPDATE_REASONS[version.reason],
        )  # fmt: skip
        if version.changed_numbers:
            numbers = ", ".join(str(number) for number in version.changed_numbers)
            line += _("; изменены поля № {numbers}").format(numbers=numbers)
        lines.append(line)
    return lines_field(lines, _("версия ещё не записана в реестр"))
