"""Widgets of the notebooks: choosing what to open, and editing decisions of people."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import ipywidgets as ipw
import pandas as pd

from client_segments import catalogue, decisions, hypotheses, profiles, segments, status
from client_segments import recommendations as rec
from client_segments.attributes import (
    ATTRIBUTE_PROPOSALS,
    ATTRIBUTE_VALUES,
    ATTRIBUTES,
    attribute_record,
    proposed_attributes,
)
from client_segments.checking import DECISION_RECORDS, SECOND_RECORDS
from client_segments.contracts import Column, Kind, TableContract
from client_segments.decisions import Decision
from client_segments.language import _
from client_segments.presentation import Shown, show_note, show_paragraphs
from client_segments.priorities import PROBLEM_TOPICS
from client_segments.segments.contracts import METHODS
from client_segments.study import AuthorityYear, Study
from client_segments.widgets.adopt import adoption_controls
from client_segments.widgets.drafts import Place
from client_segments.widgets.editors import DecisionEditor, RecordsForm, written_records
from client_segments.widgets.fields import BUTTON, LABEL_STYLE, WIDE, make_field
from client_segments.widgets.folds import Folds
from client_segments.widgets.offers import attribute_offers, segment_offers
from client_segments.widgets.topics import topic_controls
from client_segments.widgets.weights import weights_editor

__all__ = ["chooser", "editor", "editors"]


def editor(place: Place, name: str, interactive: bool) -> ipw.Widget | Shown:
    """Return the editor of a decision, or, in batch, a line that says where decisions lie."""
    if not interactive:
        file = place.name_of(decisions.decision_path(place, name))
        return show_note(_("Редактор не показан: решение читается из {file}.").format(file=file))
    if name == "weights":
        return weights_editor(place, _segment_names(place))
    if name == "report":
        return _report_editor(place)
    return _records_editor(place, name)


def editors(place: Place, names: Sequence[str], interactive: bool) -> ipw.Widget | Shown:
    """Return editors of several decisions, one unfolded at a time; in batch, a line for each."""
    made = [editor(place, name, interactive) for name in names]
    if not interactive:
        return show_paragraphs(shown.text for shown in made)
    titles = tuple(decisions.DECISION_NAMES[name].capitalize() for name in names)
    return Folds(made, titles, opened=len(names) - 1)


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
        partial(_keep_criteria, place) if name == "hypotheses" else None,
    )  # fmt: skip


def _keep_criteria(place: Place, content: Mapping[str, object]) -> dict[str, object]:
    """Return hypotheses to save with what their criteria were in the file until today.

    The day of the change is today's, whatever date people put under the decision: answers that
    came before it must not look as if they came after.
    """
    written = written_records(decisions.load(place, "hypotheses"), "hypotheses")
    kept = hypotheses.keep_criteria(content["hypotheses"], written, date.today())
    return {**content, "hypotheses": kept}


def _choices(place: Place, name: str) -> dict[str, dict[object, str]]:
    """Return what columns of a decision's records are chosen among, as far as it is known."""
    if isinstance(place, AuthorityYear):
        return {"group": {code: code for code in place.groups}}
    choices: dict[str, dict[object, str]] = {"segment": _segment_names(place)}
    if name in ("stages", "journey"):
        known = catalogue.stages(place.root, decisions.load_group(place).direction)
        choices["stage"] = {row.name: f"{row.number}. {row.name}" for row in known.itertuples()}
        choices["emotion"] = hypotheses.EMOTIONS
        met = _study_table(place, hypotheses.JOURNEY_ACTIVITIES)
        own = [] if met is None else met.loc[~met["is_mapped"], "stage"].unique()
        choices["stage"] |= {stage: stage for stage in own}
    if name == "plan":
        decided = _study_table(place, hypotheses.HYPOTHESES)
        if decided is not None:
            texts = zip(decided["hypothesis_code"], decided["hypothesis_text"], strict=True)
            choices["hypothesis"] = {code: f"{code}. {text}" for code, text in texts}
    if name == "problems":
        direction = decisions.load_group(place).direction
        stages = catalogue.stages(place.root, direction)["name"]
        choices["stage"] = dict(zip(stages, stages, strict=True))
    if name == "profiles":
        form, _findings = profiles.load_form(place.root, profiles.COMPOSERS, place.authority)
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
        table = _study_table(place, ATTRIBUTE_PROPOSALS)
        if table is None:
            return []
        listed = set(table.loc[table["role"].notna(), "attribute_code"])
        found = proposed_attributes(table)
        return [attribute_record(item) for item in found if item.code in listed]
    if name == "stages":
        table = _study_table(place, hypotheses.JOURNEY_ACTIVITIES)
        return [] if table is None else hypotheses.suggest_activities(table)
    if name == "segments":
        table = _study_table(place, segments.SEGMENTS)
        if table is None or not table["is_proposed"].any():
            return []
        return [
            {"code": row.segment_code, "name": row.segment_name, "class_number": number}
            for number, row in enumerate(table[~table["is_rest"]].itertuples(), start=1)
        ]
    return []


