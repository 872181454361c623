"""What came of comparing with 好差评 what it holds: of each day, when it was compared last."""

from datetime import datetime
from typing import ClassVar, TypedDict

from pymongo import ASCENDING, IndexModel

from models.staff import Member, Scope, check_district
from models.store import Store

MOST_NAMED = 100
"""Of one day's records that are not known here, so many are kept by name."""
DAYS = 10
"""With such records, that the page of deliveries shows."""


class Compared(TypedDict):
    """`_id` is the day, `2026-11-26`. Of its records: how many are `there` and `here`; of those here how many
    are `missing` there, say something `different`, or are `on_their_way`; and how many are `unknown` here,
    the first of them by `names`, their `projectNo:assessNumber`."""

    _id: str
    at: datetime
    there: int
    here: int
    missing: int
    different: int
    on_their_way: int
    unknown: int
    names: list[str]


class Reconciled(Store[Compared]):
    """Facts about another system: nothing here changes by them, so that no event tells of them."""

    collection = "reconciled"
    indexes: ClassVar = [
        IndexModel([("unknown", ASCENDING)], name="unknown", partialFilterExpression={"unknown": {"$gt": 0}}),
        IndexModel([("at", ASCENDING)], name="at"),
    ]

    async def keep(self, compared: Compared) -> None:
        """In place of what came of the day before."""
        kept = {**compared, "names": compared["names"][:MOST_NAMED]}
        await self.documents.replace_one({"_id": compared["_id"]}, kept, upsert=True)

    async def seen(self, member: Member) -> tuple[Compared | None, list[Compared]]:
        """The comparison that was made last, and the latest days with records that are not known here.

        Raises:
            Forbidden: `scope_missing`.
        """
        check_district(member, Scope.DELIVERIES_READ)
        latest = await self._each(self.documents.find({}).sort("at", -1).limit(1))
        strange = self.documents.find({"unknown": {"$gt": 0}}).sort("_id", -1).limit(DAYS)
        return next(iter(latest), None), await self._each(strange)

    async def unknown(self) -> int:
        """How many records of 好差评 are not known here, of all days that were compared."""
        found = await self._each(self.documents.find({"unknown": {"$gt": 0}}, {"unknown": 1}))
        return sum(day["unknown"] for day in found)
