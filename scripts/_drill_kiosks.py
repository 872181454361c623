"""Kills and stops web servers, workers and the database under the heartbeats of kiosks, and counts.

A mongod, two web servers, two workers and the simulator are its own. Each device falls silent for some
seconds or for minutes, has faults and comes back, as the seed says; it asks a server, and another one when
that does not answer. One process after the other is killed (SIGKILL) or stopped (SIGSTOP) and goes on; now
and then all web servers, or the database. All times are those of the service. Who does what follows from the
seed; who meets whom does not.

The table says how many losses, returns, faults, silences of our own and alerts there must be at least and
were; which were missed, doubled or false (nobody may be offline because nothing of ours could answer); and
which came later than two minutes after the device was heard last, or after it had two minutes again to be
heard. Exits with 1 when any was.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from pymongo import MongoClient

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from _kiosks_chaos import Chaos, Process  # noqa: E402
from _kiosks_devices import Device, Devices  # noqa: E402
from _kiosks_ledger import Document, Happened, Row, reckon  # noqa: E402
from _machine import free_port, processes, wait_for  # noqa: E402

from models.outgoing.outbox import PENDING  # noqa: E402
from tests.house.kiosks import Kiosked, kiosked  # noqa: E402
from tests.house.outside import TakesAll  # noqa: E402
from tests.house.places import hall  # noqa: E402
from tests.house.worker import World  # noqa: E402
from wechat_backend.database.connection import connect  # noqa: E402
from wechat_backend.database.migrations import ALL  # noqa: E402
from wechat_backend.database.migrations.record import check_current  # noqa: E402
from wechat_backend.database.mongod import Mongod  # noqa: E402
from wechat_backend.demo import env as demo_env  # noqa: E402
from wechat_backend.settings import load_settings  # noqa: E402
from wechat_backend.wiring import utc_now  # noqa: E402

DATABASE = "drill_kiosks"
DEVICES, HALLS, CALM = 200, 20, 5
"""In the first places no device gives cause for an alert."""
WARM = 140.0
"""Seconds until heartbeats could arrive for long enough."""
QUIET = 200.0
"""Seconds after the last disruption in which devices fall silent still."""
OUTAGES = ("stop the database", "kill all web servers", "kill the database", "stop all web servers")
SINGLES = 240.0
"""Seconds between two outages."""


async def furnish(world: World, devices: Sequence[Device]) -> None:
    """The places, and a kiosk in service for each device."""
    kiosks: Kiosked = await kiosked(world)
    for code in sorted({one.hall for one in devices}):
        await world.furnish(hall=hall(code, name=f"演练大厅{code}"))
    stores, digital = world.stores, kiosks.who("digital")
    for device in devices:
        key = (await kiosks.with_papers())["_id"]
        await stores.entering.review(key, *digital)
        await stores.entering.place(key, device.hall, f"{device.number}号位", *digital)
        code = await stores.activations.issue(key, *digital)
        by = world.by("device")
        await stores.activations.activate(
            code, device.spki, {}, f"198.18.{device.number // 250}.{device.number % 250}", by
        )
        device.kiosk = key


async def furnished(devices: Sequence[Device]) -> None:
    settings = load_settings()
    database = await connect(settings.mongo_uri.get_secret_value(), settings.mongo_database)
    await check_current(database, ALL, utc_now())
    world = World(settings, database, utc_now)
    world.stores.materials.inspector = TakesAll()
    await world.prepare()
    await furnish(world, devices)
    world.gateways.close()
    await database.close()


async def drill(chaos: Chaos, devices: Devices, outages: Sequence[str]) -> None:
    """A time with single losses, then an outage, so many times; then nothing more happens to the service."""
    living = asyncio.create_task(devices.live())
    supervising = asyncio.create_task(chaos.supervise())
    await asyncio.sleep(WARM)
    for what in outages:
        await chaos.singles(SINGLES)
        await chaos.outage(what)
    devices.over = asyncio.get_running_loop().time() + QUIET
    await living
    supervising.cancel()


def until_idle(client: MongoClient[Document]) -> None:
    """Until every event was moved on."""
    house, names = client[DATABASE], ("heartbeats", "listening", "alerts")
    deadline = time.time() + 60
    while any(house[name].find_one(PENDING) for name in names) and time.time() < deadline:
        time.sleep(0.5)


def happened(client: MongoClient[Document], chaos: Chaos, devices: Devices) -> Happened:
    house, events = client[DATABASE], defaultdict(list)
    for one in house["events"].find({"name": {"$regex": "^(heartbeat|listening)"}}).sort("at"):
        events[one["name"]].append(one)
    spells, alerts = (list(house[name].find()) for name in ("kiosk_spells", "alerts"))
    return Happened(datetime.now(UTC), devices.all, chaos.done, events, spells, alerts)


def report(chaos: Chaos, rows: Sequence[Row]) -> None:
    print("| disruption | times |\n|---|---|")
    for what, times in sorted(Counter(one.what for one in chaos.done).items()):
        print(f"| {what} | {times} |")
    columns = ("what", "expected at least", "there", "missed", "doubled", "false", "late")
    print()
    for row in (columns, ["---"] * len(columns), *rows):
        print(f"| {' | '.join(map(str, row))} |")


def the_service(env: dict[str, str], log: Any) -> tuple[list[Process], list[Process], list[str]]:
    """Two web servers, two workers, and where the servers answer."""
    webs, addresses = [], []
    for number in range(2):
        port = free_port()
        own = {"PANYU_PORT": str(port), "PANYU_OPERATIONS_PORT": str(free_port())}
        webs.append(Process(f"web {number}", ["serve"], env | own, log))
        addresses.append(f"http://127.0.0.1:{port}")
    workers = [Process(f"worker {number}", ["worker"], env, log) for number in range(2)]
    return webs, workers, addresses


def run(options: argparse.Namespace, logs: Path, stack: ExitStack) -> bool:
    """Whether all is as it must be."""
    began = time.time()
    mongod = Mongod(logs / "mongo")
    stack.callback(mongod.stop)
    mongod.wait()
    simulator = free_port()
    env = demo_env.complete({}) | demo_env.addresses(free_port(), simulator, mongod.uri)
    os.environ.update(env | {"PANYU_MONGO_DATABASE": DATABASE})
    env = dict(os.environ)
    all_of_them = [
        Device(number, f"drill-{number % HALLS:02}", calm=number % HALLS < CALM)
        for number in range(options.devices)
    ]
    asyncio.run(furnished(all_of_them))
    start = stack.enter_context(processes(env, logs))
    start("simulator", "--port", str(simulator))
    wait_for(simulator)
    log = stack.enter_context((logs / "service.log").open("wb"))
    webs, workers, addresses = the_service(env, log)

    async def all_of_it() -> tuple[Chaos, Devices]:
        devices = Devices(all_of_them, addresses, options.seed)
        chaos = Chaos(webs, workers, mongod, Random(options.seed), lambda: devices.taken_at)  # noqa: S311
        stack.callback(chaos.end)
        for one in (*webs, *workers):
            one.start()
        for address in addresses:
            await asyncio.to_thread(wait_for, int(address.rpartition(":")[2]))
        await drill(chaos, devices, OUTAGES[:1] if options.quick else OUTAGES)
        return chaos, devices

    chaos, devices = asyncio.run(all_of_it())
    with MongoClient[Document](mongod.uri, tz_aware=True) as client:
        until_idle(client)
        rows = reckon(happened(client, chaos, devices))
    report(chaos, rows)
    attempts = [attempt for one in devices.all for attempt in one.attempts]
    taken = sum(one.taken for one in attempts)
    print(f"\n{len(devices.all)} devices: {len(attempts)} heartbeats, {taken} of them taken.")
    ended = ", ".join(f"{n} with {code}" for code, n in sorted(chaos.ended.items())) or "none"
    print(f"Processes that ended by themselves and were started again: {ended}.")
    print(
        f"Answers that no device must get: {Counter(devices.refused) or 'none'}. {time.time() - began:.0f} s."
    )
    return all(row.clean for row in rows) and not devices.refused


def main() -> int:
    parser = argparse.ArgumentParser("drill kiosks", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--devices", type=int, default=DEVICES)
    parser.add_argument("--quick", action="store_true", help="some minutes, with one outage")
    parser.add_argument("--keep", type=Path, help="a folder for what the processes log")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="panyu-drill-")))
        logs = options.keep or folder
        logs.mkdir(parents=True, exist_ok=True)
        return 0 if run(options, logs, stack) else 1


if __name__ == "__main__":
    sys.exit(main())
