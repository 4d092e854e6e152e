"""The raw tables of a group: which files are which, read once, and checked all together."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from client_segments import decisions, engine
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _
from client_segments.raw_tables import (
    ANSWERS,
    CLIENTS,
    JOURNEY,
    RAW_TABLES,
    RAW_TABLES_BY_NAME,
    REGULATION,
)
from client_segments.reading.clients_in_engine import EngineClients
from client_segments.reading.event_logs import clients_of
from client_segments.reading.forms import has_form_name, is_form
from client_segments.reading.identifiers import check_identifiers
from client_segments.reading.mappings import ColumnMapping, read_columns_decision
from client_segments.reading.tables import ENDINGS, FORM_ENDINGS, RawTable, read_table
from client_segments.study import Study

_CACHED_TABLES = 16


def find_files(study: Study, table: str, mapping: ColumnMapping) -> list[Path]:
    """Return the files of a table: those decided, or `<table>.*` and `<table>_*.*`, by name.

    Answers are also files named as their forms («Анкета …», «Интервью …»).
    """
    if mapping.files:
        return [study.raw_folder / name for name in mapping.files]
    return [path for path in _raw_files(study) if _names(path, table)]


def _raw_files(study: Study) -> list[Path]:
    """Return the files of `raw/` without hidden ones and locks of Excel, by name."""
    if not study.raw_folder.is_dir():
        return []
    paths = (path for path in study.raw_folder.iterdir() if path.is_file())
    return sorted(path for path in paths if not path.name.startswith((".", "~$")))


def _names(path: Path, table: str) -> bool:
    """Tell whether a file is of a table by its name; forms of answers have names of their own."""
    name = unicodedata.normalize("NFC", path.name).lower()
    if table == ANSWERS.name and has_form_name(name) and is_form(path):
        return True
    has_documents = table in (ANSWERS.name, REGULATION.name)
    endings = (*ENDINGS, *FORM_ENDINGS) if has_documents else ENDINGS
    ending = next((ending for ending in endings if name.endswith(ending)), None)
    if ending is None:
        return False
    stem = name.removesuffix(ending)
    return stem == table or stem.startswith(f"{table}_")


def load_raw(study: Study, name: str) -> RawTable | None:
    """Read a raw table of a group; None if it has no file. Nothing is raised.

    The findings hold those on the decision about columns too: callers decide what to do.
    """
    mappings, findings = read_columns_decision(study)
    table = _load(study, name, mappings.get(name, ColumnMapping()))
    if table is None:
        return None
    findings.extend(table.findings)
    return replace(table, findings=findings)


def _load(study: Study, name: str, mapping: ColumnMapping) -> RawTable | None:
    paths = find_files(study, name, mapping)
    if not paths:
        return _load_clients_of_log(study) if name == CLIENTS.name else None
    stats = [path.stat() for path in paths]
    state = tuple(
        (path, stat.st_mtime_ns, stat.st_size) for path, stat in zip(paths, stats, strict=True)
    )
    table = _read_cached(study, name, _Frozen(mapping), state)
    return replace(table, frame=table.frame.copy(deep=False), findings=Findings(table.findings))


def _clients_place(study: Study) -> engine.ClientsPlace | None:
    """Return where `group.yml` says that the clients lie.

    A passport that is missing or broken names no place: its own mistakes are told by whoever
    needs the passport, and must not hide those of the tables.
    """
    try:
        return decisions.load_group(study).clients
    except InputError:
        return None


def clients_are_cases(study: Study) -> bool:
    """Tell whether a group has no table of clients but a log, whose cases are its clients."""
    if _clients_place(study) is not None:
        return False
    mappings, _findings = read_columns_decision(study)
    paths = {
        table.name: find_files(study, table.name, mappings.get(table.name, ColumnMapping()))
        for table in (CLIENTS, JOURNEY)
    }
    return bool(paths[JOURNEY.name]) and not paths[CLIENTS.name]


def _load_clients_of_log(study: Study) -> RawTable | None:
    mappings, _findings = read_columns_decision(study)
    journey = _load(study, JOURNEY.name, mappings.get(JOURNEY.name, ColumnMapping()))
    if journey is None or journey.findings.errors:
        return None
    return clients_of(journey, CLIENTS)


class _Frozen:
    """A mapping that can be a key: equal where everything decided is equal."""

    def __init__(self, mapping: ColumnMapping) -> None:
        self.mapping = mapping
        self._text = repr(mapping)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


@lru_cache(maxsize=_CACHED_TABLES)
def _read_cached(study: Study, name: str, mapping: _Frozen, state: tuple) -> RawTable:
    paths = [path for path, _modified, _size in state]
    return read_table(paths, RAW_TABLES_BY_NAME[name], mapping.mapping, study.name_of)


def open_clients(study: Study) -> RawTable | EngineClients | None:
    """Open the clients' table, in the engine where it can be read there; None if there is none.

    A table that `group.yml` names is read where it lies; Parquet files by the embedded engine;
    sheets, text files and Parquet files of different columns cell by cell, as `load_raw` does.

    Raises
    ------
    InputError
        If the system where the table lies cannot be reached, or has no such table.
    """
    mappings, findings = read_columns_decision(study)
    mapping = mappings.get(CLIENTS.name, ColumnMapping())
    place = _clients_place(study)
    if place is not None:
        adapter, file, paths = engine.open_place(place), place.name, ()
    else:
        paths = tuple(find_files(study, CLIENTS.name, mapping))
        if not _is_one_parquet(paths):
            return load_raw(study, CLIENTS.name)
        adapter = engine.DuckDBAdapter(paths, study.work_folder / "attributes")
        file = study.name_of(paths[0])
    try:
        clients = EngineClients(adapter, mapping, file, paths)
    except BaseException:
        adapter.close()
        raise
    clients.findings.extend(findings)
    return clients


def _is_one_parquet(paths: Sequence[Path]) -> bool:
    """Tell whether files are one table of Parquet: readable, and of the same columns."""
    if not paths or any(path.suffix.lower() != ".parquet" for path in paths):
        return False
    try:
        schemas = [pq.read_schema(path).remove_metadata() for path in paths]
    except (pa.ArrowException, OSError):
        return False  # the reader of cells says what is wrong
    names = schemas[0].names
    return len(set(names)) == len(names) and all(schema == schemas[0] for schema in schemas)


def check_raw(study: Study) -> Findings:
    """Check everything in `raw/` and the decision about its columns at once."""
    mappings, findings = read_columns_decision(study)
    read: set[Path] = set()
    clients = None
    has_clients = True
    try:
        clients = open_clients(study)
        has_clients = clients is not None
    except InputError as error:
        findings.extend(error.findings)
    for contract in RAW_TABLES:
        table = (
            clients
            if contract.name == CLIENTS.name
            else _load(study, contract.name, mappings.get(contract.name, ColumnMapping()))
        )
        if (
            contract.name != CLIENTS.name
            and table is not None
            and clients is not None
            and "client_id" in table.frame
        ):
            findings.extend(_identifier_findings(study, clients, table))
        if table is not None:
            read.update(table.files)
            findings.extend(table.findings)
        elif contract.name == CLIENTS.name and not has_clients:
            message = _("нет таблицы «{label}»: без неё работа не начнётся.")
            remedy = _("положите файл clients.xlsx, clients.csv или clients.parquet в папку raw, "
                       "или назовите свой файл в decisions/columns.yml.")  # fmt: skip
            finding = Finding(
                Severity.ERROR, "no_clients", message.format(label=contract.label), remedy,
                study.name_of(study.raw_folder),
            )  # fmt: skip
            findings.add(finding)
    if isinstance(clients, EngineClients):
        clients.close()
    for path in _raw_files(study):
        if path not in read:
            message = _("файл лежит в raw, но ни одна таблица его не читает.")
            remedy = _("если это таблица, назовите файл по таблице (clients, feedback, …) или "
                       "укажите его в decisions/columns.yml (file).")  # fmt: skip
            findings.add(
                Finding(Severity.NOTE, "unread_file", message, remedy, study.name_of(path))
            )
    return findings


def _identifier_findings(
    study: Study, clients: RawTable | EngineClients, table: RawTable
) -> list[Finding]:
    """Check the identifiers of a table; answers that name their segment need none."""
    rows = table.frame
    if "segment" in rows:
        rows = rows[rows["segment"].isna()]
    found = check_identifiers(
        rows["client_id"], clients.identifiers(rows["client_id"]), study.name_of(table.files[0]),
        is_whole=len(rows) == len(table.frame),
    )  # fmt: skip
    return [found] if found else []
