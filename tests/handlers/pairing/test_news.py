"""A screen hears of what its phone does, whichever process has done it."""

import asyncio
from dataclasses import dataclass, field

import pytest
from tornado.httpclient import AsyncHTTPClient

from handlers.web import pairing
from models.store import Database
from tests.house.browser import Browser
from tests.house.outside import Register
from tests.house.screens import Screen
from tests.house.stores import stores_over
from tests.house.town import Town
from wechat_backend.pairing_watch import following_pairings


@dataclass
class Listener:
    """Hears what a page is pushed; `arrived` once there are so many bytes."""

    screen: Screen
    told: bytes = b""
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, part: bytes) -> None:
        self.told += part
        self.more.set()

    async def listen(self) -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in self.screen.browser.cookies.items())
        await AsyncHTTPClient().fetch(
            f"{self.screen.town.url}/sign-in/events",
            headers={"Cookie": cookies},
            streaming_callback=self.hear,
        )

    async def heard(self, line: bytes) -> None:
        async with asyncio.timeout(20):
            while line not in self.told:
                self.more.clear()
                await self.more.wait()


async def test_a_page_hears_how_things_stand_whenever_it_listens(
    pc: Screen, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "OPEN_SECONDS", 0.3)
    monkeypatch.setattr(pairing, "LOOK_SECONDS", 0.1)
    assert (await pc.browser.get("/sign-in/events")).status == 404
    code = await pc.ask("/")
    await (before := Listener(pc)).listen()
    assert before.told.startswith(b'data: {"state": "asked"}\n\n:\n\n')
    await phone.get(code)
    await (after := Listener(pc)).listen()
    assert after.told.startswith(b'data: {"state": "scanned"}\n\n:\n\n')
    assert (await pc.browser.get("/sign-in/state")).json == {"state": "scanned"}
    monkeypatch.setattr(pairing, "OPEN_SECONDS", 3.0)
    listening = asyncio.create_task((gone := Listener(pc)).listen())
    await gone.heard(b'"scanned"')
    await pc.town.services.pairings.documents.delete_one({"_id": await pc.key()})
    await gone.heard(b'"ended"')
    await listening


async def test_what_another_process_changes_is_pushed(
    town: Town, pc: Screen, phone: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "LOOK_SECONDS", 60.0)  # nobody looks
    code = (await pc.ask("/")).rpartition("/")[2]
    elsewhere = stores_over(database, town.clock.now, Register()).pairings
    async with following_pairings(town.services.pairings.changes):
        listening = asyncio.create_task((listener := Listener(pc)).listen())
        await listener.heard(b'"asked"')
        await elsewhere.scan(code, "wang", town.by())
        await listener.heard(b'"scanned"')
        await elsewhere.end(await pc.key(), {}, town.by())
        await listener.heard(b'"ended"')
        listening.cancel()


async def test_who_has_left_is_not_waited_for(pc: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "LOOK_SECONDS", 60.0)
    await pc.ask("/")
    waiting = pc.town.services.pairings.changes.waiting
    host, port = pc.town.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    ticket = f"Cookie: pairing={pc.browser.cookies['pairing']}"
    writer.write(f"GET /sign-in/events HTTP/1.1\r\nHost: {host}:{port}\r\n{ticket}\r\n\r\n".encode())
    async with asyncio.timeout(20):
        await reader.readuntil(b'"asked"')
        assert await pc.key() in waiting
        writer.close()
        for _ in range(500):
            await asyncio.sleep(0.02 * (await pc.key() in waiting))
    assert await pc.key() not in waiting
