"""The climb of EM from starts to maxima, shortened by SQUAREM (Varadhan & Roland 2008).

A climb stops when the gain that is still to come, estimated from the rate of convergence
(Böhning et al. 1994, Ann Inst Stat Math 46:373-388), is below the tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from client_segments.segments.latent_classes.layout import SMALLEST, Layout
from client_segments.segments.latent_classes.passes import Passes

_RATES_KEPT = 5
_SAFETY = 0.01  # the gain to come is an estimate, ten times too hopeful on a ridge


@dataclass(frozen=True, eq=False)
class Climb:
    """Where starts came to: parameters, log-likelihoods, and whether that is the end."""

    theta: np.ndarray
    log_likelihood: np.ndarray
    is_converged: np.ndarray
    passes_count: int

    def best(self) -> Climb:
        """Return the highest of the starts alone."""
        only = [int(np.argmax(self.log_likelihood))]
        return Climb(
            self.theta[..., only], self.log_likelihood[only], self.is_converged[only],
            self.passes_count,
        )  # fmt: skip


def climb(passes: Passes, theta: np.ndarray, tolerance: float, passes_maximum: int) -> Climb:
    """Climb from every start; a start that has arrived is left out of later passes.

    `tolerance` is the log-likelihood per client that may be missing at the end.
    """
    # Ordered attributes: a first pass brings the start into the family of the model.
    theta = passes(theta)[1] if passes.layout.ordered else theta.copy()
    starts_count = theta.shape[-1]
    reached = np.zeros(starts_count)
    total = np.broadcast_to(passes.total, starts_count)
    is_converged = np.zeros(starts_count, dtype=bool)
    # Right after a jump the fast directions hide the slow ones: the slowest of the last cycles
    # counts, and nothing is believed before there are as many.
    rates = np.full((_RATES_KEPT, starts_count), 1 - 1e-6)
    passes_count = 0
    while not is_converged.all() and passes_count < passes_maximum:
        active = np.flatnonzero(~is_converged)
        start = theta[..., active]
        at_start, first = passes(start, active)
        at_first, second = passes(first, active)
        gain = at_first - at_start
        rates[:-1, active] = rates[1:, active]
        rates[-1, active] = _rate(start, first, second)
        slowest = rates[:, active].max(axis=0)
        is_near = gain * slowest / (1 - slowest) < _SAFETY * tolerance * total[active]
        is_near |= gain <= 1e-14 * np.abs(at_first)
        passes_count += 2
        theta[..., active] = second
        is_converged[active[is_near]] = True
        climbing = ~is_near
        if climbing.any():
            jump = _extrapolated(
                start[..., climbing], first[..., climbing], second[..., climbing], passes.layout
            )
            at_jump, after = passes(jump, active[climbing])
            passes_count += 1
            is_better = at_jump >= at_first[climbing]
            theta[..., active[climbing][is_better]] = after[..., is_better]
    reached = passes(theta, np.arange(starts_count))[0]
    return Climb(theta, reached, is_converged, passes_count)


def _length(change: np.ndarray) -> np.ndarray:
    return np.einsum("rcs,rcs->s", change, change)


def _rate(start: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Estimate by what factor the gains shrink: the square of that of the steps."""
    rate = _length(second - first) / np.maximum(_length(first - start), SMALLEST)
    return np.minimum(rate, 1 - 1e-6)


def _extrapolated(
    start: np.ndarray, first: np.ndarray, second: np.ndarray, layout: Layout
) -> np.ndarray:
    step = first - start
    bend = (second - first) - step
    length = np.sqrt(_length(step) / np.maximum(_length(bend), SMALLEST))
    length = np.maximum(length, 1.0)
    jump = start + 2 * length * step + length**2 * bend
    # Beyond the edge: go most of the way towards it, never onto it, where EM would be locked.
    jump = np.where(jump > 0, jump, 0.1 * second)
    for position in layout.ordered:
        # The family of an ordered attribute is straight in logarithms.
        rows = slice(1 + layout.blocks[position].start, 1 + layout.blocks[position].stop)
        a, b, c = (np.log(np.maximum(part[rows], SMALLEST)) for part in (start, first, second))
        logs = a + 2 * length * (b - a) + length**2 * (c - 2 * b + a)
        jump[rows] = np.exp(logs - logs.max(axis=0))
    return layout.normalised(jump)
