"""The list of attributes: as people decided it, or as the program proposes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from client_segments import catalogue, decisions
from client_segments.attributes.candidates import VALUES_MAXIMUM, Column, judge_column
from client_segments.attributes.clients import Clients, clients_file
from client_segments.attributes.coding import Attribute
from client_segments.attributes.contracts import ATTRIBUTE_RECORDS
from client_segments.attributes.proposals import FORMING_MAXIMUM
from client_segments.decisions import Decision, GroupSettings
from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.study import Study

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RESERVED_CODES = frozenset(
    ["client_id", "clients_count", "weight", "weighed", "segment_code", "pattern_key",
     "rows_count", "row_number", "segment_number", "mass_units"]
)  # fmt: skip
"""Names of columns that stand beside the attributes in tables of clients and patterns."""
CANDIDATES_MAXIMUM = 40
"""Own: attributes whose usefulness is measured; a wider table is looked through by people."""


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


@dataclass(frozen=True)
class Candidates:
    """What the columns of the clients' table could add to a list.

    Attributes
    ----------
    attributes
        Attributes made of columns that the list does not have, in the order of the columns.
    columns
        Columns that cannot be attributes, with their reasons.
    """

    attributes: tuple[Attribute, ...]
    columns: tuple[Column, ...]


def candidates(
    study: Study, settings: GroupSettings, clients: Clients, listed: Sequence[Attribute] = ()
) -> Candidates:
    """Make attributes of the columns that a list does not have yet.

    Numbers with many values are cut into classes at round numbers that part clients about
    equally. The first `FORMING_MAXIMUM` of a list that nobody decided form the segments until
    their usefulness is known; sensitive ones never do.
    """
    samples = catalogue.sample_attributes(study.root, settings.client_kind)
    by_name = {fold(row["name"]): row for row in samples.to_dict("records")}
    taken = {attribute.find_column(clients.attribute_columns) for attribute in listed}
    codes = {attribute.code for attribute in listed}
    attributes: list[Attribute] = []
    columns: list[Column] = []
    for number, header in enumerate(clients.attribute_columns, start=1):
        if header in taken:
            continue
        column = judge_column(header, clients.value_counts(header))
        if not column.reason and len(listed) + len(attributes) >= CANDIDATES_MAXIMUM:
            reason = _("Столбцов больше {maximum}: признак можно добавить в перечень вручную.")
            column = replace(column, reason=reason.format(maximum=CANDIDATES_MAXIMUM))
        if column.reason:
            columns.append(column)
            continue
        sample = by_name.get(fold(header), {})
        is_sensitive = sample.get("sensitive") == "1"
        code = sample["code"].lower() if sample else f"a{number:02d}"
        forming_count = sum(attribute.role == "forming" for attribute in (*listed, *attributes))
        attributes.append(
            Attribute(
                code=code if code not in codes else f"column_{number:02d}",
                name=header,
                column=header,
                role="describing"
                if is_sensitive or forming_count >= FORMING_MAXIMUM
                else "forming",
                sources=tuple(re.findall(r"[1-5]", sample.get("source_types", ""))) or ("2",),
                basis=_("столбец таблицы клиентов"),
                is_special=sample.get("special") == "1",
                is_sensitive=is_sensitive,
                is_ordered=bool(column.bins),
                bins=column.bins,
                is_proposed=True,
            )
        )
    return Candidates(tuple(attributes), tuple(columns))


def proposed_list(
    study: Study, settings: GroupSettings, clients: Clients
) -> tuple[list[Attribute], Findings]:
    """Propose a list from the columns of the clients' table: every one that can be an attribute.

    Step 1 then keeps the most useful fifteen of them and gives them their roles.
    """
    found = candidates(study, settings, clients)
    remedy = _(
        "если это признак, добавьте его в decisions/attributes.yml; если номер клиента – назовите "
        "столбец для client_id в decisions/columns.yml."
    )
    file = clients_file(study, clients)
    findings = Findings(
        Finding(
            Severity.NOTE, "column_not_proposed",
            _("столбец не предложен в перечень признаков. {reason}").format(reason=column.reason),
            remedy, file=file, header=column.header, clause="5",
        )
        for column in found.columns
    )  # fmt: skip
    return list(found.attributes), findings


def load_list(
    study: Study, settings: GroupSettings, clients: Clients
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
                remedy.format(maximum=VALUES_MAXIMUM),
                file=clients_file(study, clients), clause="5",
            )
        )  # fmt: skip
    return attributes, findings
