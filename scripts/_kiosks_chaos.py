"""What happens to the processes of `scripts/drill kiosks`: one after the other is killed or stopped."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from wechat_backend.database.mongod import Mongod
from wechat_backend.dies_with_parent import dying_with_parent
from wechat_backend.wiring import utc_now

ROOT = Path(__file__).resolve().parent.parent
BEGUN = 10.0
"""Seconds after which a process that was started has begun its work."""


@dataclass
class Process:
    """One of the service's; it is started again when it ends, as a service manager does. `held` while the
    drill means it to be gone."""

    name: str
    arguments: Sequence[str]
    env: Mapping[str, str]
    log: Any
    running: subprocess.Popen[bytes] | None = None
    held: bool = False

    def start(self) -> None:
        command = dying_with_parent([sys.executable, "-m", "wechat_backend", *self.arguments])
        self.running = subprocess.Popen(command, env=self.env, cwd=ROOT, stdout=self.log, stderr=self.log)
        self.held = False

    def send(self, number: signal.Signals) -> None:
        if self.running and self.running.poll() is None:
            os.kill(self.running.pid, number)

    def kill(self) -> None:
        self.held = True
        self.send(signal.SIGKILL)
        if self.running:
            self.running.wait()


@dataclass(frozen=True)
class Disruption:
    """`ended` when a heartbeat was taken again; `outage` where none could be meanwhile."""

    what: str
    began: datetime
    ended: datetime
    outage: bool


@dataclass
class Chaos:
    """`taken_at` tells when a heartbeat was taken last."""

    webs: Sequence[Process]
    workers: Sequence[Process]
    mongod: Mongod
    random: Random
    taken_at: Callable[[], datetime | None]
    done: list[Disruption] = field(default_factory=list)
    ended: Counter[int] = field(default_factory=Counter)

    async def supervise(self) -> None:
        """Start again what has ended by itself, for ever."""
        while True:
            for one in (*self.webs, *self.workers):
                if not one.held and one.running and (code := one.running.poll()) is not None:
                    self.ended[code] += 1
                    one.start()
            await asyncio.sleep(0.5)

    async def singles(self, seconds: float) -> None:
        """One process after the other, for so long; another one of its kind goes on."""
        end = asyncio.get_running_loop().time() + seconds
        turns: list[tuple[str, Sequence[Process]]] = []
        while asyncio.get_running_loop().time() < end:
            if not turns:
                kinds = (("worker", self.workers), ("web server", self.webs))
                turns = [(f"{verb} a {name}", group) for name, group in kinds for verb in ("kill", "stop")]
                self.random.shuffle(turns)
            what, group = turns.pop()
            await self._disrupt(what, [self.random.choice(group)], outage=False)

    async def outage(self, what: str) -> None:
        """`kill` or `stop`, of all web servers or of the database."""
        if what.endswith("database"):
            await self._database(what)
        else:
            await self._disrupt(what, self.webs, outage=True)

    async def _disrupt(self, what: str, group: Sequence[Process], *, outage: bool) -> None:
        began = utc_now()
        if what.startswith("kill"):
            for one in group:
                one.kill()
            await asyncio.sleep(self.random.uniform(2, 25 if outage else 12))
            for one in group:
                one.start()
        else:
            for one in group:
                one.send(signal.SIGSTOP)
            await asyncio.sleep(self.random.uniform(8, 45))
            for one in group:
                one.send(signal.SIGCONT)
        await self._over(what, began, outage=outage)

    async def _database(self, what: str) -> None:
        began, process = utc_now(), self.mongod.process
        if what.startswith("kill"):
            process.kill()
            process.wait()
            await asyncio.sleep(self.random.uniform(0, 15))
            self.mongod.start()
            await asyncio.to_thread(self.mongod.wait)
        else:
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(self.random.uniform(20, 45))
            process.send_signal(signal.SIGCONT)
        await self._over(what, began, outage=True)

    async def _over(self, what: str, began: datetime, *, outage: bool) -> None:
        """When a heartbeat was taken that was sent since, or a process that was started works again."""
        back = utc_now()
        while not ((taken := self.taken_at()) and taken > back):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        self.done.append(Disruption(what, began, utc_now() if outage else back, outage))
        await asyncio.sleep(BEGUN)

    def end(self) -> None:
        for one in (*self.webs, *self.workers):
            with suppress(ProcessLookupError):
                one.kill()
