"""Latent class analysis of coded attributes: classes, their number, and agreement of groupings.

The model: a client belongs to one of C classes, and within a class the attributes are
independent. Missing values are ignorable: a client's likelihood has only the attributes that are
known. Sources: Goodman (1974) Biometrika 61:215-231; Linzer & Lewis (2011) J Stat Softw 42(10).

How it is computed. Equal rows are one pattern. The attributes of a pattern are packed into few
"super codes", so that a pass of EM is some look-ups and products (E step) and sums over codes
(M step), for all starts at once. SQUAREM (Varadhan & Roland 2008, Scand J Stat 35:335-353)
shortens the climb. All starts race on a small systematic sample, the best few climb on a larger
one, the best of them on everything. A climb stops when the gain that is still to come, estimated from the rate of
convergence (Böhning et al. 1994, Ann Inst Stat Math 46:373-388), is below the tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from client_segments import recommendations as rec

if TYPE_CHECKING:
    from scipy import sparse

SAMPLE_SIZE = 50_000
"""Own: clients that are enough to choose among starts and numbers of classes."""
LEAST_SHARE_PCT = 3.0
"""Own: a smaller class is no basis for a segment."""
GAIN_MINIMUM = 0.005
"""Own: elbow, the gain in BIC per client below which one more class is not worth it."""
CLASSES_MAXIMUM = 12
"""Own: more classes than people can act on."""

_SAME_SOLUTION = 1e-5  # log-likelihood per client within which two starts agree
_START_TOLERANCE = 1e-4
_RACE_SIZE = 10_000  # clients on whom all starts compete
_MODELS_PASSES = 150  # of a number of classes that is only tried
_SHORT_PASSES, _LONG_PASSES = 36, 90
_WITHIN_REACH = 3e-4  # log-likelihood per client: starts farther behind are given up
_POLISHED = 3
_RATES_KEPT = 5
_SAFETY = 0.01  # the gain to come is an estimate, ten times too hopeful on a ridge
_MARGINS_MIXED_IN = 1e-3  # zero cells of a sample would lock EM on everything
_CHUNK_ROWS = 4096  # a block of rows x classes x starts stays in the cache
_CODES_MAXIMUM = 2048
_SMALLEST = 1e-300


class LatentClassModel:
    """Latent classes of clients by categorical attributes.

    Parameters
    ----------
    n_classes
        Number of classes.
    n_starts
        Number of starts; the best one is kept.
    seed
        Seed of the starts.
    tolerance
        Log-likelihood per client that may still be missing at the end.
    max_iterations
        Largest number of EM passes for a climb to the end.

    Attributes
    ----------
    class_shares_
        Share of every class, falling.
    probabilities_
        One array an attribute, classes × levels: the probability of level 1..k in the class.
    levels_
        Number of levels of every attribute, the largest code seen.
    log_likelihood_, n_parameters_, bic_
        BIC takes the sum of weights for the number of clients. A level that nobody has is no
        parameter.
    n_iterations_, converged_
        EM passes of the last climb (of the best starts; with a table that is sampled for them, on
        all clients), and whether it came to its end.
    best_starts_
        Share of the starts that reached the best solution of their race (on a fixed sample of at
        most 10,000 clients).
    n_clients_
        Sum of weights.
    empty_classes_
        Number of classes left with less than half a client.
    attribute_names_
        Names of the attributes: of the columns where the table is a frame.

    Notes
    -----
    Classes are sorted by share, ties by probabilities. The result depends neither on the order of
    rows nor on whether a client is one row or two of half its weight.
    """

    def __init__(
        self,
        n_classes: int,
        n_starts: int = 16,
        seed: int = rec.SEED,
        tolerance: float = 1e-8,
        max_iterations: int = 5000,
    ) -> None:
        self.n_classes = n_classes
        self.n_starts = n_starts
        self.seed = seed
        self.tolerance = tolerance
        self.max_iterations = max_iterations

    def fit(
        self, table: pd.DataFrame | ArrayLike, weight: ArrayLike | None = None
    ) -> LatentClassModel:
        """Fit the model and return it.

        Parameters
        ----------
        table
            One row is one client (or pattern), one column an attribute: 0 for a missing value,
            else the code 1..k.
        weight
            Clients behind a row, or a sampling weight; one each if not given.

        Raises
        ------
        ValueError
            For codes that are not whole or negative, weights that are negative or unknown, a
            table without weight or attributes, fewer than one class or start.
        """
        if self.n_classes < 1 or self.n_starts < 1:
            raise ValueError("n_classes and n_starts must be at least 1")
        codes, names = _codes(table)
        return self._fit(_Patterns.of(codes, weight), names)

    def predict_proba(self, table: pd.DataFrame | ArrayLike) -> np.ndarray:
        """Return rows × classes: the probability of each class given the known attributes.

        A value never met in fitting says nothing, like a missing one.
        """
        codes, place = self._distinct(table)
        joint = self._log_joint(codes)
        joint -= joint.max(axis=1, keepdims=True)
        np.exp(joint, out=joint)
        return (joint / joint.sum(axis=1, keepdims=True))[place]

    def predict(self, table: pd.DataFrame | ArrayLike) -> np.ndarray:
        """Return the most probable class (0..n_classes - 1) of every row."""
        codes, place = self._distinct(table)
        return self._log_joint(codes).argmax(axis=1)[place]

    def score(self, table: pd.DataFrame | ArrayLike, weight: ArrayLike | None = None) -> float:
        """Return the mean log-likelihood of a client."""
        codes, place = self._distinct(table)
        rows = np.logaddexp.reduce(self._log_joint(codes), axis=1)[place]
        return float(np.average(rows, weights=weight))

    def _fit(self, patterns: _Patterns, names: list[str]) -> LatentClassModel:
        layout = _Layout.of(patterns)
        few = patterns.sampled(_RACE_SIZE)
        theta, self.best_starts_ = self._race(few, layout)
        # The best few climb to the end on the sample, the best of them on everything.
        sample = patterns.sampled(SAMPLE_SIZE)
        best = self._polished(sample, layout, theta, is_same=sample is few)
        if sample is not patterns:
            best = self._polished(patterns, layout, best.theta, is_same=False)
        self._keep(best, patterns, layout, names)
        return self

    def _race(self, patterns: _Patterns, layout: _Layout) -> tuple[np.ndarray, float]:
        """Climb from all starts; return the best few, and the share that agree with the best."""
        rng = np.random.default_rng([self.seed, self.n_classes])
        theta = layout.starts(patterns, self.n_classes, self.n_starts, rng)
        if self.n_classes == 1:
            return theta[..., :1], 1.0
        passes = _Passes(patterns, layout)
        climb = _climb(passes, theta, _START_TOLERANCE, _SHORT_PASSES)
        theta, reached = climb.theta, climb.log_likelihood
        order = np.argsort(-reached, kind="stable")
        near = reached[order] >= reached.max() - _WITHIN_REACH * passes.total
        near[:_POLISHED] = True
        going = order[near]
        climb = _climb(passes, theta[..., going], _START_TOLERANCE, _LONG_PASSES)
        theta[..., going], reached[going] = climb.theta, climb.log_likelihood
        agree = reached >= reached.max() - _SAME_SOLUTION * passes.total
        return theta[..., np.argsort(-reached, kind="stable")[:_POLISHED]], float(agree.mean())

    def _polished(
        self, patterns: _Patterns, layout: _Layout, theta: np.ndarray, is_same: bool
    ) -> _Climb:
        """Climb to the end; from other patterns with some of the margins mixed in."""
        if not is_same:
            theta = theta.copy()
            theta[1:] += _MARGINS_MIXED_IN * (layout.margins(patterns)[:, None, None] - theta[1:])
        climb = _climb(_Passes(patterns, layout), theta, self.tolerance, self.max_iterations)
        return climb.of(int(np.argmax(climb.log_likelihood)))

    def _keep(self, climb: _Climb, patterns: _Patterns, layout: _Layout, names: list[str]) -> None:
        theta = climb.theta[..., 0]
        shares = theta[0]
        keys = np.round(np.vstack([theta[:0:-1], shares]), 9)
        order = np.lexsort(-keys)
        total = float(patterns.weight.sum())
        self.class_shares_ = shares[order]
        self.probabilities_ = [theta[1:][block][:, order].T.copy() for block in layout.blocks]
        self.levels_ = list(layout.levels)
        self.attribute_names_ = names
        self.log_likelihood_ = float(climb.log_likelihood[0])
        self.n_parameters_ = self.n_classes - 1 + self.n_classes * layout.free_count
        self.bic_ = float(self.n_parameters_ * np.log(total) - 2 * self.log_likelihood_)
        self.n_iterations_ = climb.passes_count
        self.converged_ = bool(climb.is_converged[0])
        self.empty_classes_ = int(np.sum(self.class_shares_ * total < 0.5))
        self.n_clients_ = total

    def _distinct(self, table: pd.DataFrame | ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Return distinct rows and the place of every row among them."""
        if isinstance(table, pd.DataFrame) and set(self.attribute_names_) <= set(table.columns):
            table = table[self.attribute_names_]
        codes, _names = _codes(table)
        if codes.shape[1] != len(self.levels_):
            raise ValueError(f"{codes.shape[1]} attributes, fitted with {len(self.levels_)}")
        key = _packed(codes)
        _keys, first, place = np.unique(key, return_index=True, return_inverse=True)
        return codes[first], place.ravel()

    def _log_joint(self, codes: np.ndarray) -> np.ndarray:
        joint = np.tile(np.log(np.maximum(self.class_shares_, _SMALLEST)), (len(codes), 1))
        for column, probabilities in zip(codes.T, self.probabilities_, strict=True):
            known = np.log(np.maximum(probabilities, _SMALLEST)).T
            known[~probabilities.any(axis=0)] = 0.0
            lookup = np.vstack([np.zeros((1, known.shape[1])), known])
            joint += lookup[np.where(column < len(lookup), column, 0)]
        return joint


