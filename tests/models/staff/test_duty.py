"""The roster: who is told on a day, who is told after them, and who may be put down."""

import asyncio
from datetime import date, timedelta

import pytest

from models.errors import DomainError
from models.staff import Duty, Leave, Role
from models.staff.document import Member
from models.staff.duty import CENTRE, DIGITAL, Line, Section, kept_by, section_of, township_section
from models.store import Database
from models.workdays import local_date
from tests.house.clock import START, Clock
from tests.house.house import House, said
from tests.house.places import HALL
from tests.house.staff import Post

HERE = township_section(HALL.township)
AT_CENTRE = Post((Role.SERVICE_CENTRE,), halls=(HALL.code,))
AFFAIRS = Post((Role.DIGITAL_AFFAIRS,))
TODAY = local_date(START)


@pytest.fixture(scope="module")
async def any_database(database: Database) -> Database:
    """With the default driver alone: what the drivers differ in is the kernel's, and is tried there."""
    return database


@pytest.fixture
async def duty(house: House, clock: Clock) -> Duty:
    clock.set(START)
    for kept in (house.stores.staff, house.stores.rosters, house.stores.duty_heads):
        await kept.documents.delete_many({})
    for name in ("ling", "ming", "ning"):
        await house.reachable(name, AT_CENTRE)
    await house.reachable("dai", AFFAIRS)
    return house.stores.duty


async def who(house: House, username: str) -> Member:
    return await house.stores.staff.get(username)


async def put(
    house: House,
    on_duty: str,
    behind: str = "",
    *,
    section: Section = CENTRE,
    first: date = TODAY,
    last: date | None = None,
    by: str = "ling",
) -> str:
    member, cause = await who(house, by), house.by_staff(by)
    setting = house.stores.duty.set_days(section, first, last or first, on_duty, behind, member, cause)
    return await said(setting)


async def test_those_of_a_day_are_told_one_after_the_other(house: House, duty: Duty) -> None:
    assert await put(house, "ling", "ming") == "done"
    assert await put(house, "dai", section=DIGITAL, by="dai") == "done"
    await duty.name_heads(CENTRE, ["ning", "", "ling"], await who(house, "ling"), house.by_staff("ling"))
    assert await duty.line(CENTRE, TODAY) == Line(["ling", "ming", "ning", "dai"], gap=False)
    assert await duty.line(DIGITAL, TODAY) == Line(["dai"], gap=False)


async def test_a_gap_falls_to_the_heads_and_then_to_digital_affairs(house: House, duty: Duty) -> None:
    assert await duty.line(CENTRE, TODAY) == Line([], gap=True)
    await duty.name_heads(DIGITAL, ["dai"], await who(house, "dai"), house.by_staff("dai"))
    assert await duty.line(CENTRE, TODAY) == Line(["dai"], gap=True)
    await duty.name_heads(CENTRE, ["ning"], await who(house, "ling"), house.by_staff("ling"))
    assert await duty.line(CENTRE, TODAY) == Line(["ning", "dai"], gap=True)


async def test_days_set_at_one_instant_are_all_kept(house: House, duty: Duty) -> None:
    first, days = date(2026, 12, 1), 31
    last = first + timedelta(days=days - 1)
    assert await put(house, "ling", first=first, last=last) == "done"
    changes = [put(house, "ming", first=first + timedelta(days=n)) for n in range(0, days, 2)]
    assert set(await asyncio.gather(*changes)) == {"done"}
    roster = await house.stores.rosters.of_month(CENTRE, "2026-12")
    assert [roster[day]["on_duty"] for day in sorted(roster)] == ["ming", "ling"] * 15 + ["ming"]
    assert await put(house, "", first=last) == "done"
    assert last.isoformat() not in await house.stores.rosters.of_month(CENTRE, "2026-12")
    assert await house.stores.rosters.on(CENTRE, date(2027, 1, 1)) is None


async def test_who_cannot_be_told_is_not_put_down(house: House, duty: Duty) -> None:
    await house.member("deaf", AT_CENTRE)
    assert await put(house, "deaf") == await put(house, "ling", "deaf") == "duty_unreachable"
    heads = duty.name_heads(CENTRE, ["deaf"], await who(house, "ling"), house.by_staff("ling"))
    with pytest.raises(DomainError, match="deaf的姓名还没有验证手机"):
        await heads
    assert await duty.line(CENTRE, TODAY) == Line([], gap=True)


