"""What a new schedule of a hall is said to do (article 9), and when that is something else."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from models.appointments import Preview, Reason
from models.appointments.fitting import Misfit
from models.appointments.unfit import Ahead
from models.places import ClosureRow, WindowRow
from models.staff import Member
from tests.house.clock import MakeCause
from tests.house.house import House, said
from tests.house.schedules import keeper, rows, written
from tests.models.appointments.test_booking import NINE
from tests.models.appointments.test_rescheduling import AFTERNOON, HALL, TIMES, booked, kept, save, shown

pytestmark = pytest.mark.article("9.time")


@pytest.fixture
async def member(house: House, cause: MakeCause) -> Member:
    await house.stores.halls.put(HALL, cause())
    return await keeper(house)


def test_what_is_confirmed_is_the_schedule_the_visits_and_why_they_do_not_fit() -> None:
    ahead = Ahead("v", HALL.code, "general", "w1", 0, NINE, NINE + timedelta(minutes=30), None)
    misfit = Misfit(Reason.OUTSIDE_HOURS)
    same = Preview(HALL, (), ((ahead, misfit),), (), (), "0 written")
    others = [
        replace(same, unfit=((ahead, Misfit(Reason.DAY_OFF)),)),
        replace(same, unfit=((replace(ahead, id="w"), misfit),)),
        replace(same, unfit=()),
        replace(same, written="1 written"),
    ]
    assert len({one.mark for one in (same, *others)}) == 5


async def test_which_groups_no_window_serves_any_more_or_serves_anew(
    house: House, member: Member, cause: MakeCause
) -> None:
    only = [WindowRow("w1", "综合", ("general", "police"), "2")]
    foreseen = await shown(house, member, written(await kept(house), windows=only), cause)
    assert (foreseen.lost, foreseen.gained) == (("social",), ("police",))


async def test_which_days_are_shown(house: House, member: Member, cause: MakeCause) -> None:
    """Those for which one can book, if there are places before or after, and those on which there are
    visits, also where the hall is closed then, or where nobody can book yet."""
    friday, saturday, later = (date(2026, 11, day) for day in (27, 28, 26))
    appointments: Any = house.stores.appointments.documents
    for ahead in (2, 20):
        visit = await booked(house, cause)
        moved = {name: visit[name] + timedelta(days=ahead) for name in ("start", "end", "closes_at")}
        await appointments.update_one({"_id": visit["_id"]}, {"$set": moved})
    await save(house, member, cause, closures=[ClosureRow(str(friday), str(friday), "检修")])
    changes = written(await kept(house), by_date=[(str(later), []), (str(saturday), TIMES)])
    days = (await shown(house, member, changes, cause)).days
    assert [(one.day.month, one.day.day) for one in days] == [
        *((11, day) for day in (24, 25, 26, 27, 28, 30)),
        *((12, day) for day in (1, 2, 15)),
    ]
    by_day = {one.day: (one.before > 0, one.after > 0, one.booked, one.unfit) for one in days}
    assert by_day[later] == (True, False, 0, 0)
    assert by_day[saturday] == (False, True, 0, 0)
    assert by_day[friday] == (False, False, 1, 1)


async def test_what_was_written_over_an_older_schedule_is_not_shown_or_saved(
    house: House, member: Member, cause: MakeCause
) -> None:
    made = written(await kept(house), weekdays=AFTERNOON)
    mark = (await shown(house, member, made, cause)).mark
    await save(house, member, cause, slot_minutes="60")
    rescheduling, by = house.stores.rescheduling, cause()
    again = replace(made, revision=(await kept(house)).revision)
    assert await said(rescheduling.preview(HALL.code, made, member, by.at)) == "changed_meanwhile"
    saving = rescheduling.reschedule(HALL.code, again, member, by, seen=mark)
    assert await said(saving) == "consequences_changed"


async def test_the_event_says_how_many_visits_do_not_fit(
    house: House, member: Member, cause: MakeCause
) -> None:
    for minutes in (0, 30, 5 * 60):
        await booked(house, cause, minutes)
    await save(house, member, cause, weekdays=AFTERNOON, windows=rows(HALL, social=0))
    found: Any = await house.stores.halls.documents.find_one({"_id": HALL.code})
    assert found["events"][-1]["data"]["unfit"] == 2