def choose_classes(
    table: pd.DataFrame | ArrayLike,
    weight: ArrayLike | None = None,
    maximum: int = 8,
    seed: int = rec.SEED,
    n_starts: int = 16,
) -> pd.DataFrame:
    """Fit 1 to `maximum` classes (at most `CLASSES_MAXIMUM`) and propose a number.

    Proposed is the last number whose BIC per client is lower by at least 0.5 % than with one
    class less (on real data the minimum of BIC never comes), then the nearest smaller number
    whose least class has at least 3 % of the clients. Above `SAMPLE_SIZE` clients a fixed,
    systematic sample is used, so that the answer does not grow with the table.

    Returns
    -------
    DataFrame
        One row is one number of classes: classes_count, log_likelihood, parameters_count, bic,
        bic_per_client, least_share_pct, best_starts_pct, is_proposed.
    """
    codes, names = _codes(table)
    patterns = _Patterns.of(codes, weight).sampled(SAMPLE_SIZE)
    rows = []
    for classes_count in range(1, min(maximum, CLASSES_MAXIMUM) + 1):
        # Enough for BIC per client, which is compared to 0.5 %.
        model = LatentClassModel(
            classes_count, n_starts, seed, _START_TOLERANCE, max_iterations=_MODELS_PASSES
        )
        model._fit(patterns, names)
        rows.append(
            {
                "classes_count": classes_count,
                "log_likelihood": model.log_likelihood_,
                "parameters_count": model.n_parameters_,
                "bic": model.bic_,
                "bic_per_client": model.bic_ / model.n_clients_,
                "least_share_pct": 100 * float(model.class_shares_.min()),
                "best_starts_pct": 100 * model.best_starts_,
            }
        )
    models = pd.DataFrame(rows)
    models["is_proposed"] = models["classes_count"] == _elbow(models)
    return models


