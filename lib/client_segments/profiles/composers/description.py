"""Fields of attributes and of the image (A.2 and A.3 of the form)."""

from __future__ import annotations

import pandas as pd

from client_segments import recommendations as rec
from client_segments.language import (
    _,
    counted,
    format_count,
    format_number,
    format_percent,
    plural,
)
from client_segments.profiles.composers.base import (
    COMPOSERS,
    TOP_COUNT,
    Composer,
    FieldText,
    field_composer,
    is_present,
    lines_field,
    no_data,
    text_field,
)
from client_segments.profiles.inputs import SegmentView
from client_segments.profiles.needs import drafted_needs


def _segment_attributes(view: SegmentView) -> pd.DataFrame:
    """Return the attributes that distinguish the segment, in the order of its image."""
    codes = view.rows("image_lines")["attribute_code"].drop_duplicates()
    known = view.inputs.attributes.set_index("attribute_code")
    return known.loc[[code for code in codes if code in known.index]]


_NO_IMAGE = _("отличительные признаки сегмента не найдены на шаге 2")


@field_composer("attributes")
def _attributes(view: SegmentView) -> FieldText:
    names = view.inputs.attributes.set_index("attribute_code")["attribute_name"]
    rows = view.rows("image_lines").sort_values("line_number", kind="stable")
    return lines_field(
        (
            f"{names.get(row.attribute_code, row.attribute_name)} – {row.value_name}"
            for row in rows.itertuples()
        ),
        _NO_IMAGE,
    )


@field_composer("attribute_sources")
def _attribute_sources(view: SegmentView) -> FieldText:
    attributes = _segment_attributes(view)
    if attributes.empty:
        return no_data(_NO_IMAGE)
    lines = []
    for row in attributes.itertuples():
        types = [] if not is_present(row.source_types) else str(row.source_types).split(", ")
        named = [f"{code} – {rec.SOURCE_TYPES.get(code, code)}" for code in types]
        lines.append(f"{row.attribute_name}: {'; '.join(named) or _('источник не указан')}")
    is_known = attributes["source_types"].notna().any()
    return (
        FieldText("\n".join(lines))
        if is_known
        else no_data(_("в перечне признаков нет источников"))
    )


@field_composer("attribute_basis")
def _attribute_basis(view: SegmentView) -> FieldText:
    rows = _segment_attributes(view)
    return lines_field(
        (
            f"{row.attribute_name}: {row.basis}"
            for row in rows.itertuples()
            if is_present(row.basis)
        ),
        _("в перечне признаков не указаны основания"),
    )


def _yes_no(view: SegmentView, flag: str) -> FieldText:
    """Say which attributes of the segment have a flag."""
    attributes = _segment_attributes(view)
    if attributes.empty:
        return no_data(_NO_IMAGE)
    marked = attributes.loc[attributes[flag].fillna(False).astype(bool), "attribute_name"]
    return FieldText(_("да: {names}").format(names=", ".join(marked)) if len(marked) else _("нет"))


@field_composer("special_attributes")
def _special_attributes(view: SegmentView) -> FieldText:
    return _yes_no(view, "is_special")


@field_composer("sensitive_attributes")
def _sensitive_attributes(view: SegmentView) -> FieldText:
    return _yes_no(view, "is_sensitive")


@field_composer("rule")
def _rule(view: SegmentView) -> FieldText:
    row = view.row("segments")
    return text_field(row["rule_text"], _("правило отнесения не записано"))


@field_composer("attribute_roles")
def _attribute_roles(view: SegmentView) -> FieldText:
    rows = _segment_attributes(view)
    return lines_field(
        (f"{row.attribute_name}: {rec.ATTRIBUTE_ROLES[row.role]}" for row in rows.itertuples()),
        _NO_IMAGE,
    )


@field_composer("attribute_shares")
def _attribute_shares(view: SegmentView) -> FieldText:
    rows = view.rows("image_lines").sort_values("line_number", kind="stable")
    rows = rows[rows["share_pct"].notna()]  # a sensitive value that is not named has no share
    template = _("{attribute} = {value}: {share} в сегменте, {overall} среди всех, индекс {index}")
    return lines_field(
        (
            template.format(
                attribute=row.attribute_name, value=row.value_name,
                share=format_percent(row.share_pct), overall=format_percent(row.overall_share_pct),
                index=format_number(row.index_pct, 0),
            )
            for row in rows.itertuples()
        ),
        _NO_IMAGE,
    )  # fmt: skip


