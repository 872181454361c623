"""Conversations that are under way: one short-lived document a user, with a version.

`{_id: <openid>, version, state, message, said, expires_at}`. `message` is what was answered last, by its
digest, and `said` the answer, sealed: they are written with the state, so that a message that comes again,
after a death too, finds its own answer. Beside them stands `{question, asked_until}`: what the account asked
outside the conversation (why a review is bad), and waits for an answer to.
"""

from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple

from pymongo import IndexModel, UpdateOne
from pymongo.errors import DuplicateKeyError

from models.privacy import Privacy
from models.store import Database, Document, Store
from models.together import Writes

KEPT = timedelta(days=1)
"""As long as a silence may be."""
QUESTION_KEPT = timedelta(minutes=30)


class Kept(NamedTuple):
    """A conversation as it was kept; of none, `version` is 0 and there is no `state`."""

    version: int
    state: Document | None
    message: str
    said: str
    question: Document | None = None
    """What was asked last beside it, and has no answer yet."""


class Dialogues(Store):
    collection = "dialogues"
    indexes: ClassVar = [IndexModel("expires_at", expireAfterSeconds=0)]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy
        self.writes = Writes(self.documents)

    async def find(self, openid: str, now: datetime) -> Kept:
        """How the conversation with a user stands; one that is over its time has no state."""
        return self.standing(openid, await self.by_id.ask(openid), now)

    def standing(self, openid: str, found: Document | None, now: datetime) -> Kept:
        """The same, where the document has been `found` already, or there is none."""
        if found is None:
            return Kept(0, None, "", "")
        question = found.get("question") if found.get("asked_until", now) > now else None
        if found["expires_at"] <= now or "state" not in found:
            return Kept(found["version"], None, "", "", question)
        said = self.privacy.opened(found["said"], _context(openid)) or ""
        return Kept(found["version"], found["state"], found["message"], said, question)

    async def keep(
        self, openid: str, before: Kept, state: Document, message: str, said: str, now: datetime
    ) -> bool:
        """Write what a message made of the conversation, in one step; False where another message was first,
        and nothing is written. `message` is the digest of the message."""
        kept = {
            "state": state,
            "message": message,
            "said": self.privacy.sealed(said, _context(openid)),
            "expires_at": now + KEPT,
            "version": before.version + 1,
        }
        # no such version: the upsert inserts, which the id forbids if there is another one
        guarded = UpdateOne({"_id": openid, "version": before.version}, {"$set": kept}, upsert=True)
        try:
            await self.writes.ask(guarded)
        except DuplicateKeyError:
            return False
        return True

    async def ask(self, openid: str, question: Document, now: datetime) -> None:
        """The next message of this user answers `question`."""
        until = now + QUESTION_KEPT
        await self.documents.update_one(
            {"_id": openid},
            {
                "$set": {"question": question, "asked_until": until},
                "$max": {"expires_at": until},
                "$setOnInsert": {"version": 0},
            },
            upsert=True,
        )

    async def answered(self, openid: str) -> None:
        """Nothing is asked any more."""
        await self.documents.update_one({"_id": openid}, {"$unset": {"question": 1, "asked_until": 1}})


def _context(openid: str) -> str:
    return f"dialogue:{openid}:said"
