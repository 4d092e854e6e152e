"""Scales of answers: what a score says when it is put on 0-100, and which answers are satisfied."""

from __future__ import annotations

import pandas as pd

SCALE_MIN, SCALE_MAX = 1.0, 5.0
"""Scale of an answer that does not name its own."""
INDEX_SCALES = {"nps": (0.0, 10.0), "ces": (1.0, 7.0), "engagement": (1.0, 5.0)}
"""Scale of the question of an index of experience that does not name its own."""
SATISFIED_FROM = 0.75
"""Own: part of the scale from which an answer is satisfied (4 and 5 of 1-5)."""
_ROUNDING = 1e-9


def scale_of(answers: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the least and the greatest score of each row: its own, else that of its question."""
    low, high = answers["scale_min"], answers["scale_max"]
    if "index" in answers:
        low = low.fillna(answers["index"].map({k: v[0] for k, v in INDEX_SCALES.items()}))
        high = high.fillna(answers["index"].map({k: v[1] for k, v in INDEX_SCALES.items()}))
    return low.fillna(SCALE_MIN), high.fillna(SCALE_MAX)


def rescale(scores: pd.Series, scale_min: pd.Series, scale_max: pd.Series) -> pd.Series:
    """Put scores on 0-100, whatever their scale; NaN where there is no score or no scale."""
    low = scale_min.fillna(SCALE_MIN)
    width = scale_max.fillna(SCALE_MAX) - low
    return 100 * (scores - low) / width.where(width > 0)


def is_satisfied(rescaled: pd.Series) -> pd.Series:
    """Tell which scores on 0-100 are those of the satisfied; a missing score is not."""
    return rescaled >= 100 * SATISFIED_FROM - _ROUNDING
