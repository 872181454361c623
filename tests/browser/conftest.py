"""One site and one Chromium a module."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright

from models.events import Cause, Channel
from models.privacy import Privacy
from models.store import Database
from tests.conftest import Clock
from tests.handlers.visitor import Town, build, furnish

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
async def town(database: Database, privacy: Privacy) -> AsyncIterator[Town]:
    clock = Clock()
    built = await build(database, privacy, clock)
    await furnish(built, Cause("system", clock.now(), Channel.SYSTEM, "request-town"))
    yield built
    built.server.stop()
    await built.server.close_all_connections()


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Chromium]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        yield browser
        await browser.close()
