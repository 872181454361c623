"""The queue of staff: what a member looks for and may read, page by page, and how much it is (article 10)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, cast

from cryptography.exceptions import InvalidTag

from models import typed
from models.applications.actions import PRIVATE
from models.applications.document import Application, NudgeState
from models.applications.serials import sought_serial
from models.applications.sought import Sought, sought_text
from models.applications.store import Applications
from models.applications.work import WORKED, handled_by, visible, work_of
from models.concurrency import all_to_their_end
from models.errors import BadInput
from models.events import Cause, Event
from models.paging import ENOUGH, Order, Page, Position, page_of, position
from models.staff import Member, Scope, Staff, check_scope
from models.store import Document

LONGEST = 100
"""Characters of a text that are looked for."""
NONE: Document = {"state": {"$in": []}}


class SearchUnknown(BadInput):
    code = "search_unknown"
    message = "没有找到这次查找，请重新输入"
    field = "who"


class Neighbour(NamedTuple):
    """An application of a list, by its id, and its place in the list."""

    key: str
    place: str


@dataclass(frozen=True)
class Queue:
    """What a member may not read is neither listed nor counted nor told of."""

    applications: Applications
    staff: Staff

    async def search(self, member: Member, text: str, by: Cause) -> str:
        """Note that the member looks for a text, which nothing of the note tells; it comes back sealed for
        this member alone, so that an address can carry it.

        Raises:
            Forbidden: `scope_missing`.
        """
        check_scope(member, Scope.APPLICATIONS_READ)
        text = typed.words(text[:LONGEST])
        what = "serial" if sought_serial(text) else "party"
        await self.staff.note(member["_id"], Event("staff.searched", member["_id"], by, {"by": what}))
        return self.applications.privacy.seal(text, _context(member))

    def searched(self, member: Member, sealed: str) -> str:
        """The text of a `search` of the member's.

        Raises:
            SearchUnknown: it is none.
        """
        try:
            return self.applications.privacy.open(sealed, _context(member))
        except (InvalidTag, KeyError, ValueError):
            raise SearchUnknown from None

    def found(self, text: str) -> Sought:
        """What a text looks for, in all states; see `sought.sought_text`."""
        return sought_text(self.applications.privacy, text)

    async def page(
        self, member: Member, sought: Sought, now: datetime, limit: int, *, after: str = "", before: str = ""
    ) -> Page[Application]:
        """The page behind the place `after`, or that `before` a place.

        Raises:
            PageUnknown: it is none of a page's places.
        """
        return await page_of(
            lambda most, after, before: self.listed(member, sought, now, most, after=after, before=before),
            lambda one: place_of(one, sought).cursor,
            limit,
            after=after,
            before=before,
        )

    async def beside(
        self, member: Member, sought: Sought, now: datetime, place: str
    ) -> tuple[Neighbour | None, Neighbour | None]:
        """The last application before a place of a list, and the first behind it. The application that the
        place was said of is neither, wherever in the list it stands by now.

        Raises:
            PageUnknown: it is none of a list's places.
        """
        sides = (self.nearest(member, sought, now, **side) for side in ({"before": place}, {"after": place}))
        index = index_for(member, sought, now)
        previous, following = await all_to_their_end(self._first(*side, sought, index) for side in sides)
        return previous, following

    async def _first(
        self, query: Document, order: list[tuple[str, int]], sought: Sought, index: str | None
    ) -> Neighbour | None:
        async for one in self.applications.listed(query, order, 1, index):
            return Neighbour(one["_id"], place_of(one, sought).cursor)
        return None

    def nearest(
        self, member: Member, sought: Sought, now: datetime, *, after: str = "", before: str = ""
    ) -> tuple[Document, list[tuple[str, int]]]:
        """The `selection` without the application that the place was said of."""
        query, order = self.selection(member, sought, now, after=after, before=before)
        return {"$and": [query, {"_id": {"$ne": position(before or after).key}}]}, order

    async def listed(
        self, member: Member, sought: Sought, now: datetime, limit: int, *, after: str = "", before: str = ""
    ) -> AsyncIterator[Application]:
        """Those of a list, in its order; `before` a place, in the opposite one."""
        query, order = self.selection(member, sought, now, after=after, before=before)
        index = index_for(member, sought, now)
        async for one in self.applications.listed(query, order, limit, index):
            yield one

    async def count(self, member: Member, sought: Sought, now: datetime) -> int:
        """How many a list holds; of more than `ENOUGH`, one more."""
        query, index = matching(member, sought, now), index_for(member, sought, now)
        return await self.applications.count(query, ENOUGH + 1, index)

    def selection(
        self, member: Member, sought: Sought, now: datetime, *, after: str = "", before: str = ""
    ) -> tuple[Document, list[tuple[str, int]]]:
        """The query for a list behind or before a place, and its order."""
        order = Order(sought.order, latest_first=sought.order == "changed_at")
        each = _parts(member, sought, now) or [NONE]
        narrowed = [order.selection(one, after=after, before=before) for one in each]
        return _any_of([query for query, _ in narrowed]), narrowed[0][1]


def matching(member: Member, sought: Sought, now: datetime) -> Document:
    """The query for what is looked for, as far as the member may read."""
    return _any_of(_parts(member, sought, now))


def _parts(member: Member, sought: Sought, now: datetime) -> list[Document]:
    """The queries for its parts, each of one reach."""
    asked = sought.query(member, now)
    return [{"$and": [clause, asked]} if asked else clause for clause in _within_reach(member, sought, now)]


def _any_of(each: list[Document]) -> Document:
    if len(each) > 1:
        return {"$or": each}
    return each[0] if each else NONE


def index_for(member: Member, sought: Sought, now: datetime) -> str | None:
    """The name of the index by which it is read, if there is anything to read; see `Sought.index`."""
    departments = {clause.get("department") for clause in _within_reach(member, sought, now)}
    if not departments:
        return None
    return sought.index(own_department=len(departments) == 1 and None not in departments)


def _within_reach(member: Member, sought: Sought, now: datetime) -> list[Document]:
    """What the member may read of it, or what waits for the member; each is of all departments or of one."""
    if sought.mine:
        nudged = sought.nudged is NudgeState.OPEN
        clauses = handled_by(member, WORKED) if nudged else work_of(member, now)
    else:
        clauses = visible(member, [state for state in sought.states if state not in PRIVATE])
    if not (there := sought.department):
        return clauses
    own = [clause for clause in clauses if clause.get("department", there) == there]
    return [{**clause, "department": there} for clause in own]


def place_of(one: Application, sought: Sought) -> Position:
    """Where an application stands in a list."""
    return Position(one[cast(Literal["due_at", "changed_at"], sought.order)], one["_id"])


def _context(member: Member) -> str:
    return f"search:{member['_id']}"
