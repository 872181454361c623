"""Kills workers at every step of what reviews and papers set going, and counts what came of it.

A mongod, the web server and the simulator are its own. People give reviews through the API, follow them up,
have their words read and some reviews set aside; others are sent papers, which are served by WeChat and SMS.
Workers are killed by SIGKILL at a step that is chosen for each, until every step has had its dead. Meanwhile
answers of the other sides are lost, WeChat's reports come twice, and 好差评 refuses everything for an hour.
Hours are short here: what a worker waits between two tries is cut to a 120th, so that the hour lasts 30 s; a
step of a paper waits 3 s, a lease lasts 15 s. Then 好差评 is given three gaps, and the command `reconcile` is
killed at its steps until it ends. Who does what follows from the seed; who meets whom does not. Exits with 1
when anything is lost, done twice, or stays different.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from pymongo import MongoClient

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from _machine import free_port, processes, wait_for  # noqa: E402
from _voices_deaths import FASTER, OF_RECONCILING, STEPS, Workers, die, hurry  # noqa: E402
from _voices_ledger import Row, again_by_sms, latest, of_gaps, reckon  # noqa: E402
from _voices_people import People, control  # noqa: E402

from models.outgoing.outbox import PENDING  # noqa: E402
from models.workdays import local_date  # noqa: E402
from tests.house.guides import plain_guide  # noqa: E402
from tests.house.outside import TakesAll  # noqa: E402
from tests.house.worker import HALL, World  # noqa: E402
from wechat_backend import reconcile_command  # noqa: E402
from wechat_backend import worker as relay  # noqa: E402
from wechat_backend.database.connection import connect  # noqa: E402
from wechat_backend.database.migrations import ALL  # noqa: E402
from wechat_backend.database.migrations.record import check_current  # noqa: E402
from wechat_backend.database.mongod import Mongod  # noqa: E402
from wechat_backend.demo import env as demo_env  # noqa: E402
from wechat_backend.settings import load_settings  # noqa: E402
from wechat_backend.wiring import utc_now  # noqa: E402

DATABASE = "drill_voices"
GAPS = ("forgotten", "altered", "invented")
PEOPLE, AT_ONCE, GIVEN_UP = 100, 4, 600.0
"""At most so many of the simulator's people take part, so many at once; and seconds to wait for an end."""


def idle(client: MongoClient[dict[str, Any]]) -> bool:
    """Whether nothing waits for a worker now."""
    house = client[DATABASE]
    if house["deliveries"].find_one({"state": "pending"}) or house["deliveries"].find_one(
        {"ask_at": {"$exists": True}}
    ):
        return False
    if house["schedule"].find_one({"state": "waiting", "due_at": {"$lte": utc_now()}}):
        return False
    if house["servings"].find_one({"state": "underway", "step": {"$ne": "letter"}}):
        return False
    return not any(
        house[name].find_one(PENDING) for name in house.list_collection_names() if name != "events"
    )


async def until_idle(client: MongoClient[dict[str, Any]]) -> None:
    deadline = time.time() + GIVEN_UP
    quiet = 0
    while quiet < 3 and time.time() < deadline:
        await asyncio.sleep(1)
        quiet = quiet + 1 if await asyncio.to_thread(idle, client) else 0


def say_again(simulator: str) -> int:
    """Each report on a message comes once more, if it has come once; how many did."""
    done = 0
    for push in control(simulator, "callbacks")["items"]:
        if push["message"].get("Event") == "TEMPLATESENDJOBFINISH" and len(push["attempts"]) == 1:
            control(simulator, f"callbacks/{push['number']}/again", {})
            done += 1
    return done


def trouble(simulator: str) -> int:
    """Answers that are lost, and an hour in which 好差评 refuses everything; how many reports came twice."""
    for operation, times in (("reviews", 3), ("message/template/send", 3), ("acceptance/applications", 2)):
        control(simulator, "faults", {"operation": operation, "times": times, "lost": True})
    time.sleep(10)
    control(simulator, "faults", {"operation": "reviews", "times": 1_000_000, "http": 503})
    twice = say_again(simulator)
    time.sleep(3600 / FASTER)
    control(simulator, "faults", method="DELETE")
    return twice + say_again(simulator)


async def live(people: People, workers: Workers, options: argparse.Namespace) -> int:
    """People do what they do until every step of a worker has had its dead, and the hour is over; how many
    reports came twice."""
    coming = iter(range(options.people))
    hour = asyncio.create_task(asyncio.to_thread(trouble, people.simulator))

    async def queue() -> None:
        for n in coming:
            if n >= options.least and not workers.left() and hour.done():
                return
            await people.one(await people.arrives(), Random(f"{options.seed}-{n}"))  # noqa: S311

    await asyncio.gather(*(queue() for _ in range(AT_ONCE)))
    return await hour


