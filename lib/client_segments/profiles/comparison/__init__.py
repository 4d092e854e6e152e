"""Comparison of a segment's profile in two years: what step 8 and the report tell of changes."""

from client_segments.profiles.comparison.contracts import CHANGES
from client_segments.profiles.comparison.indicators import (
    Comparison,
    Share,
    compare_numbers,
    compare_versions,
)
from client_segments.profiles.comparison.judging import (
    LEADING,
    PARAMETERS,
    judge,
    level_of,
    weighted_false_discovery,
)

__all__ = [
    "CHANGES",
    "LEADING",
    "PARAMETERS",
    "Comparison",
    "Share",
    "compare_numbers",
    "compare_versions",
    "judge",
    "level_of",
    "weighted_false_discovery",
]
