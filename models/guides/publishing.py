"""Putting versions of guides in force.

It stands apart from the store because it alone spells names: the dictionaries of pinyin take 50 MB, which no
process carries that only reads guides.
"""

from contextlib import suppress

from pymongo.errors import DuplicateKeyError

from models.errors import Conflict
from models.events import Cause, Event
from models.guides.guide import Guide, check_publishable
from models.guides.pinyin import spellings
from models.guides.referrals import Referral, Referrals
from models.guides.store import IN_FORCE, Guides, GuideState
from models.store import ChangedMeanwhile

MOST_OVERTAKEN = 20
"""How many versions of one item may come into force while one is being published."""


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
        if known and known.guide == guide:
            return False
        return await self._publish(guide, by)

    async def publish(self, guide: Guide, by: Cause) -> Guide:
        """Put the next version of a guide in force; the one before is kept as superseded.

        The two change places in one transaction: a process that dies leaves nothing half done. Of several
        calls with the same guide one publishes it, and the others succeed without a change.

        Raises:
            Refused: see `check_publishable`.
            Conflict: `guide_version_taken`, the version is published already with other content;
                `guide_version_older`, a later one is in force; `changed_meanwhile`.
        """
        await self._publish(guide, by)
        return guide

    async def _publish(self, guide: Guide, by: Cause) -> bool:
        """Whether this call put it in force."""
        check_publishable(guide)
        for _ in range(MOST_OVERTAKEN):
            if await self._is_in_force(guide):
                return False
            with suppress(DuplicateKeyError, ChangedMeanwhile):  # another call published at the same moment
                await self._replace(guide, by)
                return True
        raise ChangedMeanwhile

    async def _is_in_force(self, guide: Guide) -> bool:
        """
        Raises:
            GuideVersionTaken, GuideVersionOlder
        """
        known = await self.guides.find(guide.key)
        if known and known.guide != guide:
            raise GuideVersionTaken
        if known and known.state is GuideState.PUBLISHED:
            return True
        later = {"item": guide.item, **IN_FORCE, "version": {"$gt": guide.version}}
        if await self.guides.documents.find_one(later, {"_id": 1}):
            raise GuideVersionOlder
        return False

    async def _replace(self, guide: Guide, by: Cause) -> None:
        """
        Raises:
            DuplicateKeyError, ChangedMeanwhile: another version came into force at the same moment.
        """
        spelled = spellings(guide.name, guide.name_en, *guide.keywords, *guide.topics, guide.deliverable)
        version = {"_id": guide.key, **IN_FORCE, "published_at": by.at, "spellings": spelled}
        async with self.guides.database.transaction() as session:
            await self.guides.change_many(
                {"item": guide.item, **IN_FORCE, "version": {"$lt": guide.version}},
                sets={"state": GuideState.SUPERSEDED.value},
                event=lambda key: Event("guide.superseded", key, by),
                session=session,
            )
            await self.guides.add(
                {**version, **guide.model_dump(mode="json")},
                Event("guide.published", guide.key, by),
                session=session,
            )

    async def refer(self, referrals: Referrals, referral: Referral, by: Cause) -> bool:
        """Keep a referral to others; False if that changed nothing."""
        spelled = spellings(referral.name, referral.name_en, *referral.keywords, *referral.topics)
        return await referrals.put(referral.model_copy(update={"spellings": spelled}), by)
