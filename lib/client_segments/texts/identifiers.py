"""Shapes of identifiers: numbers, addresses, links and dates of birth that point at a person.

Shapes only, no checksums: a mistyped number is personal data too.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from client_segments.language import _
from client_segments.texts.addresses import HOUSE_SHAPES, STREET_SHAPES

PHONE = _("телефон")
EMAIL = _("почта")
LINK = _("ссылка")
SNILS = _("СНИЛС")
INN = _("ИНН")
PASSPORT = _("документ")
ACCOUNT = _("счёт")
POLICY = _("полис")
NUMBER = _("номер")
BIRTH = _("дата рождения")
ADDRESS = _("адрес")
PLATE = _("номер машины")
NAME = _("имя")


MASK = "|".join(
    re.escape(f"[{kind}]")
    for kind in (
        PHONE, EMAIL, LINK, SNILS, INN, PASSPORT, ACCOUNT, POLICY, NUMBER, BIRTH, ADDRESS, PLATE,
        NAME,
    )
)  # fmt: skip
"""Pattern of what masking leaves; other words in brackets are a person's own."""


def token(kind: str) -> str:
    """Return what stands in a text in place of a datum of a kind."""
    return f"[{kind}]"


_EMAIL = re.compile(
    r"[\w.+\-]{1,64}\s?(?:@|\(at\)|\[at\]|\(собака\)|\sсобака\s)\s?(?:[\w\-]{1,63}\.){1,5}[^\W\d]{2,10}\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\b(?:https?://|www\.)[^\s<>«»\"]+|\b(?:[\w\-]{1,63}\.){1,4}(?:ru|com|рф|su|org|net|me|by|kz|info|io|gle)/[^\s<>«»\"]+",
    re.IGNORECASE,
)
_NICKNAME = re.compile(
    r"(?<![\w@])@[A-Za-z_]\w{2,}"
    r"|(?i:\b(?:телеграм\w*|телега|telegram|тг|вк|vk|контакте|инстаграм\w*|instagram|скайп\w*|skype"
    r"|вайбер\w*|viber|ватсап\w*|whats?app|ник(?:нейм)?|логин\w*|login)\b)"
    r"\s?[:\-–—(]?\s?(?!(?:https?|www)\b)[A-Za-z][A-Za-z0-9_.]{3,}"
)
_MONTHS = r"(?:январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-я]{0,3}"
_DATE = rf"(?:\d{{1,2}}\s?[./\-]\s?\d{{1,2}}\s?[./\-]\s?(?:\d{{4}}|\d{{2}})|\d{{1,2}}\s{_MONTHS}\s\d{{4}}|(?:19|20)\d{{2}})\b(?:\s?(?:года?|г)\b\.?)?"
_BIRTH = re.compile(
    rf"\b(?:дат[аыуе]\sрожден\w+|д\.?\s?р\.?(?=[\s:]*\d)|рожден\w*|родил(?:ась|ся|ась)(?:\s\w+)?|рожд\.)[\s:\-–—]*{_DATE}"
    rf"|\b{_DATE}\s?(?:г\.?\s?р\b\.?|рожд(?:ения|\.))"
    r"|(?<!от\s)(?<!от)(?<![\d.])\b(?:0?[1-9]|[12]\d|3[01])[./\-](?:0?[1-9]|1[0-2])[./\-](?:19[2-9]\d|200\d)\b(?!\s?(?:г\.?|года)?\s?(?:№|N\b))",
    re.IGNORECASE,
)
_PLATE_LETTERS = "АВЕКМНОРСТУХABEKMHOPCTYX"
_PLATE = re.compile(
    rf"(?<!\w)(?:[{_PLATE_LETTERS}]\s?\d{{3}}\s?[{_PLATE_LETTERS}]{{2}}(?:\s?\d{{2,3}})?"
    rf"|[{_PLATE_LETTERS}{_PLATE_LETTERS.lower()}]\d{{3}}[{_PLATE_LETTERS}{_PLATE_LETTERS.lower()}]{{2}}\s?(?:\d{{2,3}})?)(?:\s?rus\b)?(?!\w)"
)
_DOCUMENT = re.compile(
    r"\b[IVXLCУХ1ivxlc]{1,5}\s?[-–—]\s?[А-ЯЁа-яё]{2}\s?(?:№\s?)?\d{6}\b"  # birth certificate
    r"|\b[А-ЯЁ]{2}\s?[-–—]?\s?(?:№\s?)?\d{6,7}\b"  # military card
    r"|\b(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{17}\b"  # vehicle
    r"|\b\d{2}:\d{2}:\d{5,7}:\d{1,6}\b"  # cadastre
)
_LETTER_DIGITS = re.compile(
    r"(?i:снилс|страхов\w+ (?:номер|свидет\w+))[\s:№\-–—]*(?=[\dоОoOзЗбБ]*\d)[\dоОoOзЗбБlI|.\-–\s]{8,20}[\dоОoOзЗбБ]"
)
_RUN = re.compile(r"(?<!\w)(?:[+(]\s?)*\d(?:[\s\-–‑—.()/\\\u00a0]{0,3}\d)*")

