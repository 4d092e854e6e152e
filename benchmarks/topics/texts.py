"""Texts of problems: cleaning, masking and coding of 100,000 appeals, and the promises they keep."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.harness import Line, Settings, peak_memory_mb
from benchmarks.made_appeals import PHRASES, Appeal, make_appeals
from client_segments import priorities, texts
from client_segments.priorities.problem_dictionary import ProblemDictionary, ProblemEntry

TITLE = "Texts of problems"
_AUTHORITIES, _SEGMENTS, _MENTIONS, _PROBLEMS = 1_000, 6, 80, 12
_CODE = """
from benchmarks.topics.texts import code_appeals
code_appeals({count})
"""


def run(settings: Settings) -> Iterator[Line]:
    """Measure on 100,000 appeals, most of them different."""
    count = settings.size(100_000, 300)
    appeals = make_appeals(count, seed=1)
    frame = _table(appeals)
    started, spent = time.perf_counter(), _processor_seconds()
    coded = priorities.code_texts(frame, dictionary())
    seconds, spent = time.perf_counter() - started, _processor_seconds() - spent
    yield Line("appeals", count, "texts", f"different: {frame['problem_text'].nunique()}")
    yield Line("cleaned, masked, coded, grouped", seconds, "s", "at most 120 for 100,000")
    yield Line("processor time of all interpreters", spent, "s", "two cores do it in half of it")
    if not settings.is_quick:
        yield Line("peak memory", peak_memory_mb(_CODE.format(count=count)), "MiB")
    yield from _coding_lines(coded.mentions, appeals)
    yield from _masking_lines(appeals[: settings.size(5_000, 300)])
    yield from _false_alarms(settings.size(_AUTHORITIES, 20))


def dictionary() -> ProblemDictionary:
    """Return a dictionary of the planted problems but one: that one is left for the topics."""
    return ProblemDictionary(
        tuple(
            ProblemEntry(name, phrases=tuple(map(texts.compile_phrase, phrases)))
            for name, phrases in list(PHRASES.items())[:-1]
        )
    )


def code_appeals(count: int) -> None:
    """Code made-up appeals; a call of its own, so that a child can be measured."""
    priorities.code_texts(_table(make_appeals(count, seed=1)), dictionary())


def _processor_seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _table(appeals: list[Appeal]) -> pd.DataFrame:
    frame = pd.DataFrame({"problem_text": [appeal.text for appeal in appeals]}, dtype="str")
    frame["client_id"] = [f"C{number:08d}" for number in range(len(appeals))]
    frame["segment_code"] = np.array(["a", "b", "c"])[np.arange(len(appeals)) % 3]
    columns = dict.fromkeys(("problem", "stage"), pd.Series([None] * len(frame), dtype="str"))
    return frame.assign(**columns, problems_count=pd.array([None] * len(frame), dtype="Int64"))


def _coding_lines(mentions: pd.DataFrame, appeals: list[Appeal]) -> Iterator[Line]:
    listed = set(list(PHRASES)[:-1])
    found = mentions.dropna(subset=["problem"]).groupby("client_id")["problem"].agg(set)
    hits = planted = coded = 0
    for number, appeal in enumerate(appeals):
        problems = found.get(f"C{number:08d}", set())
        wanted = set(appeal.problems) & listed
        hits += len(problems & wanted)
        planted += len(wanted)
        coded += len(problems)
    yield Line("recall of coding", 100 * hits / planted, "%")
    yield Line("precision of coding", 100 * hits / coded, "%")


def _masking_lines(appeals: list[Appeal]) -> Iterator[Line]:
    names = missed = identifiers = leaked = words = lost = 0
    for appeal in appeals:
        masked, plain = texts.mask(texts.clean(appeal.text)).lower(), appeal.plain.lower()
        left, others = _words(masked), _words(plain)
        names += len(appeal.names)
        missed += sum(left[name.lower()] > others[name.lower()] for name in appeal.names)
        identifiers += len(appeal.identifiers)
        leaked += sum(
            secret.lower() in masked and secret.lower() not in plain
            for secret in appeal.identifiers
        )
        words += others.total()
        lost += (others - left).total()
    yield Line("words of names masked", 100 * (1 - missed / names), "%", "at least 95")
    yield Line("identifiers masked", 100 * (1 - leaked / identifiers), "%", "must be 100")
    yield Line("other words masked", 100 * lost / words, "%", "at most 10")


def _words(text: str) -> Counter:
    return Counter(re.findall(r"[\w-]+", text))


def _false_alarms(authorities: int) -> Iterator[Line]:
    """Yield how often anything is called specific where all segments have the same problems."""
    generator = np.random.default_rng(2)
    alarms = 0
    for _authority in range(authorities):
        shares = generator.dirichlet(np.ones(_PROBLEMS))
        counts = generator.multinomial(_MENTIONS, shares, size=_SEGMENTS)
        table = pd.DataFrame(
            [
                (f"s{segment}", f"p{problem}", count)
                for segment, row in enumerate(counts)
                for problem, count in enumerate(row)
            ],
            columns=["segment_code", "problem", "problems_count"],
        )
        alarms += bool(priorities.problem_rates(table)["is_specific"].any())
    note = f"of {authorities} simulated authorities without a difference; at most 5"
    yield Line("authorities with a false alarm", 100 * alarms / authorities, "%", note)
