"""The few plain SQL statements that every engine runs: levels, coding, grouping, joins.

Names of columns come from the table itself or from the list of attributes, and are quoted; no
value that a person typed ever stands in a statement: values go to the engine as small tables.
Codes are small integers, 0 is missing; several of them are packed into one integer key, and
everything joins on that key, because NULL = NULL is not true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from client_segments.findings import InputError
from client_segments.language import _

_KEY_LIMIT = 2**62
WEIGHT_UNIT = 2**32
"""Weights are summed as whole numbers of this part, so that the order of rows, threads and
engines makes no difference."""
VALUE_CODES = "client_segments_value_codes"
CODED = "client_segments_coded"
PLACED = "client_segments_placed"
PATTERNS = "client_segments_patterns"


@dataclass(frozen=True)
class Dialect:
    """What engines write differently: the sign around names, two types, a hash, byte order."""

    sign: str = '"'
    text: str = "TEXT"
    number: str = "DOUBLE PRECISION"
    fingerprint: str = "{}"
    ordered: str = "{}"
    has_approximate: bool = True

    def quoted(self, identifier: str) -> str:
        """Return an identifier as SQL writes it."""
        return self.sign + identifier.replace(self.sign, self.sign * 2) + self.sign

    def table(self, name: str) -> str:
        """Return the name of a table, «schema.table», as SQL writes it."""
        return ".".join(self.quoted(part) for part in name.split("."))

    def of_clients(self, column: str) -> str:
        """Return a column of the clients' table, which is `c` in every statement."""
        return f"c.{self.quoted(column)}"

    def as_text(self, column: str) -> str:
        return f"CAST({self.of_clients(column)} AS {self.text})"

    def as_number(self, column: str) -> str:
        return f"CAST({self.of_clients(column)} AS {self.number})"


def quoted(identifier: str) -> str:
    """Return an identifier as standard SQL writes it."""
    return Dialect().quoted(identifier)


@dataclass(frozen=True)
class CodedColumn:
    """How a column becomes codes.

    Attributes
    ----------
    code
        Code of the attribute.
    column
        Name of the column in the table.
    bounds
        Lower bounds of classes 2 … k where the column holds numbers.
    has_values
        Whether values of the column stand in the table of value codes.
    """

    code: str
    column: str
    bounds: tuple[float, ...] = ()
    has_values: bool = True


@dataclass(frozen=True)
class PlainColumns:
    """SQL of the columns that are not attributes: identifier, count, weight, place of the row."""

    client_id: str
    clients_count: str
    weight: str
    row_number: str


def levels(
    dialect: Dialect,
    relation: str,
    column: str,
    row_number: str | None,
    limit: int,
    condition: str = "1 = 1",
) -> str:
    """Return the statement that lists the values of a column with their rows."""
    text = dialect.as_text(column)
    first = f"MIN({row_number})" if row_number else "CAST(NULL AS BIGINT)"
    return (
        f"SELECT {text} AS value_text, COUNT(*) AS rows_count, {first} AS first_row "
        f"FROM {relation} AS c WHERE {condition} GROUP BY {text} LIMIT {limit + 1}"
    )


def plain_columns(dialect: Dialect, relation: str, plain: PlainColumns) -> str:
    """Return the statement that gives the columns of clients that are no attributes.

    Counts and weights that no column holds are 1, and left out.
    """
    selected = [f"{plain.client_id} AS client_id"]
    if plain.clients_count != "1":
        selected.append(f"CAST({plain.clients_count} AS BIGINT) AS clients_count")
    if plain.weight != "1":
        selected.append(f"CAST({plain.weight} AS {dialect.number}) AS weight")
    return f"SELECT {', '.join(selected)} FROM {relation} AS c"


def coded(
    dialect: Dialect, relation: str, plain: PlainColumns, columns: Mapping[int, CodedColumn]
) -> str:
    """Return the statement that gives every client the codes of the attributes.

    `columns` are by the number under which their values stand in the table of value codes.
    """
    selected = [
        f"{plain.row_number} AS row_number",
        f"{plain.client_id} AS client_id",
        f"CAST({plain.clients_count} AS BIGINT) AS clients_count",
        f"CAST({plain.weight} AS {dialect.number}) AS weight",
        f"{mass_units(plain.clients_count, plain.weight)} AS mass_units",
    ]
    joins = []
    for number, column in columns.items():
        parts = []
        if column.has_values:
            table = f"v{number}"
            joins.append(
                f"LEFT JOIN {VALUE_CODES} AS {table} ON {table}.attribute_number = {number} "
                f"AND {table}.value_text = {dialect.as_text(column.column)}"
            )
            parts.append(f"{table}.value_code")
        if column.bounds:
            parts.append(_class(dialect, column))
        selected.append(
            f"CAST(COALESCE({', '.join([*parts, '0'])}) AS SMALLINT) "
            f"AS {dialect.quoted(column.code)}"
        )
    return f"SELECT {', '.join(selected)} FROM {relation} AS c {' '.join(joins)}"


