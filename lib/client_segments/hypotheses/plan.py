"""The plan of research: the method, the respondents, and what they can show (clause 7)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from client_segments import recommendations as rec
from client_segments.hypotheses.contracts import RESEARCH_PLAN
from client_segments.language import _, counted, format_number
from client_segments.statistics import normal_quantile

MARGIN_PCT = 10.0
"""Own: half-width of the interval that a survey is planned for, in percentage points."""

SURVEY_CLIENTS_MINIMUM = 30
"""Own: with fewer clients a survey says little more than talks do."""

INTERVIEWS_RANGE = (5, 8)
"""Own: talks in one segment, from one hypothesis to four and more (the usual practice of 5-8)."""

FOCUS_GROUP_SIZE = 8
"""Own: the usual group is of six to ten."""


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


def survey_size(clients_count: int, margin_pct: float = MARGIN_PCT) -> int:
    """Return how many respondents estimate a share within a margin at 95 % confidence.

    n = n₀ / (1 + (n₀ − 1) / N), n₀ = z² · p(1 − p) / h², with p = ½ (the widest interval), h the
    half-width and N the number of clients (finite population correction; Cochran, Sampling
    Techniques, 3rd ed., 4.4). At least one (clause 7).
    """
    z = normal_quantile()
    infinite = z**2 * 0.25 / (margin_pct / 100) ** 2
    finite = infinite / (1 + (infinite - 1) / clients_count) if clients_count > 0 else 0.0
    return max(rec.RESPONDENTS_MINIMUM, math.ceil(finite - 1e-9))


def respondents_needed(method: str, hypotheses_count: int, clients_count: int) -> int:
    """Return the number of respondents of one segment for a method; never more than clients."""
    if method == "survey":
        return survey_size(clients_count)
    few, many = INTERVIEWS_RANGE
    planned = FOCUS_GROUP_SIZE if method == "focus_group" else min(many, few + hypotheses_count - 1)
    return max(rec.RESPONDENTS_MINIMUM, min(planned, clients_count))


def propose_method(kind: str, has_proposal: bool, facts: SegmentFacts) -> tuple[str, str]:
    """Propose a method for a hypothesis, with the reason in words.

    Few clients, sensitive matters, and problems that no data have measured yet are talked
    about; everything else is asked in a survey.
    """
    if facts.clients_count < SURVEY_CLIENTS_MINIMUM:
        return "interview", _("в сегменте мало клиентов, беседа даст больше опроса")
    if facts.is_sensitive:
        return "interview", _("сегмент отличает чувствительный признак, нужна доверительная беседа")
    if kind == "problem" and not has_proposal:
        return "interview", _("проблема ещё не измерена, её нужно понять со слов клиентов")
    return "survey", _("доля ответов «да» измеряется опросом")


def compute_research_plan(hypotheses: pd.DataFrame, facts: dict[str, SegmentFacts]) -> pd.DataFrame:
    """Plan the research of every segment: table `RESEARCH_PLAN`.

    The same respondents answer about all hypotheses of a segment that share a method, so the
    number is the largest of theirs. A segment without accepted hypotheses still gets a
    respondent (clause 7).

    Parameters
    ----------
    hypotheses
        Table `HYPOTHESES`.
    facts
        By segment code, in the order of segments; the rest is not among them.
    """
    accepted = hypotheses[hypotheses["status"] == "accepted"]
    rows = []
    for segment, segment_facts in facts.items():
        own = accepted[accepted["segment_code"] == segment]
        if own.empty:
            reason = _("гипотез нет; по пункту 7 нужен хотя бы один респондент от сегмента")
            rows.append((segment, "interview", 0, rec.RESPONDENTS_MINIMUM, reason))
            continue
        for method in (method for method in rec.INSTRUMENTS if method in set(own["method"])):
            part = own[own["method"] == method]
            needed = int(part["respondents_planned_count"].max())
            rows.append((segment, method, len(part), needed, _reason(part, method, segment_facts)))
    return RESEARCH_PLAN.conform(pd.DataFrame(rows, columns=RESEARCH_PLAN.column_names))


def _reason(part: pd.DataFrame, method: str, facts: SegmentFacts) -> str:
    """Return why the method, and what so many respondents can show."""
    reasons = []
    for row in part.itertuples(index=False):
        proposed, reason = propose_method(row.kind, not pd.isna(row.proposal_code), facts)
        reasons.append(reason if proposed == method else _("метод выбран людьми"))
    return f"{'; '.join(dict.fromkeys(reasons))}. {_precision(part, method, facts)}"


def _precision(part: pd.DataFrame, method: str, facts: SegmentFacts) -> str:
    needed = int(part["respondents_planned_count"].max())
    if method != "survey":
        return _("Качественный метод: покажет доводы за и против, но не долю.")
    if needed < survey_size(facts.clients_count):
        wanted = counted(
            survey_size(facts.clients_count),
            _("респондент"), _("респондента"), _("респондентов"),
        )  # fmt: skip
        return _("Для погрешности {margin} п. п. нужно больше: {wanted}.").format(
            margin=format_number(MARGIN_PCT, 0), wanted=wanted
        )
    return _("Погрешность доли – не более {margin} п. п. при доверии 95 %.").format(
        margin=format_number(MARGIN_PCT, 0)
    )
