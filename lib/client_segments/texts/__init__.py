"""Free text of people: cleaned, with personal data masked, cut into words, coded and grouped."""

from client_segments.texts.cleaning import clean
from client_segments.texts.masking import has_personal_data, mask, mask_all
from client_segments.texts.phrases import Phrase, PhraseFinder, PhraseRefusedError, compile_phrase
from client_segments.texts.preparing import prepare
from client_segments.texts.topics import Topic, content_terms, find_topics
from client_segments.texts.words import split_words

__all__ = [
    "Phrase",
    "PhraseFinder",
    "PhraseRefusedError",
    "Topic",
    "clean",
    "compile_phrase",
    "content_terms",
    "find_topics",
    "has_personal_data",
    "mask",
    "mask_all",
    "prepare",
    "split_words",
]
