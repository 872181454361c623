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
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from threading import Event
from typing import Any
from urllib.request import Request, urlopen

from pymongo import MongoClient

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from _bench import ask, free_port, processes, wait_for  # noqa: E402
from _voices_ledger import Row, Truth, again_by_sms, latest, of_gaps, reckon  # noqa: E402

from models import schedule  # noqa: E402
from models.applications import CaseHandling, State  # noqa: E402
from models.outgoing import arrivals, deliveries  # noqa: E402
from models.outgoing.outbox import PENDING, Outbox  # noqa: E402
from models.people import CURRENT_WORDING, Party  # noqa: E402
from models.serving import Servings, rules  # noqa: E402
from models.voices import Counting, Figures, Reconciled, Reviews, Said  # noqa: E402
from models.workdays import local_date  # noqa: E402
from tests.house.guides import plain_guide  # noqa: E402
from tests.house.people import new_number, new_phone  # noqa: E402
from tests.house.reviewed import moderated, set_aside  # noqa: E402
from tests.house.worker import HALL, World  # noqa: E402
from wechat_backend import reconcile_command  # noqa: E402
from wechat_backend import worker as relay  # noqa: E402
from wechat_backend.database.connection import connect  # noqa: E402
from wechat_backend.database.migrations import ALL  # noqa: E402
from wechat_backend.database.migrations.record import check_current  # noqa: E402
from wechat_backend.database.mongod import Mongod  # noqa: E402
from wechat_backend.demo import env as demo_env  # noqa: E402
from wechat_backend.dies_with_parent import dying_with_parent  # noqa: E402
from wechat_backend.gateways.government import Government  # noqa: E402
from wechat_backend.settings import load_settings  # noqa: E402
from wechat_backend.wiring import utc_now  # noqa: E402
from wechat_backend.worker import alone, sender  # noqa: E402
from wechat_backend.worker.carriers import Carriers  # noqa: E402
from wechat_backend.worker.jobs import receipts  # noqa: E402

DATABASE = "drill_voices"
WORKERS, PEOPLE, AT_ONCE, GIVEN_UP = 2, 100, 4, 600.0
"""At most so many of the simulator's people take part, so many at once; and seconds to wait for an end."""
FASTER = 120
HUNG = 70
"""The exit code of a worker that its own watchdog has ended; a supervisor starts the next one."""
LEASE = timedelta(seconds=15)
"""Longer than any call to the other sides lasts."""
UNCIVIL = "这帮王八蛋"
UNREAD, WITHHELD = "（文字审核中）", "（文字不予公开）"


@dataclass(frozen=True)
class Step:
    """A process is killed as it is about to call this, or when it has; at one of the first `times`."""

    owner: type[Any]
    name: str
    after: bool = False
    times: int = 12


DELIVERIES = deliveries.Deliveries
STEPS: dict[str, Step] = {
    "before the audit record": Step(Outbox, "_record"),
    "before the plans": Step(schedule.Schedule, "plan"),
    "before the deliveries": Step(DELIVERIES, "plan"),
    "before the figures": Step(Counting, "follow"),
    "inside the figures": Step(Figures, "add_up", times=3),
    "after the figures, before the pull": Step(Outbox, "_remove"),
    "after the pull": Step(Outbox, "_remove", after=True),
    "before a report": Step(Government, "tell"),
    "after a report": Step(Government, "tell", after=True),
    "before a message": Step(Carriers, "wechat"),
    "after a message, before its record": Step(Carriers, "wechat", after=True),
    "after a short message, before its record": Step(Carriers, "sms", after=True, times=4),
    "before the record of what was sent": Step(DELIVERIES, "_settle"),
    "after the record": Step(DELIVERIES, "_settle", after=True),
    "before the fallback": Step(DELIVERIES, "_plan_fallback", times=2),
    "before a paper is begun": Step(Servings, "begin", times=2),
    "after a paper is begun": Step(Servings, "begin", after=True, times=2),
    "before the next step of a paper": Step(Servings, "_write", times=3),
    "after a step of a paper": Step(Servings, "_write", after=True, times=3),
    "before the carrier's report is kept": Step(DELIVERIES, "keep_report", times=1),
    "before the effect of an arrival": Step(CaseHandling, "served", times=1),
    "after the effect of an arrival": Step(CaseHandling, "served", after=True, times=1),
    "before the mark of a plan": Step(schedule.Schedule, "done", times=6),
    "after the mark of a plan": Step(schedule.Schedule, "done", after=True, times=6),
}
OF_RECONCILING: dict[str, Step] = {
    "before it asks": Step(Government, "reviews_of", times=1),
    "before a review is told again": Step(Reviews, "tell_again", times=1),
    "after a review is told again": Step(Reviews, "tell_again", after=True, times=1),
    "before the outcome is kept": Step(Reconciled, "keep", times=1),
}
GAPS = ("forgotten", "altered", "invented")


