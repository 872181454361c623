"""Which reviews a list shows, and the indexes by which they are found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel

from models.store import Document
from models.voices.document import Kind, Mark
from models.voices.tags import BAD
from models.workdays import local_moment

PLACES = ("department", "item", "hall", "channel")
"""By each of these there is a list of its own."""


@dataclass(frozen=True)
class Sought:
    """`counted` are those that are not set aside. `levels` are of the first opinion, as is `tag`; `where` has
    codes by the names of `PLACES`, "" for what is of no hall. From the `first` to the `last` day."""

    mark: Mark | None = None
    counted: bool = False
    kind: Kind | None = None
    levels: tuple[int, ...] = ()
    tag: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None

    @property
    def query(self) -> Document:
        parts: list[Document] = [{name: code or None} for name, code in self.where.items()]
        if self.mark:
            parts.append({"marks": self.mark.value})
        if self.levels:
            parts.append({"level": {"$in": list(self.levels)}})
            if BAD.issuperset(self.levels):
                parts.append({"marks": Mark.BAD.value})  # every bad review has it: found by an index
        if self.tag:
            parts.append({"tags": self.tag})
        if self.counted:
            parts.append({"marks": {"$ne": Mark.SET_ASIDE.value}})
        if self.kind:
            guide: Document = {"$regex": "^guide:"}
            parts.append({"_id": guide if self.kind is Kind.GUIDE else {"$not": guide}})
        if self.first:
            parts.append({"day": {"$gte": local_moment(self.first, time())}})
        if self.last:
            parts.append({"day": {"$lt": local_moment(self.last + timedelta(days=1), time())}})
        return {"$and": parts} if parts else {}


def indexes() -> list[IndexModel]:
    """The list of all, and of each kind of place; and of those with a mark."""
    order = [("day", DESCENDING), ("ref", DESCENDING)]
    names = {"": "all", "department": "of_office", **{place: f"of_{place}" for place in PLACES[1:]}}
    made = []
    for place, name in names.items():
        begin = [(place, ASCENDING)] if place else []
        made.append(IndexModel([*begin, *order], name=name))
        marked = f"marked_{name}" if place else "marked"
        made.append(IndexModel([*begin, ("marks", ASCENDING), *order], name=marked))
    return made
