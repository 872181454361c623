"""Guides in MongoDB: every version of each, found by words, letters and pinyin.

`guides` holds `{_id: "<item>@<version>", state: draft | published | superseded, …}`. A published version is
never edited: a change is the next version.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from models import typed
from models.errors import Conflict, NotFound
from models.events import Cause, Event
from models.guides.guide import Guide, check_publishable, guide_of
from models.guides.spelling import grams, pieces, plain, rank, spellings
from models.people.credentials import ApplicantKind
from models.store import Database, Document, Store


class GuideVersionTaken(Conflict):
    code = "guide_version_taken"
    message = "该版本的办事指南已发布，修改须使用新的版本号"


class GuideNotFound(NotFound):
    code = "guide_not_found"
    message = "没有找到该事项的办事指南"


class GuideVersionOlder(Conflict):
    code = "guide_version_older"
    message = "已有更新版本的办事指南，修改须使用新的版本号"


KEPT_IN_MEMORY = 200
"""Versions; a parsed guide takes some 30 kB."""
A_TRIP = 10_000
"""Documents that the server sends at once, up to 16 MB."""


class Guides(Store):
    """All versions of all guides; at most one published version an item."""

    collection = "guides"
    missing = GuideNotFound
    tells = ("guide.drafted", "guide.published", "guide.superseded")
    indexes: ClassVar = [
        IndexModel(
            "item", unique=True, partialFilterExpression={"state": "published"}, name="published_item"
        ),
        IndexModel([("state", 1), ("grams", 1)], name="search"),
        IndexModel([("state", 1), ("topics", 1), ("name", 1)], name="topic"),
        IndexModel([("state", 1), ("department", 1), ("name", 1)], name="department"),
    ]

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.database = database
        self.unchanging: dict[str, Guide] = {}

    async def published(self, item: str) -> Guide:
        """The version of an item's guide in force.

        Raises:
            NotFound: `guide_not_found`.
        """
        found = await self.documents.find_one({"item": item, "state": "published"})
        if found is None:
            raise self.missing
        return guide_of(found)

    async def version(self, key: str) -> Guide:
        """The very version (`item@version`) under which something was done.

        What was once published never changes, so it is read once and then kept in memory.

        Raises:
            NotFound: `guide_not_found`.
        """
        if kept := self.unchanging.get(key):
            return kept
        found = await self.get(key)
        guide = guide_of(found)
        if found["state"] != "draft":
            self.unchanging[key] = guide
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
        query: Document = {"state": "published"}
        if typed.narrow(text).strip() and not wanted:
            return []
        if wanted:
            query["grams"] = {"$all": pieces(wanted)}
        query |= {
            name: value
            for name, value in (("audience", audience), ("topics", topic), ("department", department))
            if value
        }
        hits = self.documents.find(query, {"name": 1, "keywords": 1, "spellings": 1}).batch_size(A_TRIP)
        ranked = [
            (place, hit["name"], hit["_id"])
            async for hit in hits
            if (place := rank(wanted, hit["name"], hit["keywords"], hit["spellings"])) is not None
        ]
        return [key for _, _, key in sorted(ranked)]

    async def read(self, keys: Sequence[str]) -> list[Guide]:
        """The versions with these keys, in their order."""
        if not keys:
            return []
        unread = {"grams": 0, "spellings": 0, "events": 0}
        found = self.documents.find({"_id": {"$in": keys}}, unread).batch_size(A_TRIP)
        guides = {document["_id"]: guide_of(document) async for document in found}
        return [guides[key] for key in keys if key in guides]

    async def topics(self, audience: ApplicantKind | None = None) -> list[str]:
        query: Document = {"state": "published"} | ({"audience": audience} if audience else {})
        return sorted(await self.documents.distinct("topics", query))

    async def put(self, guide: Guide, by: Cause) -> bool:
        """Publish a guide unless this very version is in force or was; see `publish`."""
        known = await self.documents.find_one({"_id": guide.key})
        if known and known["state"] != "draft" and guide_of(known) == guide:
            return False
        await self.publish(guide, by)
        return True

    async def publish(self, guide: Guide, by: Cause) -> Guide:
        """Put the next version of a guide in force; the one before is kept as superseded.

        The new version is written as a draft first; the two change places in one transaction.

        Raises:
            Refused: see `check_publishable`.
            Conflict: `guide_version_taken`, the version is published already with other content;
                `guide_version_older`, a later one is in force; `changed_meanwhile`.
        """
        check_publishable(guide)
        content = guide.model_dump(mode="json")
        earlier = await self.documents.find_one({"_id": guide.key})
        if earlier and guide_of(earlier) != guide:
            raise GuideVersionTaken
        if earlier and earlier["state"] == "published":
            return guide
        await self._check_newest(guide)
        if not earlier:
            spelled = spellings(guide.name, guide.name_en, *guide.keywords)
            search = {"spellings": spelled, "grams": grams(spelled)}
            draft = {"_id": guide.key, "state": "draft", **search, "drafted_at": by.at, **content}
            try:
                await self.add(draft, Event("guide.drafted", guide.key, by))
            except DuplicateKeyError:  # somebody else was first: with the same content or another?
                return await self.publish(guide, by)
        async with self.database.transaction() as session:
            await self.change_many(
                {"item": guide.item, "state": "published", "version": {"$lt": guide.version}},
                sets={"state": "superseded"},
                event=lambda key: Event("guide.superseded", key, by),
                session=session,
            )
            await self._check_newest(guide, session)
            await self.change(
                guide.key,
                expects={"state": "draft"},
                sets={"state": "published", "published_at": by.at},
                event=Event("guide.published", guide.key, by),
                otherwise=GuideVersionTaken,
                session=session,
            )
        return guide

    async def _check_newest(self, guide: Guide, session: Any = None) -> None:
        later = {"item": guide.item, "state": "published", "version": {"$gt": guide.version}}
        if await self.documents.find_one(later, {"_id": 1}, session=session):
            raise GuideVersionOlder
