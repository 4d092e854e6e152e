"""Editors of decisions: each only edits one file in `decisions/`, and keeps no state of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

import ipywidgets as ipw

from client_segments import decisions
from client_segments.contracts import Column, Kind, TableContract
from client_segments.decisions import Decision
from client_segments.findings import Finding, InputError
from client_segments.language import _, counted, format_date
from client_segments.widgets.drafts import Place, check_decision, draft_of
from client_segments.widgets.fields import BUTTON, Field, make_field
from client_segments.widgets.folds import Folds
from client_segments.widgets.rules import Choices, RuleEditor, TreeText
from client_segments.widgets.versions import SeenFile

NESTED_LABELS = {"groups": _("Объединить значения")}
_NESTED_HINTS = {
    "groups": _("новое значение:\n- старое значение\n- ещё одно старое значение"),
}
_TITLE_LENGTH = 90


def _signature(decision: Decision | None) -> tuple[list[Field], ipw.VBox]:
    columns = (
        Column("who", _("Кто решает"), Kind.TEXT, _("Должность или подразделение.")),
        Column("when", _("Дата решения"), Kind.DATE, _("Когда принято решение.")),
        Column("why", _("Почему"), Kind.TEXT, _("Обоснование одной-двумя фразами.")),
    )
    known = (decision.who, decision.when, decision.why) if decision else ("", date.today(), "")
    fields = [make_field(column, value) for column, value in zip(columns, known, strict=True)]
    heading = ipw.HTML(f"<strong>{_('Подпись под решением')}</strong>")
    return fields, ipw.VBox([heading, *(field.control for field in fields)])


class DecisionEditor(ipw.VBox):
    """The content of a decision, a signature, and a button that saves it.

    Parameters
    ----------
    decision
        The decision as it stands in its file; None if nobody has decided yet.
    content
        Controls of the decision itself.
    collect
        Returns what goes into the file, by key; may raise `InputError`.
    amend
        Returns the same with what must not be lost of the file as it stands.
    """

    def __init__(
        self,
        place: Place,
        name: str,
        decision: Decision | None,
        content: Sequence[ipw.Widget],
        collect: Callable[[], Mapping[str, object]],
        amend: Callable[[Mapping[str, object]], Mapping[str, object]] | None = None,
    ) -> None:
        self._place, self._name, self._collect = place, name, collect
        self._amend = amend or (lambda content: content)
        self._fields, signature = _signature(decision)
        self.message = ipw.HTML()
        save = ipw.Button(
            description=_("Сохранить решение"), button_style="primary", icon="save",
            layout=BUTTON,
        )  # fmt: skip
        save.on_click(lambda _button: self.save())
        self._file = SeenFile(decisions.decision_path(place, name))
        self._over = ipw.Button(description=_("Сохранить поверх"), icon="warning", layout=BUTTON)
        self._over.on_click(lambda _button: self.save(over=True))
        self._back = ipw.Button(
            description=_("Вернуть прежнее решение"), icon="undo", layout=BUTTON
        )
        self._back.on_click(lambda _button: self.put_back())
        buttons = ipw.HBox([save, self._over, self._back], layout={"flex_flow": "row wrap"})
        title = decisions.DECISION_NAMES[name].capitalize()
        heading = ipw.HTML(f"<strong>{escape(title)}</strong>")
        super().__init__([heading, *content, signature, buttons, self.message])
        self._offer_buttons()
        if decision is None:
            self._say(_("Решения ещё нет: заполните поля и сохраните."))
            return
        findings = check_decision(place, name)
        if len(findings):
            self._say(_("В файле решения есть замечания:"), findings)

    def save(self, over: bool = False) -> bool:
        """Check what is typed and write it to the decision's file; say what came of it.

        A file that changed since the editor opened is not touched, unless told to write over it.
        """
        if self._file.is_changed and not over:
            self._say_changed(_("Не сохранено:"))
            return False
        who, when, why = (field.read() for field in self._fields)
        signed = (who or "", when or date.today(), why or "")
        try:
            content = self._amend(self._collect())
            with draft_of(self._place) as draft:
                decisions.save(draft, self._name, content, *signed)
                findings = check_decision(draft, self._name)
            findings.raise_errors()
            former = self._file.content()
            path = decisions.save(self._place, self._name, content, *signed)
        except InputError as error:
            self._say(_("Не сохранено:"), error.findings)
            return False
        self._file.saved(former)
        self._offer_buttons()
        text = _(
            "Сохранено в {file}, решение от {day}. Выполните следующие ячейки: они прочитают файл."
        )
        self._say(text.format(file=self._place.name_of(path), day=format_date(signed[1])), findings)
        return True

    def put_back(self) -> None:
        """Make the decision's file what it was before the last saving."""
        if self._file.is_changed:
            self._say_changed(_("Не возвращено:"))
            return
        self._file.put_back()
        self._offer_buttons()
        text = _(
            "Прежнее решение возвращено в {file}. В редакторе осталось то, что вы ввели: выполните "
            "его ячейку ещё раз, чтобы увидеть файл."
        )
        self._say(text.format(file=self._file_name()))

    def _file_name(self) -> str:
        return self._place.name_of(decisions.decision_path(self._place, self._name))

    def _say_changed(self, outcome: str) -> None:
        text = _(
            "{outcome} после открытия редактора файл {file} изменили – в другом редакторе или "
            "вручную. То, что вы ввели, цело. Выполните ячейку редактора ещё раз, чтобы увидеть "
            "файл, или нажмите «Сохранить поверх»: останется введённое здесь."
        )
        self._offer_buttons(is_changed=True)
        self._say(text.format(outcome=outcome, file=self._file_name()))

    def _offer_buttons(self, is_changed: bool = False) -> None:
        """Show «over» only where the file changed, and «back» only where something was saved."""
        self._over.layout.display = None if is_changed else "none"
        self._back.layout.display = None if self._file.has_former else "none"

    def _say(self, text: str, findings: Iterable[Finding] = ()) -> None:
        lines = "".join(f"<li>{escape(finding.sentence())}</li>" for finding in findings)
        listed = f"<ul>{lines}</ul>" if lines else ""
        self.message.value = f'<div role="status"><strong>{escape(text)}</strong>{listed}</div>'


