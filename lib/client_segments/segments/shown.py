"""Charts of step 2: sizes, images and likeness of the segments."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from client_segments import charts, presentation
from client_segments.attributes import ATTRIBUTES, MISSING_CODE
from client_segments.language import (
    _,
    counted,
    format_number,
    format_percent,
)
from client_segments.presentation import Shown
from client_segments.segments.likeness import segment_map
from client_segments.steps import StepResult

IMAGE_ROWS = 5
"""Lines of each segment in the chart of images; the table has them all."""
NEAR_WORDS = 3


def sizes_chart(result: StepResult) -> go.Figure:
    """Chart: number of clients of each segment."""
    frame = result.table("segments")
    named = frame[~frame["is_rest"]]
    largest = named.loc[named["clients_count"].idxmax()]
    description = _(
        "Число клиентов в каждом сегменте. Крупнейший – «{name}»: {count}, {share} всех."
    )
    return charts.bar_chart(
        frame,
        label="segment_name",
        value="clients_count",
        title=_("Ёмкость сегментов"),
        value_title=_("Число клиентов"),
        description=description.format(
            name=largest["segment_name"],
            count=counted(int(largest["clients_count"]), _("клиент"), _("клиента"), _("клиентов")),
            share=format_percent(largest["share_pct"]),
        ),
    )


def values_chart(result: StepResult) -> go.Figure:
    """Chart: share of each value of the open forming attributes in each segment, a heat map."""
    attributes = result.study.read(ATTRIBUTES)
    # Values of sensitive attributes (152-FZ article 10) are told of no segment.
    is_drawn = (attributes["role"] == "forming") & ~attributes["is_sensitive"]
    forming = attributes.loc[is_drawn, "attribute_code"]
    frame = result.table("segment_values")
    frame = frame[(frame["value_code"] > MISSING_CODE) & frame["attribute_code"].isin(forming)]
    order = {code: number for number, code in enumerate(result.table("segments")["segment_code"])}
    frame = frame.assign(
        line=frame["attribute_name"] + ": " + frame["value_name"],
        segment_name=_names(result, frame["segment_code"]),
    ).sort_values("segment_code", key=lambda codes: codes.map(order), kind="stable")
    description = _(
        "Тепловая карта: какую долю клиентов каждого сегмента составляет каждое значение. Сильнее "
        "всего отличается от всех клиентов сегмент «{segment}» по значению «{line}»: {share} против "
        "{overall}."
    )
    strongest = frame.loc[frame["effect"].abs().idxmax()] if frame["effect"].notna().any() else None
    return charts.heat_map(
        frame,
        row="line",
        column="segment_name",
        value="share_pct",
        title=_("Значения образующих признаков по сегментам"),
        value_title=_("Доля клиентов сегмента, %"),
        description=_("Сегменты ничем не отличаются.")
        if strongest is None
        else description.format(
            segment=strongest["segment_name"],
            line=strongest["line"],
            share=format_percent(strongest["share_pct"]),
            overall=format_percent(strongest["overall_share_pct"]),
        ),
    )


def images_chart(result: StepResult, segment_code: str = "") -> go.Figure:
    """Chart: what marks each segment, beside all clients; of one segment if its code is given.

    Raises
    ------
    KeyError
        If there is no such segment.
    """
    segments = result.table("segments").set_index("segment_code")
    codes = [segment_code] if segment_code else segments.index[~segments["is_rest"]]
    lines = result.table("image_lines").dropna(subset=["share_pct"])
    parts = [
        lines[lines["segment_code"] == code].head(None if segment_code else IMAGE_ROWS)
        for code in codes
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame.assign(
        segment_name=frame["segment_code"].map(segments["segment_name"]),
        line=frame["attribute_name"] + ": " + frame["value_name"],
    )
    description = _(
        "По каждому сегменту – значения, которые отличают его сильнее всего: доля в сегменте "
        "(ромб, с интервалом 95 %) и доля среди всех клиентов (круг). {strongest}"
    )
    title = _("Чем сегменты отличаются от всех клиентов")
    if segment_code:
        name = segments.loc[segment_code, "segment_name"]
        title = _("Чем сегмент «{name}» отличается от всех клиентов").format(name=name)
    return charts.dumbbell_chart(
        frame,
        label="line",
        value="share_pct",
        other="overall_share_pct",
        low="share_low_pct",
        high="share_high_pct",
        group=None if segment_code else "segment_name",
        title=title,
        value_title=_("Доля клиентов, %"),
        value_name=_("в сегменте"),
        other_name=_("среди всех клиентов"),
        description=description.format(strongest=_strongest_sentence(frame)).strip(),
    )


def _strongest_sentence(frame: pd.DataFrame) -> str:
    if frame.empty:
        return ""
    row = frame.loc[frame["effect"].idxmax()]
    text = _("Самое сильное отличие – «{segment}», «{line}»: {share} против {overall}.")
    return text.format(
        segment=row["segment_name"],
        line=row["line"],
        share=format_percent(row["share_pct"]),
        overall=format_percent(row["overall_share_pct"]),
    )


def show_images(result: StepResult) -> Shown:
    """Show the images in words; a click unfolds the numbers behind them."""
    words = presentation.show_paragraphs(result.table("images")["image_text"])
    numbers = ["share_pct", "overall_share_pct", "index_pct"]
    lines = presentation.show_result(
        result, "image_lines", limit=None,
        columns=["segment_code", "line_number", "attribute_name", "value_name", "share_pct",
                 "share_low_pct", "share_high_pct", "overall_share_pct", "index_pct",
                 "index_low_pct", "index_high_pct", "effect", "is_special", "is_sensitive"],
    )  # fmt: skip
    absences = presentation.show_result(
        result, "image_absences", limit=None,
        columns=["segment_code", "attribute_name", "value_name", *numbers],
    )  # fmt: skip
    folded = presentation.show_folded(
        [
            (_("Отличительные значения с интервалами"), lines),
            (_("Чего в сегментах нет"), absences),
            (_("Сходство сегментов"), _show_likeness(result)),
        ]
    )
    return Shown(words.html + folded.html, f"{words.text}\n\n{folded.text}")


def _show_likeness(result: StepResult) -> Shown:
    contract = result.contracts["segment_likeness"]
    frame = result.table("segment_likeness").drop(columns="distance")
    labels = {"segment_code": _("Сегмент"), "other_segment_code": _("Второй сегмент")}
    frame = frame.assign(**{name: _names(result, frame[name]) for name in labels})
    return presentation.show_table(frame, contract, limit=None, labels=labels)


def likeness_chart(result: StepResult) -> go.Figure:
    """Chart: map of the segments, like ones near each other, by number of clients."""
    likeness = result.table("segment_likeness")
    found = segment_map(likeness)
    segments = result.table("segments")
    frame = found.points.merge(segments, on="segment_code")
    names = dict(zip(segments["segment_code"], segments["segment_name"], strict=True))
    return charts.point_map(
        frame,
        label="segment_name",
        x="x",
        y="y",
        size="clients_count",
        title=_("Карта сегментов: чем ближе, тем больше похожи"),
        description=_map_words(likeness, names, found.shown_pct),
    )


def _map_words(likeness: pd.DataFrame, names: dict[str, str], shown_pct: float) -> str:
    """Say in words what the map shows: who is near, who is far, and how far it can be trusted."""
    if likeness.empty:
        return _("Сегмент один: сравнивать его не с чем.")
    pairs = [
        _("«{first}» и «{second}» ({likeness} из 100)").format(
            first=names[row.segment_code],
            second=names[row.other_segment_code],
            likeness=format_number(row.likeness_pct, 0),
        )
        for row in likeness.itertuples()
    ]
    near = _("Больше всего похожи: {pairs}.").format(pairs="; ".join(pairs[:NEAR_WORDS]))
    far = _("Меньше всего: {pair}.").format(pair=pairs[-1]) if len(pairs) > NEAR_WORDS else ""
    trust = _(
        "Площадь круга – число клиентов; оси смысла не имеют; карта передаёт {share} различий."
    ).format(share=format_percent(shown_pct, 0))
    return " ".join(sentence for sentence in (near, far, trust) if sentence)


def _names(result: StepResult, codes: pd.Series) -> pd.Series:
    return codes.map(result.table("segments").set_index("segment_code")["segment_name"])
