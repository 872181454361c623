"""Who is away and who stands in: the days, whom one may name, and what happens at one instant."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import DomainError
from models.events import Cause, Channel, Event
from models.own_data import nameless
from models.staff import MOST_DAYS, Leave, Member, Role, Scope, can_stand_in, scopes_of
from models.staff import Post as Given
from models.staff.absences import Absences, check_days, stood_in
from models.staff.employment import check_other
from models.store import entry
from models.workdays import local_date
from tests.house.clock import START, Clock
from tests.house.guides import OTHER, USCC
from tests.house.house import House, said
from tests.house.places import HALL
from tests.house.staff import Post

TODAY = local_date(START)
WANG, LI = "wang", "li"


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def leave(first: int, last: int, substitute: str = LI) -> Leave:
    return Leave(substitute, day(first), day(last))


def member(name: str, *roles: Role, department: str | None = None, halls: Iterable[str] = ()) -> Member:
    return Member(
        _id=name,
        name=name,
        password_hash="",
        department=department,
        roles=[*roles],
        halls=[*halls],
        townships=[],
        listed={"standing": "present", "text": name, "roles": ""},
    )


@pytest.fixture
async def house_of_two(house: House, clock: Clock) -> House:
    """With Wang, who approves, and Li, who does at the same department; and an administrator."""
    clock.set(START)
    await house.stores.staff.documents.delete_many({})
    for name in (WANG, LI):
        await house.member(name, Post((Role.APPROVER,), USCC))
    await house.member("boss", Post((Role.ADMINISTRATOR,)))
    return house


@pytest.fixture
def absences(house_of_two: House) -> Absences:
    return house_of_two.stores.absences


async def set_own(house: House, which: Leave, whose: str = WANG) -> Member:
    wang = await house.stores.staff.get(whose)
    return await house.stores.absences.set_own(wang, which, house.by_staff(whose))


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (0, 0, "done"),
        (0, MOST_DAYS - 1, "done"),
        (0, MOST_DAYS, "absence_too_long"),
        (1, 0, "absence_backwards"),
        (-1, 3, "absence_past"),
    ],
)
async def test_the_days_of_an_absence(first: int, last: int, code: str) -> None:
    async def check() -> None:
        check_days(leave(first, last), TODAY)

    assert await said(check()) == code


CIVIL = member("civil", Role.APPROVER, department=OTHER)
CENTRE = member("centre", Role.SERVICE_CENTRE, halls=[HALL.code])


@pytest.mark.parametrize(
    ("substitute", "absent", "fit"),
    [
        (member("a", Role.REVIEWER, department=OTHER), CIVIL, True),
        (member("a", Role.APPROVER, department=USCC), CIVIL, False),
        (member("a", Role.WINDOW), CIVIL, True),
        (member("a", Role.TOWNSHIP, halls=[HALL.code, "x"]), CENTRE, True),
        (member("a", Role.TOWNSHIP, halls=["x"]), CENTRE, False),
        (member("a", Role.KIOSK_MAINTAINER), member("b", Role.KIOSK_MAINTAINER), False),
        (CIVIL, CIVIL, False),
        ({**member("a", Role.WINDOW), "suspended_at": START}, CIVIL, False),
        ({**member("a", Role.WINDOW), "left_at": START}, CIVIL, False),
    ],
)
def test_who_can_stand_in(substitute: Member, absent: Member, fit: bool) -> None:
    assert can_stand_in(substitute, absent) is fit


@pytest.mark.parametrize("role", Role)
def test_a_substitute_has_the_scopes_of_the_absent_member_but_manages_no_staff(role: Role) -> None:
    both = member("a", role, Role.ADMINISTRATOR)
    rights = scopes_of(stood_in(both))
    assert Scope.STAFF_MANAGE not in rights
    assert rights == (frozenset() if role is Role.ADMINISTRATOR else role.scopes)


def test_no_rule_of_two_people_is_passed_by_standing_in_for_the_other() -> None:
    by = Cause("staff:li", START, Channel.WINDOW, "r", on_behalf_of="staff:wang")
    for own in ("li", "wang"):
        with pytest.raises(DomainError) as caught:
            check_other(own, by)
        assert caught.value.code == "own_record"
    check_other("zhao", by)


def test_both_are_named_in_the_trail_and_neither_in_ones_own_data() -> None:
    by = Cause("staff:li", START, Channel.WINDOW, "r", on_behalf_of="staff:wang")
    event, own = Event("a.b", "x", by), Event("a.b", "x", replace(by, on_behalf_of=""))
    kept, line = event.document(), entry(event)
    assert (kept["actor"], kept["on_behalf_of"]) == ("staff:li", "staff:wang")
    assert (line["actor"], line["on_behalf_of"]) == ("staff:li", "staff:wang")
    assert "on_behalf_of" not in own.document()
    assert "on_behalf_of" not in entry(own)
    assert "li" not in str(nameless([line]))
    assert "wang" not in str(nameless([line]))


async def test_the_substitute_acts_from_the_first_day_to_the_last(
    house_of_two: House, absences: Absences
) -> None:
    await set_own(house_of_two, leave(1, 3))
    li = await house_of_two.stores.staff.get(LI)
    acting = [(await absences.absent(li, WANG, day(number))) is not None for number in range(6)]
    assert acting == [False, True, True, True, False, False]
    wang = await house_of_two.stores.staff.get(WANG)
    assert await absences.absent(wang, LI, day(1)) is None


@pytest.mark.parametrize("end", ["ended", "substitute", "absent", "suspended"])
async def test_acting_is_over_as_soon_as_one_of_them_is_gone(
    house_of_two: House, absences: Absences, end: str
) -> None:
    set_ = await set_own(house_of_two, leave(0, 3))
    staff, by = house_of_two.stores.staff, house_of_two.by_staff("boss")
    assert await absences.absent(await staff.get(LI), WANG, TODAY)
    if end == "ended":
        await absences.end_own(await staff.get(WANG), set_["absences"][0]["id"], house_of_two.by_staff(WANG))
    elif end == "suspended":
        await house_of_two.stores.employment.suspend(WANG, by)
    else:
        await house_of_two.stores.employment.leave(LI if end == "substitute" else WANG, by)
    assert await absences.absent(await staff.get(LI), WANG, TODAY) is None


@pytest.mark.article("5.duties")
@pytest.mark.parametrize("moved", [LI, WANG])
async def test_acting_is_over_once_one_of_them_has_another_post(
    house_of_two: House, absences: Absences, moved: str
) -> None:
    """Who has left a department reaches none of it by an absence that was set before."""
    await set_own(house_of_two, leave(0, 3))
    staff = house_of_two.stores.staff
    assert await absences.absent(await staff.get(LI), WANG, TODAY)
    await house_of_two.stores.employment.post(
        moved, Given((Role.REVIEWER,), OTHER), house_of_two.by_staff("boss")
    )
    li = await staff.get(LI)
    assert await absences.absent(li, WANG, TODAY) is None
    assert await absences.of_substitute(li, TODAY) == []


async def test_a_substitute_does_not_stand_in_for_those_whom_the_absent_member_stands_in_for(
    house_of_two: House, absences: Absences
) -> None:
    await house_of_two.member("zhao", Post((Role.APPROVER,), USCC))
    await set_own(house_of_two, leave(0, 3))
    await set_own(house_of_two, leave(0, 3, WANG), "zhao")
    li = await house_of_two.stores.staff.get(LI)
    assert await absences.absent(li, WANG, TODAY)
    assert await absences.absent(li, "zhao", TODAY) is None
    assert [one["_id"] for one in await absences.of_substitute(li, TODAY)] == [WANG]


async def test_an_absence_is_ended_once(house_of_two: House, absences: Absences) -> None:
    wang = await set_own(house_of_two, leave(0, 3))
    [one], by = wang["absences"], house_of_two.by_staff(WANG)
    answers = await asyncio.gather(*(said(absences.end_own(wang, one["id"], by)) for _ in range(4)))
    assert sorted(answers) == ["absence_not_found"] * 3 + ["done"]
    wang = await house_of_two.stores.staff.get(WANG)
    assert [event["name"] for event in wang["events"]][-2:] == ["staff.absence_set", "staff.absence_ended"]
    assert await said(set_own(house_of_two, leave(0, 3))) == "done"


async def test_a_supervisor_sets_it_for_the_own_department_and_never_for_themselves(
    house_of_two: House, absences: Absences
) -> None:
    house = house_of_two
    chief = await house.member("chief", Post((Role.SUPERVISOR,), USCC))
    boss = await house.stores.staff.get("boss")
    await house.member("civil")
    await house.member("window")

    async def asked(by: Member, username: str, substitute: str, behalf: str = "") -> str:
        cause = replace(house.by_staff(by["_id"]), on_behalf_of=behalf)
        return await said(absences.set_for(username, leave(0, 3, substitute), by, cause))

    assert await asked(chief, WANG, "chief") == "own_substitute"
    assert await asked(boss, WANG, "boss") == "own_substitute"
    assert await asked(boss, WANG, LI, behalf=f"staff:{LI}") == "own_substitute"
    assert await asked(chief, "civil", LI) == "staff_not_found"
    assert await asked(chief, "window", LI) == "staff_not_found"
    assert await asked(chief, WANG, "civil") == "substitute_unfit"
    assert await asked(chief, WANG, "no-one") == "substitute_unfit"
    li = await house.stores.staff.get(LI)
    assert await asked(li, WANG, "chief") == "scope_missing"
    assert await asked(chief, WANG, LI) == "done"
    assert await asked(boss, WANG, LI) == "absence_overlaps"
    await house.stores.employment.suspend("civil", house.by_staff("boss"))
    assert await asked(boss, "civil", "window") == "member_not_in"
    seen = [[one["_id"] for one in await absences.within(by, TODAY)] for by in (chief, boss)]
    assert seen == [[WANG], [WANG]]


async def test_of_two_who_set_it_at_one_instant_one_does(house_of_two: House) -> None:
    for number in range(0, 60, 6):
        both = (leave(number, number + 3), leave(number + 2, number + 5))
        answers = await asyncio.gather(*(said(set_own(house_of_two, one)) for one in both))
        assert sorted(answers) == ["absence_overlaps", "done"]


DAYS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4), st.booleans()), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=DAYS)
async def test_no_day_has_two_absences_whatever_is_set_and_ended(
    house_of_two: House, asked: list[tuple[int, int, bool]]
) -> None:
    """Against a list of the days that are taken."""
    stores = house_of_two.stores
    await stores.staff.documents.update_one({"_id": WANG}, {"$set": {"absences": []}})
    taken: list[set[int]] = []
    for first, length, ends in asked:
        days = {*range(first, first + length + 1)}
        free = all(days.isdisjoint(other) for other in taken)
        answer = await said(set_own(house_of_two, leave(first, first + length)))
        assert answer == ("done" if free else "absence_overlaps")
        taken += [days] if free else []
        if ends and taken:
            wang, gone = await stores.staff.get(WANG), taken.pop(0)
            oldest = next(
                one
                for one in wang["absences"]
                if one["ended_at"] is None and one["first"] == day(min(gone)).isoformat()
            )
            await stores.absences.end_own(wang, oldest["id"], house_of_two.by_staff(WANG))
