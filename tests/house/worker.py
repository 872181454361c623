"""A house with a worker and gateways, over one database and one outside: a peer or the simulator."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

from models.appointments import Appointment
from models.people import Party
from models.places import Hall
from simulator import Running
from simulator.people import Person
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.outside import TakesAll
from tests.house.places import with_windows
from tests.house.stores import empty
from wechat_backend.app import build_services
from wechat_backend.gateways import Gateways
from wechat_backend.settings import Settings
from wechat_backend.wiring import privacy_of
from wechat_backend.worker import build
from wechat_backend.worker.job import AT_ONCE, Elsewhere
from wechat_backend.worker.jobs.schedule import FIRES, ScheduleRunner

PHONE = "13800138000"
OPENID = "openid-of-wang"
NAME = "古丽·艾山"
HALL = with_windows(3)
PREPARED: set[str] = set()
"""The databases that have their indexes: what stays when a test has emptied them for the next."""


class World(House):
    """`clock` moves only when told; `work` is one worker until nothing is due."""

    def __init__(self, settings: Settings, database: Any, clock: Callable[[], datetime]) -> None:
        self.settings, self.clock, self.database = settings, clock, database
        self.gateways = Gateways(settings, database, privacy_of(settings), clock)
        self.services = build_services(settings, database, self.gateways, clock)
        self.worker = build(settings, self.services, self.gateways, clock)
        super().__init__(self.services)

    async def prepare(self) -> None:
        await self.services.prepare()

    async def work(self) -> None:
        while await self.worker.relay.once() or await self.worker.deliver.once():
            pass

    async def do(self, job: str) -> None:
        """One round of a job, if it is this worker's turn."""
        with suppress(Elsewhere):
            await self.worker.loop(job).job.run()

    async def person(self, openid: str = OPENID, phone: str = PHONE, number: str | None = None) -> Party:
        """A follower, bound by the real name."""
        return await self.applicant(NAME, number=number, phone=phone, openid=openid, follows=True)

    async def book(self, party: Party, hall: Hall = HALL) -> Appointment:
        return await self.booking(party, hall)


@asynccontextmanager
async def working(settings: Settings, database: Any, clock: Callable[[], datetime]) -> AsyncIterator[World]:
    """Empty but for the guide and the hall, of which the worker has told whom it must."""
    world = World(settings, database, clock)
    world.stores.materials.inspector = TakesAll()
    if database.name not in PREPARED:
        await world.prepare()
        PREPARED.add(database.name)
    await empty(world.stores)
    await database["tokens"].delete_many({})
    await world.furnish(plain_guide(), hall=HALL)
    await world.work()
    yield world
    world.gateways.close()


async def work(world: World) -> None:
    """One worker, until nothing is due: also of what was planned for a moment."""
    busy = True
    while busy:
        busy = bool(await world.worker.relay.once())
        while await world.worker.deliver.once():
            busy = True
        busy = await look(world) or busy


async def look(world: World) -> bool:
    """At all that was planned for a moment that has come; False where there is nothing."""
    runner, looked = ScheduleRunner(world.services, FIRES, world.clock), False
    while await runner.run() == AT_ONCE:
        looked = True
    await runner.end()
    return looked


def set_clock(world: World, to: datetime) -> None:
    clock: Any = world.clock
    clock.__self__.set(to)


def letters(simulator: Running, template: str) -> list[str]:
    """The short messages that Li got by a template."""
    inbox = simulator.simulator.aliyun.inbox(person_of(simulator, "li").phone)
    return [each["text"] for each in inbox if each["template"] == template]


def person_of(simulator: Running, key: str) -> Person:
    """One of the simulator's people."""
    found = simulator.simulator.people.person(key)
    assert found
    return found


async def li_follows(simulator: Running, world: World) -> Party:
    """Li follows in the chat, and is bound."""
    li, wechat = person_of(simulator, "li"), simulator.simulator.wechat
    push = await wechat.follow(li)
    assert push
    assert push.outcome == "replied"
    account = await world.services.accounts.documents.find_one({"openid": wechat.ids.openid("li")})
    assert account["following"] is True
    return await world.bound(account, NAME, number=li.credentials[0].number, phone=li.phone)
