"""Plays the machines of kiosks against the running service, each at its own pace."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import structlog
from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest

from simulator.devices.keys import Devices, new_key, proof, public
from simulator.devices.manners import said

PREFIX = "/api/v1/devices"
AGAIN_SECONDS = 5.0
"""After a request that was not answered as it should be."""
SOFTWARE = "1.0.0"
BLACK = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
"""A picture of one pixel, in place of a screen's."""

log = structlog.get_logger("panyu.simulator")
Answer = tuple[int, dict[str, Any]]
"""The status, and the JSON of the body; 0 where there was no answer."""


class Machine:
    """One device; `beat` by `beat` it says how it is, and does what it is told."""

    def __init__(
        self, kiosk: str, service: str, devices: Devices, clock: Callable[[], datetime], http: AsyncHTTPClient
    ) -> None:
        self.kiosk, self.service, self.devices, self.clock, self.http = kiosk, service, devices, clock, http
        self.kept, self.sent, self.software = devices.of[kiosk], 0, SOFTWARE

    async def beat(self) -> float | None:
        """Send a heartbeat; the seconds until the next one, or None where the key is worth nothing (any
        more)."""
        status, heard = await self.signed("/heartbeat", said(self.kept.manner, self.sent, self.software))
        if code_of(heard) in ("key_revoked", "signature_invalid"):
            return None
        if status != HTTPStatus.OK:
            return AGAIN_SECONDS
        self.sent += 1
        for command in heard["commands"]:
            await self._obey(command)
        return float(heard["next_after_s"])

    async def _obey(self, command: Mapping[str, str]) -> None:
        name = command["name"]
        if name == "new_key":
            await self._renew()
        elif name == "update":
            self.software = command["argument"]
        answer = {
            "outcome": "done",
            "text": "all is well" if name == "logs" else "",
            "picture": BLACK if name == "screenshot" else "",
        }
        await self.signed(f"/commands/{command['id']}", answer)

    async def _renew(self) -> None:
        """Offer a key, with which the next request is signed."""
        self.kept.following = new_key()
        self.devices.write()
        offered = {"public_key": b64encode(public(self.kept.following)).decode()}
        await self._post("/key", offered, self.kept.key)

    async def signed(self, path: str, asked: Mapping[str, Any]) -> Answer:
        """With the key that was offered last, or where that is not taken with the one before it."""
        answer: Answer = (0, {})
        for key in filter(None, (self.kept.following, self.kept.key)):
            answer = await self._post(path, asked, key)
            if code_of(answer[1]) == "signature_invalid":
                continue
            if key == self.kept.following and answer[0]:
                self.kept.key, self.kept.following = key, ""
                self.devices.write()
            break
        return answer

    async def _post(self, path: str, asked: Mapping[str, Any], key: str) -> Answer:
        body = json.dumps(asked).encode()
        headers = proof(key, self.kiosk, PREFIX + path, body, int(self.clock().timestamp()))
        request = HTTPRequest(
            f"{self.service}{PREFIX}{path}",
            method="POST",
            headers={"Content-Type": "application/json", **headers},
            body=body,
        )
        try:
            response = await self.http.fetch(request, raise_error=False)
        except (HTTPError, OSError):
            return 0, {}
        try:
            found = json.loads(response.body or b"{}")
        except ValueError:
            found = {}
        return response.code, found if isinstance(found, dict) else {}


class Player:
    """All machines of a file, each at its own pace. Make it inside the event loop."""

    def __init__(self, service: str, devices: Devices, clock: Callable[[], datetime]) -> None:
        self.http = AsyncHTTPClient(force_instance=True, max_clients=20)
        machines = [Machine(kiosk, service, devices, clock, self.http) for kiosk in devices.of]
        self.playing = [asyncio.create_task(_play(one)) for one in machines]

    async def close(self) -> None:
        for one in self.playing:
            one.cancel()
        await asyncio.gather(*self.playing, return_exceptions=True)
        self.http.close()


async def _play(machine: Machine) -> None:
    pause = await machine.beat()
    while pause is not None:
        await asyncio.sleep(pause)
        pause = await machine.beat()
    log.info("device_stopped", kiosk=machine.kiosk)


def code_of(answer: Mapping[str, Any]) -> str:
    """The stable code of a refusal; "" where it is none."""
    return str(answer.get("error", {}).get("code", ""))
