"""What attributes tell: does the order find those that matter, and are the intervals right."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats.contingency import association as scipy_association

from benchmarks.harness import Line, Settings, compare
from client_segments import recommendations as rec
from client_segments.attributes.outcomes import Outcome
from client_segments.attributes.pairs import pair_tables, pairs_table
from client_segments.attributes.usefulness import usefulness_table
from client_segments.engine import Engine

TITLE = "Usefulness of attributes: order, gain of repetitions, intervals, speed"
_LEVELS = (3, 4, 5, 3, 4, 5, 6, 2, 3, 4, 8, 10)
_TELLING = (0, 3, 6)
_REPEATING = 9  # says what the first telling attribute says, with some noise


def run(settings: Settings) -> Iterator[Line]:
    """Plant three attributes that tell of an outcome and one that repeats the first of them."""
    yield from _order(settings)
    yield from _speed(settings)


def _order(settings: Settings) -> Iterator[Line]:
    rounds, clients = settings.size(200, 2), 3_000
    right, told_twice, false_alarms, inside = [], [], [], []
    truth = _v(_planted(np.random.default_rng(1), settings.size(2_000_000, 20_000)), "a0")
    for number in range(rounds):
        outcome = _planted(np.random.default_rng([rec.SEED, number]), clients)
        names = {name: name for name in outcome.codes}
        table = usefulness_table([outcome], names).set_index("attribute_code")
        first = set(table.index[table["place_number"] <= len(_TELLING)])
        wanted = {f"a{place}" for place in _TELLING}
        # The repetition may stand for what it repeats: both say the same.
        other = {*wanted - {"a0"}, f"a{_REPEATING}"}
        right.append(first in (wanted, other))
        pair = table.loc[["a0", f"a{_REPEATING}"]].sort_values("place_number")
        told_twice.append(pair["gain_pct"].iloc[1])
        noise = table.drop([*wanted, f"a{_REPEATING}"])
        false_alarms += list(noise["p_value"] < 1 - rec.CONFIDENCE)
        inside.append(bool(table.loc["a0", "v_low"] <= truth <= table.loc["a0", "v_high"]))
    yield Line("telling attributes come first", 100 * float(np.mean(right)), "%",
               f"{rounds} tables of {clients} clients")  # fmt: skip
    yield Line("gain of an attribute that repeats", float(np.median(told_twice)), "%",
               "median; about 0")  # fmt: skip
    yield Line("attributes that tell nothing, said to tell", 100 * float(np.mean(false_alarms)),
               "%", "target 5")  # fmt: skip
    yield Line("V inside its 95 % interval", 100 * float(np.mean(inside)), "%", "target 95")


def _planted(generator: np.random.Generator, clients: int) -> Outcome:
    codes = {
        f"a{place}": generator.integers(1, levels + 1, clients)
        for place, levels in enumerate(_LEVELS)
    }
    copied = np.minimum(codes["a0"], _LEVELS[_REPEATING])
    is_copied = generator.random(clients) < 0.9
    codes[f"a{_REPEATING}"] = np.where(is_copied, copied, codes[f"a{_REPEATING}"])
    leaning = 0.2 + sum(0.15 * (codes[f"a{place}"] == 1) for place in _TELLING)
    for column in codes.values():
        column[generator.random(clients) < 0.05] = 0
    hits = generator.random(clients) < leaning
    counts = np.stack([hits, ~hits], axis=1).astype(float)
    return Outcome("planted", "planted", "dissatisfied", pd.DataFrame(codes), counts, clients)


def _v(outcome: Outcome, attribute: str) -> float:
    codes = outcome.codes[attribute].to_numpy()
    table = np.stack([np.bincount(codes, weights=column) for column in outcome.counts.T], axis=1)
    return float(scipy_association(table[1:].round().astype(int), method="cramer"))


def _speed(settings: Settings) -> Iterator[Line]:
    count = settings.size(1_000_000, 5_000)
    outcome = _planted(np.random.default_rng(rec.SEED), count)
    names = list(outcome.codes)
    levels = dict(zip(names, _LEVELS, strict=True))
    frame = outcome.codes.astype("int16").assign(clients_count=1, weight=1.0)

    def ours() -> None:
        with Engine(frame, levels) as engine:
            tables = pair_tables(engine.patterns, levels)
        pairs_table(tables, dict(zip(names, names, strict=True)))

    def theirs() -> None:
        for place, first in enumerate(names):
            for second in names[place + 1 :]:
                known = frame[(frame[first] > 0) & (frame[second] > 0)]
                scipy_association(pd.crosstab(known[first], known[second]), method="cramer")

    base = "pandas.crosstab and scipy, without intervals"
    times = compare({"V of all pairs, with intervals": ours, base: theirs}, settings.repeats)
    yield Line("clients", count, "rows")
    yield from times.lines("V of all pairs, with intervals", {base: ""})
