"""Chat messages that have come in: answered once, and a repeated one gets the same words again.

`inbox` holds three kinds of short-lived documents, told apart by the beginning of their `_id`:
`message:…` `{leased_until, reply}`, `nonce:…` `{message}`, and `choices:<openid>` `{choices}`: what the
numbers of the last list in a conversation stand for.
"""

import asyncio
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from models.store import Document, Store

KEPT = timedelta(days=1)
CHOICES_KEPT = timedelta(minutes=30)
LEASE = timedelta(seconds=5)
"""The platform's own patience: after it nobody is still answering."""
PAUSE = 0.1
"""Seconds between two looks for the answer that another process is making."""


class Inbox(Store):
    collection = "inbox"
    indexes: ClassVar = [IndexModel("expires_at", expireAfterSeconds=0)]

    async def fresh(self, nonce: str, message: str, now: datetime) -> bool:
        """False if this nonce came before with another message.

        The platform may repeat a request as it was; that is no attack, and gets the same reply.
        """
        key = f"nonce:{_digest(nonce)}"
        try:
            await self.documents.insert_one(
                {"_id": key, "message": _digest(message), "expires_at": now + KEPT}
            )
        except DuplicateKeyError:
            kept = await self.documents.find_one({"_id": key})
            return kept is None or kept["message"] == _digest(message)
        return True

    async def begin(self, message: str, now: datetime) -> Document | None:
        """None if the message is ours to answer; else `{reply}`, what was answered before.

        Waits while somebody else is answering it, and takes over from one who died doing so.
        """
        key = f"message:{_digest(message)}"
        try:
            await self.documents.insert_one(
                {"_id": key, "leased_until": now + LEASE, "expires_at": now + KEPT}
            )
        except DuplicateKeyError:
            pass
        else:
            return None
        for pauses in range(round(LEASE.total_seconds() / PAUSE) + 1):
            kept: Document | None = await self.documents.find_one({"_id": key})
            if kept and "reply" in kept:
                return kept
            at = now + timedelta(seconds=pauses * PAUSE)
            taken = await self.documents.update_one(
                {"_id": key, "reply": {"$exists": False}, "leased_until": {"$lte": at}},
                {"$set": {"leased_until": at + LEASE, "expires_at": now + KEPT}},
            )
            if taken.matched_count:
                return None
            await asyncio.sleep(PAUSE)
        return {"reply": None}

    async def finish(self, message: str, reply: str | None) -> None:
        """Keep what was answered; None stands for no words."""
        await self.documents.update_one({"_id": f"message:{_digest(message)}"}, {"$set": {"reply": reply}})

    async def offer(self, openid: str, choices: list[str], now: datetime) -> None:
        """The next plain number from this user picks one of `choices`."""
        await self.documents.update_one(
            {"_id": f"choices:{openid}"},
            {"$set": {"choices": choices, "expires_at": now + CHOICES_KEPT}},
            upsert=True,
        )

    async def chosen(self, openid: str, number: int, now: datetime) -> str | None:
        """What `number` (from 1) stood for in the last list, if it is still of use."""
        kept: Document | None = await self.documents.find_one(
            {"_id": f"choices:{openid}", "expires_at": {"$gt": now}}
        )
        if kept is None or not 1 <= number <= len(kept["choices"]):
            return None
        choice: str = kept["choices"][number - 1]
        return choice


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
