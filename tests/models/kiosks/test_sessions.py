"""That a browser stands at a kiosk (docs/decisions/0016-device.md), in the stores."""

from datetime import timedelta

from models.kiosks import SESSION_LIFETIME, Kiosk
from models.kiosks.document import State
from tests.house.clock import Clock
from tests.house.house import House, said
from tests.house.kiosks import Kiosked, signed, spki, token_of

SECOND = timedelta(seconds=1)
PATH = "/api/v1/devices/session"


async def stands(house: House, token: str) -> str | None:
    found = await house.stores.kiosk_sessions.find(token, house.stores.clock())
    return found["_id"] if found else None


async def renewed(house: House, token: str, kiosk: Kiosk) -> bool:
    now = await house.stores.kiosks.get(kiosk["_id"])
    return await house.stores.kiosk_sessions.renew(token, now, house.by(f"kiosk:{kiosk['_id']}"))


async def test_a_session_lasts_ten_minutes_from_its_last_heartbeat(
    house: House, kiosks: Kiosked, clock: Clock
) -> None:
    kiosk, other = await kiosks.in_service(), await kiosks.in_service()
    token = await token_of(house, kiosk)
    clock.advance(SESSION_LIFETIME - SECOND)
    assert await stands(house, token) == kiosk["_id"]
    assert not await renewed(house, token, other)
    assert await renewed(house, token, kiosk)
    clock.advance(SESSION_LIFETIME - SECOND)
    assert await stands(house, token) == kiosk["_id"]
    clock.advance(SECOND)
    assert await stands(house, token) is None
    assert not await renewed(house, token, kiosk)
    assert await stands(house, "another token") is None


async def test_a_request_opens_one_session(house: House, kiosks: Kiosked) -> None:
    """What was heard on the way opens no other."""
    kiosk = await kiosks.in_service()
    one, by = signed(house, kiosk, path=PATH), house.by("device")
    await house.stores.kiosk_sessions.open(kiosk, one, by)
    assert await said(house.stores.kiosk_sessions.open(kiosk, one, by)) == "nonce_used"
    assert await house.stores.kiosk_sessions.documents.count_documents({}) == 1


async def test_a_token_is_not_kept(house: House, kiosks: Kiosked) -> None:
    token = await token_of(house, await kiosks.in_service())
    assert token not in str(await house.stores.kiosk_sessions.documents.find({}).to_list())


async def test_a_session_ends_with_its_key(house: House, kiosks: Kiosked, clock: Clock) -> None:
    """Revoked, then activated anew, then with a new key in force: each time the one before stands nowhere."""
    kiosk = await kiosks.in_service()
    first = await token_of(house, kiosk)
    await house.stores.devices.revoke(kiosk["_id"], *kiosks.who("digital"))
    assert await stands(house, first) is None
    clock.advance(SECOND)
    again = await kiosks.activated(kiosk["_id"], 1)
    assert await stands(house, first) is None
    assert not await renewed(house, first, kiosk)
    second = await token_of(house, again, 1)
    assert await stands(house, second) == kiosk["_id"]
    offer = signed(house, again, number=1, path="/api/v1/devices/key")
    await house.stores.devices.offer_key(again, offer, spki(2), house.by("device"))
    assert await stands(house, second) == kiosk["_id"]
    clock.advance(SECOND)
    third = await token_of(house, again, 2)
    assert [await stands(house, token) for token in (first, second, third)] == [None, None, kiosk["_id"]]


async def test_what_ran_out_a_moment_ago_is_not_renewed(house: House, kiosks: Kiosked, clock: Clock) -> None:
    kiosk = await kiosks.in_service()
    token = await token_of(house, kiosk)
    clock.advance(SESSION_LIFETIME)
    assert not await renewed(house, token, kiosk)
    assert await stands(house, token) is None


async def test_the_kiosk_is_found_in_its_own_shape_without_its_history(house: House, kiosks: Kiosked) -> None:
    token = await token_of(house, await kiosks.in_service())
    found = await house.stores.kiosk_sessions.find(token, house.stores.clock())
    assert found is not None
    assert (found["state"], type(found["state"])) == (State.IN_SERVICE, State)
    assert not {"timeline", "events"} & found.keys()


async def test_sessions_that_ran_out_are_removed(house: House) -> None:
    kept = await house.stores.kiosk_sessions.documents.index_information()
    assert kept["expires_at_1"]["expireAfterSeconds"] == 0
