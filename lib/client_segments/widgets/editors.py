"""Editors of decisions: each only edits one file in `decisions/`, and keeps no state of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

import ipywidgets as ipw

from client_segments import decisions
from client_segments.contracts import Column, Kind, TableContract
from client_segments.findings import Findings, InputError
from client_segments.language import _, format_date
from client_segments.study import AuthorityYear, Study
from client_segments.widgets.fields import Field, make_field
from client_segments.widgets.rules import Choices, RuleEditor, parse_tree, tree_text

Place = Study | AuthorityYear


@dataclass(frozen=True)
class _Draft:
    """A place to write a decision to before it is known to be right."""

    decisions_folder: Path
    shown_as: str

    def name_of(self, _path: Path) -> str:
        return self.shown_as


def _signature(place: Place, name: str) -> tuple[list[Field], ipw.VBox]:
    decision = (
        decisions.load(place, name) if decisions.decision_path(place, name).is_file() else None
    )
    columns = (
        Column("who", _("Кто решает"), Kind.TEXT, _("Должность или подразделение.")),
        Column("when", _("Дата решения"), Kind.DATE, _("Когда принято решение.")),
        Column("why", _("Почему"), Kind.TEXT, _("Обоснование одной-двумя фразами.")),
    )
    known = (decision.who, decision.when, decision.why) if decision else ("", None, "")
    fields = [make_field(column, value) for column, value in zip(columns, known, strict=True)]
    return fields, ipw.VBox([field.control for field in fields])


class DecisionEditor(ipw.VBox):
    """A signature, the content of a decision, and a button that saves it.

    Parameters
    ----------
    content
        Controls of the decision itself.
    collect
        Returns what goes into the file, by key; may raise `InputError`.
    check
        Reads the draft back as the step will, and returns what is wrong.
    """

    def __init__(
        self,
        place: Place,
        name: str,
        content: Sequence[ipw.Widget],
        collect: Callable[[], Mapping[str, object]],
        check: Callable[[object], Findings],
    ) -> None:
        self._place, self._name, self._collect, self._check = place, name, collect, check
        self._fields, signature = _signature(place, name)
        self._status = ipw.HTML()
        save = ipw.Button(description=_("Сохранить решение"), button_style="primary", icon="save")
        save.on_click(lambda _button: self.save())
        title = decisions.DECISION_NAMES[name].capitalize()
        super().__init__(
            [ipw.HTML(f"<strong>{escape(title)}</strong>"), *content, signature, save, self._status]
        )

    def save(self) -> bool:
        """Check what is typed and write it to the decision's file; say what came of it."""
        who, when, why = (field.read() for field in self._fields)
        try:
            content = self._collect()
            with tempfile.TemporaryDirectory() as folder:
                path = decisions.decision_path(self._place, self._name)
                draft = _Draft(Path(folder), self._place.name_of(path))
                decisions.save(
                    draft, self._name, content, who or "", when or date.today(), why or ""
                )
                self._check(draft).raise_errors()
            decisions.save(
                self._place, self._name, content, who or "", when or date.today(), why or ""
            )
        except InputError as error:
            lines = "".join(f"<li>{escape(finding.sentence())}</li>" for finding in error.findings)
            self._status.value = f"<p><strong>{_('Не сохранено:')}</strong></p><ul>{lines}</ul>"
            return False
        saved = _("Сохранено в {file}, {day}. Выполните следующую ячейку: она прочитает файл.")
        text = saved.format(file=self._place.name_of(path), day=format_date(when or date.today()))
        self._status.value = f"<p>{escape(text)}</p>"
        return True


@dataclass(frozen=True)
class _RecordForm:
    fields: tuple[Field, ...]
    nested: Mapping[str, Callable[[], object]]
    box: ipw.Widget

    def record(self) -> dict[str, object]:
        values = {field.column.name: field.read() for field in self.fields}
        values |= {key: read() for key, read in self.nested.items()}
        return {key: value for key, value in values.items() if value is not None}


class RecordsForm(ipw.VBox):
    """A list of records of one contract: fill in, add, remove."""

    def __init__(
        self,
        contract: TableContract,
        records: Sequence[Mapping[str, object]],
        nested: Sequence[str] = (),
        choices: Mapping[str, Mapping[str, str]] | None = None,
        rule_choices: Choices | None = None,
    ) -> None:
        self._contract, self._nested = contract, tuple(nested)
        self._choices, self._rule_choices = choices or {}, rule_choices or {}
        self._forms: list[_RecordForm] = []
        self._list = ipw.Accordion()
        add = ipw.Button(description=_("Добавить запись"), icon="plus")
        add.on_click(lambda _button: self.add({}))
        super().__init__([self._list, add])
        for record in records:
            self.add(record)
        self._list.selected_index = None

    def add(self, record: Mapping[str, object]) -> None:
        """Add a form that shows a record, and open it."""
        fields = tuple(
            make_field(column, record.get(column.name), self._choices.get(column.name))
            for column in self._contract.columns
        )
        nested, boxes = {}, []
        for key in self._nested:
            control, nested[key] = self._nested_control(key, record.get(key))
            boxes.append(control)
        remove = ipw.Button(description=_("Удалить запись"), icon="trash")
        box = ipw.VBox([*(field.control for field in fields), *boxes, remove])
        form = _RecordForm(fields, nested, box)
        remove.on_click(lambda _button: self._remove(form))
        self._forms.append(form)
        self._show(len(self._forms) - 1)

    def _nested_control(self, key: str, tree: object) -> tuple[ipw.Widget, Callable[[], object]]:
        if key == "rule":
            editor = RuleEditor(tree, self._rule_choices)
            return editor, editor.tree
        text = ipw.Textarea(value=tree_text(tree), description=key, rows=3)
        return text, lambda: parse_tree(text.value)

    def _remove(self, form: _RecordForm) -> None:
        self._forms.remove(form)
        self._show(None)

    def _show(self, opened: int | None) -> None:
        self._list.children = [form.box for form in self._forms]
        for number, form in enumerate(self._forms):
            words = [
                str(value) for value in list(form.record().values())[:2] if isinstance(value, str)
            ]
            self._list.set_title(number, " – ".join(words) or _("Новая запись"))
        self._list.selected_index = opened

    def records(self) -> list[dict[str, object]]:
        """Return what is typed: one dict a record, empty values left out."""
        return [form.record() for form in self._forms]
