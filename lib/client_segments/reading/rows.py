"""Which rows of a sheet are data: totals, ragged rows and stray cells are told."""

from __future__ import annotations

import re

import numpy as np

from client_segments.findings import Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.reading.grids import ASK, Grid, text_of
from client_segments.reading.headers import Header

_TOTAL = re.compile(r"(итого|всего)( по .*)?[:.]?")
_TOTAL_LENGTH = 60
_NOTE_COLUMNS = 3
"""Own: columns of a table in which a row with one filled cell may be a note."""
_TOTAL_LETTERS = tuple("ИиВвBb")  # what a total may begin with; folding every text is slow


def is_total(text: str) -> bool:
    """Tell whether a text begins a row of totals."""
    return (
        text.startswith(_TOTAL_LETTERS)
        and len(text) < _TOTAL_LENGTH
        and _TOTAL.fullmatch(fold(text)) is not None
    )


def data_rows(grid: Grid, header: Header) -> np.ndarray:
    """Return the positions of rows with data; totals, ragged rows and stray cells are told."""
    rows = np.arange(header.row + 1, grid.rows_count)
    texts = [[text_of(value) for value in column.values] for column in grid.columns]
    filled = np.zeros((len(rows), len(grid.columns)), dtype=bool)
    may_be_total = np.zeros(len(rows), dtype=bool)
    for place, column in enumerate(grid.columns):
        codes = column.codes[rows]
        filled[:, place] = np.array([bool(text) for text in texts[place]])[codes]
        total = [is_total(text) for text in texts[place]]
        if any(total):
            may_be_total |= np.array(total)[codes]
    total_rows = np.zeros(len(rows), dtype=bool)
    for number in np.flatnonzero(may_be_total):
        place = int(np.argmax(filled[number]))
        text = texts[place][grid.columns[place].codes[rows[number]]]
        total_rows[number] = is_total(text)
        if total_rows[number]:
            message = _("строка итогов не прочитана.")
            remedy = _(
                "если это не итог, а значение признака, попросите отправителя назвать его иначе."
            )
            grid.findings.add(
                grid.finding(
                    Severity.WARNING, "totals", message, remedy, rows[number], place,
                    header.texts.get(place, ""), found=text,
                )
            )  # fmt: skip
    is_note = _notes_below(grid, header, rows, filled)
    kept = filled.any(axis=1) & ~total_rows & ~is_note
    _report_stray(grid, header, rows, filled & kept[:, None])
    _report_ragged(grid, header, rows[kept])
    return rows[kept]


def _notes_below(grid: Grid, header: Header, rows: np.ndarray, filled: np.ndarray) -> np.ndarray:
    """Return which rows are notes under the table: at its very end, words in one cell alone."""
    is_note = np.zeros(len(rows), dtype=bool)
    if len(header.texts) < _NOTE_COLUMNS:
        return is_note
    for number in range(len(rows) - 1, -1, -1):
        if not filled[number].any():
            continue
        place = int(np.argmax(filled[number]))
        column = grid.columns[place]
        text = text_of(column.values[column.codes[rows[number]]])
        if filled[number].sum() > 1 or " " not in text:
            break
        is_note[number] = True
        message = _("строка под таблицей похожа на примечание: она не прочитана.")
        remedy = _("если это строка данных, попросите отправителя заполнить её остальные столбцы.")
        grid.findings.add(
            grid.finding(
                Severity.WARNING, "note_below", message, remedy, rows[number], place,
                header.texts.get(place, ""), found=text,
            )
        )  # fmt: skip
    return is_note


def _report_stray(grid: Grid, header: Header, rows: np.ndarray, filled: np.ndarray) -> None:
    """Tell of filled cells in columns without a header."""
    for place in range(len(grid.columns)):
        stray = rows[filled[:, place]]
        is_ragged = len(grid.lengths) and place >= grid.lengths[header.row]
        if place in header.texts or not len(stray) or is_ragged:
            continue
        message = _("столбец без заголовка не прочитан.")
        remedy = _("попросите отправителя подписать столбец или удалить лишние ячейки.")
        column = grid.columns[place]
        grid.findings.add(
            grid.finding(
                Severity.WARNING, "no_header", message, remedy, stray[0], place,
                found=text_of(column.values[column.codes[stray[0]]]), count=len(stray),
            )
        )  # fmt: skip


def _report_ragged(grid: Grid, header: Header, rows: np.ndarray) -> None:
    if not len(grid.lengths):
        return
    expected = grid.lengths[header.row]
    lengths = grid.lengths[rows]
    for selected, severity, message in (
        (lengths > expected, Severity.ERROR,
         _("в строке больше полей, чем заголовков: значения могли сдвинуться.")),
        (lengths < expected, Severity.WARNING,
         _("в строке меньше полей, чем заголовков: недостающие прочитаны как пустые.")),
    ):  # fmt: skip
        ragged = rows[selected]
        if len(ragged):
            grid.findings.add(
                grid.finding(
                    severity, "ragged", message, ASK, ragged[0],
                    found=_("полей: {count}").format(count=grid.lengths[ragged[0]]),
                    expected=_("полей: {count}").format(count=expected), count=len(ragged),
                )
            )  # fmt: skip
