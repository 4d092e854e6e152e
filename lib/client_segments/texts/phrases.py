"""Phrases of a dictionary: compiled once, found in the words of any number of texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from client_segments.language import _
from client_segments.texts.morphology import Word, word
from client_segments.texts.words import SENTENCE_BREAK, split_words

GAP = "…"
ANY_WORD = "*"
GAP_WORDS = 5
"""Own: words that «…» may stand for at most."""
_PREFIX_MINIMUM = 3
_WORDS_CACHED = 1_000_000
_PARTS = re.compile(r"\.{3}|…|[^\s…]+?(?=\.{3}|…|\s|$)")


@dataclass(frozen=True)
class Atom:
    """What one word of a phrase fits: words with one of the base forms, or with a beginning."""

    lemmas: frozenset[str] = frozenset()
    prefix: str = ""

    def fits(self, text: str, analysed: Word) -> bool:
        if self.prefix:
            return text.replace("ё", "е").startswith(self.prefix) or analysed.lemma.startswith(
                self.prefix
            )
        # Either reading of an ambiguous word will do, but the likeliest of the two must agree.
        return analysed.lemma in self.lemmas


@dataclass(frozen=True)
class Phrase:
    """A compiled phrase: its atoms, and how far each may stand from the one before.

    `distances` has a pair (least, most) for every atom but the first.
    """

    atoms: tuple[Atom, ...]
    distances: tuple[tuple[int, int], ...]


class PhraseRefusedError(ValueError):
    """A phrase that fits nothing or everything; the message says in Russian what is wrong."""


def compile_phrase(text: str) -> Phrase:
    """Compile a phrase: words in any form, in this order, one after another.

    «*» stands for any one word, «…» (or three dots) for up to five words or none, and «справк*»
    for all words that begin so. Case and ё make no difference.

    Raises
    ------
    PhraseRefusedError
        If no word is left, or a beginning is so short that it fits everything.
    """
    atoms: list[Atom] = []
    distances: list[tuple[int, int]] = []
    least = most = 1
    for part in _PARTS.findall(text):
        if part in (GAP, "..."):
            most += GAP_WORDS
            continue
        if part == ANY_WORD:
            least, most = least + 1, most + 1
            continue
        for atom in _atoms_of(part):
            if atoms:
                distances.append((least, most))
            atoms.append(atom)
            least = most = 1
    if not atoms:
        raise PhraseRefusedError(_("во фразе нет ни одного слова"))
    return Phrase(tuple(atoms), tuple(distances))


def _atoms_of(part: str) -> list[Atom]:
    if part.endswith(ANY_WORD):
        prefix = part.rstrip(ANY_WORD).lower().replace("ё", "е")
        if len(prefix) < _PREFIX_MINIMUM:
            raise PhraseRefusedError(_("перед знаком * должно стоять не меньше трёх букв"))
        return [Atom(prefix=prefix)]
    return [Atom(word(item).lemmas) for item in split_words(part) if item != SENTENCE_BREAK]


class PhraseFinder:
    """Finds many phrases in many texts: each distinct word is compared with the atoms once."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._phrases = phrases
        self._atoms = list(dict.fromkeys(atom for phrase in phrases for atom in phrase.atoms))
        number_of = {atom: number for number, atom in enumerate(self._atoms)}
        self._sequences = [[number_of[atom] for atom in phrase.atoms] for phrase in phrases]
        self._starting: dict[int, list[int]] = {}
        for number, sequence in enumerate(self._sequences):
            self._starting.setdefault(sequence[0], []).append(number)
        self._atoms_of = lru_cache(maxsize=_WORDS_CACHED)(self._fitting)

    def _fitting(self, text: str) -> tuple[int, ...]:
        if text == SENTENCE_BREAK:
            return ()
        analysed = word(text)
        return tuple(number for number, atom in enumerate(self._atoms) if atom.fits(text, analysed))

    def find(self, words: Iterable[str]) -> set[int]:
        """Return the numbers of the phrases that stand in a text given by its words."""
        places: dict[int, list[int]] = {}
        position = 0
        for text in words:
            if text == SENTENCE_BREAK:
                position += GAP_WORDS * 4
                continue
            position += 1
            for atom in self._atoms_of(text):
                places.setdefault(atom, []).append(position)
        return {
            number
            for atom in places
            for number in self._starting.get(atom, ())
            if self._stands(number, places)
        }

    def _stands(self, number: int, places: dict[int, list[int]]) -> bool:
        sequence = self._sequences[number]
        ends = places[sequence[0]]
        for atom, (least, most) in zip(sequence[1:], self._phrases[number].distances, strict=True):
            following = places.get(atom)
            if following is None:
                return False
            ends = [
                place for place in following if any(least <= place - end <= most for end in ends)
            ]
            if not ends:
                return False
        return True
