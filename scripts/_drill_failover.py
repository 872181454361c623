"""Loses the primary of a real replica set under load, and counts what became of each booking.

For each driver and each way of losing it: three members with MongoDB's own settings, the web server, the
worker and the simulator as processes of their own. People book through the API, trying again when they are
told to, and each is told by SMS, which no platform keeps from going twice. The table says how many seconds
after the loss the last request failed (web) or took over a second (web brisk), the first notice of a booking
made after the loss went out (worker), and the last of all (all told); and what was lost or doubled.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from datetime import time as clock_time
from pathlib import Path
from random import random
from time import time
from typing import Any

from tornado.httpclient import AsyncHTTPClient

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from _machine import free_port, processes, wait_for  # noqa: E402

from models.database_trouble import DatabaseUnavailable  # noqa: E402
from models.people.verification import PlatformUser  # noqa: E402
from models.workdays import Workdays, local_date, local_moment  # noqa: E402
from tests.house.guides import plain_guide  # noqa: E402
from tests.house.people import new_number, new_phone  # noqa: E402
from tests.house.places import WHOLE_DAY, with_windows  # noqa: E402
from tests.house.replica_set import LOSSES, ReplicaSet  # noqa: E402
from tests.house.worker import HALL, World  # noqa: E402
from wechat_backend.database.connection import DRIVERS, connect  # noqa: E402
from wechat_backend.database.migrations import ALL  # noqa: E402
from wechat_backend.database.migrations.record import check_current  # noqa: E402
from wechat_backend.demo import env as demo_env  # noqa: E402
from wechat_backend.settings import load_settings  # noqa: E402
from wechat_backend.wiring import utc_now  # noqa: E402

ELECTION = 10.0
"""MongoDB's own `electionTimeoutMillis`, in seconds."""
PEOPLE = 80
APART = 0.25
LOSE_AFTER = 20
"""So many have booked when the primary is lost."""
PROBE_EVERY = 0.25
SLOW = 1.0
LONGEST = 180.0
NINE_THIRTY = clock_time(9, 30)
GUIDE = plain_guide()


@dataclass
class Ledger:
    """Moments are seconds since 1970; `booked` and `told` by phone."""

    lost_at: float = 0.0
    booked: dict[str, float] = field(default_factory=dict)
    told: dict[str, list[float]] = field(default_factory=dict)
    failed_until: float = 0.0
    slow_until: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)

    def row(self, driver: str, how: str) -> str:
        after = [phone for phone, at in self.booked.items() if at > self.lost_at]
        late = [self.told[phone][0] for phone in after if phone in self.told]
        last = max((times[0] for times in self.told.values()), default=0.0)
        seconds = [self.failed_until, self.slow_until, min(late, default=0.0), last]
        moments = (f"{max(0.0, at - self.lost_at):.1f}" for at in seconds)
        lost = sum(phone not in self.told for phone in self.booked)
        doubled = sum(len(times) > 1 for times in self.told.values())
        failures = (f"{n} × {status}" for status, n in sorted(self.statuses.items()) if status >= 500)
        failed = ", ".join(failures) or "–"
        cells = [driver, how, *moments, failed, len(self.booked), lost, doubled]
        return "| " + " | ".join(map(str, cells)) + " |"


HEAD = (
    "| driver | loss | web | web brisk | worker | all told | failures | expected | lost | doubled |\n|"
    + "---|" * 10
)


@dataclass
class Drill:
    url: str
    simulator: str
    start: str
    ledger: Ledger
    http: AsyncHTTPClient

    async def ask(self, path: str, token: str = "", body: Any = None) -> int:
        answer = await self.http.fetch(
            self.url + path,
            method="GET" if body is None else "POST",
            body=None if body is None else json.dumps(body),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            request_timeout=60,
            raise_error=False,
        )
        self.ledger.statuses[answer.code] += 1
        return answer.code

    async def books(self, phone: str, token: str) -> None:
        """Until it is booked, or was booked by an earlier try."""
        wanted = {"item": GUIDE.item, "hall": HALL.code, "start": self.start}
        while (code := await self.ask("/api/v1/appointments", token, wanted)) not in (201, 409):
            if code != 503:
                raise SystemExit(f"a booking was answered {code}")
            await asyncio.sleep(DatabaseUnavailable.retry_after + 2 * random())  # noqa: S311
        self.ledger.booked[phone] = time()

    async def probe(self) -> None:
        began = time()
        code = await self.ask("/api/v1/guides")
        if code != 200:
            self.ledger.failed_until = max(self.ledger.failed_until, time())
        if time() - began > SLOW:
            self.ledger.slow_until = max(self.ledger.slow_until, time())


