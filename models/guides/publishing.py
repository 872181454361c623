"""Putting versions of guides in force.

It stands apart from the store because it alone spells names: the dictionaries of pinyin take 50 MB, which no
process carries that only reads guides.
"""

from typing import Any

from pymongo.errors import DuplicateKeyError

from models.errors import Conflict
from models.events import Cause, Event
from models.guides.guide import Guide, check_publishable
from models.guides.pinyin import spellings
from models.guides.spelling import grams
from models.guides.store import IN_FORCE, Guides, GuideState


class GuideVersionTaken(Conflict):
    code = "guide_version_taken"
    message = "该版本的办事指南已发布，修改须使用新的版本号"


class GuideVersionOlder(Conflict):
    code = "guide_version_older"
    message = "已有更新版本的办事指南，修改须使用新的版本号"


class Publishing:
    """Writes to `guides`, which must be prepared."""

    def __init__(self, guides: Guides) -> None:
        self.guides = guides

    async def put(self, guide: Guide, by: Cause) -> bool:
        """Publish a guide (see `publish`); False, and nothing is done, if it was published before."""
        known = await self.guides.find(guide.key)
        if known and known.state is not GuideState.DRAFT and known.guide == guide:
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
        earlier = await self.guides.find(guide.key)
        if earlier and earlier.guide != guide:
            raise GuideVersionTaken
        if earlier and earlier.state is GuideState.PUBLISHED:
            return guide
        await self._check_newest(guide)
        if not earlier:
            spelled = spellings(guide.name, guide.name_en, *guide.keywords)
            search = {"spellings": spelled, "grams": grams(spelled)}
            begun = {"state": GuideState.DRAFT.value, "drafted_at": by.at}
            draft = {"_id": guide.key, **begun, **search, **content}
            try:
                await self.guides.add(draft, Event("guide.drafted", guide.key, by))
            except DuplicateKeyError:  # another call was first: with the same content or another?
                return await self.publish(guide, by)
        async with self.guides.database.transaction() as session:
            await self.guides.change_many(
                {"item": guide.item, **IN_FORCE, "version": {"$lt": guide.version}},
                sets={"state": GuideState.SUPERSEDED.value},
                event=lambda key: Event("guide.superseded", key, by),
                session=session,
            )
            await self._check_newest(guide, session)
            await self.guides.change(
                guide.key,
                expects={"state": GuideState.DRAFT},
                sets={**IN_FORCE, "published_at": by.at},
                event=Event("guide.published", guide.key, by),
                otherwise=GuideVersionTaken,
                session=session,
            )
        return guide

    async def _check_newest(self, guide: Guide, session: Any = None) -> None:
        later = {"item": guide.item, **IN_FORCE, "version": {"$gt": guide.version}}
        if await self.guides.documents.find_one(later, {"_id": 1}, session=session):
            raise GuideVersionOlder
