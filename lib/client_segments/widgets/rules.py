"""Editing a segment's rule: conditions that all must hold, or the tree itself as text."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import ipywidgets as ipw
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from client_segments.findings import InputError
from client_segments.language import _
from client_segments.widgets.fields import NOTHING

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
        conditions.append((str(part["attribute"]), [str(value) for value in values]))
    return conditions


def tree_text(tree: object) -> str:
    """Return a tree as YAML text."""
    if tree in ("", None):
        return ""
    buffer = io.StringIO()
    YAML().dump(tree, buffer)
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
    except YAMLError:
        raise InputError(
            _("Правило не читается: проверьте отступы, кавычки и двоеточия.")
        ) from None


class RuleEditor(ipw.VBox):
    """Editor of one rule."""

    def __init__(self, tree: object, choices: Choices) -> None:
        self._choices = choices
        self._rows: list[tuple[ipw.Dropdown, ipw.SelectMultiple]] = []
        conditions = simple_conditions(tree) if choices else None
        self._text: ipw.Textarea | None = None
        if conditions is None or any(attribute not in choices for attribute, _values in conditions):
            self._text = ipw.Textarea(
                value=tree_text(tree), rows=6, layout={"width": "46em", "max_width": "98%"}
            )
            hint = _(
                "Правило сложнее списка условий или признаки ещё не посчитаны: оно показано текстом."
            )
            super().__init__([ipw.HTML(f"<p>{hint}</p>"), self._text])
            return
        self._box = ipw.VBox()
        add = ipw.Button(description=_("Добавить условие"), icon="plus")
        add.on_click(lambda _button: self._add("", []))
        hint = _(
            "Клиент входит в сегмент, если выполнены все условия; значений в условии может быть несколько."
        )
        super().__init__([ipw.HTML(f"<p>{hint}</p>"), self._box, add])
        for attribute, values in conditions or [("", [])]:
            self._add(attribute, values)

    def _add(self, attribute: str, values: Sequence[str]) -> None:
        names = [(NOTHING, ""), *((name, code) for code, (name, _values) in self._choices.items())]
        which = ipw.Dropdown(options=names, value=attribute, description=_("Признак"))
        chosen = ipw.SelectMultiple(description=_("Значения"), rows=5, layout={"width": "22em"})

        def offer(_change: object = None) -> None:
            chosen.options = list(self._choices[which.value][1]) if which.value else []

        offer()
        chosen.value = [value for value in values if value in chosen.options]
        which.observe(offer, names="value")
        row = (which, chosen)
        remove = ipw.Button(description=_("Убрать"), icon="trash")
        line = ipw.HBox([which, chosen, remove])

        def drop(_button: ipw.Button) -> None:
            self._rows.remove(row)
            self._box.children = [child for child in self._box.children if child is not line]

        remove.on_click(drop)
        self._rows.append(row)
        self._box.children = [*self._box.children, line]

    def tree(self) -> object:
        """Return the rule as a tree, None where nothing is given."""
        if self._text is not None:
            return parse_tree(self._text.value)
        parts = [
            {"attribute": which.value, "in": list(chosen.value)}
            for which, chosen in self._rows
            if which.value and chosen.value
        ]
        return {"all": parts} if len(parts) > 1 else parts[0] if parts else None