def die(step: Step, times: int) -> None:
    """Have this process killed when it is at a step for so many times."""
    original: Callable[..., Any] = getattr(step.owner, step.name)
    passed = count(1)

    async def call(*arguments: Any, **more: Any) -> Any:
        last = next(passed) == times
        if last and not step.after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await original(*arguments, **more)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(step.owner, step.name, call)


def hurry() -> None:
    """Cut short what this process waits for; see the head of the module."""
    for module in (deliveries, schedule, arrivals, alone):
        module.LEASE = LEASE  # type: ignore[attr-defined]
    deliveries.FIRST_WAIT /= FASTER
    deliveries.LONGEST_WAIT /= FASTER
    schedule.LONGEST_PAUSE /= FASTER
    sender.QUOTA_WAIT /= FASTER
    receipts.REST /= FASTER
    alone.AFTER_FAILURE /= FASTER
    deliveries.FIRST_ASK = arrivals.FIRST_ASK = timedelta(seconds=1)  # type: ignore[attr-defined]

    def soon(self: rules.Wait, begun: datetime, calendar: Any) -> datetime:  # noqa: ARG001
        return begun + timedelta(seconds=3)

    rules.Wait.end = soon  # type: ignore[method-assign]


# What people do


@dataclass
class People:
    """Does everything that is not a worker's; the reviews go through the web server."""

    world: World
    url: str
    simulator: str
    truth: Truth = field(default_factory=Truth)
    served: int = 0
    desk: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def arrives(self) -> dict[str, Any]:
        """A person who comes to live in the simulator."""
        new = {"name": "古丽", "kind": "resident_id", "number": new_number(), "phone": new_phone()}
        person: dict[str, Any] = await asyncio.to_thread(control, self.simulator, "people", new)
        return person

    async def one(self, person: dict[str, Any], random: Random) -> None:
        """Everything that one person does, and what is done about it."""
        follows, agrees = random.random() < 0.7, random.random() < 0.6
        if follows:
            await self.ask(f"{self.simulator}/control/people/{person['id']}/follow", {})
        party = await self.world.applicant(
            person["name"],
            number=person["number"],
            phone=person["phone"],
            openid=person["openid"],
            follows=follows,
        )
        if agrees:
            by = self.world.by(f"applicant:{party.id}")
            await self.world.stores.electronic_service.agree(party.id, CURRENT_WORDING, by)
        refused = await self.world.application(State.NOT_ACCEPTED, party=party)
        self.truth.papers[refused["_id"]] = "delivered" if agrees else "letter"
        await self.review(party, random)
        self.served += 1

    async def review(self, party: Party, random: Random) -> None:
        """Given twice at once, by two devices; then perhaps read, followed up, set aside."""
        stores, truth = self.world.stores, self.truth
        done = await self.world.application(State.CONCLUDED, party=party)
        level, uncivil = random.randint(1, 5), random.random() < 0.3
        words = UNCIVIL if uncivil else "等了一天"
        token = await stores.sessions.open(f"account:{party.account}", self.world.by())
        path, body = f"{self.url}/api/v1/applications/{done['_id']}/review", {"level": level, "words": words}
        await asyncio.gather(*(self.ask(path, body, token, may_fail=True) for _ in range(2)))
        review = await stores.reviews.get(f"application:{done['_id']}")
        project = done["serial"] or ""
        first = {
            "satisfaction": str(level),
            "writingEvaluation": UNREAD if uncivil else words,
            "assessState": "1",
        }
        truth.records[project, "1"] = first
        await asyncio.sleep(random.random())
        if random.random() < 0.4:
            await self.ask(f"{path}/again", {"level": 4, "words": "后来好了"}, token)
            truth.records[project, "2"] = {"satisfaction": "4", "assessState": "1"}
        if uncivil and random.random() < 0.8:
            shown = random.random() < 0.5
            async with self.desk:
                await moderated(self.world, review, Said.FIRST, shown=shown)
            first["writingEvaluation"] = words if shown else WITHHELD
        if random.random() < 0.3:
            async with self.desk:
                await set_aside(self.world, review, party)
            for number in "12":
                if record := truth.records.get((project, number)):
                    record["assessState"] = "2"
            truth.boxes["set_aside"] += 1
        else:
            truth.boxes[f"level_{level}"] += 1
            truth.boxes["again_4"] += (project, "2") in truth.records

    async def ask(self, address: str, body: Any, token: str = "", *, may_fail: bool = False) -> None:
        try:
            await asyncio.to_thread(ask, address, body, token)
        except OSError:
            if not may_fail:
                raise


