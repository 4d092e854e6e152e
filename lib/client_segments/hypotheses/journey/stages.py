"""Stages of the journey: labels of a log brought to the authority's list, and put in order."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from client_segments.labels import fold

_NUMBERED = re.compile(r"(?:этап\s*)?0*(?P<number>\d+)[.)]?(?:\s+(?P<name>.*))?")
_WORD = re.compile(r"\w{4,}")
_STEM_LENGTH = 4
"""Own: the first four letters of a Russian word stand before its ending."""

_WORDS_SHARE, _SPELLING = 0.5, 0.75
"""Own: how many words, or how much of its letters, an activity must have in common with the name of
a stage for the stage to be proposed."""


def match_stages(
    labels: Sequence[str], catalogue: pd.DataFrame, decided: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Match labels of stages to the catalogue: as decided, by number, by name, or by both.

    Parameters
    ----------
    labels
        Distinct labels as they stand in the log.
    catalogue
        One row is one stage of the direction: number, name.
    decided
        What people decided: activity of the log → stage (its number, its name, or an own one).

    Returns
    -------
    DataFrame
        One row is one label: stage (the label), stage_key, stage_number (NA for an own stage),
        name, is_decided. Own labels that fold alike are one stage, named by the first in alphabet.
    """
    names = dict(zip(catalogue["number"], catalogue["name"], strict=True))
    numbers = {fold(name): number for number, name in names.items()}
    chosen = {fold(activity): stage for activity, stage in (decided or {}).items()}
    own: dict[str, str] = {}
    rows = []
    for label in sorted(labels):
        is_decided = fold(label) in chosen
        text = chosen.get(fold(label), label)
        key, number = fold(text), _number_of(fold(text), names, numbers)
        if number is None:
            rows.append((label, key, None, own.setdefault(key, text), is_decided))
        else:
            rows.append((label, str(number), number, names[number], is_decided))
    frame = pd.DataFrame(rows, columns=["stage", "stage_key", "stage_number", "name", "is_decided"])
    return frame.astype(
        {
            "stage": "str", "stage_key": "str", "stage_number": "Int64", "name": "str",
            "is_decided": "bool",
        }
    )  # fmt: skip


def _number_of(key: str, names: Mapping[int, str], numbers: Mapping[str, int]) -> int | None:
    """Return the number of the catalogue's stage that a folded label names, if it names one."""
    number = numbers.get(key)
    written = _NUMBERED.fullmatch(key)
    if number is not None or not written or int(written["number"]) not in names:
        return number
    same_name = not written["name"] or numbers.get(written["name"])
    is_match = same_name is True or same_name == int(written["number"])
    return int(written["number"]) if is_match else None


def number_stages(
    labels: pd.DataFrame, positions: pd.DataFrame, catalogue: pd.DataFrame
) -> pd.DataFrame:
    """Number the stages that occur: the catalogue's by it, own ones after its last.

    Where no label is the catalogue's, own stages are numbered from 1.

    Own stages follow the median position of their first event within cases, then the mean one,
    then the alphabet. A stage that the log never notes is not a stage reached by nobody: it is
    not measured, and has no row.

    Returns
    -------
    DataFrame
        One row is one stage: stage_key, stage_number, name.
    """
    stages = labels.drop_duplicates("stage_key")[["stage_key", "stage_number", "name"]]
    stages = stages.merge(positions, on="stage_key")
    known = stages[stages["stage_number"].notna()].sort_values("stage_number")
    own = stages[stages["stage_number"].isna()].sort_values(["middle", "mean", "stage_key"])
    last = int(catalogue["number"].max()) if len(known) else 0
    own = own.assign(stage_number=range(last + 1, last + 1 + len(own)))
    columns = ["stage_key", "stage_number", "name"]
    return pd.DataFrame(
        [*known[columns].itertuples(index=False), *own[columns].itertuples(index=False)],
        columns=columns,
    ).astype({"stage_key": "str", "stage_number": "int64", "name": "str"})


def _stems(text: str) -> set[str]:
    return {word[:_STEM_LENGTH] for word in _WORD.findall(fold(text))}


def propose_stage(activity: str, catalogue: pd.DataFrame) -> str | None:
    """Return the stage of the catalogue whose name is most like an activity; None if none is.

    Likeness is the share of the beginnings of words that both have (of the shorter one's), or
    that of their spelling; of equal ones the earlier stage is proposed.
    """
    words, key = _stems(activity), fold(activity)
    best, found = 0.0, None
    for name in catalogue["name"]:
        theirs = _stems(name)
        fewer = min(len(words), len(theirs))
        in_words = len(words & theirs) / fewer if fewer else 0.0
        in_letters = difflib.SequenceMatcher(None, key, fold(name)).ratio()
        likeness = max(in_words, in_letters)
        if likeness > best and (in_words >= _WORDS_SHARE or in_letters >= _SPELLING):
            best, found = likeness, name
    return found
