"""Guides in MongoDB: every version of each.

A published version is never edited: a change is the next version. `models.guides.publishing` writes them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import ClassVar, NamedTuple

from pymongo import IndexModel

from models.errors import NotFound
from models.guides.catalogue import Entry
from models.guides.guide import Guide, Offer, guide_of
from models.guides.uses import Uses, demand
from models.store import Database, Document, Store
from models.together import Things


class GuideNotFound(NotFound):
    code = "guide_not_found"
    message = "没有找到该事项的办事指南"


KEPT_IN_MEMORY = 400
"""Versions; a parsed guide takes some 30 kB."""
BATCH = 10_000
"""Documents that the server sends at once, up to 16 MB."""
FOUND_BY = dict.fromkeys(
    ("name", "name_en", "keywords", "deliverable", "topics", "audience", "department", "spellings"), 1
)


class GuideState(StrEnum):
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


IN_FORCE: Document = {"state": GuideState.PUBLISHED.value}


@dataclass(frozen=True)
class Version:
    """One version of a guide.

    Its document, by `item@version`, has the guide's fields, and `spellings` to be found by.
    """

    guide: Guide
    state: GuideState


class Offered(NamedTuple):
    """An item by name, and the windows' group that serves it."""

    item: str
    name: str
    name_en: str
    group: str


class Guides(Store[Version]):
    """All versions of all guides; at most one published version an item."""

    collection = "guides"
    missing = GuideNotFound
    tells = ("guide.published", "guide.superseded")
    indexes: ClassVar = [
        IndexModel("item", unique=True, partialFilterExpression=IN_FORCE, name="published_item"),
        IndexModel([("state", 1), ("item", 1), ("version", 1)], name="in_force"),
        IndexModel([("state", 1), ("places", 1)], name="at_place"),
    ]

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.unchanging: dict[str, Guide] = {}
        self.versions: Things[Version] = Things(self.documents, self.shaped)
        self.now_in_force = Things(self.documents, itemgetter("_id"), "item", IN_FORCE, ["item"])

    def shaped(self, document: Document) -> Version:
        return Version(guide_of(document), GuideState(document["state"]))

    async def published(self, item: str) -> Guide:
        """The version of an item's guide in force.

        Raises:
            NotFound: `guide_not_found`.
        """
        key = await self.now_in_force.ask(item)
        if key is None:
            raise self.missing
        return await self.version(key)

    async def find(self, key: str) -> Version | None:
        """A version of a guide, in force or superseded, if there is one."""
        return await self._first({"_id": key})

    async def version(self, key: str) -> Guide:
        """One version of a guide by its key, `item@version`; it may be superseded by now.

        A version never changes, so it is read once and then kept in memory.

        Raises:
            NotFound: `guide_not_found`.
        """
        if kept := self.unchanging.get(key):
            return kept
        found = await self.versions.ask(key)
        if found is None:
            raise self.missing
        self._keep(found.guide)
        return found.guide

    async def in_force(self) -> list[str]:
        """The keys of all published versions, those first that are asked for most."""
        query = [
            {"$match": IN_FORCE},
            {"$project": {"_id": 0, "item": 1, "version": 1}},
            {"$lookup": {"from": Uses.collection, "localField": "item", "foreignField": "_id", "as": "uses"}},
        ]
        found = await self.documents.aggregate(query, batchSize=BATCH)
        ranked = [(-demand(each["uses"]), each["item"], each["version"]) async for each in found]
        return [f"{item}@{version}" for _, item, version in sorted(ranked)]

    async def at_place(self, hall: str) -> list[Offered]:
        """The items that are handled at a place, by name."""
        fields = {"_id": 0, **dict.fromkeys(Offered._fields, 1)}
        found = self.documents.find({"places": hall, **IN_FORCE}, fields).batch_size(BATCH)
        return by_name([Offered(**document) async for document in found])

    async def at_kiosks(self, department: str) -> dict[str, str]:
        """The items of a department that can be begun at kiosks: name by code."""
        query = {"department": department, "channels": Offer.KIOSK.value, **IN_FORCE}
        found = self.documents.find(query, {"_id": 0, "item": 1, "name": 1}).sort("name", 1)
        return {one["item"]: one["name"] async for one in found}

    async def offered(self, items: Sequence[str]) -> dict[str, Offered]:
        """Those of the items that have a guide in force, by code and in the order of their names."""
        fields = {"_id": 0, **dict.fromkeys(Offered._fields, 1)}
        found = self.documents.find({"item": {"$in": list(items)}, **IN_FORCE}, fields)
        return {one.item: one for one in by_name([Offered(**document) async for document in found])}

    async def names(self, items: Sequence[str]) -> dict[str, str]:
        """The names of items with a guide in force, by code."""
        query = {"item": {"$in": list(items)}, **IN_FORCE}
        found = self.documents.find(query, {"_id": 0, "item": 1, "name": 1})
        return {one["item"]: one["name"] async for one in found}

    async def entries(self, keys: Sequence[str]) -> list[Entry]:
        """What the versions with these keys are found by, in any order."""
        if not keys:
            return []
        found = self.documents.find({"_id": {"$in": keys}}, FOUND_BY).batch_size(BATCH)
        return [entry_of(document) async for document in found]

    async def read(self, keys: Sequence[str]) -> list[Guide]:
        """The versions with these keys, in their order; a key that is gone is left out."""
        known = {key: self.unchanging[key] for key in keys if key in self.unchanging}
        unread = [key for key in keys if key not in known]
        if unread:
            fields = {"spellings": 0, "events": 0}
            found = self.documents.find({"_id": {"$in": unread}}, fields).batch_size(BATCH)
            async for document in found:
                guide = known[document["_id"]] = guide_of(document)
                self._keep(guide)
        return [known[key] for key in keys if key in known]

    def _keep(self, guide: Guide) -> None:
        self.unchanging[guide.key] = guide
        if len(self.unchanging) > KEPT_IN_MEMORY:
            del self.unchanging[next(iter(self.unchanging))]


def by_name(offered: Iterable[Offered]) -> list[Offered]:
    return sorted(offered, key=lambda one: (one.name, one.item))


def entry_of(document: Document) -> Entry:
    """What a guide is found by; people also ask for its result."""
    keywords = [*document["keywords"], document["deliverable"]]
    return Entry(
        key=document["_id"],
        **{name: document[name] for name in ("name", "name_en", "topics", "audience", "department")},
        keywords=[word for word in keywords if word],
        spellings=document["spellings"],
    )
