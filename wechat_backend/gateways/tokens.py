"""WeChat access tokens: one for all processes, sealed in MongoDB.

`tokens` holds `{_id: appid, sealed, expires_at, forced_at, failed, lease, leased_until}`. A process that
finds no usable token takes the lease (`models.leases`) and fetches one, while the others wait for it to
appear. Where the platform gives none, `failed` says why, and it is not asked again for a moment. The lease is
in the token's own document, so that a process that comes too late with an older token cannot put it there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from models.leases import given_back, held_by, new_holder, take
from models.privacy import Privacy
from models.store import Database, Document
from wechat_backend.gateways.base import Clock, GatewayError, Remedy

LEASE = timedelta(seconds=20)
MARGIN = 300
"""Seconds before its end at which a token is no longer used; WeChat has a new one by then."""
AFTER_FAILURE = timedelta(seconds=5)
"""How long the platform is left alone that gave no token."""
FORCE_APART = timedelta(minutes=75)
"""WeChat allows 20 forced refreshes a day."""
ROUNDS, PAUSE = 80, 0.1
"""How often, and how many seconds apart, to look for the token that another process is fetching."""

NO_ANSWER = {"code": "no_answer", "remedy": Remedy.RETRY.value}

Fetch = Callable[[bool], Awaitable[tuple[str, int]]]
"""Asks the platform for a token, by force or not; the token and its life in seconds."""


class Tokens:
    def __init__(self, database: Database, privacy: Privacy, clock: Clock) -> None:
        self.documents = database["tokens"]
        self.privacy, self.clock = privacy, clock

    async def get(self, appid: str, fetch: Fetch, failed: str | None = None) -> str:
        """A usable token that is not the one that `failed`.

        Raises:
            GatewayError: from `fetch`; `token_busy` or `token_refused`.
        """
        for _ in range(ROUNDS):
            now = self.clock()
            kept: Document | None = await self.documents.find_one({"_id": appid})
            token = self._usable(appid, kept, now)
            if token and token != failed:
                return token
            if lease := await self._lease(appid, kept, now):
                return await self._refresh(lease, failed, fetch)
            if kept and kept.get("failed"):
                raise GatewayError("wechat", kept["failed"]["code"], Remedy(kept["failed"]["remedy"]))
            await asyncio.sleep(PAUSE)
        raise GatewayError("wechat", "token_busy", Remedy.RETRY)

    def _usable(self, appid: str, kept: Document | None, now: datetime) -> str | None:
        if kept is None or kept.get("sealed") is None or kept["expires_at"] <= now:
            return None
        return self.privacy.open(kept["sealed"], f"token:{appid}")

    async def _lease(self, appid: str, kept: Document | None, now: datetime) -> Document | None:
        """Take the lease, if it is free and the token is still the one that was read."""
        same = {"_id": appid, "sealed": kept.get("sealed") if kept else None}
        return await take(self.documents, same, new_holder(), now, now + LEASE)

    async def _refresh(self, lease: Document, failed: str | None, fetch: Fetch) -> str:
        appid, now = lease["_id"], self.clock()
        sets: Document = {**given_back(now + AFTER_FAILURE), "failed": NO_ANSWER}
        try:
            token, seconds = await fetch(False)
            if token == failed:
                self._check_force(lease, now)
                sets["forced_at"] = now
                token, seconds = await fetch(True)
            sets |= {
                **given_back(),
                "sealed": self.privacy.seal(token, f"token:{appid}"),
                "expires_at": now + timedelta(seconds=seconds - min(MARGIN, seconds // 2)),
                "failed": None,
            }
        except GatewayError as error:
            sets["failed"] = {"code": error.code, "remedy": error.remedy.value}
            raise
        finally:
            await self.documents.update_one({"_id": appid, **held_by(lease["lease"])}, {"$set": sets})
        return token

    @staticmethod
    def _check_force(kept: Document, now: datetime) -> None:
        forced_at = kept.get("forced_at")
        if forced_at and now - forced_at < FORCE_APART:
            raise GatewayError("wechat", "token_refused", Remedy.WAIT)
