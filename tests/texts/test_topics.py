"""Topics: planted ones are found, the long tail is not forced into any."""

import numpy as np
import pytest
from benchmarks.made_appeals import TOPIC_SENTENCES, make_appeals

from client_segments import texts

TAIL = (
    "Верните флаг на крышу ратуши", "Кошка поселилась под крыльцом архива",
    "Часы на башне отстают сильно", "Играет слишком громкая музыка в холле",
    "Герб на бланке нарисован криво", "Гардероб закрывается раньше концерта",
)  # fmt: skip


@pytest.fixture(scope="module")
def corpus():
    """Words of texts on one problem each, their planted problem, and a tail."""
    appeals = [
        item for item in make_appeals(400, seed=5, fillers_most=1) if len(item.problems) == 1
    ]
    words = [texts.split_words(texts.mask(texts.clean(item.text))) for item in appeals]
    labels = [item.problems[0] for item in appeals]
    words += [texts.split_words(text) for text in TAIL]
    return words, labels + [""] * len(TAIL)


def test_planted_topics_are_found_whole(corpus):
    words, labels = corpus
    topics = texts.find_topics(words)
    labels = np.array(labels)
    found = {}
    for topic in topics:
        names, counts = np.unique(labels[topic.members], return_counts=True)
        found.setdefault(str(names[counts.argmax()]), []).append(counts.max() / counts.sum())
    assert set(found) >= set(TOPIC_SENTENCES)
    covered = np.concatenate([topic.members for topic in topics])
    assert len(covered) == len(set(covered.tolist()))
    right = sum(
        (labels[topic.members] == max(set(labels[topic.members]), key=list(labels[topic.members]).count)).sum()
        for topic in topics
    )  # fmt: skip
    assert right >= 0.8 * len(covered)


def test_the_long_tail_stays_outside(corpus):
    words, labels = corpus
    covered = {number for topic in texts.find_topics(words) for number in topic.members.tolist()}
    tail = {number for number, label in enumerate(labels) if not label}
    assert len(tail & covered) <= 1


def test_topics_do_not_depend_on_the_order_of_texts(corpus):
    words, _labels = corpus
    order = np.random.default_rng(1).permutation(len(words))
    first = texts.find_topics(words)
    again = texts.find_topics([words[number] for number in order])
    assert [topic.words for topic in first] == [topic.words for topic in again]
    assert [topic.phrases for topic in first] == [topic.phrases for topic in again]
    assert [sorted(topic.members.tolist()) for topic in first] == [
        sorted(order[topic.members].tolist()) for topic in again
    ]


def test_proposed_phrases_can_be_phrases_and_find_their_topic(corpus):
    words, _labels = corpus
    for topic in texts.find_topics(words):
        if not topic.phrases:
            continue
        finder = texts.PhraseFinder([texts.compile_phrase(phrase) for phrase in topic.phrases])
        found = [bool(finder.find(words[number])) for number in topic.members]
        assert np.mean(found) >= 0.25


@pytest.mark.parametrize("words", [[], [[]], [["нет"]], [["очередь"]] * 4, [["а", "б"]] * 9])
def test_few_texts_have_no_topics_and_no_error(words):
    assert texts.find_topics(words) == []


def test_one_short_text_of_many_people_is_a_topic():
    (topic,) = texts.find_topics([["нет", "люка"]] * 30 + [["верните", "герб"]])
    assert len(topic.members) == 30
    assert topic.words[0] == "люк"
