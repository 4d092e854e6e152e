"""The decision `weights`: weights of criteria, given or from comparisons, and whom to research first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

import pandas as pd

from client_segments import decisions
from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract
from client_segments.findings import Findings, Severity
from client_segments.labels import fold
from client_segments.language import _, format_number
from client_segments.priorities.ranking.ahp import (
    CONSISTENCY_MAXIMUM,
    comparison_matrix,
    weights_of,
)
from client_segments.priorities.ranking.scores import DIGITS, IS_MAIN, LABELS, NAMES
from client_segments.segments import SEGMENTS
from client_segments.study import Study
from client_segments.values import ValueRefusedError, parse_number

WEIGHT_METHODS = {
    "given": _("веса названы числами"),
    "comparisons": _("веса получены из попарных сравнений"),
}
_LABELS = dict(zip(NAMES, LABELS, strict=True))

COMPARISON_RECORDS = TableContract(
    "comparisons", _("Попарные сравнения параметров"), _("Одна запись – одна пара параметров."), "decisions",
    (
        Column("first", _("Какой параметр важнее"), Kind.CODE, _("Более важный параметр пары; при равной важности – любой."), codes=_LABELS, required=True),
        Column("second", _("Какого параметра"), Kind.CODE, _("Менее важный параметр пары."), codes=_LABELS, required=True),
        Column("times", _("Во сколько раз"), Kind.NUMBER, _("1 – равно важны, 3 – немного важнее, 5 – важнее, 7 – намного важнее, 9 – несравнимо важнее."), required=True, minimum=1, maximum=9),
    ),
)  # fmt: skip
"""Saaty's scale, 1–9. Every pair of the criteria that are compared at all, once."""


@dataclass(frozen=True)
class DecidedWeights:
    """Weights as decided.

    Attributes
    ----------
    weights
        Weight of each criterion, of sum 1.
    source
        `default`, `given` or `comparisons`.
    compared_weights, consistency_ratio
        What the comparisons come to, where they are recorded and complete.
    why
        What the person wrote to explain the decision.
    """

    weights: Mapping[str, float]
    source: str = "default"
    compared_weights: Mapping[str, float] = field(default_factory=dict)
    consistency_ratio: float | None = None
    why: str = ""


def default_weights() -> dict[str, float]:
    """Return the weights where nobody decided: main ones above additional ones, halves inside."""
    shares = {True: rec.MAIN_CRITERIA_WEIGHT, False: 1 - rec.MAIN_CRITERIA_WEIGHT}
    counts = {kind: int((kind == IS_MAIN).sum()) for kind in shares}
    return {
        criterion.name: shares[criterion.is_main] / counts[criterion.is_main]
        for criterion in rec.CRITERIA
    }


def decided_weights(study: Study) -> tuple[DecidedWeights, tuple[str, ...], Findings]:
    """Read the decision `weights`.

    Returns
    -------
    weights : DecidedWeights
        The default ones where the decision gives none.
    research_first : tuple of str
        Codes of the segments that people chose to research first, in their order.
    findings : Findings
        Mistakes with their lines: errors, and warnings where a main criterion does not outweigh
        an additional one, or comparisons contradict one another.
    """
    decision = decisions.load(study, "weights")
    if decision is None:
        return DecidedWeights(default_weights()), (), Findings()
    findings = Findings(decision.findings)
    weights = _read(decision, findings)
    segments = study.read(SEGMENTS)
    return weights, _read_first(decision, segments, findings), findings


def load_weights(study: Study) -> tuple[dict[str, float], tuple[str, ...], Findings]:
    """Read the decision `weights` as plain numbers (see `decided_weights`)."""
    decided, research_first, findings = decided_weights(study)
    return dict(decided.weights), research_first, findings


def check_weights(decision: decisions.Decision) -> Findings:
    """Return the mistakes in the weights of a decision, before there are segments."""
    findings = Findings()
    _read(decision, findings)
    return findings


def _read(decision: decisions.Decision, findings: Findings) -> DecidedWeights:
    given = _read_given(decision, findings)
    compared, ratio = _read_comparisons(decision, findings)
    method = decision.data.get("method", "")
    if method not in ("", *WEIGHT_METHODS):
        findings.add(
            decision.finding(
                Severity.ERROR, "weight_method", _("так веса не задаются."),
                _("напишите given (веса названы числами) или comparisons (попарные сравнения)."),
                "method", found=str(method), expected=", ".join(WEIGHT_METHODS),
            )
        )  # fmt: skip
        method = "given"
    if method == "comparisons" and not decision.data.get("comparisons"):
        message = _("выбраны попарные сравнения, но ни одного сравнения не записано.")
        remedy = _("сравните параметры попарно под ключом comparisons или уберите method.")
        findings.add(
            decision.finding(Severity.ERROR, "comparisons_none", message, remedy, "method")
        )
    if compared and (method == "comparisons" or (method == "" and given is None)):
        source, weights = "comparisons", compared
    elif given is not None:
        source, weights = "given", given
    else:
        source, weights = "default", default_weights()
    if source != "default":
        _report_heavy(decision, weights, source, findings)
    if method == "" and given is not None and compared:
        message = _("записаны и веса, и попарные сравнения; очерёдность посчитана по весам.")
        remedy = _("чтобы считать по сравнениям, добавьте строку «method: comparisons».")
        findings.add(
            decision.finding(Severity.NOTE, "weights_twice", message, remedy, "comparisons")
        )
    return DecidedWeights(weights, source, compared, ratio, decision.why.strip().rstrip("."))


