"""Leases: one holder has a document at a time; when the lease has run out, another holder can take it.

A leased document keeps its holder's token in `lease` and the lease's end in `leased_until`, or in the
field that `end` names. The functions give parts of queries and of `$set`, so that a lease is taken,
and what came of the work is written, in the same write as the rest of the document.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from models.store import Document, Store

END = "leased_until"


def new_holder() -> str:
    """A token that no other holder has."""
    return uuid4().hex


def free(now: datetime, end: str = END) -> Document:
    """The query for a document that nobody holds, or whose lease has run out."""
    return {end: {"$not": {"$gt": now}}}


def taken(holder: str, until: datetime, end: str = END) -> Document:
    """What is set when `holder` takes the lease."""
    return {"lease": holder, end: until}


def held_by(holder: str | None) -> Document:
    """The query for a document that `holder` was the last to take; else it finds nothing."""
    return {"lease": holder}


def given_back(at: datetime | None = None, end: str = END) -> Document:
    """What is set when the holder ends its lease: the document is free at a moment, or at once."""
    return {"lease": None, end: at}


async def take(
    documents: Any, query: Document, holder: str, now: datetime, until: datetime
) -> Document | None:
    """Take the lease of the one document that `query` names, which is made if it is not there.

    None if another holder has it, or if it does not fulfil the query.
    """
    try:
        found: Document | None = await documents.find_one_and_update(
            {**query, **free(now)},
            {"$set": taken(holder, until)},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
    except DuplicateKeyError:
        return None
    return found


class Leases(Store):
    """`{_id: what is to be done, lease, leased_until, …}`: work that one process does at a time.

    The next holder reads what a holder keeps in it.
    """

    collection = "leases"
    indexes: ClassVar = []

    async def take(self, key: str, now: datetime, until: datetime) -> Document | None:
        """The lease, with what was kept in it before; None while another process holds it."""
        return await take(self.documents, {"_id": key}, new_holder(), now, until)

    async def until(self, key: str) -> datetime | None:
        """The end of a lease that was taken; None where it was given back, or there is none."""
        found: Document | None = await self.documents.find_one({"_id": key}, {END: 1})
        return found[END] if found else None

    async def renew(self, lease: Document, until: datetime) -> bool:
        """Hold it longer; False if another process has it."""
        return await self._set(lease, {END: until})

    async def give_back(self, lease: Document, at: datetime) -> None:
        """It is free from a moment on, unless another process has it."""
        await self._set(lease, given_back(at))

    async def keep(self, lease: Document, **values: Any) -> None:
        """Keep values for the next holder; nothing is kept if another process holds the lease by now."""
        await self._set(lease, values)

    async def _set(self, lease: Document, values: Document) -> bool:
        query = {"_id": lease["_id"], **held_by(lease["lease"])}
        return bool((await self.documents.update_one(query, {"$set": values})).matched_count)
