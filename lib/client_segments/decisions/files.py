"""Decision files: which there are, how one is read as text with lines, what is wrong with it."""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _
from client_segments.study import AuthorityYear, Study
from client_segments.values import ValueRefusedError, parse_date

DECISION_NAMES = {
    "columns": _("соответствие столбцов и кодов"),
    "attributes": _("перечень признаков"),
    "segments": _("сегменты"),
    "problems": _("словарь проблем"),
    "entitlement": _("кто имеет право на меры"),
    "weights": _("веса параметров"),
    "stages": _("события журнала по этапам"),
    "journey": _("путь по рассказам клиентов"),
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
    "segments": ("method", "classes", "segments", "rest", "model"),
    "problems": ("problems",),
    "entitlement": ("measures",),
    "weights": ("method", "weights", "comparisons", "research_first"),
    "stages": ("activities",),
    "journey": ("described",),
    "hypotheses": ("hypotheses",),
    "plan": ("measures", "follow_up"),
    "profiles": ("fields", "legal_acts"),
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


def decode(path: Path) -> str:
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
        node = YAML().compose(io.StringIO(decode(path)))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = _("строка {line}").format(line=mark.line + 1) if mark else ""
        message = _("файл не читается как YAML.")
        finding = Finding(Severity.ERROR, "yaml", message, remedy, file, cell=line)
        raise InputError([finding]) from None
    except RecursionError:
        message = _("значения вложены слишком глубоко или ссылаются сами на себя.")
        finding = Finding(Severity.ERROR, "yaml_depth", message, _("упростите файл решения."), file)
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
