"""Rules: a readable tree of conditions on attribute values, stored as data, never evaluated as code.

A condition on a value that is not known is neither true nor false (Kleene's three values), so a
client without data falls into a segment only by what is known of it; «нет данных» may be named
among the values to mean just that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments.attributes import MISSING_CODE, Coder
from client_segments.decisions import Decision
from client_segments.findings import Finding, Severity
from client_segments.labels import fold
from client_segments.language import NO_DATA, _

DEPTH_MAXIMUM = 20
"""Own: a deeper tree is not readable, and stops a tree that holds itself."""
VALUES_TOLD = 3
"""Own: values between a bound and the end of the list that are still told one by one."""
VALUES_LISTED = 15
"""Own: values that a finding names before it says how many more there are."""


@dataclass(frozen=True)
class Truth:
    """Kleene truth of a rule for each row: surely true, surely false, else unknown."""

    true: np.ndarray
    false: np.ndarray


@dataclass(frozen=True)
class Condition:
    """The attribute has one of some values (codes)."""

    attribute: str
    codes: tuple[int, ...]
    text: str

    def evaluate(self, codes: pd.DataFrame) -> Truth:
        if self.attribute not in codes:
            nobody = np.zeros(len(codes), dtype=bool)
            return Truth(nobody, nobody)
        values = codes[self.attribute].to_numpy()
        true = np.isin(values, self.codes)
        return Truth(true, ~true & (values != MISSING_CODE))

    def attributes(self) -> set[str]:
        return {self.attribute}


@dataclass(frozen=True)
class All:
    """Every part is true."""

    parts: tuple[Rule, ...]

    @property
    def text(self) -> str:
        return _("; и ").join(_bracketed(part, Any) for part in self.parts)

    def evaluate(self, codes: pd.DataFrame) -> Truth:
        truths = [part.evaluate(codes) for part in self.parts]
        return Truth(
            np.logical_and.reduce([truth.true for truth in truths]),
            np.logical_or.reduce([truth.false for truth in truths]),
        )

    def attributes(self) -> set[str]:
        return set().union(*(part.attributes() for part in self.parts))


@dataclass(frozen=True)
class Any:
    """At least one part is true."""

    parts: tuple[Rule, ...]

    @property
    def text(self) -> str:
        return _("; или ").join(_bracketed(part, All) for part in self.parts)

    def evaluate(self, codes: pd.DataFrame) -> Truth:
        truths = [part.evaluate(codes) for part in self.parts]
        return Truth(
            np.logical_or.reduce([truth.true for truth in truths]),
            np.logical_and.reduce([truth.false for truth in truths]),
        )

    def attributes(self) -> set[str]:
        return set().union(*(part.attributes() for part in self.parts))


@dataclass(frozen=True)
class Not:
    """The part is false."""

    part: Rule

    @property
    def text(self) -> str:
        return _("кроме ({rule})").format(rule=self.part.text)

    def evaluate(self, codes: pd.DataFrame) -> Truth:
        truth = self.part.evaluate(codes)
        return Truth(truth.false, truth.true)

    def attributes(self) -> set[str]:
        return self.part.attributes()


Rule = Condition | All | Any | Not


def make_condition(coder: Coder, codes: Sequence[int], operator: str = "in") -> Condition:
    """Return the condition that an attribute has one of some codes, in words.

    `operator` is how it is written: `in`, or `at_least` and `at_most`, whose long lists of
    values are told by their bound.
    """
    names = (NO_DATA, *coder.names)
    told = _(" или ").join(names[code] for code in codes)
    if operator != "in" and len(codes) > VALUES_TOLD:
        bound = {"at_least": _("«{value}» и выше"), "at_most": _("«{value}» и ниже")}[operator]
        told = bound.format(value=names[codes[0] if operator == "at_least" else codes[-1]])
    return Condition(coder.attribute.code, tuple(codes), f"{coder.attribute.name}: {told}")


def operator_for(coder: Coder, codes: Sequence[int]) -> str:
    """Return how codes are best written: by their bound where a long end of an order is meant."""
    codes, last = list(codes), len(coder.names)
    if coder.attribute.is_ordered and VALUES_TOLD < len(codes) < last:
        if codes == list(range(codes[0], last + 1)) and codes[0] != MISSING_CODE:
            return "at_least"
        if codes == list(range(1, codes[-1] + 1)):
            return "at_most"
    return "in"


def write_rule(rule: Rule, coders: Sequence[Coder]) -> dict[str, object]:
    """Return a rule as the tree that stands for it in `segments.yml`."""
    if isinstance(rule, Condition):
        coder = next(coder for coder in coders if coder.attribute.code == rule.attribute)
        names = (NO_DATA, *coder.names)
        operator = operator_for(coder, rule.codes)
        if operator == "in":
            return {"attribute": rule.attribute, "in": [names[code] for code in rule.codes]}
        bound = rule.codes[0] if operator == "at_least" else rule.codes[-1]
        return {"attribute": rule.attribute, operator: names[bound]}
    if isinstance(rule, Not):
        return {"not": write_rule(rule.part, coders)}
    word = "all" if isinstance(rule, All) else "any"
    return {word: [write_rule(part, coders) for part in rule.parts]}


def conditions_count(rule: Rule) -> int:
    """Return how many conditions a rule names."""
    if isinstance(rule, Condition):
        return 1
    parts = (rule.part,) if isinstance(rule, Not) else rule.parts
    return sum(conditions_count(part) for part in parts)


def _listed(values: Iterable[str]) -> str:
    """Return the first values and how many more there are: 500 of them are not read by anybody."""
    values = list(values)
    told = ", ".join(values[:VALUES_LISTED])
    more = len(values) - VALUES_LISTED
    return _("{values} и ещё {count}").format(values=told, count=more) if more > 0 else told


def _bracketed(rule: Rule, kind: type) -> str:
    return f"({rule.text})" if isinstance(rule, kind) and len(rule.parts) > 1 else rule.text


class _Parser:
    """Builds a rule from its tree, and collects what is wrong with it."""

    def __init__(self, decision: Decision, coders: Sequence[Coder]) -> None:
        self.decision = decision
        self.coders = {coder.attribute.code: coder for coder in coders}
        self.findings: list[Finding] = []

    def parse(self, tree: object, *path: object) -> Rule | None:
        if len(path) > DEPTH_MAXIMUM * 2:
            self._refuse(_("правило вложено слишком глубоко."), _("упростите правило."), *path)
            return None
        if isinstance(tree, dict) and set(tree) in ({"all"}, {"any"}):
            (word,) = tree
            parts = self._parts(tree[word], *path, word)
            kind = All if word == "all" else Any
            return kind(tuple(parts)) if parts else None
        if isinstance(tree, dict) and set(tree) == {"not"}:
            part = self.parse(tree["not"], *path, "not")
            return Not(part) if part else None
        if isinstance(tree, dict) and "attribute" in tree:
            return self._condition(tree, *path)
        message = _("условие записано неверно.")
        remedy = _("условие – это all, any, not или attribute с in, at_least либо at_most.")
        self._refuse(message, remedy, *path)
        return None

    def _parts(self, tree: object, *path: object) -> list[Rule]:
        if not isinstance(tree, list) or not tree:
            remedy = _("перечислите условия, каждое с «- ».")
            self._refuse(_("нужен список условий."), remedy, *path)
            return []
        parts = [self.parse(item, *path, number) for number, item in enumerate(tree)]
        return [] if any(part is None for part in parts) else parts

    def _condition(self, tree: Mapping[str, object], *path: object) -> Condition | None:
        coder = self.coders.get(str(tree["attribute"]))
        operators = [key for key in tree if key != "attribute"]
        if coder is None:
            self._refuse(
                _("признака нет в перечне."), _("возьмите код из перечня признаков."),
                *path, "attribute", found=str(tree["attribute"]), expected=_listed(self.coders),
            )  # fmt: skip
            return None
        if len(operators) != 1 or operators[0] not in ("in", "at_least", "at_most"):
            remedy = _("укажите одно из: in (список значений), at_least, at_most.")
            self._refuse(_("условие записано неверно."), remedy, *path)
            return None
        operator = operators[0]
        written = tree[operator]
        values = written if isinstance(written, list) else [written]
        if not coder.names:
            message = _(
                "признак «{name}» не известен ни у одного клиента: правило никого не найдёт."
            )
            remedy = _("дополните данные или уберите условие.")
            self._refuse(message.format(name=coder.attribute.name), remedy, *path, "attribute")
            return None
        if operator == "in":
            codes = self._codes(coder, values, *path, operator)
        else:
            codes = self._bounded(coder, values, *path, operator)
        return make_condition(coder, codes, operator) if codes else None

    def _codes(self, coder: Coder, values: list, *path: object) -> list[int]:
        """Return the codes of values, in their order; one finding tells of all unknown ones."""
        if not values:
            remedy = _("перечислите значения: «- значение».")
            self._refuse(_("в условии нет ни одного значения."), remedy, *path)
            return []
        index = {fold(name): code for code, name in enumerate(coder.names, start=1)}
        index.setdefault(fold(NO_DATA), MISSING_CODE)
        found = [index.get(fold(value)) if isinstance(value, str) else None for value in values]
        unknown = [str(value) for value, code in zip(values, found, strict=True) if code is None]
        if unknown:
            self._refuse(
                _("такого значения у признака «{name}» нет.").format(name=coder.attribute.name),
                _("возьмите значение из перечня признаков."),
                *path, found=_listed(unknown), expected=_listed(coder.names),
            )  # fmt: skip
            return []
        return list(dict.fromkeys(found))

    def _bounded(self, coder: Coder, values: list, *path: object) -> list[int]:
        """Return the codes from a value on, or up to it."""
        name = coder.attribute.name
        if not coder.attribute.is_ordered:
            message = _(
                "признак «{name}» не упорядочен: «не меньше» и «не больше» о нём не говорят."
            )
            remedy = _("перечислите значения (in) или отметьте признак как ordered.")
            self._refuse(message.format(name=name), remedy, *path)
            return []
        if len(values) != 1 or (isinstance(values[0], str) and fold(values[0]) == fold(NO_DATA)):
            remedy = _("укажите одно значение из перечня признаков.")
            message = _("границей может быть только одно известное значение признака «{name}».")
            self._refuse(message.format(name=name), remedy, *path, found=_listed(map(str, values)))
            return []
        codes = self._codes(coder, values, *path)
        if not codes:
            return []
        is_least = path[-1] == "at_least"
        return list(range(codes[0], len(coder.names) + 1) if is_least else range(1, codes[0] + 1))

    def _refuse(
        self, message: str, remedy: str, *path: object, found: str = "", expected: str = ""
    ) -> None:
        self.findings.append(
            self.decision.finding(
                Severity.ERROR, "rule", message, remedy, *path,
                found=found, expected=expected, clause="6",
            )
        )  # fmt: skip


def parse_rule(
    decision: Decision, coders: Sequence[Coder], tree: object, *path: object
) -> tuple[Rule | None, list[Finding]]:
    """Build a rule from the tree at `path` of a decision; None where it is wrong."""
    parser = _Parser(decision, coders)
    return parser.parse(tree, *path), parser.findings


@dataclass(frozen=True)
class Placement:
    """Where rows fall.

    Attributes
    ----------
    chosen
        Position of the first rule that matches each row; -1 for the rest; -2 where a row does
        not say enough (only if the table lacks an attribute of the rules).
    matches
        One row is one table row, one column one rule: whether it surely matches.
    """

    chosen: np.ndarray
    matches: np.ndarray


REST, UNDECIDED = -1, -2


def place_rows(rules: Sequence[Rule], codes: pd.DataFrame) -> Placement:
    """Find the first rule that matches each row of codes.

    A table that has every attribute of the rules describes its clients wholly: the first rule
    that is surely true takes the row, the rest takes what none does. In a table that lacks an
    attribute, a row is placed only where the missing attribute could not change its place.
    """
    truths = [rule.evaluate(codes) for rule in rules]
    matches = np.column_stack([truth.true for truth in truths])
    has_match = matches.any(axis=1)
    chosen = np.where(has_match, matches.argmax(axis=1), REST)
    needed = set().union(*(rule.attributes() for rule in rules))
    if not needed <= set(codes.columns):
        possible = np.column_stack([~truth.false for truth in truths])
        first_possible = np.where(possible.any(axis=1), possible.argmax(axis=1), REST)
        chosen = np.where(chosen == first_possible, chosen, UNDECIDED)
    return Placement(chosen, matches)
