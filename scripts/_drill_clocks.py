"""Kills workers at every step of the schedule, over thousands of things that are due, and counts.

On a mongod of its own, clerks promise things for a moment, move some, and change their minds about others,
often just as the moment comes. Workers, with the house's own jobs, relay and plan, and keep what is promised.
All are processes; until the clerks have ended, each is killed by SIGKILL at a step that is chosen for it, and
another one goes on. The things and what is done to them follow from the seed; who meets whom does not. Exits
with 1 when a thing is lost or done twice.
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
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from pymongo import MongoClient

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from models.events import Cause, Channel  # noqa: E402
from models.outgoing.deliveries import Deliveries  # noqa: E402
from models.outgoing.outbox import PENDING, Outbox  # noqa: E402
from models.schedule import WAITING, Due, Schedule  # noqa: E402
from tests.promises import DUE, PromiseChanged, Promises  # noqa: E402
from wechat_backend.database.connection import connect  # noqa: E402
from wechat_backend.database.mongod import Mongod  # noqa: E402
from wechat_backend.dies_with_parent import dying_with_parent  # noqa: E402
from wechat_backend.wiring import utc_now  # noqa: E402
from wechat_backend.worker.job import Bell  # noqa: E402
from wechat_backend.worker.jobs.relay import Relay  # noqa: E402
from wechat_backend.worker.jobs.schedule import ScheduleRunner  # noqa: E402
from wechat_backend.worker.jobs.watch import Watch  # noqa: E402
from wechat_backend.worker.loop import Loop  # noqa: E402
from wechat_backend.worker.worker import unwatched  # noqa: E402

THINGS, CLERKS, WORKERS = 10_000, 2, 3
PER_SECOND = 30
"""Things that are first promised in a second."""
LONGEST = 20.0
"""Seconds from a promise to its moment."""
LIVES = {"worker": 500, "clerk": 1500}
"""A process is killed at one of its first so many times at a step."""
GIVEN_UP = 3600.0
"""Seconds after which what is not done is lost."""
DATABASE = "drill_clocks"
CLERK = "after the change, before its relay"
STEPS: dict[str, tuple[type, str]] = {
    "before the audit record": (Outbox, "_record"),
    "after it, before the plans": (Schedule, "plan"),
    "after the plans, before the pull": (Outbox, "_remove"),
    "after the pull": (Outbox, "_remove"),
    "after the claim": (Promises, "keep"),
    "after the effect, before the mark": (Schedule, "done"),
    "after the mark": (Schedule, "done"),
}
"""A worker is killed as it is about to call this, or when it has, where no other step follows."""
AFTERWARDS = {"after the pull", "after the mark"}


@dataclass(frozen=True)
class Step:
    """What is done to a thing `due` seconds after the start; None for `after` drops it."""

    thing: str
    number: int
    due: float
    after: float | None


def life(seed: int, number: int) -> list[Step]:
    """What its owner does to a thing: one promise, and for two of five a change or two."""
    random = Random(f"{seed}-{number}")  # noqa: S311
    key, due = f"thing-{number}", number / PER_SECOND
    steps = [Step(key, 0, due, random.uniform(0.5, LONGEST))]
    while len(steps) < 4 and random.random() < 0.4:
        moment = due + (steps[-1].after or 0.0)
        close = moment + random.uniform(-0.3, 0.3)
        due = max(due, random.choice([close, random.uniform(due, moment)]))
        after = None if random.random() < 0.3 else random.uniform(0.5, LONGEST)
        steps.append(Step(key, len(steps), due, after))
    return steps


async def clerk(uri: str, options: argparse.Namespace) -> None:
    """Do the steps of every so-many-th thing; a clerk that takes over skips those that were done."""
    database = await connect(uri, DATABASE)
    promises = Promises(database)
    done = {each["_id"]: each["step"] async for each in promises.documents.find({}, {"step": 1})}
    steps = [step for n in range(options.slot, options.things, CLERKS) for step in life(options.seed, n)]
    for step in sorted(steps, key=lambda step: (step.due, step.thing, step.number)):
        if step.number <= done.get(step.thing, -1):
            continue
        await asyncio.sleep(options.began + step.due - time.time())
        now = utc_now()
        by = Cause("system", now, Channel.SYSTEM, "clerk")
        with suppress(PromiseChanged):
            if step.after is None:
                await promises.drop(step.thing, step.number, by)
            else:
                moment = datetime.fromtimestamp(options.began + step.due + step.after, UTC)
                await promises.set(step.thing, step.number, moment, by)
    await database.close()


async def worker(uri: str) -> None:
    """The jobs of the house that have to do with it."""
    database = await connect(uri, DATABASE)
    promises, schedule = Promises(database), Schedule(database)

    async def keep(_stores: Any, due: Due, by: Cause) -> bool:
        return await promises.keep(due, by)

    stores: Any = SimpleNamespace(schedule=schedule)
    runner = ScheduleRunner(stores, {DUE: keep}, utc_now)
    relay = Relay([promises], Outbox(database), Deliveries(database), schedule, utc_now, Bell())
    jobs = [relay.job, runner.job]
    await asyncio.gather(*(Loop(job).run(unwatched) for job in (*jobs, Watch(database, jobs).job)))


def die(step: str, times: int) -> None:
    """Have this process killed when it is at a step for so many times."""
    owner, name = STEPS.get(step, (Promises, "_step"))
    original: Callable[..., Any] = getattr(owner, name)
    passed = count(1)

    async def call(*arguments: Any, **more: Any) -> Any:
        last = next(passed) == times
        if last and step not in AFTERWARDS and step != CLERK:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await original(*arguments, **more)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, call)


@dataclass
class Slot:
    """A place in which one process follows another."""

    role: str
    number: int
    steps: Iterator[str]
    process: subprocess.Popen[bytes] | None = None
    step: str = ""
    ended: bool = False


@dataclass
class Drill:
    uri: str
    options: argparse.Namespace
    log: Any
    began: float = 0.0
    killed: Counter[str] = field(default_factory=Counter)

    def start(self, slot: Slot, random: Random, deadly: bool) -> None:
        slot.step = next(slot.steps) if deadly else ""
        given = ["--slot", slot.number, "--began", self.began, "--die", slot.step]
        given += ["--times", random.randint(1, LIVES[slot.role]), "--seed", self.options.seed]
        given += ["--things", self.options.things]
        command = [sys.executable, __file__, "--role", slot.role, "--uri", self.uri, *map(str, given)]
        slot.process = subprocess.Popen(dying_with_parent(command), stdout=self.log, stderr=self.log)

    def run(self, client: MongoClient[dict[str, Any]]) -> None:
        """Until everything is done, or GIVEN_UP."""
        random = Random(self.options.seed)  # noqa: S311
        names = list(STEPS)
        slots = [Slot("worker", n, _round(names, 2 * n)) for n in range(WORKERS)]
        slots += [Slot("clerk", n, _round([CLERK], 0)) for n in range(CLERKS)]
        self.began = time.time() + 3.0
        while time.time() < self.began + GIVEN_UP:
            clerks_work = not all(slot.ended for slot in slots if slot.role == "clerk")
            for slot in slots:
                self.look(slot, random, deadly=clerks_work)
            if not clerks_work and _done(client):
                break
            time.sleep(0.1)
        for slot in slots:
            if slot.process:
                slot.process.kill()
                slot.process.wait()

    def look(self, slot: Slot, random: Random, deadly: bool) -> None:
        """Start the first process, or the one that follows the dead."""
        if slot.ended:
            return
        code = slot.process.poll() if slot.process else None
        if slot.process and code is None:
            return
        if code == 0 and slot.role == "clerk":
            slot.ended = True
            return
        if code is not None:
            if code != -signal.SIGKILL or not slot.step:
                raise SystemExit(f"a {slot.role} ended with {code}")
            self.killed[slot.step] += 1
        self.start(slot, random, deadly)


def _round(names: list[str], first: int) -> Iterator[str]:
    return (names[n % len(names)] for n in count(first))


def _done(client: MongoClient[dict[str, Any]]) -> bool:
    house = client[DATABASE]
    return not house["schedule"].find_one(WAITING) and not house["promises"].find_one(PENDING)


HEADS = ("things", "promised", "expected", "fired", "told", "overtaken", "lost", "doubled")
"""`expected` stood when their moment came; `told` are the events of those that fired."""
LATE = "marked overtaken although they fired: their worker died before the mark"


def reckon(client: MongoClient[dict[str, Any]], options: argparse.Namespace, began: float) -> Counter[str]:
    """From the script, the things' own logs, the audit record and the schedule."""
    house = client[DATABASE]
    told = Counter(each["about"] for each in house["events"].find({"name": "promise.kept"}, {"about": 1}))
    logs = {each["_id"]: each["log"] for each in house["promises"].find()}
    states = {each["_id"]: each["state"] for each in house["schedule"].find({}, {"state": 1})}
    ledger: Counter[str] = Counter()
    for number in range(options.things):
        steps = life(options.seed, number)
        log = logs.get(steps[0].thing, [])
        ledger.update(of_thing(steps, log, told[steps[0].thing], began))
        fired = [line["plan"] for line in log if line["what"] == "kept"]
        ledger[LATE] += sum(states.get(plan) == "overtaken" for plan in fired)
    ledger["overtaken"] = Counter(states.values())["overtaken"] - ledger[LATE]
    ledger["lost"] += ledger["promised"] - len(states)
    return ledger


