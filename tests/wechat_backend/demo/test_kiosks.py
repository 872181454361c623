"""The kiosks that the demo begins with, on whatever day it begins, and the codes of those that wait."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.events import Cause, Channel
from models.kiosks import Kiosk, State
from models.kiosks.document import Ground
from tests.house.kiosks import spki
from tests.wechat_backend.demo.test_cases import DAYS, Demo, demo
from wechat_backend.demo import env as demo_env
from wechat_backend.demo import kiosks, past
from wechat_backend.demo.peer import Devices, public

__all__ = ["demo"]


async def made(demo: Demo, at: datetime, devices: Devices | None = None) -> dict[str, Kiosk]:
    """Anew at a time; by their names."""
    demo.clock.set(at)
    kept = ["departments", "halls", "guides", "staff"]
    for store in demo.stores.all():
        if store.collection not in kept:
            await store.documents.delete_many({})
    items = {guide["name"]: guide["item"] async for guide in demo.stores.guides.documents.find()}
    assert await kiosks.make_once(demo.stores, items, at, devices)
    assert not await kiosks.make_once(demo.stores, items, at)
    return await found(demo)


async def found(demo: Demo) -> dict[str, Kiosk]:
    store = demo.stores.kiosks
    each = [store.shaped(one) async for one in store.documents.find()]
    return {one["name"]: one for one in each}


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
async def test_some_in_every_state(demo: Demo, day: datetime) -> None:
    """Each where it is to be, and still there when a worker has looked at what is due."""
    for name, kiosk in (await made(demo, day)).items():
        times = [line["at"] for line in kiosk["timeline"]]
        assert times == sorted(times), name
        assert times[-1] <= day, name
    await demo.work()
    after = await found(demo)
    assert {name: one["state"] for name, one in after.items()} == {one.name: one.state for one in kiosks.MADE}
    assert set(Counter(one["state"] for one in after.values())) == set(State)
    proposed = {one["name"]: one["retirement"]["ground"] for one in after.values() if one["retirement"]}
    assert {ground for name, ground in proposed.items() if after[name]["state"] not in LEFT} == {
        Ground.EXPIRED,
        Ground.BROKEN,
    }


LEFT = (State.RETIRED, State.HANDED_BACK)


async def test_devices_that_are_played_have_the_keys_and_all_have_a_past(demo: Demo, tmp_path: Path) -> None:
    day, devices, stores = demo.clock.now(), Devices(tmp_path / "devices.json"), demo.stores
    each = await made(demo, day, devices)
    played = {each[one.name]["_id"]: each[one.name] for one in kiosks.MADE if one.manner}
    kept = Devices(devices.file).of
    keys = {key: public(device.key) for key, device in kept.items()}
    assert keys == {key: one["device_key"]["spki"] for key, one in played.items()}
    assert await past.make_once(stores, day)
    assert not await past.make_once(stores, day)
    for heard in await stores.heartbeats.documents.find().to_list():
        await stores.spells.follow(heard["events"])
    spells = [spell async for spell in stores.spells.documents.find()]
    assert len(spells) == sum(map(len, past.PAST.values()))
    assert all(spell["end"] > spell["start"] for spell in spells)


async def test_departments_with_kiosks_have_a_contact(demo: Demo) -> None:
    each = (await made(demo, demo.clock.now())).values()
    contacts = [await demo.stores.contacts.find(one) for one in {one["department"] for one in each}]
    assert {one["member"] for one in contacts if one} == {kiosks.CIVIL, kiosks.POLICE}
    assert all(contacts)


async def test_codes_are_kept_used_and_renewed(demo: Demo) -> None:
    start = demo.clock.now()
    await made(demo, start)
    stores = demo.stores
    first = await kiosks.codes(stores, [], start)
    assert len(set(first)) == len(first) == 3
    later = start + timedelta(days=5)
    assert await kiosks.codes(stores, first, later) == first
    by = Cause("device", later, Channel.KIOSK, "test")
    await stores.activations.activate(first[1], spki(), {}, "192.0.2.1", by)
    assert await kiosks.codes(stores, first, later) == [first[0], first[2]]
    over = start + timedelta(days=6, hours=1)
    renewed = await kiosks.codes(stores, [first[0], first[2]], over)
    assert len(renewed) == 2
    assert not {*renewed} & {*first}
    for code in renewed:
        assert await stores.activations.opened_by(code, over + timedelta(days=6))


async def test_a_start_tells_the_codes_and_the_next_one_tells_the_same(demo: Demo) -> None:
    await made(demo, demo.clock.now())
    demo.variables[demo_env.CODES] = ""
    first = await demo.furnish()
    assert len(first) == 3
    demo.variables[demo_env.CODES] = ",".join(first)
    assert await demo.furnish() == first
