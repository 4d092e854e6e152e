"""How often 95 % intervals cover the truth, and how often equal segments are said to differ.

Each simulated authority has its own truth; the intervals are those of step 3's own functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from benchmarks.harness import Line, Settings
from client_segments import recommendations as rec
from client_segments.priorities.blind_zone import blind_zone_rates
from client_segments.priorities.blind_zone_counting import blind_zone_counts
from client_segments.priorities.capacity import Population, capacity_table
from client_segments.priorities.satisfaction import satisfaction_counts, satisfaction_rates
from client_segments.priorities.satisfaction_indices import satisfaction_indices
from client_segments.priorities.satisfaction_weights import Composition
from client_segments.raw_tables import ELIGIBILITY, FEEDBACK, RATINGS
from client_segments.statistics import difference_test, false_discovery

TITLE = "Coverage of 95 % intervals over simulated authorities"
SEGMENTS = ("a", "b", "c", "d", "e")
TARGET = "93 to 97"
_POPULATION = 40_000

Hits = list[bool]


def run(settings: Settings) -> Iterator[Line]:
    """Simulate authorities, and count how many intervals hold what was planted."""
    count = settings.size(200, 5)
    generator = np.random.default_rng(rec.SEED)
    for label, simulate in (
        ("satisfaction", _satisfaction),
        ("satisfaction, weighted to the composition", _weighted_satisfaction),
        ("satisfaction, shrunk to the whole", _shrunk_satisfaction),
        ("mean score", _mean_score),
        ("NPS", _nps),
        ("CSI", _csi),
        ("gap of experience and expectation", _gap),
        ("blind zone, counted", _blind_zone),
        ("blind zone, weighted sample", _blind_zone_sample),
        ("capacity, raked", _capacity),
    ):
        yield _covered(label, simulate, generator, count)
    yield from _false_alarms(generator, count)


def _covered(
    label: str,
    simulate: Callable[[np.random.Generator], Hits],
    generator: np.random.Generator,
    count: int,
) -> Line:
    hits = [hit for _number in range(count) for hit in simulate(generator)]
    error = 100 * (0.95 * 0.05 / len(hits)) ** 0.5
    note = f"target {TARGET}; {len(hits)} intervals, standard error {error:.1f}"
    return Line(f"covered: {label}", 100 * float(np.mean(hits)), "%", note)


def _inside(low: float, truth: float, high: float) -> bool:
    return bool(low <= truth <= high)


def _raw(contract, **columns: object) -> pd.DataFrame:
    """Return a raw table with the segment of each row, what is not given empty."""
    frame = pd.DataFrame(columns)
    segments = frame.pop("segment_code")
    for name in contract.column_names:
        if name not in frame:
            frame[name] = None
    return contract.conform(frame).assign(segment_code=segments.astype("str").to_numpy())


def _answers(generator: np.random.Generator, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    segments = np.repeat(np.array(SEGMENTS, dtype=object), sizes)
    return segments, np.array([f"c{number}" for number in range(len(segments))], dtype=object)


def _marks(generator: np.random.Generator, good: np.ndarray) -> np.ndarray:
    """Return marks 1-5: 4 and 5 with the given probability."""
    is_good = generator.random(len(good)) < good
    return np.where(
        is_good, generator.integers(4, 6, len(good)), generator.integers(1, 4, len(good))
    )


# -------------------------------------------------------------------------------- satisfaction


def _rates(frame: pd.DataFrame, composition: Composition | None = None) -> pd.DataFrame:
    rates = satisfaction_rates(satisfaction_counts(frame, SEGMENTS, composition))
    return rates[rates["instrument"] == "all"].set_index("segment_code")


def _satisfaction(generator: np.random.Generator) -> Hits:
    truth = generator.uniform(0.2, 0.9, len(SEGMENTS))
    sizes = generator.integers(20, 300, len(SEGMENTS))
    segments, clients = _answers(generator, sizes)
    score = _marks(generator, np.repeat(truth, sizes))
    rates = _rates(_raw(FEEDBACK, segment_code=segments, client_id=clients, score=score))
    return [
        _inside(rates.loc[code, "low_pct"], 100 * share, rates.loc[code, "high_pct"])
        for code, share in zip(SEGMENTS, truth, strict=True)
    ]


def _shrunk_satisfaction(generator: np.random.Generator) -> Hits:
    """The truths themselves are drawn around a mean, as empirical Bayes takes them to be."""
    truth = generator.beta(12, 8, len(SEGMENTS))
    sizes = generator.integers(15, 200, len(SEGMENTS))
    segments, clients = _answers(generator, sizes)
    score = _marks(generator, np.repeat(truth, sizes))
    rates = _rates(_raw(FEEDBACK, segment_code=segments, client_id=clients, score=score))
    return [
        _inside(rates.loc[code, "shrunk_low_pct"], 100 * share, rates.loc[code, "shrunk_high_pct"])
        for code, share in zip(SEGMENTS, truth, strict=True)
    ]


def _weighted_satisfaction(generator: np.random.Generator) -> Hits:
    """Young and old are satisfied differently, and answer differently often."""
    rows, values, truths = [], [], []
    for code in SEGMENTS:
        size = int(generator.integers(2000, 6000))
        is_old = generator.random(size) < generator.uniform(0.3, 0.7)
        sex = generator.integers(1, 3, size)
        good = np.where(is_old, generator.uniform(0.3, 0.6), generator.uniform(0.5, 0.9))
        respond = np.where(is_old, generator.uniform(0.02, 0.06), generator.uniform(0.06, 0.12))
        score = _marks(generator, good)
        truths.append(float((score >= 4).mean()))
        chosen = generator.random(size) < respond
        rows.append(
            pd.DataFrame(
                {"segment_code": code, "age": 1 + is_old[chosen], "sex": sex[chosen],
                 "score": score[chosen]}
            )
        )  # fmt: skip
        for name, codes in (("age", 1 + is_old), ("sex", sex)):
            counts = np.bincount(codes, minlength=3)
            values += [(code, name, name, value, counts[value]) for value in (1, 2)]
    frame = pd.concat(rows, ignore_index=True)
    clients = pd.Series([f"c{number}" for number in range(len(frame))])
    names = ["segment_code", "attribute_code", "attribute_name", "value_code", "clients_count"]
    composition = Composition(
        frame[["age", "sex"]].set_index(clients), pd.DataFrame(values, columns=names)
    )
    table = _raw(
        FEEDBACK, segment_code=frame["segment_code"], client_id=clients, score=frame["score"]
    )
    rates = _rates(table, composition)
    return [
        _inside(rates.loc[code, "low_pct"], 100 * share, rates.loc[code, "high_pct"])
        for code, share in zip(SEGMENTS, truths, strict=True)
    ]


def _mean_score(generator: np.random.Generator) -> Hits:
    truth = generator.uniform(0.2, 0.9, len(SEGMENTS))
    sizes = generator.integers(20, 300, len(SEGMENTS))
    segments, clients = _answers(generator, sizes)
    score = _marks(generator, np.repeat(truth, sizes))
    rates = _rates(_raw(FEEDBACK, segment_code=segments, client_id=clients, score=score))
    means = 100 * (truth * 4.5 + (1 - truth) * 2 - 1) / 4
    return [
        _inside(rates.loc[code, "mean_low_score"], mean, rates.loc[code, "mean_high_score"])
        for code, mean in zip(SEGMENTS, means, strict=True)
    ]


# -------------------------------------------------------------------------------- indices


def _index_hits(table: pd.DataFrame, index: str, truth: np.ndarray) -> Hits:
    own = table[table["index_code"] == index].set_index("segment_code")
    return [
        _inside(own.loc[code, "low_value"], value, own.loc[code, "high_value"])
        for code, value in zip(SEGMENTS, truth, strict=True)
    ]


def _nps(generator: np.random.Generator) -> Hits:
    shares = generator.dirichlet([3, 3, 3], len(SEGMENTS))
    sizes = generator.integers(60, 400, len(SEGMENTS))
    segments, clients = _answers(generator, sizes)
    drawn = [
        generator.choice([3, 7, 9], size, p=row) for size, row in zip(sizes, shares, strict=True)
    ]
    frame = _raw(
        RATINGS, segment_code=segments, client_id=clients, index="nps", score=np.concatenate(drawn)
    )
    table = satisfaction_indices(None, frame, SEGMENTS)
    return _index_hits(table, "nps", 100 * (shares[:, 2] - shares[:, 0]))


def _csi(generator: np.random.Generator) -> Hits:
    """Four criteria, of which each client may skip some; importance is asked, and differs."""
    good = generator.uniform(0.2, 0.9, (len(SEGMENTS), 4))
    wanted = generator.uniform(1.5, 4.5, 4)
    sizes = generator.integers(30, 200, len(SEGMENTS))
    segments, clients = _answers(generator, sizes)
    place = np.repeat(np.arange(len(SEGMENTS)), sizes)
    leaning = generator.normal(0, 0.1, len(clients))
    frames = []
    for number in range(4):
        score = _marks(generator, np.clip(good[place, number] + leaning, 0, 1)).astype(float)
        score[generator.random(len(score)) < 0.1] = np.nan
        importance = np.clip(np.round(generator.normal(wanted[number], 0.8, len(score))), 1, 5)
        frames.append(
            _raw(FEEDBACK, segment_code=segments, client_id=clients, question=f"q{number}",
                 score=score, importance=importance)
        )  # fmt: skip
    table = satisfaction_indices(pd.concat(frames, ignore_index=True), None, SEGMENTS)
    return _index_hits(table, "csi", _true_csi(good, wanted))


def _true_csi(good: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return CSI of endless many clients: means of clipped leanings by a large draw."""
    leaning = np.random.default_rng(1).normal(0, 0.1, 20_000)
    share = np.clip(good[..., None] + leaning, 0, 1).mean(axis=-1)
    means = 100 * (share * 4.5 + (1 - share) * 2 - 1) / 4
    noise = np.random.default_rng(2).normal(0, 0.8, 20_000)
    rated = np.clip(np.round(wanted[:, None] + noise), 1, 5).mean(axis=1) - 1
    return means @ (rated / rated.sum())