def of_thing(steps: list[Step], log: list[dict[str, Any]], told: int, began: float) -> dict[str, int]:
    """What became of one thing, by what its owner wanted and by what the thing itself has noted."""
    whats = [line["what"] for line in log]
    followed = zip(whats, [*whats[1:], "end"], strict=False)
    stood = sum(what == "set" and then in ("kept", "end") for what, then in followed)
    kept = [line for line in log if line["what"] == "kept"]
    fired = len({line["plan"] for line in kept})
    last = steps[-1]
    forgotten = last.after is not None and _moment(began, last) not in {_ms(line["at"]) for line in kept}
    undone = len(steps) - (len(log) - len(kept))
    return {
        "things": 1,
        "promised": sum(step.after is not None for step in steps),
        "expected": stood,
        "fired": fired,
        "told": told,
        "lost": max(undone, stood - fired, forgotten) + max(0, fired - told),
        "doubled": len(kept) - fired + max(0, fired - stood, told - fired),
    }


def _moment(began: float, step: Step) -> int:
    return _ms(datetime.fromtimestamp(began + step.due + (step.after or 0.0), UTC))


def _ms(moment: datetime) -> int:
    """Milliseconds since 1970, which is what the database keeps."""
    return (moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def report(ledger: Counter[str], killed: Counter[str], seconds: float) -> None:
    print("| killed | times |\n|---|---|")
    for step in (CLERK, *STEPS):
        print(f"| {step} | {killed[step]} |")
    print("\n| " + " | ".join(HEADS) + " |\n|" + "---|" * len(HEADS))
    print("| " + " | ".join(str(ledger[name]) for name in HEADS) + " |")
    print(f"\n{ledger[LATE]} {LATE}.")
    print(f"{sum(killed.values())} processes killed, in {seconds:.0f} s.")


def main() -> int:
    parser = argparse.ArgumentParser("drill clocks", description=__doc__.partition("\n")[0])
    parser.add_argument("--things", type=int, default=THINGS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a file for what the processes log")
    for name, kind in (("role", str), ("uri", str), ("die", str), ("times", int), ("slot", int)):
        parser.add_argument(f"--{name}", type=kind, help=argparse.SUPPRESS)
    parser.add_argument("--began", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role:
        if options.die:
            die(options.die, options.times)
        asyncio.run(clerk(options.uri, options) if options.role == "clerk" else worker(options.uri))
        return 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="panyu-drill-")))
        mongod = Mongod(folder / "mongo")
        stack.callback(mongod.stop)
        mongod.wait()
        log = stack.enter_context((options.keep or folder / "log").open("wb"))
        client = stack.enter_context(MongoClient[dict[str, Any]](mongod.uri))
        asyncio.run(prepare(mongod.uri))
        drill = Drill(mongod.uri, options, log)
        drill.run(client)
        ledger = reckon(client, options, drill.began)
        report(ledger, drill.killed, time.time() - drill.began)
    good = ledger["expected"] == ledger["fired"] == ledger["told"] > 0
    return 0 if good and not ledger["lost"] and not ledger["doubled"] else 1


async def prepare(uri: str) -> None:
    database = await connect(uri, DATABASE)
    for kind in (Promises, Outbox, Deliveries, Schedule):
        await kind(database).prepare()
    await database.close()


if __name__ == "__main__":
    sys.exit(main())
