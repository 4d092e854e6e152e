"""The clients' table in an engine: identifier, count and weight, and that a row is a client once."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa

from client_segments.contracts import Kind
from client_segments.engine import SMALL_ROWS, PlainColumns
from client_segments.findings import Severity
from client_segments.language import _
from client_segments.raw_tables import CLIENTS
from client_segments.reading.cells import DISTINCT_SHOWN, Wording
from client_segments.reading.engine_levels import is_number, is_text
from client_segments.reading.engine_table import EngineTable
from client_segments.reading.grids import ASK

_REPEATED = "client_segments_repeated"
_WANTED = "client_segments_wanted_ids"
_EXACT_INTEGER = 2**53


@dataclass
class EngineClients(EngineTable):
    """The clients' table in an engine, read but not coded; see `EngineTable`."""

    rows_count: int = 0
    plain: PlainColumns = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._read_plain()

    def identifiers(self, wanted: pd.Series) -> pd.Series:
        """Return the identifiers of the table; of very many, only those that are wanted."""
        sql = f"SELECT {self.plain.client_id} AS client_id FROM {self.relation} AS c"
        if self.rows_count > SMALL_ROWS:
            ids = pa.table({"wanted_id": pa.array(wanted.dropna().unique(), pa.string())})
            self.adapter.upload(_WANTED, ids)
            sql += f" JOIN {_WANTED} AS w ON w.wanted_id = {self.plain.client_id}"
        return self.adapter.table(sql)["client_id"].to_pandas().astype("str")

    def _read_plain(self) -> None:
        """Read the columns of the contract, and check that a row is a client, once."""
        count = self._number_sql("clients_count", "1")
        weight = self._number_sql("weight", "1")
        client_id = self._identifier_sql()
        self.plain = PlainColumns(
            client_id, count, weight, self.adapter.row_number or "CAST(NULL AS BIGINT)"
        )
        counts = self._summary(count, weight)
        if not counts["rows_count"]:
            self._tell("no_rows", _("под заголовком нет ни одной строки."), ASK)
            return
        self.rows_count = counts["rows_count"]
        self._refuse_nobody(counts)
        if "clients_count" in self._ours and counts["counts_known"]:
            return
        if "client_id" not in self._ours:
            message = _(
                "нет столбцов «Идентификатор клиента» и «Число клиентов»: каждая строка – один клиент."
            )
            self._tell("row_is_client", message, "", Severity.NOTE)
            return
        self._check_identifiers(client_id)

    def _summary(self, count: str, weight: str) -> dict:
        known = "COUNT(*)"
        if "clients_count" in self._ours:
            column = self._names[self._ours["clients_count"]]
            known = f"COUNT({self.adapter.dialect.of_clients(column)})"
        return self.adapter.table(
            f"SELECT COUNT(*) AS rows_count, {known} AS counts_known, "
            f"MAX({count}) AS counts_largest, MAX({weight}) AS weights_largest FROM {self.relation} AS c"
        ).to_pylist()[0]

    def _refuse_nobody(self, counts: dict) -> None:
        remedy = _(
            "попросите отправителя прислать исправленный файл или впишите столбец в ignore в "
            "decisions/columns.yml."
        )
        for name, largest, message in (
            ("clients_count", counts["counts_largest"], _("в столбце одни нули: в таблице нет ни одного клиента.")),
            ("weight", counts["weights_largest"], _("в столбце одни нули: ни одна строка ничего не весит.")),
        ):  # fmt: skip
            if largest == 0:
                self._tell("nobody", message, remedy, header=CLIENTS.column(name).label, found="0")

    def _number_sql(self, name: str, default: str) -> str:
        """Return the SQL of a column of counts or weights; an empty cell counts as 1."""
        if name not in self._ours:
            return default
        dialect, place = self.adapter.dialect, self._ours[name]
        column, contract = self._names[place], CLIENTS.column(name)
        wording = self._wording(place)
        is_plain = is_number(self._types[column]) and not (wording.codes or wording.no_answer)
        number = dialect.as_number(column)
        fine = f"{number} >= 0 AND {number} <= {_EXACT_INTEGER}"
        if contract.kind is Kind.INTEGER:
            fine += f" AND {number} = FLOOR({number})"
        condition = f"NOT ({fine})" if is_plain else "1 = 1"
        found = self._read_levels(column, condition)
        parsed = self._reader(place, contract).read_distinct(
            found.values, found.first_rows, found.counts
        )
        if not found.is_whole:
            self.refuse_many(self.header.texts[place])
        if not found.keys:
            return f"COALESCE({number}, 1)" if is_plain else default
        numbers = [None if value is None else float(value) for value in parsed]
        rest = number if is_plain else f"CAST(NULL AS {dialect.number})"
        read = self._special(name, column, found.keys, pa.array(numbers, pa.float64()), rest)
        return f"COALESCE({read}, 1)"

    def _identifier_sql(self) -> str:
        """Return the SQL of the identifier: text as it stands; doubtful ones are read one by one."""
        dialect = self.adapter.dialect
        if "client_id" not in self._ours:
            return f"CAST(NULL AS {dialect.text})"
        place = self._ours["client_id"]
        column = self._names[place]
        text = dialect.as_text(column)
        relation = self._identifiers(column)
        doubtful = self._doubtful(column, self._wording(place))
        found = self._read_levels(column, doubtful, relation=relation)
        if not found.keys or not found.is_whole:
            return text
        parsed = self._reader(place, CLIENTS.column("client_id")).read_distinct(
            found.values, found.first_rows, found.counts
        )
        if [str(value) for value in parsed] == found.keys:
            return text
        return self._special("client_id", column, found.keys, pa.array(parsed, pa.string()), text)

    def _identifiers(self, column: str) -> str:
        """Return the SQL of the rows of a column of identifiers: held, if the engine is here."""
        if self.adapter.is_embedded and is_text(self._types[column]):
            return self.adapter.hold(column)
        return self.relation

    def _doubtful(self, column: str, wording: Wording) -> str:
        """Return the condition of identifiers that may not be ones: no digit, spaces, signs."""
        dialect = self.adapter.dialect
        text = dialect.as_text(column)
        if pa.types.is_integer(self._types[column]):
            # Words for no answer are the only doubt of a whole number.
            return "1 = 1" if wording.codes or wording.no_answer else "1 = 0"
        digits = " OR ".join(f"{text} LIKE '%{digit}%'" for digit in range(10))
        doubts = [
            f"NOT ({digits})",
            f"{text} LIKE ' %'",
            f"{text} LIKE '% '",
            f"{text} LIKE '%+%' AND ({text} LIKE '%E+%' OR {text} LIKE '%e+%')",
        ]
        if not is_text(self._types[column]):
            return "1 = 1"
        words = [*wording.codes, *wording.no_answer]
        if words:
            doubts.append(f"LENGTH({text}) <= {max(len(word) for word in words)}")
        return " OR ".join(doubts)

    def _check_identifiers(self, client_id: str) -> None:
        """Check that a row is a client: same rows count once, different ones are an error."""
        empty = self._one(f"SELECT COUNT(*) - COUNT({client_id}) AS n FROM {self.relation} AS c")
        header = self.header.texts[self._ours["client_id"]]
        if empty:
            message = _("не заполнен идентификатор клиента.")
            remedy = _("{ask} Если строки – группы клиентов, нужен столбец «Число клиентов».")
            self._tell("no_client_id", message, remedy.format(ask=ASK), header=header, count=empty)
        print_ = self.adapter.dialect.fingerprint.format(client_id)
        is_plain = self.relation == self.adapter.relation
        column = self._names[self._ours["client_id"]]
        rows = self._identifiers(column) if is_plain else self.relation
        known = f"FROM {rows} AS c WHERE {client_id} IS NOT NULL"
        if self.adapter.is_embedded:
            suspects = self.adapter.repeated(f"SELECT {print_} AS fingerprint {known}")
        else:
            suspects = self.adapter.table(
                f"SELECT {print_} AS fingerprint {known} GROUP BY {print_} HAVING COUNT(*) > 1"
            )
        if suspects.num_rows:
            self._settle_repeated(client_id, header, print_, suspects)

    def _settle_repeated(
        self, client_id: str, header: str, print_: str, suspects: pa.Table
    ) -> None:
        """Read rows of a client that are the same once; tell those that differ."""
        self.adapter.upload(_REPEATED, suspects)
        of_clients = self.adapter.dialect.of_clients
        columns = ", ".join(of_clients(self._names[place]) for place in self.header.names)
        repeated = (
            f"SELECT {columns}, {client_id} AS repeated_id FROM {self.relation} AS c "
            f"WHERE {print_} IN (SELECT fingerprint FROM {_REPEATED})"
        )
        surplus = self.adapter.table(
            f"SELECT repeated_id, COUNT(*) AS n FROM ({repeated}) AS r GROUP BY repeated_id "
            "HAVING COUNT(*) > 1"
        )
        different = self.adapter.table(
            f"SELECT repeated_id, COUNT(*) AS n FROM (SELECT DISTINCT * FROM ({repeated}) AS r) AS d "
            f"GROUP BY repeated_id HAVING COUNT(*) > 1"
        )
        total = sum(surplus["n"].to_pylist()) - surplus.num_rows
        conflicts = dict(
            sorted(
                zip(different["repeated_id"].to_pylist(), different["n"].to_pylist(), strict=True)
            )
        )
        conflicting = sum(conflicts.values()) - len(conflicts)
        if total > conflicting:
            message = _("строка клиента повторяется без отличий: лишние не учтены.")
            self._tell(
                "duplicate_rows", message, "", Severity.WARNING, header=header,
                count=total - conflicting,
            )  # fmt: skip
        message = _("один клиент описан в нескольких строках по-разному.")
        remedy = _("оставьте одну строку на клиента: {ask}").format(ask=ASK)
        for number, (name, count) in enumerate(conflicts.items()):
            found = name if number < DISTINCT_SHOWN else _("и другие значения")
            self._tell(
                "duplicate_clients", message, remedy, header=header, found=found, count=count - 1
            )
        columns += self._read_columns()
        number = self.adapter.row_number
        first = f", MIN({number}) AS {number.removeprefix('c.')}" if number else ""
        self.relation = f"(SELECT {columns}{first} FROM {self.relation} AS c GROUP BY {columns})"

    def _read_columns(self) -> str:
        """Return the SQL of the columns that `_special` has put beside those of the table."""
        return "".join(
            f", c.client_segments_{what}_{name}"
            for name in CLIENTS.column_names
            for what in ("key", "value")
            if f"client_segments_read_{name}" in self.relation
        )