async def run(trio: ReplicaSet, driver: str, how: str, folder: Path) -> Ledger:
    port, simulator_port = free_port(), free_port()
    env = demo_env.complete({}) | demo_env.addresses(port, simulator_port, trio.uri)
    env |= {"PANYU_MONGO_DRIVER": driver, "PANYU_MONGO_DATABASE": f"drill_{driver}_{how}"}
    with ExitStack() as stack:
        people, start = await furnished(env)
        begin = stack.enter_context(processes(env, folder))
        begin("simulator", "--port", str(simulator_port))
        begin("serve")
        begin("worker")
        for each in (port, simulator_port):
            wait_for(each)
        AsyncHTTPClient.configure(None, max_clients=500)
        http = AsyncHTTPClient(force_instance=True)
        drill = Drill(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{simulator_port}", start, Ledger(), http)
        await load(drill, people, trio, how)
    return drill.ledger


async def furnished(env: dict[str, str]) -> tuple[list[tuple[str, str]], str]:
    """People who are bound, follow nothing and are signed in (phone, token), and the slot they want."""
    os.environ.update(env)
    settings = load_settings()
    database = await connect(settings.mongo_uri.get_secret_value(), settings.mongo_database)
    await check_current(database, ALL, utc_now())
    world = World(settings, database, utc_now)
    await world.prepare()
    await world.furnish(plain_guide(), hall=HALL)
    await world.services.halls.put(with_windows(PEOPLE, WHOLE_DAY), world.by())
    people = []
    for n in range(PEOPLE):
        phone = new_phone()
        openid = f"drill-{n}"
        account = await world.services.accounts.arrive(PlatformUser(openid), world.by())
        await world.services.accounts.unfollow(openid, world.by())
        await world.bound(account, number=new_number(), phone=phone)
        people.append((phone, await world.services.sessions.open(f"account:{account['_id']}", world.by())))
    day = Workdays().after(local_date(utc_now()), 1)
    world.gateways.close()
    await database.close()
    return people, local_moment(day, NINE_THIRTY).isoformat()


async def load(drill: Drill, people: list[tuple[str, str]], trio: ReplicaSet, how: str) -> None:
    ledger, probes = drill.ledger, set()
    mend, booking = None, []
    ending = False

    async def probing() -> None:
        while not ending:
            probes.add(asyncio.create_task(drill.probe()))
            await asyncio.sleep(PROBE_EVERY)

    watch = asyncio.create_task(probing())
    for n, (phone, token) in enumerate(people):
        booking.append(asyncio.create_task(drill.books(phone, token)))
        if n == LOSE_AFTER:
            ledger.lost_at = time()
            mend = await asyncio.to_thread(trio.lose, how)
        await asyncio.sleep(APART)
    await asyncio.gather(*booking)
    deadline = time() + LONGEST
    while len(ledger.told) < PEOPLE and time() < deadline:
        await asyncio.sleep(0.5)
        await note_told(drill)
    await asyncio.sleep(3)  # for what would be sent twice
    await note_told(drill)
    ending = True
    await watch
    await asyncio.gather(*probes)
    assert mend
    await asyncio.to_thread(mend)


async def note_told(drill: Drill) -> None:
    """What the simulator has sent as SMS."""
    answer = await drill.http.fetch(f"{drill.simulator}/control/sms?template=SMS_APPOINTMENT")
    told: dict[str, list[float]] = {}
    for text in json.loads(answer.body)["items"]:
        told.setdefault(text["phone"], []).append(datetime.fromisoformat(text["at"]).timestamp())
    drill.ledger.told = told


def main() -> int:
    parser = argparse.ArgumentParser("drill failover", description=__doc__)
    parser.add_argument("--driver", choices=sorted(DRIVERS), action="append")
    parser.add_argument("--loss", choices=sorted(LOSSES), action="append")
    parser.add_argument("--keep", type=Path, help="a folder for the logs")
    options = parser.parse_args()
    rows, good = [], True
    for driver in options.driver or ["pymongo", "motor"]:
        for how in options.loss or ["step_down", "pause", "kill"]:
            with ExitStack() as stack:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="panyu-drill-")))
                logs = options.keep / f"{driver}-{how}" if options.keep else folder
                logs.mkdir(parents=True, exist_ok=True)
                trio = ReplicaSet(folder, ELECTION)
                stack.callback(trio.stop)
                ledger = asyncio.run(run(trio, driver, how, logs))
            rows.append(ledger.row(driver, how))
            print(rows[-1], flush=True)
            good &= all(len(ledger.told.get(phone, ())) == 1 for phone in ledger.booked)
            good &= not any(status >= 500 and status != 503 for status in ledger.statuses)
    print("\n".join([HEAD, *rows]))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
