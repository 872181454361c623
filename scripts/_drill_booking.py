"""Sells the places of halls while servers are killed and windows change, and counts.

A mongod, four web servers, a worker and the simulator are its own; people use the JSON API.

Sales: a thousand people want the fifty places of one slot at once, some of which two item groups share, and
one server is killed on the way. Fire: people book, move and cancel while the windows of two halls change over
and over and servers are killed every few seconds. Somebody whose connection broke asks for the own list.

The table says what people were told last or must be there (expected), what is there, what of it was lost
(told, and not there), untold (there, and nobody was told or can learn it a minute after the last kill),
doubled (a seat, an item or a notice twice; too many for a day), oversold or unsold. Exits with 1 where
anything was. Who does what follows from the seed; who meets whom does not.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import time as clock_time
from pathlib import Path
from random import Random
from typing import Any

from pymongo import MongoClient
from tornado.httpclient import AsyncHTTPClient

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from _booking_ledger import Document, Row, of_deliveries, of_events, of_fire, of_sale, of_seats  # noqa: E402
from _booking_people import Person, Service, Wishes, live  # noqa: E402
from _booking_service import GROUPS, Servers, Windows, changed, served, servers  # noqa: E402
from _machine import free_port, processes, wait_for  # noqa: E402

from models.appointments import bookable_days  # noqa: E402
from models.outgoing.outbox import PENDING  # noqa: E402
from models.people import PlatformUser  # noqa: E402
from models.workdays import local_moment  # noqa: E402
from tests.house.guides import plain_guide  # noqa: E402
from tests.house.worker import World  # noqa: E402
from wechat_backend.database.connection import connect  # noqa: E402
from wechat_backend.database.migrations import ALL  # noqa: E402
from wechat_backend.database.migrations.record import check_current  # noqa: E402
from wechat_backend.database.mongod import Mongod  # noqa: E402
from wechat_backend.demo import env as demo_env  # noqa: E402
from wechat_backend.settings import load_settings  # noqa: E402
from wechat_backend.wiring import utc_now  # noqa: E402

DATABASE = "drill_booking"
PEOPLE, SALES, BURNING = 1000, 5, 90.0
QUICK_SALES, QUICK_BURNING = 2, 30.0
ABLAZE = 120
"""So many of the people take part in the fire."""
SALE = [(GROUPS[:1], 20), (GROUPS[1:], 15), (GROUPS, 15)]
PLACES = sum(seats for _, seats in SALE)
"""Either group alone cannot have them all."""
KILL_AFTER = 10
"""A server is killed when so many have been told that they are booked."""
LEARNED = 60.0
"""Seconds after the last kill in which everybody can learn what is there."""
HALL, HALLS = "drill-sale", ("drill-east", "drill-west")
NINE_THIRTY = clock_time(9, 30)
HOURS = [clock_time(*at) for at in ((9, 0), (9, 20), (9, 30), (10, 0), (10, 0), (14, 0), (14, 30))]
"""So that slots of any two lengths overlap in some."""
TOGETHER = 25
"""So many are furnished at once."""
SALE_GUIDES = [
    [plain_guide(100 + 2 * sale + n, group=group, places=[HALL]) for n, group in enumerate(GROUPS)]
    for sale in range(SALES)
]
FIRE_GUIDES = [plain_guide(200 + n, group=GROUPS[n % 2], places=list(HALLS)) for n in range(6)]


class Drill:
    """People, the servers that they ask, and the windows that they want."""

    def __init__(self, world: World, mine: Servers, seed: int) -> None:
        self.world, self.servers, self.seed = world, mine, seed
        http = AsyncHTTPClient(force_instance=True, max_clients=2 * PEOPLE)
        self.service = Service(mine.addresses, http, Random(seed))  # noqa: S311
        self.windows = Windows(world, Random(seed + 1))  # noqa: S311
        self.people: list[Person] = []
        self.days = bookable_days(world.stores.calendar, utc_now())

    async def furnish(self) -> None:
        """The halls, the guides, and people who are bound and signed in."""
        world = self.world
        await world.prepare()
        await world.furnish(
            *FIRE_GUIDES, *(one for pair in SALE_GUIDES for one in pair), hall=served(HALL, 30, SALE)
        )
        for code in HALLS:
            await self.windows.put(changed(code, self.windows.random))
        turn = asyncio.Semaphore(TOGETHER)
        self.people = await asyncio.gather(*(self._person(number, turn) for number in range(PEOPLE)))

    async def _person(self, number: int, turn: asyncio.Semaphore) -> Person:
        async with turn:
            world, openid = self.world, f"drill-{number}"
            account = await world.services.accounts.arrive(PlatformUser(openid), world.by())
            await world.services.accounts.unfollow(openid, world.by())
            party = await world.bound(account)
            token = await world.services.sessions.open(f"account:{account['_id']}", world.by())
            return Person(party.id, token)

    async def sell(self, number: int) -> None:
        """All want one slot at once; a server is killed when the first have been told, and is back then."""
        start = local_moment(self.days[1 + number], NINE_THIRTY)
        guides, told, victim = SALE_GUIDES[number], asyncio.Event(), number % len(self.servers.all)
        sold = 0

        async def wants(person: Person, item: str) -> None:
            nonlocal sold
            while await person.book(self.service, item, HALL, start) == "broken":
                if any(visit.item == item for visit in person.told.values()):
                    break
            sold += any(visit.item == item for visit in person.told.values())
            if sold >= KILL_AFTER:
                told.set()

        async def kill() -> None:
            await told.wait()
            self.servers.kill(victim)

        items = [guides[n % 2].item for n in range(len(self.people))]
        wanting = (wants(*each) for each in zip(self.people, items, strict=True))
        await asyncio.gather(kill(), *wanting)
        await self.servers.start(victim)

    async def learn(self) -> None:
        """Whoever lost a connection asks for the own list once more."""
        turn = asyncio.Semaphore(TOGETHER)

        async def look(person: Person) -> None:
            async with turn:
                await person.look(self.service)

        await asyncio.gather(*(look(one) for one in self.people if one.broken))

    async def burn(self, seconds: float) -> None:
        days, hours = self.days[2:4], HOURS
        starts = [local_moment(day, hour) for day in days for hour in hours]
        wishes = Wishes([one.item for one in FIRE_GUIDES], HALLS, starts)
        end = asyncio.get_running_loop().time() + seconds
        living = (
            live(person, self.service, wishes, Random(self.seed * PEOPLE + number), end)  # noqa: S311
            for number, person in enumerate(self.people[-ABLAZE:])
        )
        await asyncio.gather(self.servers.burn(end), self.windows.change(HALLS, end), *living)
        await self.windows.look()


async def drilled(mine: Servers, options: argparse.Namespace) -> Drill:
    settings = load_settings()
    database = await connect(settings.mongo_uri.get_secret_value(), settings.mongo_database)
    await check_current(database, ALL, utc_now())
    drill = Drill(World(settings, database, utc_now), mine, options.seed)
    await drill.furnish()
    mine.worker.start()
    supervising = asyncio.create_task(mine.supervise())
    for number in range(len(mine.all)):
        await mine.start(number)
    for number in range(options.sales):
        began = time.time()
        await drill.sell(number)
        print(f"sale {number + 1}: {time.time() - began:.0f} s", file=sys.stderr)
    await asyncio.sleep(LEARNED)
    await drill.learn()
    await drill.burn(options.burning)
    await until_idle(database)
    supervising.cancel()
    drill.world.gateways.close()
    await database.close()
    return drill


async def until_idle(house: Any) -> None:
    """Until every event was moved on, and every delivery has come to its end."""
    deadline = time.time() + 300
    waiting = (("appointments", PENDING), ("deliveries", {"state": "pending"}))
    while any([await house[name].find_one(query) for name, query in waiting]):
        if time.time() > deadline:
            return
        await asyncio.sleep(0.5)


def reckon(drill: Drill, house: Any, sales: int) -> list[Row]:
    sold = [[one.item for one in pair] for pair in SALE_GUIDES[:sales]]
    return [
        *(of_sale(f"sale {n}", PLACES, items, drill.people, house) for n, items in enumerate(sold, 1)),
        of_fire(drill.people, [one.item for one in FIRE_GUIDES], house),
        of_seats(drill.windows, drill.people),
        of_events(house),
        of_deliveries(house),
    ]


def report(drill: Drill, rows: Sequence[Row], seconds: float) -> None:
    for row in (Row._fields, ["---"] * len(Row._fields), *rows):
        print(f"| {' | '.join(map(str, row))} |")
    broken = sum(one.broken for one in drill.people)
    changes = sum(len(each) for each in drill.windows.until.values())
    print(
        f"\n{drill.servers.killed} servers killed, {broken} connections broken, {changes} changes of windows."
    )
    print(f"Processes that ended by themselves and were started again: {drill.servers.ended}.")
    print(", ".join(f"{what} {n}" for what, n in sorted(drill.service.answers.items())) + ".")
    print(f"Answers that nobody must get: {dict(drill.service.bad) or 'none'}. {seconds:.0f} s.")


def run(options: argparse.Namespace, folder: Path, stack: ExitStack) -> bool:
    """Whether all is as it must be."""
    began, logs = time.time(), options.keep or folder
    logs.mkdir(parents=True, exist_ok=True)
    mongod = Mongod(folder / "mongo")
    stack.callback(mongod.stop)
    mongod.wait()
    simulator = free_port()
    env = demo_env.complete({}) | demo_env.addresses(free_port(), simulator, mongod.uri)
    os.environ.update(env | {"PANYU_MONGO_DATABASE": DATABASE})
    env = dict(os.environ)
    start = stack.enter_context(processes(env, logs))
    start("simulator", "--port", str(simulator))
    wait_for(simulator)
    mine = servers(env, logs, Random(options.seed))  # noqa: S311
    stack.callback(mine.end)
    drill = asyncio.run(drilled(mine, options))
    with MongoClient[Document](mongod.uri, tz_aware=True) as client:
        house = client[DATABASE]
        rows = reckon(drill, house, options.sales)
    report(drill, rows, time.time() - began)
    return all(row.clean for row in rows) and not drill.service.bad


def main() -> int:
    parser = argparse.ArgumentParser("drill booking", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="two sales and a fire of 30 s")
    parser.add_argument("--keep", type=Path, help="a folder for what the processes log")
    options = parser.parse_args()
    options.sales = QUICK_SALES if options.quick else SALES
    options.burning = QUICK_BURNING if options.quick else BURNING
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="panyu-drill-")))
        return 0 if run(options, folder, stack) else 1


if __name__ == "__main__":
    sys.exit(main())