def _elbow(models: pd.DataFrame) -> int:
    bic = models["bic_per_client"].to_numpy()
    gains = (bic[:-1] - bic[1:]) > GAIN_MINIMUM * np.abs(bic[:-1])
    last = int(np.flatnonzero(gains).max(initial=-1)) + 1
    large_enough = models["least_share_pct"].to_numpy()[: last + 1] >= LEAST_SHARE_PCT
    return int(models["classes_count"].to_numpy()[: last + 1][large_enough].max(initial=1))


def adjusted_rand_index(
    first: ArrayLike, second: ArrayLike, weight: ArrayLike | None = None
) -> float:
    """Return the agreement of two groupings: 1 the same, about 0 for chance.

    `weight` is a number of clients behind each row. Two groupings without any pair to disagree on
    (all together, or all apart in both) agree: 1. Source: Hubert & Arabie (1985) J Classif
    2:193-218.
    """
    rows = np.unique(np.asarray(first), return_inverse=True)[1].ravel()
    columns = np.unique(np.asarray(second), return_inverse=True)[1].ravel()
    if len(rows) != len(columns):
        raise ValueError("adjusted_rand_index: groupings of different length")
    weight = np.ones(len(rows)) if weight is None else np.asarray(weight, dtype=float)
    pair = np.unique(rows * (columns.max(initial=0) + 1) + columns, return_inverse=True)[1].ravel()
    total = _pairs(np.array([weight.sum()]))
    same, in_first, in_second = (
        _pairs(np.bincount(groups, weight)) for groups in (pair, rows, columns)
    )
    by_chance = in_first * in_second / total if total > 0 else 0.0
    highest = (in_first + in_second) / 2
    if np.isclose(highest, by_chance, rtol=1e-12, atol=0.0):
        return 1.0
    return float((same - by_chance) / (highest - by_chance))


