"""Who is signed in. The token is known to the browser or the app alone; we keep its hash."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, NotRequired, TypedDict

from pymongo import DESCENDING, IndexModel

from models.errors import NotFound
from models.events import Cause, Channel
from models.store import Database, Document, Store
from models.together import Together, each_their_own


class SessionNotFound(NotFound):
    code = "session_not_found"
    message = "登录已失效，请重新登录"


LIFETIME = {
    Channel.H5: timedelta(hours=12),
    Channel.WEB: timedelta(hours=12),
    Channel.MINIPROGRAM: timedelta(days=7),
    Channel.APP: timedelta(days=7),
    Channel.KIOSK: timedelta(minutes=15),
    Channel.WINDOW: timedelta(hours=10),
}


class Session(TypedDict):
    """`_id` is the SHA-256 of the token, `subject` `account:<id>` or `staff:<user name>`; `proof` is a
    member's, of the password with which it was opened, and `confirmed_at` when they last gave a code;
    `acting_for` is the user name of the absent member for whom they act just now. A session that began by a
    phone names its `pairing`, and the `kiosk` at which alone it counts (models.pairings)."""

    _id: str
    subject: str
    channel: Channel
    expires_at: datetime
    proof: NotRequired[str]
    confirmed_at: NotRequired[datetime]
    acting_for: NotRequired[str]
    kiosk: NotRequired[str]
    pairing: NotRequired[str]


class Sessions(Store[Session]):
    collection = "sessions"
    missing = SessionNotFound
    indexes: ClassVar = [
        IndexModel("expires_at", expireAfterSeconds=0),
        IndexModel("subject"),
        IndexModel("pairing", sparse=True),
    ]

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.with_accounts = WithAccounts(self.documents)

    def shaped(self, document: Document) -> Session:
        return super().shaped({**document, "channel": Channel(document["channel"])})

    async def open(
        self, subject: str, by: Cause, proof: str = "", confirmed_at: datetime | None = None
    ) -> str:
        """Begin a session and return its token (256 bits, URL-safe); `proof` and `confirmed_at` are for a
        member's."""
        token = secrets.token_urlsafe(32)
        more = {"proof": proof, "confirmed_at": confirmed_at}
        await self.documents.insert_one({"_id": _digest(token), **_new(subject, by, more)})
        return token

    async def open_paired(self, token: str, subject: str, pairing: str, kiosk: str, by: Cause) -> None:
        """Begin the session of a screen, `kiosk` "" for a PC, with a token of the caller's. Beginning it
        again changes nothing."""
        new = _new(subject, by, {"pairing": pairing, "kiosk": kiosk})
        await self.documents.update_one({"_id": _digest(token)}, {"$setOnInsert": new}, upsert=True)

    async def find(self, token: str, kind: str, by: Cause) -> Session | None:
        """The live session of this token whose subject is of this kind, if there is one."""
        return await self._first(_live(token, kind, by))

    async def find_with_account(self, token: str, by: Cause) -> tuple[Session, Document | None] | None:
        """The live session of this token that is an account's, if there is one, and in the same round trip
        the account's document, if it is there."""
        found = await self.with_accounts.ask(_digest(token))
        if found is None or found["expires_at"] <= by.at or not found["subject"].startswith("account:"):
            return None
        [account] = found.pop("found") or [None]
        return self.shaped(found), account

    async def of_member(self, subject: str, proof: str, now: datetime) -> list[Session]:
        """The live sessions that a member opened with the password of this proof, the latest first."""
        found = self.documents.find({"subject": subject, "proof": proof, "expires_at": {"$gt": now}})
        return await self._each(found.sort("expires_at", DESCENDING))

    async def paired(self, subject: str, now: datetime) -> list[Session]:
        """The live sessions of a subject that began by a phone."""
        query = {"subject": subject, "pairing": {"$exists": True}, "expires_at": {"$gt": now}}
        return await self._each(self.documents.find(query))

    async def last(self, key: str, until: datetime) -> None:
        """A session lasts until another moment; one that was ended stays so."""
        await self.documents.update_one({"_id": key}, {"$set": {"expires_at": until}})

    async def confirmed(self, session: Session, by: Cause) -> str:
        """The member whose session this is has given a code: it goes on under another token, which is
        returned, so that what another knew of it before is worth nothing.

        Raises:
            SessionNotFound: it was ended meanwhile, and stays so.
        """
        token = secrets.token_urlsafe(32)
        found = await self.documents.find_one_and_delete({"_id": session["_id"]})
        if found is None:
            raise SessionNotFound
        await self.documents.insert_one({**found, "_id": _digest(token), "confirmed_at": by.at})
        return token

    async def act_for(self, key: str, username: str) -> None:
        """From the next request on the member acts for an absent one; with "" as themselves again."""
        change = {"$set": {"acting_for": username}} if username else {"$unset": {"acting_for": ""}}
        await self.documents.update_one({"_id": key}, change)

    async def close(self, token: str) -> None:
        await self.documents.delete_one({"_id": _digest(token)})

    async def end(self, subject: str, key: str) -> None:
        """End one session of a subject, by its id; what is not theirs stays."""
        await self.documents.delete_one({"_id": key, "subject": subject})

    async def end_paired(self, pairing: str, subject: str) -> None:
        """End the session that began by a pairing; what is not the subject's stays."""
        await self.documents.delete_many({"pairing": pairing, "subject": subject})

    async def end_all(self, subject: str) -> None:
        await self.documents.delete_many({"subject": subject})


class WithAccounts(Together[str, Document | None]):
    """Sessions by their ids, each with the account that is its subject: `found`, a list of one or none."""

    async def _round(self, asked: Sequence[str]) -> Sequence[Document | None]:
        query: list[Document] = [
            {"$match": {"_id": {"$in": [*dict.fromkeys(asked)]}}},
            {"$set": {"key": {"$arrayElemAt": [{"$split": ["$subject", ":"]}, 1]}}},
            {"$lookup": {"from": "accounts", "localField": "key", "foreignField": "_id", "as": "found"}},
            {"$unset": "key"},
        ]
        found = await self.documents.aggregate(query, batchSize=self.most + 1)
        return each_their_own({one["_id"]: one async for one in found}, asked)


def opened_at(session: Session) -> datetime:
    return session["expires_at"] - LIFETIME[session["channel"]]


def _new(subject: str, by: Cause, more: Document) -> Document:
    """A session without its id; of `more` what there is."""
    return {
        "subject": subject,
        "channel": by.channel.value,
        "expires_at": by.at + LIFETIME[by.channel],
        **{name: value for name, value in more.items() if value},
    }


def _live(token: str, kind: str, by: Cause) -> Document:
    """The query for the session of a token whose subject is of a kind."""
    return {"_id": _digest(token), "expires_at": {"$gt": by.at}, "subject": {"$regex": f"^{kind}:"}}


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