def _read_given(decision: decisions.Decision, findings: Findings) -> dict[str, float] | None:
    tree = decision.data.get("weights", "")
    if tree in ("", {}):
        return None
    if not isinstance(tree, dict):
        message = _("веса должны быть записаны строками «параметр: число».")
        remedy = _("параметры: {names}.").format(names=", ".join(NAMES))
        findings.add(decision.finding(Severity.ERROR, "weights", message, remedy, "weights"))
        return None
    findings.extend(decisions.check_keys(decision, tree, NAMES, "weights"))
    given = {name: _read_weight(decision, tree, name, findings) for name in NAMES}
    total = sum(given.values())
    if total <= 0:
        message = _("сумма весов равна нулю: сравнивать сегменты нечем.")
        remedy = _("дайте положительный вес хотя бы одному параметру.")
        findings.add(decision.finding(Severity.ERROR, "weights_zero", message, remedy, "weights"))
        return None
    return {name: value / total for name, value in given.items()}


def _read_weight(
    decision: decisions.Decision, tree: Mapping, name: str, findings: Findings
) -> float:
    written = tree.get(name, "")
    try:
        value = parse_number(written) if written != "" else 0.0
    except (ValueRefusedError, TypeError):
        value = float("nan")
    if 0 <= value < float("inf"):
        return value
    findings.add(
        decision.finding(
            Severity.ERROR, "weight_value", _("вес должен быть числом не меньше нуля."),
            _("исправьте вес."), "weights", name, found=str(written),
        )
    )  # fmt: skip
    return 0.0


def heavy_additional(weights: Mapping[str, float]) -> list[str]:
    """Return the additional criteria that weigh as much as a main one, or more (clause 6)."""
    least = min(weights[item.name] for item in rec.CRITERIA if item.is_main)
    return [
        item.name
        for item in rec.CRITERIA
        if not item.is_main and 0 < weights[item.name] >= least - 10.0**-DIGITS
    ]


def _report_heavy(
    decision: decisions.Decision, weights: Mapping[str, float], source: str, findings: Findings
) -> None:
    key = "comparisons" if source == "comparisons" else "weights"
    for name in heavy_additional(weights):
        message = _("дополнительный параметр «{label}» весит не меньше одного из основных.").format(
            label=_LABELS[name]
        )
        remedy = _(
            "пункт 6 называет основными ёмкость и удовлетворённость: дайте им больший вес или объясните решение (why)."
        )
        findings.add(
            decision.finding(
                Severity.WARNING, "main_below_additional", message, remedy, key, name, clause="6"
            )
        )


def _read_comparisons(
    decision: decisions.Decision, findings: Findings
) -> tuple[dict[str, float], float | None]:
    """Return weights by criterion and the consistency ratio; nothing where they are incomplete.

    Criteria that no pair names weigh nothing.
    """
    records, problems = decisions.records(decision, "comparisons", COMPARISON_RECORDS)
    findings.extend(problems)
    if not records or problems.errors:
        return {}, None
    pairs: dict[tuple[str, str], float] = {}
    for number, record in enumerate(records):
        first, second = record["first"], record["second"]
        if first == second or (first, second) in pairs or (second, first) in pairs:
            message = (
                _("параметр сравнивается с самим собой.")
                if first == second
                else _("эта пара уже сравнена.")
            )
            findings.add(
                decision.finding(
                    Severity.ERROR, "comparison_pair", message,
                    _("оставьте одно сравнение двух разных параметров."), "comparisons", number,
                    found=f"{_LABELS[first]} – {_LABELS[second]}",
                )
            )  # fmt: skip
            return {}, None
        pairs[first, second] = record["times"]
    named = [name for name in NAMES if any(name in pair for pair in pairs)]
    missing = [
        f"{_LABELS[first]} – {_LABELS[second]}"
        for first, second in combinations(named, 2)
        if (first, second) not in pairs and (second, first) not in pairs
    ]
    if missing:
        message = _("не все пары параметров сравнены.")
        remedy = _("добавьте сравнения: {pairs}.").format(pairs="; ".join(missing))
        findings.add(
            decision.finding(Severity.ERROR, "comparisons_missing", message, remedy, "comparisons")
        )
        return {}, None
    weights, ratio = weights_of(comparison_matrix(named, pairs))
    if ratio > CONSISTENCY_MAXIMUM:
        _report_ratio(decision, ratio, findings)
    known = dict(zip(named, weights.tolist(), strict=True))
    return {name: known.get(name, 0.0) for name in NAMES}, ratio


def _report_ratio(decision: decisions.Decision, ratio: float, findings: Findings) -> None:
    message = _(
        "попарные сравнения противоречат друг другу: отношение согласованности {ratio} больше {limit}."
    ).format(ratio=format_number(ratio, 2), limit=format_number(CONSISTENCY_MAXIMUM, 1))
    findings.add(
        decision.finding(
            Severity.WARNING, "comparisons_inconsistent", message,
            _("пересмотрите сравнения: если А важнее Б, а Б важнее В, то А должно быть важнее В ещё больше."),
            "comparisons",
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
