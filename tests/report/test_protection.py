"""What is shared depends on protected numbers alone: 500 pairs of data in the same bands."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from client_segments.disclosure import BAND
from client_segments.profiles.comparison import compare_numbers, judge
from client_segments.report import changes, protected, protected_experience
from client_segments.report.masking import Masker, masked_numbers
from client_segments.statistics import wilson_interval

PAIRS = 500
UNITS = ("человек", "человека", "человек")


def another_in_band(counts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return counts of the same bands of six, drawn anew."""
    return counts // BAND * BAND + rng.integers(0, BAND, size=counts.shape)


def codes_of(counts: np.ndarray) -> list[str]:
    """Return a code for each segment of an array: one pair of data is one segment."""
    return [f"s{number:03d}" for number in range(len(counts))]


def satisfaction_table(satisfied: np.ndarray, others: np.ndarray) -> pd.DataFrame:
    """Return answers by segment and instrument, and their sums under `all`."""
    rows = []
    for place, code in enumerate(codes_of(satisfied)):
        for number, instrument in enumerate(("survey", "interview")):
            rows.append((code, instrument, satisfied[place, number], others[place, number]))
        rows.append((code, "all", satisfied[place].sum(), others[place].sum()))
    frame = pd.DataFrame(rows, columns=["segment_code", "instrument", "satisfied_count", "rest"])
    return frame.assign(
        answers_count=frame["satisfied_count"] + frame["rest"], unanswered_count=0
    ).astype({"answers_count": "Int64", "satisfied_count": "Int64", "unanswered_count": "Int64"})


def stage_table(reached: np.ndarray, lost: np.ndarray) -> pd.DataFrame:
    rows = [
        (code, number + 1, f"этап {number + 1}", reached[place, number], lost[place, number])
        for place, code in enumerate(codes_of(reached))
        for number in range(reached.shape[1])
    ]
    frame = pd.DataFrame(
        rows, columns=["segment_code", "stage_number", "stage", "reached_count", "lost"]
    )
    return frame.assign(
        cases_count=frame["reached_count"] + frame["lost"], reached_pct=1.0, median_days_to_next=2.0
    ).drop(columns="lost")  # fmt: skip


def channel_table(named: np.ndarray, others: np.ndarray) -> pd.DataFrame:
    rows = [
        (code, "submitting", kind, f"{number:02d}", f"канал {number}",
         named[place, side, number], named[place, side, number] + others[place, side, number])
        for place, code in enumerate(codes_of(named))
        for side, kind in enumerate(("used", "preferred"))
        for number in range(named.shape[2])
    ]  # fmt: skip
    names = [
        "segment_code",
        "use",
        "kind",
        "channel_code",
        "channel_name",
        "answers_count",
        "total_count",
    ]
    return pd.DataFrame(rows, columns=names).assign(share_pct=1.0, low_pct=0.0, high_pct=2.0)


def numbers(counts: np.ndarray) -> dict[str, object]:
    """Return what a version records, from a vector of disjoint counts."""
    own, rest, happy, unhappy, blind, applied, first, second, reached, lost = map(int, counts[:10])
    return {
        "capacity": {"clients_count": own, "all_clients_count": own + rest, "population_count": own * 7},
        "satisfaction": {"satisfied_count": happy, "answers_count": happy + unhappy,
                         "effective_count": 0.9 * (happy + unhappy),
                         "satisfaction_pct": 100 * happy / max(happy + unhappy, 1)},
        "blind_zone": {"blind_zone_count": blind, "entitled_count": blind + applied,
                       "applied_count": applied, "refused_count": 2, **wilson(blind, applied)},
        "problems": {"Далеко ехать": first, "Долго ждать": second},
        "problem_reporters": {"reporters_count": first},
        "priority": {"rank": 1, "score": own / 7},
        "journey": [{"stage": "этап", "cases_count": reached + lost, "reached_count": reached}],
        "channels": [{"use": "submitting", "kind": "preferred", "channel_code": "01",
                      "channel_name": "ЕПГУ", "answers_count": reached, "total_count": reached + lost}],
        "verdicts": {"Г1": "confirmed"}, "respondents": {"survey": second}, "hypotheses": [],
        "criteria": {}, "legal_acts": [], "regulation": None,
    }  # fmt: skip


def wilson(hits: int, others: int) -> dict[str, float]:
    low, high = wilson_interval(np.array([hits]), np.array([max(hits + others, 1)]))
    return {"low_pct": 100 * float(low[0]), "high_pct": 100 * float(high[0])}


def written(frame: pd.DataFrame) -> bytes:
    """Return a table as bytes: equal tables give equal ones."""
    file = io.StringIO()
    frame.to_csv(file, index=False)
    return file.getvalue().encode()