_BEFORE_LENGTH, _AFTER_LENGTH = 34, 14
_CONTEXTS: tuple[tuple[re.Pattern[str], str, int], ...] = tuple(
    (re.compile(rf"(?:{pattern})[^\d]{{0,18}}$", re.IGNORECASE), kind, digits)
    for pattern, kind, digits in (
        (r"снилс\w*|страхов\w+\s(?:номер|свидет\w+)", SNILS, 4),
        (r"\bинн\b", INN, 4),
        (r"паспорт\w*|\bсери[яи]\b|водительск\w+|удостоверени\w+|свидетельств\w+|\bкод подразделения", PASSPORT, 4),
        (r"\bполис\w*|\bомс\b", POLICY, 4),
        (r"\bкарт[аыуе]\b|\bкарточк\w+|сч[её]т\w*|\bр/с|\bл/с|\bлс\b|\bк/с|лицев\w+", ACCOUNT, 4),
        (r"\bтел\w*|\bт\.|моб\w*|\bсот\w*|\bзвон\w*|позвон\w*|ватсап\w*|whats?app|вайбер\w*|viber|для связи|\bфакс\w*|\bсмс\b", PHONE, 5),
        (r"\bогрн\w*|\bоктмо|\bбик\b|\bкпп\b", NUMBER, 4),
    )
)  # fmt: skip
_MEASURED = re.compile(
    r"\s?(?:тыс|млн|млрд|руб|р\b|₽|коп|долл|\$|€|евро|%|процент|кв\.?\s?м|м2|м²|м\b|км|метр|кг|литр|гр\b"
    r"|шт|чел|лет\b|год|г\.|час|мин|дн|рабочих|календарных|домо|жител|семе|участник)",
    re.IGNORECASE,
)
_STANDARD = re.compile(
    r"(?:гост|снип|санпин|сп|ту|гн|пп|п\.|пункт\w*|ст\.|стать\w*|фз|закон\w*)\s?(?:р\s?)?№?\s?$",
    re.IGNORECASE,
)
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_DATES_AND_HOURS = re.compile(
    rf"\b{_DAY}[./\-]{_MONTH}[./\-](?:(?:19|20)\d{{2}}|\d{{2}})\b"
    rf"|\b(?:19|20)\d{{2}}[./\-]{_MONTH}[./\-]{_DAY}\b"
    r"|\b(?:[01]?\d|2[0-4])[.\-][0-5]\d\b|\b(?:19|20)\d{2}\b"
)
_AMOUNT = re.compile(r"\d{1,3}(?:[ \u00a0]\d{3})+(?:[.]\d{1,2})?")
_CITY_PHONE = re.compile(
    r"\(?\d{3,5}\)?[\s\-]{0,2}\d{2,3}-\d{2}-\d{2}|\d{1,3}-\d{2}-\d{2}|\d{3}-\d{3}"
)
_CONTIGUOUS = re.compile(r"\d{6,}")
_LONG_NUMBER, _MEASURED_MAXIMUM = 9, 10


