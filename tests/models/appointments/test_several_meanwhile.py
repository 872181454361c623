"""Several matters of one visit (article 9): what is refused, what is told, what others write meanwhile."""

from datetime import timedelta
from typing import Any

import pytest

from models.appointments import Appointments, Matter, Several, State
from models.errors import DomainError
from models.people import Party
from tests.house.clock import Clock, MakeCause
from tests.house.guides import plain_guide
from tests.house.house import House, said
from tests.house.meanwhile import after
from tests.house.places import with_windows
from tests.models.appointments.test_booking import CALENDAR, NINE
from tests.models.appointments.test_several import GUIDES, HALF, HALL, TIMES, WANBO, booked, visit

NAMED = [plain_guide(number, name=f"事项{number}") for number in range(3)]


@pytest.fixture
def several(house: House) -> Several:
    return house.stores.several


@pytest.mark.article("9.booking")
@pytest.mark.parametrize(
    ("guides", "start", "code"),
    [
        ([GUIDES[0], GUIDES[0]], NINE, "item_twice"),
        ([GUIDES[0], plain_guide(7, audience=["enterprise"])], NINE, "not_for_applicant"),
        (GUIDES[:4], NINE, "too_many_bookings"),
        (GUIDES[:2], NINE - HALF, "slot_unknown"),
        (GUIDES[:2], NINE + timedelta(days=30), "slot_unknown"),
    ],
)
async def test_what_is_not_planned(
    several: Several, party: Party, cause: MakeCause, guides: Any, start: Any, code: str
) -> None:
    assert await said(several.plan(party, guides, HALL, start, CALENDAR, cause())) == code


@pytest.mark.article("9.place")
@pytest.mark.parametrize("which", [0, 1])
async def test_a_place_that_is_lost_meanwhile_is_sought_anew(
    several: Several,
    appointments: Appointments,
    party: Party,
    other: Party,
    cause: MakeCause,
    monkeypatch: pytest.MonkeyPatch,
    which: int,
) -> None:
    """And where none is left, it is said of which matter."""
    matters = [Matter(NAMED[number], TIMES[number]) for number in range(2)]
    after(
        monkeypatch,
        appointments,
        "open_seats",
        lambda: appointments.book(other, NAMED[2], HALL, TIMES[which], CALENDAR, cause()),
    )
    with pytest.raises(DomainError, match=NAMED[which].name) as full:
        await several.book(party, matters, HALL, CALENDAR, cause())
    assert full.value.code == "slot_full"