def _class(dialect: Dialect, column: CodedColumn) -> str:
    """Return the SQL of the class of a number; nothing and «not a number» are missing."""
    number = dialect.as_number(column.column)
    whens = "".join(
        f" WHEN {number} < {bound!r}E0 THEN {code}"
        if "e" not in repr(bound)
        else f" WHEN {number} < {bound!r} THEN {code}"
        for code, bound in enumerate(map(float, column.bounds), start=1)
    )
    missing = f"{number} IS NULL OR {number} = CAST('NaN' AS {dialect.number})"
    return f"CASE WHEN {missing} THEN 0{whens} ELSE {len(column.bounds) + 1} END"


def packed_key(dialect: Dialect, attributes: Sequence[str], levels_: Mapping[str, int]) -> str:
    """Return the SQL of the packed key of some attributes.

    Raises
    ------
    InputError
        If so many combinations do not fit an integer.
    """
    terms, stride = [], 1
    for attribute in attributes:
        terms.append(f"CAST({dialect.quoted(attribute)} AS BIGINT) * {stride}")
        stride *= levels_[attribute] + 1
    if stride >= _KEY_LIMIT:
        raise InputError(
            _(
                "У образующих признаков слишком много значений вместе: сократите их число, "
                "объединив значения (groups) или сделав часть признаков описательными."
            )
        )
    return " + ".join(terms) or "CAST(0 AS BIGINT)"


def mass_units(clients_count: str, weight: str) -> str:
    """Return the SQL of the count times the weight of a row as a whole number of units."""
    return f"CAST(FLOOR({clients_count} * {weight} * {WEIGHT_UNIT}.0 + 0.5) AS BIGINT)"


def sum_of(dialect: Dialect, units: str) -> str:
    """Return the SQL of a sum of whole units as a number."""
    return f"CAST(SUM({units}) AS {dialect.number}) / {WEIGHT_UNIT}"


def sums(dialect: Dialect) -> str:
    """Return the SQL of the sums of a group: clients, and counts times weights."""
    return (
        "CAST(SUM(clients_count) AS BIGINT) AS clients_count, "
        f"{sum_of(dialect, 'mass_units')} AS weight"
    )


def patterns(dialect: Dialect, attributes: Sequence[str], levels_: Mapping[str, int]) -> str:
    """Return the statement that counts clients by combination of codes, packed."""
    key = packed_key(dialect, attributes, levels_)
    return (
        f"SELECT {key} AS pattern_key, COUNT(*) AS rows_count, {sums(dialect)} "
        f"FROM {CODED} GROUP BY {key} ORDER BY pattern_key"
    )


def placed(dialect: Dialect, attributes: Sequence[str], levels_: Mapping[str, int]) -> str:
    """Return the statement that joins every client to its segment on the packed key."""
    return (
        f"SELECT c.*, p.segment_number, p.probability FROM {CODED} AS c JOIN {PATTERNS} AS p "
        f"ON {packed_key(dialect, attributes, levels_)} = p.pattern_key"
    )


def placed_patterns(dialect: Dialect, attributes: Sequence[str], levels_: Mapping[str, int]) -> str:
    """Return the statement that counts placed clients by combination of codes, unpacked.

    For the embedded engine, whose clients stand with the code of their segment.
    """
    key = packed_key(dialect, attributes, levels_)
    columns, stride = [], 1
    for attribute in attributes:
        size = levels_[attribute] + 1
        columns.append(
            f"CAST(pattern_key // {stride} % {size} AS SMALLINT) AS {dialect.quoted(attribute)}"
        )
        stride *= size
    return (
        f"SELECT {', '.join(['segment_code', 'clients_count', *columns])} FROM "
        f"(SELECT {key} AS pattern_key, CAST(MIN(segment_code) AS TEXT) AS segment_code, "
        f"CAST(SUM(clients_count) AS BIGINT) AS clients_count FROM {PLACED} GROUP BY {key}) "
        "ORDER BY pattern_key"
    )


def values(dialect: Dialect, table: str, attributes: Sequence[str], by: str = "") -> str:
    """Return the statement that counts clients by attribute and value, all in one pass.

    One row is one value of one attribute, within `by`; all other attributes are NULL in it.
    """
    names = [dialect.quoted(name) for name in attributes]
    first = f"{by}, " if by else ""
    sets = ", ".join(f"({first}{name})" for name in names)
    return (
        f"SELECT {first}{', '.join(names)}, {sums(dialect)} FROM {table} "
        f"GROUP BY GROUPING SETS ({sets})"
    )
