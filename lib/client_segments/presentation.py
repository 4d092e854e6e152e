"""What notebooks show: tables, cards, checks, findings and paragraphs, in Russian.

Everything returned is a `Shown`: HTML for Jupyter and for the pages made from notebooks, and
the same as plain text. Every value is escaped; nothing is loaded from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

import pandas as pd

from client_segments import recommendations as rec
from client_segments.contracts import Column, Kind, TableContract
from client_segments.findings import Finding, Findings, Severity
from client_segments.language import (
    NO_BREAK_SPACE,
    _,
    counted,
    format_count,
    format_date,
    format_number,
    format_percent,
    is_missing,
    plural,
)
from client_segments.steps import OUTCOME_LABELS, Outcome, StepResult
from client_segments.study import Study

# Colours are inherited where Jupyter has a dark theme; marks never speak by colour alone.
STYLE = """\
.cs-shown{max-width:100%;margin:.5em 0 1em;font-size:14px;line-height:1.45}
.cs-shown .cs-scroll{overflow-x:auto;max-width:100%;container-type:inline-size}
.cs-shown table.cs-table{border-collapse:collapse;margin:0;font-size:inherit;table-layout:auto}
.cs-shown table.cs-table caption{caption-side:top;text-align:left;font-weight:600;\
padding:.3em 0;color:inherit;max-width:100cqi;position:sticky;left:0}
.cs-shown table.cs-table th,.cs-shown table.cs-table td{border:0;\
border-bottom:1px solid #8c959f;padding:.3em .7em;text-align:left;vertical-align:top;\
white-space:normal;max-width:36em;background:none;color:inherit}
.cs-shown table.cs-table thead th{border-bottom:2px solid #57606a;vertical-align:bottom;\
font-weight:600}
.cs-shown table.cs-table tbody th{font-weight:400}
.cs-shown table.cs-table td{white-space:pre-line}
.cs-shown table.cs-card tbody th{font-weight:600;white-space:nowrap}
.cs-shown table.cs-table .cs-number{text-align:right;font-variant-numeric:tabular-nums}
.cs-shown table.cs-table tbody .cs-number{white-space:nowrap}
.cs-shown table.cs-table .cs-long{min-width:15em}
.cs-shown .cs-cut,.cs-shown .cs-grain{margin:.3em 0;font-size:13px}
.cs-shown .cs-mark{display:inline-block;min-width:1.2em;font-weight:700}
.cs-shown p{margin:.4em 0;max-width:48em}
.cs-shown summary{cursor:pointer;font-weight:600;padding:.3em 0}
.cs-shown .cs-note{border-left:4px solid #0072b2;padding:.3em .8em}
@media (max-width:480px){.cs-shown table.cs-card tbody th{white-space:normal}}"""

_OUTCOME_MARKS = {
    Outcome.MET: "✓", Outcome.WARNING: "!", Outcome.NOT_MET: "✗", Outcome.NO_DATA: "–",
}  # fmt: skip
_SEVERITY_MARKS = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.NOTE: "i"}
_LONG_TEXT = 40  # characters: among many columns such a text would get a word a line
_PROBABILITIES = ("p_value", "q_value", "adjusted_p_value")
_RIGHT_ALIGNED = (Kind.INTEGER, Kind.NUMBER)


@dataclass(frozen=True)
class Shown:
    """A piece of a notebook's output: `html` without styles, and `text` that says the same."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return f'<style>{STYLE}</style><div class="cs-shown">{self.html}</div>'

    def __repr__(self) -> str:
        return self.text


# ------------------------------------------------------------------------------- values


def _kind_of(values: pd.Series) -> Kind:
    """Return the kind of a column that no contract describes, from its dtype."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return Kind.FLAG
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return Kind.DATE
    if pd.api.types.is_integer_dtype(values.dtype):
        return Kind.INTEGER
    if pd.api.types.is_float_dtype(values.dtype):
        return Kind.NUMBER
    return Kind.TEXT


def _described(frame: pd.DataFrame, contract: TableContract | None) -> dict[str, Column]:
    """Return a column description for every column of the frame."""
    known = {column.name: column for column in contract.columns} if contract else {}
    described = {}
    for name in frame.columns:
        column = known.get(name) or Column(name, name, _kind_of(frame[name]), "")
        # A list of numbers that was joined to text is text.
        if column.is_list and pd.api.types.is_string_dtype(frame[name].dtype):
            column = replace(column, kind=Kind.TEXT)
        described[name] = column
    return described


def _digits(values: pd.Series) -> int:
    """Return how many decimals a column of numbers needs: the same for all of its rows."""
    known = values.dropna().abs()
    if known.empty or (known == known.round()).all():
        return 0
    largest = known.max()
    return 3 if largest <= 1 else 2 if largest < 10 else 1


def _format_probability(value: float) -> str:
    if value < 0.0001:
        return f"<{NO_BREAK_SPACE}{format_number(0.0001, 4)}"
    return format_number(value, 4)


def _format_value(value: object, column: Column, digits: int) -> str:
    """Return one value as people read it; missing as a dash."""
    if isinstance(value, list | tuple):
        # Within a list a decimal comma would look like the end of a number.
        return "; ".join(_format_value(item, column, digits) for item in value) or "—"
    if pd.isna(value):
        return "—"
    if column.codes is not None:
        return column.codes.get(str(value), str(value))
    if isinstance(value, str):  # also a number told in words, such as «менее 6»
        return value
    if column.kind is Kind.FLAG:
        return _("да") if value else _("нет")
    if column.kind is Kind.DATE:
        return format_date(value)
    if column.kind is Kind.MOMENT:
        return f"{format_date(value)} {value:%H:%M}"
    if column.kind is Kind.INTEGER:
        return str(value) if column.name.endswith("year") else format_count(value)
    if column.kind is Kind.NUMBER:
        return _format_measured(float(value), column, digits)
    return str(value)


def _format_measured(value: float, column: Column, digits: int) -> str:
    if column.name in _PROBABILITIES:
        return _format_probability(value)
    if column.name.endswith("_count"):
        return format_count(value)
    if column.name.endswith("_pct"):
        # The heading already bears the unit where the contract names one.
        return format_number(value, 1) if column.unit else format_percent(value, 1)
    return format_number(value, digits)


def _formatted(
    frame: pd.DataFrame, columns: Mapping[str, Column], limit: int | None
) -> list[list[str]]:
    """Return rows of texts, at most `limit` of them."""
    shown = frame if limit is None else frame.head(limit)
    texts = []
    for name, column in columns.items():
        is_number = column.kind is Kind.NUMBER and not column.is_list
        digits = _digits(frame[name].astype("float64")) if is_number else 0
        texts.append([_format_value(value, column, digits) for value in shown[name].tolist()])
    return [list(row) for row in zip(*texts, strict=True)]


def _headings(
    columns: Mapping[str, Column],
    contract: TableContract | None,
    labels: Mapping[str, str] | None,
) -> list[str]:
    known = {**(contract.labels() if contract else {}), **(labels or {})}
    return [known.get(name, name) for name in columns]


@dataclass(frozen=True)
class Texts:
    """A table as it is read: a heading for each column, and a text for each cell.

    Attributes
    ----------
    headings
        Heading of each column, with its unit.
    rows
        Texts of each row, as people read them: `1 234,5`, `05.03.2024`, `да`, `—`.
    kinds
        Kind of each column; `TEXT` for a number that is a code.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kinds: tuple[Kind, ...]


def table_texts(frame: pd.DataFrame, contract: TableContract) -> Texts:
    """Return the texts of a table, the same in every form in which it is shown."""
    columns = _described(frame, contract)
    return Texts(
        tuple(_headings(columns, contract, None)),
        tuple(tuple(row) for row in _formatted(frame, columns, None)),
        tuple(Kind.TEXT if column.codes else column.kind for column in columns.values()),
    )


def _cut_sentence(total: int, limit: int | None) -> str:
    """Return the line that owns up to rows not shown, or nothing."""
    if limit is None or total <= limit:
        return ""
    return _("Показано {shown} из {total}{space}{rows}.").format(
        shown=format_count(limit),
        total=format_count(total),
        space=NO_BREAK_SPACE,
        rows=plural(total, _("строки"), _("строк"), _("строк")),
    )


# ------------------------------------------------------------------------------- tables


def _table_markup(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    right: Sequence[bool],
    css: str = "cs-table",
) -> str:
    """Return a table from texts already escaped: headings above, the first cell names the row."""
    number, long = ' class="cs-number"', ' class="cs-long"'
    head = "".join(
        f'<th scope="col"{number if is_right else ""}>{heading}</th>'
        for heading, is_right in zip(headings, right, strict=True)
    )
    body = []
    for row in rows:
        first, *others = row
        kinds = [
            number if is_right else long if len(cell) > _LONG_TEXT else ""
            for cell, is_right in zip(row, right, strict=True)
        ]
        cells = [f'<th scope="row"{kinds[0]}>{first}</th>']
        cells += [f"<td{kind}>{cell}</td>" for cell, kind in zip(others, kinds[1:], strict=True)]
        body.append(f"<tr>{''.join(cells)}</tr>")
    if not body:
        body.append(f'<tr><td colspan="{len(headings)}">{_("Строк нет.")}</td></tr>')
    label = caption or _("Таблица")
    return (
        f'<div class="cs-scroll" role="group" tabindex="0" aria-label="{label}">'
        f'<table class="{css}"><caption>{label}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def table_html(
    frame: pd.DataFrame,
    contract: TableContract | None = None,
    labels: Mapping[str, str] | None = None,
    caption: str = "",
    limit: int | None = None,
) -> str:
    """Return an accessible HTML table of a frame, everything escaped.

    Parameters
    ----------
    frame
        What is shown: its columns in their order. Columns the contract does not know are
        formatted by their dtype.
    contract
        Gives Russian headings with units, kinds and labels of codes.
    labels
        Headings by column that go before the contract's.
    caption
        Caption; the contract's label where it is empty.
    limit
        At most so many rows; a line then says how many of how many are shown.
    """
    columns = _described(frame, contract)
    rows = [[escape(text) for text in row] for row in _formatted(frame, columns, limit)]
    markup = _table_markup(
        escape(caption or (contract.label if contract else "")),
        [escape(heading) for heading in _headings(columns, contract, labels)],
        rows,
        [column.kind in _RIGHT_ALIGNED and not column.codes for column in columns.values()],
    )
    cut = _cut_sentence(len(frame), limit)
    return f'{markup}<p class="cs-cut">{escape(cut)}</p>' if cut else markup


def _table_text(
    caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]], cut: str = ""
) -> str:
    lines = [caption, " | ".join(headings), *(" | ".join(row) for row in rows), cut]
    return "\n".join(line for line in lines if line)


