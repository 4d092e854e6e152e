"""Grouping: how clients are put into segments, as people decided or as the program proposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from client_segments import decisions
from client_segments import recommendations as rec
from client_segments.attributes import Coder
from client_segments.contracts import Column, Kind
from client_segments.decisions import Decision
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _, counted
from client_segments.segments.contracts import METHODS, REST_CODE, SEGMENT_RECORDS
from client_segments.segments.latent_classes import LatentClassModel, choose_classes
from client_segments.segments.rules import Placement, Rule, parse_rule, place_rows
from client_segments.study import Study, check_code
from client_segments.values import ValueRefusedError, parse_value

CLASSES_MAXIMUM = 12
"""Own: more segments than people can act on."""
PROPOSED_CLASSES_MAXIMUM = 8

_METHOD = Column("method", _("Способ"), Kind.CODE, _("Правила или скрытые классы."), codes=METHODS)
_CLASSES = Column(
    "classes", _("Число классов"), Kind.INTEGER, _("Для скрытых классов."),
    minimum=1, maximum=CLASSES_MAXIMUM,
)  # fmt: skip


@dataclass(frozen=True)
class SegmentPlan:
    """One segment as decided: its code and name, and its rule or the number of its class."""

    code: str
    name: str
    rule: Rule | None = None
    class_number: int | None = None


@dataclass(frozen=True)
class Grouping:
    """How clients are grouped; `is_proposed` until a person has decided."""

    method: str
    segments: tuple[SegmentPlan, ...]
    rest_name: str
    classes_count: int = 0
    is_proposed: bool = False

    def rules(self) -> list[Rule]:
        return [segment.rule for segment in self.segments]


@dataclass(frozen=True)
class GroupedPatterns:
    """Patterns of codes with their segments, and what was met on the way.

    Attributes
    ----------
    patterns
        One row is one pattern, with `segment_code`.
    findings
        Overlaps, empty and unreachable rules, with counts.
    """

    patterns: pd.DataFrame
    findings: Findings = field(default_factory=Findings)


def load_grouping(study: Study, coders: Sequence[Coder]) -> tuple[Grouping, Findings]:
    """Return the decided grouping or, where nobody has decided, latent classes as a proposal."""
    decision = decisions.load(study, "segments")
    rest_name = _("Остальные клиенты")
    if decision is None:
        message = _("сегменты ещё не утверждены: показано предложение программы (скрытые классы).")
        remedy = _("назовите сегменты и сохраните решение в decisions/segments.yml.")
        finding = Finding(
            Severity.WARNING, "segments_proposed", message, remedy,
            file=study.name_of(study.decisions_folder), clause="6",
        )  # fmt: skip
        return Grouping("latent_classes", (), rest_name, is_proposed=True), Findings([finding])
    findings = Findings(decision.findings)
    method = _single(decision, _METHOD, findings) or "rules"
    classes_count = _single(decision, _CLASSES, findings) or 0
    nested = ("rule",) if method == "rules" else ()
    records, problems = decisions.records(decision, "segments", SEGMENT_RECORDS, nested)
    findings.extend(problems)
    segments = []
    for number, record in enumerate(records):
        segment, problems = _segment(decision, number, record, method, coders)
        findings.extend(problems)
        segments.append(segment)
    findings.extend(_list_findings(decision, segments, method, classes_count))
    rest = decision.data.get("rest", "")
    if isinstance(rest, dict):
        findings.extend(decisions.check_keys(decision, rest, ("code", "name"), "rest"))
        rest_name = str(rest.get("name") or rest_name)
    return Grouping(method, tuple(segments), rest_name, classes_count), findings


def _single(decision: Decision, column: Column, findings: Findings) -> object:
    written = decision.data.get(column.name, "")
    if written == "":
        return None
    try:
        return parse_value(written, column)
    except ValueRefusedError as error:
        message = _("значение «{label}» не подходит.").format(label=column.label)
        findings.add(
            decision.finding(
                Severity.ERROR, "value", message, _("исправьте значение."),
                column.name, found=str(written), expected=str(error),
            )
        )  # fmt: skip
        return None


def _segment(
    decision: Decision, number: int, record: dict, method: str, coders: Sequence[Coder]
) -> tuple[SegmentPlan, list[Finding]]:
    path = ("segments", number)
    findings = []
    try:
        if record["code"]:
            check_code(record["code"], _("Сегмент"))
    except InputError as error:
        findings.append(
            decision.finding(
                Severity.ERROR, "segment_code", _("код сегмента не подходит."),
                error.findings[0].remedy, *path, "code", found=record["code"],
            )
        )  # fmt: skip
    rule = None
    if method == "rules":
        rule, problems = parse_rule(decision, coders, record.get("rule"), *path, "rule")
        findings.extend(problems)
    elif record["class_number"] is None:
        message = _("не указан номер класса.")
        remedy = _("добавьте class_number: классы пронумерованы по убыванию доли.")
        findings.append(decision.finding(Severity.ERROR, "class_number", message, remedy, *path))
    plan = SegmentPlan(record["code"] or "", record["name"] or "", rule, record["class_number"])
    return plan, findings


def _list_findings(
    decision: Decision, segments: list[SegmentPlan], method: str, classes_count: int
) -> list[Finding]:
    findings = []
    remedy = _("дайте каждому сегменту своё значение.")
    for label, values in (
        (_("код сегмента повторяется."), [segment.code for segment in segments]),
        (_("название сегмента повторяется."), [segment.name for segment in segments]),
        (_("номер класса повторяется."), [segment.class_number for segment in segments]),
    ):
        given = [value for value in values if value not in ("", None)]
        for value in sorted({value for value in given if given.count(value) > 1}, key=str):
            number = len(values) - 1 - values[::-1].index(value)
            findings.append(
                decision.finding(
                    Severity.ERROR, "repeated", label, remedy, "segments", number, found=str(value)
                )
            )
    if REST_CODE in {segment.code for segment in segments}:
        message = _("код «rest» занят: он обозначает остальных клиентов.")
        findings.append(decision.finding(Severity.ERROR, "rest", message, remedy, "segments"))
    if not segments and method == "rules":
        message = _("не описан ни один сегмент.")
        remedy = _("добавьте сегменты или удалите файл, чтобы получить предложение программы.")
        findings.append(
            decision.finding(Severity.ERROR, "no_segments", message, remedy, "segments")
        )
    if method == "latent_classes" and classes_count == 0:
        message = _("не указано число классов.")
        remedy = _("добавьте строку «classes: число».")
        findings.append(decision.finding(Severity.ERROR, "classes", message, remedy, "method"))
    numbers = [segment.class_number or 0 for segment in segments]
    if classes_count and max(numbers, default=0) > classes_count:
        message = _("номер класса больше числа классов.")
        remedy = _("проверьте classes и class_number.")
        findings.append(decision.finding(Severity.ERROR, "classes", message, remedy, "classes"))
    return findings


def group_patterns(
    grouping: Grouping,
    patterns: pd.DataFrame,
    forming: Sequence[str],
    class_models: pd.DataFrame,
    file: str,
) -> GroupedPatterns:
    """Put each pattern of codes into its segment.

    Parameters
    ----------
    patterns : DataFrame
        One row is one pattern of codes of the forming attributes, with `weight` and
        `clients_count`.
    forming
        Codes of the forming attributes.
    class_models : DataFrame
        Table `class_models`: its proposal counts where people have not named a number.
    file
        Decision file as findings show it.
    """
    if grouping.method == "rules":
        return _group_by_rules(grouping, patterns, file)
    proposed = class_models.loc[class_models["is_proposed"], "classes_count"]
    count = grouping.classes_count or int(proposed.iloc[0])
    numbers = fit_classes(patterns, forming, count)
    if grouping.is_proposed:
        codes = {number: f"class-{number}" for number in range(1, count + 1)}
    else:
        codes = {segment.class_number: segment.code for segment in grouping.segments}
    segment_codes = [codes.get(int(number), REST_CODE) for number in numbers]
    return GroupedPatterns(patterns.assign(segment_code=segment_codes))


def _group_by_rules(grouping: Grouping, patterns: pd.DataFrame, file: str) -> GroupedPatterns:
    placement = place_rows(grouping.rules(), patterns)
    codes = np.array([*(segment.code for segment in grouping.segments), REST_CODE])
    return GroupedPatterns(
        patterns.assign(segment_code=codes[placement.chosen]),
        _rule_findings(grouping, placement, patterns["clients_count"].to_numpy(), file),
    )


def _rule_findings(
    grouping: Grouping, placement: Placement, clients: np.ndarray, file: str
) -> Findings:
    """Find empty and unreachable rules and overlaps, with numbers of clients."""
    findings = Findings()
    forms = (_("клиент"), _("клиента"), _("клиентов"))
    for number, segment in enumerate(grouping.segments):
        matched = int(clients[placement.matches[:, number]].sum())
        taken = int(clients[placement.matches[:, number] & (placement.chosen != number)].sum())
        name = segment.name
        if matched == 0:
            rule, message = "empty_rule", _("правилу сегмента «{name}» не отвечает ни один клиент.")
            remedy = _("проверьте значения признаков в правиле или уберите сегмент.")
            severity = Severity.WARNING
        elif matched == taken:
            rule, severity = "unreachable_rule", Severity.WARNING
            message = _("сегмент «{name}» пуст: всех его клиентов ({taken}) забирают правила выше.")
            remedy = _("поставьте правило выше или уточните правила перед ним.")
        elif taken:
            rule, severity = "overlap", Severity.NOTE
            message = _(
                "правилу сегмента «{name}» отвечают ещё {taken}, которых забрали правила выше."
            )
            remedy = _("если так не задумано, уточните правила: первое подходящее побеждает.")
        else:
            continue
        text = message.format(name=name, taken=counted(taken, *forms))
        findings.add(Finding(severity, rule, text, remedy, file=file, clause="6"))
    return findings


def _normalised(patterns: pd.DataFrame) -> np.ndarray:
    """Return weights that sum to the number of clients: BIC takes their sum for it."""
    weight = patterns["weight"].to_numpy()
    total = weight.sum()
    return weight * (patterns["clients_count"].sum() / total) if total > 0 else weight


def fit_classes(patterns: pd.DataFrame, forming: Sequence[str], classes_count: int) -> np.ndarray:
    """Return the class (1 …, by decreasing share) of each pattern by a latent class model."""
    model = LatentClassModel(n_classes=classes_count, seed=rec.SEED)
    table = patterns[list(forming)].to_numpy()
    model.fit(table, weight=_normalised(patterns))
    return model.predict(table) + 1


def compare_classes(patterns: pd.DataFrame, forming: Sequence[str]) -> pd.DataFrame:
    """Fit latent class models with 1, 2 … classes: table `class_models`."""
    return choose_classes(
        patterns[list(forming)].to_numpy(),
        weight=_normalised(patterns),
        maximum=PROPOSED_CLASSES_MAXIMUM,
        seed=rec.SEED,
    )
