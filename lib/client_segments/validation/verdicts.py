"""Verdicts on hypotheses: an exact test against a criterion fixed beforehand, and what talks add.

The rule, as `verdict_rules` tells it to people. One source leads: the survey, or the talks where
the survey has too few answers. Its share of «yes» is tested exactly on both sides of the criterion
(`exact.exact_test`); the p-values of each side are corrected over all hypotheses of the group that
were verified (Holm 1979) and compared with 2.5 %, so that the chance of even one wrong confirmation
or refutation in the group is at most 5 %. The other source agrees, disagrees or is absent: that
makes the strength of the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments.statistics import family_wise
from client_segments.validation.contracts import VERDICTS
from client_segments.validation.evidence import (
    SURVEY_MINIMUM,
    TALKS_MINIMUM,
    Evidence,
    position_of,
)
from client_segments.validation.exact import SIDE_LEVEL, ExactTest, exact_test
from client_segments.validation.words import unverified_text, verdict_text

CONCLUSIVE = ("confirmed", "refuted")


@dataclass(frozen=True)
class Judged:
    """One hypothesis judged: its test, the p-values corrected over the group, and the verdict."""

    evidence: Evidence
    test: ExactTest
    confirming_p: float
    refuting_p: float
    criterion_pct: float
    verdict: str
    tests_count: int = 1

    @property
    def hits(self) -> int:
        return leading(self.evidence)[0]

    @property
    def total(self) -> int:
        return leading(self.evidence)[1]

    @property
    def is_led_by_survey(self) -> bool:
        return is_led_by_survey(self.evidence)

    @property
    def is_above(self) -> bool:
        """Whether the share itself reaches the criterion."""
        return 100 * self.hits >= self.criterion_pct * self.total

    @property
    def p_values(self) -> tuple[float, float]:
        """The p-value of the side on which the share lies, as it is and corrected."""
        if self.is_above:
            return self.test.confirming_p, self.confirming_p
        return self.test.refuting_p, self.refuting_p

    @property
    def agreement(self) -> str:
        return agreement(self.evidence, self.is_above)

    @property
    def strength(self) -> str | None:
        return strength_of(self.evidence, self.verdict)


def is_led_by_survey(evidence: Evidence) -> bool:
    """Tell whether the survey decides: it has enough answers, or the talks are too few to."""
    if evidence.survey_total_count >= SURVEY_MINIMUM:
        return True
    return evidence.survey_total_count > 0 and evidence.talks_count < TALKS_MINIMUM


def leading(evidence: Evidence) -> tuple[int, int]:
    """Return the voices for, and all voices, of the source that decides."""
    if is_led_by_survey(evidence):
        return evidence.survey_yes_count, evidence.survey_total_count
    return evidence.talks_for_count, evidence.talks_count


def test_of(evidence: Evidence, criterion_pct: float) -> ExactTest:
    """Test the share of the leading source; a segment is finite for a survey only."""
    hits, total = leading(evidence)
    population = evidence.population_count if is_led_by_survey(evidence) else None
    return exact_test(hits, total, criterion_pct, population)


def is_tested(evidence: Evidence) -> bool:
    """Tell whether the hypothesis counts among the verified; who is asked decides, not the answers."""
    total = leading(evidence)[1]
    return total > 0 and (is_led_by_survey(evidence) or total >= TALKS_MINIMUM)


def talks_position(evidence: Evidence) -> str:
    """Return the side of the talks: for, against, split; `few` under `TALKS_MINIMUM`."""
    if evidence.talks_count < TALKS_MINIMUM:
        return "few" if evidence.talks_count + evidence.talks_split_count else "none"
    return position_of(evidence.talks_for_count, evidence.talks_against_count)


def agreement(evidence: Evidence, is_above: bool) -> str:
    """Return how the two sources stand to each other: a code of `words.AGREEMENTS`."""
    if not is_led_by_survey(evidence):
        return "talks_only" if leading(evidence)[1] else "none"
    position = talks_position(evidence)
    if position in ("none", "few"):
        return "survey_only"
    if position == "split":
        return "talks_split"
    return "agree" if (position == "for") == is_above else "disagree"


def judge(
    evidence: Evidence,
    criterion_pct: float,
    confirming_p: float | None = None,
    refuting_p: float | None = None,
) -> str:
    """Return the verdict on a hypothesis: a code of `rec.VERDICTS`.

    - the chance of so many «yes» under the criterion is at most 2.5 %: confirmed; but partly, if at
      least `TALKS_MINIMUM` talks stand beside a survey, most of them against;
    - the chance of so few at the criterion is at most 2.5 %: refuted;
    - the share itself reaches the criterion, from at least `SURVEY_MINIMUM` answers or
      `TALKS_MINIMUM` talks, and talks do not stand against it: partly;
    - else not enough; talks alone under `TALKS_MINIMUM` are never enough;
    - without answers: not verified.

    Parameters
    ----------
    confirming_p, refuting_p
        P-values of the two sides, corrected over the group; those of this hypothesis alone where
        it is the only one.
    """
    hits, total = leading(evidence)
    if total == 0:
        return "not_enough" if evidence.talks_split_count else "not_verified"
    if not is_tested(evidence):
        return "not_enough"
    test = test_of(evidence, criterion_pct)
    confirming = test.confirming_p if confirming_p is None else confirming_p
    refuting = test.refuting_p if refuting_p is None else refuting_p
    is_contradicted = is_led_by_survey(evidence) and talks_position(evidence) == "against"
    if confirming <= SIDE_LEVEL:
        return "partly" if is_contradicted else "confirmed"
    if refuting <= SIDE_LEVEL:
        return "refuted"
    minimum = SURVEY_MINIMUM if is_led_by_survey(evidence) else TALKS_MINIMUM
    is_reached = 100 * hits >= criterion_pct * total and total >= minimum
    return "partly" if is_reached and not is_contradicted else "not_enough"


def strength_of(evidence: Evidence, verdict: str) -> str | None:
    """Return how much a verdict rests on: a code of `contracts.STRENGTHS`, None where none is.

    Strong: confirmed or refuted by a survey, and the talks agree. Moderate: by one source, and the
    other does not disagree. Weak: everything else, and whatever was judged against a criterion set
    or changed after the first answer.
    """
    if verdict == "not_verified":
        return None
    if evidence.is_criterion_late or verdict not in CONCLUSIVE:
        return "weak"
    how = agreement(evidence, verdict == "confirmed")
    return {"agree": "strong", "disagree": "weak"}.get(how, "moderate")


def judge_all(
    hypotheses: pd.DataFrame, evidence: dict[str, Evidence]
) -> list[tuple[dict[str, object], Judged]]:
    """Judge every accepted hypothesis, corrected over all that were verified.

    Returns
    -------
    list
        One entry is one hypothesis in the order of the decision: its row and what it came to.
    """
    rows = hypotheses[hypotheses["status"] == "accepted"].to_dict("records")
    known = [evidence.get(row["hypothesis_code"], Evidence()) for row in rows]
    tests = [test_of(item, row["criterion_pct"]) for item, row in zip(known, rows, strict=True)]
    counted = np.array([is_tested(item) for item in known], dtype=bool)
    confirming, refuting = (
        family_wise(np.where(counted, [getattr(test, name) for test in tests], np.nan))
        for name in ("confirming_p", "refuting_p")
    )
    judged = []
    for number, (row, item) in enumerate(zip(rows, known, strict=True)):
        sides = float(confirming[number]), float(refuting[number])
        verdict = judge(item, row["criterion_pct"], *sides)
        judged.append(
            (row, Judged(item, tests[number], *sides, row["criterion_pct"], verdict,
                         int(counted.sum())))
        )  # fmt: skip
    return judged


def compute_verdicts(hypotheses: pd.DataFrame, evidence: dict[str, Evidence]) -> pd.DataFrame:
    """Judge every accepted hypothesis: table `VERDICTS`, in the order of the decision."""
    rows = [_verdict_row(row, judged) for row, judged in judge_all(hypotheses, evidence)]
    return VERDICTS.conform(pd.DataFrame(rows, columns=VERDICTS.column_names))


def _verdict_row(row: dict[str, object], judged: Judged) -> dict[str, object]:
    known = judged.evidence
    total = known.survey_total_count
    p_value, adjusted = judged.p_values
    return {
        **{name: row[name] for name in VERDICTS.column_names[:5]},
        "survey_yes_count": known.survey_yes_count,
        "survey_total_count": total,
        "survey_pct": 100 * known.survey_yes_count / total if total else np.nan,
        "low_pct": judged.test.low_pct,
        "high_pct": judged.test.high_pct,
        "talks_for_count": known.talks_for_count,
        "talks_against_count": known.talks_against_count,
        "p_value": p_value,
        "adjusted_p_value": adjusted,
        "verdict": judged.verdict,
        "strength": judged.strength,
        "is_criterion_late": known.is_criterion_late,
        "verdict_text": verdict_text(judged),
        "unverified_text": unverified_text(
            judged.verdict, judged.agreement, known.is_criterion_late
        ) or None,
    }  # fmt: skip
