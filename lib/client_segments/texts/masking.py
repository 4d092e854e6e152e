"""Masking of personal data: what nobody but the authority may read never leaves this module."""

from __future__ import annotations

import unicodedata

import pandas as pd

from client_segments.texts.identifiers import mask_identifiers
from client_segments.texts.names import mask_names

# Full-width digits and letters and rare spaces must not hide a number; № stays what it is.
_PLAIN_LETTERS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    (0xA0, 0x2007, 0x2009, 0x202F, 0x3000), " "
)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_PLAIN_LETTERS)


def mask(text: str) -> str:
    """Return the text with personal data replaced by what they are: [телефон], [имя], [адрес].

    Telephones, e-mail, links and nicknames, SNILS, INN, documents, cards and accounts, policies,
    other long numbers, dates of birth, addresses, plates of cars and names of people. By shape:
    a mistyped number is masked too. Masking what is masked changes nothing.
    """
    return mask_names(mask_identifiers(_plain(text)))


def has_personal_data(text: str) -> bool:
    """Tell whether `mask` would change the text."""
    return mask(text) != _plain(text)


def mask_all(series: pd.Series) -> pd.Series:
    """Return the texts masked, each distinct one once; missing ones stay missing."""
    known = {text: mask(text) for text in series.dropna().unique()}
    return series.map(known).astype("str")
