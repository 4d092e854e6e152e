"""The header of a table: which row it is, and which column is which."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from client_segments.contracts import TableContract
from client_segments.findings import Severity
from client_segments.labels import fold
from client_segments.language import _, quoted
from client_segments.raw_tables import CLIENTS
from client_segments.reading.grids import ASK, HEAD_ROWS, Grid, text_of
from client_segments.reading.mappings import ColumnMapping

_SIMILARITY = 0.85
"""Own: how alike an unknown header and one of ours are when a slip of the pen is likely."""

_DATA = re.compile(r"[\d .,:/+-]*\d[\d .,:/+-]*")
_BY_DECISION, _BY_STANDARD, _BY_NAME, _BY_ALIAS, _WITHOUT_UNIT = range(5)
_STANDARD_MARK = ":"  # «time:timestamp»: the name that the standard of event logs (XES) gives


@dataclass(frozen=True)
class Recogniser:
    """Knows the headers of one table: of its contract and of the decision on its columns."""

    contract: TableContract
    mapping: ColumnMapping
    keys: dict[str, tuple[int, str]] = field(init=False)

    def __post_init__(self) -> None:
        keys: dict[str, tuple[int, str]] = {}
        for name, header in self.mapping.columns.items():
            keys.setdefault(fold(header), (_BY_DECISION, name))
        for column in self.contract.columns:
            for label in (column.label, column.name, self.contract.labels()[column.name]):
                keys.setdefault(fold(label), (_BY_NAME, column.name))
        for header in self.mapping.ignore:
            keys.setdefault(fold(header), (_BY_DECISION, header))
        for column in self.contract.columns:
            for alias in column.aliases:
                sureness = _BY_STANDARD if _STANDARD_MARK in alias else _BY_ALIAS
                keys.setdefault(fold(alias), (sureness, column.name))
        object.__setattr__(self, "keys", keys)

    def recognise(self, header: str) -> tuple[int, str] | None:
        """Return how surely a header is known (0 is surest) and our name of the column."""
        known = self.keys.get(fold(header))
        if known is None and "," in header:  # what stands after the comma is the unit
            known = self.keys.get(fold(header.rsplit(",", 1)[0]))
            return known and (_WITHOUT_UNIT, known[1])
        return known

    def score_row(self, cells: Sequence[object]) -> tuple[int, int]:
        """Return how many columns a row names, and how many of its cells are filled."""
        texts = [text for cell in cells if (text := text_of(cell))]
        names = {known[1] for text in texts if (known := self.recognise(text))}
        return len(names), len(texts)

    def score(self, rows: Sequence[Sequence[object]]) -> tuple[int, int]:
        """Return the best score among the first rows."""
        return max((self.score_row(row) for row in rows[:HEAD_ROWS]), default=(0, 0))

    def header_row(self, rows: Sequence[Sequence[object]]) -> int:
        """Return the position of the header among the first rows of a table.

        It is the row that names most columns. A table whose headers are all of its own has
        its header in the first row that is more than half as full as the fullest.
        """
        scores = [self.score_row(row) for row in rows[:HEAD_ROWS]]
        best = max(scores)
        if best[0]:
            return scores.index(best)
        half = max(filled for _recognised, filled in scores) / 2
        return next(place for place, (_none, filled) in enumerate(scores) if filled > half)


@dataclass(frozen=True)
class Header:
    """The columns of a grid.

    Attributes
    ----------
    row
        Position of the header row in the grid.
    texts
        Text of the header by position of the column.
    columns, attributes
        Name in the contract, or text of the header, by position of each column that is read.
    names
        Our name of each column that is read, as decisions call it.
    also
        A further name in the contract by position: the decision gives one header to two columns
        (in a log where a case is a client, its number is both).
    """

    row: int
    texts: dict[int, str]
    columns: dict[int, str]
    attributes: dict[int, str]
    names: dict[int, str]
    also: dict[int, str]


def read_header(grid: Grid, recogniser: Recogniser) -> Header:
    """Find the header of a grid and say which column is which; problems go to its findings."""
    contract, mapping = recogniser.contract, recogniser.mapping
    row = recogniser.header_row(
        [grid.row(place) for place in range(min(HEAD_ROWS, grid.rows_count))]
    )
    texts = {
        place: " ".join(text.split())
        for place, cell in enumerate(grid.row(row))
        if (text := text_of(cell))
    }
    ignored = {fold(header) for header in mapping.ignore}
    used = _without_duplicates(
        grid, row, {place: text for place, text in texts.items() if fold(text) not in ignored}
    )
    columns, surplus = _contract_columns(grid, row, used, recogniser)
    attributes = _attributes(
        grid, row, {place: text for place, text in used.items() if place not in surplus}, columns,
        recogniser,
    )  # fmt: skip
    decided = {fold(header): name for name, header in mapping.columns.items()}
    names = columns | {place: decided.get(fold(text), text) for place, text in attributes.items()}
    # a header of theirs may be the name of a column of ours that it is not
    attributes = {
        place: names[place] if text in contract.column_names else text
        for place, text in attributes.items()
    }
    by_text = {fold(text): place for place, text in used.items()}
    also = {
        by_text[fold(text)]: name
        for name, text in mapping.columns.items()
        if name in contract.column_names
        and name not in columns.values()
        and columns.get(by_text.get(fold(text))) in mapping.columns
    }
    header = Header(row, texts, columns, attributes, names, also)
    _report_missing(grid, header, recogniser)
    return header


def _without_duplicates(grid: Grid, row: int, texts: dict[int, str]) -> dict[int, str]:
    first: dict[str, int] = {}
    used = {}
    for place, text in texts.items():
        if fold(text) in first:
            message = _("такой заголовок встречается дважды: второй столбец не прочитан.")
            other = grid.place(row, first[fold(text)])
            finding = grid.finding(
                Severity.ERROR, "duplicate_header", message, ASK, row, place, text,
                found=text, expected=_("один столбец, первый – {place}").format(place=other),
            )  # fmt: skip
            grid.findings.add(finding)
        else:
            first[fold(text)] = place
            used[place] = text
    return used


def _contract_columns(
    grid: Grid, row: int, texts: dict[int, str], recogniser: Recogniser
) -> tuple[dict[int, str], set[int]]:
    """Give each column of the contract its surest header; return also the surplus ones.

    A surplus header is told and not read: an error where both are as sure.
    """
    claims: dict[str, list[tuple[int, int]]] = {}
    for place, text in texts.items():
        known = recogniser.recognise(text)
        if known and known[1] in recogniser.contract.column_names:
            claims.setdefault(known[1], []).append((known[0], place))
    columns, surplus = {}, set()
    for name, claimants in claims.items():
        claimants.sort()
        surest, place = claimants[0]
        columns[place] = name
        for sureness, other in claimants[1:]:
            surplus.add(other)
            is_tie = sureness == surest
            message = _(
                "два заголовка подходят столбцу «{label}»: прочитан «{header}», этот – нет."
            )
            message = message.format(
                label=recogniser.contract.column(name).label, header=texts[place]
            )
            remedy = _("укажите нужный в decisions/columns.yml (columns), лишний – в ignore.")
            finding = grid.finding(
                Severity.ERROR if is_tie else Severity.WARNING, "two_headers", message, remedy,
                row, other, texts[other], found=texts[other],
            )  # fmt: skip
            grid.findings.add(finding)
    return columns, surplus


def _attributes(
    grid: Grid, row: int, texts: dict[int, str], columns: dict[int, str], recogniser: Recogniser
) -> dict[int, str]:
    """Return the headers that are attributes of clients, and tell of doubtful ones."""
    contract = recogniser.contract
    rest = {place: text for place, text in texts.items() if place not in columns}
    if not contract.has_attribute_columns:
        for place, text in rest.items():
            message = _("столбец не прочитан: в этой таблице он не предусмотрен.")
            grid.findings.add(
                grid.finding(Severity.WARNING, "unknown_column", message, "", row, place, text)
            )
        return {}
    unread = {
        key: known[1]
        for key, known in recogniser.keys.items()
        if known[1] in contract.column_names and known[1] not in columns.values()
    }
    for place, text in rest.items():
        alike = difflib.get_close_matches(fold(text), unread, n=1, cutoff=_SIMILARITY)
        if alike and recogniser.recognise(text) is None:
            message = _(
                "заголовок похож на «{label}», но не совпадает: столбец прочитан как признак."
            )
            remedy = _("если это он, укажите заголовок в decisions/columns.yml (columns).")
            label = contract.column(unread[alike[0]]).label
            finding = grid.finding(
                Severity.WARNING, "similar_header", message.format(label=label), remedy,
                row, place, text, found=text, expected=f"«{label}»",
            )  # fmt: skip
            grid.findings.add(finding)
    _report_unrecognised(grid, row, rest, recogniser)
    return rest


def _report_unrecognised(
    grid: Grid, row: int, texts: dict[int, str], recogniser: Recogniser
) -> None:
    """Tell of a table none of whose headers is ours: the header may not be one.

    A header that is met as a value below itself is none: the file has no header at all. A table
    other than the clients' says nothing without a single column of ours.
    """
    if recogniser.score_row(grid.row(row))[0]:
        return
    repeated = [
        place
        for place in texts
        if np.count_nonzero(grid.columns[place].codes == grid.columns[place].codes[row]) > 1
    ]
    if repeated:
        message = _("в файле нет строки заголовков: первая строка – данные.")
        remedy = _("попросите отправителя прислать файл с заголовками столбцов.")
        grid.findings.add(
            grid.finding(
                Severity.ERROR, "header_missing", message, remedy, row, repeated[0],
                found=texts[repeated[0]], expected=_("название столбца"),
            )
        )  # fmt: skip
        return
    looks_like_data = [place for place, text in texts.items() if _DATA.fullmatch(text)]
    if looks_like_data:
        place = looks_like_data[0]
        message = _("строка, принятая за заголовок, похожа на данные.")
        remedy = _("если заголовков в файле нет, {ask}").format(ask=ASK)
        is_clients = recogniser.contract.name == CLIENTS.name
        finding = grid.finding(
            Severity.WARNING if is_clients else Severity.ERROR, "header_is_data", message, remedy,
            row, place, found=texts[place],
        )  # fmt: skip
        grid.findings.add(finding)
    elif recogniser.contract.name != CLIENTS.name:
        message = _("ни один заголовок не узнан: все столбцы прочитаны как признаки.")
        remedy = _("укажите заголовки в decisions/columns.yml (columns).")
        listed = ", ".join(quoted(texts.values()))
        finding = grid.finding(
            Severity.ERROR, "no_known_header", message, remedy, row, found=listed
        )
        grid.findings.add(finding)


def _report_missing(grid: Grid, header: Header, recogniser: Recogniser) -> None:
    contract, mapping = recogniser.contract, recogniser.mapping
    present = {fold(text) for text in header.texts.values()}
    read = set(header.columns.values())
    listed = ", ".join(quoted(header.texts.values()))
    for name, text in mapping.columns.items():
        if fold(text) in present:
            continue
        is_read = name in read
        message = _("нет столбца «{header}», указанного в decisions/columns.yml для {name}.")
        remedy = _("исправьте заголовок в decisions/columns.yml или {sender}").format(sender=ASK)
        finding = grid.finding(
            Severity.WARNING if is_read else Severity.ERROR, "mapped_header_missing",
            message.format(header=text, name=name), remedy, header.row, found=listed,
            expected=f"«{text}»",
        )  # fmt: skip
        grid.findings.add(finding)
    for column in contract.columns:
        if column.required and column.name not in read and column.name not in mapping.columns:
            message = _("нет обязательного столбца «{label}».").format(label=column.label)
            remedy = _("укажите его заголовок в decisions/columns.yml или {sender}")
            known = [column.label, column.name, *column.aliases]
            finding = grid.finding(
                Severity.ERROR, "missing_column", message, remedy.format(sender=ASK),
                header.row, found=listed, expected=", ".join(quoted(known)),
                clause=column.clause,
            )  # fmt: skip
            grid.findings.add(finding)
