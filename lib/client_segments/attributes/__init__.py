"""Step 1: the list of attributes that describe clients, and their values (clause 5)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go

from client_segments import charts, decisions
from client_segments import recommendations as rec
from client_segments.attributes.adoption import (
    adopt_regulation,
    attribute_records,
    regulation_tables,
    segment_records,
)
from client_segments.attributes.checks import list_checks
from client_segments.attributes.clients import (
    Clients,
    clients_file,
    close_clients,
    code_clients,
    learn,
    load_clients,
    open_engine,
)
from client_segments.attributes.coding import MISSING_CODE, Attribute, Coder
from client_segments.attributes.contracts import (
    ATTRIBUTE_PAIRS,
    ATTRIBUTE_PROPOSALS,
    ATTRIBUTE_RECORDS,
    ATTRIBUTE_USEFULNESS,
    ATTRIBUTE_VALUES,
    ATTRIBUTES,
    CODED_CLIENTS,
    CONTRACTS,
    REGULATION_ATTRIBUTES,
    REGULATION_COMBINATIONS,
)
from client_segments.attributes.lists import (
    Candidates,
    candidates,
    decided_list,
    load_list,
    proposed_list,
)
from client_segments.attributes.outcomes import make_outcomes
from client_segments.attributes.pairs import pair_tables, pairs_table
from client_segments.attributes.proposals import (
    attribute_record,
    proposals_table,
    proposed_attributes,
)
from client_segments.attributes.regulation import load_regulation
from client_segments.attributes.shown import (
    show_pairs,
    show_proposals,
    show_regulation,
    show_usefulness,
    usefulness_chart,
)
from client_segments.attributes.targets import load_targets
from client_segments.attributes.usefulness import usefulness_table
from client_segments.decisions import GroupSettings
from client_segments.engine import Engine
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import NO_DATA, _, counted, format_percent
from client_segments.steps import Check, Outcome, StepResult, finish
from client_segments.study import Study

__all__ = [
    "ATTRIBUTES",
    "ATTRIBUTE_PAIRS",
    "ATTRIBUTE_PROPOSALS",
    "ATTRIBUTE_RECORDS",
    "ATTRIBUTE_USEFULNESS",
    "ATTRIBUTE_VALUES",
    "CODED_CLIENTS",
    "CONTRACTS",
    "MISSING_CODE",
    "REGULATION_ATTRIBUTES",
    "REGULATION_COMBINATIONS",
    "Attribute",
    "Coder",
    "adopt_regulation",
    "attribute_record",
    "attribute_records",
    "clients_file",
    "close_clients",
    "code_clients",
    "coders",
    "coverage_chart",
    "decided_list",
    "known_attributes",
    "learn",
    "load_clients",
    "load_list",
    "open_coded",
    "proposed_attributes",
    "proposed_list",
    "read_list",
    "run",
    "segment_records",
    "show_pairs",
    "show_proposals",
    "show_regulation",
    "show_usefulness",
    "usefulness_chart",
    "values_chart",
]

MISSING_MAXIMUM_PCT = 30.0
"""Own: an attribute unknown for more clients than this is named in the checks."""


def describe(value_counts: pd.DataFrame, coders_: list[Coder]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tables `attributes` and `attribute_values`.

    Parameters
    ----------
    value_counts
        One row is one attribute × value code that occurs (`Engine.values`).
    """
    attribute_rows, value_rows = [], []
    by_value = value_counts.set_index(["attribute_code", "value_code"])["clients_count"]
    total = int(by_value.groupby("attribute_code").sum().max()) if len(by_value) else 0
    for coder in coders_:
        attribute = coder.attribute
        counts = by_value.loc[attribute.code]
        missing = int(counts.get(MISSING_CODE, 0))
        known = total - missing
        for code, name in enumerate((NO_DATA, *coder.names)):
            count = int(counts.get(code, 0))
            value_rows.append(
                {
                    "attribute_code": attribute.code,
                    "value_code": code,
                    "value_name": name,
                    "clients_count": count,
                    "share_pct": 100 * count / known if code and known else None,
                    "spellings": ", ".join(coder.spellings.get(name, ())) or None,
                }
            )
        attribute_rows.append(
            {
                "attribute_code": attribute.code,
                "attribute_name": attribute.name,
                "role": attribute.role,
                "source_types": ", ".join(attribute.sources) or None,
                "basis": attribute.basis or None,
                "is_special": attribute.is_special,
                "is_sensitive": attribute.is_sensitive,
                "is_ordered": attribute.is_ordered,
                "values_count": int((counts.drop(MISSING_CODE, errors="ignore") > 0).sum()),
                "known_count": known,
                "missing_count": missing,
                "missing_pct": 100 * missing / total if total else None,
                "is_proposed": attribute.is_proposed,
            }
        )
    return pd.DataFrame(attribute_rows), pd.DataFrame(value_rows)


