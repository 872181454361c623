"""What every page of every door is asked in a real browser: does axe find fault, can focus be seen?"""

from pathlib import Path

from playwright.async_api import Page

TESTS = Path(__file__).parent
AXE = TESTS.parent / "node_modules/axe-core/axe.min.js"
FOCUS = TESTS / "focus.js"


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
