"""Several matters in one visit (article 9): all or none, and who is there for one is there for all."""

import asyncio
from datetime import timedelta

import pytest

from models.appointments import Appointment, Appointments, Ending, Matter, Several, State, can_arrive
from models.errors import DomainError
from models.people import Party
from tests.house.clock import Clock, MakeCause
from tests.house.guides import plain_guide
from tests.house.house import House, said
from tests.house.places import MORNING, with_windows
from tests.models.appointments.test_booking import CALENDAR, NINE, crowd
from tests.models.appointments.test_windows import served_by

HALF = timedelta(minutes=30)
TIMES = [NINE + HALF * number for number in range(6)]
GUIDES = [plain_guide(number, places=["district", "wanbo"]) for number in range(5)]
HALL = with_windows(1, MORNING)
WANBO = with_windows(1, MORNING, code="wanbo", name="万博24小时智慧政务大厅")


@pytest.fixture
def several(house: House) -> Several:
    return house.stores.several


def visit(*starts: int, first: int = 0) -> list[Matter]:
    """One matter for each of these times, counted from nine o'clock in half hours."""
    return [Matter(GUIDES[first + number], TIMES[start]) for number, start in enumerate(starts)]


async def booked(house: House, party: Party, *starts: int, first: int = 0) -> list[Appointment]:
    return await house.stores.several.book(party, visit(*starts, first=first), HALL, CALENDAR, house.by())