def checks(attributes: pd.DataFrame, values: pd.DataFrame) -> list[Check]:
    """Check the list against clause 5."""
    count = len(attributes)
    pairs = int((values["value_code"] > MISSING_CODE).sum())
    fits = rec.ATTRIBUTES_MINIMUM <= count <= rec.ATTRIBUTES_MAXIMUM
    numbers = _("признаков – {count}, их значений – {pairs}").format(count=count, pairs=pairs)
    source_texts = attributes["source_types"].fillna("")
    used = [kind for kind in rec.SOURCE_TYPES if source_texts.str.contains(kind).any()]
    unused = [rec.SOURCE_TYPES[kind] for kind in rec.SOURCE_TYPES if kind not in used]
    has_special_source = source_texts.str.contains(rec.SPECIAL_SOURCE_TYPE)
    disagree = attributes.loc[attributes["is_special"] != has_special_source, "attribute_name"]
    sourceless = attributes.loc[(source_texts == "") | attributes["basis"].isna(), "attribute_name"]
    patchy = attributes.loc[attributes["missing_pct"] > MISSING_MAXIMUM_PCT, "attribute_name"]
    constant = attributes.loc[attributes["values_count"] < 2, "attribute_name"]
    is_proposed = bool(attributes["is_proposed"].any())
    return [
        Check(
            "attributes_number", _("В перечне от 5 до 15 признаков (оптимально)"), "5",
            Outcome.MET if fits else Outcome.WARNING, numbers,
            "" if fits else _("дополните или сократите перечень: рекомендация, а не запрет."),
        ),
        Check(
            "source_kinds", _("Использованы виды источников пункта 5"), "5",
            Outcome.MET if not unused else Outcome.WARNING,
            _("использовано {count} из 5").format(count=len(used)),
            _("не использованы: {kinds}.").format(kinds="; ".join(unused)) if unused else "",
        ),
        Check(
            "source_basis", _("У каждого признака указаны вид и реквизит источника"), "5",
            Outcome.MET if sourceless.empty else Outcome.WARNING, ", ".join(sourceless),
            "" if sourceless.empty else _("укажите sources и basis в перечне признаков."),
        ),
        Check(
            "special_source", _("Специальный признак – признак источника 5, и наоборот"), "5",
            Outcome.MET if disagree.empty else Outcome.WARNING, ", ".join(disagree),
            "" if disagree.empty else _("приведите отметку «специальный» и виды источников в соответствие."),
        ),
        Check(
            "coverage", _("Признаки известны у большинства клиентов"), "5",
            Outcome.MET if patchy.empty else Outcome.WARNING, ", ".join(patchy),
            "" if patchy.empty else _("дополните данные или не делайте признак образующим."),
        ),
        Check(
            "constant", _("У каждого признака не меньше двух значений"), "5",
            Outcome.MET if constant.empty else Outcome.WARNING, ", ".join(constant),
            "" if constant.empty else _("такой признак никого не различает: уберите его."),
        ),
        Check(
            "list_decided", _("Перечень утверждён человеком"), "5",
            Outcome.WARNING if is_proposed else Outcome.MET, "",
            _("проверьте предложение программы и сохраните решение.") if is_proposed else "",
        ),
    ]  # fmt: skip


def run(study: Study) -> StepResult:
    """Do step 1: read the clients, take or propose the list, code the clients, check.

    Raises
    ------
    InputError
        With every mistake of the table and of the list that stops the step.
    """
    settings = decisions.load_group(study)
    clients = load_clients(study)
    try:
        return _run(study, settings, clients)
    finally:
        close_clients(clients)


