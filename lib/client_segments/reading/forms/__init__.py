"""Filled-in forms read back as answers: workbooks and Word documents of the questionnaire."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.questionnaire import words
from client_segments.raw_tables import ANSWERS
from client_segments.reading.forms.entries import (
    PLACE_COLUMNS,
    Entry,
    answers_of,
    check_codes,
    no_places,
)

DOCUMENT_ENDING = ".docx"
BOOK_ENDINGS = (".xlsx", ".xlsm")
_FILE_WORDS = tuple(fold(word) for word in {words.BOOK_NAME, *words.FILE_WORDS.values()})


@dataclass(frozen=True)
class FilledForms:
    """What was read from forms.

    Attributes
    ----------
    frame
        Table `ANSWERS`: one row is one respondent × hypothesis (or words without one).
    places
        One row is one row of `frame`: file, sheet, cell, origin of the form, hypothesis, and the
        mark of the statement that the form asks about.
    findings
        Everything there is to say of the files.
    """

    frame: pd.DataFrame
    places: pd.DataFrame
    findings: Findings


def has_form_name(name: str) -> bool:
    """Tell whether a file is named as the forms are («Анкета …», «Интервью …»)."""
    name = unicodedata.normalize("NFC", name)
    is_readable = name.lower().endswith((DOCUMENT_ENDING, *BOOK_ENDINGS))
    return is_readable and fold(name).startswith(_FILE_WORDS)


def is_form(path: Path) -> bool:
    """Tell whether a file is a form: a Word document, or a workbook with the form's marks."""
    name = path.name.lower()
    if name.endswith(DOCUMENT_ENDING):
        return True
    if not name.endswith(BOOK_ENDINGS):
        return False
    from client_segments.reading.forms.books import has_marks  # openpyxl is slow to import

    return has_marks(path)


def read_forms(paths: Sequence[Path], name_of: Callable[[Path], str]) -> FilledForms:
    """Read filled forms, one after another; every problem is a finding.

    Parameters
    ----------
    paths
        Files of which `is_form` is true.
    name_of
        The text under which findings show a path.
    """
    findings, entries = Findings(), []
    for path in paths:
        own, problems = _read(path, name_of(path))
        findings.extend(problems)
        if not own and not len(problems):
            message = _("форма не заполнена: ответов в ней нет.")
            remedy = _("заполните её или уберите файл из папки raw.")
            findings.add(Finding(Severity.WARNING, "form_empty", message, remedy, name_of(path)))
        entries.extend(own)
    findings.extend(check_codes(entries))
    frames, places = [ANSWERS.empty()], [no_places()]
    for entry in entries:
        rows, own_places, problems = answers_of(entry)
        findings.extend(problems)
        if rows:
            frames.append(_typed(rows))
            places.append(pd.DataFrame(own_places, columns=PLACE_COLUMNS).astype("str"))
    frame = pd.concat(frames, ignore_index=True)
    return FilledForms(frame, pd.concat(places, ignore_index=True), findings)


def _typed(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return rows under their dtypes; what was refused is empty, and told by a finding."""
    dtypes = {column.name: column.kind.dtype for column in ANSWERS.columns}
    return pd.DataFrame(rows, columns=ANSWERS.column_names).astype(dtypes)


def _read(path: Path, file: str) -> tuple[list[Entry], Findings]:
    if path.name.lower().endswith(DOCUMENT_ENDING):
        from client_segments.reading.forms.documents import read_document

        return read_document(path, file)
    from client_segments.reading.forms.books import read_book

    return read_book(path, file)
