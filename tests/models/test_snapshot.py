"""What is shown from memory is what the database has, whatever happens to the stream that keeps it so."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import AsyncMock

import pytest
from pymongo.errors import OperationFailure

from models import snapshot
from models.guides import Search
from models.guides.publishing import Publishing
from models.places import HallKind, Position
from models.shown import Shown
from models.stores import Stores
from tests.handlers.test_round_trips import watched
from tests.house.guides import CARD, DEPARTMENT, OTHER_DEPARTMENT, plain_guide
from tests.house.house import House
from tests.house.outside import Register
from tests.house.places import hall
from tests.house.stores import stores_over
from wechat_backend.shown_watch import following_shown

HALLS = ["district", "far", "near"]
SOON = 10.0
"""Seconds in which a busy machine hears of a change; an idle one takes some milliseconds."""


@pytest.fixture(autouse=True)
def short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "LOOK", 0.05)


@pytest.fixture
async def elsewhere(house: House) -> AsyncIterator[Shown]:
    """What another process shows, which only hears of the changes that `house` makes."""
    stores = stores_over(house.stores.database, house.stores.clock, Register())
    yield stores.shown
    await stores.shown.snapshot.end()


async def furnish(house: House) -> None:
    await house.publish(
        plain_guide(1, places=["district", "far"]),
        plain_guide(2, places=["far", "near"], department=OTHER_DEPARTMENT.code, group="police"),
    )
    for number, code in enumerate(HALLS):
        await house.stores.halls.put(placed(code, number), house.by())
    await house.refer(CARD)


def placed(code: str, number: int, **changes: Any) -> Any:
    windows = {"weekday_hours": [["09:00", "12:00"]], "capacity": {"general" if number else "police": 1}}
    where = {"coordinates": [113.3 + number / 50, 22.9 + number % 3 / 70]}
    return hall(code, kind=list(HallKind)[number % 3], location=where, windows=windows, **changes)


async def answers(guides: Any, departments: Any, referrals: Any, halls: Any) -> list[Any]:
    """All that can be asked of what is shown, or of the stores."""
    keys = await guides.in_force()
    items = [key.partition("@")[0] for key in keys]
    here = Position(22.91, 113.33)
    return [
        keys,
        await guides.read(keys),
        sorted(await guides.entries(keys), key=lambda one: one.key),
        [await guides.published(item) for item in items],
        [await guides.at_place(code) for code in HALLS],
        await guides.offered([*items, "unknown"]),
        await departments.all(),
        [await departments.get(one.code) for one in await departments.all()],
        await referrals.all(),
        await halls.all(),
        await halls.all(HallKind.CENTRE),
        await halls.those(["near", "gone", "district"]),
        [await halls.get(one.code) for one in await halls.all()],
        await halls.offering("general"),
        await halls.offering("police", ["district", "far"]),
        await halls.near(here),
        await halls.near(here, 2, group="general", places=["far", "near"]),
    ]


async def of_shown(shown: Shown) -> list[Any]:
    return await answers(shown.guides, shown.departments, shown.referrals, shown.halls)


async def of_database(stores: Stores) -> list[Any]:
    return await answers(stores.guides, stores.departments, stores.referrals, stores.halls)


async def agree(shown: Shown, house: House) -> None:
    assert shown.snapshot.true
    assert await of_shown(shown) == await of_database(house.stores)


async def test_everything_is_answered_from_memory_as_from_the_database(
    house: House, elsewhere: Shown
) -> None:
    await furnish(house)
    await house.stores.uses.expect(plain_guide(2).item, 3)
    assert await of_shown(elsewhere) == await of_database(house.stores)  # nobody has read anything yet
    assert elsewhere.guides.version == ""
    await elsewhere.snapshot.look()
    await agree(elsewhere, house)
    async with watched(house) as calls:
        await of_shown(elsewhere)
    assert not calls


async def test_whatever_is_changed_is_taken_over(house: House, elsewhere: Shown) -> None:
    """Two hundred changes of any kind, with looks between."""
    chance, stores = random.Random(19), house.stores
    await furnish(house)
    versions = {1: 1, 2: 1}

    async def publish() -> None:
        number = chance.choice([*versions, len(versions) + 1])
        versions[number] = versions.get(number, 0) + 1
        guide = plain_guide(number, version=versions[number], places=chance.sample(HALLS, 2))
        await Publishing(stores.guides).publish(guide, house.by())

    async def place() -> None:
        code = chance.choice([*HALLS, "new"])
        await stores.halls.put(placed(code, chance.randrange(9)), house.by())

    async def remove() -> None:
        await stores.halls.documents.delete_one({"_id": chance.choice([*HALLS, "new"])})

    async def rename() -> None:
        one = chance.choice([DEPARTMENT, OTHER_DEPARTMENT])
        await stores.departments.put(
            one.model_copy(update={"name": f"第{chance.randrange(99)}局"}), house.by()
        )

    kinds: list[Callable[[], Awaitable[None]]] = [publish, place, remove, rename]
    seen = set()
    for _ in range(200):
        await chance.choice(kinds)()
        if chance.random() < 0.1:
            await elsewhere.snapshot.look()
            await agree(elsewhere, house)
            seen.add(elsewhere.snapshot.version(*elsewhere.snapshot.kept))
    assert len(seen) > 5
    await elsewhere.snapshot.look()
    anew = stores_over(stores.database, stores.clock, Register()).shown
    await anew.snapshot.look()
    assert anew.guides.version == elsewhere.guides.version != ""
    await anew.snapshot.end()


@pytest.mark.parametrize("when", ["opened", "read"])
async def test_a_write_between_opening_and_reading_is_not_missed(
    house: House, elsewhere: Shown, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(house)
    kept = elsewhere.halls.kept
    load, renamed = kept.load, hall("far", name="改名")

    async def written_about() -> None:
        if when == "opened":
            await house.stores.halls.put(renamed, house.by())
        await load()
        if when == "read":
            await house.stores.halls.put(renamed, house.by())

    monkeypatch.setattr(kept, "load", written_about)
    await elsewhere.snapshot.look()
    assert await elsewhere.halls.get("far") == renamed
    await agree(elsewhere, house)


async def test_two_versions_change_places_at_once(house: House, elsewhere: Shown) -> None:
    """After each single change that the stream tells of, the item has a version in force."""
    await furnish(house)
    shown, item = elsewhere.snapshot, plain_guide(1).item
    await shown.look()
    await Publishing(house.stores.guides).publish(plain_guide(1, version=2), house.by())
    assert shown.stream
    while change := await shown.stream.try_next():
        await shown._take(change)
        assert elsewhere.guides.kept.things[item].guide.version == 2


@asynccontextmanager
async def followed(shown: Shown) -> AsyncIterator[None]:
    async with following_shown(shown.snapshot):
        await until(lambda: shown.snapshot.true)
        yield


async def until(happened: Callable[[], bool]) -> float:
    """How long it took, in seconds."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < SOON
        await asyncio.sleep(0.005)
    return time.monotonic() - began