def _run(study: Study, settings: GroupSettings, clients: Clients) -> StepResult:
    attributes, findings = load_list(study, settings, clients)
    findings.raise_errors()
    more = candidates(study, settings, clients, attributes)
    learnt, coding_findings = learn(
        clients, [*attributes, *more.attributes], clients_file(study, clients)
    )
    listed = {attribute.code for attribute in attributes}
    findings.extend([*clients.findings, *decisions.stray_files(study)])
    findings.extend(coding_findings if not more.attributes else _of_list(coding_findings, more))
    findings.raise_errors()
    regulation = load_regulation(study)
    coded = open_engine(clients, learnt)
    whole, whole_values = describe(coded.values(), learnt)
    applicants, variants, regulation_findings = regulation_tables(
        regulation, learnt, whole_values, coded.patterns
    )
    findings.extend(regulation_findings)
    measured, measuring_findings = measure(study, coded, learnt)
    findings.extend(measuring_findings)
    proposals = proposals_table(
        whole, whole_values, *measured, more.columns, [coder.attribute for coder in learnt]
    )
    if any(attribute.is_proposed for attribute in attributes):
        roles = proposals.dropna(subset=["attribute_code"]).set_index("attribute_code")
        whole["role"] = whole["attribute_code"].map(roles["proposed_role"])
        listed = set(whole.loc[whole["role"] != "left_out", "attribute_code"])
        proposals["role"] = proposals["proposed_role"]
    is_listed = proposals["attribute_code"].isin(listed)
    proposals["role"] = proposals["role"].where(is_listed)
    attribute_table = whole[whole["attribute_code"].isin(listed)]
    value_table = whole_values[whole_values["attribute_code"].isin(listed)]
    codes = [coder.attribute.code for coder in learnt if coder.attribute.code in listed]
    tables = {
        "attributes": attribute_table,
        "attribute_values": value_table,
        "coded_clients": coded.coded_clients(study.new_table_path(CODED_CLIENTS), codes),
        "attribute_usefulness": measured[0],
        "attribute_pairs": measured[1],
        "attribute_proposals": proposals,
        "regulation_attributes": applicants,
        "regulation_combinations": variants,
    }
    found = [
        *checks(attribute_table, value_table),
        *list_checks(attribute_table, measured[1], applicants),
    ]
    return finish(study, CONTRACTS, tables, found, findings)


def _of_list(findings: Findings, more: Candidates) -> list[Finding]:
    """Leave out what there is to say of columns that are not in the list."""
    headers = {attribute.column for attribute in more.attributes}
    return [finding for finding in findings if finding.header not in headers]


def measure(
    study: Study, coded: Engine, learnt: list[Coder]
) -> tuple[tuple[pd.DataFrame, pd.DataFrame], Findings]:
    """Return tables `attribute_usefulness` and `attribute_pairs` of everything that was coded."""
    names = {coder.attribute.code: coder.attribute.name for coder in learnt}
    sensitive = {coder.attribute.code for coder in learnt if coder.attribute.is_sensitive}
    targets, findings = load_targets(study, learnt)
    found = make_outcomes(targets, coded.rows_of(targets["client_id"]), list(names))
    useful = usefulness_table(found, names, sensitive)
    levels = {coder.attribute.code: len(coder.names) for coder in learnt}
    pairs = pairs_table(pair_tables(coded.patterns, levels), names, _weight_ratio(coded))
    return (useful, pairs), findings


def _weight_ratio(coded: Engine) -> float:
    """Return the effective number of clients over the sum of their weights."""
    whole = coded.patterns([])
    weight = float(whole["weight"].sum())
    return coded.effective_ratio() * float(whole["clients_count"].sum()) / weight if weight else 1.0


def known_attributes(study: Study) -> list[Attribute]:
    """Return the decided attributes, then those that the last run found beside them.

    Raises
    ------
    InputError
        If the step has not been run.
    """
    decided, _findings = decided_list(study)
    own = {attribute.code for attribute in decided or ()}
    found = proposed_attributes(study.read(ATTRIBUTE_PROPOSALS))
    return [*(decided or ()), *(attribute for attribute in found if attribute.code not in own)]


def read_list(study: Study) -> list[Attribute]:
    """Return the list of attributes that the last run of this step used."""
    attributes, _findings = decided_list(study)
    if attributes is None:
        attributes = proposed_attributes(study.read(ATTRIBUTE_PROPOSALS))
    roles = study.read(ATTRIBUTES).set_index("attribute_code")["role"]
    return [
        replace(attribute, role=roles[attribute.code])
        for attribute in attributes
        if attribute.code in roles
    ]


