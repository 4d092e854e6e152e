"""Official counts of people: the raw table `population` turned into margins over attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments.attributes import MISSING_CODE, Coder
from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _, counted, format_count, format_date, format_number
from client_segments.priorities.raking import WHOLE
from client_segments.reading import RawTable

ROUNDING_COUNT = 5
ROUNDING_SHARE = 0.001
"""Own: totals of official tables that differ by no more than this differ by rounding."""


@dataclass(frozen=True)
class Population:
    """Official counts: margins over codes of attributes, where they come from, and their date."""

    margins: tuple[pd.Series, ...]
    source: str
    as_of_date: pd.Timestamp | None = None

    @property
    def total(self) -> float:
        return float(self.margins[0].sum()) if self.margins else 0.0

    def attributes(self) -> list[str]:
        """Return the codes of the attributes of the margins, in alphabetical order."""
        names = {name for margin in self.margins for name in margin.index.names}
        return sorted(names - {WHOLE})

    @property
    def is_joint(self) -> bool:
        """Whether a margin tells of two attributes together."""
        return any(len(margin.index.names) > 1 for margin in self.margins)


def rounding_of(total: float) -> float:
    """Return the difference that rounding explains in tables of so many people."""
    return max(ROUNDING_COUNT, ROUNDING_SHARE * total)


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
                    _("назовите значение так же, как в перечне признаков, или сопоставьте его "
                      "в decisions/columns.yml: population, codes."),
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
    if not any(margin.sum() > 0 for margin in margins):
        findings.add(
            Finding(
                Severity.WARNING, "population_nobody",
                _("ни одна строка численности не подошла: население не оценено."),
                _("проверьте значения признаков и столбец «Численность»."), file=file, clause="6",
            )
        )  # fmt: skip
        return None, findings
    margins = _scaled(_without_repeats(margins, findings, file), findings, file)
    dates = raw.frame.loc[usable, "as_of_date"].dropna()
    return (
        Population(margins, _source(raw.frame[usable]), dates.max() if len(dates) else None),
        findings,
    )


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
    keys = codes.loc[frame.index].assign(**{WHOLE: 0})
    by = list(names) or [WHOLE]
    return frame["people_count"].astype("float64").groupby([keys[name] for name in by]).sum()


def _without_repeats(margins: list[pd.Series], findings: Findings, file: str) -> list[pd.Series]:
    """Drop margins that a more detailed one contains; say where the two disagree."""
    kept = []
    for margin in margins:
        names = [name for name in margin.index.names if name != WHOLE]
        wider = [
            other
            for other in margins
            if other is not margin and set(names) < set(other.index.names)
        ]
        if not names or not wider:
            # The total alone is kept: it says how many people there are in all.
            kept.append(margin)
            continue
        sums = wider[0].groupby(level=names).sum()
        both = pd.concat([margin.rename("own"), sums.rename("wider")], axis=1)
        if not both.notna().all(axis=None):
            kept.append(margin)
            continue
        gaps = (both["own"] - both["wider"]).abs()
        if gaps.max() > 0:
            is_rounding = gaps.max() <= rounding_of(margin.sum())
            findings.add(_repeat_finding(names, float(gaps.max()), is_rounding, file))
    return kept


def _repeat_finding(names: list[str], gap: float, is_rounding: bool, file: str) -> Finding:
    people = counted(round(gap), _("человека"), _("человека"), _("человек"))
    message = _("распределение по признакам ({names}) расходится с более подробным на {gap}; "
                "взято подробное.")  # fmt: skip
    return Finding(
        Severity.NOTE if is_rounding else Severity.WARNING, "population_repeat",
        message.format(names=", ".join(names), gap=people),
        _("расхождение похоже на округление.") if is_rounding
        else _("проверьте, какое из двух распределений верно."),
        file=file, clause="6",
    )  # fmt: skip


def _scaled(margins: list[pd.Series], findings: Findings, file: str) -> tuple[pd.Series, ...]:
    """Bring margins to the total of the most detailed one; say by how much they differ."""
    totals = [float(margin.sum()) for margin in margins]
    total = totals[int(np.argmax([len(margin) for margin in margins]))]
    gap = max(abs(other - total) for other in totals)
    if gap:
        is_rounding = gap <= rounding_of(total)
        message = _("итоги распределений численности расходятся на {gap}; взят итог {total}.")
        findings.add(
            Finding(
                Severity.NOTE if is_rounding else Severity.WARNING, "population_totals",
                message.format(gap=format_count(gap), total=format_count(total)),
                _("расхождение похоже на округление: остальные распределения умножены на {factors}.")
                .format(factors=_factors(totals, total)) if is_rounding
                else _("проверьте, что все распределения – об одном населении и на одну дату."),
                file=file, clause="6",
            )
        )  # fmt: skip
    return tuple(
        margin * (total / own) if own > 0 else margin
        for margin, own in zip(margins, totals, strict=True)
    )


def _factors(totals: list[float], total: float) -> str:
    factors = sorted({total / own for own in totals if own > 0 and own != total})
    return "; ".join(format_number(factor, 6) for factor in factors)


def _source(frame: pd.DataFrame) -> str:
    sources = sorted(frame["source"].dropna().unique())
    dates = [format_date(day) for day in sorted(frame["as_of_date"].dropna().unique())]
    dates = [_("на {date}").format(date=date) for date in dates]
    return "; ".join([*sources, *dates])
