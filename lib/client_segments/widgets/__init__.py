"""Widgets of the notebooks: choosing what to open, and editing decisions of people."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date

import ipywidgets as ipw
import pandas as pd

from client_segments import decisions, hypotheses, profiles, segments, status
from client_segments import recommendations as rec
from client_segments.attributes import ATTRIBUTE_VALUES, ATTRIBUTES
from client_segments.contracts import Column, Kind, TableContract
from client_segments.decisions import Decision
from client_segments.language import _
from client_segments.presentation import Shown, show_note
from client_segments.segments.contracts import METHODS
from client_segments.study import AuthorityYear, Study
from client_segments.widgets.drafts import Place
from client_segments.widgets.editors import DecisionEditor, RecordsForm, written_records
from client_segments.widgets.fields import BUTTON, LABEL_STYLE, WIDE, make_field
from client_segments.workbook import DECISION_RECORDS

__all__ = ["chooser", "editor"]


def editor(place: Place, name: str, interactive: bool) -> ipw.Widget | Shown:
    """Return the editor of a decision, or, in batch, a line that says where decisions lie."""
    if not interactive:
        file = place.name_of(decisions.decision_path(place, name))
        return show_note(_("Редактор не показан: решение читается из {file}.").format(file=file))
    if name == "weights":
        return _weights_editor(place)
    if name == "report":
        return _report_editor(place)
    return _records_editor(place, name)


def _study_table(place: Place, contract: TableContract) -> pd.DataFrame | None:
    """Return a table of the study if its step has been run and comes no later."""
    if not isinstance(place, Study):
        return None
    if rec.STEPS.index(contract.owner) > rec.STEPS.index(place.step) or not place.has(contract):
        return None
    return place.read(contract)


def _segment_names(place: Place) -> dict[str, str]:
    table = _study_table(place, segments.SEGMENTS)
    if table is None:
        return {}
    named = table[~table["is_rest"]]
    return dict(zip(named["segment_code"], named["segment_name"], strict=True))


def _records_editor(place: Place, name: str) -> DecisionEditor:
    key, contract, nested = DECISION_RECORDS[name]
    decision = decisions.load(place, name)
    records = (
        decisions.records(decision, key, contract, nested)[0]
        if decision
        else _proposal(place, name)
    )
    form = RecordsForm(
        contract, records, nested, _choices(place, name), _rule_choices(place),
        written_records(decision, key), is_ordered=name == "segments",
    )  # fmt: skip
    before, after, collect_extra = _extra(place, name, decision, form)
    return DecisionEditor(
        place, name, decision, [*before, form, *after],
        lambda: {**collect_extra(), key: form.records()},
    )  # fmt: skip


def _choices(place: Place, name: str) -> dict[str, dict[object, str]]:
    """Return what columns of a decision's records are chosen among, as far as it is known."""
    if isinstance(place, AuthorityYear):
        return {"group": {code: code for code in place.groups}}
    choices: dict[str, dict[object, str]] = {"segment": _segment_names(place)}
    if name == "plan":
        decided = _study_table(place, hypotheses.HYPOTHESES)
        if decided is not None:
            texts = zip(decided["hypothesis_code"], decided["hypothesis_text"], strict=True)
            choices["hypothesis"] = {code: f"{code}. {text}" for code, text in texts}
    if name == "profiles":
        form, _findings = profiles.load_form(place.root, profiles.COMPOSERS)
        choices["field"] = {row.number: f"{row.number}. {row.name}" for row in form.itertuples()}
    return {column: known for column, known in choices.items() if known}


def _rule_choices(place: Place) -> dict[str, tuple[str, list[str]]]:
    attributes = _study_table(place, ATTRIBUTES)
    values = _study_table(place, ATTRIBUTE_VALUES)
    if attributes is None or values is None:
        return {}
    return {
        row.attribute_code: (
            row.attribute_name,
            values.loc[values["attribute_code"] == row.attribute_code, "value_name"].tolist(),
        )
        for row in attributes.itertuples()
    }


