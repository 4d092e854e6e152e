"""Answers by criterion, indices of experience, and reasons of not applying: drawn beside the rest.

Each table has a stream of random numbers of its own, so that no other table changes with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from client_segments.demo.plans import GroupPlan
from client_segments.demo.support import ACCESS_MEASURE, FAMILY_MEASURE, HEATING_MEASURE

CRITERIA_SHARE = 0.25
"""Share of those with an opinion who were also asked criterion by criterion."""
RATINGS_SHARE = 0.12
"""Share of clients who were asked about recommending and ease; of staff, every second one."""
STAFF_RATINGS_SHARE = 0.5
NO_ANSWER_SHARE = 0.05
REASONS_SHARE = 0.35
"""Share of those who did not apply that were asked why."""

CRITERIA = {
    "Понятность требований": (1, -0.02, (0.05, 0.1, 0.2, 0.35, 0.3)),
    "Простота подачи": (3, 0.0, (0.05, 0.1, 0.25, 0.35, 0.25)),
    "Соблюдение срока": (4, -0.1, (0.02, 0.05, 0.13, 0.3, 0.5)),
    "Понятность решения": (5, 0.06, (0.1, 0.2, 0.3, 0.25, 0.15)),
}
"""Criterion → its stage (from 0), how it departs from the segment's satisfaction, importance 1-5."""

ENGAGEMENT_ITEMS = (
    "Знаю, чего от меня ждут", "Есть всё нужное для работы", "Руководитель поддерживает",
    "Моё мнение слышат", "Вижу, как расти",
)  # fmt: skip

AVERAGE_SUMS = {FAMILY_MEASURE: 148_000, HEATING_MEASURE: 9_600, ACCESS_MEASURE: 12_400}
"""Made-up roubles a year for one who applied."""

REASONS = (
    ("unaware", "Не знал, что положена мера", 0.42),
    ("unaware", "Думал, что мера для других", 0.14),
    ("unwilling", "Слишком много документов", 0.2),
    ("unwilling", "Сумма не стоит хлопот", 0.08),
    ("not_offered", "Специалист не предложил", 0.1),
    ("not_accompanied", "Начал оформлять и бросил", 0.06),
)


def criteria_answers(
    plan: GroupPlan, segments: np.ndarray, identifiers: pd.Series, generator: np.random.Generator
) -> pd.DataFrame:
    """Draw marks by criterion: one row is one client and criterion, columns of `feedback`."""
    share = plan.rates.feedback * CRITERIA_SHARE
    rows = np.flatnonzero(generator.random(len(segments)) < share)
    satisfied = np.array([segment.satisfied_share for segment in plan.segments])[segments[rows]]
    frames = []
    for name, (stage, shift, weights) in CRITERIA.items():
        good = np.clip(satisfied + shift, 0.05, 0.95)
        score = _marks(generator, good)
        score[generator.random(len(rows)) < NO_ANSWER_SHARE] = np.nan
        frames.append(
            pd.DataFrame(
                {
                    "client_id": identifiers.take(rows).reset_index(drop=True),
                    "instrument": "survey",
                    "question": name,
                    "stage": plan.stages[stage],
                    "score": score,
                    "importance": 1.0 + _drawn(generator, weights, len(rows)),
                    "answer_date": np.datetime64(f"{plan.year}-10-01", "s"),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def ratings(
    plan: GroupPlan, segments: np.ndarray, identifiers: pd.Series, generator: np.random.Generator
) -> pd.DataFrame:
    """Draw answers to the questions of indices: one row is one client and question."""
    is_staff = plan.client_kind == "staff"
    share = STAFF_RATINGS_SHARE if is_staff else RATINGS_SHARE
    rows = np.flatnonzero(generator.random(len(segments)) < share)
    satisfied = np.array([segment.satisfied_share for segment in plan.segments])[segments[rows]]
    clients = identifiers.take(rows).reset_index(drop=True)
    questions = [("nps", "", _recommendation(generator, satisfied))]
    if is_staff:
        questions += [
            ("engagement", item, _marks(generator, satisfied)) for item in ENGAGEMENT_ITEMS
        ]
    else:
        questions.append(("ces", "", _ease(generator, satisfied)))
    frames = []
    for index, question, score in questions:
        score = score.astype(float)
        score[generator.random(len(rows)) < NO_ANSWER_SHARE] = np.nan
        frames.append(
            pd.DataFrame(
                {"client_id": clients, "index": index, "question": question or None, "score": score}
            )
        )
    frame = pd.concat(frames, ignore_index=True)
    return frame.assign(answer_date=np.datetime64(f"{plan.year}-10-01", "s"))


def with_reasons(eligibility: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """Add why those entitled did not apply, where they were asked, and the average sum."""
    is_told = ~eligibility["has_applied"].to_numpy() & (
        generator.random(len(eligibility)) < REASONS_SHARE
    )
    drawn = _drawn(generator, [share for _kind, _text, share in REASONS], len(eligibility))
    kinds = np.array([kind for kind, _text, _share in REASONS], dtype=object)[drawn]
    texts = np.array([text for _kind, text, _share in REASONS], dtype=object)[drawn]
    return eligibility.assign(
        reason_kind=pd.Series(np.where(is_told, kinds, None), dtype="str"),
        reason=pd.Series(np.where(is_told, texts, None), dtype="str"),
        average_sum=eligibility["measure"].astype("str").map(AVERAGE_SUMS).astype("float64"),
    )


def _drawn(generator: np.random.Generator, shares: Sequence[float], size: int) -> np.ndarray:
    return generator.choice(len(shares), size=size, p=np.asarray(shares, dtype=float))


def _marks(generator: np.random.Generator, good: np.ndarray) -> np.ndarray:
    """Return marks 1-5, 4 and 5 with the probability `good`."""
    uniform, kind = generator.random((2, len(good)))
    low = np.select([kind < 0.18, kind < 0.5], [1.0, 2.0], 3.0)
    high = np.where(kind < 0.55, 4.0, 5.0)
    return np.where(uniform < good, high, low)


def _recommendation(generator: np.random.Generator, good: np.ndarray) -> np.ndarray:
    """Return marks 0-10: promoters 0.6 of the satisfied, critics three of four others."""
    uniform, kind = generator.random((2, len(good)))
    satisfied = np.where(kind < 0.6, 9 + (kind < 0.3), 7 + (kind < 0.8))
    others = np.where(kind < 0.75, np.floor(kind / 0.75 * 7), 7 + (kind < 0.9))
    return np.where(uniform < good, satisfied, others)


def _ease(generator: np.random.Generator, good: np.ndarray) -> np.ndarray:
    """Return marks 1-7: the satisfied find it easy four times in five."""
    uniform, kind = generator.random((2, len(good)))
    satisfied = np.where(kind < 0.8, 5 + np.floor(kind / 0.8 * 3), 4)
    others = np.where(kind < 0.7, 1 + np.floor(kind / 0.7 * 3), 4 + (kind < 0.85))
    return np.where(uniform < good, satisfied, others)
