"""One site and one Chromium a module."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright, expect

from models.store import Database
from tests.house.town import Town, opened

expect.set_options(timeout=15_000)  # a machine that also does other things is slow, not wrong
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
async def town(database: Database) -> AsyncIterator[Town]:
    async with opened(database) as town:
        yield town


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Chromium]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        yield browser
        await browser.close()
