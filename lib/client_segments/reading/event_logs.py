"""Event logs of process mining tools: XES files, and the cases that a log is made of."""

from __future__ import annotations

import gzip
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.parsers import expat

import numpy as np
import pandas as pd
import pyarrow as pa

from client_segments import engine
from client_segments.contracts import TableContract
from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _, counted
from client_segments.reading.grids import ASK, MAX_COLUMNS, CellColumn, Grid

XES_ENDINGS = (".xes", ".xes.gz")
CASE_PREFIX = "case:"
"""How tools of process mining write a case's attribute in a table of events."""

BYTES_MAXIMUM = 8 * 2**30
"""Own: a log that unpacks to more than this is a mistake of the sender, or an attack."""

_CHUNK_BYTES = 2**20
_VALUES = frozenset(("string", "date", "int", "float", "boolean", "id"))
_FIRST_OF_CASE = "{'moment': event_time, 'row': row_number}"


class _RefusedLogError(Exception):
    """A log that is not read further; the text says, in Russian, what is wrong."""


@dataclass
class _Column:
    """Values of one attribute as they come: codes of the events that have it."""

    numbers: dict[str | None, int] = field(default_factory=lambda: {None: 0})
    codes: array = field(default_factory=lambda: array("i"))

    def put(self, row: int, value: str | None) -> None:
        """Give a row its value; rows before it that have none are empty."""
        self.codes.extend([0] * (row - len(self.codes)))
        self.codes.append(self.numbers.setdefault(value, len(self.numbers)))


class _XesParser:
    """Reads an XES log (IEEE 1849-2016) piece by piece; one event at a time is kept as objects.

    Attributes of traces get the prefix `case:`, as tables of events have them. Nested attributes,
    lists, classifiers and global defaults are passed over. A document type is refused: the format
    has none, and entities declared in it may grow without end or read files.
    """

    def __init__(self) -> None:
        self.columns: dict[str, _Column] = {}
        self.lines = array("q")
        self.empty_traces_count = 0
        self._open: list[str] = []
        self._trace: dict[str, str] = {}
        self._events: list[tuple[int, dict[str, str]]] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def feed(self, piece: bytes, is_last: bool) -> None:
        self._parser.Parse(piece, is_last)

    @staticmethod
    def _refuse_doctype(*_declared: object) -> None:
        raise _RefusedLogError(_("в файле есть описание типа документа (DOCTYPE): так устроены вредоносные файлы, он не прочитан."))  # fmt: skip

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        parent = self._open[-1] if self._open else ""
        if not self._open and name != "log":
            raise _RefusedLogError(_("это не журнал событий XES: внутри другой документ."))
        self._open.append(name)
        if name == "trace" and parent == "log":
            self._trace, self._events = {}, []
        elif name == "event" and parent in ("trace", "log"):
            self._events.append((self._parser.CurrentLineNumber, {}))
        elif name in _VALUES and "key" in attributes and "value" in attributes:
            key, value = attributes["key"], attributes["value"]
            if parent == "event":
                self._events[-1][1][key] = value
            elif parent == "trace":
                self._trace[CASE_PREFIX + key] = value

    def _end(self, name: str) -> None:
        self._open.pop()
        if name.rpartition(":")[2] == "trace" and self._open == ["log"]:
            self.empty_traces_count += not self._events
            self._flush()
        elif name.rpartition(":")[2] == "event" and self._open == ["log"]:
            self._trace = {}
            self._flush()

    def _flush(self) -> None:
        for line, attributes in self._events:
            row = len(self.lines)
            self.lines.append(line)
            for key, value in (self._trace | attributes).items():
                column = self.columns.get(key)
                if column is None:
                    column = self.columns[key] = self._new_column()
                column.put(row, value)
        self._events = []

    def _new_column(self) -> _Column:
        if len(self.columns) >= MAX_COLUMNS:
            raise _RefusedLogError(_("в журнале слишком много разных атрибутов."))
        return _Column()


def _pieces(path: Path) -> Iterator[bytes]:
    open_file = gzip.open if path.name.lower().endswith(".gz") else open
    total = 0
    with open_file(path, "rb") as file:
        while piece := file.read(_CHUNK_BYTES):
            total += len(piece)
            if total > BYTES_MAXIMUM:
                raise _RefusedLogError(_("журнал распаковывается в слишком большой файл."))
            yield piece


