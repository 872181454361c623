"""Pairings in MongoDB: each step is one guarded write, so that a code is good once, whoever comes with it.

The screen's browser has a secret, the phone an account, and only who stands before the screen sees its two
digits: a code that was photographed, forwarded or tried anew signs nobody in anywhere.
"""

import re
import secrets
from contextlib import suppress
from datetime import datetime
from typing import ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models import typed
from models.counters import Counters, Limit, Per, Use, network_of
from models.events import Cause, Event
from models.pairings.again import still_its, still_theirs
from models.pairings.changes import Changes
from models.pairings.document import (
    AGREE,
    DIGITS,
    END,
    JOIN,
    KEPT,
    OPEN,
    REFUSE,
    SCAN,
    SHORT,
    STEPS,
    TAKE,
    TO_SCAN,
    Kind,
    Pairing,
    State,
    Step,
    Ticket,
    Way,
    is_of_screen,
    joins_again,
    state_at,
)
from models.pairings.faults import (
    OVER,
    DigitsMalformed,
    DigitsWrong,
    PairingElsewhere,
    PairingForPhone,
    PairingForScreen,
    PairingNotAgreed,
    PairingNotFound,
    PairingTaken,
    PairingUsed,
    ShortMalformed,
    TooManyPairings,
)
from models.privacy import Privacy
from models.store import ChangedMeanwhile, Database, Document, Store, unique_text

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 16
"""Of a code: eighty bits."""
CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
ASKED = Limit("pairing_asked", 240, Per.HOUR, TooManyPairings)
"""Of one kiosk, or of one network of PCs."""
OFFERED = Limit("pairing_offered", 60, Per.HOUR, TooManyPairings)
"""Of one account."""
TRIED = Limit("pairing_tried", 20, Per.HOUR, TooManyPairings)
"""Wrong codes at one kiosk; there are a million short ones."""
HOLDS_DIGITS: Document = {"short": {"$gte": ""}, "state": {"$in": sorted(state.value for state in OPEN)}}
"""So long six digits are one offer's alone."""
TRIES = 5
"""For six digits that are nobody else's just now."""