def _number_token(match: re.Match[str]) -> str:
    """Return what a run of digits is replaced by, or the run itself where it is no identifier."""
    run, text = match.group(0), match.string
    digits = "".join(filter(str.isdigit, run))
    count = len(digits)
    before = text[max(0, match.start() - _BEFORE_LENGTH) : match.start()]
    after = text[match.end() : match.end() + _AFTER_LENGTH]
    if count <= _MEASURED_MAXIMUM and _MEASURED.match(after) and not run.startswith("+"):
        return run
    for pattern, kind, least in _CONTEXTS:
        if count >= least and pattern.search(before):
            # 02-79-41 after «телефон» is one, though it looks like a date.
            is_spoken = kind in (PASSPORT, PHONE) and "." not in run
            return token(kind) if is_spoken or not _is_calendar(run) else run
    if count < 5 or _STANDARD.search(before):
        return run
    if _CITY_PHONE.fullmatch(run.strip()) and not _is_range(run):
        return token(PHONE)
    if count < 6 or _is_calendar(run):
        return run
    kind = _kind_of(run, digits, count)
    return token(kind) if kind else run


def _is_calendar(run: str) -> bool:
    """Tell whether the run is nothing but dates, years and hours."""
    rest = _DATES_AND_HOURS.sub("", run)
    return sum(map(str.isdigit, rest)) < 4


def _is_range(run: str) -> bool:
    """Tell whether the run is two round numbers in rising order: 200-250 is no telephone."""
    low, _dash, high = run.partition("-")
    return (
        high.isdigit() and int(low) < int(high) and low[-1] + high[-1] in ("00", "05", "50", "55")
    )


def _kind_of(run: str, digits: str, count: int) -> str:
    compact = run.strip()
    if re.fullmatch(r"\d{3}[\s\-]\d{3}[\s\-]\d{3}[\s\-]{1,3}\d{2}", compact):
        return SNILS
    if re.fullmatch(r"\d{2}\s?\d{2}\s?[\s№-]\s?\d{6}", compact):
        return PASSPORT
    if run.startswith("+") or (count == 11 and digits[0] in "78"):
        return PHONE
    if count == 10 and (digits[0] == "9" or "(" in run or re.search(r"\d\d[\s-]\d\d$", compact)):
        return PHONE
    if count == 16:
        return ACCOUNT if re.fullmatch(r"\d{4}([\s-]\d{4}){3}", compact) else POLICY
    if count == 20:
        return ACCOUNT
    if count in (10, 12) and compact.isdigit():
        return INN
    if _AMOUNT.fullmatch(compact) and count <= _LONG_NUMBER:
        return ""
    return NUMBER if count >= _LONG_NUMBER or _CONTIGUOUS.search(run) else ""


Replacement = str | Callable[[re.Match[str]], str]
_DIGIT = re.compile(r"\d")
_AT = re.compile(r"@|[(\[]at[)\]]|собака", re.IGNORECASE)
_LATIN = re.compile(r"[A-Za-z]")
# With each shape what a text must have at all: looking for one sign is ten times as fast.
_SHAPES: tuple[tuple[re.Pattern[str] | None, re.Pattern[str], Replacement], ...] = (
    (_AT, _EMAIL, token(EMAIL)),
    (_LATIN, _LINK, token(LINK)),
    (_LATIN, _NICKNAME, token(LINK)),
    (_DIGIT, _BIRTH, token(BIRTH)),
    (_DIGIT, _LETTER_DIGITS, token(SNILS)),
    *((None, shape, token(ADDRESS)) for shape in STREET_SHAPES),
    *((_DIGIT, shape, token(ADDRESS)) for shape in HOUSE_SHAPES),
    (_DIGIT, _PLATE, token(PLATE)),
    (_DIGIT, _DOCUMENT, token(PASSPORT)),
    (_DIGIT, _RUN, _number_token),
)


def mask_identifiers(text: str) -> str:
    """Return the text with identifiers, addresses and dates of birth replaced by what they are."""
    for sign, shape, replacement in _SHAPES:
        if sign is None or sign.search(text):
            text = shape.sub(replacement, text)
    return text