def _gap(generator: np.random.Generator) -> Hits:
    experience = generator.uniform(0.2, 0.9, len(SEGMENTS))
    expected = generator.uniform(0.4, 0.9, len(SEGMENTS))
    sizes = generator.integers(20, 300, len(SEGMENTS))
    segments, clients = _answers(generator, sizes)
    frame = _raw(
        FEEDBACK, segment_code=segments, client_id=clients,
        score=_marks(generator, np.repeat(experience, sizes)),
        expectation=_marks(generator, np.repeat(expected, sizes)),
    )  # fmt: skip
    table = satisfaction_indices(frame, None, SEGMENTS)
    return _index_hits(table, "gap", 100 * (experience - expected) * 2.5 / 4)


# -------------------------------------------------------------------------------- blind zone


def _zone_hits(frame: pd.DataFrame, truth: np.ndarray) -> Hits:
    counts, _findings = blind_zone_counts(frame, SEGMENTS)
    rates = blind_zone_rates(counts)
    rates = rates[rates["measure"] == "мера"].set_index("segment_code")
    return [
        _inside(rates.loc[code, "low_pct"], 100 * share, rates.loc[code, "high_pct"])
        for code, share in zip(SEGMENTS, truth, strict=True)
    ]


def _blind_zone(generator: np.random.Generator) -> Hits:
    truth = generator.uniform(0.05, 0.8, len(SEGMENTS))
    sizes = generator.integers(30, 500, len(SEGMENTS))
    segments, clients = _answers(generator, sizes)
    applied = generator.random(len(clients)) >= np.repeat(truth, sizes)
    frame = _raw(ELIGIBILITY, segment_code=segments, client_id=clients, measure="мера",
                 is_entitled=True, has_applied=applied)  # fmt: skip
    return _zone_hits(frame, truth)


