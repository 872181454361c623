"""Asking the carrier what became of the short messages whose arrival is proof that a paper was delivered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, ReturnDocument

from models.events import Cause
from models.outgoing.deliveries import FIRST_ASK, LEASE, Deliveries, Delivery
from models.store import Document

LONGEST_ASK = timedelta(hours=6)
LAST_ASK = timedelta(hours=72)
"""A carrier that has said nothing by then says nothing more."""
NO_REPORT = "no_report"


def ask_after(asked: int) -> timedelta:
    """How long to wait after the carrier was asked so often: a minute, doubling up to six hours."""
    return min(LONGEST_ASK, FIRST_ASK * (1 << min(asked, 16)))


@dataclass(frozen=True)
class Arrivals:
    """`ask_at` of a delivery is the end of the lease of who asks, and the moment of the next question."""

    deliveries: Deliveries

    async def claim(self, now: datetime) -> Delivery | None:
        """The short message about which the carrier is to be asked next, for LEASE."""
        claimed: Document | None = await self.deliveries.documents.find_one_and_update(
            {"ask_at": {"$lte": now}},
            {"$set": {"ask_at": now + LEASE}, "$inc": {"asked": 1}},
            sort=[("ask_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return None if claimed is None else self.deliveries.shaped(claimed)

    async def next_at(self) -> datetime | None:
        """When the carrier is to be asked next."""
        found: Document | None = await self.deliveries.documents.find_one(
            {"ask_at": {"$exists": True}}, {"ask_at": 1}, sort=[("ask_at", ASCENDING)]
        )
        return found["ask_at"] if found else None

    async def told(self, delivery: Delivery, code: str, reached_at: datetime | None, by: Cause) -> None:
        """The carrier says what became of it, for good; telling it again changes nothing."""
        await self.deliveries.keep_report(delivery, code, reached_at, by)

    async def not_told(self, delivery: Delivery, by: Cause) -> None:
        """The carrier does not know yet: it is asked again later, until LAST_ASK has passed."""
        if by.at - delivery.get("settled_at", delivery["created_at"]) >= LAST_ASK:
            return await self.told(delivery, NO_REPORT, None, by)
        again = by.at + ask_after(delivery.get("asked", 1))
        await self.deliveries.documents.update_one(
            {"_id": delivery["_id"], "ask_at": {"$exists": True}}, {"$set": {"ask_at": again}}
        )
        return None
