"""What is said about changes."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from client_segments.language import (
    _,
    sentence_list,
)


def group_sentences(
    changes: pd.DataFrame,
    segments: pd.DataFrame,
    files: pd.DataFrame,
    names: Mapping[str, str],
    year: int,
) -> list[str]:
    """Return the sentences on one group, most pressing first."""
    sentences = []
    waiting = files.loc[~files["is_processed"], "file"].tolist()
    if waiting:
        template = _("Профили устарели: не учтены {files}. Выполните шаги 1–6 ещё раз.")
        sentences.append(template.format(files=sentence_list(waiting)))
    if segments["state"].eq("first").all():
        template = _("Профилей за {year} год в реестре нет: сравнивать не с чем.")
        return [*sentences, template.format(year=year - 1)]
    for state, template in (
        ("new", _("Новые сегменты: {names}.")),
        ("vanished", _("Исчезли сегменты: {names}.")),
    ):
        found = segments.loc[segments["state"] == state, "segment_name"].tolist()
        if found:
            quoted = [f"«{name}»" for name in found]
            sentences.append(template.format(names=sentence_list(quoted)))
    for row in changes[changes["is_real"]].itertuples():
        sentences.append(
            f"«{names[row.segment_code]}», {row.label[0].lower()}{row.label[1:]}. {row.advice}"
        )
    real = set(changes.loc[changes["is_real"], "segment_code"])
    calm = [code for code in changes["segment_code"].drop_duplicates() if code not in real]
    if calm:
        quoted = sentence_list([f"«{names[code]}»" for code in calm])
        template = _("Без изменений больше случайных: {names}; пересматривать нечего.")
        sentences.append(template.format(names=quoted))
    return sentences
