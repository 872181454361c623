"""What a pairing is, and how it goes from step to step."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import NotRequired, Self

from models.privacy import Sealed
from models.store import Record

DIGITS = 2
"""What a screen shows and the phone must give, in one try."""
SHORT = 6
"""Digits by which a kiosk takes what a phone offers, where the code is not scanned."""


class Kind(StrEnum):
    """At which screen somebody is signed in."""

    KIOSK = "kiosk"
    PC = "pc"


class Way(StrEnum):
    """Who shows the code: the screen, which a phone then scans, or the phone, whose code a kiosk takes."""

    TO_PHONE = "to_phone"
    FROM_PHONE = "from_phone"


class State(StrEnum):
    ASKED = "asked"  # a code is shown
    SCANNED = "scanned"  # both sides are known; the screen shows two digits
    AGREED = "agreed"  # the phone has given them
    JOINED = "joined"  # the screen is signed in
    REFUSED = "refused"  # the phone has given others
    EXPIRED = "expired"  # never written: it follows from `expires_at`
    ENDED = "ended"  # by either side


class Pairing(Record):
    """`code` and `short` are keyed hashes of what is scanned and typed, `browser` the SHA-256 of the screen's
    secret ("" before a kiosk has taken an offer). `kiosk` is "" for a PC, and before an offer was taken;
    `account` is "" before somebody has scanned. `link` is what the screen's QR says, where it is not the page
    itself. `page` is where the screen goes on: a path of this site. `expires_at` is the end of its state: of
    `joined` the end of the session."""

    kind: Kind
    way: Way
    code: str
    short: NotRequired[str]
    kiosk: str
    browser: str
    account: str
    digits: str
    link: NotRequired[Sealed]
    page: str
    state: State
    asked_at: datetime
    joined_at: NotRequired[datetime]
    expires_at: datetime
    purge_at: datetime


@dataclass(frozen=True)
class Ticket:
    """What the screen's browser alone has: the pairing's id and a secret."""

    key: str
    secret: str

    @classmethod
    def new(cls) -> Self:
        return cls(secrets.token_hex(16), secrets.token_hex(32))

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """A ticket as `str` writes it; None for anything else."""
        found = re.fullmatch("([0-9a-f]{32})\\.([0-9a-f]{64})", text or "")
        return cls(found[1], found[2]) if found else None

    def __str__(self) -> str:
        return f"{self.key}.{self.secret}"

    @property
    def digest(self) -> str:
        return sha256(self.secret.encode()).hexdigest()


@dataclass(frozen=True)
class Step:
    """One change of state; `lasts` is for how long the new state is good, None where it is the last one or
    the session says it."""

    of: frozenset[State]
    to: State
    event: str
    lasts: timedelta | None = None


TO_SCAN = timedelta(minutes=2)
TO_GIVE = timedelta(minutes=1)
"""Until the digits are given, and after that until the screen has signed in."""
KEPT = timedelta(days=1)
"""After its end, so that who comes with its code once more is told why that is worth nothing."""

OPEN = frozenset({State.ASKED, State.SCANNED, State.AGREED})
"""They end by themselves."""
SCAN = Step(frozenset({State.ASKED}), State.SCANNED, "pairing.scanned", TO_GIVE)
TAKE = Step(frozenset({State.ASKED}), State.SCANNED, "pairing.taken", TO_GIVE)
AGREE = Step(frozenset({State.SCANNED}), State.AGREED, "pairing.agreed", TO_GIVE)
REFUSE = Step(frozenset({State.SCANNED}), State.REFUSED, "pairing.refused")
JOIN = Step(frozenset({State.AGREED}), State.JOINED, "pairing.joined")
END = Step(OPEN | {State.JOINED}, State.ENDED, "pairing.ended")
STEPS = (SCAN, TAKE, AGREE, REFUSE, JOIN, END)


def is_of_screen(pairing: Pairing, ticket: Ticket, kiosk: str) -> bool:
    """Whether the browser with this ticket, at this kiosk ("" for a PC), is the screen of a pairing."""
    return compare_digest(pairing["browser"], ticket.digest) and pairing["kiosk"] == kiosk


def joins_again(pairing: Pairing, now: datetime) -> bool:
    """Whether the screen that has signed in may do so once more, where the answer was lost."""
    joined = pairing.get("joined_at")
    return pairing["state"] is State.JOINED and joined is not None and now - joined < TO_GIVE


def state_at(pairing: Pairing, now: datetime) -> State:
    """The state, or `expired` where its time is over."""
    over = pairing["state"] in END.of and pairing["expires_at"] <= now
    return State.EXPIRED if over else pairing["state"]