# The processes


@dataclass
class Slot:
    """A place in which one worker follows another."""

    number: int
    steps: Iterator[str]
    process: subprocess.Popen[bytes] | None = None
    step: str = ""


@dataclass
class Workers:
    env: dict[str, str]
    log: Any
    random: Random
    killed: Counter[str] = field(default_factory=Counter)
    deadly: bool = True
    hung: int = 0
    ended: Event = field(default_factory=Event)

    def start(self, role: str, step: str, times: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, __file__, "--role", role, "--die", step, "--times", str(times)]
        return subprocess.Popen(
            dying_with_parent(command), env=self.env, cwd=ROOT, stdout=self.log, stderr=self.log
        )

    def run(self) -> None:
        """Until ended: where one was killed the next one begins, for a step that has had no dead yet."""
        names = [*STEPS]
        slots = [Slot(n, iter(names[n::WORKERS] + names)) for n in range(WORKERS)]
        try:
            while not self.ended.wait(0.1):
                for slot in slots:
                    self.look(slot)
        finally:
            for slot in slots:
                if slot.process:
                    slot.process.kill()
                    slot.process.wait()

    def look(self, slot: Slot) -> None:
        code = slot.process.poll() if slot.process else None
        if slot.process and code is None:
            if not self.deadly and slot.step:  # it waits for a step that may never come again
                slot.process.kill()
                slot.step = ""
            return
        if code is not None and code not in (-signal.SIGKILL, HUNG):
            raise SystemExit(f"a worker ended with {code}")
        if slot.step and code == -signal.SIGKILL:
            self.killed[slot.step] += 1
        self.hung += code == HUNG
        slot.step = next((name for name in slot.steps if not self.killed[name]), "") if self.deadly else ""
        times = self.random.randint(1, STEPS[slot.step].times) if slot.step else 0
        slot.process = self.start("worker", slot.step, times)

    def left(self) -> list[str]:
        return [name for name in STEPS if not self.killed[name]]


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


# The drill


def control(simulator: str, path: str, body: Any = None, method: str | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = Request(f"{simulator}/control/{path}", data, headers, method=method)  # noqa: S310
    return json.loads(urlopen(request).read())  # noqa: S310


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
    took = time.time() - began
    print(f"{sum(workers.killed.values())} processes killed, {workers.hung} ended as hung, in {took:.0f} s.")
    left = {name: found[1].get(name) for name in ("missing", "different", "on_their_way", "unknown")}
    return (
        all(expected == there > 0 and lost == doubled == 0 for _, expected, there, lost, doubled in rows)
        and left == {"missing": 0, "different": 0, "on_their_way": 0, "unknown": 1}
        and figures[0] == 0
        and again == 0
        and twice > 0
        and not workers.left()
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
