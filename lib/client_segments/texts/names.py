"""Names of people in Russian text: by name tags of the dictionary, capitals, initials and cues."""

from __future__ import annotations

import re

from client_segments.texts.identifiers import NAME, token
from client_segments.texts.morphology import NAMES, Sense
from client_segments.texts.name_words import (
    OFFICE_PREFIX,
    SURNAME_SHAPE,
    NameWord,
    can_be_name,
    is_abbreviation,
    name_words,
)
from client_segments.texts.word_lists import NAME_CUES, PLACE_CUES, ROLE_CUES

_JOINED = re.compile(r"[ \u00a0]{0,2}(?:\.[ \u00a0]?)?")
_LINKS = ("is", "моё", "мое", "это")
_NOT_INITIALS = re.compile(
    r"(?i)^(?:т\. ?е|т\. ?д|т\. ?п|т\. ?к|г\. ?р|и\. ?о|н\. ?э|с\. ?г|д\. ?р|р\. ?ф|т\. ?ч|p\. ?s|з\. ?ы)$"
)


def _mark_by_dictionary(items: list[NameWord]) -> None:
    """Mark words that are names by themselves: by their tags, their capital and their place."""
    for number, item in enumerate(items):
        sense = item.sense
        if not sense & NAMES and not item.is_capital:
            continue
        before = items[number - 1] if number and not item.gap.strip(' .\u00a0«"“') else None
        is_of_place = before is not None and before.lower in PLACE_CUES
        if sense & Sense.PATRONYMIC and (sense & Sense.KNOWN or not sense & Sense.COMMON):
            item.is_name = bool(item.is_capital or not sense & Sense.COMMON)
        elif is_of_place:
            continue
        elif item.is_capital and not item.is_first:
            item.is_name = can_be_name(item)
        elif (
            sense & Sense.FIRST_NAME
            and sense & Sense.KNOWN
            and not sense & (Sense.COMMON | Sense.PLACE)
        ):
            item.is_name = bool(sense & Sense.SURELY_NAME)
        elif item.is_capital and sense & Sense.SURNAME and not sense & (Sense.COMMON | Sense.PLACE):
            item.is_name = not OFFICE_PREFIX.match(item.lower) or bool(sense & Sense.KNOWN)


def _mark_initials(text: str, items: list[NameWord]) -> None:
    """Mark initials with the surname beside them: «Иванов И. И.», «И.И. Иванов», «Иванов И.»."""
    number = 0
    while number < len(items):
        item = items[number]
        if len(item.text) != 1 or (item.lower == item.text and not _has_dot(text, item)):
            number += 1
            continue
        last = number
        while (
            last + 1 < len(items)
            and len(items[last + 1].text) == 1
            and items[last + 1].gap.strip() in (".", "")
            and last == number
        ):
            last += 1
        before = items[number - 1] if number and _JOINED.fullmatch(item.gap) else None
        after = items[last + 1] if last + 1 < len(items) else None
        if after is not None and after.gap.strip() not in (".", ""):
            after = None
        _mark_around_initials(text, items[number : last + 1], before, after)
        number = last + 1


def _has_dot(text: str, item: NameWord) -> bool:
    return text[item.end : item.end + 1] == "."


def _mark_around_initials(
    text: str, initials: list[NameWord], before: NameWord | None, after: NameWord | None
) -> None:
    is_capital = all(item.text.isupper() for item in initials)
    dots = sum(_has_dot(text, item) for item in initials)
    written = text[initials[0].start : initials[-1].end]
    if _NOT_INITIALS.match(written) or (not is_capital and dots < len(initials)):
        return
    for neighbour in (before, after):
        if neighbour is None or len(neighbour.text) < 2 or neighbour.text[0] == "[":
            continue
        if neighbour is before and before.lower in PLACE_CUES:
            continue
        sense = neighbour.sense
        is_surname = bool(sense & NAMES) or (
            not sense & Sense.KNOWN and bool(SURNAME_SHAPE.search(neighbour.lower))
        )
        if is_capital:
            fits = (
                (neighbour.text[0].isupper() and (len(initials) > 1 or is_surname) and dots > 0)
                or (is_surname and dots > 1)
            ) and not is_abbreviation(neighbour)
            # «Прошу П. П. Петрова»: what cannot stand in the nominative is no surname before them.
            if neighbour is before and before.is_first and not is_surname:
                fits = fits and bool(sense & Sense.NOMINATIVE)
        else:
            fits = len(initials) > 1 and is_surname and not sense & Sense.COMMON
        if fits:
            neighbour.is_name = True
            for item in initials:
                item.is_name = True
            if neighbour is before:
                return
    if is_capital and len(initials) > 1 and dots == len(initials):
        for item in initials:
            item.is_name = True


