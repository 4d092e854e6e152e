"""A regulation's own table of applicants' attributes, and of the variants they combine into.

Annexes of administrative regulations list the attributes of applicants with their values, and
the variants of the service as combinations of values: sources 1 and 2 of clause 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from client_segments import reading
from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _, quoted
from client_segments.reading import RawTable
from client_segments.study import Study

_NUMBERING = re.compile(r"(?:(?<=\s)|^)\d{1,2}[.)]\s+")
_BULLET = re.compile(r"^(?:\d{1,2}[.)]|[–—•*-])\s+")
_OR = re.compile(r"\s+или\s+")


@dataclass(frozen=True)
class RegulationAttribute:
    """One attribute of applicants: its name, its values in order, where it stands."""

    name: str
    values: tuple[str, ...]
    source_type: str = "1"
    basis: str = ""


@dataclass(frozen=True)
class Variant:
    """One variant of a service.

    Attributes
    ----------
    code, result, text
        Its number, the result that the applicant comes for, and the combination as written.
    conditions
        Values by name of attribute; any of several values will do.
    """

    code: str
    result: str
    text: str
    conditions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Regulation:
    """What a regulation says of applicants."""

    attributes: tuple[RegulationAttribute, ...] = ()
    variants: tuple[Variant, ...] = ()
    findings: Findings = field(default_factory=Findings)
    file: str = ""


def load_regulation(study: Study) -> Regulation | None:
    """Read the regulation's tables; None where there are none.

    Raises
    ------
    InputError
        With every mistake of the files.
    """
    raw = reading.load_raw(study, "regulation")
    if raw is None:
        return None
    raw.findings.raise_errors()
    found = parse_regulation(raw, study.name_of(raw.files[0]))
    return replace(found, findings=Findings([*raw.findings, *found.findings]))


def parse_regulation(raw: RawTable, file: str) -> Regulation:
    """Understand the rows of a regulation's tables.

    A row with values continues the attribute above it where its own is empty (merged cells). A
    row that has only a text in the place of the number names the result of the variants below
    it. Variants may also be a table with one column an attribute.
    """
    rows = raw.frame.to_dict("records")
    attributes = _attributes(rows, raw.attribute_columns)
    findings = Findings()
    if not attributes:
        message = _("в таблице регламента нет ни одного признака со значениями.")
        remedy = _("нужны столбцы «Признак заявителя» и «Значения признака заявителя».")
        findings.add(Finding(Severity.WARNING, "no_attributes", message, remedy, file, clause="5"))
    variants, problems = _variants(rows, raw.attribute_columns, attributes, file)
    findings.extend(problems)
    return Regulation(tuple(attributes), tuple(variants), findings, file)


def split_values(text: str) -> list[str]:
    """Split a cell with several values: by lines, semicolons, or numbers before each of them."""
    parts = re.split(r"[;\n\r]+", text)
    if len(parts) == 1 and len(_NUMBERING.findall(text)) > 1:
        parts = _NUMBERING.split(text)
    cleaned = [_BULLET.sub("", part.strip()).strip().rstrip(".;,").strip() for part in parts]
    return list(dict.fromkeys(part for part in cleaned if part))


# ------------------------------------------------------------------------------ attributes


def _attributes(rows: Sequence[Mapping], columns: Sequence[str]) -> list[RegulationAttribute]:
    """Collect the attributes; repeated names are one attribute, values in order of appearance."""
    found: dict[str, dict] = {}
    name = ""
    for row in rows:
        name = _text(row["attribute"]) or name
        values = split_values(_text(row["attribute_values"]))
        if name and values:
            _collect(found, name, values, row)
    for column in columns:
        for row in rows:
            values = _alternatives(_text(row[column])) if _is_variant(row) else []
            if values:
                _collect(found, column, values, {"basis": None, "source_type": None})
    return [
        RegulationAttribute(
            entry["name"], tuple(entry["values"].values()), entry["source"] or "1", entry["basis"]
        )
        for entry in found.values()
    ]


def _collect(found: dict[str, dict], name: str, values: list[str], row: Mapping) -> None:
    # A name in several paragraphs of a document's cell is one name.
    clean = " ".join(_BULLET.sub("", name).rstrip(":.; ").replace(";", " ").split())
    entry = found.setdefault(fold(clean), {"name": clean, "values": {}, "source": "", "basis": ""})
    for value in values:
        entry["values"].setdefault(fold(value), value)
    entry["source"] = entry["source"] or _text(row["source_type"])
    entry["basis"] = entry["basis"] or _text(row["basis"])


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


# -------------------------------------------------------------------------------- variants


def _is_variant(row: Mapping) -> bool:
    return bool(_text(row["variant"]) or _text(row["combination"]))


def _variants(
    rows: Sequence[Mapping],
    columns: Sequence[str],
    attributes: Sequence[RegulationAttribute],
    file: str,
) -> tuple[list[Variant], list[Finding]]:
    reader = _CombinationReader(attributes)
    variants, findings, result, codes = [], [], "", set()
    for row in rows:
        text, code = _text(row["combination"]), _text(row["variant"])
        given = {column: _alternatives(_text(row[column])) for column in columns}
        given = {column: tuple(values) for column, values in given.items() if values}
        if not text and not given:
            heading = code or _text(row["number"])
            is_heading = not any(_text(row[name]) for name in ("attribute", "attribute_values"))
            result = heading if heading and is_heading else result
            continue
        code = code or _text(row["number"]) or str(len(variants) + 1)
        conditions, problems = reader.read(text)
        conditions |= given
        if code in codes:
            problems.append(_("номер варианта повторяется"))
        codes.add(code)
        findings += [_variant_finding(problem, code, text, file) for problem in problems]
        if not problems:
            shown = text or "; ".join(
                f"{column}: {_(' или ').join(values)}" for column, values in given.items()
            )
            variants.append(Variant(code, _text(row["result"]) or result, shown, conditions))
    return variants, findings


def _variant_finding(problem: str, code: str, text: str, file: str) -> Finding:
    message = _("вариант {code} регламента не прочитан: {problem}.")
    remedy = _("перечислите значения через точку с запятой, как они стоят в таблице признаков.")
    return Finding(
        Severity.WARNING, "variant", message.format(code=code, problem=problem), remedy, file,
        found=text, clause="5",
    )  # fmt: skip


def _alternatives(text: str) -> list[str]:
    return [value for part in split_values(text) for value in _OR.split(part) if value.strip()]


class _CombinationReader:
    """Reads combinations written as text, by the attributes and values of the regulation."""

    def __init__(self, attributes: Iterable[RegulationAttribute]) -> None:
        self._names = {fold(attribute.name): attribute.name for attribute in attributes}
        self._values: dict[str, list[tuple[str, str]]] = {}
        self._of: dict[str, dict[str, str]] = {}
        for attribute in attributes:
            self._of[attribute.name] = {fold(value): value for value in attribute.values}
            for value in attribute.values:
                self._values.setdefault(fold(value), []).append((attribute.name, value))

    def read(self, text: str) -> tuple[dict[str, tuple[str, ...]], list[str]]:
        """Return the values by attribute, and what could not be understood."""
        conditions: dict[str, list[str]] = {}
        problems: list[str] = []
        for piece in split_values(text):
            found = self._piece(piece)
            if found is None:
                found, missed = self._by_commas(piece)
                problems += missed
            for name, values in found:
                conditions.setdefault(name, []).extend(values)
        return {name: tuple(dict.fromkeys(values)) for name, values in conditions.items()}, problems

    def _piece(self, piece: str) -> list[tuple[str, list[str]]] | None:
        """Read «признак: значение», a value, or values joined by «или»; None if it is neither."""
        named = self._named(piece)
        if named is not None:
            return [named]
        for values in ([piece], _OR.split(piece)):
            owners = [self._values.get(fold(value)) for value in values]
            if all(owners):
                shared = set.intersection(*({name for name, _value in own} for own in owners))
                if len(shared) == 1:
                    name = shared.pop()
                    return [(name, [self._of[name][fold(value)] for value in values])]
        return None

    def _named(self, piece: str) -> tuple[str, list[str]] | None:
        for key, name in sorted(self._names.items(), key=lambda item: -len(item[0])):
            for mark in (":", "–", "—", "-", "="):
                head, found, tail = piece.partition(mark)
                if not found or fold(head) != key:
                    continue
                for values in ([tail], _OR.split(tail)):
                    known = [self._of[name].get(fold(value)) for value in values]
                    if all(known):
                        return name, known
        return None

    def _by_commas(self, piece: str) -> tuple[list[tuple[str, list[str]]], list[str]]:
        """Read values separated by commas, the longest first: a value may hold a comma itself."""
        parts = [part.strip() for part in piece.split(",")]
        found, missed, place = [], [], 0
        while place < len(parts):
            for stop in range(len(parts), place, -1):
                read = self._piece(", ".join(parts[place:stop]))
                if read is not None:
                    found += read
                    place = stop
                    break
            else:
                missed.append(self._why(parts[place]))
                place += 1
        return found, missed

    def _why(self, part: str) -> str:
        owners = self._values.get(fold(part))
        if owners:
            names = ", ".join(quoted(name for name, _value in owners))
            text = _("значение «{value}» есть у признаков {names}: напишите «признак: значение»")
            return text.format(value=part, names=names)
        return _("значения «{value}» нет ни у одного признака").format(value=part)
