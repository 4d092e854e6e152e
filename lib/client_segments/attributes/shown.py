"""What step 1 shows of usefulness: what attributes tell of clients, and what is proposed."""

from __future__ import annotations

import plotly.graph_objects as go

from client_segments import charts, presentation
from client_segments.language import _, format_number
from client_segments.presentation import Shown
from client_segments.steps import StepResult


def usefulness_chart(result: StepResult) -> go.Figure:
    """Chart: how strongly each attribute goes with satisfaction, problems, blind zone, channels."""
    frame = result.table("attribute_usefulness")
    frame = frame.sort_values("place_number", kind="stable")
    words = _("Нет данных о том, что признаки могли бы сказать о клиентах.")
    if frame["v"].notna().any():
        best = frame.loc[frame["v"].idxmax()]
        first = frame["attribute_name"].iloc[0]
        words = _(
            "Тепловая карта: сила связи признака с показателем от 0 до 1, признаки – в порядке "
            "выбора. Сильнее всего связаны «{attribute}» и «{target}» (V = {v}). Первым по пользе "
            "для всех показателей стоит признак «{first}»."
        ).format(
            attribute=best["attribute_name"],
            target=best["target_name"],
            v=format_number(best["v"], 2),
            first=first,
        )
    return charts.heat_map(
        frame,
        row="attribute_name",
        column="target_name",
        value="v",
        title=_("Что признаки говорят о клиентах"),
        value_title=_("V Крамера с поправкой"),
        description=words,
    )


def show_usefulness(result: StepResult) -> Shown:
    """Show what each attribute tells, in their common order: V with its interval, and the gain."""
    columns = [
        "place_number", "attribute_name", "target_name", "clients_count", "v", "v_low", "v_high",
        "q_value", "gain_pct",
    ]  # fmt: skip
    contract = result.contracts["attribute_usefulness"]
    frame = result.table("attribute_usefulness").sort_values("place_number", kind="stable")
    return presentation.show_table(frame[columns], contract, limit=60)


def show_pairs(result: StepResult) -> Shown:
    """Show the pairs of attributes that are closest to each other."""
    columns = [
        "attribute_name", "other_attribute_name", "clients_count", "v", "v_low", "v_high",
        "information_pct", "is_same",
    ]  # fmt: skip
    return presentation.show_result(result, "attribute_pairs", columns=columns, limit=15)


def show_proposals(result: StepResult) -> Shown:
    """Show the proposed list: the role of each attribute, and why."""
    columns = [
        "attribute_name", "role", "proposed_role", "place_number", "values_count", "missing_pct",
        "rare_values", "same_as", "reason",
    ]  # fmt: skip
    return presentation.show_result(result, "attribute_proposals", columns=columns, limit=None)


def show_regulation(result: StepResult) -> Shown:
    """Show the regulation's attributes and variants beside the clients."""
    if result.table("regulation_attributes").empty:
        text = _("Таблиц регламента нет: положите в raw файл regulation.xlsx или regulation.csv.")
        return presentation.show_note(text)
    attributes = presentation.show_result(
        result, "regulation_attributes",
        columns=["attribute_name", "values_text", "source_types", "basis", "is_in_data",
                 "missing_values", "extra_values"],
    )  # fmt: skip
    variants = presentation.show_result(
        result, "regulation_combinations",
        columns=["variant_code", "result", "combination_text", "rule_text", "clients_count",
                 "share_pct", "problem"],
    )  # fmt: skip
    return Shown(attributes.html + variants.html, f"{attributes.text}\n\n{variants.text}")