def show_table(
    frame: pd.DataFrame,
    contract: TableContract | None = None,
    caption: str = "",
    limit: int | None = 50,
    labels: Mapping[str, str] | None = None,
) -> Shown:
    """Show a frame as a table with the contract's headings (see `table_html`)."""
    caption = caption or (contract.label if contract else "")
    columns = _described(frame, contract)
    text = _table_text(
        caption,
        _headings(columns, contract, labels),
        _formatted(frame, columns, limit),
        _cut_sentence(len(frame), limit),
    )
    return Shown(table_html(frame, contract, labels, caption, limit), text)


def show_result(
    result: StepResult,
    name: str,
    caption: str | None = None,
    limit: int | None = 50,
    columns: Sequence[str] | None = None,
) -> Shown:
    """Show a table of a finished step, with its grain below.

    Raises
    ------
    KeyError
        If the step has no such table or column.
    """
    contract = result.contracts[name]
    frame = result.table(name)
    labels = {}
    if result.segment_names and "segment_code" in frame and "segment_name" not in frame:
        names = frame["segment_code"].map(result.segment_names)
        frame = frame.assign(segment_code=names.fillna(frame["segment_code"]))
        labels = {"segment_code": _("Сегмент")}
    shown = show_table(
        frame[list(columns)] if columns else frame, contract, caption or "", limit, labels
    )
    grain = f'<p class="cs-grain">{escape(contract.grain)}</p>'
    return Shown(shown.html + grain, f"{shown.text}\n{contract.grain}")


