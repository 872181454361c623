"""What `scripts/drill booking` does to the service: servers are killed, and the windows of halls change."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from _kiosks_chaos import Process
from _machine import free_port
from pymongo.read_concern import ReadConcern

from models.places import Hall
from tests.house.places import WHOLE_DAY, hall
from tests.house.worker import World
from wechat_backend.wiring import utc_now

SERVERS = 4
LEFT = 1
"""So many servers at least go on."""
STARTS = 180.0
"""Seconds in which a server begins to listen, on a machine that is busy with the others."""
PLACED = dict.fromkeys(("applicant", "item", "hall", "day", "start", "end", "window", "seat", "timeline"), 1)
GROUPS = ("general", "social")
Document = dict[str, Any]


@dataclass
class Servers:
    """Web servers, one after the other of which is killed (SIGKILL) and started anew, and a worker.

    `ended` is how many found that they hung, on a machine that is too busy, and ended by themselves.
    """

    all: Sequence[Process]
    ports: Sequence[int]
    worker: Process
    random: Random
    killed: int = 0
    ended: int = 0

    @property
    def addresses(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.ports]

    async def supervise(self) -> None:
        """Start again what has ended by itself, for ever, as a service manager does."""
        while True:
            for one in (*self.all, self.worker):
                if not one.held and one.running and one.running.poll() is not None:
                    self.ended += 1
                    one.start()
            await asyncio.sleep(0.5)

    async def start(self, number: int) -> None:
        """Until it listens.

        Raises:
            TimeoutError
        """
        self.all[number].start()
        async with asyncio.timeout(STARTS):
            while not await _listens(self.ports[number]):  # noqa: ASYNC110
                await asyncio.sleep(0.2)

    def kill(self, number: int) -> None:
        self.killed += 1
        self.all[number].kill()

    async def burn(self, end: float) -> None:
        """Kill one every few seconds until the loop's clock says `end`, and have all back then."""
        loop, starting = asyncio.get_running_loop(), dict[int, asyncio.Task[None]]()
        while loop.time() < end:
            await asyncio.sleep(self.random.uniform(2, 4))
            alive = [n for n in range(len(self.all)) if n not in starting or starting[n].done()]
            if len(alive) > LEFT:
                self.kill(victim := self.random.choice(alive))
                await asyncio.sleep(self.random.uniform(0, 1))
                starting[victim] = asyncio.create_task(self.start(victim))
        await asyncio.gather(*starting.values())

    def end(self) -> None:
        for one in (*self.all, self.worker):
            one.kill()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def servers(env: Mapping[str, str], log: Path, random: Random) -> Servers:
    """Each with its own port and log, and a worker; they are not started yet."""
    ports = [free_port() for _ in range(SERVERS)]
    made = []
    for number, port in enumerate(ports):
        own = {"PANYU_PORT": str(port), "PANYU_OPERATIONS_PORT": str(free_port())}
        file = (log / f"serve-{number}.log").open("wb")
        made.append(Process(f"web {number}", ["serve"], {**env, **own}, file))
    worker = Process("worker", ["worker"], env, (log / "worker.log").open("wb"))
    return Servers(made, ports, worker, random)


@dataclass(frozen=True)
class Moment:
    """What was booked at an instant."""

    at: datetime
    visits: Sequence[Document]


@dataclass
class Windows:
    """The windows of the halls, which change over and over.

    `since` says of each hall from when on so many seats at each window may have been read, and `moments` what
    was booked before each change.
    """

    world: World
    random: Random
    since: dict[str, list[tuple[datetime, Mapping[str, int]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    until: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    """By hall, when each of the schedules before the last was certainly out of force."""
    moments: list[Moment] = field(default_factory=list)

    async def put(self, known: Hall) -> None:
        began = utc_now()
        await self._write(known)
        assert known.windows
        if self.since[known.code]:
            self.until[known.code].append(utc_now())
        self.since[known.code].append((began, {one.code: one.seats for one in known.windows.windows}))

    async def _write(self, known: Hall) -> None:
        """As the panel does, once the hall is there."""
        halls, by = self.world.services.halls, self.world.by()
        if self.since[known.code]:
            await halls.reschedule(await halls.kept(known.code), known, by, {})
        else:
            await halls.put(known, by)

    def most(self, hall: str, window: str, sent: datetime, known: datetime) -> int:
        """The largest number of seats that a window had in any schedule in force from `sent` to `known`."""
        ends = [*self.until[hall], datetime.max.replace(tzinfo=sent.tzinfo)]
        spans = zip(self.since[hall], ends, strict=True)
        return max(seats.get(window, 0) for (since, seats), end in spans if since <= known and end >= sent)

    async def change(self, codes: Sequence[str], end: float) -> None:
        """Other seats, groups and lengths of slots, until the loop's clock says `end`."""
        while asyncio.get_running_loop().time() < end:
            await self.look()
            await self.put(changed(self.random.choice(codes), self.random))
            await asyncio.sleep(self.random.uniform(0.2, 1))
        await self.look()

    async def look(self) -> None:
        """As of one instant, whatever is written meanwhile."""
        documents = self.world.services.appointments.documents
        as_of_one = documents.with_options(read_concern=ReadConcern("snapshot"))
        query = {"state": "booked", "hall": {"$in": sorted(self.since)}}
        visits = await as_of_one.find(query, PLACED).to_list()
        self.moments.append(Moment(utc_now(), visits))


def served(code: str, minutes: int, rows: Sequence[tuple[Sequence[str], int]]) -> Hall:
    """A hall whose windows serve these groups, with so many seats each."""
    windows = [
        {"code": f"w{number}", "groups": list(groups), "seats": seats}
        for number, (groups, seats) in enumerate(rows)
    ]
    hours = {"weekday_hours": WHOLE_DAY, "slot_minutes": minutes}
    return hall(code, name=f"演练大厅{code}", windows={**hours, "windows": windows})


def changed(code: str, random: Random) -> Hall:
    """Two or three windows, of which any may be shared."""
    served_by = [GROUPS[:1], GROUPS[1:], GROUPS]
    rows = [(random.choice(served_by), random.randint(1, 3)) for _ in range(random.randint(2, 3))]
    return served(code, random.choice([20, 30, 60]), rows)
