"""Text tables: the encoding, the delimiter and the rows of a CSV file."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import math
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from client_segments.findings import Finding, Findings, Severity
from client_segments.language import _
from client_segments.reading.grids import HEAD_ROWS, MAX_COLUMNS, Grid, GridBuilder

DELIMITERS = (";", "\t", ",", "|")
ENCODING_NAMES = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1251": "Windows-1251",
    "cp866": "DOS (866)",
    "koi8-r": "KOI8-R",
}
MAX_UNPACKED_BYTES = 4 << 30
"""Own: what a packed text table may unpack to."""

_RUSSIAN_ENCODINGS = ("cp1251", "cp866", "koi8-r")
_LETTERS_BY_FREQUENCY = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_LETTER_WEIGHTS = {
    letter: math.log(33 / (place + 1)) + 0.5 for place, letter in enumerate(_LETTERS_BY_FREQUENCY)
}
_COMMON_SIGNS = frozenset("№«»–—−…\u00a0°§")
_SAMPLE_BYTES = 200_000
_SAMPLE_CHARACTERS = 500_000
_SAMPLE_ROWS = 200
_UTF16_SHARE = 0.9  # the rest are signs such as «№» and long dashes
_UNREAD_DELIMITERS = "^~#:\\/*&"
_UNREAD_ROWS = 20
_SEPARATOR_HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_WORD_BREAKS = re.compile(r"[\s;,|\"]+")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
RecognisedCount = Callable[[list[list[str]]], int]
csv.field_size_limit(10_000_000)


class NotTextError(ValueError):
    """A file that is no text table; the text says why, in Russian."""


def russian_score(text: str) -> float:
    """Score how far text looks like Russian: frequent letters, and case as people write it."""
    score, before = 0.0, " "
    for sign in text:
        if sign > "\x7f" and sign not in _COMMON_SIGNS:
            score += _LETTER_WEIGHTS.get(sign.lower(), -4.0)
            if sign.isupper() and before.islower():
                score -= 3.0
            if sign.lower() in "ьъы" and not before.isalpha():
                score -= 3.0
        before = sign
    return score


def _unmarked_utf16(content: bytes) -> str:
    """Return the byte order of UTF-16 without its mark; empty text where it is something else.

    Delimiters, line ends, digits and Latin letters have a zero byte in UTF-16, always on the same
    side of their pair; Russian letters have a four there. No other text has zero bytes.
    """
    sample = content[: _SAMPLE_BYTES // 2 * 2]
    if len(content) % 2 or b"\0" not in sample:
        return ""
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        high, low = sample[first::2], sample[1 - first :: 2]
        known = high.count(0) + high.count(4)
        if 0 not in low and known >= _UTF16_SHARE * len(high):
            return encoding
    return ""


def detect_encoding(content: bytes, recognised_count: RecognisedCount) -> str:
    """Return the encoding of a Russian text.

    It is told by its mark, or is UTF-8 if it can be; else it is the one under which most headers
    are recognised and, among equals, the one whose distinct words look most like Russian:
    abbreviations («ОПР») repeated in every row say no more than one of them.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    unmarked = _unmarked_utf16(content)
    if unmarked:
        return unmarked
    try:
        content.decode("utf-8-sig")
        return "utf-8-sig"
    except UnicodeDecodeError:
        sample = content[:_SAMPLE_BYTES]
        if sample.isascii():
            first = re.search(rb"[\x80-\xff]", content).start()
            sample = content[first : first + _SAMPLE_BYTES]
    keys = {}
    for encoding in _RUSSIAN_ENCODINGS:
        text = sample.decode(encoding, errors="replace")
        head = text.splitlines()[:HEAD_ROWS]
        recognised = max(
            recognised_count([[cell.strip('"') for cell in line.split(delimiter)] for line in head])
            for delimiter in DELIMITERS
        )
        words = " ".join(dict.fromkeys(_WORD_BREAKS.split(text)))
        keys[encoding] = (recognised, russian_score(words))
    return max(keys, key=keys.get)


def decode(content: bytes, recognised_count: RecognisedCount) -> tuple[str, str]:
    """Return the text of a file and its encoding.

    Raises
    ------
    NotTextError
        If it is no text.
    """
    if content.startswith(b"PK\x03\x04"):
        raise NotTextError(_("это книга Excel или архив, а не текстовая таблица"))
    encoding = detect_encoding(content, recognised_count)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise NotTextError(_("содержимое не читается как текст")) from None
    if _CONTROL.search(text):
        raise NotTextError(_("в файле есть двоичные данные"))
    return text, encoding


