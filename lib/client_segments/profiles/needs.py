"""Needs as «Как … мне нужно … чтобы …» (clause 3(1)): checked, and drafted where nobody wrote one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pandas as pd

from client_segments.decisions import Decision
from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _
from client_segments.profiles.inputs import SegmentView

DRAFTS_MAXIMUM = 3
"""Own: so many needs are drafted for a segment, from its most frequent problems."""

_NEED = re.compile(
    r"как\b.{2,}?\b(?:мне|нам)\s+(?:нужн\w*|необходим\w*|важн\w*)\b.{2,}?\bчтобы\b.{2,}", re.DOTALL
)
"""Folded text: who, what, what for."""

FORM = _("«Как … мне нужно … чтобы …»")


def is_need(text: str) -> bool:
    """Tell whether a text says who needs what, and what for."""
    return _NEED.match(fold(text)) is not None


def check_needs(
    plan: Decision | None,
    measures: pd.DataFrame,
    profiles: Decision | None,
    edits: Mapping[tuple[str, int], str],
    needs_number: int | None,
) -> Findings:
    """Find needs that people wrote in another form.

    Parameters
    ----------
    measures
        One row is one measure, in the order of the plan's records.
    edits
        People's texts by segment and number of the field.
    needs_number
        Number of the form's field of needs; None where the form has none.
    """
    findings = Findings()
    if plan is not None:
        for number, need in enumerate(measures["need"]):
            if not pd.isna(need) and not is_need(need):
                findings.add(_finding(plan, need, "measures", number, "need"))
    if profiles is not None and needs_number is not None:
        for (_segment, number), text in edits.items():
            if number == needs_number:
                findings.extend(_of_lines(profiles, text))
    return findings


def _of_lines(decision: Decision, text: str) -> Iterable[Finding]:
    for line in text.splitlines():
        if line.strip() and not is_need(line.strip().lstrip("-–—• ")):
            yield _finding(decision, line.strip(), "fields")


def _finding(decision: Decision, text: str, *keys: object) -> Finding:
    message = _("потребность записана не по образцу.")
    remedy = _("запишите её так: {form} – кому, что и для чего нужно.").format(form=FORM)
    return decision.finding(
        Severity.WARNING, "need_form", message, remedy, *keys, found=text, clause="3(1)"
    )


def drafted_needs(view: SegmentView) -> list[str]:
    """Return drafts of needs from the segment's most frequent problems; people complete them."""
    problems = view.rows("problems")
    problems = problems[problems["problems_count"].fillna(0) > 0]
    problems = problems.sort_values(
        ["is_specific", "problems_count", "problem"], ascending=[False, False, True], kind="stable"
    )
    template = _(
        "Как клиенту сегмента «{segment}», мне нужно, чтобы не возникала проблема «{problem}», "
        "чтобы … (допишите, для чего)"
    )
    return [
        template.format(segment=view.name, problem=problem)
        for problem in problems["problem"].head(DRAFTS_MAXIMUM)
    ]
