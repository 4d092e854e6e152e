"""Capacity: how many clients a segment has, in the data and in the whole population."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from client_segments.attributes import Coder
from client_segments.findings import Findings
from client_segments.language import (
    _,
    counted,
    format_count,
    format_number,
    format_percent,
    sentence_list,
)
from client_segments.priorities.capacity_bounds import SegmentRules
from client_segments.priorities.capacity_estimate import (
    INTERVALS,
    METHODS,
    Estimate,
    estimate_population,
)
from client_segments.priorities.capacity_population import ROUNDING_SHARE, Population
from client_segments.priorities.contracts import CAPACITY, CAPACITY_MARGINS
from client_segments.steps import Check, Outcome

_ROUNDING = 1e-3  # what linear programming leaves undecided is no person
DESIGN_EFFECT_MAXIMUM = 2.0
"""Own: weights so unequal that half of the information is lost are named in the checks."""


def capacity_table(
    patterns: pd.DataFrame,
    segment_codes: Sequence[str],
    population: Population | None,
    rules: SegmentRules | None = None,
    effective: float | None = None,
    unit: str = "",
    previous: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, Estimate, Findings]:
    """Return table `capacity`, the estimate behind it, and what is to be said of it.

    Parameters
    ----------
    patterns, segment_codes, population, rules, effective
        See `estimate_population`.
    unit
        What is counted: people, organisations, employees.
    previous
        Last year, by segment_code: previous_clients_count, previous_population_count.
    """
    estimate, findings = estimate_population(patterns, segment_codes, population, rules, effective)
    counts = patterns.groupby("segment_code")["clients_count"].sum()
    table = pd.DataFrame({"segment_code": list(segment_codes)})
    table["clients_count"] = table["segment_code"].map(counts).fillna(0).astype("int64")
    people = estimate.people.reindex(list(segment_codes)).reset_index(drop=True)
    table = table.assign(
        population_count=people["people"].round(),
        population_low_count=np.floor(people["low"] + _ROUNDING).clip(
            upper=people["people"].round()
        ),
        population_high_count=np.ceil(people["high"] - _ROUNDING).clip(
            lower=people["people"].round()
        ),
        interval_kind=people["interval"].map(INTERVALS),
        bound_low_count=np.floor(people["bound_low"] + _ROUNDING),
        bound_high_count=np.ceil(people["bound_high"] - _ROUNDING),
        known_pct=_share(table["clients_count"], people["people"]),
        unit=unit or None,
        method=METHODS[estimate.method],
        source=(population.source or None) if population is not None else None,
        as_of_date=population.as_of_date if population is not None else pd.NaT,
    )
    return CAPACITY.conform(_with_previous(table, previous)), estimate, findings


def _share(clients: pd.Series, people: pd.Series) -> pd.Series:
    """Return which part of the people the authority knows; empty where there are more clients."""
    share = 100 * clients.astype("float64") / people.where(people > 0)
    return share.where(share <= 100)


def _with_previous(table: pd.DataFrame, previous: pd.DataFrame | None) -> pd.DataFrame:
    """Put last year's numbers and the change beside this year's; empty is «нет данных»."""
    names = ["previous_clients_count", "previous_population_count"]
    if previous is None:
        previous = pd.DataFrame(columns=["segment_code", *names])
    known = previous.set_index("segment_code").reindex(table["segment_code"])
    for name in names:
        table[name] = (
            pd.to_numeric(known[name]).astype("Float64").to_numpy("float64", na_value=np.nan)
        )
        now = table[name.removeprefix("previous_")].astype("float64")
        change = name.removeprefix("previous_").replace("_count", "_change_pct")
        table[change] = 100 * (now / table[name].where(table[name] > 0) - 1)
    return table


def margins_table(estimate: Estimate, coders: Sequence[Coder]) -> pd.DataFrame:
    """Return table `capacity_margins`: official and reached numbers, category by category."""
    if estimate.raked is None:
        return CAPACITY_MARGINS.empty()
    by_code = {coder.attribute.code: coder for coder in coders}
    frame = estimate.raked.margins
    rows = pd.DataFrame(
        {
            "margin": [_margin_name(names, by_code) for names in frame["names"]],
            "category": [
                _category_name(names, codes, by_code)
                for names, codes in zip(frame["names"], frame["codes"], strict=True)
            ],
            "people_count": frame["people_count"].round(),
            "raked_count": frame["raked_count"].round(),
            "clients_count": frame["clients_count"],
            "people_per_client": frame["raked_count"]
            / frame["clients_count"].where(frame["clients_count"] > 0),
        }
    )
    return CAPACITY_MARGINS.conform(rows)


def _margin_name(names: Sequence[str], coders: Mapping[str, Coder]) -> str:
    known = [coders[name].attribute.name for name in names if name in coders]
    return " × ".join(known) or _("всего")


def _category_name(names: Sequence[str], codes: Sequence[int], coders: Mapping[str, Coder]) -> str:
    known = [
        coders[name].names[code - 1]
        for name, code in zip(names, codes, strict=True)
        if name in coders
    ]
    return ", ".join(known) or _("всего")


def capacity_checks(estimate: Estimate) -> list[Check]:
    """Check that the raking met the margins, and at what cost."""
    raked = estimate.raked
    if raked is None:
        return []
    is_met = raked.is_converged and raked.largest_error <= ROUNDING_SHARE
    details = [
        _("кругов – {count}").format(count=format_count(raked.rounds_count)),
        _("наибольшее расхождение – {share}").format(
            share=format_percent(100 * raked.largest_error, 2)
        ),
    ]
    met = Check(
        "raking_met", _("Клиенты приведены к официальной численности"), "6",
        Outcome.MET if is_met else Outcome.WARNING, sentence_list(details),
        "" if is_met else _("проверьте, что распределения не противоречат друг другу и что среди "
                            "клиентов есть люди каждой группы."),
    )  # fmt: skip
    effect = raked.design_effect
    is_even = effect <= DESIGN_EFFECT_MAXIMUM
    trimmed = counted(raked.trimmed_count, _("сочетание"), _("сочетания"), _("сочетаний"))
    words = _("эффект плана – {effect}; вес ограничен у {trimmed}").format(
        effect=format_number(effect, 2), trimmed=trimmed
    )
    even = Check(
        "raking_weights", _("Веса клиентов не слишком неравны"), "6",
        Outcome.MET if is_even else Outcome.WARNING, words,
        "" if is_even else _("клиенты мало похожи на население: оценка численности неточна, "
                             "смотрите на её интервал."),
    )  # fmt: skip
    return [met, even]
