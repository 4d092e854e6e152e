"""Cleaning of what people send: HTML, quoted history and signatures go, their own words stay."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

_DROPPED_TAGS = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BLOCK_TAGS = frozenset(
    {
        "p", "div", "br", "hr", "li", "ul", "ol", "tr", "td", "th", "table", "h1", "h2", "h3",
        "h4", "h5", "h6", "blockquote", "section", "article", "pre", "figure",
    }
)  # fmt: skip
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&[a-zA-Z#]")

_QUOTED_LINE = re.compile(r"^[ \t]*(?:>|&gt;).*$", re.MULTILINE)
_HISTORY = re.compile(
    r"""^[ \t]*(?:
        [-_=*]{2,}[ \t]*(?:исходное|пересылаемое|пересланное|переадресованное|original
            |forwarded|начало\ пере|конец\ пере)\w*\b.*
        | (?:от|from|отправитель)[ \t]*:[^\n]{0,200}\n
            (?:[^\n]{0,200}\n){0,2}?[ \t]*(?:отправлено|дата|кому|тема|sent|date|to|subject)[ \t]*:.*
        | [^\n]{0,120}\d{1,2}:\d{2}[^\n]{0,120}(?:пишет|писал|писала|написал|написала|wrote)\w*[ \t(а)]*:[ \t]*
        | on\ [^\n]{5,150}\ wrote:[ \t]*
    )$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_SIGNATURE = re.compile(
    r"""(?:
        ^--[ \t]*$
        | ^[ \t]*(?:отправлено\ (?:с|из)\b|sent\ from\b).*$
        | (?:^|(?<=[\s.!?,;]))(?:с\ (?:большим\ |искренним\ |глубоким\ )?уважением
            |(?:best\ |kind\ )?regards|sincerely\ yours?|yours\ sincerely)\b
    )""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_SIGNATURE_LENGTH = 300
"""Own: characters that the longest signature takes; what is longer is text."""
_SPACES = re.compile(r"[^\S\n]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2028\u2029\u2060\ufeff]")
_BLANK_LINES = re.compile(r" ?\n[\s]*")


class _TextOfHtml(HTMLParser):
    """Collects the text of a page: blocks become lines, scripts and styles vanish."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._dropped_depth = 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag in _DROPPED_TAGS:
            self._dropped_depth += 1
        elif tag in _BLOCK_TAGS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        if tag in _BLOCK_TAGS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED_TAGS:
            self._dropped_depth = max(0, self._dropped_depth - 1)
        elif tag in _BLOCK_TAGS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._dropped_depth:
            self.parts.append(data)


def strip_markup(text: str) -> str:
    """Return the text of HTML with entities resolved; what is no HTML stays as it is."""
    # Twice: systems that pass appeals on escape what is escaped already.
    for _again in range(2):
        if not _MARKUP.search(text):
            break
        parser = _TextOfHtml()
        parser.feed(text)
        parser.close()
        text = unescape("".join(parser.parts))
    return text


def _without_history(text: str) -> str:
    found = _HISTORY.search(text)
    own = _QUOTED_LINE.sub("", text[: found.start()] if found else text)
    if own.strip():
        return own
    # A message that is nothing but a forwarded one: the forwarded words are what was said.
    return re.sub(r"^[ \t]*>+", "", _HISTORY.sub("", text), flags=re.MULTILINE)


def _without_signature(text: str) -> str:
    for found in _SIGNATURE.finditer(text):
        if len(text) - found.start() <= _SIGNATURE_LENGTH and text[: found.start()].strip():
            return text[: found.start()]
    return text


def clean(text: str) -> str:
    """Return what a person wrote: without HTML, quoted history, signature and spare spaces.

    Lines stay apart, because the end of a line is often the end of a sentence.
    """
    text = _INVISIBLE.sub("", strip_markup(text)).replace("\r\n", "\n").replace("\r", "\n")
    text = _SPACES.sub(" ", text)
    text = _without_signature(_without_history(text).strip())
    return _BLANK_LINES.sub("\n", text).strip()
