"""Step 1: the list of attributes that describe clients, and their values (clause 5)."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from client_segments import charts, decisions, reading
from client_segments import recommendations as rec
from client_segments.attributes.coding import MISSING_CODE, Attribute, Coder
from client_segments.attributes.contracts import (
    ATTRIBUTE_RECORDS,
    ATTRIBUTE_VALUES,
    ATTRIBUTES,
    CODED_CLIENTS,
    CONTRACTS,
)
from client_segments.attributes.lists import decided_list, load_list, proposed_list
from client_segments.findings import Finding, Findings, Severity
from client_segments.language import NO_DATA, _, counted
from client_segments.reading import RawTable
from client_segments.steps import Check, Outcome, StepResult, finish
from client_segments.study import Study

__all__ = [
    "ATTRIBUTES",
    "ATTRIBUTE_RECORDS",
    "ATTRIBUTE_VALUES",
    "CODED_CLIENTS",
    "CONTRACTS",
    "MISSING_CODE",
    "Attribute",
    "Coder",
    "code_clients",
    "coders",
    "coverage_chart",
    "decided_list",
    "load_clients",
    "load_list",
    "proposed_list",
    "read_list",
    "run",
    "values_chart",
]

MISSING_MAXIMUM_PCT = 30.0
"""Own: an attribute unknown for more clients than this is named in the checks."""


def load_clients(study: Study) -> RawTable:
    """Read the clients' table; one row is one client or one pattern with its count.

    Raises
    ------
    InputError
        With every mistake in the table, or if there is no table.
    """
    clients = reading.load_raw(study, "clients")
    if clients is None:
        message = _("нет таблицы клиентов: без неё нечего делить на сегменты.")
        remedy = _("положите clients.xlsx, clients.csv или clients.parquet в папку raw.")
        finding = Finding(
            Severity.ERROR, "no_clients", message, remedy, file=study.name_of(study.raw_folder)
        )
        Findings([finding]).raise_errors()
    clients.findings.extend(_nobody(clients, study.name_of(clients.files[0])))
    clients.findings.raise_errors()
    return clients


def _nobody(clients: RawTable, file: str) -> list[Finding]:
    """Tell of a table whose counts or weights are all zero: there is nobody to group."""
    remedy = _(
        "попросите отправителя прислать исправленный файл или впишите столбец в ignore в "
        "decisions/columns.yml."
    )
    return [
        Finding(
            Severity.ERROR, "nobody", message, remedy, file=file,
            header=clients.contract.column(name).label, found="0",
        )
        for name, message in (
            ("clients_count", _("в столбце одни нули: в таблице нет ни одного клиента.")),
            ("weight", _("в столбце одни нули: ни одна строка ничего не весит.")),
        )
        if len(clients.frame) and (clients.frame[name].fillna(1) == 0).all()
    ]  # fmt: skip


def code_clients(
    clients: RawTable, attributes: list[Attribute], file: str
) -> tuple[pd.DataFrame, list[Coder], Findings]:
    """Code the clients' attributes.

    Returns
    -------
    coded : DataFrame
        Table `coded_clients`.
    coders : list of Coder
        One an attribute, in order of the list.
    findings : Findings
        Columns that are missing, values that are refused, unlisted or folded.
    """
    frame = clients.frame
    coded = pd.DataFrame(
        {
            "client_id": frame["client_id"],
            "clients_count": frame["clients_count"].fillna(1),
            "weight": frame["weight"].fillna(1.0),
        }
    )
    learnt, findings, columns = [], Findings(), {}
    for attribute in attributes:
        column = attribute.find_column(clients.attribute_columns)
        if column is None:
            message = _("в таблице клиентов нет столбца для признака «{name}».")
            remedy = _(
                "добавьте столбец, укажите его заголовок в attributes.yml (column) или уберите признак из перечня."
            )
            findings.add(
                Finding(
                    Severity.ERROR, "no_column", message.format(name=attribute.name), remedy,
                    file=file, expected=attribute.column or attribute.name, clause="5",
                )
            )  # fmt: skip
            continue
        coder = Coder.learn(attribute, frame[column])
        columns[attribute.code], _unknown = coder.encode(frame[column])
        learnt.append(coder)
        findings.extend(_coder_findings(coder, file, column))
    return pd.concat([coded, pd.DataFrame(columns, index=coded.index)], axis=1), learnt, findings


def _coder_findings(coder: Coder, file: str, column: str) -> list[Finding]:
    findings = []
    for text in coder.refused:
        findings.append(
            Finding(
                Severity.ERROR, "not_a_number", _("значение нельзя отнести к классу числа."),
                _("объявите его в decisions/columns.yml (codes или no_answer) или исправьте у отправителя."),
                file=file, header=column, found=text, expected=_("число, например 1 234,5"),
            )
        )  # fmt: skip
    for text in coder.unlisted:
        findings.append(
            Finding(
                Severity.WARNING, "unlisted_value", _("значения нет в перечне признаков; оно добавлено в конец."),
                _("добавьте его в values, объедините в groups или объявите код в columns.yml."),
                file=file, header=column, found=text, clause="5",
            )
        )  # fmt: skip
    for name, others in coder.spellings.items():
        if not coder.attribute.groups:
            message = _("разные написания объединены в значение «{name}».").format(name=name)
            findings.append(
                Finding(
                    Severity.NOTE, "folded", message, _("если это разные значения, напишите их по-разному."),
                    file=file, header=column, found=", ".join(others),
                )
            )  # fmt: skip
    return findings


def describe(coded: pd.DataFrame, coders_: list[Coder]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count the values of each attribute; return tables `attributes` and `attribute_values`."""
    attribute_rows, value_rows = [], []
    total = int(coded["clients_count"].sum())
    for coder in coders_:
        attribute = coder.attribute
        counts = coded.groupby(attribute.code)["clients_count"].sum()
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
    attributes, findings = load_list(study, settings, clients)
    findings.raise_errors()
    file = study.name_of(clients.files[0])
    coded, learnt, coding_findings = code_clients(clients, attributes, file)
    findings.extend([*clients.findings, *coding_findings, *decisions.stray_files(study)])
    findings.raise_errors()
    attribute_table, value_table = describe(coded, learnt)
    tables = {
        "attributes": attribute_table,
        "attribute_values": value_table,
        "coded_clients": coded,
    }
    return finish(study, CONTRACTS, tables, checks(attribute_table, value_table), findings)