def coders(study: Study) -> list[Coder]:
    """Return the coders of the last run, to code other tables by the same codes."""
    values = study.read(ATTRIBUTE_VALUES)
    values = values[values["value_code"] > MISSING_CODE]
    names = values.groupby("attribute_code", sort=False)["value_name"].agg(tuple)
    return [Coder(attribute, names.get(attribute.code, ()), {}) for attribute in read_list(study)]


def open_coded(study: Study) -> Engine:
    """Open the coded clients for counting: those that step 1 wrote, or the table where it lies.

    Raises
    ------
    InputError
        If the table in another system is not as step 1 met it.
    """
    known = coders(study)
    if decisions.load_group(study).clients is None:
        levels = {coder.attribute.code: len(coder.names) for coder in known}
        path = study.table_path(CODED_CLIENTS)
        return Engine.over_file(path, levels, study.work_folder / study.step)
    clients = load_clients(study)
    try:
        engine = open_engine(clients, known)
        _check_unchanged(study, engine.values(), clients_file(study, clients))
    except BaseException:
        close_clients(clients)
        raise
    return engine


def _check_unchanged(study: Study, found: pd.DataFrame, file: str) -> None:
    """Stop if the clients are not those that step 1 counted."""
    before, now = (
        {
            (row.attribute_code, int(row.value_code)): int(row.clients_count)
            for row in counts.itertuples()
            if row.clients_count
        }
        for counts in (study.read(ATTRIBUTE_VALUES), found)
    )
    if before != now:
        message = _("таблица клиентов изменилась после шага 1.")
        remedy = _("выполните шаг 1 (блокнот 01_attributes) снова.")
        raise InputError([Finding(Severity.ERROR, "clients_changed", message, remedy, file)])


def coverage_chart(result: StepResult) -> go.Figure:
    """Chart: for how many clients each attribute is unknown."""
    frame = result.table("attributes").sort_values("missing_pct", ascending=False, kind="stable")
    worst = frame.iloc[0]
    description = _(
        "Доля клиентов без данных по каждому признаку. Больше всего – «{name}»: {share}."
    )
    return charts.bar_chart(
        frame,
        label="attribute_name",
        value="missing_pct",
        title=_("Доля клиентов, у которых признак неизвестен"),
        value_title=_("Доля без данных, %"),
        description=description.format(
            name=worst["attribute_name"], share=format_percent(worst["missing_pct"])
        ),
    )


def values_chart(result: StepResult, attribute_code: str) -> go.Figure:
    """Chart: shares of one attribute's values among clients with a known value.

    Of a sensitive attribute (152-FZ article 10) no value is shown, only whether there is one.
    """
    attributes = result.table("attributes").set_index("attribute_code")
    name = attributes.loc[attribute_code, "attribute_name"]
    if attributes.loc[attribute_code, "is_sensitive"]:
        return _known_chart(name, attributes.loc[attribute_code])
    values = result.table("attribute_values")
    values = values[(values["attribute_code"] == attribute_code) & (values["value_code"] > 0)]
    largest = values.loc[values["clients_count"].idxmax()]
    description = _("Доли значений признака «{name}»; чаще всего «{value}» – {clients}.")
    clients = counted(int(largest["clients_count"]), _("клиент"), _("клиента"), _("клиентов"))
    return charts.bar_chart(
        values,
        label="value_name",
        value="share_pct",
        title=name,
        value_title=_("Доля клиентов, %"),
        description=description.format(name=name, value=largest["value_name"], clients=clients),
    )


def _known_chart(name: str, attribute: pd.Series) -> go.Figure:
    """Chart: for how many clients a sensitive attribute is known; its values stay unsaid."""
    counts = [int(attribute["known_count"]), int(attribute["missing_count"])]
    total = max(sum(counts), 1)
    labels = [_("значение указано"), _("нет данных")]
    frame = pd.DataFrame({"label": labels, "share_pct": [100 * count / total for count in counts]})
    description = _(
        "Признак «{name}» относится к специальной категории персональных данных: значения не "
        "показаны, известен он для {share} клиентов."
    )
    share = format_percent(frame["share_pct"].iloc[0])
    return charts.bar_chart(
        frame,
        label="label",
        value="share_pct",
        title=name,
        value_title=_("Доля клиентов, %"),
        description=description.format(name=name, share=share),
    )
