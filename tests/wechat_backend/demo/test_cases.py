"""The cases that the demo begins with, on whatever day it begins."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from models import appointments
from models.applications import Application, NudgeState, Sought, State, accepted_by_silence
from models.events import Cause, Channel
from models.festivals import LAST_PUBLISHED_YEAR
from models.materials import store as materials
from models.outgoing import notices
from models.people import ApplicantKind, CredentialKind
from models.people.credentials import check_credential
from models.staff import owed
from models.staff.second_factor import code_of
from models.stores import Stores, assemble
from models.workdays import local_date
from simulator.people import load
from tests.house.clock import START, Clock
from tests.house.inspected import Remembers
from tests.house.outside import Openids, Register
from tests.house.stores import ROOMY
from wechat_backend.database.connection import Database
from wechat_backend.demo import calendar, cases, data
from wechat_backend.demo import env as demo_env
from wechat_backend.loading.loader import load_calendar
from wechat_backend.settings import load_settings
from wechat_backend.wiring import privacy_of
from wechat_backend.worker.jobs.schedule import FIRES, ScheduleRunner

STATES = {
    cases.BY_SILENCE.item: State.SUBMITTED,
    cases.GENERATED.item: State.GENERATED,
    cases.PAUSED.item: State.PAUSED,
    cases.TO_SUPPLEMENT.item: State.SUPPLEMENT_REQUESTED,
    cases.OVERDUE.item: State.SUBMITTED,
    cases.CONCLUDED.item: State.CONCLUDED,
}
DAYS = {
    "Tuesday": START,
    "Sunday": datetime(2026, 11, 22, 2, 0, tzinfo=UTC),
    "Spring Festival": datetime(2026, 2, 18, 2, 0, tzinfo=UTC),
    "the day after National Day's holiday, just after midnight": datetime(2026, 10, 7, 16, 1, tzinfo=UTC),
    "past the published calendar": datetime(2029, 2, 14, 2, 0, tzinfo=UTC),
}


@pytest.fixture(scope="module")
async def demo(database: Database, mongo_uri: str) -> AsyncIterator["Demo"]:
    """Furnished once, on an empty database."""
    with pytest.MonkeyPatch.context() as patch:
        given = demo_env.complete({}) | demo_env.addresses(8001, 8002, mongo_uri)
        given["PANYU_MONGO_DATABASE"] = database.name
        for name, value in given.items():
            patch.setenv(name, value)
        patch.setattr(materials, "Inspector", Remembers)
        found = Demo(database, given)
        await found.furnish()
        yield found


class Demo:
    """A demo's database, and its stores with a clock that is told."""

    def __init__(self, database: Database, variables: dict[str, str]) -> None:
        self.clock, self.variables, self.said = Clock(), variables, list[str]()
        self.stores: Stores = assemble(
            database,
            clock=self.clock.now,
            calendar=load_calendar().workdays(),
            privacy=privacy_of(load_settings()),
            verifier=Register(),
            followers=Openids(),
            sms_limits=ROOMY,
        )

    async def furnish(self) -> list[str]:
        return await data.furnish(self.variables, reset=False, say=self.said.append, clock=self.clock.now)

    async def found(self) -> dict[str, Application]:
        """The applications, by the names of their items."""
        each = [self.stores.applications.shaped(a) async for a in self.stores.applications.documents.find()]
        assert len(each) == len(STATES)
        return {one["item_name"]: one for one in each}

    async def begin_again(self, at: datetime) -> None:
        """Make the cases at another time, with nothing there of those before."""
        self.clock.set(at)
        kept: list[Any] = ["departments", "halls", "guides", "staff"]
        for store in self.stores.all():
            if store.collection not in kept:
                await store.documents.delete_many({})
        items = {guide["name"]: guide["item"] async for guide in self.stores.guides.documents.find()}
        assert await cases.make_once(self.stores, items, at)

    async def work(self) -> None:
        """What a worker does with the events and with the plans that are due."""
        relayed = (self.stores.applications, self.stores.kiosks)
        stores = self.stores
        while (
            await stores.outbox.relay(
                relayed, stores.deliveries, stores.schedule, notices.plan, self.clock.now()
            )
        ).moved:
            pass
        runner = ScheduleRunner(stores, FIRES, self.clock.now)
        while due := await stores.schedule.claim(self.clock.now()):
            await runner.look(due)


@pytest.fixture(scope="module", params=tuple(DAYS.values()), ids=tuple(DAYS))
async def day(demo: Demo, request: pytest.FixtureRequest) -> datetime:
    """The cases were made on this day, and a worker has looked at what is due."""
    at: datetime = request.param
    await demo.begin_again(at)
    await demo.work()
    return at


async def test_members_sign_in_with_what_demo_env_keeps(demo: Demo) -> None:
    """Who decides on people, with a code; a second start changes nothing."""
    before = await demo.stores.staff.documents.find().to_list()
    await demo.furnish()
    assert await demo.stores.staff.documents.find().to_list() == before
    password = demo.variables["PANYU_DEMO_STAFF_PASSWORD"]
    code = code_of(demo.variables[demo_env.STAFF_SECRET], demo.clock.now())
    by = Cause("system", demo.clock.now(), Channel.WINDOW, "a sign-in of the tests")
    for one in data.STAFF:
        done = await demo.stores.staff_door.sign_in(
            one.username, password, code=code, address="203.0.113.7", device="", by=by
        )
        assert owed(done.member, done.member) is None
        assert done.confirmed == (one.username in {"admin", "management", "management2", "management3"})


