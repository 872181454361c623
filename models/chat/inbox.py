"""Incoming chat messages: each is answered once, and a repeated one gets the same answer.

`inbox` holds two kinds of short-lived documents, told apart by the beginning of their `_id`:
`message:…` `{nonce, reply}`, the reply sealed, with `{chooser, choices, at}` where it lists what the next
plain number of its reader stands for, and `{lease, leased_until}` where it was claimed before its answer;
and `nonce:…` `{nonce}` (of a request without a message).
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, NamedTuple, TypedDict

from pymongo import DESCENDING, IndexModel, InsertOne, UpdateOne
from pymongo.errors import DuplicateKeyError

from models.errors import Forbidden
from models.leases import free, given_back, held_by, taken
from models.privacy import Privacy
from models.store import Database, Document, Store
from models.together import Writes


class NonceRepeated(Forbidden):
    code = "nonce_repeated"
    message = "请求重复"


KEPT = timedelta(days=1)
CHOICES_KEPT = timedelta(minutes=30)
LEASE = timedelta(seconds=5)
"""As long as the platform waits for an answer; no process works on one for longer."""
PAUSE = 0.1
"""Seconds between two looks for the answer that another process is making."""


class StillAnswering(Exception):
    """Another process is still working on the message; the caller is to try again."""


class Answered(TypedDict):
    """A message that was answered; None stands for no words."""

    reply: str | None


class Listed(NamedTuple):
    """What the next plain number of a user stands for, by the list in an answer of a moment."""

    openid: str
    choices: Sequence[str]
    at: datetime


class Inbox(Store):
    collection = "inbox"
    indexes: ClassVar = [
        IndexModel("expires_at", expireAfterSeconds=0),
        IndexModel("nonce", unique=True, sparse=True),
        IndexModel([("chooser", 1), ("at", 1)], sparse=True),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy
        self.claims, self.updates = Writes(self.documents, is_claim=True), Writes(self.documents)

    async def spend(self, nonce: str, now: datetime) -> None:
        """Note the nonce of a request without a message; a message that comes with it later is refused."""
        spent = digest(nonce)
        with suppress(DuplicateKeyError):
            await self.documents.insert_one(
                {"_id": f"nonce:{spent}", "nonce": spent, "expires_at": now + KEPT}
            )

    async def before(self, message: str, nonce: str) -> Answered | None:
        """What a message was answered, if it was.

        Raises:
            Forbidden: `nonce_repeated`, the nonce came before with something else.
        """
        key = key_of(message)
        kept = await self.by_id.ask(key)
        if kept is None or "reply" not in kept:
            return None
        if kept["nonce"] != digest(nonce):
            await self._check(nonce, key)
        return self._answer(kept)

    async def claim(self, message: str, nonce: str, now: datetime, holder: str) -> bool:
        """Whether `holder` is the first to answer a message, and nobody else now; False where the message or
        its nonce came before."""
        return await self._insert(message, nonce, now, taken(holder, now + LEASE))

    async def keep(
        self, message: str, nonce: str, reply: str | None, now: datetime, listed: Listed | None = None
    ) -> bool:
        """Claim a message and keep what it is answered, in one write: for an answer that has changed nothing.
        False where the message or its nonce came before; nothing is kept then."""
        return await self._insert(message, nonce, now, self._replied(key_of(message), reply, listed))

    async def begin(self, message: str, nonce: str, now: datetime, holder: str) -> Answered | None:
        """None if `holder` is to answer the message; else what was answered before.

        Waits while another holder answers it, and takes over from one that died. The platform may repeat a
        request as it was; that is no attack, and gets the same reply.

        Raises:
            Forbidden: `nonce_repeated`, the nonce came before with something else.
            StillAnswering
        """
        if await self.claim(message, nonce, now, holder):
            return None
        key = key_of(message)
        await self._check(nonce, key)
        return await self._answered(key, now, holder)

    async def _insert(self, message: str, nonce: str, now: datetime, more: Document) -> bool:
        new = {"_id": key_of(message), "nonce": digest(nonce), **more, "expires_at": now + KEPT}
        try:
            await self.claims.ask(InsertOne(new))
        except DuplicateKeyError:
            return False
        return True

    async def _check(self, nonce: str, key: str) -> None:
        known = await self.documents.find_one({"nonce": digest(nonce)}, {"_id": 1})
        if known and known["_id"] != key:
            raise NonceRepeated

    async def _answered(self, key: str, now: datetime, holder: str) -> Answered | None:
        for round_ in range(round(LEASE.total_seconds() / PAUSE) + 1):
            kept: Document | None = await self.documents.find_one({"_id": key})
            if kept and "reply" in kept:
                return self._answer(kept)
            moment = now + timedelta(seconds=PAUSE) * round_
            done = await self.documents.update_one(
                {"_id": key, "reply": {"$exists": False}, **free(moment)},
                {"$set": taken(holder, moment + LEASE)},
            )
            if done.matched_count:
                return None
            await asyncio.sleep(PAUSE)
        raise StillAnswering

    async def finish(
        self, message: str, reply: str | None, holder: str, listed: Listed | None = None
    ) -> None:
        """Keep what `holder` answered, unless another one took over; None stands for no words."""
        key = key_of(message)
        kept = {**self._replied(key, reply, listed), **given_back()}
        await self.updates.ask(UpdateOne({"_id": key, **held_by(holder)}, {"$set": kept}))

    def _replied(self, key: str, reply: str | None, listed: Listed | None) -> Document:
        kept: Document = {"reply": self.privacy.sealed(reply, key)}
        if listed is not None:
            chooser = self._chooser(listed.openid)
            kept |= {"chooser": chooser, "choices": list(listed.choices), "at": listed.at}
        return kept

    def _answer(self, kept: Document) -> Answered:
        return {"reply": self.privacy.opened(kept["reply"], kept["_id"])}

    def _chooser(self, openid: str) -> str:
        return self.privacy.index(openid, "chooser")

    async def chosen(
        self, openid: str, number: int, now: datetime, since: datetime | None = None
    ) -> str | None:
        """What `number` (from 1) stood for in the last list, if it is still of use; `since` a moment, if the
        list came after it. Of lists of one moment the last is that which was kept last."""
        start = max(now - CHOICES_KEPT, since) if since else now - CHOICES_KEPT
        kept: Document | None = await self.documents.find_one(
            {"chooser": self._chooser(openid), "at": {"$gt": start}}, sort=[("at", DESCENDING)]
        )
        if kept is None or not 1 <= number <= len(kept["choices"]):
            return None
        choice: str = kept["choices"][number - 1]
        return choice


def key_of(message: str) -> str:
    """The id of a message's document."""
    return f"message:{digest(message)}"


def digest(text: str) -> str:
    """What stands for a message or nonce, which itself is kept nowhere."""
    return sha256(text.encode()).hexdigest()
