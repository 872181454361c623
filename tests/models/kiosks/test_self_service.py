"""Which items kiosks offer at places now."""

from datetime import timedelta

import pytest

from models.kiosks import DeviceState, State
from tests.house.clock import Clock
from tests.house.house import House
from tests.house.kiosks import GUIDE, Kiosked
from tests.house.places import HALL
from tests.models.kiosks.test_board import beat

OFFERED = {HALL.code: {GUIDE.item}}
NOTHING: dict[str, set[str]] = {HALL.code: set()}


async def at(kiosks: Kiosked, *places: str) -> dict[str, frozenset[str]]:
    return await kiosks.stores.self_service.at(places or (HALL.code, "nancun"))


@pytest.mark.article("18.near")
async def test_items_of_a_kiosk_that_is_heard_and_well(house: House, kiosks: Kiosked, clock: Clock) -> None:
    assert await at(kiosks) == {}
    kiosk = (await kiosks.in_service())["_id"]
    assert await at(kiosks) == NOTHING  # never heard
    for state, expected in (
        (DeviceState.IDLE, OFFERED),
        (DeviceState.FAULT, NOTHING),
        (DeviceState.SERVING, OFFERED),
    ):
        clock.advance(timedelta(seconds=30))
        await beat(house, kiosk, state=state)
        assert await at(kiosks) == expected, state
    assert await at(kiosks, "nancun") == {}
    heard = await house.stores.heartbeats.find(kiosk)
    assert heard
    await house.stores.heartbeats.lose(heard, house.by())
    assert await at(kiosks) == NOTHING
    other = (await kiosks.in_service(name="另一台"))["_id"]
    await beat(house, other)
    assert await at(kiosks) == OFFERED
    await kiosks.fault(other)
    assert await at(kiosks) == NOTHING


@pytest.mark.parametrize("state", [State.PLACED, State.REMOVED, State.RETIRED])
async def test_a_place_that_a_kiosk_left_has_none(house: House, kiosks: Kiosked, state: State) -> None:
    await beat(house, (await kiosks.brought_to(state))["_id"])
    assert await at(kiosks) == {}
