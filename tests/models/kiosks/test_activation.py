"""One-time codes: how a device becomes a kiosk (docs/devices.md)."""

import asyncio
from datetime import timedelta

import pytest

from models.kiosks import Kiosk, State
from tests.house.house import House, said
from tests.house.kiosks import ADDRESS, Kiosked, spki


async def test_two_devices_with_one_code(kiosks: Kiosked) -> None:
    key = (await kiosks.placed_one())["_id"]
    code = await kiosks.stores.activations.issue(key, *kiosks.who("digital"))
    told = await asyncio.gather(*(said(kiosks.activate(code, number)) for number in range(4)))
    assert sorted(told) == ["activation_refused"] * 3 + ["done"]
    kiosk: Kiosk = await kiosks.get(key)
    assert kiosk["state"] is State.IN_SERVICE
    assert kiosk["device_key"]["spki"] in {spki(number) for number in range(4)}
    assert "activation" not in kiosk


async def test_a_code_ends_and_the_next_one_replaces_it(house: House, kiosks: Kiosked) -> None:
    key = (await kiosks.placed_one())["_id"]
    issue, digital = kiosks.stores.activations.issue, kiosks.who("digital")
    first, second = await issue(key, *digital), await issue(key, *digital)
    assert len(first) >= 10
    assert await said(kiosks.activate(first)) == "activation_refused"
    kept = await house.stores.kiosks.documents.find_one({"_id": key})
    assert second not in str(kept)
    kiosks.set(house.stores.clock() + timedelta(days=7))
    assert await said(kiosks.activate(second)) == "activation_refused"
    third = await issue(key, *kiosks.who("digital"))
    assert await said(kiosks.activate(f" {third.lower()} ")) == "done"


async def test_codes_are_not_guessed(kiosks: Kiosked) -> None:
    key = (await kiosks.placed_one())["_id"]
    told = [await said(kiosks.activate("WRONGWRONG22")) for _ in range(21)]
    assert told == ["activation_refused"] * 20 + ["too_many_activations"]
    code = await kiosks.stores.activations.issue(key, *kiosks.who("digital"))
    assert await said(kiosks.activate(code)) == "too_many_activations"
    elsewhere = kiosks.stores.activations.activate(code, spki(), {}, "192.0.2.8", kiosks.house.by("device"))
    assert await said(elsewhere) == "done"


async def test_the_codes_of_a_household_are_counted_together(kiosks: Kiosked) -> None:
    """Who has an IPv6 network chooses 64 bits of the address, and would have as many tries."""
    activate, by = kiosks.stores.activations.activate, kiosks.house.by("device")
    told = [await said(activate("WRONGWRONG22", spki(), {}, f"2001:db8::{n:x}", by)) for n in range(21)]
    assert told == ["activation_refused"] * 20 + ["too_many_activations"]


@pytest.mark.parametrize(
    "key", [b"", b"no key", spki()[:-1], b"0" * 91], ids=["none", "text", "cut", "zeros"]
)
async def test_what_is_no_key_is_refused(kiosks: Kiosked, key: bytes) -> None:
    code = await kiosks.stores.activations.issue((await kiosks.placed_one())["_id"], *kiosks.who("digital"))
    activate = kiosks.stores.activations.activate(code, key, {}, ADDRESS, kiosks.house.by("device"))
    assert await said(activate) == "device_key_invalid"
    assert await said(kiosks.activate(code)) == "done"
