"""The form of a profile (clause 8): a table that an authority may replace by its own.

Annex 4 was never published, so what a field is called and where it stands belongs to the table;
a field finds its value by its key only. The authority's own form is `profile_form.csv` or `.xlsx`
in its folder (`data/<authority>/`); without one, the form of the catalogue holds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable
from functools import lru_cache
from pathlib import Path

import pandas as pd

from client_segments import catalogue
from client_segments.contracts import Column, Kind, TableContract
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _
from client_segments.reading import ColumnMapping, read_table
from client_segments.study import check_code

FORM_NAME = "profile_form"
FORM_ENDINGS = (".csv", ".xlsx")
OWN_KEY = "own"
"""Beginning of the key of a field that the form gives none: people fill it."""

FORM = TableContract(
    "profile_form", _("Форма профиля"), _("Одна строка – одно поле формы, в том порядке, в каком поля стоят в профиле."), "catalogue",
    (
        Column("number", _("№"), Kind.INTEGER, _("Номер поля: по нему правят текст в profiles.yml."), required=True, minimum=1,
               aliases=(_("Номер"), _("№ поля"))),
        Column("section", _("Раздел"), Kind.TEXT, _("Раздел формы."), required=True),
        Column("key", _("Ключ"), Kind.CODE, _("По ключу поле находит своё значение. Пусто – поле заполняют люди.")),
        Column("name", _("Поле"), Kind.TEXT, _("Как поле называется в профиле."), required=True, aliases=(_("Название"), _("Наименование поля"))),
        Column("kind", _("Тип"), Kind.TEXT, _("Что в поле пишут.")),
        Column("is_core", _("Ядро"), Kind.FLAG, _("Обязательное ли поле: да или нет."), required=True, aliases=(_("Обязательное"), _("Основное"))),
        Column("basis", _("Основание"), Kind.TEXT, _("Пункт Рекомендаций.")),
    ),
    clause="8",
)  # fmt: skip

COLUMNS = ["number", "section", "key", "name", "is_core"]
_KEY = re.compile(r"[a-z][a-z0-9_]*")


def form_path(root: Path, authority: str | None = None) -> Path:
    """Return the file of an authority's form: its own, else the catalogue's.

    Raises
    ------
    InputError
        If an authority has two forms of its own: nobody can tell which holds.
    """
    if authority is not None:
        folder = root / "data" / check_code(authority, _("Орган власти"))
        own = [path for ending in FORM_ENDINGS if (path := folder / (FORM_NAME + ending)).is_file()]
        if len(own) > 1:
            message = _("у органа власти две формы профиля: {files}.").format(
                files=", ".join(path.name for path in own)
            )
            remedy = _("оставьте одну.")
            place = own[0].relative_to(root).as_posix()
            raise InputError([Finding(Severity.ERROR, "form_twice", message, remedy, place)])
        if own:
            return own[0]
    return catalogue.catalogue_path(root, FORM_NAME)


def load_form(
    root: Path, known_keys: Collection[str], authority: str | None = None
) -> tuple[pd.DataFrame, Findings]:
    """Read the form: one row is one field (number, section, key, name, is_core), in its order.

    A field whose key nobody knows stays in the form, for people to fill, and has a finding.

    Parameters
    ----------
    authority
        Code of the authority whose own form comes before the catalogue's.

    Raises
    ------
    InputError
        If the table lacks a column, or a number is not one or stands twice.
    """
    path = form_path(root, authority)
    # The catalogue that comes with the workbook lies outside another root.
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    form, findings = _read(path, name, path.stat().st_mtime_ns, tuple(sorted(known_keys)))
    findings = Findings(findings)
    findings.raise_errors()
    return form.copy(), findings


@lru_cache(maxsize=8)
def _read(
    path: Path, name: str, _modified: Hashable, known_keys: tuple[str, ...]
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    table = read_table([path], FORM, ColumnMapping(), lambda _path: name)
    findings = Findings(table.findings)
    if findings.errors:
        return FORM.empty()[COLUMNS], tuple(findings)
    form, problems = check_form(table.frame, known_keys, name)
    findings.extend(problems)
    return form, tuple(findings)


def check_form(
    written: pd.DataFrame, known_keys: Collection[str], file: str
) -> tuple[pd.DataFrame, Findings]:
    """Check a form as it was read, and give fields without a key one of their own.

    Parameters
    ----------
    written
        Columns of `FORM`, typed: one row is one field.
    """
    findings = Findings()
    form = written[COLUMNS].copy()
    own = form["key"].isna()
    form["key"] = form["key"].where(~own, OWN_KEY + form["number"].astype("Int64").astype("str"))
    form["is_core"] = form["is_core"].astype(bool)
    for row in form[~own].itertuples():
        if row.key not in known_keys:
            findings.add(_unknown_key(row, known_keys, file))
    for column, label in (("number", _("номер")), ("key", _("ключ"))):
        for value in form.loc[form[column].duplicated(), column]:
            message = _("{label} поля формы записан дважды.").format(label=label)
            remedy = _("номер и ключ каждого поля должны быть своими.")
            findings.add(
                Finding(Severity.ERROR, "form_twice", message, remedy, file, found=str(value))
            )
    return form.astype({"number": int}).reset_index(drop=True), findings


def _unknown_key(row, known_keys: Collection[str], file: str) -> Finding:
    place = {"file": file, "found": row.key}
    if not _KEY.fullmatch(row.key):
        message = _("ключ поля «{name}» записан неверно.").format(name=row.name)
        remedy = _(
            "ключ – латинские строчные буквы, цифры и «_»; пустой ключ – поле заполняют люди."
        )
        return Finding(Severity.ERROR, "form_value", message, remedy, **place)
    message = _("ключ поля «{name}» неизвестен: заполнить поле могут только люди.").format(
        name=row.name
    )
    remedy = _(
        "впишите текст поля в решения «profiles.yml», исправьте ключ или оставьте его пустым."
    )
    near = [key for key in known_keys if key.startswith(row.key[:4])]
    expected = ", ".join(sorted(near)[:5])
    return Finding(Severity.WARNING, "form_key", message, remedy, expected=expected, **place)
