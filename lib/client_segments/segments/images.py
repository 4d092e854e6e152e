"""Holistic images: what marks a segment among all clients, in lines and in words (clause 6)."""

from __future__ import annotations

import pandas as pd

from client_segments import recommendations as rec
from client_segments.attributes import MISSING_CODE
from client_segments.language import (
    _,
    counted,
    format_number,
    format_percent,
    plural,
    sentence_list,
)

MARK_INDEX_PCT = 110.0
"""Own: a value marks a segment when it is at least a tenth more frequent than among all."""
MARK_SHARE_PCT = 5.0
"""Own: a value of fewer clients of the segment than this does not describe it."""
WORDS_LINES = 4
"""Lines that the text names; the table has them all."""


def segment_values_table(
    counts: pd.DataFrame, values: pd.DataFrame, attributes: pd.DataFrame
) -> pd.DataFrame:
    """Turn counts into shares.

    Parameters
    ----------
    counts : DataFrame
        One row is one segment × attribute × value code that occurs (`Engine.segment_values`).
    values, attributes : DataFrame
        Tables `attribute_values` and `attributes`.

    Returns
    -------
    DataFrame
        Table `segment_values`: every segment with every value of every attribute. Shares are
        among clients with a known value, weighted; the row of code 0 has the share without data.
    """
    segments = pd.DataFrame({"segment_code": counts["segment_code"].unique()})
    frame = segments.merge(values[["attribute_code", "value_code", "value_name"]], how="cross")
    frame = frame.merge(counts, how="left", on=["segment_code", "attribute_code", "value_code"])
    frame = frame.fillna({"clients_count": 0, "weight": 0.0})
    is_known = frame["value_code"] > MISSING_CODE
    keys = ["segment_code", "attribute_code"]
    known = frame["weight"].where(is_known, 0.0)
    total = frame.groupby(keys)["weight"].transform("sum")
    denominator = (
        known.groupby([frame[key] for key in keys]).transform("sum").where(is_known, total)
    )
    frame["share_pct"] = 100 * frame["weight"] / denominator.where(denominator > 0)
    overall = frame.groupby(["attribute_code", "value_code"])["weight"].transform("sum")
    overall_known = known.groupby(frame["attribute_code"]).transform("sum")
    overall_total = frame.groupby("attribute_code")["weight"].transform("sum")
    overall_denominator = overall_known.where(is_known, overall_total)
    frame["overall_share_pct"] = 100 * overall / overall_denominator.where(overall_denominator > 0)
    ratio = frame["share_pct"] / frame["overall_share_pct"].where(frame["overall_share_pct"] > 0)
    frame["index_pct"] = 100 * ratio
    return frame.merge(attributes[["attribute_code", "attribute_name"]], on="attribute_code")


def image_lines_table(
    segment_values: pd.DataFrame, attributes: pd.DataFrame, describing_codes: dict[str, set[str]]
) -> pd.DataFrame:
    """Choose 5-15 attribute–value lines that mark each segment most.

    Lines of attributes in the segment's own rule come first; then values that are most over-
    represented (difference of shares in percentage points). Where fewer than five values stand
    out, the most frequent ones fill up.

    Parameters
    ----------
    describing_codes
        Codes of the attributes in each segment's rule.
    """
    frame = segment_values[segment_values["value_code"] > MISSING_CODE].copy()
    frame = frame[frame["clients_count"] > 0]
    in_rule = [
        attribute in describing_codes.get(segment, set())
        for segment, attribute in zip(frame["segment_code"], frame["attribute_code"], strict=True)
    ]
    difference = frame["share_pct"] - frame["overall_share_pct"]
    stands_out = (frame["index_pct"] >= MARK_INDEX_PCT) & (frame["share_pct"] >= MARK_SHARE_PCT)
    frame["order"] = (~stands_out).astype(int) * 2 + (
        ~pd.Series(in_rule, index=frame.index)
    ).astype(int)
    frame["difference"] = difference
    frame = frame.sort_values(
        ["segment_code", "order", "difference", "attribute_code", "value_code"],
        ascending=[True, True, False, True, True], kind="stable",
    )  # fmt: skip
    # Two values of an attribute are enough, unless the segment's own rule names more.
    of_attribute = frame.groupby(["segment_code", "attribute_code"]).cumcount()
    frame = frame[(of_attribute < 2) | (frame["order"] == 0)]
    frame["line_number"] = frame.groupby("segment_code").cumcount() + 1
    keep = (frame["line_number"] <= rec.ATTRIBUTES_MINIMUM) | (frame["order"] < 2)
    frame = frame[keep & (frame["line_number"] <= rec.ATTRIBUTES_MAXIMUM)]
    return frame.merge(attributes[["attribute_code", "is_special"]], on="attribute_code", how="left")[
        [
            "segment_code", "line_number", "attribute_code", "attribute_name", "value_name",
            "share_pct", "overall_share_pct", "index_pct", "is_special",
        ]
    ]  # fmt: skip


def proposed_name(lines: pd.DataFrame) -> str:
    """Propose a name for a segment from the two values that mark it most."""
    first = lines.drop_duplicates("attribute_code").head(2)
    name = ", ".join(
        f"{row.attribute_name.lower()}: {row.value_name}" for row in first.itertuples()
    )
    return name[:1].upper() + name[1:]


def image_text(
    name: str,
    clients_count: int,
    share_pct: float,
    lines: pd.DataFrame,
    unit_forms: tuple[str, str, str],
) -> str:
    """Describe a segment in three or four sentences of Russian."""
    sentences = [
        _("«{name}» – {clients}, {share} всех клиентов группы.").format(
            name=name,
            clients=counted(clients_count, *unit_forms),
            share=format_percent(share_pct),
        )
    ]
    marks = lines[lines["index_pct"] >= MARK_INDEX_PCT].head(WORDS_LINES)
    if len(marks):
        phrases = [
            _("«{attribute}: {value}» ({share} против {overall} среди всех)").format(
                attribute=row.attribute_name,
                value=row.value_name,
                share=format_percent(row.share_pct),
                overall=format_percent(row.overall_share_pct),
            )
            for row in marks.itertuples()
        ]
        verb = plural(
            len(phrases), _("отличает значение"), _("отличают значения"), _("отличают значения")
        )
        sentences.append(
            _("Сегмент {verb} {marks}.").format(verb=verb, marks=sentence_list(phrases))
        )
        strongest = marks.loc[marks["index_pct"].idxmax()]
        if strongest["index_pct"] >= 200:
            sentences.append(
                _(
                    "Значение «{value}» здесь встречается в {times} раза чаще, чем среди всех."
                ).format(
                    value=strongest["value_name"],
                    times=format_number(strongest["index_pct"] / 100),
                )
            )
    else:
        sentences.append(_("По признакам перечня сегмент почти не отличается от всех клиентов."))
    special = lines[lines["is_special"] & (lines["index_pct"] >= MARK_INDEX_PCT)]
    if len(special):
        # The attribute is special, not its value: «Инвалидность: нет» would mislead.
        names = sentence_list([f"«{name}»" for name in special["attribute_name"].unique()])
        sentences.append(
            _("Описание затрагивает специальные признаки: {names}.").format(names=names)
        )
    return " ".join(sentences)