# ------------------------------------------------------------------- checks and findings


def _marked(mark: str, label: str) -> str:
    """Return a mark that screen readers pass over, and the word that they read."""
    return f'<span class="cs-mark" aria-hidden="true">{escape(mark)}</span>{escape(label)}'


def show_checks(result: StepResult) -> Shown:
    """Show the checks of a step: rule, clause, outcome in words, what was found, what to do."""
    if not result.checks:
        return show_note(_("На этом шаге проверок нет."))
    tally = "; ".join(
        f"{OUTCOME_LABELS[outcome]} – {count}"
        for outcome in Outcome
        if (count := sum(check.outcome is outcome for check in result.checks))
    )
    summary = _("Проверок: {total} ({tally}).").format(total=len(result.checks), tally=tally)
    headings = [_("Правило"), _("Пункт"), _("Итог"), _("Что найдено"), _("Что сделать")]
    rows, texts = [], []
    for check in result.checks:
        before = [check.rule, check.clause or "—"]
        after = [check.details or "—", check.remedy or "—"]
        outcome = _marked(_OUTCOME_MARKS[check.outcome], check.outcome.label)
        rows.append([*map(escape, before), outcome, *map(escape, after)])
        texts.append([*before, check.outcome.label, *after])
    caption = _("Проверки шага «{step}»").format(step=rec.STEP_NAMES[result.study.step])
    markup = _table_markup(escape(caption), headings, rows, [False] * len(headings))
    return Shown(
        f"<p>{escape(summary)}</p>{markup}", f"{summary}\n{_table_text(caption, headings, texts)}"
    )