def _pairs(counts: np.ndarray) -> float:
    return float(np.sum(counts * (counts - 1)) / 2)


def _codes(table: pd.DataFrame | ArrayLike) -> tuple[np.ndarray, list[str]]:
    """Return the codes as integers and the names of the attributes."""
    if isinstance(table, pd.DataFrame):
        names = [str(name) for name in table.columns]
        values = table.to_numpy()
    else:
        values = np.asarray(table)
        names = [str(number) for number in range(values.shape[1] if values.ndim == 2 else 0)]
    if values.ndim != 2 or not names:
        raise ValueError("the table must have rows and at least one attribute")
    with np.errstate(invalid="ignore"):
        codes = values.astype(np.int64)
    if not np.array_equal(codes, values) or np.any(codes < 0):
        raise ValueError("codes must be whole numbers: 0 for missing, else 1..k")
    return codes, names


def _packed(codes: np.ndarray) -> np.ndarray:
    """Return one integer a row: equal for equal rows, ordered as the rows are."""
    key = np.zeros(len(codes), dtype=np.int64)
    size = 1
    for column in codes.T:
        radix = int(column.max(initial=0)) + 1
        if size * radix > 2**62:
            key = np.unique(key, return_inverse=True)[1].ravel().astype(np.int64)
            size = int(key.max(initial=0)) + 1
        key = key * radix + column
        size *= radix
    return key


