"""Hidden marks by which a filled form is recognised, cell by cell.

A mark stands in the cell it speaks of and moves with it: rows and columns may be put elsewhere,
sheets renamed or copied to another file. The first mark of a sheet or table names the form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FORM_WORD = "анкета"
VERSION = "1"

RESPONDENT, INSTRUMENT, DATE, CONSENT, SESSION, COMMENT = (
    "код", "способ", "дата", "согласие", "обсуждение", "слова",
)  # fmt: skip
ANSWER, QUOTATION, QUESTION = "ответ", "цитата", "вопрос"
FIELDS = (RESPONDENT, INSTRUMENT, DATE, CONSENT, SESSION, COMMENT)
PARTS = (ANSWER, QUOTATION, QUESTION)
_JOIN = "|"
_HIDDEN = re.compile(r"\[\[([^\[\]]*)\]\]")


@dataclass(frozen=True)
class FormMark:
    """The mark of a sheet or a table: version of the form, its origin, the segment's code."""

    version: str
    origin: str
    segment: str

    def text(self) -> str:
        return _JOIN.join((FORM_WORD, self.version, self.origin, self.segment))


@dataclass(frozen=True)
class CellMark:
    """The mark of a column or a row: a field, or a part that belongs to a hypothesis."""

    part: str
    code: str = ""
    statement_mark: str = ""

    def text(self) -> str:
        return _JOIN.join((self.part, self.code, self.statement_mark)).rstrip(_JOIN)


def read_form_mark(text: object) -> FormMark | None:
    """Read the mark of a form; None for any other text."""
    parts = str(text).strip().split(_JOIN)
    if len(parts) != 4 or parts[0] != FORM_WORD:
        return None
    return FormMark(*parts[1:])


def read_cell_mark(text: object) -> CellMark | None:
    """Read the mark of a column or a row; None for any other text."""
    part, *rest = str(text).strip().split(_JOIN)
    if (part in FIELDS and not rest) or (part in PARTS and len(rest) in (0, 2)):
        return CellMark(part, *rest)
    return None


def hidden(mark: FormMark | CellMark) -> str:
    """Return a mark as hidden words of a Word document."""
    return f"[[{mark.text()}]]"


def hidden_marks(text: str) -> list[str]:
    """Return the marks among the words of a cell of a Word document."""
    return _HIDDEN.findall(text)


def without_marks(text: str) -> str:
    """Return the words of a cell that people see."""
    return " ".join(_HIDDEN.sub("", text).split())
