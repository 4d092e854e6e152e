"""Phrases of a dictionary, and words they are looked for in."""

import pytest
from benchmarks.made_appeals import PHRASES, make_appeals

from client_segments import texts


def found(phrases, text):
    finder = texts.PhraseFinder([texts.compile_phrase(phrase) for phrase in phrases])
    return {phrases[number] for number in finder.find(texts.split_words(text))}


@pytest.mark.parametrize(
    ("phrase", "text", "is_found"),
    [
        ("долго нет ответа", "Долго нет ответов!", True),
        ("долго нет ответа", "Нет ответа долго", False),
        ("долго нет ответа", "Долго. Нет ответа", False),
        ("справк*", "о справочках и справках", True),
        ("справк*", "просправка", False),
        ("не * работать", "не всегда работает", True),
        ("не * работать", "не работает", False),
        ("нет … ответа", "нет ответа", True),
        ("нет ... ответа", "нет до сих пор никакого внятного ответа", True),
        ("нет … ответа", "нет раз два три четыре пять шесть ответа", False),
        ("елка", "Ёлки нет", True),
        ("нет пандуса", "пандусов нет", False),
        ("во-первых", "Во-первых, холодно", True),
        ("delayed payment", "The delayed payments were lost", True),
        ("payment … close", "payments on a closed account", True),
        ("dispute", "Disputed twice", True),
        ("нет ответа", "нет [имя] ответа", False),
    ],
)
def test_a_phrase_fits_forms_of_words_in_order(phrase, text, is_found):
    assert bool(found([phrase], text)) is is_found


def test_several_phrases_in_one_text():
    assert found(["нет пандуса", "очередь", "портал"], "В очереди стоял, нет пандусов") == {
        "нет пандуса", "очередь",
    }  # fmt: skip


@pytest.mark.parametrize("phrase", ["", "…", "* *", "сп*", "!?", "... … *"])
def test_a_phrase_that_fits_everything_or_nothing_is_refused(phrase):
    with pytest.raises(texts.PhraseRefusedError, match=r"[а-я]"):
        texts.compile_phrase(phrase)


def test_coding_finds_planted_problems():
    """Wordings that nobody showed the dictionary one by one: precision and recall of 95 %."""
    owners = [name for name, phrases in PHRASES.items() for _phrase in phrases]
    finder = texts.PhraseFinder(
        [texts.compile_phrase(phrase) for phrases in PHRASES.values() for phrase in phrases]
    )
    hits = planted = coded = 0
    for appeal in make_appeals(500, seed=3):
        words = texts.split_words(texts.mask(texts.clean(appeal.text)))
        problems = {owners[number] for number in finder.find(words)}
        hits += len(problems & set(appeal.problems))
        planted += len(appeal.problems)
        coded += len(problems)
    assert hits >= 0.95 * planted
    assert hits >= 0.95 * coded
