"""What every page of every door is asked in a real browser: does axe find fault, can focus be seen?"""

import asyncio
from pathlib import Path
from typing import Any

from playwright.async_api import Error, Locator, Page

TESTS = Path(__file__).parent
AXE = TESTS.parent / "node_modules/axe-core/axe.min.js"
FOCUS = TESTS / "focus.js"


CAPTURES, PAUSE_S = 5, 1


async def picture(of: Page | Locator, path: Path | None = None, *, whole: bool = False) -> bytes:
    """A picture, of the `whole` page where asked; taken anew where Chromium had no frame to give, as it
    happens on a busy machine."""
    taken: dict[str, Any] = {"path": path} | ({"full_page": True} if whole else {})
    for _ in range(CAPTURES - 1):
        try:
            return await of.screenshot(**taken)
        except Error as error:
            if "Unable to capture screenshot" not in error.message:
                raise
            await asyncio.sleep(PAUSE_S)
    return await of.screenshot(**taken)


async def serious(page: Page) -> list[str]:
    """The serious faults that axe finds."""
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']} {[node['html'][:100] for node in violation['nodes']]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


async def focus_unseen(page: Page) -> list[str]:
    """What can be focused by keyboard without a ring of 2 pixels that stands out from its ground, whole."""
    await page.keyboard.press("Tab")
    found = await page.evaluate(FOCUS.read_text())
    assert found["seen"], "nothing can be focused"
    return list(found["faults"])
