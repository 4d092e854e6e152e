"""Simulated authorities of the demo's size: counts of all kinds with planted differences, or none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments.hypotheses import Evidence, compute_proposals
from client_segments.hypotheses.proposals.evidence import (
    SCALE_COLUMNS,
    SHARE_COLUMNS,
    VALUE_COLUMNS,
    typed,
)

NAMES = {f"s{number}": f"Сегмент {number}" for number in range(1, 8)}
REST = "rest"
CASES, SPEAKERS, JUDGES = 330, 170, 150
"""Cases, clients who name channels, and clients who judge, of one segment: as in the demo."""

THINGS = {"shares": 100, "scores": 6, "times": 8, "amounts": 4}
"""What is measured of each segment: together some 800 comparisons, as in the demo."""

PLANTED = {"shares": 4, "scores": 1, "times": 1, "amounts": 1}
"""Of these, how many differ in each segment, each in one segment only."""

_MORE_POINTS, _MORE_SATISFIED, _MORE_TIMES = 0.20, 0.20, 1.2**2
"""Planted differences are twice the least that matters: 20 points, a fifth more and again a fifth."""

_LOG_DAYS = 300


@dataclass(frozen=True)
class Found:
    """What was found in one authority.

    Attributes
    ----------
    power
        Share of the planted differences that were found, by kind of test.
    false_share
        Share of the supported comparisons that are false: of what is alike in all segments, or
        told the wrong way round; 0 where nothing was supported.
    is_any
        Whether anything was supported.
    """

    power: dict[str, float]
    false_share: float
    is_any: bool


def judge(generator: np.random.Generator, is_planted: bool) -> Found:
    """Draw an authority, propose hypotheses from it, and hold them against what was planted."""
    evidence, planted = draw_authority(generator, is_planted)
    proposals = compute_proposals(evidence, NAMES)
    supported = proposals[proposals["is_supported"]]
    differs = {code for _segment, code in planted}
    pairs = zip(supported["segment_code"], supported["proposal_code"], strict=True)
    # A thing planted in one segment makes all the others differ the other way.
    is_true = [
        code in differs and ((segment, code) in planted) == (strength > 0)
        for (segment, code), strength in zip(pairs, supported["strength"], strict=True)
    ]
    found = set(zip(supported["segment_code"], supported["proposal_code"], strict=True))
    power = {
        kind: float(np.mean([key in found for key in planted if key[1].startswith(kind)]))
        for kind in THINGS
        if planted
    }
    false_share = 1 - float(np.mean(is_true)) if len(is_true) else 0.0
    return Found(power, false_share, bool(len(supported)))


def draw_authority(
    generator: np.random.Generator, is_planted: bool
) -> tuple[Evidence, set[tuple[str, str]]]:
    """Draw the counts of an authority; return them and the planted (segment, comparison)."""
    planted: set[tuple[str, str]] = set()
    frames = {}
    for kind, count in THINGS.items():
        owners = _owners(generator, kind) if is_planted else {}
        keys, columns = [], []
        for thing in range(count):
            base = generator.uniform()
            for segment in [*NAMES, REST]:
                key = (segment, f"{kind}.{thing}")
                is_own = owners.get(thing) == segment
                if is_own:
                    planted.add(key)
                drawn = _DRAWN[kind](generator, base, is_own)
                keys += [key] * len(drawn)
                columns.append(drawn)
        frames[kind] = _about(keys, np.concatenate(columns), kind)
    scales = pd.DataFrame(
        {"proposal_code": [f"scores.{n}" for n in range(THINGS["scores"])], "scale_min": 1.0,
         "scale_max": 5.0}
    )  # fmt: skip
    return Evidence(**frames, scales=typed(scales, SCALE_COLUMNS)), planted


def _owners(generator: np.random.Generator, kind: str) -> dict[int, str]:
    """Return which things differ, and in which segment."""
    wanted = [segment for segment in NAMES for _number in range(PLANTED[kind])]
    chosen = generator.permutation(THINGS[kind]).tolist()
    return dict(zip(chosen, wanted, strict=False))


def _about(keys: list[tuple[str, str]], numbers: np.ndarray, kind: str) -> pd.DataFrame:
    """Say of drawn counts what they are about."""
    family = {"shares": "problem", "scores": "score.question", "times": "journey.time",
              "amounts": "journey.amount.contacts"}[kind]  # fmt: skip
    names = SHARE_COLUMNS if kind == "shares" else VALUE_COLUMNS
    frame = pd.DataFrame(numbers, columns=names[-numbers.shape[1] :])
    segments, codes = zip(*keys, strict=True)
    frame = frame.assign(
        proposal_code=codes, segment_code=segments, kind="journey", family=family, subject="…",
        stage="…", source="log",
    )  # fmt: skip
    return typed(frame, names)


def _shares(generator: np.random.Generator, base: float, is_own: bool) -> np.ndarray:
    share = 0.05 + 0.6 * base + _MORE_POINTS * is_own
    return np.array([[generator.binomial(SPEAKERS, share), SPEAKERS]])


def _scores(generator: np.random.Generator, base: float, is_own: bool) -> np.ndarray:
    good = 0.4 + 0.3 * base + _MORE_SATISFIED * is_own
    shares = [0.18 * (1 - good), 0.32 * (1 - good), 0.5 * (1 - good), 0.55 * good, 0.45 * good]
    return _counted(generator.choice(5, JUDGES, p=shares) * 25.0)


def _times(generator: np.random.Generator, base: float, is_own: bool) -> np.ndarray:
    """Exponential times from days that are spread over the log; what its end cuts is not over."""
    mean = (10 + 30 * base) * (_MORE_TIMES if is_own else 1)
    left = _LOG_DAYS * (1 - generator.uniform(size=CASES))
    days = generator.exponential(mean, CASES)
    return _counted(np.floor(24 * np.minimum(days, left)), days > left)


def _amounts(generator: np.random.Generator, base: float, is_own: bool) -> np.ndarray:
    """Overdispersed numbers: the variance is two to six times the mean."""
    mean = (1 + 3 * base) * (_MORE_TIMES if is_own else 1)
    return _counted(generator.negative_binomial(0.8, 0.8 / (0.8 + mean), CASES))


_DRAWN = {"shares": _shares, "scores": _scores, "times": _times, "amounts": _amounts}


def _counted(values: np.ndarray, is_going: np.ndarray | None = None) -> np.ndarray:
    """Return rows of value, count and censored_count."""
    distinct, places = np.unique(values, return_inverse=True)
    going = np.zeros(len(distinct)) if is_going is None else np.bincount(places, is_going)
    return np.column_stack([distinct, np.bincount(places) - going, going])
