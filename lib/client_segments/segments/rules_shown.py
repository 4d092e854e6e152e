"""Showing step 2's rules: what classes and targets come to in words, and where targets are high."""

from __future__ import annotations

from client_segments.language import _
from client_segments.presentation import (
    Shown,
    Views,
    show_folded,
    show_note,
    show_result,
    show_table,
    show_together,
)
from client_segments.steps import StepResult

_CLASS_COLUMNS = (
    "subject_name", "rule_text", "clients_count", "purity_pct", "coverage_pct", "fidelity_pct",
    "is_faithful",
)  # fmt: skip
_TARGET_COLUMNS = (
    "subject_name", "rule_text", "clients_count", "purity_pct", "overall_pct", "coverage_pct",
    "is_special",
)  # fmt: skip
_SUBGROUP_COLUMNS = (
    "target_name", "rule_text", "clients_count", "share_pct", "others_share_pct", "low_pct",
    "high_pct", "q_value", "is_special",
)  # fmt: skip
_SUBGROUPS_SHOWN = 40


def show_rules(result: StepResult) -> Shown | Views:
    """Show classes, the rest and targets as rules; overlaps and whom no rule finds unfold."""
    frame, contract = result.table("class_rules"), result.contracts["class_rules"]
    is_target = frame["subject_kind"] == "target"
    parts = []
    if len(frame[~is_target]):
        caption = _("Скрытые классы и остальные клиенты, выраженные правилами")
        classes = frame.loc[~is_target, list(_CLASS_COLUMNS)]
        parts.append(show_table(classes, contract, caption, limit=None))
    if len(frame[is_target]):
        caption = _("Где показатели выше: по одному правилу на показатель")
        targets = frame.loc[is_target, list(_TARGET_COLUMNS)]
        labels = {"purity_pct": _("Показатель у найденных, %")}
        parts.append(show_table(targets, contract, caption, limit=None, labels=labels))
    folded = _folded(result)
    if folded:
        parts.append(show_folded(folded))
    if not parts:
        return show_note(
            _("Ни класс, ни показатель правилом не выразить: признаки их не различают.")
        )
    return show_together(*parts)


def _folded(result: StepResult) -> list[tuple[str, Shown]]:
    folded = []
    overlaps = result.table("rule_overlaps")
    if len(overlaps):
        names = result.segment_names
        named = overlaps.assign(
            segment_code=overlaps["segment_code"].map(names),
            taken_by_code=overlaps["taken_by_code"].map(names),
        )
        contract = result.contracts["rule_overlaps"]
        shown = show_table(named, contract, labels={"segment_code": _("Сегмент")})
        folded.append((_("Пересечения правил"), shown))
    if len(result.table("rest_patterns")):
        folded.append((_("Кого не нашли правила"), show_result(result, "rest_patterns")))
    return folded


def show_subgroups(result: StepResult) -> Shown:
    """Show the combinations of values in which a target is higher than among others."""
    if result.table("subgroups").empty:
        return show_note(
            _(
                "Сочетаний значений, у которых показатель достоверно выше, не найдено: либо данных "
                "мало, либо признаки его не различают."
            )
        )
    return show_result(
        result, "subgroups", limit=_SUBGROUPS_SHOWN, columns=_SUBGROUP_COLUMNS
    )  # fmt: skip