async def test_only_members_of_the_section_are_put_down(house: House, duty: Duty) -> None:
    await house.reachable("luo", Post((Role.TOWNSHIP,), townships=(HALL.township,)))
    assert await put(house, "luo") == await put(house, "dai") == await put(house, "nobody")
    assert await put(house, "luo") == "duty_member_unfit"
    assert await put(house, "luo", section=HERE, by="luo") == "done"
    assert await put(house, "ling", "ling") == "duty_alone"
    await house.stores.employment.suspend("ming", house.by("cli"))
    assert await put(house, "ming") == "duty_member_unfit"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (TODAY - timedelta(days=1), TODAY),
        (date(2027, 1, 2), date(2027, 1, 1)),
        (date(2027, 1, 31), date(2027, 2, 1)),
    ],
)
async def test_days_are_to_come_and_of_one_month(house: House, duty: Duty, first: date, last: date) -> None:
    assert await put(house, "ling", first=first, last=last) == "duty_days_wrong"


async def test_a_section_keeps_its_own_roster(house: House, duty: Duty) -> None:
    await house.reachable("luo", Post((Role.TOWNSHIP,), townships=(HALL.township,)))
    await house.member("window")
    for section in (CENTRE, DIGITAL, township_section("南村镇")):
        assert await put(house, "luo", section=section, by="luo") == "scope_missing"
    assert await put(house, "ling", section=DIGITAL) == "scope_missing"
    assert await put(house, "ling", by="window") == "scope_missing"
    assert await put(house, "ling", by="dai") == "done"
    townships = [HALL.township, "南村镇"]
    assert kept_by(await who(house, "luo"), townships) == [HERE]
    assert kept_by(await who(house, "ling"), townships) == [CENTRE]
    assert len(kept_by(await who(house, "dai"), townships)) == 4
    assert [section_of(one) for one in (HERE.key, "township", "elsewhere:x")] == [HERE, None, None]


async def test_a_substitute_stands_in_the_absent_members_place(house: House, duty: Duty) -> None:
    assert await put(house, "ling", "ning", last=TODAY + timedelta(days=1)) == "done"
    leave = Leave("ming", TODAY, TODAY)
    await house.stores.absences.set_own(await who(house, "ling"), leave, house.by_staff("ling"))
    assert (await duty.line(CENTRE, TODAY)).members == ["ming", "ning"]
    assert (await duty.line(CENTRE, TODAY + timedelta(days=1))).members == ["ling", "ning"]
    away = Leave("ling", TODAY, TODAY)  # each stands in for the other, and both are away
    await house.stores.absences.set_own(await who(house, "ming"), away, house.by_staff("ming"))
    assert await duty.line(CENTRE, TODAY) == Line(["ning"], gap=True)


async def test_who_is_not_reached_any_more_is_passed_over(house: House, duty: Duty) -> None:
    assert await put(house, "ling", "ming") == "done"
    await house.stores.staff_phones.remove(await who(house, "ling"), house.by_staff("ling"))
    assert await duty.line(CENTRE, TODAY) == Line(["ming"], gap=True)
    await house.stores.employment.suspend("ming", house.by("cli"))
    assert await duty.line(CENTRE, TODAY) == Line([], gap=True)


async def test_who_is_put_down_for_a_day_and_can_be_reached(house: House, duty: Duty) -> None:
    """Both, who is on duty first; of one who is away the substitute, and nobody twice."""
    assert await duty.put_down(CENTRE, TODAY) == []
    await duty.name_heads(CENTRE, ["ning"], await who(house, "ling"), house.by_staff("ling"))
    assert await put(house, "ling", "ming") == "done"
    assert await duty.put_down(CENTRE, TODAY) == ["ling", "ming"]
    assert await duty.put_down(CENTRE, TODAY + timedelta(days=1)) == []
    leave = Leave("ming", TODAY, TODAY)
    await house.stores.absences.set_own(await who(house, "ling"), leave, house.by_staff("ling"))
    assert await duty.put_down(CENTRE, TODAY) == ["ming"]
    await house.stores.employment.suspend("ming", house.by("cli"))
    assert await duty.put_down(CENTRE, TODAY) == []
