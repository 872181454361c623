"""What an application under way holds, and the halls of members of staff.

An application that was handed in and is not over holds its applicant's place for the item, in `under_way`;
the old documents held nothing, so that there may be several: the first that was handed in gets it. A member
whose list of halls was null or missing recorded for every hall, and now lists those that there are, if a role
of theirs records appointments. A `department` of null meant all to an approver and means none from now on: no
list of departments takes its place, since each decides its own items alone.
"""

from collections.abc import AsyncIterator

from pymongo import ASCENDING, UpdateOne

from models.store import Document
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations import steps
from wechat_backend.database.migrations.steps import Migration

UNDER_WAY = ["generated", "submitted", "supplement_requested", "accepted", "paused"]
RECORDING = {"window", "service_centre", "township"}
HELD = {"$concat": ["$applicant", ":", "$item"]}


class FirstUnderWay:
    """The first application of each applicant and item that nobody holds yet gets `under_way`."""

    async def count(self, database: Database) -> int:
        found = await database["applications"].aggregate([*self._firsts(), {"$count": "all"}])
        return sum([one["all"] async for one in found])

    async def batches(self, database: Database) -> AsyncIterator[int]:
        applications = database["applications"]
        while True:
            found = await applications.aggregate([*self._firsts(), {"$limit": steps.BATCH}])
            if not (firsts := [one async for one in found]):
                return
            written = await applications.bulk_write([self._write(one) for one in firsts], ordered=False)
            yield written.modified_count

    def _firsts(self) -> list[Document]:
        return [
            {"$match": {"state": {"$in": UNDER_WAY}}},
            {"$sort": {"submitted_at": ASCENDING, "_id": ASCENDING}},
            {"$group": {"_id": HELD, "first": {"$first": "$_id"}, "held": {"$max": "$under_way"}}},
            {"$match": {"held": None}},
            {"$sort": {"_id": ASCENDING}},
        ]

    def _write(self, one: Document) -> UpdateOne:
        still = {"_id": one["first"], "state": {"$in": UNDER_WAY}}
        return UpdateOne(still, {"$set": {"under_way": one["_id"]}})


class ListedHalls:
    """Members without a list of halls get one."""

    old = {"halls": None}

    async def count(self, database: Database) -> int:
        found: int = await database["staff"].count_documents(self.old)
        return found

    async def batches(self, database: Database) -> AsyncIterator[int]:
        halls = [
            one["_id"] async for one in database["halls"].find({"windows": {"$ne": None}}).sort("_id", 1)
        ]
        while found := await database["staff"].find(self.old).sort("_id", 1).limit(steps.BATCH).to_list():
            written = await database["staff"].bulk_write(
                [self._write(one, halls) for one in found], ordered=False
            )
            yield written.modified_count

    def _write(self, member: Document, halls: list[str]) -> UpdateOne:
        own = halls if RECORDING & set(member["roles"]) else []
        return UpdateOne({"_id": member["_id"], **self.old}, {"$set": {"halls": own}})


MIGRATION = Migration(6, "applications under way and members' halls", [FirstUnderWay(), ListedHalls()])
