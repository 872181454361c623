"""Kiosks as the panel lists them: those that a member reaches, by their names."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from pymongo import ASCENDING, DESCENDING

from models.kiosks.actions import STEPS, Action
from models.kiosks.contacts import Contacts
from models.kiosks.document import Kiosk, State
from models.kiosks.store import Kiosks, may
from models.paging import Page, count_in, page_of
from models.staff import Member, Reach, Scope, check_scope, reaches_of
from models.store import Document, PageUnknown

OF_THE_CONTACT = frozenset(
    {
        Action.REQUEST_AGAIN,
        Action.PLAN_SUSPENSION,
        Action.CALL_OFF_SUSPENSION,
        Action.RESUME,
        Action.WITHDRAW,
    }
)
"""What the named contact of the department alone may do (article 21, item 7)."""


EMPTY: Document = {"timeline": [], "suspensions": [], "dismissed": []}
"""What a board does not read of a kiosk."""


@dataclass(frozen=True)
class Sought:
    """Which are asked for; of one department and in one hall, where these are given, and such alone as have
    the mark `waiting`, one of `WAITING`."""

    states: tuple[State, ...]
    department: str = ""
    hall: str = ""
    waiting: str = ""

    @property
    def query(self) -> Document:
        query: Document = {"state": {"$in": [state.value for state in self.states]}}
        parts = {"department": self.department, "hall": self.hall}
        if self.waiting:
            query[self.waiting] = True
        return query | {name: value for name, value in parts.items() if value}


@dataclass(frozen=True)
class KioskLists:
    kiosks: Kiosks
    contacts: Contacts

    async def page(
        self, member: Member, sought: Sought, limit: int, *, after: str = "", before: str = ""
    ) -> Page[Kiosk]:
        """The page behind the kiosk `after`, or that `before` one.

        Raises:
            Forbidden: `scope_missing`.
            PageUnknown: there is no such kiosk.
        """
        query = {"$and": [readable(member), sought.query]}

        def read(most: int, after: str, before: str) -> AsyncIterator[Kiosk]:
            return self._read(query, most, after, before)

        return await page_of(read, lambda one: one["_id"], limit, after=after, before=before)

    async def each(self, member: Member, sought: Sought) -> list[Kiosk]:
        """All of them, by name.

        Raises:
            Forbidden: `scope_missing`.
        """
        kept_back = {"events": 0, "timeline": 0, "suspensions": 0, "dismissed": 0}
        found = self.kiosks.documents.find({"$and": [readable(member), sought.query]}, kept_back)
        return [self.kiosks.shaped({**EMPTY, **one}) async for one in found.sort([("name", 1), ("_id", 1)])]

    async def count(self, member: Member, sought: Sought) -> int:
        """Counted no further than `paging.ENOUGH` and one.

        Raises:
            Forbidden: `scope_missing`.
        """
        return await count_in(self.kiosks, {"$and": [readable(member), sought.query]})

    async def found_in(self, member: Member) -> tuple[set[str], set[str]]:
        """The departments (USCC) and the halls of the kiosks that a member sees.

        Raises:
            Forbidden: `scope_missing`.
        """
        together: Document = {"_id": {"department": "$department", "hall": "$hall"}}
        pipeline: list[Document] = [{"$match": readable(member)}, {"$group": together}]
        read = await self.kiosks.documents.aggregate(pipeline, hint="name")  # from the index alone
        found = [one["_id"] async for one in read]
        return {one["department"] for one in found}, {one["hall"] for one in found if one["hall"]}

    async def seen(self, key: str, member: Member) -> Kiosk:
        """
        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`, also where the member does not reach it.
        """
        found = await self.kiosks.one_of({"$and": [{"_id": key}, readable(member)]})
        if found is None:
            raise self.kiosks.missing
        return found

    async def open_to(self, kiosk: Kiosk, member: Member) -> list[Action]:
        """What a member may do with a kiosk in its state, in the order of the actions."""
        contact = await self.contacts.find(kiosk["department"])
        named = contact is not None and contact["member"] == member["_id"]
        return [
            action
            for action, step in STEPS.items()
            if kiosk["state"] in step.before
            and may(member, kiosk, action)
            and (named or action not in OF_THE_CONTACT)
        ]

    async def _read(self, query: Document, most: int, after: str, before: str) -> AsyncIterator[Kiosk]:
        parts: list[Document] = [{"name": {"$gte": ""}}]
        if place := before or after:
            at = await self.kiosks.find(place)
            if at is None:
                raise PageUnknown
            further = "$lt" if before else "$gt"
            parts = [{"name": {further: at["name"]}}, {"name": at["name"], "_id": {further: place}}]
        query = {"$or": [{"$and": [query, part]} for part in parts]}  # so that all is looked at in the index
        direction = DESCENDING if before else ASCENDING
        found = self.kiosks.documents.find(query, {"events": 0}).limit(most).hint("name")
        async for one in found.sort([("name", direction), ("_id", direction)]):
            yield self.kiosks.shaped(one)


def readable(member: Member) -> Document:
    """The query for the kiosks that a member may see.

    Raises:
        Forbidden: `scope_missing`.
    """
    check_scope(member, Scope.KIOSKS_READ)
    reached = reaches_of(member, Scope.KIOSKS_READ)
    if Reach.DISTRICT in reached:
        return {}
    places: dict[Reach, Document] = {
        Reach.DEPARTMENT: {"department": member["department"]},
        Reach.HALLS: {"hall": {"$in": member["halls"]}},
        Reach.TOWNSHIP: {"township": {"$in": member["townships"]}},
    }
    return {"$or": [place for reach, place in places.items() if reach in reached]}
