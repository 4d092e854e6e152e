"""Explanations: classes and targets stated as rules, and the subgroups richest in each target."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments.attributes import Coder
from client_segments.attributes.targets import (
    BLIND_ZONE,
    DISSATISFIED,
    PROBLEM,
    load_targets,
    target_patterns,
)
from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _, counted, format_percent
from client_segments.segments.contracts import (
    CLASS_RULES,
    REST_CODE,
    REST_PATTERNS,
    RULE_OVERLAPS,
    SUBGROUPS,
)
from client_segments.segments.grouping import Grouping
from client_segments.segments.rule_checks import (
    constant_findings,
    overlaps_table,
    rest_findings,
    rest_table,
)
from client_segments.segments.rules import (
    All,
    Rule,
    conditions_count,
    make_condition,
    place_rows,
    write_rule,
)
from client_segments.segments.statements import Reduction, StatedRule, state_rule
from client_segments.segments.subgroup_choice import select_subgroups, with_q_values
from client_segments.segments.subgroups import design_effect, search_subgroups
from client_segments.study import Study

CountPatterns = Callable[[Sequence[str]], pd.DataFrame]
"""Counts clients by combination of codes of some attributes: the engine's `patterns`."""
RowsOf = Callable[[pd.Series], pd.DataFrame]
"""Gives the coded rows of clients by identifier: the engine's `rows_of`."""
TROUBLES = (DISSATISFIED, BLIND_ZONE, PROBLEM)
"""Kinds of target that are explained: a channel in demand is not a trouble."""


@dataclass(frozen=True)
class Subject:
    """What a rule states: a class of clients, the rest, or a target; with its code and name."""

    kind: str
    code: str
    name: str


def rule_text(rule: Rule, coders: Sequence[Coder]) -> str:
    """Return a rule as the tree that stands for it in `segments.yml`: YAML on one line."""
    return json.dumps(write_rule(rule, coders), ensure_ascii=False)


def sayable(coders: Sequence[Coder]) -> list[Coder]:
    """Return the coders of attributes that a proposed rule may name: never the sensitive ones."""
    return [coder for coder in coders if not coder.attribute.is_sensitive]


def state_classes(
    patterns: pd.DataFrame, subjects: Sequence[Subject], coders: Sequence[Coder]
) -> tuple[pd.DataFrame, Findings]:
    """State each class of clients as a rule.

    Parameters
    ----------
    patterns
        One row is one pattern: columns of codes, `segment_code` and `clients_count`.
    subjects
        Classes to state, by their segment_code.
    coders
        Coders of attributes; those that the patterns have and that may be named are used.

    Returns
    -------
    rules : DataFrame
        Rows of table `class_rules`.
    findings : Findings
        Classes that no short rule states well.
    """
    used = [coder for coder in sayable(coders) if coder.attribute.code in patterns.columns]
    clients, table = patterns["clients_count"].to_numpy(), _codes(patterns, used)
    reduction = Reduction.of(table)
    rows, findings = [], Findings()
    for subject in subjects:
        inside = (patterns["segment_code"] == subject.code).to_numpy()
        stated = state_rule(table, clients * inside, clients, used, reduction=reduction)
        if stated is None:
            continue
        rows.append(_rule_row(subject, stated, int(clients[stated.is_covered].sum()), used))
        if not stated.is_faithful:
            findings.add(_unfaithful(subject, stated))
    return pd.DataFrame(rows, columns=CLASS_RULES.column_names), findings


def explain_targets(
    targets: pd.DataFrame, coded: pd.DataFrame, coders: Sequence[Coder], count: CountPatterns
) -> tuple[pd.DataFrame, pd.DataFrame, Findings]:
    """State where each target is thick, and find the subgroups richest in it.

    Parameters
    ----------
    targets
        What `attributes.targets.load_targets` returns with the coders.
    coded
        Clients with identifiers: `client_id` and columns of codes.
    coders
        Coders of all attributes.
    count
        Counts all clients by codes.

    Returns
    -------
    rules, subgroups : DataFrame
        Rows of table `class_rules` for targets that are surely higher somewhere, and table
        `subgroups`.
    findings : Findings
        How many combinations were tried.
    """
    used = sayable(coders)
    names = [coder.attribute.code for coder in used]
    searched = []
    if used and len(targets):
        patterns = target_patterns(targets, coded, names)
        searched = [
            _Searched.of(Subject("target", str(code), str(name)), part, used)
            for (code, name), part in patterns.groupby(["target_code", "target_name"])
        ]
    frames = with_q_values([search.found for search in searched])
    rules, shown = [], []
    for search, found in zip(searched, frames, strict=True):
        rows = search.selected(found, used)
        shown += rows
        # A target that is surely higher nowhere has no place to be stated.
        rules += search.stated(used, count) if rows else []
    findings = Findings()
    tried_count = sum(len(frame) for frame in frames)
    if tried_count:
        findings.add(_tried(tried_count, len(shown)))
    subgroups = pd.DataFrame(shown, columns=SUBGROUPS.column_names)
    return pd.DataFrame(rules, columns=CLASS_RULES.column_names), subgroups, findings


