"""Decisions of people: YAML files that a person edits by hand or through a widget.

Every file says `who` decided, `when` and `why`. All scalars are read as the text that stands in
the file and typed by a contract only, so `0552` and `нет` stay what they are. Every finding
names the line.
"""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from client_segments import recommendations as rec
from client_segments import storage
from client_segments.catalogue import authority_name
from client_segments.contracts import Column, Kind, TableContract
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _
from client_segments.study import AuthorityYear, Study
from client_segments.values import ValueRefusedError, parse_date, parse_value

DECISION_NAMES = {
    "columns": _("соответствие столбцов и кодов"),
    "attributes": _("перечень признаков"),
    "segments": _("сегменты"),
    "weights": _("веса параметров"),
    "hypotheses": _("гипотезы"),
    "plan": _("план персонализации"),
    "profiles": _("правки профилей"),
    "report": _("отчёт за год"),
    "updates": _("решения об актуализации"),
}
SIGNATURE_KEYS = ("who", "when", "why")
CONTENT_KEYS = {
    "columns": ("tables",),
    "attributes": ("attributes",),
    "segments": ("method", "classes", "segments", "rest"),
    "weights": ("weights", "research_first"),
    "hypotheses": ("hypotheses",),
    "plan": ("measures",),
    "profiles": ("fields",),
    "report": ("signatory", "summary"),
    "updates": ("reviews",),
}
_NODES_MAXIMUM = 200_000  # an alias that multiplies itself must not fill the memory
_DEPTH_MAXIMUM = 100  # an alias may also hold itself

Tree = dict[str, "Tree"] | list["Tree"] | str


@dataclass(frozen=True)
class Decision:
    """One decision file: its tree of text, and the line of each key.

    Attributes
    ----------
    name, file
        Name of the decision, and its path below the root.
    data
        Mappings, lists and text, as written; empty values are empty text.
    lines
        Line number (from 1) by path of keys and list positions.
    findings
        What is wrong with the file as such.
    """

    name: str
    file: str
    data: dict[str, Tree]
    lines: Mapping[tuple, int]
    findings: Findings

    @property
    def who(self) -> str:
        value = self.data.get("who", "")
        return value if isinstance(value, str) else ""

    @property
    def when(self) -> date | None:
        try:
            return parse_date(self.data.get("when", "")).date()
        except ValueRefusedError:
            return None

    @property
    def why(self) -> str:
        value = self.data.get("why", "")
        return value if isinstance(value, str) else ""

    def finding(
        self,
        severity: Severity,
        rule: str,
        message: str,
        remedy: str,
        *keys: object,
        found: str = "",
        expected: str = "",
        clause: str = "",
    ) -> Finding:
        """Return a finding at the line of a path of keys, or of its nearest known parent."""
        path = tuple(keys)
        while path and path not in self.lines:
            path = path[:-1]
        line = _("строка {line}").format(line=self.lines.get(path, 1))
        return Finding(
            severity, rule, message, remedy, file=self.file, cell=line,
            found=found, expected=expected, clause=clause,
        )  # fmt: skip


@dataclass
class _Reader:
    """Turns YAML nodes into text, lists and mappings, and remembers the lines."""

    file: str
    lines: dict[tuple, int] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    nodes_count: int = 0

    def read(self, node: Node, path: tuple = ()) -> Tree:
        self.nodes_count += 1
        if self.nodes_count > _NODES_MAXIMUM:
            raise InputError(
                [self._error(node, _("файл разворачивается в слишком много значений."))]
            )
        if len(path) > _DEPTH_MAXIMUM:
            message = _("значения вложены слишком глубоко или ссылаются сами на себя.")
            raise InputError([self._error(node, message)])
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, ScalarNode):
            return "" if node.style is None and node.value in ("~", "null") else node.value
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        return [self.read(item, (*path, number)) for number, item in enumerate(node.value)]

    def _mapping(self, node: MappingNode, path: tuple) -> dict[str, Tree]:
        tree: dict[str, Tree] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.findings.add(self._error(key_node, _("ключ должен быть текстом.")))
                continue
            key = key_node.value
            if key in tree:
                message = _("ключ «{key}» записан дважды.").format(key=key)
                self.findings.add(self._error(key_node, message))
                continue
            tree[key] = self.read(value_node, (*path, key))
            self.lines[(*path, key)] = key_node.start_mark.line + 1
        return tree

    def _error(self, node: Node, message: str) -> Finding:
        line = _("строка {line}").format(line=node.start_mark.line + 1)
        remedy = _("исправьте файл решения.")
        return Finding(Severity.ERROR, "decision_structure", message, remedy, self.file, cell=line)


