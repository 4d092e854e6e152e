"""How many people of the whole population are in each segment: the estimate and its method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _, counted, format_count, format_percent
from client_segments.priorities.capacity_bounds import MarginBounds, SegmentRules, margin_bounds
from client_segments.priorities.capacity_population import (
    ROUNDING_SHARE,
    Population,
    rounding_of,
)
from client_segments.priorities.raking import (
    WHOLE,
    RakedPatterns,
    rake_patterns,
    sample_interval,
)

METHODS = {
    "none": _("численности нет: только клиенты в данных"),
    "weights": _("сумма весов выборочного обследования"),
    "exact": _("сумма официальных чисел: распределение само определяет сегменты"),
    "raked": _("клиенты приведены к официальной численности"),
    "independent": _("в предположении, что признаки независимы: их совместных чисел нет"),
}
"""How the population of segments was estimated."""

INTERVALS = {
    "exact": _("точно"),
    "sampling": _("95 %-й интервал"),
    "bounds": _("точные границы: сильнее их без совместных чисел сказать нельзя"),
    "none": None,
}
"""What the two bounds of an estimate are."""


@dataclass(frozen=True)
class Estimate:
    """Population of segments, by one method for all.

    Attributes
    ----------
    method
        Key of `METHODS`.
    people
        One row is one segment: `people`, `low`, `high` (NaN: not known), `interval` (key of
        `INTERVALS`), `bound_low` and `bound_high` (what the margins alone allow).
    raked
        The clients as they were raked; None where nothing was.
    discrepancy
        People by which the margins contradict each other at the least.
    """

    method: str
    people: pd.DataFrame
    raked: RakedPatterns | None = None
    discrepancy: float = 0.0


def estimate_population(
    patterns: pd.DataFrame,
    segment_codes: Sequence[str],
    population: Population | None,
    rules: SegmentRules | None = None,
    effective: float | None = None,
) -> tuple[Estimate, Findings]:
    """Estimate how many people of the whole population are in each segment.

    Parameters
    ----------
    patterns
        Clients by segment and codes of the attributes of the margins: segment_code,
        clients_count, weight (sum over clients).
    segment_codes
        Segments in their order, with the rest.
    population
        Official margins; None where there are none.
    rules
        The segments as rules; None where they are not rules (latent classes): then nothing is
        said of bounds.
    effective
        Kish's effective number of all clients, where they are a weighted sample.

    Notes
    -----
    With a joint margin (or one that matters) the patterns of clients are raked to the margins.
    With separate margins of several attributes of the rules nothing is known of how these go
    together: the attributes are taken as independent, and the bounds are the sharp ones.
    """
    findings = Findings()
    empty = pd.DataFrame(index=list(segment_codes), dtype="float64").assign(
        people=np.nan, low=np.nan, high=np.nan, interval="none", bound_low=np.nan, bound_high=np.nan
    )
    if population is None:
        return _from_weights(patterns, empty, effective), findings
    raked = rake_patterns(patterns, population.margins)
    _report_raking(raked, population, findings)
    bounds = None
    if rules is not None:
        bounds = margin_bounds(population.margins, rules, patterns)
        _report_discrepancy(bounds.discrepancy, population.total, findings)
    people = _with_bounds(empty, bounds)
    if _is_determined(raked, population, rules):
        people["people"] = raked.people_by("segment_code").reindex(people.index)
        people = _known_empty(people, patterns)
        people["low"] = people["high"] = people["people"]
        people["interval"] = np.where(people["people"].notna(), "exact", "none")
        return Estimate("exact", people, raked, _gap(bounds)), findings
    if _is_separate(population, rules) and bounds is not None and bounds.independent is not None:
        people["people"] = bounds.independent.reindex(people.index)
        people["low"], people["high"] = people["bound_low"], people["bound_high"]
        people["interval"] = np.where(people["low"].notna(), "bounds", "none")
        return Estimate("independent", people, raked, bounds.discrepancy), findings
    people["people"] = raked.people_by("segment_code").reindex(people.index)
    people = _known_empty(people, patterns)
    for code in people.index[people["people"].notna()]:
        inside = (raked.patterns["segment_code"] == code).to_numpy()
        if inside.any():
            people.loc[code, ["low", "high"]] = raked.interval(inside)
            people.loc[code, "interval"] = "sampling"
    return Estimate("raked", people, raked, _gap(bounds)), findings


def _gap(bounds: MarginBounds | None) -> float:
    return bounds.discrepancy if bounds is not None else 0.0


def _with_bounds(empty: pd.DataFrame, bounds: MarginBounds | None) -> pd.DataFrame:
    if bounds is None or bounds.low is None:
        return empty
    return empty.assign(
        bound_low=bounds.low.reindex(empty.index), bound_high=bounds.high.reindex(empty.index)
    )


def _known_empty(people: pd.DataFrame, patterns: pd.DataFrame) -> pd.DataFrame:
    """A segment without clients has nobody to rake; one whose clients cannot be raked is unknown."""
    counts = patterns.groupby("segment_code")["clients_count"].sum()
    has_clients = counts.reindex(people.index).fillna(0) > 0
    if people["people"].isna().all():
        return people
    return people.assign(people=people["people"].where(has_clients, people["people"].fillna(0.0)))


def _from_weights(patterns: pd.DataFrame, empty: pd.DataFrame, effective: float | None) -> Estimate:
    """Sum the weights of a sample; clients that all weigh 1 are no sample."""
    if effective is None:
        return Estimate("none", empty)
    sums = patterns.groupby("segment_code")["weight"].sum().reindex(empty.index).fillna(0.0)
    people = empty.assign(people=sums, interval="sampling")
    for code in people.index:
        people.loc[code, ["low", "high"]] = sample_interval(sums[code], sums.sum(), effective)
    return Estimate("weights", people)


def _is_determined(
    raked: RakedPatterns, population: Population, rules: SegmentRules | None
) -> bool:
    """Tell whether every category of a margin lies in one segment, by the rules or the clients."""
    for margin in population.margins:
        names = [name for name in margin.index.names if name != WHOLE]
        if not names:
            continue
        if rules is not None:
            cells = margin.index.to_frame(index=False)[names].astype("int64")
            sure, _possible = rules.membership(cells)
            if bool(sure.any(axis=1).all()):
                return True
        elif not raked.unknown_count:
            counts = raked.patterns.groupby(names)["segment_code"].nunique()
            if bool((counts <= 1).all()):
                return True
    return False


def _is_separate(population: Population, rules: SegmentRules | None) -> bool:
    """Tell whether several attributes of the rules are known, and none of them together."""
    if rules is None or population.is_joint:
        return False
    known = {name for margin in population.margins for name in margin.index.names}
    return len(known & rules.attributes()) > 1


# -------------------------------------------------------------------------------- findings


def _report_raking(raked: RakedPatterns, population: Population, findings: Findings) -> None:
    if raked.unknown_count:
        message = _(
            "{clients} без признаков, по которым дана численность: их доля взята по остальным."
        )
        words = counted(raked.unknown_count, _("клиент"), _("клиента"), _("клиентов"))
        findings.add(
            Finding(Severity.NOTE, "population_unknown", message.format(clients=words), clause="6")
        )
    if raked.unreachable:
        message = _(
            "среди клиентов нет людей с сочетаниями: {names}; эта численность не распределена."
        )
        findings.add(
            Finding(
                Severity.WARNING, "population_unreachable",
                message.format(names="; ".join(raked.unreachable)),
                _("укрупните значения признака или проверьте таблицу клиентов."), clause="6",
            )
        )  # fmt: skip
    elif raked.largest_error > ROUNDING_SHARE:
        message = _("распределения численности противоречат друг другу: расхождение до {share}.")
        findings.add(
            Finding(
                Severity.WARNING, "population_conflict",
                message.format(share=format_percent(100 * raked.largest_error)),
                _("проверьте таблицу численности."), clause="6",
            )
        )  # fmt: skip


def _report_discrepancy(gap: float, total: float, findings: Findings) -> None:
    """Tell by how many people margins contradict each other; a person or two is rounding."""
    if gap < 0.5:
        return
    is_rounding = gap <= rounding_of(total)
    people = counted(round(gap), _("человек"), _("человека"), _("человек"))
    message = _("ни одно население не подходит ко всем распределениям сразу: они расходятся не "
                "меньше чем на {people} из {total}.")  # fmt: skip
    findings.add(
        Finding(
            Severity.NOTE if is_rounding else Severity.WARNING,
            "population_rounding" if is_rounding else "population_impossible",
            message.format(people=people, total=format_count(total)),
            _("похоже на округление: границы посчитаны с этим допуском.") if is_rounding
            else _("проверьте, что распределения – об одном населении и на одну дату."),
            clause="6",
        )
    )  # fmt: skip
