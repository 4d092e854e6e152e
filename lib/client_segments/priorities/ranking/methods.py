"""Other ways to make one order of several criteria, for comparison with the weighted sum.

TOPSIS and PROMETHEE II come from pymcdm (MIT), imported where it is used: it brings matplotlib.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from client_segments.language import _, quoted_list
from client_segments.priorities.ranking.contracts import METHOD_AGREEMENT, METHODS, RANKING_METHODS
from client_segments.priorities.ranking.scores import DIGITS, completed, places, weighted
from client_segments.priorities.ranking.solving import Solution

_TAU_WORDS = (
    (0.999, _("порядок тот же")),
    (0.8, _("порядок почти тот же")),
    (0.5, _("порядок в основном тот же")),
    (0.2, _("порядок схож лишь отчасти")),
    (-0.2, _("порядок другой")),
    (-1.0, _("порядок скорее обратный")),
)


def topsis(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return closeness to the ideal, 0-1, of alternatives × criteria that are already normalised.

    Hwang and Yoon (1981). Alternatives that are all alike are half-way each.
    """
    from pymcdm.methods import TOPSIS

    if len(scores) < 2 or (scores == scores[0]).all():
        return np.full(len(scores), 0.5)
    types = np.ones(scores.shape[1])
    return TOPSIS(_as_it_is)(scores, weights, types, validation=False)


def _as_it_is(column: np.ndarray, cost: bool = False) -> np.ndarray:
    return column


def promethee(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return net flows, from -1 to 1, with the usual criterion: better by any margin is better.

    Brans and Vincke (1985). With a linear criterion over the whole range the order would be that
    of the weighted sum; the usual one looks at nothing but order within each criterion.
    """
    from pymcdm.methods import PROMETHEE_II

    if len(scores) < 2:
        return np.zeros(len(scores))
    types = np.ones(scores.shape[1])
    return PROMETHEE_II("usual")(np.round(scores, DIGITS), weights, types, validation=False)


def method_scores(solution: Solution) -> dict[str, np.ndarray]:
    """Return the scores of segments by each method; NaN for segments that cannot be ranked.

    Every method ranks the same problem: criteria on 0-1, an unknown one as the segment's own
    weighted sum, segments without clients aside.
    """
    is_used = solution.is_used
    known = ~np.isnan(solution.totals) & ~solution.estimates.is_empty
    scores = completed(solution.scores, solution.totals)[np.ix_(known, is_used)]
    equal = np.where(is_used, 1.0 / max(is_used.sum(), 1), 0.0)
    if not known.any():
        return {method: np.full(len(known), np.nan) for method in METHODS}
    given = solution.used_weights[is_used]
    found = {
        "weighted_sum": solution.totals[known],
        "equal_weights": weighted(solution.scores[known], equal),
        "topsis": topsis(scores, given),
        "promethee": promethee(scores, given),
    }
    return {method: _spread(values, known) for method, values in found.items()}


def _spread(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    spread = np.full(len(known), np.nan)
    spread[known] = values
    return spread


def methods_table(solution: Solution) -> pd.DataFrame:
    """Return table `ranking_methods`: one row is one segment × method, in order of given ranks."""
    order = np.argsort(solution.ranks, kind="stable")
    codes = solution.criteria["segment_code"].to_numpy()[order]
    parts = [
        pd.DataFrame(
            {
                "segment_code": codes,
                "method": method,
                "method_score": scores[order],
                "rank": _places(scores, solution)[order],
            }
        )
        for method, scores in method_scores(solution).items()
    ]
    return RANKING_METHODS.conform(pd.concat(parts))


def _places(scores: np.ndarray, solution: Solution) -> np.ndarray:
    # Net flows may be negative: any shift that keeps order puts them above the unknown ones.
    return places(scores + 2, solution.estimates.is_empty)


def agreement_table(solution: Solution) -> pd.DataFrame:
    """Return table `method_agreement`: one row is one method beside the weighted sum.

    Kendall's tau-b: 1 for the same order, -1 for the reverse; equal places allowed.
    """
    from scipy.stats import kendalltau

    names = solution.criteria["segment_name"].to_numpy()
    rows = []
    for method, scores in method_scores(solution).items():
        known = ~np.isnan(scores)
        ranks = _places(scores, solution)
        tau = (
            float(kendalltau(ranks[known], solution.ranks[known]).statistic)
            if known.sum() > 1
            else np.nan
        )
        first = quoted_list(names[known & (ranks == 1)])
        rows.append((method, tau, _tau_words(tau), first or None))
    frame = pd.DataFrame(rows, columns=METHOD_AGREEMENT.column_names)
    return METHOD_AGREEMENT.conform(frame[frame["method"] != "weighted_sum"])


def _tau_words(tau: float) -> str:
    if np.isnan(tau):
        return _("сравнить нечего")
    return next(words for least, words in _TAU_WORDS if tau >= least - 1e-9)
