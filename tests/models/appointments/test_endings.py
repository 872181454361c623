"""How a visit ends (article 9): who may say what, and when; it is told, and can be objected to."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.appointments import DAY_OVER, Appointment, Ending, Endings, ObjectionState, State
from models.appointments.document import GivingUp
from models.appointments.rules import ArrivalTooEarly
from models.errors import BadInput, Conflict, DomainError, Forbidden, NotFound
from models.outgoing import notices
from models.people.parties import Party
from models.staff import Member, Role
from tests.house.clock import Clock
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.places import HALL
from tests.house.staff import Post

GUIDE = plain_guide()
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WORDS = "我九点二十五分就在大厅取了号"


@pytest.fixture
def endings(house: House) -> Endings:
    return house.stores.endings


@pytest.fixture
async def member(house: House) -> Member:
    """One who may record at every hall."""
    return await house.member("centre")


@pytest.fixture
async def manager(house: House) -> Member:
    """One who decides on objections."""
    return await house.member("management")


@pytest.fixture
async def booked(house: House, party: Party) -> Appointment:
    """For tomorrow, half past nine; it lacks an identity card, or nothing."""
    await house.publish(GUIDE)
    return await house.booking(party)


@pytest.mark.article("9.record")
async def test_who_moves_while_they_are_recorded_has_not_come_to_the_new_time(
    endings: Endings,
    house: House,
    member: Member,
    booked: Appointment,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock.set(booked["start"] - 30 * MINUTE)
    party, read = await house.party_of(booked), Endings.for_member

    async def then_moved(self: Endings, key: str, who: Member) -> Appointment:
        found, stores = await read(self, key, who), house.stores
        later = found["start"] + timedelta(days=1)
        await stores.appointments.move(key, party, GUIDE, HALL, later, stores.calendar, house.by())
        return found

    monkeypatch.setattr(Endings, "for_member", then_moved)
    with pytest.raises(ArrivalTooEarly):
        await endings.arrive(booked["_id"], member, house.by())
    assert (await house.stores.appointments.get(booked["_id"]))["arrived_at"] is None


async def look(house: House) -> set[str]:
    """What a worker does with plans that are due; the appointments that it made unrecorded."""
    stores, now = house.stores, house.stores.clock()
    await stores.outbox.relay([stores.appointments], stores.deliveries, stores.schedule, lambda *_: (), now)
    closed = set()
    while due := await stores.schedule.claim(now):
        if due.what != DAY_OVER:
            await stores.schedule.done(due, False, now)
            continue
        if closes := await stores.endings.close(due, house.by()):
            closed.add(due.about)
        assert not await stores.endings.close(due, house.by()), "looked at twice, it happens once"
        await stores.schedule.done(due, closes, now)
    return closed


async def refusal(doing: Any) -> str:
    """The code of the error that comes of it."""
    with pytest.raises(DomainError) as refused:
        await doing
    return refused.value.code


def at(clock: Clock, booked: Appointment, later: timedelta = timedelta()) -> None:
    clock.set(booked["start"] + later)


def midnight(booked: Appointment) -> datetime:
    """The end of its day in Panyu, which is 16:00 UTC."""
    return datetime.fromisoformat(f"{booked['day']}T16:00:00+00:00")


@pytest.mark.article("9.refusal")
async def test_staff_alone_never_record_that_one_gave_up(
    house: House, endings: Endings, booked: Appointment, member: Member, clock: Clock
) -> None:
    """At half past midnight, for nine hours later, nothing can be recorded at all; and giving up never."""
    assert {ending.value for ending in Ending} == {"served", "no_show", "missing_material"}
    at(clock, booked, -9 * HOUR)
    for ending in Ending:
        doing = endings.record(
            booked["_id"], member, ending, house.by_staff("centre"), seen=State.BOOKED, material="id_card"
        )
        assert await refusal(doing) == "appointment_not_begun"
    await endings.propose(booked["_id"], member, house.by_staff("centre"))
    clock.set(midnight(booked))
    assert (await house.stores.appointments.get(booked["_id"]))["state"] is State.BOOKED


@pytest.mark.article("9.abandon", "9.refusal")
async def test_giving_up_is_confirmed_by_the_person(
    house: House, endings: Endings, booked: Appointment, member: Member, party: Party, clock: Clock
) -> None:
    by = house.by(f"applicant:{party.id}")
    assert await refusal(endings.answer(booked["_id"], party, by, confirmed=True)) == "nothing_to_confirm"
    at(clock, booked, -HOUR)
    proposed = await endings.propose(booked["_id"], member, house.by_staff("centre"))
    assert (proposed["state"], proposed["giving_up"]) == (State.BOOKED, GivingUp.PROPOSED)
    assert proposed["claims"] == booked["claims"]
    other = await house.applicant()
    with pytest.raises(NotFound):
        await endings.answer(booked["_id"], other, by, confirmed=True)
    given_up = await endings.answer(booked["_id"], party, replace(by, at=clock.now()), confirmed=True)
    assert given_up["state"] is State.GIVEN_UP
    assert "claims" not in given_up
    assert await refusal(endings.answer(booked["_id"], party, by, confirmed=True)) == "nothing_to_confirm"
    at(clock, booked, HOUR)
    doing = endings.record(
        booked["_id"], member, Ending.NO_SHOW, house.by_staff("centre"), seen=State.GIVEN_UP
    )
    assert await refusal(doing) == "appointment_ended"
    assert (
        await refusal(endings.object(booked["_id"], party, State.GIVEN_UP, WORDS, by)) == "nothing_to_object"
    )


@pytest.mark.article("9.refusal")
async def test_who_has_not_given_up_is_asked_no_more(
    house: House, endings: Endings, booked: Appointment, member: Member, party: Party, clock: Clock
) -> None:
    at(clock, booked, -2 * HOUR)
    await endings.propose(booked["_id"], member, house.by_staff("centre"))
    by = house.by(f"applicant:{party.id}")
    declined = await endings.answer(booked["_id"], party, by, confirmed=False)
    assert (declined["state"], declined["giving_up"]) == (State.BOOKED, GivingUp.DECLINED)
    assert await refusal(endings.answer(booked["_id"], party, by, confirmed=True)) == "nothing_to_confirm"
    again = endings.propose(booked["_id"], member, house.by_staff("centre"))
    assert await refusal(again) == "giving_up_proposed"


@pytest.mark.article("9.refusal")
async def test_giving_up_is_proposed_on_the_day_alone(
    house: House, endings: Endings, booked: Appointment, member: Member, clock: Clock
) -> None:
    for moment in (midnight(booked) - 24 * HOUR - MINUTE, midnight(booked)):
        clock.set(moment)
        asked = endings.propose(booked["_id"], member, house.by_staff("centre"))
        assert await refusal(asked) == "appointment_not_its_day"


@pytest.mark.article("9.record")
@pytest.mark.parametrize(
    ("ending", "earliest"),
    [
        (Ending.SERVED, timedelta()),
        (Ending.MISSING_MATERIAL, timedelta()),
        (Ending.NO_SHOW, timedelta(minutes=15)),
    ],
)
async def test_no_ending_is_recorded_before_it_can_be_true(
    house: House, booked: Appointment, ending: Ending, earliest: timedelta
) -> None:
    minutes = earliest / MINUTE
    early = house.recorded(booked, ending, "id_card", minutes=minutes - 1)
    assert await refusal(early) == "appointment_not_begun"
    ended = await house.recorded(booked, ending, "id_card", minutes=minutes)
    assert ended["state"] is State(ending)
    assert "claims" not in ended


@pytest.mark.article("9.record")
async def test_who_has_arrived_is_served_before_the_time_and_never_absent(
    house: House, endings: Endings, booked: Appointment, member: Member, clock: Clock
) -> None:
    at(clock, booked, -HOUR - MINUTE)
    early = endings.arrive(booked["_id"], member, house.by_staff("centre"))
    assert await refusal(early) == "appointment_not_begun"
    at(clock, booked, -HOUR)
    arrived = await endings.arrive(booked["_id"], member, house.by_staff("centre"))
    assert (arrived["state"], arrived["arrived_at"]) == (State.BOOKED, clock.now())
    again = endings.arrive(booked["_id"], member, house.by_staff("centre"))
    assert await refusal(again) == "arrival_recorded"
    assert await refusal(house.recorded(booked, Ending.NO_SHOW, hours=3)) == "has_arrived"
    served = await house.recorded(booked, Ending.SERVED, minutes=-59)
    assert served["state"] is State.SERVED
    assert await refusal(house.recorded(served, Ending.NO_SHOW, hours=3)) == "has_arrived"


@pytest.mark.article("9.refusal")
@pytest.mark.parametrize("material", [None, "", "photo", "invented"])
async def test_lack_is_of_a_material_that_the_booked_guide_requires(
    house: House, booked: Appointment, material: str | None
) -> None:
    stricter = plain_guide(version=2, materials=[{"code": "invented", "name": "新", "kinds": ["copy"]}])
    await house.publish(stricter)
    asked = house.recorded(booked, Ending.MISSING_MATERIAL, material)
    assert await refusal(asked) == "material_not_required"
    ended = await house.recorded(booked, Ending.MISSING_MATERIAL, "id_card")
    assert (ended["state"], ended["material"]) == (State.MISSING_MATERIAL, "id_card")
    assert ended["timeline"][-1].get("reason") == "缺少：身份证"


async def test_a_material_counts_with_its_own_ending_alone(house: House, booked: Appointment) -> None:
    ended = await house.recorded(booked, Ending.SERVED, "id_card")
    assert ended["material"] is None
    assert ended["events"][-1]["data"] == {}


@pytest.mark.article("9.correction")
async def test_what_was_recorded_is_corrected_the_same_day_with_its_trace(
    house: House, booked: Appointment, clock: Clock
) -> None:
    absent = await house.recorded(booked, Ending.NO_SHOW, minutes=15)
    assert await refusal(house.recorded(absent, Ending.NO_SHOW, minutes=16)) == "appointment_ended"
    served = await house.recorded(absent, Ending.SERVED, minutes=20)
    assert served["state"] is State.SERVED
    assert [line["what"] for line in served["timeline"]] == [
        "appointment.booked",
        "appointment.no_show",
        "appointment.served",
    ]
    assert served["timeline"][-1].get("reason") == "原记录：未到场"
    assert served["events"][-1]["data"] == {"instead_of": "no_show"}
    assert told(served) == ["appointment.booked", "appointment.no_show", "appointment.served"]
    late = house.recorded(served, Ending.NO_SHOW, hours=14.5)
    assert booked["start"] + timedelta(hours=14.5) == midnight(booked)
    assert await refusal(late) == "appointment_not_its_day"


@pytest.mark.article("9.correction")
async def test_what_another_member_recorded_meanwhile_is_not_overwritten_unseen(
    house: House, endings: Endings, booked: Appointment, member: Member, clock: Clock
) -> None:
    at(clock, booked, HOUR)
    said = await asyncio.gather(
        *(
            endings.record(booked["_id"], member, ending, house.by_staff("centre"), seen=State.BOOKED)
            for ending in (Ending.SERVED, Ending.NO_SHOW)
        ),
        return_exceptions=True,
    )
    assert sorted(getattr(one, "code", "recorded") for one in said) == ["changed_meanwhile", "recorded"]


def told(appointment: Appointment) -> list[str]:
    """The events of which the person hears."""
    return [
        event["name"]
        for event in appointment["events"]
        for plan in notices.plan(event, dict(appointment))  # type: ignore[arg-type]
        if plan.recipient == appointment["applicant"]
    ]


@pytest.mark.article("9.objection")
@pytest.mark.parametrize("ending", list(Ending))
async def test_what_staff_record_is_told_by_wechat_then_sms(
    house: House, booked: Appointment, ending: Ending
) -> None:
    ended = await house.recorded(booked, ending, "id_card", minutes=15)
    [plan] = notices.plan(ended["events"][-1], dict(ended))  # type: ignore[arg-type]
    assert (plan.notice, plan.via.value, plan.recipient) == ("ending", "wechat", booked["applicant"])
    assert plan.fallback


@pytest.mark.article("9.objection")
async def test_a_proposal_and_a_decision_are_told_too(
    house: House, endings: Endings, booked: Appointment, member: Member, party: Party, manager: Member
) -> None:
    await endings.propose(booked["_id"], member, replace(house.by_staff("centre"), at=booked["start"]))
    await house.recorded(booked, Ending.NO_SHOW, minutes=15)
    await endings.object(booked["_id"], party, State.NO_SHOW, WORDS, house.by())
    kept = await endings.decide(booked["_id"], manager, "取号记录显示未取号", house.by(), upheld=False)
    assert told(kept) == [
        "appointment.booked",
        "appointment.giving_up_proposed",
        "appointment.no_show",
        "appointment.objection_kept",
    ]


@pytest.mark.article("9.objection")
@pytest.mark.parametrize("upheld", [True, False])
async def test_an_objection_is_decided_by_service_management(
    house: House,
    endings: Endings,
    booked: Appointment,
    member: Member,
    manager: Member,
    party: Party,
    upheld: bool,
) -> None:
    await house.recorded(booked, Ending.NO_SHOW, minutes=15)
    other, by = await house.applicant(), house.by(f"applicant:{party.id}")
    with pytest.raises(NotFound):
        await endings.object(booked["_id"], other, State.NO_SHOW, WORDS, by)
    assert await refusal(endings.object(booked["_id"], party, State.SERVED, WORDS, by)) == "nothing_to_object"
    objected = await endings.object(booked["_id"], party, State.NO_SHOW, f" {WORDS} ", by)
    assert objected["objection"]
    assert (objected["objection"]["state"], objected["objection"]["words"]) == (ObjectionState.OPEN, WORDS)
    assert (
        await refusal(endings.object(booked["_id"], party, State.NO_SHOW, WORDS, by)) == "nothing_to_object"
    )
    assert await refusal(house.recorded(objected, Ending.SERVED, hours=1)) == "under_objection"
    with pytest.raises(Forbidden):
        await endings.decide(booked["_id"], member, "不成立", house.by_staff("centre"), upheld=upheld)
    assert [one["_id"] for one in (await house.stores.appointments.objected(["open"], 10)).rows] == [
        booked["_id"]
    ]
    by_manager = house.by_staff("management")
    decided = await endings.decide(booked["_id"], manager, "已核对取号记录", by_manager, upheld=upheld)
    assert decided["state"] is (State.SET_ASIDE if upheld else State.NO_SHOW)
    assert decided["objection"]
    assert decided["objection"]["state"] is (ObjectionState.UPHELD if upheld else ObjectionState.KEPT)
    assert decided["objection"]["reason"] == decided["timeline"][-1].get("reason") == "已核对取号记录"
    again = endings.decide(booked["_id"], manager, "再看", by_manager, upheld=not upheld)
    assert await refusal(again) == "objection_decided"
    assert (await house.stores.appointments.objected(["open"], 10)).rows == []
    assert await refusal(house.recorded(decided, Ending.SERVED, hours=1)) == "under_objection"


@pytest.mark.article("9.objection")
async def test_an_objection_has_words_and_what_is_kept_a_reason(
    house: House, endings: Endings, booked: Appointment, party: Party, manager: Member
) -> None:
    await house.recorded(booked, Ending.NO_SHOW, minutes=15)
    for words, code in ((" \u200b", "words_required"), ("长" * 501, "words_too_long")):
        with pytest.raises(BadInput) as refused:
            await endings.object(booked["_id"], party, State.NO_SHOW, words, house.by())
        assert (refused.value.code, refused.value.field) == (code, "words")
    nobody = endings.decide(booked["_id"], manager, "没有异议", house.by(), upheld=False)
    assert await refusal(nobody) == "objection_decided"
    await endings.object(booked["_id"], party, State.NO_SHOW, WORDS, house.by())
    for reason, code in (("", "reason_required"), ("长" * 501, "words_too_long")):
        with pytest.raises(BadInput) as refused:
            await endings.decide(booked["_id"], manager, reason, house.by(), upheld=False)
        assert (refused.value.code, refused.value.field) == (code, "reason")
    assert (await endings.decide(booked["_id"], manager, "", house.by(), upheld=True))["state"] == "set_aside"


@pytest.mark.article("7.sealed")
async def test_what_is_written_is_kept_sealed(
    house: House, endings: Endings, booked: Appointment, party: Party, manager: Member
) -> None:
    await house.recorded(booked, Ending.NO_SHOW, minutes=15)
    await endings.object(booked["_id"], party, State.NO_SHOW, WORDS, house.by())
    await endings.decide(booked["_id"], manager, "何伟民可以作证", house.by(), upheld=False)
    kept = str(await house.stores.appointments.documents.find_one({"_id": booked["_id"]}))
    assert WORDS not in kept
    assert "何伟民" not in kept
    [own] = await house.stores.appointments.export(party.id)
    assert WORDS in str(own)


async def test_an_objection_and_a_correction_at_once_are_one(
    house: House, endings: Endings, booked: Appointment, party: Party
) -> None:
    absent = await house.recorded(booked, Ending.NO_SHOW, minutes=15)
    said = await asyncio.gather(
        house.recorded(absent, Ending.SERVED, minutes=20),
        endings.object(booked["_id"], party, State.NO_SHOW, WORDS, house.by()),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Conflict) for one in said) == 1
    found = await house.stores.appointments.get(booked["_id"])
    assert (found["state"] is State.NO_SHOW) == (found["objection"] is not None)


@pytest.mark.article("9.unrecorded")
async def test_what_nobody_recorded_blocks_nobody(
    house: House, endings: Endings, booked: Appointment, party: Party, member: Member, clock: Clock
) -> None:
    clock.set(midnight(booked) - MINUTE)
    assert await refusal(house.booking(party)) == "already_booked"
    assert await look(house) == set()
    clock.set(midnight(booked))
    assert await look(house) == {booked["_id"]}
    found = await house.stores.appointments.get(booked["_id"])
    assert (found["state"], found["closes_at"]) == (State.UNRECORDED, None)
    assert "claims" not in found
    assert "appointment.unrecorded" not in told(found)
    await house.booking(party)


@pytest.mark.article("9.unrecorded")
async def test_what_has_ended_stays_at_the_days_end(
    house: House, booked: Appointment, party: Party, clock: Clock
) -> None:
    stores, other = house.stores, await house.applicant()
    start = booked["start"] + HOUR
    left = await stores.appointments.book(other, GUIDE, HALL, start, stores.calendar, house.by())
    await house.recorded(booked, Ending.SERVED)
    clock.set(midnight(booked))
    assert await look(house) == {left["_id"]}
    assert (await house.stores.appointments.get(booked["_id"]))["state"] is State.SERVED


@pytest.mark.article("9.unrecorded")
async def test_later_it_can_be_recorded_as_served_alone(
    house: House, booked: Appointment, clock: Clock
) -> None:
    clock.set(midnight(booked))
    await look(house)
    found = await house.stores.appointments.get(booked["_id"])
    for ending in (Ending.NO_SHOW, Ending.MISSING_MATERIAL):
        late = house.recorded(found, ending, "id_card", days=1)
        assert await refusal(late) == "appointment_not_its_day"
    served = await house.recorded(found, Ending.SERVED, days=1)
    assert served["state"] is State.SERVED
    assert told(served)[-1] == "appointment.served"


@pytest.mark.article("5.duties", "9.record")
@pytest.mark.parametrize(
    ("post", "code"),
    [
        (Post((Role.SERVICE_CENTRE,), halls=("wanbo",)), "other_hall"),
        (Post((Role.SERVICE_CENTRE,)), "other_hall"),
        (Post((Role.WINDOW,)), "other_hall"),
        (Post((Role.APPROVER,)), "scope_missing"),
    ],
)
async def test_members_record_for_their_own_halls(
    house: House, endings: Endings, booked: Appointment, clock: Clock, post: Post, code: str
) -> None:
    at(clock, booked)
    stranger, key, by = await house.member("chen", post), booked["_id"], house.by()
    for doing in (
        endings.record(key, stranger, Ending.SERVED, by, seen=State.BOOKED),
        endings.arrive(key, stranger, by),
        endings.propose(key, stranger, by),
    ):
        with pytest.raises(Forbidden) as refused:
            await doing
        assert refused.value.code == code
    own = await house.member("zhou", Post((Role.SERVICE_CENTRE,), halls=("wanbo", booked["hall"])))
    ended = await endings.record(key, own, Ending.SERVED, by, seen=State.BOOKED)
    assert ended["state"] == "served"
