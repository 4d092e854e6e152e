"""Whether hypotheses still stand on what they were accepted for (clauses 7 and 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from client_segments import recommendations as rec
from client_segments.labels import fold
from client_segments.language import NO_BREAK_SPACE, _, format_number
from client_segments.statistics import difference_interval
from client_segments.updates.contracts import GROUND_STATES, HYPOTHESIS_GROUNDS, LOST_STATES

_HELD = ("confirmed", "partly")


@dataclass(frozen=True)
class PreviousHypothesis:
    """A hypothesis accepted last year, as the last version of that year records it."""

    code: str
    segment: str
    text: str
    proposal: str | None
    verdict: str


@dataclass(frozen=True)
class GroundInputs:
    """What a group's hypotheses are judged by.

    Attributes
    ----------
    hypotheses, proposals, verdicts
        This year's tables of steps 4 and 5.
    previous
        Accepted hypotheses of last year.
    unsupported
        Comparisons (segment, proposal) that last year's data did not support either: a hypothesis
        cannot lose what it never had.
    outdated
        Kinds of hypotheses, by segment, whose data are newer than the answers of respondents.
    """

    hypotheses: pd.DataFrame
    proposals: pd.DataFrame
    verdicts: pd.DataFrame
    previous: Sequence[PreviousHypothesis] = ()
    unsupported: frozenset[tuple[str, str]] = frozenset()
    outdated: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def accepted(self) -> pd.DataFrame:
        return self.hypotheses[self.hypotheses["status"] == "accepted"]

    def comparisons_count(self) -> int:
        """Return how many hypotheses are held against a comparison."""
        return int(self.accepted()["proposal_code"].notna().sum())


def hypothesis_grounds(
    inputs: GroundInputs, tests_count: int, level: float = 1 - rec.CONFIDENCE
) -> pd.DataFrame:
    """Say of every accepted hypothesis whether it keeps its ground.

    A comparison is lost only where the data of this year exclude a difference that matters
    (`rec.EFFECT_MINIMUM_PCT`): with the interval of Newcombe at the confidence of
    1 - `level` / `tests_count` (Bonferroni), so that of the hypotheses whose difference still is
    as large even one is called lost with a probability of no more than `level`. One that is no
    longer supported, but not excluded either, has too few data.

    Returns
    -------
    pandas.DataFrame
        One row is one accepted hypothesis of this year, then those of last year that are in no
        decision any more (`HYPOTHESIS_GROUNDS`).
    """
    proposals = {
        (row["segment_code"], row["proposal_code"]): row
        for row in inputs.proposals.to_dict("records")
    }
    verdicts = dict(
        inputs.verdicts[["hypothesis_code", "verdict"]].itertuples(index=False, name=None)
    )
    confidence = 1 - level / max(tests_count, 1)
    rows, carried = [], set()
    for hypothesis in inputs.accepted().to_dict("records"):
        previous = _same_last_year(hypothesis, inputs.previous)
        carried |= {previous} if previous else set()
        verdict = verdicts.get(hypothesis["hypothesis_code"], "not_verified")
        found = dict([
            *_comparison_reasons(hypothesis, proposals, inputs.unsupported, confidence),
            *_verdict_reasons(previous.verdict if previous else None, verdict),
            *_respondents_reasons(hypothesis, verdict, inputs.outdated),
        ])  # fmt: skip
        state = next((code for code in GROUND_STATES if code in found), "stands")
        rows.append((
            hypothesis["hypothesis_code"], hypothesis["segment_code"], hypothesis["hypothesis_text"],
            state, state in LOST_STATES, previous.verdict if previous else None, verdict,
            " ".join(found[code] for code in GROUND_STATES if code in found), _ADVICE[state],
        ))  # fmt: skip
    rows += [
        (item.code, item.segment, item.text, "dropped", False, item.verdict, None,
         _("Гипотезы нет в решениях этого года."), _ADVICE["dropped"])
        for item in inputs.previous
        if item not in carried and item.verdict in _HELD
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=HYPOTHESIS_GROUNDS.column_names)
    return HYPOTHESIS_GROUNDS.conform(frame)


_ADVICE = {
    "criterion_lost": _("исключите гипотезу из профиля и пересмотрите мероприятия, которые на ней стоят."),
    "comparison_lost": _("отклоните гипотезу или сформулируйте её заново по данным этого года."),
    "comparison_gone": _("укажите другое основание гипотезы или отклоните её."),
    "not_asked": _("спросите респондентов о гипотезе ещё раз."),
    "respondents_old": _("спросите респондентов о гипотезе ещё раз: данные с тех пор изменились."),
    "verdict_weak": _("опросите больше респондентов."),
    "comparison_weak": _("соберите больше данных, прежде чем опираться на гипотезу."),
    "dropped": _("подтвердите, что гипотеза больше не нужна, или перенесите её."),
    "stands": _("пересматривать нечего."),
}  # fmt: skip


def _same_last_year(
    hypothesis: Mapping[str, object], previous: Sequence[PreviousHypothesis]
) -> PreviousHypothesis | None:
    """Find the hypothesis among last year's by its text or comparison: numbers are given anew."""
    own = [item for item in previous if item.segment == hypothesis["segment_code"]]
    text, proposal = fold(hypothesis["hypothesis_text"]), hypothesis["proposal_code"]
    by_text = [item for item in own if fold(item.text) == text]
    by_proposal = [item for item in own if item.proposal and item.proposal == proposal]
    return next(iter(by_text + by_proposal), None)