def told(rng_counts: dict[str, np.ndarray]) -> tuple[bytes, ...]:
    """Return everything that the report derives from one set of exact counts."""
    satisfaction = protected._satisfaction(
        satisfaction_table(rng_counts["satisfied"], rng_counts["unsatisfied"])
    )
    stages = protected._journey_stages(stage_table(rng_counts["reached"], rng_counts["lost"]))
    channels = protected._channel_shares(channel_table(rng_counts["named"], rng_counts["unnamed"]))
    compared = judge(
        [
            comparison
            for code, last, now in zip(
                codes_of(rng_counts["numbers"]),
                rng_counts["previous"],
                rng_counts["numbers"],
                strict=True,
            )
            for comparison in compare_numbers(
                "g",
                code,
                *changes.both_named(
                    *(changes.protected_numbers(numbers(counts)) for counts in (last, now))
                ),
                UNITS,
            )
        ]
    )
    return (
        written(satisfaction),
        written(stages),
        written(channels),
        written(protected_experience.ranks(channels)),
        written(protected_experience.gaps(channels)),
        written(compared),
    )


def exact_counts(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw exact counts; many are small, for that is where protection is needed."""

    def draw(*shape: int) -> np.ndarray:
        large = rng.integers(0, 400, size=shape)
        return np.where(rng.random(shape) < 0.3, rng.integers(0, 12, size=shape), large)

    return {
        "satisfied": draw(PAIRS, 2), "unsatisfied": draw(PAIRS, 2), "reached": draw(PAIRS, 4),
        "lost": draw(PAIRS, 4), "named": draw(PAIRS, 2, 3), "unnamed": draw(PAIRS, 2, 3),
        "numbers": draw(PAIRS, 10), "previous": draw(PAIRS, 10),
    }  # fmt: skip


def test_five_hundred_pairs_in_the_same_bands_are_told_alike_to_the_byte():
    rng = np.random.default_rng(20240912)
    first = exact_counts(rng)
    second = {name: another_in_band(counts, rng) for name, counts in first.items()}
    differ = np.zeros(PAIRS, dtype=bool)
    for name in first:
        differ |= (first[name] != second[name]).reshape(PAIRS, -1).any(axis=1)
    assert differ.all()
    assert told(first) == told(second)


def test_another_band_is_told_otherwise():
    """The test above can fail: counts of other bands give other tables."""
    rng = np.random.default_rng(1)
    first = exact_counts(rng)
    second = {name: counts + BAND for name, counts in first.items()}
    assert all(one != other for one, other in zip(told(first), told(second), strict=True))


def test_all_instruments_come_to_the_sum_of_their_protected_parts():
    satisfied, others = np.array([[20, 4], [3, 2], [100, 50]]), np.array([[9, 8], [1, 0], [7, 6]])
    frame = protected._satisfaction(satisfaction_table(satisfied, others)).set_index(
        ["segment_code", "instrument"]
    )
    for code in ("s000", "s002"):
        parts = frame.loc[[(code, "survey"), (code, "interview")], "satisfied_count"]
        assert frame.loc[(code, "all"), "satisfied_count"] == parts.sum()


@pytest.mark.parametrize(
    ("population", "clients", "step"), [(100, 100, 10), (3400, 1000, 50), (10_000, 1000, 100)]
)
def test_estimates_are_told_in_steps_no_narrower_than_a_band_of_clients(population, clients, step):
    found = protected.estimate_step(pd.Series([population]), pd.Series([clients]))
    assert found == step
    assert found >= BAND * population / clients


def test_hidden_problems_of_last_year_are_few_and_not_none():
    rng = np.random.default_rng(2)
    before = changes.protected_numbers({**numbers(rng.integers(50, 99, 10)), "problems": {}})
    after = changes.protected_numbers(numbers(rng.integers(50, 99, 10)))
    left, right = changes.both_named({**before, "problems": {"Иное": 63}}, after)
    assert left["problems"]["Далеко ехать"] == 3
    assert right["problems"]["Иное"] == 3


def test_personal_data_are_masked_wherever_a_version_names_something():
    masker = Masker()
    phone = "Звоните +7 913 123-45-67"
    recorded = {**numbers(np.full(10, 60)), "problems": {phone: 60}}
    masked = masked_numbers(recorded, masker, "папка")
    assert list(masked["problems"]) == ["Звоните [телефон]"]
    (finding,) = masker.findings()
    assert "913" not in finding.sentence()
    assert finding.rule == "personal_data"


def test_contents_of_versions_within_the_bands_are_alike():
    """So the reason of a version, found by comparing them, tells no exact number."""
    first = {"status": "draft", "fields": [], "numbers": numbers(np.full(10, 60))}
    second = {**first, "numbers": numbers(np.full(10, 61))}
    told_first, told_second = map(changes._protected_content, (first, second))
    assert told_first == told_second
    assert first != second