def read_xes_file(path: Path, file: str) -> tuple[Grid | None, Findings]:
    """Read an XES log into a grid: one row is one event, its number the line of the file.

    Columns are named as tools of process mining name them: `case:concept:name` is the number of
    the case, `concept:name` the activity, `time:timestamp` the time. Values stay text.
    """
    parser, findings = _XesParser(), Findings()
    try:
        for piece in _pieces(path):
            parser.feed(piece, False)
        parser.feed(b"", True)
    except _RefusedLogError as error:
        findings.add(Finding(Severity.ERROR, "xes", str(error), ASK, file))
        return None, findings
    except (expat.ExpatError, gzip.BadGzipFile, EOFError, OSError, zlib.error) as error:
        place = _("строка {number}").format(number=getattr(error, "lineno", 1))
        message = _("файл повреждён или это не журнал событий XES.")
        cell = place if isinstance(error, expat.ExpatError) else ""
        findings.add(Finding(Severity.ERROR, "xes", message, ASK, file, cell=cell))
        return None, findings
    if parser.empty_traces_count:
        cases = counted(parser.empty_traces_count, _("дело"), _("дела"), _("дел"))
        message = _("в журнале {cases} без единого события: они не учтены.").format(cases=cases)
        findings.add(Finding(Severity.NOTE, "empty_traces", message, "", file))
    return _grid(parser, file, findings), findings


def _grid(parser: _XesParser, file: str, findings: Findings) -> Grid | None:
    rows_count = len(parser.lines)
    if not rows_count:
        return None
    columns = []
    for name, column in parser.columns.items():
        codes = np.zeros(rows_count + 1, dtype=np.int32)
        codes[1 : len(column.codes) + 1] = column.codes
        codes[0] = len(column.numbers)
        columns.append(CellColumn(codes, [*column.numbers, name]))
    row_numbers = np.concatenate([[0], np.asarray(parser.lines)])
    return Grid(file, "", columns, row_numbers, np.array([], dtype=np.int64), False, findings)


def cases_of(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return the cases of a table of events: one row is one case, by its number.

    Parameters
    ----------
    frame
        One row is one event: case_id, event_time and `columns`.

    Returns
    -------
    DataFrame
        case_id and `columns`, each with the first value that an event of the case gives, in
        order of time, then of the file.
    """
    firsts = "".join(
        f", ARG_MIN({name}, {_FIRST_OF_CASE}) FILTER ({name} IS NOT NULL) AS {name}"
        for name in map(engine.quoted, columns)
    )
    known = frame[["case_id", "event_time", *columns]].dropna(subset=["case_id", "event_time"])
    table = pa.Table.from_pandas(
        known.assign(row_number=np.arange(len(known))), preserve_index=False
    )
    with engine.connect() as connection:
        connection.register("events", table)
        cases = connection.execute(
            f"SELECT case_id{firsts} FROM events GROUP BY case_id ORDER BY case_id"
        ).df()
    return cases.astype("str")


def clients_of(journey, contract: TableContract):
    """Return a log's cases as the table of clients, for a group that has no other.

    A client is who the events name, or, where they name nobody, the case itself. Of a log with
    attributes of cases (`case:…`) only these describe the client, of any other all its own columns.

    Parameters
    ----------
    journey : RawTable
        Raw table `journey`.
    contract
        Contract of the table of clients.

    Returns
    -------
    RawTable
        One row is one client; its finding says where the clients come from.
    """
    names = list(journey.attribute_columns)
    own = [name for name in names if name.startswith(CASE_PREFIX)] or names
    cases = cases_of(journey.frame, ["client_id", *own])
    is_named = cases["client_id"].notna().any()
    cases["client_id"] = cases["client_id"] if is_named else cases["case_id"]
    clients = cases.drop_duplicates("client_id").dropna(subset=["client_id"])[["client_id", *own]]
    for column in contract.columns:
        if column.name not in clients:
            clients[column.name] = pd.Series([None] * len(clients), dtype=column.kind.dtype)
    frame = clients[[*contract.column_names, *own]].reset_index(drop=True)
    message = _("таблицы клиентов нет: клиентом считается дело журнала событий.")
    if is_named:
        message = _("таблицы клиентов нет: клиенты взяты из журнала событий.")
    remedy = _("если дел у человека бывает несколько, положите в raw таблицу clients.")
    findings = Findings([Finding(Severity.NOTE, "clients_of_log", message, remedy)])
    return replace(
        journey, contract=contract, frame=frame, attribute_columns=tuple(own), findings=findings
    )
