"""From a group's folder to the tables of problems."""

from __future__ import annotations

import pandas as pd

from client_segments import catalogue, decisions
from client_segments import recommendations as rec
from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _, counted
from client_segments.priorities.contracts import PROBLEM_UNIQUENESS, PROBLEMS
from client_segments.priorities.problem_contracts import PROBLEM_CONTRACTS, PROBLEM_MENTIONS
from client_segments.priorities.problem_dictionary import ProblemDictionary, load_dictionary
from client_segments.priorities.problem_stages import stage_counts
from client_segments.priorities.problem_texts import code_texts
from client_segments.priorities.problem_uniqueness import problem_sets, uniqueness
from client_segments.priorities.problems import (
    problem_counts,
    problem_rates,
    reporters,
)
from client_segments.segments import load_placed
from client_segments.study import Study

Tables = dict[str, pd.DataFrame]


def decided_dictionary(study: Study) -> tuple[ProblemDictionary, Findings]:
    """Return the dictionary of problems of a group, and what is wrong with it."""
    direction = decisions.load_group(study).direction
    stages = catalogue.stages(study.root, direction)["name"].tolist()
    return load_dictionary(decisions.load(study, "problems"), stages)


def measure_problems(study: Study, segments: pd.DataFrame, findings: Findings) -> Tables:
    """Measure the problems of segments: from codes, from texts, or from both.

    Parameters
    ----------
    segments
        Table `segments` of step 2, the rest too.
    """
    dictionary, found = decided_dictionary(study)
    findings.extend(found)
    frame, placing = load_placed(study, "problems")
    findings.extend(placing)
    if frame is None or frame.empty or found.errors:
        empty = {contract.name: contract.empty() for contract in PROBLEM_CONTRACTS}
        return {
            "problems": PROBLEMS.empty(),
            "problem_uniqueness": PROBLEM_UNIQUENESS.empty(),
        } | empty
    coded = code_texts(frame, dictionary)
    findings.extend(coded.findings)
    counts, uncoded_count = problem_counts(coded.mentions)
    findings.extend(_uncoded_findings(uncoded_count, coded.topics))
    clients = segments[["segment_code", "clients_count"]].assign(
        reporters_count=segments["segment_code"].map(reporters(coded.mentions)).astype("Int64")
    )
    stages = catalogue.stages(study.root, decisions.load_group(study).direction)
    return {
        "problems": problem_rates(counts, clients),
        "problem_uniqueness": uniqueness(counts, rec.SEED, clients, problem_sets(coded.mentions)),
        "problem_mentions": _mentions_table(coded.mentions),
        "problem_stages": stage_counts(coded.mentions, stages),
        "problem_coding": coded.coding,
        "problem_topics": coded.topics,
    }


def _mentions_table(mentions: pd.DataFrame) -> pd.DataFrame:
    """Return table `problem_mentions`; its order says nothing of the order of the raw rows."""
    table = mentions.dropna(subset=["problem"])[PROBLEM_MENTIONS.column_names]
    return PROBLEM_MENTIONS.conform(table.sort_values(PROBLEM_MENTIONS.column_names))


def coded_problems(study: Study, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the mentions that step 3 found in data and texts, for the steps after it.

    Parameters
    ----------
    frame
        The raw table with segment_code: what there is where step 3 has not been done.
    """
    return study.read(PROBLEM_MENTIONS) if study.has(PROBLEM_MENTIONS) else frame


def _uncoded_findings(count: int, topics: pd.DataFrame) -> list[Finding]:
    if not count:
        return []
    rows = counted(count, _("текст"), _("текста"), _("текстов"))
    proposed = counted(int((topics["topic_number"] > 0).sum()), _("тема"), _("темы"), _("тем"))
    message = _("{rows} без известной проблемы: ни кода в данных, ни фразы из словаря. Они не учтены. "
                "Предложено: {topics}.")  # fmt: skip
    remedy = _("назовите предложенные темы и добавьте их фразы в словарь проблем (problems.yml).")
    message = message.format(rows=rows, topics=proposed)
    return [Finding(Severity.WARNING, "problems_uncoded", message, remedy, clause="6")]
