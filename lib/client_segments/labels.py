"""Folding of labels: what people write differently and mean alike."""

from __future__ import annotations

import re
import unicodedata

# Latin letters that look like Cyrillic ones, after case folding. The map is one to one,
# so two different Latin labels never become one.
_LOOK_ALIKES = str.maketrans("aceopxykmthb", "асеорхукмтнв")
_SAME_MEANING = str.maketrans(
    {
        "ё": "е",
        "«": '"', "»": '"', "„": '"', "“": '"', "”": '"',
        "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-",
        "\u200b": "", "\ufeff": "", "\u00ad": "",
    }
)  # fmt: skip


def fold(label: str) -> str:
    """Return the key under which labels are matched.

    Case, surrounding and repeated spaces (also NBSP and U+202F), ё/е, kinds of quotes and
    dashes, spaces around a dash, and Latin look-alikes of Cyrillic letters make no difference.
    """
    text = unicodedata.normalize("NFKC", str(label)).casefold().translate(_SAME_MEANING)
    text = " ".join(text.translate(_LOOK_ALIKES).split())
    return re.sub(r"\s*-\s*", "-", text)