def _proposal(place: Place, name: str) -> list[dict[str, object]]:
    """Return records to start from where nobody has decided: what the last run proposed."""
    if name == "attributes":
        table = _study_table(place, ATTRIBUTES)
        return [] if table is None else [_proposed_attribute(row) for row in table.itertuples()]
    if name == "segments":
        table = _study_table(place, segments.SEGMENTS)
        if table is None or not table["is_proposed"].any():
            return []
        return [
            {"code": row.segment_code, "name": row.segment_name, "class_number": number}
            for number, row in enumerate(table[~table["is_rest"]].itertuples(), start=1)
        ]
    return []


def _proposed_attribute(row) -> dict[str, object]:
    return {
        "code": row.attribute_code,
        "name": row.attribute_name,
        "role": row.role,
        "sources": tuple(row.source_types.split(", ")) if isinstance(row.source_types, str) else (),
        "basis": row.basis if isinstance(row.basis, str) else None,
        "special": bool(row.is_special),
        "sensitive": bool(row.is_sensitive),
        "ordered": bool(row.is_ordered),
    }


def _extra(place: Place, name: str, decision: Decision | None, form: RecordsForm):
    """Return controls above and below the records, and what they add to the decision's file."""
    if name == "segments":
        return _grouping_controls(decision, form)
    if name == "hypotheses" and isinstance(place, Study) and place.step == "hypotheses":
        return [], _proposal_controls(place, form), dict
    return [], [], dict


def _grouping_controls(decision: Decision | None, form: RecordsForm):
    data: Mapping = decision.data if decision else {}
    records = form.records()
    is_classes = any("class_number" in record for record in records)
    method = make_field(
        Column("method", _("Способ"), Kind.CODE, "", codes=METHODS),
        data.get("method") or ("latent_classes" if is_classes else "rules"),
    )
    classes = make_field(
        Column("classes", _("Число классов"), Kind.INTEGER, _("Только для скрытых классов.")),
        data.get("classes") or (len(records) if is_classes else None),
    )
    rest: Mapping = data["rest"] if isinstance(data.get("rest"), dict) else {}
    rest_name = make_field(
        Column("rest", _("Как назвать остальных"), Kind.TEXT, _("Остальные клиенты.")),
        rest.get("name"),
    )

    def show_classes(_change: object = None) -> None:
        is_needed = method.control.value == "latent_classes"
        classes.control.layout.display = None if is_needed else "none"

    method.control.observe(show_classes, names="value")
    show_classes()

    def collect() -> dict[str, object]:
        extra: dict[str, object] = {"method": method.read() or "rules"}
        if classes.read() and extra["method"] == "latent_classes":
            extra["classes"] = classes.read()
        if rest_name.read() or "rest" in data:
            others = {key: value for key, value in rest.items() if key != "name"}
            extra["rest"] = {**others, **({"name": rest_name.read()} if rest_name.read() else {})}
        return extra

    hint = _("Побеждает первое подходящее правило, поэтому порядок записей важен.")
    return (
        [method.control, classes.control, ipw.HTML(f"<p>{hint}</p>")], [rest_name.control], collect
    )  # fmt: skip


def _proposal_controls(place: Place, form: RecordsForm) -> list[ipw.Widget]:
    """Return a list of proposals that can be taken into the decision."""
    proposals = _study_table(place, hypotheses.PROPOSALS)
    decided = _study_table(place, hypotheses.HYPOTHESES)
    if proposals is None or decided is None:
        return []
    records = hypotheses.suggest_records(proposals, decided)
    if not records:
        return []
    texts = proposals.set_index(["segment_code", "proposal_code"])["hypothesis_text"]
    options = [
        (texts.get((record["segment"], record["proposal"]), record["text"]), number)
        for number, record in enumerate(records)
    ]
    chosen = ipw.SelectMultiple(
        options=options, rows=min(10, len(options)), layout={"width": "98%"}
    )
    take = ipw.Button(description=_("Принять выбранные к проверке"), icon="check", layout=BUTTON)
    heading = _("Что предлагают данные (несколько строк – с клавишей Ctrl или Shift)")

    def adopt(_button: ipw.Button) -> None:
        taken = {record.get("code") for record in form.records()}
        free = (code for code in (f"Г{n}" for n in itertools.count(1)) if code not in taken)
        for number in chosen.value:
            # The statement alone: the numbers behind it change with the data, and are shown there.
            statement = str(records[number]["text"]).partition(": ")[0]
            form.add(
                {**records[number], "code": next(free), "text": statement, "decided": date.today()}
            )
        chosen.value = ()

    take.on_click(adopt)
    return [ipw.HTML(f"<strong>{heading}</strong>"), chosen, take]


