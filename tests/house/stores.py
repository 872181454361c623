"""All stores over one database of the tests."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from models.outgoing.sms import SmsLimits
from models.people.verification import Followers, Verifier
from models.privacy import Privacy
from models.store import Database
from models.stores import Stores, assemble
from models.workdays import LiveWorkdays
from tests.house.inspected import Remembers
from tests.house.outside import Openids

ROOMY = SmsLimits(codes_per_address_hour=10_000, codes_per_address=10_000)
"""Everyone in the tests comes from one address."""
ADDRESS = "192.0.2.1"
PRIVACY = Privacy({"test": bytes(range(32))}, b"index key of the tests, 32 bytes")


def stores_over(
    database: Database, now: Callable[[], datetime], verifier: Verifier, followers: Followers | None = None
) -> Stores:
    stores = assemble(
        database,
        clock=now,
        calendar=LiveWorkdays(),
        privacy=PRIVACY,
        verifier=verifier,
        followers=followers or Openids(),
        sms_limits=ROOMY,
    )
    stores.materials.inspector = Remembers()
    return stores


AT_ONCE = 6
"""Each more opens a connection, which a busy machine may be slow to answer."""


async def empty(stores: Stores) -> None:
    """Leave nothing in any collection; the indexes stay."""
    collections: list[Any] = [store.documents for store in stores.all()]
    collections += [stores.materials.heads, stores.materials.chunks]
    filled, turn = await _filled(collections), asyncio.Semaphore(AT_ONCE)

    async def emptied(collection: Any) -> None:
        async with turn:
            await collection.delete_many({})

    await asyncio.gather(*(emptied(each) for each in collections if each.name in filled))


async def _filled(collections: Sequence[Any]) -> set[str]:
    """The names of those in which something is, by one question: most are empty after most tests."""
    first, *others = collections
    looks = [{"$unionWith": {"coll": each.name, "pipeline": _look(each.name)}} for each in others]
    return {found["_id"] async for found in await first.aggregate([*_look(first.name), *looks])}


def _look(name: str) -> list[dict[str, Any]]:
    return [{"$limit": 1}, {"$project": {"_id": {"$literal": name}}}]
