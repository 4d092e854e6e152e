"""Strict reading of the tables that people send: nothing is guessed, nothing is silently wrong."""

from client_segments.reading.identifiers import check_identifiers
from client_segments.reading.mappings import ColumnMapping, read_columns_decision
from client_segments.reading.raw import check_raw, find_files, load_raw
from client_segments.reading.tables import RawTable, read_table

__all__ = [
    "ColumnMapping",
    "RawTable",
    "check_identifiers",
    "check_raw",
    "find_files",
    "load_raw",
    "read_columns_decision",
    "read_table",
]
