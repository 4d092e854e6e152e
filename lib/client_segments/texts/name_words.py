"""Words of a text as names are looked for among them: how each is written and what it can be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from client_segments.texts.identifiers import MASK
from client_segments.texts.morphology import NAMES, Sense, word
from client_segments.texts.word_lists import MONTHS

_WORD = re.compile(MASK + r"|[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)*|[A-Za-z]+(?:['’-][A-Za-z]+)*")
_SENTENCE_END = re.compile(r"[.!?…:;\n•*\"«“(>№]|(?<!\w)[-–—]")
_SPACE = re.compile(r"[ \u00a0]{1,3}\n?|\n")

OFFICE_PREFIX = re.compile(
    r"^(?:рос|гос|мос|обл|гор|мин|соц|жил|рег|федер|ком|авто|тепло|водо|энерго|строй|спец|глав|центр|банк|нефте"
    r"|газ|дор|рай|сель|тех|пром|проф|вод|тран[сз]|эко|мед|агро|юр|фин|инвест|рем|благо|мега|супер)"
)
SURNAME_SHAPE = re.compile(
    r"(?:[оеё]в|[иы]н|ск|цк|енк|ун|дз|швил|[ия]н|ык|ук|юк|ак|як|ич|лл?и|улл|баев|ович|евич|ец|ых|их|аго|ово|ко|ай|ой)"
    r"(?:а|у|ым|ой|ом|е|ы|ий|ого|ому|им|ая|ую|ие|их|ыми|о|и|ем|ою|ю|я)?$"
)
_LATIN_NAME_SHAPE = re.compile(
    r"(?:ov|ova|ev|eva|in|ina|sky|skiy|skaya|enko|vich|vna|chuk|yan|shvili|dze|iy|ey|ay)$"
)
_ALL_CAPITALS_SHARE = 0.6
_ABBREVIATION_LENGTH = 5


@dataclass(slots=True)
class NameWord:
    """One word of a text: how it is written, where it stands, and whether it is of a name."""

    text: str
    lower: str
    start: int
    end: int
    sense: int
    is_capital: bool
    is_upper: bool
    is_first: bool  # of a sentence
    is_joined: bool  # to the item before by nothing but space
    gap: str
    is_name: bool = False


def name_words(text: str) -> list[NameWord]:
    """Return the words of a text with what is known of each; masks are words too.

    In a text that is all in capitals a capital says nothing.
    """
    found = list(_WORD.finditer(text))
    letters = [match.group(0) for match in found if match.group(0)[0] != "["]
    capitals = sum(1 for item in letters if len(item) > 1 and item.isupper())
    is_shouted = capitals > 2 and capitals > _ALL_CAPITALS_SHARE * sum(
        1 for item in letters if len(item) > 1
    )
    items: list[NameWord] = []
    previous_end = 0
    for match in found:
        raw = match.group(0)
        gap = text[previous_end : match.start()]
        is_token = raw[0] == "["
        lower = raw.lower()
        is_initial = len(raw) == 1
        sense = 0 if is_token or is_initial else word(lower).sense
        items.append(
            NameWord(
                raw, lower, match.start(), match.end(), sense,
                not is_token and raw[0].isupper() and not (is_shouted and len(raw) > 1),
                raw.isupper() and len(raw) > 1,
                not items or (gap != " " and bool(_SENTENCE_END.search(gap))),
                bool(items) and (gap == " " or bool(_SPACE.fullmatch(gap))),
                gap,
            )
        )  # fmt: skip
        previous_end = match.end()
    return items


def is_abbreviation(item: NameWord) -> bool:
    """Tell whether a short word in capitals is МФЦ and not ВЕРА or ИВАН."""
    if not (item.is_upper and item.is_capital and len(item.text) <= _ABBREVIATION_LENGTH):
        return False
    least = 2 if item.sense & Sense.FIRST_NAME else 3
    return not (item.sense & NAMES and item.sense & Sense.KNOWN and len(item.text) > least)


def can_be_name(item: NameWord) -> bool:
    """Tell whether a capital inside a sentence is likely a person's and not a title's."""
    sense = item.sense
    if item.lower in MONTHS or is_abbreviation(item):
        return False
    if sense & Sense.LATIN:
        return bool(_LATIN_NAME_SHAPE.search(item.lower)) and len(item.lower) > 3
    if sense & Sense.KNOWN:
        if sense & Sense.SURELY_NAME:
            return True
        return bool(sense & NAMES) and not sense & Sense.PLACE
    if OFFICE_PREFIX.match(item.lower):
        return False
    return len(item.lower) > 2 and (bool(sense & NAMES) or bool(SURNAME_SHAPE.search(item.lower)))
