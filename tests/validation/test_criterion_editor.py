"""A criterion changed in the browser: the file says what it was, and until which day."""

from __future__ import annotations

from datetime import date

from client_segments import decisions, widgets
from client_segments.language import format_date

HYPOTHESES = """\
hypotheses:
  - {code: Г1, segment: old, kind: channel, text: Подают лично, criterion_pct: 60, decided: 2025-02-01}
  - {code: Г2, segment: old, kind: channel, text: Звонят, criterion_pct: 70, decided: 2025-02-01}
"""


def controls(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from controls(child)


def criteria(editor):
    return [
        widget for widget in controls(editor)
        if getattr(widget, "description", "").startswith("Критерий подтверждения")
    ]  # fmt: skip


def records(study):
    return decisions.load(study, "hypotheses").data["hypotheses"]


def test_the_editor_writes_the_former_criterion_with_today_s_date(make_study):
    study = make_study({}, {"hypotheses": HYPOTHESES}, step="validation")
    editor = widgets.editor(study, "hypotheses", True)
    assert editor.save()
    assert "criterion_history" not in records(study)[0]  # nothing changed
    today = format_date(date.today())
    for value in ("50", "40"):
        criteria(editor)[0].value = value
        assert editor.save(), editor.message.value
    first, second = records(study)
    assert first["criterion_pct"] == "40"
    assert first["criterion_history"] == [f"60\u00a0% до {today}", f"50\u00a0% до {today}"]
    assert "criterion_history" not in second
    # The signature keeps the date it had; the day of the change is not its date.
    assert decisions.load(study, "hypotheses").when == date(2025, 2, 1)