@dataclass(frozen=True)
class _RecordForm:
    fields: tuple[Field, ...]
    nested: Mapping[str, Callable[[], object]]
    box: ipw.Widget

    def record(self) -> dict[str, object]:
        """Return what is typed; empty values are left out."""
        values = {field.column.name: field.read() for field in self.fields}
        values |= {key: read() for key, read in self.nested.items()}
        return {key: value for key, value in values.items() if value is not None}

    def title(self) -> str:
        """Return the first words of the record, codes by their labels."""
        words = []
        for field in self.fields:
            value = getattr(field.control, "label", None) if field.read() is not None else None
            value = value or field.read()
            if isinstance(value, str) and not isinstance(field.control, ipw.DatePicker):
                words.append(value)
        text = " – ".join(words[:3])
        return text if len(text) <= _TITLE_LENGTH else text[:_TITLE_LENGTH].rstrip() + "…"


class RecordsForm(ipw.VBox):
    """A list of records of one contract: fill in, add, remove, move.

    Parameters
    ----------
    records
        Records as their contract types them.
    written
        The same records as they stand in the file.
    choices
        By column: what to choose among, where that depends on the study.
    is_ordered
        Whether the order of records means something.
    """

    def __init__(
        self,
        contract: TableContract,
        records: Sequence[Mapping[str, object]],
        nested: Sequence[str] = (),
        choices: Mapping[str, Mapping[object, str]] | None = None,
        rule_choices: Choices | None = None,
        written: Sequence[Mapping[str, object]] = (),
        is_ordered: bool = False,
    ) -> None:
        self._contract, self._nested, self._is_ordered = contract, tuple(nested), is_ordered
        self._choices, self._rule_choices = choices or {}, rule_choices or {}
        self._forms: list[_RecordForm] = []
        self._count = ipw.HTML()
        self.list = Folds()
        add = ipw.Button(description=_("Добавить запись"), icon="plus", layout=BUTTON)
        add.on_click(lambda _button: self.add({}))
        super().__init__([self._count, self.list, add])
        for number, record in enumerate(records):
            self._append(record, written[number] if number < len(written) else {})
        self._show(None)

    def add(self, record: Mapping[str, object]) -> None:
        """Add a form that shows a record, and open it."""
        self._append(record, {})
        self._show(len(self._forms) - 1)

    def put(self, record: Mapping[str, object]) -> None:
        """Show a record in place of the one with its code; add it where there is none."""
        code = record.get("code")
        old = next((form for form in self._forms if form.record().get("code") == code), None)
        self._append(record, {})
        place = len(self._forms) - 1
        if old is not None and code is not None:
            new = self._forms.pop()
            place = self._forms.index(old)
            self._forms[place] = new
        self._show(place)

    def _append(self, record: Mapping[str, object], written: Mapping[str, object]) -> None:
        fields = tuple(
            make_field(
                column, record.get(column.name), self._choices.get(column.name),
                **({"written": written[column.name]} if column.name in written else {}),
            )
            for column in self._contract.columns
        )  # fmt: skip
        nested, boxes = {}, []
        for key in self._nested:
            control = self._nested_control(key, record.get(key))
            nested[key] = control.tree
            boxes.append(control)
        buttons = ipw.HBox()
        box = ipw.VBox([*(field.control for field in fields), *boxes, buttons])
        form = _RecordForm(fields, nested, box)
        buttons.children = self._buttons(form)
        for field in fields:
            field.control.observe(lambda _change: self._show_titles(), names="value")
        self._forms.append(form)

    def _buttons(self, form: _RecordForm) -> list[ipw.Button]:
        remove = ipw.Button(description=_("Удалить запись"), icon="trash", layout=BUTTON)
        remove.on_click(lambda _button: self._remove(form))
        if not self._is_ordered:
            return [remove]
        up = ipw.Button(description=_("Выше"), icon="arrow-up", layout=BUTTON)
        up.on_click(lambda _button: self._move(form, -1))
        down = ipw.Button(description=_("Ниже"), icon="arrow-down", layout=BUTTON)
        down.on_click(lambda _button: self._move(form, 1))
        return [up, down, remove]

    def _nested_control(self, key: str, tree: object) -> RuleEditor | TreeText:
        if key == "rule":
            return RuleEditor(tree, self._rule_choices)
        return TreeText(tree, NESTED_LABELS[key], _NESTED_HINTS[key], rows=3)

    def _remove(self, form: _RecordForm) -> None:
        self._forms.remove(form)
        self._show(None)

    def _move(self, form: _RecordForm, by: int) -> None:
        old = self._forms.index(form)
        new = min(max(old + by, 0), len(self._forms) - 1)
        self._forms.insert(new, self._forms.pop(old))
        self._show(new)

    def _show(self, opened: int | None) -> None:
        self.list.show([form.box for form in self._forms], self._titles(), opened)
        if not self._forms:
            self._count.value = f"<p>{_('Записей пока нет.')}</p>"
            return
        count = counted(len(self._forms), _("запись"), _("записи"), _("записей"))
        self._count.value = f"<p>{count}. {_('Нажмите на строку, чтобы открыть её.')}</p>"

    def _titles(self) -> tuple[str, ...]:
        return tuple(form.title() or _("Новая запись") for form in self._forms)

    def _show_titles(self) -> None:
        self.list.titles = self._titles()

    def records(self) -> list[dict[str, object]]:
        """Return what is typed: one dict a record, empty values left out."""
        return [form.record() for form in self._forms]


def written_records(decision: Decision | None, key: str) -> list[Mapping[str, object]]:
    """Return the records of a decision as they stand in its file."""
    tree = decision.data.get(key) if decision else None
    return [item for item in tree if isinstance(item, dict)] if isinstance(tree, list) else []