async def renaming(house: House, shown: Shown, name: str) -> float:
    """Seconds from a change until another process shows it."""
    await house.stores.halls.put(placed("far", 1, name=name), house.by())
    kept = shown.halls.kept
    return await until(lambda: shown.snapshot.true and kept.things["far"].name == name)


async def test_a_change_in_one_process_is_shown_by_another_within_a_second(
    house: House, elsewhere: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "LOOK", 1.0)
    await furnish(house)
    async with followed(elsewhere):
        took = sorted([await renaming(house, elsewhere, f"第{n}次") for n in range(3)])
        assert took[0] < 1, took  # the others may have waited for a busy machine


async def kill_streams(house: House) -> int:
    """Kill the cursors of all change streams, as an administrator may; how many there were."""
    database: Any = house.stores.database
    admin, killed = database.client.admin, 0
    found = await admin.command(
        {
            "aggregate": 1,
            "pipeline": [
                {"$currentOp": {"idleCursors": True, "localOps": True}},
                {"$match": {"cursor.originatingCommand.pipeline.0.$changeStream": {"$exists": True}}},
            ],
            "cursor": {},
        }
    )
    for one in found["cursor"]["firstBatch"]:
        if one["ns"].startswith(f"{database.name}."):
            collection = one["ns"].partition(".")[2]
            await database.native.command({"killCursors": collection, "cursors": [one["cursor"]["cursorId"]]})
            killed += 1
    return killed


