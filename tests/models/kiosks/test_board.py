"""How kiosks stand on the board, and who sees them there."""

from datetime import timedelta
from typing import Any

import pytest

from models.kiosks import DeviceState, Heard, Standing, State
from models.kiosks.board import LOW, counted
from models.kiosks.heartbeats import Nonce
from tests.house.clock import Clock
from tests.house.house import House
from tests.house.kiosks import Kiosked

IDLE = Heard(state=DeviceState.IDLE, session=False, software="1.0")


async def beat(house: House, kiosk: str, **said: Any) -> None:
    now = house.stores.clock()
    nonce = Nonce(nonce=f"{kiosk}-{now}", until=now + timedelta(minutes=10))
    heard = Heard(**{**IDLE, **said})  # type: ignore[typeddict-item]
    await house.stores.heartbeats.hear(kiosk, nonce, house.by(f"kiosk:{kiosk}"), heard)


async def standing(kiosks: Kiosked, kiosk: str) -> Standing:
    board = await kiosks.stores.board.read(kiosks.who("digital")[0])
    return next(one.standing for one in board if one.kiosk["_id"] == kiosk)


@pytest.mark.article("18.watched", "19.1")
async def test_what_a_device_says_and_that_it_is_silent(house: House, kiosks: Kiosked, clock: Clock) -> None:
    kiosk = (await kiosks.in_service())["_id"]
    assert await standing(kiosks, kiosk) is Standing.UNHEARD
    for said, expected in (
        ({"paper": 80.0}, Standing.WORKING),
        ({"paper": float(LOW)}, Standing.WORKING),
        ({"paper": LOW - 0.1}, Standing.LOW),
        ({"toner": 3.0}, Standing.LOW),
        ({"state": DeviceState.FAULT}, Standing.FAULT),
    ):
        clock.advance(timedelta(seconds=30))
        await beat(house, kiosk, **said)
        assert await standing(kiosks, kiosk) is expected, said
    heard = await house.stores.heartbeats.find(kiosk)
    assert heard
    await house.stores.heartbeats.lose(heard, house.by())
    assert await standing(kiosks, kiosk) is Standing.OFFLINE


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.UNDER_REPAIR, Standing.REPAIR),
        (State.SUSPENDED, Standing.SUSPENDED),
        (State.TAKEN_AWAY, Standing.AWAY),
    ],
)
async def test_what_a_person_decided_comes_first(
    house: House, kiosks: Kiosked, state: State, expected: Standing
) -> None:
    kiosk = (await kiosks.brought_to(state))["_id"]
    await beat(house, kiosk, state=DeviceState.FAULT)
    assert await standing(kiosks, kiosk) is expected


async def test_each_sees_their_own_and_none_that_left(house: House, kiosks: Kiosked) -> None:
    kept = (await kiosks.in_service())["_id"]
    for state in (State.PLACED, State.RETIRED, State.REMOVED):
        await kiosks.brought_to(state)
    for username in ("digital", "contact", "centre", "township"):
        board = await kiosks.stores.board.read(kiosks.who(username)[0])
        assert [one.kiosk["_id"] for one in board] == [kept], username
        assert counted(board)[Standing.UNHEARD] == 1
    for username in ("other", "elsewhere"):
        assert await kiosks.stores.board.read(kiosks.who(username)[0]) == []
