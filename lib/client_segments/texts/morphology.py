"""Words of Russian: base form, part of speech and whether a word names a person (pymorphy3)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

_CACHED_WORDS = 1_000_000
_FUNCTION_PARTS = frozenset({"PREP", "CONJ", "PRCL", "NPRO", "INTJ", "NUMR"})
_NOMINAL_PARTS = frozenset({"NOUN", "ADJF"})
_PROPER = ("Name", "Surn", "Patr", "Geox", "Orgn", "Trad", "Poss")
_COMMON_SHARE = 0.04
"""Own: share of a word's readings, by the corpus, from which the reading is taken into account."""
_PATRONYMIC = re.compile(
    r"(?:[ое]вич|ьич|мич|нич|кич)(?:а|у|ем|е|и|ей|ам|ами|ах)?$"
    r"|(?:[ое]вн|ичн|иничн)(?:а|ы|е|у|ой|ою)$|^(?:оглы|кызы|угли|оглу|улы)$"
)
_ENGLISH_ENDINGS = (
    ("ies", "y"), ("sses", "ss"), ("ied", "y"), ("ings", ""), ("ing", ""), ("edly", ""),
    ("ed", ""), ("ly", ""), ("es", ""), ("s", ""),
)  # fmt: skip
_STEM_MINIMUM = 3


class Sense:
    """What a word can be, whatever its letters' case: bits of a number.

    Plain numbers and not an `IntFlag`, whose operators take a fifth of the time of masking.
    """

    FIRST_NAME = 1
    PATRONYMIC = 2
    SURNAME = 4
    PLACE = 8  # of a place or an organisation
    COMMON = 16  # an ordinary word of the language
    KNOWN = 32  # stands in the dictionary
    SURELY_NAME = 64  # its likeliest reading is a name
    FUNCTION = 128  # prepositions, conjunctions, pronouns
    NOMINATIVE = 256  # a noun or an adjective that can stand in the nominative singular
    LATIN = 512


NAMES = Sense.FIRST_NAME | Sense.PATRONYMIC | Sense.SURNAME


class Word(NamedTuple):
    """One distinct word: its base form, all its base forms, and what it can be."""

    lemma: str
    lemmas: frozenset[str]
    sense: int


@cache
def _analyzer():
    # The dictionaries load in a second and a half and take 40 MB: only who reads texts pays.
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


def _folded(word: str) -> str:
    return word.replace("ё", "е")


def stem(word: str) -> str:
    """Return the stem of an English word: plural and verbal endings go."""
    for ending, base in _ENGLISH_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM_MINIMUM:
            if ending == "s" and word.endswith(("ss", "us", "is")):
                return word
            word = word[: len(word) - len(ending)] + base
            break
    # stopped, stop; close, closed.
    if len(word) > _STEM_MINIMUM and word[-1] == word[-2] and word[-1] not in "slz":
        return word[:-1]
    return word[:-1] if len(word) > _STEM_MINIMUM and word.endswith("e") else word


@lru_cache(maxsize=_CACHED_WORDS)
def word(text: str) -> Word:
    """Analyse a word written in lower case: Russian by pymorphy3, Latin letters by a stem."""
    if "a" <= text[0] <= "z":
        lemma = stem(text)
        return Word(lemma, frozenset({lemma}), Sense.LATIN)
    parses = _analyzer().parse(text)
    best = parses[0]
    sense = 0
    for parse in parses:
        tag = str(parse.tag)
        if parse.is_known:
            sense |= Sense.KNOWN
        if "sing,nomn" in tag and parse.tag.POS in _NOMINAL_PARTS:
            sense |= Sense.NOMINATIVE
        if "Name" in tag:
            sense |= Sense.FIRST_NAME
        if "Surn" in tag:
            sense |= Sense.SURNAME
        if "Patr" in tag:
            sense |= Sense.PATRONYMIC
        if ("Geox" in tag or "Orgn" in tag or "Trad" in tag) and parse.is_known:
            sense |= Sense.PLACE
        is_proper = any(mark in tag for mark in _PROPER)
        if not is_proper and parse.is_known and parse.score >= _COMMON_SHARE:
            sense |= Sense.COMMON
    best_tag = str(best.tag)
    if any(mark in best_tag for mark in _PROPER[:3]):
        sense |= Sense.SURELY_NAME
    if not sense & Sense.KNOWN and _PATRONYMIC.search(text):
        sense |= Sense.PATRONYMIC
    if best.tag.POS in _FUNCTION_PARTS or "Apro" in best_tag:
        sense |= Sense.FUNCTION
    lemmas = frozenset(_folded(parse.normal_form) for parse in parses if parse.score >= 0.1)
    lemma = _folded(best.normal_form)
    return Word(lemma, lemmas | {lemma}, sense)


def addressed(verb: str) -> str | None:
    """Return what is said of them as it is said to you: «получают» becomes «получаете».

    Short adjectives of the plural stay as they are («готовы»); None for any other word.
    """
    for reading in _analyzer().parse(verb.lower()):
        if {"VERB", "3per", "plur"} in reading.tag:
            return reading.inflect({"2per", "plur"}).word
        if "plur" in reading.tag and reading.tag.POS in ("ADJS", "PRTS"):
            return reading.word
    return None
