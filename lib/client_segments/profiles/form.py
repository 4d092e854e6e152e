"""The form of a profile (clause 8): a table that an authority may replace by its own.

Annex 4 was never published, so what a field is called and where it stands belongs to the table;
a field finds its value by its key only.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from client_segments import catalogue
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _
from client_segments.values import ValueRefusedError, parse_flag, parse_integer

FORM_NAME = "profile_form"
FORM_COLUMNS = ("number", "section", "key", "name", "is_core")


def load_form(root: Path, known_keys: Collection[str]) -> tuple[pd.DataFrame, Findings]:
    """Read the form: one row is one field (number, section, key, name, is_core), in its order.

    A field whose key nobody knows stays in the form, for people to fill, and has a finding.

    Raises
    ------
    InputError
        If the table lacks a column, or a number is not one or stands twice.
    """
    return check_form(
        catalogue.read(root, FORM_NAME), known_keys, f"data/catalogue/{FORM_NAME}.csv"
    )


def check_form(
    written: pd.DataFrame, known_keys: Collection[str], file: str
) -> tuple[pd.DataFrame, Findings]:
    """Type a form as it was written and check it; see `load_form`."""
    missing = [column for column in FORM_COLUMNS if column not in written.columns]
    if missing:
        message = _("в форме профиля нет столбцов: {columns}.").format(columns=", ".join(missing))
        remedy = _("нужны столбцы: {columns}.").format(columns=", ".join(FORM_COLUMNS))
        raise InputError([Finding(Severity.ERROR, "form_columns", message, remedy, file)])
    findings = Findings()
    rows = []
    for line, row in enumerate(written[list(FORM_COLUMNS)].itertuples(index=False), start=2):
        place = {"file": file, "cell": _("строка {line}").format(line=line)}
        try:
            rows.append(
                (parse_integer(row.number), row.section, row.key, row.name, parse_flag(row.is_core))
            )
        except ValueRefusedError as error:
            message = _("поле формы «{name}» не читается.").format(name=row.name)
            remedy = _("номер – целое число, признак ядра – 1 или 0.")
            findings.add(
                Finding(Severity.ERROR, "form_value", message, remedy, expected=str(error), **place)
            )
            continue
        if row.key not in known_keys:
            message = _("ключ поля формы неизвестен: заполнить поле могут только люди.")
            remedy = _("впишите текст поля в решения «profiles.yml» или исправьте ключ.")
            findings.add(
                Finding(Severity.WARNING, "form_key", message, remedy, found=row.key, **place)
            )
    form = pd.DataFrame(rows, columns=list(FORM_COLUMNS))
    for column, label in (("number", _("номер")), ("key", _("ключ"))):
        for value in form.loc[form[column].duplicated(), column]:
            message = _("{label} поля формы записан дважды.").format(label=label)
            remedy = _("номер и ключ каждого поля должны быть своими.")
            findings.add(
                Finding(Severity.ERROR, "form_twice", message, remedy, file, found=str(value))
            )
    findings.raise_errors()
    return form, findings
