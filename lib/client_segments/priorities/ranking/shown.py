"""What the notebook shows of the order of research and of the weights: tables and sentences."""

from __future__ import annotations

import pandas as pd

from client_segments import presentation
from client_segments import recommendations as rec
from client_segments.language import (
    _,
    format_count,
    format_number,
    format_percent,
    quoted_list,
)
from client_segments.presentation import Shown
from client_segments.priorities.contracts import PRIORITIES
from client_segments.priorities.ranking.contracts import CRITERION_LABELS, METHODS, WEIGHT_SOURCES
from client_segments.priorities.ranking.draws import DRAWS
from client_segments.priorities.ranking.pictures import PLACES_SHOWN, names_by_rank
from client_segments.priorities.ranking.weights import decided_weights
from client_segments.segments import SEGMENTS
from client_segments.steps import StepResult
from client_segments.study import Study

_ORDER_COLUMNS = [
    "rank", "segment_name", "score", "expected_rank", "rank_low", "rank_high", "first_pct",
    "first_count_pct", "is_stable", "is_nondominated", "missing_criteria", "is_chosen",
]  # fmt: skip
_EXPLAINING = ("criterion_weights", "score_contributions", "method_agreement", "ranking_methods")


def show_ranking(result: StepResult) -> Shown:
    """Show the order of research, how sure it is in words, and the tables behind it under folds."""
    frame = result.table("priorities")
    columns = [*_ORDER_COLUMNS]
    if frame["missing_criteria"].isna().all():
        columns.remove("missing_criteria")
    labels = {
        **PRIORITIES.labels(),
        "first_count_pct": _("В числе первых {count}, %").format(count=_first_count(frame)),
    }
    table = presentation.show_table(frame[columns], PRIORITIES, limit=None, labels=labels)
    words = presentation.show_paragraphs(ranking_sentences(result))
    folded = presentation.show_folded(
        [
            *((result.contracts[name].label, _show_filled(result, name)) for name in _EXPLAINING),
            (_("Кто кого опережает"), _show_confidence(result)),
        ]
    )
    parts = (table, words, folded)
    return Shown("".join(part.html for part in parts), "\n\n".join(part.text for part in parts))


def _show_filled(result: StepResult, name: str) -> Shown:
    """Show a table without the columns that have nothing in them."""
    filled = result.table(name).dropna(axis="columns", how="all").columns
    return presentation.show_result(result, name, limit=200, columns=list(filled))


def _show_confidence(result: StepResult) -> Shown:
    """Show how often the segment of a row precedes that of a column, named by its place."""
    names = names_by_rank(result)
    shown = list(names)[:PLACES_SHOWN]
    frame = result.table("rank_confidence")
    frame = frame[frame["segment_code"].isin(shown) & frame["other_code"].isin(shown)]
    matrix = frame.pivot(index="segment_code", columns="other_code", values="precedes_pct")
    order = [code for code in shown if code in matrix.index]
    cells = matrix.loc[order, order].map(format_percent)
    cells.columns = [f"{number}." for number in range(1, len(order) + 1)]
    cells.insert(0, "segment", [names[code] for code in order])
    caption = _("В какой доле испытаний сегмент строки стоит раньше сегмента столбца")
    return presentation.show_table(
        cells.reset_index(drop=True), caption=caption, labels={"segment": _("Сегмент")}
    )


def show_weights(study: Study, signature: str = "") -> Shown:
    """Show the weights that count, where they come from, and whom people research first."""
    decided, research_first, findings = decided_weights(study)
    if findings.errors:
        return presentation.show_findings(findings)
    names = study.read(SEGMENTS).set_index("segment_code")["segment_name"]
    rows: list[tuple[str, object]] = [
        (
            _("{label}, вес").format(label=criterion.label),
            format_percent(100 * decided.weights[criterion.name]),
        )
        for criterion in rec.CRITERIA
    ]
    rows.append((_("Веса"), WEIGHT_SOURCES[decided.source]))
    if decided.consistency_ratio is not None:
        compared = "; ".join(
            f"{criterion.label.lower()} – {format_percent(100 * decided.compared_weights[criterion.name])}"
            for criterion in rec.CRITERIA
        )
        ratio = format_number(decided.consistency_ratio, 2)
        rows.append((_("Веса по попарным сравнениям"), compared))
        rows.append((_("Отношение согласованности (допустимо до 0,1)"), ratio))
    chosen = [names[code] for code in research_first]
    rows.append((_("Исследовать первыми"), chosen or _("ещё не решено")))
    title = _("Веса параметров")
    return presentation.show_card(f"{title} – {signature}" if signature else title, rows)


def _first_count(frame: pd.DataFrame) -> int:
    return int(frame["first_count"].iloc[0]) if len(frame) else 0


def ranking_sentences(result: StepResult) -> list[str]:
    """Return how sure the order is: draws, segments nobody dominates, methods, weights."""
    frame = result.table("priorities")
    known = frame.dropna(subset=["score"])
    if known.empty:
        return [_("Очерёдность не посчитана: ни один параметр не известен.")]
    return [
        _stability_sentence(known),
        _undominated_sentence(known),
        *_agreement_sentences(result),
        *_weight_sentences(result),
    ]


def _stability_sentence(known: pd.DataFrame) -> str:
    first = known.iloc[0]
    text = _(
        "Оценки менялись в пределах своих интервалов, а веса – как угодно, лишь бы основные параметры были не легче дополнительных: из {draws} испытаний «{name}» на первом месте в {share}; при весах, близких к заданным, – в {given}. Место считается устойчивым, если оно то же не менее чем в 80 % испытаний."
    )
    return text.format(
        draws=format_count(DRAWS), name=first["segment_name"],
        share=format_percent(first["first_pct"]), given=format_percent(first["given_first_pct"]),
    )  # fmt: skip


def _undominated_sentence(known: pd.DataFrame) -> str:
    names = known.loc[known["is_nondominated"].astype(bool), "segment_name"]
    text = _("Никем не превзойдены по всем параметрам сразу: {names}.")
    return text.format(names=quoted_list(names) or _("таких нет"))


def _agreement_sentences(result: StepResult) -> list[str]:
    rows = result.table("method_agreement").dropna(subset=["kendall_tau"])
    if rows.empty:
        return []
    parts = [
        _("{method} – {words} (тау Кендалла {tau})").format(
            method=_inside(METHODS[row.method]), words=row.agreement_text,
            tau=format_number(row.kendall_tau, 2),
        )
        for row in rows.itertuples()
    ]  # fmt: skip
    return [_("Другие способы в сравнении с принятым: {parts}.").format(parts="; ".join(parts))]


def _inside(label: str) -> str:
    """Return a label as it stands inside a sentence; abbreviations keep their letters."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _weight_sentences(result: StepResult) -> list[str]:
    rows = result.table("criterion_weights").dropna(subset=["next_first"])
    parts = [
        _("«{label}» – от {low} до {high} (сейчас {now}; за ближайшей границей первым станет «{name}»)").format(
            label=CRITERION_LABELS[row.criterion], low=format_percent(row.keeps_from_pct, 0),
            high=format_percent(row.keeps_to_pct, 0), now=format_percent(row.used_weight_pct, 0),
            name=row.next_first,
        )
        for row in rows.itertuples()
    ]  # fmt: skip
    if not parts:
        return []
    return [
        _("Первый сегмент остаётся первым, пока вес параметра в пределах: {parts}.").format(
            parts="; ".join(parts)
        )
    ]