def _extra(place: Place, name: str, decision: Decision | None, form: RecordsForm):
    """Return controls above and below the records, and what they add to the decision's file."""
    if name == "segments":
        before, after, collect = _grouping_controls(place, decision, form)
        offered = [*adoption_controls(place, form), *segment_offers(place, form)]
        return before, [*offered, *after], collect
    if name == "attributes":
        return [], attribute_offers(place, form), dict
    if name == "hypotheses" and isinstance(place, Study) and place.step == "hypotheses":
        return [], _proposal_controls(place, form), dict
    if name in SECOND_RECORDS:
        return _second_list(place, decision, *SECOND_RECORDS[name])
    topics = _study_table(place, PROBLEM_TOPICS) if name == "problems" else None
    if topics is not None:
        return [], topic_controls(topics, form), dict
    return [], [], dict


def _second_list(place: Place, decision: Decision | None, key: str, contract: TableContract):
    """Return a second list of records below the first, and what it adds to the file."""
    records = decisions.records(decision, key, contract)[0] if decision else []
    choices = {"segments": _segment_names(place)} if key == "legal_acts" else {}
    if key == "follow_up" and isinstance(place, Study):
        previous, _findings = profiles.previous_measures(place)
        texts = zip(previous["measure_code"], previous["measure"], strict=True)
        choices["code"] = {code: f"{code}. {text}" for code, text in texts}
    choices = {column: known for column, known in choices.items() if known}
    form = RecordsForm(
        contract, records, choices=choices, written=written_records(decision, key)
    )  # fmt: skip
    heading = ipw.HTML(f"<strong>{contract.label}</strong>")

    def collect() -> dict[str, object]:
        typed = form.records()
        return {key: typed} if typed or (decision and key in decision.data) else {}

    return [], [heading, form], collect


def _grouping_controls(place: Place, decision: Decision | None, form: RecordsForm):
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
        is_needed = method.control.value != "rules"
        classes.control.layout.display = None if is_needed else "none"

    method.control.observe(show_classes, names="value")
    show_classes()

    def collect() -> dict[str, object]:
        extra: dict[str, object] = {"method": method.read() or "rules"}
        if classes.read() and extra["method"] != "rules":
            extra["classes"] = classes.read()
            extra |= _adopted_model(place, data, classes.read())
        if rest_name.read() or "rest" in data:
            others = {key: value for key, value in rest.items() if key != "name"}
            extra["rest"] = {**others, **({"name": rest_name.read()} if rest_name.read() else {})}
        return extra

    hint = _("Побеждает первое подходящее правило, поэтому порядок записей важен.")
    return (
        [method.control, classes.control, ipw.HTML(f"<p>{hint}</p>")], [rest_name.control], collect
    )  # fmt: skip


def _adopted_model(place: Place, data: Mapping, classes_count: object) -> dict[str, object]:
    """Return the model of the last run, to be saved with the names of its classes.

    A model that the decision has already is left as it is: it is what keeps the segments.
    """
    if "model" in data or not isinstance(place, Study) or place.step != "segments":
        return {}
    model = segments.model_to_store(place)
    if model is None or str(model.classes_count) != str(classes_count):
        return {}
    return {"model": model.tree()}


def _proposal_controls(place: Place, form: RecordsForm) -> list[ipw.Widget]:
    """Return a list of proposals that can be taken into the decision."""
    proposed = _study_table(place, hypotheses.PROPOSALS)
    decided = _study_table(place, hypotheses.HYPOTHESES)
    if proposed is None or decided is None:
        return []
    records = hypotheses.suggest_records(proposed, decided)
    if not records:
        return []
    texts = proposed.set_index(["segment_code", "proposal_code"])["hypothesis_text"]
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
