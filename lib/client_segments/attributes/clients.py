"""The clients' table in step 1: read from a file or where it lies, coded by the same rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from client_segments import reading
from client_segments.attributes.coding import Attribute, Coder
from client_segments.engine import CodedColumn, Engine
from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _
from client_segments.reading import EngineClients, RawTable
from client_segments.study import Study

Clients = RawTable | EngineClients


def load_clients(study: Study) -> Clients:
    """Read the clients' table; one row is one client or one pattern with its count.

    Sheets and text files are read here, Parquet files and tables in PostgreSQL or on Spark in
    the engine where they lie; then the result must be closed (`close_clients`).

    Raises
    ------
    InputError
        With every mistake in the table, or if there is no table.
    """
    clients = reading.open_clients(study)
    if clients is None:
        message = _("нет таблицы клиентов: без неё нечего делить на сегменты.")
        remedy = _("положите clients.xlsx, clients.csv или clients.parquet в папку raw.")
        finding = Finding(
            Severity.ERROR, "no_clients", message, remedy, file=study.name_of(study.raw_folder)
        )
        Findings([finding]).raise_errors()
    if isinstance(clients, RawTable):
        clients.findings.extend(_nobody(clients, clients_file(study, clients)))
    if clients.findings.errors:
        close_clients(clients)
    clients.findings.raise_errors()
    return clients


def close_clients(clients: Clients) -> None:
    """Close the engine that a clients' table is read in, if it is."""
    if isinstance(clients, EngineClients):
        clients.close()


def clients_file(study: Study, clients: Clients) -> str:
    """Return the clients' table as findings show it."""
    return clients.file if isinstance(clients, EngineClients) else study.name_of(clients.files[0])


def _nobody(clients: RawTable, file: str) -> list[Finding]:
    """Tell of a table whose counts or weights are all zero: there is nobody to group."""
    remedy = _(
        "попросите отправителя прислать исправленный файл или впишите столбец в ignore в "
        "decisions/columns.yml."
    )
    return [
        Finding(
            Severity.ERROR, "nobody", message, remedy, file=file,
            header=clients.contract.column(name).label, found="0",
        )
        for name, message in (
            ("clients_count", _("в столбце одни нули: в таблице нет ни одного клиента.")),
            ("weight", _("в столбце одни нули: ни одна строка ничего не весит.")),
        )
        if len(clients.frame) and (clients.frame[name].fillna(1) == 0).all()
    ]  # fmt: skip


def learn(
    clients: Clients, attributes: Sequence[Attribute], file: str
) -> tuple[list[Coder], Findings]:
    """Learn the values of the attributes from the clients.

    Returns
    -------
    coders : list of Coder
        One an attribute, in order of the list.
    findings : Findings
        Columns that are missing, values that are refused, unlisted or folded.
    """
    coders, findings = [], Findings()
    for attribute in attributes:
        column = attribute.find_column(clients.attribute_columns)
        if column is None:
            message = _("в таблице клиентов нет столбца для признака «{name}».")
            remedy = _(
                "добавьте столбец, укажите его заголовок в attributes.yml (column) или уберите признак из перечня."
            )
            findings.add(
                Finding(
                    Severity.ERROR, "no_column", message.format(name=attribute.name), remedy,
                    file=file, expected=attribute.column or attribute.name, clause="5",
                )
            )  # fmt: skip
            continue
        if isinstance(clients, EngineClients):
            if not clients.is_readable(column, has_classes=bool(attribute.bins)):
                clients.refuse_many(column)
                findings.extend(clients.findings.errors)
                continue
            counts = clients.value_counts(column)
            coder = Coder.learn_counts(attribute, counts)
        else:
            coder = Coder.learn(attribute, clients.frame[column])
        coders.append(coder)
        findings.extend(_coder_findings(coder, file, column))
    if isinstance(clients, EngineClients):
        findings.extend(clients.findings.errors)
    return coders, findings


def code_clients(
    clients: RawTable, attributes: list[Attribute], file: str
) -> tuple[pd.DataFrame, list[Coder], Findings]:
    """Code the clients' attributes in a table that was read here.

    Returns
    -------
    coded : DataFrame
        Table `coded_clients`.
    coders, findings
        See `learn`.
    """
    coders, findings = learn(clients, attributes, file)
    return encode(clients, coders), coders, findings


def encode(clients: RawTable, coders: Sequence[Coder]) -> pd.DataFrame:
    """Return table `coded_clients` of a table that was read here."""
    frame = clients.frame
    plain = {
        "client_id": frame["client_id"],
        "clients_count": frame["clients_count"].fillna(1),
        "weight": frame["weight"].fillna(1.0),
    }
    codes = {
        coder.attribute.code: coder.encode(
            frame[coder.attribute.find_column(clients.attribute_columns)]
        )[0]
        for coder in coders
    }
    return pd.concat([pd.DataFrame(plain), pd.DataFrame(codes, index=frame.index)], axis=1)


def open_engine(clients: Clients, coders: Sequence[Coder]) -> Engine:
    """Code the clients, where they lie or as they were read, and open them for counting.

    Raises
    ------
    InputError
        If a table in another system has values that the coders do not know: it has changed.
    """
    levels = {coder.attribute.code: len(coder.names) for coder in coders}
    if isinstance(clients, RawTable):
        return Engine(encode(clients, coders), levels)
    columns, parts = [], []
    for number, coder in enumerate(coders):
        header = coder.attribute.find_column(clients.attribute_columns)
        found = clients.levels(header)
        texts = clients.texts(header)
        known = [text is not None for text in texts]
        codes = np.zeros(len(texts), dtype=np.int16)
        codes[known] = coder.codes([text for text in texts if text is not None])[0]
        columns.append(
            CodedColumn(
                coder.attribute.code, clients.column_name(header),
                () if found.is_whole else coder.attribute.bins, has_values=bool(texts),
            )
        )  # fmt: skip
        parts.append(
            pd.DataFrame(
                {"attribute_number": number, "value_text": found.keys, "value_code": codes}
            )
        )
    return Engine.over_source(
        clients.adapter, clients.relation, clients.plain, columns,
        pd.concat(parts, ignore_index=True), levels,
    )  # fmt: skip


def _coder_findings(coder: Coder, file: str, column: str) -> list[Finding]:
    findings = []
    for text in coder.refused:
        findings.append(
            Finding(
                Severity.ERROR, "not_a_number", _("значение нельзя отнести к классу числа."),
                _("объявите его в decisions/columns.yml (codes или no_answer) или исправьте у отправителя."),
                file=file, header=column, found=text, expected=_("число, например 1 234,5"),
            )
        )  # fmt: skip
    for text in coder.unlisted:
        findings.append(
            Finding(
                Severity.WARNING, "unlisted_value", _("значения нет в перечне признаков; оно добавлено в конец."),
                _("добавьте его в values, объедините в groups или объявите код в columns.yml."),
                file=file, header=column, found=text, clause="5",
            )
        )  # fmt: skip
    for name, others in coder.spellings.items():
        if not coder.attribute.groups:
            message = _("разные написания объединены в значение «{name}».").format(name=name)
            findings.append(
                Finding(
                    Severity.NOTE, "folded", message, _("если это разные значения, напишите их по-разному."),
                    file=file, header=column, found=", ".join(others),
                )
            )  # fmt: skip
    return findings
