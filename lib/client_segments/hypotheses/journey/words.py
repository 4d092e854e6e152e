"""Variants of the journey and bands of duration, in words."""

from __future__ import annotations

import itertools

from client_segments.language import _

BAND_DAYS = (1, 3, 7, 14, 30, 60, 90, 180, 365, 730)
"""Own: bounds of the bands of duration, in days; the last band has no end."""


def _runs(variant: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return numbers of stages with how many times each stands in a row."""
    runs: list[tuple[int, int]] = []
    for number in variant:
        if runs and runs[-1][0] == number:
            runs[-1] = (number, runs[-1][1] + 1)
        else:
            runs.append((number, 1))
    return runs


def variant_text(variant: tuple[int, ...]) -> str:
    """Return a variant as numbers: «1 → 2 ×2 → 4»; different variants have different texts."""
    return " → ".join(
        str(number) if times == 1 else f"{number} ×{times}" for number, times in _runs(variant)
    )


def variant_names(variant: tuple[int, ...], names: dict[int, str]) -> str:
    """Return a variant as names of stages, those in a row once."""
    return " → ".join(names[number] for number, _times in _runs(variant))


def band_labels() -> list[str]:
    """Return names of the bands of duration."""
    bounds = list(itertools.pairwise(BAND_DAYS))
    return [
        _("менее {days} дня").format(days=BAND_DAYS[0]),
        *(_("от {low} до {high} дней").format(low=low, high=high) for low, high in bounds),
        _("{days} дней и более").format(days=BAND_DAYS[-1]),
    ]
