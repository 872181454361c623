"""The list of members: found by a part of a name, by role and department, page by page (article 5)."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from pymongo import ASCENDING, DESCENDING

from models.paging import Page, count_in, page_of
from models.staff.document import Member, Standing
from models.staff.members import Staff, sought
from models.staff.scopes import Role
from models.store import Document

LONGEST = 50
"""Characters of a text that are looked for."""


@dataclass(frozen=True)
class Wanted:
    """Which members are looked for; what is None or "" is of no account. `text` is a part of a user name or
    of a name."""

    standing: Standing = Standing.PRESENT
    text: str = ""
    role: Role | None = None
    department: str = ""

    @property
    def query(self) -> Document:
        text = sought(self.text[:LONGEST])
        return {
            "listed.standing": self.standing.value,
            **({"listed.roles": {"$regex": f" {self.role} "}} if self.role else {}),
            **({"listed.text": {"$regex": re.escape(text)}} if text else {}),
            **({"department": self.department} if self.department else {}),
        }


@dataclass(frozen=True)
class Directory:
    """Members in the order of their user names."""

    staff: Staff

    async def page(self, wanted: Wanted, limit: int, *, after: str = "", before: str = "") -> Page[Member]:
        """The page behind the user name `after`, or that `before` one."""

        def read(most: int, after: str, before: str) -> AsyncIterator[Member]:
            return self.listed(wanted, most, after=after, before=before)

        return await page_of(read, lambda one: one["_id"], limit, after=after, before=before)

    def listed(
        self, wanted: Wanted, most: int, *, after: str = "", before: str = ""
    ) -> AsyncIterator[Member]:
        """Those of a list in its order; `before` a user name, in the opposite one."""
        query = wanted.query
        if place := before or after:
            query["_id"] = {"$lt" if before else "$gt": place}
        return self.staff.listed(query, DESCENDING if before else ASCENDING, most)

    async def count(self, wanted: Wanted) -> int:
        """How many there are; of more than `paging.ENOUGH`, one more."""
        return await count_in(self.staff, wanted.query)