async def test_an_empty_database_gets_a_case_in_each_state(demo: Demo) -> None:
    found = await demo.found()
    assert {name: one["state"] for name, one in found.items()} == STATES
    assert any("six cases" in line for line in demo.said)


async def test_furnishing_again_changes_nothing(demo: Demo) -> None:
    before = await demo.found()
    await demo.furnish()
    assert await demo.found() == before
    assert sum("six cases" in line for line in demo.said) == 1


async def test_old_demo_with_an_application_gets_no_cases(demo: Demo) -> None:
    key = (await demo.found())[cases.PAUSED.item]["_id"]
    await demo.stores.applications.documents.delete_many({"_id": {"$ne": key}})
    assert not await cases.make_once(demo.stores, {}, demo.clock.now())
    assert await demo.stores.applications.documents.count_documents({}) == 1


async def test_silence_accepts_and_clocks_are_in_time_on_any_day(demo: Demo, day: datetime) -> None:
    found = await demo.found()
    silent = found[cases.BY_SILENCE.item]
    assert {name: one["state"] for name, one in found.items()} == STATES | {
        cases.BY_SILENCE.item: State.ACCEPTED
    }
    assert accepted_by_silence(silent)
    paused = found[cases.PAUSED.item]["clocks"]["decision"]
    assert paused
    assert (paused["due"], len(paused["pauses"])) == (None, 1)
    calendar = demo.stores.calendar
    for one in found.values():
        times = [line["at"] for line in one["timeline"]]
        assert times == sorted(times)
        assert times[-1] <= day
        assert all(calendar.worked(local_date(at)) for at in times if at < day)
    for name in (cases.PAUSED.item, cases.CONCLUDED.item):
        accepted, promised = found[name]["accepted_at"], found[name]["clocks"]["acceptance"]
        assert promised
        assert promised["due"]
        assert accepted <= promised["due"]


async def test_a_visit_was_missed_and_can_be_objected_to(demo: Demo, day: datetime) -> None:
    [found] = [demo.stores.appointments.shaped(a) async for a in demo.stores.appointments.documents.find()]
    assert found["state"] is appointments.State.NO_SHOW
    assert appointments.can_object(found)
    assert demo.stores.calendar.worked(local_date(found["start"]))
    assert found["timeline"][-1]["at"] < day


async def test_each_role_that_handles_or_supervises_has_something_to_do(demo: Demo, day: datetime) -> None:
    """On whatever day the demo starts, on the first page; and who has to answer a nudge is told."""
    queue, staff = demo.stores.queue, demo.stores.staff
    for name in ("window", "reviewer", "civil", "approver", "supervisor", "management"):
        page = await queue.page(await staff.get(name), Sought(mine=True), day, 10)
        assert page.rows, name
    asked = Sought(mine=True, nudged=NudgeState.OPEN)
    for name in ("window", "reviewer", "civil"):
        page = await queue.page(await staff.get(name), asked, day, 10)
        assert [one["item_name"] for one in page.rows] == [cases.OVERDUE.item], name


async def test_a_paper_of_the_case_that_waits_has_pages_to_leaf_through(demo: Demo) -> None:
    [overdue] = [one for name, one in (await demo.found()).items() if name == cases.OVERDUE.item]
    [household] = [one["file"] for one in overdue["materials"] if one["code"] == "household"]
    assert household
    by = Cause("staff:civil", demo.clock.now(), Channel.WINDOW, "test")
    assert (await demo.stores.materials.pages(household, by))[1] == 3


def test_people_can_be_and_one_is_in_the_simulator() -> None:
    """Who signs in there as him finds his cases."""
    people = {person.name: person for person in load().people}
    for person in cases.PEOPLE:
        check_credential(ApplicantKind.PERSON, CredentialKind.RESIDENT_ID, person.number, date(2026, 11, 24))
    known = people[cases.XU.name]
    assert (known.phone, known.credentials[0].number) == (cases.XU.phone, cases.XU.number)
    assert cases.FENG.name not in people


def test_no_member_has_the_name_of_a_citizen() -> None:
    """But who is on duty, and is told on a phone of the simulator."""
    citizens = {person.name for person in load().people if person.id != "on-duty"}
    assert not citizens & {member.name for member in data.STAFF}


async def test_who_stands_in_can_act_from_the_first_day(demo: Demo) -> None:
    today = local_date(demo.clock.now())
    for one in data.STAFF:
        if one.stands_in_for:
            member = await demo.stores.staff.get(one.username)
            assert await demo.stores.absences.absent(member, one.stands_in_for, today), one
    assert any(one.stands_in_for for one in data.STAFF)


async def test_the_next_year_is_begun_in_the_calendar(demo: Demo) -> None:
    years, year = demo.stores.calendar_years, LAST_PUBLISHED_YEAR + 1
    await years.documents.delete_many({})
    at = datetime(LAST_PUBLISHED_YEAR, 11, 24, 2, tzinfo=UTC)
    assert await calendar.make_once(demo.stores, at)
    assert not await calendar.make_once(demo.stores, at)
    kept = await years.of_year(year)
    assert [one["worked"] for one in kept["days"].values()] == [False, False, False, True]
    assert not kept["confirmed"]
    assert not await calendar.make_once(demo.stores, at.replace(year=LAST_PUBLISHED_YEAR - 1))
