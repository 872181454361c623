"""Guides, departments and referrals as they are shown: from the process's own memory while that is known to
be true, else from the database. Each method answers what the store's method of the same name does."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.guides.catalogue import Entry
from models.guides.departments import Department, Departments
from models.guides.guide import Guide, guide_of
from models.guides.referrals import Referral, Referrals
from models.guides.store import IN_FORCE, Guides, Offered, by_name, entry_of
from models.guides.uses import Uses, demand
from models.snapshot import Kept, Snapshot
from models.store import Document


@dataclass(frozen=True)
class InForce:
    """A version of a guide that is in force, and what it is found by."""

    guide: Guide
    entry: Entry

    @property
    def offered(self) -> Offered:
        guide = self.guide
        return Offered(guide.item, guide.name, guide.name_en, guide.group)


def in_force_of(document: Document) -> InForce:
    return InForce(guide_of(document), entry_of(document))


def item_of(key: str) -> tuple[str, Document]:
    """Two versions of an item change places at once, so that it is the item that is looked up."""
    item = key.partition("@")[0]
    return item, {"item": item}


def kept_guides(guides: Guides) -> Kept[InForce]:
    """The versions in force, by item."""
    return Kept(guides, in_force_of, query=IN_FORCE, name="item", named=item_of)


def kept_uses(uses: Uses) -> Kept[int]:
    """How much is asked for, by item."""
    return Kept(uses, lambda document: demand([document]), followed=False)


@dataclass(frozen=True)
class ShownGuides:
    guides: Guides
    snapshot: Snapshot
    kept: Kept[InForce]
    uses: Kept[int]

    @property
    def version(self) -> str:
        """Of all that is in force; "" while that is not known."""
        return self.snapshot.version(self.kept)

    @property
    def standing(self) -> tuple[object, ...]:
        """The same objects as long as nothing has changed; nothing while that is not known."""
        known = self.snapshot.of(self.kept)
        return () if known is None else (known, self.uses.things)

    async def published(self, item: str) -> Guide:
        """
        Raises:
            NotFound: `guide_not_found`.
        """
        known = (self.snapshot.of(self.kept) or {}).get(item)
        return known.guide if known else await self.guides.published(item)

    async def in_force(self) -> list[str]:
        known = self.snapshot.of(self.kept)
        if known is None:
            return await self.guides.in_force()
        asked_for = self.uses.things
        ranked = sorted((-asked_for.get(item, 0), item, one.entry.key) for item, one in known.items())
        return [key for _, _, key in ranked]

    async def entries(self, keys: Sequence[str]) -> list[Entry]:
        known = self._by_key() if keys else {}
        unknown = await self.guides.entries([key for key in keys if key not in known])
        return [*(known[key].entry for key in keys if key in known), *unknown]

    async def read(self, keys: Sequence[str]) -> list[Guide]:
        known = self.snapshot.of(self.kept) or {}
        here = {one.entry.key: one.guide for key in keys if (one := known.get(item_of(key)[0]))}
        if unread := [key for key in keys if key not in here]:
            here |= {guide.key: guide for guide in await self.guides.read(unread)}
        return [here[key] for key in keys if key in here]

    async def at_place(self, hall: str) -> list[Offered]:
        known = self.snapshot.of(self.kept)
        if known is None:
            return await self.guides.at_place(hall)
        return by_name(one.offered for one in known.values() if hall in one.guide.places)

    async def offered(self, items: Sequence[str]) -> dict[str, Offered]:
        known = self.snapshot.of(self.kept)
        if known is None:
            return await self.guides.offered(items)
        return {one.item: one for one in by_name(known[item].offered for item in items if item in known)}

    def _by_key(self) -> dict[str, InForce]:
        known = self.snapshot.of(self.kept) or {}
        return {one.entry.key: one for one in known.values()}


@dataclass(frozen=True)
class ShownDepartments:
    departments: Departments
    snapshot: Snapshot
    kept: Kept[Department]

    async def get(self, code: str) -> Department:
        """
        Raises:
            NotFound: `department_not_found`.
        """
        known = (self.snapshot.of(self.kept) or {}).get(code)
        return known or await self.departments.get(code)

    async def all(self) -> list[Department]:
        known = self.snapshot.of(self.kept)
        if known is None:
            return await self.departments.all()
        return sorted(known.values(), key=lambda one: one.code)


@dataclass(frozen=True)
class ShownReferrals:
    referrals: Referrals
    snapshot: Snapshot
    kept: Kept[Referral]

    @property
    def standing(self) -> tuple[object, ...]:
        """As of `ShownGuides`."""
        known = self.snapshot.of(self.kept)
        return () if known is None else (known,)

    async def all(self) -> list[Referral]:
        known = self.snapshot.of(self.kept)
        if known is None:
            return await self.referrals.all()
        return sorted(known.values(), key=lambda one: one.code)
