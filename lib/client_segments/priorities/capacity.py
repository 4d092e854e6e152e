"""Capacity: how many clients a segment has, in the data and in the whole population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments.attributes import MISSING_CODE, Coder
from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _, counted, format_count, format_date, format_percent
from client_segments.priorities.contracts import CAPACITY
from client_segments.reading import RawTable
from client_segments.statistics import rake

ROUNDING_COUNT = 5
ROUNDING_SHARE = 0.001
"""Own: totals of official tables that differ by no more than this differ by rounding."""
_WHOLE = "_whole"  # the only category of a margin that gives the total alone


@dataclass(frozen=True)
class Population:
    """Official counts: margins over codes of attributes, and where they come from."""

    margins: tuple[pd.Series, ...]
    source: str


def read_population(
    raw: RawTable, coders: Sequence[Coder], file: str
) -> tuple[Population | None, Findings]:
    """Turn the raw table `population` into margins; None if no row can be used.

    Rows with the same set of filled attributes are one margin. Of several dates in a margin the
    latest counts. A row with a value that clients do not have is left out, with a finding.
    """
    findings = Findings()
    codes = pd.DataFrame(index=raw.frame.index)
    filled = pd.DataFrame(index=raw.frame.index)
    for coder in coders:
        column = coder.attribute.find_column(raw.attribute_columns)
        if column is None:
            continue
        name = coder.attribute.code
        codes[name], unknown = coder.encode(raw.frame[column])
        filled[name] = raw.frame[column].notna()
        for text in unknown:
            message = _("значения нет среди значений признака «{name}»: строка не учтена.")
            findings.add(
                Finding(
                    Severity.WARNING, "population_value",
                    message.format(name=coder.attribute.name),
                    _("назовите значение так же, как в перечне признаков."),
                    file=file, header=column, found=text, clause="6",
                )
            )  # fmt: skip
    keys = codes.assign(as_of_date=raw.frame["as_of_date"])
    findings.extend(_foreign_columns(raw, coders, keys, file))
    usable = ~(filled & (codes == MISSING_CODE)).any(axis=1)
    sets = pd.Series([tuple(filled.columns[row]) for row in filled.to_numpy(bool)], codes.index)
    margins = [
        _margin(raw.frame.loc[rows.index], codes.loc[rows.index], names, findings, file)
        for names, rows in sets[usable].groupby(sets[usable], sort=True)
    ]
    if not margins:
        return None, findings
    return Population(_scaled(margins, findings, file), _source(raw.frame[usable])), findings


def _foreign_columns(
    raw: RawTable, coders: Sequence[Coder], keys: pd.DataFrame, file: str
) -> list[Finding]:
    """Refuse to add up rows that differ by a column that is no attribute: years, regions."""
    known = {coder.attribute.find_column(raw.attribute_columns) for coder in coders}
    foreign = [column for column in raw.attribute_columns if column not in known]
    if not keys.duplicated().any():
        return []
    message = _("столбца нет среди признаков, а строки отличаются только им: складывать ли их?")
    remedy = _(
        "добавьте признак в перечень, назовите столбец с датой «На дату» или, если строки надо "
        "сложить, впишите столбец в ignore в decisions/columns.yml."
    )
    return [
        Finding(
            Severity.ERROR, "population_column", message, remedy, file=file, header=column,
            clause="6",
        )
        for column in foreign
        if raw.frame[column].nunique() > 1
    ]  # fmt: skip


def _margin(
    frame: pd.DataFrame, codes: pd.DataFrame, names: tuple[str, ...], findings: Findings, file: str
) -> pd.Series:
    dates = frame["as_of_date"]
    if dates.nunique() > 1:
        message = _("в одном распределении несколько дат: учтена последняя – {date}.")
        findings.add(
            Finding(
                Severity.NOTE, "population_dates", message.format(date=format_date(dates.max())),
                _("оставьте строки на одну дату."), file=file, clause="6",
            )
        )  # fmt: skip
        frame = frame[dates == dates.max()]
    keys = codes.loc[frame.index].assign(**{_WHOLE: 0})
    by = list(names) or [_WHOLE]
    return frame["people_count"].astype("float64").groupby([keys[name] for name in by]).sum()


def _scaled(margins: list[pd.Series], findings: Findings, file: str) -> tuple[pd.Series, ...]:
    """Bring margins to the total of the most detailed one; say by how much they differ."""
    totals = [margin.sum() for margin in margins]
    total = totals[int(np.argmax([len(margin) for margin in margins]))]
    gap = max(abs(other - total) for other in totals)
    if gap:
        is_rounding = gap <= max(ROUNDING_COUNT, ROUNDING_SHARE * total)
        message = _("итоги распределений численности расходятся на {gap}; взят итог {total}.")
        findings.add(
            Finding(
                Severity.NOTE if is_rounding else Severity.WARNING, "population_totals",
                message.format(gap=format_count(gap), total=format_count(total)),
                _("расхождение похоже на округление.") if is_rounding
                else _("проверьте, что все распределения – об одном населении и на одну дату."),
                file=file, clause="6",
            )
        )  # fmt: skip
    return tuple(
        margin * (total / own) if own > 0 else margin
        for margin, own in zip(margins, totals, strict=True)
    )


def _source(frame: pd.DataFrame) -> str:
    sources = sorted(frame["source"].dropna().unique())
    dates = [format_date(day) for day in sorted(frame["as_of_date"].dropna().unique())]
    dates = [_("на {date}").format(date=date) for date in dates]
    return "; ".join([*sources, *dates])


def capacity_table(
    clients: pd.DataFrame, segment_codes: Sequence[str], population: Population | None
) -> tuple[pd.DataFrame, Findings]:
    """Return table `capacity`, and what is to be said of the estimate.

    Parameters
    ----------
    clients
        One row is one client row: segment_code, clients_count, weight, and codes of attributes.
    segment_codes
        Segments in their order, with the rest.
    population
        Margins to which the clients are raked; None where there is no official count.
    """
    counts = clients.groupby("segment_code")["clients_count"].sum()
    table = pd.DataFrame({"segment_code": list(segment_codes)})
    table["clients_count"] = table["segment_code"].map(counts).fillna(0).astype("int64")
    weighed = (clients["clients_count"] * clients["weight"]).astype("float64")
    findings = Findings()
    estimate = pd.Series(np.nan, index=list(segment_codes))
    is_exact, source = False, None
    method = _("численности нет: только клиенты в данных")
    if population is not None:
        estimate, is_exact = _raked(clients.assign(weighed=weighed), population, findings)
        method = _("клиенты приведены к официальной численности")
        source = population.source or None
    elif (clients["weight"] != 1).any():
        estimate = weighed.groupby(clients["segment_code"]).sum()
        method = _("сумма весов выборочного обследования")
    people = estimate.reindex(list(segment_codes)).round().to_numpy()
    if not estimate.isna().all():
        # A segment of clients that could not be raked is of unknown size, not of none.
        people = np.where(np.isnan(people) & (table["clients_count"] == 0), 0.0, people)
    bounds = people if is_exact else np.nan
    table = table.assign(
        population_count=people, population_low_count=bounds, population_high_count=bounds,
        method=method, source=source,
    )  # fmt: skip
    return CAPACITY.conform(table), findings


def _raked(
    clients: pd.DataFrame, population: Population, findings: Findings
) -> tuple[pd.Series, bool]:
    """Return people by segment, and whether one margin alone determines the segments."""
    names = sorted(
        {name for margin in population.margins for name in margin.index.names} - {_WHOLE}
    )
    known = (clients[names] != MISSING_CODE).all(axis=1)
    unknown_count = int(clients.loc[~known, "clients_count"].sum())
    if unknown_count:
        message = _(
            "{clients} без признаков, по которым дана численность: их доля взята по остальным."
        )
        words = counted(unknown_count, _("клиент"), _("клиента"), _("клиентов"))
        findings.add(
            Finding(Severity.NOTE, "population_unknown", message.format(clients=words), clause="6")
        )
    cells = clients[known].groupby([*names, "segment_code"], as_index=False)["weighed"].sum()
    cells = cells.rename(columns={"weighed": "weight"}).assign(**{_WHOLE: 0})
    result = rake(cells, population.margins)
    if result.unreachable:
        message = _(
            "среди клиентов нет людей с сочетаниями: {names}; эта численность не распределена."
        )
        findings.add(
            Finding(
                Severity.WARNING, "population_unreachable",
                message.format(names="; ".join(result.unreachable)),
                _("укрупните значения признака или проверьте таблицу клиентов."), clause="6",
            )
        )  # fmt: skip
    elif result.largest_error > ROUNDING_SHARE:
        message = _("распределения численности противоречат друг другу: расхождение до {share}.")
        findings.add(
            Finding(
                Severity.WARNING, "population_conflict",
                message.format(share=format_percent(100 * result.largest_error)),
                _("проверьте таблицу численности."), clause="6",
            )
        )  # fmt: skip
    people = result.weights.groupby(cells["segment_code"]).sum()
    is_exact = not unknown_count and any(
        _determines(margin, cells) for margin in population.margins
    )
    return people, is_exact


def _determines(margin: pd.Series, cells: pd.DataFrame) -> bool:
    """Tell whether every category of a margin lies in one segment."""
    return bool((cells.groupby(list(margin.index.names))["segment_code"].nunique() <= 1).all())
