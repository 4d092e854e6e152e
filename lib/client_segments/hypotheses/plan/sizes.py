"""How many respondents are needed, and what so many can show.

All sizes know how many clients the segment has: of twelve clients one does not need ninety-seven.
A survey is planned for two things at once. Precision: the half-width of the interval of a share.
Power: the probability that the rule of verdicts confirms a hypothesis that is true. The rule
asks that the lower end of an exact interval (Clopper and Pearson) be not below the criterion, and
corrects for the number of hypotheses verified at once; the size is planned for the strictest step
of that correction, so the power of the others is no smaller.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np

from client_segments import recommendations as rec
from client_segments.statistics import normal_quantile

MARGIN_PCT = 10.0
"""Own: half-width of the interval that a survey is planned for, in percentage points."""

POWER_PCT = 80.0
"""Own (Cohen 1988): probability with which a true hypothesis is to be confirmed."""

EXPECTED_GAIN_PCT = 20.0
"""Own: how far above the criterion the share of «yes» is taken to be, in percentage points."""

INTERVIEWS_RANGE = (5, 8)
"""Own: talks in one segment, from one hypothesis to four and more (the usual practice of 5-8)."""

FOCUS_GROUP_SIZE = 8
"""Own: the usual group is of six to ten."""

FINITE_FROM_SHARE = 0.05
"""Share of the clients that is asked, from which their being finitely many counts (Cochran, 2.6);
the rule of verdicts has the same bound."""

_SURE = 0.99
"""Own: power of so much never falls back below `POWER_PCT`."""
_SURVEY_MAXIMUM = 2_000
"""Own: a survey of one segment that no authority makes; power beyond it is not looked for."""
_ENDLESS = 1_000_000
"""Own: of so many clients a sample is drawn as if of endlessly many."""


def survey_size(clients_count: int, margin_pct: float = MARGIN_PCT) -> int:
    """Return how many respondents estimate a share within a margin at 95 % confidence.

    n = n₀ / (1 + (n₀ − 1) / N), n₀ = z² · p(1 − p) / h², with p = ½ (the widest interval), h the
    half-width and N the number of clients (finite population correction; Cochran, Sampling
    Techniques, 3rd ed., 4.4). At least one (clause 7).
    """
    z = normal_quantile()
    infinite = z**2 * 0.25 / (margin_pct / 100) ** 2
    finite = infinite / (1 + (infinite - 1) / clients_count) if clients_count > 0 else 0.0
    return max(rec.RESPONDENTS_MINIMUM, math.ceil(finite - 1e-9))


def margin_pct(respondents_count: int, clients_count: int) -> float:
    """Return the largest half-width of a share's 95 % interval, in percentage points.

    h = z · √(¼ / n · (N − n) / (N − 1)): the inverse of `survey_size`; 0 where all are asked.
    """
    if respondents_count >= clients_count:
        return 0.0
    correction = (clients_count - respondents_count) / (clients_count - 1)
    return 100 * normal_quantile() * math.sqrt(0.25 / respondents_count * correction)


def expected_pct(criterion_pct: float) -> float:
    """Return the share of «yes» that a survey is planned for, given the criterion.

    `EXPECTED_GAIN_PCT` above the criterion, but never past the middle between it and 100 %.
    """
    return min(criterion_pct + EXPECTED_GAIN_PCT, (criterion_pct + 100) / 2)


def lower_level(tested_count: int) -> float:
    """Return the one-sided level at which a hypothesis is confirmed in the strictest step.

    The lower tail of a two-sided 95 % interval, divided by the number of hypotheses verified at
    once (Bonferroni: the first step of Holm 1979, Scand J Stat 6:65-70).
    """
    return (1 - rec.CONFIDENCE) / 2 / max(1, tested_count)


def confirming_count(
    respondents_count: int, clients_count: int, criterion_pct: float, level: float
) -> int:
    """Return how many «yes» confirm a hypothesis: one more than all where nothing does.

    The smallest x for which so many or more had at most the chance `level` if the share of the
    clients were just under the criterion: then the lower end of the exact interval is not below
    it. Binomial (Clopper & Pearson 1934); hypergeometric where at least `FINITE_FROM_SHARE` of
    the clients are asked (Buonaccorsi 1987, Am Stat 41:215-218).
    """
    if respondents_count >= FINITE_FROM_SHARE * clients_count:
        enough = math.ceil(criterion_pct / 100 * clients_count - 1e-9)
        chances = _finite_chances(respondents_count, clients_count, max(enough - 1, 0))
    else:
        chances = _endless_chances(respondents_count, criterion_pct / 100)
    return int(np.argmax(np.append(chances, 0.0) <= level))


def confirming_power(
    respondents_count: int,
    clients_count: int,
    criterion_pct: float,
    share_pct: float,
    level: float,
) -> float:
    """Return the probability (0-1) that so many respondents confirm a hypothesis.

    `share_pct` of the clients would say «yes» (a whole number of them). Respondents are drawn
    without replacement: the number of «yes» is hypergeometric, and binomial where the clients
    are endlessly many.
    """
    needed = confirming_count(respondents_count, clients_count, criterion_pct, level)
    if clients_count >= _ENDLESS:
        chances = _endless_chances(respondents_count, share_pct / 100)
    else:
        agreeing = math.floor(clients_count * share_pct / 100 + 0.5)
        chances = _finite_chances(respondents_count, clients_count, agreeing)
    return float(np.append(chances, 0.0)[needed])


def _endless_chances(count: int, share: float) -> np.ndarray:
    """Return the binomial chance of x or more «yes», for x from 0 to `count`."""
    from scipy import special  # scipy is slow to import

    hits = np.arange(count + 1)
    with np.errstate(divide="ignore"):
        logs = (
            special.gammaln(count + 1) - special.gammaln(hits + 1) - special.gammaln(count - hits + 1)
            + special.xlogy(hits, share) + special.xlogy(count - hits, 1 - share)
        )  # fmt: skip
    return np.minimum(np.cumsum(np.exp(logs)[::-1])[::-1], 1.0)


def _finite_chances(count: int, clients_count: int, agreeing: int) -> np.ndarray:
    """Return the hypergeometric chance of x or more «yes», for x from 0 to `count`."""
    from scipy import special

    def choose(total: np.ndarray | int, part: np.ndarray) -> np.ndarray:
        return special.gammaln(total + 1) - special.gammaln(part + 1) - special.gammaln(total - part + 1)  # fmt: skip

    hits = np.arange(count + 1)
    others = clients_count - agreeing
    possible = (hits <= agreeing) & (count - hits <= others)
    pmf = np.zeros(count + 1)
    met = hits[possible]
    logs = choose(agreeing, met) + choose(others, count - met)
    pmf[possible] = np.exp(logs - choose(clients_count, np.array(count)))
    return np.minimum(np.cumsum(pmf[::-1])[::-1], 1.0)


@lru_cache(maxsize=1024)
def power_size(
    clients_count: int, criterion_pct: float, level: float, share_pct: float | None = None
) -> int | None:
    """Return how many respondents confirm a true hypothesis with the wanted power.

    The smallest number from which the power falls no more below `POWER_PCT`: it goes up and down
    with the number of respondents, and a few may always fail to answer (Chernick & Liu 2002,
    Am Stat 56:149-155). None where no number of them is enough.
    """
    share = expected_pct(criterion_pct) if share_pct is None else share_pct
    last_weak = 0
    for count in range(1, min(clients_count, _SURVEY_MAXIMUM) + 1):
        power = confirming_power(count, clients_count, criterion_pct, share, level)
        if power < POWER_PCT / 100:
            last_weak = count
        elif power >= _SURE:
            return last_weak + 1
    return last_weak + 1 if last_weak < min(clients_count, _SURVEY_MAXIMUM) else None


def noticed_pct(respondents_count: int, clients_count: int) -> float:
    """Return the share of clients from which a problem is heard of at least once, in per cent.

    The smallest share at which one of n respondents has it with 95 % probability: exact for
    drawing without replacement (hypergeometric), 1 − 0.05^(1/n) of endlessly many clients.
    """
    tail = 1 - Fraction(str(rec.CONFIDENCE))
    if clients_count >= _ENDLESS:
        return 100 * (1 - float(tail) ** (1 / respondents_count))
    everyone = math.comb(clients_count, respondents_count)
    low, high = 0, clients_count  # with `high` the problem is heard of, with `low` it is not
    while high - low > 1:
        middle = (low + high) // 2
        if math.comb(clients_count - middle, respondents_count) <= tail * everyone:
            high = middle
        else:
            low = middle
    return 100 * high / clients_count


def unanimous_size(criterion_pct: float, level: float, clients_count: int = _ENDLESS) -> int | None:
    """Return how many respondents confirm a hypothesis if all say «yes»; None where never.

    Of endlessly many clients the smallest n with criterionⁿ ≤ level; fewer in a small segment.
    """
    if criterion_pct >= 100:
        return None
    endless = math.ceil(math.log(level) / math.log(criterion_pct / 100) - 1e-9)
    for count in range(1, min(endless, clients_count) + 1):
        if confirming_count(count, clients_count, criterion_pct, level) <= count:
            return count
    return None


def respondents_needed(
    method: str,
    hypotheses_count: int,
    clients_count: int,
    criterion_pct: float | None = None,
    tested_count: int = 1,
) -> int:
    """Return the number of respondents of one segment for a method; never more than clients.

    A survey needs as many as precision and power ask for, whichever is more. Where no number
    gives the power, precision alone counts: what such a survey cannot show is said beside it.

    Parameters
    ----------
    hypotheses_count
        Hypotheses of the segment that share the method: one talk asks about all.
    criterion_pct
        Share of «yes» that confirms; None leaves power out.
    tested_count
        Hypotheses verified at once in the whole group.
    """
    if method == "survey":
        size = survey_size(clients_count)
        if criterion_pct is not None:
            level = lower_level(tested_count)
            size = max(size, power_size(clients_count, criterion_pct, level) or 0)
        return max(rec.RESPONDENTS_MINIMUM, min(size, max(clients_count, 1)))
    few, many = INTERVIEWS_RANGE
    planned = FOCUS_GROUP_SIZE if method == "focus_group" else min(many, few + hypotheses_count - 1)
    return max(rec.RESPONDENTS_MINIMUM, min(planned, clients_count))
