"""What people decided about the columns of the tables they received (decisions/columns.yml)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from client_segments import decisions
from client_segments.contracts import TableContract
from client_segments.decisions import Decision
from client_segments.findings import Findings, InputError, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.raw_tables import RAW_TABLES_BY_NAME
from client_segments.study import Study
from client_segments.values import LOCAL_ZONE, ValueRefusedError, parse_offset, parse_value

_SIMILARITY = 0.8
"""Own: how alike an unknown name and one of ours are when a slip of the pen is likely."""
_KEYS = ("file", "sheet", "columns", "codes", "no_answer", "ignore", "utc_offset")


@dataclass(frozen=True)
class ColumnMapping:
    """What is decided of one table.

    Attributes
    ----------
    files, sheet
        Names of the files in `raw/` and of the sheet; empty where they are found by name.
    columns
        Our name of a column or an attribute → header in the file.
    codes
        Our name → value in the file → our value.
    no_answer
        Our name → values in the file that mean no answer.
    ignore
        Headers that are not read.
    zone
        The zone that times are brought to.
    """

    files: tuple[str, ...] = ()
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    no_answer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    zone: tzinfo = LOCAL_ZONE


def read_columns_decision(study: Study) -> tuple[dict[str, ColumnMapping], Findings]:
    """Read decisions/columns.yml: one entry is one table that it speaks of."""
    try:
        decision = decisions.load(study, "columns")
    except InputError as error:
        return {}, Findings(error.findings)
    if decision is None:
        return {}, Findings()
    findings = Findings(decision.findings)
    reader = _DecisionReader(decision, findings)
    tables = reader.mapping(decision.data.get("tables", ""), "tables")
    findings.extend(decisions.check_keys(decision, tables, RAW_TABLES_BY_NAME, "tables"))
    mappings = {
        name: _read_table(reader, tree, study, RAW_TABLES_BY_NAME[name])
        for name, tree in tables.items()
        if name in RAW_TABLES_BY_NAME
    }
    return mappings, findings


@dataclass(frozen=True)
class _DecisionReader:
    """Reads typed pieces of a decision; what has another form becomes a finding."""

    decision: Decision
    findings: Findings

    def refuse(self, message: str, remedy: str, *path: object, found: str = "", expected: str = ""):
        self.findings.add(
            self.decision.finding(
                Severity.ERROR, "columns", message, remedy, *path, found=found, expected=expected
            )
        )

    def mapping(self, tree: object, *path: object) -> dict:
        if isinstance(tree, dict):
            return tree
        if tree != "":
            message = _("ожидаются строки «ключ: значение».")
            self.refuse(message, _("исправьте decisions/columns.yml."), *path, found=str(tree))
        return {}

    def text(self, tree: object, *path: object) -> str:
        if isinstance(tree, str):
            return tree
        message = _("ожидается одно значение.")
        self.refuse(message, _("исправьте decisions/columns.yml."), *path, found=str(tree))
        return ""

    def texts(self, tree: object, *path: object) -> tuple[str, ...]:
        items = tree if isinstance(tree, list) else [tree]
        texts = (self.text(item, *path) for item in items)
        return tuple(text for text in texts if text)

    def text_mapping(self, tree: object, *path: object) -> dict[str, str]:
        return {
            key: text
            for key, item in self.mapping(tree, *path).items()
            if (text := self.text(item, *path, key))
        }


def _read_table(
    reader: _DecisionReader, tree: object, study: Study, contract: TableContract
) -> ColumnMapping:
    path = ("tables", contract.name)
    tree = reader.mapping(tree, *path)
    reader.findings.extend(decisions.check_keys(reader.decision, tree, _KEYS, *path))
    codes = reader.mapping(tree.get("codes", ""), *path, "codes")
    no_answer = reader.mapping(tree.get("no_answer", ""), *path, "no_answer")
    mapping = ColumnMapping(
        files=_read_files(reader, tree.get("file", ""), study, *path, "file"),
        sheet=reader.text(tree.get("sheet", ""), *path, "sheet"),
        columns=reader.text_mapping(tree.get("columns", ""), *path, "columns"),
        codes={
            name: reader.text_mapping(item, *path, "codes", name) for name, item in codes.items()
        },
        no_answer={
            name: reader.texts(item, *path, "no_answer", name) for name, item in no_answer.items()
        },
        ignore=reader.texts(tree.get("ignore", ""), *path, "ignore"),
        zone=_read_zone(reader, tree.get("utc_offset", ""), *path, "utc_offset"),
    )
    _check_codes(reader, mapping, contract, *path, "codes")
    _check_headers(reader, mapping, contract, *path, "columns")
    return mapping


def _read_zone(reader: _DecisionReader, tree: object, *path: object) -> tzinfo:
    text = reader.text(tree, *path)
    if not text:
        return LOCAL_ZONE
    try:
        return parse_offset(text)
    except ValueRefusedError as error:
        message = _("часовой пояс не понят.")
        remedy = _("исправьте utc_offset в decisions/columns.yml.")
        reader.refuse(message, remedy, *path, found=text, expected=str(error))
        return LOCAL_ZONE


def _read_files(reader: _DecisionReader, tree: object, study: Study, *path: object):
    """Return the names of existing files; nothing outside `raw/` is ever read."""
    names = reader.texts(tree, *path)
    existing = []
    for name in names:
        if any(sign in name for sign in "/\\:") or name.startswith("."):
            message = _("имя файла не подходит: это не файл папки raw.")
            reader.refuse(message, _("укажите имя файла без папки."), *path, found=name)
        elif not (study.raw_folder / name).is_file():
            message = _("в папке raw нет такого файла.")
            reader.refuse(message, _("исправьте имя или положите файл в raw."), *path, found=name)
        else:
            existing.append(name)
    return tuple(existing)


def _check_codes(
    reader: _DecisionReader, mapping: ColumnMapping, contract: TableContract, *path: object
) -> None:
    for name, codes in mapping.codes.items():
        if name not in contract.column_names:
            continue
        for theirs, ours in codes.items():
            try:
                parse_value(ours, contract.column(name))
            except ValueRefusedError as error:
                message = _("значение не подходит столбцу «{label}».")
                reader.refuse(
                    message.format(label=contract.column(name).label),
                    _("исправьте codes в decisions/columns.yml."),
                    *path, name, theirs, found=ours, expected=str(error),
                )  # fmt: skip


def _check_headers(
    reader: _DecisionReader, mapping: ColumnMapping, contract: TableContract, *path: object
) -> None:
    """Refuse names that are a slip of the pen, and a header given to more than it can be.

    One header may be two columns of the contract: where a case is a client, its number is both.
    """
    given: dict[str, list[str]] = {}
    free = [name for name in contract.column_names if name not in mapping.columns]
    for name, header in mapping.columns.items():
        others = given.setdefault(fold(header), [])
        others.append(name)
        is_pair = len(others) == 2 and set(others) <= set(contract.column_names)
        if len(others) > 1 and not is_pair:
            message = _("один заголовок указан для двух столбцов: {first} и {second}.")
            reader.refuse(
                message.format(first=others[0], second=name),
                _("оставьте его в одном месте."), *path, name, found=header,
            )  # fmt: skip
        likely = difflib.get_close_matches(name, free, n=1, cutoff=_SIMILARITY)
        if likely and name not in contract.column_names:
            message = _("в таблице «{label}» нет столбца с таким именем.")
            reader.refuse(
                message.format(label=contract.label),
                _("исправьте имя в decisions/columns.yml; если это признак, назовите его иначе."),
                *path, name, found=name, expected=f"«{likely[0]}»",
            )  # fmt: skip
