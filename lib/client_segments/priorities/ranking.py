"""The order of research: a weighted sum of the four parameters of clause 6, and its stability."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from client_segments import decisions
from client_segments import recommendations as rec
from client_segments.findings import Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.priorities.contracts import ALL_INSTRUMENTS, ALL_MEASURES, PRIORITIES
from client_segments.segments import REST_CODE, SEGMENTS
from client_segments.study import Study
from client_segments.values import ValueRefusedError, parse_number

DRAWS = 2000
"""Own: draws of weights and estimates by which stability is judged."""
STABLE_FROM = 0.8
"""Own: share of draws in which a stable rank is the same."""
RANK_QUANTILES = (0.05, 0.95)
_Z95 = 1.959963984540054
_DIGITS = 12  # scores closer than this are equal: rounding errors must not settle a tie

NAMES = tuple(criterion.name for criterion in rec.CRITERIA)
_IS_MAIN = np.array([criterion.is_main for criterion in rec.CRITERIA])
_VALUES = ["capacity_count", "satisfaction_pct", "problem_uniqueness", "blind_zone_pct"]
_INTERVALS = {
    1: ("satisfaction_low_pct", "satisfaction_high_pct"),
    3: ("blind_zone_low_pct", "blind_zone_high_pct"),
}
CRITERIA_COLUMNS = (
    "segment_code", "segment_name", "capacity_count",
    "satisfaction_pct", "satisfaction_low_pct", "satisfaction_high_pct", "problem_uniqueness",
    "blind_zone_pct", "blind_zone_low_pct", "blind_zone_high_pct",
)  # fmt: skip


def default_weights() -> dict[str, float]:
    """Return the weights where nobody decided: main ones above additional ones, halves inside."""
    shares = {True: rec.MAIN_CRITERIA_WEIGHT, False: 1 - rec.MAIN_CRITERIA_WEIGHT}
    counts = {kind: int((kind == _IS_MAIN).sum()) for kind in shares}
    return {
        criterion.name: shares[criterion.is_main] / counts[criterion.is_main]
        for criterion in rec.CRITERIA
    }


def load_weights(study: Study) -> tuple[dict[str, float], tuple[str, ...], Findings]:
    """Read the decision `weights`.

    Returns
    -------
    weights : dict
        Weight of each criterion, of sum 1; the default ones where the decision gives none.
    research_first : tuple of str
        Codes of the segments that people chose to research first.
    findings : Findings
        Mistakes with their lines: errors, and warnings where a main criterion weighs less than
        an additional one.
    """
    decision = decisions.load(study, "weights")
    if decision is None:
        return default_weights(), (), Findings()
    findings = Findings(decision.findings)
    weights = _read_weights(decision, findings)
    segments = study.read(SEGMENTS)
    return weights, _read_first(decision, segments, findings), findings


def check_weights(decision: decisions.Decision) -> Findings:
    """Return the mistakes in the weights of a decision, before there are segments."""
    findings = Findings()
    _read_weights(decision, findings)
    return findings


def _read_weights(decision: decisions.Decision, findings: Findings) -> dict[str, float]:
    tree = decision.data.get("weights", "")
    if tree == "":
        return default_weights()
    if not isinstance(tree, dict):
        message = _("веса должны быть записаны строками «параметр: число».")
        remedy = _("параметры: {names}.").format(names=", ".join(NAMES))
        findings.add(decision.finding(Severity.ERROR, "weights", message, remedy, "weights"))
        return default_weights()
    findings.extend(decisions.check_keys(decision, tree, NAMES, "weights"))
    given = {}
    for name in NAMES:
        written = tree.get(name, "")
        try:
            value = parse_number(written) if written != "" else 0.0
        except (ValueRefusedError, TypeError):
            value = float("nan")
        if not 0 <= value < float("inf"):
            message = _("вес должен быть числом не меньше нуля.")
            findings.add(
                decision.finding(
                    Severity.ERROR, "weight_value", message, _("исправьте вес."),
                    "weights", name, found=str(written),
                )
            )  # fmt: skip
            value = 0.0
        given[name] = value
    total = sum(given.values())
    if total <= 0:
        message = _("сумма весов равна нулю: сравнивать сегменты нечем.")
        remedy = _("дайте положительный вес хотя бы одному параметру.")
        findings.add(decision.finding(Severity.ERROR, "weights_zero", message, remedy, "weights"))
        return default_weights()
    weights = {name: value / total for name, value in given.items()}
    _check_order(decision, weights, findings)
    return weights


def _check_order(
    decision: decisions.Decision, weights: Mapping[str, float], findings: Findings
) -> None:
    main = min(weights[item.name] for item in rec.CRITERIA if item.is_main)
    for item in rec.CRITERIA:
        if not item.is_main and weights[item.name] > main + 10.0**-_DIGITS:
            message = _("дополнительный параметр «{label}» весит больше основного.").format(
                label=item.label
            )
            remedy = _("пункт 6 называет основными ёмкость и удовлетворённость: объясните решение.")
            findings.add(
                decision.finding(
                    Severity.WARNING, "main_below_additional", message, remedy,
                    "weights", item.name, clause="6",
                )
            )  # fmt: skip


def _read_first(
    decision: decisions.Decision, segments: pd.DataFrame, findings: Findings
) -> tuple[str, ...]:
    tree = decision.data.get("research_first", "")
    written = tree if isinstance(tree, list) else [tree] if tree != "" else []
    named = segments[~segments["is_rest"].astype(bool)]
    known = {fold(row.segment_name): row.segment_code for row in named.itertuples()}
    known |= {fold(code): code for code in named["segment_code"]}
    chosen: list[str] = []
    for number, text in enumerate(written):
        code = known.get(fold(text)) if isinstance(text, str) else None
        if code is None:
            findings.add(
                decision.finding(
                    Severity.ERROR, "research_first", _("такого сегмента нет."),
                    _("укажите код сегмента из шага 2."), "research_first", number,
                    found=str(text), expected=", ".join(named["segment_code"]),
                )
            )  # fmt: skip
        elif code not in chosen:
            chosen.append(code)
    return tuple(chosen)


def criteria_table(
    segments: pd.DataFrame,
    capacity: pd.DataFrame,
    satisfaction: pd.DataFrame,
    problem_uniqueness: pd.DataFrame,
    blind_zone: pd.DataFrame,
) -> pd.DataFrame:
    """Put the step's tables together: one row is one segment (without the rest).

    Capacity is the population where it is known for every segment, otherwise the clients of the
    data: numbers of two kinds are not compared.
    """
    table = segments.loc[segments["segment_code"] != REST_CODE, ["segment_code", "segment_name"]]
    codes = table["segment_code"]
    sizes = capacity.set_index("segment_code").reindex(codes)
    is_known = len(sizes) > 0 and sizes["population_count"].notna().all()
    whole = satisfaction[satisfaction["instrument"] == ALL_INSTRUMENTS]
    zones = blind_zone[blind_zone["measure"] == ALL_MEASURES]
    taken = (
        (sizes, {"capacity_count": "population_count" if is_known else "clients_count"}),
        (whole.set_index("segment_code"), {
            "satisfaction_pct": "satisfaction_pct", "satisfaction_low_pct": "low_pct",
            "satisfaction_high_pct": "high_pct"}),
        (problem_uniqueness.set_index("segment_code"), {
            "problem_uniqueness": "problem_uniqueness"}),
        (zones.set_index("segment_code"), {
            "blind_zone_pct": "blind_zone_pct", "blind_zone_low_pct": "low_pct",
            "blind_zone_high_pct": "high_pct"}),
    )  # fmt: skip
    columns = {
        name: source[column].astype("float64").reindex(codes).to_numpy()
        for source, names in taken
        for name, column in names.items()
    }
    return table.assign(**columns)[list(CRITERIA_COLUMNS)].reset_index(drop=True)


def rank_segments(
    criteria: pd.DataFrame, weights: Mapping[str, float], seed: int = rec.SEED
) -> pd.DataFrame:
    """Rank segments; return table `priorities` without `is_chosen`, in order of ranks.

    Parameters
    ----------
    criteria
        One row is one segment, columns `CRITERIA_COLUMNS`; NaN is no data.
    weights
        Weight of each criterion. A criterion unknown for a segment is left out for it, and its
        weight is shared by the others in proportion.

    Notes
    -----
    Stability by stochastic multicriteria acceptability analysis (Lahdelma, Hokkanen & Salminen
    (1998) EJOR 106:137-143): weights uniform over all vectors in which no main criterion weighs
    less than an additional one, estimates within their intervals. A criterion of zero weight is
    decided to be left out and is left out of the draws too. Noise is given to segments in order
    of their numbers, and equal segments share it: names and order of rows change nothing.
    """
    if criteria.empty:
        return PRIORITIES.empty().drop(columns="is_chosen")
    criteria = criteria.reset_index(drop=True)
    numeric = list(CRITERIA_COLUMNS[2:])
    content = criteria[numeric].astype("float64").to_numpy()
    order = np.lexsort(content.T[::-1])
    values = criteria[_VALUES].astype("float64").to_numpy()
    given = np.array([float(weights.get(name, 0.0)) for name in NAMES])
    scores = _normalised(values[None])[0]
    totals = _weighted(scores[None], given[None])[0]
    is_empty = values[:, 0] == 0
    ranks = _ranks(totals[None], is_empty)[0]
    result = criteria[["segment_code", "segment_name", *_VALUES]].assign(
        **{f"{name}_score": scores[:, place] for place, name in enumerate(NAMES)},
        score=totals,
        rank=ranks,
    )
    result["capacity_count"] = result["capacity_count"].round()
    drawn = _draw_ranks(criteria.iloc[order], given, is_empty[order], seed)
    back = np.argsort(order, kind="stable")
    stability = _stability(drawn[:, back], ranks, content, totals)
    labels = np.array([criterion.label for criterion in rec.CRITERIA], dtype=object)
    missing = [", ".join(labels[np.isnan(row)]) or None for row in values]
    result = result.assign(**stability, missing_criteria=missing)
    contract_names = [name for name in PRIORITIES.column_names if name != "is_chosen"]
    result = PRIORITIES.conform(result[contract_names].assign(is_chosen=False))
    ranked = result.sort_values("rank", kind="stable", ignore_index=True)
    return ranked.drop(columns="is_chosen")


def _normalised(values: np.ndarray) -> np.ndarray:
    """Put criteria on 0-1 over the segments of each draw: 1 is the most urgent.

    `values` are draws × segments × criteria. Nobody's capacity is 0 whatever the others.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = values.copy()
        scaled[..., 0] = np.where(values[..., 0] > 0, np.log(values[..., 0]), np.nan)
    scaled[..., 1] = -scaled[..., 1]
    low = np.fmin.reduce(scaled, axis=1, keepdims=True)
    high = np.fmax.reduce(scaled, axis=1, keepdims=True)
    span = high - low
    is_flat = span <= 1e-12 * np.fmax(np.abs(high), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = np.where(is_flat, np.where(np.isnan(scaled), np.nan, 0.5), (scaled - low) / span)
    scores[..., 0] = np.where(values[..., 0] == 0, 0.0, scores[..., 0])
    return np.clip(scores, 0.0, 1.0)


def _weighted(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return weighted means over the known criteria; NaN where none is known."""
    known = ~np.isnan(scores)
    shares = weights[:, None, :] * known
    total = shares.sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = (shares * np.where(known, scores, 0.0)).sum(axis=2) / total
    return np.clip(np.where(total > 0, means, np.nan), 0.0, 1.0)


def _ranks(totals: np.ndarray, is_empty: np.ndarray) -> np.ndarray:
    """Rank from 1, equals sharing the better rank; unknown ones after known, empty ones last."""
    rounded = np.where(np.isnan(totals), -1.0, np.round(totals, _DIGITS))
    rounded = np.where(is_empty[None, :], rounded - 10.0, rounded)
    return 1 + (rounded[:, None, :] > rounded[:, :, None]).sum(axis=2)


def _draw_ranks(
    criteria: pd.DataFrame, weights: np.ndarray, is_empty: np.ndarray, seed: int
) -> np.ndarray:
    """Return ranks, draws × segments."""
    generator = np.random.default_rng(seed)
    values = np.repeat(criteria[_VALUES].astype("float64").to_numpy()[None], DRAWS, axis=0)
    is_used = (weights > 0) & ~np.isnan(values[0]).all(axis=0)
    drawn_weights = _draw_weights(generator, is_used)
    for place, (low, high) in _INTERVALS.items():
        middle = values[..., place]
        noise = generator.standard_normal(middle.shape)
        above = (criteria[high].astype("float64").to_numpy() - middle).clip(min=0)
        below = (middle - criteria[low].astype("float64").to_numpy()).clip(min=0)
        moved = middle + noise / _Z95 * np.where(noise > 0, above, below)
        values[..., place] = np.where(np.isnan(moved), middle, np.clip(moved, 0.0, 100.0))
    return _ranks(_weighted(_normalised(values), drawn_weights), is_empty)


def _draw_weights(generator: np.random.Generator, is_used: np.ndarray) -> np.ndarray:
    """Draw weights uniformly over those with every main one no less than any additional one.

    A uniform point of the simplex is normalised exponentials; given its order, the greatest
    weights fall to the main criteria in any order.
    """
    main = np.flatnonzero(is_used & _IS_MAIN)
    additional = np.flatnonzero(is_used & ~_IS_MAIN)
    weights = np.zeros((DRAWS, len(is_used)))
    points = generator.standard_exponential((DRAWS, len(main) + len(additional)))
    points = -np.sort(-points, axis=1)
    weights[:, main] = generator.permuted(points[:, : len(main)], axis=1)
    weights[:, additional] = generator.permuted(points[:, len(main) :], axis=1)
    return weights / np.fmax(weights.sum(axis=1, keepdims=True), 1e-300)


def _stability(
    drawn: np.ndarray, ranks: np.ndarray, content: np.ndarray, totals: np.ndarray
) -> dict[str, list]:
    """Describe each segment's drawn ranks; equal segments share their draws."""
    first = (drawn == 1) / np.fmax((drawn == 1).sum(axis=1, keepdims=True), 1)
    columns: dict[str, list] = {"first_pct": [], "rank_low": [], "rank_high": [], "is_stable": []}
    for place in range(len(ranks)):
        alike = ((content == content[place]) | (np.isnan(content) & np.isnan(content[place]))).all(
            axis=1
        )
        is_known = not np.isnan(totals[place]) or len(ranks) == 1
        pooled = drawn[:, alike].ravel()
        low, high = np.quantile(pooled, RANK_QUANTILES, method="inverted_cdf")
        columns["first_pct"].append(100 * first[:, alike].mean() if is_known else np.nan)
        columns["rank_low"].append(int(low) if is_known else None)
        columns["rank_high"].append(int(high) if is_known else None)
        is_stable = bool((pooled == ranks[place]).mean() >= STABLE_FROM)
        columns["is_stable"].append(is_known and is_stable)
    return columns
