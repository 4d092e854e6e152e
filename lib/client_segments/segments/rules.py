"""Rules: a readable tree of conditions on attribute values, stored as data, never evaluated as code.

A condition on a value that is not known is neither true nor false (Kleene's three values), so a
client without data falls into a segment only by what is known of it; «нет данных» may be named
among the values to mean just that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
                *path, "attribute", found=str(tree["attribute"]), expected=", ".join(self.coders),
            )  # fmt: skip
            return None
        if len(operators) != 1 or operators[0] not in ("in", "at_least", "at_most"):
            remedy = _("укажите одно из: in (список значений), at_least, at_most.")
            self._refuse(_("условие записано неверно."), remedy, *path)
            return None
        operator = operators[0]
        written = tree[operator]
        values = written if isinstance(written, list) else [written]
        codes = [self._code(coder, value, *path, operator) for value in values]
        if not codes or any(code is None for code in codes):
            return None
        last = len(coder.names)
        if operator == "at_least":
            codes = list(range(codes[0], last + 1))
        elif operator == "at_most":
            codes = list(range(1, codes[0] + 1))
        names = (NO_DATA, *coder.names)
        text = f"{coder.attribute.name}: {_(' или ').join(names[code] for code in codes)}"
        return Condition(coder.attribute.code, tuple(codes), text)

    def _code(self, coder: Coder, value: object, *path: object) -> int | None:
        index = {fold(name): code for code, name in enumerate(coder.names, start=1)}
        index.setdefault(fold(NO_DATA), MISSING_CODE)
        code = index.get(fold(value)) if isinstance(value, str) else None
        is_bound = path[-1] in ("at_least", "at_most")
        if code is None or (is_bound and code == MISSING_CODE):
            self._refuse(
                _("такого значения у признака «{name}» нет.").format(name=coder.attribute.name),
                _("возьмите значение из перечня признаков."),
                *path, found=str(value), expected=", ".join(coder.names),
            )  # fmt: skip
            return None
        if is_bound and not coder.attribute.is_ordered:
            message = _(
                "признак «{name}» не упорядочен: «не меньше» и «не больше» о нём не говорят."
            )
            remedy = _("перечислите значения (in) или отметьте признак как ordered.")
            self._refuse(message.format(name=coder.attribute.name), remedy, *path)
            return None
        return code

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