@field_composer("image")
def _image(view: SegmentView) -> FieldText:
    row = view.row("images")
    return text_field(row and row["image_text"], _("образ сегмента не составлен на шаге 2"))


@field_composer("needs")
def _needs(view: SegmentView) -> FieldText:
    needs = view.rows("measures")["need"].dropna().drop_duplicates()
    if len(needs):
        return FieldText("\n".join(needs))
    drafts = drafted_needs(view)
    if not drafts:
        return no_data(_("потребности не записаны ни в плане, ни в правках профиля"))
    reason = _("потребности не записаны; черновики программы по проблемам сегмента:")
    return no_data("\n".join([reason, *(f"– {draft}" for draft in drafts)]))


@field_composer("expectations")
def _expectations(view: SegmentView) -> FieldText:
    row = view.row("satisfaction", instrument="all")
    gap = row["expectation_gap"] if row else None
    if view.inputs.is_protected:
        return no_data(_("средние по исходным оценкам в передаваемом отчёте не раскрываются"))
    if not is_present(gap):
        return no_data(_("клиентов не спрашивали, чего они ожидали"))
    if round(gap, 1) == 0:
        return FieldText(_("опыт в среднем совпал с ожиданиями"))
    points = format_number(abs(gap))
    template = (
        _("опыт в среднем хуже ожиданий на {points} балла из 100")
        if gap < 0
        else _("опыт в среднем лучше ожиданий на {points} балла из 100")
    )
    return FieldText(template.format(points=points))


@field_composer("problems")
def _problems(view: SegmentView) -> FieldText:
    rows = view.rows("problems").sort_values(
        ["problems_count", "problem"], ascending=[False, True], kind="stable"
    )
    lines = []
    for row in rows.head(TOP_COUNT).itertuples():
        line = row.problem
        if is_present(row.problems_count):  # a protected table hides small numbers
            mentions = counted(
                int(row.problems_count), _("упоминание"), _("упоминания"), _("упоминаний")
            )
            line += f": {mentions} ({format_percent(row.share_pct)})"
        is_specific = is_present(row.is_specific) and bool(row.is_specific)
        lines.append(line + (_(", характерна для сегмента") if is_specific else ""))
    rest = len(rows) - TOP_COUNT
    if rest > 0:
        problems = plural(rest, _("проблема"), _("проблемы"), _("проблем"))
        lines.append(
            _("и ещё {count} {problems}").format(count=format_count(rest), problems=problems)
        )
    return lines_field(lines, _("жалобы, интервью и открытые источники о сегменте не собраны"))


@field_composer("quotations")
def _quotations(view: SegmentView) -> FieldText:
    allowed = view.rows("quotations")
    allowed = allowed[allowed["has_consent"].fillna(False).astype(bool)]
    if allowed.empty:
        return no_data(_("цитаты с согласием респондентов не получены"))
    count = counted(len(allowed), _("цитата"), _("цитаты"), _("цитат"))
    # Words of a person go into what is shared only by a person's decision: here is their number.
    return FieldText(
        _("{count} с согласием респондентов; тексты – в таблице «Цитаты» шага 5").format(
            count=count
        )
    )


_BY_PEOPLE = {
    "situation": _("ситуацию описывают люди"),
    "motives": _("мотивы и опасения описывают люди по итогам интервью"),
    "access_limits": _("ограничения доступа описывают люди"),
    "helpers": _("о помощниках клиента сведений не собирали"),
    "non_application_reasons": _("о причинах необращения сведений не собирали"),
    "stage_participants": _("участников этапов называют люди"),
}
"""Fields no table has data for: people fill them in `decisions/profiles.yml`."""


def _left_to_people(reason: str) -> Composer:
    return lambda view: no_data(reason)


COMPOSERS.update({key: _left_to_people(reason) for key, reason in _BY_PEOPLE.items()})
