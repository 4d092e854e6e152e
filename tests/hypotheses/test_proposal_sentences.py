"""Sentences of every kind of comparison: subject, stage, direction, size, interval, n, source."""

import pytest

from client_segments import recommendations as rec
from client_segments.hypotheses.proposals.sentences import _PREDICATES, briefly, sentence

SHARE = {
    "test": "shares", "source": "log", "subject": "личный приём", "stage": "Подача заявления",
    "segment_value": 62.0, "others_value": 35.0, "effect": 27.0, "effect_low": 21.0,
    "effect_high": 33.0, "total_count": 240, "others_total_count": 1200,
}  # fmt: skip
SCORE = SHARE | {
    "test": "scores", "source": "feedback", "subject": "Подача заявления", "segment_value": 3.4,
    "others_value": 3.85, "effect": -0.45, "effect_low": -0.6, "effect_high": -0.3,
    "scale_min": 1.0, "scale_max": 5.0,
}  # fmt: skip
TIME = SHARE | {
    "test": "times", "subject": "Ожидание", "segment_value": 12.0, "others_value": 8.0,
    "effect": 4.0, "effect_low": 2.5, "effect_high": 5.5, "censored_count": 12,
    "others_censored_count": 0,
}  # fmt: skip
AMOUNT = SHARE | {
    "test": "amounts", "subject": "возвратов", "segment_value": 0.3, "others_value": 0.6,
    "effect": 0.5, "effect_low": 0.4, "effect_high": 0.625,
}  # fmt: skip


def told(row, family, **values):
    return sentence(row | {"family": family} | values, "Пожилые").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("row", "family", "expected"),
    [
        (SHARE, "journey.channel",
         "Клиенты сегмента „Пожилые“ на этапе „Подача заявления“ чаще используют канал „личный приём“: "
         "62,0 % против 35,0 % у остальных (разница 27,0 п. п., 95 %-й интервал 21,0–33,0; "
         "n = 240 и 1 200; источник – журнал событий)"),
        (SCORE, "score.stage",
         "Клиенты сегмента „Пожилые“ ниже оценивают этап „Подача заявления“: средняя оценка 3,40 "
         "против 3,85 у остальных по шкале от 1 до 5 (разница 0,45 балла, 95 %-й интервал 0,30–0,60; "
         "n = 240 и 1 200; источник – ответы об удовлетворённости)"),
        (TIME, "journey.time",
         "Дела клиентов сегмента „Пожилые“ медленнее переходят от этапа „Ожидание“ к следующему: "
         "половина дел – за 12,0 дня против 8,0 дня у остальных (разница 4,0 дня, 95 %-й интервал "
         "2,5–5,5; n = 240 и 1 200, из них не завершено 12 и 0; источник – журнал событий)"),
        (AMOUNT, "journey.amount.returns",
         "Дела клиентов сегмента „Пожилые“ реже возвращаются на пройденный этап: в среднем 0,30 раза "
         "за одно дело против 0,60 у остальных (в 2,0 раза реже, 95 %-й интервал 1,6–2,5; "
         "n = 240 и 1 200; источник – журнал событий)"),
    ],
)  # fmt: skip
def test_a_comparison_is_told_in_one_sentence(row, family, expected):
    assert told(row, family) == expected


def test_an_end_of_an_interval_that_is_not_known_is_not_made_up():
    text = told(TIME, "journey.time", effect_high=float("nan"))
    assert "95 %-й интервал не менее 2,5" in text
    nan = float("nan")
    text = told(
        TIME, "journey.time", segment_value=nan, effect=nan, effect_low=nan, effect_high=nan
    )
    assert "медленнее" in text
    assert "за срок, который ещё не прошёл, против" in text
    assert "величина различия не определена" in text


def test_an_interval_around_nothing_says_from_and_to():
    assert "интервал от −1,0 до 3,0" in told(
        SHARE, "journey.lost", effect_low=-1.0, effect_high=3.0
    )


def test_less_is_told_with_positive_numbers():
    text = told(
        SHARE, "journey.reached", segment_value=35.0, others_value=62.0, effect=-27.0,
        effect_low=-33.0, effect_high=-21.0,
    )  # fmt: skip
    assert "реже доходят" in text
    assert "разница 27,0 п. п., 95 %-й интервал 21,0–33,0" in text


def test_every_outcome_and_every_index_has_its_words():
    for outcome in rec.OUTCOMES:
        assert f"journey.outcome.{outcome}" in _PREDICATES
    for index in rec.EXPERIENCE_INDICES:
        assert f"score.index.{index}" in _PREDICATES


def test_statements_have_one_colon_and_it_parts_the_numbers():
    """The editor of decisions takes what stands before it."""
    for family in _PREDICATES:
        kind = {"score": SCORE}.get(family.split(".")[0], SHARE)
        kind = TIME if family.startswith("journey.time") else kind
        kind = AMOUNT if family.startswith("journey.amount") else kind
        statement, _colon, numbers = told(kind, family).partition(": ")
        assert "{" not in statement
        assert "против" in numbers
        assert "против" not in statement


def test_others_of_a_phenomenon_are_told_briefly_those_of_one_stage_together():
    less = {"segment_value": 12.0, "others_value": 50.0, "subject": "ЕПГУ"}
    rows = [
        SHARE | {"family": "journey.channel"},
        SHARE | {"family": "journey.lost", "subject": "Подача"},
        SHARE | {"family": "journey.channel"} | less,
        SHARE | {"family": "channel.used.submitting"} | less,
    ]
    assert briefly(rows).replace("\xa0", " ") == (
        "на этапе „Подача заявления“ используют чаще „личный приём“ (62,0 % против 35,0 %), "
        "реже „ЕПГУ“ (12,0 % против 50,0 %); чаще теряются после этапа „Подача“ (62,0 % против 35,0 %); "
        "при подаче используют реже „ЕПГУ“ (12,0 % против 50,0 %)"
    )


def test_of_many_the_first_are_told_and_the_others_counted():
    rows = [SHARE | {"family": "journey.lost", "subject": f"Этап {number}"} for number in range(10)]
    text = briefly(rows)
    assert "Этап 3" in text
    assert "Этап 4" not in text
    assert text.endswith("; и ещё 6\xa0сравнений")


def test_words_of_the_data_are_never_a_template():
    hostile = "{segment} {0.__class__} %s „кавычки“"
    text = told(SHARE, "journey.channel", subject=hostile, stage="{direction}")
    assert f"на этапе „{{direction}}“ чаще используют канал „{hostile}“" in text
    assert hostile in sentence(SHARE | {"family": "journey.lost"}, hostile)
    assert hostile in briefly([SHARE | {"family": "journey.channel", "subject": hostile}])
