"""The editor of weights: numbers or pairwise comparisons, and whom to research first."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import ipywidgets as ipw

from client_segments import decisions
from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind
from client_segments.decisions import Decision
from client_segments.language import _, counted
from client_segments.priorities import COMPARISON_RECORDS, WEIGHT_METHODS
from client_segments.study import Study
from client_segments.widgets.editors import DecisionEditor, written_records
from client_segments.widgets.fields import Field, make_field, text_of

_SCALE = range(9, 1, -1)
_LABELS = {criterion.name: criterion.label for criterion in rec.CRITERIA}


def weights_editor(place: Study, segment_names: Mapping[str, str]) -> DecisionEditor:
    """Return the editor of the decision `weights`."""
    decision = decisions.load(place, "weights")
    data: Mapping = decision.data if decision else {}
    fields = _weight_fields(data)
    comparisons = ComparisonsForm(decision)
    method = make_field(
        Column("method", _("Как заданы веса"), Kind.CODE, _("Числами или сравнениями."), codes=WEIGHT_METHODS),
        data.get("method"),
    )  # fmt: skip
    chosen = data.get("research_first")
    first = make_field(
        Column("research_first", _("Исследовать первыми"), Kind.CODE, "", is_list=True),
        chosen if isinstance(chosen, list) else [],
        segment_names or None,
    )

    def show_comparisons(_change: object = None) -> None:
        is_needed = method.control.value == "comparisons" or bool(comparisons.records())
        comparisons.layout.display = None if is_needed else "none"

    method.control.observe(show_comparisons, names="value")
    show_comparisons()

    def collect() -> dict[str, object]:
        given = {field.column.name: field.read() for field in fields if field.read() is not None}
        content: dict[str, object] = {"weights": given, "research_first": first.read() or []}
        optional = {"method": method.read() or "", "comparisons": comparisons.records()}
        return content | {key: value for key, value in optional.items() if value or key in data}

    hint = _(
        "Основные параметры (ёмкость, удовлетворённость) весят больше дополнительных; сумма приводится к 1."
    )
    controls = [ipw.HTML(f"<p>{hint}</p>"), *(field.control for field in fields)]
    return DecisionEditor(
        place, "weights", decision, [*controls, method.control, comparisons, first.control], collect
    )


def _weight_fields(data: Mapping) -> list[Field]:
    weights = data.get("weights") if isinstance(data.get("weights"), dict) else {}
    return [
        make_field(
            Column(criterion.name, criterion.label, Kind.NUMBER, criterion.sources),
            weights.get(criterion.name),
            **({"written": weights[criterion.name]} if criterion.name in weights else {}),
        )
        for criterion in rec.CRITERIA
    ]


class ComparisonsForm(ipw.VBox):
    """One list for each pair of criteria: which is more important, and how many times.

    What the file says of a pair and nobody touched stays as it is written.
    """

    def __init__(self, decision: Decision | None) -> None:
        self._written = written_records(decision, "comparisons")
        typed = (
            decisions.records(decision, "comparisons", COMPARISON_RECORDS)[0] if decision else []
        )
        known = {
            frozenset((record["first"], record["second"])): number
            for number, record in enumerate(typed)
            if None not in record.values()
        }
        self._pairs: list[tuple[tuple[str, str], Field, int | None]] = []
        for pair in combinations(_LABELS, 2):
            number = known.get(frozenset(pair))
            value = None if number is None else _code(pair, typed[number])
            self._pairs.append((pair, _pair_field(pair, value), number))
        self._shown = [field.control.value for _pair, field, _number in self._pairs]
        hint = _(
            "Сравните параметры попарно: 3 – немного важнее, 5 – важнее, 7 – намного важнее, 9 – несравнимо важнее. Параметр, которого нет ни в одной паре, не учитывается."
        )
        controls = [field.control for _pair, field, _number in self._pairs]
        super().__init__([ipw.HTML(f"<p>{hint}</p>"), *controls])

    def records(self) -> list[Mapping[str, object]]:
        """Return the comparisons: those of the file first, in its order."""
        replaced: dict[int, Mapping[str, object] | None] = {}
        added = []
        for (pair, field, number), shown in zip(self._pairs, self._shown, strict=True):
            if field.control.value == shown:
                continue
            record = None if field.read() is None else _record(pair, str(field.read()))
            if number is not None:
                replaced[number] = record
            elif record is not None:
                added.append(record)
        kept = [replaced.get(number, record) for number, record in enumerate(self._written)]
        return [record for record in kept if record is not None] + added


def _pair_field(pair: tuple[str, str], value: str | None) -> Field:
    first, second = (_LABELS[name] for name in pair)
    options = {f"{times}": _more(first, times) for times in _SCALE}
    options["1"] = _("равно важны")
    options |= {f"1/{times}": _more(second, times) for times in reversed(_SCALE)}
    label = _("Пара: {first} – {second}").format(first=first.lower(), second=second.lower())
    return make_field(Column("times", label, Kind.CODE, ""), value, options)


def _more(label: str, times: int) -> str:
    return _("{label} важнее в {times}").format(
        label=label, times=counted(times, _("раз"), _("раза"), _("раз"))
    )


def _code(pair: tuple[str, str], record: Mapping[str, object]) -> str:
    """Return how many times the first of the pair is as important: `3`, `1`, `1/3`."""
    times = text_of(record["times"])
    return times if record["first"] == pair[0] or times == "1" else f"1/{times}"


def _record(pair: tuple[str, str], code: str) -> dict[str, object]:
    first, second = pair if not code.startswith("1/") else pair[::-1]
    return {"first": first, "second": second, "times": code.removeprefix("1/")}
