"""Figures and their rebuilding: in any order, with any repetition, any death, and several at once."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.stores import Stores
from models.voices import Counting, Figures, Recount, ReviewTicks
from models.voices.recount import Found
from tests.house.clock import START
from tests.house.outside import Register
from tests.house.stores import empty, stores_over
from tests.models.voices.test_figures import check, sums
from tests.wechat_backend.database.migrating import Died, Mortal
from wechat_backend.database.connection import Database as Connected


class World:
    """Matters made by hand: each change is one write with its event, as the stores make it. The worker's part
    is `count`. `wanted` is worked out beside it."""

    def __init__(self, database: Connected) -> None:
        self.database, self.stores = database, stores_over(database, lambda: START, Register())
        self.told: list[Any] = []

    async def tell(self, store: Any, key: str, name: str, sets: dict[str, Any]) -> None:
        event = {"id": uuid4().hex, "name": name, "about": key}
        changed = await store.documents.update_one(
            {"_id": key}, {"$set": sets, "$push": {"events": event}}, upsert=True
        )
        assert changed
        self.told.append((store, event))

    async def serve(self, key: str) -> None:
        place = {"department": "D", "item": f"i{key}", "hall": "H", "day": "2026-11-24"}
        await self.tell(self.stores.appointments, key, "appointment.served", {"state": "served", **place})

    async def correct(self, key: str) -> None:
        await self.tell(self.stores.appointments, key, "appointment.no_show", {"state": "no_show"})

    async def give(self, key: str, level: int) -> None:
        if await self.stores.reviews.documents.find_one({"_id": f"appointment:{key}"}):
            return
        review = {
            **{"department": "D", "item": f"i{key}", "hall": "H", "channel": "h5", "level": level},
            **{"tags": ["108"] if level == 1 else [], "marks": [], "again": None, "day": START},
            "ref": f"ref-{key}",
        }
        await self.tell(self.stores.reviews, f"appointment:{key}", "review.given", review)

    async def follow_up(self, key: str, level: int) -> None:
        if await self._reviewed(key):
            again = {"level": level, "at": START + timedelta(days=3), "channel": "chat"}
            await self.tell(self.stores.reviews, f"appointment:{key}", "review.followed_up", {"again": again})

    async def set_aside(self, key: str) -> None:
        if await self._reviewed(key):
            sets = {"marks": ["set_aside"]}
            await self.tell(self.stores.reviews, f"appointment:{key}", "review.set_aside", sets)

    async def open(self, key: str) -> None:
        if await self._reviewed(key):
            sets = {
                "ref": f"ref-{key}",
                "opened_at": START,
                "fix_due": START + timedelta(days=21),
                "done": {},
                "earlier": [],
            }
            await self.tell(self.stores.rectifications, f"appointment:{key}", "rectification.opened", sets)

    async def fix(self, key: str, days: int) -> None:
        if await self.stores.rectifications.documents.find_one({"_id": f"appointment:{key}"}):
            sets = {"done.fix": {"at": START + timedelta(days=days)}}
            await self.tell(self.stores.rectifications, f"appointment:{key}", "rectification.fixed", sets)

    async def _reviewed(self, key: str) -> bool:
        return bool(await self.stores.reviews.documents.find_one({"_id": f"appointment:{key}"}))

    async def count(self, which: int, last: int) -> None:
        """A worker sees to one of the events; it dies with its call number `last`, and the event stays."""
        if not self.told:
            return
        store, event = self.told[which % len(self.told)]
        try:
            await self.counting(Mortal(self.database, last, done=bool(which % 2))).follow([event])
        except Died:
            return
        await store.documents.update_one({"_id": event["about"]}, {"$pull": {"events": {"id": event["id"]}}})

    def counting(self, database: Any) -> Counting:
        return replace(self.stores.counting, figures=Figures(database), ticks=ReviewTicks(database))

    async def recount(self, _which: int = 0) -> None:
        """In the middle of it, and putting right what differs: what waits is left to the worker."""
        found = await self.stores.recount.run(replace=True)
        assert found.differences == {}

    async def settle(self) -> None:
        for number in range(len(self.told)):
            await self.count(number, 1000)


KEYS, LEVELS = st.sampled_from(["a", "b"]), st.integers(1, 5)
CHANGES = st.one_of(
    st.tuples(st.just("serve"), KEYS),
    st.tuples(st.just("correct"), KEYS),
    st.tuples(st.just("give"), KEYS, LEVELS),
    st.tuples(st.just("follow_up"), KEYS, LEVELS),
    st.tuples(st.just("set_aside"), KEYS),
    st.tuples(st.just("open"), KEYS),
    st.tuples(st.just("fix"), KEYS, st.sampled_from([20, 21, 22])),
    st.tuples(st.just("count"), st.integers(0, 30), st.integers(1, 6)),
    st.tuples(st.just("recount")),
)


@pytest.fixture(scope="module")
async def prepared(database: Connected) -> Connected:
    await stores_over(database, lambda: START, Register()).prepare()
    return database


async def expected(stores: Stores) -> Counter[str]:
    """What must stand in the boxes, worked out from the documents by plain sentences."""
    boxes: Counter[str] = Counter()
    visits = {f"appointment:{one['_id']}": one async for one in stores.appointments.documents.find({})}
    reviews = {one["_id"]: one async for one in stores.reviews.documents.find({})}
    cases = {one["_id"]: one async for one in stores.rectifications.documents.find({})}
    counting = {key for key, one in reviews.items() if "set_aside" not in one["marks"]}
    served = {key for key, one in visits.items() if one["state"] == "served"}
    boxes["service finished"] = len(served)
    boxes["service reviewed"] = len(served & counting)
    boxes["service set_aside"] = len(reviews.keys() - counting)
    for key in counting:
        boxes[f"service level_{reviews[key]['level']}"] += 1
        boxes["service tag_108"] += reviews[key]["level"] == 1
        if again := reviews[key]["again"]:
            boxes[f"service again_{again['level']}"] += 1
        if case := cases.get(key):
            boxes["service opened"] += 1
            fixed = case["done"].get("fix")
            if fixed and fixed["at"] <= case["fix_due"]:
                boxes["service in_time"] += 1
            else:
                boxes["service due"] += 1
                boxes["service late"] += bool(fixed)
    return +boxes


@pytest.mark.article("17.statistics")
@settings(max_examples=60, deadline=None)
@given(changes=st.lists(CHANGES, max_size=25))
async def test_any_order_any_repetition_and_any_death_end_in_the_same(
    prepared: Connected, changes: list[Any]
) -> None:
    world = World(prepared)
    await empty(world.stores)
    for name, *arguments in changes:
        await getattr(world, name)(*arguments)
    await world.settle()
    await check(world.stores)
    assert await sums(world.stores.figures) == await expected(world.stores)


async def test_a_worker_that_dies_at_each_call_leaves_all_or_nothing(prepared: Connected) -> None:
    world = World(prepared)
    deaths = 0
    for done in (False, True):
        for last in range(1, 20):
            await empty(world.stores)
            await world.serve("a")
            await world.give("a", 1)
            mortal: Any = Mortal(prepared, last, done=done)
            try:
                await world.counting(mortal).count("appointment:a")
            except Died:
                deaths += 1
                assert await sums(world.stores.figures) == {}
            else:
                break
            await world.settle()
            assert await sums(world.stores.figures) == await expected(world.stores)
    assert deaths > 2


async def test_of_two_that_count_at_once_the_one_that_read_earlier_does_so_again(
    prepared: Connected,
) -> None:
    """Without the write that is always made, the slow one would put back what it read first."""
    world = World(prepared)
    await empty(world.stores)
    await world.serve("a")
    await world.settle()
    await world.correct("a")
    held, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Counting):
        async def true(self, matters: Any, session: Any = None) -> Any:
            read = await super().true(matters, session)
            if not held.is_set():
                held.set()
                await go_on.wait()
            return read

    counting = world.stores.counting
    slow = asyncio.create_task(Slow(**vars(counting)).count("appointment:a"))
    await held.wait()
    await world.serve("a")
    assert not await counting.count("appointment:a"), "it finds what is counted already"
    go_on.set()
    await slow
    assert await sums(world.stores.figures) == {"service finished": 1}
    await check_all(world)


async def check_all(world: World) -> None:
    await world.settle()
    await check(world.stores)


async def test_many_workers_and_a_rebuilding_at_once_lose_and_double_nothing(prepared: Connected) -> None:
    world = World(prepared)
    await empty(world.stores)
    keys = [f"k{number}" for number in range(12)]
    for key in keys:
        await world.serve(key)
    for one in keys[:6]:
        await world.stores.appointments.documents.update_one({"_id": one}, {"$set": {"item": "same"}})

    async def live(key: str) -> None:
        await world.give(key, 2)
        await asyncio.gather(*(world.stores.counting.count(f"appointment:{key}") for _ in range(3)))
        await world.set_aside(key)
        await world.stores.counting.count(f"appointment:{key}")

    async def rebuild() -> None:
        for _ in range(5):
            await world.stores.recount.run(replace=True)

    await asyncio.gather(rebuild(), *(live(key) for key in keys))
    await check_all(world)
    assert await sums(world.stores.figures) == await expected(world.stores)


# -- the command's own work ---------------------------------------------------------------------------------


@pytest.fixture
async def counted(prepared: Connected) -> World:
    world = World(prepared)
    await empty(world.stores)
    for key in ("a", "b"):
        await world.serve(key)
        await world.give(key, 1)
    await world.settle()
    return world


async def test_what_waits_for_a_worker_is_no_difference(counted: World) -> None:
    await counted.set_aside("a")
    found = await counted.stores.recount.run(replace=True)
    assert (found.differences, found.waiting) == ({}, {"appointment:a"})


async def spoiled_cell(world: World) -> None:
    await world.stores.figures.documents.update_one({"n.level_1": 1}, {"$inc": {"n.level_1": 5}})


async def lost_cell(world: World) -> None:
    await world.stores.figures.documents.delete_one({"n.level_1": 1})


async def cell_of_nothing(world: World) -> None:
    key = "2026-01-01|service|D|x|H|h5"
    await world.stores.figures.documents.insert_one({"_id": key, "n": {"level_5": 3}})


async def lost_ticks(world: World) -> None:
    await world.stores.review_ticks.documents.delete_one({"_id": "appointment:a"})


async def lost_matter(world: World) -> None:
    await world.stores.reviews.documents.delete_one({"_id": "appointment:a"})


@pytest.mark.parametrize("spoil", [spoiled_cell, lost_cell, cell_of_nothing, lost_ticks, lost_matter])
async def test_what_was_spoiled_is_found_and_put_right(counted: World, spoil: Any) -> None:
    await spoil(counted)
    recount: Recount = counted.stores.recount
    first = await recount.run(replace=False)
    assert first.differences
    assert (await recount.run(replace=False)).differences == first.differences, "comparing writes nothing"
    assert (await recount.run(replace=True)).differences
    assert found_nothing(await recount.run(replace=False))
    assert await sums(counted.stores.figures) == await expected(counted.stores)


def found_nothing(found: Found) -> bool:
    return not found.differences and not found.waiting
