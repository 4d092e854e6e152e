"""What a sample of some size can and cannot show, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from client_segments.hypotheses.plan.sizes import (
    MARGIN_PCT,
    POWER_PCT,
    confirming_power,
    expected_pct,
    lower_level,
    margin_pct,
    noticed_pct,
    power_size,
    survey_size,
    unanimous_size,
)
from client_segments.language import NO_BREAK_SPACE, _, counted, format_number, format_percent

_SURE_PCT = 99.9


@dataclass(frozen=True)
class Sample:
    """Respondents of one segment for one method, and what they are to decide.

    Attributes
    ----------
    respondents_count, clients_count
        How many are asked, and of how many.
    criterion_pct
        The criterion hardest to reach among the hypotheses; None without hypotheses.
    tested_count
        Hypotheses verified at once in the whole group.
    """

    method: str
    respondents_count: int
    clients_count: int
    criterion_pct: float | None = None
    tested_count: int = 1

    @property
    def is_survey(self) -> bool:
        return self.method == "survey"

    @property
    def is_whole(self) -> bool:
        return self.respondents_count >= self.clients_count

    @property
    def level(self) -> float:
        return lower_level(self.tested_count)

    @property
    def power_pct(self) -> float:
        """Probability of confirming what is true, in per cent."""
        asked = min(self.respondents_count, self.clients_count)
        share = expected_pct(self.criterion_pct)
        clients = self.clients_count
        return 100 * confirming_power(asked, clients, self.criterion_pct, share, self.level)

    @property
    def noticed_pct(self) -> float:
        asked = min(self.respondents_count, self.clients_count)
        return noticed_pct(asked, self.clients_count) if asked else float("nan")

    @property
    def margin_pct(self) -> float:
        return margin_pct(self.respondents_count, self.clients_count)


def shows_text(sample: Sample) -> str:
    """Say what the sample can show."""
    if sample.is_survey:
        return _survey_shows(sample)
    if sample.is_whole:
        return _(
            "Беседы со всеми клиентами сегмента: услышите о каждой проблеме, о которой готовы рассказать."
        )
    text = _(
        "{talks}: если проблема есть хотя бы у {share}{space}% клиентов, о ней расскажет хотя бы один "
        "с вероятностью 95{space}%. Объяснят, почему так."
    )
    return text.format(
        talks=_talks(sample), share=_points(sample.noticed_pct), space=NO_BREAK_SPACE
    )


def _talks(sample: Sample) -> str:
    number = sample.respondents_count
    if sample.method == "focus_group":
        people = counted(number, _("участник"), _("участника"), _("участников"))
        return _("Фокус-группа, {people}").format(people=people)
    return counted(number, _("беседа"), _("беседы"), _("бесед"))


def _survey_shows(sample: Sample) -> str:
    if sample.is_whole:
        first = _("Опрос всех клиентов сегмента: погрешности выборки нет.")
    else:
        people = counted(
            sample.respondents_count, _("респондента"), _("респондентов"), _("респондентов")
        )
        first = _(
            "Опрос {people}: доля ответов «да» с погрешностью не более ±{margin} п. п. (доверие 95{space}%)."
        ).format(people=people, margin=_points(sample.margin_pct), space=NO_BREAK_SPACE)
    if sample.criterion_pct is None or sample.criterion_pct >= 100:
        return first
    second = _("Отличит {share} от {criterion} с вероятностью {power}.").format(
        share=format_percent(expected_pct(sample.criterion_pct), 0),
        criterion=format_percent(sample.criterion_pct, 0),
        power=_probability(sample.power_pct),
    )
    return f"{first} {second}"


def _points(value: float) -> str:
    """Round up to a tenth: «not more than» stays true."""
    raised = math.ceil(10 * value - 1e-6) / 10
    return format_number(raised, 0 if raised == round(raised) else 1)


def _probability(power: float) -> str:
    if power > _SURE_PCT:
        return _("более {share}").format(share=format_percent(_SURE_PCT))
    return format_percent(power, 0)


def limits_text(sample: Sample) -> str:
    """Say what the sample cannot show."""
    return _survey_limits(sample) if sample.is_survey else _talk_limits(sample)


def _talk_limits(sample: Sample) -> str:
    text = _("Долю клиентов не измерит.")
    if sample.criterion_pct is None:
        return text
    needed = unanimous_size(sample.criterion_pct, sample.level, sample.clients_count)
    criterion = format_percent(sample.criterion_pct, 0)
    if needed is None:
        return text + " " + _("Критерий {criterion} беседами не подтвердить.").format(
            criterion=criterion
        )  # fmt: skip
    talks = counted(needed, _("беседы"), _("бесед"), _("бесед"))
    if sample.method == "focus_group":
        more = _(
            "Участники слышат друг друга, поэтому группа – один голос: чтобы подтвердить гипотезу с "
            "критерием {criterion}, нужен опрос или не меньше {talks}."
        )
    elif sample.respondents_count >= needed:
        more = _("Гипотезу с критерием {criterion} подтвердит только почти полное согласие.")
    else:
        more = _(
            "Даже если согласятся все, гипотеза с критерием {criterion} подтвердится лишь частично: "
            "для полного подтверждения нужен опрос или не меньше {talks}."
        )
    return f"{text} {more.format(criterion=criterion, talks=talks)}"


def _survey_limits(sample: Sample) -> str:
    texts = []
    wanted = survey_size(sample.clients_count)
    if sample.respondents_count < wanted:
        people = counted(wanted, _("респондент"), _("респондента"), _("респондентов"))
        texts.append(
            _("Для погрешности {margin} п. п. нужно больше: {people}.").format(
                margin=format_number(MARGIN_PCT, 0), people=people
            )
        )
    texts.append(_power_limits(sample))
    texts.append(_("Причин ответа не объяснит: для них нужны беседы."))
    return " ".join(text for text in texts if text)


def _power_limits(sample: Sample) -> str:
    if sample.criterion_pct is None:
        return ""
    criterion = format_percent(sample.criterion_pct, 0)
    if sample.criterion_pct >= 100:
        return _("Критерий 100{space}% подтвердить выборкой нельзя.").format(space=NO_BREAK_SPACE)
    needed = power_size(sample.clients_count, sample.criterion_pct, sample.level)
    share = format_percent(expected_pct(sample.criterion_pct), 0)
    if needed is None:
        text = _(
            "Гипотеза с критерием {criterion} при доле «да» {share} подтвердится лишь частично, "
            "сколько бы клиентов ни спросить."
        )
        return text.format(criterion=criterion, share=share)
    if sample.respondents_count < needed:
        people = counted(needed, _("респондент"), _("респондента"), _("респондентов"))
        text = _(
            "Чтобы отличить {share} от {criterion} с вероятностью {power}, нужно больше: {people}."
        )
        return text.format(
            share=share, criterion=criterion, power=format_percent(POWER_PCT, 0), people=people
        )
    text = _(
        "Если доля «да» лишь немного выше критерия {criterion}, вывод останется неопределённым."
    )
    return text.format(criterion=criterion)