async def reconciled(
    workers: Workers, client: MongoClient[dict[str, Any]], simulator: str
) -> tuple[Row, list[dict[str, int]]]:
    """Three gaps, the command killed at each of its steps, and twice to its end: what became of the gaps, and
    what it found."""
    before = latest(control(simulator, "reviews")["items"])
    firsts = sorted(key for key in before if key[1] == "1")
    for way, (project, number) in zip(GAPS, firsts, strict=False):
        record = {"projectNo": project, "assessNumber": number}
        control(simulator, f"reviews/{way}", record | ({"userName": "*"} if way == "altered" else {}))
    spoilt = latest(control(simulator, "reviews")["items"])
    for step in OF_RECONCILING:
        process = workers.start("reconcile", step, 1)
        if await asyncio.to_thread(process.wait) == -signal.SIGKILL:
            workers.killed[step] += 1
    found = []
    for _ in range(2):
        await until_idle(client)
        await asyncio.to_thread(workers.start("reconcile", "", 0).wait)
        compared = client[DATABASE]["reconciled"].find_one({"_id": local_date(utc_now()).isoformat()}) or {}
        found.append({name: value for name, value in compared.items() if isinstance(value, int)})
        reported = compared.get("names", [])
    await until_idle(client)
    after = latest(control(simulator, "reviews")["items"])
    return of_gaps(before, spoilt, after, reported), found


def rebuilt(env: dict[str, str]) -> tuple[int, str]:
    """The exit code and the words of the command that compares the figures with what is true."""
    command = [sys.executable, "-m", "wechat_backend", "figures"]
    done = subprocess.run(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.decode().strip()


def report(killed: Counter[str], rows: list[Row]) -> None:
    print("| killed | times |\n|---|---|")
    for step in (*STEPS, *OF_RECONCILING):
        print(f"| {step} | {killed[step]} |")
    print("\n| what | expected | there | lost | doubled |\n|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")


async def drill(env: dict[str, str], options: argparse.Namespace, log: Any, folder: Path) -> bool:
    """Whether all is as it must be."""
    began = time.time()
    settings = load_settings()
    database = await connect(settings.mongo_uri.get_secret_value(), settings.mongo_database)
    await check_current(database, ALL, utc_now())
    world = World(settings, database, utc_now)
    world.stores.materials.inspector = TakesAll()
    await world.prepare()
    await world.furnish(plain_guide(), hall=HALL)
    await world.stores.uncivil.learn(["王八蛋"], world.by())
    simulator = env["PANYU_WECHAT_API_URL"]
    workers = Workers(env, log, Random(options.seed))  # noqa: S311
    with ExitStack() as stack:
        begin = stack.enter_context(processes(env, folder))
        begin("simulator", "--port", simulator.rpartition(":")[2])
        begin("serve")
        for port in (simulator.rpartition(":")[2], env["PANYU_PORT"]):
            wait_for(int(port))
        client = stack.enter_context(MongoClient[dict[str, Any]](env["PANYU_MONGO_URI"], tz_aware=True))
        people = People(world, env["PANYU_BASE_URL"], simulator)
        running = asyncio.create_task(asyncio.to_thread(workers.run))
        try:
            twice = await live(people, workers, options)
            workers.deadly = False
            await until_idle(client)
            twice += await asyncio.to_thread(say_again, simulator)
            gaps, found = await reconciled(workers, client, simulator)
        finally:
            workers.ended.set()
            await running
        reviews, messages = (control(simulator, name)["items"] for name in ("reviews", "template-messages"))
        rows = [*reckon(people.truth, client[DATABASE], reviews, messages), gaps]
        again = again_by_sms(control(simulator, "sms")["items"])
        mended = client[DATABASE]["events"].count_documents({"name": "review.told_again"})
        report(workers.killed, rows)
        figures = await asyncio.to_thread(rebuilt, env)
    world.gateways.close()
    await database.close()
    print(f"\nReconciled: {mended} told again; then {found[1]}.")
    print(f"Figures rebuilt: exit code {figures[0]}: {figures[1]}")
    print(
        f"{people.served} people; {again} short messages went out again;"
        f" {twice} reports of WeChat came twice."
    )
    if left_alive := workers.left():
        print(f"Nobody died at: {', '.join(left_alive)}. On a slow machine it takes more --people.")
    took = time.time() - began
    print(f"{sum(workers.killed.values())} processes killed, {workers.hung} ended as hung, in {took:.0f} s.")
    left = {name: found[1].get(name) for name in ("missing", "different", "on_their_way", "unknown")}
    return (
        all(expected == there > 0 and lost == doubled == 0 for _, expected, there, lost, doubled in rows)
        and left == {"missing": 0, "different": 0, "on_their_way": 0, "unknown": 1}
        and figures[0] == 0
        and again == 0
        and twice > 0
        and not left_alive
    )


def main() -> int:
    parser = argparse.ArgumentParser("drill voices", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=PEOPLE, help="who take part at most")
    parser.add_argument("--least", type=int, default=20, help="who take part in any case")
    parser.add_argument("--keep", type=Path, help="a folder for what the processes log")
    for name, kind in (("role", str), ("die", str), ("times", int)):
        parser.add_argument(f"--{name}", type=kind, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role:
        hurry()
        if options.die:
            die((STEPS | OF_RECONCILING)[options.die], options.times)
        settings = load_settings()
        if options.role == "worker":
            asyncio.run(relay.run(settings))
            return 0
        return asyncio.run(reconcile_command.run(settings, [local_date(utc_now())], print))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="panyu-drill-")))
        logs = options.keep or folder
        logs.mkdir(parents=True, exist_ok=True)
        mongod = Mongod(logs / "mongo")
        stack.callback(mongod.stop)
        mongod.wait()
        env = demo_env.complete({}) | demo_env.addresses(free_port(), free_port(), mongod.uri)
        env |= {"PANYU_MONGO_DATABASE": DATABASE}
        os.environ.update(env)
        log = stack.enter_context((logs / "workers.log").open("wb"))
        return 0 if asyncio.run(drill(dict(os.environ), options, log, logs)) else 1


if __name__ == "__main__":
    sys.exit(main())