async def times(appointments: Appointments, party: Party) -> dict[str, int]:
    """What is booked, by item: when, in half hours from nine o'clock."""
    found = await appointments.of_applicant(party.id)
    kept = [one for one in found if one["state"] is State.BOOKED]
    return {one["item"]: (one["start"] - NINE) // HALF for one in kept}


@pytest.mark.article("9.time")
async def test_the_next_one_begins_when_the_one_before_is_over_and_a_place_is_left(
    house: House, several: Several, cause: MakeCause, party: Party, other: Party
) -> None:
    await booked(house, other, 1)
    planned = await several.plan(party, GUIDES[:3], HALL, NINE, CALENDAR, cause())
    assert [one.start for one in planned] == [TIMES[0], TIMES[2], TIMES[3]]
    assert await times(house.stores.appointments, party) == {}
    at_eleven = several.plan(party, GUIDES[:3], HALL, TIMES[4], CALENDAR, cause())
    assert await said(at_eleven) == "visit_does_not_fit"
    assert await said(several.plan(party, GUIDES[:2], HALL, TIMES[1], CALENDAR, cause())) == "slot_full"
    elsewhere = [GUIDES[0], plain_guide(7, places=["wanbo"])]
    assert await said(several.plan(party, elsewhere, HALL, NINE, CALENDAR, cause())) == "visit_does_not_fit"


@pytest.mark.article("9.time")
async def test_who_moves_by_one_slot_finds_the_own_places_free(
    house: House, several: Several, appointments: Appointments, cause: MakeCause, party: Party
) -> None:
    made = await booked(house, party, 0, 1)
    keys = [one["_id"] for one in made]
    later = (GUIDES[:2], HALL, TIMES[1], CALENDAR, cause())
    assert await said(several.plan(party, *later)) == "slot_full"
    planned = await several.plan(party, *later, without=keys)
    assert [one.start for one in planned] == TIMES[1:3]
    free = await appointments.free(HALL, "general", NINE.date(), CALENDAR, house.by(), keys)
    assert {slot.left for slot in free} == {1}
    moved = await several.move(made[0]["visit"], planned, party, HALL, CALENDAR, house.by())
    assert [one["start"] for one in moved] == TIMES[1:3]


@pytest.mark.article("9.time")
async def test_what_can_follow_is_of_a_group_with_a_place_left(
    house: House, several: Several, party: Party
) -> None:
    assert await several.groups_after(HALL, TIMES[5], CALENDAR) == {"general"}
    await booked(house, party, 4, 5)
    assert await several.groups_after(HALL, TIMES[3], CALENDAR) == {"general"}
    assert await several.groups_after(HALL, TIMES[4], CALENDAR) == set()


@pytest.mark.article("9.booking")
async def test_what_is_of_one_visit_is_read_for_many_at_once(
    house: House, several: Several, party: Party, other: Party
) -> None:
    visit, [alone] = await booked(house, party, 0, 1), await booked(house, other, 2)
    found = await several.together([*visit, alone])
    assert [[one["_id"] for one in each] for each in found.values()] == [
        *[[one["_id"] for one in visit]] * 2,
        [],
    ]


@pytest.mark.article("9.booking", "9.place")
async def test_each_has_a_place_of_its_own_and_all_are_one_visit(
    house: House, appointments: Appointments, party: Party
) -> None:
    made = await booked(house, party, 0, 2, 1)
    assert [one["start"] for one in made] == TIMES[:3]
    assert len({one["visit"] for one in made}) == 1
    assert len({one["number"] for one in made}) == 3
    assert made[0]["visit"] not in {one["_id"] for one in made}
    assert await appointments.of_visit(made[0]["visit"], party.id) == made
    assert await appointments.of_visit(made[0]["visit"], "another") == []
    kept = await appointments.documents.find({"visit": made[0]["visit"]}).sort("start").to_list()
    together = [one["_id"] for one in made]
    assert [[event["data"] for event in one["events"]] for one in kept] == [[{"together": together}]] * 3
    use = await appointments.uses.documents.find_one({"_id": GUIDES[1].item})
    assert use["counted"] == 1


async def test_one_alone_is_a_visit_of_its_own(house: House, party: Party) -> None:
    [alone] = await booked(house, party, 0)
    assert alone["visit"] == alone["_id"]
    assert not [claim for claim in alone["claims"] if claim.startswith("visit:")]


BAD: dict[str, list[Matter]] = {
    "item_twice": [*visit(0), *visit(1)],
    "visit_overlaps": [*visit(0), *visit(0, first=1)],
    "visit_not_one_day": [*visit(0), Matter(GUIDES[1], TIMES[1] + timedelta(days=1))],
    "too_many_bookings": visit(0, 1, 2, 3),
    "slot_unknown": [*visit(0), Matter(GUIDES[1], NINE - HALF)],
    "not_for_applicant": [*visit(0), Matter(plain_guide(7, audience=["enterprise"]), TIMES[1])],
    "slot_full": visit(0, 4),
    "already_booked": [*visit(0), Matter(GUIDES[4], TIMES[1])],
}


@pytest.mark.article("9.place")
@pytest.mark.parametrize("code", BAD)
async def test_all_or_none(
    house: House, several: Several, party: Party, other: Party, code: str, appointments: Appointments
) -> None:
    await booked(house, other, 4)
    await booked(house, party, 5, first=4)
    assert await said(several.book(party, BAD[code], HALL, CALENDAR, house.by())) == code
    assert await times(appointments, party) == {GUIDES[4].item: 5}
    free = await appointments.free(HALL, "general", NINE.date(), CALENDAR, house.by())
    assert [slot.left for slot in free] == [1, 1, 1, 1, 0, 0]


@pytest.mark.article("9.place")
async def test_many_visits_at_once_for_few_places(
    house: House, several: Several, appointments: Appointments
) -> None:
    """Two places in each slot: who gets one matter gets both, and where no slot is contested two do."""
    people, wide = list((await crowd(house, 12)).values()), with_windows(2, MORNING)
    answers = await asyncio.gather(
        *(said(several.book(one, visit(0, 1), wide, CALENDAR, house.by())) for one in people)
    )
    assert sorted(answers) == [*["done"] * 2, *["slot_full"] * 10]
    kept = await appointments.documents.find({}).to_list()
    assert len(kept) == 4
    assert len({(one["start"], one["seat"]) for one in kept}) == 4


@pytest.mark.article("9.place")
async def test_a_shared_window_is_sold_once(house: House, several: Several) -> None:
    """Visits and single bookings of either group, for the only seat of each time."""
    shared, people = served_by(("general social", 1)), list((await crowd(house, 8)).values())
    social, general = plain_guide(1, group="social"), plain_guide(2)
    together = [Matter(social, NINE), Matter(general, TIMES[1])]
    alone = [Matter(general, NINE)], [Matter(social, TIMES[1])]
    wanted = [together, *alone, together] * 2
    answers = await asyncio.gather(
        *(
            said(several.book(one, matters, shared, CALENDAR, house.by()))
            for one, matters in zip(people, wanted, strict=True)
        )
    )
    assert set(answers) == {"done", "slot_full"}
    places = sum(len(matters) for matters, answer in zip(wanted, answers, strict=True) if answer == "done")
    assert places == 2


@pytest.mark.article("9.abandon")
async def test_all_of_it_is_cancelled_or_one_alone(
    house: House, several: Several, appointments: Appointments, party: Party, other: Party, clock: Clock
) -> None:
    made = await booked(house, party, 0, 2, 4)
    await appointments.cancel(made[2]["_id"], party, house.by())
    both = [one["_id"] for one in made[:2]]
    assert await times(appointments, party) == {GUIDES[0].item: 0, GUIDES[1].item: 2}
    assert (
        await said(several.cancel(made[0]["visit"], other, house.by(), seen=both)) == "appointment_not_found"
    )
    clock.set(NINE)
    stale = several.cancel(made[0]["visit"], party, house.by(), seen=both)
    assert await said(stale) == "visit_changed"
    cancelled = await several.cancel(made[0]["visit"], party, house.by(), seen=both[1:])
    assert [one["_id"] for one in cancelled] == [made[1]["_id"]]
    assert await said(several.cancel(made[0]["visit"], party, house.by(), seen=both)) == "appointment_begun"
    assert await times(appointments, party) == {GUIDES[0].item: 0}


async def test_two_cancel_it_at_once(house: House, several: Several, party: Party) -> None:
    made = await booked(house, party, 0, 1, 2)
    keys = [one["_id"] for one in made]
    answers = await asyncio.gather(
        *(said(several.cancel(made[0]["visit"], party, house.by(), seen=keys)) for _ in range(3))
    )
    assert sorted(answers) == ["appointment_ended", "appointment_ended", "done"]


@pytest.mark.article("9.place", "9.time")
async def test_all_of_it_is_moved_even_to_one_anothers_places(
    house: House, several: Several, appointments: Appointments, party: Party
) -> None:
    made = await booked(house, party, 0, 1, 2)
    of = made[0]["visit"]
    moved = await several.move(of, visit(1, 0, 2), party, HALL, CALENDAR, house.by())
    assert await times(appointments, party) == {GUIDES[0].item: 1, GUIDES[1].item: 0, GUIDES[2].item: 2}
    assert [(one["item"], one["moves"]) for one in moved] == [
        (GUIDES[1].item, 1),
        (GUIDES[0].item, 1),
        (GUIDES[2].item, 0),
    ]
    assert {one["visit"] for one in moved} == {of}
    there = await several.move(of, visit(3, 4, 5), party, WANBO, CALENDAR, house.by())
    assert [(one["hall"], one["visit"]) for one in there] == [("wanbo", of)] * 3
    free = await appointments.free(HALL, "general", NINE.date(), CALENDAR, house.by())
    assert [slot.left for slot in free] == [1] * 6


@pytest.mark.article("9.place")
@pytest.mark.parametrize(
    ("starts", "code"),
    [((3, 5), "slot_full"), ((0, 1), "slot_same"), ((3, 3), "visit_overlaps"), ((3,), "visit_changed")],
)
async def test_where_one_place_is_not_won_all_are_kept(
    house: House, several: Several, party: Party, other: Party, starts: tuple[int, ...], code: str
) -> None:
    made = await booked(house, party, 0, 1)
    await booked(house, other, 5)
    moving = several.move(made[0]["visit"], visit(*starts), party, HALL, CALENDAR, house.by())
    assert await said(moving) == code
    assert await house.stores.appointments.of_visit(made[0]["visit"], party.id) == made


@pytest.mark.article("9.place")
@pytest.mark.parametrize("starts", [(0, 3), (0, 1)])
async def test_what_does_not_fit_any_more_gets_another_place_at_its_own_time(
    house: House, several: Several, party: Party, starts: tuple[int, int]
) -> None:
    """As where it is moved alone."""
    before, after = served_by(("general", 1)), served_by(("social", 1), ("general", 1))
    made = await several.book(party, visit(0, 1), before, CALENDAR, house.by())
    moved = await several.move(made[0]["visit"], visit(*starts), party, after, CALENDAR, house.by())
    assert [(one["window"], one["moves"]) for one in moved] == [("w1", 1)] * 2
    again = several.move(made[0]["visit"], visit(*starts), party, after, CALENDAR, house.by())
    assert await said(again) == "slot_same"


async def test_what_has_begun_stays_behind(
    house: House, several: Several, appointments: Appointments, party: Party, clock: Clock
) -> None:
    made = await booked(house, party, 0, 1, 2)
    clock.set(NINE)
    later = [Matter(one.guide, one.start + timedelta(days=1)) for one in visit(0, 1, 2)[1:]]
    moved = await several.move(made[0]["visit"], later, party, HALL, CALENDAR, house.by())
    assert len({one["visit"] for one in moved} | {made[0]["visit"]}) == 2
    together = await appointments.of_visit(moved[0]["visit"], party.id)
    assert [one["_id"] for one in together] == [one["_id"] for one in made[1:]]
    assert await appointments.of_visit(made[0]["visit"], party.id) == made[:1]


async def test_one_that_goes_to_another_day_leaves_the_visit(
    house: House, appointments: Appointments, party: Party
) -> None:
    made = await booked(house, party, 0, 1)
    first, second = (one["_id"] for one in made)
    move = appointments.move
    same = await move(first, party, GUIDES[0], HALL, TIMES[2], CALENDAR, house.by())
    assert same["visit"] == made[0]["visit"]
    overlapping = move(first, party, GUIDES[0], with_windows(2, MORNING), TIMES[1], CALENDAR, house.by())
    assert await said(overlapping) == "visit_overlaps"
    away = await move(first, party, GUIDES[0], HALL, TIMES[1] + timedelta(days=1), CALENDAR, house.by())
    assert away["visit"] == first
    assert [one["_id"] for one in await appointments.of_visit(made[0]["visit"], party.id)] == [second]


async def test_two_of_one_visit_are_not_moved_to_one_time(
    house: House, appointments: Appointments, party: Party
) -> None:
    """At once, and there are two seats: each has seen the other elsewhere."""
    made, wide = await booked(house, party, 0, 1), with_windows(2, MORNING)
    answers = await asyncio.gather(
        *(
            said(appointments.move(one["_id"], party, guide, wide, TIMES[3], CALENDAR, house.by()))
            for one, guide in zip(made, GUIDES, strict=False)
        )
    )
    assert sorted(answers) == ["done", "visit_overlaps"]


async def record(house: House, one: Appointment, ending: Ending) -> Appointment:
    return await house.stores.endings.record(
        one["_id"],
        await house.member("centre"),
        ending,
        house.by_staff("centre"),
        seen=(await house.stores.appointments.get(one["_id"]))["state"],
        material="id_card",
    )


@pytest.mark.article("9.refusal", "9.record")
async def test_who_is_there_for_one_is_there_for_all(house: House, party: Party, clock: Clock) -> None:
    """The last is shown first, an hour and a half before its time; what ended before is marked too."""
    await house.furnish(*GUIDES, hall=HALL)
    first, second, third = await booked(house, party, 1, 2, 4)
    staff, by = await house.member("centre"), house.by_staff
    clock.set(TIMES[1] - timedelta(minutes=61))
    arriving = house.stores.endings.arrive(third["_id"], staff, by("centre"))
    assert await said(arriving) == "appointment_not_begun"
    clock.set(TIMES[1] + timedelta(minutes=15))
    await record(house, first, Ending.NO_SHOW)
    clock.set(TIMES[2] - timedelta(minutes=60))
    arrived = await house.stores.endings.arrive(third["_id"], staff, by("centre"))
    assert arrived["arrived_at"] == clock.now()
    clock.set(TIMES[5])
    for one in (first, second, third):
        found = await house.stores.appointments.get(one["_id"])
        assert found["timeline"][-1]["what"] == "appointment.arrived"
        assert await said(record(house, one, Ending.NO_SHOW)) == "has_arrived"
        assert await said(house.stores.endings.arrive(one["_id"], staff, by("centre"))) in (
            "arrival_recorded",
            "appointment_ended",
        )


@pytest.mark.article("9.refusal", "9.record", "9.correction")
@pytest.mark.parametrize("ending", [Ending.SERVED, Ending.MISSING_MATERIAL])
async def test_who_was_at_a_window_for_one_was_there_for_all(
    house: House, party: Party, clock: Clock, ending: Ending
) -> None:
    """Nobody checked them in; nor is the one that was recorded corrected to a no-show."""
    await house.furnish(*GUIDES, hall=HALL)
    first, second, third = await booked(house, party, 0, 1, 3)
    await house.stores.appointments.cancel(third["_id"], party, house.by())
    clock.set(NINE)
    await record(house, first, ending)
    clock.set(TIMES[2])
    for one in (first, second):
        assert await said(record(house, one, Ending.NO_SHOW)) == "has_arrived"
        assert (await house.stores.appointments.get(one["_id"]))["arrived_at"] == NINE
    assert (await house.stores.appointments.get(third["_id"]))["arrived_at"] is None


@pytest.mark.article("9.refusal", "9.correction")
async def test_what_is_recorded_on_a_later_day_is_no_arrival(
    house: House, party: Party, clock: Clock
) -> None:
    """Nothing can become a no-show any more; who is alone can be corrected the same day."""
    await house.furnish(*GUIDES, hall=HALL)
    first, second = await booked(house, party, 0, 1)
    clock.set(NINE + timedelta(days=1))
    assert (await record(house, first, Ending.SERVED))["arrived_at"] is None
    assert (await house.stores.appointments.get(second["_id"]))["arrived_at"] is None
    later = [Matter(GUIDES[3], NINE + timedelta(days=2))]
    [alone] = await house.stores.several.book(party, later, HALL, CALENDAR, house.by())
    clock.set(alone["end"])
    assert (await record(house, alone, Ending.SERVED))["arrived_at"] is None
    assert (await record(house, alone, Ending.NO_SHOW))["state"] is State.NO_SHOW


@pytest.mark.article("9.refusal")
async def test_what_the_person_cancelled_is_not_marked(house: House, party: Party, clock: Clock) -> None:
    await house.furnish(*GUIDES, hall=HALL)
    first, second = await booked(house, party, 0, 1)
    await house.stores.appointments.cancel(second["_id"], party, house.by())
    clock.set(NINE)
    assert can_arrive(first, clock.now())
    await house.stores.endings.arrive(first["_id"], await house.member("centre"), house.by_staff("centre"))
    assert (await house.stores.appointments.get(second["_id"]))["arrived_at"] is None


@pytest.mark.article("9.refusal")
async def test_an_arrival_and_a_no_show_of_another_matter_at_once(
    house: House, party: Party, clock: Clock
) -> None:
    """Whichever is first: after the arrival nothing is recorded as a no-show."""
    await house.furnish(*GUIDES, hall=HALL)
    staff = await house.member("centre")
    first, second = await booked(house, party, 0, 2)
    clock.set(TIMES[1])
    both = await asyncio.gather(
        said(record(house, first, Ending.NO_SHOW)),
        said(house.stores.endings.arrive(second["_id"], staff, house.by_staff("centre"))),
    )
    assert both[1] == "done"
    found = await house.stores.appointments.get(first["_id"])
    happened = [line["what"] for line in found["timeline"]]
    assert happened[-1] == "appointment.arrived"
    assert both[0] in ("done", "has_arrived", "changed_meanwhile"), happened
    with pytest.raises(DomainError) as refused:
        await record(house, second, Ending.NO_SHOW)
    assert refused.value.code in ("has_arrived", "appointment_not_begun")