def _weights_editor(place: Study) -> DecisionEditor:
    decision = decisions.load(place, "weights")
    data: Mapping = decision.data if decision else {}
    weights = data.get("weights") if isinstance(data.get("weights"), dict) else {}
    fields = [
        make_field(
            Column(criterion.name, criterion.label, Kind.NUMBER, criterion.sources),
            weights.get(criterion.name),
            **({"written": weights[criterion.name]} if criterion.name in weights else {}),
        )
        for criterion in rec.CRITERIA
    ]
    names = _segment_names(place)
    chosen = data.get("research_first")
    first = make_field(
        Column("research_first", _("Исследовать первыми"), Kind.CODE, "", is_list=True),
        chosen if isinstance(chosen, list) else [],
        names or None,
    )

    def collect() -> dict[str, object]:
        given = {field.column.name: field.read() for field in fields if field.read() is not None}
        return {"weights": given, "research_first": first.read() or []}

    hint = _(
        "Основные параметры (ёмкость, удовлетворённость) весят не меньше дополнительных; сумма приводится к 1."
    )
    return DecisionEditor(
        place, "weights", decision,
        [ipw.HTML(f"<p>{hint}</p>"), *(field.control for field in fields), first.control], collect,
    )  # fmt: skip


def _report_editor(place: AuthorityYear) -> DecisionEditor:
    decision = decisions.load(place, "report")
    data: Mapping = decision.data if decision else {}
    fields = [
        make_field(
            Column("signatory", _("Подписывает"), Kind.TEXT, _("Должность.")), data.get("signatory")
        ),
        make_field(
            Column("summary", _("Вводное слово"), Kind.TEXT, _("Что важно прочесть первым.")),
            data.get("summary"),
        ),
    ]

    def collect() -> dict[str, object]:
        typed = {field.column.name: field.read() or "" for field in fields}
        return {key: text for key, text in typed.items() if text or key in data}

    return DecisionEditor(place, "report", decision, [field.control for field in fields], collect)


def chooser(opened: AuthorityYear, group: str, interactive: bool) -> ipw.Widget | Shown:
    """Return lists of authorities, years and groups, and the lines of parameters for a choice."""
    if not interactive:
        return show_note(_("Выбор не показан: в пакетном запуске параметры заданы."))
    years = {(found.authority, found.year): found for found in status.find_years(opened.root)}
    which = ipw.Dropdown(
        options=[(f"{authority}, {year}", (authority, year)) for authority, year in years],
        value=(opened.authority, opened.year), description=_("Орган и год"),
        style=LABEL_STYLE, layout=WIDE,
    )  # fmt: skip
    groups = ipw.Dropdown(description=_("Группа процессов"), style=LABEL_STYLE, layout=WIDE)
    lines = ipw.Textarea(rows=3, description=_("Строки параметров"), style=LABEL_STYLE, layout=WIDE)

    def offer_groups(_change: object = None) -> None:
        groups.options = years[which.value].groups

    def write_lines(_change: object = None) -> None:
        authority, year = which.value
        lines.value = f'authority = "{authority}"\nyear = {year}\ngroup = "{groups.value}"'

    which.observe(offer_groups, names="value")
    groups.observe(write_lines, names="value")
    offer_groups()
    if group in groups.options:
        groups.value = group
    write_lines()
    hint = _("Скопируйте строки в ячейку параметров блокнота – этого и следующих.")
    return ipw.VBox([which, groups, lines, ipw.HTML(f"<p>{hint}</p>")])
