"""Editing a segment's rule: conditions that all must hold, or the tree itself as text."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from html import escape

import ipywidgets as ipw
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from client_segments.findings import InputError
from client_segments.labels import fold
from client_segments.language import _
from client_segments.widgets.fields import BUTTON, LABEL_STYLE, NOTHING, WIDE, CheckList

Choices = Mapping[str, tuple[str, Sequence[str]]]
"""Name and values of each attribute, by its code."""


def simple_conditions(tree: object) -> list[tuple[str, list[str]]] | None:
    """Return (attribute, values) pairs of a rule that is only «in» conditions under `all`.

    None where the tree says more than that.
    """
    parts = tree.get("all") if isinstance(tree, dict) and set(tree) == {"all"} else [tree]
    if tree in ("", None):
        return []
    if not isinstance(parts, list):
        return None
    conditions = []
    for part in parts:
        if not isinstance(part, dict) or set(part) != {"attribute", "in"}:
            return None
        values = part["in"] if isinstance(part["in"], list) else [part["in"]]
        if not all(isinstance(value, str) for value in [part["attribute"], *values]):
            return None
        conditions.append((part["attribute"], values))
    return conditions


def tree_text(tree: object) -> str:
    """Return a tree as YAML text."""
    if tree in ("", None):
        return ""
    buffer = io.StringIO()
    yaml = YAML()
    yaml.allow_unicode = True
    yaml.dump(tree, buffer)
    return buffer.getvalue()


def parse_tree(text: str) -> object:
    """Read a tree from YAML text; every scalar stays text.

    Raises
    ------
    InputError
        If it is not YAML.
    """
    if not text.strip():
        return None
    try:
        return YAML(typ="base", pure=True).load(text)
    except (YAMLError, ValueError):
        raise InputError(
            _("Правило не читается: проверьте отступы, кавычки и двоеточия.")
        ) from None
    except RecursionError:
        raise InputError(
            _("Правило вложено слишком глубоко или ссылается само на себя: упростите его.")
        ) from None


class TreeText(ipw.VBox):
    """A tree as text, with a line above that says what it is."""

    def __init__(self, tree: object, label: str, hint: str, rows: int = 6) -> None:
        self._tree = tree
        self._shown = tree_text(tree)
        self.text = ipw.Textarea(
            value=self._shown, description=label, rows=rows, placeholder=hint,
            style=LABEL_STYLE, layout=WIDE,
        )  # fmt: skip
        super().__init__([self.text])

    def tree(self) -> object:
        """Return the tree; as it was where nobody touched the text."""
        return self._tree if self.text.value == self._shown else parse_tree(self.text.value)


class RuleEditor(ipw.VBox):
    """Editor of one rule."""

    def __init__(self, tree: object, choices: Choices) -> None:
        self._tree, self._choices = tree, choices
        self._rows: list[tuple[ipw.Dropdown, CheckList]] = []
        self._text: TreeText | None = None
        conditions = simple_conditions(tree) if choices else None
        if conditions is None or any(attribute not in choices for attribute, _values in conditions):
            hint = _(
                "Правило сложнее списка условий, или признаки ещё не посчитаны (шаг 1): оно показано текстом."
            )
            self._text = TreeText(tree, _("Правило"), "", rows=8)
            super().__init__([_hint(hint), self._text])
            return
        self._box = ipw.VBox()
        add = ipw.Button(description=_("Добавить условие"), icon="plus", layout=BUTTON)
        add.on_click(lambda _button: self.add_condition("", []))
        hint = _(
            "Клиент входит в сегмент, если выполнены все условия, а в каждом – хотя бы одно из отмеченных значений."
        )
        super().__init__([_hint(hint), self._box, add])
        for attribute, values in conditions or [("", [])]:
            self.add_condition(attribute, values)
        self._shown = self._conditions()

    def _options(self, attribute: str, written: Sequence[str]) -> list[tuple[str, str]]:
        """Return the attribute's values, each as the rule spells it; unknown ones follow."""
        names = self._choices[attribute][1] if attribute else []
        spelled = {fold(value): value for value in written}
        options = [(name, spelled.pop(fold(name), name)) for name in names]
        unknown = _("{value} – нет в перечне")
        return options + [(unknown.format(value=value), value) for value in spelled.values()]

    def add_condition(self, attribute: str, values: Sequence[str]) -> None:
        """Add a line with a condition."""
        names = [(NOTHING, ""), *((name, code) for code, (name, _values) in self._choices.items())]
        which = ipw.Dropdown(
            options=names, value=attribute, description=_("Признак"),
            style=LABEL_STYLE, layout={"width": "36em", "max_width": "75%"},
        )  # fmt: skip
        chosen = CheckList(_("Значения"), self._options(attribute, values), values)
        which.observe(lambda _change: chosen.offer(self._options(which.value, [])), names="value")
        row = (which, chosen)
        remove = ipw.Button(description=_("Убрать условие"), icon="trash", layout=BUTTON)
        line = ipw.VBox([ipw.HBox([which, remove]), chosen], layout={"margin": "0 0 .6em 0"})

        def drop(_button: ipw.Button) -> None:
            self._rows.remove(row)
            self._box.children = [child for child in self._box.children if child is not line]

        remove.on_click(drop)
        self._rows.append(row)
        self._box.children = [*self._box.children, line]

    def _conditions(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(which.value, chosen.value) for which, chosen in self._rows]

    def tree(self) -> object:
        """Return the rule as a tree, None where nothing is given; as it was where untouched.

        Raises
        ------
        InputError
            If a condition names no value: dropping it would silently widen the segment.
        """
        if self._text is not None:
            return self._text.tree()
        conditions = self._conditions()
        if conditions == self._shown:
            return self._tree
        parts = []
        for attribute, values in conditions:
            if attribute and not values:
                message = _("Условие «{name}»: отметьте хотя бы одно значение или уберите условие.")
                raise InputError(message.format(name=self._choices[attribute][0]))
            if attribute:
                parts.append({"attribute": attribute, "in": list(values)})
        return {"all": parts} if len(parts) > 1 else parts[0] if parts else None


def _hint(text: str) -> ipw.Widget:
    return ipw.HTML(f"<p>{escape(text)}</p>")
