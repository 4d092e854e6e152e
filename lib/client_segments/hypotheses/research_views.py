"""What the notebook of step 4 shows of the research: the plan, and the forms to ask with."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import quote

from client_segments.hypotheses.forms import form_files
from client_segments.language import _
from client_segments.presentation import Shown, show_folded, show_note, show_result
from client_segments.steps import StepResult

_PLAN = (
    "order_number", "is_first", "segment_code", "method", "hypotheses_count", "respondents_count",
    "reason",
)  # fmt: skip
_DETAILS = (
    (_("Что покажет столько респондентов и чего не покажет"),
     ("segment_code", "method", "respondents_count", "shows_text", "limits_text")),
    (_("Откуда взято число респондентов"),
     ("segment_code", "method", "respondents_count", "precision_count", "power_count", "margin_pct",
      "power_pct", "noticed_pct")),
    (_("Где набирать: вне цифровых каналов"),
     ("segment_code", "method", "respondents_count", "offline_count", "offline_places",
      "recruitment_text")),
)  # fmt: skip


def show_plan(result: StepResult) -> Shown:
    """Show the plan of research; sizes, what they show, recruitment and quotas unfold by a click."""
    plan = show_result(result, "research_plan", limit=None, columns=_PLAN)
    parts = [
        (title, show_result(result, "research_plan", title, None, columns))
        for title, columns in _DETAILS
    ]
    if len(result.table("research_quotas")):
        columns = ["segment_code", "method", "attribute_name", "value_name", "share_pct", "quota_count"]  # fmt: skip
        title = _("Квоты внутри сегментов")
        parts.append((title, show_result(result, "research_quotas", title, None, columns)))
    folded = show_folded(parts)
    return Shown(plan.html + folded.html, f"{plan.text}\n{folded.text}")


def show_forms(result: StepResult, interactive: bool = True) -> Shown:
    """Show the forms that were written, each a link, and what to do with them.

    Parameters
    ----------
    interactive
        Whether the notebook is open in its own folder; a page of the batch lies in
        `reports/<authority>/<year>/steps/<group>/`.
    """
    study = result.study
    paths = form_files(study)
    if not paths:
        return show_note(_("Форм нет: не составлен план исследования."))
    folder = study.authority_year.name_of(paths[0].parent)
    from_page = paths[0].parent.relative_to(study.authority_year.reports_folder).as_posix()
    base = f"../{folder}" if interactive else f"../../{from_page}"
    raw = study.name_of(study.raw_folder)
    text = _(
        "Формы лежат в папке {folder}. Скопируйте нужные, заполните и положите в {raw}: шаг 5 прочитает "
        "ответы сам. Имена файлов должны начинаться так же, как здесь."
    ).format(folder=folder, raw=raw)
    items = "".join(f"<li>{_link(path, base)}</li>" for path in paths)
    listed = "\n".join(path.name for path in paths)
    note = show_note(text)
    return Shown(f"{note.html}<ul>{items}</ul>", f"{note.text}\n{listed}")


def _link(path: Path, folder: str) -> str:
    return f'<a href="{escape(quote(f"{folder}/{path.name}"))}">{escape(path.name)}</a>'