def read_list(study: Study) -> list[Attribute]:
    """Return the list of attributes that the last run of this step used."""
    settings = decisions.load_group(study)
    attributes, _findings = decided_list(study)
    if attributes is None:
        attributes, _findings = proposed_list(study, settings, load_clients(study))
    known = set(study.read(ATTRIBUTES)["attribute_code"])
    return [attribute for attribute in attributes if attribute.code in known]


def coders(study: Study) -> list[Coder]:
    """Return the coders of the last run, to code other tables by the same codes."""
    values = study.read(ATTRIBUTE_VALUES)
    values = values[values["value_code"] > MISSING_CODE]
    names = values.groupby("attribute_code", sort=False)["value_name"].agg(tuple)
    return [Coder(attribute, names.get(attribute.code, ()), {}) for attribute in read_list(study)]


def coverage_chart(result: StepResult) -> go.Figure:
    """Chart: for how many clients each attribute is unknown."""
    frame = result.table("attributes").sort_values("missing_pct", ascending=False, kind="stable")
    worst = frame.iloc[0]
    description = _(
        "Доля клиентов без данных по каждому признаку. Больше всего – «{name}»: {share:.1f} %."
    )
    return charts.bar_chart(
        frame,
        label="attribute_name",
        value="missing_pct",
        title=_("Доля клиентов, у которых признак неизвестен"),
        value_title=_("Доля без данных, %"),
        description=description.format(name=worst["attribute_name"], share=worst["missing_pct"]),
    )


def values_chart(result: StepResult, attribute_code: str) -> go.Figure:
    """Chart: shares of one attribute's values among clients with a known value."""
    attributes = result.table("attributes").set_index("attribute_code")
    name = attributes.loc[attribute_code, "attribute_name"]
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
