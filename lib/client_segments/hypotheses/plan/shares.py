"""Whole numbers in proportion to shares."""

from __future__ import annotations

from collections.abc import Sequence


def largest_remainder(shares: Sequence[float], total: int) -> list[int]:
    """Share `total` out in proportion to `shares`, in whole numbers that sum to it.

    Everybody gets the whole part of their portion; what is left goes one by one to the largest
    remainders, of equal ones to the larger share, then to the first (Hamilton's method, as seats
    of a parliament are shared out). All zero where no share is above zero.
    """
    whole = sum(shares)
    if whole <= 0 or total <= 0:
        return [0] * len(shares)
    exact = [share * total / whole for share in shares]
    parts = [int(portion + 1e-9) for portion in exact]
    order = sorted(
        range(len(shares)), key=lambda place: (parts[place] - exact[place], -shares[place], place)
    )
    for place in order[: total - sum(parts)]:
        parts[place] += 1
    return parts
