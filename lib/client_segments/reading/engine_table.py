"""A table read where it lies: every different value as strictly as a cell of a file.

The engine lists the different values of a column; each is read once, by the same rules, and
goes back to the engine as a small table. No row passes through here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from client_segments.contracts import Column
from client_segments.engine import Adapter, levels
from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _, format_count
from client_segments.raw_tables import CLIENTS
from client_segments.reading.cells import ColumnReader, Wording
from client_segments.reading.checks import Part
from client_segments.reading.engine_levels import (
    EngineGrid,
    Levels,
    is_number,
    is_text,
    value_of,
)
from client_segments.reading.grids import ASK, CellColumn
from client_segments.reading.headers import Header, Recogniser, read_header
from client_segments.reading.mappings import ColumnMapping
from client_segments.reading.rows import is_total
from client_segments.reading.tables import decided_wording, unknown_wordings

VALUES_LIMIT = 50_000
"""Own: different values of one column that are read one by one."""
_WORDS = "client_segments_words"
_TOTALS = "client_segments_totals"


@dataclass
class EngineTable:
    """A table in an engine: its header, and the different values of its columns.

    Parameters
    ----------
    adapter
        The engine, connected.
    mapping
        What people decided about the columns.
    file
        The table as findings show it.
    files
        Its files, if it is files.
    """

    adapter: Adapter
    mapping: ColumnMapping
    file: str
    files: tuple[Path, ...] = ()
    findings: Findings = field(default_factory=Findings)
    relation: str = ""
    _levels: dict[str, Levels] = field(default_factory=dict)
    _texts: dict[str, list] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.relation = self.adapter.relation
        self._types = {}
        names = []
        for item in self.adapter.schema():
            if pa.types.is_nested(item.type):
                message = _("столбец не прочитан: в ячейках не отдельные значения.")
                self._tell("nested_column", message, ASK, header=item.name, found=str(item.type))
                continue
            self._types[item.name] = item.type
            names.append(item.name)
        if not names:
            self._tell("empty_file", _("в таблице нет ни одного столбца."), ASK)
            self.findings.raise_errors()
        columns = [CellColumn(np.array([1], dtype=np.int32), [None, name]) for name in names]
        one = np.array([0], dtype=np.int64)
        self.grid = EngineGrid(self.file, "", columns, one, one[:0], False, self.findings)
        self.recogniser = Recogniser(CLIENTS, self.mapping)
        self.header: Header = read_header(self.grid, self.recogniser)
        part = Part(self.grid, self.header, one[:0], None)
        self.findings.extend(unknown_wordings(self.recogniser, [part]))
        self._names = dict(enumerate(names))
        self._ours = {name: place for place, name in self.header.columns.items()}
        self._ours |= {name: place for place, name in self.header.also.items()}

    def _tell(
        self, rule: str, message: str, remedy: str, severity: Severity = Severity.ERROR, **details
    ) -> None:
        self.findings.add(Finding(severity, rule, message, remedy, file=self.file, **details))

    @property
    def attribute_columns(self) -> tuple[str, ...]:
        """Headers of the columns that may be attributes."""
        return tuple(self.header.attributes.values())

    def column_name(self, header: str) -> str:
        """Return the name in the engine of a column that may be an attribute."""
        return self._names[self._place(header)]

    def is_readable(self, header: str, *, has_classes: bool) -> bool:
        """Tell whether a column can be coded: its values are few, or numbers to cut into classes."""
        holds_numbers = is_number(self._types[self.column_name(header)])
        return self.levels(header).is_whole or (has_classes and holds_numbers)

    def _place(self, header: str) -> int:
        return next(place for place, text in self.header.attributes.items() if text == header)

    def levels(self, header: str) -> Levels:
        """Return the different values of a column that may be an attribute."""
        if header not in self._levels:
            column = self.column_name(header)
            found = self._numbered_levels(column) or self._read_levels(column)
            if not found.is_whole and is_number(self._types[column]):
                found = self._declared_levels(header, column)
            self._levels[header] = found
        return self._levels[header]

    def _numbered_levels(self, column: str) -> Levels | None:
        """Return the different values of a column that the engine has numbered, in one pass for all.

        None where it has not: the values are too many, or the engine numbers nothing.
        """
        if not self.adapter.is_embedded:
            return None
        columns = [self._names[place] for place in self.header.attributes]
        numbered = self.adapter.numbered(columns).get(column)
        if numbered is None:
            return None
        order = sorted(range(len(numbered.texts)), key=numbered.texts.__getitem__)
        keys = [numbered.texts[place] for place in order]
        first = numbered.first_rows() if self.adapter.has_places else np.full(len(keys), -1)
        kind = self._types[column]
        return Levels(
            keys, [value_of(key, kind) for key in keys], numbered.counts[order],
            first[order] + 1, is_whole=True,
        )  # fmt: skip

    def _declared_levels(self, header: str, column: str) -> Levels:
        """Return of a column of very many numbers only those of which something is decided."""
        wording = self._wording(self._place(header))
        words = pa.array([*wording.codes, *wording.no_answer], pa.string())
        self.adapter.upload(_WORDS, pa.table({"word": words}))
        text = self.adapter.dialect.as_text(column)
        found = self._read_levels(column, f"{text} IN (SELECT word FROM {_WORDS})")
        return replace(found, is_whole=False)

    def texts(self, header: str) -> list[str | None]:
        """Return the text of each of the levels of a column, None where it is no answer."""
        if header not in self._texts:
            found = self.levels(header)
            reader = self._reader(self._place(header), None)
            self._texts[header] = reader.read_distinct(found.values, found.first_rows, found.counts)
            self._refuse_totals(header, found)
        return self._texts[header]

    def value_counts(self, header: str) -> dict[str, int]:
        """Count the rows by the text of a column; empty cells are left out."""
        counts: dict[str, int] = {}
        for text, count in zip(self.texts(header), self.levels(header).counts, strict=True):
            if text is not None:
                counts[text] = counts.get(text, 0) + int(count)
        return dict(sorted(counts.items()))

    def _reader(self, place: int, column: Column | None) -> ColumnReader:
        return ColumnReader(
            self.grid, place, self.header.texts[place], column, self._wording(place)
        )

    def _wording(self, place: int) -> Wording:
        return decided_wording(self.mapping, self.header.names[place], self.header.texts[place])

    def _read_levels(
        self,
        column: str,
        condition: str = "1 = 1",
        limit: int = VALUES_LIMIT,
        relation: str = "",
    ) -> Levels:
        number = self.adapter.row_number if self.adapter.has_places else None
        rows = relation or self.relation
        sql = levels(self.adapter.dialect, rows, column, number, limit, condition)
        rows = self.adapter.table(sql).to_pylist()
        rows = sorted(
            (row for row in rows if row["value_text"] is not None),
            key=lambda row: row["value_text"],
        )
        kind = self._types[column]
        return Levels(
            [row["value_text"] for row in rows],
            [value_of(row["value_text"], kind) for row in rows],
            np.array([row["rows_count"] for row in rows], dtype=np.int64),
            np.array([-1 if row["first_row"] is None else row["first_row"] for row in rows], dtype=np.int64) + 1,
            len(rows) <= limit,
        )  # fmt: skip

    def _refuse_totals(self, header: str, found: Levels) -> None:
        """Stop at rows of totals: in a file of cells they are left out, here nobody sees them."""
        place = self._place(header)
        dialect = self.adapter.dialect
        totals = [key for key in found.keys if is_total(key)]
        if not totals or not is_text(self._types[self._names[place]]):
            return
        self.adapter.upload(_TOTALS, pa.table({"total_text": pa.array(totals, pa.string())}))
        before = [self._names[other] for other in self.header.names if other < place]
        empty = "".join(f" AND {dialect.of_clients(column)} IS NULL" for column in before)
        count = self._one(
            f"SELECT COUNT(*) AS n FROM {self.relation} AS c JOIN {_TOTALS} AS t "
            f"ON t.total_text = {dialect.as_text(self._names[place])} WHERE 1 = 1{empty}"
        )
        if count:
            message = _("в таблице есть строка итогов.")
            remedy = _("попросите отправителя убрать её: в таблице должны быть только клиенты.")
            self._tell("totals", message, remedy, header=header, found=totals[0], count=count)

    def _one(self, sql: str) -> int:
        """Return the number that a statement counts as `n`."""
        return self.adapter.table(sql)["n"][0].as_py()

    def _special(self, name: str, column: str, keys: list[str], read: pa.Array, rest: str) -> str:
        """Give the engine what some values of a column were read as; return the SQL of the column.

        All other values are what `rest` says.
        """
        table, key, value = (f"client_segments_{what}_{name}" for what in ("read", "key", "value"))
        self.adapter.upload(table, pa.table({key: pa.array(keys, pa.string()), value: read}))
        self.relation = (
            f"(SELECT * FROM {self.relation} AS c LEFT JOIN {table} AS r "
            f"ON r.{key} = {self.adapter.dialect.as_text(column)})"
        )
        return f"CASE WHEN c.{key} IS NOT NULL THEN c.{value} ELSE {rest} END"

    def refuse_many(self, header: str) -> None:
        """Tell of a column whose values are too many to be read one by one."""
        message = _("в столбце слишком много разных значений: больше {limit}.")
        remedy = _("сгруппируйте значения до выгрузки или не берите этот столбец.")
        limit = format_count(VALUES_LIMIT)
        self._tell("too_many_values", message.format(limit=limit), remedy, header=header)

    def close(self) -> None:
        self.adapter.close()