async def test_a_stream_that_is_killed_goes_on(house: House, elsewhere: Shown) -> None:
    await furnish(house)
    async with followed(elsewhere):
        killed = 0
        while not killed:
            killed = await kill_streams(house)
        await renaming(house, elsewhere, "改名")
        await agree(elsewhere, house)


async def test_a_stream_whose_place_is_lost_is_opened_anew_and_all_is_read(
    house: House, elsewhere: Shown
) -> None:
    await furnish(house)
    shown = elsewhere.snapshot
    await shown.look()

    class Lost:
        alive = False

        async def try_next(self) -> None:
            raise OperationFailure("Resume of change stream was not possible", 286)

        async def close(self) -> None:
            """There is nothing to close."""

    if shown.stream:
        await shown.stream.close()
    shown.stream = Lost()
    await house.stores.halls.put(placed("far", 1, name="改名"), house.by())
    with pytest.raises(OperationFailure):
        await shown.look()
    assert not shown.true
    assert (await elsewhere.halls.get("far")).name == "改名"  # of the database
    await shown.look()
    await agree(elsewhere, house)


async def test_what_was_not_heard_of_for_long_is_not_shown(house: House, elsewhere: Shown) -> None:
    await furnish(house)
    await elsewhere.snapshot.look()
    elsewhere.snapshot.heard -= snapshot.PATIENCE
    await house.stores.halls.put(placed("far", 1, name="改名"), house.by())
    assert (await elsewhere.halls.get("far")).name == "改名"
    assert (elsewhere.guides.version, elsewhere.snapshot.of(elsewhere.halls.kept)) == ("", None)


async def test_how_much_is_asked_for_is_read_again(house: House, elsewhere: Shown) -> None:
    await furnish(house)
    await elsewhere.snapshot.look()
    await house.stores.uses.expect(plain_guide(2).item, 3)
    elsewhere.snapshot.counted -= snapshot.COUNTED_AGAIN
    await elsewhere.snapshot.look()
    assert (await elsewhere.guides.in_force())[0] == plain_guide(2).key


async def test_a_collection_that_is_gone_is_shown_empty(house: House, elsewhere: Shown) -> None:
    await furnish(house)
    await elsewhere.snapshot.look()
    await house.stores.referrals.documents.drop()
    await elsewhere.snapshot.look()
    await agree(elsewhere, house)
    assert await elsewhere.referrals.all() == []
    await house.stores.referrals.prepare()


async def test_a_search_finds_what_is_shown_now(
    house: House, elsewhere: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same words are looked for once, as long as nothing is changed; from the database each time."""
    await furnish(house)
    await elsewhere.snapshot.look()
    here, there = (
        Search(house.stores.guides, house.stores.referrals),
        Search(elsewhere.guides, elsewhere.referrals),
    )
    looked = AsyncMock(wraps=there._hits)
    monkeypatch.setattr(there, "_hits", looked)

    async def find(times: int) -> None:
        for _ in range(times):
            assert await there.find("居住证") == await here.find("居住证")

    await find(3)
    assert looked.await_count == 1
    await house.publish(plain_guide(3, name="居住证续期"))
    await elsewhere.snapshot.look()
    await find(3)
    assert looked.await_count == 2
    await elsewhere.snapshot.end()
    await find(3)
    assert looked.await_count == 5
    assert len((await here.find("居住证")).guides) == 3
