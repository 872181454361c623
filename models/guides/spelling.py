"""Finding Chinese names by any piece of them, of their pinyin or of its initials."""

import re
from collections.abc import Iterable

from models.typed import narrow


def plain(text: str) -> str:
    """Lower case, half width, without spaces and marks."""
    return re.sub(r"\W+", "", narrow(text).lower())


def pieces(text: str) -> list[str]:
    """Every two neighbouring characters; a single character is its only piece."""
    return [text[i : i + 2] for i in range(max(1, len(text) - 1))]


def grams(spelled: Iterable[str]) -> list[str]:
    """The one- and two-character pieces of all spellings."""
    return sorted({piece for text in spelled for piece in [*text, *pieces(text)]})


def rank(wanted: str, name: str, keywords: Iterable[str], spelled: Iterable[str]) -> int | None:
    """0 where the name holds `wanted`, 1 for a keyword, 2 for pinyin, None where nothing does."""
    if wanted in plain(name):
        return 0
    if any(wanted in plain(word) for word in keywords):
        return 1
    return 2 if any(wanted in text for text in spelled) else None
