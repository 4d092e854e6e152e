"""Contract of what step 6 keeps of the register outside it."""

from __future__ import annotations

from client_segments.contracts import Column, Kind, TableContract
from client_segments.language import _

REGISTER_HEADS = TableContract(
    "register_heads", _("Записи реестра"),
    _("Одна строка – запись журнала реестра, которую видел шаг 6."), "profiles",
    (
        Column("journal_number", _("Номер записи"), Kind.INTEGER, _("Номер записи журнала."),
               required=True, minimum=1),
        Column("sha256", _("Контрольная сумма"), Kind.CODE, _("SHA-256 файла записи."), required=True),
    ),
    clause="10",
)  # fmt: skip
"""A witness outside the register: by it the loss of its newest records is found."""
