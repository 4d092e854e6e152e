"""Identifiers of clients in one table against those in the table of clients."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from client_segments.findings import Finding, Severity
from client_segments.labels import fold
from client_segments.language import _, counted

_IGNORE = _("если это идентификаторы другой системы, впишите столбец в ignore в decisions/columns.yml.")  # fmt: skip


def spelling_key(identifier: str) -> str:
    """Return what is left of an identifier when it is typed as a number or otherwise.

    Zeros in front (0552 is 552 in a cell of numbers), «.0» at the end, case, spaces and signs
    are lost. Such identifiers are never taken for the same client: they are told.
    """
    return re.sub(r"\W", "", fold(identifier).removesuffix(".0")).lstrip("0")


def check_identifiers(
    identifiers: pd.Series, known: Iterable[str], file: str, *, is_whole: bool = True
) -> Finding | None:
    """Say how many rows name a client who is not in the table of clients.

    Parameters
    ----------
    identifiers
        One element is the identifier in one row; NaN where the row names nobody.
    known
        Identifiers of the table of clients.
    is_whole
        Whether these are all rows of the table: that none of them is known is then an error.

    Returns
    -------
    Finding or None
        An error where identifiers differ by spelling only, or none of a whole table is known;
        a warning where some are not known.
    """
    known = pd.Index(known).dropna().unique()
    named = identifiers.dropna()
    unknown = named[~named.isin(known)]
    if unknown.empty or known.empty:
        return None
    rows = counted(len(unknown), _("строка"), _("строки"), _("строк"))
    by_spelling = dict(zip(map(spelling_key, known), known, strict=True))
    alike = next((text for text in unknown.unique() if spelling_key(text) in by_spelling), None)
    if alike is not None:
        message = _(
            "{rows}: идентификаторы записаны не так, как в таблице клиентов (нули впереди, «.0», "
            "регистр, знаки)."
        )
        remedy = _(
            "попросите отправителя прислать идентификаторы текстом, одинаково в обеих таблицах; "
            "{ignore}"
        )
        return Finding(
            Severity.ERROR, "identifier_spelling", message.format(rows=rows),
            remedy.format(ignore=_IGNORE), file, found=alike,
            expected=by_spelling[spelling_key(alike)],
        )  # fmt: skip
    if is_whole and len(unknown) == len(identifiers):
        message = _("ни одного клиента из этой таблицы нет в таблице клиентов.")
        remedy = _("проверьте, что идентификаторы в обеих таблицах одни и те же; {ignore}")
        return Finding(
            Severity.ERROR, "unknown_clients", message, remedy.format(ignore=_IGNORE), file,
            found=unknown.iloc[0], expected=_("например, {known}").format(known=known[0]),
        )  # fmt: skip
    message = _("{rows}: таких клиентов нет в таблице клиентов.").format(rows=rows)
    remedy = _("проверьте, что идентификаторы в обеих таблицах одни и те же.")
    return Finding(Severity.WARNING, "unknown_client", message, remedy, file)
