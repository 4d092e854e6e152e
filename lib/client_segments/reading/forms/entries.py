"""What one respondent (or one participant) answered, and how it becomes rows of `answers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.questionnaire import words
from client_segments.questionnaire.marks import (
    CONSENT,
    DATE,
    INSTRUMENT,
    RESPONDENT,
    SESSION,
    FormMark,
)
from client_segments.raw_tables import ANSWERS
from client_segments.reading.grids import UNCACHED_FORMULA, text_of
from client_segments.values import ValueRefusedError, parse_value

PLACE_COLUMNS = ["file", "sheet", "cell", "origin", "hypothesis", "statement_mark"]

_FIELD_COLUMNS = {
    RESPONDENT: "respondent_id", INSTRUMENT: "instrument", DATE: "answer_date",
    CONSENT: "has_consent", SESSION: "session",
}  # fmt: skip
_UNSURE = frozenset(fold(word) for word in words.UNSURE_WORDS)
_HINTS = frozenset(
    fold(words.choice_hint(choices)) for choices in (words.CHOICES, words.CONSENT_CHOICES)
)
"""What a list shows where nothing was chosen: no answer, whatever an editor made of it."""
_FOUND_LENGTH = 80


@dataclass(frozen=True)
class FormCell:
    """One cell of a form: what stands in it, where, and its heading."""

    value: object
    place: str
    header: str = ""

    @property
    def text(self) -> str:
        if self.value is None:
            return ""
        text = str(self.value) if self.value is UNCACHED_FORMULA else text_of(self.value)
        return "" if fold(text) in _HINTS else text


@dataclass(frozen=True)
class Reply:
    """What is said on one hypothesis; either cell may be missing."""

    statement_mark: str
    answer: FormCell | None = None
    quotation: FormCell | None = None


@dataclass(frozen=True)
class Entry:
    """One respondent in one form.

    Attributes
    ----------
    form
        The mark of the sheet or table.
    fields
        Cells by field of the form (`questionnaire.marks`).
    replies
        By code of the hypothesis.
    place
        Where the respondent stands in the file.
    """

    file: str
    sheet: str
    form: FormMark
    fields: Mapping[str, FormCell]
    replies: Mapping[str, Reply]
    comment: FormCell | None = None
    place: str = ""

    @property
    def is_filled(self) -> bool:
        """Whether anything was written that somebody said; a method alone says nothing."""
        said = [self.fields.get(RESPONDENT), self.comment]
        for reply in self.replies.values():
            said += [reply.answer, reply.quotation]
        return any(cell is not None and cell.text for cell in said)

    def finding(
        self, severity: Severity, rule: str, message: str, remedy: str,
        cell: FormCell | None = None, expected: str = "",
    ) -> Finding:  # fmt: skip
        """Return a finding about this respondent or one of the cells."""
        found = cell.text if cell else ""
        if len(found) > _FOUND_LENGTH:
            found = found[:_FOUND_LENGTH] + "…"
        place = cell.place if cell else self.place
        header = cell.header if cell else ""
        return Finding(
            severity, rule, message, remedy, self.file, self.sheet, place, header,
            found=found, expected=expected, clause="7",
        )  # fmt: skip


@dataclass
class _Row:
    """Values of the fields that all answers of an entry share."""

    values: dict[str, object] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)


def answers_of(
    entry: Entry,
) -> tuple[list[dict[str, object]], list[dict[str, str]], Findings]:
    """Return an entry's rows of `answers`, their places, and what is wrong with it.

    An entry in which nothing is said gives nothing.
    """
    if not entry.is_filled:
        return [], [], Findings()
    shared = _shared(entry)
    rows, places = [], []

    def add(code: str | None, mark: str, cell: FormCell, answer: object, quotation: str) -> None:
        rows.append(
            {**dict.fromkeys(ANSWERS.column_names), **shared.values, "hypothesis": code,
             "answer": answer, "quotation": quotation or None}
        )  # fmt: skip
        places.append(
            {"file": entry.file, "sheet": entry.sheet, "cell": cell.place,
             "origin": entry.form.origin, "hypothesis": code or "", "statement_mark": mark}
        )  # fmt: skip

    for code, reply in entry.replies.items():
        answer = _answer(entry, reply.answer, shared.findings)
        quotation = reply.quotation.text if reply.quotation else ""
        if answer or quotation:
            cell = reply.answer if answer else reply.quotation
            add(code, reply.statement_mark, cell, answer, quotation)
    if entry.comment is not None and entry.comment.text:
        add(None, "", entry.comment, None, entry.comment.text)
    if not rows and not shared.findings.errors:
        message = _("у респондента нет ни одного ответа: он не учтён.")
        remedy = _("впишите ответы или удалите код респондента.")
        finding = entry.finding(
            Severity.WARNING, "form_no_answers", message, remedy, entry.fields.get(RESPONDENT)
        )
        shared.findings.add(finding)
    return rows, places, shared.findings


def _shared(entry: Entry) -> _Row:
    row = _Row({"segment": entry.form.segment})
    for name, column_name in _FIELD_COLUMNS.items():
        column = ANSWERS.column(column_name)
        cell = entry.fields.get(name)
        if cell is None or not cell.text:
            if column.required:
                message = _("не заполнено «{label}».").format(label=words.LABELS[name])
                remedy = _("впишите значение в эту ячейку и положите файл в raw снова.")
                at = cell or FormCell(None, entry.place)
                row.findings.add(
                    entry.finding(Severity.ERROR, "form_required", message, remedy, at)
                )
            continue
        row.values[column_name] = _value(entry, cell, column_name, row.findings)
    return row


def _value(entry: Entry, cell: FormCell, column_name: str, findings: Findings) -> object:
    try:
        if cell.value is UNCACHED_FORMULA:
            raise ValueRefusedError(_("значение, а не формула"))
        return parse_value(cell.value, ANSWERS.column(column_name))
    except ValueRefusedError as error:
        message = _("значение не подходит.")
        remedy = _("исправьте ячейку и положите файл в raw снова.")
        findings.add(
            entry.finding(Severity.ERROR, "form_value", message, remedy, cell, str(error))
        )  # fmt: skip
        return None


def _answer(entry: Entry, cell: FormCell | None, findings: Findings) -> object:
    if cell is None or not cell.text:
        return None
    text = cell.text.strip(" .")
    if fold(text) in _UNSURE:
        return "unsure"
    value = cell.value if cell.value is UNCACHED_FORMULA else text
    return _value(entry, FormCell(value, cell.place, cell.header), "answer", findings)


def check_codes(entries: Sequence[Entry]) -> list[Finding]:
    """Tell of a respondent's code given twice: two people would become one.

    A code may come back in another segment's sheet or by another method, not in the same form.
    """
    first: dict[tuple[str, str, str], Entry] = {}
    found = []
    for entry in entries:
        cell = entry.fields.get(RESPONDENT)
        if cell is None or not cell.text or not entry.is_filled:
            continue
        method = entry.fields.get(INSTRUMENT)
        key = (entry.form.segment, fold(cell.text), fold(method.text) if method else "")
        known = first.setdefault(key, entry)
        if known is entry:
            continue
        if known.file == entry.file and known.sheet == entry.sheet:
            severity = Severity.ERROR
            other = known.fields[RESPONDENT].place
        else:
            severity = Severity.WARNING
            other = f"{known.file}, {known.fields[RESPONDENT].place}"
        message = _(
            "код респондента уже есть ({other}): ответы двух людей примут за ответы одного."
        ).format(other=other)
        remedy = _("если это разные люди, дайте одному из них другой код.")
        found.append(entry.finding(severity, "form_code_twice", message, remedy, cell))
    return found


def no_places() -> pd.DataFrame:
    """Return the table of places without rows."""
    return pd.DataFrame(columns=PLACE_COLUMNS).astype("str")