@pytest.mark.article("9.booking")
async def test_a_matter_that_is_booked_meanwhile_is_named(
    several: Several,
    appointments: Appointments,
    party: Party,
    cause: MakeCause,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tomorrow = NINE + timedelta(days=1)
    matters = [Matter(NAMED[number], TIMES[number]) for number in range(2)]
    after(
        monkeypatch,
        appointments,
        "open_seats",
        lambda: appointments.book(party, NAMED[1], HALL, tomorrow, CALENDAR, cause()),
    )
    with pytest.raises(DomainError, match=NAMED[1].name) as twice:
        await several.book(party, matters, HALL, CALENDAR, cause())
    assert twice.value.code == "already_booked"
    [only] = await appointments.of_applicant(party.id)
    assert only["start"] == tomorrow


@pytest.mark.article("9.booking")
async def test_a_matter_that_is_booked_already_is_told_first(
    house: House, several: Several, appointments: Appointments, party: Party, cause: MakeCause
) -> None:
    """Also where its slot is full, by the person's own booking."""
    await booked(house, party, 5, first=4)
    matters = [*visit(0), Matter(GUIDES[4], TIMES[5])]
    assert await said(several.book(party, matters, HALL, CALENDAR, cause())) == "already_booked"


@pytest.mark.article("9.booking")
async def test_of_three_a_day_one_is_booked_meanwhile(
    several: Several,
    appointments: Appointments,
    party: Party,
    cause: MakeCause,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    after(
        monkeypatch,
        appointments,
        "open_seats",
        lambda: appointments.book(party, GUIDES[4], HALL, TIMES[4], CALENDAR, cause()),
    )
    assert await said(several.book(party, visit(0, 1, 2), HALL, CALENDAR, cause())) == "too_many_bookings"
    assert len(await appointments.of_applicant(party.id)) == 1


@pytest.mark.article("9.booking")
async def test_the_bookings_of_another_day_and_those_that_ended_do_not_count(
    house: House, several: Several, appointments: Appointments, party: Party, cause: MakeCause
) -> None:
    """Nor those that are moved themselves."""
    day = timedelta(days=1)
    await appointments.book(party, GUIDES[4], HALL, NINE + day, CALENDAR, cause())
    for one in await booked(house, party, 0, 1, 2):
        await appointments.cancel(one["_id"], party, cause())
    made = await booked(house, party, 0, 1, 2)
    assert (
        await said(several.move(made[0]["visit"], visit(3, 4, 5), party, HALL, CALENDAR, cause())) == "done"
    )
    moving = several.move(
        made[0]["visit"],
        [Matter(one.guide, one.start + day) for one in visit(0, 1, 2)],
        party,
        with_windows(2),
        CALENDAR,
        cause(),
    )
    assert await said(moving) == "too_many_bookings"


@pytest.mark.article("9.time")
async def test_what_is_moved_is_told_together_and_in_the_order_of_the_times(
    house: House, several: Several, party: Party
) -> None:
    made = await booked(house, party, 0, 1)
    of, keys = made[0]["visit"], [one["_id"] for one in made]

    async def move(starts: tuple[int, ...], hall: Any) -> list[tuple[int, list[str]]]:
        moved: Any = await several.move(of, visit(*starts), party, hall, CALENDAR, house.by())
        told = [one["events"][-1]["data"] if "events" in one else {} for one in moved]
        return [
            (keys.index(one["_id"]), sorted(data.get("together", [])))
            for one, data in zip(moved, told, strict=True)
        ]

    assert await move((0, 1), WANBO) == [(0, sorted(keys)), (1, sorted(keys))]
    assert await move((3, 1), WANBO) == [(1, []), (0, [])]


@pytest.mark.article("9.abandon")
async def test_what_is_cancelled_is_told_together(house: House, several: Several, party: Party) -> None:
    made = await booked(house, party, 0, 1, 2)
    await house.stores.appointments.cancel(made[0]["_id"], party, house.by())
    keys = [one["_id"] for one in made[1:]]
    cancelled: Any = await several.cancel(made[0]["visit"], party, house.by(), seen=keys)
    assert [one["events"][-1]["data"] for one in cancelled] == [{"together": keys}] * 2
    first, second = await booked(house, party, 3, 4)
    await house.stores.appointments.cancel(first["_id"], party, house.by())
    cancelled = await several.cancel(second["visit"], party, house.by(), seen=[second["_id"]])
    assert [one["events"][-1]["data"] for one in cancelled] == [{}]


@pytest.mark.article("9.abandon")
@pytest.mark.parametrize("written", [{"state": "served"}, {"applicant": "another"}, {"visit": "another"}])
async def test_what_is_written_while_all_is_cancelled_is_not_overwritten(
    house: House,
    several: Several,
    appointments: Appointments,
    party: Party,
    monkeypatch: pytest.MonkeyPatch,
    written: dict[str, Any],
) -> None:
    first, second = await booked(house, party, 0, 1)
    before: Any = await appointments.documents.find_one({"_id": second["_id"]})

    async def write() -> None:
        await appointments.documents.update_one({"_id": second["_id"]}, {"$set": written})

    after(monkeypatch, appointments, "of_visit", write)
    cancelling = several.cancel(first["visit"], party, house.by(), seen=[first["_id"], second["_id"]])
    assert await said(cancelling) == "visit_changed"
    assert (await appointments.get(first["_id"]))["state"] is State.BOOKED
    assert await appointments.documents.find_one({"_id": second["_id"]}) == before | written


@pytest.mark.article("9.refusal")
@pytest.mark.parametrize(
    ("written", "code"),
    [
        ({"state": "served"}, "visit_changed"),
        ({"visit": "another"}, "visit_changed"),
        ({"arrived_at": NINE - HALF}, "arrival_recorded"),
        ({"start": NINE - timedelta(days=1), "moves": 1}, "visit_changed"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
async def test_what_is_written_while_all_is_moved_is_not_overwritten(
    house: House,
    several: Several,
    appointments: Appointments,
    party: Party,
    monkeypatch: pytest.MonkeyPatch,
    written: dict[str, Any],
    code: str,
) -> None:
    first, second = await booked(house, party, 0, 1)
    before: list[Any] = await appointments.documents.find({"applicant": party.id}).sort("start").to_list()

    async def write() -> None:
        await appointments.documents.update_one({"_id": second["_id"]}, {"$set": written})

    after(monkeypatch, appointments, "of_visit", write)
    moving = several.move(first["visit"], visit(3, 4), party, HALL, CALENDAR, house.by())
    assert await said(moving) == code
    found: Any = await appointments.documents.find_one({"_id": first["_id"]})
    assert found == before[0]


@pytest.mark.article("9.time")
async def test_what_is_moved_of_a_visit_that_is_over_in_part(
    house: House, several: Several, appointments: Appointments, party: Party, clock: Clock
) -> None:
    """What was cancelled is no part of it any more; what has begun stays, and keeps the others with it only
    where they stay on its day and at its hall."""
    first, second, _ = await booked(house, party, 0, 1, 2)
    of, day = first["visit"], timedelta(days=1)
    await appointments.cancel(second["_id"], party, house.by())

    async def move(*matters: Matter, hall: Any = HALL) -> list[str]:
        return [one["visit"] for one in await several.move(of, matters, party, hall, CALENDAR, house.by())]

    later = [Matter(GUIDES[0], NINE + day), Matter(GUIDES[2], TIMES[1] + day)]
    assert await move(*later) == [of, of]
    assert await move(Matter(GUIDES[0], NINE), Matter(GUIDES[2], TIMES[2])) == [of, of]
    clock.set(NINE)
    assert await move(Matter(GUIDES[2], TIMES[4])) == [of]
    [away] = await move(Matter(GUIDES[2], TIMES[4]), hall=WANBO)
    assert [one["_id"] for one in await appointments.of_visit(away, party.id)] == [away]
    moving = several.move(of, visit(5), party, HALL, CALENDAR, house.by())
    assert await said(moving) == "appointment_begun"
    left = [one["_id"] for one in await appointments.of_visit(away, party.id)]
    await several.cancel(away, party, house.by(), seen=left)
    moving = several.move(away, [Matter(GUIDES[2], TIMES[5])], party, HALL, CALENDAR, house.by())
    assert await said(moving) == "appointment_ended"


@pytest.mark.article("9.place")
async def test_nothing_is_moved_into_the_time_of_what_has_begun(
    house: House, several: Several, party: Party, clock: Clock
) -> None:
    """The hall has shorter slots by now: one begins while the person is at a window."""
    made = await booked(house, party, 0, 1)
    clock.set(NINE + timedelta(minutes=5))
    shorter = with_windows(2, minutes=20)
    early = [Matter(GUIDES[1], NINE + timedelta(minutes=20))]
    moving = several.move(made[0]["visit"], early, party, shorter, CALENDAR, house.by())
    assert await said(moving) == "visit_overlaps"
