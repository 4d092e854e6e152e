"""Topics that texts propose, and taking them into the dictionary of problems."""

from __future__ import annotations

import ipywidgets as ipw
import pandas as pd

from client_segments.language import _, counted
from client_segments.widgets.editors import RecordsForm
from client_segments.widgets.fields import BUTTON

_NAME_WORDS = 3


def topic_controls(topics: pd.DataFrame, form: RecordsForm) -> list[ipw.Widget]:
    """Return a list of proposed topics that can be taken into the dictionary, to be named there.

    Parameters
    ----------
    topics
        Table `problem_topics` of step 3.
    """
    proposed = topics[topics["topic_number"] > 0].dropna(subset=["words"])
    if proposed.empty:
        return []
    options = [(_topic_label(row), number) for number, row in enumerate(proposed.itertuples())]
    chosen = ipw.SelectMultiple(
        options=options, rows=min(10, len(options)), layout={"width": "98%"}
    )
    take = ipw.Button(description=_("Добавить выбранные в словарь"), icon="check", layout=BUTTON)
    heading = _("Темы, которых нет в словаре (несколько строк – с клавишей Ctrl или Shift). "
                "Дайте теме название: предложены только её слова.")  # fmt: skip

    def adopt(_button: ipw.Button) -> None:
        for number in chosen.value:
            row = proposed.iloc[number]
            words = row["words"].split(", ")[:_NAME_WORDS]
            phrases = row["phrases"].split("; ") if isinstance(row["phrases"], str) else []
            form.add({"name": ", ".join(words).capitalize(), "phrases": tuple(phrases)})
        chosen.value = ()

    take.on_click(adopt)
    return [ipw.HTML(f"<strong>{heading}</strong>"), chosen, take]


def _topic_label(row) -> str:
    count = counted(int(row.texts_count), _("текст"), _("текста"), _("текстов"))
    return f"{row.words} – {count}"
