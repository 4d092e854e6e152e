"""The list of attributes: as people decided it, or as the program proposes it."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from client_segments import catalogue, decisions
from client_segments import recommendations as rec
from client_segments.attributes.coding import Attribute
from client_segments.attributes.contracts import ATTRIBUTE_RECORDS
from client_segments.decisions import Decision, GroupSettings
from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.reading import RawTable
from client_segments.study import Study
from client_segments.values import ValueRefusedError, parse_number

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RESERVED_CODES = frozenset(
    ["client_id", "clients_count", "weight", "weighed", "segment_code", "pattern_key",
     "rows_count", "row_number"]
)  # fmt: skip
"""Names of columns that stand beside the attributes in tables of clients and patterns."""
PROPOSED_VALUES_MAXIMUM = 12
"""Own: an attribute with more values is cut into classes (numbers) or left out (texts)."""
PROPOSED_FORMING_MAXIMUM = 6
PROPOSED_CLASSES = 4


def decided_list(study: Study) -> tuple[list[Attribute] | None, Findings]:
    """Read `decisions/attributes.yml`; None if nobody has decided yet."""
    decision = decisions.load(study, "attributes")
    if decision is None:
        return None, Findings()
    records, findings = decisions.records(
        decision, "attributes", ATTRIBUTE_RECORDS, nested=("groups",)
    )
    findings.extend(decision.findings)
    attributes: list[Attribute] = []
    for number, record in enumerate(records):
        findings.extend(_record_findings(decision, number, record, attributes))
        groups, problems = _groups(decision, number, record.get("groups", ""))
        findings.extend(problems)
        if record["code"] and record["name"]:
            attributes.append(
                Attribute(
                    code=record["code"],
                    name=record["name"],
                    column=record["column"] or "",
                    role=record["role"] or "describing",
                    sources=tuple(sorted(set(record["sources"]))),
                    basis=record["basis"] or "",
                    is_special=bool(record["special"]),
                    is_sensitive=bool(record["sensitive"]),
                    is_ordered=bool(record["ordered"] or record["bins"]),
                    values=record["values"],
                    bins=record["bins"],
                    groups=groups,
                )
            )
    if not attributes and not findings.errors:
        message = _("в перечне нет ни одного признака.")
        remedy = _("добавьте признаки или удалите файл, чтобы получить предложение программы.")
        findings.add(decision.finding(Severity.ERROR, "empty_list", message, remedy, "attributes"))
    return attributes, findings


def _record_findings(
    decision: Decision, number: int, record: dict, earlier: list[Attribute]
) -> list[Finding]:
    place = ("attributes", number, "code")
    code = record["code"] or ""
    findings = []
    if code and not _CODE.fullmatch(code):
        message = _("код признака не подходит.")
        remedy = _("начните со строчной латинской буквы; дальше – буквы, цифры и «_».")
        findings.append(
            decision.finding(Severity.ERROR, "attribute_code", message, remedy, *place, found=code)
        )
    if code in _RESERVED_CODES:
        message = _("код признака занят: так называется служебный столбец.")
        remedy = _("дайте признаку другой код.")
        findings.append(
            decision.finding(Severity.ERROR, "attribute_code", message, remedy, *place, found=code)
        )
    if code in {attribute.code for attribute in earlier}:
        message = _("код признака повторяется.")
        remedy = _("дайте каждому признаку свой код.")
        findings.append(
            decision.finding(Severity.ERROR, "attribute_code", message, remedy, *place, found=code)
        )
    bins = record["bins"]
    if list(bins) != sorted(set(bins)):
        message = _("границы классов должны возрастать.")
        remedy = _("перечислите границы по возрастанию, без повторов.")
        findings.append(
            decision.finding(
                Severity.ERROR, "bins", message, remedy, "attributes", number, "bins",
                found=", ".join(f"{bound:g}" for bound in bins),
            )
        )  # fmt: skip
    return findings


def _groups(
    decision: Decision, number: int, tree: object
) -> tuple[dict[str, tuple[str, ...]] | None, list[Finding]]:
    if tree in ("", None):
        return None, []
    groups = tree if isinstance(tree, dict) else {}
    result = {
        new: tuple(old) if isinstance(old, list) else (old,)
        for new, old in groups.items()
        if isinstance(old, (str, list))
    }
    members = [text for old in result.values() for text in old]
    if (
        not result
        or len(result) != len(groups)
        or not all(isinstance(text, str) for text in members)
    ):
        message = _("объединение значений записано неверно.")
        remedy = _("запишите: groups: {новое значение: [старое, старое]}.")
        place = ("attributes", number, "groups")
        return None, [decision.finding(Severity.ERROR, "groups", message, remedy, *place)]
    return result, []


def proposed_list(
    study: Study, settings: GroupSettings, clients: RawTable
) -> tuple[list[Attribute], Findings]:
    """Propose a list from the columns of the clients' table.

    Left out are columns that are constant, have many values as text, or come after the
    fifteenth attribute; numbers with many values are cut into classes at quantiles. The first
    `PROPOSED_FORMING_MAXIMUM` attributes that are not sensitive form the segments.
    """
    samples = catalogue.sample_attributes(study.root, settings.client_kind)
    by_name = {fold(row["name"]): row for row in samples.to_dict("records")}
    attributes, findings = [], Findings()
    for number, column in enumerate(clients.attribute_columns, start=1):
        values = clients.frame[column].dropna()
        distinct = values.nunique()
        bins = _quantile_bins(values) if distinct > PROPOSED_VALUES_MAXIMUM else ()
        is_full = len(attributes) >= rec.ATTRIBUTES_MAXIMUM
        if is_full or distinct < 2 or (distinct > PROPOSED_VALUES_MAXIMUM and not bins):
            message = _("столбец не предложен в перечень признаков: разных значений – {count}.")
            remedy = _("если это признак, добавьте его в decisions/attributes.yml.")
            findings.add(
                Finding(
                    Severity.NOTE, "column_not_proposed", message.format(count=distinct), remedy,
                    file=study.name_of(clients.files[0]), header=column, clause="5",
                )
            )  # fmt: skip
            continue
        sample = by_name.get(fold(column), {})
        is_sensitive = sample.get("sensitive") == "1"
        forming_count = sum(attribute.role == "forming" for attribute in attributes)
        is_forming = not is_sensitive and forming_count < PROPOSED_FORMING_MAXIMUM
        attributes.append(
            Attribute(
                code=sample["code"].lower() if sample else f"a{number:02d}",
                name=column,
                column=column,
                role="forming" if is_forming else "describing",
                sources=tuple(re.findall(r"[1-5]", sample.get("source_types", ""))) or ("2",),
                basis=_("столбец таблицы клиентов"),
                is_special=sample.get("special") == "1",
                is_sensitive=is_sensitive,
                is_ordered=bool(bins),
                bins=bins,
                is_proposed=True,
            )
        )
    return attributes, findings


def _quantile_bins(values: pd.Series) -> tuple[float, ...]:
    """Return bounds that cut a column of numbers into about equal classes; empty for text."""
    counts = values.value_counts()
    try:
        numbers = np.array([parse_number(text) for text in counts.index])
    except ValueRefusedError:
        return ()
    order = np.argsort(numbers)
    cumulative = np.cumsum(counts.to_numpy()[order]) / len(values)
    shares = np.arange(1, PROPOSED_CLASSES) / PROPOSED_CLASSES
    bounds = np.unique(np.round(numbers[order][np.searchsorted(cumulative, shares)], 2))
    return tuple(float(bound) for bound in bounds if bound > numbers.min())


def load_list(
    study: Study, settings: GroupSettings, clients: RawTable
) -> tuple[list[Attribute], Findings]:
    """Return the decided list of attributes or, where nobody has decided, the proposed one."""
    attributes, findings = decided_list(study)
    if attributes is not None:
        return attributes, findings
    attributes, proposed = proposed_list(study, settings, clients)
    findings.extend(proposed)
    message = _("перечень признаков ещё не утверждён: показано предложение программы.")
    remedy = _(
        "проверьте его и сохраните решение в блоке «Решения» или в decisions/attributes.yml."
    )
    findings.add(
        Finding(
            Severity.WARNING, "list_proposed", message, remedy,
            file=study.name_of(study.decisions_folder), clause="5",
        )
    )  # fmt: skip
    if not any(attribute.role == "forming" for attribute in attributes):
        message = _("в таблице клиентов нет ни одного столбца, который мог бы образовать сегменты.")
        remedy = _("добавьте в таблицу признаки клиентов (столбцы с 2–{maximum} значениями).")
        findings.add(
            Finding(
                Severity.ERROR, "no_attributes", message,
                remedy.format(maximum=PROPOSED_VALUES_MAXIMUM),
                file=study.name_of(clients.files[0]), clause="5",
            )
        )  # fmt: skip
    return attributes, findings
