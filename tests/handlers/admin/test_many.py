"""100,000 applications: what the database reads for every page of the panel that lists or counts them.

The database itself tells, in its profile, of every query that the pages send. Pages, filters and choices are
taken from what the panel declares and shows.
"""

import html
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pytest

from handlers.admin.queue import QUEUE
from handlers.web.services import Services
from models.applications import SEEN, LooksTooLong, Sought, store
from models.applications.queue import matching
from models.applications.sought import keys_of
from models.events import Channel
from models.paging import ENOUGH
from models.people import Party
from models.staff import Role, Scope
from models.store import Database, Document
from tests.handlers.admin.test_queue import lines, search
from tests.house.browser import Browser
from tests.house.guides import USCC
from tests.house.many import fill
from tests.house.office import Office
from tests.house.outside import TakesAll
from tests.house.staff import Post
from tests.house.stores import PRIVACY
from tests.house.town import opened

pytestmark = pytest.mark.timeout(600)
READERS = {role.value: Post((role,), USCC) for role in Role if Scope.APPLICATIONS_READ in role.scopes} | {
    "window_and_approver": Post((Role.WINDOW, Role.APPROVER), USCC),
    "approver_and_management": Post((Role.APPROVER, Role.SERVICE_MANAGEMENT), USCC),
}
"""Every role that reads applications, and two members whose roles reach differently far."""
MOST = 3
"""Documents read for a row that is shown, at most; where a list ends, one of each state may be looked at."""
NARROWED = ("mine", "all")
"""The filters under which each choice is tried: what waits, and the longest list."""


@dataclass(frozen=True)
class Crowd:
    """A town with 100,000 applications; `party` and `serial` are of one that was made, and not copied."""

    office: Office
    services: Services
    party: Party
    serial: str

    @property
    def database(self) -> Any:
        return self.services.applications.documents.database


@pytest.fixture(scope="module")
async def crowd(database: Database) -> AsyncIterator[Crowd]:
    async with opened(database) as town:
        town.services.materials.inspector = TakesAll()
        party = await town.applicant()
        made = await fill(town.services, town.desk(party))
        for name, post in READERS.items():
            await town.member(name, post)
        crowd = Crowd(Office(town), town.services, party, made[0]["serial"])
        await crowd.database.create_collection("system.profile", capped=True, size=200_000_000)
        yield crowd


@asynccontextmanager
async def profiled(crowd: Crowd) -> AsyncIterator[list[Document]]:
    """What the database did with applications meanwhile, told at the end."""
    database, told = crowd.database, list[Document]()
    profile, of = database["system.profile"], {"ns": crowd.services.applications.documents.full_name}
    before = await profile.count_documents(of)
    await database.command("profile", 2)
    yield told
    await database.command("profile", 0)
    told += await profile.find(of).skip(before).to_list()


def faults(told: Iterable[Document]) -> list[str]:
    """The queries that read too much, without an index, or that put in order what they had read."""
    found = []
    for one in told:
        read, shown = one.get("docsExamined", 0), one.get("nreturned", 0)
        is_count = "aggregate" in one["command"]
        most = 1 if is_count else max(MOST * shown, len(SEEN))
        sorts = one.get("hasSortStage") and read > 1
        if read > most or sorts or "COLLSCAN" in one.get("planSummary", ""):
            found.append(f"{read} for {shown}, {one.get('planSummary')}, {one['command']}")
    return found


def options(page: str) -> list[tuple[str, str]]:
    """Names and values that a page offers to choose: of each, the first and the last."""
    selects = re.findall(r'<select name="(\w+)">(.*?)</select>', page, re.DOTALL)
    offered = {name: re.findall(r'<option value="([^"]+)"', body) for name, body in selects}
    return [(name, one) for name, values in offered.items() for one in sorted({values[0], values[-1]})]


def links(page: str, text: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(rf'href="([^"]*)">{text}', page)]


async def get(desk: Browser, address: str) -> str:
    page = await desk.get(address)
    assert page.status == 200, (address, page.text)
    return page.text


@pytest.mark.parametrize("name", READERS)
async def test_every_list_reads_little_more_than_it_shows(crowd: Crowd, name: str) -> None:
    """Each filter with its neighbouring pages, each choice, and the home page."""
    desk, rows = await crowd.office.desk(name), 0
    async with profiled(crowd) as told:
        assert (await desk.get("/admin")).status in (200, 302)
        for show in QUEUE.filters:
            page = await get(desk, QUEUE.at(show=show))
            rows += len(lines(page))
            for address in links(page, "下一页"):
                for back in links(await get(desk, address), "上一页"):
                    await get(desk, back)
        for show in NARROWED:
            for chosen, value in options(await get(desk, QUEUE.at(show=show))):
                rows += len(lines(await get(desk, QUEUE.at(show=show, **{chosen: value}))))
    assert len(told) > 100
    assert rows > 300
    assert faults(told) == []


async def test_a_search_reads_what_it_finds(crowd: Crowd) -> None:
    desk = await crowd.office.desk("window")
    async with profiled(crowd) as told:
        assert len(lines(await search(desk, crowd.serial))) == 1
        for text in ("陈建国", "13800138000", "没有这个人"):
            await search(desk, text)
    assert faults(told) == []


async def test_a_case_and_its_neighbours_are_found_at_once(crowd: Crowd) -> None:
    desk = await crowd.office.desk("approver")
    shown = await get(desk, QUEUE.at(show="all"))
    address = re.findall(r'href="(/admin/applications/[0-9a-f]{32}\?[^"]*)"', shown)[:3]
    async with profiled(crowd) as told:
        for one in address:
            await get(desk, html.unescape(one))
    assert len(told) >= 3
    assert faults(told) == []


async def test_counts_are_right_and_end_at_a_thousand(crowd: Crowd) -> None:
    queue, now = crowd.services.queue, crowd.services.clock()
    documents = crowd.services.applications.documents
    own = tuple(keys_of(PRIVACY, crowd.party))
    narrowed: list[Sought] = [
        Sought(one.states, mine=one.mine, channel=channel)
        for one in QUEUE.filters.values()
        for channel in ("", Channel.APP)
    ]
    counted = set()
    for name in ("window", "approver", "approver_and_management"):
        member = await crowd.services.staff.get(name)
        for sought in chain(narrowed, [Sought(SEEN, keys=own)]):
            whole = await documents.count_documents(matching(member, sought, now), limit=ENOUGH + 1)
            assert await queue.count(member, sought, now) == whole, (name, sought)
            counted.add(whole)
    assert min(counted) < 10 < max(counted) == ENOUGH + 1


async def test_what_takes_too_long_says_how_to_narrow_it(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nothing has is found by reading all keys of an index."""
    monkeypatch.setattr(store, "LONGEST_LOOK", 1)
    sought, now = Sought(SEEN, handling="none of these"), crowd.services.clock()
    member = await crowd.services.staff.get("service_management")
    with pytest.raises(LooksTooLong):
        await crowd.services.queue.page(member, sought, now, 30)
    with pytest.raises(LooksTooLong):
        await crowd.services.queue.count(member, sought, now)
    desk = await crowd.office.desk("service_management")
    slow = await desk.get(QUEUE.at(show="all", channel=Channel.APP))
    assert (slow.status, "请再加一个条件" in slow.text) == (422, True)
