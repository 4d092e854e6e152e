"""Shapes of addresses in Russian text: street, house, flat."""

from __future__ import annotations

import re

_NAME = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁа-яё]+)?"
_STREET_NAME = (
    rf"(?:им(?:\.|ени)\s*)?(?:\d{{1,3}}(?:-?(?:я|й|ая|ый|ой|го|е))?\s(?:лет\s)?)?"
    rf"(?:[А-ЯЁ]\.\s?){{0,2}}{_NAME}(?:\s(?:\d{{1,2}}\s)?(?:и\s)?{_NAME}){{0,2}}"
)
_LOWER_NAME = r"(?:\d{1,2}-?(?:я|й|ая|ый|ой)?\s)?[а-яё]{3,}(?:\s[а-яё]{4,})?"
_NUMBER = (
    r"№?\s?\d{1,4}(?!\d)(?:\s?[-/\\]\s?\d{1,4}(?!\d))?(?![\d,.]\d)"
    r"(?:[а-яА-ЯёЁ](?![а-яА-ЯёЁ])|\s?[«\"“`(][А-Яа-я][»\"”`)]|\s[А-ЯЁ](?![а-яёА-ЯЁ.]))?"
)
_HOUSE_WORD = r"(?:д(?:ом(?:а|е|у|ом|ов)?)?|вл(?:адение)?|здани[ея]|строени[ея]|стр|участ(?:ок|ка|ке)|уч)\b\.?"
_PART = (
    r"(?:корп(?:ус|уса|усе)?|к|стр(?:оение)?|кв(?:артир[аыеу])?|комн(?:ата|аты|ате)?|ком"
    r"|оф(?:ис|иса|исе)?|подъезд[аеу]?|под|этаж[аеу]?|эт|пом(?:ещение)?|секци[яиею]|литер[аыу]?)\b\.?"
)
_INSIDE = rf"(?:\s?[,;]?\s?{_PART}\s?№?\s?(?:\d{{1,4}}(?:-?[а-я])?|[А-ЯЁ])\b(?!\s?(?:м\b|кв)))*"
_HOUSE = rf"(?:\s?[,]?\s?(?:{_HOUSE_WORD}\s?)?{_NUMBER}{_INSIDE})"

_ABBREVIATION = (
    r"(?:ул|пр-?к?т|пр-?зд|просп|пер|б-р|бул|наб|мкр-?н?|мк-н|ш|пл|пр|туп|кв-л|р-н|снт|днт|жк)\b\.?"
)
_MARK = (
    r"(?:улиц(?:а|ы|е|у|ей)|проспект(?:а|е|у|ом)?|переул(?:ок|ка|ке|ку)|бульвар(?:а|е|у)?"
    r"|набережн(?:ая|ой|ую)|площад(?:ь|и|ью)|проезд(?:а|е|у)?|шоссе|тракт(?:а|е|у)?"
    r"|микрорайон(?:а|е|у)?|тупик(?:а|е)?|алле[яеию])"
)

_STREET = re.compile(
    rf"(?:\b\d{{6}},?\s)?\b(?:(?i:{_ABBREVIATION})|(?i:{_MARK})\s)\s?[«\"]?{_STREET_NAME}[»\"]?{_HOUSE}?"
)
_LOWER_STREET = re.compile(
    rf"\b(?:(?:{_ABBREVIATION})|(?:{_MARK})\s)\s?{_LOWER_NAME}{_HOUSE}", re.IGNORECASE
)
_STREET_AFTER = re.compile(rf"\b{_STREET_NAME}\s(?:(?i:{_ABBREVIATION})|(?i:{_MARK})\b){_HOUSE}")
_NUMBERED_STREET = re.compile(
    rf"\b(?:ул\.?|улиц(?:а|ы|е|у))\s?\d{{1,2}}(?:-?(?:я|й|ая|ой))?\s(?:лет\s)?[а-яё]{{4,}}{_HOUSE}?",
    re.IGNORECASE,
)
# «На дому» is said of a service: the number after it is of something else.
_HOUSE_ALONE = re.compile(
    rf"\b(?:дом(?:а|е|ом)?\b|(?<!\bна\s)дому\b|д\.)\s?{_NUMBER}(?!\s?(?:м\b|лет|дн|эта(?!ж\s?\d)|квартир\b|подъезд(?:а|ов)\b|челов|семе)){_INSIDE}",
    re.IGNORECASE,
)
_FLAT = re.compile(
    r"\b(?:квартир(?:а|ы|е|у|ой)\s?(?:№\s?)?|(?<!\d\s)(?<!\d)кв\.?\s?(?:№\s?)?)\d{1,4}\b"
    r"(?!\s?(?:м\b|кв\b|к\.|г\.|год)|[.,]\d)",
    re.IGNORECASE,
)
# Орловская 12, на Московской, 5а: an adjective with a capital inside a sentence, and a number.
_NAME_AND_NUMBER = re.compile(
    rf"(?<=[а-яё,»] )[А-ЯЁ][а-яё]{{2,}}(?:ая|ой|ую|ей|ский|ского|ском|цкий)\s?,?\s?(?:{_HOUSE_WORD}\s?)?"
    r"\d{1,3}(?:\s?[/-]\s?\d{1,3})?(?:[а-яА-Я](?![а-яА-Я]))?(?![\d.])\b(?!\s?(?:лет|год|дн|час|руб))"
)

STREET_SHAPES = (_STREET, _STREET_AFTER)
"""Streets, with the house and the flat where they are said; may have no number at all."""
HOUSE_SHAPES = (_LOWER_STREET, _NUMBERED_STREET, _NAME_AND_NUMBER, _HOUSE_ALONE, _FLAT)
"""What has a number; looked for after `STREET_SHAPES`: the whole address before its parts."""
