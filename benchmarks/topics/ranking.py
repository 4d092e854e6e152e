"""Ranking: 10,000 draws over 50 segments, and whether the draws keep their promises."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.harness import Line, Settings, compare
from client_segments.priorities import CRITERIA_COLUMNS, default_weights, solve
from client_segments.priorities.ranking import DecidedWeights, ranking_tables
from client_segments.priorities.ranking.criteria import HIGHS, LOWS, VALUES
from client_segments.priorities.ranking.draws import CLAUSE_WEIGHTS, GIVEN_WEIGHTS
from client_segments.priorities.ranking.scores import normalised, places, weighted
from client_segments.statistics import wilson_interval

TITLE = "Ranking: speed of the draws, coverage of the places, false alarms"
_SEGMENTS = 50
_ANSWERS = 300
_SCALES = np.array([1, 100, 1, 100])  # shares of which are told in per cent


def run(settings: Settings) -> Iterator[Line]:
    """Measure the draws, then simulate authorities whose truth is known."""
    generator = np.random.default_rng(1)
    table = _observed(_truth(generator, _SEGMENTS), generator)
    weights = default_weights()
    draws = settings.size(10_000, 500)
    case = f"{draws} draws, {_SEGMENTS} segments"
    cases = {
        case: lambda: solve(table, weights, count=draws),
        "further tables": lambda: ranking_tables(solution, DecidedWeights(weights)),
    }
    solution = solve(table, weights, count=draws)
    times = compare(cases, settings.repeats)
    yield Line(case, times.median(case), "s", "target: 1 s or less")
    yield Line("tables that explain it", times.median("further tables"), "s")
    yield from _coverage(settings)
    yield from _false_alarms(settings)


def _truth(generator: np.random.Generator, size: int) -> np.ndarray:
    """Return true criteria of segments × criteria: how many, satisfied, unique, blind (0-1)."""
    return np.column_stack(
        [
            generator.integers(500, 9000, size).astype("float64"),
            generator.uniform(0.3, 0.9, size),
            generator.uniform(0.0, 0.7, size),
            generator.uniform(0.1, 0.7, size),
        ]
    )


def _observed(truth: np.ndarray, generator: np.random.Generator) -> pd.DataFrame:
    """Return criteria as an authority would estimate them, with their 95 % intervals."""
    hits = generator.binomial(_ANSWERS, truth[:, 1:])
    # A population that is known to a twentieth.
    sizes = truth[:, :1] * np.exp(generator.normal(0, 0.05 / 1.96, (len(truth), 1)))
    low, high = wilson_interval(hits, np.full(hits.shape, _ANSWERS))
    parts = (
        np.hstack([sizes, hits / _ANSWERS]),
        np.hstack([sizes * 0.95, low]),
        np.hstack([sizes * 1.05, high]),
    )
    codes = [f"s{number}" for number in range(len(truth))]
    columns: dict[str, object] = {"segment_code": codes, "segment_name": codes}
    for names, part in zip((VALUES, LOWS, HIGHS), parts, strict=True):
        columns |= dict(zip(names, (part * _SCALES).T, strict=True))
    columns["satisfaction_pct"] = columns["satisfaction_shrunk_pct"]
    return pd.DataFrame(columns)[list(CRITERIA_COLUMNS)]


def _coverage(settings: Settings) -> Iterator[Line]:
    """Draw authorities with true weights allowed by clause 6; count how often the truth is inside."""
    runs = settings.size(400, 5)
    inside, promised, nearest = [], [], []
    probabilities, happened = [], []
    for number in range(runs):
        generator = np.random.default_rng([2, number])
        truth = _truth(generator, 8)
        points = -np.sort(-generator.standard_exponential(4))
        weights = np.concatenate(
            [generator.permutation(points[:2]), generator.permutation(points[2:])]
        )
        values = truth * _SCALES
        ranks = places(weighted(normalised(values[None])[0], weights), np.zeros(8, dtype=bool))
        table = _observed(truth, generator)
        found = solve(table, default_weights(), number, 2000).drawn[CLAUSE_WEIGHTS]
        low, high = found.interval()
        inside.append((ranks >= low) & (ranks <= high))
        reached = np.pad(np.cumsum(found.ranks, axis=1), ((0, 0), (1, 0)))
        rows = np.arange(len(ranks))
        promised.append(reached[rows, high] - reached[rows, low - 1])
        nearest.append(np.abs(found.expected_rank - ranks))
        off = ~np.eye(8, dtype=bool)
        probabilities.append(found.precedes[off])
        happened.append((ranks[:, None] < ranks[None, :])[off])
    yield Line(
        "true place inside the interval of 90 %",
        100 * np.mean(inside),
        "%",
        f"said: {100 * np.mean(promised):.1f} %; {runs} authorities of 8 segments",
    )
    yield Line(
        "mean distance of the mean place from the true one", float(np.mean(nearest)), "places"
    )
    told, came = np.concatenate(probabilities), np.concatenate(happened)
    for low, high in ((0.5, 0.7), (0.7, 0.9), (0.9, 0.99), (0.99, 1.01)):
        chosen = (told >= low) & (told < high)
        if not chosen.any():
            continue
        note = f"said: {100 * told[chosen].mean():.1f} %"
        yield Line(
            f"pairs said to be {low:.2f}–{min(high, 1):.2f} sure that came true",
            100 * came[chosen].mean(),
            "%",
            note,
        )


def _false_alarms(settings: Settings) -> Iterator[Line]:
    """Segments that differ in nothing: how often one is called first with 95 % certainty."""
    runs = settings.size(400, 5)
    alarms, stable = 0, 0
    for number in range(runs):
        generator = np.random.default_rng([3, number])
        truth = np.tile([3000.0, 0.6, 0.3, 0.4], (6, 1))
        solution = solve(_observed(truth, generator), default_weights(), number, 2000)
        first = solution.drawn[GIVEN_WEIGHTS].first(1)
        alarms += first.max() >= 0.95
        stable += solution.drawn[CLAUSE_WEIGHTS].holds(solution.ranks).max() >= 0.95
    yield Line(
        "no difference: a segment first with 95 % certainty",
        100 * alarms / runs,
        "%",
        "6 equal segments; target: 5 % or less",
    )
    yield Line(
        "no difference: a place held with 95 % certainty",
        100 * stable / runs,
        "%",
        "target: 5 % or less",
    )
