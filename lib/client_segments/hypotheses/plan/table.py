"""The table of the research plan: method, respondents, order, what they show, where to find them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from client_segments import recommendations as rec
from client_segments.hypotheses.plan.contracts import RESEARCH_PLAN
from client_segments.hypotheses.plan.methods import SegmentFacts, propose_method
from client_segments.hypotheses.plan.recruitment import OfflineAccess
from client_segments.hypotheses.plan.shows import Sample, limits_text, shows_text
from client_segments.hypotheses.plan.sizes import power_size, survey_size
from client_segments.language import _


def compute_research_plan(
    hypotheses: pd.DataFrame,
    facts: Mapping[str, SegmentFacts],
    priorities: pd.DataFrame | None = None,
    offline: Mapping[str, OfflineAccess] | None = None,
) -> pd.DataFrame:
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
    priorities
        Table `PRIORITIES`: segments that people chose come first, the others by their place.
        Without it segments keep the order of `facts`.
    offline
        Clients outside the digital channels, by segment code.
    """
    accepted = hypotheses[hypotheses["status"] == "accepted"]
    ordered, first = _order(facts, priorities)
    offline = offline or {}
    rows = []
    for number, segment in enumerate(ordered, start=1):
        own = accepted[accepted["segment_code"] == segment]
        access = offline.get(segment, OfflineAccess())
        head = {"order_number": number, "is_first": segment in first}
        for method, part in _by_method(own):
            needed = _respondents(part)
            sample = Sample(
                method, needed, facts[segment].clients_count, _hardest(part), len(accepted)
            )
            reason = _reason(part, method, facts[segment])
            rows.append(
                {"segment_code": segment, "method": method, "hypotheses_count": len(part),
                 "respondents_count": needed, "reason": reason, **head, **_numbers(sample),
                 **_recruitment(access, needed)}
            )  # fmt: skip
    frame = pd.DataFrame(rows, columns=RESEARCH_PLAN.column_names)
    return RESEARCH_PLAN.conform(frame)


def _order(
    facts: Mapping[str, SegmentFacts], priorities: pd.DataFrame | None
) -> tuple[list[str], set[str]]:
    """Return the segments in the order of research, and those that people chose."""
    if priorities is None:
        return list(facts), set()
    known = priorities.set_index("segment_code")
    first = set(known.index[known["is_chosen"].astype(bool)]) & set(facts)
    last = len(facts) + 1
    place = {code: int(known["rank"].get(code, last)) for code in facts}
    return sorted(facts, key=lambda code: (code not in first, place[code])), first


def _by_method(own: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return hypotheses by method; without any, one interview (clause 7)."""
    if own.empty:
        return [("interview", own)]
    return [(name, part) for name in rec.INSTRUMENTS if len(part := own[own["method"] == name])]


def _respondents(part: pd.DataFrame) -> int:
    if part.empty:
        return rec.RESPONDENTS_MINIMUM
    return max(rec.RESPONDENTS_MINIMUM, int(part["respondents_planned_count"].max()))


def _hardest(part: pd.DataFrame) -> float | None:
    """Return the highest criterion: what confirms it confirms the others."""
    return None if part.empty else float(part["criterion_pct"].max())


def _reason(part: pd.DataFrame, method: str, facts: SegmentFacts) -> str:
    """Return why the method, as a sentence."""
    if part.empty:
        return _("Гипотез нет; по пункту 7 нужен хотя бы один респондент от сегмента.")
    reasons = []
    for row in part.itertuples(index=False):
        proposed, reason = propose_method(row.kind, not pd.isna(row.proposal_code), facts)
        reasons.append(reason if proposed == method else _("метод выбран людьми"))
    text = "; ".join(dict.fromkeys(reasons))
    return text[0].upper() + text[1:] + "."


def _numbers(sample: Sample) -> dict[str, object]:
    """Return what the sample can show, in numbers and in words."""
    is_survey = sample.is_survey
    can_confirm = is_survey and sample.criterion_pct is not None and sample.criterion_pct < 100
    clients = sample.clients_count
    return {
        "precision_count": survey_size(clients) if is_survey else None,
        "power_count": power_size(clients, sample.criterion_pct, sample.level)
        if can_confirm else None,
        "margin_pct": sample.margin_pct if is_survey and clients else None,
        "power_pct": sample.power_pct if can_confirm else None,
        "noticed_pct": sample.noticed_pct,
        "shows_text": shows_text(sample),
        "limits_text": limits_text(sample),
    }  # fmt: skip


def _recruitment(access: OfflineAccess, respondents_count: int) -> dict[str, object]:
    return {
        "offline_count": access.offline_count(respondents_count),
        "offline_places": access.places_text(respondents_count) or None,
        "recruitment_text": access.text(respondents_count),
    }
