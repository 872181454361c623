"""How much an item is asked for."""

import asyncio

from tests.handlers.test_round_trips import watched
from tests.house.guides import plain_guide
from tests.house.house import House


async def test_a_crowd_is_counted_together_and_nobody_waits(house: House) -> None:
    uses, item = house.stores.uses, plain_guide().item
    async with watched(house) as calls:
        for _ in range(100):
            uses.count(item)
        assert calls == {}
        await uses.written()
        for _ in range(100):
            uses.count(item)
            await asyncio.sleep(0)
        await uses.written()
    assert (await uses.get(item))["counted"] == 200
    assert sum(calls.values()) < 50