def records(text: str, delimiter: str) -> Iterator[list[str]]:
    """Iterate over the rows; `csv.Error` is raised where quotes do not match."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def detect_delimiter(text: str, recognised_count: RecognisedCount) -> str:
    """Return the delimiter under which most headers are recognised and rows are most alike.

    A decimal comma makes rows of different width, or at the best as good as `;` does, which
    goes first.
    """
    text = text[:_SAMPLE_CHARACTERS]
    best, best_key = DELIMITERS[0], (-1, 0.0)
    for delimiter in DELIMITERS:
        sample = []
        try:
            sample.extend(islice(records(text, delimiter), _SAMPLE_ROWS))
        except csv.Error:  # told with its row when the file is read; a wrong delimiter also errs
            sample = [line.split(delimiter) for line in text.split("\n", 50)[:50]]
        widths = Counter(len(row) for row in sample if any(row))
        wide = {width: count for width, count in widths.items() if width > 1}
        if not wide:
            continue
        key = (recognised_count(sample), round(max(wide.values()) / sum(widths.values()), 1))
        if key > best_key:
            best, best_key = delimiter, key
    return best


def unread_delimiter(text: str, delimiter: str) -> str:
    """Return the sign that seems to divide the columns of a text that `delimiter` does not.

    It stands in every one of the first rows, equally often, the header among them.
    """
    lines = [line for line in text[:_SAMPLE_CHARACTERS].splitlines() if line][:_UNREAD_ROWS]
    if len(lines) < 2 or any(delimiter in line for line in lines):
        return ""
    for sign in _UNREAD_DELIMITERS:
        counts = {line.count(sign) for line in lines}
        if len(counts) == 1 and counts != {0}:
            return sign
    return ""


def _content(path: Path) -> bytes:
    if path.suffix.lower() != ".gz":
        return path.read_bytes()
    try:
        with gzip.open(path) as file:
            content = file.read(MAX_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise NotTextError(_("архив повреждён")) from None
    if len(content) > MAX_UNPACKED_BYTES:
        raise NotTextError(_("архив разворачивается в слишком большой файл"))
    return content


def read_text_file(
    path: Path, file: str, recognised_count: RecognisedCount
) -> tuple[Grid | None, Findings]:
    """Read a CSV file into a grid; row numbers are those that Excel shows.

    Parameters
    ----------
    recognised_count
        How many columns of the table the best of some rows names.
    """
    findings = Findings()
    try:
        text, encoding = decode(_content(path), recognised_count)
    except NotTextError as error:
        message = _("файл не читается: {reason}.").format(reason=error)
        remedy = _("попросите отправителя прислать таблицу .xlsx или .csv (UTF-8).")
        findings.add(Finding(Severity.ERROR, "not_text", message, remedy, file))
        return None, findings
    if encoding != "utf-8-sig":
        message = _("файл прочитан в кодировке {encoding}.")
        message = message.format(encoding=ENCODING_NAMES[encoding])
        findings.add(Finding(Severity.NOTE, "encoding", message, file=file))
    hint = _SEPARATOR_HINT.match(text)
    if hint:  # a line for Excel, which does not show it
        text = text[hint.end() :]
    delimiter = hint[1] if hint else detect_delimiter(text, recognised_count)
    unread = unread_delimiter(text, delimiter)
    if unread:
        message = _("строки не делятся на столбцы: значения разделены знаком, который не читается.")
        remedy = _("сохраните файл с разделителем «;» или таблицей .xlsx.")
        expected = _("«;», запятая, «|» или табуляция")
        finding = Finding(
            Severity.ERROR, "delimiter", message, remedy, file, cell=_("строка 1"),
            found=unread, expected=expected,
        )  # fmt: skip
        findings.add(finding)
        return None, findings
    return _fill(text, delimiter, file, findings), findings


def _fill(text: str, delimiter: str, file: str, findings: Findings) -> Grid:
    builder, number = GridBuilder(), 0
    try:
        for number, cells in enumerate(records(text, delimiter), 1):
            if len(cells) > MAX_COLUMNS:
                message = _("в строке слишком много столбцов: таблица дальше не прочитана.")
                remedy = _("попросите отправителя прислать исправленный файл.")
                place = _("строка {number}").format(number=number)
                finding = Finding(
                    Severity.ERROR, "too_wide", message, remedy, file, cell=place,
                    expected=_("не больше {count} столбцов").format(count=MAX_COLUMNS),
                )  # fmt: skip
                findings.add(finding)
                break
            if any(cells):
                builder.add(number, cells)
    except csv.Error:
        message = _(
            "кавычки не закрыты, или после закрытых кавычек идёт текст: строки дальше не прочитаны."
        )
        remedy = _("попросите отправителя прислать исправленный файл или таблицу .xlsx.")
        place = _("строка {number}").format(number=number + 1)
        findings.add(Finding(Severity.ERROR, "quotes", message, remedy, file, cell=place))
    return builder.build(file, "", findings, is_text=True)
