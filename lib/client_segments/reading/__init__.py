"""Strict reading of the tables that people send: nothing is guessed, nothing is silently wrong."""

from client_segments.reading.clients_in_engine import EngineClients
from client_segments.reading.event_logs import cases_of
from client_segments.reading.identifiers import check_identifiers
from client_segments.reading.mappings import ColumnMapping, read_columns_decision
from client_segments.reading.raw import (
    check_raw,
    clients_are_cases,
    find_files,
    load_raw,
    open_clients,
)
from client_segments.reading.tables import RawTable, read_table

__all__ = [
    "ColumnMapping",
    "EngineClients",
    "RawTable",
    "cases_of",
    "check_identifiers",
    "check_raw",
    "clients_are_cases",
    "find_files",
    "load_raw",
    "open_clients",
    "read_columns_decision",
    "read_table",
]
