"""What staff find an application by, and whose it is to handle.

One that was handed in could be looked for by its serial number alone. It gets `found_by`, keyed hashes of the
name, number and phone of its applicant and of who acted, as they are bound now; and `assigned`, "", since it
was nobody's. The indexes of the lists lacked the fields that staff choose by.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from pymongo import ASCENDING, UpdateOne

from models.privacy import Privacy
from models.store import Document
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.steps import BATCH, DropIndex, Migration

OLD: Document = {"state": {"$nin": ["draft", "discarded"]}, "found_by": {"$exists": False}}
FIELDS = ("name", "number", "phone")
INDEXES: tuple[Mapping[str, int], ...] = (
    {"state": 1, "due_at": 1, "_id": 1},
    {"department": 1, "state": 1, "due_at": 1, "_id": 1},
    {"state": 1, "changed_at": -1, "_id": -1},
    {"department": 1, "state": 1, "changed_at": -1, "_id": -1},
)


@dataclass(frozen=True)
class FoundBy:
    """Hashes with the keys, which `with_keys` gives it."""

    privacy: Privacy | None = None

    def with_keys(self, privacy: Privacy | None) -> "FoundBy":
        """
        Raises:
            ValueError: there are none.
        """
        if privacy is None:
            raise ValueError("hashing names takes keys")
        return FoundBy(privacy)

    async def count(self, database: Database) -> int:
        found: int = await database["applications"].count_documents(OLD)
        return found

    async def batches(self, database: Database) -> AsyncIterator[int]:
        applications = database["applications"]
        while found := await applications.find(OLD).sort("_id", ASCENDING).limit(BATCH).to_list():
            whose = sorted({one[who] for one in found for who in ("applicant", "agent")})
            parties = await database["applicants"].find({"_id": {"$in": whose}}).to_list()
            keys = {party["_id"]: self._keys(party) for party in parties}
            written = await applications.bulk_write([_write(one, keys) for one in found], ordered=False)
            yield written.modified_count

    def _keys(self, party: Document) -> list[str]:
        assert self.privacy
        keys = []
        for field in FIELDS:
            if sealed := party.get(field):
                text = self.privacy.open(sealed, f"applicant:{party['_id']}:{field}")
                keys.append(self.privacy.index(_normal(field, text), f"application_{field}"))
        return keys


def _normal(field: str, text: str) -> str:
    """Bindings keep each in a normal form already; names are compared without regard to upper and lower
    case, numbers without what parts their groups."""
    match field:
        case "name":
            return text.casefold()
        case "number":
            return re.sub(r"[\W_]", "", text)
        case _:
            return text


def _write(application: Document, keys: Mapping[str, list[str]]) -> UpdateOne:
    both = (keys.get(application[who], []) for who in ("applicant", "agent"))
    sets = {"found_by": list(dict.fromkeys(key for each in both for key in each)), "assigned": ""}
    return UpdateOne({"_id": application["_id"], **OLD}, {"$set": sets})


def _name(keys: Mapping[str, int]) -> str:
    return "_".join(f"{field}_{direction}" for field, direction in keys.items())


MIGRATION = Migration(
    10,
    "what staff find an application by, and whose it is",
    [FoundBy(), *(DropIndex("applications", _name(keys), {"key": keys}) for keys in INDEXES)],
)