def _blind_zone_sample(generator: np.random.Generator) -> Hits:
    """Two strata are asked with different probabilities, and miss the measure alike or not."""
    frames, truths = [], []
    for code in SEGMENTS:
        size = 4000
        is_first = generator.random(size) < 0.5
        misses = generator.random(size) < np.where(
            is_first, generator.uniform(0.1, 0.6), generator.uniform(0.1, 0.6)
        )
        is_entitled = generator.random(size) < 0.6
        truths.append(float(misses[is_entitled].mean()))
        chance = np.where(is_first, 0.02, 0.06)
        asked = generator.random(size) < chance
        frames.append(
            pd.DataFrame(
                {"segment_code": code, "is_entitled": is_entitled[asked],
                 "has_applied": ~misses[asked], "weight": 1 / chance[asked]}
            )
        )  # fmt: skip
    frame = pd.concat(frames, ignore_index=True)
    table = _raw(
        ELIGIBILITY, client_id=[f"c{number}" for number in range(len(frame))], measure="мера",
        **{name: frame[name] for name in frame.columns},
    )  # fmt: skip
    return _zone_hits(table, np.array(truths))


# -------------------------------------------------------------------------------- capacity


def _capacity(generator: np.random.Generator) -> Hits:
    """The authority knows some of the people, old and rural ones more seldom."""
    age = generator.integers(1, 5, _POPULATION)
    place = generator.choice([1, 2, 3], _POPULATION, p=[0.5, 0.3, 0.2])
    leaning = generator.dirichlet([2] * len(SEGMENTS), (5, 4))
    uniform = generator.random(_POPULATION)
    bounds = np.cumsum(leaning, axis=-1)[age, place]
    segment = np.minimum((uniform[:, None] > bounds).sum(axis=1), len(SEGMENTS) - 1)
    chance = generator.uniform(0.05, 0.2, 5)[age] * generator.uniform(0.5, 1.5, 4)[place]
    is_client = generator.random(_POPULATION) < chance
    people = pd.DataFrame(
        {"segment_code": np.array(SEGMENTS, dtype=object)[segment], "age": age, "place": place}
    )
    clients = people[is_client].groupby(["segment_code", "age", "place"]).size()
    patterns = clients.rename("clients_count").reset_index()
    patterns["weight"] = patterns["clients_count"].astype(float)
    joint = people.groupby(["age", "place"]).size().astype(float)
    table, _estimate, _findings = capacity_table(
        patterns, SEGMENTS, Population((joint,), "simulated")
    )
    truth = people["segment_code"].value_counts()
    return [
        _inside(row.population_low_count, truth[row.segment_code], row.population_high_count)
        for row in table.itertuples()
    ]


# -------------------------------------------------------------------------------- false alarms


def _false_alarms(generator: np.random.Generator, count: int) -> Iterator[Line]:
    """No segment differs: how often is one said to, alone and among all that are compared."""
    alone, any_of_all = [], []
    for _number in range(count):
        truth = generator.uniform(0.3, 0.8)
        sizes = generator.integers(30, 300, len(SEGMENTS))
        hits = generator.binomial(sizes, truth)
        others, total = hits.sum() - hits, sizes.sum() - sizes
        p_values = difference_test(hits, sizes, others, total)
        alone += list(p_values < 1 - rec.CONFIDENCE)
        any_of_all.append(bool((false_discovery(p_values) < rec.FALSE_DISCOVERY_RATE).any()))
    yield Line("false alarms: one segment against the rest", 100 * float(np.mean(alone)), "%",
               "target 5")  # fmt: skip
    yield Line("false alarms: any segment of an authority", 100 * float(np.mean(any_of_all)), "%",
               "target 5")  # fmt: skip