def _decode(path: Path) -> str:
    """Read a text file saved as UTF-8 or, by an old editor, as Windows-1251."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def read_yaml(path: Path, file: str, name: str = "") -> Decision:
    """Read one YAML file as text with lines.

    Raises
    ------
    InputError
        If it is not YAML at all, with the line.
    """
    remedy = _("исправьте отступы, кавычки и двоеточия около этой строки.")
    try:
        node = YAML().compose(io.StringIO(_decode(path)))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = _("строка {line}").format(line=mark.line + 1) if mark else ""
        message = _("файл не читается как YAML.")
        finding = Finding(Severity.ERROR, "yaml", message, remedy, file, cell=line)
        raise InputError([finding]) from None
    except YAMLError:
        message = _("файл не читается как YAML: в нём есть недопустимые знаки.")
        raise InputError([Finding(Severity.ERROR, "yaml", message, remedy, file)]) from None
    reader = _Reader(file)
    data = reader.read(node) if node is not None else {}
    if not isinstance(data, dict):
        message = _("файл должен состоять из строк «ключ: значение».")
        raise InputError([Finding(Severity.ERROR, "yaml", message, remedy, file)])
    return Decision(name, file, data, reader.lines, reader.findings)


def decision_path(study: Study | AuthorityYear, name: str) -> Path:
    """Return the file of a decision on a group, or on an authority's year."""
    return study.decisions_folder / f"{name}.yml"


def stray_files(study: Study) -> list[Finding]:
    """Tell of files in a group's `decisions/` that nobody reads: «segments.yaml», «weigths.yml»."""
    known = {f"{name}.yml" for name in CONTENT_KEYS}
    folder = study.decisions_folder
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    message = _("файл лежит в decisions, но ни один шаг его не читает.")
    findings = []
    for name in names:
        if name in known or name.startswith((".", "~")):
            continue
        likely = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        remedy = (
            _("переименуйте его в {name}.").format(name=likely[0])
            if likely
            else _("решения читаются из файлов: {names}.").format(names=", ".join(sorted(known)))
        )
        file = study.name_of(folder / name)
        findings.append(Finding(Severity.WARNING, "stray_decision", message, remedy, file))
    return findings


def load(study: Study | AuthorityYear, name: str) -> Decision | None:
    """Read a decision of a group; None if nobody has decided yet.

    Raises
    ------
    InputError
        If the file is not YAML, has a key twice or one that nobody reads.
    """
    path = decision_path(study, name)
    if not path.is_file():
        return None
    decision = read_yaml(path, study.name_of(path), name)
    decision.findings.extend(
        check_keys(decision, decision.data, [*SIGNATURE_KEYS, *CONTENT_KEYS[name]])
    )
    decision.findings.raise_errors()
    if not decision.who or decision.when is None:
        message = _("не указано, кто и когда принял решение.")
        remedy = _("добавьте строки «who: должность» и «when: дата» в начало файла.")
        decision.findings.add(
            decision.finding(Severity.WARNING, "decision_unsigned", message, remedy, "when")
        )
    return decision


def check_keys(
    decision: Decision, tree: Mapping[str, Tree], known: Iterable[str], *path: object
) -> Findings:
    """Find keys that nobody reads, with the likeliest word that was meant."""
    known = list(known)
    findings = Findings()
    for key in tree:
        if key not in known:
            likely = difflib.get_close_matches(key, known, n=1)
            remedy = (
                _("вероятно, имелось в виду «{key}».").format(key=likely[0])
                if likely
                else _("удалите ключ или замените на известный.")
            )
            findings.add(
                decision.finding(
                    Severity.ERROR, "unknown_key", _("неизвестный ключ."), remedy, *path, key,
                    found=key, expected=", ".join(known),
                )
            )  # fmt: skip
    return findings


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
        record, problems = _record(decision, item, contract, (key, number))
        findings.extend(problems)
        record |= {name: item[name] for name in nested if name in item}
        result.append(record)
    return result, findings


def _record(
    decision: Decision, item: Mapping[str, Tree], contract: TableContract, path: tuple
) -> tuple[dict[str, Any], Findings]:
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