def _comparison_reasons(
    hypothesis: Mapping[str, object],
    proposals: Mapping[tuple[str, str], Mapping[str, object]],
    unsupported: frozenset[tuple[str, str]],
    confidence: float,
) -> list[tuple[str, str]]:
    """Return state and reason where the comparison behind a hypothesis does not hold any more."""
    key = (hypothesis["segment_code"], hypothesis["proposal_code"])
    if pd.isna(hypothesis["proposal_code"]) or key in unsupported:
        return []
    row = proposals.get(key)
    if row is None:
        return [
            ("comparison_gone", _("Сравнения, на котором она основана, в данных этого года нет."))
        ]
    if row["is_supported"]:
        return []
    sides = [row[name] for name in _SIDES]
    if any(pd.isna(value) for value in sides) or not (sides[1] and sides[3]):
        return [("comparison_weak", _("Сравнение данными этого года не поддержано."))]
    low, high = (100 * float(limit) for limit in difference_interval(*sides, confidence))
    numbers = _("разница {difference} (от {low} до {high})").format(
        difference=_points(row["difference_pct"]), low=_points(low), high=_points(high)
    )
    if max(abs(low), abs(high)) < rec.EFFECT_MINIMUM_PCT:
        text = _("Сравнение больше не поддержано: {numbers}, существенной нет.")
        return [("comparison_lost", text.format(numbers=numbers))]
    text = _("Сравнение данными этого года не поддержано, но и не исключено: {numbers}.")
    return [("comparison_weak", text.format(numbers=numbers))]


_SIDES = ("hits_count", "total_count", "others_hits_count", "others_total_count")


def _points(value: float) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{format_number(abs(value))}{NO_BREAK_SPACE}п.{NO_BREAK_SPACE}п."


def _verdict_reasons(previous: str | None, verdict: str) -> list[tuple[str, str]]:
    """Return state and reason where the verdict is less than last year's."""
    if previous not in _HELD:
        return []
    said = _("Год назад {previous}, теперь {verdict}.").format(
        previous=rec.VERDICTS[previous], verdict=rec.VERDICTS[verdict]
    )
    if verdict == "refuted":
        return [("criterion_lost", said)]
    if verdict == "not_verified":
        return [("not_asked", said)]
    weaker = verdict == "not_enough" or (previous, verdict) == ("confirmed", "partly")
    return [("verdict_weak", said)] if weaker else []


def _respondents_reasons(
    hypothesis: Mapping[str, object], verdict: str, outdated: Mapping[str, frozenset[str]]
) -> list[tuple[str, str]]:
    """Return state and reason where the answers were given before the data came."""
    kinds = outdated.get(hypothesis["segment_code"], frozenset())
    if verdict == "not_verified" or hypothesis["kind"] not in kinds:
        return []
    return [("respondents_old", _("Данные обновились, а ответы респондентов прежние."))]
