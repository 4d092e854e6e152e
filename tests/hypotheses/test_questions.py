"""Questions drafted from hypotheses: to one person, balanced, «yes» for the hypothesis."""

import pytest

from client_segments import recommendations as rec
from client_segments.hypotheses.proposals import sentences
from client_segments.hypotheses.questions import asked_statement, draft_question
from client_segments.questionnaire import statement_mark


def comparison(code, strength=2.0):
    return {"proposal_code": code, "subject": "личный приём", "stage": "Подача", "strength": strength}  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("Предпочитают прийти лично.", "Скажите, вы предпочитаете прийти лично – или это не так?"),
        ("Не успевают исполнить предписание", "Скажите, вы не успеваете исполнить предписание – или это не так?"),
        ("Готовы перейти на портал", "Скажите, вы готовы перейти на портал – или это не так?"),
        ("Понимают, что нужно", "Скажите, вы понимаете, что нужно – или это не так?"),
        ("Получают отказ и не понимают причину", "Скажите, вы получаете отказ и не понимаете причину – или это не так?"),
    ],
)  # fmt: skip
def test_a_statement_that_begins_with_its_verb_is_said_to_the_respondent(statement, question):
    assert draft_question(statement) == question


@pytest.mark.parametrize(
    "statement",
    ["Чаще других получают отказ", "Не знают, что относится к их делу", "Главная трудность – справки",
     "ЕПГУ неудобен", "Хотят, чтобы им помогли и объяснили", "Теряют"],
)  # fmt: skip
def test_what_is_not_understood_is_quoted_as_it_stands(statement):
    question = draft_question(statement)
    assert statement[1:] in question
    assert "другие с этим не согласны" in question


def test_an_abbreviation_keeps_its_letters_and_a_word_does_not():
    assert "«ЕПГУ неудобен»" in draft_question("ЕПГУ неудобен")
    assert "«в начале теряют время»" in draft_question("В начале теряют время")


def test_every_kind_of_comparison_has_a_question_for_more_and_for_less():
    codes = [
        f"{family}.x" for family in sentences._PREDICATES if not family.endswith(("result", "end"))
    ]
    codes += ["journey.time_to_result", "journey.time_to_end"]
    codes += [f"channel.{kind}.{use}.04" for kind in rec.CHANNEL_KINDS for use in rec.CHANNEL_USES]
    for code in codes:
        if code.startswith("score.index.engagement"):
            continue  # a sum of many questions: people write their own
        more, less = (draft_question("Текст", comparison(code, sign)) for sign in (2, -2))
        assert more != less
        for question in (more, less):
            assert question.startswith("Скажите, вы ")
            assert question.endswith("или это не так?")
            assert "{" not in question


def test_an_unknown_comparison_falls_back_to_the_text():
    assert "«текст»" in draft_question("Текст", comparison("new.kind"))


def test_numbers_of_a_comparison_do_not_change_what_was_asked():
    first, second = "Чаще звонят: 60 % против 40 %", "Чаще звонят: 61 % против 40 %"
    marks = {statement_mark(asked_statement(text, "channel.x")) for text in (first, second)}
    assert len(marks) == 1
    assert statement_mark(first) != statement_mark(second)
    assert statement_mark("Ёлка «А»") == statement_mark('елка  "а"')