def _finding_message(finding: Finding) -> str:
    parts = [finding.message]
    if finding.found:
        parts.append(_("Найдено: «{found}».").format(found=finding.found))
    if finding.expected:
        parts.append(_("Ожидается: {expected}.").format(expected=finding.expected.rstrip(".")))
    if finding.count > 1:
        places = counted(finding.count, _("место"), _("места"), _("мест"))
        parts.append(_("Всего таких: {places}.").format(places=places))
    return " ".join(parts)


def show_findings(findings: Iterable[Finding], caption: str = "") -> Shown:
    """Show findings, the gravest first: where, what is wrong, what to do."""
    order = list(Severity)
    findings = sorted(Findings(findings), key=lambda finding: order.index(finding.severity))
    if not findings:
        return show_note(_("Замечаний к данным и решениям нет."))
    headings = [_("Важность"), _("Где"), _("Что не так"), _("Что сделать")]
    rows, texts = [], []
    for finding in findings:
        others = [finding.place or "—", _finding_message(finding), finding.remedy or "—"]
        severity = _marked(_SEVERITY_MARKS[finding.severity], finding.severity.label)
        rows.append([severity, *map(escape, others)])
        texts.append([finding.severity.label, *others])
    caption = caption or _("Замечания к данным и решениям")
    markup = _table_markup(escape(caption), headings, rows, [False] * len(headings))
    return Shown(markup, _table_text(caption, headings, texts))


# ------------------------------------------------------------------------ cards and text


def show_card(title: str, rows: Iterable[tuple[str, object]]) -> Shown:
    """Show labelled values, for example what is studied: one row is one label and its value.

    Whole numbers are shown as they are (a year has no groups of digits); lists are joined.
    """
    pairs = [(label, _card_value(value)) for label, value in rows]
    body = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>'
        for label, value in pairs
    )
    html = (
        f'<div class="cs-scroll" role="group" tabindex="0" aria-label="{escape(title)}">'
        f'<table class="cs-table cs-card"><caption>{escape(title)}</caption>'
        f"<tbody>{body}</tbody></table></div>"
    )
    return Shown(html, "\n".join([title, *(f"{label}: {value}" for label, value in pairs)]))


def _card_value(value: object) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(str(item) for item in value) or "—"
    if is_missing(value) or value == "":
        return "—"
    if isinstance(value, bool):
        return _("да") if value else _("нет")
    if isinstance(value, float):
        return format_number(value, 1)
    return format_date(value) if hasattr(value, "strftime") else str(value)


def show_study(study: Study, rows: Iterable[tuple[str, object]] = ()) -> Shown:
    """Show what is studied and at which step; `rows` add what the group's settings say."""
    step = rec.STEP_NAMES[study.step]
    clause = rec.STEP_CLAUSES.get(study.step, "")
    return show_card(
        _("Шаг «{step}»").format(step=step),
        [
            (_("Год"), study.year),
            *rows,
            (_("Код органа"), study.authority),
            (_("Код группы"), study.group),
            (_("Пункт Рекомендаций"), clause),
        ],
    )


def show_paragraphs(texts: Iterable[str]) -> Shown:
    """Show sentences as paragraphs; a blank line inside a text begins another."""
    paragraphs = [
        part.strip() for text in texts for part in re.split(r"\n\s*\n", text) if part.strip()
    ]
    html = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return Shown(html, "\n\n".join(paragraphs))


def show_folded(parts: Iterable[tuple[str, Shown]]) -> Shown:
    """Show parts that a click unfolds: one part is its title and what it holds."""
    parts = list(parts)
    html = "".join(
        f"<details><summary>{escape(title)}</summary>{part.html}</details>" for title, part in parts
    )
    return Shown(html, "\n\n".join(f"{title}\n{part.text}" for title, part in parts))


def show_note(text: str) -> Shown:
    """Show one remark, set apart by a line at its side."""
    return Shown(f'<p class="cs-note">{escape(text)}</p>', text)


@dataclass(frozen=True)
class Views:
    """Tables and charts shown one under another, each an output of its own."""

    parts: tuple[object, ...]

    def _ipython_display_(self) -> None:
        # IPython is at hand wherever this is called; plain runs need not load it.
        from IPython.display import display

        for part in self.parts:
            display(part)

    def __repr__(self) -> str:
        return "\n\n".join(repr(part) for part in self.parts)


def show_together(*parts: object) -> Views:
    """Show tables and charts that belong together, in this order."""
    return Views(parts)