def _mark_neighbours(items: list[NameWord]) -> None:
    """Mark what stands beside a name: the surname of a first name, the name of a patronymic."""
    for number in (*range(len(items)), *reversed(range(len(items)))):
        if not items[number].is_name:
            continue
        for step in (-1, 1):
            place = number + step
            if not 0 <= place < len(items):
                continue
            other = items[place]
            joined = items[number] if step < 0 else other
            if other.is_name or not joined.is_joined or other.text[0] == "[" or len(other.text) < 2:
                continue
            sense = other.sense
            is_cut = is_abbreviation(other) and not items[number].is_upper
            if sense & Sense.FUNCTION or is_cut or other.lower in PLACE_CUES:
                continue
            if step < 0 and (other.lower in ROLE_CUES or other.lower in NAME_CUES):
                continue
            other.is_name = _is_beside_name(items, number, step)


def _is_beside_name(items: list[NameWord], number: int, step: int) -> bool:
    """Tell whether the neighbour of a name is a part of it."""
    item, other = items[number], items[number + step]
    sense = other.sense
    is_unknown = not sense & Sense.KNOWN and bool(SURNAME_SHAPE.search(other.lower))
    can_be = bool(sense & NAMES) or is_unknown
    is_patronymic = bool(item.sense & Sense.PATRONYMIC)
    if other.is_capital and not other.is_first:
        # «соседка Соловей Яна»: beside a name a capital is a surname, whatever else it means.
        return can_be or not sense & Sense.PLACE or is_patronymic
    is_sure = bool(sense & Sense.SURELY_NAME) or not sense & Sense.COMMON
    if can_be and (is_sure or is_patronymic or other.is_capital):
        return True
    if step > 0 or not sense & Sense.NOMINATIVE:
        return False
    # «мороз наталья николаевна», «Белых Никита Андреевич»: a name and a patronymic follow.
    following = items[number + 1] if number + 1 < len(items) else None
    return is_patronymic or (
        following is not None
        and following.is_joined
        and bool(following.sense & Sense.PATRONYMIC)
        and following.is_name
    )


def _mark_after_cues(items: list[NameWord]) -> None:
    """Mark what follows «меня зовут», «инспектор», «от»: a name even if no dictionary has it."""
    for number, item in enumerate(items[:-1]):
        is_strong = item.lower in NAME_CUES
        if not is_strong and item.lower not in ROLE_CUES:
            continue
        start = number + 1 + (items[number + 1].lower in _LINKS and is_strong)
        for place in range(start, min(start + 3, len(items))):
            other = items[place]
            allowed = " \u00a0:.–—-" if place == start else " \u00a0"
            if other.text[0] == "[" or other.gap.strip(allowed):
                break
            if not other.is_name and not _is_after_cue(other, is_strong):
                break
            other.is_name = True


def _is_after_cue(item: NameWord, is_strong: bool) -> bool:
    sense = item.sense
    if sense & Sense.FUNCTION or OFFICE_PREFIX.match(item.lower) or len(item.text) < 2:
        return False
    is_known = bool(sense & Sense.KNOWN)
    can_be = bool(sense & NAMES) or not is_known
    if item.is_capital:
        if is_abbreviation(item) and not is_strong:
            return False
        # «глава Администрации» is in the genitive, «инспектор Соловей» in the nominative.
        is_title = bool(sense & Sense.COMMON) and not sense & Sense.NOMINATIVE
        return can_be or (not sense & Sense.PLACE and (is_strong or not is_title))
    # «меня зовут роман», «специалист любовь»: here a word that is also a name is one.
    if sense & Sense.FIRST_NAME and is_known and sense & Sense.NOMINATIVE:
        return True
    if sense & (Sense.COMMON | Sense.PLACE):
        return False
    has_shape = bool(sense & NAMES) or bool(SURNAME_SHAPE.search(item.lower))
    return has_shape if not is_strong else can_be


def mask_names(text: str) -> str:
    """Return the text with names of people replaced, neighbouring ones by one token.

    Tags alone miss rare names and capitals alone miss careless writing, so both speak: a word
    is a name by its tag and case, by initials, a patronymic or another name beside it, or by
    what goes before («меня зовут», «инспектор»).
    """
    items = name_words(text)
    _mark_by_dictionary(items)
    _mark_initials(text, items)
    _mark_after_cues(items)
    _mark_neighbours(items)
    if not any(item.is_name for item in items):
        return text
    parts: list[str] = []
    position = 0
    number = 0
    while number < len(items):
        if not items[number].is_name:
            number += 1
            continue
        last = number
        while (
            last + 1 < len(items)
            and items[last + 1].is_name
            and _JOINED.fullmatch(items[last + 1].gap)
        ):
            last += 1
        end = items[last].end
        if len(items[last].text) == 1 and text[end : end + 1] == ".":
            end += 1
        parts += [text[position : items[number].start], token(NAME)]
        position = end
        number = last + 1
    return "".join([*parts, text[position:]])
