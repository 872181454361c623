"""One process at a time has a piece of work; what it keeps there is for the next one."""

import asyncio
from datetime import timedelta

import pytest

from models.leases import Leases, free, given_back, held_by, taken
from models.store import Document
from tests.house.clock import Clock
from tests.house.house import House

LONG = timedelta(seconds=30)


@pytest.fixture
def leases(house: House) -> Leases:
    return house.stores.leases


async def race(leases: Leases, clock: Clock) -> list[Document]:
    """The leases that 20 get who ask for the same one at once."""
    now = clock.now()
    found = await asyncio.gather(*(leases.take("menu", now, now + LONG) for _ in range(20)))
    return [lease for lease in found if lease]


async def test_one_of_many_has_it_and_the_next_one_when_it_has_run_out(leases: Leases, clock: Clock) -> None:
    [first] = await race(leases, clock)
    clock.advance(LONG - timedelta(seconds=1))
    assert await race(leases, clock) == []
    clock.advance(timedelta(seconds=1))
    [second] = await race(leases, clock)
    assert second["lease"] != first["lease"]


async def test_only_its_holder_keeps_something_in_it(leases: Leases, clock: Clock) -> None:
    [first] = await race(leases, clock)
    await leases.keep(first, published="old")
    clock.advance(LONG)
    [second] = await race(leases, clock)
    assert second["published"] == "old"
    await leases.keep(second, published="new")
    await leases.keep(first, published="too late")
    clock.advance(LONG)
    [third] = await race(leases, clock)
    assert third["published"] == "new"


async def test_one_lease_is_not_another(leases: Leases, clock: Clock) -> None:
    now = clock.now()
    assert await leases.take("menu:a", now, now + LONG)
    assert await leases.take("menu:b", now, now + LONG)


@pytest.mark.parametrize("end", ["leased_until", "due_at"])
async def test_what_is_given_back_is_free_and_nobodys(leases: Leases, clock: Clock, end: str) -> None:
    now, documents = clock.now(), leases.documents

    async def count(query: Document) -> int:
        return int(await documents.count_documents(query))

    await documents.insert_one({"_id": "a"})
    assert await count(free(now, end)) == 1
    await documents.update_one({}, {"$set": taken("h", now + LONG, end)})
    assert (await count(held_by("h")), await count(held_by("i")), await count(free(now, end))) == (1, 0, 0)
    assert await count(free(now + LONG, end)) == 1
    await documents.update_one({}, {"$set": given_back(now + timedelta(seconds=5), end)})
    assert (await count(held_by("h")), await count(free(now, end))) == (0, 0)
    assert await count(free(now + timedelta(seconds=5), end)) == 1
    await documents.update_one({}, {"$set": given_back(end=end)})
    assert await count(free(now, end)) == 1
