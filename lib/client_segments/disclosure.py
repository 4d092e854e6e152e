"""Protection of what leaves the authority: one rule for every shared table.

Counts of people are put into bands of six and told by the middle of the band: 0-5 is hidden as
«менее 6» and carried as 3, 6-11 is told as 9, 12-17 as 15, and so on. Zero is not told apart
from few. Totals are sums of the protected parts and never protected anew; every share, mean and
sentence is derived from protected counts only. So two sets of data in the same bands are told
alike to the byte.

Why: hiding counts under five beside true totals gave every hidden cell away to an integer
solver, rounding to base five gave away one of 186, rounding to midpoints of six none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import InitVar, dataclass

import numpy as np
import pandas as pd

from client_segments.language import _, format_count

BAND = 6
"""Width of a band: no count below it is told."""
MIDPOINT = 3
_MAKER = object()  # known to `protect` alone: no other code makes a protected table


def protect_count(count: pd.Series | np.ndarray | int) -> pd.Series | np.ndarray | int:
    """Return the middle of the band that a count lies in; missing stays missing."""
    return count // BAND * BAND + MIDPOINT


def is_hidden(protected: pd.Series | np.ndarray | int) -> pd.Series | np.ndarray | bool:
    """Tell whether a protected count stands for fewer than six."""
    return protected < BAND


def count_text(protected: int) -> str:
    """Return a protected count as it is told: «менее 6» or a rounded number."""
    return _("менее {band}").format(band=BAND) if is_hidden(protected) else format_count(protected)


def share_pct(hits: pd.Series, others: pd.Series) -> pd.Series:
    """Return shares in per cent from a protected count and the protected count of all others.

    Missing where both are hidden: a share of fewer than six of fewer than six tells nothing.
    """
    share = 100 * hits / (hits + others)
    return share.mask(is_hidden(hits) & is_hidden(others))


@dataclass(frozen=True)
class ProtectedTable:
    """A table that may be shared; only `protect` makes one.

    Attributes
    ----------
    frame
        Categories as they were, counts protected; nothing else.
    counts
        Names of the columns that are protected counts.

    Raises
    ------
    TypeError
        When anything but `protect` makes it: raw counts would pass for protected ones.
    """

    frame: pd.DataFrame
    counts: tuple[str, ...]
    maker: InitVar[object] = None

    def __post_init__(self, maker: object) -> None:
        """Refuse frames that did not come from `protect`."""
        if maker is not _MAKER:
            raise TypeError("a ProtectedTable is made by disclosure.protect only")

    def total(self, count: str, by: Sequence[str]) -> pd.Series:
        """Return the sum of the protected parts, for each combination of `by`.

        A part without a category is a part; a total of missing counts alone is missing.
        """
        return self.frame.groupby(list(by), sort=False, dropna=False)[count].sum(min_count=1)


def protect(
    frame: pd.DataFrame, categories: Sequence[str], counts: Sequence[str], texts: Sequence[str] = ()
) -> ProtectedTable:
    """Protect a table of counts.

    Parameters
    ----------
    categories
        Columns that name what is counted: codes and labels that people decided to publish.
    counts
        Columns of counts of people, answers or cases.
    texts
        Columns of text written for publication.

    Returns
    -------
    ProtectedTable
        Only the named columns, rows in their order: what is not named is left behind. Rows put
        in order of raw counts would tell more than the bands; order them by categories.
    """
    kept = frame[[*categories, *texts, *counts]].reset_index(drop=True).copy()
    for name in counts:
        kept[name] = protect_count(kept[name].astype("Int64"))
    return ProtectedTable(kept, tuple(counts), _MAKER)
