"""How soon a first visitor sees a page on a slow network: 400 kbit/s, 400 ms a round trip, nothing kept.

The network is Chromium's own: it delays and slows down each answer, but not the opening of connections;
over https on a real network that takes another two or three round trips. Everything else is on this
machine: an embedded mongod with Panyu's data and one web server. The browser is that of the tests:
`scripts/test` brings it.
"""

import asyncio
import shutil
import statistics
from dataclasses import dataclass

from _machine import serve_options, wait_for
from playwright.async_api import Browser, ViewportSize, async_playwright

from bench_cases.effort import Effort, Figures, Ground

PAGES = ("/", "/guides?q=jzz", "/kiosk/guides", "/admin/sign-in")
TRIES = 5
NETWORK = {
    "offline": False,
    "latency": 400,  # milliseconds
    "downloadThroughput": 400_000 / 8,  # bytes a second
    "uploadThroughput": 400_000 / 8,
}
VISITOR: ViewportSize = {"width": 390, "height": 844}
SEEN = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


@dataclass(frozen=True)
class Visit:
    """`painted` in seconds; `requests` and `kilobytes` until all was there."""

    painted: float
    requests: int
    kilobytes: float


def run(_effort: Effort, ground: Ground) -> Figures:
    town = ground.town
    with town.processes() as start:
        start("serve", *serve_options(1))
        wait_for(town.port)
        asyncio.run(report(town.url))
    return {}


async def report(address: str) -> None:
    print(f"{'page':<20}{'first paint, s':>16}{'slowest, s':>12}{'requests':>10}{'kB':>8}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for page in PAGES:
            visits = [await visit(browser, address + page) for _ in range(TRIES)]
            painted = [one.painted for one in visits]
            print(
                f"{page:<20}{statistics.median(painted):>16.2f}{max(painted):>12.2f}"
                f"{visits[-1].requests:>10}{visits[-1].kilobytes:>8.1f}"
            )
        await browser.close()


async def visit(browser: Browser, address: str) -> Visit:
    """Open one page in a browser that has never been there."""
    context = await browser.new_context(viewport=VISITOR, locale="zh-CN")
    page = await context.new_page()
    network = await context.new_cdp_session(page)
    await network.send("Network.enable")
    await network.send("Network.emulateNetworkConditions", NETWORK)
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    await page.goto(address, wait_until="networkidle")
    painted = await page.evaluate(SEEN)
    await context.close()
    return Visit(painted / 1000, len(sizes), sum(sizes) / 1000)
