"""Records: the lists of a decision, each entry typed by the columns of a contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from client_segments.contracts import Column, TableContract
from client_segments.decisions.files import Decision, Tree, check_keys
from client_segments.findings import Findings, Severity
from client_segments.language import _
from client_segments.values import ValueRefusedError, parse_value


def records(
    decision: Decision, key: str, contract: TableContract, nested: Sequence[str] = ()
) -> tuple[list[dict[str, Any]], Findings]:
    """Read a list of records under `key`, each typed by the columns of `contract`.

    Parameters
    ----------
    nested
        Keys of a record that are passed on as they stand (trees of conditions and the like).

    Returns
    -------
    list of dict
        One entry a record that is a mapping: every column of the contract (None, or an empty
        tuple for a column with `is_list`, where the record has no value), and the nested keys.
        A value that is refused is None and has its finding.
    """
    findings = Findings()
    tree = decision.data.get(key, [])
    if tree == "":
        tree = []
    if not isinstance(tree, list):
        message = _("под ключом «{key}» должен быть список.").format(key=key)
        remedy = _("начните каждую запись с «- ».")
        findings.add(decision.finding(Severity.ERROR, "not_a_list", message, remedy, key))
        return [], findings
    result = []
    for number, item in enumerate(tree):
        if not isinstance(item, dict):
            message = _("запись должна состоять из строк «ключ: значение».")
            remedy = _("ключи записи: {keys}.").format(keys=", ".join(contract.column_names))
            finding = decision.finding(
                Severity.ERROR, "not_a_record", message, remedy, key, number, found=str(item)
            )
            findings.add(finding)
            continue
        findings.extend(check_keys(decision, item, [*contract.column_names, *nested], key, number))
        record, problems = read_record(decision, item, contract, (key, number))
        findings.extend(problems)
        record |= {name: item[name] for name in nested if name in item}
        result.append(record)
    return result, findings


def read_record(
    decision: Decision, item: Mapping[str, Tree], contract: TableContract, path: tuple
) -> tuple[dict[str, Any], Findings]:
    """Read one record that stands at `path` of a decision; see `records`."""
    findings = Findings()
    record: dict[str, Any] = {}
    for column in contract.columns:
        written = item.get(column.name, "")
        values = written if isinstance(written, list) else [written] if written != "" else []
        parsed = []
        for value in values:
            try:
                parsed.append(_scalar(value, column, len(values)))
            except ValueRefusedError as error:
                remedy = _("исправьте значение в файле решения.")
                findings.add(
                    decision.finding(
                        Severity.ERROR, "value", _("значение «{label}» не подходит.").format(
                            label=column.label), remedy,
                        *path, column.name, found=str(value), expected=str(error),
                    )
                )  # fmt: skip
        if column.is_list:
            record[column.name] = tuple(parsed)
        else:
            record[column.name] = parsed[0] if parsed else None
        if column.required and not values:
            message = _("не заполнено «{label}» (ключ {key}).")
            findings.add(
                decision.finding(
                    Severity.ERROR, "required",
                    message.format(label=column.label, key=column.name),
                    _("добавьте строку «{key}: …». {note}").format(
                        key=column.name, note=column.description
                    ),
                    *path,
                )
            )  # fmt: skip
    return record, findings


def _scalar(value: Tree, column: Column, values_count: int) -> object:
    if not isinstance(value, str):
        raise ValueRefusedError(_("текст или число, а не вложенный список"))
    if values_count > 1 and not column.is_list:
        raise ValueRefusedError(_("одно значение, а не список"))
    return parse_value(value, column)