@dataclass(frozen=True)
class _Searched:
    """The search of one target: its combinations, and what they were counted on."""

    subject: Subject
    table: np.ndarray
    hits: np.ndarray
    total: np.ndarray
    effect: float
    found: pd.DataFrame

    @classmethod
    def of(cls, subject: Subject, part: pd.DataFrame, coders: Sequence[Coder]) -> _Searched:
        table, effect = _codes(part, coders), design_effect(part)
        hits, total = part["hits_count"].to_numpy(), part["total_count"].to_numpy()
        found = search_subgroups(
            table, hits, total, part["clients_count"].to_numpy(), effect=effect
        )
        return cls(subject, table, hits, total, effect, found)

    def stated(self, coders: Sequence[Coder], count: CountPatterns) -> list[dict[str, object]]:
        """Return the row of table `class_rules`, if the target can be stated."""
        stated = state_rule(self.table, self.hits, self.total, coders, is_target=True)
        if stated is None:
            return []
        clients = count(sorted(stated.rule.attributes()))
        is_inside = stated.rule.evaluate(clients).true
        clients_count = int(clients["clients_count"][is_inside].sum())
        return [_rule_row(self.subject, stated, clients_count, coders)]

    def selected(self, found: pd.DataFrame, coders: Sequence[Coder]) -> list[dict[str, object]]:
        """Return rows of table `subgroups`."""
        chosen = select_subgroups(found, self.table, self.hits, self.total, effect=self.effect)
        rows = []
        for number, row in enumerate(chosen.itertuples(), start=1):
            parts = tuple(
                make_condition(coders[place], (code,))
                for place, code in zip(row.places, row.codes, strict=True)
            )
            rule = parts[0] if len(parts) == 1 else All(parts)
            rows.append(
                {
                    "target_code": self.subject.code,
                    "target_name": self.subject.name,
                    "line_number": number,
                    "rule_text": "; ".join(part.text for part in parts),
                    "clients_count": int(row.clients_count),
                    "hits_count": int(row.hits_count),
                    "total_count": int(row.total_count),
                    "share_pct": 100 * row.share,
                    "others_share_pct": 100 * row.others_share,
                    "difference_pct": 100 * row.difference,
                    "low_pct": 100 * row.low,
                    "high_pct": 100 * row.high,
                    "lift": row.share / row.others_share if row.others_share > 0 else np.nan,
                    "q_value": row.q_value,
                    "is_special": any(coders[place].attribute.is_special for place in row.places),
                    "rule_tree": rule_text(rule, coders),
                }
            )
        return rows


def _codes(frame: pd.DataFrame, coders: Sequence[Coder]) -> np.ndarray:
    return frame[[coder.attribute.code for coder in coders]].to_numpy(dtype=np.int16)


def _rule_row(
    subject: Subject, stated: StatedRule, clients_count: int, coders: Sequence[Coder]
) -> dict[str, object]:
    special = {coder.attribute.code for coder in coders if coder.attribute.is_special}
    return {
        "subject_kind": subject.kind,
        "subject_code": subject.code,
        "subject_name": subject.name,
        "rule_text": stated.rule.text,
        "conditions_count": conditions_count(stated.rule),
        "clients_count": clients_count,
        "purity_pct": 100 * stated.purity,
        "overall_pct": 100 * stated.group_total / stated.whole_total,
        "coverage_pct": 100 * stated.coverage,
        "fidelity_pct": 100 * stated.fidelity,
        "is_faithful": stated.is_faithful,
        "is_special": bool(special & stated.rule.attributes()),
        "rule_tree": rule_text(stated.rule, coders),
    }


