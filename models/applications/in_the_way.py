"""What an applicant has under way of an item, read for all who ask at once."""

from collections.abc import Sequence
from typing import NamedTuple

from models.applications.actions import OPEN
from models.store import Document
from models.together import Together

WITHOUT_ANSWERS = {"events": 0, "answers": 0, "internal": 0}


class Wish(NamedTuple):
    """To hand in an application of an item."""

    applicant: str
    item: str


class InTheWay(Together[Wish, Document | None]):
    """Of what was handed in and is not over the first, without its answers; `documents` are applications.
    What is told was there after it was asked for, and is not to be changed."""

    async def _round(self, asked: Sequence[Wish]) -> Sequence[Document | None]:
        applicants, items = ({one[place] for one in asked} for place in (0, 1))
        query = {"applicant": {"$in": [*applicants]}, "item": {"$in": [*items]}, "state": {"$in": OPEN}}
        first: dict[Wish, Document] = {}
        async for one in self.documents.find(query, WITHOUT_ANSWERS):
            wish = Wish(one["applicant"], one["item"])
            first[wish] = min(first.get(wish, one), one, key=lambda each: each["submitted_at"])
        return [first.get(one) for one in asked]