def _plain(value: object) -> object:
    """Return a value as it is written: dates by ISO, flags as «да» and «нет», codes quoted."""
    if isinstance(value, bool):
        return _("да") if value else _("нет")
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    if isinstance(value, Mapping):
        return CommentedMap((key, _plain(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return CommentedSeq(_plain(item) for item in value)
    if isinstance(value, str) and value[:1].isdigit() and value.isdigit():
        return DoubleQuotedScalarString(value)
    return value


def _merge(old: object, new: object) -> object:
    """Put a new value in place of the old one, keeping what did not change with its comments."""
    if isinstance(old, CommentedMap) and isinstance(new, CommentedMap):
        for key in [key for key in old if key not in new]:
            del old[key]
        for key, value in new.items():
            old[key] = _merge(old.get(key), value)
        return old
    if isinstance(old, CommentedSeq) and isinstance(new, CommentedSeq):
        return _merge_lists(old, new)
    return old if str(old) == str(new) else new


def _merge_lists(old: CommentedSeq, new: CommentedSeq) -> CommentedSeq:
    """Put new items in place of old ones; a comment stays with its item, the last one at the end."""
    merged = [_merge(_counterpart(old, new, number), item) for number, item in enumerate(new)]
    if merged == list(old):
        return old
    comments = {str(item): old.ca.items.get(number) for number, item in enumerate(old)}
    closing = old.ca.items.get(len(old) - 1)
    del old[:]
    old.extend(merged)
    for number, item in enumerate(merged):
        comment = closing if number == len(merged) - 1 else comments.get(str(item))
        if comment and (comment is not closing or number == len(merged) - 1):
            old.ca.items[number] = comment
    return old


def _counterpart(old: CommentedSeq, new: CommentedSeq, number: int) -> object:
    """Return the old item that a new one continues: of its code, equal to it, or at its place."""
    item = new[number]
    if not isinstance(item, CommentedMap):
        return next((known for known in old if str(known) == str(item)), None)
    known_items = [known for known in old if isinstance(known, CommentedMap)]
    if "code" in item:
        return next((known for known in known_items if known.get("code") == item["code"]), None)
    written = [_as_text(candidate) for candidate in new]
    for known in known_items:
        if _as_text(known) == written[number]:
            return known
    place = old[number] if number < len(old) else None
    return None if place is None or _as_text(place) in written else place


def _as_text(tree: object) -> object:
    if isinstance(tree, Mapping):
        return {key: _as_text(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_as_text(item) for item in tree]
    return str(tree)


def save(
    study: Study | AuthorityYear,
    name: str,
    content: Mapping[str, object],
    who: str,
    when: date,
    why: str,
) -> Path:
    """Write a decision: what `content` names is replaced, comments of the rest are kept.

    Raises
    ------
    InputError
        If nobody signs: a decision without `who` is not one.
    """
    if not who.strip():
        raise InputError(_("Укажите, кто принимает решение: без этого оно не сохраняется."))
    yaml = YAML()
    yaml.width = 100
    yaml.allow_unicode = True
    path = decision_path(study, name)
    old = yaml.load(_decode(path)) if path.is_file() else None
    document = old if isinstance(old, CommentedMap) else CommentedMap()
    signed = {"who": who.strip(), "when": when, "why": why.strip(), **content}
    for key, value in signed.items():
        document[key] = _merge(document.get(key), _plain(value))
    text = io.StringIO()
    yaml.dump(document, text)
    storage.write_text(path, text.getvalue())
    return path


GROUP_SETTINGS = TableContract(
    "group", _("Паспорт группы"), _("Одна запись – одна группа процессов."), "raw",
    (
        Column("name", _("Наименование группы процессов"), Kind.TEXT, _("Как группа названа в отчёте."), required=True),
        Column("client_kind", _("Вид клиента"), Kind.CODE, _("Внешний или внутренний клиент."), codes=rec.CLIENT_KINDS, required=True),
        Column("direction", _("Направление деятельности"), Kind.CODE, _("Одно из семи направлений пункта 5."), codes=rec.DIRECTIONS, required=True, clause="5"),
        Column("processes", _("Процессы"), Kind.TEXT, _("Услуги, меры, виды контроля, процессы."), is_list=True),
        Column("sources", _("Источники данных"), Kind.TEXT, _("Откуда получены данные, с датами."), is_list=True),
        Column("unit", _("Ответственное подразделение"), Kind.TEXT, _("Кто отвечает за профили.")),
        Column("limitations", _("Ограничения"), Kind.TEXT, _("Известные смещения и пробелы."), is_list=True),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class GroupSettings:
    """What `group.yml` says of a group of processes; one object is one group."""

    name: str
    client_kind: str
    direction: str
    processes: tuple[str, ...]
    sources: tuple[str, ...]
    unit: str
    limitations: tuple[str, ...]
    authority_name: str

    @property
    def has_entitlement(self) -> bool:
        """Whether a blind zone can exist at all: clause 2(8) speaks of services and support."""
        return self.direction in rec.DIRECTIONS_WITH_ENTITLEMENT

    @property
    def unit_forms(self) -> tuple[str, str, str]:
        """Forms of the unit of capacity for 1, 2 and 5."""
        return rec.CAPACITY_UNITS[self.client_kind]


def load_group(study: Study) -> GroupSettings:
    """Read a group's `group.yml`.

    Raises
    ------
    InputError
        With every mistake in it, or if the file does not exist.
    """
    path = study.folder / "group.yml"
    file = study.name_of(path)
    if not path.is_file():
        message = _("нет паспорта группы.")
        remedy = _("создайте файл по образцу из README или командой new.")
        raise InputError([Finding(Severity.ERROR, "no_group_file", message, remedy, file)])
    decision = read_yaml(path, file, "group")
    findings = Findings(decision.findings)
    findings.extend(check_keys(decision, decision.data, GROUP_SETTINGS.column_names))
    settings, problems = _record(decision, decision.data, GROUP_SETTINGS, ())
    findings.extend(problems)
    findings.raise_errors()
    settings["unit"] = settings["unit"] or ""
    return GroupSettings(**settings, authority_name=authority_name(study.root, study.authority))


def group_name(study: Study) -> str:
    """Return a group's name, or its code where its `group.yml` cannot be read."""
    try:
        return load_group(study).name
    except InputError:
        return study.group