@dataclass(frozen=True, eq=False)
class _Patterns:
    """Distinct rows in ascending order, with the weight of each."""

    codes: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, codes: np.ndarray, weight: ArrayLike | None) -> _Patterns:
        weights = np.ones(len(codes)) if weight is None else np.asarray(weight, dtype=float)
        if weights.shape != (len(codes),):
            raise ValueError("one weight a row is needed")
        if not np.all(np.isfinite(weights)) or np.any(weights < 0):
            raise ValueError("weights must be finite and not negative")
        used = weights > 0
        if not used.any():
            raise ValueError("the table has no clients")
        codes, weights = codes[used], weights[used]
        key = _packed(codes)
        # Also by weight: a sum of floats must not depend on the order of rows.
        order = np.lexsort([weights, key])
        first = np.flatnonzero(np.diff(key[order], prepend=-1))
        return cls(codes[order[first]], np.add.reduceat(weights[order], first))

    def sampled(self, size: int) -> _Patterns:
        """Return a systematic sample of clients, or the patterns themselves where few enough.

        Every (total / size)-th client in the order of patterns: no chance in it, and every
        pattern is met as often as its weight says, give or take one.
        """
        total = self.weight.sum()
        if len(self.codes) <= size // 2 or total <= size:
            return self
        ticks = np.floor(np.cumsum(self.weight) / total * size * (1 + 1e-12) + 0.5)
        counts = np.diff(ticks, prepend=0.0)
        return _Patterns(self.codes[counts > 0], counts[counts > 0] * (total / counts.sum()))


