"""What the rows of a table say together: answers within their scale, one row a client."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _, format_number
from client_segments.reading.cells import DISTINCT_SHOWN
from client_segments.reading.grids import ASK, Grid, text_of
from client_segments.reading.headers import Header
from client_segments.scales import scale_of


@dataclass(frozen=True)
class Part:
    """One file of a table: `rows` are the positions of its rows in the grid."""

    grid: Grid
    header: Header
    rows: np.ndarray
    frame: pd.DataFrame

    def finding(
        self, severity: Severity, rule: str, message: str, remedy: str, row: int = 0,
        name: str = "", **details,
    ) -> Finding:  # fmt: skip
        """Return a finding about a row of the frame and a column by our name."""
        place = next(
            (place for place, column in self.header.columns.items() if column == name), None
        )
        return self.grid.finding(
            severity, rule, message, remedy, self.rows[row], place,
            self.header.texts.get(place, ""), **details,
        )  # fmt: skip


def check_scale(part: Part) -> Part:
    """Empty and tell answers outside the scale of their row: 9 may be «не знаю»."""
    frame = part.frame
    low, high = scale_of(frame)
    wrong_scale = np.flatnonzero(low >= high)
    if len(wrong_scale):
        message = _("наименьшая оценка шкалы не меньше наибольшей.")
        finding = part.finding(
            Severity.ERROR, "scale", message, ASK, wrong_scale[0], "scale_min",
            found=_scale(low, high, wrong_scale[0]), clause="2(10)", count=len(wrong_scale),
        )  # fmt: skip
        part.grid.findings.add(finding)
    for name in ("score", "expectation", "importance"):
        if name not in frame:
            continue
        values = frame[name]
        outside = np.flatnonzero((low < high) & ((values < low) | (values > high)))
        _report_outside(part, name, outside, low, high)
        frame = frame.assign(**{name: values.mask(frame.index.isin(outside))})
    return replace(part, frame=frame)


def _scale(low: pd.Series, high: pd.Series, row: int) -> str:
    limits = [format_number(value, 0 if float(value).is_integer() else 1) for value in
              (low.iloc[row], high.iloc[row])]  # fmt: skip
    return _("от {low} до {high}").format(low=limits[0], high=limits[1])


def _report_outside(
    part: Part, name: str, outside: np.ndarray, low: pd.Series, high: pd.Series
) -> None:
    message = _("оценка вне шкалы.")
    remedy = _(
        "объявите код в decisions/columns.yml (no_answer) или укажите шкалу: «Шкала от», «Шкала до»."
    )
    distinct: dict[float, list[int]] = {}
    for row in outside:
        distinct.setdefault(part.frame[name].iloc[row], []).append(row)
    for number, (value, rows) in enumerate(distinct.items()):
        is_rest = number >= DISTINCT_SHOWN
        finding = part.finding(
            Severity.ERROR, "outside_scale", message, remedy, rows[0], name,
            found=_("и другие значения") if is_rest else text_of(value),
            expected=_scale(low, high, rows[0]), clause="2(10)", count=len(rows),
        )  # fmt: skip
        part.grid.findings.add(finding)


def check_clients(
    frame: pd.DataFrame, parts: list[Part], origin: np.ndarray, findings: Findings
) -> pd.DataFrame:
    """Check that a row is a client, once: same rows are dropped, different ones are an error."""
    if not len(frame) or frame["clients_count"].notna().any():
        return frame
    has_id = [("client_id" in part.header.columns.values()) for part in parts]
    if not any(has_id):
        message = _(
            "нет столбцов «Идентификатор клиента» и «Число клиентов»: каждая строка – один клиент."
        )
        findings.add(Finding(Severity.NOTE, "row_is_client", message, file=parts[0].grid.file))
        return frame
    _report_without_id(frame, parts, origin, findings)
    known = frame["client_id"].notna()
    repeated = known & frame.duplicated(keep="first")
    _report_rows(
        np.flatnonzero(repeated), parts, origin, findings, Severity.WARNING, "duplicate_rows",
        _("строка клиента повторяется без отличий: лишние не учтены."), "",
    )  # fmt: skip
    frame, origin = frame[~repeated].reset_index(drop=True), origin[~repeated.to_numpy()]
    conflicting = frame["client_id"].notna() & frame.duplicated("client_id", keep="first")
    rows = np.flatnonzero(conflicting)
    for number, row in enumerate(rows[: DISTINCT_SHOWN + 1]):
        is_rest = number == DISTINCT_SHOWN
        _report_rows(
            rows[number:] if is_rest else rows[number : number + 1],
            parts, origin, findings, Severity.ERROR, "duplicate_clients",
            _("один клиент описан в нескольких строках по-разному."),
            _("оставьте одну строку на клиента: {ask}").format(ask=ASK),
            _("и другие значения") if is_rest else frame["client_id"].iloc[row],
        )  # fmt: skip
    return frame


def _report_without_id(
    frame: pd.DataFrame, parts: list[Part], origin: np.ndarray, findings: Findings
) -> None:
    empty = np.flatnonzero(frame["client_id"].isna())
    message = _("не заполнен идентификатор клиента.")
    remedy = _("{ask} Если строки – группы клиентов, нужен столбец «Число клиентов».").format(
        ask=ASK
    )
    _report_rows(empty, parts, origin, findings, Severity.ERROR, "no_client_id", message, remedy)


def _report_rows(
    rows: np.ndarray,
    parts: list[Part],
    origin: np.ndarray,
    findings: Findings,
    severity: Severity,
    rule: str,
    message: str,
    remedy: str,
    found: str = "",
) -> None:
    """Tell of some rows of the whole table, once for each file."""
    for number, part in enumerate(parts):
        own = rows[origin[rows, 0] == number]
        if len(own):
            row = int(origin[own[0], 1])
            findings.add(
                part.finding(
                    severity, rule, message, remedy, row, "client_id", found=found, count=len(own)
                )
            )
