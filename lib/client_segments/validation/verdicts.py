"""Verdicts on hypotheses: an exact interval against a criterion fixed beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments import recommendations as rec
from client_segments.language import NO_BREAK_SPACE, _, format_count, format_number, format_percent
from client_segments.statistics import exact_interval
from client_segments.validation.contracts import VERDICTS

SURVEY_MINIMUM = 5
"""Own: answers of a survey from which a hypothesis can be confirmed in part."""

TALKS_MINIMUM = 3
"""Own: talks (interviews, focus groups) from which anything is concluded without a survey."""


@dataclass(frozen=True)
class Evidence:
    """Answers on one hypothesis; «затрудняюсь ответить» is no answer and is not counted."""

    survey_yes_count: int = 0
    survey_total_count: int = 0
    talks_for_count: int = 0
    talks_against_count: int = 0

    @property
    def talks_count(self) -> int:
        return self.talks_for_count + self.talks_against_count

    @property
    def is_led_by_survey(self) -> bool:
        return self.survey_total_count > 0

    @property
    def leading(self) -> tuple[int, int]:
        """Answers for, and all answers, of the source that decides: a survey, else talks."""
        if self.is_led_by_survey:
            return self.survey_yes_count, self.survey_total_count
        return self.talks_for_count, self.talks_count

    @property
    def interval_pct(self) -> tuple[float, float]:
        """Exact 95 % interval of the share of the leading source; NaN without answers."""
        low, high = exact_interval(*self.leading)
        return 100 * float(low), 100 * float(high)

    @property
    def do_talks_contradict(self) -> bool:
        """Whether a survey is faced by enough talks, most of them against the hypothesis."""
        return (
            self.is_led_by_survey
            and self.talks_count >= TALKS_MINIMUM
            and self.talks_against_count > self.talks_for_count
        )


def judge(evidence: Evidence, criterion_pct: float) -> str:
    """Return the verdict on a hypothesis: a code of `rec.VERDICTS`.

    Let p be the share of «yes» among «yes» and «no» of the leading source (the survey where
    there is one, else the talks), and [low, high] its exact 95 % interval (Clopper and Pearson
    1934). Then, against the criterion fixed beforehand:

    - low ≥ criterion: confirmed; but partly, if at least `TALKS_MINIMUM` talks stand against a
      survey, most of them contradicting it;
    - high < criterion: refuted;
    - p ≥ criterion, from at least `SURVEY_MINIMUM` answers (`TALKS_MINIMUM` talks): partly;
    - else not enough; talks alone under `TALKS_MINIMUM` are never enough;
    - without answers: not verified.
    """
    hits, total = evidence.leading
    if total == 0:
        return "not_verified"
    minimum = SURVEY_MINIMUM if evidence.is_led_by_survey else TALKS_MINIMUM
    if not evidence.is_led_by_survey and total < TALKS_MINIMUM:
        return "not_enough"
    low_pct, high_pct = evidence.interval_pct
    if low_pct >= criterion_pct:
        return "partly" if evidence.do_talks_contradict else "confirmed"
    if high_pct < criterion_pct:
        return "refuted"
    is_reached = 100 * hits >= criterion_pct * total and total >= minimum
    return "partly" if is_reached else "not_enough"


def verdict_rules() -> list[str]:
    """Return the rule of verdicts as sentences for the notebook and the report."""
    return [
        _("Проверяются только принятые гипотезы, и только ответами респондентов того же сегмента."),
        _("Доля «да» считается среди ответов «да» и «нет»; «затрудняюсь ответить» – не ответ."),
        _(
            "Решает опрос; если опроса не было – беседы (интервью, фокус-группы, иное), не менее {talks}."
        ).format(talks=TALKS_MINIMUM),
        _(
            "Для доли строится точный 95 %-й интервал Клоппера – Пирсона и сравнивается с критерием, "
            "заданным до проверки."
        ),
        _("Подтверждена: весь интервал не ниже критерия."),
        _("Опровергнута: весь интервал ниже критерия."),
        _(
            "Подтверждена частично: сама доля не ниже критерия, но интервал его захватывает "
            "(ответов в опросе не менее {survey}, бесед не менее {talks})."
        ).format(survey=SURVEY_MINIMUM, talks=TALKS_MINIMUM),
        _(
            "Если опрос подтвердил гипотезу, а большинство бесед (не менее {talks}) – против, "
            "она подтверждена частично."
        ).format(talks=TALKS_MINIMUM),
        _("Недостаточно данных: во всех остальных случаях. Не проверена: ответов нет."),
    ]


def verdict_text(evidence: Evidence, criterion_pct: float, verdict: str) -> str:
    """Return the numbers behind a verdict in one sentence."""
    label = rec.VERDICTS[verdict]
    label = label[0].upper() + label[1:]
    hits, total = evidence.leading
    if total == 0:
        return _("{label}: ответов нет.").format(label=label)
    low_pct, high_pct = evidence.interval_pct
    source = _("в опросе") if evidence.is_led_by_survey else _("в беседах")
    text = _(
        "{label}: {source} «да» – {hits} из {total} ({share}; 95{space}%-й интервал "
        "{low}–{high}) при критерии {criterion}"
    ).format(
        label=label,
        source=source,
        hits=format_count(hits),
        total=format_count(total),
        share=format_percent(100 * hits / total),
        low=format_number(low_pct),
        high=format_percent(high_pct),
        criterion=format_percent(criterion_pct),
        space=NO_BREAK_SPACE,
    )
    if evidence.is_led_by_survey and evidence.talks_count:
        text += _("; беседы: за – {agree}, против – {against}").format(
            agree=format_count(evidence.talks_for_count),
            against=format_count(evidence.talks_against_count),
        )
    return f"{text}."


def compute_verdicts(hypotheses: pd.DataFrame, evidence: dict[str, Evidence]) -> pd.DataFrame:
    """Judge every accepted hypothesis: table `VERDICTS`, in the order of the decision."""
    rows = []
    for row in hypotheses[hypotheses["status"] == "accepted"].to_dict("records"):
        known = evidence.get(row["hypothesis_code"], Evidence())
        verdict = judge(known, row["criterion_pct"])
        low_pct, high_pct = known.interval_pct
        total = known.survey_total_count
        rows.append(
            {
                **{name: row[name] for name in VERDICTS.column_names[:5]},
                "survey_yes_count": known.survey_yes_count,
                "survey_total_count": total,
                "survey_pct": 100 * known.survey_yes_count / total if total else np.nan,
                "low_pct": low_pct,
                "high_pct": high_pct,
                "talks_for_count": known.talks_for_count,
                "talks_against_count": known.talks_against_count,
                "verdict": verdict,
                "verdict_text": verdict_text(known, row["criterion_pct"], verdict),
            }
        )
    return VERDICTS.conform(pd.DataFrame(rows, columns=VERDICTS.column_names))