@dataclass(frozen=True, eq=False)
class _Layout:
    """Where the levels of every attribute lie among the rows of the parameters."""

    levels: tuple[int, ...]
    blocks: tuple[slice, ...]
    free_count: int

    @classmethod
    def of(cls, patterns: _Patterns) -> _Layout:
        levels = tuple(int(column.max()) for column in patterns.codes.T)
        ends = np.cumsum(levels)
        blocks = tuple(slice(int(end) - k, int(end)) for end, k in zip(ends, levels, strict=True))
        met = [np.unique(column[column > 0]).size for column in patterns.codes.T]
        return cls(levels, blocks, sum(max(count - 1, 0) for count in met))

    def margins(self, patterns: _Patterns) -> np.ndarray:
        """Return the share of every level among the clients whose value is known."""
        margins = np.zeros(sum(self.levels))
        for column, block, k in zip(patterns.codes.T, self.blocks, self.levels, strict=True):
            counts = np.bincount(column, patterns.weight, minlength=k + 1)[1:]
            margins[block] = counts / max(counts.sum(), _SMALLEST)
        return margins

    def starts(
        self, patterns: _Patterns, n_classes: int, n_starts: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Return (1 + levels) × classes × starts: shares in row 0, then probabilities.

        Two of three starts scatter around the margins, every third is seeded by clients drawn
        as centres: no single kind of start is best everywhere.
        """
        margins = self.margins(patterns)
        shape = (n_classes, n_starts)
        theta = np.empty((1 + len(margins), *shape))
        theta[0] = 1 / n_classes
        scatter = rng.gamma(1.0, size=(len(margins), *shape))
        theta[1:] = margins[:, None, None] * (0.05 + scatter)
        chance = patterns.weight / patterns.weight.sum()
        for start in range(2, n_starts, 3):
            centres = patterns.codes[rng.choice(len(chance), size=n_classes, p=chance)]
            hits = np.zeros((len(margins), n_classes))
            for attribute, block in enumerate(self.blocks):
                code = centres[:, attribute]
                known = code > 0
                hits[block.start + code[known] - 1, np.flatnonzero(known)] = 1.0
            jitter = 1 + 0.2 * scatter[..., start]
            theta[1:, :, start] = margins[:, None] * jitter + hits
        return self.normalised(theta)

    def normalised(self, theta: np.ndarray) -> np.ndarray:
        """Make shares and probabilities sum to one, in place."""
        theta[0] /= theta[0].sum(axis=0)
        for block in self.blocks:
            rows = theta[1:][block]
            rows /= np.maximum(rows.sum(axis=0), _SMALLEST)
        return theta


class _Passes:
    """EM passes over fixed patterns, for many starts at once."""

    def __init__(self, patterns: _Patterns, layout: _Layout) -> None:
        self.layout = layout
        self.weight = patterns.weight
        self.total = float(patterns.weight.sum())
        self._groups = _super_codes(patterns.codes, layout)
        self._chunks = [
            slice(begin, begin + _CHUNK_ROWS) for begin in range(0, len(self.weight), _CHUNK_ROWS)
        ]
        self._indicators = [
            [_indicator(group.codes[chunk], len(group.distinct)) for group in self._groups]
            for chunk in self._chunks
        ]

    def __call__(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the log-likelihood of every start at `theta`, and the parameters after a pass."""
        _rows, n_classes, n_starts = theta.shape
        width = n_classes * n_starts
        tables = [group.table(theta.reshape(-1, width)) for group in self._groups]
        tables[0] *= theta[0].reshape(width)
        sums = [np.zeros_like(table) for table in tables]
        log_likelihood = np.zeros(n_starts)
        for chunk, indicators in zip(self._chunks, self._indicators, strict=True):
            weight = self.weight[chunk]
            joint = tables[0][self._groups[0].codes[chunk]]
            for group, table in zip(self._groups[1:], tables[1:], strict=True):
                joint *= table[group.codes[chunk]]
            cube = joint.reshape(-1, n_classes, n_starts)
            density = np.maximum(np.einsum("rcs->rs", cube), _SMALLEST)
            log_likelihood += weight @ np.log(density)
            cube *= (weight[:, None] / density)[:, None, :]
            for total, indicator in zip(sums, indicators, strict=True):
                total += indicator @ joint
        return log_likelihood, self._maximised(theta, sums)

    def _maximised(self, theta: np.ndarray, sums: list[np.ndarray]) -> np.ndarray:
        after = np.empty_like(theta)
        after[0] = sums[0].sum(axis=0).reshape(theta.shape[1:]) / self.total
        for group, total in zip(self._groups, sums, strict=True):
            for block, indicator in zip(group.blocks, group.indicators, strict=True):
                counts = (indicator @ total).reshape(-1, *theta.shape[1:])
                known = counts.sum(axis=0)
                # A class that is empty, or knows nothing of an attribute, keeps what it had.
                after[1:][block] = np.where(
                    known > _SMALLEST, counts / np.maximum(known, _SMALLEST), theta[1:][block]
                )
        return after


@dataclass(frozen=True, eq=False)
class _SuperCode:
    """A few attributes packed into one code.

    Attributes
    ----------
    codes
        The code of every pattern, a row of `distinct`.
    distinct
        Rows of the parameters (0 where the value is missing) behind every code, one column an
        attribute.
    blocks, indicators
        For every attribute its rows of probabilities, and the levels × codes matrix of sums.
    """

    codes: np.ndarray
    distinct: np.ndarray
    blocks: tuple[slice, ...]
    indicators: tuple[sparse.csr_array, ...]

    def table(self, theta: np.ndarray) -> np.ndarray:
        """Return codes × (classes × starts): the probability of the code in the class."""
        known = theta.copy()
        known[0] = 1.0
        table = known[self.distinct[:, 0]]
        for column in self.distinct.T[1:]:
            table *= known[column]
        return table


def _super_codes(codes: np.ndarray, layout: _Layout) -> list[_SuperCode]:
    """Pack attributes greedily while the codes stay few against the patterns."""
    most = int(np.clip(len(codes) // 4, 16, _CODES_MAXIMUM))
    bundles: list[list[int]] = []
    size = most + 1
    for attribute, k in enumerate(layout.levels):
        if size * (k + 1) > most:
            bundles.append([])
            size = 1
        bundles[-1].append(attribute)
        size *= k + 1
    return [_super_code(codes[:, bundle], [layout.blocks[a] for a in bundle]) for bundle in bundles]


def _super_code(codes: np.ndarray, blocks: list[slice]) -> _SuperCode:
    _keys, first, place = np.unique(_packed(codes), return_index=True, return_inverse=True)
    distinct = codes[first]
    indicators = []
    for column, block in zip(distinct.T, blocks, strict=True):
        # Row 0 gathers the missing values and is dropped.
        indicators.append(_indicator(column, block.stop - block.start + 1)[1:])
    offsets = np.array([block.start for block in blocks])
    rows = np.where(distinct > 0, distinct + offsets, 0)
    return _SuperCode(place.ravel(), rows, tuple(blocks), tuple(indicators))


def _indicator(codes: np.ndarray, size: int) -> sparse.csr_array:
    """Return the size × rows matrix that sums the rows of each code."""
    from scipy import sparse  # half a second to import, which only a fit needs

    ones = np.ones(len(codes))
    shape = (size, len(codes))
    return sparse.csr_array((ones, (codes, np.arange(len(codes)))), shape=shape)


@dataclass(frozen=True, eq=False)
class _Climb:
    theta: np.ndarray
    log_likelihood: np.ndarray
    is_converged: np.ndarray
    passes_count: int

    def of(self, start: int) -> _Climb:
        only = [start]
        return _Climb(
            self.theta[..., only], self.log_likelihood[only], self.is_converged[only],
            self.passes_count,
        )  # fmt: skip


def _climb(passes: _Passes, theta: np.ndarray, tolerance: float, passes_maximum: int) -> _Climb:
    """Climb from every start by SQUAREM; a start that has arrived is left out of later passes."""
    theta = theta.copy()
    is_converged = np.zeros(theta.shape[-1], dtype=bool)
    # Right after a jump the fast directions hide the slow ones: the slowest of the last cycles
    # counts, and nothing is believed before there are as many.
    rates = np.full((_RATES_KEPT, theta.shape[-1]), 1 - 1e-6)
    passes_count = 0
    while not is_converged.all() and passes_count < passes_maximum:
        active = np.flatnonzero(~is_converged)
        start = theta[..., active]
        at_start, first = passes(start)
        at_first, second = passes(first)
        gain = at_first - at_start
        rates[:-1, active] = rates[1:, active]
        rates[-1, active] = _rate(start, first, second)
        slowest = rates[:, active].max(axis=0)
        is_near = gain * slowest / (1 - slowest) < _SAFETY * tolerance * passes.total
        is_near |= gain <= 1e-14 * np.abs(at_first)
        passes_count += 2
        theta[..., active] = second
        is_converged[active[is_near]] = True
        climbing = ~is_near
        if climbing.any():
            jump = _extrapolated(
                start[..., climbing], first[..., climbing], second[..., climbing], passes.layout
            )
            at_jump, after = passes(jump)
            passes_count += 1
            is_better = at_jump >= at_first[climbing]
            theta[..., active[climbing][is_better]] = after[..., is_better]
    return _Climb(theta, passes(theta)[0], is_converged, passes_count)


def _length(change: np.ndarray) -> np.ndarray:
    return np.einsum("rcs,rcs->s", change, change)


def _rate(start: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Estimate by what factor the gains shrink: the square of that of the steps."""
    rate = _length(second - first) / np.maximum(_length(first - start), _SMALLEST)
    return np.minimum(rate, 1 - 1e-6)


def _extrapolated(
    start: np.ndarray, first: np.ndarray, second: np.ndarray, layout: _Layout
) -> np.ndarray:
    step = first - start
    bend = (second - first) - step
    length = np.sqrt(_length(step) / np.maximum(_length(bend), _SMALLEST))
    length = np.maximum(length, 1.0)
    jump = start + 2 * length * step + length**2 * bend
    # Beyond the edge: go most of the way towards it, never onto it, where EM would be locked.
    return layout.normalised(np.where(jump > 0, jump, 0.1 * second))
