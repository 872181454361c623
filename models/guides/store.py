"""Guides in MongoDB: every version of each, found by words, letters and pinyin.

A published version is never edited: a change is the next version. `models.guides.publishing` writes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from pymongo import IndexModel

from models import typed
from models.errors import NotFound
from models.guides.guide import Guide, guide_of
from models.guides.spelling import pieces, plain, rank
from models.people import ApplicantKind
from models.store import Database, Document, Store


class GuideNotFound(NotFound):
    code = "guide_not_found"
    message = "没有找到该事项的办事指南"


KEPT_IN_MEMORY = 200
"""Versions; a parsed guide takes some 30 kB."""
BATCH = 10_000
"""Documents that the server sends at once, up to 16 MB."""


class GuideState(StrEnum):
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


IN_FORCE: Document = {"state": GuideState.PUBLISHED.value}


@dataclass(frozen=True)
class Version:
    """One version of a guide.

    Its document, by `item@version`, has the guide's fields, and `spellings` and `grams` to be found by.
    """

    guide: Guide
    state: GuideState


class Guides(Store[Version]):
    """All versions of all guides; at most one published version an item."""

    collection = "guides"
    missing = GuideNotFound
    tells = ("guide.published", "guide.superseded")
    indexes: ClassVar = [
        IndexModel("item", unique=True, partialFilterExpression=IN_FORCE, name="published_item"),
        IndexModel([("state", 1), ("grams", 1)], name="search"),
        IndexModel([("state", 1), ("topics", 1), ("name", 1)], name="topic"),
        IndexModel([("state", 1), ("department", 1), ("name", 1)], name="department"),
    ]

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.database = database
        self.unchanging: dict[str, Guide] = {}

    def shaped(self, document: Document) -> Version:
        return Version(guide_of(document), GuideState(document["state"]))

    async def published(self, item: str) -> Guide:
        """The version of an item's guide in force.

        Raises:
            NotFound: `guide_not_found`.
        """
        found = await self._first({"item": item, **IN_FORCE})
        if found is None:
            raise self.missing
        return found.guide

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
        guide = self.unchanging[key] = (await self.get(key)).guide
        if len(self.unchanging) > KEPT_IN_MEMORY:
            del self.unchanging[next(iter(self.unchanging))]
        return guide

    async def search(
        self,
        text: str = "",
        *,
        audience: ApplicantKind | None = None,
        topic: str | None = None,
        department: str | None = None,
        limit: int = 100,
    ) -> list[Guide]:
        """Published guides whose name, keywords or pinyin contain `text`, names first, then by name."""
        keys = await self.ranked(text, audience=audience, topic=topic, department=department)
        return await self.read(keys[:limit])

    async def ranked(
        self,
        text: str = "",
        *,
        audience: ApplicantKind | None = None,
        topic: str | None = None,
        department: str | None = None,
    ) -> list[str]:
        """The keys of all that `search` finds."""
        wanted = plain(text)
        query = {**IN_FORCE}
        if typed.narrow(text).strip() and not wanted:
            return []
        if wanted:
            query["grams"] = {"$all": pieces(wanted)}
        query |= {
            name: value
            for name, value in (("audience", audience), ("topics", topic), ("department", department))
            if value
        }
        hits = self.documents.find(query, {"name": 1, "keywords": 1, "spellings": 1}).batch_size(BATCH)
        ranked = [
            (place, hit["name"], hit["_id"])
            async for hit in hits
            if (place := rank(wanted, hit["name"], hit["keywords"], hit["spellings"])) is not None
        ]
        return [key for _, _, key in sorted(ranked)]

    async def read(self, keys: Sequence[str]) -> list[Guide]:
        """The versions with these keys, in their order; a key that is gone is left out."""
        if not keys:
            return []
        unread = {"grams": 0, "spellings": 0, "events": 0}
        found = self.documents.find({"_id": {"$in": keys}}, unread).batch_size(BATCH)
        guides = {document["_id"]: guide_of(document) async for document in found}
        return [guides[key] for key in keys if key in guides]

    async def topics(self, audience: ApplicantKind | None = None) -> list[str]:
        query = IN_FORCE | ({"audience": audience} if audience else {})
        return sorted(await self.documents.distinct("topics", query))
