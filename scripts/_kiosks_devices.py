"""The devices of `scripts/drill kiosks`: what each does, and what it was answered."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from math import inf
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tornado.httpclient import AsyncHTTPClient

from models.kiosks import Signed
from tests.house.kiosks import headers_of, signed_with
from wechat_backend.wiring import utc_now

PATH = "/api/v1/devices/heartbeat"
EVERY = 30.0
ANSWERED_WITHIN, AGAIN = 5.0, 3.0
"""Seconds that a device waits for an answer, and then until it asks another server."""


class Doing(Enum):
    WELL = "well"
    FAULT = "fault"
    SILENT = "silent"


@dataclass(frozen=True)
class Phase:
    doing: Doing
    seconds: float


SHORT, LONG = (15.0, 50.0), (220.0, 330.0)
"""A silence that is none, and one that is to be noticed."""


def life(random: Random, *, calm: bool) -> Iterator[Phase]:
    """What a device does, for ever. A `calm` one gives no cause for an alert."""
    yield Phase(Doing.WELL, random.uniform(20, 150))
    while True:
        kind = random.random()
        if kind < 0.3:
            yield Phase(Doing.SILENT, random.uniform(*SHORT))
        elif kind < 0.6:
            yield Phase(Doing.FAULT, random.uniform(30, 90) if calm else random.uniform(30, 300))
        elif not calm:
            yield Phase(Doing.SILENT, random.uniform(*LONG))
        yield Phase(Doing.WELL, random.uniform(60, 200))


@dataclass(frozen=True)
class Attempt:
    """A heartbeat as the device knows it: it was `sent`, `done` with, and taken or not."""

    sent: datetime
    done: datetime
    taken: bool
    fault: bool


@dataclass
class Device:
    number: int
    hall: str
    calm: bool
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    kiosk: str = ""
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def spki(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@dataclass
class Devices:
    """All of them, and the servers that they ask. `taken_at` is when one was answered last; `refused` are
    answers that a device must never get. From `over` on, by the loop's time, they begin nothing more."""

    all: Sequence[Device]
    servers: Sequence[str]
    seed: int
    taken_at: datetime | None = None
    over: float = inf
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.living, self.last = len(self.all), asyncio.Event()
        self.client = AsyncHTTPClient(force_instance=True, max_clients=2 * len(self.all))

    async def live(self) -> None:
        """Each lives its life until it is over for all, and is well and heard until the last one has done
        so; then all are heard twice more."""
        await asyncio.gather(*(self._live(one) for one in self.all))

    async def _live(self, device: Device) -> None:
        loop, random = asyncio.get_running_loop(), Random(f"{self.seed}:{device.number}")  # noqa: S311
        await asyncio.sleep(random.uniform(0, EVERY))
        for phase in life(random, calm=device.calm):
            if phase.doing is Doing.SILENT:
                await asyncio.sleep(phase.seconds)
            else:
                await self._beats(
                    device, loop.time() + phase.seconds, random, fault=phase.doing is Doing.FAULT
                )
            if loop.time() >= self.over:
                break
        self.living -= 1
        if not self.living:
            self.last.set()
        while not self.last.is_set():
            await self._beats(device, loop.time() + EVERY, random, fault=False)
        await self._beats(device, loop.time() + EVERY, random, fault=False)

    async def _beats(self, device: Device, until: float, random: Random, *, fault: bool) -> None:
        """Heartbeats until then; the first at once, as the state has changed."""
        loop = asyncio.get_running_loop()
        while True:
            await self._beat(device, random, fault=fault)
            if loop.time() + EVERY > until:
                await asyncio.sleep(max(0.0, until - loop.time()))
                return
            await asyncio.sleep(EVERY)

    async def _beat(self, device: Device, random: Random, *, fault: bool) -> None:
        """Until one is taken: what a device does next, it does when it was heard."""
        which = random.randrange(len(self.servers))
        while not await self._ask(device, self.servers[which], fault=fault):
            await asyncio.sleep(AGAIN)
            which = (which + 1) % len(self.servers)

    async def _ask(self, device: Device, server: str, *, fault: bool) -> bool:
        body = json.dumps({"state": "fault" if fault else "idle", "software": "drill"}).encode()
        one: Signed = signed_with(device.key, device.kiosk, utc_now(), PATH, body)
        sent, taken = utc_now(), False
        asked: dict[str, Any] = {"method": "POST", "body": body, "raise_error": False}
        headers = {"Content-Type": "application/json", **headers_of(one)}
        try:
            answer = await self.client.fetch(
                server + PATH,
                headers=headers,
                connect_timeout=ANSWERED_WITHIN,
                request_timeout=ANSWERED_WITHIN,
                **asked,
            )
        except Exception:  # noqa: S110 - the server is gone, or does not answer: the device asks another one
            pass
        else:
            taken = answer.code == 200
            if 400 <= answer.code < 500:
                self.refused.append(answer.body.decode())
        done = utc_now()
        device.attempts.append(Attempt(sent, done, taken, fault))
        if taken:
            self.taken_at = done
        return taken
