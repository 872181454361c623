"""What a member's session proves, tries at a password by the place they come from, channels that are down.

A session of a member had no `proof`; it gets that of the member's present password, with which it was
opened, and goes where there is no such member. Tries were counted by user name alone, for a quarter of an
hour, and closures stayed behind when they were over: both are forgotten. A channel that is down is noted
again as soon as it is tried.
"""

from collections.abc import AsyncIterator
from hashlib import sha256

from pymongo import ASCENDING, DeleteOne, UpdateOne

from models.store import Document
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.steps import BATCH, Migration, Remove

UNPROVEN: Document = {"subject": {"$regex": "^staff:"}, "proof": {"$exists": False}}


class Proofs:
    """A proof for each session of a member."""

    async def count(self, database: Database) -> int:
        found: int = await database["sessions"].count_documents(UNPROVEN)
        return found

    async def batches(self, database: Database) -> AsyncIterator[int]:
        sessions = database["sessions"]
        while found := await sessions.find(UNPROVEN).sort("_id", ASCENDING).limit(BATCH).to_list():
            proofs = await self._proofs(database, {one["subject"] for one in found})
            written = await sessions.bulk_write([_write(one, proofs) for one in found], ordered=False)
            yield written.modified_count + written.deleted_count

    async def _proofs(self, database: Database, subjects: set[str]) -> dict[str, str]:
        names = [subject.removeprefix("staff:") for subject in sorted(subjects)]
        members = await database["staff"].find({"_id": {"$in": names}}).to_list()
        return {f"staff:{one['_id']}": sha256(one["password_hash"].encode()).hexdigest() for one in members}


def _write(session: Document, proofs: dict[str, str]) -> UpdateOne | DeleteOne:
    query = {"_id": session["_id"], **UNPROVEN}
    proof = proofs.get(session["subject"])
    return UpdateOne(query, {"$set": {"proof": proof}}) if proof else DeleteOne(query)


MIGRATION = Migration(
    9,
    "proofs of members' sessions, tries by place, and channels that are down",
    [
        Proofs(),
        Remove("staff_tries", {"again_at": {"$exists": False}}),
        Remove("closures", {"since": {"$exists": False}}),
    ],
)