def _unfaithful(subject: Subject, stated: StatedRule) -> Finding:
    message = _(
        "«{name}» немногими условиями не выразить: правило «{rule}» находит {coverage} "
        "таких клиентов, и из найденных таковы {purity}."
    )
    remedy = _("уточните правило сами или оставьте отнесение по скрытым классам.")
    text = message.format(
        name=subject.name, rule=stated.rule.text, coverage=format_percent(100 * stated.coverage),
        purity=format_percent(100 * stated.purity),
    )  # fmt: skip
    return Finding(Severity.NOTE, "unfaithful_rule", text, remedy, clause="6")


def _tried(tried_count: int, shown_count: int) -> Finding:
    message = _("проверено {tried} значений признаков; показано {shown}.")
    text = message.format(
        tried=counted(tried_count, _("сочетание"), _("сочетания"), _("сочетаний")),
        shown=counted(shown_count, _("сочетание"), _("сочетания"), _("сочетаний")),
    )
    remedy = _(
        "случайных среди показанных – не более 5 % в среднем: поправка сделана на все проверенные."
    )
    return Finding(Severity.NOTE, "subgroups_tried", text, remedy, clause="6")


def explain(
    study: Study,
    grouping: Grouping,
    grouped: pd.DataFrame,
    class_patterns: pd.DataFrame | None,
    coders: Sequence[Coder],
    rows_of: RowsOf,
    count: CountPatterns,
    file: str,
) -> tuple[dict[str, pd.DataFrame], Findings]:
    """Explain the grouping: its tables `class_rules`, `subgroups`, `rule_overlaps`, `rest_patterns`.

    Parameters
    ----------
    grouping, grouped
        The grouping, and its patterns with `segment_code` and `clients_count`.
    class_patterns
        Patterns of the forming attributes with the classes that the model proposes, likewise;
        what is stated where the segments are rules already, and None where they are not.
    rows_of
        Gives clients by their identifiers: `client_id` and columns of codes.
    count
        Counts all clients by codes.
    file
        Decision file as findings show it.
    """
    tables = {"rule_overlaps": RULE_OVERLAPS.empty(), "rest_patterns": REST_PATTERNS.empty()}
    findings = Findings()
    rest = Subject("rest", REST_CODE, grouping.rest_name)
    ruled, rules = grouping.ruled(), grouping.rules()
    if ruled:
        placement = place_rows(rules, grouped)
        clients = grouped["clients_count"].to_numpy()
        codes, names = [plan.code for plan in ruled], [plan.name for plan in ruled]
        tables["rule_overlaps"] = overlaps_table(codes, placement, clients)
        findings.extend(constant_findings(names, rules, grouped, coders, file))
    if grouping.method == "rules":
        tables["rest_patterns"] = rest_table(rules, placement, grouped, coders)
        findings.extend(
            rest_findings(rules, placement, grouped, coders, tables["rest_patterns"], file)
        )
        found = class_patterns["segment_code"].unique()
        stated, _notes = state_classes(class_patterns, _classes(found), coders)
        forgotten, _notes = state_classes(grouped, [rest], coders)
        parts = [stated, forgotten]
    else:
        subjects = [
            Subject("segment", segment.code, segment.name)
            for segment in grouping.segments
            if segment.rule is None
        ] or _classes(grouped["segment_code"].unique())
        stated, notes = state_classes(grouped, [*subjects, rest], coders)
        findings.extend(notes)
        parts = [stated]
    targets, target_findings = load_targets(study, coders, TROUBLES)
    findings.extend(target_findings)
    coded = rows_of(targets["client_id"])
    rules_of_targets, tables["subgroups"], notes = explain_targets(targets, coded, coders, count)
    findings.extend(notes)
    parts = [part for part in (*parts, rules_of_targets) if len(part)]
    tables["class_rules"] = pd.concat(parts, ignore_index=True) if parts else CLASS_RULES.empty()
    return tables, findings


def _classes(codes: Sequence[str]) -> list[Subject]:
    """Return the classes of a model, by their number; one class of all clients says nothing."""
    numbers = sorted(int(code.rpartition("-")[2]) for code in codes if code != REST_CODE)
    name = _("Скрытый класс № {number}")
    return [Subject("class", f"class-{n}", name.format(number=n)) for n in numbers]
