"""Profiles of segments: the form's core fields, a page each.

What is the same in every profile of a group is told once, before them; what several fields say
of one thing (an attribute, its source and its basis) stands together. Texts that people edited
stay as they are.
"""

from __future__ import annotations

import pandas as pd

from client_segments import recommendations as rec
from client_segments.language import _
from client_segments.report.groups import GroupContent, anchor
from client_segments.report.tree import Block, Facts, Form, Remark, Section

_ATTRIBUTE_KEYS = ("attributes", "attribute_sources", "attribute_basis")
_JOURNEY_KEYS = ("journey_stages", "client_actions")
_ARROW = "→"  # actions that follow from events name every stage

Field = tuple[str, str]


def profile_part(group: GroupContent) -> Section:
    """Return the profiles of a group's segments, each a part of its own that starts a page."""
    title = _("Профили сегментов")
    core = group.fields[group.fields["is_core"].astype(bool)]
    if core.empty:
        return Section(anchor(group, "profiles"), title, (Remark(_("Профилей нет.")),))
    common = common_numbers(core)
    own = core[~core["field_number"].isin(common)]
    statuses = group.profiles.set_index("segment_code")["status"]
    parts = []
    for code, name in group.segment_names().items():
        fields = own[own["segment_code"] == code]
        if fields.empty:
            continue
        status = rec.PROFILE_STATUSES[statuses[code]]
        form_title = _("Профиль сегмента «{name}» ({status})").format(name=name, status=status)
        form = Form(
            form_title, name, _form_parts(group, code, fields),
            _("Профили: {name}").format(name=group.name),
        )  # fmt: skip
        parts.append(Section(anchor(group, f"profile-{code}"), name, (form,), starts_page=True))
    return Section(anchor(group, "profiles"), title, _before(core, common), tuple(parts))


def common_numbers(core: pd.DataFrame) -> set[int]:
    """Return the numbers of the fields that say the same in every profile of several."""
    if core["segment_code"].nunique() < 2:
        return set()
    texts = core.groupby("field_number")["value_text"].nunique()
    filled = core.groupby("field_number")["is_filled"].all()
    return set(texts.index[(texts == 1) & filled])


def _before(core: pd.DataFrame, common: set[int]) -> tuple[Block, ...]:
    note = Remark(
        _("Показаны основные поля формы; заполненные дополнительные поля – в приложении В.")
    )
    shared = core[core["field_number"].isin(common)].drop_duplicates("field_number")
    if shared.empty:
        return (note,)
    rows = tuple(zip(shared["field"], shared["value_text"], strict=True))
    return (note, Facts(_("Общие поля всех профилей группы"), rows))


def _form_parts(
    group: GroupContent, code: str, fields: pd.DataFrame
) -> tuple[tuple[str, tuple[Field, ...]], ...]:
    return tuple(
        (section, tuple(_together(group, code, own)))
        for section, own in fields.groupby("section", sort=False)
    )


def _together(group: GroupContent, code: str, fields: pd.DataFrame) -> list[Field]:
    """Return fields as label and text; those that tell of one thing as one."""
    rows = {row.field_key: row for row in fields.itertuples()}
    merged: dict[str, Field] = {}
    if _are_composed(rows, _ATTRIBUTE_KEYS):
        label = "; ".join(rows[key].field for key in _ATTRIBUTE_KEYS)
        merged = dict.fromkeys(_ATTRIBUTE_KEYS, (label, _attributes_text(group, code)))
    if _are_composed(rows, _JOURNEY_KEYS) and _ARROW in rows["client_actions"].value_text:
        label = "; ".join(rows[key].field for key in _JOURNEY_KEYS)
        merged |= dict.fromkeys(_JOURNEY_KEYS, (label, rows["client_actions"].value_text))
    told = [merged.get(row.field_key, (row.field, row.value_text)) for row in fields.itertuples()]
    return list(dict.fromkeys(told))


def _are_composed(rows: dict[str, object], keys: tuple[str, ...]) -> bool:
    """Tell whether all the fields have a value that no person has edited."""
    return all(key in rows and rows[key].is_filled and not rows[key].is_edited for key in keys)


def _attributes_text(group: GroupContent, code: str) -> str:
    """Return the attributes of a segment, one a line: values, kinds of source, basis."""
    lines = group.tables.image_lines
    lines = lines[lines["segment_code"] == code].sort_values("line_number", kind="stable")
    known = group.tables.attributes.set_index("attribute_code")
    told = []
    for attribute, own in lines.groupby("attribute_code", sort=False):
        name = own["attribute_name"].iloc[0]
        text = f"{name} – {', '.join(own['value_name'].dropna())}"
        if attribute in known.index:
            row = known.loc[attribute]
            source = "" if pd.isna(row["source_types"]) else str(row["source_types"])
            basis = "" if pd.isna(row["basis"]) else str(row["basis"])
            kind = _("источник {number}").format(number=source) if source else ""
            beside = "; ".join(part for part in (kind, basis) if part)
            text += f" ({beside})" if beside else ""
        told.append(text)
    return "\n".join(told)


def additional_fields(group: GroupContent) -> pd.DataFrame:
    """Return the filled fields that are no core of the form: segment_code, field, value_text."""
    fields = group.fields
    return fields[fields["is_filled"].astype(bool) & ~fields["is_core"].astype(bool)]
