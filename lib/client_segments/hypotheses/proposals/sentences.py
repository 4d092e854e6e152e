"""Comparisons as sentences in Russian: who, where, which way, and the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from client_segments.hypotheses.proposals.contracts import SOURCES
from client_segments.language import (
    NO_BREAK_SPACE,
    _,
    counted,
    format_count,
    format_number,
    format_percent,
    is_missing,
)

Row = Mapping[str, object]

BRIEFLY_TOLD = 4
"""Own: comparisons of one phenomenon that are told under the leading one."""

_CLIENTS = _("Клиенты сегмента „{segment}“")
_CASES = _("Дела клиентов сегмента „{segment}“")
_CLIENT_FAMILIES = ("channel", "problem", "problem_stage", "score")

_DIRECTIONS = {
    "shares": (_("чаще"), _("реже"), _("так же часто")),
    "scores": (_("выше"), _("ниже"), _("так же")),
    "times": (_("медленнее"), _("быстрее"), _("так же быстро")),
    "amounts": (_("чаще"), _("реже"), _("так же часто")),
}
"""Words for more, less and alike, by the kind of test."""

_USES = {
    "informing": _("при получении информации"),
    "submitting": _("при подаче"),
    "receiving": _("при получении результата"),
    "feedback": _("для обратной связи"),
}
_ATTITUDES = {
    "used": _("{direction} используют канал „{subject}“"),
    "preferred": _("{direction} предпочитают канал „{subject}“"),
    "unacceptable": _("{direction} считают неприемлемым канал „{subject}“"),
}
_VERBS = {
    "used": _("используют"),
    "preferred": _("предпочитают"),
    "unacceptable": _("считают неприемлемым"),
}
_PREDICATES = {
    "problem": _("{direction} называют проблему „{subject}“"),
    "problem_stage": _("{direction} называют проблемы этапа „{subject}“"),
    "journey.channel": _("на этапе „{stage}“ {direction} используют канал „{subject}“"),
    "journey.reached": _("{direction} доходят до этапа „{subject}“"),
    "journey.lost": _("{direction} теряются после этапа „{subject}“"),
    "journey.returned": _("{direction} возвращаются на этап „{subject}“"),
    "journey.outcome.granted": _("{direction} завершаются получением результата"),
    "journey.outcome.refused": _("{direction} завершаются отказом"),
    "journey.outcome.abandoned": _("{direction} прекращаются самими клиентами"),
    "journey.outcome.open": _("{direction} остаются незавершёнными"),
    "journey.time": _("{direction} переходят от этапа „{subject}“ к следующему"),
    "journey.time_to_result": _("{direction} идут до результата"),
    "journey.time_to_end": _("{direction} завершаются"),
    "journey.amount.contacts": _("{direction} обращаются, чтобы получить результат"),
    "journey.amount.channel_changes": _("{direction} меняют канал"),
    "journey.amount.returns": _("{direction} возвращаются на пройденный этап"),
    "journey.amount.cases": _("{direction} обращаются повторно"),
    "score.overall": _("{direction} оценивают свой опыт в целом"),
    "score.question": _("{direction} оценивают „{subject}“"),
    "score.stage": _("{direction} оценивают этап „{subject}“"),
    "score.index.nps": _("{direction} оценивают свою готовность рекомендовать"),
    "score.index.ces": _("{direction} оценивают лёгкость обращения"),
    "score.index.engagement": _("{direction} оценивают свою вовлечённость"),
}
_OF_CLIENTS = (
    "journey.channel", "journey.amount.contacts", "journey.amount.channel_changes",
    "journey.amount.cases",
)  # fmt: skip
"""Families of the log that speak of clients and not of their cases."""

_NUMBERS = _("{values} ({difference}; n{space}={space}{total}{going}; источник – {source})")
_GOING = _(", из них не завершено {own} и {others}")
_INTERVAL = _("95{space}%-й интервал {interval}")
_VALUES = {
    "shares": _("{own} против {others} у остальных"),
    "scores": _("средняя оценка {own} против {others} у остальных по шкале от {low} до {high}"),
    "times": _("половина дел – за {own} против {others} у остальных"),
    "amounts": _("в среднем {own} раза за одно дело против {others} у остальных"),
}
_CASES_EACH = _("в среднем {own} дела на одного клиента против {others} у остальных")
_DIFFERENCES = {
    "shares": _("разница {effect}{space}п.{space}п."),
    "scores": _("разница {effect}{space}балла"),
    "times": _("разница {effect}{space}дня"),
    "amounts": _("в {effect}{space}раза {direction}"),
}


def sentence(row: Row, segment_name: str) -> str:
    """Return a comparison as a hypothesis: the statement, a colon and what it rests on.

    Parameters
    ----------
    row
        One row of a table of proposals, with `family` and, for marks, `scale_min` and
        `scale_max`.
    """
    head = _CLIENTS if is_of_clients(row["family"]) else _CASES
    return f"{head.format(segment=segment_name)} {predicate(row)}: {_numbers(row)}"


def briefly(rows: Sequence[Row]) -> str:
    """Return comparisons in a few words, those of one use or stage of channels together.

    The first `BRIEFLY_TOLD` are told; of the others only how many there are.
    """
    told: dict[str, list[str]] = {}
    for row in rows[:BRIEFLY_TOLD]:
        where = _place(str(row["family"]))
        if where is None:
            told.setdefault(f"{predicate(row)} ({_short_values(row)})", [])
            continue
        place = where.format(stage=row["stage"])
        channel = _("{direction} „{channel}“ ({values})").format(
            direction=_direction(row), channel=row["subject"], values=_short_values(row)
        )
        told.setdefault(place, []).append(channel)
    parts = [f"{key} {', '.join(items)}" if items else key for key, items in told.items()]
    left = len(rows) - BRIEFLY_TOLD
    if left > 0:
        forms = (_("сравнение"), _("сравнения"), _("сравнений"))
        parts.append(_("и ещё {count}").format(count=counted(left, *forms)))
    return "; ".join(parts)


def _place(family: str) -> str | None:
    """Return where channels are compared, as a template of the stage; None for other families."""
    if family == "journey.channel":
        return _("на этапе „{stage}“ используют")
    if not family.startswith("channel."):
        return None
    _channel, kind, use = family.split(".")
    return f"{_USES[use]} {_VERBS[kind]}"


def is_of_clients(family: str) -> bool:
    """Tell whether a family speaks of clients; of their cases otherwise."""
    return family.split(".")[0] in _CLIENT_FAMILIES or family in _OF_CLIENTS


def predicate(row: Row) -> str:
    """Return what is said of a segment, with its direction."""
    family = str(row["family"])
    direction = _direction(row)
    if family.startswith("channel."):
        _channel, kind, use = family.split(".")
        template = f"{_USES[use]} {_ATTITUDES[kind]}"
    else:
        template = _PREDICATES[family]
    return template.format(direction=direction, subject=row["subject"], stage=row["stage"])


def _direction(row: Row) -> str:
    more, less, alike = _DIRECTIONS[row["test"]]
    own, others = (
        float("inf") if is_missing(row[name]) else row[name]
        for name in ("segment_value", "others_value")
    )
    return more if own > others else less if own < others else alike


def _numbers(row: Row) -> str:
    total = _("{own} и {others}").format(
        own=format_count(row["total_count"]), others=format_count(row["others_total_count"])
    )
    return _NUMBERS.format(
        values=_values(row), difference=_difference(row), total=total, going=_going(row),
        source=SOURCES[row["source"]], space=NO_BREAK_SPACE,
    )  # fmt: skip


def _going(row: Row) -> str:
    counts = [row.get("censored_count"), row.get("others_censored_count")]
    if any(is_missing(count) for count in counts) or not any(counts):
        return ""
    return _GOING.format(own=format_count(counts[0]), others=format_count(counts[1]))


def _values(row: Row) -> str:
    test = row["test"]
    own, others = (_value(row, name) for name in ("segment_value", "others_value"))
    if test == "scores":
        low, high = (f"{row[name]:g}".replace(".", ",") for name in ("scale_min", "scale_max"))
        return _VALUES[test].format(own=own, others=others, low=low, high=high)
    is_of_cases = row["family"] == "journey.amount.cases"
    template = _CASES_EACH if is_of_cases else _VALUES[test]
    return template.format(own=own, others=others)


def _short_values(row: Row) -> str:
    own, others = (_value(row, name) for name in ("segment_value", "others_value"))
    return _("{own} против {others}").format(own=own, others=others)


def _value(row: Row, name: str) -> str:
    value = row[name]
    if row["test"] == "shares":
        return format_percent(value)
    if row["test"] == "times":
        if is_missing(value):
            is_own = name == "segment_value"
            return (
                _("срок, который ещё не прошёл,") if is_own else _("срока, который ещё не прошёл,")
            )
        return _("{days}{space}дня").format(days=format_number(value), space=NO_BREAK_SPACE)
    return format_number(value, _digits(row))


def _digits(row: Row) -> int:
    """Return decimals: two where one would hide the difference."""
    if row["test"] == "scores":
        return 2 if row["scale_max"] - row["scale_min"] <= 10 else 1
    if row["test"] == "amounts":
        return 1 if min(row["segment_value"], row["others_value"]) >= 2 else 2
    return 1


def _difference(row: Row) -> str:
    """Return the size of the difference with its interval; «реже» makes it a positive number."""
    test = row["test"]
    effect, low, high = (row[name] for name in ("effect", "effect_low", "effect_high"))
    if is_missing(effect):
        return _("величина различия не определена")
    if test == "amounts":
        effect, low, high = (effect, low, high) if effect >= 1 else (1 / effect, 1 / high, 1 / low)
        digits = 2 if effect < 2 else 1
    else:
        effect, low, high = (effect, low, high) if effect >= 0 else (-effect, -high, -low)
        digits = _digits(row) if test == "scores" else 1
    words = _DIFFERENCES[test].format(
        effect=format_number(effect, digits), direction=_direction(row), space=NO_BREAK_SPACE
    )
    interval = _interval(low, high, digits)
    return f"{words}, {_INTERVAL.format(interval=interval, space=NO_BREAK_SPACE)}"


def _interval(low: float, high: float, digits: int) -> str:
    low_text, high_text = (format_number(end, digits).replace("-", "−") for end in (low, high))
    if is_missing(low) and is_missing(high):
        return _("не определён")
    if is_missing(high):
        return _("не менее {low}").format(low=low_text)
    if is_missing(low):
        return _("не более {high}").format(high=high_text)
    if low >= 0:
        return f"{low_text}–{high_text}"
    return _("от {low} до {high}").format(low=low_text, high=high_text)
