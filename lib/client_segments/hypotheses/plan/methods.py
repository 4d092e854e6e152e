"""Which method verifies a hypothesis: rules in words (clause 7)."""

from __future__ import annotations

from dataclasses import dataclass

from client_segments.language import _

SURVEY_CLIENTS_MINIMUM = 30
"""Own: with fewer clients a survey says little more than talks do."""


@dataclass(frozen=True)
class SegmentFacts:
    """What the choice of a method looks at; one object is one segment.

    Attributes
    ----------
    clients_count
        Number of clients of the segment.
    is_sensitive
        Whether an attribute under article 10 of 152-FZ is what distinguishes the segment.
    """

    clients_count: int
    is_sensitive: bool = False


def propose_method(kind: str, has_proposal: bool, facts: SegmentFacts) -> tuple[str, str]:
    """Propose a method for a hypothesis, with the reason in words.

    Few clients, sensitive matters, and problems that no data have measured yet are talked
    about one by one; a journey that no data describe is put together by a group; everything
    else is asked in a survey.
    """
    if facts.clients_count < SURVEY_CLIENTS_MINIMUM:
        return "interview", _("в сегменте мало клиентов, беседа даст больше опроса")
    if facts.is_sensitive:
        return "interview", _("сегмент отличает чувствительный признак, нужна доверительная беседа")
    if kind == "problem" and not has_proposal:
        return "interview", _("проблема ещё не измерена, её нужно понять со слов клиентов")
    if kind == "journey" and not has_proposal:
        reason = _("путь данными не описан: группа восстановит его по этапам и дополнит друг друга")
        return "focus_group", reason
    return "survey", _("доля ответов «да» измеряется опросом")
