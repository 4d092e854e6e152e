"""What step 5 says in words: the rule of verdicts, the numbers behind one, what stays unverified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from client_segments import recommendations as rec
from client_segments.language import (
    NO_BREAK_SPACE,
    _,
    counted,
    format_count,
    format_number,
    format_percent,
)
from client_segments.validation.evidence import SURVEY_MINIMUM, TALKS_MINIMUM
from client_segments.validation.exact import FINITE_FROM_SHARE, SIDE_LEVEL

if TYPE_CHECKING:
    from client_segments.validation.verdicts import Judged

ANSWERS_SEARCHED = 5000
"""Own: beyond so many answers no number is named."""

AGREEMENTS = {
    "agree": _("опрос и беседы согласны"),
    "disagree": _("опрос и беседы расходятся"),
    "talks_split": _("в беседах мнения разделились"),
    "survey_only": _("только опрос"),
    "talks_only": _("только беседы"),
    "none": _("ответов нет"),
}


def verdict_rules() -> list[str]:
    """Return the rule of verdicts as sentences for the notebook and the report."""
    level = format_percent(100 * SIDE_LEVEL)
    talks = counted(TALKS_MINIMUM, _("беседы"), _("бесед"), _("бесед"))
    answers = counted(SURVEY_MINIMUM, _("ответа"), _("ответов"), _("ответов"))
    return [
        _("Проверяются только принятые гипотезы, и только ответами респондентов того же сегмента."),
        _("Доля «да» считается среди ответов «да» и «нет»; «затрудняюсь ответить» – не ответ."),
        _(
            "В опросе один респондент – один голос. В беседах один голос – одно интервью, отзыв или "
            "целая фокус-группа: её участники слышали друг друга, и её сторона – сторона большинства. "
            "Беседы на чьей-то стороне, если так высказались не меньше двух третей."
        ),
        _(
            "Решает опрос, если в нём не меньше {answers}; иначе – беседы, если их не меньше {talks}."
        ).format(answers=answers, talks=talks),
        _(
            "Доля «да» сравнивается с критерием, заданным до проверки, точным биномиальным критерием; "
            "если ответили не меньше {share} клиентов сегмента, – точным гипергеометрическим. Рядом "
            "показан точный 95 %-й интервал доли."
        ).format(share=format_percent(100 * FINITE_FROM_SHARE, 0)),
        _(
            "Гипотез проверяется несколько, поэтому действует поправка Холма на все проверенные гипотезы "
            "группы: вероятность ошибочно подтвердить хотя бы одну – не больше {level}, ошибочно "
            "опровергнуть хотя бы одну – тоже."
        ).format(level=level),
        _(
            "Подтверждена: при доле ниже критерия столько «да» встретилось бы с вероятностью не больше "
            "{level} (с поправкой)."
        ).format(level=level),
        _(
            "Опровергнута: при доле не ниже критерия так мало «да» встретилось бы с вероятностью не "
            "больше {level} (с поправкой)."
        ).format(level=level),
        _(
            "Подтверждена частично: доля не ниже критерия, но это может быть случайностью; или опрос "
            "гипотезу подтвердил, а беседы (не меньше {talks}) – против."
        ).format(talks=talks),
        _("Недостаточно данных: во всех остальных случаях. Не проверена: ответов нет."),
        _(
            "Обоснование сильное: вердикт вынес опрос, и беседы с ним согласны. Среднее: вердикт вынес "
            "один способ, другой ему не противоречит. Слабое: способы расходятся, вывод частичный, "
            "данных недостаточно или критерий задан либо изменён после первого ответа."
        ),
    ]


def probability_text(value: float) -> str:
    """Return a p-value as text: four decimals, the smallest as «менее 0,0001»."""
    if value < 0.0001:
        return _("менее {least}").format(least=format_number(0.0001, 4))
    return format_number(value, 4)


def verdict_text(judged: Judged) -> str:
    """Return the numbers behind a verdict in one sentence."""
    label = rec.VERDICTS[judged.verdict]
    label = label[0].upper() + label[1:]
    if judged.total == 0:
        reason = (
            _("фокус-группы разделились поровну")
            if judged.evidence.talks_split_count
            else _("ответов нет")
        )
        return f"{label}: {reason}."
    return f"{'; '.join(_parts(judged, label))}."


def _parts(judged: Judged, label: str) -> Iterator[str]:
    evidence = judged.evidence
    yield _(
        "{label}: {source} «да» – {hits} из {total} ({share}; 95{space}%-й интервал "
        "{low}–{high}) при критерии {criterion}"
    ).format(
        label=label,
        source=_("в опросе") if judged.is_led_by_survey else _("в беседах"),
        hits=format_count(judged.hits),
        total=format_count(judged.total),
        share=format_percent(100 * judged.hits / judged.total),
        low=format_number(judged.test.low_pct),
        high=format_percent(judged.test.high_pct),
        criterion=format_percent(judged.criterion_pct),
        space=NO_BREAK_SPACE,
    )
    p_value, adjusted = judged.p_values
    if not np.isnan(adjusted):
        yield _("P-значение {p}, с поправкой на все проверенные гипотезы {adjusted}").format(
            p=probability_text(p_value), adjusted=probability_text(adjusted)
        )
    if judged.test.is_finite:
        yield _("учтено, что ответила заметная часть сегмента")
    if judged.is_led_by_survey and evidence.talks_count + evidence.talks_split_count:
        yield _talks_text(judged)
    if not judged.is_led_by_survey and evidence.survey_total_count:
        yield _("опрос: «да» – {hits} из {total}").format(
            hits=format_count(evidence.survey_yes_count),
            total=format_count(evidence.survey_total_count),
        )
    needed = answers_needed(judged)
    if needed is not None:
        yield _("при той же доле вывод станет надёжным примерно при {answers}").format(
            answers=counted(needed, _("ответе"), _("ответах"), _("ответах"))
        )


def _talks_text(judged: Judged) -> str:
    evidence = judged.evidence
    text = _("беседы: за – {agree}, против – {against}").format(
        agree=format_count(evidence.talks_for_count),
        against=format_count(evidence.talks_against_count),
    )
    if evidence.talks_split_count:
        split = format_count(evidence.talks_split_count)
        text += _(", поровну – {split}").format(split=split)
    return text


def answers_needed(judged: Judged) -> int | None:
    """Return about how many answers of the same share would decide, after the same correction.

    None where the verdict is said already, where talks lead (they do not measure a share), where
    the share is the criterion itself, and beyond `ANSWERS_SEARCHED`.
    """
    if not judged.is_led_by_survey or judged.verdict not in ("partly", "not_enough"):
        return None
    if 100 * judged.hits == judged.criterion_pct * judged.total:
        return None
    from scipy import special

    totals = np.arange(judged.total + 1, ANSWERS_SEARCHED + 1)
    hits = np.round(totals * judged.hits / judged.total)
    criterion = judged.criterion_pct / 100
    if judged.is_above:
        chances = special.betainc(np.maximum(hits, 1), totals - hits + 1, criterion)
    else:
        chances = special.betaincc(hits + 1, np.maximum(totals - hits, 1), criterion)
    enough = np.flatnonzero(chances <= SIDE_LEVEL / judged.tests_count)
    return int(totals[enough[0]]) if len(enough) else None


def unverified_text(verdict: str, agreement: str, is_criterion_late: bool) -> str:
    """Return what a verdict leaves open and what to do, without a number; empty where nothing.

    Parameters
    ----------
    verdict, agreement
        Codes of `rec.VERDICTS` and `AGREEMENTS`.
    """
    if verdict == "not_verified":
        return _("Никто не ответил: спросите респондентов этого сегмента.")
    parts = []
    if verdict == "partly" and agreement != "disagree":
        parts.append(_("Доля может быть и ниже критерия: нужно больше ответов."))
    if verdict == "not_enough":
        parts.append(_("Верна ли гипотеза, неизвестно: нужно больше ответов."))
    parts.append(
        {
            "disagree": _("Почему опрос и беседы расходятся, не выяснено: спросите об этом в беседах."),
            "talks_split": _("Почему мнения в беседах разделились, не выяснено."),
            "survey_only": _("Причины не выяснены: бесед не было или их слишком мало."),
            "talks_only": _("Какова доля таких клиентов, не измерено: опроса не было или ответов мало."),
        }.get(agreement, "")
    )  # fmt: skip
    if is_criterion_late:
        parts.append(_("Критерий появился после ответов: подтвердите вывод новыми ответами."))
    return " ".join(part for part in parts if part)
