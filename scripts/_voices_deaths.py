"""Workers of `scripts/drill voices`, each of which is killed by SIGKILL at a step that is chosen for it."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

from models import schedule
from models.applications import CaseHandling
from models.outgoing import arrivals, deliveries
from models.outgoing.outbox import Outbox
from models.serving import Servings, rules
from models.voices import Counting, Figures, Reconciled, Reviews
from wechat_backend.dies_with_parent import dying_with_parent
from wechat_backend.gateways.government import Government
from wechat_backend.worker import alone, sender
from wechat_backend.worker.carriers import Carriers
from wechat_backend.worker.jobs import receipts

ROOT = Path(__file__).resolve().parent.parent
DRILL = ROOT / "scripts" / "_drill_voices.py"
"""What a worker is started as."""
WORKERS, FASTER = 2, 120
HUNG = 70
"""The exit code of a worker that its own watchdog has ended; a supervisor starts the next one."""
LEASE = timedelta(seconds=15)
"""Longer than any call to the other sides lasts."""


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
    """Cut short what this process waits for; see the head of the drill."""
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
        command = [sys.executable, str(DRILL), "--role", role, "--die", step, "--times", str(times)]
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
