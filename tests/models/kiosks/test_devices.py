"""What devices may: signed requests, nonces, keys, commands (docs/devices.md), in the stores."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.kiosks import CommandName, DeviceState, Heard, Kiosk, Outcome, Signed, State, notice_of
from models.kiosks.heartbeats import BEHIND, MOST_NONCES, Nonce
from models.kiosks.signatures import is_signed
from models.kiosks.store import Kiosks
from tests.house.house import House, said
from tests.house.kiosks import Kiosked, signed, spki

SECOND = timedelta(seconds=1)
IDLE = Heard(state=DeviceState.IDLE, session=False, software="1.0")
FAULT, SERVING = Heard(**{**IDLE, "state": DeviceState.FAULT}), Heard(**{**IDLE, "session": True})


@pytest.fixture
async def kiosk(kiosks: Kiosked) -> Kiosk:
    return await kiosks.in_service()


async def beat(kiosks: Kiosked, one: Signed, heard: Heard = IDLE) -> Any:
    """As the door does it."""
    by = kiosks.house.by(f"kiosk:{one.kiosk}")
    found = await kiosks.stores.devices.known(one, by)
    return await kiosks.stores.devices.beat(found, one, heard, by)


async def events(house: House, kiosk: Kiosk) -> list[str]:
    found = await house.stores.heartbeats.documents.find_one({"_id": kiosk["_id"]})
    return [event["name"] for event in (found or {}).get("events", [])]


async def test_a_signed_heartbeat_is_heard(house: House, kiosks: Kiosked, kiosk: Kiosk) -> None:
    assert await beat(kiosks, signed(house, kiosk)) == []
    heard = await house.stores.heartbeats.find(kiosk["_id"])
    assert heard
    assert (heard["at"], heard["said"]) == (house.stores.clock(), IDLE)


FOREIGN: Mapping[str, str] = {
    "kiosk": "f" * 32,
    "timestamp": "1",
    "nonce": "another-nonce-here",
    "method": "PUT",
    "path": "/api/v1/devices/heartbeat?x=1",
}


@pytest.mark.parametrize("name", [*FOREIGN, "body"])
async def test_everything_is_signed(house: House, kiosks: Kiosked, kiosk: Kiosk, name: str) -> None:
    changed: Any = {name: b"{}x" if name == "body" else FOREIGN[name]}
    code = "device_clock_stale" if name == "timestamp" else "signature_invalid"
    assert await said(beat(kiosks, replace(signed(house, kiosk), **changed))) == code


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("kiosk", ""),
        ("kiosk", "F" * 32),
        ("timestamp", "1e9"),
        ("timestamp", "١٢٣"),
        ("timestamp", "9" * 12),
        ("nonce", "short"),
        ("nonce", "x" * 65),
        ("nonce", "sixteen char.s.."),
        ("signature", "A" * 88),
        ("signature", "A" * 86 + "="),
        ("signature", "-" * 86 + "=="),
    ],
)
async def test_what_has_no_form_is_not_looked_at(
    house: House, kiosks: Kiosked, kiosk: Kiosk, name: str, text: str
) -> None:
    changed: Any = {name: text}
    assert await said(beat(kiosks, replace(signed(house, kiosk), **changed))) == "device_unsigned"


@pytest.mark.parametrize("minutes", [-5, 5])
async def test_a_stale_clock(house: House, kiosks: Kiosked, kiosk: Kiosk, minutes: int) -> None:
    now = house.stores.clock()
    edge = now + timedelta(minutes=minutes)
    assert await said(beat(kiosks, signed(house, kiosk, at=edge))) == "done"
    beyond = edge + (SECOND if minutes > 0 else -SECOND)
    assert await said(beat(kiosks, signed(house, kiosk, at=beyond))) == "device_clock_stale"


async def test_a_replay_is_refused_as_long_as_it_could_come(
    house: House, kiosks: Kiosked, kiosk: Kiosk
) -> None:
    now = house.stores.clock()
    one = signed(house, kiosk, at=now + timedelta(minutes=5))
    told = await asyncio.gather(*(said(beat(kiosks, one)) for _ in range(8)))
    assert sorted(told) == ["done", *["nonce_used"] * 7]
    kiosks.set(now + timedelta(minutes=10))
    assert await said(beat(kiosks, one)) == "nonce_used"
    kiosks.set(now + timedelta(minutes=10, seconds=1))
    assert await said(beat(kiosks, one)) == "device_clock_stale"


async def test_too_many_at_once_wait_and_no_nonce_is_forgotten(
    house: House, kiosks: Kiosked, kiosk: Kiosk
) -> None:
    first = signed(house, kiosk)
    await beat(kiosks, first)
    for _ in range(MOST_NONCES - 1):
        await beat(kiosks, signed(house, kiosk))
    assert await said(beat(kiosks, signed(house, kiosk))) == "too_many_signals"
    assert await said(beat(kiosks, first)) == "nonce_used"
    kiosks.set(house.stores.clock() + timedelta(minutes=6, seconds=1))
    assert await said(beat(kiosks, signed(house, kiosk))) == "done"
    heard = await house.stores.heartbeats.find(kiosk["_id"])
    assert heard
    assert len(heard["nonces"]) == 1


async def test_a_wrong_key_and_a_revoked_one(house: House, kiosks: Kiosked, kiosk: Kiosk) -> None:
    assert await said(beat(kiosks, signed(house, kiosk, number=5))) == "signature_invalid"
    revoke = house.stores.devices.revoke
    assert await said(revoke(kiosk["_id"], *kiosks.who("contact"))) == "scope_missing"
    await revoke(kiosk["_id"], *kiosks.who("digital"))
    assert await said(beat(kiosks, signed(house, kiosk))) == "key_revoked"
    assert await said(revoke(kiosk["_id"], *kiosks.who("digital"))) == "kiosk_moved_on"


async def test_after_a_key_was_revoked_a_code_lets_a_device_in_again(
    house: House, kiosks: Kiosked, kiosk: Kiosk
) -> None:
    await kiosks.fault(kiosk["_id"])
    await house.stores.devices.revoke(kiosk["_id"], *kiosks.who("digital"))
    back = await kiosks.activated(kiosk["_id"], 6)
    assert (back["state"], back["position"]) == (State.UNDER_REPAIR, kiosk["position"])
    assert await said(beat(kiosks, signed(house, kiosk, number=6))) == "done"
    assert await said(beat(kiosks, signed(house, kiosk))) == "signature_invalid"


@pytest.mark.parametrize("state", [State.REMOVED, State.RETIRED])
async def test_one_that_left_is_not_known(house: House, kiosks: Kiosked, state: State) -> None:
    kiosk = await kiosks.brought_to(state)
    assert await said(beat(kiosks, signed(house, kiosk))) == "key_revoked"


async def test_a_new_key_is_in_force_with_its_first_use(house: House, kiosks: Kiosked, kiosk: Kiosk) -> None:
    devices, by = house.stores.devices, house.by(f"kiosk:{kiosk['_id']}")
    offer = signed(house, kiosk)
    await devices.offer_key(await devices.known(offer, by), offer, spki(7), by)
    assert await said(devices.offer_key(await devices.known(offer, by), offer, spki(8), by)) == "nonce_used"
    assert await said(beat(kiosks, signed(house, kiosk))) == "done"
    assert await said(beat(kiosks, signed(house, kiosk, number=7))) == "done"
    assert await said(beat(kiosks, signed(house, kiosk))) == "signature_invalid"
    found = await kiosks.get(kiosk["_id"])
    assert found["device_key"]["spki"] == spki(7)
    assert found["device_key"]["next"] is None


async def test_first_uses_of_a_new_key_at_one_instant_are_all_good(
    house: House, kiosks: Kiosked, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices, by = house.stores.devices, house.by(f"kiosk:{kiosk['_id']}")
    await devices.offer_key(kiosk, signed(house, kiosk), spki(7), by)
    both, find = asyncio.Barrier(2), Kiosks.find

    async def found_by_both(stores: Kiosks, key: str) -> Kiosk | None:
        found = await find(stores, key)
        if found and found["device_key"]["next"]:
            await both.wait()
        return found

    monkeypatch.setattr(Kiosks, "find", found_by_both)
    first, second = (said(beat(kiosks, signed(house, kiosk, number=7))) for _ in range(2))
    assert [*await asyncio.gather(first, second)] == ["done", "done"]
    assert await said(beat(kiosks, signed(house, kiosk))) == "signature_invalid"


async def test_faults_and_recoveries_are_events(house: House, kiosks: Kiosked, kiosk: Kiosk) -> None:
    for heard in (IDLE, FAULT, FAULT, SERVING, IDLE, FAULT):
        await beat(kiosks, signed(house, kiosk), heard)
    assert await events(house, kiosk) == ["heartbeat.failed", "heartbeat.recovered", "heartbeat.failed"]


async def test_the_first_one_may_tell_of_a_fault(house: House, kiosks: Kiosked, kiosk: Kiosk) -> None:
    told = await asyncio.gather(*(said(beat(kiosks, signed(house, kiosk), FAULT)) for _ in range(4)))
    assert told == ["done"] * 4
    assert await events(house, kiosk) == ["heartbeat.failed"]


async def order(kiosks: Kiosked, kiosk: Kiosk, name: CommandName = CommandName.RELOAD) -> Kiosk:
    return await kiosks.stores.commands.order(kiosk["_id"], name, "1.5.0", *kiosks.who("digital"))


async def answer(kiosks: Kiosked, kiosk: Kiosk, command: str, **more: Any) -> None:
    by = kiosks.house.by(f"kiosk:{kiosk['_id']}")
    given = {"outcome": Outcome.DONE, "text": "", "picture": b"", **more}
    nonce = signed(kiosks.house, kiosk).used
    await kiosks.stores.commands.answer(await kiosks.get(kiosk["_id"]), nonce, command, **given, by=by)


async def test_a_command_is_told_until_it_is_answered(house: House, kiosks: Kiosked, kiosk: Kiosk) -> None:
    await order(kiosks, kiosk)
    for _ in range(2):
        [command] = await beat(kiosks, signed(house, kiosk))
        assert (command["name"], command["argument"]) == (CommandName.RELOAD, "")
    assert await said(order(kiosks, kiosk)) == "command_waiting"
    told = await asyncio.gather(*(said(answer(kiosks, kiosk, command["id"])) for _ in range(4)))
    assert sorted(told) == ["command_not_found"] * 3 + ["done"]
    assert await beat(kiosks, signed(house, kiosk)) == []
    kept = await house.stores.kiosks.documents.find_one({"_id": kiosk["_id"]})
    told_of = [(event["name"], event["actor"], event["data"]["name"]) for event in kept["events"][-2:]]
    assert told_of == [
        ("kiosk.commanded", "staff:digital", "reload"),
        ("kiosk.command_answered", f"kiosk:{kiosk['_id']}", "reload"),
    ]


async def test_nobody_who_is_served_is_disturbed(house: House, kiosks: Kiosked, kiosk: Kiosk) -> None:
    await beat(kiosks, signed(house, kiosk), SERVING)
    assert await said(order(kiosks, kiosk)) == "kiosk_serving"
    await beat(kiosks, signed(house, kiosk))
    await order(kiosks, kiosk)
    assert await beat(kiosks, signed(house, kiosk), SERVING) == []
    serving: Heard = {**IDLE, "state": DeviceState.SERVING}
    assert await beat(kiosks, signed(house, kiosk), serving) == []
    assert len(await beat(kiosks, signed(house, kiosk))) == 1


async def test_a_device_of_which_nothing_is_heard_serves_nobody(
    house: House, kiosks: Kiosked, kiosk: Kiosk
) -> None:
    await beat(kiosks, signed(house, kiosk), SERVING)
    kiosks.set(house.stores.clock() + timedelta(minutes=2, seconds=1))
    assert await said(order(kiosks, kiosk)) == "done"


async def test_an_old_command_is_not_told_any_more(house: House, kiosks: Kiosked, kiosk: Kiosk) -> None:
    await order(kiosks, kiosk)
    kiosks.set(house.stores.clock() + timedelta(hours=1))
    assert await beat(kiosks, signed(house, kiosk)) == []
    await order(kiosks, kiosk)
    assert len((await kiosks.get(kiosk["_id"]))["commands"]) == 1


async def test_who_orders(kiosks: Kiosked, kiosk: Kiosk) -> None:
    ordering = kiosks.stores.commands.order
    for username in kiosks.members.keys() - {"digital"}:
        refused = ordering(kiosk["_id"], CommandName.RELOAD, "", *kiosks.who(username))
        assert await said(refused) == "scope_missing"
    digital = kiosks.who("digital")
    assert await said(ordering(kiosk["_id"], CommandName.UPDATE, " ", *digital)) == "kiosk_words_missing"
    updated = await ordering(kiosk["_id"], CommandName.UPDATE, "1.5.0", *digital)
    assert [one["argument"] for one in updated["commands"]] == ["1.5.0"]


async def test_logs_and_pictures_are_kept_sealed(house: House, kiosks: Kiosked, kiosk: Kiosk) -> None:
    ordered = await order(kiosks, kiosk, CommandName.LOGS)
    command = ordered["commands"][0]["id"]
    await answer(kiosks, kiosk, command, text="王小明 reload", picture=b"\x89PNG picture")
    answers = house.stores.device_answers
    kept = await answers.documents.find_one({"_id": command})
    assert "王小明" not in str(kept)
    assert b"PNG" not in kept["picture"]
    assert answers.opened(await answers.get(command)) == ("王小明 reload", b"\x89PNG picture")


async def test_what_a_kiosk_out_of_service_shows(kiosks: Kiosked, kiosk: Kiosk) -> None:
    assert notice_of(kiosk) is None
    broken = notice_of(await kiosks.brought_to(State.UNDER_REPAIR))
    assert broken
    assert ("维修" in broken.text, broken.until) == (True, None)
    suspended = await kiosks.brought_to(State.SUSPENDED)
    shown = notice_of(suspended)
    assert shown
    assert suspended["suspension"]
    assert ("因系统升级" in shown.text, shown.until) == (True, suspended["suspension"]["end"])


@given(st.binary(max_size=200), st.binary(max_size=100))
def test_any_bytes_are_no_signature(signature: bytes, key: bytes) -> None:
    assert not is_signed(spki(), signature, b"message")
    assert not is_signed(key, signature, b"message")


async def test_a_nonce_is_noted_with_what_is_said(house: House, kiosks: Kiosked, kiosk: Kiosk) -> None:
    """In one write: where the nonce was used, nothing of the request is kept."""
    by = house.by()
    nonce = Nonce(nonce="n" * 16, until=house.stores.clock() + timedelta(minutes=5))
    hear = house.stores.heartbeats.hear
    await hear(kiosk["_id"], nonce, by, IDLE)
    assert await said(hear(kiosk["_id"], nonce, by, FAULT)) == "nonce_used"
    heard = await house.stores.heartbeats.find(kiosk["_id"])
    assert heard
    assert heard["said"] == IDLE
    assert await events(house, kiosk) == []


async def test_a_nonce_that_could_still_come_is_kept_when_room_is_made(
    house: House, kiosks: Kiosked, kiosk: Kiosk
) -> None:
    """Up to the last instant at which its time is taken, by a process whose clock is behind this one's."""
    now, hear = house.stores.clock(), house.stores.heartbeats.hear
    edge = Nonce(nonce="edge" * 4, until=now - BEHIND)
    await hear(kiosk["_id"], edge, house.by())
    old = -BEHIND - timedelta(seconds=1)
    for number in range(MOST_NONCES - 1):
        await hear(kiosk["_id"], Nonce(nonce=f"old-{number:012}", until=now + old), house.by())
    await hear(kiosk["_id"], Nonce(nonce="the next one is new", until=now), house.by())
    assert await said(hear(kiosk["_id"], edge, house.by())) == "nonce_used"
