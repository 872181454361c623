"""Incoming chat messages: each is answered once, and a repeated one gets the same answer.

`inbox` holds four kinds of short-lived documents, told apart by the beginning of their `_id`:
`message:…` `{nonce, lease, leased_until, reply}` (the reply is sealed), `nonce:…` `{nonce}` (of a request
without a message), `choices:<openid>` `{choices}`: what the numbers of the last list in a conversation
stand for, and `question:<openid>` `{question}`: what the account asked last, and waits for an answer to.
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, TypedDict

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from models.errors import Forbidden
from models.leases import free, given_back, held_by, taken
from models.privacy import Privacy
from models.store import Database, Document, Store


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


class Inbox(Store):
    collection = "inbox"
    indexes: ClassVar = [
        IndexModel("expires_at", expireAfterSeconds=0),
        IndexModel("nonce", unique=True, sparse=True),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy

    async def spend(self, nonce: str, now: datetime) -> None:
        """Note the nonce of a request without a message; a message that comes with it later is refused."""
        spent = digest(nonce)
        with suppress(DuplicateKeyError):
            await self.documents.insert_one(
                {"_id": f"nonce:{spent}", "nonce": spent, "expires_at": now + KEPT}
            )

    async def begin(self, message: str, nonce: str, now: datetime, holder: str) -> Answered | None:
        """None if `holder` is to answer the message; else what was answered before.

        Waits while another holder answers it, and takes over from one that died. The platform may repeat a
        request as it was; that is no attack, and gets the same reply.

        Raises:
            Forbidden: `nonce_repeated`, the nonce came before with something else.
            StillAnswering
        """
        key, spent = f"message:{digest(message)}", digest(nonce)
        new = {"_id": key, "nonce": spent, **taken(holder, now + LEASE), "expires_at": now + KEPT}
        try:
            await self.documents.insert_one(new)
        except DuplicateKeyError:
            known = await self.documents.find_one({"nonce": spent}, {"_id": 1})
            if known and known["_id"] != key:
                raise NonceRepeated from None
            return await self._answered(key, now, holder)
        return None

    async def _answered(self, key: str, now: datetime, holder: str) -> Answered | None:
        for round_ in range(round(LEASE.total_seconds() / PAUSE) + 1):
            kept: Document | None = await self.documents.find_one({"_id": key})
            if kept and "reply" in kept:
                return {"reply": self.privacy.opened(kept["reply"], key)}
            moment = now + timedelta(seconds=PAUSE) * round_
            done = await self.documents.update_one(
                {"_id": key, "reply": {"$exists": False}, **free(moment)},
                {"$set": taken(holder, moment + LEASE)},
            )
            if done.matched_count:
                return None
            await asyncio.sleep(PAUSE)
        raise StillAnswering

    async def finish(self, message: str, reply: str | None, holder: str) -> None:
        """Keep what `holder` answered, unless another one took over; None stands for no words."""
        key = f"message:{digest(message)}"
        await self.documents.update_one(
            {"_id": key, **held_by(holder)},
            {"$set": {"reply": self.privacy.sealed(reply, key), **given_back()}},
        )

    async def offer(self, openid: str, choices: list[str], now: datetime) -> None:
        """The next plain number from this user picks one of `choices`."""
        await self.documents.update_one(
            {"_id": f"choices:{openid}"},
            {"$set": {"choices": choices, "expires_at": now + CHOICES_KEPT}},
            upsert=True,
        )

    async def chosen(
        self, openid: str, number: int, now: datetime, since: datetime | None = None
    ) -> str | None:
        """What `number` (from 1) stood for in the last list, if it is still of use; `since` a moment, if the
        list came after it."""
        end = max(now, since + CHOICES_KEPT) if since else now
        kept: Document | None = await self.documents.find_one(
            {"_id": f"choices:{openid}", "expires_at": {"$gt": end}}
        )
        if kept is None or not 1 <= number <= len(kept["choices"]):
            return None
        choice: str = kept["choices"][number - 1]
        return choice

    async def ask(self, openid: str, question: Document, now: datetime) -> None:
        """The next message of this user answers `question`."""
        await self.documents.update_one(
            {"_id": f"question:{openid}"},
            {"$set": {"question": question, "expires_at": now + CHOICES_KEPT}},
            upsert=True,
        )

    async def asked(self, openid: str, now: datetime) -> Document | None:
        """What was asked last, if it is still of use."""
        kept: Document | None = await self.documents.find_one(
            {"_id": f"question:{openid}", "expires_at": {"$gt": now}}
        )
        question: Document | None = kept["question"] if kept else None
        return question

    async def answered(self, openid: str) -> None:
        """Nothing is asked any more."""
        await self.documents.delete_one({"_id": f"question:{openid}"})


def digest(text: str) -> str:
    """What stands for a message or nonce, which itself is kept nowhere."""
    return sha256(text.encode()).hexdigest()
