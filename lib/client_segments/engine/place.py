"""Where the clients' table lies, when it is not a file in `raw/`, and how it is reached."""

from __future__ import annotations

import os
from dataclasses import dataclass

from client_segments.findings import Finding, InputError, Severity
from client_segments.language import _

ENGINES = {"postgresql": "PostgreSQL", "spark": "Apache Spark"}


@dataclass(frozen=True)
class ClientsPlace:
    """A table of clients in another system, as `group.yml` names it.

    Attributes
    ----------
    engine
        Key of `ENGINES`.
    table, parquet
        Name of the table («schema.table»), or, on Spark only, path of Parquet files.
    url_variable
        Name of the environment variable with the address of the system; empty on Spark means a
        session on this machine. The address itself, which may hold a password, is nowhere else.
    segments_table
        Table into which clients with their segments are written there; empty for none.
    """

    engine: str
    table: str = ""
    parquet: str = ""
    url_variable: str = ""
    segments_table: str = ""

    @property
    def name(self) -> str:
        """The place as findings show it."""
        text = _("таблица {table} ({engine})")
        return text.format(table=self.table or self.parquet, engine=ENGINES[self.engine])

    def url(self) -> str:
        """Return the address from the environment.

        Raises
        ------
        InputError
            If the variable is named and not set.
        """
        if not self.url_variable:
            return ""
        url = os.environ.get(self.url_variable, "")
        if not url:
            message = _("не задана переменная окружения {name} с адресом базы.")
            remedy = _("задайте её перед запуском; сам адрес нигде не записывайте.")
            raise self.error("no_address", message.format(name=self.url_variable), remedy)
        return url

    def error(self, rule: str, message: str, remedy: str, found: str = "") -> InputError:
        """Return an error about this place."""
        return InputError(
            [Finding(Severity.ERROR, rule, message, remedy, file=self.name, found=found)]
        )

    def not_installed(self) -> InputError:
        """Return the error of an engine whose packages are not installed."""
        message = _("не установлены пакеты для работы с {engine}.")
        remedy = _('выполните в папке проекта: pip install --editable ".[{engine}]".')
        return self.error(
            "engine_not_installed",
            message.format(engine=ENGINES[self.engine]),
            remedy.format(engine=self.engine),
        )

    def no_table(self) -> InputError:
        message = _("таблицы нет, или нет права её читать.")
        remedy = _("проверьте clients в group.yml и права учётной записи.")
        return self.error("no_table", message, remedy)

    def not_ours(self) -> InputError:
        message = _("таблица {table} уже есть, и писала её не эта программа: она не тронута.")
        remedy = _("назовите в segments_table другую таблицу.")
        return self.error("not_ours", message.format(table=self.segments_table), remedy)

    def lost(self) -> InputError:
        message = _("связь с {engine} прервана: ничего не записано.")
        remedy = _("проверьте адрес, сеть и сервер и выполните шаг снова.")
        return self.error("connection", message.format(engine=ENGINES[self.engine]), remedy)

    def too_long(self) -> InputError:
        message = _("запрос к {engine} не уложился в отведённое время.")
        remedy = _("выполните шаг, когда сервер свободен, или обратитесь к его администратору.")
        return self.error("timeout", message.format(engine=ENGINES[self.engine]), remedy)

    def refused(self, code: str) -> InputError:
        message = _("{engine} не выполнил запрос.").format(engine=ENGINES[self.engine])
        remedy = _("сообщите код ошибки администратору базы.")
        return self.error("engine", message, remedy, found=code)


SEGMENT_COLUMNS = ("client_id", "segment_code", "probability")
"""Columns of the table that is written there; an older one of ours has no probabilities."""
