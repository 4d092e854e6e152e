"""Holistic images in words: a proposed name and a paragraph for each segment (clause 6).

Sentences are built so that names of attributes, values and segments stand as they are written:
nothing has to be inflected.
"""

from __future__ import annotations

import pandas as pd

from client_segments import recommendations as rec
from client_segments.language import (
    _,
    counted,
    format_number,
    format_percent,
    plural,
    quoted_list,
    sentence_list,
)
from client_segments.segments.images import MARK_INDEX_PCT, typical_values
from client_segments.segments.likeness import nearest_sentence

MARK_WORDS = 4
"""Lines that the text names; the table has them all."""
TYPICAL_WORDS = 5
ABSENT_WORDS = 3
TIMES_FROM_PCT = 200.0
"""Own: from twice as frequent on, the text says how many times."""


def lower_first(text: str) -> str:
    """Return a name as it stands inside a sentence; abbreviations keep their capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def proposed_name(lines: pd.DataFrame, words: int = 2) -> str:
    """Propose a name for a segment from the values that mark it most."""
    told = lines[~lines["is_sensitive"].astype(bool)]
    first = told.drop_duplicates("attribute_code").head(words)
    name = "; ".join(
        f"{lower_first(row.attribute_name)} – {row.value_name}" for row in first.itertuples()
    )
    return name[:1].upper() + name[1:]


def proposed_names(lines: pd.DataFrame, codes: list[str]) -> dict[str, str]:
    """Propose names that tell the segments apart: as few values as needed, at least two."""
    own = {code: lines[lines["segment_code"] == code] for code in codes}
    names = {code: proposed_name(found) for code, found in own.items()}
    for words in range(3, rec.ATTRIBUTES_MINIMUM + 1):
        repeated = [code for code, name in names.items() if list(names.values()).count(name) > 1]
        names |= {code: proposed_name(own[code], words) for code in repeated}
    return names


def image_texts(
    segments: pd.DataFrame,
    segment_values: pd.DataFrame,
    lines: pd.DataFrame,
    absences: pd.DataFrame,
    likeness: pd.DataFrame,
    attributes: pd.DataFrame,
    unit_forms: tuple[str, str, str],
) -> pd.DataFrame:
    """Describe every segment that has clients; return table `images`.

    Parameters
    ----------
    segments
        Table `segments`: names, capacity and shares.
    segment_values, lines, absences, likeness
        Tables `segment_values`, `image_lines`, `image_absences` and `segment_likeness`.
    attributes
        Table `attributes`.
    unit_forms
        Forms of the unit of capacity for 1, 2 and 5.
    """
    typical = typical_values(segment_values, attributes)
    filled = segments[segments["clients_count"] > 0]
    named = filled[~filled["is_rest"].astype(bool)]
    names = dict(zip(named["segment_code"], named["segment_name"], strict=True))
    rows = []
    for row in filled.itertuples():
        own = [
            frame[frame["segment_code"] == row.segment_code] for frame in (lines, typical, absences)
        ]
        text = image_text(
            row.segment_name, row.clients_count, row.share_pct, own[0], unit_forms,
            typical=own[1], absences=own[2],
            nearest=nearest_sentence(likeness, row.segment_code, names),
        )  # fmt: skip
        rows.append((row.segment_code, text))
    return pd.DataFrame(rows, columns=["segment_code", "image_text"])


def image_text(
    name: str,
    clients_count: int,
    share_pct: float,
    lines: pd.DataFrame,
    unit_forms: tuple[str, str, str],
    *,
    typical: pd.DataFrame | None = None,
    absences: pd.DataFrame | None = None,
    nearest: str = "",
) -> str:
    """Describe a segment in a few sentences of Russian that need no inflection of names.

    Parameters
    ----------
    lines, typical, absences
        The segment's rows of `image_lines`, `typical_values` and `image_absences`.
    nearest
        A sentence about the segments most like it.
    """
    sentences = [
        _("«{name}» – {clients}, {share} всех клиентов группы.").format(
            name=name,
            clients=counted(clients_count, *unit_forms),
            share=format_percent(share_pct),
        ),
        *_mark_sentences(lines),
        _typical_sentence(typical),
        _absence_sentence(absences),
        nearest,
        *_special_sentences(lines),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _mark_sentences(lines: pd.DataFrame) -> list[str]:
    marks = lines[(lines["index_pct"] >= MARK_INDEX_PCT) & (lines["index_low_pct"] > 100)]
    if marks.empty:
        return [_("По признакам перечня сегмент почти не отличается от всех клиентов.")]
    # Values of one attribute exclude each other, so their shares add up.
    marks = marks.assign(value_code=marks["value_code"].fillna(0))
    together = marks.groupby(["attribute_code", "attribute_name"], sort=False).agg(
        value_name=("value_name", list),
        value_code=("value_code", list),
        share_pct=("share_pct", "sum"),
        overall_share_pct=("overall_share_pct", "sum"),
    )
    phrases = [
        _("{attribute} – {values} ({share} против {overall} среди всех)").format(
            attribute=lower_first(row.attribute_name),
            values=_(" или ").join(
                name for _code, name in sorted(zip(row.value_code, row.value_name, strict=True))
            ),
            share=format_percent(row.share_pct),
            overall=format_percent(row.overall_share_pct),
        )
        for row in together.head(MARK_WORDS).reset_index().itertuples()
    ]
    verb = plural(len(phrases), _("отличает"), _("отличают"), _("отличают"))
    sentences = [_("Сегмент {verb}: {marks}.").format(verb=verb, marks="; ".join(phrases))]
    plain = marks[~marks["is_sensitive"].astype(bool)]
    if len(plain) and plain["index_pct"].max() >= TIMES_FROM_PCT:
        strongest = plain.loc[plain["index_pct"].idxmax()]
        text = _("Значение «{value}» здесь встречается в {times} раза чаще, чем среди всех.")
        sentences.append(
            text.format(
                value=strongest["value_name"], times=format_number(strongest["index_pct"] / 100)
            )
        )
    return sentences


def _typical_sentence(typical: pd.DataFrame | None) -> str:
    if typical is None or typical.empty:
        return ""
    values = "; ".join(
        f"{lower_first(row.attribute_name)} – {row.value_name}"
        for row in typical.head(TYPICAL_WORDS).itertuples()
    )
    return _("Типичный клиент: {values} (каждое значение – у большинства в сегменте).").format(
        values=values
    )


def _absence_sentence(absences: pd.DataFrame | None) -> str:
    if absences is None or absences.empty:
        return ""
    phrases = [
        _("«{attribute}: {value}» ({share} против {overall})").format(
            attribute=row.attribute_name,
            value=row.value_name,
            share=format_percent(row.share_pct),
            overall=format_percent(row.overall_share_pct),
        )
        for row in absences.head(ABSENT_WORDS).itertuples()
    ]
    verb = plural(
        len(phrases), _("встречается значение"), _("встречаются значения"),
        _("встречаются значения"),
    )  # fmt: skip
    return _("Намного реже, чем среди всех, {verb} {values}.").format(
        verb=verb, values=sentence_list(phrases)
    )


def _special_sentences(lines: pd.DataFrame) -> list[str]:
    stands_out = (lines["index_pct"] >= MARK_INDEX_PCT) | lines["share_pct"].isna()
    sentences = []
    for flag, text in (
        ("is_special", _("Описание затрагивает специальные признаки: {names}.")),
        (
            "is_sensitive",
            _(
                "Сведения специальных категорий персональных данных показаны только сводно: {names}."
            ),
        ),
    ):
        # The attribute is special, not its value: «Инвалидность: нет» would mislead.
        names = lines.loc[lines[flag].astype(bool) & stands_out, "attribute_name"].unique()
        if len(names):
            listed = quoted_list(names)
            sentences.append(text.format(names=listed))
    return sentences
