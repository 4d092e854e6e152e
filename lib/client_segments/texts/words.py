"""Words of a text in order: what phrases and topics are made of."""

from __future__ import annotations

import re

from client_segments.texts.identifiers import MASK

_TOKEN = re.compile(
    rf"({MASK})" r"|([а-яё]+(?:-[а-яё]+)*|[a-z]+(?:'[a-z]+)?|\d+)|([.!?…;\n]+)",
    re.IGNORECASE,
)
SENTENCE_BREAK = ""
"""Stands between words of two sentences, and where personal data were: no phrase spans it."""


def split_words(text: str) -> list[str]:
    """Return the words of a text in lower case, with a break at the end of each sentence."""
    words: list[str] = []
    for mask, word, _end in _TOKEN.findall(text):
        if word:
            words.append(word.lower())
        elif words and words[-1] != SENTENCE_BREAK:
            words.append(SENTENCE_BREAK)
        if mask and words and words[-1] != SENTENCE_BREAK:
            words.append(SENTENCE_BREAK)
    return words
