"""Reviews as 好差评 is told of them.

A review did not count the changes that 好差评 is told of, nor did what was said keep the version of the list
of tags: there had been one list.
"""

from models.store import Document
from wechat_backend.database.migrations.steps import Change, Migration


def _counted(review: Document) -> Document:
    again = {"again.tags_version": "1"} if review["again"] else {}
    return {"$set": {"revision": 1, "tags_version": "1", **again}}


MIGRATION = Migration(
    18,
    "the revision of each review, and the version of its tags",
    [Change("reviews", {"revision": {"$exists": False}}, _counted)],
)
