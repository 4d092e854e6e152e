"""Composing profiles: fields of the form, and the content that a version records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from client_segments.decisions import Decision, records
from client_segments.findings import Findings, Severity
from client_segments.labels import fold
from client_segments.language import NO_DATA, _
from client_segments.profiles.composers import COMPOSERS, REGISTER_KEYS, no_data
from client_segments.profiles.contracts import PROFILE_FIELD_RECORDS, PROFILE_FIELDS
from client_segments.profiles.inputs import ProfileInputs, SegmentView, VersionLine
from client_segments.profiles.remedies import NEVER_SHARED, remedy_of

Edits = Mapping[tuple[str, int], str]
"""Text that people wrote, by code of the segment and number of the field."""


def read_edits(
    decision: Decision | None, form: pd.DataFrame, segments: Sequence[str]
) -> tuple[dict[tuple[str, int], str], Findings]:
    """Read `decisions/profiles.yml`; a text for no field or no segment has a finding.

    Parameters
    ----------
    segments
        Codes of the segments that have a profile.

    Raises
    ------
    InputError
        With every record that does not fit.
    """
    findings = Findings()
    edits: dict[tuple[str, int], str] = {}
    if decision is None:
        return edits, findings
    written, problems = records(decision, "fields", PROFILE_FIELD_RECORDS)
    problems.raise_errors()
    codes = {fold(code): code for code in segments}
    known_numbers = set(form["number"])
    for position, record in enumerate(written):
        place = ("fields", position)
        segment = codes.get(fold(record["segment"]))
        if segment is None:
            message = _("правка профиля для сегмента, которого нет: она нигде не показана.")
            remedy = _("укажите код сегмента: {codes}.").format(codes=", ".join(segments))
            findings.add(
                decision.finding(
                    Severity.WARNING, "edit_segment", message, remedy, *place, "segment",
                    found=record["segment"],
                )
            )  # fmt: skip
        elif record["field"] not in known_numbers:
            message = _("правка профиля для поля, которого нет в форме: она нигде не показана.")
            remedy = _("укажите номер поля формы.")
            findings.add(
                decision.finding(
                    Severity.WARNING, "edit_field", message, remedy, *place, "field",
                    found=str(record["field"]),
                )
            )  # fmt: skip
        elif (key := (segment, record["field"])) in edits:
            message = _("поле профиля правится дважды: действует первая правка.")
            remedy = _("оставьте одну правку.")
            findings.add(
                decision.finding(
                    Severity.WARNING, "edit_twice", message, remedy, *place,
                    found=f"{key[0]}, {key[1]}",
                )
            )  # fmt: skip
        else:
            edits[key] = record["text"].strip()
    return edits, findings


def views(
    inputs: ProfileInputs, histories: Mapping[str, tuple[VersionLine, ...]] | None = None
) -> list[SegmentView]:
    """Return a view of each segment that has a profile, in the order of step 2."""
    histories = histories or {}
    return [
        SegmentView(inputs, row.segment_code, row.segment_name, histories.get(row.segment_code, ()))
        for row in inputs.profiled.itertuples()
    ]


def compose(
    inputs: ProfileInputs,
    form: pd.DataFrame,
    edits: Edits,
    histories: Mapping[str, tuple[VersionLine, ...]] | None = None,
) -> pd.DataFrame:
    """Fill the form for every segment but the rest (clause 8).

    Parameters
    ----------
    form
        One row is one field: number, section, key, name, is_core.
    edits
        People's texts: they stand in place of the composed ones, whatever the data say.
    histories
        Versions by segment, oldest first; without them the fields about versions are empty.

    Returns
    -------
    pandas.DataFrame
        One row is one field of one segment, in the form's order (`PROFILE_FIELDS`).
    """
    rows = []
    for view in views(inputs, histories):
        for field in form.itertuples():
            composer = COMPOSERS.get(field.key)
            edit = edits.get((view.code, field.number))
            if edit is not None:
                text, is_filled = edit, bool(edit)
            else:
                value = composer(view) if composer else no_data(_("поле заполняют люди"))
                text, is_filled = value.text, value.is_filled
            is_kept_back = inputs.is_protected and field.key in NEVER_SHARED
            if not is_filled and field.key not in REGISTER_KEYS and not is_kept_back:
                text = _with_remedy(text, field.key)
            rows.append(
                (view.code, field.number, field.section, field.name, field.key, text,
                 field.is_core, is_filled, edit is not None)
            )  # fmt: skip
    return PROFILE_FIELDS.conform(pd.DataFrame(rows, columns=PROFILE_FIELDS.column_names))


def _with_remedy(text: str, key: str) -> str:
    """Say what to do about an empty field after why it is empty."""
    return _("{reason}. Что сделать: {remedy}.").format(
        reason=text.rstrip(". ") or NO_DATA, remedy=remedy_of(key)
    )


def with_histories(
    fields: pd.DataFrame,
    inputs: ProfileInputs,
    form: pd.DataFrame,
    edits: Edits,
    histories: Mapping[str, tuple[VersionLine, ...]],
) -> pd.DataFrame:
    """Return composed fields with those about versions filled in; the others stand as they are."""
    return recomposed(fields, inputs, form[form["key"].isin(REGISTER_KEYS)], edits, histories)


def recomposed(
    fields: pd.DataFrame,
    inputs: ProfileInputs,
    part: pd.DataFrame,
    edits: Edits,
    histories: Mapping[str, tuple[VersionLine, ...]] | None = None,
) -> pd.DataFrame:
    """Return composed fields with those of a part of the form composed anew."""
    if part.empty:
        return fields
    told = compose(inputs, part, edits, histories)
    keys = ["segment_code", "field_number"]
    told = told.set_index(keys)
    result = fields.set_index(keys)
    result.loc[told.index, ["value_text", "is_filled"]] = told[["value_text", "is_filled"]]
    return PROFILE_FIELDS.conform(result.reset_index())


def content_of(view: SegmentView, fields: pd.DataFrame) -> dict[str, object]:
    """Return what a version records of a segment: status, fields and the numbers behind them.

    Fields about the register itself are left out, or recording would change what is recorded.
    """
    own = fields[fields["segment_code"] == view.code]
    own = own[~own["field_key"].isin(REGISTER_KEYS) | own["is_edited"]]
    return {
        "status": view.status,
        "fields": [
            {"number": int(row.field_number), "key": row.field_key, "value": row.value_text}
            for row in own.itertuples()
        ],
        "numbers": numbers_of(view),
    }


def numbers_of(view: SegmentView) -> dict[str, object]:
    """Return the numbers of a segment that later years are compared with.

    Counts and shares as they are in the tables; what is missing is absent.
    """
    total = view.inputs.segments["clients_count"].sum()
    problems = view.rows("problems")
    accepted = view.accepted
    return {
        "capacity": {
            "clients_count": _number((view.row("segments") or {}).get("clients_count")),
            "all_clients_count": _number(total),
            "population_count": _number((view.row("capacity") or {}).get("population_count")),
        },
        "satisfaction": _pick(
            view.row("satisfaction", instrument="all"),
            "satisfied_count", "answers_count", "effective_count", "satisfaction_pct",
        ),
        "blind_zone": _pick(
            view.row("blind_zone", measure=_("Все меры")),
            "blind_zone_count", "entitled_count", "applied_count", "refused_count", "low_pct",
            "high_pct",
        ),
        "problems": {
            row.problem: _number(row.problems_count)
            for row in problems.sort_values("problem", kind="stable").itertuples()
        },
        "problem_reporters": _pick(view.row("problem_uniqueness"), "reporters_count"),
        "priority": _pick(view.row("priorities"), "rank", "score"),
        "journey": [
            {
                "stage": row.stage, "cases_count": _number(row.cases_count),
                "reached_count": _number(row.reached_count),
            }
            for row in view.rows("journey_stages")
            .sort_values("stage_number", kind="stable").itertuples()
        ],
        "channels": [
            {
                "use": row.use, "kind": row.kind, "channel_code": row.channel_code,
                "channel_name": row.channel_name, "answers_count": _number(row.answers_count),
                "total_count": _number(row.total_count),
            }
            for row in view.rows("channel_shares")
            .sort_values(["use", "kind", "channel_code"], kind="stable").itertuples()
        ],
        "verdicts": {row.hypothesis_code: row.verdict for row in accepted.itertuples()},
        "criteria": {
            row.hypothesis_code: _number(row.criterion_pct) for row in accepted.itertuples()
        },
        "legal_acts": [
            f"{act.day.isoformat()} {act.act}"
            for act in view.inputs.legal_acts if act.concerns(view.code)
        ],
        "regulation": view.inputs.regulation,
        "respondents": {
            row.instrument: _number(row.respondents_count)
            for row in view.rows("respondents").itertuples()
        },
        "hypotheses": [
            {
                "code": row.hypothesis_code, "kind": row.kind, "text": row.hypothesis_text,
                "proposal": None if pd.isna(row.proposal_code) else row.proposal_code,
            }
            for row in accepted.itertuples()
        ],
    }  # fmt: skip


def _number(value: object) -> int | float | None:
    """Return a number as JSON keeps it: whole ones as integers, others to nine digits."""
    if value is None or pd.isna(value):
        return None
    number = float(value)
    return int(number) if number.is_integer() else float(f"{number:.9g}")


def _pick(row: Mapping[str, object] | None, *names: str) -> dict[str, int | float | None]:
    return {} if row is None else {name: _number(row[name]) for name in names}
