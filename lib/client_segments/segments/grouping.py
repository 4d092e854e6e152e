"""Grouping: how clients are put into segments, as people decided or as the program proposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from client_segments import decisions
from client_segments.attributes import Coder
from client_segments.contracts import Column, Kind
from client_segments.decisions import Decision
from client_segments.findings import Finding, Findings, InputError, Severity
from client_segments.language import _, counted
from client_segments.segments.classes import (
    Counted,
    FoundClasses,
    find_classes,
    no_classes,
    place_by_model,
)
from client_segments.segments.contracts import METHODS, REST_CODE, SEGMENT_RECORDS
from client_segments.segments.rules import Placement, Rule, parse_rule, place_rows
from client_segments.segments.stored_model import StoredModel, read_stored_model
from client_segments.study import Study, check_code
from client_segments.values import ValueRefusedError, parse_value

CLASSES_MAXIMUM = 12
"""Own: more segments than people can act on."""

_METHOD = Column(
    "method", _("Способ"), Kind.CODE, _("Правила, скрытые классы или то и другое."), codes=METHODS
)
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
    """How clients are grouped; `is_proposed` until a person has decided, `model` if adopted."""

    method: str
    segments: tuple[SegmentPlan, ...]
    rest_name: str
    classes_count: int = 0
    is_proposed: bool = False
    model: StoredModel | None = None

    def ruled(self) -> list[SegmentPlan]:
        """Return the segments that have a rule, in their order."""
        return [segment for segment in self.segments if segment.rule is not None]

    def rules(self) -> list[Rule]:
        return [segment.rule for segment in self.ruled()]


@dataclass(frozen=True)
class GroupedPatterns:
    """Patterns of codes with their segments, and what was met on the way.

    Attributes
    ----------
    patterns
        One row is one pattern, or one client: with `segment_code` and, where a model placed it,
        `probability`.
    findings
        Overlaps, empty and unreachable rules, with counts.
    class_values, model_fit
        Tables of the same names: the latent classes behind the segments, empty for rules.
    """

    patterns: pd.DataFrame
    class_values: pd.DataFrame
    model_fit: pd.DataFrame
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
    nested = () if method == "latent_classes" else ("rule",)
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
    model = None
    if method != "rules":
        model, problems = read_stored_model(decision, classes_count)
        findings.extend(problems)
    return Grouping(method, tuple(segments), rest_name, classes_count, model=model), findings


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
    has_class, has_rule = record["class_number"] is not None, record.get("rule", "") != ""
    if method == "rules_and_classes" and has_class and has_rule:
        message = _("у сегмента и правило, и номер класса: клиентов ищет что-то одно.")
        remedy = _("оставьте rule или class_number.")
        findings.append(decision.finding(Severity.ERROR, "two_ways", message, remedy, *path))
    elif method == "rules" or (method == "rules_and_classes" and not has_class):
        rule, problems = parse_rule(decision, coders, record.get("rule"), *path, "rule")
        findings.extend(problems)
    elif not has_class:
        message = _("не указан номер класса.")
        remedy = _(
            "добавьте class_number (классы пронумерованы по убыванию доли) или, если сегмент "
            "задан правилом, выберите способ rules_and_classes."
        )
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
    if not segments and method != "latent_classes":
        message = _("не описан ни один сегмент.")
        remedy = _("добавьте сегменты или удалите файл, чтобы получить предложение программы.")
        findings.append(
            decision.finding(Severity.ERROR, "no_segments", message, remedy, "segments")
        )
    if method != "rules" and classes_count == 0:
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
    coders: Sequence[Coder],
    file: str,
) -> GroupedPatterns:
    """Put each pattern of codes into its segment.

    Parameters
    ----------
    patterns : DataFrame
        One row is one pattern, or one client, of codes of the forming attributes, with `weight`
        and `clients_count`.
    forming
        Codes of the forming attributes.
    class_models : DataFrame
        Table `class_models`: its proposal counts where people have not named a number.
    coders
        Values of the attributes behind the codes.
    file
        Decision file as findings show it.
    """
    if grouping.method == "rules":
        return _group_by_rules(grouping, patterns, file)
    if grouping.method == "rules_and_classes":
        return _group_by_both(grouping, patterns, class_models, coders, file)
    return _group_by_classes(grouping, patterns, forming, class_models, coders, file)


def _group_by_both(
    grouping: Grouping,
    patterns: pd.DataFrame,
    class_models: pd.DataFrame,
    coders: Sequence[Coder],
    file: str,
) -> GroupedPatterns:
    """Let the rules take their clients, and put those whom none takes into latent classes."""
    ruled = _group_by_rules(grouping, patterns, file)
    is_left = (ruled.patterns["segment_code"] == REST_CODE).to_numpy()
    left = patterns[is_left]
    if not left["clients_count"].sum():
        message = _("правила взяли всех клиентов: скрытым классам никого не осталось.")
        remedy = _("уберите сегменты с class_number или уточните правила.")
        ruled.findings.add(
            Finding(Severity.WARNING, "no_clients_left", message, remedy, file=file, clause="6")
        )
        return ruled
    forming = [
        coder.attribute.code
        for coder in coders
        if coder.attribute.role == "forming" and coder.attribute.code in patterns.columns
    ]
    classed = _group_by_classes(grouping, left, forming, class_models, coders, file)
    codes = ruled.patterns["segment_code"].to_numpy(dtype=object)
    codes[is_left] = classed.patterns["segment_code"].to_numpy(dtype=object)
    probability = np.full(len(patterns), np.nan)
    probability[is_left] = classed.patterns["probability"]
    classed.findings.extend(ruled.findings)
    return GroupedPatterns(
        patterns.assign(segment_code=pd.Categorical(codes), probability=probability),
        classed.class_values, classed.model_fit, classed.findings,
    )  # fmt: skip


def _group_by_classes(
    grouping: Grouping,
    patterns: pd.DataFrame,
    forming: Sequence[str],
    class_models: pd.DataFrame,
    coders: Sequence[Coder],
    file: str,
) -> GroupedPatterns:
    """Put patterns into latent classes, of the adopted model where there is one."""
    if grouping.model is not None:
        found = place_by_model(patterns, coders, grouping.model, file)
        count = grouping.model.classes_count
    else:
        proposed = class_models.loc[class_models["is_proposed"], "classes_count"]
        count = grouping.classes_count or int(proposed.iloc[0])
        found = find_classes(Counted.of(patterns, forming), coders, count, file)
        if not grouping.is_proposed:
            found.findings.add(_not_stored(file))
    if grouping.is_proposed:
        codes = {number: f"class-{number}" for number in range(1, count + 1)}
    else:
        codes = {segment.class_number: segment.code for segment in grouping.segments}
        codes.pop(None, None)
    numbers = found.class_values["class_number"]
    class_values = found.class_values.assign(
        segment_code=[codes.get(int(number), REST_CODE) for number in numbers]
    )
    return GroupedPatterns(
        _placed(patterns, found, codes), class_values, found.model_fit, found.findings
    )


def _placed(patterns: pd.DataFrame, found: FoundClasses, codes: dict[int, str]) -> pd.DataFrame:
    """Return the rows with the segments of their classes; others have no probability."""
    names = list(dict.fromkeys([*codes.values(), REST_CODE]))
    rest = names.index(REST_CODE)
    places = np.full(int(found.numbers.max(initial=0)) + 1, rest, dtype=np.int16)
    for number, code in codes.items():
        if number < len(places):
            places[number] = names.index(code)
    numbers = places[found.numbers]
    return patterns.assign(
        segment_code=pd.Categorical.from_codes(numbers, names),
        probability=np.where(numbers == rest, np.nan, found.probability),
    )


def place_by_stored_model(
    grouping: Grouping, codes: pd.DataFrame, coders: Sequence[Coder]
) -> np.ndarray:
    """Return the segment of rows of codes by the adopted model; NaN where an attribute is lacking.

    A combination of values that no client has is placed as well.
    """
    listed = {coder.attribute.code for coder in coders} & set(grouping.model.attribute_codes)
    if not listed <= set(codes.columns):
        return np.full(len(codes), np.nan, dtype=object)
    columns, _unknown = grouping.model.recoded(codes, coders)
    by_number = {segment.class_number: segment.code for segment in grouping.segments}
    numbers = grouping.model.placing().classes(columns) + 1
    return np.array([by_number.get(int(number), REST_CODE) for number in numbers], dtype=object)


def _not_stored(file: str) -> Finding:
    message = _(
        "модель скрытых классов не сохранена: в следующем году классы будут построены заново и "
        "клиенты могут попасть в другие сегменты."
    )
    remedy = _(
        "откройте редактор сегментов в блокноте 02 и нажмите «Сохранить решение»: модель запишется вместе с ним."
    )
    return Finding(Severity.NOTE, "model_not_stored", message, remedy, file=file, clause="10")


def _group_by_rules(grouping: Grouping, patterns: pd.DataFrame, file: str) -> GroupedPatterns:
    placement = place_rows(grouping.rules(), patterns)
    codes = [*(segment.code for segment in grouping.ruled()), REST_CODE]
    chosen = np.where(placement.chosen < 0, len(codes) - 1, placement.chosen)
    return GroupedPatterns(
        patterns.assign(segment_code=pd.Categorical.from_codes(chosen, codes)),
        *no_classes(),
        _rule_findings(grouping, placement, patterns["clients_count"].to_numpy(), file),
    )


def _rule_findings(
    grouping: Grouping, placement: Placement, clients: np.ndarray, file: str
) -> Findings:
    """Find empty and unreachable rules and overlaps, with numbers of clients."""
    findings = Findings()
    forms = (_("клиент"), _("клиента"), _("клиентов"))
    for number, segment in enumerate(grouping.ruled()):
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
