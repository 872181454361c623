"""Finding what people mean among all that there is: rules over values, without a database.

A word is looked for as it is typed. Where nothing has all words so, a word may also sound alike, have one
slip, or be there in part.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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
PIECE = 3
"""Characters of a sentence that tell of a thing; shorter keywords tell of it whole."""
LONGEST_SENTENCE = 200
COMMON_ENGLISH = frozenset(
    {
        *(
            "a",
            "an",
            "the",
            "of",
            "for",
            "in",
            "on",
            "at",
            "to",
            "by",
            "and",
            "or",
            "with",
            "without",
            "from",
            "my",
        ),
        *("change", "first", "one", "off", "s", "assessment", "approval", "elsewhere", "services", "service"),
        *("place", "no", "public", "general"),
    }
)
"""Words of English names that tell nothing."""
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
    def everything(self) -> str:
        """All in which a word can stand as it is typed."""
        return "\n".join([self.text, self.english, self.spelled])

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
        if not any(map(is_han, words)) and (found := _best(_having(within, [joined]), [joined], as_typed)):
            return Listed(found, whole=True)  # the syllables of one word
        if found := _best(_having(within, words), words, as_typed):
            return Listed(found, whole=True)
        return Listed(_best(within, words, nearly, all_of_them=False), whole=False)

    def spotted(self, text: str) -> Listed:
        """What a sentence names among much else: keywords that stand in it whole, and pieces of names.
        What most of the sentence is about, by its characters, or else by its sound; in English by its
        words."""
        said = plain(text)[:LONGEST_SENTENCE]
        for sound in (False, True):
            if found := _most({entry.key: _told(said, entry, sound=sound) for entry in self.entries}):
                return Listed(found, whole=not sound)
        words = set(words_of_english([text])) - COMMON_ENGLISH
        return Listed(
            _most({entry.key: _told_in_english(words, entry) for entry in self.entries}), whole=True
        )

    def topics(self, audience: ApplicantKind | None = None) -> list[str]:
        """The life events of all entries, in their order."""
        within = (entry for entry in self.entries if not audience or audience in entry.audience)
        return list(dict.fromkeys(topic for entry in within for topic in entry.topics))


def _most(scores: Mapping[str, float]) -> list[str]:
    """The keys with the highest score, in their order; none where all are nothing."""
    most = max(scores.values(), default=0)
    return [key for key, score in scores.items() if score == most > 0]


def _told(said: str, entry: Entry, *, sound: bool) -> int:
    """How many Chinese characters of a sentence tell of a thing."""
    told = set[int]()
    text = sounds(said) if sound else said
    for line in dict.fromkeys([entry.places[0], *map(plain, entry.keywords)]):
        told |= _covered(text, sounds(line) if sound else line, len(line) if len(line) < PIECE else PIECE)
    exact = [len(line) for line in map(plain, entry.keywords) if line in said]
    return len(told) if len(told) >= PIECE or (exact and not sound) else 0


def _covered(text: str, line: str, least: int) -> set[int]:
    """The places of a text at which pieces of a line stand that are at least so long."""
    found = set[int]()
    for start in range(len(text) - least + 1):
        if least > 1 and is_han(text[start]) and text[start : start + least] in line:
            found |= set(range(start, start + least))
    return found


def _told_in_english(words: set[str], entry: Entry) -> float:
    """How much of an English name, or of a keyword of several words, the words hold: by how many there
    are, and then by how few others."""
    lines = [entry.name_en, *(word for word in entry.keywords if not is_han(word))]
    named = [set(words_of_english([line])) - COMMON_ENGLISH for line in lines if line]
    return max((_share_of(one, words) for one in named if one), default=0)


def _share_of(name: set[str], words: set[str]) -> float:
    """Single short words of a long name tell nothing."""
    there = name & words
    telling = len(there) > 1 or len(there) * 2 >= len(name) or any(len(word) > LATIN_SLIP for word in there)
    return len(there) + len(there) / len(name) if there and telling else 0


def _having(entries: Iterable[Entry], words: Sequence[str]) -> list[Entry]:
    """Those in which all words stand: what has not got a word anywhere need not be looked into."""
    return [entry for entry in entries if all(word in entry.everything for word in words)]


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
