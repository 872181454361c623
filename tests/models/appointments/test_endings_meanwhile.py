"""How a visit ends (article 9) while somebody else writes of it, and what its events carry."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models.appointments import Appointment, Ending, State
from models.errors import DomainError
from models.events import Cause
from models.people import Party
from models.staff import Member
from tests.house.clock import START, Clock
from tests.house.guides import plain_guide
from tests.house.house import House, said
from tests.house.meanwhile import overwritten

PHOTO = {"code": "permit", "name": "许可证", "kinds": ["copy"]}
CARD = {"code": "id_card", "name": "身份证", "kinds": ["certificate"]}
GUIDE = plain_guide(materials=[CARD, PHOTO])


@pytest.fixture
async def member(house: House) -> Member:
    return await house.member("centre")


@pytest.fixture
async def booked(house: House, party: Party, clock: Clock) -> Appointment:
    """An hour has gone since it began; the person is asked whether they give it up."""
    await house.publish(GUIDE)
    made = await house.booking(party, guide=GUIDE)
    clock.set(made["start"])
    await house.stores.endings.propose(made["_id"], await house.member("window"), house.by_staff("window"))
    clock.set(made["end"])
    return made


Verb = Callable[[House, str, Member, Party, Cause], Awaitable[Appointment]]
VERBS: dict[str, Verb] = {
    "record": lambda house, key, member, _, by: house.stores.endings.record(
        key, member, Ending.NO_SHOW, by, seen=State.BOOKED
    ),
    "confirm": lambda house, key, _, party, by: house.stores.endings.answer(key, party, by, confirmed=True),
    "deny": lambda house, key, _, party, by: house.stores.endings.answer(key, party, by, confirmed=False),
}


@pytest.mark.article("9.refusal", "9.record")
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "written",
    [
        {"state": "served"},
        {"material": "permit"},
        {"arrived_at": START},
        {"giving_up": "declined"},
        {"objection": {"state": "open"}},
    ],
    ids=lambda written: next(iter(written)),
)
async def test_what_is_written_while_somebody_looks_is_not_overwritten(
    house: House,
    booked: Appointment,
    member: Member,
    party: Party,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    written: dict[str, Any],
) -> None:
    """Between the reading and the writing."""
    appointments, key = house.stores.appointments, booked["_id"]
    before: Any = await appointments.documents.find_one({"_id": key})
    with monkeypatch.context() as patch:
        overwritten(patch, appointments, key, written)
        assert await said(VERBS[verb](house, key, member, party, house.by())) == "changed_meanwhile"
    assert await appointments.documents.find_one({"_id": key}) == before | written


@pytest.mark.article("9.refusal", "9.record")
@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        ({"state": "served"}, "appointment_ended"),
        ({"arrived_at": START}, "arrival_recorded"),
        ({"giving_up": "declined"}, "done"),
    ],
)
async def test_an_arrival_is_recorded_of_what_was_written_meanwhile(
    house: House,
    booked: Appointment,
    member: Member,
    monkeypatch: pytest.MonkeyPatch,
    written: dict[str, Any],
    outcome: str,
) -> None:
    """It is looked at anew, and nothing of it is overwritten."""
    appointments, key = house.stores.appointments, booked["_id"]
    read, looks = appointments.get, 0

    async def overtaken(key: str) -> Appointment:
        nonlocal looks
        found, looks = await read(key), looks + 1
        if looks == 1:
            await appointments.documents.update_one({"_id": key}, {"$set": written})
        return found

    with monkeypatch.context() as patch:
        patch.setattr(appointments, "get", overtaken)
        assert await said(house.stores.endings.arrive(key, member, house.by())) == outcome
    now: Any = await appointments.documents.find_one({"_id": key})
    assert now == now | written
    assert looks > 1


@pytest.mark.article("9.objection")
async def test_what_is_corrected_while_one_objects_is_not_objected_to(
    house: House, booked: Appointment, party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    appointments, key = house.stores.appointments, booked["_id"]
    await house.recorded(booked, Ending.NO_SHOW, minutes=30)
    overwritten(monkeypatch, appointments, key, {"state": "served"})
    objecting = house.stores.endings.object(key, party, State.NO_SHOW, "我来了", house.by())
    assert await said(objecting) == "nothing_to_object"
    assert (await appointments.get(key))["objection"] is None


@pytest.mark.article("9.correction", "9.refusal")
async def test_which_material_lacks_can_be_corrected_and_is_told(house: House, booked: Appointment) -> None:
    first = await house.recorded(booked, Ending.MISSING_MATERIAL, "id_card", minutes=30)
    assert first["events"][-1]["data"] == {"material": "id_card"}
    same = house.recorded(first, Ending.MISSING_MATERIAL, "id_card", minutes=31)
    with pytest.raises(DomainError) as recorded:
        await same
    assert recorded.value.code == "appointment_ended"
    other = await house.recorded(first, Ending.MISSING_MATERIAL, "permit", minutes=32)
    assert other["material"] == "permit"
    assert other["events"][-1]["data"] == {"material": "permit", "instead_of": "missing_material"}
    assert other["timeline"][-1].get("reason") == "缺少：许可证；原记录：缺少必备材料"


@pytest.mark.article("9.record", "9.objection")
async def test_what_happened_is_named_and_timed(
    house: House, booked: Appointment, member: Member, party: Party, clock: Clock
) -> None:
    arrived = await house.stores.endings.arrive(booked["_id"], member, house.by())
    assert (arrived["timeline"][-1]["what"], arrived["arrived_at"]) == ("appointment.arrived", clock.now())
    await house.recorded(booked, Ending.SERVED, minutes=31)
    objected = await house.stores.endings.object(booked["_id"], party, State.SERVED, "没有办成", house.by())
    assert objected["events"][-1]["data"] == {"to": "served"}
    assert objected["timeline"][-1].get("reason") == "没有办成"
    manager = await house.member("management")
    decided = await house.stores.endings.decide(booked["_id"], manager, "已核对", house.by(), upheld=True)
    assert decided["objection"]
    assert (decided["objection"]["decided_at"], decided["timeline"][-1]["what"]) == (
        clock.now(),
        "appointment.objection_upheld",
    )
