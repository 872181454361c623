"""The chats between people and the account, and how many messages the account may send of its own accord."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any, Literal

from simulator.errors import PlatformError

Speaker = Literal["person", "account", "system"]

ANCHOR = re.compile(r"""<a\s[^>]*?href=["']([^"']*)["'][^>]*>(.*?)</a>""", re.IGNORECASE | re.DOTALL)
BARE = re.compile(r"https?://[\w\-./?%&=#:@~+,;!$]+")

AFTER_MESSAGE = (5, timedelta(hours=48))
AFTER_ACTION = (3, timedelta(minutes=1))
"""Customer-service messages, and for how long: after a person's message; after a click, follow or scan."""


@dataclass(frozen=True)
class Entry:
    """One thing in a chat. `kind`: text, image, template, news, notice."""

    number: int
    at: datetime
    speaker: Speaker
    kind: str
    content: dict[str, Any]

    def document(self) -> dict[str, Any]:
        shown = {"number": self.number, "at": self.at.isoformat(), "from": self.speaker, "kind": self.kind}
        return {**shown, **self.content}


@dataclass
class Allowance:
    """How many messages the account may still send, and until when; a new action sets both to its own if
    these are higher."""

    left: int = 0
    until: datetime = field(default_factory=lambda: datetime.fromisoformat("1970-01-01T00:00Z"))

    def grant(self, count: int, period: timedelta, now: datetime) -> None:
        self.left = max(self.left if self.until > now else 0, count)
        self.until = max(self.until, now + period)

    def use(self, now: datetime) -> None:
        """
        Raises:
            PlatformError: 45015 too late, 45047 too many.
        """
        if self.until <= now:
            raise PlatformError(45015)
        if not self.left:
            raise PlatformError(45047)
        self.left -= 1


@dataclass
class Chat:
    """One person's conversation with the account."""

    entries: list[Entry] = field(default_factory=list)
    seen: int = 0
    allowance: Allowance = field(default_factory=Allowance)

    @property
    def unread(self) -> int:
        return sum(entry.speaker != "person" and entry.number > self.seen for entry in self.entries)


class Chats:
    """Everybody's, by person's id."""

    def __init__(self, clock: Callable[[], datetime], changed: Callable[[], None]) -> None:
        self.clock, self.changed = clock, changed
        self.of: dict[str, Chat] = {}
        self.number = 0

    def chat(self, person: str) -> Chat:
        return self.of.setdefault(person, Chat())

    def add(self, person: str, speaker: Speaker, kind: str, **content: Any) -> Entry:
        self.number += 1
        entry = Entry(self.number, self.clock(), speaker, kind, content)
        self.chat(person).entries.append(entry)
        self.changed()
        return entry

    def add_text(self, person: str, speaker: Speaker, text: str) -> Entry:
        parts = segments(text) if speaker == "account" else [{"text": text}]
        return self.add(person, speaker, "text", text=text, parts=parts)

    def seen(self, person: str) -> None:
        self.chat(person).seen = self.number
        self.changed()

    def clear(self, person: str) -> None:
        """Remove the chat, as WeChat does when a person unfollows."""
        self.chat(person).entries.clear()
        self.changed()


def segments(text: str) -> list[dict[str, str]]:
    """The parts of an account's text: `<a href>` and bare addresses become links, and nothing else does."""
    return list(_segments(text))


def _segments(text: str) -> Iterator[dict[str, str]]:
    end = 0
    for found in ANCHOR.finditer(text):
        yield from _bare(text[end : found.start()])
        yield {"text": unescape(found[2]), "url": unescape(found[1])}
        end = found.end()
    yield from _bare(text[end:])


def _bare(text: str) -> Iterator[dict[str, str]]:
    end = 0
    for found in BARE.finditer(text):
        if found.start() > end:
            yield {"text": unescape(text[end : found.start()])}
        yield {"text": found[0], "url": found[0]}
        end = found.end()
    if end < len(text):
        yield {"text": unescape(text[end:])}
