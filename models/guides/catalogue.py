"""Finding what people mean among all that there is: rules over values, without a database.

A word is looked for as it is typed. Where nothing has all words so, a word may also sound alike, have one
slip, or be there in part.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from models.guides.sounds import sounds
from models.guides.wording import is_han, plain, words_of
from models.people import ApplicantKind

ALIKE, SLIPPED = 0.9, 0.8
"""How much of a word is there if it only sounds alike, or has one letter or character other than typed."""
LEAST_SHARE = 0.5
"""Of a word: what is there of less is not what was meant."""
HAN_PIECE, LATIN_PIECE = 2, 4
"""Shorter pieces of a word, in characters, are in everything."""
HAN_SLIP, LATIN_SLIP = 3, 5
"""Shorter words with a slip are in everything."""
CACHED = 64
"""Patterns; one search needs as many as it has words."""
FAR = 9
"""The place of what is there only nearly or in part."""


class Match(NamedTuple):
    """How much of a word a thing has, from 0 to 1, and where: the name comes before the keywords."""

    share: float
    place: int


NONE = Match(0, FAR)


@dataclass(frozen=True)
class Entry:
    """What a guide or a referral is found by; `spellings` are pinyin and initials of its words.

    `key` names it.
    """

    key: str
    name: str
    name_en: str
    keywords: Sequence[str]
    topics: Sequence[str]
    audience: Sequence[str]
    department: str
    spellings: Sequence[str]

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Its name, its keywords and its topics, as they are compared."""
        return plain(self.name), "\n".join(map(plain, self.keywords)), "\n".join(map(plain, self.topics))

    @cached_property
    def text(self) -> str:
        return "\n".join(self.places)

    @cached_property
    def sounded(self) -> str:
        return sounds(self.text)

    @cached_property
    def english(self) -> str:
        """Each word after a space."""
        latin = (word for word in self.keywords if not is_han(word))
        return " " + " ".join(words_of_english([self.name_en, *latin]))

    @cached_property
    def spelled(self) -> str:
        """Each spelling on a line of its own; the English name is in `english`."""
        lines = (line for line in self.spellings if line.isascii() and line != plain(self.name_en))
        return "\n".join(["", *lines, ""])


def words_of_english(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in re.findall(r"[a-z0-9]+", text.lower())]


def as_typed(word: str, entry: Entry) -> Match:
    """Where a word stands just so."""
    if is_han(word):
        tests = [word in text for text in entry.places]
    else:
        tests = [
            f" {word}" in entry.english,
            f"\n{word}\n" in entry.spelled,
            f"\n{word}" in entry.spelled,
            word in entry.spelled or word in entry.text,
        ]
    return Match(1, tests.index(True)) if any(tests) else NONE


def nearly(word: str, entry: Entry) -> Match:
    """As much of a word as there is, with a slip, by its sound, or in part."""
    if (exact := as_typed(word, entry)).share:
        return exact
    if is_han(word):
        share = _nearly_han(word, entry)
    else:
        share = _nearly_latin(word, f"{entry.english}{entry.spelled}")
    return Match(share, FAR) if share >= LEAST_SHARE else NONE


def _nearly_han(word: str, entry: Entry) -> float:
    alike = sounds(word)
    if len(word) > 1 and alike in entry.sounded:
        return ALIKE
    slipped = len(word) >= HAN_SLIP and _one_other(word).search(entry.text)
    return max(
        SLIPPED if slipped else 0,
        shared(word, entry.text, HAN_PIECE),
        ALIKE * shared(alike, entry.sounded, HAN_PIECE),
    )


def _nearly_latin(word: str, text: str) -> float:
    slipped = len(word) >= LATIN_SLIP and _one_edit(word).search(text)
    return SLIPPED if slipped else shared(word, text, LATIN_PIECE)


@lru_cache(maxsize=CACHED)
def _one_other(word: str) -> re.Pattern[str]:
    """The word with one other character."""
    return re.compile("|".join(f"{word[:n]}.{word[n + 1 :]}" for n in range(len(word))))


@lru_cache(maxsize=CACHED)
def _one_edit(word: str) -> re.Pattern[str]:
    """The word with one letter other, missing or too many."""
    other = [f"{word[:n]}[a-z]{word[n + 1 :]}" for n in range(len(word))]
    missing = [f"{word[:n]}[a-z]{word[n:]}" for n in range(1, len(word))]
    many = [f"{word[:n]}{word[n + 1 :]}" for n in range(len(word))]
    return re.compile("|".join([*other, *missing, *many]))


def shared(word: str, text: str, least: int) -> float:
    """The part of a word that stands in `text` in pieces of at least so many characters."""
    found = start = 0
    while start < len(word):
        end = start + least
        if end > len(word) or word[start:end] not in text:
            start += 1
            continue
        while end < len(word) and word[start : end + 1] in text:
            end += 1
        found += end - start
        start = end
    return found / len(word)


@dataclass(frozen=True)
class Listed:
    """Keys in their order; `whole` unless they are only what comes closest to what was typed."""

    keys: list[str]
    whole: bool


@dataclass(frozen=True)
class Catalogue:
    """Everything that can be found, in the order of use."""

    entries: Sequence[Entry]

    def find(
        self,
        text: str = "",
        *,
        audience: ApplicantKind | None = None,
        topic: str | None = None,
        department: str | None = None,
    ) -> Listed:
        """What has all words of `text`, best place first, then in the order of use; where nothing has all
        of them, what has most."""
        within = [
            entry
            for entry in self.entries
            if (not audience or audience in entry.audience)
            and (not topic or topic in entry.topics)
            and (not department or department == entry.department)
        ]
        words = words_of(text)
        if not words:
            return Listed([] if text.strip() else [entry.key for entry in within], whole=True)
        joined = "".join(words)
        if not any(map(is_han, words)) and (found := _best(within, [joined], as_typed)):
            return Listed(found, whole=True)  # the syllables of one word
        if found := _best(within, words, as_typed):
            return Listed(found, whole=True)
        return Listed(_best(within, words, nearly, all_of_them=False), whole=False)

    def topics(self, audience: ApplicantKind | None = None) -> list[str]:
        """The life events of all entries, in their order."""
        within = (entry for entry in self.entries if not audience or audience in entry.audience)
        return list(dict.fromkeys(topic for entry in within for topic in entry.topics))


def _best(
    entries: Iterable[Entry],
    words: Sequence[str],
    match: Callable[[str, Entry], Match],
    *,
    all_of_them: bool = True,
) -> list[str]:
    """The keys of what has most of the words; of what has them all, if that is asked for."""
    ranked = []
    for number, entry in enumerate(entries):
        matches = [match(word, entry) for word in words]
        share = round(sum(one.share for one in matches), 6)
        ranked.append((-share, sum(one.place for one in matches), number, entry.key))
    most = -len(words) if all_of_them else min((share for share, *_ in ranked), default=0)
    return [key for share, _, _, key in sorted(ranked) if share == most < 0]
