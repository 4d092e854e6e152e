"""Problems in the words of clients: texts are cleaned, masked, coded, and what is left is grouped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from client_segments import texts
from client_segments.findings import Finding, Findings, Severity
from client_segments.labels import fold
from client_segments.language import _, counted
from client_segments.priorities.problem_contracts import PROBLEM_CODING, PROBLEM_TOPICS
from client_segments.priorities.problem_dictionary import ProblemDictionary

ALIKE_SHARE = 0.8
"""Own: share of common words from which two texts of one person are one text (Jaccard)."""
MASS_CLIENTS = 10
"""Own: clients from whom the same letter is an organised one."""
MASS_WORDS = 8
"""Own: words below which equal texts are no letter but a common phrase."""
EXAMPLE_LENGTH = 300
_ALIKE_TEXTS_MAXIMUM = 200


@dataclass(frozen=True)
class _Text:
    """One distinct text: masked, its words, and the set of its content words."""

    masked: str
    words: tuple[str, ...]
    content: frozenset[str]


@dataclass(frozen=True)
class CodedTexts:
    """What the coding came to.

    Attributes
    ----------
    mentions
        The raw table with segment_code, one row a mention: `problem` is filled where it is known
        from the data or by the dictionary (a text with two problems has two rows),
        `problem_text` is masked, `stage` is filled by the dictionary; further column: way.
    coding, topics
        Tables `problem_coding` and `problem_topics`.
    findings
        What people must know of the texts.
    """

    mentions: pd.DataFrame
    coding: pd.DataFrame
    topics: pd.DataFrame
    findings: Findings


def code_texts(problems: pd.DataFrame, dictionary: ProblemDictionary) -> CodedTexts:
    """Find out what problem each row of the raw table speaks of.

    A problem named in the data wins over its text. Repeated texts of one person, and rows without
    a person that agree in everything, count once; equal letters of many persons count for each.

    Parameters
    ----------
    problems
        Raw table `problems` with segment_code; rows in no segment are left out.
    """
    findings = Findings()
    placed = problems.dropna(subset=["segment_code"]).reset_index(drop=True)
    placed["problem"], renamed = _known_names(placed["problem"], dictionary)
    findings.extend(renamed)
    examples = _examples(placed)
    read = _read(placed)
    placed["problem_text"] = placed["problem_text"].where(_needs_reading(placed))
    placed, repeated_count = _without_repeats(placed, read)
    findings.extend(_repeat_findings(repeated_count))
    findings.extend(_mass_letter_findings(placed, read))
    mentions = _mentions(placed, dictionary, read)
    topics, of_topic = _topics(mentions, read)
    mentions.loc[of_topic[of_topic].index, "way"] = "topic"
    coding = _coding(mentions, examples, read)
    masked = {text: item.masked for text, item in read.items()}
    mentions["problem_text"] = mentions["problem_text"].map(masked).astype("str")
    return CodedTexts(mentions, coding, topics, findings)


def _known_names(
    problems: pd.Series, dictionary: ProblemDictionary
) -> tuple[pd.Series, list[Finding]]:
    """Return problems by the names that people use; a name is masked as any text is."""
    names: dict[str, str] = {}
    masked_count = 0
    for written in problems.dropna().unique():
        known = dictionary.names.get(fold(written))
        names[written] = known if known is not None else texts.mask(written)
        masked_count += known is None and texts.has_personal_data(written)
    found = []
    if masked_count:
        message = _("в названиях проблем есть личные сведения: они скрыты.")
        remedy = _("в столбце «Проблема» нужны код или название, а не рассказ клиента.")
        found.append(
            Finding(
                Severity.WARNING, "problem_name_personal", message, remedy, count=masked_count,
                clause="6",
            )
        )  # fmt: skip
    return problems.map(names).astype("str"), found


def _needs_reading(placed: pd.DataFrame) -> pd.Series:
    """Tell which texts must be read: those without a problem, and others of the same persons."""
    has_text = placed["problem_text"].notna()
    uncoded = has_text & placed["problem"].isna()
    persons = placed.loc[uncoded, "client_id"].dropna().unique()
    return uncoded | (has_text & placed["client_id"].isin(persons))


def _read(placed: pd.DataFrame) -> dict[str, _Text]:
    """Clean, mask and cut every distinct text that must be read; by the text as it came."""
    distinct = placed.loc[_needs_reading(placed), "problem_text"].unique().tolist()
    result = {}
    for written, masked in zip(distinct, texts.prepare(distinct), strict=True):
        words = tuple(texts.split_words(masked))
        result[written] = _Text(masked, words, frozenset(texts.content_terms(words)))
    return result


# -------------------------------------------------------------------------------- repeats


def _without_repeats(placed: pd.DataFrame, read: Mapping[str, _Text]) -> tuple[pd.DataFrame, int]:
    """Leave out texts that one person sent again, and equal rows without a person."""
    has_text = placed["problem_text"].notna()
    has_client = placed["client_id"].notna()
    anonymous = placed[has_text & ~has_client]
    repeated = set(anonymous.index[anonymous.duplicated()])
    own = placed[has_text & has_client]
    several = own[own.duplicated("client_id", keep=False)]
    # Coded rows first: what the data say of a text holds for its repetitions.
    several = several.sort_values(["client_id", "problem", "problem_text"], kind="stable")
    for _client, rows in several.groupby("client_id", sort=False):
        kept: list[frozenset[str]] = []
        for index, problem, written in zip(
            rows.index, rows["problem"], rows["problem_text"], strict=True
        ):
            content = read[written].content
            is_repeat = any(_are_alike(content, other) for other in kept)
            if is_repeat and pd.isna(problem):
                repeated.add(index)
            elif not is_repeat and len(kept) < _ALIKE_TEXTS_MAXIMUM:
                kept.append(content)
    return placed.drop(index=list(repeated)), len(repeated)


def _are_alike(first: frozenset[str], second: frozenset[str]) -> bool:
    union = len(first | second)
    return len(first & second) >= ALIKE_SHARE * union if union else True


def _repeat_findings(count: int) -> list[Finding]:
    if not count:
        return []
    rows = counted(count, _("повторный текст"), _("повторных текста"), _("повторных текстов"))
    message = _("{rows}: один человек писал то же самое или строка повторена. Учтён один раз.")
    return [Finding(Severity.NOTE, "problem_texts_repeated", message.format(rows=rows), clause="6")]


def _mass_letter_findings(placed: pd.DataFrame, read: Mapping[str, _Text]) -> list[Finding]:
    """Tell of equal letters of many persons: each counts, but somebody has written for them."""
    long = {
        written: " ".join(sorted(item.content))
        for written, item in read.items()
        if len(item.content) >= MASS_WORDS
    }
    rows = placed[placed["problem_text"].isin(long) & placed["client_id"].notna()]
    if rows.empty:
        return []
    clients = rows.groupby(rows["problem_text"].map(long))["client_id"].nunique()
    mass = clients[clients >= MASS_CLIENTS]
    if mass.empty:
        return []
    letters = counted(len(mass), _("письмо"), _("письма"), _("писем"))
    people = counted(int(mass.sum()), _("человека"), _("человек"), _("человек"))
    message = _("одинаковые тексты разных людей: {letters} от {people}. Каждый человек учтён.")
    remedy = _("проверьте, не собраны ли подписи под общим письмом: его видно и по доле проблемы.")
    message = message.format(letters=letters, people=people)
    return [Finding(Severity.NOTE, "problem_mass_letters", message, remedy, clause="6")]


# ------------------------------------------------------------------------------- mentions


def _mentions(
    placed: pd.DataFrame, dictionary: ProblemDictionary, read: Mapping[str, _Text]
) -> pd.DataFrame:
    """Give each row its problems; a row whose text has several becomes several."""
    is_coded = placed["problem"].notna()
    uncoded = ~is_coded & placed["problem_text"].notna()
    known = {
        written: dictionary.problems_in(read[written].words)
        for written in placed.loc[uncoded, "problem_text"].unique()
    }
    placed = placed.assign(way=np.select([is_coded, uncoded], ["data", "tail"], default="empty"))
    found = placed.loc[uncoded, "problem_text"].map(known)
    by_text = found[found.map(len) > 0].explode()
    told = placed.loc[by_text.index].assign(problem=by_text.astype("str"), way="text")
    others = placed.drop(index=by_text.index.unique())
    mentions = pd.concat([others, told]).sort_index(kind="stable").reset_index(drop=True)
    names = mentions["problem"].dropna().unique()
    stage_of = {name: dictionary.stages.get(fold(name)) for name in names}
    stages = mentions["problem"].map(stage_of).astype("str")
    mentions["stage"] = mentions["stage"].astype("str").where(mentions["stage"].notna(), stages)
    return mentions


def _topics(mentions: pd.DataFrame, read: Mapping[str, _Text]) -> tuple[pd.DataFrame, pd.Series]:
    """Propose topics of the texts without a problem; return them, and which rows are in one."""
    left = mentions[mentions["way"] == "tail"]
    has_words = left["problem_text"].map(lambda written: bool(read[written].content)).astype(bool)
    mentions.loc[has_words[~has_words].index, "way"] = "empty"
    left = left[has_words]
    masked = left["problem_text"].map(lambda written: read[written].masked)
    # By text, not by row: the order of rows must not choose among equal examples.
    left = left.assign(masked=masked).sort_values(["masked", "client_id"], kind="stable")
    of_topic = pd.Series(False, index=left.index)
    if left.empty:
        return PROBLEM_TOPICS.empty(), of_topic
    topics = texts.find_topics([read[written].words for written in left["problem_text"]])
    rows = []
    for number, topic in enumerate(topics, start=1):
        of_topic.iloc[topic.members] = True
        shown = [_cut(left["masked"].iloc[place]) for place in topic.typical]
        rows.append(
            (number, left.iloc[topic.members], ", ".join(topic.words), topic.phrases, shown)
        )
    tail = left[~of_topic]
    rows.append((0, tail, None, (), ()))
    table = pd.DataFrame(
        [
            {
                "topic_number": number,
                "texts_count": len(part),
                "clients_count": _clients_count(part),
                "share_pct": 100 * len(part) / len(left),
                "words": words,
                "phrases": "; ".join(phrases) or None,
                "texts": "\n".join(shown) or None,
            }
            for number, part, words, phrases, shown in rows
        ]
    )
    return PROBLEM_TOPICS.conform(table), of_topic


def _clients_count(rows: pd.DataFrame) -> int:
    """Return the number of clients in rows; a row without a client is one of its own."""
    return rows["client_id"].nunique() + int(rows["client_id"].isna().sum())


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= EXAMPLE_LENGTH else text[:EXAMPLE_LENGTH].rstrip() + "…"


def _examples(placed: pd.DataFrame) -> dict[str, str]:
    """Return a text, as it came, for each problem named in the data: of middling length."""
    rows = placed.dropna(subset=["problem", "problem_text"])
    rows = rows.drop_duplicates(["problem", "problem_text"])
    rows = rows.assign(length=(rows["problem_text"].str.len() - EXAMPLE_LENGTH / 2).abs())
    rows = rows.sort_values(["problem", "length", "problem_text"], kind="stable")
    return rows.drop_duplicates("problem").set_index("problem")["problem_text"].to_dict()


def _coding(
    mentions: pd.DataFrame, examples: Mapping[str, str], read: Mapping[str, _Text]
) -> pd.DataFrame:
    ordered = mentions.assign(
        length=mentions["problem_text"].str.len().sub(EXAMPLE_LENGTH / 2).abs()
    ).sort_values(["way", "problem", "length", "problem_text"], kind="stable")
    rows = []
    for (way, problem), part in ordered.groupby(["way", "problem"], dropna=False):
        has_problem = isinstance(problem, str)
        example = None
        if way == "data" and problem in examples:
            example = _cut(texts.mask(texts.clean(examples[problem])))
        elif way != "data" and part["problem_text"].notna().any():
            example = _cut(read[part["problem_text"].dropna().iloc[0]].masked)
        rows.append(
            {
                "way": way,
                "problem": problem if has_problem else None,
                "rows_count": len(part),
                "clients_count": _clients_count(part),
                "example": example,
            }
        )
    table = PROBLEM_CODING.conform(pd.DataFrame(rows, columns=PROBLEM_CODING.column_names))
    order = {way: number for number, way in enumerate(("text", "data", "topic", "tail", "empty"))}
    table = table.assign(order=table["way"].map(order))
    table = table.sort_values(["order", "rows_count", "problem"], ascending=[True, False, True])
    return table.drop(columns="order").reset_index(drop=True)
