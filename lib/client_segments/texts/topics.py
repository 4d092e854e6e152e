"""Topics of texts that no dictionary covers: proposed for a person to name, never forced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from client_segments.texts.morphology import Sense, word
from client_segments.texts.word_lists import FORMAL_LEMMAS
from client_segments.texts.words import SENTENCE_BREAK

if TYPE_CHECKING:
    # Loading it takes a quarter of a second, which only who looks for topics pays.
    from scipy import sparse

TOPICS_MAXIMUM = 20
"""Own: topics that a person can look through at once."""
TOPIC_TEXTS_MINIMUM = 5
"""Own: texts below which a topic belongs to the long tail."""
TEXTS_PER_TOPIC = 15
"""Own: distinct texts for each topic that is looked for."""
LIKENESS_MINIMUM = 0.2
"""Own: cosine to a topic below which a text belongs to none."""
WORDS_SHOWN = 7
PHRASES_SHOWN = 6
TYPICAL_SHOWN = 3
_FITTED_TEXTS = 20_000
_VOCABULARY = 20_000
_DENSE_CELLS = 200_000
_ITERATIONS = 60
_PHRASE_PRECISION = 0.6
_PAIR_WORTH = 2.0
_PAIR = " … "


@dataclass(frozen=True)
class Topic:
    """One proposed topic: its words, phrases for a dictionary, and its texts by position.

    `typical` are the positions of the texts most like it; `members` of all its texts.
    """

    words: tuple[str, ...]
    phrases: tuple[str, ...]
    members: np.ndarray
    typical: tuple[int, ...]


@lru_cache(maxsize=1_000_000)
def _content_lemma(text: str) -> str:
    """Return the base form of a word that says what a text is about, or nothing."""
    analysed = word(text)
    lemma = analysed.lemma
    if len(lemma) < 3 or not lemma[0].isalpha() or analysed.sense & Sense.FUNCTION:
        return ""
    return "" if lemma in FORMAL_LEMMAS else lemma


def content_terms(words: Sequence[str]) -> tuple[str, ...]:
    """Return the content lemmas of a text in order, and pairs of those that follow each other."""
    terms: list[str] = []
    before = ""
    for text in words:
        if text == SENTENCE_BREAK:
            before = ""
            continue
        lemma = _content_lemma(text)
        if lemma:
            terms.append(lemma)
            if before:
                terms.append(before + _PAIR + lemma)
            before = lemma
    return tuple(terms)


def find_topics(texts: Sequence[Sequence[str]]) -> list[Topic]:
    """Propose topics of texts given by their words, the largest first.

    Non-negative factors of the tf-idf matrix of lemmas and pairs of lemmas (Lee & Seung (1999)
    Nature 401:788-791), started from the singular vectors (Boutsidis & Gallopoulos (2008) Pattern
    Recognition 41:1350-1362), so that nothing is random. A text joins the topic it is most like;
    one like none, or in a topic of few texts, stays in the long tail. The order of the texts makes
    no difference.
    """
    of_text = [content_terms(words) for words in texts]
    repeats = Counter(terms for terms in of_text if terms)
    distinct = sorted(repeats)
    matrix, vocabulary = _weighted(distinct, repeats)
    count = min(TOPICS_MAXIMUM, max(len(distinct) // TEXTS_PER_TOPIC, 1), *matrix.shape)
    if count < 1 or repeats.total() < TOPIC_TEXTS_MINIMUM:
        return []
    # A text of many people weighs as many; of very many distinct ones every second or third is
    # enough to find the topics.
    weights = np.sqrt([repeats[terms] for terms in distinct])
    fitted = matrix.multiply(weights[:, None]).tocsr()
    factors = _factors(fitted[:: -(-len(distinct) // _FITTED_TEXTS)], count)
    factors /= np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), 1e-12)
    likeness = np.asarray(matrix @ factors.T)
    best = likeness.argmax(axis=1)
    best[likeness.max(axis=1) < LIKENESS_MINIMUM] = -1
    number_of = {terms: number for number, terms in enumerate(distinct)}
    numbers = np.array([number_of.get(terms, -1) for terms in of_text])
    topics = []
    for topic in range(count):
        inside = best == topic
        members = np.flatnonzero(np.where(numbers >= 0, inside[numbers], False))
        if len(members) < TOPIC_TEXTS_MINIMUM:
            continue
        order = np.argsort(-likeness[numbers[members], topic], kind="stable")
        topics.append(
            Topic(
                _typical_words(factors[topic], vocabulary),
                _typical_phrases(matrix, inside, factors[topic], vocabulary),
                members,
                _distinct_first(members[order], numbers),
            )
        )
    return sorted(topics, key=lambda topic: (-len(topic.members), topic.words))


def _distinct_first(members: np.ndarray, numbers: np.ndarray) -> tuple[int, ...]:
    shown: dict[int, int] = {}
    for member in members.tolist():
        shown.setdefault(int(numbers[member]), member)
        if len(shown) == TYPICAL_SHOWN:
            break
    return tuple(shown.values())


def _weighted(
    distinct: Sequence[tuple[str, ...]], repeats: Counter
) -> tuple[sparse.csr_matrix, list[str]]:
    """Return tf-idf of distinct texts, each of length one, and the terms of the columns."""
    from scipy import sparse

    frequency: dict[str, int] = {}
    for terms in distinct:
        for term in set(terms):
            frequency[term] = frequency.get(term, 0) + repeats[terms]
    least = 2 if len(distinct) < 1_000 else 3
    kept = [term for term, count in frequency.items() if count >= least]
    kept = sorted(kept, key=lambda term: (-frequency[term], term))[:_VOCABULARY]
    column_of = {term: number for number, term in enumerate(kept)}
    rows, columns = [], []
    for number, terms in enumerate(distinct):
        known = [column_of[term] for term in terms if term in column_of]
        columns += known
        rows += [number] * len(known)
    shape = (len(distinct), len(kept))
    counts = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    counts.data = 1 + np.log(counts.data)
    inverse = np.log((1 + repeats.total()) / (1 + np.array([frequency[term] for term in kept]))) + 1
    matrix = sparse.csr_matrix(counts.multiply(inverse[None, :])) if kept else counts
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scale = sparse.diags(1 / np.where(norms > 0, norms, 1))
    return sparse.csr_matrix(scale @ matrix), kept


def _factors(matrix: sparse.csr_matrix, count: int) -> np.ndarray:
    """Return the non-negative factors over terms: one row is one topic."""
    from scipy.sparse.linalg import svds

    if count >= min(matrix.shape) - 1 or matrix.shape[0] * matrix.shape[1] <= _DENSE_CELLS:
        left, values, right = np.linalg.svd(matrix.toarray(), full_matrices=False)
        left, values, right = left[:, :count], values[:count], right[:count]
    else:
        left, values, right = svds(matrix, k=count, v0=np.ones(min(matrix.shape)))
    order = np.argsort(-values, kind="stable")
    left, values, right = left[:, order], values[order], right[order]
    texts, terms = np.empty(left.shape), np.empty(right.shape)
    for number in range(count):
        u, v = left[:, number], right[number]
        positive = (np.maximum(u, 0), np.maximum(v, 0))
        negative = (np.maximum(-u, 0), np.maximum(-v, 0))
        sides = [(np.linalg.norm(a) * np.linalg.norm(b), a, b) for a, b in (positive, negative)]
        size, a, b = max(sides, key=lambda side: side[0])
        scale = np.sqrt(values[number] * size)
        texts[:, number] = scale * a / max(np.linalg.norm(a), 1e-12)
        terms[number] = scale * b / max(np.linalg.norm(b), 1e-12)
    # Zeros would stay zeros for ever in multiplicative steps.
    mean = float(matrix.mean())
    texts, terms = np.maximum(texts, mean / 100), np.maximum(terms, mean / 100)
    turned = matrix.T.tocsr()
    for _step in range(_ITERATIONS):
        texts *= (matrix @ terms.T) / np.maximum(texts @ (terms @ terms.T), 1e-12)
        terms *= (turned @ texts).T / np.maximum((texts.T @ texts) @ terms, 1e-12)
    return terms


def _typical_words(factor: np.ndarray, vocabulary: Sequence[str]) -> tuple[str, ...]:
    order = np.argsort(-factor, kind="stable")
    words = [vocabulary[number] for number in order if _PAIR not in vocabulary[number]]
    return tuple(words[:WORDS_SHOWN])


def _typical_phrases(
    matrix: sparse.csr_matrix, inside: np.ndarray, factor: np.ndarray, vocabulary: Sequence[str]
) -> tuple[str, ...]:
    """Return phrases that find the topic's texts and few others, by how many more each finds.

    Pairs of words are preferred: a single word finds texts of next year that mean another thing.
    """
    from scipy import sparse

    stands = sparse.csc_matrix(matrix > 0)
    candidates = np.argsort(-factor, kind="stable")[: 10 * WORDS_SHOWN]
    left = inside.copy()
    chosen: list[str] = []
    for _round in range(PHRASES_SHOWN):
        best, best_worth = -1, 0.0
        for number in candidates.tolist():
            rows = stands.indices[stands.indptr[number] : stands.indptr[number + 1]]
            if inside[rows].mean() < _PHRASE_PRECISION:
                continue
            worth = left[rows].sum() * (_PAIR_WORTH if _PAIR in vocabulary[number] else 1.0)
            if worth > best_worth:
                best, best_worth = number, worth
        if best < 0:
            break
        chosen.append(vocabulary[best])
        left[stands.indices[stands.indptr[best] : stands.indptr[best + 1]]] = False
    return tuple(chosen)