class Pairings(Store[Pairing]):
    collection = "pairings"
    missing = PairingNotFound
    tells: ClassVar = ("pairing.asked", "pairing.offered", *(step.event for step in STEPS))
    indexes: ClassVar = [
        IndexModel("purge_at", name="purge", expireAfterSeconds=0),
        unique_text("code"),
        IndexModel([("short", ASCENDING), ("asked_at", DESCENDING)], name="short_latest"),
        IndexModel("short", unique=True, name="short_open", partialFilterExpression=HOLDS_DIGITS),
    ]

    def __init__(self, database: Database, privacy: Privacy, counters: Counters) -> None:
        super().__init__(database)
        self.privacy, self.counters = privacy, counters
        self.changes = Changes(database, self.collection)

    def shaped(self, document: Document) -> Pairing:
        enums = {
            "kind": Kind(document["kind"]),
            "way": Way(document["way"]),
            "state": State(document["state"]),
        }
        return super().shaped({**document, **enums})

    # What is shown

    def code_of(self, key: str) -> str:
        """What a QR of this pairing says; from its id, so that it is kept nowhere."""
        number = int(self.privacy.index(key, "pairing_code"), 16)
        return "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))

    def short_of(self, key: str) -> str:
        """The six digits of an offer."""
        return f"{int(self.privacy.index(key, 'pairing_short'), 16) % 10**SHORT:0{SHORT}}"

    def link_of(self, pairing: Pairing) -> str:
        """What was kept by `show`; "" where nothing was."""
        kept = pairing.get("link")
        return str(self.privacy.opened(kept, f"pairing:{pairing['_id']}:link")) if kept else ""

    async def show(self, key: str, link: str) -> None:
        """Keep what the screen's QR is to say in place of the page of the code."""
        sealed = self.privacy.sealed(link, f"pairing:{key}:link")
        await self.documents.update_one({"_id": key}, {"$set": {"link": sealed}})

    # Who begins

    async def ask(self, kind: Kind, kiosk: str, page: str, address: str, by: Cause) -> Ticket:
        """A screen asks to be signed in, to go on at `page`; its browser alone gets the ticket.

        Raises:
            TooMany: `too_many_pairings`.
        """
        await self.counters.take([Use(ASKED, kiosk or network_of(address))], by.at)
        ticket = Ticket.new()
        new = self._new(ticket.key, kind, Way.TO_PHONE, page, by) | {"kiosk": kiosk, "browser": ticket.digest}
        await self.add(new, Event("pairing.asked", ticket.key, by, _told(kind, kiosk)))
        return ticket

    async def offer(self, account: str, page: str, by: Cause) -> Pairing:
        """A phone asks to go on with `page` at a kiosk.

        Raises:
            TooMany: `too_many_pairings`.
        """
        await self.counters.take([Use(OFFERED, account)], by.at)
        for left in reversed(range(TRIES)):
            key = secrets.token_hex(16)
            new, short = self._new(key, Kind.KIOSK, Way.FROM_PHONE, page, by), self._index(self.short_of(key))
            await self._give_back(short, by.at)
            with suppress(*([DuplicateKeyError] if left else [])):
                offer = new | {"account": account, "short": short}
                return await self.add(offer, Event("pairing.offered", key, by))
        raise AssertionError("the last try raises or returns")

    # The phone

    async def by_code(self, code: str) -> Pairing:
        """
        Raises:
            NotFound: `pairing_not_found`.
        """
        found = await self._first({"code": self._index(code)}) if CODE.fullmatch(code) else None
        if found is None:
            raise PairingNotFound
        return found

    async def scan(self, code: str, account: str, by: Cause) -> Pairing:
        """The phone of this account has a screen's code: the first one counts, and may come again.

        Raises:
            NotFound: `pairing_not_found`.
            Conflict: `pairing_taken`, `pairing_used`, `pairing_expired`, `pairing_refused`,
                `pairing_for_screen`.
        """
        for _ in range(2):  # of two phones at once the second finds the first
            pairing = await self.by_code(code)
            if pairing["way"] is Way.FROM_PHONE:
                raise PairingForScreen
            if pairing["account"] not in ("", account):
                raise PairingTaken
            if (state := state_at(pairing, by.at)) is not State.ASKED:
                return still_theirs(pairing, state)
            with suppress(ChangedMeanwhile):
                digits = {"account": account, "digits": _new_digits()}
                return await self._step(SCAN, pairing, by, digits)
        raise PairingTaken

    async def own(self, key: str, account: str) -> Pairing:
        """A pairing for the phone that has a part in it.

        Raises:
            NotFound: `pairing_not_found`.
        """
        pairing = await self.get(key)
        if pairing["account"] != account:
            raise PairingNotFound
        return pairing

    async def give(self, key: str, account: str, digits: str, by: Cause) -> Pairing:
        """The phone gives the two digits that the screen shows: there is one try.

        Raises:
            BadInput: `digits_malformed`; that was no try.
            NotFound: `pairing_not_found`.
            Conflict: `digits_wrong`, and from then on `pairing_refused`; `pairing_used`, `pairing_expired`.
        """
        given = typed.digits(digits)
        if not re.fullmatch(f"[0-9]{{{DIGITS}}}", given):
            raise DigitsMalformed
        for _ in range(2):  # of two tries at once the second finds the first
            pairing = await self.own(key, account)
            if (state := state_at(pairing, by.at)) is not State.SCANNED:
                return still_theirs(pairing, state)
            right = secrets.compare_digest(given, pairing["digits"])
            with suppress(ChangedMeanwhile):
                decided = await self._step(AGREE if right else REFUSE, pairing, by)
                if not right:
                    raise DigitsWrong
                return decided
        raise PairingUsed

    # The screen

    async def of_screen(self, ticket: Ticket, kiosk: str) -> Pairing:
        """The pairing of a browser, which stands at this kiosk ("" for a PC).

        Raises:
            NotFound: `pairing_not_found`.
            Forbidden: `pairing_elsewhere`.
        """
        pairing = await self.get(ticket.key)
        if not is_of_screen(pairing, ticket, kiosk):
            raise PairingElsewhere
        return pairing

    async def take(self, given: str, secret: str, kiosk: str, by: Cause) -> Ticket:
        """A kiosk takes what a phone offers, by the code that was scanned (an address that ends with it, too)
        or by the six digits; `secret` is that of its browser. The first one counts, and may come again.

        Raises:
            BadInput: `pairing_code_malformed`.
            NotFound: `pairing_not_found`.
            Conflict: `pairing_taken`, `pairing_used`, `pairing_expired`, `pairing_refused`,
                `pairing_for_phone`.
            TooMany: `too_many_pairings`, after so many wrong ones.
        """
        tried = [Use(TRIED, kiosk)]
        await self.counters.take(tried, by.at)
        ticket = await self._taken(given, secret, kiosk, by)
        await self.counters.give_back(tried, by.at)
        return ticket

    async def _taken(self, given: str, secret: str, kiosk: str, by: Cause) -> Ticket:
        for _ in range(2):  # of two at once the second finds the first
            pairing = await self._offered(given)
            if pairing["way"] is Way.TO_PHONE:
                raise PairingForPhone
            ticket = Ticket(pairing["_id"], secret)
            if (state := state_at(pairing, by.at)) is not State.ASKED:
                return still_its(pairing, state, ticket, kiosk)
            with suppress(ChangedMeanwhile):
                screen = {"kiosk": kiosk, "browser": ticket.digest, "digits": _new_digits()}
                await self._step(TAKE, pairing, by, screen)
                return ticket
        raise PairingTaken

    async def join(self, ticket: Ticket, kiosk: str, until: datetime, by: Cause) -> tuple[Pairing, bool]:
        """The screen signs in, with a session `until` a moment; whether it was this call that did it. The
        same browser may do it again in the minute in which it may.

        Raises:
            NotFound: `pairing_not_found`.
            Forbidden: `pairing_elsewhere`.
            Conflict: `pairing_not_agreed`, `pairing_used`, `pairing_expired`, `pairing_refused`.
        """
        for _ in range(2):  # of two at once the second finds the first
            pairing = await self.of_screen(ticket, kiosk)
            state = state_at(pairing, by.at)
            if joins_again(pairing, by.at):
                return pairing, False
            if state in (State.ASKED, State.SCANNED):
                raise PairingNotAgreed
            if state is not State.AGREED:
                raise OVER[state]
            with suppress(ChangedMeanwhile):
                kept = {"joined_at": by.at, "expires_at": until, "purge_at": until + KEPT}
                return await self._step(JOIN, pairing, by, kept), True
        raise PairingUsed

    # Its end

    async def end(self, key: str, expects: Document, by: Cause) -> None:
        """Either side ends it, whatever its state; doing it again changes nothing. `expects` says whose it
        is."""
        pairing = await self._first({"_id": key, **expects})
        if pairing:
            with suppress(ChangedMeanwhile):
                await self._step(END, pairing, by)

    async def cancel(self, ticket: Ticket, by: Cause) -> None:
        """The screen that asked gives up, or goes over to another code; also where it has been signed in and
        did not hear of that."""
        await self.end(ticket.key, {"browser": ticket.digest}, by)

    async def is_joined(self, key: str) -> bool:
        found = await self.documents.find_one({"_id": key, "state": State.JOINED.value}, {"_id": 1})
        return found is not None

    async def those(self, keys: list[str]) -> list[Pairing]:
        return await self._each(self.documents.find({"_id": {"$in": keys}}, {"events": 0}))

    async def last(self, key: str, until: datetime) -> None:
        """The session of a pairing lasts until another moment."""
        sets = {"expires_at": until, "purge_at": until + KEPT}
        await self.documents.update_one({"_id": key, "state": State.JOINED.value}, {"$set": sets})

    # Inside

    def _new(self, key: str, kind: Kind, way: Way, page: str, by: Cause) -> Document:
        return {
            "_id": key,
            "kind": kind.value,
            "way": way.value,
            "code": self._index(self.code_of(key)),
            "kiosk": "",
            "browser": "",
            "account": "",
            "digits": "",
            "page": page,
            "state": State.ASKED.value,
            "asked_at": by.at,
            "expires_at": by.at + TO_SCAN,
            "purge_at": by.at + KEPT,
        }

    async def _offered(self, given: str) -> Pairing:
        code = given.strip().rpartition("/")[2].upper()
        if CODE.fullmatch(code):
            return await self.by_code(code)
        short = typed.digits(given)
        if not re.fullmatch(f"[0-9]{{{SHORT}}}", short):
            raise ShortMalformed
        latest = self.documents.find({"short": self._index(short)}).sort("asked_at", DESCENDING).limit(1)
        if not (found := await self._each(latest)):
            raise PairingNotFound
        return found[0]

    async def _give_back(self, short: str, now: datetime) -> None:
        """Six digits are free again once the time of their offer is over."""
        over = {**HOLDS_DIGITS, "short": short, "expires_at": {"$lte": now}}
        await self.documents.update_one(over, {"$unset": {"short": ""}})

    async def _step(self, step: Step, pairing: Pairing, by: Cause, sets: Document | None = None) -> Pairing:
        """From a pairing as it was read, whose time was looked at then: it changes with the state alone.

        Raises:
            Conflict: `changed_meanwhile`.
        """
        lasts = {"expires_at": by.at + step.lasts} if step.lasts else {}
        told = _told(pairing["kind"], (sets or {}).get("kiosk", pairing["kiosk"]))
        return await self.change(
            pairing["_id"],
            expects={"state": {"$in": [state.value for state in step.of]}},
            sets={"state": step.to.value, **lasts, **(sets or {})},
            event=Event(step.event, pairing["_id"], by, told),
            otherwise=ChangedMeanwhile,
        )

    def _index(self, code: str) -> str:
        return self.privacy.index(code, "pairing")


def _told(kind: Kind, kiosk: str) -> Document:
    return {"kind": kind.value, "kiosk": kiosk}


def _new_digits() -> str:
    return str(secrets.randbelow(9 * 10 ** (DIGITS - 1)) + 10 ** (DIGITS - 1))
